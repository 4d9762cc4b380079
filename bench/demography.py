"""Figures of the demography engine.

The yardstick of one municipality's projection is the shortest honest NumPy: a loop over the steps that multiplies,
shifts and adds, with no labels, no checks, no components and no scenario file. On the project's two-core machine that
loop takes about 0.05 ms, so that a ratio of 200 is the 10 ms a municipality may take at most.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bench.harness import figure, time_ratio
from sosei.engines import demography
from sosei.engines.demography.shipped import shipped_text

BASE, STEPS, GROUPS = 2015, 9, 19
_random = np.random.default_rng(7204)
_start = _random.uniform(5_000, 12_000, (2, GROUPS))
_survivorship = np.linspace(0.999, 0.4, GROUPS) * np.ones((STEPS, 2, 1))
_migration = _random.uniform(-0.15, 0.1, (STEPS, 2, GROUPS))
_ratio, _boys = np.full(STEPS, 0.2), 1.05
_years = [BASE + 5 * (i + 1) for i in range(STEPS)]
_labels = {"year": _years, "sex": list(demography.SEXES), "age": range(0, 5 * GROUPS, 5)}

POPULATION = demography.population_array(_start[0], _start[1])
RATES = xr.Dataset(
    {
        "survivorship": (("year", "sex", "age"), _survivorship),
        "net_migration_rate": (
            ("year", "sex", "age"),
            np.where(np.arange(GROUPS) == 0, np.nan, _migration),
        ),
        "child_woman_ratio": ("year", _ratio),
        "sex_ratio_0_4": ("year", np.full(STEPS, _boys)),
        "tfr": ("year", np.full(STEPS, 1.4)),
        "tfr_base_year": 1.5,
    },
    coords=_labels,
)
REFERENCES = {"1995-2000": RATES["net_migration_rate"].isel(year=0, drop=True)}


def plain_loop() -> np.ndarray:
    """Total population by step, as a planner's notebook would compute it."""
    people = _start
    totals = [people.sum()]
    for i in range(STEPS):
        moved = np.zeros_like(people)
        moved[:, 1:] = people[:, :-1]
        moved[:, -1] += people[:, -1]
        people = moved * (_survivorship[i] + _migration[i])
        children = _ratio[i] * people[1, 3:10].sum()
        people[:, 0] = children * _boys / (1 + _boys), children / (1 + _boys)
        totals.append(people.sum())
    return np.array(totals)


def with_scenario() -> xr.DataArray:
    """Total population by step, from the file of prospect 2, checked, with every component."""
    scenario = demography.scenario_from_yaml(shipped_text("prospect-2"))
    rates = demography.apply_scenario(scenario, RATES, base_year=BASE, references=REFERENCES)
    return project(rates).total()


def project(rates: xr.Dataset) -> demography.Projection:
    """The projection to the last year."""
    return demography.project(
        POPULATION, rates, until=_years[-1], base_year=BASE, closure="child_woman_ratio"
    )


@figure("one municipality, scenario file read and applied / plain NumPy loop", at_most=200)
def one_municipality_with_its_scenario() -> float:
    """Reading, checking and applying a scenario and projecting with components, against the bare loop."""
    np.testing.assert_allclose(project(RATES).total().values, plain_loop(), rtol=1e-12)
    return time_ratio(with_scenario, plain_loop)


@figure("5 scenarios of 200 municipalities at once / one at a time", at_most=0.05)
def many_areas_at_once() -> float:
    """One call over area and scenario, against the same projections in a Python loop (of which a part is timed)."""
    areas = POPULATION.expand_dims(area=[f"{i:05d}" for i in range(200)])
    factors = xr.DataArray(
        np.linspace(0.8, 1.2, 5), dims="scenario", coords={"scenario": [f"s{i}" for i in range(5)]}
    )
    rates = RATES.assign(child_woman_ratio=RATES["child_woman_ratio"] * factors)

    def at_once() -> demography.Projection:
        return demography.project(areas, rates, until=_years[-1], base_year=BASE, closure="child_woman_ratio")

    return time_ratio(at_once, lambda: project(RATES)) / 1000
