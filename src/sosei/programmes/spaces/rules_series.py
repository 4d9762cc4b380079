"""Series of bookings: weekly, fortnightly, the nth weekday of a month, or chosen dates, with skipping; no Django.

Times are those of the wall clock, so that ten o'clock stays ten o'clock over a clock change. A month without a fifth
Friday has none; nothing is put in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from sosei.programmes.spaces.rules_errors import ErrorCode, Refusal, RulesError, need_range
from sosei.programmes.spaces.rules_holidays import IsHoliday, is_holiday
from sosei.programmes.spaces.rules_periods import DAY, WEEK, Period, days_from, span_on

MOST = 106
"""Two years of weeks."""
LONGEST_DAYS = 731


class Every(StrEnum):
    """How a series repeats."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    NTH_WEEKDAY = "nth_weekday"
    CHOSEN = "chosen"


class Scope(StrEnum):
    """What a change or cancellation of one booking of a series is meant for."""

    ONE = "one"
    REST = "rest"
    ALL = "all"


class Code(StrEnum):
    """Why a date of a series is left out."""

    HOLIDAY = "holiday"
    SKIPPED = "skipped"
    NO_SUCH_TIME = "no_such_time"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A series as it is asked for.

    Attributes:
        first: no date before it; the weekday and the fortnight count from it.
        last: no date after it. Where it is None, `count` says how many.
        nth: of NTH_WEEKDAY, 1 to 5, or -1 for the last.
        chosen: of CHOSEN, the dates.
        opens, closes: minutes after local midnight; `closes` may exceed 1440.

    Raises:
        RulesError: fields that do not fit the way it repeats, or too many dates.
    """

    every: Every
    opens: int
    closes: int
    first: date | None = None
    last: date | None = None
    count: int | None = None
    nth: int | None = None
    weekday: int | None = None
    chosen: tuple[date, ...] = ()
    skip_holidays: bool = False

    def __post_init__(self) -> None:
        need_range(self.opens, 0, DAY - 1, place="Pattern.opens")
        need_range(self.closes, self.opens + 1, self.opens + WEEK, place="Pattern.closes")
        if self.every is Every.CHOSEN:
            if not self.chosen:
                raise RulesError(ErrorCode.MISSING, place="Pattern.chosen", value="", remedy=f"1..{MOST}")
            if len(set(self.chosen)) > MOST:
                raise RulesError(
                    ErrorCode.TOO_MANY,
                    place="Pattern.chosen",
                    value=len(set(self.chosen)),
                    remedy=f"1..{MOST}",
                    highest=MOST,
                )
            return
        if self.first is None:
            raise RulesError(ErrorCode.MISSING, place="Pattern.first", value="", remedy="a date")
        if (self.last is None) == (self.count is None):
            raise RulesError(
                ErrorCode.NOT_TOGETHER,
                place="Pattern.last",
                value=f"last {self.last}, count {self.count}",
                remedy="one of last and count",
            )
        if self.count is not None:
            need_range(self.count, 1, MOST, place="Pattern.count")
        if self.last is not None and not self.first <= self.last <= self.first + timedelta(days=LONGEST_DAYS):
            raise RulesError(
                ErrorCode.OUT_OF_RANGE,
                place="Pattern.last",
                value=self.last,
                remedy=f"{self.first}..{self.first + timedelta(days=LONGEST_DAYS)}",
                lowest=self.first,
                highest=self.first + timedelta(days=LONGEST_DAYS),
            )
        if self.weekday is not None:
            need_range(self.weekday, 0, 6, place="Pattern.weekday")
        if self.every is Every.NTH_WEEKDAY and self.nth != -1:
            need_range(self.nth if self.nth is not None else 0, 1, 5, place="Pattern.nth")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a series: its time, or why it is left out; and what stands against booking it."""

    day: date
    period: Period | None
    left_out: Code | None = None
    clash: Refusal | None = None

    @property
    def is_good(self) -> bool:
        """Whether it would be booked."""
        return self.period is not None and self.left_out is None and self.clash is None


def dates_of(pattern: Pattern) -> list[date]:
    """The dates of a series, in order, holidays among them."""
    if pattern.every is Every.CHOSEN:
        return sorted(set(pattern.chosen))
    first = pattern.first
    if first is None:
        return []
    weekday = first.weekday() if pattern.weekday is None else pattern.weekday
    if pattern.every is Every.NTH_WEEKDAY:
        found = _nth_weekdays(first, weekday, pattern.nth or 1)
    else:
        begin = first + timedelta(days=(weekday - first.weekday()) % 7)
        found = _stepping(begin, 14 if pattern.every is Every.FORTNIGHT else 7)
    return _until(found, pattern)


def _stepping(day: date, step: int) -> Iterable[date]:
    while True:
        yield day
        day += timedelta(days=step)


def _nth_weekdays(first: date, weekday: int, nth: int) -> Iterable[date]:
    year, month = first.year, first.month
    while True:
        following = date(year + month // 12, month % 12 + 1, 1)
        days = days_from(date(year, month, 1), following - timedelta(days=1))
        fitting = [day for day in days if day.weekday() == weekday]
        place = -1 if nth == -1 else nth - 1
        if place < len(fitting) and fitting[place] >= first:
            yield fitting[place]
        year, month = following.year, following.month


def _until(found: Iterable[date], pattern: Pattern) -> list[date]:
    days: list[date] = []
    for day in found:
        if pattern.last is not None and day > pattern.last:
            break
        days.append(day)
        if len(days) == (pattern.count or MOST):
            break
    return days


def plan(
    pattern: Pattern,
    zone: ZoneInfo,
    *,
    check: Callable[[Period], Refusal | None] | None = None,
    skip: Collection[date] = (),
    holidays: IsHoliday = is_holiday,
) -> list[Occurrence]:
    """Every date of a series with its time, and what stands against it, to be shown before booking.

    Args:
        check: asks whether a time can be booked.
        skip: dates that are to be left out.
    """
    found: list[Occurrence] = []
    for day in dates_of(pattern):
        span = span_on(day, pattern.opens, pattern.closes, zone)
        if span is None:
            found.append(Occurrence(day, None, Code.NO_SUCH_TIME))
        elif day in skip:
            found.append(Occurrence(day, span, Code.SKIPPED))
        elif pattern.skip_holidays and holidays(day):
            found.append(Occurrence(day, span, Code.HOLIDAY))
        else:
            found.append(Occurrence(day, span, None, check(span) if check else None))
    return found


def overlapping(occurrences: Sequence[Occurrence]) -> list[tuple[date, date]]:
    """Dates of one series whose times overlap each other."""
    kept = [(each.day, each.period) for each in occurrences if each.period is not None and not each.left_out]
    return [
        (day, other_day) for (day, period), (other_day, other) in pairwise(kept) if period.overlaps(other)
    ]


def meant(starts: Mapping[int, datetime], key: int, scope: Scope, *, now: datetime) -> list[int]:
    """The bookings of a series that a change is meant for, in order of their start; none that has begun.

    Args:
        starts: start of each live booking of the series, by its key.
        key: the booking that was chosen.

    Raises:
        RulesError: the chosen one is not in the series.
    """
    if key not in starts:
        raise RulesError(ErrorCode.MISSING, place="key", value=key, remedy="a booking of the series")
    ordered = sorted(starts, key=lambda each: (starts[each], each))
    if scope is Scope.ONE:
        ordered = [key]
    elif scope is Scope.REST:
        ordered = ordered[ordered.index(key) :]
    return [each for each in ordered if starts[each] > now]
