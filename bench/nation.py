"""Figures of projecting a whole nation: the compiled loop against moving its bytes, and draws against projecting alone.

What must be moved is what is read once (people at the base, every rate) and written once (people of every step, and
the components where they are wanted). The yardstick moves just as many bytes by one `np.copyto`, half of them read and
half written, between arrays that are there already, as the loop's are.
"""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import xarray as xr

from bench.harness import figure, time_ratio
from sosei.engines import demography
from sosei.engines.demography import kernel
from sosei.engines.demography.draws import QUANTILES, project_draws
from sosei.engines.demography.step_rates import RatesByStep

BASE, STEPS, GROUPS = 2015, 9, 19
MUNICIPALITIES, SMALL_AREAS, DRAWS = 1741, 217_000, 1000
YEARS = [BASE + 5 * (i + 1) for i in range(STEPS)]
LOOPED = 60
"""Municipalities of which the slow loop is timed; its time grows with their number."""


@cache
def nation(areas: int) -> tuple[xr.DataArray, xr.Dataset]:
    """A made-up nation of so many areas, each with rates of its own."""
    chance = np.random.default_rng(47)
    labels = {
        "area": np.arange(areas),
        "year": YEARS,
        "sex": list(demography.SEXES),
        "age": range(0, 5 * GROUPS, 5),
    }
    cells = (2, GROUPS)
    people = xr.DataArray(
        chance.uniform(100, 1000, (areas, *cells)),
        dims=("area", "sex", "age"),
        coords={d: labels[d] for d in ("area", "sex", "age")},
        name="population",
    )
    dims = ("area", "year", "sex", "age")
    migration = chance.uniform(-0.1, 0.1, (areas, STEPS, *cells))
    migration[..., 0] = 0
    rates = xr.Dataset(
        {
            "survivorship": (dims, chance.uniform(0.5, 1, (areas, STEPS, *cells))),
            "net_migration_rate": (dims, migration),
            "child_woman_ratio": (dims[:2], chance.uniform(0.1, 0.3, (areas, STEPS))),
            "sex_ratio_0_4": (dims[:2], np.full((areas, STEPS), 1.05)),
        },
        coords=labels,
    )
    return people, rates


def prepared(areas: int) -> kernel.Prepared:
    """The loop with its arrays, components and all."""
    people, rates = nation(areas)
    groups = demography.AgeGroups.of(people)
    inputs = RatesByStep(rates, groups, ("area",), YEARS, "child_woman_ratio", "end", look=False)
    return kernel.prepare(people.values, inputs, groups, (areas,), components=True)


def bytes_of(areas: int, *, components: bool) -> int:
    """Bytes that are read once or written once."""
    people, rates = nation(areas)
    cell = people.nbytes
    written = cell * (1 + STEPS) + (2 * cell * STEPS + 16 * areas * STEPS if components else 0)
    return cell + int(rates.nbytes) + written


