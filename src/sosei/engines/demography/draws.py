"""Many draws of every area's future at once, and their quantiles, without ever holding all of them.

A draw multiplies what the rates say: the ratio by which a cohort changes in a step (survivorship plus net migration)
by 1 + shift · profile of its sex and age, and the child-woman ratio by 1 + shift. An area's draws lie beside each
other in the innermost loop and leave it as quantiles, so that memory grows with areas and not with areas times draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.compiled import compiled_numerics
from sosei.engines.demography.dimensions import CHILDBEARING, AgeGroups
from sosei.engines.demography.errors import InvalidValueError, ShapeError, Text
from sosei.engines.demography.indicators import AGE_GROUPS
from sosei.engines.demography.input_checks import (
    A_COUNT,
    A_RATE,
    A_SHARE,
    COUNT,
    aligned,
    require_within,
    sex_first,
)
from sosei.engines.demography.kernel import in_threads
from sosei.engines.demography.projection_labels import step_years
from sosei.engines.demography.step_rates import INNER, Array, RatesByStep, ordered_values

Draws = npt.NDArray[Any]
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
SERIES = ("total", *AGE_GROUPS)
"""What is told of each draw: everyone, and the three age groups."""
SIDE_BY_SIDE = 128
"""Draws that go through the steps together: a cohort of them fits the processor's nearest memory."""


def project_draws(
    population: xr.DataArray,
    rates: xr.Dataset,
    shifts: xr.Dataset,
    *,
    until: int,
    base_year: int,
    quantiles: Sequence[float] = QUANTILES,
    profile: xr.DataArray | None = None,
    precision: type[np.float32] | type[np.float64] = np.float64,
    threads: int | None = None,
) -> xr.Dataset:
    """Quantiles of total and age groups over draws of the rates (closure child_woman_ratio, migrants at the end).

    Args:
        population: residents at the base, dims (area, sex, age); persons.
        rates: as `project`; `survivorship`, `net_migration_rate`, `child_woman_ratio`, `sex_ratio_0_4`, by year
            and, where they differ, by area.
        shifts: `cohort_change` and `child_woman_ratio`, dims (area, draw, year): what each draw adds to 1.
        until, base_year: first and last year, whole steps apart.
        quantiles: shares between 0 and 1, told in ascending order; between two draws on the straight line, as
            NumPy does.
        profile: dims (sex, age at the end), how much of `cohort_change` each cohort takes; all of it without one.
        precision: of the arithmetic; single precision is for draws, whose own spread is far larger than its error.
        threads: how many go side by side; as many as the machine has cores without it.

    Returns:
        Dataset `quantiles` (area, year, series, quantile) and `mean` (area, year, series), series "total", "0-14",
        "15-64", "65+", the base year first; persons.

    Raises:
        ShapeError: dims or labels are not as described, or `until` is no whole number of steps ahead.
        InvalidValueError: a shift that leaves fewer than nobody (1 + shift · profile below 0), or is not a number; more
            people leaving than survive; no draw, or fewer than one thread.
        MissingRateError, InvalidValueError: as `project`.
    """
    groups = AgeGroups.of(population)
    years = step_years(base_year, until, groups.width)
    _require_shape(population, rates, shifts, years)
    _require_at_least_one(draws=shifts.sizes["draw"], threads=1 if threads is None else threads)
    people = sex_first(population, "population").transpose("area", *INNER)
    require_within(people.values, COUNT, "population", people, ("area", *INNER), A_COUNT, year=base_year)
    rates = aligned(rates, population, ("area",), "rates")
    shifts = aligned(shifts, population, ("area",), "shifts")
    inputs = RatesByStep(rates, groups, ("area",), years[1:], "child_woman_ratio", "end")
    change = inputs.survivorship if inputs.rate is None else inputs.survivorship + inputs.rate
    _require_some_stay(change, rates, years)
    shape = (len(years) - 1, people.sizes["area"])
    cells = 2 * groups.starts.size

    def by_area(block: Array, *inner: int) -> Draws:
        return np.ascontiguousarray(
            np.moveaxis(np.broadcast_to(block, (*shape, *inner)), 0, 1), dtype=precision
        )

    weight = np.ones((2, groups.starts.size)) if profile is None else _ordered_profile(profile, groups)
    moved, children = (
        _drawn(shifts[name], name, years[1:], precision, weight if name == "cohort_change" else np.ones(1))
        for name in ("cohort_change", "child_woman_ratio")
    )
    shares = _ascending(quantiles)
    told = np.empty((people.sizes["area"], len(years), len(SERIES), shares.size))
    mean = np.empty(told.shape[:-1])
    women = np.searchsorted(groups.starts, CHILDBEARING)
    arguments = (
        np.ascontiguousarray(people.values.reshape(-1, cells), dtype=precision),
        by_area(change.reshape(*change.shape[:-2], cells), cells),
        by_area(cast(Array, inputs.ratio)),
        by_area(inputs.sex_ratio),
        moved,
        children,
        np.ascontiguousarray(weight.reshape(-1), dtype=precision),
        _group_of_cell(groups),
        shares,
        (int(women[0]), int(women[1])),
        told,
        mean,
    )
    in_threads(lambda a, b: draw_areas(a, b, *arguments), people.sizes["area"], threads)
    dims = ("area", "year", "series")
    coords = {"area": people["area"].values, "year": years, "series": list(SERIES)}
    return xr.Dataset(
        {"quantiles": ((*dims, "quantile"), told), "mean": (dims, mean)},
        coords={**coords, "quantile": shares},
        attrs={"draws": shifts.sizes["draw"], "precision": np.dtype(precision).name},
    )


