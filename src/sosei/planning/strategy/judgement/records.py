"""What is judged: a KPI's direction, base, targets and the one live value of each year.

Years are fiscal years. A value belongs to the year in which it was reported: births of 2014 that stand in the column of
2015 are the value of 2015, and their reference period ends on 31 December 2014.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    KEEP = "keep"


class Kind(StrEnum):
    """How a value relates to time.

    YEARLY counts one year, CUMULATIVE everything since the start, LEVEL is a state on a day, CENSUS a level that is
    measured every few years and stands in the reports between.
    """

    YEARLY = "yearly"
    CUMULATIVE = "cumulative"
    LEVEL = "level"
    CENSUS = "census"


class Availability(StrEnum):
    """Whether a reported point has a value."""

    VALUE = "value"
    NOT_AVAILABLE = "not_available"
    NOT_YET_PUBLISHED = "not_yet_published"


@dataclass(frozen=True)
class Tolerance:
    """How far a KPI that is to be kept may move from its target: an amount, or per cent of the target."""

    amount: Decimal
    per_cent: bool = False

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount < 0:
            raise ValueError(f"a tolerance is zero or more, not {self.amount}")

    def around(self, target: Decimal) -> Decimal:
        """The amount on either side of `target`."""
        return abs(target) * self.amount / 100 if self.per_cent else self.amount


@dataclass(frozen=True)
class Point:
    """What was reported in one fiscal year.

    Attributes:
        reported_in: the fiscal year of the report.
        value: None where there is none; `availability` says why.
        period_end: last day of the reference period; None where it isn't known.
        carried_forward: the value of an earlier report, printed again because nothing newer exists.
    """

    reported_in: int
    value: Decimal | None
    period_end: date | None = None
    carried_forward: bool = False
    availability: Availability = Availability.VALUE

    def __post_init__(self) -> None:
        if self.value is not None and not self.value.is_finite():
            raise ValueError(f"the value of {self.reported_in} is not a number: {self.value}")


@dataclass(frozen=True)
class KpiFacts:
    """One KPI as it is judged.

    Attributes:
        base: value at the start; None where none was set.
        base_year: the fiscal year in whose column the base stands; None where unknown.
        targets: fiscal year -> target. One year: only the final target. Several: the last is the final one and the
            others are the path to it; those not after the base year don't belong to the path.
        tolerance: for direction KEEP.
        actuals: at most one live point for each year.
    """

    direction: Direction
    kind: Kind
    base: Decimal | None
    base_year: int | None
    targets: Mapping[int, Decimal]
    actuals: Sequence[Point]
    tolerance: Tolerance | None = None
    points: Mapping[int, Point] = field(init=False, repr=False, compare=False)
    schedule: Sequence[tuple[int, Decimal]] = field(init=False, repr=False, compare=False)
    """Years and values that the way goes through: base, path, final target; without base only the targets."""
    final_year: int | None = field(init=False, repr=False, compare=False)
    """The year of the final target."""
    target: Decimal | None = field(init=False, repr=False, compare=False)
    """The final target."""

    def __post_init__(self) -> None:
        points = {point.reported_in: point for point in self.actuals}
        if len(points) != len(self.actuals):
            years = [point.reported_in for point in self.actuals]
            twice = sorted({year for year in years if years.count(year) > 1})
            raise ValueError(f"more than one live value for {twice}: give only the chosen one")
        way = sorted(self.targets.items())
        final = way[-1] if way else (None, None)
        if self.base is not None and self.base_year is not None:
            way = [(self.base_year, self.base), *(each for each in way if each[0] > self.base_year)]
        worked_out = {"points": points, "schedule": way, "final_year": final[0], "target": final[1]}
        for name, value in worked_out.items():
            object.__setattr__(self, name, value)

    def evidence_year(self, point: Point) -> int:
        """The year in which this value was first reported: a value printed again tells nothing new."""
        if not point.carried_forward:
            return point.reported_in
        same = [
            other.reported_in
            for other in self.actuals
            if other.value == point.value
            and (other.period_end == point.period_end or None in (other.period_end, point.period_end))
        ]
        return min(same)
