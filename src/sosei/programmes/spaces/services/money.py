"""What bookings owe and get back, told to `core.payments`: the only module of this room that writes there.

One bill an order. Every line of a charge carries the booking it is for, so that what a booking owes is the sum of its
lines; that sum is its price while it stands, what the ladder keeps after it was cancelled, and nothing after it lapsed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.payments.models import Bill, Charge, ChargeLine, ExemptionRule, Payment
from sosei.core.payments.reasons import in_japanese
from sosei.core.payments.rules_states import UNDER_WAY
from sosei.core.payments.services import bills, payments, refunds
from sosei.core.payments.services.bills import BillStanding
from sosei.core.people.models import Person
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.models import Booking, Order
from sosei.programmes.spaces.words_bookings import BOOKED

KIND = "spaces.order"
FREE = "free"
LATER = frozenset({"invoice", "on_site"})
"""Ways in which a booking is confirmed before anything is paid."""
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def own_change() -> Iterator[None]:
    """Within it a change of the bill is this room's own, and not news from outside."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def is_own_change() -> bool:
    """Whether this room is just changing the bill itself."""
    return _quiet.get()


def bill_of(order: Order) -> Bill | None:
    """The bill of an order; None where nothing was ever owed."""
    found: Bill | None = (
        Bill.objects.select_related("municipality", "payee", "person")
        .filter(kind=KIND, object_key=str(order.pk))
        .first()
    )
    return found


def standing(order: Order) -> BillStanding | None:
    """How the bill of an order stands; None where nothing was ever owed."""
    bill = bill_of(order)
    return None if bill is None else bills.standing_of_bill(bill)


def code_of(booking: Booking) -> str:
    """How the lines of a booking are marked."""
    return f"booking:{booking.pk}"


def due_of(bookings: Iterable[Booking]) -> dict[int, int]:
    """What the bills say that each booking owes."""
    these = list(bookings)
    keys = {code_of(one): one.pk for one in these}
    # By the bills of their orders, which an index finds: codes have none.
    orders = {str(one.order_id) for one in these}
    rows = ChargeLine.objects.filter(bill__kind=KIND, bill__object_key__in=orders, code__in=keys).order_by()
    found = {
        keys[code]: int(yen)
        for code, yen in rows.values("code").annotate(yen=Sum("yen")).values_list("code", "yen")
    }
    return {pk: found.get(pk, 0) for pk in keys.values()}


def accepted_key(booking: Booking) -> str:
    """The key of the charge and the payment that a host's yes begins; of several rooms, the first one's."""
    return f"spaces.accept:{booking.pk}"


def own_payments(order: Order, bookings: Iterable[Booking]) -> tuple[set[int], set[int]]:
    """Of bookings that a host accepted: those whose own payment has arrived and stays, and those whose is under way."""
    keys = {accepted_key(one): one for one in bookings}
    rows = Payment.objects.filter(
        bill__kind=KIND, bill__object_key=str(order.pk), key__in=keys, state__in=("paid", *UNDER_WAY)
    )
    paid: set[int] = set()
    under_way: set[int] = set()
    for payment in rows:
        booking = keys[payment.key]
        if payment.state != Payment.State.PAID:
            under_way.add(booking.pk)
        elif refunds.refundable(payment) >= booking.yen:
            paid.add(booking.pk)
    return paid, under_way


def exemption_for(code: str) -> ExemptionRule | None:
    """The reduction by ordinance that a group was granted; its code is the key of the rule."""
    return ExemptionRule.objects.filter(pk=int(code)).first() if code.isdigit() else None


def exemption_percent(rule: ExemptionRule | None, on: Any) -> int:
    """What a rule takes off on a day of use."""
    if rule is None or rule.starts_on > on or (rule.ends_on is not None and rule.ends_on < on):
        return 0
    return int(rule.percent)


def ways_for(yen: int, ways: Iterable[str]) -> list[str]:
    """Of the ways a space takes, those by which this site can take the amount."""
    kept = set(ways)
    offered = payments.ways_offered(
        yen=yen, invoice="invoice" in kept, on_site="on_site" in kept, bank="bank" in kept
    )
    return [str(way) for way in offered if yen == 0 or way in kept]


