"""All areas through all steps by a compiled loop: how arrays are handed to it, and parts of the areas side by side.

The same arithmetic in the same order as `project._advance`, which stays as the readable form; tests hold the two
together. The loop also looks at every value once: where one is missing or outside what it can mean, it says so, and
`project` asks the readable form, which names the place.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Any

import numpy as np

from sosei.engines.demography.dimensions import CHILDBEARING, AgeGroups
from sosei.engines.demography.kernel_loops import Offsets, loop_for, official_loop_for
from sosei.engines.demography.step_rates import Array, RatesByStep

NOTHING = 500
"""Numbers a row of zeros has where there is no array: more than both sexes have ages."""
EACH = 250
"""Areas worth a thread."""
PARTS = 6
"""Parts of the areas for each thread."""


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

    @classmethod
    def around(cls, population: Array) -> Outputs:
        """Room for the population alone, which is there already: (areas, 1 + steps, sex·age), contiguous."""
        none = np.empty((population.shape[0], 0, 2))
        return cls(population, none, none, none)


@dataclass(frozen=True)
class Prepared:
    """A loop with the arrays it reads, ready to run as often as wanted; changed numbers in the arrays are seen."""

    loop: Callable[..., int]
    arguments: tuple[Any, ...]
    areas: int
    steps: int
    cells: int
    components: bool

    def run(self, room: Outputs | None = None) -> Outputs | None:
        """All areas through all steps, into `room` or new one.

        Returns:
            Outputs, or None where some value is missing, outside its bounds or leaves fewer than zero people.
        """
        out = room or Outputs.empty(self.areas, self.steps, self.cells, components=self.components)
        written = (out.population, out.births, out.deaths, out.moves)
        flawed = in_threads(lambda first, last: self.loop(first, last, *self.arguments, *written), self.areas)
        return None if any(flawed) else out


def prepare(
    start: Array, inputs: RatesByStep, groups: AgeGroups, lead_shape: tuple[int, ...], *, components: bool
) -> Prepared:
    """The loop for these arrays.

    Args:
        start: persons, shape (lead…, sex, age) or broadcasting to it.
        inputs: the rates; their values need not have been looked at.
        lead_shape: shape of areas, scenarios and what else stands before year, sex and age.
        components: whether births, deaths and net migration are wanted as well.
    """
    areas, cells = int(np.prod(lead_shape, dtype=np.int64)), 2 * groups.starts.size
    moving = Block.of(inputs.rate if inputs.count is None else inputs.count, lead_shape, 2)
    survivorship = Block.of(inputs.survivorship, lead_shape, 2)
    people = Block.of(start[np.newaxis], lead_shape, 2)
    boys = Block.of(inputs.sex_ratio, lead_shape, 0)
    women = tuple(int(i) for i in np.searchsorted(groups.starts, CHILDBEARING))
    plain = inputs.timing == "end" and inputs.count is None and inputs.arrivals is None
    arguments: tuple[Any, ...]
    if inputs.ratio is not None and plain and survivorship.step == moving.step == cells:
        loop = official_loop_for(groups.starts.size, components)
        ratio = Block.of(inputs.ratio, lead_shape, 0)
        arguments = (*flat(people, survivorship, moving, ratio, boys), women)
    else:
        loop = loop_for(groups.starts.size)
        inside = inputs.ratio is not None
        arrivals = Block.of(inputs.arrivals, lead_shape, 2)
        children = (
            Block.of(inputs.ratio, lead_shape, 0) if inside else Block.of(inputs.fertility, lead_shape, 1)
        )
        told = (
            inputs.count is not None,
            inputs.arrivals is not None,
            inside,
            inputs.timing == "half",
            components,
        )
        blocks = flat(people, survivorship, moving, arrivals, children, boys)
        arguments = (*blocks, *told, women, groups.width)
    return Prepared(loop, arguments, areas, len(inputs.years), cells, components)


def flat(*blocks: Block) -> tuple[Any, ...]:
    """The blocks' numbers, places and steps one after another, as the loops take them."""
    return tuple(thing for block in blocks for thing in (block.values, block.offsets, block.step))


def in_threads(work: Callable[[int, int], Any], areas: int, threads: int | None = None) -> list[Any]:
    """`work(first, last)` for parts of the areas side by side, this thread taking parts too.

    Parts are taken one after another by whoever is free: another core may be slow to wake up, or busy.
    """
    threads = threads or max(1, min(os.cpu_count() or 1, areas // EACH))
    parts = 1 if threads == 1 else min(PARTS * threads, areas)
    cuts = [areas * i // parts for i in range(parts + 1)]
    results: list[Any] = [None] * parts
    failed: list[BaseException] = []
    waiting = iter(range(parts))

    def run() -> None:
        try:
            while not failed and (part := next(waiting, None)) is not None:
                results[part] = work(cuts[part], cuts[part + 1])
        except BaseException as error:
            failed.append(error)

    others = [Thread(target=run) for _ in range(1, threads)]
    for one in others:
        one.start()
    run()
    for one in others:
        one.join()
    if failed:
        raise failed[0]
    return results
