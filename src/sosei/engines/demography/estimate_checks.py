"""Checks on the arrays an estimate is made from: each failure names the value, its place and the remedy.

Shared by the estimate and indicator modules. Texts inside an error come as `Text` pairs, so that the Japanese
sentence is Japanese throughout.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from sosei.engines.demography.errors import InvalidValueError, MissingRateError, ShapeError, Text

__all__ = [
    "InputMissingError",
    "InputShapeError",
    "InputValueError",
    "Text",
    "place_of",
    "places_of",
    "require",
    "require_aligned",
    "require_counts",
    "require_dims",
    "require_present",
    "require_same_labels",
]


class InputValueError(InvalidValueError):
    """A value given to an estimate is outside what it can mean."""


class InputMissingError(MissingRateError):
    """A value an estimate needs is absent or not a number."""

    english = "{name} is missing at {place}. Remedy: {remedy}"
    japanese = "{name} がありません（{place}）。対処: {remedy}"


class InputShapeError(ShapeError):
    """An array given to an estimate lacks a dimension or a label it needs."""


ZERO_OR_MORE = Text("zero or more", "0以上")
SUPPLY_OR_POOL = Text(
    "supply it, or pool areas or years until it exists", "値を与えるか、地域・年を合算してください。"
)
CORRECT_SOURCE = Text("correct it in the source table", "元の表を確かめ、正しい値にしてください。")


def place_of(mask: xr.DataArray) -> dict[str, object]:
    """Coordinates of the first true cell of `mask`, by dimension name."""
    return places_of(mask, at_most=1)[0]


def places_of(mask: xr.DataArray, at_most: int | None = None) -> list[dict[str, object]]:
    """Coordinates of the true cells of `mask`, in order."""
    labels = [(str(dim), mask[dim].values.tolist()) for dim in mask.dims]
    return [
        {dim: names[i] for (dim, names), i in zip(labels, index, strict=True)}
        for index in np.argwhere(mask.values)[:at_most]
    ]


def require(
    array: xr.DataArray, good: xr.DataArray, *, name: Text, expected: Text, remedy: Text = CORRECT_SOURCE
) -> None:
    """Raise `InputValueError` at the first cell of `array` that is not `good`."""
    bad = ~good
    if bool(bad.any()):
        value = float(array.broadcast_like(bad).transpose(*bad.dims).values[bad.values][0])
        raise InputValueError(name=name, value=value, expected=expected, remedy=remedy, **place_of(bad))


def require_present(array: xr.DataArray, *, name: Text, remedy: Text = SUPPLY_OR_POOL) -> None:
    """Raise `InputMissingError` at the first cell that is not a number."""
    absent = array.isnull()
    if bool(absent.any()):
        raise InputMissingError(name=name, remedy=remedy, **place_of(absent))


def require_counts(array: xr.DataArray, *, name: Text) -> None:
    """Every cell present, finite and not negative."""
    require_present(array, name=name)
    finite = xr.DataArray(np.isfinite(array.values), coords=array.coords, dims=array.dims)
    require(array, (array >= 0) & finite, name=name, expected=ZERO_OR_MORE)


def require_dims(array: xr.DataArray | xr.Dataset, dims: Iterable[str], *, name: str) -> None:
    """Raise `InputShapeError` when a dimension is not there."""
    wanted = list(dims)
    if any(dim not in array.dims for dim in wanted):
        raise InputShapeError(
            name=name,
            problem=Text("a dimension is missing", "次元が足りません"),
            expected=", ".join(wanted),
            got=", ".join(str(d) for d in array.dims),
        )


def require_same_labels(array: xr.DataArray, other: xr.DataArray, dim: str, *, name: str) -> None:
    """Raise `InputShapeError` when two arrays do not carry the same labels along `dim`.

    Arithmetic between xarrays keeps only shared labels; a shifted table would lose rows without a word.
    """
    if dim in array.dims and dim in other.dims and array[dim].values.tolist() != other[dim].values.tolist():
        raise InputShapeError(
            name=name,
            problem=Text(f"labels of {dim} differ", f"{dim} のラベルが一致しません"),
            expected=other[dim].values.tolist(),
            got=array[dim].values.tolist(),
        )


def require_aligned(array: xr.DataArray, other: xr.DataArray, *, name: str) -> None:
    """`require_same_labels` for every dimension the two arrays share."""
    for dim in array.dims:
        require_same_labels(array, other, str(dim), name=name)
