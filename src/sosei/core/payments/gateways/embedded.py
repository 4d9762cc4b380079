"""A gateway inside this program for demonstration and tests: it answers late, twice, out of order, and fails when told.

It has tables of its own, and the books read none of them. What it tells the site it tells by signed notices that it
posts to the site's own address, as any gateway would. What makes it misbehave stands in `MANNERS`.
"""

from __future__ import annotations

import datetime
import json
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib import error as url_errors
from urllib import request as url_requests

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from sosei.core.payments import queue
from sosei.core.payments.errors_payments import (
    GatewayRefusedError,
    GatewayUnavailableError,
    NoticeRefusedError,
)
from sosei.core.payments.gateways.protocol import Notice, Order, RefundOrder, Told, ToldRefund
from sosei.core.payments.gateways.signatures import check, sign
from sosei.core.payments.models import EmbeddedNotice, EmbeddedOrder, EmbeddedRefund

log = logging.getLogger(__name__)
HEADER = "Sosei-Signature"
FEE_PER_MILLE = 36
"""What it keeps of a payment, rounded down."""
LATE = datetime.timedelta(seconds=90)
MOST_TRIES = 12
Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Sends a notice and returns the status of the answer."""
_is_rehearsing: ContextVar[bool] = ContextVar("_is_rehearsing", default=False)


@contextmanager
def rehearsing() -> Iterator[None]:
    """While the demonstration is loaded, all or nothing: what the gateway keeps goes with the rest if that fails.

    Everywhere else the gateway refuses to be asked inside a transaction, as one outside this program would not know of it.
    """
    token = _is_rehearsing.set(True)
    try:
        yield
    finally:
        _is_rehearsing.reset(token)


def _of_its_own() -> AbstractContextManager[Any]:
    return transaction.atomic(durable=not _is_rehearsing.get())


@dataclass(frozen=True)
class Manner:
    """How the gateway behaves for a card number, or a button at the till.

    Attributes:
        problem: the payment fails with this reason.
        delays: when its notices arrive, in seconds after each other; a second one is the same notice again.
        refunds: whether it can give money back.
        says_waiting_last: an older notice arrives after the newer one.
    """

    label: Any
    problem: str = ""
    delays: tuple[int, ...] = (0,)
    refunds: bool = True
    says_waiting_last: bool = False


MANNERS: Mapping[str, Manner] = {
    "4242424242424242": Manner(_("すぐに払える")),
    "4000000000000002": Manner(_("カード会社が断る"), problem="card_declined"),
    "4000000000009995": Manner(_("残高が足りない"), problem="insufficient_funds"),
    "4000000000000069": Manner(_("期限が切れている"), problem="expired_card"),
    "4000000000000010": Manner(_("払えるが、通知が2回届く"), delays=(0, 2)),
    "4000000000000028": Manner(_("払えるが、通知が90秒おくれる"), delays=(90,)),
    "4000000000000036": Manner(_("払えるが、古い通知があとから届く"), says_waiting_last=True),
    "4000000000000044": Manner(_("払えるが、カードに返金できない"), refunds=False),
}
"""The only card numbers it takes: none of them is anybody's."""
TILL: Mapping[str, Manner] = {
    "now": Manner(_("レジで払った")),
    "twice": Manner(_("レジで払った（通知が2回届く）"), delays=(0, 2)),
    "late": Manner(_("レジで払った（通知が90秒おくれる）"), delays=(90,)),
}
"""The buttons of its till."""


def secret() -> str:
    """Signs its notices; known to this site alone."""
    return salted_hmac("sosei.core.payments.gateways.embedded", "notices", algorithm="sha256").hexdigest()