def _ascending(quantiles: Sequence[float]) -> Array:
    shares = np.sort(np.asarray(quantiles, dtype=np.float64))
    if shares.size and not (shares[0] >= 0 and shares[-1] <= 1):
        raise InvalidValueError(
            name=Text("quantiles", "分位"),
            value=shares.tolist(),
            expected=A_SHARE,
            remedy=Text("write 0.1 for the tenth per cent.", "10%点なら 0.1 と書いてください。"),
        )
    return shares


def _require_shape(population: xr.DataArray, rates: xr.Dataset, shifts: xr.Dataset, years: list[int]) -> None:
    wanted: dict[str, tuple[tuple[Any, ...], set[Any]]] = {
        "population": (population.dims, {"area", *INNER}),
        "shifts.cohort_change": (shifts.get("cohort_change", xr.DataArray()).dims, {"area", "draw", "year"}),
        "shifts.child_woman_ratio": (
            shifts.get("child_woman_ratio", xr.DataArray()).dims,
            {"area", "draw", "year"},
        ),
        "years": (tuple(y for y in years[1:] if y in shifts.get("year", [])), set(years[1:])),
        "rates without arrivals and net_migration": (
            tuple(n for n in ("arrivals", "net_migration") if n in rates),
            set(),
        ),
    }
    for name, (got, needed) in wanted.items():
        if set(got) != needed or len(got) != len(needed):
            raise ShapeError(
                name=name,
                problem=Text("not what draws are made of", "乱数による推計に使える形ではありません"),
                expected=sorted(str(each) for each in needed) or "-",
                got=list(got),
            )


def _require_at_least_one(**numbers: int) -> None:
    titles = {"draws": Text("the number of draws", "抽出の回数"), "threads": Text("threads", "並行する数")}
    for name, number in numbers.items():
        if number < 1:
            raise InvalidValueError(
                name=titles[name],
                value=number,
                expected=Text("1 or more", "1以上"),
                remedy=Text("give a larger number.", "1以上の数にしてください。"),
            )


def _require_some_stay(change: Array, rates: xr.Dataset, years: list[int]) -> None:
    """No more people leave than survive."""
    if np.all(change >= 0):
        return
    moving = rates.get("net_migration_rate", xr.zeros_like(rates["survivorship"]))
    holder = (rates["survivorship"] + moving).sel(year=years[1:])
    require_within(
        change, COUNT, "survivorship + net_migration_rate", holder, ("year", "area", *INNER), A_RATE
    )


def _ordered_profile(profile: xr.DataArray, groups: AgeGroups) -> Array:
    if set(profile.dims) != set(INNER) or not np.array_equal(profile["age"].values, groups.starts):
        raise ShapeError(
            name="profile",
            problem=Text("ages or dims differ from the population's", "次元か年齢階級が人口と違います"),
            expected=(*INNER, groups.labels()),
            got=(*profile.dims, profile.coords.get("age", profile).values.tolist()),
        )
    return ordered_values(sex_first(profile, "profile"), INNER)


def _drawn(shift: xr.DataArray, name: str, years: list[int], precision: Any, weight: Array) -> Draws:
    """The shifts as (area, year, draw), looked at."""
    values = shift.sel(year=years).transpose("area", "year", "draw")
    taken = np.ascontiguousarray(values.values, dtype=precision)
    least, most = float(weight.min()), float(weight.max())
    low, high = float(taken.min(initial=0)), float(taken.max(initial=0))
    worst = 1 + min(low * least, low * most, high * least, high * most)
    if not (worst >= 0 and np.isfinite(high) and np.isfinite(low) and not np.isnan(taken).any()):
        raise InvalidValueError(
            name=Text(f"shifts.{name}", f"{name} のずれ"),
            value=worst - 1,
            expected=Text(
                "finite and not below -1 with its profile", "有限で、年齢別の重みを掛けても -1 以上の数"
            ),
            remedy=Text("draw from a narrower distribution.", "もっと狭い分布から引いてください。"),
            year=f"{years[0]}-{years[-1]}",
        )
    return taken