def charge(*, order: Order, bookings: Sequence[Booking], key: str, actor: Person | None) -> Bill | None:
    """The bookings owe their price from now on; None where it is nothing."""
    dated = _is_of_several_days(order)
    lines = [line for booking in bookings for line in _lines(booking, dated=dated)]
    if not sum(booking.yen for booking in bookings):
        return None
    rules = {booking.quote.get("exemption") for booking in bookings} - {None}
    with own_change():
        bill = _bill(order, actor)
        bills.add_charge(
            bill=bill,
            lines=lines,
            reason=in_japanese(BOOKED, number=order.number),
            key=key,
            actor=actor,
            exemption=ExemptionRule.objects.filter(pk__in=rules).first() if rules else None,
        )
    return bill


def _bill(order: Order, actor: Person | None) -> Bill:
    public = order.host.is_public
    return bills.open_bill(
        municipality=order.municipality,
        kind=KIND,
        object_key=order.pk,
        person=order.person,
        payer_name=order.guest_name,
        payer_email=order.guest_email or (order.person.email if order.person else "") or "",
        payer_phone=order.guest_phone[:16],
        payer_language=order.guest_language,
        payee=None if public else order.host.organisation,
        is_public_fee=public,
        actor=actor,
    )


def _is_of_several_days(order: Order) -> bool:
    zone = zone_of(order.municipality)
    return (
        len({one.lower.astimezone(zone).date() for one in order.bookings.values_list("period", flat=True)})
        > 1
    )


def _day(booking: Booking) -> date:
    return booking.period.lower.astimezone(zone_of(booking.municipality)).date()


def _dated(booking: Booking, text: str, language: str) -> str:
    """A line of an order for several days says for which; after a move, for the day to which it was moved."""
    with override(language):
        return _("%(day)s：%(text)s") % {
            "day": date_format(_day(booking), "MONTH_DAY_FORMAT"),
            "text": text,
        }


def _lines(booking: Booking, *, dated: bool) -> list[bills.Line]:
    return [
        bills.Line(
            text=_dated(booking, line["text"], "ja") if dated else line["text"],
            text_en=_dated(booking, line["text_en"], "en") if dated else line["text_en"],
            yen=line["yen"],
            tax_percent=booking.tax_percent,
            quantity=Decimal(line["quantity"]),
            unit=line["unit"],
            unit_yen=line["unit_yen"],
            code=code_of(booking),
        )
        for line in booking.quote["lines"]
    ]


def correct(
    *,
    order: Order,
    changes: Mapping[Booking, tuple[int, str, str]],
    reason: str,
    key: str,
    actor: Person | None,
) -> None:
    """What bookings owe becomes more or less; what was paid beyond it goes back, payments under way are begun anew.

    Args:
        changes: for each booking, yen more (or below zero: less), and the text of the line in Japanese and English.
    """
    dated = _is_of_several_days(order)
    lines = [
        bills.Line(
            text=_dated(booking, text, "ja") if dated else text,
            text_en=_dated(booking, text_en, "en") if dated else text_en,
            yen=yen,
            tax_percent=booking.tax_percent,
            code=code_of(booking),
        )
        for booking, (yen, text, text_en) in changes.items()
        if yen
    ]
    if not lines:
        return
    with own_change():
        bill = _bill(order, actor)
        bills.add_charge(bill=bill, lines=lines, reason=reason, key=f"{key}:charge", actor=actor)
        _settle(order, bill, reason, key, actor)


def claim(*, order: Order, lines: Sequence[bills.Line], reason: str, key: str, actor: Person | None) -> Bill:
    """Something beside the price of the bookings is owed (damage), or goes back where lines are below zero.

    What is open then is paid on the page of the bill; where the order is paid later, its payment grows with it.
    """
    with own_change():
        bill = _bill(order, actor)
        bills.add_charge(bill=bill, lines=lines, reason=reason, key=f"{key}:charge", actor=actor)
        _settle(order, bill, reason, key, actor)
    return bill


