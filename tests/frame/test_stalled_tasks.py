"""A worker that was killed in the middle of a task leaves nothing undone: the next worker takes the task up."""

from __future__ import annotations

import asyncio
import time

import pytest
from asgiref.sync import SyncToAsync
from django.core.management import call_command
from django.db import connection, connections
from procrastinate.worker import Worker

from sosei.gateway.project import working
from sosei.gateway.project.tasks import take_up_stalled_tasks
from sosei.planning.population.tasks import refresh_projections


@pytest.fixture
def empty_queue(transactional_db: None) -> None:
    """The queue's tables are not Django's, and so not emptied between tests: what others left is gone.

    So is the connection that the thread of asynchronous code kept from an earlier worker in this process: the server
    may have ended it since.
    """
    SyncToAsync.single_thread_executor.submit(connections.close_all).result(timeout=30)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_periodic_defers; DELETE FROM procrastinate_jobs; "
            "DELETE FROM procrastinate_workers"
        )


def status(job_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])
        return str(cursor.fetchone()[0])


def test_a_task_whose_worker_is_gone_is_done_by_the_next_one(empty_queue: None) -> None:
    job_id = refresh_projections.defer(codes=[])
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        gone = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [gone, job_id]
        )
    take_up_stalled_tasks.defer(timestamp=0)
    call_command("worker", "--once")
    call_command("worker", "--once")
    assert status(job_id) == "succeeded"


def test_a_process_that_outlives_its_stopped_worker_is_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    monkeypatch.setattr(working, "end_at_once", ended.append)
    monkeypatch.setattr(working.PromptWorker, "grace", 0.2)

    async def stopped_as_soon_as_it_runs(worker: working.PromptWorker) -> None:
        worker.stop()

    monkeypatch.setattr(Worker, "run", stopped_as_soon_as_it_runs)
    worker = working.PromptWorker(app=working.WorkerApp())
    asyncio.run(worker.run())
    time.sleep(0.5)
    assert ended == []