class EmbeddedGateway:
    """The protocol over its own tables; like a real gateway it is not undone with a transaction of the site."""

    name = "embedded"

    def create_payment(self, order: Order) -> Told:
        """As the protocol says."""
        now = timezone.now()
        known = EmbeddedOrder.objects.filter(idempotency_key=order.key).exists()
        if not known and order.expires_at is not None and order.expires_at <= now:
            raise GatewayRefusedError("expired")
        is_konbini = order.way == "konbini"
        with _of_its_own():
            held, created = EmbeddedOrder.objects.get_or_create(
                idempotency_key=order.key,
                defaults={
                    "key": f"ep_{secrets.token_hex(16)}",
                    "way": order.way,
                    "yen": order.yen,
                    "title": order.title,
                    "language": order.language,
                    "notice_url": order.notice_url,
                    "return_url": order.return_url,
                    "code": _digits(11) if is_konbini else "",
                    "confirmation": _digits(4) if is_konbini else "",
                    "expires_at": order.expires_at,
                    "made_at": now,
                },
            )
            if created:
                tell(held, "payment.waiting", now)
        if held.yen != order.yen or held.way != order.way:
            raise GatewayRefusedError("not_possible", f"the key {order.key!r} belongs to another order")
        return self.fetch(held.key) if known else told_of(held)

    def fetch(self, gateway_key: str) -> Told:
        """As the protocol says."""
        with _of_its_own():
            return told_of(_expired_if_due(_order(gateway_key)))

    def cancel(self, gateway_key: str) -> Told:
        """As the protocol says."""
        with _of_its_own():
            order = _expired_if_due(_order(gateway_key))
            if order.state == "waiting":
                order.state = "cancelled"
                order.save(update_fields=["state"])
            return told_of(order)

    def refund(self, order: RefundOrder) -> ToldRefund:
        """As the protocol says."""
        with _of_its_own():
            paid = _order(order.gateway_key)
            before = EmbeddedRefund.objects.filter(idempotency_key=order.key).first()
            if before is not None:
                return ToldRefund(before.key, before.state, before.problem)
            if paid.state != "paid" or paid.refunded + order.yen > paid.yen:
                raise GatewayRefusedError("refund_refused")
            manner = MANNERS.get(paid.manner, MANNERS["4242424242424242"])
            made = EmbeddedRefund.objects.create(
                key=f"er_{secrets.token_hex(16)}",
                idempotency_key=order.key,
                order=paid,
                yen=order.yen,
                state="sent" if manner.refunds else "failed",
                problem="" if manner.refunds else "refund_refused",
                made_at=timezone.now(),
            )
            if manner.refunds:
                paid.refunded += order.yen
                paid.save(update_fields=["refunded"])
                EmbeddedRefund.objects.filter(pk=made.pk).update(state="done")
                made.state = "done"
                tell_refund(made, timezone.now(), manner.delays)
                return ToldRefund(made.key, "sent")
            return ToldRefund(made.key, made.state, made.problem)

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime.datetime) -> Notice:
        """As the protocol says."""
        found = {name.lower(): value for name, value in headers.items()}
        signature = check(body, found.get(HEADER.lower(), ""), secret(), now)
        return _read(body, signature)

    def reread(self, body: str) -> Notice:
        """As the protocol says."""
        return _read(body.encode(), "")


def _read(body: bytes, signature: str) -> Notice:
    try:
        told = json.loads(body)
        kind, about = str(told["kind"]), told["about"]
        payment = refund = None
        if kind.startswith("payment."):
            payment = Told(
                gateway_key=about["key"],
                state=about["state"],
                code=about["code"],
                confirmation=about["confirmation"],
                problem=about["problem"],
                fee=int(about["fee"]),
            )
        elif kind.startswith("refund."):
            refund = ToldRefund(about["key"], about["state"], about["problem"])
        return Notice(str(told["id"]), kind, str(about["key"]), signature, payment=payment, refund=refund)
    except (ValueError, KeyError, TypeError) as error:
        raise NoticeRefusedError("unreadable") from error


def _digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _each in range(count))


def _order(key: str) -> EmbeddedOrder:
    try:
        found: EmbeddedOrder = EmbeddedOrder.objects.select_for_update().get(key=key)
    except EmbeddedOrder.DoesNotExist:
        raise GatewayRefusedError("not_possible", f"no order {key!r}") from None
    return found


def _expired_if_due(order: EmbeddedOrder) -> EmbeddedOrder:
    if order.state == "waiting" and order.expires_at is not None and order.expires_at <= timezone.now():
        order.state = "expired"
        order.save(update_fields=["state"])
    return order


