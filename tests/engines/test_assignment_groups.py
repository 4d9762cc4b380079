"""Friends who apply together: never split, what stays unstable reported."""

from __future__ import annotations

import numpy as np
import pytest

from sosei.engines.matching.assignment import (
    Blocking,
    GroupAssignment,
    Market,
    MarketError,
    Reason,
    assign_with_groups,
    stable_assignment,
    worker_reasons,
)
from tests.engines.assignment_markets import random_market, ranking


def random_case(seed: int) -> tuple[Market, list[list[int]]]:
    """A market in which the members of some groups of two to four have the same wishes."""
    random = np.random.default_rng(seed)
    base = random_market(random, workers=int(random.integers(4, 40)), postings=int(random.integers(2, 8)))
    rows = [
        [each.tolist() for each in base.wishes_of(w)]
        + [base.acceptable[base.offsets[w] : base.offsets[w + 1]].tolist()]  # type: ignore[index]
        for w in range(base.workers)
    ]
    rest = random.permutation(base.workers).tolist()
    groups = []
    for _ in range(int(random.integers(1, 5))):
        size = int(random.integers(2, 5))
        members, rest = rest[:size], rest[size:]
        if len(members) < 2:
            break
        groups.append(members)
        for worker in members[1:]:
            length = len(rows[members[0]][0])
            rows[worker] = [rows[members[0]][0], random.integers(-6, 6, length).tolist(), [True] * length]
    capacities = base.capacities + random.integers(0, 3, len(base.capacities))
    market = Market.from_lists(
        [r[0] for r in rows], [r[1] for r in rows], capacities, base.draw, [r[2] for r in rows]
    )
    return market, groups


def blocking_by_definition(market: Market, groups: list[list[int]], result: GroupAssignment) -> set[Blocking]:
    """Each unit at each posting it would rather have: filled anew from the best ranked, is it in?"""
    ranks = ranking(market)
    alone = [[w] for w in range(market.workers) if result.group_of[w] < 0]
    units = [tuple(unit) for unit in alone + groups]
    at = {unit: int(result.assignment.posting_of[unit[0]]) for unit in units}
    found = set()
    for unit in units:
        row = market.wishes_of(unit[0])[0].tolist()
        for posting in row[: row.index(at[unit])] if at[unit] >= 0 else row:
            rank = ranks[posting]
            if not all(worker in rank for worker in unit):
                continue
            there = sorted(
                [other for other in units if at[other] == posting] + [unit],
                key=lambda each: max(rank[worker] for worker in each),
            )
            room = int(market.capacities[posting])
            for each in there:
                if len(each) <= room:
                    room -= len(each)
                    if each == unit:
                        found.add(Blocking(unit, posting))
    return found


def test_groups_stay_together_and_every_blocking_unit_is_reported() -> None:
    settled = stable = placed_groups = 0
    for seed in range(300):
        market, groups = random_case(seed)
        result = assign_with_groups(market, groups)
        result.assignment.check()
        for group, members in enumerate(groups):
            assert len({int(result.assignment.posting_of[w]) for w in members}) == 1
            assert (result.group_of[members] == group).all()
            placed_groups += bool(result.assignment.posting_of[members[0]] >= 0)
        reported = {Blocking(tuple(each.workers), each.posting) for each in result.blocking}
        assert reported == blocking_by_definition(market, groups, result), seed
        assert len(reported) == len(result.blocking)
        settled += result.settled
        stable += not result.blocking
    assert placed_groups > 200
    assert settled >= 297
    assert stable >= 285, stable


def test_without_groups_it_is_the_stable_assignment() -> None:
    market, _ = random_case(1)
    result = assign_with_groups(market, [])
    assert result.assignment.posting_of.tolist() == stable_assignment(market).posting_of.tolist()
    assert (result.blocking, result.settled) == ((), True)
    assert assign_with_groups(market, [[], [2]]).settled


def test_three_friends_do_not_fit_two_places_and_the_next_wish_takes_them() -> None:
    market = Market.from_lists([[0, 1]] * 3 + [[0]], [[9, 9]] * 3 + [[1]], [2, 3], range(4))
    result = assign_with_groups(market, [[0, 1, 2]])
    assert result.assignment.posting_of.tolist() == [1, 1, 1, 0]
    assert result.blocking == ()
    reasons = worker_reasons(result.assignment, 0, together_with=[1, 2])
    assert [each.code for each in reasons] == [Reason.GROUP_NO_ROOM, Reason.GOT_IT]


def test_a_group_ranks_as_its_lowest_member() -> None:
    market = Market.from_lists([[0], [0], [0]], [[9], [2], [5]], [2], range(3))
    result = assign_with_groups(market, [[0, 1]])
    assert result.assignment.posting_of.tolist() == [-1, -1, 0]
    assert result.blocking == ()


def test_where_a_displaced_group_leaves_a_place_open_who_was_refused_gets_it() -> None:
    # The pair (0, 1) drives out nobody and keeps 2 out; the pair (3, 4) then drives out (0, 1) from two of three places.
    market = Market.from_lists(
        [[0], [0], [0, 1], [0], [0]], [[4], [4], [3, 1], [9], [9]], [3, 1], [0, 1, 2, 3, 4]
    )
    result = assign_with_groups(market, [[0, 1], [3, 4]])
    assert result.assignment.posting_of.tolist() == [-1, -1, 0, 0, 0]
    assert result.blocking == ()


def test_a_member_whom_the_posting_does_not_take_keeps_the_group_out() -> None:
    market = Market.from_lists([[0], [0]], [[1], [1]], [2], range(2), [[True], [False]])
    assert assign_with_groups(market, [[0, 1]]).assignment.placed == 0


def test_where_the_heuristic_runs_in_circles_it_stops_and_says_who_is_left() -> None:
    unsettled = left_over = 0
    for seed in range(300, 500):
        market, groups = random_case(seed)
        result = assign_with_groups(market, groups)
        if not result.settled:
            unsettled += 1
            result.assignment.check()
            reported = {Blocking(tuple(each.workers), each.posting) for each in result.blocking}
            assert reported == blocking_by_definition(market, groups, result)
            left_over += bool(reported)
    assert unsettled >= left_over > 0


@pytest.mark.parametrize(
    ("groups", "code"),
    [([[0, 1], [1]], "group"), ([[0, 0]], "group"), ([[0, 9]], "worker_range"), ([[0, 2]], "group_lists")],
)
def test_groups_that_cannot_be_are_refused_by_name(groups: list[list[int]], code: str) -> None:
    market = Market.from_lists([[0], [0], []], [[1], [1], []], [2], range(3))
    with pytest.raises(MarketError) as refusal:
        assign_with_groups(market, groups)
    assert refusal.value.code == code
    assert "{" not in str(refusal.value)
