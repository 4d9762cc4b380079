"""Background work of reviews: both sides are asked when a contract is over, and what is there is shown in time."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.jobs.services import reviews


@app.periodic(cron="25 * * * *")
@app.task(name="jobs.ask_for_reviews", queueing_lock="jobs.ask_for_reviews")
def ask_for_reviews(timestamp: int) -> int:
    """Asks both sides of contracts that are over; run twice it asks nobody again."""
    return reviews.ask_due(timezone.now())


@app.periodic(cron="50 17 * * *")
@app.task(name="jobs.show_reviews", queueing_lock="jobs.show_reviews")
def show_reviews(timestamp: int) -> int:
    """Shows reviews whose fourteen days are over, at night in Japan; run twice it shows each once."""
    return reviews.show_due(timezone.now())
