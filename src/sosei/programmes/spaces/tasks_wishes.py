"""Background work of wishes: those whose time is over lapse, and what was written long ago is forgotten."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.programmes.spaces.services import wishes


@app.periodic(cron="*/5 * * * *")
@app.task(name="spaces.lapse_wishes", queueing_lock="spaces.lapse_wishes")
def lapse_wishes(timestamp: int) -> int:
    """Ends what is due, and tells; run twice it does each once."""
    return wishes.lapse_due(now=timezone.now())


@app.periodic(cron="40 18 * * *")
@app.task(name="spaces.forget_wishes", queueing_lock="spaces.forget_wishes")
def forget_wishes(timestamp: int) -> int:
    """Words and places of wishes that ended a year ago go."""
    return wishes.forget_old(now=timezone.now())
