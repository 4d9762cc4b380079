"""Rates of every municipality at once, from censuses and mortality alone: estimate for all.

The default is the mean of two estimates of net migration, damped:

* the rates of the last five years, each pooled toward the areas that grew as much (`pooling`, empirical Bayes), and
* the rates that places like this one had, read off a regression learned in the step before (`synthetic_rates`).

The child-woman ratio is pooled in the same way and kept. Survivorship of the last step is kept too. How this was chosen,
what it misses by, and what did not win: docs/accuracy.md. Nothing later than the base year is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import ShapeError, Text
from sosei.engines.demography.estimate_checks import (
    InputMissingError,
    InputValueError,
    places_of,
    require,
    require_counts,
    require_dims,
)
from sosei.engines.demography.indicators import persons
from sosei.engines.demography.input_checks import aligned, sex_first
from sosei.engines.demography.net_migration import residual_net_migration
from sosei.engines.demography.pooling import FEWEST_AREAS, pool_toward_peers
from sosei.engines.demography.project import shift
from sosei.engines.demography.projection_labels import step_years
from sosei.engines.demography.synthetic_rates import covariates, synthetic_rates

Array = npt.NDArray[np.float64]
ELDERLY = 65
INNER = ("area", "sex", "age")


@dataclass(frozen=True)
class EstimateMethod:
    """How rates are estimated; the defaults are what won the hindcast.

    Attributes:
        classes: peers are areas of the same class of growth over the last step; so many classes of equal size.
        synthetic_share: weight of the synthetic rates, the rest is the pooled rates; 0 needs no third census.
        damping: net migration rates of the first, second … step ahead are multiplied by these; the last one is kept.
        mortality_trend: how much of the last step's change of mortality goes on in every step ahead: 0 keeps the
            survivorship of the last step, 1 lets ln S change by the same ratio again. 0.5 brings ages 75+ nearer
            and totals further off (docs/accuracy.md).
        own_rates: take the area's own rates as they are, without pooling (for comparison in a hindcast).
    """

    classes: int = 10
    synthetic_share: float = 0.5
    damping: tuple[float, ...] = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5)
    mortality_trend: float = 0.0
    own_rates: bool = False


DEFAULT_METHOD = EstimateMethod()


@dataclass(frozen=True)
class _Step:
    """Net migration observed between two censuses, shape (area, sex, age ≥ 5): rates and people at risk."""

    rates: Array
    at_risk: Array

    @property
    def counts(self) -> Array:
        """Net migrants, 0 where nobody was at risk."""
        return np.where(self.at_risk > 0, self.rates * self.at_risk, 0.0)

    @property
    def crude(self) -> Array:
        """Net migrants per person at risk, shape (area,); not a number where nobody was."""
        people = self.at_risk.sum(axis=(1, 2))
        return np.where(people > 0, self.counts.sum(axis=(1, 2)) / np.where(people > 0, people, 1), np.nan)


def estimate_for_all(
    census: xr.DataArray,
    survivorship: xr.DataArray,
    *,
    base_year: int,
    until: int,
    method: EstimateMethod = DEFAULT_METHOD,
) -> xr.Dataset:
    """Rates of every area for every step from `base_year` to `until`.

    Args:
        census: persons, dims (area, year, sex, age), five-year groups, ages known, boundaries the same in every year;
            the base year and the two censuses before it (one, with `synthetic_share` 0). Later years are not read.
        survivorship: ratios by year and age at the END of the step, dims (year, sex, age), and area where it differs
            by area (prefectural mortality); the steps that end in the base year and five years before. Later years
            are not read.
        base_year, until: as `project` takes them.
        method: see `EstimateMethod`.

    Returns:
        What `project(closure="child_woman_ratio")` takes: `survivorship` (year, sex, age), `net_migration_rate`
        (area, year, sex, age; not a number at age 0, whose migration is inside the ratio), `child_woman_ratio`
        (area, year), `sex_ratio_0_4` (year; the nation's). And `pooled` (area, sex, age): the share of a pooled rate
        that came from the area's peers (age 0: of the child-woman ratio); 1 where the area had nobody at risk.
        `attrs`: `method`, `base_year`, `synthetic_share`, and `limited`, places where the damped estimate would have
        taken more people away than survive and was held at that number.

    Raises:
        InputMissingError: a census or a survivorship step that is needed is not there, named with its year.
        InputShapeError, ShapeError: a dimension or label is not as described, an area stands twice, or `until` is no
            whole number of steps ahead.
        InputValueError: a negative count, no girls at all, or too few areas for the classes.
    """
    groups = _five_year_groups(census)
    years = step_years(base_year, until, groups.width)[1:]
    _require_areas_once(census)
    _check_method(method, census.sizes.get("area", 0))
    census = sex_first(census, "census").transpose("area", "year", "sex", "age")
    survivorship = aligned(sex_first(survivorship, "survivorship"), census, ("area",), "survivorship")
    base = _people(census, base_year, "base")
    last_step = _observed_step(census, survivorship, base_year)
    peers = growth_classes(_people(census, base_year - groups.width, "before"), base, method.classes)
    migration, own_pooled = _pooled_migration(base, last_step, peers, method)
    if method.synthetic_share > 0:
        synthetic = _synthetic_migration(census, survivorship, base_year, last_step, groups)
        migration = (1 - method.synthetic_share) * migration + method.synthetic_share * synthetic
    ratio = _child_woman_ratio(base, peers, method)
    surviving = _survivorship_ahead(survivorship, base_year, years, method.mortality_trend)
    rates, limited = _damped(migration, surviving, base, method.damping)
    pooled = own_pooled.reindex(age=base["age"].values).fillna(ratio["pooled"]).transpose(*INNER)
    result = xr.Dataset(
        {
            "survivorship": surviving,
            "net_migration_rate": rates,
            "child_woman_ratio": ratio["rate"].expand_dims(year=years).transpose("area", "year"),
            "sex_ratio_0_4": ("year", np.full(len(years), _boys_per_girl(base))),
            "pooled": pooled,
        }
    )
    result.attrs = {
        "method": "estimate_for_all",
        "base_year": base_year,
        "synthetic_share": method.synthetic_share,
        "limited": limited,
    }
    return result


def growth_classes(start: xr.DataArray, end: xr.DataArray, classes: int) -> xr.DataArray:
    """Areas in classes of equal size by the growth of their population between two censuses, 0 the slowest.

    Args:
        start, end: persons, dims (area, sex, age).
        classes: how many.

    Returns:
        Class numbers, dims (area). Areas of equal growth share a class; an area nobody lived in at the start has no
        growth and stands with the median one.
    """
    before = start.sum(("sex", "age")).values.astype(float)
    after = end.sum(("sex", "age")).values.astype(float)
    growth = np.where(before > 0, after / np.where(before > 0, before, 1.0), np.nan)
    growth = np.where(np.isnan(growth), np.nanmedian(growth), growth)
    edges = np.quantile(growth, np.arange(1, classes) / classes)
    return xr.DataArray(
        np.searchsorted(edges, growth, side="left"), dims=("area",), coords={"area": start["area"]}
    )


def _pooled_migration(
    base: xr.DataArray, step: _Step, peers: xr.DataArray, method: EstimateMethod
) -> tuple[Array, xr.DataArray]:
    """Net migration rates of the last step, pooled, and the share that came from peers; ages from the second group."""
    coords = {d: base[d] for d in ("area", "sex")} | {"age": base["age"].values[1:]}
    events = xr.DataArray(step.counts, dims=INNER, coords=coords)
    at_risk = xr.DataArray(step.at_risk, dims=INNER, coords=coords)
    found = pool_toward_peers(events, at_risk, peers)
    if not method.own_rates:
        return found["rate"].values, found["pooled"]
    known = at_risk > 0
    own = (events / at_risk.where(known)).fillna(found["peer_rate"])
    return own.values, (~known).astype(float)


def _synthetic_migration(
    census: xr.DataArray, survivorship: xr.DataArray, base_year: int, last: _Step, groups: AgeGroups
) -> Array:
    """Synthetic rates of the step to come, learned on the step that ended in the base year."""
    began = base_year - groups.width
    earlier = _observed_step(census, survivorship, began)
    elderly = int(np.searchsorted(groups.starts, ELDERLY))
    before = covariates(_people(census, began, "before").values, earlier.crude, elderly)
    now = covariates(_people(census, base_year, "base").values, last.crude, elderly)
    cells = last.rates.shape
    flat = synthetic_rates(before, last.rates.reshape(cells[0], -1), last.at_risk.reshape(cells[0], -1), now)
    return flat.reshape(cells)


def _child_woman_ratio(base: xr.DataArray, peers: xr.DataArray, method: EstimateMethod) -> xr.Dataset:
    children = persons(base, 0, 5)
    women = persons(base.sel(sex=["female"]), 15, 50)
    found = pool_toward_peers(children, women, peers)
    if not method.own_rates:
        return found[["rate", "pooled"]]
    known = women > 0
    own = (children / women.where(known)).fillna(found["peer_rate"])
    return xr.Dataset({"rate": own, "pooled": (~known).astype(float)})


def _boys_per_girl(base: xr.DataArray) -> float:
    """The nation's sex ratio of ages 0-4 at the base."""
    young = base.sel(age=0).sum("area")
    girls = young.sel(sex="female")
    require(
        girls,
        girls > 0,
        name=Text("girls of 0-4 in all areas", "全地域の0～4歳の女児"),
        expected=Text("more than nobody, for a sex ratio", "性比のために1人以上"),
    )
    return float(young.sel(sex="male") / girls)


def _survivorship_ahead(
    survivorship: xr.DataArray, base_year: int, years: list[int], trend: float
) -> xr.DataArray:
    """Survivorship of every step ahead, dims (year, …, sex, age)."""
    last = _survivorship_at(survivorship, base_year)
    if trend == 0 or not years:
        return last.expand_dims(year=years)
    width = AgeGroups.of(survivorship, "survivorship").width
    change = np.log(last) / np.log(_survivorship_at(survivorship, base_year - width))
    powers = xr.DataArray(trend * np.arange(1, len(years) + 1), dims=("year",), coords={"year": years})
    return (last ** (change**powers)).transpose("year", *last.dims)


def _damped(
    migration: Array, survivorship: xr.DataArray, base: xr.DataArray, damping: tuple[float, ...]
) -> tuple[xr.DataArray, list[dict[str, object]]]:
    """Rates by step, dims (area, year, sex, age), no more leaving than survive; and where that held them."""
    years = survivorship["year"].values
    factors = np.array([damping[min(i, len(damping) - 1)] for i in range(years.size)])
    dims = ("area", "year", "sex", "age")
    surviving = survivorship.broadcast_like(base).transpose(*dims).values[..., 1:]
    wanted = np.einsum("k,asx->aksx", factors, migration)
    held = wanted < -surviving
    values = np.full((*wanted.shape[:3], wanted.shape[3] + 1), np.nan)
    values[..., 1:] = np.where(held, -surviving, wanted)
    coords = {
        "area": base["area"].values,
        "year": years,
        "sex": base["sex"].values,
        "age": base["age"].values,
    }
    places = xr.DataArray(held, dims=dims, coords={**coords, "age": base["age"].values[1:]})
    return xr.DataArray(values, dims=dims, coords=coords), places_of(places)


def _observed_step(census: xr.DataArray, survivorship: xr.DataArray, end_year: int) -> _Step:
    """Residual net migration of the step that ends in `end_year`, without the first age group."""
    width = AgeGroups.of(census, "census").width
    start, end = _people(census, end_year - width, "start"), _people(census, end_year, "end")
    found = residual_net_migration(start, end, _survivorship_at(survivorship, end_year))
    return _Step(found["rates"].transpose(*INNER).values[..., 1:], shift(start.values)[..., 1:])


def _people(census: xr.DataArray, year: int, part: str) -> xr.DataArray:
    """The census of `year`, dims (area, sex, age)."""
    if year not in census["year"].values:
        held = ", ".join(str(y) for y in census["year"].values)
        raise InputMissingError(
            name=Text("the census", "国勢調査"),
            year=year,
            remedy=Text(
                f"import the census of {year} (given: {held}), or choose a base year whose own and two earlier "
                "censuses are there",
                f"{year}年の国勢調査を取り込むか（現在: {held}）、前の2回の調査もある基準年を選んでください。",
            ),
        )
    people = census.sel(year=year, drop=True)
    require_counts(people, name=Text(f"the census of {year} ({part})", f"{year}年の国勢調査人口"))
    return people


def _survivorship_at(survivorship: xr.DataArray, year: int) -> xr.DataArray:
    """Ratios of the step that ends in `year`."""
    require_dims(survivorship, ["year", "sex", "age"], name="survivorship")
    if year not in survivorship["year"].values:
        raise InputMissingError(
            name=Text("the survivorship of the step", "生残率"),
            year=year,
            remedy=Text(
                f"give the ratios of the step that ends in {year}",
                f"{year}年に終わる5年間の生残率を与えてください。",
            ),
        )
    return survivorship.sel(year=year, drop=True)


def _five_year_groups(census: xr.DataArray) -> AgeGroups:
    require_dims(census, ["area", "year", "sex", "age"], name="census")
    groups = AgeGroups.of(census, "census")
    if groups.width != 5:
        raise ShapeError(
            name=Text("census", "国勢調査"),
            problem=Text("not in five-year age groups", "5歳階級ではありません"),
            expected="0, 5, 10, …",
            got=census["age"].values.tolist(),
        )
    return groups


def _require_areas_once(census: xr.DataArray) -> None:
    names = census["area"].values.tolist()
    twice = sorted({str(a) for a in names if names.count(a) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise ShapeError(
            name=Text("census", "国勢調査"),
            problem=Text("an area stands twice", "同じ地域が2度あります"),
            expected=Text("every area once", "どの地域も1度"),
            got=", ".join(twice[:5]),
            remedy=Text("add its parts up, or leave one out.", "合算するか、一方を除いてください。"),
        )


def _check_method(method: EstimateMethod, areas: int) -> None:
    if not 1 <= method.classes <= areas // FEWEST_AREAS:
        raise InputValueError(
            name=Text("the number of peer classes", "類似地域の組の数"),
            value=method.classes,
            expected=Text(
                f"1 to {areas // FEWEST_AREAS} for {areas} areas",
                f"{areas}地域では1から{areas // FEWEST_AREAS}",
            ),
            remedy=Text("make fewer classes, or give more areas", "組を減らすか、地域を増やしてください。"),
        )
    if not 0 <= method.synthetic_share <= 1:
        raise InputValueError(
            name=Text("synthetic_share", "synthetic_share"),
            value=method.synthetic_share,
            expected=Text("a share between 0 and 1", "0以上1以下の割合"),
            remedy=Text("0.5 is the default", "既定値は0.5です。"),
        )
    if not np.isfinite(method.mortality_trend):
        raise InputValueError(
            name=Text("mortality_trend", "mortality_trend"),
            value=method.mortality_trend,
            expected=Text("a number", "数"),
            remedy=Text("0 keeps the survivorship", "0で生残率を保ちます。"),
        )
    if not method.damping or not all(0 <= factor <= 1 for factor in method.damping):
        raise InputValueError(
            name=Text("damping", "減衰率"),
            value=method.damping,
            expected=Text("one or more factors between 0 and 1", "0以上1以下の数が1つ以上"),
            remedy=Text("(1.0,) keeps the rates as they are", "(1.0,) で率を保ちます。"),
        )
