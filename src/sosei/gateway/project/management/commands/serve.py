"""`sosei serve`: the site on this machine, for one office or behind a web server that adds HTTPS."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from sosei.core.people.models import Municipality
from sosei.gateway.project.keeper import WorkerKeeper
from sosei.gateway.project.metrics import share_between_processes
from sosei.gateway.project.server import Server, free_port, site_address


class Command(BaseCommand):
    """Builds what the pages need, starts the database, serves until stopped."""

    help = "サイトを動かす / serve the site"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen and with how many processes."""
        parser.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス / address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="ポート番号 / port (8000)")
        parser.add_argument("--workers", type=int, default=2, help="プロセス数 / processes (2)")
        parser.add_argument(
            "--exact-port",
            action="store_true",
            help="ポートが使えなければ止まる / end rather than take another port",
        )
        parser.add_argument(
            "--with-worker", action="store_true", help="ワーカーも動かす / run a worker as well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serves in the foreground; Ctrl-C or SIGTERM ends it."""
        host, wanted = options["host"], options["port"]
        try:
            port = free_port(host, wanted)
        except OSError as error:
            raise CommandError(
                f"{host} で待ち受けできません（{error}）。対処: --host にこの機械のアドレスを指定してください。\n"
                f"Cannot listen on {host} ({error}). Remedy: give an address of this machine as --host."
            ) from error
        if port != wanted and options["exact_port"]:
            raise CommandError(
                f"ポート {wanted} は使えません。対処: それを使っているプログラムを止めるか、--port を変えてください。\n"
                f"Port {wanted} cannot be used. Remedy: stop the program that uses it, or change --port."
            )
        if port != wanted:
            self.stderr.write(
                f"ポート {wanted} は使えないため、{port} を使います。\n"
                f"Port {wanted} cannot be used; using {port} instead."
            )
        call_command("build_assets", verbosity=options["verbosity"])
        # Started here, the embedded server belongs to this process and not to a worker that may be replaced.
        connection.ensure_connection()
        _refuse_a_demonstration_in_earnest()

        share_between_processes(settings.METRICS_FOLDER)

        from sosei.gateway.project.wsgi import application

        def announce() -> None:
            address = site_address(host, port)
            self.stdout.write(
                f"\n止めるときは Ctrl-C を押します。Press Ctrl-C to stop.\n"
                f"Sosei が動いています。次の住所をブラウザーで開いてください: {address}\n"
                f"Sosei is running. Open this address in a browser: {address}en/"
            )
            self.stdout.flush()

        bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        keeper = WorkerKeeper() if options["with_worker"] else None
        if keeper:
            keeper.start()
        try:
            Server(application, address=bind, workers=options["workers"], announce=announce).run()
        finally:
            if keeper:
                keeper.stop()


def _refuse_a_demonstration_in_earnest() -> None:
    """Everybody knows the passwords of a demonstration, and may have made accounts in it.

    Raises:
        CommandError: the database holds demonstration towns, and the site is not started as a demonstration.
    """
    table = Municipality._meta.db_table
    if settings.DEMONSTRATION or table not in connection.introspection.table_names():
        return
    if Municipality.objects.filter(is_demonstration=True).exists():
        raise CommandError(
            "実演用の人が入ったデータベースです。本番には使えません。対処: 実演として動かすには SOSEI_DEMONSTRATION=1 を"
            "付け、本番には別の SOSEI_HOME か DATABASE_URL を指定してください。\n"
            "This database holds the people of a demonstration and is not for earnest use. Remedy: set "
            "SOSEI_DEMONSTRATION=1 to run the demonstration, or name another SOSEI_HOME or DATABASE_URL."
        )
