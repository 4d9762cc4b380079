"""Levers solved for: the level at which a projection meets a target, for every area at once.

The level is the smallest one between the lever's bounds at which the measure is at least the target. Each round
projects all areas once, every area at a level of its own: in arrivals the gap to the target is a straight line and two
projections find it; in fertility and migration it is smooth, and Chandrupatla's bracketing with inverse quadratic
interpolation (Chandrupatla 1997, Advances in Engineering Software 28(3), 145-149) needs a handful.

A target out of reach is told as such, with the best level there is. A path is solved step by step: the level that
meets the first year's target stays for the steps up to it, the next year's is found on top of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import InvalidValueError, ShapeError, Text
from sosei.engines.demography.input_checks import aligned
from sosei.engines.demography.levers import Lever, RateLine, joined, lever_scenario
from sosei.engines.demography.project import project
from sosei.engines.demography.special import SpecialPopulation
from sosei.engines.demography.step_rates import Array, Closure, MigrationTiming
from sosei.engines.demography.targets import MEASURES, Target

MET = 1e-10
"""A gap to the target, relative to it, that counts as met."""
MOST_ROUNDS = 80
INSIDE = np.linspace(0.0, 1.0, 9)[1:-1]
"""Parts of the way at which a ratio is looked at where neither bound meets the target."""
NO_BOUND, LOW, HIGH, NO_EFFECT = "", "low", "high", "no effect"


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
              puts in a scenario file. Where the target is out of reach, the level that comes nearest.
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
            name=Text("lever", "レバー"),
            problem=Text(
                "names years of its own, but a path gives it a level a step",
                "年を指定したレバーは、年ごとの目標には使えません",
            ),
            expected=Text("a lever without by, from_year and until", "by・from_year・until のないレバー"),
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
        solved = _solve(gap, lever, goal.size)
        if len(years) > 1 and (solved.bound == NO_EFFECT).all():
            raise InvalidValueError(
                name=Text("the lever's effect on the measure", "レバーが指標に与える変化"),
                value=0.0,
                expected=Text("more than 0 in some area", "いずれかの地域で0より大きい値"),
                remedy=Text(
                    "give only years that the lever can reach, or another lever.",
                    "レバーの効果が届く年だけを目標にするか、別のレバーを選んでください。",
                ),
                year=year,
            )
        before.append((year, solved.level.reshape(runs.shape)))
        found.append(runs.labelled(solved, year, before, goal))
    if len(found) == 1:
        return found[0]
    return xr.concat(found, dim="year")


@dataclass
class _Solved:
    """Levels with what is known of them, one after another for every area (and scenario, …)."""

    level: Array
    gap: Array
    bound: npt.NDArray[np.str_]


Gap = Callable[[Array], Array]
"""Levels → measure minus target, as numerator - target x denominator, relative to the target."""


def _solve(gap: Gap, lever: Lever, places: int) -> _Solved:
    """The smallest level with a gap of 0 or more, or the one with the greatest gap."""
    low, high = np.full(places, lever.low), np.full(places, lever.high)
    at_low, at_high = gap(low), gap(high)
    best = np.where(at_high > at_low, high, low)
    solved = _Solved(best, np.maximum(at_low, at_high), np.where(at_high > at_low, HIGH, LOW).astype("<U9"))
    met = at_low >= -MET
    solved.level[met], solved.gap[met], solved.bound[met] = low[met], at_low[met], LOW
    idle = ~met & (np.abs(at_high - at_low) <= 1e-13 * np.maximum(1.0, np.abs(at_low)))
    solved.level[idle], solved.bound[idle] = low[idle], NO_EFFECT
    left, right = low, high
    at_left, at_right = at_low, at_high
    between = ~met & (at_high >= -MET)
    lost = ~met & ~between & ~idle
    # In arrivals the gap is a straight line: nothing between the bounds is better than both.
    if lost.any() and not lever.whole:
        left, right, at_left, at_right, between = _look_inside(
            gap, lever, solved, lost, between, at_low, at_high
        )
    if between.any():
        level, reached = _bracketed(gap, left, right, at_left, at_right, between)
        solved.level[between], solved.gap[between] = level[between], reached[between]
        solved.bound[between] = np.where(level[between] >= lever.high, HIGH, NO_BOUND)
    if lever.whole and between.any():
        _make_whole(gap, lever, solved, between)
    return solved


def _look_inside(
    gap: Gap,
    lever: Lever,
    solved: _Solved,
    lost: npt.NDArray[np.bool_],
    between: npt.NDArray[np.bool_],
    at_low: Array,
    at_high: Array,
) -> tuple[Array, Array, Array, Array, npt.NDArray[np.bool_]]:
    """Levels between the bounds for areas that meet the target at neither: a measure may rise and fall again."""
    left, right = np.full(lost.shape, lever.low), np.full(lost.shape, lever.high)
    at_left, at_right = at_low.copy(), at_high.copy()
    open_still = lost.copy()
    for part in INSIDE:
        level = np.full(lost.shape, lever.low + part * (lever.high - lever.low))
        if lever.whole:
            level = np.rint(level)
        here = gap(level)
        better = open_still & (here > solved.gap)
        solved.level[better], solved.gap[better], solved.bound[better] = level[better], here[better], NO_BOUND
        meets = open_still & (here >= -MET)
        right[meets], at_right[meets] = level[meets], here[meets]
        open_still &= ~meets
        left[open_still], at_left[open_still] = level[open_still], here[open_still]
    return left, right, at_left, at_right, between | (lost & ~open_still)


def _bracketed(
    gap: Gap, left: Array, right: Array, at_left: Array, at_right: Array, wanted: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """A root between `left` and `right` of each wanted place, by Chandrupatla's rule, and the gap there."""
    a, fa = right.copy(), at_right.copy()
    b, fb = left.copy(), at_left.copy()
    c, fc = a.copy(), fa.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(wanted, fa / (fa - fb), 0.0)
        for _ in range(MOST_ROUNDS):
            done = ~wanted | (np.abs(fa) <= MET) | (np.abs(a - b) <= 1e-15 * np.maximum(np.abs(a), 1e-9))
            if done.all():
                break
            at = np.where(done, a, a + step * (b - a))
            here = gap(at)
            same = (here >= 0) == (fa >= 0)
            go = ~done
            c, fc = np.where(go, np.where(same, a, b), c), np.where(go, np.where(same, fa, fb), fc)
            b, fb = np.where(go & ~same, a, b), np.where(go & ~same, fa, fb)
            a, fa = np.where(go, at, a), np.where(go, here, fa)
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            curved = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
            inverse = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            least = 1e-14 * np.maximum(np.abs(a), 1.0) / np.abs(b - a)
            step = np.clip(np.where(curved & np.isfinite(inverse), inverse, 0.5), least, 1 - least)
    return np.where(np.abs(fa) <= np.abs(fb), a, b), np.where(np.abs(fa) <= np.abs(fb), fa, fb)


