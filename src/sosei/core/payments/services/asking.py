"""What the worker asks gateways, never inside a database transaction: each call may be made twice and is one.

Between two transactions the gateway is asked; what it tells is taken under the bill's lock, where it still follows.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from sosei.core.payments import gateways, kinds, locks
from sosei.core.payments.errors_payments import GatewayRefusedError, GatewayUnavailableError
from sosei.core.payments.gateways.protocol import Order, RefundOrder, Told, ToldRefund
from sosei.core.payments.models import Payment, Refund
from sosei.core.payments.rules_states import UNDER_WAY
from sosei.core.payments.services import notices, refunds, settling
from sosei.core.payments.services.payments import account_at_gateway, expire_payment

log = logging.getLogger(__name__)
T = TypeVar("T")
ASK_AGAIN = datetime.timedelta(minutes=2)
"""A payment or refund without an answer for so long is asked for again."""
LOST_FOR = datetime.timedelta(days=7)
"""So long after it was given up a payment is asked for again that had no answer yet."""
LOOK_AFTER = datetime.timedelta(hours=1)
"""How a payment stands is looked up when nothing was heard of it for so long, and no more often."""


def ask_gateway(payment_id: int) -> str:
    """Hands a payment to its gateway; run twice, it is one order there. What came of it."""
    payment = Payment.objects.select_related("bill__person", "bill__payee").get(pk=payment_id)
    if payment.gateway_key or not payment.gateway:
        return "known"
    if payment.state != Payment.State.ASKED and payment.asked_at is None:
        return "given up"
    Payment.objects.filter(pk=payment.pk).update(asked_at=timezone.now())
    order = order_of(payment)
    try:
        told = gateways.named(payment.gateway).create_payment(order)
    except GatewayUnavailableError as error:
        log.warning(
            "gateway %s did not answer for payment %s: %s", payment.gateway, payment.pk, error.problem
        )
        return "no answer"
    except GatewayRefusedError as error:
        told = Told("", Payment.State.FAILED, problem=error.problem)
    state = _take(payment.pk, told)
    if not told.gateway_key:
        # What was given up before the gateway had it is over.
        Payment.objects.filter(pk=payment.pk, state__in=sorted(settling.GIVEN_UP)).update(asked_at=None)
    elif notices.handle_crossed(payment.gateway, told.gateway_key):
        return _state_of(payment.pk)
    return state


def order_of(payment: Payment) -> Order:
    """A payment as a gateway is told it."""
    bill = payment.bill
    with override(bill.payer_language):
        title = kinds.describe(bill)
        page = _own_page(payment)
    return Order(
        key=payment.key,
        way=payment.way,
        yen=payment.yen,
        title=title[:200],
        payer_name=bill.payer_name,
        payer_email=bill.payer_email or (bill.person.email if bill.person else "") or "",
        payer_phone=bill.payer_phone,
        language=bill.payer_language,
        return_url=page,
        notice_url=f"{settings.SITE_ADDRESS}{_notice_path(payment.gateway)}",
        expires_at=payment.expires_at,
        transfer_to=account_at_gateway(bill) if payment.transferred else "",
        transfer_yen=payment.transferred,
    )


def _notice_path(gateway: str) -> str:
    with override("ja"):
        return reverse("payments:notice", args=[gateway])


def _own_page(payment: Payment) -> str:
    bill = payment.bill
    page = kinds.payable(bill.kind).page(bill, bill.person)
    return page if page.startswith("http") else f"{settings.SITE_ADDRESS}{page}"


@transaction.atomic
def _take(payment_id: int, told: Told) -> str:
    payment = locks.lock_payment(payment_id)
    settling.take(payment, told)
    if told.gateway_key:
        notices.handle_waiting(payment.gateway, told.gateway_key)
    return _state_of(payment_id)


def _state_of(payment_id: int) -> str:
    return str(Payment.objects.values_list("state", flat=True).get(pk=payment_id))


def look_up(payment_id: int) -> str:
    """Asks the gateway how a payment stands."""
    payment = Payment.objects.get(pk=payment_id)
    return _about(payment, lambda gateway, key: gateway.fetch(key))


def _look_again(payment_id: int) -> bool:
    """Looks it up, and not again for a while, whatever is answered."""
    Payment.objects.filter(pk=payment_id).update(asked_at=timezone.now())
    return look_up(payment_id) != "no answer"


def cancel_at_gateway(payment_id: int) -> str:
    """Tells the gateway to take a given-up payment no more; what was paid meanwhile comes back as paid."""
    payment = Payment.objects.get(pk=payment_id)
    return _about(payment, lambda gateway, key: gateway.cancel(key))


def _about(payment: Payment, ask: Callable[..., Told]) -> str:
    if not payment.gateway_key:
        return "unknown there"
    try:
        told = ask(gateways.named(payment.gateway), payment.gateway_key)
    except GatewayUnavailableError as error:
        log.warning(
            "gateway %s did not answer for payment %s: %s", payment.gateway, payment.pk, error.problem
        )
        return "no answer"
    except GatewayRefusedError as error:
        log.error("gateway %s refused about payment %s: %s", payment.gateway, payment.pk, error.problem)
        return "refused"
    return _take(payment.pk, told)


def send_refund(refund_id: int) -> str:
    """Hands a refund to the gateway; run twice, it is one refund there."""
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.way != Refund.Way.GATEWAY or refund.state != Refund.State.ASKED:
        return "known"
    order = RefundOrder(
        key=f"{refund.key}:{refund.part}",
        gateway_key=refund.payment.gateway_key,
        yen=refund.yen,
        reverse_yen=refund.reversed,
    )
    try:
        told = gateways.named(refund.payment.gateway).refund(order)
    except GatewayUnavailableError as error:
        log.warning("gateway did not answer for refund %s: %s", refund.pk, error.problem)
        return "no answer"
    except GatewayRefusedError as error:
        told = ToldRefund("", Refund.State.FAILED, problem=error.problem)
    with transaction.atomic():
        held = locks.lock_refund(refund.pk)
        refunds.take(held, told)
        if told.gateway_key:
            notices.handle_waiting(refund.payment.gateway, told.gateway_key)
    if told.gateway_key:
        notices.handle_crossed(refund.payment.gateway, told.gateway_key)
    return str(Refund.objects.values_list("state", flat=True).get(pk=refund_id))


def expire_due(now: datetime.datetime) -> int:
    """Ends payments whose time is over, after the gateway was asked whether it was paid meanwhile; how many."""
    due = Payment.objects.filter(state__in=sorted(UNDER_WAY), expires_at__lte=now).order_by(
        "expires_at", "pk"
    )
    return _each(due, lambda payment: _ended(payment, now))


def _ended(payment: Payment, now: datetime.datetime) -> bool:
    answer = look_up(payment.pk) if payment.gateway_key else ""
    if answer == "no answer" and _may_wait(payment, now):
        return False
    return answer == Payment.State.EXPIRED or expire_payment(payment=payment, now=now)


def _each(things: Iterable[T], do: Callable[[T], bool]) -> int:
    """Does it with each of them; one at which it fails holds up no other, and is tried again the next minute."""
    done = 0
    for thing in things:
        try:
            done += do(thing)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("a step of payments failed at %r", thing)
    return done


def _may_wait(payment: Payment, now: datetime.datetime) -> bool:
    """A gateway that does not answer keeps nobody's place for long."""
    return payment.expires_at is not None and now - payment.expires_at < LOOK_AFTER


