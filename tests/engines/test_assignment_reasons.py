"""Reasons of outcomes, and who moves when something changes."""

from __future__ import annotations

import numpy as np
import pytest

from sosei.engines.matching.assignment import (
    Market,
    MarketError,
    Move,
    PostingOutcome,
    Reason,
    Regions,
    blocking_pairs,
    posting_reason,
    rematch,
    stable_assignment,
    worker_reasons,
)
from tests.engines.assignment_markets import random_market


def test_each_wish_says_what_became_of_it_and_the_numbers_that_decided() -> None:
    market = Market.from_lists(
        [[0], [0], [3, 0, 1, 2, 4], [1], []],
        [[9], [5], [8, 5, 2, 7, 7], [3], []],
        [2, 1, 2, 0, 1],
        [0, 1, 2, 3, 4],
    )
    result = stable_assignment(market)
    reasons = worker_reasons(result, 2)
    assert [each.code for each in reasons] == [
        Reason.NO_CAPACITY,
        Reason.LOTTERY,
        Reason.HIGHER_SCORE,
        Reason.GOT_IT,
        Reason.HELD_BETTER,
    ]
    lottery, higher = reasons[1], reasons[2]
    assert (lottery.score, lottery.cutoff_score, lottery.draw, lottery.cutoff_draw) == (5, 5, 2, 1)
    assert (higher.score, higher.cutoff_score, higher.posting, higher.capacity) == (2, 3, 1, 1)
    assert (reasons[0].cutoff_score, reasons[3].cutoff_score) == (None, None)
    assert worker_reasons(result, 4) == ()
    outcomes = [posting_reason(result, posting) for posting in range(5)]
    assert [each.code for each in outcomes] == [
        PostingOutcome.FILLED,
        PostingOutcome.FILLED,
        PostingOutcome.TOO_FEW_APPLICANTS,
        PostingOutcome.NO_CAPACITY,
        PostingOutcome.TOO_FEW_APPLICANTS,
    ]
    assert (outcomes[0].applicants, outcomes[0].cutoff_score, outcomes[4].cutoff_score) == (3, 5, None)


def test_a_worker_whom_the_posting_does_not_take_reads_so_and_a_posting_nobody_wishes_too() -> None:
    market = Market.from_lists([[0]], [[1]], [1, 1], [0], [[False]])
    result = stable_assignment(market)
    assert worker_reasons(result, 0)[0].code is Reason.NOT_ACCEPTABLE
    assert posting_reason(result, 1).code is PostingOutcome.NO_APPLICANTS


@pytest.mark.parametrize("seed", range(30))
def test_every_reason_is_true_of_the_result(seed: int) -> None:
    random = np.random.default_rng(seed)
    market = random_market(random, workers=40, postings=8)
    regions = None
    if seed % 2:
        regions = Regions([-1, 0, 0], [15, 9, 9], random.integers(-1, 3, 8))
    result = stable_assignment(market, regions)
    codes = set()
    for worker in range(market.workers):
        for reason in worker_reasons(result, worker):
            codes.add(reason.code)
            filled, capacity = result.filled[reason.posting], market.capacities[reason.posting]
            assert reason.code is not Reason.BLOCKING
            if reason.code is Reason.HIGHER_SCORE:
                assert filled == capacity
                assert reason.cutoff_score is not None and reason.cutoff_score > reason.score
            if reason.code is Reason.LOTTERY:
                assert reason.cutoff_score == reason.score
                assert reason.cutoff_draw is not None and reason.cutoff_draw < reason.draw
            if reason.code is Reason.REGION_CAP:
                assert regions is not None and reason.region is not None
                assert filled < capacity
                assert reason.region in regions.path(reason.posting)
                assert result.region_filled[reason.region] == reason.cap == regions.caps[reason.region]
    assert Reason.GOT_IT in codes


def test_after_a_withdrawal_those_behind_move_up_and_each_move_is_named() -> None:
    market = Market.from_lists([[0], [0, 1], [1, 2]], [[9], [5, 5], [4, 4]], [1, 1, 1], range(3))
    before = stable_assignment(market)
    assert before.posting_of.tolist() == [0, 1, 2]
    again = rematch(before, withdrawn=[0])
    assert again.moves == (Move(1, 1, 0, 1, 0), Move(2, 2, 1, 1, 0))
    assert (again.better, again.worse) == (2, 0)
    assert again.after.posting_of.tolist() == [-1, 0, 1]


def test_new_and_closed_places_move_people_up_and_down() -> None:
    market = Market.from_lists([[0], [0, 1], [1, 2]], [[9], [5, 5], [4, 4]], [1, 1, 1], range(3))
    before = stable_assignment(market)
    more = rematch(before, capacities=np.array([2, 1, 1]))
    assert (more.better, more.worse) == (2, 0)
    closed = rematch(before, closed_postings=[0])
    assert closed.moves == (Move(0, 0, -1, 0, -1),)
    assert not closed.moves[0].better
    with pytest.raises(MarketError):
        rematch(before, withdrawn=[3])


@pytest.mark.parametrize("seed", range(20))
def test_a_withdrawal_harms_nobody_who_stays_and_leaves_a_stable_assignment(seed: int) -> None:
    random = np.random.default_rng(seed)
    market = random_market(random, workers=60, postings=10)
    regions = None
    if seed % 2:
        targets = np.minimum(market.capacities, 1)
        regions = Regions([-1, 0, 0], [30, 14, 14], random.integers(-1, 3, 10), targets)
    before = stable_assignment(market, regions)
    placed = np.flatnonzero(before.posting_of >= 0)
    left = random.choice(placed, 3, replace=False).tolist()
    again = rematch(before, withdrawn=left)
    again.after.check()
    assert not len(blocking_pairs(again.after))
    assert (again.after.posting_of[left] == -1).all()
    assert again.worse == 0
    stayed = np.ones(60, dtype=bool)
    stayed[[*left, *(move.worker for move in again.moves)]] = False
    assert (before.posting_of[stayed] == again.after.posting_of[stayed]).all()


def test_a_closed_posting_gives_up_its_target() -> None:
    market = Market.from_lists([[0, 1], [1]], [[1, 1], [2]], [2, 2], range(2))
    before = stable_assignment(market, Regions([-1], [3], [0, 0], targets=[2, 1]))
    again = rematch(before, closed_postings=[0])
    assert again.after.posting_of.tolist() == [1, 1]
