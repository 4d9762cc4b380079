"""Checks that the projection makes of its inputs; each raises an error that names the first offending place."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import SEXES, AgeGroups
from sosei.engines.demography.errors import InvalidValueError, MissingRateError, ShapeError

Array = npt.NDArray[np.float64]


def coordinates_of_first(
    mask: npt.NDArray[np.bool_], holder: xr.DataArray | xr.Dataset, dims: tuple[str, ...]
) -> dict[str, Any]:
    """Labels of the first true place of `mask`, whose axes are `dims` (axes of length one are left out)."""
    first = np.argwhere(mask)[0]
    place: dict[str, Any] = {}
    for axis, dim in enumerate(dims):
        if dim in holder.coords and holder[dim].ndim == 1 and holder[dim].size == mask.shape[axis]:
            label = holder[dim].values[first[axis]]
            place[dim] = label.item() if hasattr(label, "item") else label
    if "age" in place:
        place["age"] = AgeGroups.of(holder).label(int(place["age"]))
    return place


def sex_first(array: xr.DataArray, name: str) -> xr.DataArray:
    """The array with sexes in the engine's order.

    Raises:
        ShapeError: no `sex` dimension, or labels other than male and female.
    """
    if "sex" not in array.dims or set(array["sex"].values.tolist()) != set(SEXES):
        got = array["sex"].values.tolist() if "sex" in array.coords else list(array.dims)
        raise ShapeError(name=name, problem="sexes missing or named otherwise", expected=list(SEXES), got=got)
    return array.sel(sex=list(SEXES))


def require_years(
    rates: xr.Dataset, name: str, years: list[int], inner: tuple[str, ...], groups: AgeGroups | None
) -> xr.DataArray:
    """`rates[name]` at `years`, sexes and ages in the engine's order.

    Raises:
        MissingRateError: the variable, or one of the years, is not there.
        ShapeError: its ages are not those of the population.
    """
    if name not in rates:
        raise MissingRateError(name=name, year=years[0] if years else "-")
    block = rates[name]
    for dim in ("year", *inner):
        if dim not in block.dims:
            raise ShapeError(
                name=name, problem=f"no dimension {dim}", expected=("year", *inner), got=block.dims
            )
    held = block["year"].values.tolist()
    for year in years:
        if year not in held:
            raise MissingRateError(name=name, year=year)
    if held != years:
        block = block.sel(year=years)
    if "sex" in inner and block["sex"].values.tolist() != list(SEXES):
        block = sex_first(block, name)
    if groups is not None and not np.array_equal(block["age"].values, groups.starts):
        raise ShapeError(
            name=name,
            problem="age groups differ from the population's",
            expected=f"{groups.label(0)} … {groups.label(groups.open_age)}",
            got=block["age"].values.tolist(),
        )
    return block


def require_present(values: Array, name: str, holder: xr.DataArray, dims: tuple[str, ...]) -> None:
    """Raise MissingRateError at the first value that is not a number."""
    absent = ~np.isfinite(values)
    if absent.any():
        raise MissingRateError(name=name, **coordinates_of_first(absent, holder, dims))


def require_within(
    values: Array,
    bounds: tuple[float, float],
    name: str,
    holder: xr.DataArray,
    dims: tuple[str, ...],
    expected: str,
    **place: object,
) -> None:
    """Raise InvalidValueError at the first value outside `bounds` or not a number (axes: `dims`)."""
    outside = ~((values >= bounds[0]) & (values <= bounds[1]))
    if not outside.any():
        return
    raise InvalidValueError(
        name=name,
        value=float(values[outside][0]),
        expected=expected,
        remedy="correct the input at that place; nothing was clipped.",
        **{**coordinates_of_first(outside, holder, dims), **place},
    )
