"""`sosei load_demonstration_outcomes`: invented settlements, their feeds and lever; repeating it changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sosei.planning.outcomes.demonstration_data import StrategyMissingError, load_outcomes


class Command(BaseCommand):
    """Load what the demonstration's programmes achieved."""

    help = "実演用の定住の実績を入れる / load the demonstration's settlements"

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what was stored.

        Raises:
            CommandError: the demonstration's strategy is not there.
        """
        try:
            lines = load_outcomes()
        except StrategyMissingError as error:
            raise CommandError(
                f"{error} の実演用の総合戦略がありません。先に sosei load_demonstration_strategy を実行してください。/ "
                f"The strategy of {error} is not loaded. Run sosei load_demonstration_strategy first."
            ) from error
        for line in lines:
            self.stdout.write(line)
