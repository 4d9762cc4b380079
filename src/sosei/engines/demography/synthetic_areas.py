"""Made-up small areas of a nation's size and shape, for trying out work at a scale no published table has.

Nothing here is an estimate of anything. Sizes follow a gamma distribution as those of census blocks do, ages and rates
are smooth curves that each area bends by chance; the same seed gives the same areas, whoever makes them and with
whatever others: each area has random numbers of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import SEXES, AgeGroups

GROUPS = AgeGroups(5, 90)
MEAN_SIZE = 580
"""Persons an area: the nation's 126 million over 217,000 small areas."""
BASE = 2020


def synthetic_areas(
    first: int, last: int, *, draws: int, until: int, seed: int
) -> tuple[xr.DataArray, xr.Dataset, xr.Dataset]:
    """The areas `first` to `last` - 1 as `project_draws` takes them.

    Args:
        draws: draws of the shifts: a level that lasts, and a step of a random walk in every period.
        until: last year, whole steps after `BASE`.
        seed: with its number it decides everything about an area.

    Returns:
        Population (area, sex, age), rates (area, year, sex, age), shifts (area, draw, year) in single precision.
    """
    areas, ages = last - first, GROUPS.starts
    years = list(range(BASE + GROUPS.width, until + 1, GROUPS.width))
    labels = {"area": np.arange(first, last), "year": years, "sex": list(SEXES), "age": ages}
    chances = [np.random.default_rng([seed, area]) for area in range(first, last)]
    size = np.array([chance.gamma(1.5, MEAN_SIZE / 1.5) for chance in chances])
    centre, ratio = np.array([chance.uniform((35, 0.12), (65, 0.28)) for chance in chances]).T
    outflow = np.array([chance.normal((-0.02, 0.0), (0.12, 0.01), (2, 2)) for chance in chances])

    shape = np.exp(-(((ages - centre[:, None, None]) / 38) ** 2)) * np.ones((1, 2, 1))
    people = size[:, None, None] * shape / shape.sum(axis=(1, 2), keepdims=True)

    hazard = np.array([[1.0], [0.55]]) * 0.00035 * np.exp(0.092 * ages)
    survivorship = np.exp(-np.minimum(5 * hazard, 2.0)) * np.ones((areas, len(years), 1, 1))
    youth = np.exp(-(((ages - 22.5) / 6) ** 2))
    by_sex = outflow[:, None, :, :, None]
    migration = by_sex[:, :, :, 0] * youth + by_sex[:, :, :, 1]
    migration = np.broadcast_to(migration, survivorship.shape).copy()
    migration[..., 0] = 0.0

    dims = ("area", "year", "sex", "age")
    rates = xr.Dataset(
        {
            "survivorship": (dims, survivorship),
            "net_migration_rate": (dims, np.maximum(migration, 0.02 - survivorship)),
            "child_woman_ratio": (
                dims[:2],
                ratio[:, None] * np.ones((1, len(years))),
            ),
            "sex_ratio_0_4": (dims[:2], np.full((areas, len(years)), 1.05)),
        },
        coords=labels,
    )
    rates["net_migration_rate"][..., 0] = 0.0
    start = xr.DataArray(
        people,
        dims=("area", "sex", "age"),
        coords={d: labels[d] for d in ("area", "sex", "age")},
        name="population",
    )
    return start, rates, _shifts(chances, np.arange(first, last), years, draws)


def _shifts(
    chances: Sequence[np.random.Generator], areas: npt.NDArray[np.int64], years: list[int], draws: int
) -> xr.Dataset:
    made = {}
    for name, lasting, step in (("cohort_change", 0.02, 0.01), ("child_woman_ratio", 0.05, 0.05)):
        shift = np.empty((areas.size, draws, len(years)), dtype=np.float32)
        for chance, room in zip(chances, shift, strict=True):
            level = lasting * chance.standard_normal((draws, 1), dtype=np.float32)
            np.cumsum(step * chance.standard_normal(room.shape, dtype=np.float32), axis=-1, out=room)
            room += level
        made[name] = (("area", "draw", "year"), np.clip(shift, -0.5, 0.5, out=shift))
    return xr.Dataset(made, coords={"area": areas, "year": years})
