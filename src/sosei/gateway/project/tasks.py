"""The queue's own upkeep: work that a killed worker left half-done is taken up again."""

from __future__ import annotations

import logging

from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg.errors import RaiseException

logger = logging.getLogger(__name__)
KEPT_DAYS = 30


@app.periodic(cron="* * * * *")
@app.task(
    name="project.take_up_stalled_tasks", queueing_lock="project.take_up_stalled_tasks", pass_context=True
)
async def take_up_stalled_tasks(context: JobContext, timestamp: int) -> int:
    """Put tasks back into the queue whose worker has not been heard of; returns how many.

    Every task of Sosei may be run twice: it stores what is not stored yet. One that runs by the clock and waits in the
    queue again is not put beside itself, and ends; one that was taken up or ended meanwhile is passed over.
    """
    manager = context.app.job_manager
    taken_up = 0
    for job in await manager.get_stalled_jobs():
        logger.warning("taking up task %s (%s) of a worker that is gone", job.id, job.task_name)
        try:
            await manager.retry_job(job)
            taken_up += 1
        except UniqueViolation:
            logger.info("task %s (%s) waits in the queue already", job.id, job.task_name)
            await _end(manager, job)
        except ConnectorException as error:
            if not isinstance(error.__cause__, RaiseException):
                raise
            logger.info("task %s (%s) has been taken up or ended meanwhile", job.id, job.task_name)
    return taken_up


async def _end(manager: JobManager, job: Job) -> None:
    try:
        await manager.finish_job(job, status=Status.ABORTED, delete_job=False)
    except ConnectorException as error:
        if not isinstance(error.__cause__, RaiseException):
            raise


@app.periodic(cron="40 3 * * *")
@app.task(
    name="project.forget_finished_tasks", queueing_lock="project.forget_finished_tasks", pass_context=True
)
async def forget_finished_tasks(context: JobContext, timestamp: int) -> None:
    """Delete tasks that ended well, or as another waited, `KEPT_DAYS` ago; those that failed stay until somebody looks."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_DAYS * 24, include_aborted=True)


@app.periodic(cron="50 3 * * *")
@app.task(name="project.clear_cache", queueing_lock="project.clear_cache")
def clear_cache(timestamp: int) -> None:
    """Delete what the database cache holds past its time; it would do so only as it grows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM project_cache WHERE expires < now()")
