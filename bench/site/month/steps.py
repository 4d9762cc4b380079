"""What guests, owners and staff do in a month: each step is data with a key, and can be done again as a browser would.

A step that the services refuse (taken, too late, over) is no fault. Anything else that goes wrong is.
"""

from __future__ import annotations

import datetime
import random
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.site.month.town import Towns

Step = dict[str, Any]
LATER = 0.4
"""Seconds after which a guest looks again whether the gateway has answered."""
ACCOUNT = ("0126", "トウホウ", "001", "ホンテン", "1234567", "カクウ ヒト")


class World:
    """The towns, and rows that every step needs, read once in each process."""

    def __init__(self, towns: Towns) -> None:
        self.towns = towns
        self._people: dict[int, Any] = {}
        self._spaces: dict[int, Any] = {}

    def person(self, key: int) -> Any:
        """Somebody, with what he may do."""
        from sosei.core.people.models import Person

        if key not in self._people:
            self._people[key] = Person.objects.get(pk=key)
        return self._people[key]

    def space(self, key: int) -> Any:
        """A space with hours and prices."""
        from sosei.programmes.spaces.models import Space

        if key not in self._spaces:
            rows = Space.objects.select_related("municipality", "host__organisation", "host__municipality")
            rows = rows.select_related("ladder").prefetch_related(
                "hours", "host__closures", "price_lists__items", "extras"
            )
            self._spaces[key] = rows.get(pk=key)
        return self._spaces[key]

    def owner(self, host: int) -> Any:
        """Somebody who acts for a host."""
        return self.person(self.towns.owners[host])

    def staff(self, town: int) -> Any:
        """Programme staff of a town."""
        return self.person(self.towns.staff[town])


Told = list[tuple[float, Step]]
"""What follows: after so many seconds, which step."""


def perform(world: World, step: Step) -> Told:
    """Does a step; what follows from it.

    Raises:
        RefusedError: the services refuse it.
    """
    return VERBS[step["do"]](world, step)


def new_key(chance: random.Random) -> str:
    """A key as a form carries it."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _rows(query: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


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
        return [(0.2, {"do": "answer", "order": order.pk, "accept": step["luck"] < 0.8, **_paying(step)})]
    return _to_pay(order.pk, step)


def _paying(step: Step) -> Step:
    return {name: step[name] for name in ("way", "luck", "card")}


def _to_pay(order: int, step: Step) -> Told:
    """Nine of ten pay; the others let it lapse, or owe it for ever."""
    if step["luck"] > 0.9:
        return []
    verb = {"card": "card", "konbini": "till", "bank": "bank", "invoice": "bank", "on_site": "cash"}
    if step["way"] not in verb:
        return []
    return [(LATER, {"do": verb[step["way"]], "order": order, "tries": 0, **_paying(step)})]


def _bill_payment(order: int) -> tuple[int, int, str, str, str] | None:
    """(bill, payment, its state, its key at the gateway, its way) of the newest payment of an order."""
    found = _rows(
        "SELECT b.id, p.id, p.state, p.gateway_key, p.way FROM payments_bill b JOIN payments_payment p ON p.bill_id = b.id "
        "WHERE b.kind = 'spaces.order' AND b.object_key = %s ORDER BY p.id DESC LIMIT 1",
        str(order),
    )
    return found[0] if found else None


def _at_gateway(world: World, step: Step) -> Told:
    """The guest at the gateway's page or at a till; who finds it not ready looks again."""
    from sosei.core.payments.gateways import embedded

    found = _bill_payment(step["order"])
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


def _booking(states: str, luck: float, *, past: bool = False) -> Any:
    """Some booking in one of the states."""
    from sosei.programmes.spaces.models import Booking

    sign = "<" if past else ">"
    found = _rows(
        f"SELECT id FROM spaces_booking WHERE id >= (SELECT max(id) FROM spaces_booking) * %s::float8 "  # noqa: S608
        f"AND state IN ({states}) AND lower(period) {sign} %s ORDER BY id LIMIT 1",
        luck,
        timezone.now(),
    )
    if not found:
        return None
    related = ("order__person", "order__host", "space__municipality", "space__host", "space__ladder")
    return Booking.objects.select_related(*related, "municipality", "person", "host").get(pk=found[0][0])


