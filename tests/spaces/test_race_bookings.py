"""Sixty-four after one slot, and every other race for a place: real processes and threads, one winner, no deadlock."""

from __future__ import annotations

import ctypes
import os
import threading
import traceback
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from sosei.core.payments.models import Bill, Payment, Refund
from sosei.core.people.models import Person
from sosei.programmes.spaces.errors_bookings import BookingError, TakenError
from sosei.programmes.spaces.models import Booking, Occupancy, Order, Space, WaitingEntry
from sosei.programmes.spaces.services import bookings, cancelling, changing, money, placing, waiting
from tests.spaces.bookings_world import (
    balance_flaws,
    only,
    pay,
    period,
    place,
    states,
    taken_twice,
    wish,
    workday,
)
from tests.spaces.conftest import SpacesWorld

pytestmark = pytest.mark.django_db(transaction=True)
Task = Callable[[], object]
KEYS = (uuid.uuid4(), uuid.uuid4())


def leave_the_parents_connection() -> None:
    """In a forked process: the parent's connection stays the parent's, open as it is, and a new one is made."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection.connection))
    connection.connection = None


def run_all(tasks: Sequence[Task], *, processes: int = 2, threads: int = 4) -> None:
    """Does the tasks in several processes of several threads each, all of which begin at one moment.

    Raises:
        AssertionError: a task failed; what it said stands in the output.
    """
    waiting_end, go = os.pipe()
    children: list[int] = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(go)
                leave_the_parents_connection()
                code = _in_threads(tasks[number::processes], threads, waiting_end)
            finally:
                os._exit(code)
        children.append(child)
    os.close(waiting_end)
    os.close(go)  # The other ends see that the file is over: that is the start.
    failed = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert failed == [0] * processes


def _in_threads(tasks: Sequence[Task], threads: int, waiting_end: int) -> int:
    failures: list[str] = []

    def work(mine: Sequence[Task]) -> None:
        try:
            for task in mine:
                task()
        except BaseException:
            failures.append(traceback.format_exc())
        finally:
            connection.close()

    started = [threading.Thread(target=work, args=(tasks[n::threads],)) for n in range(threads)]
    os.read(waiting_end, 1)
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    print("\n".join(failures), flush=True)
    return 1 if failures else 0


def trying(action: Task) -> Task:
    """A task that may come too late; anything else that goes wrong fails the test."""

    def attempt() -> None:
        with suppress(BookingError):
            action()

    return attempt


def deadlocks() -> int:
    """How many deadlocks this database has seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def whatever_happens_no_deadlock_and_no_place_twice() -> Any:
    # Read once here, and not by every process that is forked.
    reverse("spaces:my-spaces")
    with translation.override("en"):
        translation.gettext("")
    before = deadlocks()
    yield
    assert deadlocks() == before
    assert taken_twice() == []
    assert balance_flaws() == []


def booked(guest: Person, *wanted: Any, **more: Any) -> Task:
    return trying(lambda: place(guest, *wanted, **more))


def test_of_sixty_four_in_eight_processes_one_has_the_slot_each_time(spaces: SpacesWorld) -> None:
    rounds = [wish(spaces.rooms[0], day) for day in range(10, 16)]

    def all_rounds(guest: Person) -> Task:
        return lambda: [booked(guest, one)() for one in rounds]

    run_all([all_rounds((spaces.guest, spaces.friend)[n % 2]) for n in range(64)], processes=8, threads=8)
    assert Order.objects.count() == Booking.objects.count() == Occupancy.objects.count() == len(rounds)
    assert sorted(one.period.lower for one in Booking.objects.all()) == [one.period.start for one in rounds]
    assert not Occupancy.objects.filter(key__isnull=False).exists()


