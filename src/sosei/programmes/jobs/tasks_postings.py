"""Background work of postings: those whose last shift has begun are closed."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.jobs.services import postings


@app.periodic(cron="20 * * * *")
@app.task(name="jobs.close_postings_over", queueing_lock="jobs.close_postings_over")
def close_postings_over(timestamp: int) -> int:
    """Hourly, for a posting that is over is to be closed at once (職安法5条の4); run twice it closes each once."""
    return postings.close_over(timezone.now())
