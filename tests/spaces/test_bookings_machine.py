"""Whatever is done to bookings in whatever order: no place twice, the bill says what the bookings owe, the rows fit."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sosei.core.payments.models import Payment
from sosei.programmes.spaces.errors_bookings import BookingError
from sosei.programmes.spaces.models import Booking, Occupancy, WaitingEntry
from sosei.programmes.spaces.services import blocks, bookings, cancelling, changing, placing, waiting
from tests.spaces.bookings_world import SHOWN, balance_flaws, pay, period, place, taken_twice, wish
from tests.spaces.conftest import SpacesWorld

pytestmark = pytest.mark.django_db

SPACE = st.integers(0, 3)
DAY = st.integers(20, 22)
HOUR = st.integers(9, 14)
LENGTH = st.integers(1, 3)
WAY = st.sampled_from(["card", "konbini", "on_site", "invoice"])
PICK = st.integers(0, 1000)
SCOPE = st.sampled_from(["this", "following", "all"])


def machine(spaces: SpacesWorld) -> type[RuleBasedStateMachine]:
    """Bookings of a hall and its three rooms within three days, by two guests."""
    places = [spaces.hall, *spaces.rooms]
    guests = [spaces.guest, spaces.friend]

    def hours(hour: int, length: int) -> tuple[str, str]:
        return f"{hour:02}:00", f"{hour + length:02}:00"

    class Bookings(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.savepoint()
            self.late = timedelta()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.point)

        def attempt(self, action: Callable[[], object]) -> None:
            with suppress(BookingError), transaction.atomic():
                action()

        def pick(self, number: int, *states: str) -> Booking | None:
            rows = list(
                Booking.objects.filter(state__in=states)
                .select_related("order", "space__municipality", "space__host", "municipality", "person")
                .order_by("pk")
            )
            return rows[number % len(rows)] if rows else None

        @rule(space=SPACE, guest=st.integers(0, 1), day=DAY, hour=HOUR, length=LENGTH, way=WAY)
        def one(self, space: int, guest: int, day: int, hour: int, length: int, way: str) -> None:
            wanted = wish(places[space], day, *hours(hour, length))
            self.attempt(lambda: place(guests[guest], wanted, way=way))

        @rule(space=SPACE, hour=HOUR, length=LENGTH, way=WAY, skip=st.booleans())
        def series(self, space: int, hour: int, length: int, way: str, skip: bool) -> None:
            wanted = [wish(places[space], day, *hours(hour, length)) for day in (20, 21, 22)]
            self.attempt(lambda: place(guests[0], *wanted, way=way, skip_clashes=skip))

        @rule(day=DAY, hour=HOUR, way=WAY)
        def rooms(self, day: int, hour: int, way: str) -> None:
            wanted = [wish(room, day, *hours(hour, 2)) for room in spaces.rooms[:2]]
            self.attempt(lambda: place(guests[1], *wanted, way=way))

        @rule(number=PICK)
        def paid(self, number: int) -> None:
            booking = self.pick(number, "held")
            if booking is not None:
                with suppress(Payment.DoesNotExist):
                    pay(booking.order)

        @rule(number=PICK)
        def not_paid_in_time(self, number: int) -> None:
            booking = self.pick(number, "held")
            if booking is not None:
                late = timezone.now() - bookings.GATEWAY_ASKED
                Booking.objects.filter(order=booking.order, state="held").update(answer_until=late)
                Occupancy.objects.filter(booking__order=booking.order, booking__state="held").update(
                    until=late
                )

        @rule()
        def time_goes_by(self) -> None:
            bookings.lapse_due(now=timezone.now())
            waiting.offer_due(now=timezone.now())

        @rule(number=PICK, space=SPACE, day=DAY, hour=HOUR, length=LENGTH, scope=SCOPE)
        def moved(self, number: int, space: int, day: int, hour: int, length: int, scope: str) -> None:
            booking = self.pick(number, "confirmed", "held")
            if booking is not None:
                self.attempt(
                    lambda: changing.move_booking(
                        booking=booking,
                        space=places[space],
                        period=period(day, *hours(hour, length)),
                        scope=scope,
                        reason="",
                        key=uuid.uuid4(),
                        actor=booking.person,
                    )
                )

        @rule(number=PICK, side=st.sampled_from(["guest", "host", "town"]), scope=SCOPE)
        def called_off(self, number: int, side: str, scope: str) -> None:
            booking = self.pick(number, "confirmed", "held")
            if booking is None:
                return
            actor = {"guest": booking.person, "host": spaces.owner, "town": spaces.staff}[side]
            self.attempt(
                lambda: cancelling.cancel(
                    bookings=cancelling.in_scope(booking, scope, timezone.now()),
                    side=side,
                    reason_code="other",
                    reason="都合",
                    key=uuid.uuid4(),
                    actor=actor,
                )
            )

        @rule(space=SPACE, day=DAY, hour=HOUR, length=LENGTH)
        def waits(self, space: int, day: int, hour: int, length: int) -> None:
            self.attempt(
                lambda: waiting.join(
                    person=spaces.friend,
                    space=places[space],
                    period=period(day, *hours(hour, length)),
                    purpose="meeting",
                    actor=spaces.friend,
                )
            )

        @rule(number=PICK, yes=st.booleans())
        def answered(self, number: int, yes: bool) -> None:
            rows = list(WaitingEntry.objects.filter(state="offered").order_by("pk"))
            if not rows:
                return
            entry = rows[number % len(rows)]
            given: dict[str, Any] = {
                "tier": "resident",
                "way_to_pay": "on_site",
                "shown": SHOWN,
                "key": uuid.uuid4(),
            }
            if yes:
                self.attempt(lambda: waiting.accept(entry=entry, actor=spaces.friend, **given))
            else:
                self.attempt(lambda: waiting.decline(entry=entry, actor=spaces.friend))

        @rule(space=SPACE, day=DAY, hour=HOUR)
        def blocked(self, space: int, day: int, hour: int) -> None:
            blocks.block(
                space=places[space], period=period(day, *hours(hour, 2)), reason="点検", actor=spaces.owner
            )

        @invariant()
        def no_place_is_taken_twice(self) -> None:
            assert taken_twice() == []

        @invariant()
        def the_books_say_what_the_bookings_owe(self) -> None:
            assert balance_flaws() == []

        @invariant()
        def what_stands_has_its_rows_and_what_ended_has_none(self) -> None:
            now = timezone.now()
            bookings = list(Booking.objects.select_related("space").prefetch_related("occupancies"))
            taken = placing.leaves([(one.space, period_of(one)) for one in bookings])
            for number, booking in enumerate(bookings):
                rows = list(booking.occupancies.all())
                whole = [each for each in taken if each[0] == number]
                if booking.state == "confirmed":
                    assert sorted((row.space_id, row.period.lower) for row in rows) == sorted(
                        (leaf, time.start) for _place, leaf, time in whole
                    )
                    assert all(row.until is None for row in rows)
                elif booking.state == "held" and booking.answer_until > now:
                    assert len(rows) == len(whole)
                elif booking.state != "held":
                    assert rows == []

        @invariant()
        def offers_are_held(self) -> None:
            for entry in WaitingEntry.objects.prefetch_related("occupancies"):
                assert bool(entry.occupancies.all()) == (entry.state == "offered")

    return Bookings


def period_of(booking: Booking) -> Any:
    from sosei.programmes.spaces import periods

    return periods.period_of(booking.period)


def test_whatever_is_done_in_whatever_order(spaces: SpacesWorld) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine(spaces),
        settings=settings(
            max_examples=12,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
