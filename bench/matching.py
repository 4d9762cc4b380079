"""Figures of the assignment engine: 1.8 million workers, 50,000 postings, 27 million wishes, all invented.

The floor of a stable assignment is measured beside it: the wishes that must be read, in order, and one access to memory at
random for every worker who loses a place when proposals come one at a time. BENCH_WORKERS makes the market smaller
(the full one needs about 5 GB, most of it for OR-Tools).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from time import perf_counter

import numpy as np
import numpy.typing as npt
from matching.games import HospitalResident
from numba import njit
from ortools.graph.python import min_cost_flow
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from bench.harness import figure, time_ratio
from sosei.engines.matching.assignment import (
    Market,
    Regions,
    ValueAssignment,
    blocking_pairs,
    kernels,
    stable_assignment,
    total_value_assignment,
)

WORKERS = int(os.environ.get("BENCH_WORKERS", "1800000"))
WISHES, REGIONS = 15, 47
Ints = npt.NDArray[np.int64]


@cache
def market(workers: int = WORKERS) -> Market:
    """Lists of 15 drawn by lognormal popularity without repeats, places for six in ten, scores half common to all."""
    random = np.random.default_rng(1962)
    postings = workers // 36
    popularity = random.lognormal(0, 1, postings)
    table = np.repeat(
        np.arange(postings, dtype=np.int32), np.ceil(popularity / popularity.mean() * 64).astype(int)
    )
    drawn = table[random.integers(0, len(table), (workers, WISHES), dtype=np.int32)]
    kept = np.ones(drawn.shape, dtype=np.bool_)
    for later in range(1, WISHES):
        for earlier in range(later):
            kept[:, later] &= drawn[:, later] != drawn[:, earlier]
    common = np.repeat(random.random(workers, dtype=np.float32), kept.sum(axis=1))
    scores = (500 * (common + random.random(len(common), dtype=np.float32))).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int64)
    capacities = random.geometric(postings / (0.6 * workers), postings)
    return Market(offsets, drawn[kept], scores, capacities, random.permutation(workers))


@cache
def regions() -> Regions:
    """47 regions whose caps are 70 in 100 of their postings' places, targets half of each posting's."""
    capacities = market().capacities
    region_of = np.random.default_rng(47).integers(0, REGIONS, len(capacities))
    caps = np.bincount(region_of, capacities, minlength=REGIONS) * 7 // 10
    return Regions(np.full(REGIONS, -1), caps, region_of, capacities // 2)


def weights(of: Market) -> npt.NDArray[np.int32]:
    """Half the posting's score, half the worker's rank of the wish: 0 to 1000."""
    rank = np.arange(of.wishes) - np.repeat(of.offsets[:-1], np.diff(of.offsets))
    return ((of.scores + (1000 - 1000 * rank // WISHES)) // 2).astype(np.int32)


@njit(nogil=True)
def follow(chain: Ints, steps: int) -> int:
    """Goes from link to link; each must be there before the next is known."""
    at = 0
    for _ in range(steps):
        at = chain[at]
    return at


@njit(nogil=True)
def read(postings: npt.NDArray[np.int32], standing: npt.NDArray[np.int32], count: int) -> int:
    """Reads so many wishes in order."""
    total = np.int64(0)
    for entry in range(count):
        total += postings[entry] ^ standing[entry]
    return total


@cache
def chain() -> Ints:
    """64 MB of links in one circle at random."""
    links = np.random.default_rng(64).permutation(8_000_000)
    circle = np.empty_like(links)
    circle[links] = np.roll(links, 1)
    return circle


@cache
def least_work() -> tuple[int, int]:
    """Wishes that must be read, and workers who lose a place when proposals come one at a time."""
    this = market()
    result = stable_assignment(this)
    lengths = np.diff(this.offsets)
    reads = int(np.where(result.posting_of >= 0, result.wish_of + 1, lengths).sum())
    size = len(this.capacities)
    open_places = np.where(this.capacities > 0, kernels.OPEN, kernels.SHUT)
    posting_of = np.full(this.workers, -1, dtype=np.int32)
    starts = kernels.starts_of(this.capacities)
    lost = kernels.propose_singly(
        *(this.offsets, this.postings, this.standing, this.capacities, this.draw, this.drawn),
        *(this.offsets[:-1].copy(), np.ones(this.workers, dtype=np.bool_), posting_of, starts),
        *(np.empty(starts[-1], dtype=np.int64), np.zeros(size, dtype=np.int32), open_places),
    )
    if not np.array_equal(posting_of, result.posting_of):
        raise AssertionError("proposals together and one at a time differ")
    return reads, lost


def floor() -> None:
    """The work that no way of doing it can leave out."""
    reads, lost = least_work()
    read(market().postings, market().standing, reads)
    follow(chain(), lost)


@figure(f"stable assignment of {WORKERS:,} workers / its floor", at_most=2)
def stable() -> float:
    """Deferred acceptance against reading the wishes once and a random access a lost place."""
    return time_ratio(lambda: stable_assignment(market()), floor, rounds=9)


@figure(f"the same under {REGIONS} regional caps / without", at_most=5)
def under_caps() -> float:
    """Flexible deferred acceptance against the plain one."""
    regional = lambda: stable_assignment(market(), regions())  # noqa: E731
    return time_ratio(regional, lambda: stable_assignment(market()), rounds=5)


@figure("blocking pairs of both, counted by the checker", at_most=0)
def blocking() -> float:
    """Pairs that both sides prefer; capacities and caps are checked too."""
    found = 0
    for result in (stable_assignment(market()), stable_assignment(market(), regions())):
        result.check()
        found += len(blocking_pairs(result))
    return found


@dataclass(frozen=True)
class Seconds:
    """What a solver found and how long it took."""

    value: int
    seconds: float


def or_tools(this: Market) -> Seconds:
    """The greatest total weight by OR-Tools' min-cost flow; building and solving."""
    worth, workers, size = weights(this).astype(np.int64), this.workers, len(this.capacities)
    begin = perf_counter()
    sink = workers + size
    flow = min_cost_flow.SimpleMinCostFlow()
    tails = np.repeat(np.arange(workers, dtype=np.int32), np.diff(this.offsets))
    flow.add_arcs_with_capacity_and_unit_cost(
        tails, this.postings + np.int32(workers), np.ones(this.wishes, dtype=np.int64), -worth
    )
    nodes = np.arange(sink, dtype=np.int32)
    room = np.concatenate([np.ones(workers, dtype=np.int64), this.capacities])
    flow.add_arcs_with_capacity_and_unit_cost(nodes, np.full_like(nodes, sink), room, np.zeros_like(room))
    flow.set_nodes_supplies(
        np.append(nodes[:workers], np.int32(sink)), np.append(np.ones(workers, dtype=np.int64), -workers)
    )
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("OR-Tools found no optimum")
    return Seconds(-int(flow.optimal_cost()), perf_counter() - begin)


