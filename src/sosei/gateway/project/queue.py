"""The task queue in figures: how much waits, how long already, and whether a worker is there."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

QUESTION = """
WITH due AS (
    SELECT coalesce(job.scheduled_at, (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id)) AS since
    FROM procrastinate_jobs job
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
)
SELECT
    (SELECT count(*) FROM due),
    (SELECT coalesce(extract(epoch FROM now() - min(since)), 0) FROM due),
    (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'),
    (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s))
"""


@dataclass(frozen=True)
class QueueFigures:
    """The queue at one moment."""

    waiting: int
    oldest_seconds: float
    running: int
    failed: int
    workers: int


def queue_figures() -> QueueFigures:
    """Asks the database once; raises Django's database errors where it cannot."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, [settings.READY_WORKER_SECONDS])
        waiting, oldest, running, failed, workers = cursor.fetchone()
    return QueueFigures(waiting, float(oldest), running, failed, workers)
