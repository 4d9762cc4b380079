"""The cohort-component projection: population and rates in, population and its components out.

One step carries every cohort `width` years on (the width of an age group): it survives, moves, and children are
born. Two closures give the children:

* "child_woman_ratio": the form of Japan's official municipal projections. Survivors and net migrants are
  P(t)·(S + m); children 0-4 are the child-woman ratio times the projected women 15-49, split by the 0-4 sex
  ratio (IPSS, 日本の地域別将来推計人口; Cabinet Office worksheet for 地方人口ビジョン).
* "fertility_rate": births over the interval from age-specific rates and the mean of the women at its two ends,
  survived to the end (Preston, Heuveline & Guillot 2001, ch. 6; UN World Population Prospects).

Rates are labelled by the year and the age AT THE END of the step. Nothing is clipped, nothing falls back: a
missing rate or a negative population is an error that names area, sex, age and year.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import xarray as xr

from sosei.engines.demography.balance import check_balance
from sosei.engines.demography.control import ControlTotals, StepControl
from sosei.engines.demography.dimensions import CHILDBEARING, AgeGroups
from sosei.engines.demography.errors import NegativePopulationError, ShapeError, Text
from sosei.engines.demography.input_checks import (
    A_COUNT,
    COUNT,
    aligned,
    coordinates_of_first,
    require_within,
    sex_first,
)
from sosei.engines.demography.projection_labels import (
    coordinates,
    first_year_of,
    labelled,
    labels_by_dim,
    leading_dims,
    stacked,
    step_years,
)
from sosei.engines.demography.special import SpecialPopulation, advance_special
from sosei.engines.demography.step_rates import (
    INNER,
    Array,
    Closure,
    MigrationTiming,
    RatesByStep,
    StepRates,
    ordered_values,
)

MANY = 32
"""Areas and scenarios from which the compiled loop is used; fewer are done before its compiler is loaded."""


@dataclass(frozen=True)
class Projection:
    """What a projection gives: people, and what changed their number.

    Attributes:
        population: residents, dims (…, year, sex, age), the base year first; persons.
        births: children born in the step that ends in `year`, dims (…, year, sex); persons.
        deaths: dims (…, year, sex, age), by age at the end of the step (age 0 group: of those born in it).
        net_migration: dims (…, year, sex, age), by age at the end of the step.
        special: populations kept apart, name → dims (…, year, sex, age).
        control_factors: what the step's residents were multiplied by to add up to the control totals, dims
            (parent, …, year, sex, age); None where there were none.
    """

    population: xr.DataArray
    births: xr.DataArray
    deaths: xr.DataArray
    net_migration: xr.DataArray
    special: Mapping[str, xr.DataArray] = field(default_factory=dict)
    control_factors: xr.DataArray | None = None

    @property
    def everyone(self) -> xr.DataArray:
        """Residents and special populations together, dims (…, year, sex, age)."""
        whole = self.population
        for stock in self.special.values():
            whole = whole + stock
        return whole.rename("population")

    def total(self) -> xr.DataArray:
        """Residents and special populations, all sexes and ages, dims (…, year)."""
        return self.everyone.sum(INNER)

    def up_to(self, year: int) -> Projection:
        """The same projection with nothing after `year`."""

        def cut(block: xr.DataArray) -> xr.DataArray:
            return block.sel(year=block["year"] <= year)

        return Projection(
            cut(self.population),
            cut(self.births),
            cut(self.deaths),
            cut(self.net_migration),
            {name: cut(stock) for name, stock in self.special.items()},
            None if self.control_factors is None else cut(self.control_factors),
        )

    def check_balance(self, *, tolerance: float = 1e-9) -> float:
        """Largest relative residual of start + births - deaths + migration = end; see `balance.check_balance`."""
        return check_balance(
            self.population, self.births, self.deaths, self.net_migration, tolerance=tolerance
        )


def project(
    population: xr.DataArray,
    rates: xr.Dataset,
    *,
    until: int,
    closure: Closure,
    base_year: int | None = None,
    migration_timing: MigrationTiming = "end",
    special: Sequence[SpecialPopulation] = (),
    control: ControlTotals | None = None,
) -> Projection:
    """Carry `population` to the year `until`.

    Args:
        population: residents at the base, dims (sex, age) and any of area, scenario, …; persons. A scalar
            coordinate `year` gives the base year where `base_year` is not given.
        rates: variables by `year` (end of the step), broadcast over every other dimension:

            * `survivorship` (year, sex, age), age at the end; age 0 from births; last: combined open group.
            * `net_migration_rate` (year, sex, age) on the starting population of the cohort (timing "half": of
              the age group), or `net_migration` in persons, or neither for a closed population.
            * `arrivals` (year, sex, age), optional: persons who come at the end of the step, whole households
              with the children they bring.
            * closure "child_woman_ratio": `child_woman_ratio` (year) and `sex_ratio_0_4` (year), boys per girl.
              Five-year groups only; migration at age 0 must be absent (NaN or 0): it is inside the ratio.
            * closure "fertility_rate": `fertility_rate` (year, age), births per woman and year, and
              `sex_ratio_at_birth` (year), boys per girl.
        until: last year; the base year plus a whole number of steps.
        closure: where children come from.
        migration_timing: "end": all net migrants at the end of the step, bearing no mortality in it; "half":
            half at each end, by age at the time of moving (Preston et al. 2001, Box 6.2).
        special: populations that age apart; they appear in the totals only.
        control: totals that the residents of the areas add up to after every step (`control.StepControl` says
            what becomes of births, deaths and net migration); corrected residents feed the next step.

    Returns:
        Projection with population and components.

    Raises:
        ShapeError: a dimension, label or year is not as described.
        MissingRateError: a needed rate is absent or not a number.
        InvalidValueError: a survivorship outside 0-1, a negative ratio, arrival or starting population.
        NegativePopulationError: a step would leave fewer than zero people.
        NobodyToScaleError: control totals have people where none of the areas has any.
    """
    groups = AgeGroups.of(population)
    start_year = first_year_of(population, base_year)
    years = step_years(start_year, until, groups.width)
    lead = leading_dims(population, rates)
    rates = aligned(rates, population, lead, "rates")
    now = ordered_values(sex_first(population, "population"), (*lead, *INNER))
    if not special and control is None and _size(population, rates, lead) >= MANY and len(years) > 1:
        whole = _all_at_once(population, now, rates, groups, lead, years, closure, migration_timing)
        if whole is not None:
            return whole
    inputs = RatesByStep(rates, groups, lead, years[1:], closure, migration_timing)
    require_within(now, COUNT, "population", population, (*lead, *INNER), A_COUNT, year=start_year)
    now = np.broadcast_to(now, (*inputs.lead_shape(now), *now.shape[-2:])).copy()

    special = [one.from_base(start_year) for one in special]
    _require_own_names(special)
    coords = labels_by_dim(population, rates, lead, groups)
    labels = {d: c for d, c in coords.items() if d in lead}
    stocks = {s.name: [s.starting_array(lead, now.shape, groups, labels)] for s in special}
    held = None if control is None else StepControl(control, coords, lead, now.shape, years[1:], groups)
    people, births, deaths, moves = [now], [], [], []
    for year in years[1:]:
        step = inputs.step(year)
        for one in special:
            stock, joining = advance_special(one, stocks[one.name][-1], year, step.survivorship, groups)
            stocks[one.name].append(stock)
            step.arrivals = step.arrivals + joining
        now, born, died, moved = _advance(now, step, groups, closure, migration_timing)
        _require_not_negative(now, rates, population, lead, year)
        if held is not None:
            now, born, died, moved = held.correct(year, (now, born, died, moved))
        people.append(now)
        births.append(born)
        deaths.append(died)
        moves.append(moved)

    return Projection(
        population=stacked(people, years, lead, INNER, coords, "population"),
        births=stacked(births, years[1:], lead, ("sex",), coords, "births"),
        deaths=stacked(deaths, years[1:], lead, INNER, coords, "deaths"),
        net_migration=stacked(moves, years[1:], lead, INNER, coords, "net_migration"),
        special={n: stacked(s, years, lead, INNER, coords, n) for n, s in stocks.items()},
        control_factors=None if held is None else held.control_factors(),
    )


def project_population(
    population: xr.DataArray,
    rates: xr.Dataset,
    *,
    until: int,
    closure: Closure,
    base_year: int | None = None,
    migration_timing: MigrationTiming = "end",
    out: Array | None = None,
) -> xr.DataArray:
    """`project(…).population` alone, for very many areas: births, deaths and net migration are not kept.

    Args:
        out: room to write into, float64, shape (areas·scenarios…, 1 + steps, sex·age), contiguous; without it
            new room is taken.
        population, rates, until, closure, base_year, migration_timing: as `project`.

    Returns:
        Persons, dims (…, year, sex, age); a view of `out` where it is given.

    Raises:
        ShapeError: `out` has another shape or precision, or does not lie together; nothing was written.
        As `project`.
    """
    groups = AgeGroups.of(population)
    years = step_years(first_year_of(population, base_year), until, groups.width)
    lead = leading_dims(population, rates)
    rates = aligned(rates, population, lead, "rates")
    now = ordered_values(sex_first(population, "population"), (*lead, *INNER))
    if len(years) > 1:
        inputs = RatesByStep(rates, groups, lead, years[1:], closure, migration_timing, look=False)
        shape = inputs.lead_shape(now)
        loop = kernel()
        wanted = (math.prod(shape), len(years), 2 * groups.starts.size)
        room = None if out is None else loop.Outputs.around(_fitting(out, wanted))
        done = loop.prepare(now, inputs, groups, shape, components=False).run(room)
        if done is not None:
            coords = coordinates(population, rates, lead, groups, years)
            return labelled(done.population, shape, lead, INNER, coords, "population")
    return project(
        population,
        rates,
        until=until,
        closure=closure,
        base_year=years[0],
        migration_timing=migration_timing,
    ).population


def _fitting(out: Array, shape: tuple[int, ...]) -> Array:
    if out.shape == shape and out.dtype == np.float64 and out.flags.c_contiguous and out.flags.writeable:
        return out
    raise ShapeError(
        name="out",
        problem=Text(
            "the result does not fit in, or does not lie together", "結果が入らないか、連続していません"
        ),
        expected=f"{shape} float64, C-contiguous",
        got=f"{out.shape} {out.dtype}" + ("" if out.flags.c_contiguous else ", strided"),
        remedy=Text("give np.empty of that shape.", "その形の np.empty を与えてください。"),
    )


def kernel() -> ModuleType:
    """The compiled loop; loading its compiler takes longer than a single municipality's projection."""
    from sosei.engines.demography import kernel as loop

    return loop