def auction(this: Market) -> tuple[ValueAssignment, float]:
    """Ours, afresh: nothing that the market keeps from an earlier run is used."""
    afresh = replace(this)
    worth = weights(this)
    begin = perf_counter()
    result = total_value_assignment(afresh, worth)
    return result, perf_counter() - begin


@cache
def both() -> tuple[ValueAssignment, float, Seconds]:
    """Ours (the median of three) and OR-Tools on the same market, one after the other."""
    auction(market(36_000))
    runs = sorted((auction(market()) for _ in range(3)), key=lambda run: run[1])
    return *runs[1], or_tools(market())


@figure(f"total value of {WORKERS:,} workers: OR-Tools' time / ours", at_least=5)
def total_value() -> float:
    """Min-cost flow against the auction."""
    _, ours, theirs = both()
    return theirs.seconds / ours


@figure("its share below OR-Tools' optimum", at_most=1e-5)
def below_the_optimum() -> float:
    """How much value the auction leaves."""
    result, _, theirs = both()
    result.assignment.check()
    if not result.value <= theirs.value <= result.bound:
        raise AssertionError("the proved bound lies below the optimum")
    return (theirs.value - result.value) / theirs.value


@figure("its share below the bound that it proves itself", at_most=2e-5)
def proved_gap() -> float:
    """What a user sees without another solver."""
    return both()[0].gap


