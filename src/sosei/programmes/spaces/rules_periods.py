"""Periods of time and the days of a place: [start, end) in UTC, minutes after local midnight, clock changes; no Django.

"Minutes after local midnight" are minutes of the clock on the wall, and may exceed 1440 (1560 is two in the night).
Where a clock change leaves a time out, the moment of the change stands for it; where it comes twice, the first counts.
So a later minute is never an earlier moment, in any zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError

DAY = 1440
WEEK = 7 * DAY
MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From a moment to a moment, the second no longer part of it; kept in UTC, in whole minutes.

    Raises:
        RulesError: a moment without zone or with seconds, or an end that is not after the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", whole_minute(self.start, place="Period.start"))
        object.__setattr__(self, "end", whole_minute(self.end, place="Period.end"))
        if self.end <= self.start:
            raise RulesError(
                ErrorCode.BACKWARDS,
                place="Period.end",
                value=self.end,
                remedy="after start",
                start=self.start,
            )

    @property
    def minutes(self) -> int:
        """How long it really lasts, whatever the clocks show."""
        return (self.end - self.start) // MINUTE

    def overlaps(self, other: Period) -> bool:
        """Whether they share a minute; one may begin as the other ends."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: Period) -> bool:
        """Whether the other lies within."""
        return self.start <= other.start and other.end <= self.end

    def widened(self, before: int, after: int) -> Period:
        """Longer by so many minutes before and after."""
        return Period(self.start - before * MINUTE, self.end + after * MINUTE)


def in_utc(moment: datetime, *, place: str) -> datetime:
    """The same moment in UTC.

    Raises:
        RulesError: it has no zone.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise RulesError(ErrorCode.NAIVE_MOMENT, place=place, value=moment, remedy="a moment with its zone")
    return moment.astimezone(UTC)


def whole_minute(moment: datetime, *, place: str) -> datetime:
    """The same moment in UTC.

    Raises:
        RulesError: it has no zone, or seconds.
    """
    found = in_utc(moment, place=place)
    if found.second or found.microsecond:
        raise RulesError(ErrorCode.SECONDS, place=place, value=moment, remedy="whole minutes")
    return found


def floor_minute(moment: datetime, *, place: str = "moment") -> datetime:
    """The minute that a moment lies in, in UTC.

    Raises:
        RulesError: it has no zone.
    """
    return in_utc(moment, place=place).replace(second=0, microsecond=0)


@lru_cache(maxsize=16384)
def at_minute(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, when the wall clock has gone so many minutes past the midnight that begins a day."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone).astimezone(UTC)
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, when a day begins at a place."""
    return at_minute(day, 0, zone)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The day at a place that a moment belongs to: the last one that has begun.

    Raises:
        RulesError: the moment has no zone.
    """
    found = in_utc(moment, place="moment")
    day = found.astimezone(zone).date()
    return day + ONE_DAY if midnight(day + ONE_DAY, zone) <= found else day


def wall_minutes(moment: datetime, day: date, zone: ZoneInfo) -> int:
    """Minutes of the wall clock from the midnight that begins `day` (1560: two in the night after).

    Raises:
        RulesError: the moment has no zone.
    """
    wall = in_utc(moment, place="moment").astimezone(zone).replace(tzinfo=None)
    return (wall - datetime.combine(day, time())) // MINUTE


def days_from(first: date, last: date) -> Iterator[date]:
    """Every day from one to another, both among them."""
    while first <= last:
        yield first
        first += ONE_DAY


def days_of(period: Period, zone: ZoneInfo) -> list[date]:
    """The days at a place on which some of a period lies."""
    return list(days_from(day_of(period.start, zone), day_of(period.end - MINUTE, zone)))


def split_at(period: Period, moments: Iterable[datetime]) -> list[Period]:
    """A period cut at those moments that lie inside it."""
    cuts = sorted({moment for moment in moments if period.start < moment < period.end})
    edges = [period.start, *cuts, period.end]
    return [Period(start, end) for start, end in pairwise(edges)]


def span_on(day: date, opens: int, closes: int, zone: ZoneInfo) -> Period | None:
    """From one minute of a day to another; None where a clock change swallows it whole."""
    start, end = at_minute(day, opens, zone), at_minute(day, closes, zone)
    return Period(start, end) if start < end else None


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same minutes in as few periods as they go into, in order."""
    found: list[Period] = []
    for period in sorted(periods):
        if found and period.start <= found[-1].end:
            found[-1] = Period(found[-1].start, max(found[-1].end, period.end))
        else:
            found.append(period)
    return found


def without(periods: Iterable[Period], taken: Iterable[Period]) -> list[Period]:
    """What is left of periods when others are taken out of them."""
    left = merged(periods)
    for hole in merged(taken):
        kept: list[Period] = []
        for period in left:
            if not period.overlaps(hole):
                kept.append(period)
                continue
            if period.start < hole.start:
                kept.append(Period(period.start, hole.start))
            if hole.end < period.end:
                kept.append(Period(hole.end, period.end))
        left = kept
    return left


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month (later, for a negative number), or that month's last day where it has none."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
