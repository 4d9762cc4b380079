"""Hindcast: projecting from an old census as if nothing later were known, and scoring against the later censuses.

Errors are relative to the census, e = projected/observed − 1, of an area's total or of its persons of some ages.
Measures are those usual for small areas: median, mean and 90th percentile of |e|, and bias as the mean of e
(MALPE; Smith, Tayman & Swanson, A Practitioner's Guide to State and Local Population Projections, 2013, ch. 13).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.baselines import exponential, hamilton_perry, no_change
from sosei.engines.demography.errors import Text
from sosei.engines.demography.estimate_all import DEFAULT_METHOD, EstimateMethod, estimate_for_all
from sosei.engines.demography.estimate_checks import InputMissingError, InputValueError, require_dims
from sosei.engines.demography.project import project

Forecast = Callable[[xr.DataArray, xr.DataArray, int, int], xr.DataArray]
"""Census and survivorship up to the base year, base year, last year → persons (area, year, sex, age)."""
WIDTH = 5
SIZE_CLASSES = (5_000, 10_000, 30_000, 100_000, 300_000)
"""Lower bounds of all classes of total population at the base but the first."""
AGE_CLASSES = ((0, 15), (15, 40), (40, 65), (65, 75), (75, None))


def of_method(method: EstimateMethod) -> Forecast:
    """The forecast that projects with `estimate_for_all` under `method`."""

    def forecast(census: xr.DataArray, survivorship: xr.DataArray, base: int, until: int) -> xr.DataArray:
        rates = estimate_for_all(census, survivorship, base_year=base, until=until, method=method)
        start = census.sel(year=base)
        return project(start, rates, until=until, closure="child_woman_ratio").population

    return forecast


def _baseline(method: Callable[..., xr.DataArray]) -> Forecast:
    return lambda census, survivorship, base, until: method(census, base_year=base, until=until)


METHODS: dict[str, Forecast] = {
    "default": of_method(DEFAULT_METHOD),
    "hamilton_perry": _baseline(hamilton_perry),
    "exponential": _baseline(exponential),
    "no_change": _baseline(no_change),
}
"""What `sosei hindcast` puts in one table."""
CANDIDATES: dict[str, Forecast] = {
    "damped_own": of_method(EstimateMethod(synthetic_share=0, own_rates=True)),
    "pooled": of_method(EstimateMethod(synthetic_share=0)),
    "pooled_undamped": of_method(EstimateMethod(synthetic_share=0, damping=(1.0,))),
    "synthetic": of_method(EstimateMethod(synthetic_share=1)),
    "undamped": of_method(EstimateMethod(damping=(1.0,))),
    "own_and_synthetic": of_method(EstimateMethod(own_rates=True)),
    "mortality_trend": of_method(EstimateMethod(mortality_trend=0.5)),
    "one_class": of_method(EstimateMethod(classes=1)),
    "twenty_classes": of_method(EstimateMethod(classes=20)),
}
"""Parts and variants of the default, to see what each of them gives."""


@dataclass(frozen=True)
class Outcome:
    """One method from one base to one later census, areas that can be scored only.

    Attributes:
        projected, observed: persons, dims (area, sex, age).
        base: persons at the base, dims (area, sex, age).
        growth: log of the growth over the step before the base, dims (area).
        nobody: areas left out because nobody lived there at the base, five years before it, or at the end.
    """

    method: str
    base_year: int
    horizon: int
    projected: xr.DataArray
    observed: xr.DataArray
    base: xr.DataArray
    growth: xr.DataArray
    nobody: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """Errors of a group of areas, as shares (0.01 is one per cent)."""

    areas: int
    median: float
    mean: float
    percentile_90: float
    bias: float


def hindcast(
    census: xr.DataArray,
    survivorship: xr.DataArray,
    cases: Iterable[tuple[int, int]],
    methods: Mapping[str, Forecast] = METHODS,
    *,
    without: Sequence[str] = (),
) -> list[Outcome]:
    """Project every case by every method with what was known at its base.

    Args:
        census: persons, dims (area, year, sex, age), boundaries the same throughout.
        survivorship: dims (year, sex, age), by the end of each step. Both are cut at the base year before a method
            sees them.
        cases: base year and horizon in years (a multiple of five).
        methods: name → forecast.
        without: areas that are not scored (they are estimated with the others: nobody knew then).

    Returns:
        One outcome a case and method, in this order.

    Raises:
        InputMissingError: a census that a case needs is not there.
        InputValueError: a horizon that is not a whole number of five-year steps.
    """
    require_dims(census, ["area", "year", "sex", "age"], name="census")
    wanted: dict[int, list[int]] = {}
    for base, horizon in cases:
        _require_case(census, base, horizon)
        wanted.setdefault(base, []).append(horizon)
    outcomes = []
    for base, horizons in wanted.items():
        known = census.sel(year=census["year"] <= base)
        mortality = survivorship.sel(year=survivorship["year"] <= base)
        for name, forecast in methods.items():
            projected = forecast(known, mortality, base, base + max(horizons))
            outcomes += [_outcome(name, census, projected, base, h, without) for h in horizons]
    return outcomes


def score(projected: npt.ArrayLike, observed: npt.ArrayLike) -> Score:
    """Measures of the relative errors of areas; those in which nobody was observed are left out.

    Args:
        projected, observed: persons, shape (area,).
    """
    seen = np.asarray(observed, dtype=float)
    there = seen > 0
    error = np.asarray(projected, dtype=float)[there] / seen[there] - 1
    if not error.size:
        return Score(0, *[float("nan")] * 4)
    size = np.abs(error)
    return Score(
        error.size,
        float(np.median(size)),
        float(size.mean()),
        float(np.quantile(size, 0.9)),
        float(error.mean()),
    )


def total_score(outcome: Outcome) -> Score:
    """Errors of the areas' totals."""
    return score(_total(outcome.projected), _total(outcome.observed))


