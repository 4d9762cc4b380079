"""KPIs as hypothesis makes them up, and how to mirror and scale them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from sosei.planning.strategy.judgement.records import (
    Availability,
    Direction,
    Kind,
    KpiFacts,
    Point,
    Tolerance,
)
from sosei.planning.strategy.judgement.rules import Band, Basis, RuleDefinition, Text, Tone

BASE_YEAR, FINAL = 2015, 2020
YEARS = range(BASE_YEAR, FINAL + 2)
VALUES = st.decimals(min_value=-10_000, max_value=10_000, places=2) | st.sampled_from(
    [-110, -105, -100, -95, -90, -3, 0, 3, 90, 95, 100, 105, 110]
).map(Decimal)
KINDS = st.sampled_from(Kind)

ACHIEVEMENT = RuleDefinition(
    name=Text("達成率の基準"),
    basis=Basis.ACHIEVEMENT,
    bands=(
        Band("A", Text("達成"), Tone.GOOD, Decimal(1)),
        Band("B", Text("あと少し"), Tone.FAIR, Decimal("0.8")),
        Band("C", Text("遠い"), Tone.POOR),
    ),
    met="A",
    not_met="C",
)
OTHER = {Direction.UP: Direction.DOWN, Direction.DOWN: Direction.UP, Direction.KEEP: Direction.KEEP}


@st.composite
def points(draw: st.DrawFn) -> tuple[Point, ...]:
    """Some years with a value, without one, or with an old one printed again."""
    made: list[Point] = []
    for year in YEARS:
        kind = draw(st.sampled_from(("value", "value", "value", "none", "hole", "again")))
        old = [point for point in made if point.value is not None]
        if kind == "again" and old:
            made.append(replace(old[-1], reported_in=year, carried_forward=True))
        elif kind == "hole":
            made.append(Point(year, None, availability=draw(st.sampled_from(tuple(Availability)[1:]))))
        elif kind != "none":
            made.append(Point(year, draw(VALUES), date(year, 12, 31)))
    return tuple(made)


@st.composite
def kpis(draw: st.DrawFn) -> KpiFacts:
    """A KPI with a final target or a path, perhaps without base, and some values."""
    direction = draw(st.sampled_from(Direction))
    path = draw(st.dictionaries(st.integers(BASE_YEAR + 1, FINAL - 1), VALUES, max_size=4))
    tolerance = st.builds(Tolerance, st.decimals(min_value=0, max_value=500, places=1), st.booleans())
    return KpiFacts(
        direction=direction,
        kind=draw(KINDS),
        base=draw(st.none() | VALUES | VALUES),
        base_year=draw(st.sampled_from((BASE_YEAR, BASE_YEAR, BASE_YEAR, None))),
        targets=draw(st.just({}) | st.just({FINAL: draw(VALUES)}) | st.just({**path, FINAL: draw(VALUES)})),
        actuals=draw(points()),
        tolerance=draw(st.none() | tolerance),
    )


def mirrored(facts: KpiFacts) -> KpiFacts:
    """The same KPI counted the other way round: every value negated, the other direction better."""
    return replace(
        facts,
        direction=OTHER[facts.direction],
        base=None if facts.base is None else -facts.base,
        targets={year: -value for year, value in facts.targets.items()},
        actuals=tuple(
            replace(point, value=None if point.value is None else -point.value) for point in facts.actuals
        ),
    )


def scaled(facts: KpiFacts, factor: Decimal) -> KpiFacts:
    """The same KPI in another unit."""
    tolerance = facts.tolerance
    if tolerance is not None and not tolerance.per_cent:
        tolerance = replace(tolerance, amount=tolerance.amount * factor)
    return replace(
        facts,
        base=None if facts.base is None else facts.base * factor,
        targets={year: value * factor for year, value in facts.targets.items()},
        actuals=tuple(
            replace(point, value=None if point.value is None else point.value * factor)
            for point in facts.actuals
        ),
        tolerance=tolerance,
    )


def with_value(facts: KpiFacts, year: int, value: Decimal) -> KpiFacts:
    """The same KPI with a fresh value in that year and none of the others."""
    return replace(facts, actuals=(Point(year, value, date(year, 12, 31)),))
