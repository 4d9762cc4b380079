"""The proof that no one is lost: start + births - deaths + migration = end, for every cohort of every step."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sosei.engines.demography.errors import BalanceError


def check_balance(
    population: xr.DataArray,
    births: xr.DataArray,
    deaths: xr.DataArray,
    net_migration: xr.DataArray,
    *,
    tolerance: float = 1e-9,
) -> float:
    """Largest relative residual of the balancing equation over all cohorts and steps.

    Args:
        population: dims (…, year, sex, age), base year first.
        births: dims (…, year, sex), one year fewer.
        deaths, net_migration: dims (…, year, sex, age), by age at the end of the step, one year fewer.
        tolerance: largest accepted residual, relative to the cohort at the end of the step, at least 1 person.

    Raises:
        BalanceError: some cohort does not close; names the first such area, sex, age and year.
    """
    if population.sizes["year"] < 2:
        return 0.0
    start = population.isel(year=slice(None, -1))
    end = population.isel(year=slice(1, None))
    moved_up = start.shift(age=1, fill_value=0.0).assign_coords(year=end["year"])
    oldest = start["age"].values[-1]
    kept_open = start.sel(age=oldest, drop=True).assign_coords(year=end["year"])
    expected = moved_up + kept_open * (end["age"] == oldest)
    expected = expected + births * (end["age"] == 0) - deaths + net_migration
    scale = np.maximum(np.maximum(np.abs(expected), np.abs(end)), 1.0)
    residual = (np.abs(end - expected) / scale).transpose(*end.dims)
    worst = float(residual.max())
    if not worst <= tolerance:
        place = residual.where(residual.fillna(np.inf) > tolerance, drop=False)
        index = np.argwhere(~(residual.values <= tolerance))[0]
        where = {
            str(d): place[d].values[i].item()
            for d, i in zip(residual.dims, index, strict=True)
            if d in place.coords
        }
        raise BalanceError(value=worst, **where)
    return worst
