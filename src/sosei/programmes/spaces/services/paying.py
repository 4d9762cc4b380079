"""Another way to pay, while the places of an order are still held."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.payments.models import Payment
from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.programmes.spaces import locks
from sosei.programmes.spaces.errors_bookings import BookingError, TooLateError
from sosei.programmes.spaces.models import Booking, Order
from sosei.programmes.spaces.services import bookings, money, payment_terms, steps

KEY = "spaces.order"
"""Before the key of an order, in the keys of its charge and its payments."""


def pay_again(*, order: Order, way: str, key: UUID, actor: Person | None, secret: str = "") -> Payment | None:
    """Another way to pay while the places are still held; the same key gives the payment that is there.

    Raises:
        NotAllowedError: neither the guest nor somebody who serves them.
        TooLateError: nothing is held any more.
        BookingError: this way does not fit.
    """
    steps.must_be_guest_side(order, actor, secret)
    now = timezone.now()
    with tenancy.unguarded(), transaction.atomic():
        held = locks.lock_order(order.pk)
        waiting = [
            one
            for one in locks.bookings_of({held.pk: held})
            if one.state == Booking.State.HELD and one.answer_until is not None and one.answer_until > now
        ]
        bill = money.bill_of(held)
        if not waiting or bill is None:
            raise TooLateError(_("支払いを待っている予約がありません。もう一度予約してください。"))
        before = Payment.objects.filter(bill=bill, key=f"{KEY}:{key}").first()
        if before is not None:
            return before  # type: ignore[no-any-return]
        yen = sum(one.yen for one in waiting)
        if way not in payment_terms.ways_of_bookings(waiting, yen, now):
            raise BookingError(_("この支払いの方法は使えません。ほかの方法を選んでください。"), "way_to_pay")
        money.stop_payments(bill=bill, reason=_("ほかの方法で払うため"), actor=actor)
        until = payment_terms.until_for(way, waiting, now)
        for one in waiting:
            # What was promised before (days after a host's yes or a draw) is not taken back by another way to pay.
            steps.hold_until([one], max(until, one.answer_until))
        Order.objects.filter(pk=held.pk).update(way_to_pay=way)
        held.way_to_pay = way
        made = money.start(order=held, bill=bill, way=way, until=until, key=f"{KEY}:{key}", actor=actor)
        if way in money.LATER:
            for booking in waiting:
                bookings.confirm_held(booking, now=now, actor=actor)
        return made
