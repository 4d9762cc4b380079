"""Figures of solving for a lever and of controlled rounding, at the size of the nation: 1,741 areas.

The areas are drawn with a fixed seed: sizes spread like municipalities' (a median of 18,000, a twentieth above
180,000), every rate its own, most of them losing people by migration.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bench.harness import figure, time_ratio
from sosei.engines import demography

BASE, STEPS, AREAS, GROUPS = 2015, 9, 1741, 19
LAST = BASE + 5 * STEPS
_random = np.random.default_rng(1741)
_ages = np.arange(0, 5 * GROUPS, 5)
_codes = [f"{i:05d}" for i in range(AREAS)]
_size = np.exp(_random.normal(9.8, 1.4, AREAS))[:, None, None] / (2 * GROUPS)
_moving = _random.uniform(-0.15, 0.08, (AREAS, STEPS, 2, GROUPS))
_moving[..., 0] = np.nan
_tfr = _random.uniform(1.1, 1.7, (AREAS, 1)) * np.ones(STEPS)

POPULATION = xr.DataArray(
    _size * _random.uniform(0.6, 1.4, (AREAS, 2, GROUPS)),
    dims=("area", "sex", "age"),
    coords={"area": _codes, "sex": list(demography.SEXES), "age": _ages, "year": BASE},
    name="population",
)
RATES = xr.Dataset(
    {
        "survivorship": (
            ("area", "year", "sex", "age"),
            np.linspace(0.999, 0.4, GROUPS) * np.ones((AREAS, STEPS, 2, 1)),
        ),
        "net_migration_rate": (("area", "year", "sex", "age"), _moving),
        "child_woman_ratio": (("area", "year"), _tfr / 7),
        "sex_ratio_0_4": ("year", np.full(STEPS, 1.05)),
        "tfr": (("area", "year"), _tfr),
        "tfr_base_year": ("area", _tfr[:, 0]),
    },
    coords={"area": _codes, "year": [BASE + 5 * (i + 1) for i in range(STEPS)]}
    | {"sex": list(demography.SEXES), "age": _ages},
)


def project() -> demography.Projection:
    """All areas to the last year, components included."""
    return demography.project(POPULATION, RATES, until=LAST, closure="child_woman_ratio")


def solving(lever: demography.TfrLever | demography.RecoveryLever | demography.HouseholdLever) -> float:
    """Solving for a total a tenth higher in every area, against one projection of all areas to the same year."""
    wanted = project().total().sel(year=LAST, drop=True) * 1.1
    target = demography.Target("total", {LAST: wanted})

    def solved() -> xr.Dataset:
        return demography.solve_lever(POPULATION, RATES, lever=lever, target=target)

    answer = solved()
    if not bool(answer["reached"].all()):
        raise AssertionError("some area does not reach the target")
    return time_ratio(solved, project, rounds=5)


@figure("fertility solved for in 1,741 areas / one projection of them", at_most=30)
def fertility() -> float:
    """The TFR from the first step on."""
    return solving(demography.TfrLever())


@figure("migration recovered solved for in 1,741 areas / one projection of them", at_most=30)
def migration() -> float:
    """The share of every net loss recovered by 2030, in a straight line."""
    return solving(demography.RecoveryLever(by=2030))


@figure("whole households solved for in 1,741 areas / one projection of them", at_most=30)
def households() -> float:
    """The smallest number of families a year."""
    return solving(demography.HouseholdLever("family_30s"))


@figure("controlled rounding of 1,741 x 9 x 38, every margin kept / one np.sort", at_most=0.5)
def rounding() -> float:
    """Whole persons for all years, checks and labels included, against sorting the same cells once."""
    values = project().population.isel(year=slice(1, None))
    whole = demography.controlled_rounding(values)
    inner = ["sex", "age"]
    for over in (inner, ["area"], ["area", *inner]):
        np.testing.assert_array_less(np.abs(whole.sum(over) - values.sum(over)).values, 1 + 1e-6)
    cells = values.values.ravel()
    return time_ratio(lambda: demography.controlled_rounding(values), lambda: np.sort(cells))
