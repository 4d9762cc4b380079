"""The civil day at the place: what "today" is for the people of a town, where the clock runs in UTC.

Between midnight and nine in the morning Japan is a day ahead of UTC; Django's own `localdate()` answers in UTC
and is banned by the lint.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def zone() -> ZoneInfo:
    """The time zone of the place."""
    return ZoneInfo(settings.SCREEN_TIME_ZONE)


def day_of(moment: datetime) -> date:
    """The civil day on which a moment falls."""
    return moment.astimezone(zone()).date()


def today() -> date:
    """The civil day that runs now."""
    return day_of(timezone.now())


def start_of(day: date) -> datetime:
    """The moment a civil day begins."""
    return datetime.combine(day, time(), zone())


def end_of(day: date) -> datetime:
    """The last microsecond of a civil day."""
    return datetime.combine(day, time.max, zone())
