"""Small markets for the tests of the assignment engine, and its loops uncompiled so that coverage sees them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import product

import numpy as np
import pytest

from sosei.engines.matching.assignment import Assignment, Market

_COMPILED = ("kernels", "market", "stability", "auction")


@pytest.fixture(params=["compiled", "plain"])
def compiled_or_plain(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The test runs twice: as shipped, and with every compiled function replaced by the Python it was made from."""
    if request.param == "plain":
        for name in _COMPILED:
            module = import_module(f"sosei.engines.matching.assignment.{name}")
            for key, value in vars(module).copy().items():
                if hasattr(value, "py_func"):
                    monkeypatch.setattr(module, key, value.py_func)
    with np.errstate(over="raise"):
        yield request.param


def random_market(
    random: np.random.Generator,
    *,
    workers: int,
    postings: int,
    acceptable: float = 0.9,
    longest: int | None = None,
    scores: int = 6,
) -> Market:
    """Incomplete lists, capacities from 0, few different scores so that the draw must part many."""
    longest = postings if longest is None else min(longest, postings)
    wishes = [
        random.permutation(postings)[: random.integers(0, longest + 1)].tolist() for _ in range(workers)
    ]
    marks = [random.integers(-scores, scores, len(row)).tolist() for row in wishes]
    taken = [(random.random(len(row)) < acceptable).tolist() for row in wishes]
    capacities = random.integers(0, max(2, 2 * workers // postings + 1), postings)
    return Market.from_lists(wishes, marks, capacities.tolist(), random.permutation(workers), taken)


def ranking(market: Market) -> list[dict[int, int]]:
    """Each posting's list: acceptable workers who wish it with their places, best 0; by score, then by the draw."""
    listed: list[list[tuple[float, int, int]]] = [[] for _ in market.capacities]
    for worker in range(market.workers):
        for entry in range(market.offsets[worker], market.offsets[worker + 1]):
            if market.acceptable is None or market.acceptable[entry]:
                row = (-float(market.scores[entry]), int(market.draw[worker]), worker)
                listed[market.postings[entry]].append(row)
    return [{worker: place for place, (_, _, worker) in enumerate(sorted(rows))} for rows in listed]


def is_stable(market: Market, ranks: list[dict[int, int]], posting_of: tuple[int, ...]) -> bool:
    """Stability by its definition, slowly."""
    held: list[list[int]] = [[] for _ in market.capacities]
    for worker, posting in enumerate(posting_of):
        if posting >= 0:
            held[posting].append(worker)
            if worker not in ranks[posting]:
                return False
    if any(len(each) > capacity for each, capacity in zip(held, market.capacities, strict=True)):
        return False
    for worker, own in enumerate(posting_of):
        for posting in market.wishes_of(worker)[0].tolist():
            if posting == own:
                break
            rank = ranks[posting]
            if worker in rank and (
                len(held[posting]) < market.capacities[posting]
                or any(rank[other] > rank[worker] for other in held[posting])
            ):
                return False
    return True


def all_stable(market: Market) -> list[tuple[int, ...]]:
    """Every stable assignment of a tiny market."""
    ranks = ranking(market)
    choices = [[-1, *market.wishes_of(worker)[0].tolist()] for worker in range(market.workers)]
    return [each for each in product(*choices) if is_stable(market, ranks, each)]


def assignment_of(market: Market, posting_of: tuple[int, ...]) -> Assignment:
    """An assignment given by postings alone."""
    wishes = [-1 if p < 0 else market.wishes_of(w)[0].tolist().index(p) for w, p in enumerate(posting_of)]
    return Assignment.of(market, np.array(posting_of, dtype=np.int32), np.array(wishes, dtype=np.int32))
