"""Very many areas over Dask: what a killed run had finished stays, the rest is made, and nothing differs from one run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zarr

from sosei.engines.demography.project import project
from sosei.engines.demography.synthetic_areas import BASE, synthetic_areas
from sosei.planning.population.small_areas import Done, OtherPlanError, Plan, make_block, open_store, stream

PLAN = Plan(areas=90, draws=10, until=2030, seed=7, block=1)
PROGRAM = """
import sys
from pathlib import Path
from sosei.planning.population.small_areas import Plan, stream
def main():
    told = lambda done, of: print(done, flush=True)
    print(stream(Path(sys.argv[1]), Plan(90, 10, 2030, 7, 1), progress=told), flush=True)
if __name__ == "__main__":
    main()
"""


@pytest.fixture
def started(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    process = subprocess.Popen(
        [sys.executable, os.fspath(program), os.fspath(tmp_path / "store.zarr")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def marks(store: Path) -> np.ndarray:
    return zarr.open_group(store, mode="r")["done"][:]


def test_a_run_killed_in_the_middle_is_completed_by_the_next_and_equals_an_undisturbed_one(
    tmp_path: Path, started: subprocess.Popen[str]
) -> None:
    store = tmp_path / "store.zarr"
    assert started.stdout is not None
    for line in started.stdout:
        if int(line) >= 5:
            break
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()
    before = marks(store)
    assert 5 <= before.sum() < PLAN.blocks

    told: list[tuple[int, int]] = []
    ended = stream(store, PLAN, progress=lambda done, of: told.append((done, of)))
    assert ended == Done(blocks=90, made=int((~before).sum()))
    assert told[0] == (before.sum(), 90)
    assert told[-1] == (90, 90)
    assert marks(store).all()

    undisturbed = tmp_path / "undisturbed.zarr"
    open_store(undisturbed, PLAN)
    for number in range(PLAN.blocks):
        make_block(os.fspath(undisturbed), PLAN, number)
    one, other = zarr.open_group(store, mode="r"), zarr.open_group(undisturbed, mode="r")
    for name in ("quantiles", "mean"):
        np.testing.assert_array_equal(one[name][:], other[name][:])
    assert stream(store, PLAN) == Done(blocks=90, made=0)


def test_a_store_of_another_plan_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    store = tmp_path / "store.zarr"
    open_store(store, PLAN)
    with pytest.raises(OtherPlanError, match="'seed': 7") as refusal:
        stream(store, Plan(90, 10, 2030, 8, 1))
    assert "別のフォルダ" in refusal.value.text.ja
    assert not marks(store).any()


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("大切な文書")
    with pytest.raises(OtherPlanError):
        open_store(tmp_path, PLAN)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_made_up_areas_are_the_same_for_the_same_seed_and_lose_nobody() -> None:
    people, rates, shifts = synthetic_areas(40, 80, draws=3, until=2040, seed=1)
    again, _rates, same = synthetic_areas(40, 80, draws=3, until=2040, seed=1)
    other, _rates, _shifts = synthetic_areas(40, 80, draws=3, until=2040, seed=2)
    assert people.identical(again)
    assert shifts.identical(same)
    assert not people.identical(other)
    result = project(people, rates, until=2040, base_year=BASE, closure="child_woman_ratio")
    assert result.check_balance() <= 1e-9
    assert 100 < float(people.sum(("sex", "age")).mean()) < 2000
