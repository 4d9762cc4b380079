"""How a payment comes into another state: forward only, with its step, the books, the letter and the room it is for.

Called with the bill locked, outside the guard.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from sosei.core.payments import letters_payments as letters
from sosei.core.payments import queue
from sosei.core.payments.gateways.protocol import Told
from sosei.core.payments.models import Bill, Payment, PaymentStep
from sosei.core.payments.reasons import in_japanese
from sosei.core.payments.rules_states import OVER, PAYMENT_STEPS, may_follow
from sosei.core.payments.services import ledger
from sosei.core.payments.services.bills import standing_of_bill, tell_change
from sosei.core.payments.words_payments import LATE, TOO_MUCH
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry

State = Payment.State
GIVEN_UP = frozenset({State.EXPIRED, State.CANCELLED})


def note_step(payment: Payment, what: str, actor: Person | None = None) -> None:
    """Something happened to a payment."""
    PaymentStep.objects.create(
        municipality_id=payment.municipality_id,
        payee_id=payment.payee_id,
        person_id=payment.person_id,
        payment=payment,
        state=payment.state,
        what=what,
        at=timezone.now(),
        actor=actor,
    )


def enter(
    payment: Payment,
    state: str,
    what: str,
    *,
    actor: Person | None = None,
    reason: str = "",
    on_date: datetime.date | None = None,
) -> bool:
    """Takes a payment into a state; False, and nothing is done, where that does not follow.

    Money that arrives after the payment was given up, or beyond what is owed, is refunded at once.

    Args:
        what: code of the step.
        on_date: the day the money arrived, where that is not today.
    """
    before = payment.state
    if not may_follow(PAYMENT_STEPS, before, state):
        return False
    bill = payment.bill
    payment.state = state
    payment.settled_at = timezone.now() if state in OVER else None
    payment.save()
    note_step(payment, what, actor)
    if state == State.PAID:
        ledger.book_payment(payment, bill, on_date=on_date)
    _record(payment, what, actor, reason)
    if state == State.PAID and _give_back_what_is_too_much(payment, bill, late=before in GIVEN_UP):
        tell_change(bill)
        return True
    letters.tell_payment(payment)
    tell_change(bill)
    return True


def _record(payment: Payment, what: str, actor: Person | None, reason: str) -> None:
    write_entry(
        actor=actor,
        verb=f"payments.{payment.state}",
        subject=payment.bill,
        person=payment.person,
        municipality=payment.bill.municipality,
        reason=reason,
        data={
            "number": payment.bill.number,
            "yen": payment.yen,
            "way": payment.way,
            "what": what,
            "problem": payment.problem,
        },
    )


def _give_back_what_is_too_much(payment: Payment, bill: Bill, *, late: bool) -> bool:
    """Refunds a payment that came too late, or was not owed any more; whether it did."""
    from sosei.core.payments.services.refunds import refund_payment

    too_much = payment.yen if late else min(payment.yen, standing_of_bill(bill).overpaid)
    if not too_much:
        return False
    reason = in_japanese(LATE if late else TOO_MUCH)
    refund_payment(payment, too_much, reason=reason, key=f"too-much:{payment.pk}", actor=None)
    letters.tell_too_much(payment, too_much, late=late)
    return True


def take(payment: Payment, told: Told) -> bool:
    """What the gateway tells of a payment; whether anything came of it.

    A payment that was given up here while the gateway was being asked is given up there as well.
    """
    first = not payment.gateway_key and bool(told.gateway_key)
    if first:
        payment.gateway_key = told.gateway_key
    changed = _fill(payment, told)
    if first or changed:
        payment.save()
    if told.state in GIVEN_UP and payment.state == told.state:
        return first or changed
    stepped = told.state != payment.state and enter(payment, told.state, f"gateway_{told.state}")
    if payment.state in GIVEN_UP and told.state == State.WAITING:
        queue.leave(queue.CANCEL, payment_id=payment.pk)
    return stepped or first or changed


def _fill(payment: Payment, told: Told) -> bool:
    """Keeps what was not known before; a notice that says less takes nothing away."""
    told_now = {
        "pay_url": told.pay_url,
        "client_secret": told.client_secret,
        "code": told.code,
        "confirmation": told.confirmation,
    }
    if payment.state in (State.ASKED, State.WAITING):
        told_now |= {"problem": told.problem if told.state == State.FAILED else ""}
    changed = {name: value for name, value in told_now.items() if value and getattr(payment, name) != value}
    for name, value in changed.items():
        setattr(payment, name, value)
    if told.state == State.PAID and payment.state != State.PAID:
        payment.gateway_fee = told.fee
        payment.problem = ""
        return True
    return bool(changed)