SMALL = 2_000


def by_matching(this: Market) -> dict[str, set[str]]:
    """The package `matching` with the same market: it wants names and a list from each posting."""
    wishes, listed, capacities = names(this)
    game = HospitalResident.create_from_dictionaries(wishes, listed, capacities)
    return {str(h): {str(r) for r in residents} for h, residents in game.solve(optimal="resident").items()}


@cache
def names(this: Market) -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, int]]:
    """Wishes, the postings' lists and capacities under names."""
    begins, entries, workers = this.entries_by_posting
    wishes = {f"w{w}": [f"p{p}" for p in this.wishes_of(w)[0]] for w in range(this.workers)}
    listed = {}
    for posting in np.flatnonzero(this.wished).tolist():
        row = slice(begins[posting], begins[posting + 1])
        order = np.lexsort((this.draw[workers[row]], -this.scores[entries[row]]))
        listed[f"p{posting}"] = [f"w{w}" for w in workers[row][order]]
    return wishes, listed, {name: int(this.capacities[int(name[1:])]) for name in listed}


@figure(f"workers of {SMALL:,} placed otherwise than by the package matching", at_most=0)
def placed_otherwise() -> float:
    """The same market in both."""
    this = market(SMALL)
    ours, theirs = stable_assignment(this), by_matching(this)
    return sum(f"w{w}" not in theirs[f"p{p}"] for w, p in enumerate(ours.posting_of) if p >= 0) + abs(
        ours.placed - sum(map(len, theirs.values()))
    )


@figure(f"stable assignment of {SMALL:,}: the time of matching / ours", at_least=1000)
def against_matching() -> float:
    """Making its game and solving it against ours; its recursion allows hardly more workers."""
    names(market(SMALL))
    return time_ratio(lambda: by_matching(market(SMALL)), lambda: stable_assignment(market(SMALL)), rounds=3)


def by_scipy(this: Market) -> float:
    """The greatest total weight by SciPy, which knows no capacities: a column for each place."""
    worth = weights(this)
    ends = np.cumsum(this.capacities)
    lengths = this.capacities[this.postings]
    rows = np.repeat(np.repeat(np.arange(this.workers), np.diff(this.offsets)), lengths)
    first = np.repeat((ends - this.capacities)[this.postings], lengths)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    values = np.repeat(worth, lengths) + 1.0
    alone = np.arange(this.workers)
    matrix = csr_array(
        (
            np.append(values, np.ones(this.workers)),
            (np.append(rows, alone), np.append(first + within, ends[-1] + alone)),
        ),
        shape=(this.workers, int(ends[-1]) + this.workers),
    )
    chosen = min_weight_full_bipartite_matching(matrix, maximize=True)
    return float(matrix[chosen].sum()) - this.workers


@figure(f"total value of {SMALL:,}: SciPy's time / ours", at_least=20)
def against_scipy() -> float:
    """Both from the same arrays; the values must agree to 1e-5."""
    this = market(SMALL)
    worth = weights(this)
    ours, theirs = total_value_assignment(this, worth), by_scipy(this)
    if not theirs * (1 - 1e-5) <= ours.value <= theirs:
        raise AssertionError(f"SciPy finds {theirs}, ours is {ours.value}")
    return time_ratio(lambda: by_scipy(this), lambda: total_value_assignment(this, worth), rounds=3)
