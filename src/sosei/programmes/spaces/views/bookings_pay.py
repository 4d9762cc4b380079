"""From an order to its payment: where to pay, and another way while the place is still kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.payments import tokens
from sosei.core.payments.models import Bill
from sosei.core.payments.services.bills import BillStanding
from sosei.core.payments.words_payments import PROBLEMS
from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.programmes.spaces import booking_law
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import Door, for_guest, for_link
from sosei.programmes.spaces.booking_times import moment_text
from sosei.programmes.spaces.models import Order
from sosei.programmes.spaces.services import money, orders, payment_terms

AT_ONCE = frozenset({"card", "konbini", "bank"})
"""Ways for which there is something to do as soon as the order is made."""


def bill_of(order: Order) -> tuple[Bill | None, BillStanding | None]:
    """The bill of an order and how it stands, in one query; nothing where nothing was ever owed."""
    with tenancy.unguarded():
        row = (
            Bill.objects.with_standing()
            .filter(kind=money.KIND, object_key=str(order.pk))
            .select_related("municipality", "payee")
            .first()
        )
    if row is None:
        return None, None
    return row, BillStanding(row.charged, row.paid, row.refunded, row.refunding, row.waiting)


def failed_words(bill: Bill | None) -> str:
    """Why the last payment of a bill could not be made; "" where none failed."""
    if bill is None:
        return ""
    with tenancy.unguarded():
        last = bill.payments.order_by("-pk").first()
    if last is None or last.state != last.State.FAILED:
        return ""
    return str(PROBLEMS.get(last.problem, PROBLEMS["other"]))


def bill_page(bill: Bill | None, door: Door) -> str:
    """The page of an order's bill: paying, receipts, refunds; "" where there is no bill."""
    if bill is None or door.kind == "host":
        return ""
    if door.kind == "my":
        return reverse("payments:bill", kwargs={"pk": bill.pk})
    return reverse("payments:guest-bill", kwargs={"token": tokens.token_of(bill)})


def way_on(order: Order, door: Door) -> str:
    """Where somebody goes right after ordering, when there is something to pay now; "" otherwise."""
    if order.way_to_pay not in AT_ONCE:
        return ""
    with tenancy.unguarded():
        held = order.bookings.filter(state="held").exists()
        return bill_page(money.bill_of(order), door) if held else ""


def _pay(request: Any, door: Door) -> HttpResponse:
    """The ways to pay while the place is kept; one is chosen, and the page of the bill follows."""
    order = door.order
    bookings = list(order.bookings.select_related("space"))
    held = [one for one in bookings if one.state == "held"]
    if not held:
        messages.info(request, _("いま払うものはありません。"))
        return redirect(door.url())
    now = timezone.now()
    ways = payment_terms.ways_of_bookings(held, sum(one.yen for one in held), now)
    choices = booking_law.way_choices(ways)
    zone = zone_of(order.municipality)
    if request.method == "POST":
        way = request.POST.get("way", "")
        if way in dict(choices):
            try:
                orders.pay_again(
                    order=order, way=way, key=_key(request), actor=door.actor, secret=door.secret
                )
            except RefusedError as error:
                messages.error(request, str(error))
                return redirect(door.url())
            order.refresh_from_db()
            return redirect(way_on(order, door) or door.url())
        messages.error(request, _("支払いの方法を選んでください。"))
    bill, standing = bill_of(order)
    context = {
        "door": door,
        "order": order,
        "choices": [
            (
                way,
                label,
                booking_law.HOW[way] % {"until": moment_text(payment_terms.until_for(way, held, now), zone)},
            )
            for way, label in choices
        ],
        "until": min((one.answer_until for one in held if one.answer_until), default=None),
        "standing": standing,
        "key": uuid4(),
        "bill_url": bill_page(bill, door),
        "crumbs": door.crumbs((_("支払い"), "")),
    }
    return render(request, "spaces/bookings/pay.html", context)


def _key(request: Any) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


_methods = require_http_methods(["GET", "HEAD", "POST"])
my_pay = _methods(for_guest(_pay))
link_pay = _methods(for_link(_pay))
