"""The compiled loops of the projection: all steps of one area after another, population and components in one pass.

The same arithmetic as `project._advance`, which stays as the readable form; tests hold them together. The loops also
look at every value: where one is missing or outside what it can mean, they count it as a flaw, and `project` asks the
readable form, which names the place. Each array comes as one run of numbers, the place in it of each area's first step,
and how far apart its steps are (`kernel.Block`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sosei.engines.compiled import compiled_numerics
from sosei.engines.demography.step_rates import Array

Offsets = npt.NDArray[np.int64]
LARGEST = 1e300
"""More than any count of persons; beyond it a value is not finite."""
SMALLEST = float(np.finfo(np.float64).tiny)
"""Least survivorship from birth: births are children divided by it."""


@cache
def official_loop_for(ages: int, components: bool) -> Any:
    """The loop for the official closure with rates and migrants at the end, steps lying one after another.

    A step is computed into one small array and then written out: the compiler uses the processor's wide registers only
    where it can see that what is written is not what is read. Places are unsigned, so that no negative one, which would
    count from the end, has to be looked for.
    """
    one, girl, cells = np.uint64(1), np.uint64(ages), np.uint64(2 * ages)
    dead, came = cells, cells + cells
    boy = np.uint64(0)

    @compiled_numerics
    def advance_areas(
        first: int,
        last: int,
        start: Array,
        start_at: Offsets,
        start_step: int,
        survivorship: Array,
        survivorship_at: Offsets,
        survivorship_step: int,
        migration: Array,
        migration_at: Offsets,
        migration_step: int,
        child_woman_ratio: Array,
        ratio_at: Offsets,
        ratio_step: int,
        boys_per_girl: Array,
        boys_at: Offsets,
        boys_step: int,
        women: tuple[int, int],
        population: Array,
        births: Array,
        deaths: Array,
        moves: Array,
    ) -> int:
        """The areas `first` to `last` - 1; returns how many places hold what cannot be."""
        flaws = 0
        steps = np.uint64(population.shape[1] - 1)
        youngest, beyond = girl + np.uint64(women[0]), girl + np.uint64(women[1])
        everyone, died = population.reshape(population.size), deaths.reshape(deaths.size)
        moved = moves.reshape(moves.size)
        # People at the end of a step, then its deaths, then its net migration.
        step = np.zeros(3 * cells)
        for area in range(np.uint64(first), np.uint64(last)):
            at, before, out = np.uint64(start_at[area]), area * (steps + one) * cells, area * steps * cells
            ratio, rate = np.uint64(survivorship_at[area]), np.uint64(migration_at[area])
            for a in range(cells):
                everyone[before + a] = start[at + a]
                flaws += not start[at + a] >= 0.0
            for t in range(steps):
                for a in range(one, cells):
                    people = everyone[before + a - one]
                    survivors, movers = people * survivorship[ratio + a], people * migration[rate + a]
                    step[a] = survivors + movers
                    if components:
                        step[dead + a], step[came + a] = people - survivors, movers
                    flaws += not abs(survivorship[ratio + a] - 0.5) <= 0.5
                for old in (girl - one, cells - one):
                    both = everyone[before + old] + everyone[before + old - one]
                    survivors, movers = both * survivorship[ratio + old], both * migration[rate + old]
                    step[old] = survivors + movers
                    if components:
                        step[dead + old], step[came + old] = both - survivors, movers
                mothers = 0.0
                for a in range(youngest, beyond):
                    mothers += step[a]
                per_woman = child_woman_ratio[np.uint64(ratio_at[area]) + t * np.uint64(ratio_step)]
                per_girl = boys_per_girl[np.uint64(boys_at[area]) + t * np.uint64(boys_step)]
                children = per_woman * mothers
                girls = children / (1 + per_girl)
                step[boy], step[girl] = children - girls, girls
                flaws += not (per_woman >= 0.0 and per_girl >= 0.0 and per_girl <= LARGEST)
                for young in (boy, girl):
                    lives, moves_in = survivorship[ratio + young], migration[rate + young]
                    flaws += not (lives >= SMALLEST and lives <= 1.0)
                    flaws += moves_in != 0.0 and not np.isnan(moves_in)
                    if components:
                        born = step[young] / lives
                        births[area, t, young // girl] = born
                        step[dead + young], step[came + young] = born - step[young], 0.0
                before += cells
                for a in range(cells):
                    everyone[before + a] = step[a]
                    flaws += not step[a] >= 0.0
                if components:
                    for a in range(cells):
                        died[out + a] = step[dead + a]
                    for a in range(cells):
                        moved[out + a] = step[came + a]
                ratio, rate, out = ratio + cells, rate + cells, out + cells
            for a in range(cells):
                # What is infinite once stays so to the end.
                flaws += not everyone[before + a] <= LARGEST
        return flaws

    return advance_areas


@cache
def loop_for(ages: int) -> Any:
    """The loop for so many age groups and any closure, timing and kind of migration.

    `.py_func` is the plain function, `.stats` tells whether it was kept from an earlier process.
    """
    cells = 2 * ages

    @compiled_numerics
    def advance_areas(
        first: int,
        last: int,
        start: Array,
        start_at: Offsets,
        start_step: int,
        survivorship: Array,
        survivorship_at: Offsets,
        survivorship_step: int,
        moving: Array,
        moving_at: Offsets,
        moving_step: int,
        arrivals: Array,
        arrivals_at: Offsets,
        arrivals_step: int,
        fertility: Array,
        fertility_at: Offsets,
        fertility_step: int,
        boys_per_girl: Array,
        boys_at: Offsets,
        boys_step: int,
        has_count: bool,
        has_arrivals: bool,
        inside: bool,
        half: bool,
        components: bool,
        women: tuple[int, int],
        width: int,
        population: Array,
        births: Array,
        deaths: Array,
        moves: Array,
    ) -> int:
        """The areas `first` to `last` - 1; returns how many places hold what cannot be."""
        flaws = 0
        steps = population.shape[1] - 1
        now, base, live, came, half_moved = (
            np.empty(cells),
            np.empty(cells),
            np.empty(cells),
            np.zeros(cells),
            np.zeros(cells),
        )
        # Furthest from a half, least and least: whatever is outside its bounds in any step is seen once an area.
        furthest, least, least_arrivals = np.empty(cells), np.empty(cells), np.zeros(cells)
        for area in range(first, last):
            at = start_at[area]
            for a in range(cells):
                now[a] = start[at + a]
                least[a] = now[a]
                furthest[a] = 0.0
            whole = population[area, 0]
            for a in range(cells):
                whole[a] = now[a]
            for t in range(steps):
                at = survivorship_at[area] + t * survivorship_step
                ratio = survivorship[at : at + cells]
                for a in range(cells):
                    away = abs(ratio[a] - 0.5)
                    furthest[a] = away if away > furthest[a] else furthest[a]
                at = moving_at[area] + t * moving_step
                moved_in = moving[at : at + cells]
                if inside:
                    for a in range(0, cells, ages):
                        flaws += moved_in[a] != 0.0 and not np.isnan(moved_in[a])
                if has_count:
                    for a in range(cells):
                        came[a] = moved_in[a]
                elif half:
                    for a in range(cells):
                        came[a] = moved_in[a] * now[a]
                if half:
                    if inside:
                        came[0], came[ages] = 0.0, 0.0
                    for a in range(cells):
                        half_moved[a] = came[a] / 2
                    for a in range(cells):
                        now[a] = now[a] + half_moved[a]
                        came[a] = came[a] - half_moved[a]
                exposed_women = 0.0
                if not inside:
                    by_age = fertility_at[area] + t * fertility_step
                    for a in range(ages):
                        rate = fertility[by_age + a]
                        flaws += not rate >= 0.0
                        exposed_women += rate * now[ages + a]
                for a in range(1, cells):
                    base[a] = now[a - 1]
                base[0] = 0.0
                base[ages] = 0.0
                base[ages - 1] += now[ages - 1]
                base[cells - 1] += now[cells - 1]
                if not has_count and not half:
                    for a in range(cells):
                        came[a] = moved_in[a] * base[a]
                if inside:
                    came[0], came[ages] = 0.0, 0.0
                for a in range(cells):
                    live[a] = base[a] * ratio[a]
                at = boys_at[area] + t * boys_step
                boys = boys_per_girl[at]
                flaws += not (boys >= 0.0 and boys <= LARGEST)
                total = 0.0
                if inside:
                    at = fertility_at[area] + t * fertility_step
                    flaws += not fertility[at] >= 0.0
                    for a in range(ages + women[0], ages + women[1]):
                        total += live[a] + came[a]
                    total *= fertility[at]
                    girls = total / (1 + boys)
                    flaws += not (ratio[0] >= SMALLEST and ratio[ages] >= SMALLEST)
                    live[0], live[ages] = total - girls, girls
                    born_boys, born_girls = live[0] / ratio[0], live[ages] / ratio[ages]
                else:
                    for a in range(ages):
                        later = live[ages + a] + came[ages + a] if half else live[ages + a]
                        total += fertility[by_age + a] * later
                    total = width * (exposed_women + total) / 2
                    born_girls = total / (1 + boys)
                    born_boys = total - born_girls
                    live[0], live[ages] = born_boys * ratio[0], born_girls * ratio[ages]
                if components:
                    births[area, t, 0] = born_boys
                    births[area, t, 1] = born_girls
                    dead = deaths[area, t]
                    for a in range(cells):
                        dead[a] = base[a] - live[a]
                    dead[0] = born_boys - live[0]
                    dead[ages] = born_girls - live[ages]
                if has_arrivals:
                    at = arrivals_at[area] + t * arrivals_step
                    more = arrivals[at : at + cells]
                    for a in range(cells):
                        least_arrivals[a] = more[a] if more[a] < least_arrivals[a] else least_arrivals[a]
                    for a in range(cells):
                        came[a] = came[a] + more[a]
                for a in range(cells):
                    now[a] = live[a] + came[a]
                whole = population[area, t + 1]
                for a in range(cells):
                    whole[a] = now[a]
                    least[a] = now[a] if now[a] < least[a] else least[a]
                if components:
                    moved = moves[area, t]
                    for a in range(cells):
                        moved[a] = came[a]
                    if half:
                        for s in range(0, cells, ages):
                            for a in range(s + 1, s + ages):
                                moved[a] += half_moved[a - 1]
                            moved[s + ages - 1] += half_moved[s + ages - 1]
            for a in range(cells):
                # What is not a number once stays one to the end, and no comparison holds for it.
                flaws += not furthest[a] <= 0.5
                flaws += not (least[a] >= 0.0 and now[a] <= LARGEST)
                flaws += not least_arrivals[a] >= 0.0
        return flaws

    return advance_areas