def _make_whole(gap: Gap, lever: Lever, solved: _Solved, places: npt.NDArray[np.bool_]) -> None:
    """The smallest whole levels that meet the target, looked at with their neighbours below."""
    number = np.where(places, np.clip(np.ceil(solved.level - 1e-9), lever.low, lever.high), solved.level)
    here = gap(number)
    while (short := places & (here < -MET) & (number < lever.high)).any():
        number = np.where(short, number + 1, number)
        here = gap(number)
    while (more := places & (number > lever.low)).any():
        fewer = np.where(more, number - 1, number)
        below = gap(fewer)
        enough = more & (below >= -MET)
        number, here = np.where(enough, fewer, number), np.where(enough, below, here)
        if not enough.any():
            break
    solved.level[places], solved.gap[places] = number[places], here[places]


def _start(population: xr.DataArray, rates: xr.Dataset, base_year: int | None) -> int:
    """The base year as `project` reads it; without one `project` refuses, whatever stands here."""
    if base_year is not None:
        return base_year
    if "year" in population.coords:
        return int(population["year"].item())
    return int(rates["year"].values[0]) - AgeGroups.of(rates, "rates").width


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
        self.line = RateLine.of(lever, rates, _start(population, rates, base_year))
        self.lever = lever
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
        """Numerator and denominator in `year` at levels that hold up to the years beside them."""
        line = self.line.up_to(year)
        rates = line.at(self._by_step(line, levels))
        settings = self.settings
        run = project(self.population, rates, until=year, base_year=self.base_year, **settings)  # type: ignore[arg-type]
        whole = run.everyone if run.special else run.population
        people = whole.isel(year=-1).transpose(*self.dims, "sex", "age").values
        over = self.denominator
        return (
            np.einsum("...sa,sa->...", people, self.numerator),
            None if over is None else np.einsum("...sa,sa->...", people, over),
        )

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
            # Without a division an area with nobody of 75 and over has met any ratio.
            return np.reshape((numerator - goal * denominator) / np.maximum(goal * denominator, 1.0), -1)

        return gap

    def labelled(
        self, solved: _Solved, year: int, levels: Sequence[tuple[int, Array]], goal: Array
    ) -> xr.Dataset:
        """The answer of one year with its labels; one more projection tells the measure itself."""
        numerator, denominator = self.sums(year, levels)
        with np.errstate(divide="ignore", invalid="ignore"):
            best = numerator if denominator is None else numerator / denominator
        dims = self.dims
        return xr.Dataset(
            {
                "level": (dims, solved.level.reshape(self.shape)),
                "reached": (dims, (solved.gap >= -10 * MET).reshape(self.shape)),
                "best": (dims, best),
                "bound": (dims, solved.bound.reshape(self.shape)),
                "target": (dims, goal),
            },
            coords={**self.coords, "year": year},
        )


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
        ScenarioError: the two levers conflict or do not fit the rates.
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
    start = _start(population, rates, base_year)
    lever_scenario("map", [o for one in levers for o in one.overrides(one.high, start)])
    rates = aligned(rates, population, ("area", "scenario"), "rates")
    one, other = (RateLine.of(lever, rates, start).up_to(year) for lever in levers)
    parts = [
        line.part(xr.Variable((f"level_{n}",), np.asarray(list(values), dtype=float)))
        for n, (line, values) in enumerate(zip((one, other), levels, strict=True), start=1)
    ]
    turned = joined(one, other, rates.sel(year=one.rates["year"].values), parts)
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
