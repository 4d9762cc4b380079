"""Where a KPI will stand in its final year if it goes on as it has, with an interval that says how sure that is.

Yearly values, levels and censuses: least squares line through the fresh points, and the t prediction interval of a new
observation: Montgomery, D. C., Peck, E. A., Vining, G. G. (2012), Introduction to Linear Regression Analysis, 5th ed.,
Wiley, p. 34, equation (2.45). It is exact for few points where the scatter about the line is normal.

Cumulative values: their errors add up, so a line through the totals would be far too sure of itself. The yearly
increments are taken as independent about their mean instead, and the total goes on from its last value (drift method:
Hyndman, R. J., Athanasopoulos, G. (2021), Forecasting: Principles and Practice, 3rd ed., OTexts, section 5.5), with
increments over gaps weighted by their years, and t in place of the normal, because there are few of them.

A value that is carried forward, or printed again for the same reference period, isn't fresh evidence and isn't counted
again. Time is that of the reference periods; the final value is the one to be reported in the final year, with the lag
that the newest value has. Fewer than three distinct points give a word and no numbers. Values are printed rounded, so
the scatter is never taken as smaller than rounding alone makes it: three points in a row promise nothing for certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from sosei.planning.strategy.judgement.records import Direction, Kind, KpiFacts, Point

LEAST_POINTS = 3
LEVEL = 0.8
DAYS_A_YEAR = 365.2425


class Method(StrEnum):
    """How it was computed."""

    LINE = "line"
    INCREMENTS = "increments"


class Silence(StrEnum):
    """Why there is no forecast."""

    TOO_FEW_POINTS = "too_few_points"
    NO_FINAL_YEAR = "no_final_year"
    FINAL_YEAR_REPORTED = "final_year_reported"


class Outlook(StrEnum):
    """What the interval says of the target: all of it reaches the target, none of it, or part."""

    WILL_REACH = "will_reach"
    OPEN = "open"
    WILL_MISS = "will_miss"


@dataclass(frozen=True)
class Forecast:
    """The value expected in the final year with its interval, or why there is none.

    Attributes:
        silence: None where there is a forecast.
        value, low, high: centre and ends of the interval.
        level: the share of such intervals that hold what comes.
        points: how many distinct points it rests on.
        years_ahead: from the newest point.
    """

    silence: Silence | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = LEVEL
    method: Method | None = None
    points: int = 0
    final_year: int | None = None
    years_ahead: float | None = None
    outlook: Outlook | None = None


class _Seen(NamedTuple):
    time: float
    value: Decimal


def forecast(facts: KpiFacts, *, through: int, level: float = LEVEL) -> Forecast:
    """From everything reported up to the fiscal year `through` to the year of the final target.

    Raises:
        ValueError: `level` isn't a share between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is a share between 0 and 1, not {level}")
    final = facts.final_year
    if final is None:
        return Forecast(Silence.NO_FINAL_YEAR, level=level)
    fresh = fresh_points(facts, through)
    if fresh and fresh[-1].reported_in >= final:
        return Forecast(Silence.FINAL_YEAR_REPORTED, level=level, points=len(fresh), final_year=final)
    seen = _placed_in_time(facts, fresh)
    if len(seen) < LEAST_POINTS:
        return Forecast(Silence.TOO_FEW_POINTS, level=level, points=len(seen), final_year=final)
    ahead = float(final - fresh[-1].reported_in)
    cumulative = facts.kind is Kind.CUMULATIVE
    centre, half = (_by_increments if cumulative else _by_line)(seen, seen[-1].time + ahead, level)
    low, high = centre - half, centre + half
    if cumulative and all(later.value >= earlier.value for earlier, later in pairwise(seen)):
        low = max(low, float(seen[-1].value))
    return Forecast(
        value=centre,
        low=low,
        high=high,
        level=level,
        method=Method.INCREMENTS if cumulative else Method.LINE,
        points=len(seen),
        final_year=final,
        years_ahead=ahead,
        outlook=_outlook(facts, low, high),
    )