def _size(population: xr.DataArray, rates: xr.Dataset, lead: tuple[str, ...]) -> int:
    """How many areas, scenarios and draws there are in all."""
    sizes = {**rates.sizes, **population.sizes}
    return math.prod(sizes[d] for d in lead)


def _all_at_once(
    population: xr.DataArray,
    start: Array,
    rates: xr.Dataset,
    groups: AgeGroups,
    lead: tuple[str, ...],
    years: list[int],
    closure: Closure,
    timing: MigrationTiming,
) -> Projection | None:
    """The projection by the compiled loop; None where a value is wrong, for the steps below to name it."""
    inputs = RatesByStep(rates, groups, lead, years[1:], closure, timing, look=False)
    shape = inputs.lead_shape(start)
    done = kernel().prepare(start, inputs, groups, shape, components=True).run()
    if done is None:
        return None
    coords = coordinates(population, rates, lead, groups, years)
    ended = coords.assign({"year": years[1:]})
    no_age = xr.Coordinates(
        {d: ended[d].variable for d in ended if d != "age"},
        indexes={d: i for d, i in ended.xindexes.items() if d != "age"},
    )
    return Projection(
        population=labelled(done.population, shape, lead, INNER, coords, "population"),
        births=labelled(done.births, shape, lead, ("sex",), no_age, "births"),
        deaths=labelled(done.deaths, shape, lead, INNER, ended, "deaths"),
        net_migration=labelled(done.moves, shape, lead, INNER, ended, "net_migration"),
    )


