"""The compiled loop beside the readable steps: the same people, births, deaths and moves, and the same errors."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.engines.demography import kernel
from sosei.engines.demography.dimensions import SEXES
from sosei.engines.demography.errors import DemographyError, ShapeError
from sosei.engines.demography.project import Projection, project, project_population
from tests.engines.worlds import BASE

steps_module = importlib.import_module("sosei.engines.demography.project")
World = tuple[xr.DataArray, xr.Dataset, dict[str, object]]
AGES = np.arange(0, 95, 5)
TIMES = 3


@st.composite
def many_areas(draw: st.DrawFn) -> World:
    """40 areas and perhaps 2 scenarios, every rate with or without each of these dims, in any order of dims."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    closure = draw(st.sampled_from(["child_woman_ratio", "fertility_rate"]))
    timing = draw(st.sampled_from(["end", "half"]))
    moving = draw(st.sampled_from(["net_migration_rate", "net_migration", ""]))
    sizes = {"area": 40, "scenario": 2, "year": TIMES, "sex": 2, "age": AGES.size}
    labels = {
        "area": [f"{i:05d}" for i in range(40)],
        "scenario": ["a", "b"],
        "year": [BASE + 5 * (i + 1) for i in range(TIMES)],
        "sex": list(SEXES),
        "age": AGES,
    }

    def some(low: float, high: float, *inner: str) -> xr.DataArray:
        lead = [d for d in ("area", "scenario") if draw(st.booleans())]
        dims = draw(st.permutations([*lead, "year", *inner]))
        values = chance.uniform(low, high, [sizes[d] for d in dims])
        return xr.DataArray(values, dims=dims, coords={d: labels[d] for d in dims})

    data = {"survivorship": some(0.4, 1, "sex", "age")}
    if moving == "net_migration_rate":
        data[moving] = some(-0.1 if timing == "end" else 0, 0.3, "sex", "age")
    if moving == "net_migration":
        data[moving] = some(0, 50, "sex", "age")
    if draw(st.booleans()):
        data["arrivals"] = some(0, 20, "sex", "age")
    if closure == "child_woman_ratio":
        data["child_woman_ratio"], data["sex_ratio_0_4"] = some(0.05, 0.4), some(0.9, 1.2)
        if moving:
            data[moving] = data[moving].where(data[moving]["age"] > 0)
    else:
        data["fertility_rate"], data["sex_ratio_at_birth"] = some(0, 0.05, "age"), some(0.9, 1.2)
    people = xr.DataArray(
        chance.uniform(500, 5000, (40, 2, AGES.size)),
        dims=("area", "sex", "age"),
        coords={d: labels[d] for d in ("area", "sex", "age")},
        name="population",
    )
    options = {
        "until": labels["year"][-1],
        "base_year": BASE,
        "closure": closure,
        "migration_timing": timing,
    }
    return people, xr.Dataset(data), options


def in_steps(monkeypatch: pytest.MonkeyPatch, world: World) -> Projection:
    """The same by the readable form."""
    people, rates, options = world
    with monkeypatch.context() as patched:
        patched.setattr(steps_module, "MANY", sys.maxsize)
        return project(people, rates, **options)


