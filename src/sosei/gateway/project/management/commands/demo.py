"""`sosei demo`: the whole of Sosei with its demonstration data, from nothing to a running site."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Makes the tables, loads the demonstration, serves; safe to repeat."""

    help = "実演: 表を作り、実演用のデータを入れ、サイトを動かす / set up, load the demonstration, serve"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The port, and whether to serve at all."""
        parser.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス / address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="ポート番号 / port (8000)")
        parser.add_argument(
            "--no-serve", action="store_true", help="用意だけして終わる / stop before serving"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs the steps in order; a step that fails ends the command and undoes its own work."""
        self._say("データベースを用意しています", "Preparing the database")
        call_command("migrate", interactive=False, verbosity=0)
        self._say("画面の部品を作っています", "Building the files of the pages")
        call_command("build_assets", verbosity=0)
        self._say("実演用のデータを入れています", "Loading the demonstration")
        call_command("load_demonstration", verbosity=options["verbosity"])
        if settings.DEMONSTRATION:
            call_command("load_demonstration_people", verbosity=options["verbosity"])
            call_command("load_demonstration_strategy", verbosity=options["verbosity"])
            call_command("load_demonstration_outcomes", verbosity=options["verbosity"])
            call_command("load_demonstration_jobs", verbosity=options["verbosity"])
            call_command("load_demonstration_spaces", verbosity=options["verbosity"])
        if options["no_serve"]:
            self._say(
                "用意ができました。SOSEI_DEMONSTRATION=1 sosei serve で動かせます",
                "Ready. Run SOSEI_DEMONSTRATION=1 sosei serve to start the site",
            )
        else:
            call_command(
                "serve",
                host=options["host"],
                port=options["port"],
                with_worker=True,
                verbosity=options["verbosity"],
            )

    def _say(self, japanese: str, english: str) -> None:
        self.stdout.write(f"{japanese} / {english}")
        self.stdout.flush()
