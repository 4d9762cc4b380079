"""The compiled loop of the projection: all steps of one area after another, population and components in one pass.

The same arithmetic in the same order as `project._advance`, which stays as the readable form; tests hold the two
together. The loop also looks at every value once: where one is missing or outside what it can mean, it says so, and
`project` asks the readable form, which names the place.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import Any

import numpy as np
import numpy.typing as npt

from sosei.engines.compiled import compiled_numerics
from sosei.engines.demography.dimensions import CHILDBEARING, AgeGroups
from sosei.engines.demography.step_rates import Array, RatesByStep

Offsets = npt.NDArray[np.int64]
LARGEST = 1e300
"""More than any count of persons; beyond it a value is not finite."""
NOTHING = 500
"""Numbers a row of zeros has where there is no array: more than both sexes have ages."""
EACH = 250
"""Areas worth a thread."""


@dataclass(frozen=True)
class Block:
    """An array as the loop reads it: one run of numbers, and where in it each area's first step begins.

    Attributes:
        values: every number, in one dimension.
        offsets: place of the first number of each area (or area and scenario …), shape (areas,).
        step: how far the next step's numbers are.
    """

    values: Array
    offsets: Offsets
    step: int

    @classmethod
    def of(cls, array: Array | None, lead_shape: tuple[int, ...], inner: int) -> Block:
        """`array` with dims (year, lead…, `inner` last ones); read in place wherever its last dims lie together."""
        if array is None:
            return cls(
                np.zeros(NOTHING), np.zeros(int(np.prod(lead_shape, dtype=np.int64)), dtype=np.int64), 0
            )
        full = np.broadcast_to(array, (array.shape[0], *lead_shape, *array.shape[array.ndim - inner :]))
        size = full.itemsize
        together = np.empty(full.shape[full.ndim - inner :], dtype=full.dtype).strides
        lies_well = full.strides[full.ndim - inner :] == together and all(s >= 0 for s in full.strides)
        if not lies_well:
            array = np.ascontiguousarray(array)
            full = np.broadcast_to(array, full.shape)
        strides = [s // size for s in full.strides]
        reach = 1 + sum((n - 1) * s for n, s in zip(full.shape, strides, strict=True))
        run = np.lib.stride_tricks.as_strided(full, (reach,), (size,), writeable=False)
        offsets = np.zeros(lead_shape, dtype=np.int64)
        for axis, (length, stride) in enumerate(zip(lead_shape, strides[1:], strict=False)):
            shape = [1] * len(lead_shape)
            shape[axis] = length
            offsets = offsets + (np.arange(length, dtype=np.int64) * stride).reshape(shape)
        return cls(run, offsets.reshape(-1), strides[0])


@dataclass(frozen=True)
class Outputs:
    """What the loop writes, first dimension the areas; components have no content where they are not asked for."""

    population: Array  # (areas, 1 + steps, sex·age)
    births: Array  # (areas, steps, sex)
    deaths: Array  # (areas, steps, sex·age)
    moves: Array  # (areas, steps, sex·age)

    @classmethod
    def empty(cls, areas: int, steps: int, cells: int, *, components: bool) -> Outputs:
        """Room for a projection; the components share one piece of memory with the population."""
        people = areas * (steps + 1) * cells
        moved = areas * steps * cells if components else 0
        held = np.empty(people + 2 * moved)
        kept = steps if components else 0
        return cls(
            held[:people].reshape(areas, steps + 1, cells),
            np.empty((areas, kept, 2)),
            held[people : people + moved].reshape(areas, kept, cells),
            held[people + moved :].reshape(areas, kept, cells),
        )


def advance_all(
    start: Array,
    inputs: RatesByStep,
    groups: AgeGroups,
    lead_shape: tuple[int, ...],
    *,
    components: bool,
    population: Array | None = None,
) -> Outputs | None:
    """All areas through all steps.

    Args:
        start: persons, shape (lead…, sex, age) or broadcasting to it.
        inputs: the rates; their values need not have been looked at.
        lead_shape: shape of areas, scenarios and what else stands before year, sex and age.
        components: whether births, deaths and net migration are wanted as well.
        population: room for the population, shape (areas, 1 + steps, sex·age), so that none is taken anew.

    Returns:
        Outputs, or None where some value is missing, outside its bounds or leaves fewer than zero people.
    """
    areas, cells = int(np.prod(lead_shape, dtype=np.int64)), 2 * groups.starts.size
    out = Outputs.empty(areas, len(inputs.years), cells, components=components)
    if population is not None:
        out = Outputs(population, out.births, out.deaths, out.moves)
    women = np.searchsorted(groups.starts, CHILDBEARING)
    inside = inputs.ratio is not None
    parts = [
        Block.of(start[np.newaxis], lead_shape, 2),
        Block.of(inputs.survivorship, lead_shape, 2),
        Block.of(inputs.rate if inputs.count is None else inputs.count, lead_shape, 2),
        Block.of(inputs.arrivals, lead_shape, 2),
        Block.of(inputs.ratio, lead_shape, 0) if inside else Block.of(inputs.fertility, lead_shape, 1),
        Block.of(inputs.sex_ratio, lead_shape, 0),
    ]
    told = (
        inputs.count is not None,
        inputs.arrivals is not None,
        inside,
        inputs.timing == "half",
        components,
    )
    flat = [thing for part in parts for thing in (part.values, part.offsets, part.step)]
    numbers = (len(inputs.years), int(women[0]), int(women[1]), groups.width)
    written = (out.population, out.births, out.deaths, out.moves)
    loop = loop_for(groups.starts.size)
    flawed = in_threads(lambda a, b: loop(a, b, *flat, *told, *numbers, *written), areas)
    return None if any(flawed) else out


def in_threads(work: Callable[[int, int], Any], areas: int, threads: int | None = None) -> list[Any]:
    """`work(first, last)` for parts of the areas side by side, this thread taking the first."""
    threads = threads or max(1, min(os.cpu_count() or 1, areas // EACH))
    cuts = [areas * i // threads for i in range(threads + 1)]
    results: list[Any] = [None] * threads
    failed: list[BaseException] = []

    def run(part: int) -> None:
        try:
            results[part] = work(cuts[part], cuts[part + 1])
        except BaseException as error:
            failed.append(error)

    others = [Thread(target=run, args=(part,)) for part in range(1, threads)]
    for one in others:
        one.start()
    run(0)
    for one in others:
        one.join()
    if failed:
        raise failed[0]
    return results


@cache
def loop_for(ages: int) -> Any:
    """The compiled loop for so many age groups: a number the compiler knows is a loop it can unroll.

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
        steps: int,
        from_age: int,
        to_age: int,
        width: int,
        population: Array,
        births: Array,
        deaths: Array,
        moves: Array,
    ) -> int:
        """The areas `first` to `last` - 1; returns how many places hold what cannot be."""
        flaws = 0
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
                flaws += not boys >= 0.0
                total = 0.0
                if inside:
                    at = fertility_at[area] + t * fertility_step
                    flaws += not fertility[at] >= 0.0
                    for a in range(ages + from_age, ages + to_age):
                        total += live[a] + came[a]
                    total *= fertility[at]
                    girls = total / (1 + boys)
                    flaws += not (ratio[0] > 0.0 and ratio[ages] > 0.0)
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