def _who(world: World, booking: Any, side: str) -> tuple[Any, str]:
    """Who does something with a booking, and the secret of a guest without an account."""
    from sosei.programmes.spaces.services import numbers

    if side == "host":
        return world.owner(booking.host_id), ""
    if side == "town":
        return world.staff(booking.municipality_id), ""
    return booking.person, "" if booking.person_id else numbers.secret_of(booking.order)


def _chosen(step: Step, states: str, *, past: bool = False) -> Any:
    """The booking a step is for: found once, and the same one when the step is done again."""
    from sosei.programmes.spaces.models import Booking

    if "booking" not in step:
        found = _booking(states, step["luck"], past=past)
        step["booking"] = found.pk if found else None
        return found
    related = ("order__person", "order__host", "space__municipality", "space__host", "space__ladder")
    rows = Booking.objects.select_related(*related, "municipality", "person", "host")
    return rows.filter(pk=step["booking"]).first()


def _move(world: World, step: Step) -> Told:
    from sosei.programmes.spaces.rules_periods import Period
    from sosei.programmes.spaces.services.changing import move_booking

    booking = _chosen(step, "'confirmed'")
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

    booking = _chosen(step, "'held', 'requested', 'confirmed', 'confirmed'")
    if booking is None:
        return []
    if "these" not in step:
        step["these"] = [one.pk for one in in_scope(booking, step["scope"], timezone.now())]
    actor, secret = _who(world, booking, step["side"])
    rows = [_chosen({"booking": key}, "") for key in step["these"]]
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

    booking = _chosen(step, "'confirmed', 'held'")
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
    return _to_pay(order.pk, {**step, "way": way})


# --- Owners and staff -------------------------------------------------------------------------------------------------


def _answer(world: World, step: Step) -> Told:
    from sosei.programmes.spaces.services.bookings import answer_request

    found = _rows(
        "SELECT id FROM spaces_booking WHERE order_id = %s AND state = 'requested' ORDER BY id", step["order"]
    )
    for (key,) in found:
        booking = _chosen({"booking": key}, "")
        answer_request(
            booking=booking,
            accept=step["accept"],
            reason="" if step["accept"] else "都合",
            actor=world.owner(booking.host_id),
        )
    return _to_pay(step["order"], step) if step["accept"] else []


def _payment(key: int) -> Any:
    from sosei.core.payments.models import Payment

    return Payment.objects.select_related("bill", "municipality", "payee").get(pk=key)


def _bank(world: World, step: Step) -> Told:
    """A transfer arrives: as asked, too little and then the rest, or too much; or staff see it on the account."""
    from sosei.core.payments.services import pay_by_bank
    from sosei.core.payments.services.ledger import today

    found = _bill_payment(step["order"])
    if found is None or found[4] not in ("bank", "invoice") or found[2] in ("paid", "failed"):
        return []
    payment = _payment(found[1])
    staff = world.staff(payment.municipality_id)
    luck = step["luck"]
    if luck < 0.6:
        pay_by_bank(payment=payment, actor=staff, on_date=today())
        return []
    sums = {
        True: [payment.yen],
        luck >= 0.7: [max(1, payment.yen - 100), 100] if payment.yen > 100 else [payment.yen],
        luck >= 0.8: [payment.yen + 50],
    }[True]
    for part, yen in enumerate(sums):
        _transfer(step, payment, staff, part, yen)
    return [(LATER, {**step, "do": "match", "payment": payment.pk, "parts": len(sums)})]


def _memo(step: Step, part: int) -> str:
    return f"M{step['order']}-{part}-{int(step['luck'] * 1e9)}"