def copying(bytes_moved: int) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays between which one copy moves so many bytes."""
    return np.zeros(bytes_moved // 16), np.ones(bytes_moved // 16)


def one_municipality(area: int) -> tuple[np.ndarray, ...]:
    """The steps of one municipality with NumPy, components and all, without labels or checks."""
    people, rates = nation(MUNICIPALITIES)
    now = people.values[area]
    survivorship, migration = rates["survivorship"].values[area], rates["net_migration_rate"].values[area]
    ratio, boys = rates["child_woman_ratio"].values[area], rates["sex_ratio_0_4"].values[area]
    everyone, births, deaths, moves = [now], [], [], []
    for i in range(STEPS):
        base = np.zeros_like(now)
        base[:, 1:] = now[:, :-1]
        base[:, -1] += now[:, -1]
        survivors, moved = base * survivorship[i], base * migration[i]
        now = survivors + moved
        children = ratio[i] * now[1, 3:10].sum()
        girls = children / (1 + boys[i])
        newborn = np.array([children - girls, girls])
        born = newborn / survivorship[i, :, 0]
        now[:, 0] = newborn
        died = base - survivors
        died[:, 0] = born - newborn
        moved[:, 0] = 0
        everyone.append(now)
        births.append(born)
        deaths.append(died)
        moves.append(moved)
    return np.array(everyone), np.array(births), np.array(deaths), np.array(moves)


@figure("1,741 municipalities with components / moving their bytes", at_most=1.5)
def nation_against_its_bytes() -> float:
    """Nine steps of every municipality in memory that is there, against one copy of as many bytes."""
    ready = prepared(MUNICIPALITIES)
    room = ready.run()
    assert room is not None
    ours, theirs = copying(bytes_of(MUNICIPALITIES, components=True))
    return time_ratio(lambda: ready.run(room), lambda: np.copyto(ours, theirs), rounds=61)


@figure("per-municipality NumPy loop / 1,741 municipalities with components", at_least=200)
def nation_against_a_loop() -> float:
    """The same figures by a Python loop over municipalities, of which a part is timed."""
    ready = prepared(MUNICIPALITIES)
    done = ready.run()
    assert done is not None
    for area in (0, MUNICIPALITIES - 1):
        everyone, _births, deaths, _moves = one_municipality(area)
        np.testing.assert_allclose(done.population[area], everyone.reshape(1 + STEPS, -1), rtol=1e-12)
        np.testing.assert_allclose(done.deaths[area], deaths.reshape(STEPS, -1), rtol=1e-9)

    def loop() -> None:
        for area in range(LOOPED):
            one_municipality(area)

    # Into room that is there: the loop's small arrays are its own room, taken and given back.
    part = time_ratio(loop, lambda: ready.run(done), rounds=31)
    return part * MUNICIPALITIES / LOOPED


@figure("1,741 municipalities with labels, checks and components / without labels", at_most=12)
def labels_of_a_nation() -> float:
    """What `project()` adds to the bare loop: reading, joining and writing labels, which takes the same for any size."""
    people, rates = nation(MUNICIPALITIES)
    ready = prepared(MUNICIPALITIES)
    return time_ratio(
        lambda: demography.project(
            people, rates, until=YEARS[-1], base_year=BASE, closure="child_woman_ratio"
        ),
        ready.run,
        rounds=31,
    )


@figure("217,000 areas, population only / moving their bytes", at_most=1.3)
def small_areas_against_their_bytes() -> float:
    """Nine steps of 217,000 small areas into room that is there, against one copy of as many bytes."""
    people, rates = nation(SMALL_AREAS)
    room = np.zeros((SMALL_AREAS, 1 + STEPS, 2 * GROUPS))
    ours, theirs = copying(bytes_of(SMALL_AREAS, components=False))

    def population() -> xr.DataArray:
        return demography.project_population(
            people, rates, until=YEARS[-1], base_year=BASE, closure="child_woman_ratio", out=room
        )

    ratio = time_ratio(population, lambda: np.copyto(ours, theirs), rounds=9)
    nation.cache_clear()
    return ratio


@cache
def shifts() -> xr.Dataset:
    """Draws of all municipalities, one that lasts and one of each step."""
    people, _rates = nation(MUNICIPALITIES)
    chance = np.random.default_rng(48)
    shape = (MUNICIPALITIES, DRAWS, STEPS)
    made = {
        name: (("area", "draw", "year"), chance.normal(0, 0.03, shape).astype(np.float32))
        for name in ("cohort_change", "child_woman_ratio")
    }
    return xr.Dataset(made, coords={"area": people["area"].values, "year": YEARS})


def drawn(quantiles: tuple[float, ...], threads: int | None = None) -> xr.Dataset:
    """1,000 draws of every municipality, in single precision."""
    people, rates = nation(MUNICIPALITIES)
    return project_draws(
        people,
        rates,
        shifts(),
        until=YEARS[-1],
        base_year=BASE,
        quantiles=quantiles,
        precision=np.float32,
        threads=threads,
    )


@figure("1,741 x 1,000 draws with five quantiles / projecting alone in one thread", at_most=6)
def draws_against_projecting() -> float:
    """Quantiles of total and three age groups on all cores, against the same draws without quantiles on one."""
    return time_ratio(lambda: drawn(QUANTILES), lambda: drawn((), threads=1), rounds=5)


@figure("memory of these draws, whole process / 2 GB", at_most=1)
def memory_of_draws() -> float:
    """Largest memory of a process that does nothing else, its made-up nation and the draws' shifts included."""
    told = subprocess.run(
        [sys.executable, "-c", "from bench.nation import largest_memory; print(largest_memory())"],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(told.stdout) / 2e9


def largest_memory() -> int:
    """Bytes, after the draws of a nation."""
    drawn(QUANTILES)
    # Not getrusage: a child's figure begins with that of the process that started it.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak is not None
    return int(peak[1]) * 1024
