"""What a fact gives to a feed, and what a feed makes of its sums, in plain Python: integers and decimals only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

SHARE_PLACES: Final = Decimal("0.0001")
PLACE: Final = "place"
"""The one thing besides a kind's attributes whose different values can be counted."""
Filter = Mapping[str, Sequence[str]]


class Aggregation(StrEnum):
    """What a feed does with the facts of a period."""

    SUM = "sum"
    COUNT = "count"
    DISTINCT = "distinct"
    SHARE = "share"
    LAST = "last"


class Field(StrEnum):
    """Which figure of a fact counts."""

    COUNT = "count"
    AMOUNT = "amount"


class Period(StrEnum):
    """Over which time the facts are put together."""

    FISCAL = "fiscal"
    CALENDAR = "calendar"
    CUMULATIVE = "cumulative"


@dataclass(frozen=True)
class Rule:
    """A feed's rule.

    Attributes:
        filter: attribute -> allowed values; a fact without the attribute does not match.
        within: for a share, the same of the facts that make up the whole; every matching fact must be among them.
        measure: key of the only measure whose facts count, or None.
        distinct: attribute (or `place`) whose different values are counted.
        since: for `cumulative`, the fiscal year from which it counts.
    """

    kind: str
    aggregation: str
    field: str = Field.COUNT
    period: str = Period.FISCAL
    filter: Filter | None = None
    within: Filter | None = None
    measure: int | None = None
    distinct: str = ""
    since: int | None = None


@dataclass(frozen=True)
class Given:
    """What a rule looks at in a fact; sign is -1 for a counter-fact, whose count and amount are negative already."""

    kind: str
    on: date
    fiscal_year: int
    count: int
    amount: Decimal | None
    attributes: Mapping[str, str]
    place: str
    measure: int | None
    sign: int


@dataclass(frozen=True)
class Contribution:
    """What one fact adds to the sums of a feed's year; a counter-fact adds exactly the negative.

    Attributes:
        facts, total: number of matching facts, and their figure.
        base_facts, base_total: the same of the whole that a share is taken of.
        key: for `distinct`, the value that was there.
    """

    year: int
    facts: int
    total: Decimal
    base_facts: int
    base_total: Decimal
    key: str


def contribution(rule: Rule, given: Given) -> Contribution | None:
    """What the fact gives to the feed; None where it gives nothing."""
    if given.kind != rule.kind or (rule.measure is not None and given.measure != rule.measure):
        return None
    year = given.on.year if rule.period == Period.CALENDAR else given.fiscal_year
    if rule.since is not None and year < rule.since:
        return None
    matched = matches(rule.filter, given.attributes)
    share = rule.aggregation == Aggregation.SHARE
    within = share and matches(rule.within, given.attributes)
    # A share is of a whole: what is not in the whole is not in the part.
    matched = matched and (within or not share)
    if not matched and not within:
        return None
    key = _key(rule, given)
    if rule.aggregation == Aggregation.DISTINCT and not key:
        return None
    figure = Decimal(given.count) if rule.field == Field.COUNT else given.amount or Decimal(0)
    return Contribution(
        year=year,
        facts=given.sign if matched else 0,
        total=figure if matched else Decimal(0),
        base_facts=given.sign if within else 0,
        base_total=figure if within else Decimal(0),
        key=key,
    )


def matches(wanted: Filter | None, attributes: Mapping[str, str]) -> bool:
    """Every attribute named has one of its allowed values."""
    return all(attributes.get(name) in values for name, values in (wanted or {}).items())


def _key(rule: Rule, given: Given) -> str:
    if rule.aggregation != Aggregation.DISTINCT:
        return ""
    return given.place if rule.distinct == PLACE else given.attributes.get(rule.distinct, "")


@dataclass(frozen=True)
class Sums:
    """What is kept of a feed's year."""

    facts: int = 0
    total: Decimal = Decimal(0)
    base_facts: int = 0
    base_total: Decimal = Decimal(0)

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.facts + other.facts,
            self.total + other.total,
            self.base_facts + other.base_facts,
            self.base_total + other.base_total,
        )


@dataclass(frozen=True)
class Value:
    """A feed's value of a year, and on how many facts it rests."""

    value: Decimal
    facts: int


def value_of(
    rule: Rule, sums: Sums, *, distinct: int = 0, last: Decimal | None = None, places: int | None = None
) -> Value | None:
    """The value that these sums make; None where there is no fact.

    Args:
        distinct: how many different values stand, for `distinct`.
        last: figure of the latest fact that stands, for `last`.
        places: digits after the point to which a share is rounded.
    """
    if rule.aggregation == Aggregation.SHARE:
        if not sums.base_total:
            return None
        step = SHARE_PLACES if places is None else Decimal(1).scaleb(-places)
        share = (sums.total * 100 / sums.base_total).quantize(step, ROUND_HALF_UP)
        return Value(plain(share), sums.base_facts)
    if not sums.facts:
        return None
    made = {
        Aggregation.SUM: sums.total,
        Aggregation.COUNT: Decimal(sums.facts),
        Aggregation.DISTINCT: Decimal(distinct),
        Aggregation.LAST: last if last is not None else sums.total,
    }[Aggregation(rule.aggregation)]
    return Value(plain(made), sums.facts)


def plain(value: Decimal) -> Decimal:
    """The same number without zeros at its end, so that equal values are the same in every digit."""
    # Adding zero takes the sign off a zero.
    short = (value + 0).normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def values_by_year(
    rule: Rule,
    sums: Mapping[int, Sums],
    *,
    keys: Mapping[int, set[str]],
    last: Mapping[int, Decimal],
    until: int,
) -> dict[int, Value]:
    """The values of every year; a cumulative one goes on through years without facts, to `until`."""
    if rule.period != Period.CUMULATIVE:
        made = {
            year: value_of(rule, held, distinct=len(keys.get(year, ())), last=last.get(year))
            for year, held in sums.items()
        }
        return {year: value for year, value in made.items() if value is not None}
    return _running(rule, sums, keys, last, until)


def _running(
    rule: Rule,
    sums: Mapping[int, Sums],
    keys: Mapping[int, set[str]],
    last: Mapping[int, Decimal],
    until: int,
) -> dict[int, Value]:
    held, seen, latest = Sums(), set[str](), None
    values: dict[int, Value] = {}
    for year in range(min(sums, default=until + 1), max(until, *sums, until) + 1):
        held = held + sums.get(year, Sums())
        seen |= keys.get(year, set())
        latest = last.get(year, latest)
        value = value_of(rule, held, distinct=len(seen), last=latest)
        if value is not None:
            values[year] = value
    return values
