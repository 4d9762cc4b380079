"""Very many areas over Dask: what a killed run had finished stays, the rest is made, and nothing differs from one run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dask
import numpy as np
import pytest
import xarray as xr
import zarr
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.engines.demography.project import project
from sosei.engines.demography.synthetic_areas import BASE, synthetic_areas
from sosei.planning.population import small_areas
from sosei.planning.population.small_areas import Done, OtherPlanError, Plan, make_block, open_store, stream

PLAN = Plan(areas=119, draws=10, until=2030, seed=7, block=3)
"""Forty blocks, the last of two areas."""
PROGRAM = """
import sys
from pathlib import Path
from sosei.planning.population.small_areas import Plan, stream
def main():
    told = lambda done, of: print(done, flush=True)
    print(stream(Path(sys.argv[1]), Plan(119, 10, 2030, 7, 3), progress=told), flush=True)
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
    assert ended == Done(blocks=40, made=int((~before).sum()))
    assert told[0] == (before.sum(), 40)
    assert told[-1] == (40, 40)
    assert marks(store).all()

    undisturbed = tmp_path / "undisturbed.zarr"
    open_store(undisturbed, PLAN)
    for number in range(PLAN.blocks):
        make_block(os.fspath(undisturbed), PLAN, number)
    one, other = zarr.open_group(store, mode="r"), zarr.open_group(undisturbed, mode="r")
    for name in ("quantiles", "mean"):
        np.testing.assert_array_equal(one[name][:], other[name][:])
    assert stream(store, PLAN) == Done(blocks=40, made=0)


def test_a_store_of_another_plan_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    store = tmp_path / "store.zarr"
    open_store(store, PLAN)
    with pytest.raises(OtherPlanError, match="'seed': 7") as refusal:
        stream(store, Plan(119, 10, 2030, 8, 3))
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


@given(st.integers(1, 9), st.integers(0, 5))
@settings(max_examples=10)
def test_an_area_is_the_same_whatever_block_it_is_in(size: int, seed: int) -> None:
    whole = synthetic_areas(10, 30, draws=4, until=2030, seed=seed)
    parts = [
        synthetic_areas(at, min(at + size, 30), draws=4, until=2030, seed=seed) for at in range(10, 30, size)
    ]
    for number, one in enumerate(whole):
        xr.testing.assert_identical(xr.concat([part[number] for part in parts], "area"), one)


def test_a_store_that_was_killed_while_it_was_begun_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store.zarr"
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            open_store(store, PLAN)
    assert not store.exists()
    assert open_store(store, PLAN).attrs["plan"]["areas"] == PLAN.areas
    assert [each.name for each in tmp_path.iterdir()] == ["store.zarr"]


def test_workers_that_die_over_a_block_are_told_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each worker that takes a block ends at once, as the kernel ends one that takes too much memory."""
    monkeypatch.setattr(small_areas, "make_block", _die)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        pytest.raises(CommandError, match="smaller --block"),
    ):
        words = ["--small-areas", "4", "--draws", "2", "--to", "2025", "--block", "4", "--language", "en"]
        call_command("nation", *words, "--store", os.fspath(tmp_path / "store.zarr"))
    assert not marks(tmp_path / "store.zarr").any()


def _die(_store: str, _plan: Plan, _number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_the_command_streams_to_a_scheduler_and_completes_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from distributed import LocalCluster

    plan = Plan(areas=45, draws=6, until=2030, seed=3, block=10)
    words = [
        "--small-areas",
        "45",
        "--draws",
        "6",
        "--to",
        "2030",
        "--seed",
        "3",
        "--block",
        "10",
        "--language",
        "en",
    ]
    alone, store = tmp_path / "alone.zarr", tmp_path / "store.zarr"
    open_store(alone, plan)
    for number in range(plan.blocks):
        make_block(os.fspath(alone), plan, number)
    open_store(store, plan)
    make_block(os.fspath(store), plan, 2)
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, processes=False) as cluster:
        call_command("nation", *words, "--store", os.fspath(store), "--dask", cluster.scheduler_address)
    assert "5 blocks, 4 of them made now" in capsys.readouterr().out
    one, other = (zarr.open_group(each, mode="r") for each in (store, alone))
    np.testing.assert_array_equal(one["quantiles"][:], other["quantiles"][:])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--draws 5", "--draws 5: it belongs to --small-areas"),
        ("--small-areas 9", "add --store FOLDER"),
        ("--small-areas 0 --store {folder}/s", "--small-areas 0: outside what can be computed"),
        ("--small-areas 9 --store {folder}/s --block 10000", "write at most 2,604"),
        ("--small-areas 9 --store {folder}/s --to 2020", "--to 2020: small areas start from 2020"),
        ("--small-areas 9 --store {folder}/s --to 2033", "multiple of 5"),
        ("--small-areas 9 --store {folder}/none/s", "name a new folder inside one that exists"),
        ("--small-areas 9 --store {folder}/letter.txt", "it is a file"),
    ],
)
def test_an_option_that_cannot_be_used_is_told_and_nothing_is_written(
    tmp_path: Path, words: str, told: str
) -> None:
    (tmp_path / "letter.txt").write_text("大切な文書")
    with pytest.raises(CommandError) as refusal:
        call_command("nation", *words.format(folder=tmp_path).split(), "--language", "en")
    assert told in str(refusal.value)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_an_address_where_nobody_answers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_areas, "ANSWER_SECONDS", 1)
    with pytest.raises(CommandError, match=r"tcp://127\.0\.0\.1:1.*dask scheduler"):
        call_command(
            *[
                "nation",
                "--small-areas",
                "9",
                "--draws",
                "2",
                "--dask",
                "tcp://127.0.0.1:1",
                "--language",
                "en",
            ],
            *("--store", os.fspath(tmp_path / "s")),
        )
