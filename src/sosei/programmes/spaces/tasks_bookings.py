"""Background work of bookings: holds and requests that run out, the waiting list, and what was used."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.spaces.services import bookings, waiting


@app.periodic(cron="* * * * *")
@app.task(name="spaces.lapse_bookings", queueing_lock="spaces.lapse_bookings")
def lapse_bookings(timestamp: int) -> int:
    """Ends holds and requests whose time is over, then offers to the waiting list; run twice it does each once."""
    now = timezone.now()
    return bookings.lapse_due(now=now) + waiting.offer_due(now=now)


@app.periodic(cron="20 * * * *")
@app.task(name="spaces.mark_ended", queueing_lock="spaces.mark_ended")
def mark_ended(timestamp: int) -> int:
    """Takes as used what is over and was used; run twice it does it once."""
    return bookings.mark_ended(now=timezone.now())
