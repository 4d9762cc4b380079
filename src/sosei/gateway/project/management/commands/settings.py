"""`sosei settings`: every variable of the environment with the value in force; secrets only as given or not."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sosei.gateway.project.environment import markdown_table


class Command(BaseCommand):
    """Prints settings; wrong ones never get so far, they are refused in one list before any command runs."""

    help = "環境変数と、効いている値を示す / show the settings in force"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The table of the documentation instead."""
        parser.add_argument(
            "--markdown",
            action="store_true",
            help="docs/operations.md の表を出す / print the documentation's table",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One variable a line: `*` marks those given, the others are defaults."""
        environment = settings.ENVIRONMENT
        if options["markdown"]:
            self.stdout.write(markdown_table(environment.variables), ending="")
            return
        for variable in environment.variables:
            mark = "*" if variable.name in environment.given else " "
            self.stdout.write(f"{mark} {variable.name}={environment.shown(variable)}")
            self.stdout.write(f"      {variable.meaning} / {variable.meaning_english}")
