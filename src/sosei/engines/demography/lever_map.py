"""A map of two levers: the measure at every pair of their levels, from one projection of all pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import ShapeError, Text
from sosei.engines.demography.input_checks import aligned
from sosei.engines.demography.levers import CHANGED, Lever, RateLine, first_year, lever_scenario
from sosei.engines.demography.project import project
from sosei.engines.demography.special import SpecialPopulation
from sosei.engines.demography.step_rates import Closure, MigrationTiming
from sosei.engines.demography.targets import MEASURES, Target


def two_lever_map(
    population: xr.DataArray,
    rates: xr.Dataset,
    *,
    levers: tuple[Lever, Lever],
    levels: tuple[Sequence[float], Sequence[float]],
    target: Target,
    closure: Closure = "child_woman_ratio",
    base_year: int | None = None,
    migration_timing: MigrationTiming = "end",
    special: Sequence[SpecialPopulation] = (),
) -> xr.DataArray:
    """The measure at every pair of two levers' levels, from one projection of all pairs.

    Args:
        population, rates, closure, base_year, migration_timing, special: as `solve_lever`, usually of one area.
        levers: the first and the second; they may not set the same rate for the same sexes and ages.
        levels: of each, ascending, within what a scenario file may hold.
        target: measure and one year; its value goes into `attrs`.

    Returns:
        The measure, dims (…, level_1, level_2); attrs `measure`, `year`, `target` (where it is one number).

    Raises:
        ScenarioError: the two levers conflict or do not fit the rates, or a level is outside what a scenario file holds.
        ShapeError: more than one target year.
        As `project`.
    """
    if len(target.years) != 1:
        raise ShapeError(
            name=Text("target", "目標"),
            problem=Text("a map is of one year", "図は1つの年について作ります"),
            expected=1,
            got=target.years,
            remedy=Text("give one year.", "年を1つにしてください。"),
        )
    (year,) = target.years
    groups = AgeGroups.of(population)
    start = first_year(population, rates, base_year)
    lever_scenario("map", [o for one in levers for o in one.overrides(one.high, start)])
    for lever, each in zip(levers, levels, strict=True):
        for level in each:
            lever_scenario("map", lever.overrides(float(level), start))
    rates = aligned(rates, population, ("area", "scenario"), "rates")
    one, other = (RateLine.of(lever, rates, start).up_to(year) for lever in levers)
    parts = [
        line.part(xr.Variable((f"level_{n}",), np.asarray(list(values), dtype=float)))
        for n, (line, values) in enumerate(zip((one, other), levels, strict=True), start=1)
    ]
    turned = _joined(one, other, rates.sel(year=one.rates["year"].values), parts)
    settings = {"closure": closure, "migration_timing": migration_timing, "special": special}
    run = project(population, turned, until=year, base_year=base_year, **settings)  # type: ignore[arg-type]
    people = (run.everyone if run.special else run.population).isel(year=-1)
    numerator, denominator = MEASURES[target.measure].weights(groups)
    weighted = [
        None if w is None else (people * xr.DataArray(w, dims=("sex", "age"))).sum(("sex", "age"))
        for w in (numerator, denominator)
    ]
    top, under = weighted
    assert top is not None
    value = top if under is None else top / under
    wanted = np.asarray(target.at[year], dtype=float)
    attrs: dict[str, object] = {"measure": target.measure, "year": year}
    if wanted.ndim == 0:
        attrs["target"] = float(wanted)
    named = value.assign_coords(level_1=np.asarray(levels[0], float), level_2=np.asarray(levels[1], float))
    return named.transpose(..., "level_1", "level_2").assign_attrs(attrs).rename(target.measure)


def _joined(one: RateLine, other: RateLine, rates: xr.Dataset, parts: Sequence[xr.Variable]) -> xr.Dataset:
    """Rates with two levers turned, each by its part; on a rate that both change, what they add is added up."""
    found: dict[str, tuple[tuple[str, ...], object]] = {}
    for name in CHANGED:
        here = rates.variables[name] if name in rates else None
        for line, part in zip((one, other), parts, strict=True):
            if name not in line.rates:
                continue
            start = line.rates.variables[name]
            here = (
                start if here is None else here + (start - rates.variables[name] if name in rates else start)
            )
            if name in line.slope:
                here = part * line.slope[name] + here
        if here is not None:
            found[name] = (tuple(str(d) for d in here.dims), here.values)
    return rates.assign(found)
