"""Steps of bookings that several tests take: placing with the six items shown, paying, the money of an order."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum

from sosei.core.payments import locks
from sosei.core.payments.models import Bill, Payment
from sosei.core.payments.services import settling
from sosei.core.people.models import Person
from sosei.programmes.spaces.models import Booking, Order, Space
from sosei.programmes.spaces.rules_bookings import Item
from sosei.programmes.spaces.rules_holidays import is_holiday
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import money
from sosei.programmes.spaces.services.orders import Guest, Wanted, place_order
from tests.spaces.world import at, day_from_now, weekday_from_now

SHOWN = {str(item): "…" for item in Item}


def period(day: date | int, begins: str, ends: str) -> Period:
    """A stretch of a day, or of the day so many days from now."""
    on = day_from_now(day) if isinstance(day, int) else day
    return Period(at(on, begins), at(on, ends))


def workday(weekday: int) -> date:
    """The next such weekday (0 is Monday), a week from now at least, that is no public holiday."""
    day = weekday_from_now(weekday)
    while is_holiday(day):
        day += timedelta(days=7)
    return day


def wish(
    space: Space, day: date | int = 20, begins: str = "10:00", ends: str = "12:00", **more: Any
) -> Wanted:
    """A space for two hours, three weeks from now."""
    return Wanted(space, period(day, begins, ends), **more)


def place(guest: Person | Guest, *wanted: Wanted, way: str = "on_site", **more: Any) -> Order:
    """Books as the guest does it on the site; paid on site unless told otherwise."""
    person = guest if isinstance(guest, Person) else guest.person
    given: dict[str, Any] = {
        "tier": "resident",
        "purpose": "meeting",
        "heads": 1,
        "way_to_pay": way,
        "shown": SHOWN,
        "key": uuid.uuid4(),
        "actor": person,
    }
    return place_order(
        wanted=list(wanted),
        guest=Guest.of(guest) if isinstance(guest, Person) else guest,
        **{**given, **more},
    )


def states(*orders: Order) -> list[str]:
    """The states of the bookings of orders, in the order of time."""
    rows = Booking.objects.filter(order__in=orders).order_by("period", "pk")
    return list(rows.values_list("state", flat=True))


def only(order: Order) -> Booking:
    """The one booking of an order."""
    return Booking.objects.select_related("space__municipality", "space__host", "order", "municipality").get(
        order=order
    )


def pay(order: Order) -> Payment:
    """What is under way for an order arrives."""
    bill = money.bill_of(order)
    assert bill is not None
    payment = Payment.objects.select_related("bill__municipality", "bill__payee", "bill__person").get(
        bill=bill, state__in=("asked", "waiting")
    )
    return arrive(payment)


def arrive(payment: Payment) -> Payment:
    """A payment arrives."""
    with transaction.atomic():
        held = locks.lock_payment(payment.pk)
        assert settling.enter(held, "paid", "test")
    return held


def balance_flaws(orders: Sequence[Order] | None = None) -> list[str]:
    """Where the bill and the bookings differ: each line belongs to a booking, each booking has its due."""
    rows = Booking.objects.select_related("cancellation", "order")
    if orders is not None:
        rows = rows.filter(order__in=orders)
    bookings = list(rows)
    due = money.due_of(bookings)
    flaws = []
    for one in bookings:
        expected = {
            "held": one.yen,
            "confirmed": one.yen,
            "used": one.yen,
            "no_show": one.yen,
            "cancelled": one.cancellation.yen_owed if hasattr(one, "cancellation") else 0,
        }.get(one.state, 0)
        if due[one.pk] != expected:
            flaws.append(f"booking {one.pk} ({one.state}) owes {due[one.pk]}, should {expected}")
    keys = {str(one.order_id) for one in bookings}
    for bill in Bill.objects.filter(kind=money.KIND, object_key__in=keys).with_standing():
        charged = sum(due[one.pk] for one in bookings if str(one.order_id) == bill.object_key)
        if bill.charged != charged:
            flaws.append(f"order {bill.object_key}: charged {bill.charged}, bookings {charged}")
        if bill.overpaid:
            flaws.append(f"order {bill.object_key}: {bill.overpaid} yen too much is kept")
    return flaws


def taken_twice() -> list[tuple[int, int]]:
    """Pairs of rows that overlap: there are none, unless the constraint is gone."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id, b.id FROM spaces_occupancy a JOIN spaces_occupancy b "
            "ON a.space_id = b.space_id AND a.id < b.id AND a.period && b.period"
        )
        return cursor.fetchall()  # type: ignore[no-any-return]


def total_due() -> int:
    """The sum of all prices of bookings that stand."""
    return Booking.objects.filter(state__in=Booking.STANDING).aggregate(yen=Sum("yen"))["yen"] or 0