def _advance(
    start: Array, step: StepRates, groups: AgeGroups, closure: Closure, timing: MigrationTiming
) -> tuple[Array, Array, Array, Array]:
    """One step: population at its end, births (…, sex), deaths and net migration by age at the end."""
    by_group = _net_migrants(start, step, timing)
    first_half = by_group / 2 if timing == "half" else np.zeros_like(by_group)
    second_half = by_group - first_half
    exposed = start + first_half

    survivors = survive(exposed, step.survivorship)
    before_birth = survivors + second_half
    birth_survival = step.survivorship[..., 0]

    if closure == "child_woman_ratio":
        assert step.child_woman_ratio is not None
        women = slice(*np.searchsorted(groups.starts, CHILDBEARING))
        children = step.child_woman_ratio * before_birth[..., 1, women].sum(axis=-1)
        newborn = _split_by_sex(children, step.sex_ratio)
        born = newborn / birth_survival
    else:
        assert step.fertility_rate is not None
        end_women = before_birth[..., 1, :] if timing == "half" else survivors[..., 1, :]
        woman_years = groups.width * (exposed[..., 1, :] + end_women) / 2
        total = (step.fertility_rate * woman_years).sum(axis=-1)
        born = _split_by_sex(total, step.sex_ratio)
        newborn = born * birth_survival

    survivors[..., 0] = newborn
    end = survivors + second_half + step.arrivals
    deaths = shift(exposed) - survivors
    deaths[..., 0] = born - newborn
    moved = second_half + step.arrivals
    moved[..., 1:] += shift(first_half)[..., 1:]
    return end, born, deaths, moved


