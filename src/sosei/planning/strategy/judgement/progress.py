"""Progress, what is due, and pace, as exact ratios of decimals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from sosei.planning.strategy.judgement.records import Direction, KpiFacts

SIX_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Ratio:
    """numerator ÷ denominator, with the denominator above zero; compared without rounding."""

    over: Decimal
    under: Decimal

    def at_least(self, bound: Decimal) -> bool:
        """Whether the ratio reaches a bound."""
        return self.over >= bound * self.under

    @property
    def value(self) -> Decimal:
        """To six decimal places, for people."""
        return (self.over / self.under).quantize(SIX_PLACES)

    def divided_by(self, other: Ratio) -> Ratio:
        """This ratio over a positive one."""
        return Ratio(self.over * other.under, self.under * other.over)


def gain(direction: Direction, start: Decimal, end: Decimal) -> Decimal:
    """How much better `end` is than `start`; below zero when worse."""
    return end - start if direction is Direction.UP else start - end


def progress(direction: Direction, base: Decimal, target: Decimal, actual: Decimal) -> Ratio | None:
    """(actual - base) ÷ (target - base), the same for both directions; None where the target isn't beyond the base."""
    whole = gain(direction, base, target)
    return Ratio(gain(direction, base, actual), whole) if whole > 0 else None


def planned_value(facts: KpiFacts, year: int) -> Ratio | None:
    """What the KPI should stand at in `year`: on the path, in a straight line between its points, the target after
    its end; None before its first point."""
    way = facts.schedule
    if not way or year < way[0][0]:
        return None
    if year >= way[-1][0]:
        return Ratio(way[-1][1], Decimal(1))
    for (start, low), (end, high) in pairwise(way):
        if start <= year <= end:
            span = Decimal(end - start)
            return Ratio(low * span + (high - low) * (year - start), span)
    return Ratio(way[0][1], Decimal(1))


def due(facts: KpiFacts, planned: Ratio) -> Ratio | None:
    """The share of the whole gain that is due where the KPI should stand at `planned`."""
    if facts.base is None or facts.target is None:
        return None
    whole = gain(facts.direction, facts.base, facts.target)
    if whole <= 0:
        return None
    base = facts.base * planned.under
    return Ratio(gain(facts.direction, base, planned.over), whole * planned.under)


def reaches(direction: Direction, target: Decimal, actual: Decimal) -> bool:
    """Whether a target is met; for UP and DOWN only."""
    return actual >= target if direction is Direction.UP else actual <= target


def target_of(targets: Mapping[int, Decimal], year: int) -> Decimal | None:
    """The target that somebody set for exactly this year, or the final one from its year on."""
    if year in targets:
        return targets[year]
    last = max(targets, default=None)
    return targets[last] if last is not None and year >= last else None
