"""How the worker runs tasks: each under its id in the log, and none left half-done when the database goes away."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from procrastinate import JobContext
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker
from psycopg.errors import ForeignKeyViolation

from sosei.gateway.project.context import job_id
from sosei.gateway.project.database import is_connection_lost

logger = logging.getLogger(__name__)
TEMPORARY_FAILURE = 75
"""The exit code that tells a service manager to start the worker again (EX_TEMPFAIL)."""
PARENT_SECONDS = 1.0
GRACE_SECONDS = 20.0
"""How long a task may go on when the worker is to stop: less than the 30 seconds after which a silent worker counts
as dead."""


def end_at_once(why: str) -> None:
    """Ends the process as if it were killed.

    A worker that lost its database cannot write down how its tasks ended. Alive, it would hold them for ever; gone,
    its tasks count as stalled and are done again by the next worker, as after any sudden death.
    """
    logger.critical("%s: the worker ends at once, its tasks will be taken up", why)
    logging.shutdown()
    os._exit(TEMPORARY_FAILURE)


@contextmanager
def _ending_when_lost() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_connection_lost(error):
            end_at_once("the database is away")
        if _is_taken_for_dead(error):
            end_at_once("not heard of for too long, as when the machine slept, and taken for dead")
        raise


def _is_taken_for_dead(error: BaseException | None) -> bool:
    """Whether the queue has struck this worker off its list: it can take no task any more."""
    while error is not None:
        if isinstance(error, ForeignKeyViolation):
            return error.diag.constraint_name == "procrastinate_jobs_worker_id_fkey"
        error = error.__cause__
    return False


class Connector(PsycopgConnector):
    """The queue's connections; a query that loses the database, or the worker's place in the queue, ends the worker."""

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """As inherited."""
        with _ending_when_lost():
            await super().execute_query_async(query, **arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """As inherited."""
        with _ending_when_lost():
            return await super().execute_query_one_async(query, **arguments)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """As inherited."""
        with _ending_when_lost():
            return await super().execute_query_all_async(query, **arguments)


class PromptWorker(Worker):
    """A worker whose tasks get a limited time once it is to stop.

    Stopping, it sends no more signs of life; a task that went on past the time after which a worker counts as dead
    would run a second time beside the first.
    """

    grace = GRACE_SECONDS
    _timer: threading.Timer | None = None

    def stop(self) -> None:
        """As inherited, and an end at once when the time is over."""
        if self._timer is None:
            self._timer = threading.Timer(
                self.grace, end_at_once, ["the task under way took too long to end"]
            )
            self._timer.daemon = True
            self._timer.start()
        super().stop()

    async def run(self) -> None:
        """As inherited; a process that goes on after its worker has ended is not ended any more."""
        try:
            await super().run()
        finally:
            if self._timer is not None:
                self._timer.cancel()


class WorkerApp(DjangoApp):
    """The app of tasks over connections a worker can wait on.

    A second app rather than another connector in the first: what a task itself puts into the queue must go through
    Django's connection, in the task's own transaction.
    """

    def __init__(self) -> None:
        super().__init__(
            connector=Connector(kwargs=connector_params()),
            import_paths=app.import_paths,
            periodic_defaults=app.periodic_defaults,
        )
        self.tasks, self.periodic_registry = app.tasks, app.periodic_registry

    def _worker(self, **options: Any) -> Worker:
        return PromptWorker(app=self, **{**self.worker_defaults, **options})


async def run_task(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Any) -> Any:
    """Middleware around every task: its id in each log line, and an end at once where it lost the database."""
    from sosei.gateway.project.tracing import span

    entered = job_id.set(str(context.job.id))
    try:
        with _ending_when_lost(), span(f"task {context.job.task_name}"):
            return await call_next()
    finally:
        job_id.reset(entered)


def stop_without(parent: int) -> None:
    """Lets the worker stop, its task finished, as soon as it is no longer the child of process `parent`."""

    def watch() -> None:
        while os.getppid() == parent:
            done.wait(PARENT_SECONDS)
        print("worker: the process that started it is gone", file=sys.stderr)
        os.kill(os.getpid(), signal.SIGTERM)

    done = threading.Event()
    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
