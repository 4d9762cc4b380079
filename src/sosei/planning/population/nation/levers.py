"""What would hold a place's population: the level of one lever at which it is as large as at the base census."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from sosei.engines.demography.levers import HouseholdLever, Lever, RecoveryLever, TfrLever
from sosei.engines.demography.solve import solve_lever
from sosei.engines.demography.targets import Target
from sosei.planning.population.nation.census import NationalCensus

YEARS_AHEAD = 30
HOUSEHOLD = "family_30s"
"""Couples in their 30s with a child, the type that the what-if panel of a vision begins with."""
LEVERS: dict[str, Lever] = {
    "tfr": TfrLever(),
    "recovery": RecoveryLever(),
    "households": HouseholdLever(HOUSEHOLD),
}
"""By the name that an answer is stored under; each from the first step on, the others as they are."""


@dataclass(frozen=True)
class Answer:
    """Levels by area for one lever: dims (area), variables level, reached, best."""

    lever: str
    year: int
    solved: xr.Dataset


def solve_for_all(census: NationalCensus, rates: xr.Dataset, *, until: int) -> list[Answer]:
    """For every municipality the level of each lever that holds its population until `YEARS_AHEAD` after the base.

    A municipality where nobody lived at the base has nothing to hold and is left out.
    """
    year = min(census.base_year + YEARS_AHEAD, until)
    lived_in = census.base.sum(("sex", "age")) > 0
    base = census.base.isel(area=lived_in.values)
    kept = rates.isel(area=lived_in.values).sel(year=slice(None, year))
    target = Target("total", {year: base.sum(("sex", "age"))})
    return [
        Answer(
            name,
            year,
            solve_lever(base, kept, lever=lever, target=target, base_year=census.base_year),
        )
        for name, lever in LEVERS.items()
    ]
