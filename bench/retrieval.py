"""Figures of the retrieval engine, on an invented population of the size of the country's spot workers.

1.8 million workers and 50,000 postings; `BENCH_SIZE=small` takes a twentieth of both, for a quick look: its ratios are
not those that must hold. The yardstick of a search is the plain one: every row, one thread, no blocks, the same
filters in the same compiled form. The yardstick of a pass is the sum over all bytes of the rows.
"""

from __future__ import annotations

import os
from functools import cache
from time import perf_counter, thread_time

import numba
import numpy as np

from bench.harness import figure
from sosei.engines.matching import retrieval
from sosei.engines.matching.retrieval.filters import is_settled, passes_alone, passes_pairs
from sosei.engines.matching.retrieval.scans import empty_top, offer
from sosei.engines.matching.retrieval.score import points

SMALL = os.environ.get("BENCH_SIZE", "") == "small"
WORKERS, POSTINGS = (90_000, 2_500) if SMALL else (1_800_000, 50_000)
TODAY, YEAR = 20_600, 365
WEIGHTS = retrieval.Weights()
LIST, PAGE = 15, 20


@cache
def towns() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Latitude, longitude, and how much of the people and of the work is there."""
    random = np.random.default_rng(47)
    along, count = random.random(1_700), 1_700
    lat = 31.3e6 + along * 12.4e6 + random.normal(0, 0.5e6, count)
    lon = 130.5e6 + along**0.8 * 12.0e6 + random.normal(0, 0.7e6, count)
    people, work = random.lognormal(0, 1.8, count), random.lognormal(0, 1.0, count)
    return lat, lon, people / people.sum(), work / work.sum()


def places(random: np.random.Generator, count: int, share: np.ndarray) -> dict[str, np.ndarray]:
    """Coordinates around the towns."""
    lat, lon, *_ = towns()
    town = random.choice(len(lat), count, p=share)
    return {
        "lat": np.rint(lat[town] + random.normal(0, 40_000, count)).astype(np.int64),
        "lon": np.rint(lon[town] + random.normal(0, 50_000, count)).astype(np.int64),
    }


def masks(random: np.random.Generator, count: int, of: int, chance: float) -> np.ndarray:
    """Bit masks of `of` bits, each set by chance."""
    return ((random.random((count, of)) < chance) << np.arange(of)).sum(axis=1)


@cache
def postings() -> retrieval.Postings:
    """A year of postings of 1 to 14 days; three in ten with beds."""
    random = np.random.default_rng(1)
    n = POSTINGS
    start = TODAY + random.integers(0, YEAR, n)
    return retrieval.Postings.from_columns(
        {
            "id": np.arange(1, n + 1),
            "start_day": start,
            "end_day": start + np.minimum(random.geometric(0.25, n), 14),
            "minutes_per_day": random.choice([180, 240, 360, 420, 480], n, p=[0.1, 0.25, 0.25, 0.2, 0.2]),
            "wage": 1_094 + random.integers(0, 40, n) * 10,
            "places": random.geometric(0.3, n),
            "licences": np.where(random.random(n) < 0.15, 1 << random.integers(0, 12, n), 0),
            "skills": masks(random, n, 24, 0.08),
            "night": random.random(n) < 0.08,
            "beds": np.where(random.random(n) < 0.3, random.geometric(0.4, n), 0),
            "meals": random.integers(0, 8, n),
            "half_days": random.integers(0, 8, n),
            "desk": random.random(n) < 0.1,
            "kind": random.integers(0, 20, n),
            **places(random, n, towns()[3]),
        }
    )


@cache
def workers() -> retrieval.Workers:
    """Workers with one to three windows of some days to some weeks; four in ten would sleep at the place."""
    random = np.random.default_rng(2)
    n = WORKERS
    count = random.choice([0, 1, 2, 3], n, p=[0.04, 0.56, 0.25, 0.15])
    offsets = np.concatenate([[0], np.cumsum(count)])
    starts = TODAY + random.integers(-10, YEAR, offsets[-1])
    busy = np.where(random.random(n) < 0.2, 1, 0)
    busy_offsets = np.concatenate([[0], np.cumsum(busy)])
    return retrieval.Workers.from_columns(
        {
            "id": np.arange(1, n + 1),
            "birth": random.integers(1950, 2012, n) * 10_000 + random.integers(1, 13, n) * 100 + 15,
            "max_distance": random.choice([5_000, 10_000, 20_000, 30_000, 60_000], n),
            "weekly_minutes": random.choice([1_200, 2_340, 2_400], n, p=[0.3, 0.5, 0.2]),
            "licences": masks(random, n, 12, 0.1),
            "skills": masks(random, n, 24, 0.15),
            "lodging": random.choice([0, 1, 2], n, p=[0.6, 0.25, 0.15]),
            "kinds": masks(random, n, 20, 0.1),
            "wage_wish": np.where(random.random(n) < 0.5, 1_094 + random.integers(0, 30, n) * 10, 0),
            "half_days": np.where(random.random(n) < 0.3, random.integers(1, 8, n), 0),
            "desk": random.random(n) < 0.1,
            **places(random, n, towns()[2]),
        },
        window_offsets=offsets,
        window_starts=starts,
        window_ends=starts + 1 + random.geometric(0.06, offsets[-1]),
        busy_offsets=busy_offsets,
        busy_weeks=(TODAY + random.integers(0, YEAR, busy_offsets[-1])) // 7,
        busy_minutes=random.integers(120, 1_500, busy_offsets[-1]),
    )


@numba.njit(nogil=True)
def plain_scan(one, postings, today, weights, top):  # type: ignore[no-untyped-def]
    """The best postings of one worker by looking at every posting."""
    worker, settled = one.rows[0], is_settled(one.rows[0])
    first, second, weeks, minutes = one.windows.first, one.windows.second, one.busy.first, one.busy.second
    rows = postings.rows
    for i in range(len(rows)):
        posting = rows[i]
        if passes_alone(worker, posting, today) and (
            settled or passes_pairs(worker, posting, first, second, 0, weeks, minutes, 0)
        ):
            offer(top, points(worker, posting, weights), posting["id"], 0, i)


@numba.njit(nogil=True)
def pass_over(words):  # type: ignore[no-untyped-def]
    """Every byte read once."""
    total = 0
    for i in range(len(words)):
        total += words[i]
    return total


def seconds_of_a_pass() -> float:
    """The middle one of some passes over the rows of all workers."""
    rows = workers().snapshot.large.rows
    words = np.frombuffer(rows.tobytes()[: rows.nbytes // 8 * 8], np.int64)
    pass_over(words)
    return float(np.median([cost(pass_over, words) for _ in range(15)]))


def timed(work, *arguments, **named) -> float:  # type: ignore[no-untyped-def]
    """Seconds of one run."""
    start = perf_counter()
    work(*arguments, **named)
    return perf_counter() - start


def cost(work, *arguments, **named) -> float:  # type: ignore[no-untyped-def]
    """Processor seconds of one request of one thread, the least of three: without what else the machine did."""
    taken = []
    for _ in range(3):
        start = thread_time()
        work(*arguments, **named)
        taken.append(thread_time() - start)
    return min(taken)


def sample(store: retrieval.Postings | retrieval.Workers, count: int) -> list:
    """Some rows of a store."""
    ids = np.random.default_rng(3).choice(len(store), min(count, len(store)), replace=False) + 1
    return [store.get(int(id)) for id in ids]


@figure("one worker against 50,000 postings, p99 in milliseconds", at_most=1)
def one_worker() -> float:
    """The whole call: packing the worker, the search, the components of the best twenty."""
    retrieval.warm_up()
    asked = {"today": TODAY, "weights": WEIGHTS}
    taken = [
        cost(retrieval.postings_for, each, postings(), PAGE, **asked) for each in sample(workers(), 1_000)
    ]
    return float(np.percentile(taken, 99) * 1_000)


@figure("one posting against all workers, p99 / one pass over their rows", at_most=2)
def one_posting() -> float:
    """Postings of all kinds, a third of them with beds, for which every worker in the country counts."""
    retrieval.warm_up()
    asked = {"today": TODAY, "weights": WEIGHTS}
    taken = [cost(retrieval.workers_for, each, workers(), PAGE, **asked) for each in sample(postings(), 300)]
    return float(np.percentile(taken, 99)) / seconds_of_a_pass()


@figure("lists of 15 for all workers: plain scan (one thread, from a sample) / ours", at_least=35)
def lists() -> float:
    """The plain scan of a sample before and after ours, so that both meet the same load; answers compared."""
    retrieval.warm_up()
    people, offered = sample(workers(), 400), postings().snapshot.large
    packed, room = WEIGHTS.packed, empty_top(LIST)

    def plain() -> dict[int, tuple[list[int], float]]:
        """Ids of the best and seconds, by worker."""
        result = {}
        for each in people:
            one = retrieval.Workers._made([each])
            room.size[0] = 0
            seconds = timed(plain_scan, one, offered, TODAY, packed, room)
            result[each.id] = room.ids[: room.size[0]].tolist(), seconds
        return result

    plain()
    before = plain()
    start = perf_counter()
    ours = retrieval.lists_for_all(workers(), postings(), today=TODAY, weights=WEIGHTS, k=LIST)
    seconds = perf_counter() - start
    after = plain()
    for id, (expected, _) in before.items():
        at = int(np.searchsorted(ours.worker_ids, id))
        found = ours.postings[ours.offsets[at] : ours.offsets[at + 1]]
        assert ours.posting_ids[found].tolist() == expected
    each = np.mean([taken for run in (before, after) for _, taken in run.values()])
    return float(each * len(ours.worker_ids) / seconds)
