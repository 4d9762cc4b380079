"""`sosei worker`: carries out the tasks that pages and commands leave in the queue."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from sosei.gateway.project.tracing import start_tracing
from sosei.gateway.project.working import GRACE_SECONDS, PromptWorker, WorkerApp, run_task, stop_without


class Command(BaseCommand):
    """Takes tasks from the queue in PostgreSQL until stopped."""

    help = "キューに入った処理を実行する / run the tasks left in the queue"
    # They would load every page, and with them what draws charts: seconds of each start, and memory for good.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many at a time, and whether to stay."""
        parser.add_argument("--concurrency", type=int, default=1, help="同時に行う数 / tasks at a time (1)")
        parser.add_argument(
            "--once", action="store_true", help="たまった処理を終えたら止まる / stop when the queue is empty"
        )
        parser.add_argument(
            "--grace",
            type=float,
            default=GRACE_SECONDS,
            metavar="SECONDS",
            help="止めるとき、処理の終わりを待つ秒数 / seconds a task may go on when stopping (20)",
        )
        parser.add_argument(
            "--while-process",
            type=int,
            metavar="PID",
            help="この親プロセスが終わったら止まる / stop when this parent process is gone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs in the foreground; Ctrl-C or SIGTERM gives the task under way some time to finish."""
        start_tracing()
        if options["while_process"]:
            stop_without(options["while_process"])
        PromptWorker.grace = options["grace"]
        WorkerApp().run_worker(
            wait=not options["once"],
            concurrency=options["concurrency"],
            listen_notify=not options["once"],
            worker_middleware=[run_task],
        )
