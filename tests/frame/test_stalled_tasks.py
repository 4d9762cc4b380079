"""A worker that was killed in the middle of a task leaves nothing undone: the next worker takes the task up."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from django.core.management import call_command
from django.db import connection, connections
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

from sosei.core.payments.tasks_payments import every_minute
from sosei.core.records.tasks import deliver
from sosei.gateway.project import working
from sosei.gateway.project.tasks import forget_finished_tasks, take_up_stalled_tasks
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


def test_what_runs_by_the_clock_comes_before_a_heap_that_waits(empty_queue: None) -> None:
    heap = [deliver.defer(message_id=number) for number in range(5)]
    for one in (every_minute, take_up_stalled_tasks):
        one.defer(timestamp=0)
    with connection.cursor() as cursor:
        # The order in which procrastinate's own function hands them out.
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        worker = cursor.fetchone()[0]
        taken = []
        for _number in range(7):
            cursor.execute("SELECT id, task_name FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
            taken.append(cursor.fetchone())
    assert [name for _id, name in taken[:2]] == [every_minute.name, take_up_stalled_tasks.name]
    assert [job for job, _name in taken[2:]] == heap


def test_a_task_by_the_clock_that_waits_again_keeps_nothing_else_from_being_taken_up(
    empty_queue: None,
) -> None:
    by_the_clock = forget_finished_tasks.configure(queueing_lock="project.forget_finished_tasks")
    with connection.cursor() as cursor:
        struck = by_the_clock.defer(timestamp=0)
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [struck])
        again = by_the_clock.defer(timestamp=60)
        other = refresh_projections.defer(codes=[])
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [other])
        # Before what is left of it here, so that it is still waiting then.
        first = take_up_stalled_tasks.configure(priority=9).defer(timestamp=0)
    call_command("worker", "--once")
    assert (status(first), status(struck)) == ("succeeded", "aborted")
    assert (status(again), status(other)) == ("succeeded", "succeeded")


def test_a_task_that_ended_after_all_keeps_nothing_else_from_being_taken_up(
    empty_queue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, left = forget_finished_tasks.defer(timestamp=0), refresh_projections.defer(codes=[])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id IN (%s, %s)", [ended, left])
    find = JobManager.get_stalled_jobs

    async def found_too_early(manager: JobManager, **wanted: Any) -> Any:
        jobs = list(await find(manager, **wanted))
        [job] = [job for job in jobs if job.id == ended]
        await manager.finish_job(job, status=Status.SUCCEEDED, delete_job=False)
        return jobs

    monkeypatch.setattr(JobManager, "get_stalled_jobs", found_too_early)
    upkeep = take_up_stalled_tasks.configure(priority=9).defer(timestamp=0)
    call_command("worker", "--once")
    assert [status(one) for one in (upkeep, ended, left)] == ["succeeded"] * 3


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
