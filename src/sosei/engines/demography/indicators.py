"""Indicators of a population: age groups, dependency, support, median age, women 20-39, stage of decline.

Every function takes persons with an `age` dimension (single years or any groups that meet the ages asked
for), sums over `sex` where there is one, and keeps all other dimensions (area, scenario, year). A ratio whose
denominator is 0 is NaN, never 0.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import FEMALE
from sosei.engines.demography.estimate_checks import (
    InputShapeError,
    InputValueError,
    Text,
    place_of,
    require_counts,
    require_dims,
)

AGE_GROUPS = {"0-14": (0, 15), "15-64": (15, 65), "65+": (65, None)}
"""The three age groups (年齢3区分) by first age and the age before which they end."""
STAGES = {
    0: Text("not yet declining", "人口減少前"),
    1: Text("stage 1: the old still increase", "第1段階（老年人口は増加）"),
    2: Text("stage 2: the old hold or decline slightly", "第2段階（老年人口は維持・微減）"),
    3: Text("stage 3: the old decline", "第3段階（老年人口も減少）"),
}
"""Stages of population decline (人口減少段階) as a projection shows them."""


def persons(population: xr.DataArray, from_age: int, to_age: int | None = None) -> xr.DataArray:
    """Persons from `from_age` to below `to_age` (None: no upper end), both sexes.

    Args:
        population: dimensions (…, age), sex or not.

    Returns:
        Persons with the leading dimensions; a missing cell makes the sum missing.

    Raises:
        InputShapeError: no age dimension, or no group starts at one of the two ages.
    """
    require_dims(population, ["age"], name="population")
    ages = population["age"].values
    for edge in (from_age, to_age):
        if edge is not None and edge not in ages:
            raise InputShapeError(
                name="population",
                problem=Text(f"no age group starts at {edge}", f"{edge}歳から始まる年齢階級がありません"),
                expected=str(edge),
                got=ages.tolist(),
            )
    inside = (ages >= from_age) & (ages < (np.inf if to_age is None else to_age))
    over = [d for d in ("sex", "age") if d in population.dims]
    return population.isel(age=inside).sum(over, skipna=False)


def ratio(numerator: xr.DataArray, denominator: xr.DataArray, name: str) -> xr.DataArray:
    """Numerator over denominator, NaN where the denominator is 0."""
    return (numerator / denominator.where(denominator != 0)).rename(name)


def three_age_groups(population: xr.DataArray) -> xr.DataArray:
    """Persons 0-14, 15-64 and 65+ (年少・生産年齢・老年人口), along a dimension `age_group`."""
    parts = [persons(population, *edges) for edges in AGE_GROUPS.values()]
    joined = xr.concat(parts, dim=xr.Variable("age_group", list(AGE_GROUPS)))
    return joined.transpose(..., "age_group").rename("population")


def persons_75_and_over(population: xr.DataArray) -> xr.DataArray:
    """Persons of 75 and over (後期高齢者)."""
    return persons(population, 75).rename("persons_75_and_over")


def support_ratio(population: xr.DataArray) -> xr.DataArray:
    """Persons of 15-64 per person of 75 and over (支える人数)."""
    return ratio(persons(population, 15, 65), persons(population, 75), "support_ratio")


def dependency_ratios(population: xr.DataArray) -> xr.Dataset:
    """Per person of 15-64: `child` 0-14, `old_age` 65+, `total` both.

    年少人口指数, 老年人口指数 and 従属人口指数 are these × 100.
    """
    working = persons(population, 15, 65)
    young, old = persons(population, 0, 15), persons(population, 65)
    return xr.Dataset(
        {
            "child": ratio(young, working, "child"),
            "old_age": ratio(old, working, "old_age"),
            "total": ratio(young + old, working, "total"),
        }
    )


def median_age(population: xr.DataArray) -> xr.DataArray:
    """Age in years that halves the population, linear within its age group (中位数年齢).

    Returns:
        Years with the leading dimensions; NaN where nobody lives.

    Raises:
        InputValueError: the median lies in the open group, whose width is unknown (its place is named).
        InputMissingError: a cell is not a number, as no cell may be for a median.
    """
    require_dims(population, ["age"], name="population")
    require_counts(population, name=Text("the population", "人口"))
    both = population.sum("sex") if "sex" in population.dims else population
    both = both.transpose(..., "age").astype(float)
    ages = both["age"].values.astype(float)
    counts = both.values
    upto = np.cumsum(counts, axis=-1)
    half = upto[..., -1:] / 2
    group = (upto < half).sum(axis=-1, keepdims=True)
    frame = both.isel(age=0, drop=True)
    inhabited = frame.copy(data=half[..., 0] > 0)
    in_open = frame.copy(data=group[..., 0] == ages.size - 1) & inhabited
    if bool(in_open.any()):
        raise InputValueError(
            name=Text("the median age", "中位数年齢"),
            value=f"{ages[-1]:.0f}+",
            expected=Text("inside a closed age group", "開放階級より下"),
            remedy=Text("use data with a higher open age", "より高い年齢まで分かれた人口を使ってください。"),
            **place_of(in_open),
        )
    group = np.minimum(group, ages.size - 2)
    inside = np.take_along_axis(counts, group, axis=-1)
    before = np.take_along_axis(upto, group, axis=-1) - inside
    share = (half - before) / np.where(inside > 0, inside, np.nan)
    years = ages[group] + share * (ages[group + 1] - ages[group])
    return frame.copy(data=years[..., 0]).where(inhabited).rename("median_age")


def women_20_39(population: xr.DataArray) -> xr.DataArray:
    """Women of 20 to 39 (20～39歳女性人口)."""
    require_dims(population, ["sex", "age"], name="population")
    return persons(population.sel(sex=[FEMALE]), 20, 40).rename("women_20_39")


def change_since(series: xr.DataArray, base_year: int) -> xr.DataArray:
    """Change of any series against a base year as a share: −0.5 is half lost; NaN where the base is 0.

    Args:
        series: dimensions (…, year).

    Raises:
        InputShapeError: no `year` dimension, or the base year is not in it.
    """
    return (_index(series, base_year) - 1).rename(f"change_since_{base_year}")


def decline_stage(population: xr.DataArray, base_year: int) -> xr.Dataset:
    """Stage of population decline (人口減少段階) of every year, with the indices it is read from.

    Indices: base year = 100, for the total and the three age groups. Stage 0 while the total is at or above
    its base; then by the index of 65+: above 100 stage 1, above 90 to 100 stage 2 (a decrease below 10 %), 90
    and below stage 3 (内閣府 地方人口ビジョンの策定のための手引き, 2019; the 10 % as in municipal visions,
    e.g. 加古川市).

    Args:
        population: dimensions (…, year, age).

    Returns:
        Dataset `index` (…, age_group "total", "0-14", "15-64", "65+") and `stage` (numbers, names in
        `STAGES`; NaN where an index it needs is).

    Raises:
        InputShapeError: as `persons` and `change_since`.
    """
    groups = three_age_groups(population)
    total = groups.sum("age_group", skipna=False).expand_dims(age_group=["total"])
    index = 100 * _index(xr.concat([total, groups], dim="age_group"), base_year)
    old = index.sel(age_group="65+", drop=True)
    whole = index.sel(age_group="total", drop=True)
    stage = 3.0 - (old > 90) - (old > 100)
    stage = stage.where(old.notnull()).where(~(whole >= 100), 0.0).where(whole.notnull())
    return xr.Dataset(
        {"index": index.transpose(..., "age_group"), "stage": stage}, attrs={"base_year": base_year}
    )


def _index(series: xr.DataArray, base_year: int) -> xr.DataArray:
    require_dims(series, ["year"], name="series")
    if base_year not in series["year"].values:
        raise InputShapeError(
            name="series",
            problem=Text("the base year is not among the years", "基準年が系列にありません"),
            expected=str(base_year),
            got=series["year"].values.tolist(),
        )
    return ratio(series, series.sel(year=base_year, drop=True), "index")
