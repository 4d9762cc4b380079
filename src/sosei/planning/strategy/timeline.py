"""The dated actions of a measure on one line of years, as shares of its length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sosei.planning.strategy.models import Action, Strategy
from sosei.planning.strategy.numbers import short_year


@dataclass(frozen=True)
class Bar:
    """An action; `start` and `length` in hundredths of the line, None where it has no date."""

    action: Action
    start: float | None
    length: float


@dataclass(frozen=True)
class Timeline:
    """Actions under a row of fiscal years; each year with its place in hundredths."""

    bars: list[Bar]
    years: list[tuple[str, float]]


def timeline_of(actions: Sequence[Action], strategy: Strategy) -> Timeline:
    """The actions over the years of the term, and over those before and after that an action needs."""
    dates = [
        day
        for action in actions
        for day in (action.starts_on, action.ends_on, action.done_on)
        if day is not None
    ]
    years = [*strategy.fiscal_years, *(day.year - (day.month < 4) for day in dates)]
    first, last = min(years), max(years)
    begin = date(first, 4, 1)
    days = (date(last + 1, 4, 1) - begin).days

    def place(day: date) -> float:
        return round(100 * (day - begin).days / days, 2)

    bars = []
    for action in actions:
        known = [day for day in (action.starts_on, action.ends_on, action.done_on) if day is not None]
        if not known:
            bars.append(Bar(action, None, 0))
            continue
        start = place(action.starts_on or min(known))
        end = place(action.ends_on or action.done_on or max(known))
        bars.append(Bar(action, min(start, 99.0), max(end - start, 1.0)))
    ticks = [(short_year(year), place(date(year, 4, 1))) for year in range(first, last + 1)]
    return Timeline(bars, ticks)
