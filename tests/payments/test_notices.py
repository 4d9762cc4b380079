"""Notices through the address of the site: refused without effect, taken once, and the pages that payers meet."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
import stripe
from django.test import Client
from django.utils import timezone

from sosei.core.payments.gateways import embedded
from sosei.core.payments.gateways.signatures import sign
from sosei.core.payments.gateways.stripe import StripeGateway
from sosei.core.payments.models import EmbeddedNotice, GatewayEvent, Payment, RefusedNotice
from sosei.core.payments.services.notices import LARGEST, forget_deliveries
from tests.payments.world import World, states

ADDRESS = "/payments/notices/embedded"


@pytest.fixture
def payment(town: World) -> Payment:
    """Paid at the gateway; the site has heard nothing of it."""
    waiting = town.ask(town.pay(town.bill(), "card"))
    town.card(waiting)
    return waiting


def body_of_paid() -> bytes:
    return bytes(EmbeddedNotice.objects.get(body__contains="payment.paid").body, "utf-8")


def post(body: bytes, signature: str | None, address: str = ADDRESS) -> Any:
    headers = {} if signature is None else {embedded.HEADER: signature}
    return Client(enforce_csrf_checks=True).post(
        address, body, content_type="application/json", headers=headers
    )


def test_a_notice_is_taken_once_and_the_same_bytes_again_are_refused(payment: Payment) -> None:
    body, now = body_of_paid(), timezone.now()
    signature = sign(body, embedded.secret(), now)

    assert post(body, signature).json() == {"outcome": "changed"}
    assert states(payment.bill) == ["paid"]
    again = post(body, signature)
    assert (again.status_code, again.json()) == (400, {"refused": "replayed"})
    later = sign(body, embedded.secret(), now + datetime.timedelta(seconds=1))
    assert post(body, later).status_code == 200
    assert GatewayEvent.objects.get().times == 2


@pytest.mark.parametrize(
    ("reason", "spoil"),
    [
        ("wrong", lambda body: (body, None)),
        ("wrong", lambda body: (body, "t=1,v1=00")),
        ("wrong", lambda body: (body, "nonsense")),
        ("wrong", lambda body: (body, sign(body, "another secret", timezone.now()))),
        (
            "wrong",
            lambda body: (body.replace(b"1000", b"9000"), sign(body, embedded.secret(), timezone.now())),
        ),
        ("wrong", lambda body: (body, sign(body, embedded.secret(), timezone.now()).replace("t=", "t=9"))),
        ("old", lambda body: (body, _minutes_off(body, -6))),
        ("old", lambda body: (body, _minutes_off(body, 6))),
        ("unreadable", lambda _body: _signed(b"{}")),
        ("unreadable", lambda _body: _signed(b"\xff\x00")),
        ("unreadable", lambda _body: _signed(b" " * (LARGEST + 1))),
    ],
)
def test_a_notice_that_is_wrong_or_old_is_refused_counted_and_changes_nothing(
    payment: Payment, reason: str, spoil: Any
) -> None:
    body, signature = spoil(body_of_paid())
    for _each in range(2):
        answer = post(body, signature)
        assert (answer.status_code, answer.json()) == (400, {"refused": reason})

    assert states(payment.bill) == ["waiting"]
    assert not GatewayEvent.objects.exists()
    counted = RefusedNotice.objects.filter(reason=reason)
    assert sum(counted.values_list("count", flat=True)) == 2


def _minutes_off(body: bytes, minutes: int) -> str:
    return sign(body, embedded.secret(), timezone.now() + datetime.timedelta(minutes=minutes))


def _signed(body: bytes) -> tuple[bytes, str]:
    return body, sign(body, embedded.secret(), timezone.now())


def test_a_gateway_that_the_site_does_not_use_has_no_address(town: World) -> None:
    for name in ("stripe", "nobody"):
        assert post(b"{}", None, f"/payments/notices/{name}").status_code == 404
    assert Client().get(ADDRESS).status_code == 405


def test_signatures_are_let_go_when_they_are_too_old_to_be_played_again(payment: Payment) -> None:
    post(*_signed(body_of_paid()))
    assert forget_deliveries(timezone.now() - datetime.timedelta(days=1)) == 0
    assert forget_deliveries(timezone.now() + datetime.timedelta(seconds=1)) == 1


def test_our_reading_of_a_signature_is_that_of_stripe() -> None:
    gateway = StripeGateway(secret_key="sk_test_x", webhook_secret="whsec_x")
    intent = {
        "id": "pi_1",
        "object": "payment_intent",
        "status": "succeeded",
        "metadata": {"payment": "our-key"},
        "payment_method_types": ["card"],
        "client_secret": "secret",
        "last_payment_error": None,
        "next_action": None,
    }
    body = json.dumps(
        {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": intent}}
    ).encode()
    now = timezone.now()
    header = sign(body, "whsec_x", now)

    assert stripe.WebhookSignature.verify_header(body.decode(), header, "whsec_x", 300)
    read = gateway.read_notice(body, {"Stripe-Signature": header}, now)
    assert (read.event_id, read.about_key, read.payment_key) == ("evt_1", "pi_1", "our-key")
    assert read.payment is not None
    assert (read.payment.state, read.payment.gateway_key) == ("paid", "pi_1")


def test_a_payer_pays_on_the_page_of_the_practice_gateway(town: World) -> None:
    payment = town.ask(town.pay(town.bill(), "card"))
    page, browser = "/" + payment.pay_url.split("/", 3)[3], Client()

    shown = browser.get(page)
    assert "ここは練習です" in shown.content.decode()
    refused = browser.post(page, {"number": "4111 1111 1111 1111"})
    assert "練習用の番号ではありません" in refused.content.decode()
    assert "4111" not in refused.content.decode()
    assert states(payment.bill) == ["waiting"]
    paid = browser.post(page, {"number": "４２４２ 4242 4242 4242"})
    assert paid["Location"].endswith(f"/example/{payment.bill.object_key}")
    town.hear()
    assert states(payment.bill) == ["paid"]
    assert "支払いは終わっています" in browser.get(page).content.decode()
    assert browser.get("/payments/practice/ep_nobody").status_code == 404


def test_a_payer_pays_at_the_till_of_the_practice_gateway(town: World, settings: Any) -> None:
    payment = town.ask(town.pay(town.bill(), "konbini"))
    page = "/" + payment.pay_url.split("/", 3)[3]

    assert payment.code in Client().get(page).content.decode()
    Client().post(page, {"button": "twice"})
    town.hear()
    assert states(payment.bill) == ["paid"]
    settings.PAYMENT_GATEWAY = ""
    assert Client().get(page).status_code == 404
