"""`sosei load_demonstration_spaces`: invented hosts, spaces and bookings; repeating it changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sosei.programmes.spaces.demonstration.loading import PeopleMissingError, load_spaces


class Command(BaseCommand):
    """Load the demonstration's spaces."""

    help = "実演用の場所と予約を入れる / load the demonstration's spaces"

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what was stored.

        Raises:
            CommandError: the demonstration's people are not there.
        """
        try:
            lines = load_spaces()
        except PeopleMissingError as error:
            raise CommandError(
                f"{error} の実演用の人がいません。先に sosei load_demonstration_people を実行してください。/ "
                f"The invented people of {error} are not loaded. Run sosei load_demonstration_people first."
            ) from error
        for line in lines:
            self.stdout.write(line)