def shift(persons: Array) -> Array:
    """Every cohort one group older, the last two groups together in the open one; the first group empty."""
    out = np.zeros_like(persons)
    out[..., 1:] = persons[..., :-1]
    out[..., -1] += persons[..., -1]
    return out


def survive(persons: Array, survivorship: Array) -> Array:
    """Survivors by age at the end, shape of `persons`; the first group (newborn) is left at zero."""
    out = shift(persons) * survivorship
    out[..., 0] = 0.0
    return out


def _net_migrants(start: Array, step: StepRates, timing: MigrationTiming) -> Array:
    """Net migrants of the step, by age at its end ("end") or at the time of moving ("half")."""
    if step.count is not None:
        return np.broadcast_to(step.count, start.shape)
    if step.rate is None:
        return np.zeros_like(start)
    return step.rate * (shift(start) if timing == "end" else start)


def _split_by_sex(children: Array, boys_per_girl: Array) -> Array:
    """Children (…) as boys and girls (…, sex)."""
    girls = children / (1 + boys_per_girl)
    return np.stack([children - girls, girls], axis=-1)


def _require_own_names(special: Sequence[SpecialPopulation]) -> None:
    names = [one.name for one in special]
    if len(set(names)) != len(names):
        raise ShapeError(
            name="special",
            problem=Text("two populations of the same name", "同じ名前の別集団が2つあります"),
            expected=sorted(set(names)),
            got=names,
            remedy=Text("give each its own name.", "それぞれ別の名前を付けてください。"),
        )


def _require_not_negative(
    now: Array, rates: xr.Dataset, population: xr.DataArray, lead: tuple[str, ...], year: int
) -> None:
    if np.all(now >= 0):
        return
    dims = (*lead, *INNER)
    labels = {d: (population if d in population.coords else rates)[d] for d in dims}
    holder = xr.Dataset(coords=labels)
    where = coordinates_of_first(now < 0, holder, dims)
    raise NegativePopulationError(value=float(now[now < 0][0]), year=year, **where)
