"""Simple projections that any better method must beat: Hamilton-Perry, exponential growth, no change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import CHILDBEARING, AgeGroups
from sosei.engines.demography.estimate_checks import require_dims
from sosei.engines.demography.input_checks import sex_first
from sosei.engines.demography.project import shift

Array = npt.NDArray[np.float64]
DIMS = ("area", "year", "sex", "age")


def hamilton_perry(census: xr.DataArray, *, base_year: int, until: int) -> xr.DataArray:
    """Every cohort changes again as it did in the last step; children follow the child-woman ratio.

    Source: Hamilton & Perry 1962, Social Forces 41: 163-170; Smith, Tayman & Swanson, A Practitioner's Guide to State
    and Local Population Projections (2013), ch. 7.

    Args:
        census: persons, dims (area, year, sex, age), with the base year and the step before it.
        base_year, until: first and last year.

    Returns:
        Persons, dims (area, year, sex, age), the base year first. A cohort nobody stood in at the start changes as
        the nation's did, and an area without women of 15-49 has the nation's child-woman ratio.

    Raises:
        InputShapeError, ShapeError: a dimension is missing.
        KeyError: one of the two censuses is not there.
    """
    before, now, groups = _two_censuses(census, base_year)
    start = shift(before)
    nation = now.sum(axis=0) / start.sum(axis=0).clip(min=1e-9)
    change = np.where(start > 0, now / np.where(start > 0, start, 1.0), nation)
    childbearing = slice(*np.searchsorted(groups.starts, CHILDBEARING))
    women = now[:, 1, childbearing].sum(axis=-1)
    children = now[..., 0].sum(axis=-1)
    national_ratio = children.sum() / women.sum()
    ratio = np.where(women > 0, children / np.where(women > 0, women, 1.0), national_ratio)
    by_sex = now[..., 0].sum(axis=0) / children.sum()
    steps = [now]
    for _ in range(base_year, until, groups.width):
        after = shift(steps[-1]) * change
        after[..., 0] = (ratio * after[:, 1, childbearing].sum(axis=-1))[:, None] * by_sex
        steps.append(after)
    return _labelled(steps, census, base_year, groups)


def exponential(census: xr.DataArray, *, base_year: int, until: int) -> xr.DataArray:
    """Every area goes on growing at the rate of the last step, its ages as they are.

    Args, Returns, Raises:
        As `hamilton_perry`; an area nobody lived in at the start of the last step stays as it is.
    """
    before, now, groups = _two_censuses(census, base_year)
    old, new = before.sum(axis=(1, 2)), now.sum(axis=(1, 2))
    growth = np.where(old > 0, new / np.where(old > 0, old, 1.0), 1.0)[:, None, None]
    steps = [now * growth**k for k in range((until - base_year) // groups.width + 1)]
    return _labelled(steps, census, base_year, groups)


def no_change(census: xr.DataArray, *, base_year: int, until: int) -> xr.DataArray:
    """Everybody as in the base year; arguments and result as `hamilton_perry`."""
    _, now, groups = _two_censuses(census, base_year)
    return _labelled([now] * ((until - base_year) // groups.width + 1), census, base_year, groups)


def _two_censuses(census: xr.DataArray, base_year: int) -> tuple[Array, Array, AgeGroups]:
    require_dims(census, DIMS, name="census")
    groups = AgeGroups.of(census, "census")
    ordered = sex_first(census, "census").transpose(*DIMS)
    before, now = (
        ordered.sel(year=year).values.astype(float) for year in (base_year - groups.width, base_year)
    )
    return before, now, groups


def _labelled(steps: list[Array], census: xr.DataArray, base_year: int, groups: AgeGroups) -> xr.DataArray:
    years = [base_year + k * groups.width for k in range(len(steps))]
    return xr.DataArray(
        np.stack(steps, axis=1),
        dims=DIMS,
        coords={
            "area": census["area"].values,
            "year": years,
            "sex": ["male", "female"],
            "age": groups.starts,
        },
        name="population",
    )
