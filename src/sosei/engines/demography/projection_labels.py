"""Labels of a projection: its base year and steps, the dimensions before sex and age, and arrays given their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import ShapeError, Text
from sosei.engines.demography.step_rates import INNER, Array


def first_year_of(population: xr.DataArray, given: int | None) -> int:
    """The base year: the one given, else the population's own.

    Raises:
        ShapeError: there is neither.
    """
    if given is not None:
        return given
    if "year" in population.coords and population["year"].ndim == 0:
        return int(population["year"].item())
    raise ShapeError(
        name=Text("population", "人口"),
        problem=Text("no base year", "基準年がありません"),
        expected=Text("base_year= or a scalar coordinate year", "base_year= またはスカラー座標 year"),
        got="-",
        remedy=Text("give base_year.", "base_year を指定してください。"),
    )


def step_years(start: int, until: int, width: int) -> list[int]:
    """The base year and the end of each step, up to `until`.

    Raises:
        ShapeError: not a whole number of steps.
    """
    if until < start or (until - start) % width:
        below = max(start, until - (until - start) % width)
        raise ShapeError(
            name=Text("the last year (until)", "最後の年"),
            problem=Text(
                f"not a whole number of {width}-year steps after {start}",
                f"{start}年から{width}年きざみの年ではありません",
            ),
            expected=Text(f"{below} or {below + width}", f"{below} か {below + width}"),
            got=until,
            remedy=Text("give one of these years.", "このどちらかの年にしてください。"),
        )
    return list(range(start, until + 1, width))


def leading_dims(population: xr.DataArray, rates: xr.Dataset) -> tuple[str, ...]:
    """What stands before year, sex and age: area, scenario, and any other by name."""
    known = ("area", "scenario")
    found = {str(d) for d in population.dims} | {str(d) for d in rates.dims}
    rest = sorted(found - {"year", *INNER, *known})
    return (*(d for d in known if d in found), *rest)


def labels_by_dim(
    population: xr.DataArray, rates: xr.Dataset, lead: tuple[str, ...], groups: AgeGroups
) -> dict[str, object]:
    """Labels of every dimension but the year, as far as there are any."""
    coords: dict[str, object] = {"sex": ["male", "female"], "age": groups.starts}
    for d in lead:
        holder = population if d in population.coords else rates
        if d in holder.coords:
            coords[d] = holder[d].values
    return coords


def coordinates(
    population: xr.DataArray, rates: xr.Dataset, lead: tuple[str, ...], groups: AgeGroups, years: list[int]
) -> xr.Coordinates:
    """Coordinates of dims (lead…, year, sex, age); indexes that are there already are used again, not built anew."""
    own = labels_by_dim(population, rates, lead, groups)
    held = {d: population if d in population.xindexes else rates for d in lead if d in own}
    variables: dict[str, Any] = {d: held[d][d].variable for d in held}
    indexes: dict[str, xr.Index] = {d: held[d].xindexes[d] for d in held}
    new = xr.Coordinates({"year": years, "sex": own["sex"], "age": own["age"]})
    variables.update({str(d): new[d].variable for d in new})
    indexes.update({str(d): index for d, index in new.xindexes.items()})
    return xr.Coordinates(variables, indexes=indexes)


def stacked(
    steps: Sequence[Array],
    years: list[int],
    lead: tuple[str, ...],
    inner: tuple[str, ...],
    coords: Mapping[str, object],
    name: str,
) -> xr.DataArray:
    """Steps one after another, dims (lead…, year, inner…)."""
    dims = (*lead, "year", *inner)
    shape = np.broadcast_shapes(*(s.shape for s in steps))
    axis = len(shape) - len(inner)
    values = np.stack([np.broadcast_to(s, shape) for s in steps], axis=axis) if steps else np.empty(0)
    if not steps:
        return xr.DataArray(np.empty((0,)), dims=("year",), coords={"year": []}, name=name)
    return xr.DataArray(
        values, dims=dims, coords={**{d: c for d, c in coords.items() if d in dims}, "year": years}, name=name
    )


def labelled(
    values: Array,
    lead_shape: tuple[int, ...],
    lead: tuple[str, ...],
    inner: tuple[str, ...],
    coords: xr.Coordinates,
    name: str,
) -> xr.DataArray:
    """What the loop wrote, with its dims (lead…, year, inner…)."""
    dims = (*lead, "year", *inner)
    shape = (*lead_shape, *(coords[d].size for d in ("year", *inner)))
    return xr.DataArray(values.reshape(shape), coords=coords, dims=dims, name=name)
