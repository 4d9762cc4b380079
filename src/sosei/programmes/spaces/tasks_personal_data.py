"""Work of the night: guests without an account are forgotten, long after they used a place."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.spaces.personal_data_bookings import forget_guests


@app.periodic(cron="55 18 * * *")  # 03:55 in Japan
@app.task(name="spaces.forget_guests", queueing_lock="spaces.forget_guests")
def forget(timestamp: int) -> int:
    """Run twice it does nothing more."""
    return forget_guests(now=timezone.now())
