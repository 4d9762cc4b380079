"""What owners and staff do in a month: answering requests, money that arrives and goes back, who came, evenings kept."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from bench.site.month.world import LATER, Step, Told, World, bill_payment, chosen, rows, to_pay

ACCOUNT = ("0126", "トウホウ", "001", "ホンテン", "1234567", "カクウ ヒト")


def answer(world: World, step: Step) -> Told:
    from sosei.programmes.spaces.services.bookings import answer_request

    found = rows(
        "SELECT id FROM spaces_booking WHERE order_id = %s AND state = 'requested' ORDER BY id", step["order"]
    )
    for (key,) in found:
        booking = chosen({"booking": key}, "")
        answer_request(
            booking=booking,
            accept=step["accept"],
            reason="" if step["accept"] else "都合",
            actor=world.owner(booking.host_id),
        )
    return to_pay(step["order"], step) if step["accept"] else []


def _payment(key: int) -> Any:
    from sosei.core.payments.models import Payment

    return Payment.objects.select_related("bill", "municipality", "payee").get(pk=key)


def bank(world: World, step: Step) -> Told:
    """A transfer arrives: as asked, too little and then the rest, or too much; or staff see it on the account."""
    from sosei.core.payments.services import pay_by_bank
    from sosei.core.payments.services.ledger import today

    found = bill_payment(step["order"])
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


def match(world: World, step: Step) -> Told:
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


def cash(world: World, step: Step) -> Told:
    from sosei.core.payments.services import pay_on_site

    found = bill_payment(step["order"])
    if found is None or found[4] != "on_site" or found[2] != "waiting":
        return []
    payment = _payment(found[1])
    actor = world.staff(payment.municipality_id)
    if payment.payee_id is not None:
        actor = world.owner(payment.payee_id)
    pay_on_site(payment=payment, actor=actor)
    return []


def give_account(world: World, step: Step) -> Told:
    """Refunds of an order that cannot go to a card: an account is named, cash is handed back."""
    from sosei.core.payments.models import Refund
    from sosei.core.payments.services import RefundAccount, give_refund_account, return_cash

    bills = rows(
        "SELECT id FROM payments_bill WHERE kind = 'spaces.order' AND object_key = %s", str(step["order"])
    )
    refunds = Refund.objects.filter(bill_id__in=[key for (key,) in bills]).select_related("bill", "payment")
    for refund in refunds.filter(state__in=("waiting_account", "asked")).order_by("pk"):
        if refund.way == "bank" and refund.state == "waiting_account":
            staff = world.staff(refund.municipality_id)
            give_refund_account(refund=refund, account=RefundAccount(*ACCOUNT), actor=staff)
        elif refund.way == "on_site" and refund.state == "asked":
            actor = world.staff(refund.municipality_id)
            return_cash(refund=refund, actor=actor)
    return []


def came(world: World, step: Step) -> Told:
    """After the start: the owner says that they came, or that nobody did."""
    from sosei.programmes.spaces.services.bookings import mark_no_show, mark_used

    booking = chosen(step, "'confirmed'", past=True)
    if booking is None:
        return []
    owner = world.owner(booking.host_id)
    if step["card"] == "4242424242424242":
        mark_used(booking=booking, actor=owner, now=timezone.now())
    else:
        mark_no_show(booking=booking, reason="だれも来なかった", actor=owner)
    return []


def block(world: World, step: Step) -> Told:
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