def fee_of(order: EmbeddedOrder) -> int:
    """What the gateway keeps."""
    return int(order.yen * FEE_PER_MILLE // 1000)


def told_of(order: EmbeddedOrder) -> Told:
    """An order as the site is told of it."""
    with override(order.language):
        page = reverse("payments:embedded", args=[order.key])
    return Told(
        gateway_key=order.key,
        state=order.state,
        pay_url=f"{settings.SITE_ADDRESS}{page}",
        code=order.code,
        confirmation=order.confirmation,
        expires_at=order.expires_at,
        problem=order.problem,
        fee=fee_of(order) if order.state == "paid" else 0,
    )


@transaction.atomic
def pay(key: str, manner_key: str, *, at_till: bool = False) -> EmbeddedOrder:
    """Somebody pays at the gateway's page: with that card, or by that button of its till.

    Raises:
        LookupError: no such order, card or button.
    """
    manner = (TILL if at_till else MANNERS)[manner_key]
    try:
        order = _expired_if_due(_order(key))
    except GatewayRefusedError as error:
        raise LookupError(key) from error
    if order.state != "waiting":
        return order
    now = timezone.now()
    order.manner = manner_key
    order.state, order.problem = ("failed", manner.problem) if manner.problem else ("paid", "")
    order.save(update_fields=["manner", "state", "problem"])
    tell(order, f"payment.{order.state}", now, manner.delays)
    if manner.says_waiting_last:
        tell(order, "payment.waiting", now + datetime.timedelta(seconds=3), as_state="waiting")
    return order


def tell(
    order: EmbeddedOrder,
    kind: str,
    now: datetime.datetime,
    delays: tuple[int, ...] = (0,),
    *,
    as_state: str = "",
) -> None:
    """Puts a notice of an order into the outbox, once for each delay."""
    told = told_of(order)
    about = {
        "key": order.key,
        "state": as_state or order.state,
        "code": order.code,
        "confirmation": order.confirmation,
        "problem": order.problem,
        "fee": told.fee,
        "yen": order.yen,
    }
    _put(order, kind, about, now, delays)


def tell_refund(refund: EmbeddedRefund, now: datetime.datetime, delays: tuple[int, ...] = (0,)) -> None:
    """Puts a notice of a refund into the outbox."""
    about = {"key": refund.key, "state": refund.state, "problem": refund.problem, "yen": refund.yen}
    _put(refund.order, f"refund.{refund.state}", about, now, delays)


def _put(
    order: EmbeddedOrder, kind: str, about: dict[str, Any], now: datetime.datetime, delays: tuple[int, ...]
) -> None:
    event = f"ev_{secrets.token_hex(12)}"
    body = json.dumps({"id": event, "kind": kind, "about": about}, ensure_ascii=False, sort_keys=True)
    due = now
    for delay in delays:
        due += datetime.timedelta(seconds=delay)
        EmbeddedNotice.objects.create(
            event_id=event, order=order, body=body, url=order.notice_url, due_at=due
        )
        queue.leave(queue.DELIVER, at=due if delay else None)


def deliver_due(now: datetime.datetime, post: Post | None = None) -> int:
    """Posts every notice whose time has come; one that is not taken is tried again, ever later. How many were taken."""
    send = post or _post
    taken = 0
    for notice in EmbeddedNotice.objects.filter(delivered_at__isnull=True, due_at__lte=now).order_by(
        "due_at", "pk"
    ):
        body = notice.body.encode()
        try:
            status = send(notice.url, body, {HEADER: sign(body, secret(), timezone.now())})
            answer = str(status)
        except OSError as error:
            status, answer = 0, type(error).__name__
        tries = notice.tries + 1
        taken += status == 200
        over = status == 200 or tries >= MOST_TRIES
        EmbeddedNotice.objects.filter(pk=notice.pk, delivered_at__isnull=True).update(
            tries=tries,
            answer=answer[:60],
            delivered_at=now if over else None,
            due_at=notice.due_at if over else now + datetime.timedelta(seconds=2**tries),
        )
    return taken


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    if not url.startswith(f"{settings.SITE_ADDRESS}/"):
        raise GatewayUnavailableError("no_answer", f"{url} is no address of this site")
    asked = url_requests.Request(  # noqa: S310 - an address of this site, looked at above
        url, data=body, headers={"Content-Type": "application/json", **headers}, method="POST"
    )
    # Straight to this site, whatever proxy the machine uses for others.
    opener = url_requests.build_opener(url_requests.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=10) as answer:
            return int(answer.status)
    except url_errors.HTTPError as error:
        return error.code
