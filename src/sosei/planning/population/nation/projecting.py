"""All municipalities projected under every scenario, and the figures the page shows of each, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.estimate_all import estimate_for_all
from sosei.engines.demography.fertility import share_25_34, tfr_from_child_woman_ratio
from sosei.engines.demography.indicators import persons, persons_75_and_over, three_age_groups, women_20_39
from sosei.engines.demography.project import project
from sosei.engines.demography.scenario import Scenario, apply_scenario
from sosei.planning.population.nation.census import WIDTH, NationalCensus
from sosei.planning.population.nation.scenarios import BASELINE
from sosei.planning.population.reference import survivorship_table

SURVIVORSHIP = "japan"
COLUMNS = ("total", "age_0_14", "age_15_64", "age_65_plus", "age_75_plus", "women_20_39")
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Projected:
    """One scenario: persons by area, year, sex and age."""

    scenario: Scenario
    population: xr.DataArray


def rates_for_all(census: NationalCensus, until: int) -> xr.Dataset:
    """Rates of every municipality for every step, as `project` and `apply_scenario` take them.

    Migration and the child-woman ratio are those of `estimate_for_all`; survivorship is the nation's, with
    the improvement that the national projection assumes; the TFR that a scenario starts from is what the base
    population's children and women imply (Hauer & Schmertmann 2020, xTFR).
    """
    table = survivorship_table(SURVIVORSHIP)
    years = list(range(census.base_year + WIDTH, until + 1, WIDTH))
    rates = estimate_for_all(census.population, table, base_year=census.base_year, until=until)
    tfr = _fertility(census.base, rates)
    return rates.drop_vars("survivorship").assign(
        survivorship=table.sel(year=years),
        tfr=tfr,
        tfr_base_year=tfr.isel(year=0, drop=True),
    )


def _fertility(base: xr.DataArray, rates: xr.Dataset) -> xr.DataArray:
    """The TFR of every area and step; where no woman is counted, the share of 25-34 is the nation's."""
    nation = float(share_25_34(base.sum("area")))
    shares = share_25_34(base).fillna(nation)
    return tfr_from_child_woman_ratio(rates["child_woman_ratio"], method="extended", share_25_34=shares)


def project_all(
    census: NationalCensus, rates: xr.Dataset, scenarios: list[Scenario], until: int
) -> list[Projected]:
    """Every scenario for every municipality."""
    bases = {scenario.name: scenario for scenario in scenarios}
    found = []
    for scenario in scenarios:
        changed = apply_scenario(scenario, rates, base_year=census.base_year, width=WIDTH, bases=bases)
        wanted = changed[[n for n in NEEDED if n in changed]]
        done = project(
            census.base, wanted, until=until, closure="child_woman_ratio", base_year=census.base_year
        )
        done.check_balance()
        found.append(Projected(scenario, done.population.transpose("area", "year", "sex", "age")))
    return found


NEEDED = ("survivorship", "net_migration_rate", "child_woman_ratio", "sex_ratio_0_4", "arrivals")
"""Rates that `project` reads."""


def figures_of(population: xr.DataArray) -> Array:
    """Persons by area, year and column (`COLUMNS`)."""
    groups = three_age_groups(population)
    parts = [
        persons(population, 0),
        *(groups.sel(age_group=name, drop=True) for name in ("0-14", "15-64", "65+")),
        persons_75_and_over(population),
        women_20_39(population),
    ]
    return np.stack([part.transpose("area", "year").values for part in parts], axis=-1)


def is_baseline(projected: Projected) -> bool:
    """Whether it is the scenario that intervals stand around."""
    return projected.scenario.name == BASELINE