def test_a_hall_against_its_rooms(spaces: SpacesWorld) -> None:
    for day in range(10, 18):
        hall = [booked(spaces.guest, wish(spaces.hall, day))] * 3
        rooms = [booked(spaces.friend, wish(room, day)) for room in spaces.rooms] * 2
        run_all([*hall, *rooms])
    for day in range(10, 18):
        at = period(day, "10:00", "12:00").start
        had = list(Booking.objects.filter(period__startswith=at).values_list("space", flat=True))
        assert sorted(had) in ([spaces.hall.pk], sorted(room.pk for room in spaces.rooms)), had
    assert not Occupancy.objects.filter(key__isnull=False).exists()


def test_a_series_against_single_bookings(spaces: SpacesWorld) -> None:
    room, days = spaces.rooms[0], range(10, 22)
    series = [booked(spaces.guest, *(wish(room, day) for day in days))] * 2
    backwards = [booked(spaces.guest, *(wish(room, day) for day in reversed(days)))] * 2
    single = [booked(spaces.friend, wish(room, day)) for day in (10, 15, 21)]
    run_all([*single, *series, *backwards])
    had = Booking.objects.count()
    assert had in (12, 1, 2, 3)
    assert Occupancy.objects.count() == had
    # Whatever the series could not have is free, and whoever skips gets the rest.
    order = place(spaces.guest, *(wish(room, day) for day in range(9, 22)), skip_clashes=True)
    assert order.bookings.count() == 13 - had


def test_several_who_skip_share_a_series_between_them(spaces: SpacesWorld) -> None:
    wanted = [wish(spaces.rooms[0], day) for day in range(10, 16)]
    run_all([booked(guest, *wanted, skip_clashes=True) for guest in (spaces.guest, spaces.friend)] * 3)
    assert Booking.objects.count() == 6


def test_a_double_click_is_one_order(spaces: SpacesWorld) -> None:
    room, monday = wish(spaces.rooms[0]), workday(0)
    asked = wish(spaces.meeting_room, monday, "09:00", "12:00")
    for wanted in (room, asked):
        run_all([partial(place, spaces.guest, wanted, key=KEYS[wanted is asked], way="card")] * 8)
    assert Order.objects.count() == Booking.objects.count() == 2
    assert Bill.objects.count() == Payment.objects.count() == 1


def test_a_hold_that_ends_while_others_want_it(spaces: SpacesWorld) -> None:
    orders = []
    for day in range(10, 16):
        order = place(spaces.guest, wish(spaces.hall, day), way="card")
        late = timezone.now() - bookings.GATEWAY_ASKED
        Booking.objects.filter(order=order).update(answer_until=late)
        Occupancy.objects.filter(booking__order=order).update(until=late)
        orders.append(order)

    def paid(order: Order) -> Task:
        return trying(lambda: pay(order))

    def lapse() -> None:
        bookings.lapse_due(now=timezone.now())

    tasks: list[Task] = []
    for day, order in zip(range(10, 16), orders, strict=True):
        tasks += [
            booked(spaces.friend, wish(spaces.rooms[day % 3], day)),
            booked(spaces.friend, wish(spaces.hall, day)),
        ]
        if day % 2:
            tasks.append(paid(order))
    run_all([*tasks, lapse, lapse])
    lapse()
    for day, order in zip(range(10, 16), orders, strict=True):
        others = Booking.objects.filter(
            period__startswith=period(day, "10:00", "12:00").start, state="confirmed"
        ).exclude(order=order)
        assert others.count() + (states(order) == ["confirmed"]) == 1
        if Payment.objects.get(bill=money.bill_of(order)).state == "paid" and states(order) != ["confirmed"]:
            assert Refund.objects.filter(bill=money.bill_of(order)).count() == 1


def test_two_that_want_each_others_place(spaces: SpacesWorld) -> None:
    first, second = spaces.rooms[:2]
    for day in range(10, 16):
        one, other = place(spaces.guest, wish(first, day)), place(spaces.friend, wish(second, day))
        swap = [trying(partial(moved, only(o), s, day, o.person)) for o, s in ((one, second), (other, first))]
        run_all(swap, processes=2, threads=1)
        assert [only(one).space, only(other).space] == [first, second]


