"""Stripe behind the protocol: PaymentIntents in yen, cards and convenience stores, transfers to payees' accounts, refunds.

Yen has no smaller unit at Stripe: an amount of 1000 is 1,000 yen. What Stripe keeps is told when it pays out, and is
booked with the deposit.
"""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Mapping
from typing import Any

import stripe
from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import override

from sosei.core.payments.errors_payments import (
    GatewayError,
    GatewayRefusedError,
    GatewayUnavailableError,
    NoticeRefusedError,
)
from sosei.core.payments.gateways.protocol import Notice, Order, RefundOrder, Told, ToldRefund
from sosei.core.payments.gateways.signatures import check

log = logging.getLogger(__name__)
SALT = "sosei.core.payments.card"
TIMEOUT = (5, 20)
"""Seconds to connect, and to wait for an answer."""
STATES: Mapping[str, str] = {
    "requires_payment_method": "waiting",
    "requires_confirmation": "waiting",
    "requires_action": "waiting",
    "requires_capture": "waiting",
    "processing": "waiting",
    "succeeded": "paid",
    "canceled": "cancelled",
}
REFUND_STATES: Mapping[str, str] = {
    "pending": "sent",
    "requires_action": "sent",
    "succeeded": "done",
    "failed": "failed",
    "canceled": "failed",
}
PROBLEMS: Mapping[str, str] = {
    "card_declined": "card_declined",
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "authentication_required": "authentication",
    "payment_intent_authentication_failure": "authentication",
    "payment_intent_payment_attempt_expired": "expired",
}
KONBINI_TITLE = 22
"""Letters that a shop's till shows."""


class StripeGateway:
    """The protocol over Stripe's interface."""

    name = "stripe"

    def __init__(self, *, secret_key: str, webhook_secret: str, address: str = "") -> None:
        self._webhook_secret = webhook_secret
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": address} if address else None,
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
            max_network_retries=2,
        )

    def create_payment(self, order: Order) -> Told:
        """As the protocol says."""
        params: dict[str, Any] = {
            "amount": order.yen,
            "currency": "jpy",
            "payment_method_types": [order.way],
            "metadata": {"payment": order.key, "title": order.title},
        }
        if order.transfer_to:
            params["transfer_data"] = {"destination": order.transfer_to, "amount": order.transfer_yen}
        if order.way == "konbini":
            params |= _konbini(order)
        intent = _asked(
            lambda: self._client.v1.payment_intents.create(params, {"idempotency_key": order.key})  # type: ignore[arg-type]
        )
        return _told(intent)

    def fetch(self, gateway_key: str) -> Told:
        """As the protocol says."""
        return _told(_asked(lambda: self._client.v1.payment_intents.retrieve(gateway_key)))

    def cancel(self, gateway_key: str) -> Told:
        """As the protocol says."""
        try:
            return _told(
                _asked(
                    lambda: self._client.v1.payment_intents.cancel(
                        gateway_key, options={"idempotency_key": f"cancel:{gateway_key}"}
                    )
                )
            )
        except GatewayRefusedError:
            # Paid or cancelled already: then it says so.
            return self.fetch(gateway_key)

    def refund(self, order: RefundOrder) -> ToldRefund:
        """As the protocol says."""
        refund = _asked(
            lambda: self._client.v1.refunds.create(
                {"payment_intent": order.gateway_key, "amount": order.yen, "metadata": {"refund": order.key}},
                {"idempotency_key": order.key},
            )
        )
        told = _told_refund(refund)
        if order.reverse_yen and told.state != "failed":
            return ToldRefund(told.gateway_key, told.state, told.problem, self._reverse(order))
        return told

    def _reverse(self, order: RefundOrder) -> int:
        """Takes back what was handed to the payee; how much. The payer has his money, whatever comes of this.

        Raises:
            GatewayUnavailableError: no answer; asked again, refund and reversal are each one.
        """
        try:
            intent = _asked(
                lambda: self._client.v1.payment_intents.retrieve(
                    order.gateway_key, {"expand": ["latest_charge.transfer"]}
                )
            )
            transfer = intent["latest_charge"]["transfer"]
            key = transfer if isinstance(transfer, str) else transfer["id"]
            _asked(
                lambda: self._client.v1.transfers.reversals.create(
                    key, {"amount": order.reverse_yen}, {"idempotency_key": f"{order.key}:reversal"}
                )
            )
        except (GatewayRefusedError, KeyError, TypeError) as error:
            log.error("what was handed to the payee of %s was not taken back: %s", order.gateway_key, error)
            return 0
        return order.reverse_yen

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime.datetime) -> Notice:
        """As the protocol says."""
        found = {name.lower(): value for name, value in headers.items()}
        signature = check(body, found.get("stripe-signature", ""), self._webhook_secret, now)
        return _read(body, signature)

    def reread(self, body: str) -> Notice:
        """As the protocol says."""
        return _read(body.encode(), "")


