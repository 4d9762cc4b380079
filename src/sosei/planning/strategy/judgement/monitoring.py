"""How well a KPI can be followed: fresh, sourced, owned, with a path; each a mark with its reason and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sosei.planning.strategy.judgement.records import Direction, Kind, KpiFacts

CYCLE_MONTHS = {Kind.YEARLY: 12, Kind.CUMULATIVE: 12, Kind.LEVEL: 12, Kind.CENSUS: 60}
"""How often a value of its kind appears."""
GRACE_MONTHS = {Kind.YEARLY: 9, Kind.CUMULATIVE: 6, Kind.LEVEL: 6, Kind.CENSUS: 24}
"""How long after its reference period it may take to be published and reported."""


class Aspect(StrEnum):
    """What is looked at."""

    FRESH = "fresh"
    SOURCED = "sourced"
    OWNER = "owner"
    PATH = "path"


class Grade(StrEnum):
    """How it stands."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True)
class Mark:
    """One aspect: grade, code of the reason with its values, code of the remedy ("" where nothing is to be done)."""

    aspect: Aspect
    grade: Grade
    reason: str
    remedy: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Upkeep:
    """What is known of how a KPI is kept.

    Attributes:
        source: where its values come from, as written at the KPI.
        values_with_source, values: how many of its live values name a source of their own, and how many there are.
        department: whether a department is in charge.
        owners: how many people answer for the KPI there.
    """

    source: bool
    values_with_source: int
    values: int
    department: bool
    owners: int


@dataclass(frozen=True)
class Quality:
    """The four marks."""

    marks: tuple[Mark, ...]

    @property
    def grade(self) -> Grade:
        """The worst of them."""
        grades = {mark.grade for mark in self.marks}
        return next(grade for grade in (Grade.POOR, Grade.FAIR, Grade.GOOD) if grade in grades)

    def mark(self, aspect: Aspect) -> Mark:
        """That of one aspect."""
        return next(mark for mark in self.marks if mark.aspect is aspect)


def quality(facts: KpiFacts, upkeep: Upkeep, *, today: date) -> Quality:
    """The monitoring quality of a KPI on a day."""
    return Quality((_fresh(facts, today), _sourced(upkeep), _owner(upkeep), _path(facts)))


def _fresh(facts: KpiFacts, today: date) -> Mark:
    ends = [point.period_end for point in facts.actuals if point.value is not None and point.period_end]
    if not any(point.value is not None for point in facts.actuals):
        return Mark(Aspect.FRESH, Grade.POOR, "no_value", "ask_for_value")
    if not ends:
        return Mark(Aspect.FRESH, Grade.POOR, "no_period", "name_period")
    newest = max(ends)
    age = max(0, (today.year - newest.year) * 12 + today.month - newest.month)
    cycle, grace = CYCLE_MONTHS[facts.kind], GRACE_MONTHS[facts.kind]
    values = {"months": age, "cycle": cycle, "allowed": cycle + grace, "newest": newest}
    if age <= cycle + grace:
        return Mark(Aspect.FRESH, Grade.GOOD, "fresh", values=values)
    grade = Grade.FAIR if age <= 2 * cycle + grace else Grade.POOR
    return Mark(Aspect.FRESH, grade, "old", "ask_for_value", values)


def _sourced(upkeep: Upkeep) -> Mark:
    values = {"with_source": upkeep.values_with_source, "values": upkeep.values}
    if upkeep.values and upkeep.values_with_source == upkeep.values:
        return Mark(Aspect.SOURCED, Grade.GOOD, "each_sourced", values=values)
    if upkeep.source:
        return Mark(Aspect.SOURCED, Grade.GOOD, "sourced", values=values)
    if upkeep.values_with_source:
        return Mark(Aspect.SOURCED, Grade.FAIR, "partly_sourced", "name_source", values)
    return Mark(Aspect.SOURCED, Grade.POOR, "no_source", "name_source", values)


def _owner(upkeep: Upkeep) -> Mark:
    if not upkeep.department:
        return Mark(Aspect.OWNER, Grade.POOR, "no_department", "name_department")
    if not upkeep.owners:
        return Mark(Aspect.OWNER, Grade.FAIR, "nobody_answers", "invite_owner")
    return Mark(Aspect.OWNER, Grade.GOOD, "owned", values={"owners": upkeep.owners})


def _path(facts: KpiFacts) -> Mark:
    if not facts.targets:
        return Mark(Aspect.PATH, Grade.POOR, "no_target", "set_target")
    if facts.direction is Direction.KEEP:
        if facts.tolerance is None:
            return Mark(Aspect.PATH, Grade.POOR, "no_tolerance", "set_tolerance")
        return Mark(Aspect.PATH, Grade.GOOD, "kept_within")
    if facts.base is None or facts.base_year is None:
        return Mark(Aspect.PATH, Grade.POOR, "no_base", "set_base")
    years = [year for year in facts.targets if year > facts.base_year]
    if len(years) > 1:
        return Mark(Aspect.PATH, Grade.GOOD, "path", values={"years": len(years)})
    return Mark(Aspect.PATH, Grade.FAIR, "final_only", "set_path")
