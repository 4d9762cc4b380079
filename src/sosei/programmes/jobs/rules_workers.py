"""Free days as ranges, days as people write them, the grid of a month: plain Python, no database."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sosei.engines.conventions.eras import parse_date
from sosei.engines.conventions.errors import ConventionError
from sosei.engines.conventions.folding import fold_width

DAY = timedelta(days=1)
Range = tuple[date, date]
"""First and last day, both within."""


def ranges_of(days: Iterable[date]) -> list[Range]:
    """The days as ranges that neither overlap nor touch, in order."""
    made: list[Range] = []
    for day in sorted(set(days)):
        if made and day - made[-1][1] == DAY:
            made[-1] = (made[-1][0], day)
        else:
            made.append((day, day))
    return made


def days_within(first: date, last: date, weekdays: Collection[int] = ()) -> set[date]:
    """The days from `first` to `last`, of those weekdays (Monday 0) where some are named."""
    every = (first + DAY * offset for offset in range((last - first).days + 1))
    return {day for day in every if not weekdays or day.weekday() in weekdays}


_MONTH_DAY = re.compile(r"(\d{1,2})\s*(?:[/.-]|月)\s*(\d{1,2})\s*日?(?:\s*\(.\))?")


def read_day(text: str, today: date) -> date | None:
    """A day as people write it: 8/1 and 8月1日 (the next one from `today`), 2027-08-01, 令和9年8月1日; None for no day."""
    folded = fold_width(text)
    short = _MONTH_DAY.fullmatch(folded)
    try:
        if short:
            month, day = int(short.group(1)), int(short.group(2))
            return next(
                found
                for year in range(today.year, today.year + 9)
                if (found := _on(year, month, day)) >= today
            )
        read = parse_date(folded)
        return date(read.year, read.month, read.day) if read.month and read.day else None
    except (ValueError, ConventionError, StopIteration):
        return None


def _on(year: int, month: int, day: int) -> date:
    # 29 February is looked for in the years to come.
    if (month, day) == (2, 29) and not calendar.isleap(year):
        return date.min
    return date(year, month, day)


def weeks_of(year: int, month: int) -> list[list[date | None]]:
    """A month in weeks from Sunday to Saturday; None for days of its neighbours."""
    grid = calendar.Calendar(firstweekday=6).monthdatescalendar(year, month)
    return [[day if day.month == month else None for day in week] for week in grid]


def months_from(first: date, count: int) -> list[tuple[int, int]]:
    """Years and months, in order."""
    start = first.year * 12 + first.month - 1
    return [((start + step) // 12, (start + step) % 12 + 1) for step in range(count)]


def last_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])
