"""What the programmes did: the projection without and with the facts, and the contribution between them.

The contribution is what the facts add in the projection. Nobody knows who would have come anyway: with a share set for
them the contribution is an estimate, without it an upper bound; both are computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.indicators import three_age_groups, women_20_39
from sosei.engines.demography.overrides import Override
from sosei.engines.demography.project import Projection
from sosei.engines.demography.scenario import Scenario
from sosei.planning.outcomes.loop import fertility
from sosei.planning.outcomes.loop.settings import FertilitySettings, SettledSettings
from sosei.planning.outcomes.loop.settled import (
    Arrived,
    ProgrammeArrivals,
    Settled,
    Steps,
    arrived,
    going_on,
    month_after,
    pace_of,
)
from sosei.planning.population.inputs import WIDTH, ProjectionInputs

BASELINE = "baseline"


@dataclass(frozen=True)
class Evidence:
    """What the loop stands on.

    Attributes:
        settled: sums of facts by month; empty where no lever uses them.
        observed: the births or marriages of a KPI, where a lever uses one.
        today: the day from which the pace goes on.
    """

    settled: Sequence[Settled]
    settled_by: SettledSettings
    today: date
    observed: fertility.Observed | None = None
    fertility_by: FertilitySettings | None = None


@dataclass(frozen=True)
class Course:
    """One course of the population, with everything that bends it.

    Attributes:
        overrides: what is changed against the baseline; empty where nothing is.
        households: step end -> households that came in it through the programmes.
    """

    projection: Projection
    overrides: tuple[Override, ...] = ()
    households: Mapping[int, float] = field(default_factory=dict)

    def households_by(self, year: int) -> float:
        """Households that came until that year."""
        return sum(number for end, number in self.households.items() if end <= year)


@dataclass(frozen=True)
class Contribution:
    """Without the facts; with what has happened; with its pace going on; and the last two as upper bounds.

    Attributes:
        pace: households a year that go on.
        counted_before: households that settled before the base census, left out.
    """

    without: Course
    happened: Course
    goes_on: Course
    happened_at_most: Course
    goes_on_at_most: Course
    pace: float
    counted_before: float
    goes_on_is_chosen: bool

    @property
    def chosen(self) -> Course:
        """The course that the lever names."""
        return self.goes_on if self.goes_on_is_chosen else self.happened

    @property
    def chosen_at_most(self) -> Course:
        """Its upper bound."""
        return self.goes_on_at_most if self.goes_on_is_chosen else self.happened_at_most

    @property
    def changes_anything(self) -> bool:
        """Whether some fact or KPI bends the projection at all."""
        return bool(self.happened_at_most.overrides or self.goes_on_at_most.overrides)


@dataclass(frozen=True)
class YearOfContribution:
    """One year: totals of each course, and what the chosen course adds."""

    year: int
    without: float
    happened: float
    goes_on: float
    added: float
    added_at_most: float
    added_0_14: float
    added_women_20_39: float
    households: float


def contribution(inputs: ProjectionInputs, evidence: Evidence) -> Contribution:
    """Projects without and with the facts.

    Raises:
        DemographyError: the facts leave fewer than zero people somewhere, or a rate is missing.
    """
    groups = AgeGroups.of(inputs.residents)
    steps = Steps(inputs.base_year, [int(year) for year in inputs.rates["year"].values], WIDTH)
    by = evidence.settled_by
    happened = arrived(evidence.settled, steps, groups)
    pace, pace_households = pace_of(evidence.settled, groups, today=evidence.today, years=by.pace_years)
    goes_on = happened.plus(going_on(pace, pace_households, steps, first=month_after(evidence.today)))
    without = Course(inputs.project(Scenario(BASELINE, {})))

    def course(who: Arrived, own_share: float, lasting: bool) -> Course:
        path = _path(inputs, evidence, without.projection, own_share=own_share, lasting=lasting)
        overrides: list[Override] = [path] if path else []
        coming = who.scaled(1.0 - own_share)
        if not coming.is_nobody:
            overrides.append(ProgrammeArrivals(coming.persons))
        if not overrides:
            return without
        scenario = Scenario("programmes", {}, base=BASELINE, overrides=tuple(overrides))
        return Course(inputs.project(scenario), tuple(overrides), coming.households)

    return Contribution(
        without=without,
        happened=course(happened, by.anyway, False),
        goes_on=course(goes_on, by.anyway, True),
        happened_at_most=course(happened, 0.0, False),
        goes_on_at_most=course(goes_on, 0.0, True),
        pace=pace_households,
        counted_before=happened.counted_before,
        goes_on_is_chosen=by.goes_on,
    )


def _path(
    inputs: ProjectionInputs, evidence: Evidence, without: Projection, *, own_share: float, lasting: bool
) -> Override | None:
    """The TFR path of the KPI's lever; the share that would have changed anyway taken off where `own_share` is set."""
    by = evidence.fertility_by
    if evidence.observed is None or by is None:
        return None
    base_tfr = {
        int(y): float(v) for y, v in zip(inputs.rates["year"].values, inputs.rates["tfr"].values, strict=True)
    }
    births = without.births.sum("sex")
    expected = {
        year: float(births.sel(year=end)) / WIDTH
        for end in base_tfr
        for year in range(end - WIDTH + 1, end + 1)
    }
    found = fertility.factors(evidence.observed, expected, inputs.base_year)
    steps = fertility.by_step(found, base_tfr, pace_years=by.pace_years if lasting else None, width=WIDTH)
    anyway = by.anyway if own_share else 0.0
    return fertility.tfr_path({end: 1.0 + (1.0 - anyway) * (f - 1.0) for end, f in steps.items()}, base_tfr)


def years(held: Contribution) -> list[YearOfContribution]:
    """The contribution year by year."""
    rows = []
    chosen, at_most = held.chosen, held.chosen_at_most
    young = _young(chosen.projection) - _young(held.without.projection)
    women = women_20_39(chosen.projection.everyone) - women_20_39(held.without.projection.everyone)
    totals = {
        name: course.projection.total()
        for name, course in (
            ("without", held.without),
            ("happened", held.happened),
            ("goes_on", held.goes_on),
            ("chosen", chosen),
            ("at_most", at_most),
        )
    }
    for i, year in enumerate(int(y) for y in totals["without"]["year"].values):
        without = float(totals["without"].values[i])
        rows.append(
            YearOfContribution(
                year=year,
                without=without,
                happened=float(totals["happened"].values[i]),
                goes_on=float(totals["goes_on"].values[i]),
                added=float(totals["chosen"].values[i]) - without,
                added_at_most=float(totals["at_most"].values[i]) - without,
                added_0_14=float(young.values[i]),
                added_women_20_39=float(women.values[i]),
                households=chosen.households_by(year),
            )
        )
    return rows


def _young(projection: Projection) -> xr.DataArray:
    return three_age_groups(projection.everyone).sel(age_group="0-14")
