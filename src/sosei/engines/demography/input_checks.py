"""Checks that the projection makes of its inputs; each raises an error that names the first offending place."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import SEXES, AgeGroups
from sosei.engines.demography.errors import RATES, InvalidValueError, MissingRateError, ShapeError, Text

Array = npt.NDArray[np.float64]
LARGEST = float(np.finfo(np.float64).max)
COUNT = (0.0, LARGEST)
"""Bounds of a count or a rate that may be any finite number from 0."""
A_COUNT = Text("a count of persons, 0 or more", "0以上の人数")
A_RATE = Text("a finite number, 0 or more", "0以上の有限の数")
A_SHARE = Text("a share between 0 and 1", "0以上1以下の割合")


def named(name: str) -> Text:
    """An array's name for an error: the variable in English, the field's term in Japanese."""
    return RATES.get(name, Text(name, name))


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
    """The array with sexes in the engine's order; itself, not a copy, where they are.

    Raises:
        ShapeError: no `sex` dimension, or labels other than male and female.
    """
    if "sex" not in array.dims or set(array["sex"].values.tolist()) != set(SEXES):
        got = array["sex"].values.tolist() if "sex" in array.coords else list(array.dims)
        raise ShapeError(
            name=named(name),
            problem=Text("sexes missing or named otherwise", "男女の次元がないか、名前が違います"),
            expected=list(SEXES),
            got=got,
        )
    return array if array["sex"].values.tolist() == list(SEXES) else array.sel(sex=list(SEXES))


Labelled = TypeVar("Labelled", xr.DataArray, xr.Dataset)


def aligned(array: Labelled, other: xr.DataArray | xr.Dataset, dims: tuple[str, ...], name: str) -> Labelled:
    """`array` with its labels of `dims` in the order of `other`'s: areas are joined by name, never by position.

    Raises:
        ShapeError: a label, or the number of items of a dimension without labels, is not the same in both.
    """
    for dim in dims:
        if dim not in array.dims or dim not in other.dims:
            continue
        if np.array_equal(array[dim].values, other[dim].values):
            continue
        own, theirs = array[dim].values.tolist(), other[dim].values.tolist()
        if sorted(own, key=str) != sorted(theirs, key=str) or len(set(own)) != len(own):
            raise ShapeError(
                name=named(name),
                problem=Text(f"labels of {dim} differ", f"{dim} のラベルが一致しません"),
                expected=theirs,
                got=own,
            )
        array = array.sel({dim: theirs})
    return array


def require_years(
    rates: xr.Dataset, name: str, years: list[int], inner: tuple[str, ...], groups: AgeGroups | None
) -> xr.DataArray:
    """`rates[name]` at `years`, sexes and ages in the engine's order.

    Raises:
        MissingRateError: the variable, or one of the years, is not there.
        ShapeError: its ages are not those of the population.
    """
    if name not in rates:
        raise MissingRateError(name=named(name), year=years[0] if years else "-")
    block = rates[name]
    for dim in ("year", *inner):
        if dim not in block.dims:
            raise ShapeError(
                name=named(name),
                problem=Text(f"no dimension {dim}", f"次元 {dim} がありません"),
                expected=("year", *inner),
                got=block.dims,
            )
    held = block["year"].values.tolist()
    if len(set(held)) != len(held):
        raise ShapeError(
            name=named(name),
            problem=Text("a year stands twice", "同じ年が2度あります"),
            expected=years,
            got=held,
        )
    for year in years:
        if year not in held:
            raise MissingRateError(name=named(name), year=year)
    if held != years:
        block = block.sel(year=years)
    if "sex" in inner and block["sex"].values.tolist() != list(SEXES):
        block = sex_first(block, name)
    if groups is not None and not np.array_equal(block["age"].values, groups.starts):
        raise ShapeError(
            name=named(name),
            problem=Text("age groups differ from the population's", "年齢階級が人口と違います"),
            expected=f"{groups.label(0)} … {groups.label(groups.open_age)}",
            got=block["age"].values.tolist(),
        )
    return block


def require_present(values: Array, name: str, holder: xr.DataArray, dims: tuple[str, ...]) -> None:
    """Raise MissingRateError at the first value that is not a number."""
    absent = ~np.isfinite(values)
    if absent.any():
        raise MissingRateError(name=named(name), **coordinates_of_first(absent, holder, dims))


def require_within(
    values: Array,
    bounds: tuple[float, float],
    name: str,
    holder: xr.DataArray,
    dims: tuple[str, ...],
    expected: Text,
    **place: object,
) -> None:
    """Raise InvalidValueError at the first value outside `bounds` or not a number (axes: `dims`)."""
    outside = ~((values >= bounds[0]) & (values <= bounds[1]))
    if not outside.any():
        return
    raise InvalidValueError(
        name=named(name),
        value=float(values[outside][0]),
        expected=expected,
        remedy=Text(
            "correct the input at that place; nothing was clipped.",
            "その箇所の入力を直してください（値の切り捨てはしていません）。",
        ),
        **{**coordinates_of_first(outside, holder, dims), **place},
    )