def same(one: Projection, other: Projection) -> None:
    """To 1e-12 of each number; deaths and moves, which are differences, of the people they are counted among."""
    for name in ("population", "births", "deaths", "net_migration"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.dims == theirs.dims
        xr.testing.assert_allclose(mine.coords.to_dataset(), theirs.coords.to_dataset())
        among = theirs if name in ("population", "births") else _those_there(other)
        assert (abs(mine - theirs) <= 1e-12 * abs(among)).all()


def _those_there(run: Projection) -> xr.DataArray:
    """People of the cohort at the start of the step or at its end, and births among the youngest."""
    start = run.population.isel(year=slice(None, -1)).assign_coords(year=run.population["year"][1:])
    older = start.shift(age=1, fill_value=0) + start.where(start["age"] == AGES[-1], 0)
    births = run.births.expand_dims(age=AGES).where(lambda b: b["age"] == 0, 0)
    return older + births + run.population.isel(year=slice(1, None)) + abs(run.net_migration)


@given(world=many_areas())
@settings(max_examples=60)
def test_the_loop_gives_what_the_steps_give_whatever_the_dims_and_the_closure(world: World) -> None:
    people, rates, options = world
    patch = pytest.MonkeyPatch()
    expected = in_steps(patch, world)
    same(project(people, rates, **options), expected)
    alone = project_population(people, rates, **options)
    xr.testing.assert_allclose(alone, expected.population, rtol=1e-12)
    assert alone.dims == expected.population.dims


@pytest.mark.parametrize("order", [("area", "year"), ("year", "area")])
def test_the_official_closure_gives_what_the_steps_give_wherever_its_years_lie(
    order: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    people, rates, options = national(400)
    rates = rates.transpose(*order, "sex", "age").map(lambda each: each.copy(data=each.values.copy()))
    same(project(people, rates, **options), in_steps(monkeypatch, (people, rates, options)))


def test_the_official_closure_says_the_same_before_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    world = people, rates, options = national(40)
    expected = in_steps(monkeypatch, world)
    plain = {kept: kernel.official_loop_for(AGES.size, kept).py_func for kept in (True, False)}
    monkeypatch.setattr(kernel, "official_loop_for", lambda _ages, components: plain[components])
    same(project(people, rates, **options), expected)
    xr.testing.assert_allclose(project_population(people, rates, **options), expected.population, rtol=1e-12)


@given(world=many_areas())
@settings(max_examples=10)
def test_the_loop_says_the_same_before_it_is_compiled(world: World) -> None:
    people, rates, options = world
    patch = pytest.MonkeyPatch()
    expected = in_steps(patch, world)
    with patch.context() as patched:
        any_loop = kernel.loop_for(AGES.size).py_func
        patched.setattr(kernel, "loop_for", lambda _ages: any_loop)
        official = kernel.official_loop_for(AGES.size, True).py_func
        patched.setattr(kernel, "official_loop_for", lambda _ages, _components: official)
        same(project(people, rates, **options), expected)


def national(areas: int) -> World:
    chance = np.random.default_rng(5)
    codes = [f"{i:05d}" for i in range(areas)]
    labels = {"area": codes, "year": [2020, 2025], "sex": list(SEXES), "age": AGES}
    shape = (areas, 2, 2, AGES.size)
    dims = ("area", "year", "sex", "age")
    migration = chance.uniform(-0.1, 0.1, shape)
    migration[..., 0] = np.nan
    rates = xr.Dataset(
        {
            "survivorship": (dims, chance.uniform(0.5, 1, shape)),
            "net_migration_rate": (dims, migration),
            "child_woman_ratio": (dims[:2], chance.uniform(0.1, 0.3, (areas, 2))),
            "sex_ratio_0_4": (dims[:2], np.full((areas, 2), 1.05)),
        },
        coords=labels,
    )
    people = xr.DataArray(
        chance.uniform(10, 500, (areas, 2, AGES.size)),
        dims=("area", "sex", "age"),
        coords={d: labels[d] for d in ("area", "sex", "age")},
        name="population",
    )
    return people, rates, {"until": 2025, "base_year": BASE, "closure": "child_woman_ratio"}


Harm = Callable[[xr.DataArray, xr.Dataset], None]


def put(name: str, value: float, **where: int) -> Harm:
    def harm(people: xr.DataArray, rates: xr.Dataset) -> None:
        target = people if name == "population" else rates[name]
        target[where] = value

    return harm


@pytest.mark.parametrize(
    "harm",
    [
        put("population", -1.0, area=7, sex=0, age=3),
        put("population", np.nan, area=7, sex=0, age=3),
        put("survivorship", 1.01, area=599, year=1, sex=1, age=18),
        put("survivorship", -0.01, area=0, year=0, sex=0, age=5),
        put("survivorship", np.nan, area=3, year=1, sex=0, age=5),
        put("survivorship", 0.0, area=3, year=1, sex=0, age=0),
        put("net_migration_rate", np.nan, area=300, year=1, sex=0, age=9),
        put("net_migration_rate", np.inf, area=300, year=1, sex=0, age=9),
        put("net_migration_rate", -1.5, area=300, year=0, sex=1, age=9),
        put("net_migration_rate", 0.2, area=300, year=0, sex=1, age=0),
        put("child_woman_ratio", -0.1, area=12, year=1),
        put("child_woman_ratio", np.nan, area=12, year=0),
        put("sex_ratio_0_4", -1.0, area=12, year=1),
        put("sex_ratio_0_4", np.inf, area=12, year=1),
        put("survivorship", 1e-320, area=3, year=1, sex=1, age=0),
        put("survivorship", 1.2, area=3, year=0, sex=0, age=0),
    ],
)
def test_a_wrong_value_anywhere_is_told_with_its_place_as_the_steps_tell_it(
    harm: Harm, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, rates, options = national(600)
    harm(people, rates)
    with pytest.raises(DemographyError) as in_the_loop:
        project(people, rates, **options)
    with pytest.raises(DemographyError) as step_by_step:
        in_steps(monkeypatch, (people, rates, options))
    with pytest.raises(DemographyError) as population_alone:
        project_population(people, rates, **options)
    assert str(in_the_loop.value) == str(step_by_step.value) == str(population_alone.value)
    assert "area" in in_the_loop.value.where


def test_parts_of_the_areas_side_by_side_give_what_one_after_another_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people, rates, options = national(1100)
    monkeypatch.setattr(kernel, "EACH", sys.maxsize)
    alone = project(people, rates, **options)
    monkeypatch.setattr(kernel, "EACH", 100)
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    same(project(people, rates, **options), alone)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_an_error_in_one_part_is_not_lost(threads: int) -> None:
    def work(first: int, last: int) -> None:
        if last == 1000:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kernel.in_threads(work, 1000, threads)


@given(st.integers(1, 3000), st.integers(1, 9))
def test_every_area_is_in_exactly_one_part(areas: int, threads: int) -> None:
    seen = np.zeros(areas, dtype=int)

    def work(first: int, last: int) -> None:
        seen[first:last] += 1

    kernel.in_threads(work, areas, threads)
    assert (seen == 1).all()


def test_the_population_alone_may_be_written_into_room_that_is_there() -> None:
    people, rates, options = national(50)
    room = np.empty((50, 3, 38))
    result = project_population(people, rates, out=room, **options)
    assert np.shares_memory(result.values, room)
    xr.testing.assert_allclose(result, project(people, rates, **options).population, rtol=1e-12)


@pytest.mark.parametrize(
    "room",
    [
        np.zeros((49, 3, 38)),
        np.zeros((50, 2, 38)),
        np.zeros((50, 3, 2, 19)),
        np.zeros((50, 3, 38), dtype=np.float32),
        np.zeros((50, 3, 76))[:, :, ::2],
    ],
)
def test_room_that_the_population_does_not_fit_into_is_refused_and_left_alone(room: np.ndarray) -> None:
    people, rates, options = national(50)
    with pytest.raises(ShapeError, match=r"\(50, 3, 38\) float64"):
        project_population(people, rates, out=room, **options)
    assert not room.any()


def test_a_second_process_takes_the_loop_as_it_was_kept(tmp_path: Path) -> None:
    code = (
        "from tests.engines.test_kernel import national, project, kernel\n"
        "people, rates, options = national(64)\n"
        "project(people, rates, **options)\n"
        "print(sum(kernel.official_loop_for(19, True).stats.cache_hits.values()))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _ in range(2)
    ]
    assert told == ["0", "1"]
