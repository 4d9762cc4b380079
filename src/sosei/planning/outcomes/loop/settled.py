"""People who settled, from sums of facts to persons by sex and age in each five-year step of a projection.

A step runs from one 1 October to another, because the projection starts from a census; a fact belongs to the step in
which its month lies. Whoever settled before the base census was counted by it, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.household_types import HOUSEHOLD_TYPES
from sosei.engines.demography.working_rates import WorkingRates
from sosei.planning.outcomes.loop.composition import persons_of_age, persons_of_households

Array = npt.NDArray[np.float64]
CENSUS_MONTH = 10
MONTHS = 12


@dataclass(frozen=True)
class Settled:
    """What the facts of one month add up to.

    Attributes:
        month: its first day.
        households: households that settled; 0 where the facts count persons alone.
        persons: persons, where the facts say how many; None where they do not.
        household_type, head_age: as the facts have them; "" where they do not say.
        age: the age band of persons who were counted by themselves.
    """

    month: date
    households: float = 0.0
    persons: float | None = None
    household_type: str = ""
    head_age: str = ""
    age: str = ""


Mix = Mapping[str, float]
"""The engine's household type -> share; the shares make 1."""


def persons_of_mix(mix: Mix, groups: AgeGroups) -> Array:
    """Persons of one household of the mix by sex and age group, shape (2, groups)."""
    persons = [share * HOUSEHOLD_TYPES[name].persons(groups) for name, share in mix.items()]
    return np.asarray(sum(persons, start=np.zeros((2, groups.starts.size))))


def persons_of(one: Settled, groups: AgeGroups) -> Array:
    """The persons behind a sum by sex and age group."""
    if not one.households:
        return persons_of_age(one.persons or 0.0, one.age, groups)
    return persons_of_households(one.households, one.persons, one.household_type, one.head_age, groups)


@dataclass(frozen=True)
class Steps:
    """The five-year steps of a projection.

    Attributes:
        base_year: year of the census it starts from.
        ends: year in which each step ends.
    """

    base_year: int
    ends: Sequence[int]
    width: int = 5

    def of(self, month: date) -> int | None:
        """The step of a month, by its last year; None before the base census and after the last step."""
        counted_by = month.year if month.month < CENSUS_MONTH else month.year + 1
        return next((end for end in self.ends if end - self.width < counted_by <= end), None)

    def before(self, month: date) -> bool:
        """Whether the base census counted whoever settled in that month."""
        return (month.year, month.month) < (self.base_year, CENSUS_MONTH)

    def years_from(self, month: date) -> dict[int, float]:
        """How many years of each step lie in or after `month`."""
        left = {end: (end - month.year) * MONTHS + CENSUS_MONTH - month.month for end in self.ends}
        return {end: min(max(months / MONTHS, 0.0), float(self.width)) for end, months in left.items()}


@dataclass(frozen=True)
class ProgrammeArrivals:
    """Persons who settled in each step, as an override of a scenario: they join at the step's end and stay."""

    by_step: Mapping[int, Array]
    key: ClassVar[str] = "programme_arrivals"

    def to_document(self) -> dict[str, Any]:
        """Persons by step."""
        return {"persons": {end: float(persons.sum()) for end, persons in self.by_step.items()}}

    def years_named(self) -> dict[str, int]:
        """The ends of the steps."""
        return {f"persons.{end}": end for end in self.by_step}

    def apply(self, rates: WorkingRates) -> None:
        """Adds the persons to the arrivals of their step."""
        shape = (rates.years.size, 2, rates.groups.starts.size)
        coming = np.zeros(shape)
        for row, end in enumerate(rates.years.tolist()):
            if end in self.by_step:
                coming[row] = self.by_step[end]
        arrivals = xr.Variable(("year", "sex", "age"), coming)
        rates["arrivals"] = rates["arrivals"] + arrivals if "arrivals" in rates else arrivals


@dataclass(frozen=True)
class Arrived:
    """Persons and households by step.

    Attributes:
        persons: step end -> persons by sex and age group.
        households: step end -> households.
        counted_before: households that settled before the base census, left out.
    """

    persons: Mapping[int, Array] = field(default_factory=dict)
    households: Mapping[int, float] = field(default_factory=dict)
    counted_before: float = 0.0

    def scaled(self, share: float) -> Arrived:
        """The same with a share of everyone."""
        return Arrived(
            {end: share * persons for end, persons in self.persons.items()},
            {end: share * number for end, number in self.households.items()},
            self.counted_before,
        )

    def plus(self, other: Arrived) -> Arrived:
        """Both together."""
        ends = sorted({*self.persons, *other.persons})
        return Arrived(
            {end: _sum([a.persons[end] for a in (self, other) if end in a.persons]) for end in ends},
            {end: self.households.get(end, 0.0) + other.households.get(end, 0.0) for end in ends},
            self.counted_before + other.counted_before,
        )

    @property
    def is_nobody(self) -> bool:
        """Whether nobody came, so that the projection stays as it is."""
        return all(not persons.any() for persons in self.persons.values())


def _sum(blocks: Sequence[Array]) -> Array:
    return np.asarray(sum(blocks[1:], start=blocks[0]))


def arrived(facts: Iterable[Settled], steps: Steps, groups: AgeGroups) -> Arrived:
    """What happened: everyone who settled after the base census, in the step of the month."""
    persons: dict[int, Array] = {}
    households: dict[int, float] = {}
    before = 0.0
    for one in facts:
        end = steps.of(one.month)
        if end is None:
            before += one.households if steps.before(one.month) else 0.0
            continue
        persons[end] = persons.get(end, 0.0) + persons_of(one, groups)
        households[end] = households.get(end, 0.0) + one.households
    return Arrived(persons, households, before)


def fiscal_year(month: date) -> int:
    """The fiscal year, April to March, in which a month lies."""
    return month.year if month.month >= 4 else month.year - 1


def pace_of(facts: Iterable[Settled], groups: AgeGroups, *, today: date, years: int) -> tuple[Array, float]:
    """Persons and households a year: the mean of the last `years` whole fiscal years before `today`."""
    last = fiscal_year(today) - 1
    chosen = [one for one in facts if last - years < fiscal_year(one.month) <= last]
    persons = _sum([np.zeros((2, groups.starts.size)), *(persons_of(one, groups) for one in chosen)])
    return persons / years, sum(one.households for one in chosen) / years


def going_on(persons_a_year: Array, households_a_year: float, steps: Steps, *, first: date) -> Arrived:
    """So many a year from the month `first` on, to the end of the projection."""
    years = {end: span for end, span in steps.years_from(first).items() if span > 0}
    return Arrived(
        {end: span * persons_a_year for end, span in years.items()},
        {end: span * households_a_year for end, span in years.items()},
    )


def month_after(today: date) -> date:
    """The first day of the next month."""
    return date(today.year + today.month // MONTHS, today.month % MONTHS + 1, 1)
