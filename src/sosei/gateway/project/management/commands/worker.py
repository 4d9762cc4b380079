"""`sosei worker`: carries out the tasks that pages and commands leave in the queue."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app


class Command(BaseCommand):
    """Takes tasks from the queue in PostgreSQL until stopped."""

    help = "キューに入った処理を実行する / run the tasks left in the queue"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many at a time, and whether to stay."""
        parser.add_argument("--concurrency", type=int, default=1, help="同時に行う数 / tasks at a time (1)")
        parser.add_argument(
            "--once", action="store_true", help="たまった処理を終えたら止まる / stop when the queue is empty"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs in the foreground; Ctrl-C or SIGTERM lets the task under way finish."""
        # A worker waits for notices on connections of its own, which Django's connector cannot do.
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:
            worker_app.run_worker(
                wait=not options["once"],
                concurrency=options["concurrency"],
                listen_notify=not options["once"],
            )