def _konbini(order: Order) -> dict[str, Any]:
    options: dict[str, Any] = {"product_description": order.title[:KONBINI_TITLE]}
    if order.expires_at is not None:
        options["expires_at"] = int(order.expires_at.timestamp())
    return {
        "confirm": True,
        "payment_method_data": {
            "type": "konbini",
            "billing_details": {"name": order.payer_name, "email": order.payer_email},
        },
        "payment_method_options": {"konbini": options},
    }


def _asked(ask: Any) -> Any:
    """The answer of Stripe.

    Raises:
        GatewayUnavailableError: none, or one that a later attempt may better.
        GatewayRefusedError: it refused.
    """
    try:
        return ask()
    except stripe.CardError as error:
        raise GatewayRefusedError(_problem(error.code, getattr(error, "decline_code", None))) from error
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise GatewayRefusedError(_problem(error.code, None, "not_possible"), _told_by(error)) from error
    except stripe.StripeError as error:
        raise GatewayUnavailableError("no_answer", _told_by(error)) from error


def _told_by(error: stripe.StripeError) -> str:
    """What is written to the log: no words of the payer, no key."""
    return f"{type(error).__name__} {error.http_status or ''} {error.code or ''}".strip()


def _problem(code: str | None, decline: str | None = None, otherwise: str = "other") -> str:
    return PROBLEMS.get(decline or "", PROBLEMS.get(code or "", otherwise))


def _told(intent: Any) -> Told:
    state = STATES.get(intent["status"], "waiting")
    error = _get(intent, "last_payment_error")
    types = _get(intent, "payment_method_types") or ["card"]
    problem = _problem(_get(error, "code"), _get(error, "decline_code")) if error else ""
    if intent["status"] == "requires_payment_method" and error and types == ["konbini"]:
        state = "expired" if problem == "expired" else "failed"
    details = _get(_get(intent, "next_action"), "konbini_display_details")
    code, confirmation = _slip(details)
    expires = _get(details, "expires_at")
    return Told(
        gateway_key=intent["id"],
        state=state,
        pay_url=_get(details, "hosted_voucher_url") or _card_page(intent, types, state),
        client_secret=_get(intent, "client_secret") or "",
        code=code,
        confirmation=confirmation,
        expires_at=datetime.datetime.fromtimestamp(expires, datetime.UTC) if expires else None,
        problem=problem,
    )


def _get(thing: Any, name: str) -> Any:
    """A member of one of Stripe's objects, or of a plain one; None where there is none."""
    if thing is None or isinstance(thing, str):
        return None
    return thing[name] if name in thing else None  # noqa: SIM401 - Stripe's objects have no get


def _slip(details: Any) -> tuple[str, str]:
    """The first shop's numbers; the others stand on the page that Stripe shows."""
    stores = _get(details, "stores")
    for shop in ("familymart", "lawson", "ministop", "seicomart"):
        numbers = _get(stores, shop)
        if numbers:
            return str(_get(numbers, "payment_code") or ""), str(_get(numbers, "confirmation_number") or "")
    return "", ""


def _card_page(intent: Any, types: list[str], state: str) -> str:
    key = _get(_get(intent, "metadata"), "payment")
    if types != ["card"] or state != "waiting" or not key:
        return ""
    with override("ja"):
        return f"{settings.SITE_ADDRESS}{reverse('payments:card', args=[signing.dumps(key, salt=SALT)])}"


def _told_refund(refund: Any) -> ToldRefund:
    state = REFUND_STATES.get(refund["status"], "sent")
    return ToldRefund(refund["id"], state, "refund_refused" if state == "failed" else "")


def _read(body: bytes, signature: str) -> Notice:
    try:
        event = json.loads(body)
        kind, about = str(event["type"]), event["data"]["object"]
        key = str(about.get("id", ""))
        payment = refund = None
        if kind.startswith("payment_intent.") and about.get("object") == "payment_intent":
            payment = _told(about)
        elif about.get("object") == "refund":
            refund = _told_refund(about)
        own = (about.get("metadata") or {}).get("payment", "") if payment else ""
        return Notice(str(event["id"]), kind, key, signature, str(own), payment, refund)
    except (ValueError, KeyError, TypeError, AttributeError, GatewayError) as error:
        raise NoticeRefusedError("unreadable") from error
