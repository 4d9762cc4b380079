"""Reads a calendar of somebody else (iCalendar, RFC 5545): the times that are taken, repeats written out; no database.

What cannot be understood is refused as a whole: half a calendar would free times that are taken.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrulestr

from sosei.programmes.spaces import words_problems as problems
from sosei.programmes.spaces.rules_periods import MINUTE, ONE_DAY, Period, merged

MOST_EVENTS = 5_000
MOST_STEPS = 500_000
"""Dates that all repeats of a file may run through, those before the window too."""
SECONDS = 10.0
MOST_PERIODS = 3_000
REPEATS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


class CalendarError(ValueError):
    """A file that is no calendar, or too much of one; the text says why, in the reader's language."""


@dataclass
class _Budget:
    until: float
    steps: int = MOST_STEPS

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0 or time.monotonic() > self.until:
            raise CalendarError(str(problems.TOO_MANY_REPEATS))


@dataclass(frozen=True)
class _Window:
    zone: ZoneInfo
    first: datetime
    last: datetime
    own: str


def taken_times(
    data: bytes, *, zone: ZoneInfo, first: datetime, last: datetime, own: str = ""
) -> list[Period]:
    """The times between two moments that a calendar has taken, in order, none over another.

    Args:
        zone: of times that name none, and of whole days.
        own: the site whose bookings come back from a calendar that reads ours; they are left out.

    Raises:
        CalendarError: no calendar, an event that cannot be understood, or too many.
    """
    try:
        calendars = icalendar.Calendar.from_ical(data, multiple=True)
    except (ValueError, IndexError, KeyError, TypeError, UnicodeError) as error:
        raise CalendarError(str(problems.NO_CALENDAR)) from error
    if not calendars or any(one.name != "VCALENDAR" for one in calendars):
        raise CalendarError(str(problems.NO_CALENDAR))
    events = [event for one in calendars for event in one.walk("VEVENT")]
    if len(events) > MOST_EVENTS:
        raise CalendarError(problems.TOO_MANY_EVENTS % {"count": len(events), "most": MOST_EVENTS})
    window = _Window(zone, first, last, own)
    try:
        found = merged(_all(events, window))
    except CalendarError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise CalendarError(str(problems.NO_TIME)) from error
    if len(found) > MOST_PERIODS:
        raise CalendarError(problems.TOO_MANY_EVENTS % {"count": len(found), "most": MOST_PERIODS})
    return found


def _all(events: list[Any], window: _Window) -> list[Period]:
    budget = _Budget(time.monotonic() + SECONDS)
    replaced: dict[str, set[datetime]] = {}
    for event in events:
        if event.get("RECURRENCE-ID") is not None:
            moment = _moment(event["RECURRENCE-ID"].dt, window.zone)
            replaced.setdefault(str(event.get("UID", "")), set()).add(moment)
    found = []
    for event in events:
        if not _takes_time(event, window.own):
            continue
        is_one = event.get("RECURRENCE-ID") is not None
        but = set() if is_one else replaced.get(str(event.get("UID", "")), set())
        for start, end in _dates(event, window, budget, but):
            if end > window.first and start < window.last and end > start:
                found.append(_whole_minutes(start, end))
    return found


def _takes_time(event: Any, own: str) -> bool:
    if (
        str(event.get("STATUS", "")).upper() == "CANCELLED"
        or str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    ):
        return False
    return not (own and str(event.get("UID", "")).endswith(f"@{own}"))


def _whole_minutes(start: datetime, end: datetime) -> Period:
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    up = last.replace(second=0, microsecond=0)
    return Period(first.replace(second=0, microsecond=0), up if up == last else up + MINUTE)


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    """A moment of the file: with its own zone, or by the clock of the place; a day is its midnight."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    return value.replace(tzinfo=zone) if value.tzinfo is None else value


def _dates(
    event: Any, window: _Window, budget: _Budget, but: set[datetime]
) -> Iterator[tuple[datetime, datetime]]:
    given = event["DTSTART"].dt
    is_day = not isinstance(given, datetime)
    start = _moment(given, window.zone)
    keep: tzinfo = start.tzinfo or window.zone
    length = _length(event, given, start, window.zone)
    left_out = but | set(_listed(event, "EXDATE", window.zone))
    for local in _starts(event, start.replace(tzinfo=None), keep, window, budget):
        begins = local.replace(tzinfo=keep)
        if begins not in left_out:
            yield begins, _end(begins, local, length, keep, is_day=is_day)
    for begins in _listed(event, "RDATE", window.zone):
        if begins not in left_out:
            yield (
                begins,
                _end(begins, begins.replace(tzinfo=None), length, begins.tzinfo or keep, is_day=is_day),
            )


def _end(begins: datetime, local: datetime, length: timedelta, zone: tzinfo, *, is_day: bool) -> datetime:
    if is_day:
        # Days by the calendar: one of 23 hours is a day too.
        return (local + length).replace(tzinfo=zone)
    return begins.astimezone(UTC) + length


def _length(event: Any, given: Any, start: datetime, zone: ZoneInfo) -> timedelta:
    if event.get("DTEND") is not None:
        end = event["DTEND"].dt
        if not isinstance(given, datetime) and not isinstance(end, datetime):
            return timedelta(days=(end - given).days)
        return _moment(end, zone).astimezone(UTC) - start.astimezone(UTC)
    if event.get("DURATION") is not None:
        return event["DURATION"].dt  # type: ignore[no-any-return]
    return timedelta() if isinstance(given, datetime) else ONE_DAY


def _listed(event: Any, name: str, zone: ZoneInfo) -> list[datetime]:
    given = event.get(name)
    lists = given if isinstance(given, list) else [given] if given is not None else []
    values = [each.dt for one in lists for each in one.dts]
    return [_moment(value[0] if isinstance(value, tuple) else value, zone) for value in values]


def _starts(
    event: Any, first: datetime, zone: tzinfo, window: _Window, budget: _Budget
) -> Iterator[datetime]:
    """Every start by the clock of the event's zone, up to the end of the window."""
    rule = event.get("RRULE")
    if rule is None:
        budget.step()
        yield first
        return
    for one in rule if isinstance(rule, list) else [rule]:
        last = _last(one, zone, window)
        text = ";".join(part for part in one.to_ical().decode().split(";") if not part.startswith("UNTIL="))
        for local in rrulestr(text, dtstart=first):
            budget.step()
            if local > last:
                break
            yield local


def _last(rule: Mapping[str, Any], zone: tzinfo, window: _Window) -> datetime:
    if str(rule["FREQ"][0]).upper() not in REPEATS:
        raise CalendarError(str(problems.OTHER_REPEAT))
    last = window.last.astimezone(zone).replace(tzinfo=None)
    until = rule.get("UNTIL")
    if not until:
        return last
    value = until[0] if isinstance(until, list) else until
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, 23, 59, 59)  # noqa: DTZ001 (by the event's clock)
    if value.tzinfo is not None:
        value = value.astimezone(zone).replace(tzinfo=None)
    return min(last, value)
