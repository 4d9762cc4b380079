"""Background work of the days: reminders, forgotten punches, days that are over, newcomers to a safety notice."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.jobs.services import days_closing, days_safety


@app.periodic(cron="0 9 * * *")  # 18:00 in Japan
@app.task(name="jobs.remind_of_tomorrow", queueing_lock="jobs.remind_of_tomorrow")
def remind_of_tomorrow(timestamp: int) -> int:
    """Tells everybody who works tomorrow; run twice it tells nobody again."""
    return days_closing.remind(timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="jobs.ask_forgotten_punches", queueing_lock="jobs.ask_forgotten_punches")
def ask_forgotten_punches(timestamp: int) -> int:
    """Asks once for each punch that is missing, and warns newcomers; run twice it does each once."""
    return days_closing.ask_forgotten(timezone.now()) + days_safety.tell_newcomers()


@app.periodic(cron="5 * * * *")
@app.task(name="jobs.close_ended_days", queueing_lock="jobs.close_ended_days")
def close_ended_days(timestamp: int) -> int:
    """Closes days that are over and ends contracts without any left; run twice it does each once."""
    return days_closing.close_ended(timezone.now())
