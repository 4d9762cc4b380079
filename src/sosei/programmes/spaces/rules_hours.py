"""When a space can be booked: bookable hours, closed days, buffers, notice, horizon, and what is free; no Django.

Opening hours are what is told; bookable hours decide. Both are bands of minutes after local midnight, by weekday; a
band may end after midnight (1560 is two in the night) and belongs to the day on which it begins.

- A closed day loses the bands that begin on it; the night before ends as it does.
- Public holidays have bands of their own where they are given, else those of their weekday.
- A day of rest that falls on a holiday is open where `rest_moves`, and the next day that is neither holiday nor day of
  rest is closed instead (月曜休館、祝日の場合は翌日).
- A day with hours of its own (`special`) has just those, whatever else would hold.
- Without `overnight` a booking stays within the hours of one day; with it, hours that meet are one.
- Buffers before and after belong to a booking: between two lie the one's buffer after and the other's before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sosei.programmes.spaces.rules_errors import ErrorCode, Refusal, RulesError, need_range
from sosei.programmes.spaces.rules_holidays import IsHoliday, is_holiday
from sosei.programmes.spaces.rules_periods import (
    DAY,
    MINUTE,
    ONE_DAY,
    Period,
    at_minute,
    day_of,
    days_from,
    days_of,
    floor_minute,
    merged,
    midnight,
    span_on,
    wall_minutes,
    without,
)

Band = tuple[int, int]
"""From a minute after local midnight to another; the end may exceed 1440."""
LONGEST = 62 * DAY
MOST_NOTICE = 366 * DAY
GRIDS = (5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)


class Code(StrEnum):
    """Why a period cannot be booked, or a day has no hours."""

    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    GRID = "grid"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    CLOSED_DAYS = "closed_days"
    CLOSED_WEEKDAY = "closed_weekday"
    CLOSED_HOLIDAY = "closed_holiday"
    REST_MOVED = "rest_moved"
    OUTSIDE_HOURS = "outside_hours"
    OVERNIGHT = "overnight"
    TAKEN = "taken"
    BUFFER = "buffer"


@dataclass(frozen=True, slots=True)
class Week:
    """Bands of each weekday, Monday first, and of holidays (None: as the weekday; empty: closed).

    Raises:
        RulesError: not seven days, or a band that is backwards, overlaps, or is longer than a day.
    """

    days: tuple[tuple[Band, ...], ...]
    holiday: tuple[Band, ...] | None = None

    def __post_init__(self) -> None:
        if len(self.days) != 7:
            raise RulesError(ErrorCode.OUT_OF_RANGE, place="Week.days", value=len(self.days), remedy="7")
        for bands in (*self.days, *(() if self.holiday is None else (self.holiday,))):
            check_bands(bands, place="Week.days")


@dataclass(frozen=True, slots=True)
class DatedWeek:
    """A week that holds only from one day to another, both in it (summer hours); None: without bound."""

    week: Week
    first: date | None = None
    last: date | None = None

    def includes(self, day: date) -> bool:
        """Whether it holds on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Closure:
    """Closed from one day to another, both in it (a holiday of the house, works)."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class YearlyClosure:
    """Closed every year from (month, day) to (month, day), both in it; may go over the new year (12-29 to 1-3)."""

    first: tuple[int, int]
    last: tuple[int, int]

    def includes(self, day: date) -> bool:
        """Whether a day lies in it."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True, slots=True)
class MonthlyClosure:
    """Closed on the nth weekday of every month (第2月曜; -1 is the last)."""

    nth: int
    weekday: int

    def includes(self, day: date) -> bool:
        """Whether a day is it."""
        if day.weekday() != self.weekday:
            return False
        if self.nth == -1:
            return (day + 7 * ONE_DAY).month != day.month
        return (day.day - 1) // 7 + 1 == self.nth


