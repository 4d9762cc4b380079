"""Work of the night: unused staff roles are warned of and ended, past counts of attempts and sessions forgotten."""

from __future__ import annotations

from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from sosei.core.people import rate_limits
from sosei.core.people.services import dormancy, proxy


@app.periodic(cron="20 18 * * *")  # 03:20 in Japan
@app.task(name="people.look_after_dormant_roles", queueing_lock="people.look_after_dormant_roles")
def look_after_dormant_roles(timestamp: int) -> None:
    """Warns first, then ends; run twice it does nothing more."""
    on = dormancy.today()
    dormancy.warn_of_dormancy(on=on)
    dormancy.end_dormant_roles(on=on)


@app.periodic(cron="45 * * * *")
@app.task(name="people.forget_past_attempts", queueing_lock="people.forget_past_attempts")
def forget_past_attempts(timestamp: int) -> int:
    """Deletes counts whose time is over."""
    return rate_limits.forget_past(timezone.now())


@app.periodic(cron="35 18 * * *")
@app.task(name="people.forget_past_sessions", queueing_lock="people.forget_past_sessions")
def forget_past_sessions(timestamp: int) -> None:
    """Deletes sessions that are over; Django leaves them in the table."""
    call_command("clearsessions")


@app.periodic(cron="*/10 * * * *")
@app.task(name="people.end_expired_acting", queueing_lock="people.end_expired_acting")
def end_expired_acting(timestamp: int) -> int:
    """Ends times of acting for somebody that ran out while nobody looked, and tells the persons."""
    return proxy.end_expired_sessions()
