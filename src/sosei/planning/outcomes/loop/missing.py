"""What is still missing: the gap to the vision's population as households a year, and its shares among the packages."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext as _

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.scenario import Scenario
from sosei.planning.outcomes.loop.contribution import BASELINE, Course
from sosei.planning.outcomes.loop.errors import LoopError
from sosei.planning.outcomes.loop.settled import Mix, ProgrammeArrivals, Steps, going_on, persons_of_mix
from sosei.planning.population.inputs import WIDTH, ProjectionInputs

MOST = 100_000
"""Households a year beyond which an answer helps nobody."""
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Target:
    """The population that the vision wants in a year."""

    year: int
    total: float


@dataclass(frozen=True)
class Missing:
    """What is missing to the target.

    Attributes:
        gap: persons between the target and the course; 0 or less where it is reached.
        households_a_year: the smallest whole number that closes the gap.
        reached: the population in the target's year with them.
    """

    target: Target
    expected: float
    households_a_year: int
    reached: float

    @property
    def gap(self) -> float:
        """Persons that are missing in the target's year."""
        return self.target.total - self.expected


def missing(inputs: ProjectionInputs, course: Course, target: Target, mix: Mix, *, first: date) -> Missing:
    """Solves for the smallest number of households a year, from the month `first` on, that reaches the target.

    Everyone who comes, and every child they have, adds up in proportion to their number; so two projections give the
    answer, and two more confirm that it is enough and one fewer is not.

    Raises:
        LoopError: the target's year is no step of the projection or lies before anybody could come, or more than
            100,000 households a year would be needed.
        DemographyError: as the projection.
    """
    steps = Steps(inputs.base_year, [int(year) for year in inputs.rates["year"].values], WIDTH)
    if target.year not in steps.ends:
        raise LoopError(
            {
                "year": _("%(year)s年は選べません。%(years)s から選んでください。")
                % {"year": target.year, "years": ", ".join(str(year) for year in steps.ends)}
            }
        )
    persons = persons_of_mix(mix, AgeGroups.of(inputs.residents))
    expected = float(course.projection.total().sel(year=target.year))
    if expected >= target.total:
        return Missing(target, expected, 0, expected)
    if not steps.years_from(first)[target.year]:
        raise LoopError(
            {
                "year": _(
                    "%(year)s年は、もう過ぎたか、目の前です。これから世帯が来ても間に合わない年は選べません。"
                )
                % {"year": target.year}
            }
        )

    def reached(number: int) -> float:
        if not number:
            return expected
        coming = going_on(number * persons, number, steps, first=first)
        overrides = (*course.overrides, ProgrammeArrivals(coming.persons))
        scenario = Scenario("missing", {}, base=BASELINE, overrides=overrides)
        return float(inputs.project(scenario).total().sel(year=target.year))

    probe = 1000
    needed = math.ceil((target.total - expected) * probe / (reached(probe) - expected))
    while needed <= MOST and reached(needed) < target.total:
        needed += 1
    while needed > 1 and reached(needed - 1) >= target.total:
        needed -= 1
    if needed > MOST:
        raise LoopError(
            {
                "total": _(
                    "%(total)s人には、毎年%(most)s世帯を超える世帯が要ります。人数か年を見直してください。"
                )
                % {"total": f"{target.total:,.0f}", "most": f"{MOST:,}"}
            }
        )
    return Missing(target, expected, needed, reached(needed))


def share_out(number: int, weights: Mapping[K, Decimal]) -> dict[K, int]:
    """Whole shares of `number` in proportion to the weights, by largest remainder: they add up to `number`.

    Of two equal remainders the one that stands first takes the last household.

    Raises:
        LoopError: a weight below 0, or no weight above 0.
    """
    if any(weight < 0 for weight in weights.values()):
        raise LoopError({"weight": _("重みは0以上の数です。")})
    total = sum(weights.values(), start=Decimal(0))
    if not total:
        raise LoopError(
            {"weight": _("重みがすべて0です。少なくとも一つの施策に0より大きい重みを付けてください。")}
        )
    exact = {key: number * weight / total for key, weight in weights.items()}
    shares = {key: int(value) for key, value in exact.items()}
    left = number - sum(shares.values())
    order = sorted(exact, key=lambda key: shares[key] - exact[key])
    for key in order[:left]:
        shares[key] += 1
    return shares
