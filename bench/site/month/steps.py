"""What guests, owners and staff do in a month: each step is data with a key, and can be done again as a browser would.

A step that the services refuse (taken, too late, over) is no fault. Anything else that goes wrong is.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from bench.site.month import steps_staff
from bench.site.month.world import LATER, Step, Told, World, bill_payment, chosen, paying, to_pay


def perform(world: World, step: Step) -> Told:
    """Does a step; what follows from it.

    Raises:
        RefusedError: the services refuse it.
    """
    return VERBS[step["do"]](world, step)


# --- Guests -----------------------------------------------------------------------------------------------------------


def _place(world: World, step: Step) -> Told:
    from sosei.programmes.spaces.rules_bookings import Item
    from sosei.programmes.spaces.rules_periods import Period
    from sosei.programmes.spaces.services.orders import Guest, Wanted, place_order

    person = world.person(step["guest"]) if step["guest"] else None
    order = place_order(
        wanted=[
            Wanted(
                world.space(space),
                Period(datetime.datetime.fromisoformat(start), datetime.datetime.fromisoformat(end)),
                tuple((key, quantity) for key, quantity in extras),
            )
            for space, start, end, extras in step["wanted"]
        ],
        guest=Guest.of(person) if person else Guest(None, "架空の客", email="nobody@example.jp"),
        tier=step["tier"],
        purpose="meeting",
        heads=3,
        way_to_pay=step["way"],
        shown={str(item): "…" for item in Item},
        key=uuid.UUID(step["key"]),
        actor=person,
        skip_clashes=step["skip"],
    )
    step["order"] = order.pk
    if step["requested"]:
        return [(0.2, {"do": "answer", "order": order.pk, "accept": step["luck"] < 0.8, **paying(step)})]
    return to_pay(order.pk, step)


def _at_gateway(world: World, step: Step) -> Told:
    """The guest at the gateway's page or at a till; who finds it not ready looks again."""
    from sosei.core.payments.gateways import embedded

    found = bill_payment(step["order"])
    if found is None or found[2] not in ("asked", "waiting") or found[4] not in ("card", "konbini"):
        return []
    _bill, _payment, _state, key, way = found
    if not key:
        return [(LATER, {**step, "tries": step["tries"] + 1})] if step["tries"] < 40 else []
    if way == "konbini":
        buttons = {"4000000000000010": "twice", "4000000000000028": "late"}
        embedded.pay(key, buttons.get(step["card"], "now"), at_till=True)
        return []
    done = embedded.pay(key, step["card"])
    if done.state == "failed":
        return [(LATER * 2, {**step, "do": "again", "key": str(uuid.uuid4()), "card": "4242424242424242"})]
    return []


def _again(world: World, step: Step) -> Told:
    """After a refused card: the same order, another attempt."""
    from sosei.programmes.spaces.models import Order
    from sosei.programmes.spaces.services import numbers
    from sosei.programmes.spaces.services.orders import pay_again

    order = Order.objects.select_related("person").get(pk=step["order"])
    secret = "" if order.person else numbers.secret_of(order)
    pay_again(order=order, way=step["way"], key=uuid.UUID(step["key"]), actor=order.person, secret=secret)
    return [(LATER, {**step, "do": "card", "tries": 0})]


def _more(world: World, step: Step) -> Told:
    """What a change made dearer is paid on the bill's own page."""
    from sosei.core.payments.models import Bill
    from sosei.core.payments.services import standing_of_bill, start_payment

    bill = Bill.objects.filter(kind="spaces.order", object_key=str(step["order"])).first()
    if bill is None or not (now := standing_of_bill(bill)).open:
        return []
    start_payment(bill=bill, way="card", yen=now.open, key=step["key"], actor=bill.person)
    return [
        (
            LATER,
            {
                "do": "card",
                "order": step["order"],
                "tries": 0,
                "way": "card",
                "luck": 0,
                "card": step["card"],
            },
        )
    ]


def _who(world: World, booking: Any, side: str) -> tuple[Any, str]:
    """Who does something with a booking, and the secret of a guest without an account."""
    from sosei.programmes.spaces.services import numbers

    if side == "host":
        return world.owner(booking.host_id), ""
    if side == "town":
        return world.staff(booking.municipality_id), ""
    return booking.person, "" if booking.person_id else numbers.secret_of(booking.order)