def ask_again(now: datetime.datetime) -> dict[str, int]:
    """Takes up what a dead worker left or a gateway did not answer, and looks up what was not heard of; counts."""
    asked = Payment.objects.filter(
        gateway__gt="", gateway_key="", state=Payment.State.ASKED, made_at__lte=now - ASK_AGAIN
    )
    # Given up while its first answer was lost: it may still be payable at the gateway.
    lost = Payment.objects.filter(
        gateway__gt="",
        gateway_key="",
        asked_at__isnull=False,
        state__in=sorted(settling.GIVEN_UP),
        made_at__lte=now - ASK_AGAIN,
        settled_at__gte=now - LOST_FOR,
    )
    refunding = Refund.objects.filter(way="gateway", state="asked", made_at__lte=now - ASK_AGAIN)
    quiet = Payment.objects.filter(
        Q(asked_at__isnull=True) | Q(asked_at__lte=now - LOOK_AFTER),
        gateway_key__gt="",
        state__in=sorted(UNDER_WAY),
        made_at__lte=now - LOOK_AFTER,
    )
    return {
        "asked": _each(
            [*asked.values_list("pk", flat=True), *lost.values_list("pk", flat=True)],
            lambda key: ask_gateway(key) != "no answer",
        ),
        "refunds": _each(refunding.values_list("pk", flat=True), lambda key: send_refund(key) != "no answer"),
        "notices_left": _each(notices.left(), lambda one: notices.handle_left(*one) > 0),
        "looked_up": _each(quiet.values_list("pk", flat=True), _look_again),
    }
