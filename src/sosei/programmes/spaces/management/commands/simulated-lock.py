"""`sosei simulated-lock`: the practice lock on a door, with a keypad in the browser."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sosei.programmes.spaces.simulated_lock import DoorLock, make_server

LEAST_KEY = 8


class Command(BaseCommand):
    """Serves one lock until stopped; its codes live as long as it does, and the site sends them again."""

    help = "練習用の鍵を動かす / run a practice lock"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where it stands and by what it knows the site."""
        parser.add_argument("--port", type=int, default=8300, help="ポート番号 / port (8300)")
        parser.add_argument(
            "--key", required=True, help="サイトの合言葉（8文字以上） / the site's key (8 characters)"
        )
        parser.add_argument("--name", default="", help="ドアの名前 / name of the door")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serves in the foreground; Ctrl-C or SIGTERM ends it.

        Raises:
            CommandError: the key is too short, or the port cannot be had.
        """
        if len(options["key"]) < LEAST_KEY:
            raise CommandError(
                f"--key が短すぎます（{LEAST_KEY}文字以上）。対処: 長い合言葉にしてください。\n"
                f"--key is too short. Remedy: give {LEAST_KEY} characters or more."
            )
        try:
            server = make_server(DoorLock(options["key"], name=options["name"]), port=options["port"])
        except OSError as error:
            raise CommandError(
                f"ポート {options['port']} は使えません（{error}）。対処: --port を変えてください。\n"
                f"Port {options['port']} cannot be used ({error}). Remedy: change --port."
            ) from error
        self.stdout.write(f"http://127.0.0.1:{server.server_address[1]}/")
        try:
            server.serve_forever()
        finally:
            server.server_close()
