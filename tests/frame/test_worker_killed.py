"""A worker killed in the middle of a task loses nothing and repeats nothing: real processes and SIGKILL."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.exceptions import AlreadyEnqueued

from sosei.gateway.project.tasks import take_up_stalled_tasks
from sosei.gateway.project.working import GRACE_SECONDS, TEMPORARY_FAILURE
from tests.demonstration_home import copy_migrated
from tests.frame.processes import Running, answers, free_port, running, wait_until
from tests.frame.served.tasks import TABLES, copy_note, leave_work

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.frame.served.settings"}
StartWorker = Callable[..., AbstractContextManager[Running]]


def rows(question: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def statuses() -> dict[str, str]:
    return dict(
        rows("SELECT args->>'key', status::text FROM procrastinate_jobs WHERE task_name = 'served.copy_note'")
    )


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts `sosei worker` as a process on the tests' database."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    # Not Django's cleaned parameters: an address any process can use.
    socket = connection.get_connection_params()["host"]
    url = f"postgresql://postgres@/{connection.settings_dict['NAME']}?host={socket}"

    def start(*options: str) -> AbstractContextManager[Running]:
        return running(
            "worker", *options, home=tmp_path, log=tmp_path / "worker.log", DATABASE_URL=url, **SETTINGS
        )

    yield start
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE served_note, served_copy, served_begun")
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE"
        )


def let_the_dead_be_noticed() -> None:
    """What passes by itself in a minute: the heartbeat grows old, the upkeep looks."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    # A worker that started has left this task already.
    with suppress(AlreadyEnqueued):
        take_up_stalled_tasks.defer(timestamp=0)


@pytest.mark.parametrize(
    ("waits", "copied_before_death"),
    [({"before": 60}, 0), ({"after": 60}, 1)],
    ids=["before commit", "after commit"],
)
def test_a_task_struck_by_sigkill_is_done_once_by_the_next_worker(
    worker: StartWorker, waits: dict[str, int], copied_before_death: int
) -> None:
    struck = copy_note.defer(key="struck", **waits)
    waiting = copy_note.defer(key="waiting")
    with worker() as first:
        wait_until(
            lambda: (
                len(rows("SELECT 1 FROM served_begun")) == 1
                and len(rows("SELECT 1 FROM served_copy")) == copied_before_death
            ),
            30,
            first.said,
        )
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
    assert statuses() == {"struck": "doing", "waiting": "todo"}
    wait_until(
        lambda: len(rows("SELECT 1 FROM served_copy")) == copied_before_death,
        10,
    )

    # The next run of the struck task need not wait a minute.
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE procrastinate_jobs SET args = '{"key": "struck"}' WHERE id = %s""", [struck])
    let_the_dead_be_noticed()
    with worker() as second:
        wait_until(lambda: set(statuses().values()) == {"succeeded"}, 60, second.said)
    assert struck < waiting
    assert rows("SELECT key, count(*) FROM served_copy GROUP BY key ORDER BY key") == [
        ("struck", 1),
        ("waiting", 1),
    ]
    assert dict(rows("SELECT key, count(*) FROM served_begun GROUP BY key")) == {"struck": 2, "waiting": 1}


def test_a_worker_asked_to_stop_finishes_the_task_under_way(worker: StartWorker) -> None:
    copy_note.defer(key="under-way", after=2)
    with worker() as only:
        wait_until(lambda: rows("SELECT 1 FROM served_copy"), 30, only.said)
        assert statuses() == {"under-way": "doing"}
        assert only.stop() == 0
    assert statuses() == {"under-way": "succeeded"}


def test_a_task_left_by_a_task_that_fails_is_undone_with_it(worker: StartWorker) -> None:
    leave_work.defer(key="never")
    with worker() as only:
        wait_until(
            lambda: rows(
                "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'served.leave_work' AND status = 'failed'"
            ),
            30,
            only.said,
        )
    assert statuses() == {}


def test_a_task_that_outlasts_the_grace_of_a_stopping_worker_is_left_to_the_next(worker: StartWorker) -> None:
    # Silent for half a minute, a stopping worker counts as dead: its task must have ended by then.
    assert GRACE_SECONDS < 30
    copy_note.defer(key="long", before=60)
    with worker("--grace", "1") as stopping:
        wait_until(lambda: rows("SELECT 1 FROM served_begun"), 30, stopping.said)
        assert stopping.stop() == TEMPORARY_FAILURE
    assert statuses() == {"long": "doing"}
    assert rows("SELECT 1 FROM served_copy") == []


def test_a_task_that_loses_the_database_ends_its_worker_and_is_taken_up(worker: StartWorker) -> None:
    copy_note.defer(key="cut-off", before=3)
    with worker() as cut_off:
        wait_until(lambda: rows("SELECT 1 FROM served_begun"), 30, cut_off.said)
        rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database() AND backend_type = 'client backend'"
        )
        wait_until(lambda: cut_off.process.poll() is not None, 30, cut_off.said)
        assert cut_off.process.poll() == TEMPORARY_FAILURE
        assert "the database is away" in cut_off.said()
    # Neither "failed" nor done: the next worker does it.
    assert statuses() == {"cut-off": "doing"}
    assert rows("SELECT 1 FROM served_copy") == []


def worker_processes(parent: int) -> list[int]:
    import psutil

    return [
        child.pid
        for child in psutil.Process(parent).children()
        if child.status() != psutil.STATUS_ZOMBIE and "worker" in child.cmdline()
    ]


def has_ended(process: int) -> bool:
    import psutil

    return not psutil.pid_exists(process) or psutil.Process(process).status() == psutil.STATUS_ZOMBIE


def test_the_worker_beside_a_site_comes_back_after_a_kill_and_leaves_with_the_site(tmp_path: Path) -> None:
    copy_migrated(tmp_path)
    port = free_port()
    log = tmp_path / "site.log"
    arguments = ("serve", "--port", str(port), "--workers", "1", "--with-worker")
    with running(*arguments, home=tmp_path, log=log) as site:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), 60, site.said)
        (first,) = worker_processes(site.process.pid)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: worker_processes(site.process.pid) not in ([], [first]), 30, site.said)
        assert answers(f"http://127.0.0.1:{port}/healthz")
        (second,) = worker_processes(site.process.pid)
        assert site.stop() == 0
        assert has_ended(second)
    with running(*arguments, home=tmp_path, log=log) as site:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), 60, site.said)
        (orphan,) = worker_processes(site.process.pid)
        site.process.kill()
        site.process.wait()
        wait_until(lambda: has_ended(orphan), 30, site.said)


def test_a_living_worker_that_was_taken_for_dead_ends_so_that_another_is_started(worker: StartWorker) -> None:
    with worker() as slept:
        wait_until(lambda: rows("SELECT 1 FROM procrastinate_workers"), 30, slept.said)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_workers")
        copy_note.defer(key="after the sleep")
        assert slept.process.wait(30) == TEMPORARY_FAILURE
        assert "taken for dead" in slept.said()
    assert statuses() == {"after the sleep": "todo"}