def _transfer(step: Step, payment: Any, staff: Any, part: int, yen: int) -> None:
    from sosei.core.payments.services.ledger import today
    from sosei.core.payments.services.transfers import import_list

    text = f"日付,入金額,振込人,備考\n{today():%Y/%m/%d},{yen},カクウ,{_memo(step, part)}\n"
    import_list(municipality=payment.municipality, content=text.encode(), actor=staff)


def _match(world: World, step: Step) -> Told:
    """Staff try with the first part alone, which is refused when it is too little, and then with all."""
    from sosei.core.payments.errors_papers import TransferError
    from sosei.core.payments.models import IncomingTransfer
    from sosei.core.payments.services.transfers import match

    payment = _payment(step["payment"])
    staff = world.staff(payment.municipality_id)
    memos = [_memo(step, part) for part in range(step["parts"])]
    rows = list(IncomingTransfer.objects.filter(reference__in=memos, state="open").order_by("pk"))
    if len(rows) > 1:
        try:
            match(transfers=rows[:1], payment=payment, actor=staff)
        except TransferError:
            pass
        else:
            raise AssertionError(f"a payment of {payment.yen} yen was matched with {rows[0].yen}")
    if rows:
        match(transfers=rows, payment=payment, actor=staff, note="多い分は振り込んだ人に返す")
    return []


def _cash(world: World, step: Step) -> Told:
    from sosei.core.payments.services import pay_on_site

    found = _bill_payment(step["order"])
    if found is None or found[4] != "on_site" or found[2] != "waiting":
        return []
    payment = _payment(found[1])
    actor = world.staff(payment.municipality_id)
    if payment.payee_id is not None:
        actor = world.owner(payment.payee_id)
    pay_on_site(payment=payment, actor=actor)
    return []


def _give_account(world: World, step: Step) -> Told:
    """Refunds of an order that cannot go to a card: an account is named, cash is handed back."""
    from sosei.core.payments.models import Refund
    from sosei.core.payments.services import RefundAccount, give_refund_account, return_cash

    bill = _rows(
        "SELECT id FROM payments_bill WHERE kind = 'spaces.order' AND object_key = %s", str(step["order"])
    )
    rows = Refund.objects.filter(bill_id__in=[key for (key,) in bill]).select_related("bill", "payment")
    for refund in rows.filter(state__in=("waiting_account", "asked")).order_by("pk"):
        if refund.way == "bank" and refund.state == "waiting_account":
            staff = world.staff(refund.municipality_id)
            give_refund_account(refund=refund, account=RefundAccount(*ACCOUNT), actor=staff)
        elif refund.way == "on_site" and refund.state == "asked":
            actor = world.staff(refund.municipality_id)
            return_cash(refund=refund, actor=actor)
    return []


def _came(world: World, step: Step) -> Told:
    """After the start: the owner says that they came, or that nobody did."""
    from sosei.programmes.spaces.services.bookings import mark_no_show, mark_used

    booking = _chosen(step, "'confirmed'", past=True)
    if booking is None:
        return []
    owner = world.owner(booking.host_id)
    if step["card"] == "4242424242424242":
        mark_used(booking=booking, actor=owner, now=timezone.now())
    else:
        mark_no_show(booking=booking, reason="だれも来なかった", actor=owner)
    return []


def _block(world: World, step: Step) -> Told:
    """The owner keeps an evening for himself."""
    from sosei.programmes.spaces.rules_periods import Period
    from sosei.programmes.spaces.services import blocks

    space = world.space(step["space"])
    start = datetime.datetime.fromisoformat(step["start"])
    made = blocks.block(
        space=space,
        period=Period(start, start + datetime.timedelta(hours=3)),
        reason="点検",
        actor=world.owner(space.host_id),
    )
    if step["luck"] < 0.8:
        for one in made.blocks:
            blocks.unblock(block=one, actor=world.owner(space.host_id))
    return []


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
    "answer": _answer,
    "bank": _bank,
    "match": _match,
    "cash": _cash,
    "account": _give_account,
    "came": _came,
    "block": _block,
}
