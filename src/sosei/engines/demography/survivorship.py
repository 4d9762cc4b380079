"""Survivorship ratios of a projection step, indexed by AGE AT THE END of the step.

`survivorship[age=0]` is births of the step → first group; `survivorship[age=x]` is group x−n → x; the last
one is the combined ratio of the open group, (P[ω−n] + P[ω+]) → ω+.

Sources: Preston, Heuveline & Guillot, *Demography* (2001), chapter 6 (ₙLₓ₊ₙ/ₙLₓ, open group T(ω)/T(ω−n),
births ₙL₀/(n·l₀)); 社人研 日本の将来推計人口 for annual tables whose column is the age at the end of the
year.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.estimate_checks import (
    InputShapeError,
    Text,
    require,
    require_aligned,
    require_counts,
    require_dims,
    require_present,
)

Floats = npt.NDArray[np.float64]


def survivorship_ratios(life_table: xr.Dataset, groups: AgeGroups) -> xr.DataArray:
    """Survivorship ratios of one step of `groups.width` years under one life table.

    S(0) = ₙL₀/(n·l₀); S(x) = ₙLₓ/ₙLₓ₋ₙ; S(ω+) = T(ω)/T(ω−n), the combined ratio of the last two groups.

    Args:
        life_table: variables lx, Lx and Tx with dimensions (…, age), single-year or abridged, in which every
            group of `groups` starts at one of the table's ages.
        groups: the grid of the projection, for example `AgeGroups(5, 90)`.

    Returns:
        Ratios in (0, 1] with dimensions (…, age), age at the end of the step.

    Raises:
        InputShapeError: a group starts at an age the table does not have, or the open group is not the
            table's to give.
    """
    require_dims(life_table, ["age"], name="life table")
    starts = groups.starts
    missing = sorted(set(starts.tolist()) - set(life_table["age"].values.tolist()))
    if missing:
        raise InputShapeError(
            name="life table",
            problem=Text(
                "groups start at ages that are not in the table", "生命表にない年齢から始まる階級があります"
            ),
            expected=f"the ages {missing}",
            got=life_table["age"].values.tolist(),
        )
    remaining = life_table["Tx"].sel(age=starts).transpose(..., "age")
    after = remaining.values
    lived = after[..., :-1] - after[..., 1:]
    radix = life_table["lx"].isel(age=0, drop=True).broadcast_like(remaining.isel(age=0, drop=True))
    born = radix.transpose(*[d for d in remaining.dims if d != "age"]).values * groups.width
    ratio = np.empty_like(after)
    ratio[..., 0] = lived[..., 0] / born
    ratio[..., 1:-1] = lived[..., 1:] / lived[..., :-1]
    ratio[..., -1] = after[..., -1] / after[..., -2]
    return _named(remaining.copy(data=ratio), life_table["Tx"].dims, "one life table")


def survivorship_of_period(
    life_tables: xr.Dataset,
    groups: AgeGroups,
    *,
    end_years: Sequence[int],
    population: xr.DataArray | None = None,
) -> xr.DataArray:
    """Survivorship ratios of whole steps from the single-year life tables of their calendar years.

    Method: each calendar year gives one-year ratios L(x)/L(x−1) by age at the end of the year; every
    single-year cohort is led through the years on the diagonal, and the survivors of a group are divided by
    its members. Where all years carry one table, the result is that of `survivorship_ratios`.

    Args:
        life_tables: single-year tables (variables lx, Lx, Tx), dimensions (…, year, age).
        groups, end_years, population: see `survivorship_of_annual_probabilities`.

    Returns, Raises:
        As `survivorship_of_annual_probabilities`.
    """
    require_dims(life_tables, ["age", "year"], name="life tables")
    _require_single_years(life_tables)
    single = AgeGroups(1, int(life_tables["age"].values[-1]))
    annual = survivorship_ratios(life_tables, single)
    return _steps(annual, groups, end_years, population, "annual life tables, cohorts led through the years")


def survivorship_of_annual_probabilities(
    death_probabilities: xr.DataArray,
    groups: AgeGroups,
    *,
    end_years: Sequence[int],
    population: xr.DataArray | None = None,
) -> xr.DataArray:
    """Survivorship ratios of whole steps from annual probabilities of dying by age at the END of the year.

    This is the form of the national projection's assumption table (column x = age at the end of the year):
    column 0 is births → age 0, column x is age x−1 → x. The last column passed is read as the open group, so
    leave out columns above the last age at which anyone survives (a 1 there would empty the open group).

    Single-year cohorts are led through the years on the diagonal. Members of a group are weighted by
    `population`, or, without it, by the stationary population of the step's first year; births are equal in
    every year of a step.

    Args:
        death_probabilities: dimensions (…, year, age), probabilities (not per 100,000), single ages from 0.
        groups: the grid of the projection; its open age may not lie above the table's.
        end_years: last years of the steps. The step that ends in E takes the rows E−width+1, …, E: between
            censuses of 1 October these calendar years lie nearest, and the national projection's own population
            follows its row E from year E−1 to year E.
        population: persons by single age at the start of a step, dimensions among those of the table but
            `year`, the same ages; used for every step.

    Returns:
        Ratios with dimensions (…, year, age), `year` the end of the step and age at its end.

    Raises:
        InputMissingError, InputValueError: a probability is absent or outside [0, 1], or 0 in the open group.
        InputShapeError: single ages or a year a step needs are not there; no year is replaced by another.
    """
    require_dims(death_probabilities, ["age", "year"], name="death probabilities")
    name = Text("the probability of dying", "死亡確率")
    require_present(death_probabilities, name=name)
    require(
        death_probabilities,
        (death_probabilities >= 0) & (death_probabilities <= 1),
        name=name,
        expected=Text("from 0 to 1", "0以上1以下"),
        remedy=Text("divide a table per 100,000 by 100,000", "10万対の表なら10万で割ってください。"),
    )
    _require_single_years(death_probabilities)
    annual = 1 - death_probabilities
    return _steps(
        annual, groups, end_years, population, "annual probabilities of dying, cohorts led through the years"
    )


def _require_single_years(table: xr.DataArray | xr.Dataset) -> None:
    ages = table["age"].values
    if ages.tolist() != list(range(ages.size)):
        raise InputShapeError(
            name="annual table",
            problem=Text("single years of age from 0 are needed", "0歳からの各歳の表が必要です"),
            expected="0, 1, 2, …",
            got=ages.tolist(),
        )


def _steps(
    annual: xr.DataArray,
    groups: AgeGroups,
    end_years: Sequence[int],
    population: xr.DataArray | None,
    method: str,
) -> xr.DataArray:
    """One `_through_the_years` for each step, stacked along `year`."""
    needed = sorted({year for end in end_years for year in _rows(end, groups)})
    missing = sorted(set(needed) - set(annual["year"].values.tolist()))
    if missing or not needed:
        raise InputShapeError(
            name="annual table",
            problem=Text("years that the steps need are not in the table", "期間に必要な年が表にありません"),
            expected=missing or "end_years",
            got=annual["year"].values.tolist(),
        )
    top = int(annual["age"].values[-1])
    if groups.open_age > top:
        raise InputShapeError(
            name="annual table",
            problem=Text(
                "the open age group starts above the table's last age", "開放年齢階級が表の最高年齢を超えます"
            ),
            expected=f"an open age up to {top}",
            got=groups.open_age,
        )
    steps = [_through_the_years(annual.sel(year=_rows(end, groups)), groups, population) for end in end_years]
    stacked = xr.concat(steps, dim=xr.Variable("year", list(end_years)))
    return _named(stacked, annual.dims, method)


def _rows(end: int, groups: AgeGroups) -> list[int]:
    return list(range(end - groups.width + 1, end + 1))


def _through_the_years(
    annual: xr.DataArray, groups: AgeGroups, population: xr.DataArray | None
) -> xr.DataArray:
    """Lead single-year cohorts and one birth a year through the annual ratios; regroup the survivors."""
    annual = annual.transpose("year", ..., "age")
    frame = annual.isel(year=0, drop=True)
    ratios = cast(Floats, annual.values)
    start = _stationary(frame) if population is None else _members(population, frame)
    alive = start
    newborn = np.zeros_like(start)
    for ratio in ratios:
        alive = _one_year(alive, ratio, 0.0)
        newborn = _one_year(newborn, ratio, 1.0)
    members = _regroup(start, groups)
    survivors = _regroup(alive, groups)
    ratio = np.empty_like(members)
    ratio[..., 0] = newborn.sum(axis=-1) / groups.width
    below = members[..., :-1].copy()
    below[..., -1] += members[..., -1]
    empty = frame.isel(age=groups.starts[1:]).copy(data=below)
    require(
        empty,
        empty > 0,
        name=Text("the population that weights a group", "加重に使う人口"),
        expected=Text("more than 0", "0より大きい値"),
        remedy=Text("leave the weights out", "加重人口を省いてください。"),
    )
    ratio[..., 1:] = survivors[..., 1:] / below
    return frame.isel(age=groups.starts).copy(data=ratio)


def _members(population: xr.DataArray, frame: xr.DataArray) -> Floats:
    require_dims(population, ["age"], name="population")
    require_dims(frame, [str(d) for d in population.dims], name="annual table")
    require_aligned(population, frame, name="population")
    require_counts(population, name=Text("the population", "人口"))
    return cast(Floats, population.astype(float).broadcast_like(frame).transpose(*frame.dims).values)


def _stationary(annual: xr.DataArray) -> Floats:
    """The population that one birth a year would keep: P(x) = P(x−1)·S(x), open P(ω) = P(ω−1)·S/(1−S)."""
    top = annual.isel(age=[-1])
    require(
        top,
        top < 1,
        name=Text("the survivorship ratio of the open age group", "開放年齢階級の生残率"),
        expected=Text("below 1", "1未満"),
        remedy=Text(
            "give its probability of dying, or weights by age",
            "死亡確率か、年齢別の加重人口を与えてください。",
        ),
    )
    ratio = annual.values
    persons = np.cumprod(ratio, axis=-1)
    persons[..., -1] = persons[..., -2] * ratio[..., -1] / (1 - ratio[..., -1])
    return cast(Floats, persons)


def _one_year(persons: Floats, ratio: Floats, births: float) -> Floats:
    following = np.empty_like(persons)
    following[..., 0] = births * ratio[..., 0]
    following[..., 1:-1] = persons[..., :-2] * ratio[..., 1:-1]
    following[..., -1] = (persons[..., -2] + persons[..., -1]) * ratio[..., -1]
    return following


def _regroup(persons: Floats, groups: AgeGroups) -> Floats:
    return cast(Floats, np.add.reduceat(persons, groups.starts, axis=-1))


def _named(ratios: xr.DataArray, dims: tuple[object, ...], method: str) -> xr.DataArray:
    result = ratios.transpose(*dims).rename("survivorship")
    result.attrs = {"method": method, "indexed_by": "age at the end of the step"}
    return result