def scores_by_size(outcome: Outcome) -> dict[str, Score]:
    """Errors of the totals by class of the population at the base (`SIZE_CLASSES`)."""
    member = size_class(_total(outcome.base).values)
    projected, observed = _total(outcome.projected).values, _total(outcome.observed).values
    return {
        label: score(projected[member == i], observed[member == i]) for i, label in enumerate(size_labels())
    }


def scores_by_age(outcome: Outcome) -> dict[str, Score]:
    """Errors of the persons of each of `AGE_CLASSES`, both sexes."""
    found = {}
    for low, high in AGE_CLASSES:
        inside = (outcome.base["age"] >= low) & (outcome.base["age"] < (np.inf if high is None else high))
        label = f"{low}+" if high is None else f"{low}-{high - 1}"
        found[label] = score(_total(outcome.projected[..., inside]), _total(outcome.observed[..., inside]))
    return found


def size_class(persons: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Number of the class of `SIZE_CLASSES` that each total falls into, 0 the smallest."""
    return np.searchsorted(SIZE_CLASSES, persons, side="right")


def size_labels() -> list[str]:
    """The size classes as a table names them, smallest first."""
    edges = [f"{edge:,}" for edge in SIZE_CLASSES]
    return [
        f"< {edges[0]}",
        *(f"{a} - {b}" for a, b in pairwise(edges)),
        f">= {edges[-1]}",
    ]


def _total(people: xr.DataArray) -> xr.DataArray:
    return people.sum(("sex", "age"))


def _outcome(
    name: str, census: xr.DataArray, projected: xr.DataArray, base: int, horizon: int, without: Sequence[str]
) -> Outcome:
    start, before = (census.sel(year=y, drop=True) for y in (base, base - WIDTH))
    observed = census.sel(year=base + horizon, drop=True)
    lived_in = np.logical_and.reduce([_total(people).values > 0 for people in (start, before, observed)])
    areas = census["area"].values
    kept = lived_in & ~np.isin(areas, list(without))
    order = ("area", "sex", "age")
    ratio = _total(start)[kept] / _total(before)[kept]
    return Outcome(
        method=name,
        base_year=base,
        horizon=horizon,
        projected=projected.sel(year=base + horizon, drop=True).transpose(*order)[kept],
        observed=observed.transpose(*order)[kept],
        base=start.transpose(*order)[kept],
        growth=ratio.copy(data=np.log(ratio.values)),
        nobody=tuple(str(a) for a in areas[~lived_in & ~np.isin(areas, list(without))]),
    )


def require_horizon(horizon: int) -> None:
    """Raise InputValueError where no census can lie so many years after another."""
    if horizon <= 0 or horizon % WIDTH:
        raise InputValueError(
            name=Text("the horizon", "予測期間"),
            value=horizon,
            expected=Text("5, 10, 15 … years", "5年、10年、15年…"),
            remedy=Text("censuses are five years apart", "国勢調査は5年ごとです。"),
        )


def _require_case(census: xr.DataArray, base: int, horizon: int) -> None:
    require_horizon(horizon)
    for year in (base - WIDTH, base, base + horizon):
        if year not in census["year"].values:
            held = ", ".join(str(y) for y in census["year"].values) or "-"
            raise InputMissingError(
                name=Text("the census", "国勢調査"),
                year=year,
                remedy=Text(
                    f"import the census of {year} by municipality, sex and age (given: {held})",
                    f"{year}年の市区町村・男女・年齢別の国勢調査を取り込んでください（現在: {held}）。",
                ),
            )
