"""Levers solved for: the level at which a projection meets a target, for every area at once.

The level is the smallest one between the lever's bounds at which the measure is at least the target. Each round
projects all areas once, every area at a level of its own: in arrivals the gap to the target is a straight line and two
projections find it; in fertility and migration it is smooth, and `bracketing` needs a handful.

A target out of reach is told as such, with the best level there is. A path is solved step by step: the level that
meets the first year's target stays for the steps up to it, the next year's is found on top of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from sosei.engines.demography.bracketing import NO_EFFECT, Gap, Solved, smallest_level
from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import InvalidValueError, ShapeError, Text
from sosei.engines.demography.input_checks import aligned
from sosei.engines.demography.levers import Lever, RateLine, first_year
from sosei.engines.demography.project import project
from sosei.engines.demography.special import SpecialPopulation
from sosei.engines.demography.step_rates import Array, Closure, MigrationTiming
from sosei.engines.demography.targets import MEASURES, Target


def solve_lever(
    population: xr.DataArray,
    rates: xr.Dataset,
    *,
    lever: Lever,
    target: Target,
    closure: Closure = "child_woman_ratio",
    base_year: int | None = None,
    migration_timing: MigrationTiming = "end",
    special: Sequence[SpecialPopulation] = (),
) -> xr.Dataset:
    """The smallest level of a lever that meets a target, for all areas (and scenarios, …) at once.

    Args:
        population, rates, closure, base_year, migration_timing, special: as `project`; for `TfrLever` the rates hold
            `tfr` and `tfr_base_year` as `apply_scenario` needs them.
        lever: what is turned, with its bounds.
        target: at least so much of a measure, in one year or along a path. Special populations are counted in.

    Returns:
        Dataset by the population's leading dimensions (area, …), and `year` for a path:

            * `level`: TFR, share recovered, households a year (whole), or the mix's number; what `lever.overrides`
              puts in a scenario file. Where the target is out of reach, the level that comes nearest. A measure
              that rises and falls between the bounds is looked at in seven places between them.
            * `reached`: whether the target is met.
            * `best`: the measure at that level (persons, or a ratio).
            * `bound`: "low" or "high" where the level is that bound (with `reached`: already met there), "no effect"
              where the lever does not move the measure (level is the lower bound), else "".

    Raises:
        ScenarioError: the lever does not fit the rates or what a scenario file may hold.
        ShapeError: a path with a lever that names years, or a target for other areas.
        InvalidValueError: along a path, a lever that moves the measure of a year in no area.
        As `project`, which may refuse a bound of the lever (NegativePopulationError): narrow the bounds then.
    """
    years = target.years
    if len(years) > 1 and lever.timed:
        raise ShapeError(
            name=Text("lever", "動かす仮定"),
            problem=Text(
                "names years of its own, but a path gives it a level a step",
                "年を指定した仮定は、年ごとの目標には使えません",
            ),
            expected=Text("a lever without by, from_year and until", "by・from_year・until のない仮定"),
            got=lever,
            remedy=Text(
                "leave the years out, or give one target year.", "年を除くか、目標を1つの年にしてください。"
            ),
        )
    rates = aligned(rates, population, ("area", "scenario"), "rates")
    runs = _Runs(population, rates, lever, target.measure, base_year, closure, migration_timing, special)
    before: list[tuple[int, Array]] = []
    found = []
    for year in years:
        goal = runs.goal(target, year)
        gap = runs.gap_in(year, goal, before)
        solved = smallest_level(gap, lever, goal.size)
        if len(years) > 1 and (solved.bound == NO_EFFECT).all():
            raise InvalidValueError(
                name=Text("the lever's effect on the measure", "動かす仮定が指標に与える変化"),
                value=0.0,
                expected=Text("more than 0 in some area", "いずれかの地域で0より大きい値"),
                remedy=Text(
                    "give only years that the lever can reach, or another lever.",
                    "仮定の効果が届く年だけを目標にするか、別の仮定を選んでください。",
                ),
                year=year,
            )
        before.append((year, solved.level.reshape(runs.shape)))
        found.append(runs.labelled(solved, year, before, goal))
    if len(found) == 1:
        return found[0]
    return xr.concat(found, dim="year")


class _Runs:
    """The projections of one question, each with a level for every place."""

    def __init__(
        self,
        population: xr.DataArray,
        rates: xr.Dataset,
        lever: Lever,
        measure: str,
        base_year: int | None,
        closure: Closure,
        timing: MigrationTiming,
        special: Sequence[SpecialPopulation],
    ) -> None:
        self.population = population
        self.base_year = base_year
        self.settings = {"closure": closure, "migration_timing": timing, "special": special}
        self.numerator, self.denominator = MEASURES[measure].weights(AgeGroups.of(population))
        self.line = RateLine.of(lever, rates, first_year(population, rates, base_year))
        self._last: tuple[int, Array, tuple[Array, Array | None]] | None = None
        sizes = {**rates.sizes, **population.sizes}
        found = {str(d) for d in sizes} - {"year", "sex", "age"}
        known = [d for d in ("area", "scenario") if d in found]
        self.dims = (*known, *sorted(found - set(known)))
        self.shape = tuple(sizes[d] for d in self.dims)
        holder = {d: population if d in population.coords else rates for d in self.dims}
        self.coords = {d: holder[d][d].values for d in self.dims if d in holder[d].coords}

    def goal(self, target: Target, year: int) -> Array:
        """The target of a year, shape of the leading dimensions."""
        wanted = xr.DataArray(target.at[year])
        strange = [d for d in wanted.dims if d not in self.dims]
        if strange:
            raise ShapeError(
                name=Text("target", "目標"),
                problem=Text("a dimension the population does not have", "人口にない次元があります"),
                expected=self.dims,
                got=wanted.dims,
            )
        holder = xr.Dataset(coords=self.coords)
        wanted = aligned(wanted, holder, tuple(str(d) for d in wanted.dims if d in wanted.coords), "target")
        by_name = xr.Variable(self.dims, np.ones(self.shape)) * wanted.variable
        return np.array(by_name.transpose(*self.dims).values, dtype=np.float64)

    def sums(self, year: int, levels: Sequence[tuple[int, Array]]) -> tuple[Array, Array | None]:
        """Numerator and denominator in `year` at levels that hold up to the years beside them; the last is kept."""
        if self._last is not None and self._last[0] == year and np.array_equal(self._last[1], levels[-1][1]):
            return self._last[2]
        line = self.line.up_to(year)
        rates = line.at(self._by_step(line, levels))
        settings = self.settings
        run = project(self.population, rates, until=year, base_year=self.base_year, **settings)  # type: ignore[arg-type]
        whole = run.everyone if run.special else run.population
        people = whole.isel(year=-1).transpose(*self.dims, "sex", "age").values
        over = self.denominator
        sums = (
            np.einsum("...sa,sa->...", people, self.numerator),
            None if over is None else np.einsum("...sa,sa->...", people, over),
        )
        self._last = (year, levels[-1][1], sums)
        return sums

    def _by_step(self, line: RateLine, levels: Sequence[tuple[int, Array]]) -> xr.Variable:
        if len(levels) == 1:
            return xr.Variable(self.dims, levels[0][1])
        ends = np.array([year for year, _level in levels])
        which = np.searchsorted(ends, line.rates["year"].values)
        stacked = np.stack([level for _year, level in levels], axis=-1)
        return xr.Variable((*self.dims, "year"), stacked[..., which])

    def gap_in(self, year: int, goal: Array, before: Sequence[tuple[int, Array]]) -> Gap:
        """The gap in `year` after the levels already found."""

        def gap(level: Array) -> Array:
            numerator, denominator = self.sums(year, [*before, (year, level.reshape(self.shape))])
            if denominator is None:
                return np.reshape((numerator - goal) / goal, -1)
            # Without a division an area with nobody of 75 and over has met any ratio, unless nobody lives there at all.
            relative = (numerator - goal * denominator) / np.maximum(goal * denominator, 1.0)
            return np.reshape(np.where((numerator == 0) & (denominator == 0), -1.0, relative), -1)

        return gap

    def labelled(
        self, solved: Solved, year: int, levels: Sequence[tuple[int, Array]], goal: Array
    ) -> xr.Dataset:
        """The answer of one year with its labels; the measure itself is mostly that of the last projection."""
        numerator, denominator = self.sums(year, levels)
        with np.errstate(divide="ignore", invalid="ignore"):
            best = numerator if denominator is None else numerator / denominator
        dims = self.dims
        return xr.Dataset(
            {
                "level": (dims, solved.level.reshape(self.shape)),
                "reached": (dims, solved.met.reshape(self.shape)),
                "best": (dims, best),
                "bound": (dims, solved.bound.reshape(self.shape)),
                "target": (dims, goal),
            },
            coords={**self.coords, "year": year},
        )