@dataclass(frozen=True)
class Hours:
    """Everything that decides when a space can be booked.

    Attributes:
        dated: weeks that replace `week` on their days; of several the last.
        rest_weekdays, rest_moves: regular days of rest, and whether they give way to holidays.
        special: days with hours of their own.
        buffer_before, buffer_after: minutes that belong to each booking.
        notice: minutes between booking and start, at least.
        horizon_days: the last day that can be booked lies so many days after today; None for any.
        grid: bookings begin at a multiple of so many minutes after midnight.
        shortest, longest: minutes of a booking.

    Raises:
        RulesError: a figure out of range, or bands that overlap.
    """

    zone: ZoneInfo
    week: Week
    dated: tuple[DatedWeek, ...] = ()
    closures: tuple[Closure | YearlyClosure | MonthlyClosure, ...] = ()
    rest_weekdays: frozenset[int] = frozenset()
    rest_moves: bool = False
    special: Mapping[date, tuple[Band, ...]] = field(default_factory=dict)
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0
    horizon_days: int | None = None
    grid: int = 30
    shortest: int = 30
    longest: int = LONGEST
    overnight: bool = False

    def __post_init__(self) -> None:
        need_range(self.buffer_before, 0, DAY, place="Hours.buffer_before")
        need_range(self.buffer_after, 0, DAY, place="Hours.buffer_after")
        need_range(self.notice, 0, MOST_NOTICE, place="Hours.notice")
        need_range(self.shortest, 1, LONGEST, place="Hours.shortest")
        need_range(self.longest, self.shortest, LONGEST, place="Hours.longest")
        if self.horizon_days is not None:
            need_range(self.horizon_days, 0, 3660, place="Hours.horizon_days")
        if self.grid not in GRIDS:
            raise RulesError(
                ErrorCode.OUT_OF_RANGE, place="Hours.grid", value=self.grid, remedy=", ".join(map(str, GRIDS))
            )
        for weekday in self.rest_weekdays:
            need_range(weekday, 0, 6, place="Hours.rest_weekdays")
        for bands in self.special.values():
            check_bands(bands, place="Hours.special")


def check_bands(bands: Sequence[Band], *, place: str) -> None:
    """Bands in order, none longer than a day, none over another.

    Raises:
        RulesError: they are not.
    """
    end = 0
    for opens, closes in bands:
        need_range(opens, 0, DAY - 1, place=place)
        need_range(closes, opens + 1, opens + DAY, place=place)
        if opens < end:
            raise RulesError(ErrorCode.NOT_TOGETHER, place=place, value=opens, remedy=f"{end}..", lowest=end)
        end = closes


def bands_on(
    day: date, hours: Hours, holidays: IsHoliday = is_holiday
) -> tuple[tuple[Band, ...], Code | None]:
    """The bands that begin on a day, and why there are none."""
    if day in hours.special:
        return hours.special[day], None if hours.special[day] else Code.CLOSED_DAYS
    for closure in hours.closures:
        if isinstance(closure, Closure):
            if closure.first <= day <= closure.last:
                return (), Code.CLOSED_DAYS
        elif closure.includes(day):
            return (), Code.CLOSED_DAYS
    holiday = holidays(day)
    if day.weekday() in hours.rest_weekdays and not (hours.rest_moves and holiday):
        return (), Code.CLOSED_WEEKDAY
    if hours.rest_moves and _rest_moved_to(day, hours, holidays):
        return (), Code.REST_MOVED
    week = next((each.week for each in reversed(hours.dated) if each.includes(day)), hours.week)
    if holiday and week.holiday is not None:
        return week.holiday, None if week.holiday else Code.CLOSED_HOLIDAY
    found = week.days[day.weekday()]
    return found, None if found else Code.CLOSED_WEEKDAY


def _rest_moved_to(day: date, hours: Hours, holidays: IsHoliday) -> bool:
    """Whether a day of rest that fell on a holiday before is kept on this day."""
    if holidays(day) or day.weekday() in hours.rest_weekdays:
        return False
    before = day - ONE_DAY
    while holidays(before) or before.weekday() in hours.rest_weekdays:
        if holidays(before) and before.weekday() in hours.rest_weekdays:
            return True
        before -= ONE_DAY
    return False


def open_spans(
    first: date, last: date, hours: Hours, holidays: IsHoliday = is_holiday
) -> list[tuple[date, Period]]:
    """The bookable hours that begin on the days from one to another: the day, and the time."""
    return [
        (day, span)
        for day in days_from(first, last)
        for opens, closes in bands_on(day, hours, holidays)[0]
        if (span := span_on(day, opens, closes, hours.zone)) is not None
    ]


def occupied(period: Period, hours: Hours) -> Period:
    """What a booking takes of the space: its time and its buffers. Two bookings may touch, not overlap, in this."""
    return period.widened(hours.buffer_before, hours.buffer_after)


def bookable(
    period: Period,
    hours: Hours,
    *,
    now: datetime,
    busy: Iterable[Period] = (),
    holidays: IsHoliday = is_holiday,
    by_staff: bool = False,
) -> Refusal | None:
    """The first thing that stands against booking a period; None when nothing does.

    Args:
        busy: what other bookings and blocks take, buffers with them (`occupied`).
        by_staff: notice, horizon, grid and lengths do not bind the house itself.

    Raises:
        RulesError: `now` has no zone.
    """
    return next(refusals(period, hours, now=now, busy=busy, holidays=holidays, by_staff=by_staff), None)