def charged_with(key: str) -> int:
    """What the charge of a claim with this key came to; nothing where there is none."""
    found = Charge.objects.filter(key=f"{key}:charge").values_list("yen", flat=True).first()
    return int(found or 0)


def _settle(order: Order, bill: Bill, reason: str, key: str, actor: Person | None) -> None:
    now = bills.standing_of_bill(bill)
    if now.waiting and now.balance != 0:
        stopped = payments.cancel_open_payments(bill=bill, reason=reason, actor=actor)
        now = bills.standing_of_bill(bill)
        last = stopped[-1]
        # One whose time was over is not begun anew: what it was for lapses, or is paid on the page of the bill.
        if now.open and (last.expires_at is None or last.expires_at > timezone.now()):
            payments.start_payment(
                bill=bill,
                way=last.way,
                yen=now.open,
                key=f"{key}:again",
                actor=actor,
                expires_at=last.expires_at,
            )
    elif now.open and order.way_to_pay in LATER:
        payments.start_payment(bill=bill, way=order.way_to_pay, yen=now.open, key=f"{key}:more", actor=actor)
    if now.overpaid:
        refunds.refund_bill(bill=bill, yen=now.overpaid, reason=reason, key=f"{key}:refund", actor=actor)


def start(
    *, order: Order, bill: Bill, way: str, until: datetime | None, key: str, actor: Person | None
) -> Payment | None:
    """Begins to pay what is open; None where nothing is."""
    with own_change():
        now = bills.standing_of_bill(bill)
        if not now.open:
            return None
        return payments.start_payment(
            bill=bill, way=way, yen=now.open, key=key, actor=actor, expires_at=None if way in LATER else until
        )


def start_more(*, order: Order, bill: Bill, key: str, actor: Person | None) -> Payment | None:
    """What came to a bill that is paid later: one payment for all that is open."""
    with own_change():
        now = bills.standing_of_bill(bill)
        if now.waiting:
            payments.cancel_open_payments(bill=bill, reason=_("請求に加わったものがあるため"), actor=actor)
    return start(order=order, bill=bill, way=order.way_to_pay, until=None, key=key, actor=actor)


def start_extra(
    *, order: Order, bookings: Sequence[Booking], key: str, actor: Person | None
) -> Payment | None:
    """What a dearer move added begins to be paid, due at the start at the latest; None where it is paid already.

    In the order's own way where that still fits, else the first that does; where none does, on the page of the bill.
    """
    from sosei.programmes.spaces.services import payment_terms

    bill = bill_of(order)
    if bill is None or order.way_to_pay in LATER:
        return None
    now = timezone.now()
    ways = payment_terms.ways_of_bookings(bookings, bills.standing_of_bill(bill).open, now)
    if not ways or FREE in ways:
        return None
    way = order.way_to_pay if order.way_to_pay in ways else ways[0]
    if not order.way_to_pay:
        Order.objects.filter(pk=order.pk).update(way_to_pay=way)
        order.way_to_pay = way
    first = min(one.period.lower for one in bookings)
    until = first if way == Payment.Way.CARD else payment_terms.until_for(way, bookings, now)
    return start(order=order, bill=bill, way=way, until=until, key=key, actor=actor)


def owes_for_move(booking: Booking) -> int:
    """What of the settled dates of an order is unpaid, where the guest has moved this one to something dearer.

    Nothing where the order is paid later: that was agreed on.
    """
    if booking.order.way_to_pay in LATER:
        return 0
    dearer = [one for one in booking.changes.all() if one.side == "guest" and one.new_yen > one.old_yen]
    now = standing(booking.order) if dearer else None
    if now is None:
        return 0
    settled = Booking.objects.filter(order=booking.order_id).exclude(state=Booking.State.HELD)
    return max(0, min(sum(due_of(settled).values()), now.charged) - now.kept)


def stop_payments(*, bill: Bill, reason: str, actor: Person | None) -> None:
    """Gives up what is under way; money that comes all the same is given back by `core.payments`."""
    with own_change():
        payments.cancel_open_payments(bill=bill, reason=reason, actor=actor)