def moved(
    booking: Booking,
    space: Space,
    day: int,
    actor: Person | None,
    hours: tuple[str, str] = ("10:00", "12:00"),
) -> None:
    changing.move_booking(
        booking=booking,
        space=space,
        period=period(day, *hours),
        scope="all",
        reason="",
        key=uuid.uuid4(),
        actor=actor,
    )


def test_moves_over_each_other_and_new_bookings_in_between(spaces: SpacesWorld) -> None:
    room = spaces.rooms[0]
    for day in range(10, 15):
        early = only(place(spaces.guest, wish(room, day, "10:00", "12:00")))
        late = only(place(spaces.friend, wish(room, day, "13:00", "15:00")))
        run_all(
            [
                trying(partial(moved, early, room, day, spaces.guest, ("11:00", "13:30"))),
                trying(partial(moved, late, room, day, spaces.friend, ("11:30", "14:00"))),
                booked(spaces.guest, wish(room, day, "09:00", "10:30"), wish(room, day, "12:00", "13:00")),
                booked(spaces.friend, wish(room, day, "09:30", "10:30"), wish(room, day, "12:30", "13:00")),
            ]
        )
    assert Booking.objects.filter(state="confirmed").count() >= 10


def test_cancelling_against_paying(spaces: SpacesWorld) -> None:
    for day in range(10, 16):
        order = place(spaces.guest, wish(spaces.rooms[0], day), way="card")
        run_all([partial(pay_if_open, order), partial(call_off, only(order))], processes=2, threads=1)
        standing = money.standing(order)
        assert standing is not None
        assert states(order) == ["cancelled"]
        assert standing.kept == 0
    assert not Occupancy.objects.exists()


def call_off(booking: Booking) -> None:
    cancelling.cancel(
        bookings=[booking], side="guest", reason_code="plans", key=uuid.uuid4(), actor=booking.person
    )


def pay_if_open(order: Order) -> None:
    with suppress(Payment.DoesNotExist, AssertionError):
        pay(order)


def test_of_rivals_one_request_is_accepted(spaces: SpacesWorld) -> None:
    wanted = wish(spaces.meeting_room, workday(0), "09:00", "12:00")
    asked = [only(place(guest, wanted)) for guest in (spaces.guest, spaces.friend)]
    run_all(
        [
            trying(partial(bookings.answer_request, booking=one, accept=True, reason="", actor=spaces.clerk))
            for one in asked * 4
        ]
    )
    assert sorted(Booking.objects.values_list("state", flat=True)) == ["confirmed", "declined"]


def test_what_becomes_free_goes_to_the_list_and_not_to_who_clicks(spaces: SpacesWorld) -> None:
    for day in range(10, 15):
        order = place(spaces.guest, wish(spaces.hall, day))
        waiting.join(
            person=spaces.friend,
            space=spaces.rooms[0],
            period=period(day, "10:00", "12:00"),
            purpose="meeting",
            actor=spaces.friend,
        )
        called_off = partial(call_off, only(order))
        run_all([called_off, *[booked(spaces.guest, wish(spaces.rooms[0], day))] * 5], processes=2, threads=3)
    assert set(WaitingEntry.objects.values_list("state", flat=True)) == {"offered"}
    assert Booking.objects.exclude(state="cancelled").count() == 0


def test_a_program_that_is_killed_after_taking_leaves_the_place_for_a_minute_only(
    spaces: SpacesWorld,
) -> None:
    wanted = wish(spaces.hall)
    earlier = timezone.now() - placing.RESERVE_TERM
    assert placing.reserve(places=[(wanted.space, wanted.period)], key=uuid.uuid4(), now=earlier).is_taken
    assert Occupancy.objects.filter(key__isnull=False).count() == 3
    assert place(spaces.guest, wanted)
    # And when the minute is not over, it is taken.
    other = wish(spaces.desk)
    assert placing.reserve(
        places=[(other.space, other.period)], key=uuid.uuid4(), now=timezone.now()
    ).is_taken
    with pytest.raises(TakenError):
        place(spaces.guest, other)