def fresh_points(facts: KpiFacts, through: int) -> list[Point]:
    """The points that tell something new, in order: one for each reference period, none carried forward."""
    found: dict[object, Point] = {}
    for point in sorted(facts.actuals, key=lambda each: each.reported_in):
        if point.value is None or point.reported_in > through or point.carried_forward:
            continue
        found.setdefault(point.period_end or point.reported_in, point)
    return list(found.values())


def _placed_in_time(facts: KpiFacts, fresh: Sequence[Point]) -> list[_Seen]:
    """Years since the newest point, the base among them, earliest first."""
    if not fresh:
        return []
    newest = fresh[-1]
    placed: dict[float, Decimal] = {}
    if facts.base is not None and facts.base_year is not None and facts.base_year < fresh[0].reported_in:
        placed[float(facts.base_year - newest.reported_in)] = facts.base
    for point in fresh:
        if point.value is not None:
            placed[_years_between(newest, point)] = point.value
    return [_Seen(time, value) for time, value in sorted(placed.items())]


def _years_between(newest: Point, point: Point) -> float:
    if newest.period_end is None or point.period_end is None:
        return float(point.reported_in - newest.reported_in)
    # A day more in a leap year isn't another distance between two years' ends.
    return round((point.period_end - newest.period_end).days / DAYS_A_YEAR * 12) / 12


def _by_line(seen: Sequence[_Seen], when: float, level: float) -> tuple[float, float]:
    count = len(seen)
    times, values = [each.time for each in seen], [float(each.value) for each in seen]
    middle, mean = sum(times) / count, sum(values) / count
    spread = sum((time - middle) ** 2 for time in times)
    slope = sum((t - middle) * (v - mean) for t, v in zip(times, values, strict=True)) / spread
    left = sum((v - mean - slope * (t - middle)) ** 2 for t, v in zip(times, values, strict=True))
    scatter = max(sqrt(left / (count - 2)), _rounding(seen))
    half = _t(level, count - 2) * scatter * sqrt(1 + 1 / count + (when - middle) ** 2 / spread)
    return mean + slope * (when - middle), half


def _by_increments(seen: Sequence[_Seen], when: float, level: float) -> tuple[float, float]:
    steps = [
        (later.time - earlier.time, float(later.value - earlier.value)) for earlier, later in pairwise(seen)
    ]
    years = sum(span for span, _step in steps)
    mean = sum(step for _span, step in steps) / years
    left = sum((step - mean * span) ** 2 / span for span, step in steps)
    scatter = max(sqrt(left / (len(steps) - 1)), _rounding(seen))
    ahead = when - seen[-1].time
    half = _t(level, len(steps) - 1) * scatter * sqrt(ahead + ahead**2 / years)
    return float(seen[-1].value) + mean * ahead, half


def _rounding(seen: Sequence[_Seen]) -> float:
    """Standard deviation of rounding to the finest digit that any of the values has."""
    exponents = [int(each.value.normalize().as_tuple().exponent) for each in seen if each.value]
    return float(10.0 ** min([*exponents, 0]) / sqrt(12))


def _t(level: float, freedom: int) -> float:
    # A quarter of a second of every process that never asks it.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))


def _outlook(facts: KpiFacts, low: float, high: float) -> Outlook | None:
    if facts.target is None:
        return None
    target = float(facts.target)
    if facts.direction is Direction.KEEP:
        if facts.tolerance is None:
            return None
        room = float(facts.tolerance.around(facts.target))
        if target - room <= low and high <= target + room:
            return Outlook.WILL_REACH
        return Outlook.WILL_MISS if high < target - room or low > target + room else Outlook.OPEN
    worst, best = (low, high) if facts.direction is Direction.UP else (-high, -low)
    aim = target if facts.direction is Direction.UP else -target
    if worst >= aim:
        return Outlook.WILL_REACH
    return Outlook.WILL_MISS if best < aim else Outlook.OPEN
