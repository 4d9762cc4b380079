"""The life of a booking: whose steps, how long things stand, what counts as used, what must be shown before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.programmes.spaces.rules_bookings import (
    ENDED,
    LIVE,
    STEPS,
    TAKES_SPACE,
    Code,
    Facts,
    Item,
    State,
    Who,
    counts_as_used,
    hold_until,
    konbini_until,
    may_review,
    may_step,
    missing_items,
    next_states,
    offer_until,
    pay_until,
    request_until,
    require_items,
    review_until,
    reviews_shown,
)
from sosei.programmes.spaces.rules_errors import RulesError
from tests.spaces.rules_world import NEW_YORK, TOKYO, moments, on, tokyo

PERIOD = on(4, 10, 10, 12)
BEFORE, DURING, AFTER = tokyo(4, 1), tokyo(4, 10, 11), tokyo(4, 10, 13)
SECOND = timedelta(seconds=1)


def step(before: State | None, after: State, who: Who, now: datetime = BEFORE, **facts: Any) -> Code | None:
    found = may_step(before, after, who, Facts(PERIOD, **facts), now)
    assert found is None or isinstance(found.code, Code)
    return None if found is None else found.code


def test_what_has_ended_never_comes_back() -> None:
    for before in (State.DECLINED, State.LAPSED, State.CANCELLED):
        for who in Who:
            assert next_states(before, who, Facts(PERIOD, term=BEFORE), AFTER) == []
    assert set(State) == LIVE | ENDED and not LIVE & ENDED
    assert set(State) - {State.DECLINED, State.LAPSED, State.CANCELLED} == TAKES_SPACE


def test_a_guest_cannot_confirm_his_own_request_nor_say_he_came() -> None:
    assert step(State.REQUESTED, State.CONFIRMED, Who.GUEST) is Code.NOT_YOURS
    assert step(State.REQUESTED, State.CONFIRMED, Who.HOST) is None
    assert step(State.CONFIRMED, State.USED, Who.GUEST, AFTER) is Code.NOT_YOURS
    assert step(State.CONFIRMED, State.REQUESTED, Who.STAFF) is Code.NO_SUCH_STEP


def test_every_state_can_be_reached_and_left_only_along_the_steps() -> None:
    reached: set[State | None] = {None}
    while True:
        more = {after for (before, after) in STEPS if before in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == {None, *State}
    assert all(whose for whose in STEPS.values())


def test_a_hold_or_request_is_answered_before_its_term_and_lapses_from_it_on() -> None:
    term = tokyo(4, 2)
    assert step(State.HELD, State.CONFIRMED, Who.PROGRAM, term - SECOND, term=term) is None
    assert step(State.HELD, State.CONFIRMED, Who.PROGRAM, term, term=term) is Code.TERM_OVER
    assert step(State.REQUESTED, State.HELD, Who.HOST, term, term=term) is Code.TERM_OVER
    assert step(State.HELD, State.LAPSED, Who.PROGRAM, term - SECOND, term=term) is Code.NOT_OVER
    assert step(State.HELD, State.LAPSED, Who.PROGRAM, term, term=term) is None
    assert step(State.HELD, State.LAPSED, Who.HOST, term, term=term) is Code.NOT_YOURS
    assert step(State.HELD, State.LAPSED, Who.PROGRAM, term) is Code.NOT_OVER


@given(moments, moments)
def test_at_no_moment_a_hold_can_both_lapse_and_be_confirmed_nor_neither(
    term: datetime, now: datetime
) -> None:
    lapses = step(State.HELD, State.LAPSED, Who.PROGRAM, now, term=term) is None
    confirmed = step(State.HELD, State.CONFIRMED, Who.PROGRAM, now, term=term) is None
    assert lapses != confirmed


def test_a_guest_cancels_until_the_start_the_house_until_the_end() -> None:
    assert step(State.CONFIRMED, State.CANCELLED, Who.GUEST, PERIOD.start - SECOND) is None
    assert step(State.CONFIRMED, State.CANCELLED, Who.GUEST, PERIOD.start) is Code.HAS_BEGUN
    assert step(State.CONFIRMED, State.CANCELLED, Who.HOST, DURING) is None
    assert step(State.CONFIRMED, State.CANCELLED, Who.STAFF, PERIOD.end) is Code.HAS_BEGUN


def test_nobody_came_is_said_after_the_start_within_three_days_and_never_against_an_opened_door() -> None:
    assert step(State.CONFIRMED, State.NO_SHOW, Who.HOST, BEFORE) is Code.NOT_BEGUN
    assert step(State.CONFIRMED, State.NO_SHOW, Who.HOST, AFTER) is None
    late = PERIOD.end + timedelta(days=3)
    assert step(State.USED, State.NO_SHOW, Who.HOST, late - SECOND) is None
    assert step(State.USED, State.NO_SHOW, Who.HOST, late) is Code.TERM_OVER
    assert step(State.USED, State.NO_SHOW, Who.STAFF, late) is None
    assert step(State.CONFIRMED, State.NO_SHOW, Who.STAFF, AFTER, opened_at=DURING) is Code.DOOR_OPENED


def test_a_booking_counts_as_used_when_its_door_was_opened_or_nobody_objected_for_three_days() -> None:
    opened = Facts(PERIOD, opened_at=DURING)
    assert not counts_as_used(State.CONFIRMED, opened, PERIOD.end - SECOND)
    assert counts_as_used(State.CONFIRMED, opened, PERIOD.end)
    silent = Facts(PERIOD)
    assert not counts_as_used(State.CONFIRMED, silent, PERIOD.end + timedelta(days=3) - SECOND)
    assert counts_as_used(State.CONFIRMED, silent, PERIOD.end + timedelta(days=3))
    assert not counts_as_used(State.NO_SHOW, opened, PERIOD.end + timedelta(days=9))
    assert not counts_as_used(State.HELD, opened, PERIOD.end + timedelta(days=9))


@given(moments, st.integers(1, 60 * 24 * 40))
def test_no_term_reaches_beyond_the_start(now: datetime, ahead: int) -> None:
    start = now + timedelta(minutes=ahead)
    for until in (
        hold_until(now, start),
        request_until(now, start),
        offer_until(now, start),
        pay_until(now, start, NEW_YORK, days_after=7),
        pay_until(now, start, NEW_YORK, days_before=3),
    ):
        assert now < until <= start
    konbini = konbini_until(now, start)
    assert konbini is None or now + timedelta(hours=1) <= konbini <= start - timedelta(minutes=60)
    assert (konbini is None) == (ahead < 120)


def test_terms_are_as_the_facts_say() -> None:
    now, far = tokyo(4, 1, 12), tokyo(6, 1)
    assert hold_until(now, far) == now + timedelta(minutes=15)
    assert request_until(now, far) == now + timedelta(days=7)
    assert offer_until(now, far) == now + timedelta(hours=24)
    assert offer_until(now, now + timedelta(hours=48)) == now + timedelta(hours=1)
    assert konbini_until(now, far) == now + timedelta(days=7)


def test_a_provisional_booking_is_paid_by_the_end_of_a_day_of_the_place() -> None:
    now, use = tokyo(4, 1, 12), tokyo(4, 20, 10)
    assert pay_until(now, use, TOKYO, days_after=5) == tokyo(4, 7)
    assert pay_until(now, use, TOKYO, days_before=3) == tokyo(4, 18)
    assert pay_until(now, use, TOKYO, days_after=14, days_before=7) == tokyo(4, 14)
    assert pay_until(now, tokyo(4, 3, 10), TOKYO, days_before=3) == tokyo(4, 2)
    assert pay_until(now, tokyo(4, 1, 18), TOKYO) == tokyo(4, 1, 18)
    assert pay_until(tokyo(2, 28, 12, year=2028), tokyo(3, 10, year=2028), TOKYO, days_after=1) == tokyo(
        3, 1, year=2028
    )


def test_reviews_are_written_for_two_weeks_and_shown_together_or_after() -> None:
    end = PERIOD.end
    last = review_until(end)
    assert last - end == timedelta(days=14)
    assert may_review(State.USED, end, end) and may_review(State.USED, end, last - SECOND)
    assert not may_review(State.USED, end, last)
    assert not may_review(State.USED, end, end - SECOND)
    assert not may_review(State.NO_SHOW, end, end)
    assert not may_review(State.USED, end, end, already=True)
    assert reviews_shown(True, end, end) and reviews_shown(False, end, last)
    assert not reviews_shown(False, end, last - SECOND)


def test_a_confirmation_screen_without_one_of_the_six_items_is_refused() -> None:
    shown: dict[Item, object] = dict.fromkeys(Item, "…")
    assert len(shown) == 6 and missing_items(shown) == []
    require_items(shown)
    shown[Item.CANCELLATION] = ()
    del shown[Item.PAYMENT]
    assert missing_items(shown) == [Item.PAYMENT, Item.CANCELLATION]
    with pytest.raises(RulesError) as caught:
        require_items(shown)
    assert caught.value.data["remedy"] == Item.PAYMENT
