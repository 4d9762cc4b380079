"""Orders of the demonstration that are paid at the practice gateway: by card and at a till, waiting, given back.

The steps are those of the worker and of the gateway's page, taken at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from django.utils import timezone

from sosei.core.payments.errors_payments import NoticeRefusedError
from sosei.core.payments.gateways import embedded
from sosei.core.payments.models import Payment, Refund
from sosei.core.payments.services import asking, receive_notice
from sosei.core.payments.services.receipts import issue_receipt
from sosei.core.payments.services.refunds import RefundAccount, give_refund_account
from sosei.programmes.spaces.demonstration.bookings import Visit, bill_of_visit, plan_visit
from sosei.programmes.spaces.demonstration.story import DAY, Story, Town
from sosei.programmes.spaces.demonstration.tables import FUKUSHIMA, IWAKI

BOTH = (IWAKI, FUKUSHIMA)
CARD = "4242424242424242"
NO_REFUND = "4000000000000044"
WAITING = "till-waiting"
"""The one that nobody has paid yet."""
VISITS = (
    Visit("card-desk", BOTH, "maria", "desk", "w-7.4", "09:00", "17:00", "remote_work", (1, 1, 1), 3, "card"),
    Visit("till-cook", (IWAKI,), "jumin", "kitchen", "w-5.5", "15:00", "18:00", "cooking", (6, 0, 0), way="konbini"),
    Visit("card-class", BOTH, "enpou", "classroom", "w-6.3", "13:00", "17:00", "lesson", (16, 4, 0), way="card"),
    Visit("card-back", (IWAKI,), "sakasu", "kitchen", "w-4.2", "10:00", "13:00", "cooking", (5, 0, 0), way="card",
          end="guest", days_before=9),
    Visit("card-no-back", (IWAKI,), "enpou", "kitchen", "w2.2", "10:00", "13:00", "cooking", (5, 3, 0), way="card",
          end="guest"),
    Visit("till-back", BOTH, "tsukau", "shop", "w-2.3", "10:00", "15:00", "market", (2, 0, 0), way="konbini",
          end="host", early=20),
    Visit("till-ask", (IWAKI,), "jumin", "kitchen", "w3.3", "10:00", "13:00", "cooking", (6, 1, 0), way="konbini",
          end="guest"),
    Visit("soon-card", BOTH, "maria", "desk", "w1.4", "13:00", "18:00", "remote_work", (1, 1, 1), 2, "card"),
    Visit(WAITING, BOTH, "jumin", "shop", "w3.4", "10:00", "15:00", "market", (3, 0, 0), way="konbini", end="held"),
)  # fmt: skip
RECEIPTS = ("card-desk", "till-cook")
ACCOUNTS = ("till-back",)
"""Orders whose guest has named the account for what is given back."""


def plan_gateway(town: Town, story: Story) -> None:
    """Every order that is paid through the gateway, with what became of it."""
    for visit in VISITS:
        if town.code not in visit.towns:
            continue
        ordered, called_off = plan_visit(town, story, visit)
        soon = ordered + DAY / 288
        story.tell(soon, partial(_pay, town, visit))
        if visit.key in RECEIPTS:
            story.tell(soon + DAY, partial(_receipt, town, visit))
        if called_off is not None:
            story.tell(called_off, partial(_give_back, town, visit))


def _payments(town: Town, visit: Visit) -> list[Payment]:
    rows = Payment.objects.filter(bill=bill_of_visit(town, visit))
    return list(rows.select_related("bill__municipality", "bill__payee").order_by("pk"))


def _pay(town: Town, visit: Visit) -> None:
    """The worker hands the payment over, the guest pays there, the notice arrives."""
    for payment in _payments(town, visit):
        asking.ask_gateway(payment.pk)
        payment.refresh_from_db()
        if visit.key != WAITING and payment.gateway_key:
            at_till = visit.way == "konbini"
            manner = "now" if at_till else (NO_REFUND if visit.key == "card-no-back" else CARD)
            embedded.pay(payment.gateway_key, manner, at_till=at_till)
    _hear()


def _hear() -> None:
    embedded.deliver_due(timezone.now(), _post)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    try:
        receive_notice(gateway="embedded", body=body, headers=headers)
    except NoticeRefusedError:
        return 400
    return 200


def _receipt(town: Town, visit: Visit) -> None:
    for payment in _payments(town, visit):
        if payment.state == Payment.State.PAID:
            issue_receipt(
                payment=payment,
                recipient_name=payment.bill.payer_name,
                actor=town.person(visit.guest),
            )


def _give_back(town: Town, visit: Visit) -> None:
    for refund in Refund.objects.filter(bill=bill_of_visit(town, visit)).select_related("bill"):
        asking.send_refund(refund.pk)
        if visit.key in ACCOUNTS and refund.state == Refund.State.WAITING_ACCOUNT:
            person = town.person(visit.guest)
            give_refund_account(refund=refund, account=_account(), actor=person)
    _hear()


def _account() -> RefundAccount:
    """At a bank that does not exist."""
    return RefundAccount("0999", "ミホン", "999", "ミホン", "7654321", "レイノ ハルコ")
