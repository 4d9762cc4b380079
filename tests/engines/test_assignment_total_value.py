"""The auction against exact solvers, and its proof."""

from __future__ import annotations

from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from sosei.engines.matching.assignment import (
    Market,
    MarketError,
    Reason,
    ValueAssignment,
    total_value_assignment,
    worker_reasons,
)
from tests.engines.assignment_markets import compiled_or_plain as compiled_or_plain
from tests.engines.assignment_markets import random_market


def best_value(market: Market, weights: np.ndarray) -> int:
    """The greatest total by SciPy: a place for each worker or a chair of her own, of no value."""
    seats = np.minimum(market.capacities, market.workers)
    first = np.concatenate([[0], np.cumsum(seats)])
    rows, columns, values = [], [], []
    for worker in range(market.workers):
        rows.append(worker)
        columns.append(int(first[-1]) + worker)
        values.append(1.0)
        for entry in range(market.offsets[worker], market.offsets[worker + 1]):
            posting = market.postings[entry]
            if market.acceptable is None or market.acceptable[entry]:
                for seat in range(first[posting], first[posting + 1]):
                    rows.append(worker)
                    columns.append(int(seat))
                    values.append(1.0 + float(weights[entry]))
    shape = (market.workers, int(first[-1]) + market.workers)
    matrix = csr_array((values, (rows, columns)), shape=shape)
    chosen = min_weight_full_bipartite_matching(matrix, maximize=True)
    return round(float(matrix[chosen].sum())) - market.workers


def proved(market: Market, weights: np.ndarray, result: ValueAssignment) -> None:
    """The value is what the places are worth, and the prices prove the bound."""
    result.assignment.check()
    entries = market.offsets[:-1] + result.assignment.wish_of
    has = result.assignment.posting_of >= 0
    assert result.value == int(weights[entries[has]].sum())
    bound = float(market.capacities @ result.prices)
    for worker in range(market.workers):
        row = slice(market.offsets[worker], market.offsets[worker + 1])
        taken = True if market.acceptable is None else market.acceptable[row]
        gains = np.where(taken, weights[row], 0) - result.prices[market.postings[row]]
        bound += max(0.0, gains.max(initial=0.0))
    assert floor(bound * (1 + 1e-12) + 1e-9) == result.bound >= result.value


@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32),
    workers=st.integers(1, 30),
    postings=st.integers(1, 8),
    kind=st.sampled_from(["many", "levels", "equal", "zero", "great"]),
)
def test_it_is_the_greatest_value_and_proved(seed: int, workers: int, postings: int, kind: str) -> None:
    random = np.random.default_rng(seed)
    market = random_market(random, workers=workers, postings=postings)
    highest = {"many": 1000, "levels": 3, "equal": 0, "zero": 0, "great": 2**30}[kind]
    weights = random.integers(0, highest + 1, market.wishes) + (7 if kind == "equal" else 0)
    weights = np.minimum(weights, 2**30)
    result = total_value_assignment(market, weights)
    proved(market, weights, result)
    assert result.value >= best_value(market, weights) * (1 - 1e-5)
    assert result.gap <= 1e-5


def test_small_markets_are_solved_exactly_with_the_loops_uncompiled(compiled_or_plain: str) -> None:
    for seed in range(12):
        random = np.random.default_rng(seed)
        market = random_market(random, workers=25, postings=5)
        weights = random.integers(0, 500, market.wishes)
        result = total_value_assignment(market, weights, precision=1e-6)
        proved(market, weights, result)
        assert result.value == best_value(market, weights)


def test_or_tools_finds_no_more() -> None:
    min_cost_flow = pytest.importorskip("ortools.graph.python.min_cost_flow")
    for seed, equal in ((0, False), (1, False), (2, True)):
        random = np.random.default_rng(seed)
        market = random_market(random, workers=2_000, postings=60, longest=12, acceptable=1.0)
        weights = np.full(market.wishes, 50) if equal else random.integers(0, 1000, market.wishes)
        workers, size = market.workers, len(market.capacities)
        sink = workers + size
        flow = min_cost_flow.SimpleMinCostFlow()
        tails = np.repeat(np.arange(workers), np.diff(market.offsets))
        flow.add_arcs_with_capacity_and_unit_cost(
            tails, market.postings + workers, np.ones(market.wishes, dtype=np.int64), -weights
        )
        every = np.arange(workers + size)
        room = np.concatenate([np.ones(workers, dtype=np.int64), market.capacities])
        flow.add_arcs_with_capacity_and_unit_cost(every, np.full(sink, sink), room, np.zeros_like(room))
        flow.set_nodes_supplies(np.append(every[:workers], sink), np.append(np.ones(workers, int), -workers))
        assert flow.solve() == flow.OPTIMAL
        result = total_value_assignment(market, weights)
        proved(market, weights, result)
        assert -flow.optimal_cost() * (1 - 1e-5) <= result.value <= -flow.optimal_cost()


@pytest.mark.parametrize("slack", [0.5, 1.3])
@pytest.mark.parametrize("levels", [1, 5])
def test_equal_weights_and_few_levels_are_proved_too(slack: float, levels: int) -> None:
    random = np.random.default_rng(levels)
    workers, postings = 20_000, 300
    market = random_market(random, workers=workers, postings=postings, longest=12, acceptable=1.0)
    capacities = random.geometric(postings / (slack * workers), postings)
    market = Market(market.offsets, market.postings, market.scores, capacities, market.draw)
    weights = random.integers(1, levels + 1, market.wishes) * 100
    result = total_value_assignment(market, weights)
    assert result.gap <= 1e-4
    proved(market, weights, result)


def test_no_wish_of_no_value_is_fulfilled_and_an_empty_market_is_worth_nothing() -> None:
    market = Market.from_lists([[0], [0]], [[1], [1]], [2], range(2))
    result = total_value_assignment(market, [0, 3])
    assert result.assignment.posting_of.tolist() == [-1, 0]
    assert (result.value, result.gap) == (3, 0)
    empty = total_value_assignment(Market.from_lists([], [], [2], []), [])
    assert (empty.value, empty.bound, empty.gap) == (0, 0, 0)


def test_a_place_given_up_for_the_total_value_says_so() -> None:
    market = Market.from_lists([[0, 1], [0]], [[5, 5], [4]], [1, 1], range(2))
    result = total_value_assignment(market, [5, 4, 4])
    assert result.assignment.posting_of.tolist() == [1, 0]
    assert worker_reasons(result.assignment, 0)[0].code is Reason.BLOCKING


@pytest.mark.parametrize(
    ("weights", "precision", "code"),
    [([1], 1e-5, "shape"), ([1, -1], 1e-5, "weight"), ([1, 0.5], 1e-5, "weight"), ([1, 1], 0, "precision")],
)
def test_weights_that_cannot_be_are_refused_by_name(
    weights: list[float], precision: float, code: str
) -> None:
    market = Market.from_lists([[0], [0]], [[1], [1]], [2], range(2))
    with pytest.raises(MarketError) as refusal:
        total_value_assignment(market, weights, precision=precision)
    assert refusal.value.code == code
    assert "{" not in str(refusal.value)
