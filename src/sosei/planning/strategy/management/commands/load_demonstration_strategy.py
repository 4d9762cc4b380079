"""`sosei load_demonstration_strategy`: the demonstration's strategies with their years; repeating it changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sosei.planning.strategy.demonstration_data import PeopleMissingError, load_strategies


class Command(BaseCommand):
    """Load both strategies of Iwaki and the sample of Fukushima city."""

    help = "実演用の総合戦略を入れる / load the demonstration's strategies"

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what was stored.

        Raises:
            CommandError: the invented people are not there.
        """
        try:
            lines = load_strategies()
        except PeopleMissingError as error:
            raise CommandError(
                f"{error} の実演用の人がいません。先に sosei load_demonstration_people を実行してください。/ "
                f"The invented people of {error} are not loaded. Run sosei load_demonstration_people first."
            ) from error
        for line in lines:
            self.stdout.write(line)