def _move(world: World, step: Step) -> Told:
    from sosei.programmes.spaces.rules_periods import Period
    from sosei.programmes.spaces.services.changing import move_booking

    booking = chosen(step, "'confirmed'")
    if booking is None:
        return []
    if "start" not in step:
        by = datetime.timedelta(days=step["days"], minutes=30 * step["halves"])
        step["start"] = (booking.period.lower + by).isoformat()
        longer = datetime.timedelta(minutes=step["longer"])
        step["end"] = (booking.period.upper + by + longer).isoformat()
    start, end = (datetime.datetime.fromisoformat(step[name]) for name in ("start", "end"))
    if end <= start:
        return []
    actor, secret = _who(world, booking, step["side"])
    move_booking(
        booking=booking,
        space=booking.space,
        period=Period(start, end),
        scope=step["scope"],
        reason="都合",
        key=uuid.UUID(step["key"]),
        actor=actor,
        secret=secret,
    )
    return [(LATER, {"do": "more", "order": booking.order_id, "key": step["key"], "card": step["card"]})]


def _cancel(world: World, step: Step) -> Told:
    from sosei.programmes.spaces.services.cancelling import cancel, in_scope
    from sosei.programmes.spaces.words_bookings import REASONS

    booking = chosen(step, "'held', 'requested', 'confirmed', 'confirmed'")
    if booking is None:
        return []
    if "these" not in step:
        step["these"] = [one.pk for one in in_scope(booking, step["scope"], timezone.now())]
    actor, secret = _who(world, booking, step["side"])
    rows = [chosen({"booking": key}, "") for key in step["these"]]
    cancel(
        bookings=rows,
        side=step["side"],
        reason_code=next(iter(REASONS[step["side"]])),
        reason="都合",
        key=uuid.UUID(step["key"]),
        actor=actor,
        secret=secret,
    )
    return [(LATER, {"do": "account", "order": booking.order_id})]


def _join(world: World, step: Step) -> Told:
    """Somebody waits for what another has."""
    from sosei.programmes.spaces.periods import period_of
    from sosei.programmes.spaces.services import waiting

    booking = chosen(step, "'confirmed', 'held'")
    if booking is None:
        return []
    person = world.person(step["guest"])
    entry = waiting.join(
        person=person,
        space=booking.space,
        period=period_of(booking.period),
        purpose="meeting",
        actor=person,
    )
    return [(LATER * 5, {**step, "do": "accept", "entry": entry.pk, "tries": 0})]


def _accept(world: World, step: Step) -> Told:
    """Whoever is offered it takes it, declines it, or lets the offer run out."""
    from sosei.programmes.spaces.models import WaitingEntry
    from sosei.programmes.spaces.rules_bookings import Item
    from sosei.programmes.spaces.services import waiting

    related = ("space__municipality", "space__host", "person", "municipality", "host")
    entry = WaitingEntry.objects.select_related(*related).get(pk=step["entry"])
    if entry.state == "waiting" and step["tries"] < 8:
        return [(LATER * 5, {**step, "tries": step["tries"] + 1})]
    if entry.state != "offered" and entry.state != "taken":
        return []
    if step["luck"] < 0.2:
        waiting.decline(entry=entry, actor=entry.person)
        return []
    way = entry.space.ways_to_pay[0]
    order = waiting.accept(
        entry=entry,
        tier="resident",
        way_to_pay=way,
        shown={str(item): "…" for item in Item},
        key=uuid.UUID(step["key"]),
        actor=entry.person,
    )
    step["order"] = order.pk
    return to_pay(order.pk, {**step, "way": way})


VERBS: dict[str, Callable[[World, Step], Told]] = {
    "place": _place,
    "card": _at_gateway,
    "till": _at_gateway,
    "again": _again,
    "more": _more,
    "move": _move,
    "cancel": _cancel,
    "join": _join,
    "accept": _accept,
    "answer": steps_staff.answer,
    "bank": steps_staff.bank,
    "match": steps_staff.match,
    "cash": steps_staff.cash,
    "account": steps_staff.give_account,
    "came": steps_staff.came,
    "block": steps_staff.block,
}
