"""Flexible deferred acceptance against the rule of Kamada & Kojima (2015), written out anew, and on deeper trees."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from sosei.engines.matching.assignment import (
    UNLIMITED,
    Market,
    MarketError,
    PostingOutcome,
    Reason,
    Regions,
    blocking_pairs,
    posting_reason,
    stable_assignment,
    worker_reasons,
)
from tests.engines.assignment_markets import compiled_or_plain as compiled_or_plain
from tests.engines.assignment_markets import random_market, ranking


@dataclass
class Region:
    cap: int
    members: list[int]
    """Postings in the order of priority."""


def by_the_paper(
    wishes: list[list[int]],
    ranks: list[dict[int, int]],
    capacities: list[int],
    targets: list[int],
    regions: list[Region],
) -> list[int]:
    """The definition step by step: one proposal, then its whole region chooses from everybody not yet refused.

    `ranks[posting][worker]` is the worker's place in the posting's list, absent where not acceptable.
    """
    region_of = {posting: region for region in regions for posting in region.members}
    asked = [0] * len(wishes)
    at: list[int] = [-1] * len(wishes)
    refused: set[tuple[int, int]] = set()
    applied: dict[int, set[int]] = {posting: set() for posting in range(len(capacities))}
    while True:
        free = [w for w in range(len(wishes)) if at[w] < 0 and asked[w] < len(wishes[w])]
        if not free:
            return at
        worker = free[0]
        target_posting = wishes[worker][asked[worker]]
        asked[worker] += 1
        applied[target_posting].add(worker)
        region = region_of[target_posting]
        pools = {
            h: sorted(
                (d for d in applied[h] if (d, h) not in refused and d in ranks[h]), key=ranks[h].__getitem__
            )
            for h in region.members
        }
        held = {h: pools[h][: min(targets[h], len(pools[h]))] for h in region.members}
        rest = {h: pools[h][len(held[h]) :] for h in region.members}
        going_on = True
        while going_on:
            going_on = False
            for h in region.members:
                total = sum(len(each) for each in held.values())
                if total < region.cap and len(held[h]) < capacities[h] and rest[h]:
                    held[h].append(rest[h].pop(0))
                    going_on = True
        for h in region.members:
            for d in applied[h]:
                if d in held[h]:
                    at[d] = h
                elif (d, h) not in refused:
                    refused.add((d, h))
                    if at[d] == h:
                        at[d] = -1


def random_case(seed: int) -> tuple[Market, Regions, list[int]]:
    """A market of at most 60 x 12 with one level of regions, targets below caps, and what the paper gives for it."""
    random = np.random.default_rng(seed)
    market = random_market(random, workers=int(random.integers(1, 61)), postings=int(random.integers(1, 13)))
    size = len(market.capacities)
    count = int(random.integers(1, 5))
    region_of = random.integers(0, count, size)
    targets = random.integers(0, market.capacities + 1)
    sums = np.bincount(region_of, targets, minlength=count).astype(int)
    room = np.bincount(region_of, market.capacities, minlength=count).astype(int)
    caps = np.array([random.integers(low, high + 1) for low, high in zip(sums, room, strict=True)])
    priority = random.permutation(size)
    regions = Regions(np.full(count, -1), caps, region_of, targets, priority)
    order = np.argsort(priority)
    listed = [Region(int(caps[r]), [int(p) for p in order if region_of[p] == r]) for r in range(count)]
    wishes = [market.wishes_of(w)[0].tolist() for w in range(market.workers)]
    expected = by_the_paper(wishes, ranking(market), market.capacities.tolist(), targets.tolist(), listed)
    return market, regions, expected


@pytest.mark.parametrize("block", range(4))
def test_four_hundred_random_markets_come_out_as_the_paper_says(block: int) -> None:
    bound = 0
    for seed in range(100 * block, 100 * block + 100):
        market, regions, expected = random_case(seed)
        result = stable_assignment(market, regions)
        assert result.posting_of.tolist() == expected, seed
        result.check()
        assert not len(blocking_pairs(result)), seed
        bound += bool((result.binding_region >= 0).any())
    assert bound > 30, "the caps must matter in many of them"


def test_some_of_them_come_out_so_without_compiling(compiled_or_plain: str) -> None:
    for seed in range(400, 412):
        market, regions, expected = random_case(seed)
        result = stable_assignment(market, regions)
        assert result.posting_of.tolist() == expected
        assert not len(blocking_pairs(result))


def ten_doctors(first_hospital_wishes: int) -> Market:
    """Example 1 of the paper: ten doctors, two hospitals of ten in one region of ten; d1 to d3 wish h1, the rest h2."""
    wishes = [[0] if worker < first_hospital_wishes else [1] for worker in range(10)]
    scores = [[10 - worker] for worker in range(10)]
    return Market.from_lists(wishes, scores, [10, 10], range(10))


def test_flexible_seats_let_all_ten_doctors_be_placed_where_a_fixed_cut_leaves_two_out(
    compiled_or_plain: str,
) -> None:
    market = ten_doctors(3)
    fixed = stable_assignment(replace(market, capacities=np.array([5, 5])))
    flexible = stable_assignment(market, Regions([-1], [10], [0, 0], [5, 5]))
    assert fixed.filled.tolist() == [3, 5]
    assert flexible.filled.tolist() == [3, 7]
    assert flexible.placed == 10


def test_a_full_region_shares_evenly_beyond_the_targets_and_the_first_in_order_gets_the_odd_seat() -> None:
    market = Market.from_lists([[w % 2] for w in range(12)], [[0]] * 12, [6, 6], range(12))
    assert stable_assignment(market, Regions([-1], [7], [0, 0])).filled.tolist() == [4, 3]
    assert stable_assignment(market, Regions([-1], [7], [0, 0], priority=[1, 0])).filled.tolist() == [3, 4]
    assert stable_assignment(market, Regions([-1], [7], [0, 0], targets=[0, 5])).filled.tolist() == [1, 6]


def deep_case(seed: int) -> tuple[Market, Regions]:
    """A prefecture over municipalities over districts, some postings outside any region, some caps without limit."""
    random = np.random.default_rng(seed)
    market = random_market(random, workers=int(random.integers(5, 80)), postings=int(random.integers(3, 20)))
    size = len(market.capacities)
    parent = np.array([-1, 0, 0, 1, 1, 2, 3, -1])
    region_of = random.integers(-1, len(parent), size)
    targets = random.integers(0, market.capacities // 2 + 1)
    free = Regions(parent, np.full(len(parent), UNLIMITED), region_of, targets)
    low, high = free.sums(targets), free.sums(market.capacities)
    caps = np.array([random.integers(a, max(a, b * 2 // 3) + 1) for a, b in zip(low, high, strict=True)])
    caps[random.random(len(parent)) < 0.2] = UNLIMITED
    return market, Regions(parent, caps, region_of, targets, random.permutation(size))


def seats_by_greed(wanted: np.ndarray, capacities: np.ndarray, regions: Regions) -> list[int]:
    """Seats given out one by one in their order, each if every region above still has room."""
    targets, order = regions.target_seats, np.argsort(regions.places_in_order)
    given = np.zeros(len(wanted), dtype=int)
    most = int(capacities.max(initial=0))
    for beyond in range(most + 1):
        for posting in order:
            seats = int(targets[posting]) if beyond == 0 else 1
            for _ in range(seats):
                if given[posting] >= min(wanted[posting], capacities[posting]):
                    break
                filled = regions.sums(given)
                if all(filled[region] < regions.caps[region] for region in regions.path(posting)):
                    given[posting] += 1
    return given.tolist()


def test_deeper_trees_hold_every_cap_leave_no_blocking_pair_and_give_seats_in_order() -> None:
    nested = 0
    for seed in range(150):
        market, regions = deep_case(seed)
        result = stable_assignment(market, regions)
        result.check()
        assert not len(blocking_pairs(result)), seed
        # Everybody who is at a posting or would rather be there than where they are has asked there.
        wanted = np.zeros(len(market.capacities), dtype=int)
        for worker in range(market.workers):
            row, standing = market.wishes_of(worker)[0], market.standing[market.offsets[worker] :]
            asked = row if result.wish_of[worker] < 0 else row[: result.wish_of[worker] + 1]
            for place, posting in enumerate(asked):
                wanted[posting] += standing[place] > -(2**31)
        assert result.filled.tolist() == seats_by_greed(wanted, market.capacities, regions), seed
        nested += len(set(result.binding_region.tolist()) - {-1}) > 1
    assert nested > 30


def test_who_proposes_first_makes_no_difference_on_a_deep_tree(compiled_or_plain: str) -> None:
    for seed in range(3):
        market, regions = deep_case(seed)
        turned = np.random.default_rng(seed).permutation(market.workers)
        rows = [market.wishes_of(w) for w in turned]
        acceptable = [
            market.acceptable[market.offsets[w] : market.offsets[w + 1]]  # type: ignore[index]
            for w in turned
        ]
        other = Market.from_lists(
            [r[0] for r in rows], [r[1] for r in rows], market.capacities, market.draw[turned], acceptable
        )
        first, second = stable_assignment(market, regions), stable_assignment(other, regions)
        assert first.posting_of[turned].tolist() == second.posting_of.tolist()


def test_honest_wishes_are_best_under_caps() -> None:
    from itertools import permutations

    for seed in range(25):
        random = np.random.default_rng(seed)
        market = random_market(random, workers=5, postings=3, acceptable=1.0)
        regions = Regions([-1, 0, 0], [3, 2, 2], [1, 1, 2])
        scores = [dict(zip(*map(np.ndarray.tolist, market.wishes_of(w)), strict=True)) for w in range(5)]
        lists = [market.wishes_of(w)[0].tolist() for w in range(5)]
        honest = stable_assignment(market, regions).wish_of[0]
        for length in range(len(lists[0]) + 1):
            for said in permutations(lists[0], length):
                tried = [list(said), *lists[1:]]
                marks = [[scores[w][p] for p in row] for w, row in enumerate(tried)]
                got = stable_assignment(
                    Market.from_lists(tried, marks, market.capacities, market.draw), regions
                )
                place = int(got.posting_of[0])
                assert place < 0 or (honest >= 0 and lists[0].index(place) >= honest), seed


def test_a_region_that_is_full_is_named_with_its_cap() -> None:
    market = Market.from_lists([[0], [0], [0], [1]], [[9], [8], [7], [1]], [3, 2], range(4))
    result = stable_assignment(market, Regions([-1, 0], [UNLIMITED, 2], [1, -1]))
    (reason,) = worker_reasons(result, 2)
    assert (reason.code, reason.region, reason.cap, reason.capacity) == (Reason.REGION_CAP, 1, 2, 3)
    assert (reason.score, reason.cutoff_score) == (7, 8)
    posting = posting_reason(result, 0)
    assert (posting.code, posting.filled, posting.region, posting.cap) == (PostingOutcome.REGION_CAP, 2, 1, 2)
    assert posting_reason(result, 1).code is PostingOutcome.TOO_FEW_APPLICANTS
    assert result.full.tolist() == [True, False]
    assert result.region_filled.tolist() == [2, 2]


def test_a_cap_of_nothing_places_nobody(compiled_or_plain: str) -> None:
    market = Market.from_lists([[0, 1], [0]], [[1, 1], [2]], [1, 1], range(2))
    result = stable_assignment(market, Regions([-1], [0], [0, -1]))
    assert stable_assignment(market).region_filled.tolist() == []
    assert result.posting_of.tolist() == [1, -1]
    assert worker_reasons(result, 1)[0].code is Reason.REGION_CAP


def test_the_checker_sees_a_seat_that_a_region_should_have_given(compiled_or_plain: str) -> None:
    market = Market.from_lists([[0, 1], [1]], [[5, 5], [6]], [2, 2], range(2))
    regions = Regions([-1], [2], [0, 0])
    right = stable_assignment(market, regions)
    assert right.posting_of.tolist() == [0, 1]
    wrong = replace(
        right, posting_of=np.array([1, 1]), wish_of=np.array([1, 0]), filled=np.array([0, 2], dtype=np.int32)
    )
    pairs = blocking_pairs(wrong)
    assert (pairs.workers.tolist(), pairs.postings.tolist()) == ([0], [0])


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: Regions([1, 0], [1, 1], [0]), "region_tree"),
        (lambda: Regions([2, -1], [1, 1], [0]), "region_tree"),
        (lambda: Regions([0], [1], [0]), "region_tree"),
        (lambda: Regions([-1], [-1], [0]), "negative_cap"),
        (lambda: Regions([-1], [1, 2], [0]), "shape"),
        (lambda: Regions([-1], [1], [1]), "region_range"),
        (lambda: Regions([-1], [1], [0, 0], targets=[1]), "shape"),
        (lambda: Regions([-1], [1], [0, 0], priority=[0, 0]), "priority"),
        (lambda: stable_assignment(ten_doctors(1), Regions([-1], [1], [0])), "shape"),
        (lambda: stable_assignment(ten_doctors(1), Regions([-1], [30], [0, 0], targets=[11, 0])), "target"),
        (
            lambda: stable_assignment(ten_doctors(1), Regions([-1], [9], [0, 0], targets=[5, 5])),
            "targets_above_cap",
        ),
    ],
)
def test_regions_that_cannot_be_are_refused_by_name(made, code: str) -> None:
    with pytest.raises(MarketError) as refusal:
        made()
    assert refusal.value.code == code
    assert "{" not in str(refusal.value)
