"""The queue's own upkeep: work that a killed worker left half-done is taken up again."""

from __future__ import annotations

import logging

from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)
KEPT_DAYS = 30


@app.periodic(cron="* * * * *")
@app.task(
    name="project.take_up_stalled_tasks", queueing_lock="project.take_up_stalled_tasks", pass_context=True
)
async def take_up_stalled_tasks(context: JobContext, timestamp: int) -> int:
    """Put tasks back into the queue whose worker has not been heard of; returns how many.

    Every task of Sosei may be run twice: it stores what is not stored yet.
    """
    manager = context.app.job_manager
    taken_up = 0
    for job in await manager.get_stalled_jobs():
        logger.warning("taking up task %s (%s) of a worker that is gone", job.id, job.task_name)
        await manager.retry_job(job)
        taken_up += 1
    return taken_up


@app.periodic(cron="40 3 * * *")
@app.task(
    name="project.forget_finished_tasks", queueing_lock="project.forget_finished_tasks", pass_context=True
)
async def forget_finished_tasks(context: JobContext, timestamp: int) -> None:
    """Delete tasks that succeeded more than `KEPT_DAYS` ago; those that failed stay until somebody looks."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_DAYS * 24)


@app.periodic(cron="50 3 * * *")
@app.task(name="project.clear_cache", queueing_lock="project.clear_cache")
def clear_cache(timestamp: int) -> None:
    """Delete what the database cache holds past its time; it would do so only as it grows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM project_cache WHERE expires < now()")