def refusals(
    period: Period,
    hours: Hours,
    *,
    now: datetime,
    busy: Iterable[Period] = (),
    holidays: IsHoliday = is_holiday,
    by_staff: bool = False,
) -> Iterator[Refusal]:
    """Everything that stands against booking a period, in the order in which it is best told.

    Raises:
        RulesError: `now` has no zone.
    """
    minute = floor_minute(now, place="now")
    if period.start < minute:
        yield Refusal(Code.PAST, {"start": period.start})
    if not by_staff:
        yield from _house_rules(period, hours, minute)
    outside = _outside(period, hours, holidays)
    if outside is not None:
        yield outside
    wanted = occupied(period, hours)
    for other in sorted(busy):
        if wanted.overlaps(other):
            code = Code.TAKEN if period.overlaps(other) else Code.BUFFER
            yield Refusal(code, {"from": other.start, "until": other.end})
            return


def _house_rules(period: Period, hours: Hours, now: datetime) -> Iterator[Refusal]:
    first = now + hours.notice * MINUTE
    if now <= period.start < first:
        yield Refusal(Code.NOTICE, {"minutes": hours.notice, "earliest": first})
    if hours.horizon_days is not None:
        last = day_of(now, hours.zone) + timedelta(days=hours.horizon_days)
        if day_of(period.start, hours.zone) > last:
            yield Refusal(Code.HORIZON, {"days": hours.horizon_days, "last": last})
    minute = wall_minutes(period.start, day_of(period.start, hours.zone), hours.zone)
    if minute % hours.grid:
        yield Refusal(Code.GRID, {"minutes": hours.grid, "start": period.start})
    if period.minutes < hours.shortest:
        yield Refusal(Code.TOO_SHORT, {"minutes": period.minutes, "shortest": hours.shortest})
    if period.minutes > hours.longest:
        yield Refusal(Code.TOO_LONG, {"minutes": period.minutes, "longest": hours.longest})


def _outside(period: Period, hours: Hours, holidays: IsHoliday) -> Refusal | None:
    days = days_of(period, hours.zone)
    spans = [span for _day, span in open_spans(days[0] - ONE_DAY, days[-1], hours, holidays)]
    joined = merged(spans)
    if any(span.holds(period) for span in (joined if hours.overnight else spans)):
        return None
    if any(span.holds(period) for span in joined):
        return Refusal(Code.OVERNIGHT, {"start": period.start, "end": period.end})
    missing = without([period], joined)[0]
    day = day_of(missing.start, hours.zone)
    why = bands_on(day, hours, holidays)[1]
    return Refusal(why or Code.OUTSIDE_HOURS, {"day": day, "from": missing.start, "until": missing.end})


def free_spans(
    within: Period, hours: Hours, busy: Iterable[Period] = (), holidays: IsHoliday = is_holiday
) -> list[Period]:
    """What is open and not taken in a stretch of time; buffers of a new booking are not yet taken off."""
    days = days_of(within, hours.zone)
    spans = [span for _day, span in open_spans(days[0] - ONE_DAY, days[-1], hours, holidays)]
    cut = [
        Period(max(span.start, within.start), min(span.end, within.end))
        for span in merged(spans)
        if span.overlaps(within)
    ]
    return without(cut, busy)


def free_starts(
    day: date,
    minutes: int,
    busy: Iterable[Period],
    hours: Hours,
    *,
    now: datetime,
    holidays: IsHoliday = is_holiday,
    by_staff: bool = False,
) -> list[datetime]:
    """Every start on a day from which so many minutes can be booked.

    Raises:
        RulesError: `now` has no zone, or a length below one minute.
    """
    need_range(minutes, 1, LONGEST, place="minutes")
    begins, ends = midnight(day, hours.zone), midnight(day + ONE_DAY, hours.zone)
    taken = merged(busy)
    starts = [span.start for span in taken]
    candidates = dict.fromkeys(at_minute(day, minute, hours.zone) for minute in range(0, DAY, hours.grid))
    found: list[datetime] = []
    for start in candidates:
        if not begins <= start < ends:
            continue
        period = Period(start, start + minutes * MINUTE)
        wanted = occupied(period, hours)
        place = bisect_right(starts, wanted.start)
        near = taken[max(0, place - 1) :]
        if near and any(wanted.overlaps(other) for other in near[:2]):
            continue
        if bookable(period, hours, now=now, holidays=holidays, by_staff=by_staff) is None:
            found.append(start)
    return found


def any_free(
    within: Period,
    minutes: int,
    busy: Iterable[Period],
    hours: Hours,
    *,
    now: datetime,
    holidays: IsHoliday = is_holiday,
) -> datetime | None:
    """The first start from which so many minutes lie free within a stretch ("two hours on Thursday afternoon").

    Raises:
        RulesError: `now` has no zone, or a length below one minute.
    """
    taken = list(busy)
    for day in days_of(within, hours.zone):
        for start in free_starts(day, minutes, taken, hours, now=now, holidays=holidays):
            if within.start <= start and start + minutes * MINUTE <= within.end:
                return start
    return None
