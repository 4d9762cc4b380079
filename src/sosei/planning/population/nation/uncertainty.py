"""How far the censuses fell from what would have been projected before them, and the intervals that follow from it."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.hindcast import METHODS, hindcast
from sosei.engines.demography.intervals import fit_error_model, intervals_of_total
from sosei.planning.population.nation.census import CENSUSES_NEEDED, WIDTH, NationalCensus
from sosei.planning.population.reference import survivorship_table

LEVEL = 0.8
FEWEST_CASES = 3
"""Pairs of base and horizon from which on the growth of errors with the horizon can be told."""
DISASTER_PREFECTURE = "07"
"""Evacuation after March 2011 is no measure of the others' uncertainty (docs/accuracy.md)."""
METHOD = "default"


def cases_of(years: list[int]) -> list[tuple[int, int]]:
    """Every base with the censuses that an estimate needs before it, and every horizon to a later census."""
    first, last = years[0] + (CENSUSES_NEEDED - 1) * WIDTH, years[-1]
    bases = [year for year in years if first <= year < last]
    return [(b, end - b) for b, end in product(bases, years) if end > b]


def intervals(census: NationalCensus, projected: xr.DataArray) -> npt.NDArray[np.float64] | None:
    """Lower and upper end of the 80 % interval of every total, shape (area, year, 2).

    Not a number where nobody lives; None where too few censuses are stored to learn from.
    """
    cases = cases_of(census.population["year"].values.tolist())
    if len(cases) < FEWEST_CASES:
        return None
    without = [str(c) for c in census.population["area"].values if str(c).startswith(DISASTER_PREFECTURE)]
    if len(without) == census.population.sizes["area"]:
        without = []
    outcomes = hindcast(
        census.population,
        survivorship_table("japan"),
        cases,
        {METHOD: METHODS[METHOD]},
        without=without,
    )
    model = fit_error_model(outcomes)
    before = census.population.sel(year=census.base_year - WIDTH, drop=True)
    lived_in = ((before.sum(("sex", "age")) > 0) & (census.base.sum(("sex", "age")) > 0)).values
    found = intervals_of_total(model, projected.isel(area=lived_in), before.isel(area=lived_in), level=LEVEL)
    ends = np.full((projected.sizes["area"], projected.sizes["year"], 2), np.nan)
    ends[lived_in] = np.stack([found["lower"].values, found["upper"].values], axis=-1)
    return ends
