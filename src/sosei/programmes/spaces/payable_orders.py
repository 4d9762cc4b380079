"""Declares to `core.payments` that orders of spaces are paid for, and wakes those who listen to bookings."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.payments.kinds import declare_payable
from sosei.core.payments.models import Bill
from sosei.core.payments.supply_days import declare_supply_days
from sosei.core.people.models import Person
from sosei.programmes.spaces import facts, locks
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.models import Booking, Order
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_periods import days_of
from sosei.programmes.spaces.services import bookings, numbers, waiting
from sosei.programmes.spaces.services.money import KIND

__all__ = ["facts", "waiting"]


def describe(object_key: str) -> str:
    """One line on an order, in the reader's language."""
    made = list(Booking.objects.filter(order=int(object_key)).select_related("space", "order"))
    order = made[0].order if made else Order.objects.select_related("host").get(pk=int(object_key))
    told = {"number": order.number, "space": made[0].space if made else order.host, "times": len(made)}
    if len(made) > 1:
        return _("予約 %(number)s：%(space)s ほか（%(times)s回）") % told
    return _("予約 %(number)s：%(space)s") % told


def page(bill: Bill, person: Person | None) -> str:
    """Where the payer sees the order."""
    order = Order.objects.get(pk=int(bill.object_key))
    if person is not None:
        return reverse("spaces:my-order", args=[order.number])
    return reverse("spaces:link-open", args=[order.number, numbers.secret_of(order)])


def days_of_use(object_key: str) -> tuple[date, date] | None:
    """The first and the last day of what is booked, which papers name; of all that was, where nothing is any more."""
    rows = list(Booking.objects.filter(order=int(object_key)).select_related("municipality"))
    standing = [one for one in rows if one.stands] or rows
    if not standing:
        return None
    zone = zone_of(standing[0].municipality)
    days = [day for one in standing for day in days_of(period_of(one.period), zone)]
    return min(days), max(days)


declare_supply_days(KIND, days_of_use)
declare_payable(
    KIND,
    gettext_lazy("場所の予約"),
    describe=describe,
    on_change=bookings.bill_changed,
    page=page,
    lock=locks.lock_order_of_bill,
)
