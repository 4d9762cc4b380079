"""Very many small areas with very many draws, block by block over Dask into a Zarr store that a second start completes.

Workers make, project and write a block each; the process that asks holds nothing but which blocks are done. A block
counts as done when its mark is written, after its figures, so that whatever was killed in between is made again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sosei.engines.demography.draws import QUANTILES, SERIES, project_draws
from sosei.engines.demography.errors import Text
from sosei.engines.demography.synthetic_areas import BASE, GROUPS, synthetic_areas

Progress = Callable[[int, int], None]
AT_WORK = 2
"""Blocks handed to each worker at a time: one in work, one waiting."""
ANSWER_SECONDS = 30
MEMORY = 1_000_000_000
"""Bytes that a worker of this machine may take before Dask makes it pause."""
BYTES_A_SHIFT = 24
"""What a worker takes for each area, draw and step of a block: two shifts in single precision, and their copies."""


@dataclass(frozen=True)
class Plan:
    """What a store holds; a store is continued only with the same."""

    areas: int
    draws: int
    until: int
    seed: int
    block: int

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.areas // self.block)

    @property
    def largest_block(self) -> int:
        """Areas a block may have so that it fills no more than half of a worker's memory; at least one."""
        return max(1, MEMORY // 2 // (BYTES_A_SHIFT * self.draws * (len(self.years) - 1)))

    @property
    def years(self) -> list[int]:
        """The base year and the end of each step."""
        return list(range(BASE, self.until + 1, GROUPS.width))


class OtherPlanError(ValueError):
    """The store there was begun with another plan, or is none of ours."""

    def __init__(self, store: Path, held: object, asked: Plan) -> None:
        self.store, self.held, self.asked = store, held, asked
        super().__init__(self.text.en)

    @property
    def text(self) -> Text:
        """What, where and the remedy."""
        asked = asdict(self.asked)
        return Text(
            f"{self.store} holds another run ({self.held}), not {asked}. "
            "Remedy: give the same numbers to continue it, or another folder.",
            f"{self.store} には別の計算（{self.held}）があります。今回の指定: {asked}。"
            "対処: 続けるには同じ数を指定し、新しく始めるには別のフォルダを指定してください。",
        )


class WorkerLostError(RuntimeError):
    """Workers died over a block again and again."""

    def __init__(self, reason: str) -> None:
        self.text = Text(
            f"Workers died while they made a block, most likely for want of memory ({reason}). What was done is kept. "
            "Remedy: give fewer --draws, or begin another folder with a smaller --block.",
            f"ブロックの計算中に、計算するプロセスが何度も止まりました。メモリー不足と思われます（{reason}）。"
            "終わった分は残っています。対処: --draws を減らすか、--block を小さくして別のフォルダで始めてください。",
        )
        super().__init__(self.text.en)


class NoSchedulerError(ValueError):
    """Nobody answers at a Dask address, or no worker stands behind it."""

    def __init__(self, address: str, reason: str) -> None:
        self.text = Text(
            f"No Dask scheduler with a worker answers at {address!r} ({reason}). Remedy: start `dask scheduler` and "
            "`dask worker`, write the address as tcp://HOST:8786, or leave --dask out for this machine's cores.",
            f"{address!r} に、働けるDaskのスケジューラーがありません（{reason}）。"
            "対処: `dask scheduler` と `dask worker` を始めて tcp://ホスト:8786 のように書くか、"
            "--dask を外してこの機械だけで計算してください。",
        )
        super().__init__(self.text.en)


@dataclass(frozen=True)
class Done:
    """How a run ended.

    Attributes:
        blocks: all of the store.
        made: made in this run; the others were there.
    """

    blocks: int
    made: int


def open_store(store: Path, plan: Plan) -> Any:
    """The store of a plan, made where there is none: beside its place first, so that it is there whole or not at all.

    Raises:
        OtherPlanError: there is something else.
    """
    import zarr

    if store.exists() and any(store.iterdir()):
        try:
            group = zarr.open_group(store, mode="r+")
        except (FileNotFoundError, ValueError) as error:
            raise OtherPlanError(store, "Zarr: -", plan) from error
        if group.attrs.get("plan") != asdict(plan):
            raise OtherPlanError(store, group.attrs.get("plan"), plan)
        return group
    begun = store.with_name(f".{store.name}.begun")
    if begun.exists():
        shutil.rmtree(begun)
    group = zarr.create_group(begun)
    years = len(plan.years)
    shape = (plan.areas, years, len(SERIES))
    chunk = (plan.block, years, len(SERIES))
    group.create_array(
        "quantiles",
        shape=(*shape, len(QUANTILES)),
        chunks=(*chunk, len(QUANTILES)),
        dtype="float32",
        dimension_names=("area", "year", "series", "quantile"),
    )
    group.create_array(
        "mean", shape=shape, chunks=chunk, dtype="float32", dimension_names=("area", "year", "series")
    )
    group.create_array("done", shape=(plan.blocks,), chunks=(1,), dtype="bool", dimension_names=("block",))
    for name, values in (("year", plan.years), ("quantile", QUANTILES)):
        group.create_array(name, data=np.asarray(values), dimension_names=(name,))
    group.attrs.update({"series": list(SERIES), "synthetic": True, "plan": asdict(plan)})
    begun.rename(store)
    return zarr.open_group(store, mode="r+")


def make_block(store: str, plan: Plan, number: int) -> int:
    """Makes and writes one block, then its mark; done by a worker."""
    import zarr

    first, last = number * plan.block, min((number + 1) * plan.block, plan.areas)
    people, rates, shifts = synthetic_areas(first, last, draws=plan.draws, until=plan.until, seed=plan.seed)
    told = project_draws(
        people, rates, shifts, until=plan.until, base_year=BASE, precision=np.float32, threads=1
    )
    group = zarr.open_group(store, mode="r+")
    for name in ("quantiles", "mean"):
        group[name][first:last] = told[name].values.astype(np.float32)
    group["done"][number] = True
    return number


def stream(
    store: Path, plan: Plan, *, address: str = "", progress: Progress = lambda _done, _all: None
) -> Done:
    """Makes every block that is not there yet.

    Args:
        store: folder of the Zarr store; workers on other machines must reach it under the same name.
        address: of a Dask scheduler; without one, a cluster of this machine's cores for as long as it takes.
        progress: told blocks done and blocks in all.

    Raises:
        OtherPlanError: the store holds another run; nothing is changed.
        NoSchedulerError: nobody works at the address.
        WorkerLostError: workers died over a block.
    """
    from distributed import KilledWorker, as_completed

    group = open_store(store, plan)
    missing = np.flatnonzero(~group["done"][:]).tolist()
    done = plan.blocks - len(missing)
    progress(done, plan.blocks)
    if not missing:
        return Done(plan.blocks, 0)
    with _client(address) as client:
        waiting = iter(missing)

        def hand_out() -> Any:
            number = next(waiting, None)
            if number is None:
                return None
            return client.submit(make_block, str(store.resolve()), plan, number, pure=False)

        workers = max(1, len(client.scheduler_info()["workers"]))
        handed = [future for _ in range(AT_WORK * workers) if (future := hand_out()) is not None]
        pool = as_completed(handed)
        for future in pool:
            try:
                future.result()
            except KilledWorker as error:
                raise WorkerLostError(str(error.last_worker)) from error
            future.release()
            done += 1
            progress(done, plan.blocks)
            following = hand_out()
            if following is not None:
                pool.add(following)
    return Done(plan.blocks, len(missing))


@contextmanager
def _client(address: str) -> Iterator[Any]:
    from distributed import Client, LocalCluster

    if address:
        try:
            client = Client(address, timeout=ANSWER_SECONDS)
            client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise NoSchedulerError(address, str(error) or type(error).__name__) from error
        with client:
            yield client
        return
    with (
        LocalCluster(
            threads_per_worker=1, memory_limit=MEMORY, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
