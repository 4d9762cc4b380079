"""Codes for doors: unlike weak ones and neighbours, good only in their time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError
from sosei.programmes.spaces.rules_keys import (
    Code,
    Key,
    answer,
    is_weak,
    must_renew,
    neighbours_of,
    new_pin,
    too_like,
    validity,
)
from tests.spaces.rules_world import on, tokyo

BOOKED = on(4, 1, 10, 12)


@pytest.mark.parametrize(
    "pin", ["0000", "1234", "8765", "9012", "7777", "1212", "1984", "2027", "123123", "654321"]
)
def test_codes_that_people_try_first_are_weak(pin: str) -> None:
    assert is_weak(pin)


@pytest.mark.parametrize("pin", ["4071", "3318", "820417", "198402"])
def test_other_codes_are_not(pin: str) -> None:
    assert not is_weak(pin)


def test_a_neighbours_code_is_far_in_number_and_in_two_digits() -> None:
    assert too_like("4071", "4072") and too_like("4071", "4080") and too_like("4071", "9071")
    assert not too_like("4071", "4082")
    assert not too_like("40710", "4071")


@given(st.integers(0, 2**32), st.integers(4, 8))
def test_a_new_code_is_unlike_all_neighbours_and_keeps_leading_noughts(seed: int, length: int) -> None:
    source = random.Random(seed)
    given_out: list[str] = []
    for _turn in range(5):
        pin = new_pin(source.randrange, given_out, length=length)
        assert len(pin) == length and pin.isdecimal() and not is_weak(pin)
        assert not any(too_like(pin, other) for other in given_out)
        given_out.append(pin)


def test_codes_come_from_the_draws_alone_and_each_allowed_one_is_as_likely() -> None:
    draws: Iterator[int] = iter([1234, 4071, 71])
    assert new_pin(lambda _below: next(draws), ["4070"], length=4) == "0071"
    source = random.Random(7)
    first = Counter(new_pin(source.randrange, length=4)[3] for _turn in range(5000))
    assert all(abs(count - 500) < 120 for count in first.values()) and len(first) == 10


def test_without_any_code_left_a_longer_one_is_asked_for() -> None:
    with pytest.raises(RulesError) as caught:
        new_pin(lambda _below: 4071, ["4071"], length=4)
    assert caught.value.code is ErrorCode.EXHAUSTED
    assert caught.value.data["remedy"] == "5..10"
    with pytest.raises(RulesError):
        new_pin(lambda below: below, length=4)
    with pytest.raises(RulesError):
        new_pin(lambda _below: 1, length=3)


def test_a_code_opens_around_its_booking_and_never_in_a_neighbours_time() -> None:
    assert validity(BOOKED, before=10, after=5) == on(4, 1, 10 - 1 / 6, 12 + 1 / 12)
    tight = validity(BOOKED, before=30, after=30, previous_end=tokyo(4, 1, 9, 45), next_start=tokyo(4, 1, 12))
    assert (tight.start, tight.end) == (tokyo(4, 1, 9, 45), tokyo(4, 1, 12))
    with pytest.raises(RulesError):
        validity(BOOKED, previous_end=tokyo(4, 1, 10, 1))
    with pytest.raises(RulesError):
        validity(BOOKED, next_start=tokyo(4, 1, 11, 59))


def test_a_moved_booking_gets_a_new_code() -> None:
    assert must_renew(1, BOOKED, 1, on(4, 1, 11, 13))
    assert must_renew(1, BOOKED, 2, BOOKED)
    assert not must_renew(1, BOOKED, 1, BOOKED)


def test_a_lock_opens_only_in_time_and_says_why_not() -> None:
    keys = [Key("4071", BOOKED), Key("8203", BOOKED, withdrawn=True)]
    second = timedelta(seconds=1)
    assert answer("4071", keys, [], BOOKED.start) is None
    assert answer("4071", keys, [], BOOKED.end - second) is None
    assert answer("4071", keys, [], BOOKED.start - second) is Code.TOO_EARLY
    assert answer("4071", keys, [], BOOKED.end) is Code.TOO_LATE
    assert answer("8203", keys, [], BOOKED.start) is Code.WITHDRAWN
    assert answer("0071", keys, [], BOOKED.start) is Code.WRONG


def test_after_five_wrong_tries_a_lock_waits_ten_minutes() -> None:
    keys = [Key("4071", BOOKED)]
    wrong = [BOOKED.start + timedelta(seconds=each) for each in range(5)]
    last = wrong[-1]
    assert answer("4071", keys, wrong, last) is Code.LOCKED_OUT
    assert answer("4071", keys, wrong[:4], last) is None
    assert answer("4071", keys, wrong, wrong[0] + timedelta(minutes=10)) is None


def test_codes_of_the_week_around_are_neighbours_withdrawn_ones_too() -> None:
    keys = [
        Key("1111", on(3, 20, 10, 12)),
        Key("2222", on(3, 26, 10, 12)),
        Key("3333", on(4, 8, 10, 12), withdrawn=True),
        Key("4444", on(4, 8, 12, 14)),
    ]
    assert neighbours_of(BOOKED, keys) == ["2222", "3333"]
