"""Deferred acceptance: published examples, definitions checked by enumeration, and the PyPI package beside it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.engines.matching.assignment import (
    Market,
    MarketError,
    Regions,
    blocking_pairs,
    lottery,
    stable_assignment,
)
from tests.engines.assignment_markets import all_stable, assignment_of, random_market, ranking
from tests.engines.assignment_markets import compiled_or_plain as compiled_or_plain


def market_of_ranks(
    wishes: list[list[int]], lists: list[list[int]], capacities: list[int] | None = None
) -> Market:
    """A market in which each posting ranks workers by a list, best first."""
    scores = [[-lists[p].index(w) for p in row] for w, row in enumerate(wishes)]
    return Market.from_lists(wishes, scores, capacities or [1] * len(lists), range(len(wishes)))


def test_gale_and_shapley_1962_example_1_each_man_gets_his_first_wish(compiled_or_plain: str) -> None:
    market = market_of_ranks([[0, 1, 2], [1, 2, 0], [2, 0, 1]], [[1, 2, 0], [2, 0, 1], [0, 1, 2]])
    assert stable_assignment(market).posting_of.tolist() == [0, 1, 2]


def test_gale_and_shapley_1962_example_2_has_one_stable_assignment(compiled_or_plain: str) -> None:
    men = [[0, 1, 2, 3], [0, 3, 2, 1], [1, 0, 2, 3], [3, 1, 2, 0]]
    women = [[3, 2, 0, 1], [1, 3, 0, 2], [3, 0, 1, 2], [2, 1, 0, 3]]
    market = market_of_ranks(men, women)
    result = stable_assignment(market)
    assert result.posting_of.tolist() == [2, 3, 0, 1]
    assert all_stable(market) == [(2, 3, 0, 1)]


def test_the_best_are_held_and_the_rest_try_their_next_wish(compiled_or_plain: str) -> None:
    market = Market.from_lists(
        [[0, 1], [0, 1], [0], [1, 0], []], [[5, 1], [9, 1], [7], [8, 8], []], [2, 1], range(5)
    )
    result = stable_assignment(market)
    assert result.posting_of.tolist() == [-1, 0, 0, 1, -1]
    assert result.wish_of.tolist() == [-1, 0, 0, 0, -1]
    assert result.filled.tolist() == [2, 1]
    assert result.workers_of(0).tolist() == [1, 2]
    assert (result.cutoff_score.tolist(), result.cutoff_draw.tolist()) == ([7, 8], [2, 3])
    assert (result.placed, result.full.tolist()) == (3, [True, True])


def test_equal_scores_are_parted_by_the_draw(compiled_or_plain: str) -> None:
    market = Market.from_lists([[0]] * 4, [[1.5]] * 4, [2], [3, 0, 2, 1])
    assert stable_assignment(market).posting_of.tolist() == [-1, 0, -1, 0]


def test_places_of_zero_and_workers_who_are_not_acceptable_take_part_in_nothing(
    compiled_or_plain: str,
) -> None:
    market = Market.from_lists(
        [[0, 1, 2], [1]], [[9, 9, 1], [1]], [0, 1, 1], range(2), [[True, False, True], [True]]
    )
    assert stable_assignment(market).posting_of.tolist() == [2, 1]


def test_a_market_without_anybody_and_one_without_places(compiled_or_plain: str) -> None:
    assert stable_assignment(Market.from_lists([], [], [3], [])).filled.tolist() == [0]
    assert stable_assignment(Market.from_lists([[], []], [[], []], [], range(2))).placed == 0


def test_negative_floats_zero_and_the_greatest_whole_numbers_rank_as_they_should(
    compiled_or_plain: str,
) -> None:
    for scores in ([-3.5, -0.25, -0.0, 1e-30, 3e38], [-(2**31) + 1, -1, 0, 1, 2**31 - 1]):
        for places in range(6):
            market = Market.from_lists([[0]] * 5, [[each] for each in scores], [places], [4, 3, 2, 1, 0])
            expected = [-1] * (5 - places) + [0] * places
            assert stable_assignment(market).posting_of.tolist() == expected
    same = Market.from_lists([[0]] * 2, [[0.0], [-0.0]], [1], [1, 0])
    assert stable_assignment(same).posting_of.tolist() == [-1, 0]


@settings(max_examples=150)
@given(seed=st.integers(0, 2**32), workers=st.integers(1, 5), postings=st.integers(1, 4))
def test_it_is_stable_and_best_for_every_worker_among_all_stable_assignments(
    seed: int, workers: int, postings: int
) -> None:
    market = random_market(np.random.default_rng(seed), workers=workers, postings=postings)
    result = stable_assignment(market)
    result.check()
    stable = all_stable(market)
    assert tuple(result.posting_of.tolist()) in stable
    for worker in range(workers):
        row = [*market.wishes_of(worker)[0].tolist(), -1]
        assert row.index(result.posting_of[worker]) == min(row.index(each[worker]) for each in stable)
    # rural hospitals: who is placed, and how full each posting is, is the same in every stable assignment
    assert {tuple(p >= 0 for p in each) for each in stable} == {tuple((result.posting_of >= 0).tolist())}
    for each in stable:
        counts = np.bincount([p for p in each if p >= 0], minlength=postings)
        assert counts.tolist() == result.filled.tolist()
        assert not len(blocking_pairs(assignment_of(market, each)))


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32))
def test_the_checker_finds_what_the_definition_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    market = random_market(random, workers=6, postings=4)
    ranks = ranking(market)
    posting_of, left = [], market.capacities.copy()
    for worker in range(6):
        rows = [p for p in market.wishes_of(worker)[0].tolist() if left[p] and worker in ranks[p]]
        posting_of.append(int(random.choice([*rows, -1])))
        if posting_of[-1] >= 0:
            left[posting_of[-1]] -= 1
    result = assignment_of(market, tuple(posting_of))
    expected = []
    for worker, own in enumerate(posting_of):
        row = market.wishes_of(worker)[0].tolist()
        for posting in row[: row.index(own)] if own >= 0 else row:
            held = [other for other in range(6) if posting_of[other] == posting]
            if worker in ranks[posting] and (
                len(held) < market.capacities[posting]
                or any(ranks[posting][other] > ranks[posting][worker] for other in held)
            ):
                expected.append((worker, posting))
    pairs = blocking_pairs(result)
    assert list(zip(pairs.workers.tolist(), pairs.postings.tolist(), strict=True)) == expected


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_no_other_list_gets_a_worker_a_place_wished_more(seed: int) -> None:
    market = random_market(np.random.default_rng(seed), workers=5, postings=3, acceptable=1.0)
    lists = [market.wishes_of(w)[0].tolist() for w in range(5)]
    scores = [market.wishes_of(w)[1].tolist() for w in range(5)]
    honest = int(stable_assignment(market).wish_of[0])
    for length in range(len(lists[0]) + 1):
        for said in permutations(range(len(lists[0])), length):
            tried = Market.from_lists(
                [[lists[0][i] for i in said], *lists[1:]],
                [[scores[0][i] for i in said], *scores[1:]],
                market.capacities,
                market.draw,
            )
            got = int(stable_assignment(tried).wish_of[0])
            assert got < 0 or (honest >= 0 and said[got] >= honest)


def test_proposals_together_and_one_at_a_time_give_the_same(compiled_or_plain: str) -> None:
    sizes = ((40, 6), (150, 9)) if compiled_or_plain == "plain" else ((3_000, 80), (20_000, 500))
    for seed, (workers, postings) in enumerate(sizes):
        market = random_market(np.random.default_rng(seed), workers=workers, postings=postings, longest=10)
        nowhere = Regions([], [], np.full(postings, -1))
        together, singly = stable_assignment(market), stable_assignment(market, nowhere)
        assert np.array_equal(together.posting_of, singly.posting_of)
        assert np.array_equal(together.wish_of, singly.wish_of)
        assert np.array_equal(together.filled, singly.filled)
        assert 0 < together.placed < workers
        together.check()
        assert not len(blocking_pairs(together))


@pytest.mark.parametrize("seed", range(6))
def test_the_package_matching_gives_the_same(seed: int) -> None:
    games = pytest.importorskip("matching.games")
    random = np.random.default_rng(seed)
    workers, postings = int(random.integers(20, 120)), int(random.integers(3, 15))
    market = random_market(random, workers=workers, postings=postings, acceptable=1.0)
    ranks = ranking(market)
    wishes = {
        f"w{w}": [f"p{p}" for p in market.wishes_of(w)[0] if market.capacities[p]] for w in range(workers)
    }
    wishes = {worker: row for worker, row in wishes.items() if row}
    listed = {
        f"p{p}": [f"w{w}" for w in rank] for p, rank in enumerate(ranks) if rank and market.capacities[p]
    }
    capacities = {name: int(market.capacities[int(name[1:])]) for name in listed}
    game = games.HospitalResident.create_from_dictionaries(wishes, listed, capacities)
    theirs = {str(h): {str(r) for r in residents} for h, residents in game.solve(optimal="resident").items()}
    ours = stable_assignment(market)
    assert theirs == {name: {f"w{w}" for w in ours.workers_of(int(name[1:]))} for name in listed}


def test_the_greatest_keys_come_first_whatever_is_wanted(compiled_or_plain: str) -> None:
    from sosei.engines.matching.assignment import kernels

    for seed in range(20):
        random = np.random.default_rng(seed)
        keys = random.integers(-5, 5, random.integers(1, 30)) * 2**33
        wanted = int(random.integers(1, len(keys) + 1))
        expected = sorted(keys.tolist(), reverse=True)[:wanted]
        kernels.greatest_first(keys, len(keys), wanted)
        assert sorted(keys[:wanted].tolist(), reverse=True) == expected


def test_the_lottery_can_be_repeated_with_an_ordinary_tool() -> None:
    import hashlib

    ids = [f"worker-{n}" for n in range(500)]
    by_hand = sorted(
        ids, key=lambda each: hashlib.blake2b(f"2026-08:{each}".encode(), digest_size=8).digest()
    )
    places = lottery("2026-08", ids)
    assert [by_hand[place] for place in places] == ids
    assert sorted(places.tolist()) == list(range(500))
    assert lottery("2026-08", ids[::-1]).tolist() == places.tolist()[::-1]
    assert lottery("2026-09", ids).tolist() != places.tolist()
    assert lottery(7, [1, 2, 3]).tolist() == lottery("7", ["1", "2", "3"]).tolist()
    assert lottery(b"\x0a", ids).tolist() == lottery("0a", ids).tolist()
    assert lottery(1, []).tolist() == []


def test_equal_digests_are_parted_by_the_text_of_the_id(monkeypatch: pytest.MonkeyPatch) -> None:
    from sosei.engines.matching.assignment import market

    class Same:
        def __init__(self, *_: object, **__: object) -> None: ...

        def copy(self) -> Same:
            return self

        def update(self, _: bytes) -> None: ...

        def digest(self) -> bytes:
            return bytes(8)

    monkeypatch.setattr(market, "blake2b", Same)
    assert lottery(1, ["c", "a", "b"]).tolist() == [2, 0, 1]


def test_each_worker_is_drawn_first_about_equally_often() -> None:
    first = np.bincount([int(np.argmin(lottery(seed, range(5)))) for seed in range(2_000)], minlength=5)
    assert (abs(first - 400) < 90).all(), first


@pytest.mark.parametrize(
    ("arguments", "code", "data"),
    [
        (([[0, 1, 0]], [[1, 1, 1]], [1, 1], [0]), "duplicate_wish", {"worker": 0, "posting": 0}),
        (([[], [2]], [[], [1]], [1, 1], [0, 1]), "posting_range", {"worker": 1, "posting": 2, "last": 1}),
        (([[-1]], [[1]], [1], [0]), "posting_range", {"worker": 0, "posting": -1, "last": 0}),
        (([[0]], [[1]], [3, -1], [0]), "negative_capacity", {"posting": 1, "value": -1}),
        (([[0]], [[1]], [2**31], [0]), "too_large", {"name": "capacity", "value": 2**31, "most": 2**31 - 1}),
        (([[0]], [[1, 2]], [1], [0]), "shape", {"name": "scores", "got": [2], "expected": [1]}),
        (([[0]], [[float("nan")]], [1], [0]), "score", None),
        (([[0]], [[-(2**31)]], [1], [0]), "score", {"worker": 0, "posting": 0, "value": -(2**31)}),
        (([[0]], [[2**31]], [1], [0]), "score", {"worker": 0, "posting": 0, "value": 2**31}),
        (([[0]], [[1]], [1], [0, 1]), "shape", {"name": "draw", "got": (2,), "expected": 1}),
        (([[0], [0]], [[1], [1]], [1], [1, 1]), "draw", {"last": 1, "value": 1, "worker": 1}),
        (([[0], [0]], [[1], [1]], [1], [0, 2]), "draw", {"last": 1, "value": 2, "worker": 1}),
    ],
)
def test_a_market_that_cannot_be_is_refused_by_name(
    arguments: tuple[object, ...], code: str, data: dict[str, object] | None
) -> None:
    with pytest.raises(MarketError) as refusal:
        Market.from_lists(*arguments)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert data is None or refusal.value.data == data
    assert "{" not in str(refusal.value)


@pytest.mark.parametrize("offsets", [[1, 1], [0, 2, 1], [0, 2], [[0, 1]]])
def test_offsets_that_cannot_be_are_refused(offsets: object) -> None:
    workers = np.shape(offsets)[0] - 1
    with pytest.raises(MarketError) as refusal:
        Market(offsets, [0], [1], [1], range(workers))  # type: ignore[arg-type]
    assert refusal.value.code in {"offsets", "shape"}


def test_an_id_that_draws_twice_is_refused() -> None:
    with pytest.raises(MarketError, match="stands earlier"):
        lottery(1, ["a", 1, "1"])


def test_a_worker_who_does_not_exist_is_refused() -> None:
    with pytest.raises(MarketError, match="workers are 0 to 0"):
        Market.from_lists([[]], [[]], [], [0]).wishes_of(1)


@pytest.mark.parametrize(
    ("posting_of", "wish_of", "filled", "rule"),
    [
        ([0, 0], [0, 0], [2, 0], "capacity"),
        ([0, 1], [0, 1], [1, 1], "wish"),
        ([0, -1], [1, -1], [1, 0], "wish"),
        ([-1, 0], [-1, 0], [0, 1], "filled"),
        ([1, -1], [1, -1], [0, 1], "acceptable"),
    ],
)
def test_a_result_that_breaks_a_rule_is_refused(
    posting_of: list[int], wish_of: list[int], filled: list[int], rule: str
) -> None:
    from sosei.engines.matching.assignment import Assignment

    market = Market.from_lists([[0, 1], [0]], [[1, 1], [1]], [1, 1], range(2), [[True, False], [True]])
    result = Assignment(market, *(np.array(each, dtype=np.int32) for each in (posting_of, wish_of, filled)))
    with pytest.raises(MarketError) as refusal:
        result.check()
    assert refusal.value.data["rule"] == rule


def test_compiled_code_is_kept_only_beside_the_source_or_where_the_operator_says(
    tmp_path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sosei.engines import compiled

    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    assert compiled.may_keep(tmp_path / "module.py")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert not compiled.may_keep(tmp_path / "module.py")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert compiled.may_keep(tmp_path / "module.py")
