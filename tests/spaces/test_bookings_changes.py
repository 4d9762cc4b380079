"""Bookings moved and called off, the waiting list, blocked times, and what the calendar says is free."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sosei.core.payments.models import Payment, Refund
from sosei.core.people.models import Person
from sosei.programmes.spaces import availability, booking_hooks
from sosei.programmes.spaces.errors_bookings import BookingError, NotAllowedError, TakenError, TooLateError
from sosei.programmes.spaces.models import (
    Block,
    Booking,
    BookingCancellation,
    BookingChange,
    Occupancy,
    Order,
    Space,
    WaitingEntry,
)
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_hours import Code
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.rules_series import Every, Pattern
from sosei.programmes.spaces.services import blocks, bookings, cancelling, changing, money, waiting
from tests.people.conftest import MakePerson
from tests.spaces.bookings_world import SHOWN, balance_flaws, only, pay, period, place, states, wish, workday
from tests.spaces.conftest import SpacesWorld
from tests.spaces.world import day_from_now, make_closure, preset

pytestmark = pytest.mark.django_db
HALF = {"code": "x", "free_hours": 0, "steps": [{"percent": 50}]}


def move(
    booking: Booking, to: Period, *, space: Space | None = None, scope: str = "this", **more: Any
) -> list[Booking]:
    given: dict[str, Any] = {"reason": "", "key": uuid.uuid4(), "actor": booking.person}
    return changing.move_booking(
        booking=booking, space=space or booking.space, period=to, scope=scope, **{**given, **more}
    )


def cancel(*rows: Booking, side: str = "guest", **more: Any) -> list[BookingCancellation]:
    given: dict[str, Any] = {
        "reason_code": "other",
        "reason": "都合",
        "key": uuid.uuid4(),
        "actor": rows[0].person,
    }
    return cancelling.cancel(bookings=rows, side=side, **{**given, **more})


def times(order: Order) -> list[Period]:
    return [period_of(one.period) for one in order.bookings.order_by("period")]


def taken_of(order: Order) -> list[Period]:
    return sorted(
        Period(row.period.lower, row.period.upper) for row in Occupancy.objects.filter(booking__order=order)
    )


def booked_long_ago(order: Order, days: int = 10) -> None:
    """The hours in which one may go free of charge are over."""
    Booking.objects.filter(order=order).update(booked_at=timezone.now() - timedelta(days=days))


# --- Moved ------------------------------------------------------------------------------------------------------------


def test_a_booking_moves_over_its_own_time_and_frees_the_old(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0], 20, "10:00", "12:00"))
    [moved] = move(only(order), period(20, "11:00", "13:00"))
    assert times(order) == taken_of(order) == [period(20, "11:00", "13:00")]
    assert (moved.yen, moved.changes.get().old_yen) == (2000, 2000)
    assert place(spaces.friend, wish(spaces.rooms[0], 20, "10:00", "11:00"))
    assert balance_flaws() == []


def test_a_move_to_a_taken_time_changes_nothing(spaces: SpacesWorld) -> None:
    place(spaces.friend, wish(spaces.rooms[0], 20, "12:00", "14:00"))
    order = place(spaces.guest, wish(spaces.rooms[0], 20, "10:00", "12:00"))
    with pytest.raises(TakenError):
        move(only(order), period(20, "11:00", "13:00"))
    assert times(order) == taken_of(order) == [period(20, "10:00", "12:00")]
    assert not BookingChange.objects.exists()


def test_a_room_moves_into_the_hall_it_is_part_of(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="card")
    pay(order)
    [moved] = move(only(order), period(20, "10:00", "12:00"), space=spaces.hall)
    assert (moved.space, moved.yen) == (spaces.hall, 6000)
    assert len(taken_of(order)) == 3
    standing = money.standing(order)
    assert standing is not None
    # What is dearer is asked for at once, and the door's code waits for it.
    assert (standing.charged, standing.paid, standing.waiting, standing.open) == (6000, 2000, 4000, 0)
    assert Payment.objects.get(yen=4000).expires_at == moved.period.lower
    assert money.owes_for_move(moved) == 4000
    pay(order)
    assert money.owes_for_move(only(order)) == 0
    assert balance_flaws() == []


def test_the_house_moves_for_nothing_and_it_counts_for_nothing(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="card")
    pay(order)
    booked_long_ago(order)
    Booking.objects.filter(order=order).update(ladder=HALF)
    [moved] = move(
        only(order), period(20, "10:00", "12:00"), space=spaces.hall, side="host", actor=spaces.owner
    )
    assert (moved.space, moved.yen, money.owes_for_move(moved)) == (spaces.hall, 2000, 0)
    assert [line["yen"] for line in moved.quote["lines"]] == [6000, -4000]
    assert (cancelling.moves_of(only(order)), cancelling.floor_of(only(order))) == ([], 0)
    [moved] = move(
        only(order), period(20, "10:00", "11:00"), space=spaces.rooms[0], side="town", actor=spaces.staff
    )
    assert (moved.yen, Refund.objects.get().yen) == (1000, 1000)
    assert balance_flaws() == []


def test_moving_again_wins_back_nothing_of_what_was_kept(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0], 20, "10:00", "14:00"), way="card")
    pay(order)
    Booking.objects.filter(order=order).update(ladder=HALF)
    for hours, yen in (
        (("10:00", "12:00"), 3000),
        (("13:00", "15:00"), 3000),
        (("10:00", "13:00"), 3500),
        (("10:00", "12:00"), 3000),
        (("10:00", "11:00"), 2500),
    ):
        price = changing.price_of_move(
            booking=only(order), space=spaces.rooms[0], period=period(20, *hours), now=timezone.now()
        )
        [moved] = move(only(order), period(20, *hours))
        assert (moved.yen, price.new_yen, sum(line["yen"] for line in moved.quote["lines"])) == (yen,) * 3
        assert min(step.yen for step in price.steps) == cancelling.owed_now(moved, timezone.now()).yen == 2000
    assert balance_flaws() == []


def test_the_price_of_a_move_is_that_of_all_its_dates(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, *(wish(spaces.rooms[0], day) for day in (20, 27)), way="card")
    pay(order)
    first = Booking.objects.filter(order=order).order_by("period")[0]
    to = period(20, "10:00", "13:00")
    given: dict[str, Any] = {"booking": first, "space": spaces.rooms[0], "period": to, "now": timezone.now()}
    assert [changing.price_of_move(**given, scope=scope).extra for scope in ("this", "all")] == [1000, 2000]
    # What was begun and is over is not begun anew when one of the dates is called off.
    [moved, _other] = move(first, to, scope="all")
    Payment.objects.filter(state="asked").update(expires_at=timezone.now())
    cancel(moved)
    standing = money.standing(order)
    assert standing is not None
    assert (standing.charged, standing.paid, standing.waiting) == (3000, 4000, 0)
    assert balance_flaws() == []


def test_what_becomes_cheaper_goes_back_as_far_as_the_ladder_lets_it(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0], 20, "10:00", "14:00"), way="card")
    pay(order)
    booking = only(order)
    assert (
        changing.price_of_move(
            booking=booking, space=booking.space, period=period(20, "10:00", "12:00"), now=timezone.now()
        ).refund
        == 2000
    )
    # The house itself is not bound by its horizon; the guest is, on the page as when it is done.
    far = {"booking": booking, "space": booking.space, "period": period(100, "10:00", "12:00")}
    for actor, code in ((None, Code.HORIZON), (spaces.guest, Code.HORIZON), (spaces.owner, None)):
        refusal = changing.price_of_move(**far, now=timezone.now(), actor=actor).refusal
        assert (refusal and refusal.code) == code
    with pytest.raises(TakenError):
        move(booking, far["period"])
    move(booking, period(20, "10:00", "12:00"))
    assert Refund.objects.get().yen == 2000
    # A ladder that has begun to count keeps its share of what became cheaper.
    late = place(spaces.guest, wish(spaces.rooms[1], 20), way="card")
    pay(late)
    Booking.objects.filter(order=late).update(
        ladder={"code": "x", "free_hours": 0, "steps": [{"percent": 50}]}
    )
    [moved] = move(only(late), period(20, "10:00", "11:00"))
    assert moved.yen == 1500
    assert [line["yen"] for line in moved.quote["lines"]] == [1000, 500]
    assert Refund.objects.latest("pk").yen == 500
    assert balance_flaws() == []


def test_moving_away_is_no_escape_from_the_ladder(spaces: SpacesWorld) -> None:
    room = spaces.rooms[0]
    room.ladder = preset("strict")
    room.save()
    order = place(spaces.guest, wish(room, 20), way="card")
    pay(order)
    booked_long_ago(order)
    assert cancelling.owed_now(only(order), timezone.now()).percent == 50
    move(only(order), period(60, "10:00", "12:00"))
    assert cancelling.owed_now(only(order), timezone.now()).percent == 50
    assert {step.percent for step in cancelling.steps_now(only(order), timezone.now())} == {50, 100}


def test_the_rest_of_a_series_moves_by_the_same_days_all_or_none(spaces: SpacesWorld) -> None:
    room = spaces.rooms[0]
    order = place(spaces.guest, *(wish(room, day) for day in (20, 27, 34)))
    second = Booking.objects.filter(order=order).order_by("period")[1]
    place(spaces.friend, wish(room, 35, "13:00", "14:00"))
    with pytest.raises(TakenError):
        move(second, period(28, "13:00", "15:00"), scope="following")
    assert times(order) == [period(day, "10:00", "12:00") for day in (20, 27, 34)]
    # One takes the place that another of the same series leaves.
    move(second, period(34, "10:00", "12:00"), scope="following")
    assert times(order) == taken_of(order) == [period(day, "10:00", "12:00") for day in (20, 34, 41)]
    assert balance_flaws() == []


def test_a_double_click_moves_once(spaces: SpacesWorld) -> None:
    order, key = place(spaces.guest, wish(spaces.rooms[0])), uuid.uuid4()
    for _n in range(2):
        move(only(order), period(20, "14:00", "16:00"), key=key)
    assert BookingChange.objects.count() == 1


def test_who_may_not_and_what_is_not_settled_is_not_moved(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="card")
    for actor in (spaces.friend, spaces.other_owner, spaces.planner, None):
        with pytest.raises(NotAllowedError):
            move(only(order), period(20, "14:00", "16:00"), actor=actor)
    with pytest.raises(BookingError):
        move(only(order), period(20, "14:00", "16:00"))
    pay(order)
    with pytest.raises(BookingError):
        move(only(order), period(20, "14:00", "16:00"), space=spaces.meeting_room)
    # In the guest's name the owner does not move it either.
    with pytest.raises(NotAllowedError):
        move(only(order), period(20, "14:00", "16:00"), actor=spaces.owner)
    assert move(only(order), period(20, "14:00", "16:00"), actor=spaces.owner, side="host")


# --- Called off -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "owed", "back"), [("guest", 1000, 1000), ("host", 0, 2000), ("town", 0, 2000)]
)
def test_the_guest_owes_what_the_ladder_says_and_is_let_down_for_nothing(
    spaces: SpacesWorld, side: str, owed: int, back: int
) -> None:
    room = spaces.rooms[0]
    room.ladder = preset("strict")
    room.save()
    order = place(spaces.guest, wish(room, 20), way="card")
    pay(order)
    booked_long_ago(order)
    actor = {"guest": spaces.guest, "host": spaces.owner, "town": spaces.staff}[side]
    [made] = cancel(only(order), side=side, actor=actor)
    assert (made.yen_owed, made.yen_returned, made.percent) == (owed, back, owed // 20)
    assert Refund.objects.get().yen == back
    assert not Occupancy.objects.exists()
    assert balance_flaws() == []


def test_what_was_not_paid_yet_is_owed_as_far_as_the_ladder_says(spaces: SpacesWorld) -> None:
    room = spaces.rooms[0]
    room.ladder = preset("strict")
    room.save()
    order = place(spaces.guest, wish(room, 20), way="invoice")
    booked_long_ago(order)
    [made] = cancel(only(order))
    assert (made.yen_owed, made.yen_returned) == (1000, 0)
    assert not Refund.objects.exists()
    assert sorted(Payment.objects.values_list("state", "yen")) == [("cancelled", 2000), ("waiting", 1000)]
    assert balance_flaws() == []


def test_the_town_gives_nothing_back_for_its_rooms_but_for_its_own_reasons(spaces: SpacesWorld) -> None:
    room = spaces.meeting_room
    room.way = "instant"
    room.save()
    day = workday(0)
    rows = []
    for guest, hours in ((spaces.guest, ("09:00", "12:00")), (spaces.friend, ("13:00", "17:00"))):
        order = place(guest, wish(room, day, *hours), way="card")
        pay(order)
        rows.append(only(order))
    [kept] = cancel(rows[0])
    [returned] = cancel(rows[1], side="town", actor=spaces.staff, reason_code="disaster")
    assert (kept.yen_owed, kept.yen_returned) == (600, 0)
    assert (returned.yen_owed, returned.yen_returned) == (0, 800)
    assert balance_flaws() == []


def test_one_of_a_series_is_called_off_and_the_others_stay(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, *(wish(spaces.rooms[0], day) for day in (20, 27, 34)), way="card")
    pay(order)
    second = Booking.objects.filter(order=order).order_by("period")[1]
    cancel(second)
    assert states(order) == ["confirmed", "cancelled", "confirmed"]
    assert Refund.objects.get().yen == 2000
    cancel(
        *cancelling.in_scope(Booking.objects.filter(order=order).order_by("period")[0], "all", timezone.now())
    )
    assert states(order) == ["cancelled"] * 3
    assert balance_flaws() == []


def test_a_hold_is_given_up_for_nothing(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="konbini")
    [made] = cancel(only(order))
    assert (made.yen_owed, made.yen_returned) == (0, 0)
    assert Payment.objects.get().state == "cancelled"
    assert balance_flaws() == []


def test_a_double_click_cancels_once_and_the_second_time_is_refused(spaces: SpacesWorld) -> None:
    order, key = place(spaces.guest, wish(spaces.rooms[0]), way="card"), uuid.uuid4()
    pay(order)
    [first] = cancel(only(order), key=key)
    assert cancel(only(order), key=key) == [first]
    assert Refund.objects.count() == 1
    with pytest.raises(BookingError):
        cancel(only(order))


def test_nobody_calls_off_for_another_side_or_after_the_start(spaces: SpacesWorld) -> None:
    booking = only(place(spaces.guest, wish(spaces.rooms[0])))
    for side, actor in (
        ("guest", spaces.friend),
        ("guest", spaces.owner),
        ("host", spaces.guest),
        ("host", spaces.other_owner),
        ("town", spaces.owner),
        ("town", spaces.other_staff),
        ("guest", None),
    ):
        with pytest.raises(NotAllowedError):
            cancel(booking, side=side, actor=actor)
    with pytest.raises(BookingError):
        cancel(booking, side="host", actor=spaces.owner, reason=" ")
    with pytest.raises(BookingError):
        cancel(booking, reason_code="no such")
    begun = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=5)
    Booking.objects.filter(pk=booking.pk).update(period=(begun, begun + timedelta(hours=2)))
    with pytest.raises(TooLateError):
        cancel(Booking.objects.get(pk=booking.pk))
    assert states(booking.order) == ["confirmed"]


# --- The waiting list -------------------------------------------------------------------------------------------------


def wait(
    person: Person, space: Space, day: date | int = 20, begins: str = "10:00", ends: str = "12:00"
) -> WaitingEntry:
    return waiting.join(
        person=person, space=space, period=period(day, begins, ends), purpose="meeting", actor=person
    )


def entries() -> list[str]:
    return list(WaitingEntry.objects.order_by("asked_at", "pk").values_list("state", flat=True))


def test_what_becomes_free_is_held_for_who_waits_first(spaces: SpacesWorld, make_person: MakePerson) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]))
    third = make_person()
    first, second = wait(spaces.friend, spaces.rooms[0]), wait(third, spaces.rooms[0], 20, "11:00", "12:00")
    assert wait(spaces.friend, spaces.rooms[0]) == first
    assert [waiting.place_in_queue(one) for one in (first, second)] == [1, 2]
    cancel(only(order))
    assert entries() == ["offered", "waiting"]
    with pytest.raises(TakenError):
        place(third, wish(spaces.rooms[0]))
    made = waiting.accept(
        entry=first, tier="resident", way_to_pay="on_site", shown=SHOWN, key=uuid.uuid4(), actor=spaces.friend
    )
    assert (states(made), made.source, entries()) == (["confirmed"], "waiting", ["taken", "waiting"])
    assert Occupancy.objects.get().booking == only(made)
    assert balance_flaws() == []


def test_an_offer_that_nobody_takes_up_goes_to_the_next(spaces: SpacesWorld, make_person: MakePerson) -> None:
    told: list[tuple[str, int]] = []

    def offered(entry: WaitingEntry, **more: Any) -> None:
        told.append(("offered", entry.person_id))

    order = place(spaces.guest, wish(spaces.hall))
    third = make_person()
    first = wait(spaces.friend, spaces.rooms[1])
    wait(third, spaces.rooms[1], 20, "11:00", "12:00")
    booking_hooks.register("offered", offered)
    try:
        cancel(only(order))
        WaitingEntry.objects.filter(pk=first.pk).update(offered_until=timezone.now())
        assert waiting.offer_due(now=timezone.now()) == 1
        assert waiting.offer_due(now=timezone.now()) == 0
    finally:
        booking_hooks._hooks["offered"].remove(offered)
    assert entries() == ["lapsed", "offered"]
    assert told == [("offered", spaces.friend.pk), ("offered", third.pk)]
    with pytest.raises(TooLateError):
        waiting.accept(
            entry=first,
            tier="resident",
            way_to_pay="on_site",
            shown=SHOWN,
            key=uuid.uuid4(),
            actor=spaces.friend,
        )
    waiting.decline(entry=WaitingEntry.objects.get(person=third), actor=third)
    assert not Occupancy.objects.exists()


def test_a_wish_that_still_does_not_fit_lets_the_next_have_it(
    spaces: SpacesWorld, make_person: MakePerson
) -> None:
    kept = place(spaces.guest, wish(spaces.rooms[0], 20, "12:00", "14:00"))
    order = place(spaces.guest, wish(spaces.rooms[0], 20, "10:00", "12:00"))
    wait(spaces.friend, spaces.rooms[0], 20, "11:00", "13:00")
    wait(make_person(), spaces.rooms[0], 20, "10:00", "11:00")
    cancel(only(order))
    assert entries() == ["waiting", "offered"]
    cancel(only(kept))
    assert entries() == ["offered", "offered"]


def test_nobody_waits_for_what_is_free_or_never_open_nor_for_somebody_else(spaces: SpacesWorld) -> None:
    with pytest.raises(BookingError):
        wait(spaces.friend, spaces.rooms[0])
    with pytest.raises(TakenError):
        wait(spaces.friend, spaces.rooms[0], 20, "22:00", "23:00")
    place(spaces.guest, wish(spaces.rooms[0]))
    with pytest.raises(NotAllowedError):
        waiting.join(
            person=spaces.friend,
            space=spaces.rooms[0],
            period=period(20, "10:00", "12:00"),
            purpose="meeting",
            actor=spaces.owner,
        )
    assert entries() == []


def test_what_moves_away_is_offered_too(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]))
    wait(spaces.friend, spaces.rooms[0])
    move(only(order), period(20, "14:00", "16:00"))
    assert entries() == ["offered"]


# --- Blocked times ----------------------------------------------------------------------------------------------------


def test_a_blocked_time_leaves_what_is_booked_and_takes_the_rest(spaces: SpacesWorld) -> None:
    place(spaces.guest, wish(spaces.rooms[0], 20, "10:00", "12:00"))
    made = blocks.block(
        space=spaces.hall, period=period(20, "09:00", "18:00"), reason="点検", actor=spaces.owner
    )
    assert made.clashes == (period(20, "10:00", "12:00"),)
    for hours in (("09:00", "10:00"), ("12:00", "13:00")):
        with pytest.raises(TakenError):
            place(spaces.friend, wish(spaces.rooms[0], 20, *hours))
    blocks.unblock(block=made.blocks[0], actor=spaces.owner)
    assert Occupancy.objects.count() == 1
    assert place(spaces.friend, wish(spaces.rooms[0], 20, "09:00", "10:00"))


def test_a_time_is_blocked_every_week_by_the_house_alone(spaces: SpacesWorld) -> None:
    pattern = Pattern(Every.WEEK, 540, 600, first=day_from_now(7), count=3)
    given: dict[str, Any] = {"space": spaces.desk, "period": period(7, "09:00", "10:00"), "reason": "朝礼"}
    for actor in (spaces.guest, spaces.other_owner, None):
        with pytest.raises(NotAllowedError):
            blocks.block(**given, actor=actor, repeats=pattern)
    made = blocks.block(**given, actor=spaces.owner, repeats=pattern)
    assert (len(made.blocks), made.clashes, Occupancy.objects.count()) == (3, (), 3)
    assert Block.objects.count() == 3


# --- The calendar -----------------------------------------------------------------------------------------------------


def state_of(space: Space, day: date | int, **more: Any) -> availability.DayFree:
    return availability.day(space, day if isinstance(day, date) else day_from_now(day), **more)


def test_a_day_says_what_is_free_of_it_and_why_it_is_closed(spaces: SpacesWorld) -> None:
    room = spaces.rooms[0]
    assert state_of(room, 20).state == "free"
    place(spaces.guest, wish(spaces.hall, 20, "10:00", "12:00"))
    found = state_of(room, 20)
    assert (found.state, list(found.free)) == (
        "partly",
        [period(20, "09:00", "10:00"), period(20, "12:00", "21:00")],
    )
    blocks.block(space=room, period=period(20, "12:00", "20:30"), reason="点検", actor=spaces.owner)
    # Half an hour is left, and an hour is the least that can be booked.
    assert state_of(room, 20).free == (period(20, "09:00", "10:00"),)
    place(spaces.guest, wish(room, 20, "09:00", "10:00"))
    assert state_of(room, 20).state == "full"
    assert state_of(room, -1).why == Code.PAST
    assert state_of(room, 200).why == Code.HORIZON
    make_closure(spaces.host, day_from_now(22))
    assert (state_of(room, 22).state, state_of(room, 22).why) == ("closed", Code.CLOSED_DAYS)


def test_what_the_calendar_calls_free_can_be_booked_and_nothing_else(spaces: SpacesWorld) -> None:
    room = spaces.rooms[0]
    room.buffer_before, room.buffer_after = 30, 30
    room.save()
    place(spaces.guest, wish(room, 20, "12:00", "13:00"))
    now = timezone.now()
    starts = availability.free_starts(room, day_from_now(20), 60, now=now)
    free = state_of(room, 20).free
    for begin in range(8 * 60, 22 * 60, 30):
        clock, until = f"{begin // 60:02}:{begin % 60:02}", f"{begin // 60 + 1:02}:{begin % 60:02}"
        asked = period(20, clock, until)
        bookable = availability.refusal(room, asked, tier="resident", now=now) is None
        assert bookable == (asked.start in starts) == any(span.holds(asked) for span in free), clock


def test_a_month_is_asked_for_in_one_query_and_a_hold_that_ran_out_is_free(spaces: SpacesWorld) -> None:
    room = (
        Space.objects.select_related("municipality", "host")
        .prefetch_related("hours", "host__closures")
        .get(pk=spaces.rooms[0].pk)
    )
    order = place(spaces.guest, wish(spaces.rooms[0], day_from_now(20)), way="card")
    day = day_from_now(20)
    with CaptureQueriesContext(connection) as queries:
        found = availability.month(room, day.year, day.month)
    assert len(queries) == 1
    assert {one.date: one.state for one in found}[day] == "partly"
    Occupancy.objects.filter(booking__order=order).update(until=timezone.now())
    assert {one.date: one.state for one in availability.month(room, day.year, day.month)}[day] == "free"


def test_the_house_may_move_what_it_let_by_request(spaces: SpacesWorld) -> None:
    booking = only(place(spaces.guest, wish(spaces.meeting_room, workday(0), "09:00", "12:00")))
    bookings.answer_request(booking=booking, accept=True, reason="", actor=spaces.clerk)
    target = period(workday(1), "13:00", "17:00")
    with pytest.raises(BookingError):
        move(only(booking.order), target)
    [moved] = move(only(booking.order), target, actor=spaces.clerk, side="host")
    assert moved.yen == 600
    assert times(booking.order) == [target]
    assert balance_flaws() == []
