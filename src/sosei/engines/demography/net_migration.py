"""Residual (census survival) net migration between two censuses: what survival and births leave unexplained.

Method: United Nations, *Manual VI: Methods of Measuring Internal Migration* (1970), chapter II (forward,
reverse and average survival-ratio methods; 生残率法). Rates are those of the official Japanese projections,
on the population at the start (社人研 純移動率). Everything is indexed by age at the END of the interval.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import FEMALE, AgeGroups
from sosei.engines.demography.estimate_checks import (
    InputShapeError,
    InputValueError,
    Text,
    places_of,
    require,
    require_aligned,
    require_counts,
    require_dims,
    require_present,
)

Method = Literal["forward", "reverse", "average"]
METHODS: tuple[Method, ...] = ("forward", "reverse", "average")
MOTHERS = (15, 45)
"""Women whose net migration the child rule follows: 15 to 44 at the end of the interval."""


def residual_net_migration(
    start: xr.DataArray,
    end: xr.DataArray,
    survivorship: xr.DataArray,
    births: xr.DataArray | None = None,
    *,
    method: Method = "forward",
    child_factor: float | None = None,
) -> xr.Dataset:
    """Net migration counts and rates by sex and age at the end of the interval.

    With P the population at the start of the interval (births B for age 0; P[ω−n] + P[ω+] for the open
    group), P′ at its end and S the survivorship ratio:

    * forward: M = P′ − S·P, migrants counted at the end (they bear no mortality). The rate m = M/P is the one
      for which P·(S + m) gives P′ back, the official form;
    * reverse: M = P′/S − P, migrants counted at the start; P·(1 + m)·S gives P′ back;
    * average: the mean of the two counts, for migrants spread over the interval.

    Ages must be known (see `unknown_age`) and boundaries the same at both censuses.

    Args:
        start, end: persons at the two censuses, dimensions (…, age), evenly spaced groups as wide as the
            interval.
        survivorship: ratios by age at the end, dimensions among those of `start`, the same ages.
        births: births of the interval, the dimensions of `start` without age. Without them age 0 is not a
            number, unless `child_factor` is given.
        method: as above.
        child_factor: without births, children of the first group are taken to have moved with the women of
            15-44: M(0) = factor · C/W · ΣM(women), C the children (by sex) and W the women at the end, and
            the rate is M(0) over the children who would be there without it (C − M). The factor is the mean
            share of the interval the children have lived: 0.25 for ages 0-4 in a ten-year interval (Bogue,
            Hinze & White 1982; UN Manual VI), 0.5 for a first group as wide as the interval.

    Returns:
        Dataset `counts` (persons) and `rates` (per person of P), dimensions of `start`. A rate whose
        denominator is 0, and a reverse count whose ratio is 0, is NaN, never 0; `attrs["undefined"]` lists
        their places as dicts, `attrs["method"]` names the method, `attrs["age_0"]` how age 0 was found.

    Raises:
        InputShapeError: ages or labels differ, or both `births` and `child_factor` are given.
        InputMissingError, InputValueError: an absent or negative count, or a ratio outside [0, 1].
    """
    _check(start, end, survivorship, births, method, child_factor)
    base = _at_risk(start, births)
    survivorship = survivorship.broadcast_like(end).transpose(*end.dims)
    forward = end - survivorship * base
    backward = end / survivorship.where(survivorship > 0) - base
    counts = {"forward": forward, "reverse": backward, "average": (forward + backward) / 2}[method]
    if child_factor is not None:
        counts, base = _with_children(counts, base, end, child_factor)
    rates = counts / base.where(base > 0)
    result = xr.Dataset({"counts": counts, "rates": rates}).transpose(*start.dims)
    result.attrs = {
        "method": method,
        "indexed_by": "age at the end of the interval",
        "age_0": "births"
        if births is not None
        else "not estimated"
        if child_factor is None
        else "child rule",
        "undefined": places_of(result["rates"].isnull()),
    }
    return result


def _check(
    start: xr.DataArray,
    end: xr.DataArray,
    survivorship: xr.DataArray,
    births: xr.DataArray | None,
    method: str,
    child_factor: float | None,
) -> None:
    if method not in METHODS:
        raise InputShapeError(
            name="method",
            problem=Text("unknown method", "手法の名前が不明です"),
            expected=", ".join(METHODS),
            got=method,
        )
    AgeGroups.of(start, "start")
    for name, text, array in (
        ("start", Text("the population at the start", "期首人口"), start),
        ("end", Text("the population at the end", "期末人口"), end),
    ):
        require_dims(array, [str(d) for d in start.dims], name=name)
        require_aligned(array, start, name=name)
        require_counts(array, name=text)
    require_dims(start, [str(d) for d in end.dims], name="start")
    require_dims(survivorship, ["age"], name="survivorship")
    require_dims(start, [str(d) for d in survivorship.dims], name="start")
    require_aligned(survivorship, start, name="survivorship")
    ratio = Text("the survivorship ratio", "生残率")
    require_present(survivorship, name=ratio)
    require(
        survivorship, (survivorship >= 0) & (survivorship <= 1), name=ratio, expected=Text("0 to 1", "0から1")
    )
    if births is not None:
        if child_factor is not None:
            raise InputShapeError(
                name="age 0",
                problem=Text(
                    "births and child_factor are both given", "births と child_factor の両方があります"
                ),
                expected="births or child_factor",
                got="births, child_factor",
            )
        require_dims(births, [str(d) for d in start.dims if d != "age"], name="births")
        require_dims(start, [str(d) for d in births.dims], name="start")
        require_aligned(births, start, name="births")
        require_counts(births, name=Text("births", "出生数"))
    if child_factor is not None:
        if not 0 <= child_factor <= 1:
            raise InputValueError(
                name=Text("child_factor", "child_factor"),
                value=child_factor,
                expected=Text("from 0 to 1", "0以上1以下"),
                remedy=Text(
                    "0.5 suits a first group as wide as the interval", "期間と同じ幅の階級なら0.5です。"
                ),
            )
        require_dims(start, ["sex"], name="start")


def _at_risk(start: xr.DataArray, births: xr.DataArray | None) -> xr.DataArray:
    """P of each age at the end: births, the group one step younger, the bracket of the last two groups."""
    persons = start.astype(float).transpose(..., "age")
    values = persons.values
    base = np.full_like(values, np.nan)
    base[..., 1:] = values[..., :-1]
    base[..., -1] += values[..., -1]
    if births is not None:
        base[..., 0] = births.transpose(*[d for d in persons.dims if d != "age"]).values
    return persons.copy(data=base).transpose(*start.dims)


def _with_children(
    counts: xr.DataArray, base: xr.DataArray, end: xr.DataArray, factor: float
) -> tuple[xr.DataArray, xr.DataArray]:
    first = counts["age"] == 0
    mothers = (counts["age"] >= MOTHERS[0]) & (counts["age"] < MOTHERS[1])
    women = end.sel(sex=FEMALE, drop=True).where(mothers, 0.0).sum("age")
    moved = counts.sel(sex=FEMALE, drop=True).where(mothers, 0.0).sum("age", skipna=False)
    children = end.sel(age=0, drop=True)
    joined = factor * children / women.where(women > 0) * moved
    return counts.where(~first, joined), base.where(~first, children - joined)
