"""The queue's own upkeep: work that a killed worker left half-done is taken up again."""

from __future__ import annotations

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)
MINUTES = 2


@app.periodic(cron=f"*/{MINUTES} * * * *")
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
