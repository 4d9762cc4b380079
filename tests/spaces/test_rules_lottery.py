"""The lottery: bound beforehand, drawn the same each time, checked by anybody, late entries refused."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError
from sosei.programmes.spaces.rules_lottery import (
    Closed,
    Code,
    Entry,
    Flaw,
    Rules,
    Scheme,
    digest_of,
    digest_of_entries,
    draw,
    lot_of,
    new_seed,
    phases,
    takes_entries,
    verify,
)
from tests.spaces.rules_world import NEW_YORK, TOKYO, on, tokyo

ROOM_A, ROOM_B = frozenset({1}), frozenset({2})
HALL = ROOM_A | ROOM_B
MORNING = on(6, 1, 9, 12)


def test_a_lot_can_be_computed_by_anybody() -> None:
    assert lot_of("abc", 12) == hashlib.sha256(b"abc:12").hexdigest()
    seed = new_seed(lambda count: bytes(range(count)))
    assert len(seed) == 64
    assert digest_of(seed) == hashlib.sha256(seed.encode()).hexdigest()
    with pytest.raises(RulesError):
        new_seed(lambda _count: b"short")


def test_residents_come_before_everybody_else_where_they_have_priority() -> None:
    entries = [Entry(n, f"p{n}", ROOM_A, MORNING, resident=n == 5) for n in range(1, 9)]
    assert [each.number for each in draw("s", entries, Rules()) if each.code is Code.WON] == [5]
    open_to_all = draw("s", entries, Rules(residents_first=False))
    assert open_to_all[0].number == min(range(1, 9), key=lambda n: lot_of("s", n))
    assert [each.order for each in open_to_all] == list(range(1, 9))
    assert [each.waits for each in open_to_all] == [None, *range(1, 8)]
    assert all(each.against == open_to_all[0].number for each in open_to_all[1:])


def test_the_hall_shuts_its_rooms_and_a_room_the_hall_only_at_the_same_time() -> None:
    entries = [
        Entry(1, "a", HALL, MORNING, resident=True),
        Entry(2, "b", ROOM_A, on(6, 1, 11, 14)),
        Entry(3, "c", ROOM_B, on(6, 1, 12, 14)),
    ]
    codes = {each.number: each.code for each in draw("s", entries, Rules())}
    assert codes == {1: Code.WON, 2: Code.TAKEN, 3: Code.WON}
    busy = [(ROOM_B, on(6, 1, 8, 10))]
    found = {each.number: each.code for each in draw("s", entries, Rules(), busy)}
    assert found == {1: Code.BLOCKED, 2: Code.WON, 3: Code.WON}


def test_an_applicant_wins_no_more_than_allowed_and_the_wish_ranked_first_before_others() -> None:
    entries = [Entry(n, "a", ROOM_A, on(6, n, 9, 12), rank=rank) for n, rank in ((1, 3), (2, 2), (3, 1))]
    found = {each.number: each for each in draw("s", entries, Rules(most_wins=1))}
    assert {number: each.code for number, each in found.items()} == {
        1: Code.ENOUGH,
        2: Code.ENOUGH,
        3: Code.WON,
    }
    best = min((1, 2, 3), key=lambda n: lot_of("s", n))
    assert (found[3].lot, found[3].lot_number) == (lot_of("s", best), best)


@pytest.mark.parametrize(
    ("code", "entries"),
    [
        (ErrorCode.DUPLICATE, [Entry(1, "a", ROOM_A, MORNING), Entry(1, "b", ROOM_A, MORNING)]),
        (ErrorCode.DUPLICATE, [Entry(1, "a", ROOM_A, MORNING), Entry(2, "a", ROOM_A, MORNING)]),
        (ErrorCode.MISSING, [Entry(1, "a", frozenset(), MORNING)]),
    ],
)
def test_entries_that_cannot_be_are_refused(code: ErrorCode, entries: list[Entry]) -> None:
    with pytest.raises(RulesError) as caught:
        draw("s", entries, Rules())
    assert caught.value.code is code


entry_lists = st.lists(
    st.builds(
        Entry,
        number=st.integers(1, 200),
        applicant=st.sampled_from("abcdefg"),
        spaces=st.sets(st.integers(1, 4), min_size=1).map(frozenset),
        period=st.tuples(st.integers(0, 20), st.integers(1, 6)).map(
            lambda pair: on(6, 1, pair[0], sum(pair))
        ),
        resident=st.booleans(),
        rank=st.integers(1, 3),
    ),
    max_size=14,
    unique_by=(lambda entry: entry.number, lambda entry: (entry.applicant, entry.spaces, entry.period)),
)
seeds = st.text("0123456789abcdef", min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(entry_lists, seeds, st.booleans(), st.one_of(st.none(), st.integers(1, 3)), st.randoms())
def test_no_two_winners_meet_and_nobody_without_luck_could_have_had_his_time(
    entries: list[Entry], seed: str, residents_first: bool, most: int | None, shuffle: random.Random
) -> None:
    rules = Rules(residents_first, most)
    found = draw(seed, entries, rules)
    by_number = {entry.number: entry for entry in entries}
    winners = [by_number[each.number] for each in found if each.code is Code.WON]
    assert sorted(each.number for each in found) == sorted(by_number)
    for place, one in enumerate(winners):
        assert not any(one.meets(other.spaces, other.period) for other in winners[:place])
    for each in found:
        mine = by_number[each.number]
        before = [
            by_number[other.number] for other in found if other.order < each.order and other.code is Code.WON
        ]
        own_wins = sum(won.applicant == mine.applicant for won in before)
        if each.code is Code.WON:
            assert most is None or own_wins < most
        else:
            blocked = any(mine.meets(won.spaces, won.period) for won in before)
            assert blocked or (most is not None and own_wins >= most)
    residents = [by_number[each.number].resident for each in found]
    if residents_first:
        assert residents == sorted(residents, reverse=True)
    mixed = list(entries)
    shuffle.shuffle(mixed)
    assert draw(seed, mixed, rules) == found
    assert digest_of_entries(mixed) == digest_of_entries(entries)


def test_every_number_has_the_same_chance() -> None:
    entries = [Entry(n, f"p{n}", ROOM_A, MORNING) for n in range(1, 5)]
    wins = Counter(draw(f"seed{each}", entries, Rules())[0].number for each in range(4000))
    assert set(wins) == {1, 2, 3, 4}
    assert all(abs(count - 1000) < 5 * (4000 * 0.25 * 0.75) ** 0.5 for count in wins.values())


def test_a_draw_that_was_tampered_with_is_seen() -> None:
    seed, entries = "5eed", [Entry(n, f"p{n}", ROOM_A, MORNING, resident=n % 2 == 0) for n in range(1, 7)]
    rules = Rules()
    results = draw(seed, entries, rules)
    digest, listed = digest_of(seed), digest_of_entries(entries)
    assert verify(seed, digest, entries, listed, rules, results) == []
    assert verify(seed, digest, entries, listed, rules, results[::-1]) == []
    assert Flaw.SEED in verify("other", digest, entries, listed, rules, results)
    late = [*entries, Entry(7, "late", ROOM_A, MORNING, resident=True)]
    assert Flaw.ENTRIES in verify(seed, digest, late, listed, rules, results)
    for changed in (
        replace(entries[0], resident=True),
        replace(entries[0], rank=2),
        replace(entries[0], period=on(6, 1, 9, 11)),
        replace(entries[0], spaces=HALL),
        replace(entries[0], applicant="q"),
    ):
        assert digest_of_entries([changed, *entries[1:]]) != listed
    swapped = [replace(results[0], code=Code.TAKEN), replace(results[1], code=Code.WON), *results[2:]]
    assert verify(seed, digest, entries, listed, rules, swapped) == [Flaw.RESULTS]
    assert verify(seed, digest, entries, listed, rules, results[:-1]) == [Flaw.RESULTS]


def test_the_phases_of_a_month_are_counted_back_over_the_new_year() -> None:
    found = phases(date(2027, 2, 14), Scheme(), TOKYO)
    assert found.opens == tokyo(11, 1, year=2026)
    assert found.closes == tokyo(11, 16, year=2026)
    assert found.draws == tokyo(11, 17, year=2026)
    assert found.confirm_until == tokyo(11, 25, year=2026)
    assert found.residents_from == tokyo(12, 1, year=2026)
    assert found.outside_from == tokyo(1, 1)
    assert phases(date(2027, 6, 1), Scheme(), NEW_YORK).opens.hour == 5


@pytest.mark.parametrize(
    "make",
    [
        lambda: Scheme(last_day=15, draw_day=15),
        lambda: Scheme(first_day=16),
        lambda: Scheme(resident_months=3),
        lambda: Scheme(outside_months=3),
        lambda: Rules(most_wins=0),
    ],
)
def test_schemes_out_of_order_are_refused(make: Callable[[], object]) -> None:
    with pytest.raises(RulesError):
        make()


def test_an_entry_counts_from_the_opening_to_the_second_before_the_end() -> None:
    opens, closes = tokyo(3, 1), tokyo(3, 16)
    second = timedelta(seconds=1)

    def answer(now: object) -> object:
        found = takes_entries(opens, closes, now)  # type: ignore[arg-type]
        return found.code if found else None

    assert answer(opens - second) is Closed.NOT_YET
    assert answer(opens) is None
    assert answer((closes - second).astimezone(UTC)) is None
    assert answer(closes) is Closed.TOO_LATE
