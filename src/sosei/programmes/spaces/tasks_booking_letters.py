"""Background work of the letters about bookings."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.spaces import booking_letters_due


@app.periodic(cron="0 8 * * *")  # 17:00 in Japan
@app.task(name="spaces.remind_of_tomorrow", queueing_lock="spaces.remind_of_tomorrow")
def remind_of_tomorrow(timestamp: int) -> int:
    """Tells the guests of tomorrow's bookings; run twice it tells nobody again."""
    return booking_letters_due.remind_of_tomorrow(timezone.now())


@app.periodic(cron="*/30 * * * *")
@app.task(name="spaces.warn_of_ending_holds", queueing_lock="spaces.warn_of_ending_holds")
def warn_of_ending_holds(timestamp: int) -> int:
    """Tells who has not paid yet that the hold ends within a day; run twice it tells nobody again."""
    return booking_letters_due.warn_of_ending_holds(timezone.now())