def _group_of_cell(groups: AgeGroups) -> npt.NDArray[np.int64]:
    edges = [int(edge[0]) for edge in AGE_GROUPS.values()][1:]
    return np.tile(np.searchsorted(edges, groups.starts, side="right"), 2).astype(np.int64)


@compiled_numerics
def _sink(values: Draws, first: int, last: int, nth: int) -> None:
    """Puts the `nth` smallest of values[first:last] in its place, smaller ones before it (Hoare's selection)."""
    left, right = first, last - 1
    while left < right:
        pivot = values[(left + right) >> 1]
        i, j = left, right
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if nth <= j:
            right = j
        elif nth >= i:
            left = i
        else:
            return


@compiled_numerics
def _tell_quantiles(values: Draws, shares: Array, told: Array) -> None:
    """Quantiles on the straight line between neighbours; `values` is reordered."""
    count = values.size
    done = 0
    for k in range(shares.size):
        place = shares[k] * (count - 1)
        below = int(place)
        _sink(values, done, count, below)
        told[k] = values[below]
        rest = place - below
        if rest > 0:
            above = values[below + 1]
            for i in range(below + 2, count):
                above = values[i] if values[i] < above else above
            told[k] += rest * (above - told[k])
        done = below


@compiled_numerics
def _draw_areas(
    first: int,
    last: int,
    start: Draws,  # (areas, sex·age)
    change: Draws,  # (areas, steps, sex·age)
    child_woman_ratio: Draws,  # (areas, steps)
    boys_per_girl: Draws,  # (areas, steps)
    moved: Draws,  # (areas, steps, draws)
    children: Draws,  # (areas, steps, draws)
    weight: Draws,  # (sex·age)
    group_of: npt.NDArray[np.int64],  # (sex·age)
    shares: Array,
    women: tuple[int, int],
    told: Array,  # (areas, 1 + steps, series, shares)
    mean: Array,  # (areas, 1 + steps, series)
) -> None:
    """The areas `first` to `last` - 1."""
    steps, cells, draws = change.shape[1], change.shape[2], moved.shape[2]
    ages = cells // 2
    now = np.empty((cells, SIDE_BY_SIDE), dtype=start.dtype)
    by_age = np.empty((1 + steps, 4, draws), dtype=start.dtype)
    mothers = np.empty(SIDE_BY_SIDE, dtype=start.dtype)
    one = np.ones(1, dtype=start.dtype)[0]
    for area in range(first, last):
        for begin in range(0, draws, SIDE_BY_SIDE):
            size = min(SIDE_BY_SIDE, draws - begin)
            for c in range(cells):
                now[c, :size] = start[area, c]
            for t in range(-1, steps):
                if t >= 0:
                    shift = moved[area, t, begin : begin + size]
                    for s in range(0, cells, ages):
                        oldest = now[s + ages - 1]
                        before = now[s + ages - 2]
                        for i in range(size):
                            oldest[i] += before[i]
                        c = s + ages - 1
                        rate, more = change[area, t, c], change[area, t, c] * weight[c]
                        for i in range(size):
                            oldest[i] *= rate + more * shift[i]
                        for c in range(s + ages - 2, s, -1):
                            rate, more = change[area, t, c], change[area, t, c] * weight[c]
                            younger, cohort = now[c - 1], now[c]
                            for i in range(size):
                                cohort[i] = younger[i] * (rate + more * shift[i])
                    mothers[:size] = 0
                    for c in range(ages + women[0], ages + women[1]):
                        cohort = now[c]
                        for i in range(size):
                            mothers[i] += cohort[i]
                    ratio = child_woman_ratio[area, t]
                    of_girls = one / (one + boys_per_girl[area, t])
                    extra = children[area, t, begin : begin + size]
                    boys, girls = now[0], now[ages]
                    for i in range(size):
                        born = mothers[i] * ratio * (one + extra[i])
                        girls[i] = born * of_girls
                        boys[i] = born - girls[i]
                for g in range(1, 4):
                    by_age[t + 1, g, begin : begin + size] = 0
                for c in range(cells):
                    part, cohort = by_age[t + 1, group_of[c] + 1, begin : begin + size], now[c]
                    for i in range(size):
                        part[i] += cohort[i]
        for t in range(1 + steps):
            for i in range(draws):
                by_age[t, 0, i] = by_age[t, 1, i] + by_age[t, 2, i] + by_age[t, 3, i]
            for g in range(4):
                total = 0.0
                for i in range(draws):
                    total += by_age[t, g, i]
                mean[area, t, g] = total / draws
                if shares.size:
                    _tell_quantiles(by_age[t, g], shares, told[area, t, g])


draw_areas = cast(Any, _draw_areas)
"""The loop as machine code; `.py_func` is the plain one."""
