"""Times of bookings in words: a day with its weekday, a stretch with its end the next morning, choices for a form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.programmes.spaces.rules_hours import Hours, open_spans
from sosei.programmes.spaces.rules_periods import DAY, wall_minutes

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years in which days are read."""


def edges_of(period: Any) -> tuple[datetime, datetime]:
    """Both ends of a stretch, be it a range of the database or a `Period` of the rules."""
    if hasattr(period, "lower"):
        return period.lower, period.upper
    return period.start, period.end


def day_text(day: date, *, this_year: int | None = None) -> str:
    """A civil day with its weekday; the year where it is another one."""
    shown = "MONTH_DAY_FORMAT" if day.year == (this_year or timezone.now().year) else "DATE_FORMAT"
    return _("%(day)s（%(weekday)s）") % {
        "day": date_format(day, shown),
        "weekday": date_format(day, "D"),
    }


def when_text(period: Any, zone: ZoneInfo) -> str:
    """A stretch of time as people say it: 12月1日（火）10:00～12:00."""
    start, end = (moment.astimezone(zone) for moment in edges_of(period))
    return _("%(day)s %(hours)s") % {"day": day_text(start.date()), "hours": _hours(start, end)}


def hours_text(period: Any, zone: ZoneInfo) -> str:
    """The hours of a stretch alone: 10:00～12:00, 22:00～翌2:00."""
    start, end = (moment.astimezone(zone) for moment in edges_of(period))
    return _hours(start, end)


def _hours(start: datetime, end: datetime) -> str:
    days = (end.date() - start.date()).days
    first, last = _clock(start), _clock(end)
    if days == 0:
        return _("%(start)s～%(end)s") % {"start": first, "end": last}
    if days == 1:
        return _("%(start)s～次の日の%(end)s") % {"start": first, "end": last}
    return _("%(start)s～%(day)s %(end)s") % {"start": first, "day": day_text(end.date()), "end": last}


def _clock(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02}"


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """A moment: 12月1日（火）23:59."""
    here = moment.astimezone(zone)
    return _("%(day)s %(hours)s") % {"day": day_text(here.date()), "hours": _clock(here)}


def clock_text(minutes: int) -> str:
    """Minutes after midnight: 600 is 10:00, 1560 is 2:00 of the next day."""
    shown = f"{minutes % DAY // 60}:{minutes % 60:02}"
    return shown if minutes < DAY else _("次の日の%(time)s") % {"time": shown}


def length_text(minutes: int) -> str:
    """How long: 2時間30分."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s分") % {"minutes": rest}
    if not rest:
        return _("%(hours)s時間") % {"hours": hours}
    return _("%(hours)s時間%(minutes)s分") % {"hours": hours, "minutes": rest}


def bands_of(day: date, hours: Hours) -> list[tuple[int, int]]:
    """The bookable hours that begin on a day, as minutes after its midnight."""
    return [
        (wall_minutes(span.start, day, hours.zone), wall_minutes(span.end, day, hours.zone))
        for _day, span in open_spans(day, day, hours)
    ]


def start_choices(bands: Iterable[tuple[int, int]], step: int) -> list[int]:
    """Minutes at which a booking may begin."""
    found = {minute for opens, closes in bands for minute in range(-(-opens // step) * step, closes, step)}
    return sorted(minute for minute in found if minute < DAY)


def end_choices(bands: Iterable[tuple[int, int]], step: int, *, overnight: bool) -> list[int]:
    """Minutes at which a booking may end; into the next day where one may stay the night."""
    found = {
        minute for opens, closes in bands for minute in range(opens // step * step + step, closes + 1, step)
    }
    if overnight and found:
        found |= set(range(DAY, 2 * DAY + 1, step))
    return sorted(found)


def day_from(text: str) -> date:
    """A civil day as addresses and forms write it.

    Raises:
        ValueError: none, or in a year near which sums of days would run out of the calendar.
    """
    return near(date.fromisoformat(text))


def near(day: date) -> date:
    """The same day.

    Raises:
        ValueError: as `day_from`.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{day} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def month_of(text: str, today: date) -> tuple[int, int]:
    """The year and month of an address; nonsense is this month."""
    try:
        asked = day_from(f"{text[:7]}-01")
    except ValueError:
        asked = today
    return asked.year, asked.month


def next_month(year: int, month: int, step: int = 1) -> date:
    """The first day of a month before or after."""
    count = year * 12 + month - 1 + step
    return date(count // 12, count % 12 + 1, 1)


def weeks_of_month(year: int, month: int) -> list[list[date | None]]:
    """The days of a month in weeks from Monday; None where a week has no day of it."""
    first = date(year, month, 1)
    last = next_month(year, month) - timedelta(days=1)
    days: list[date | None] = [None] * first.weekday()
    days += [first + timedelta(days=number) for number in range(last.day)]
    days += [None] * (-len(days) % 7)
    return [days[number : number + 7] for number in range(0, len(days), 7)]
