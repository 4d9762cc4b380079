"""The whole life of a payment at Stripe: against `localstripe`, and a stand-in that notes what that one lacks."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sosei.core.payments.errors_payments import GatewayRefusedError, GatewayUnavailableError
from sosei.core.payments.gateways.protocol import Order, RefundOrder
from sosei.core.payments.gateways.signatures import sign
from sosei.core.payments.gateways.stripe import StripeGateway
from sosei.core.payments.models import GatewayEvent, PayeeSettings, Payment, Refund
from sosei.core.payments.services import asking, cancel_payment, check_books, refund_bill
from tests.payments.world import World, account, states

SECRET = "whsec_of_the_tests"
KEY = "sk_test_of_the_tests"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def localstripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A stand-in for Stripe in a process and a folder of its own; its address."""
    port = free_port()
    folder: Path = tmp_path_factory.mktemp("localstripe")
    process = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--from-scratch", "--port", str(port)],
        cwd=folder,
        stdout=(folder / "log").open("wb"),
        stderr=subprocess.STDOUT,
        env={"HOME": str(folder), "TMPDIR": str(folder), "PATH": ""},
    )
    try:
        for _each in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def at_stripe(localstripe: str, town: World, settings: Any) -> World:
    """The town, which takes cards by Stripe."""
    settings.PAYMENT_GATEWAY = "stripe"
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_of_the_tests"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_ADDRESS = localstripe
    return town


def call(address: str, path: str, method: str = "GET", **form: Any) -> dict[str, Any]:
    """What the payer's browser, or Stripe's own page, asks of Stripe."""
    request = urllib.request.Request(
        f"{address}{path}",
        data=urllib.parse.urlencode(form).encode() if method == "POST" else None,
        headers={"Authorization": f"Bearer {KEY}"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return dict(json.load(answer))


def pays(address: str, payment: Payment, number: str = "4242424242424242") -> None:
    """The payer enters a card in Stripe's own field."""
    method = call(
        address,
        "/v1/payment_methods",
        "POST",
        **{
            "type": "card",
            "card[number]": number,
            "card[exp_month]": 12,
            "card[exp_year]": 2034,
            "card[cvc]": 123,
        },
    )
    intent = f"/v1/payment_intents/{payment.gateway_key}"
    call(address, intent, "POST", payment_method=method["id"])
    call(address, f"{intent}/confirm", "POST")


def notice_of(address: str, kind: str, about: str) -> bytes:
    """The event of that kind, as Stripe posts it."""
    for _each in range(50):
        for event in call(address, "/v1/events")["data"]:
            if event["type"] == kind and event["data"]["object"]["id"] == about:
                return json.dumps(event).encode()
        time.sleep(0.1)
    raise AssertionError(f"no {kind} for {about}")


def deliver(body: bytes, *, secret: str = SECRET, at: Any = None) -> Any:
    header = sign(body, secret, at or timezone.now())
    return Client().post(
        "/payments/notices/stripe",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )


def test_a_payment_lives_from_its_start_to_its_refund(at_stripe: World, localstripe: str) -> None:
    payment = at_stripe.ask(at_stripe.pay(at_stripe.bill(1000), "card"))
    assert payment.gateway_key.startswith("pi_")
    assert (payment.state, payment.client_secret.startswith(payment.gateway_key)) == ("waiting", True)
    page = Client().get("/" + payment.pay_url.split("/", 3)[3])
    assert payment.client_secret in page.content.decode()
    assert "https://js.stripe.com" in page["Content-Security-Policy"]

    pays(localstripe, payment)
    body = notice_of(localstripe, "payment_intent.succeeded", payment.gateway_key)
    assert deliver(body, secret="whsec_of_somebody").status_code == 400
    assert states(payment.bill) == ["waiting"]
    sent = timezone.now()
    assert deliver(body, at=sent).json() == {"outcome": "changed"}
    assert deliver(body, at=sent).status_code == 400
    assert GatewayEvent.objects.get().outcome == "changed"

    [refund] = refund_bill(bill=payment.bill, yen=400, reason="例", key="refund", actor=None)
    assert asking.send_refund(refund.pk) == "done"
    assert asking.send_refund(refund.pk) == "known"
    there = call(localstripe, f"/v1/refunds?payment_intent={payment.gateway_key}")["data"]
    assert [(one["id"], one["amount"]) for one in there] == [(Refund.objects.get().gateway_key, 400)]
    assert states(payment.bill) == ["paid", "done"]
    assert account("clearing") == 600
    assert check_books() == []


def test_a_payment_is_looked_up_where_no_notice_came(at_stripe: World, localstripe: str) -> None:
    payment = at_stripe.ask(at_stripe.pay(at_stripe.bill(1000), "card"))
    assert asking.look_up(payment.pk) == "waiting"
    pays(localstripe, payment)
    assert asking.look_up(payment.pk) == "paid"


def test_a_payment_that_is_given_up_is_cancelled_there(at_stripe: World, localstripe: str) -> None:
    payment = at_stripe.ask(at_stripe.pay(at_stripe.bill(1000), "card"))
    cancel_payment(payment=payment, reason="例", actor=None)
    assert asking.cancel_at_gateway(payment.pk) == "cancelled"
    assert call(localstripe, f"/v1/payment_intents/{payment.gateway_key}")["status"] == "canceled"
    late = at_stripe.ask(at_stripe.pay(at_stripe.bill(1000), "card"))
    pays(localstripe, late)
    cancel_payment(payment=late, reason="例", actor=None)
    asking.cancel_at_gateway(late.pk)
    assert states(late.bill) == ["paid", "asked"]
    assert Refund.objects.get().yen == 1000


def test_no_answer_and_a_refusal_are_told_apart(at_stripe: World, localstripe: str) -> None:
    gateway = StripeGateway(secret_key=KEY, webhook_secret=SECRET, address=localstripe)
    with pytest.raises(GatewayRefusedError):
        gateway.fetch("pi_nobody")
    nowhere = StripeGateway(secret_key=KEY, webhook_secret=SECRET, address=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(GatewayUnavailableError) as silent:
        nowhere.fetch("pi_nobody")
    assert KEY not in str(silent.value)


class _Noting(BaseHTTPRequestHandler):
    """Answers what Stripe would, and keeps what was asked; the same idempotency key gets the same answer."""

    asked: list[tuple[str, str, dict[str, str]]] = []
    kept: dict[str, dict[str, Any]] = {}

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        path = urllib.parse.urlsplit(self.path).path
        self.asked.append((method, path, form))
        key = self.headers.get("Idempotency-Key", "")
        answer = self.kept.get(key) or self._made(method, path, form)
        if key:
            self.kept[key] = answer
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def _made(self, method: str, path: str, form: dict[str, str]) -> dict[str, Any]:
        if path.endswith("/reversals"):
            return {"id": "trr_1", "object": "transfer_reversal", "amount": int(form["amount"])}
        if path == "/v1/refunds":
            return {"id": "re_1", "object": "refund", "status": "pending", "amount": int(form["amount"])}
        if method == "GET":
            return {
                "id": "pi_1",
                "object": "payment_intent",
                "status": "succeeded",
                "latest_charge": {"id": "ch_1", "object": "charge", "transfer": "tr_1"},
            }
        konbini = {
            "expires_at": 1_900_000_000,
            "hosted_voucher_url": "https://payments.stripe.com/konbini/voucher/example",
            "stores": {"familymart": {"payment_code": "123456", "confirmation_number": "0200000000"}},
        }
        return {
            "id": "pi_1",
            "object": "payment_intent",
            "status": "requires_action",
            "payment_method_types": [form["payment_method_types[0]"]],
            "metadata": {"payment": form["metadata[payment]"]},
            "client_secret": "pi_1_secret",
            "next_action": {"type": "konbini_display_details", "konbini_display_details": konbini}
            if form.get("confirm")
            else None,
        }

    def do_POST(self) -> None:
        self._answer("POST")

    def do_GET(self) -> None:
        self._answer("GET")

    def log_message(self, *_args: Any) -> None:
        return


@pytest.fixture
def noting(town: World, settings: Any) -> Iterator[type[_Noting]]:
    """A stand-in that knows transfers, reversals and shops."""
    _Noting.asked, _Noting.kept = [], {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Noting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.PAYMENT_GATEWAY = "stripe"
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_ADDRESS = f"http://127.0.0.1:{server.server_port}"
    try:
        yield _Noting
    finally:
        server.shutdown()
        server.server_close()


def paid_notice() -> bytes:
    intent = {
        "id": "pi_1",
        "object": "payment_intent",
        "status": "succeeded",
        "payment_method_types": ["card"],
        "metadata": {},
    }
    return json.dumps(
        {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": intent}}
    ).encode()


def test_a_payee_with_an_account_there_gets_all_but_the_share_and_gives_it_back(
    town: World, noting: type[_Noting]
) -> None:
    PayeeSettings.objects.create(
        municipality=town.town,
        payee=town.host,
        of="host",
        gateway_account="acct_1",
        updated_at=timezone.now(),
    )
    payment = town.ask(town.pay(town.bill(1000), "card"))
    [(_method, _path, form)] = noting.asked
    assert (form["amount"], form["currency"]) == ("1000", "jpy")
    assert (form["transfer_data[destination]"], form["transfer_data[amount]"]) == ("acct_1", "670")
    assert deliver(paid_notice()).json() == {"outcome": "changed"}
    assert (account("host"), account("clearing")) == (0, 330)

    town.charge(payment.bill, -333)
    [refund] = refund_bill(bill=payment.bill, yen=333, reason="例", key="r", actor=None)
    asking.send_refund(refund.pk)

    reversals = [form for _method, path, form in noting.asked if path.endswith("/reversals")]
    assert [one["amount"] for one in reversals] == [str(670 * 333 // 1000)]
    assert refund_states(payment) == [("sent", 223)]
    deliver(
        json.dumps(
            {
                "id": "evt_2",
                "object": "event",
                "type": "refund.updated",
                "data": {"object": {"id": "re_1", "object": "refund", "status": "succeeded"}},
            }
        ).encode()
    )
    assert refund_states(payment) == [("done", 223)]
    assert account("clearing") == 1000 - 670 - 333 + 223
    assert check_books() == []


def refund_states(payment: Payment) -> list[tuple[str, int]]:
    return list(payment.refunds.order_by("pk").values_list("state", "reversed"))


def test_a_shop_slip_has_its_numbers_its_page_and_its_time(town: World, noting: type[_Noting]) -> None:
    payment = town.ask(town.pay(town.bill(1000, guest=True), "konbini"))

    [(_method, _path, form)] = noting.asked
    assert form["payment_method_data[billing_details][email]"] == "guest@example.jp"
    assert int(form["payment_method_options[konbini][expires_at]"]) == int(payment.expires_at.timestamp())  # type: ignore[union-attr]
    assert (payment.code, payment.confirmation) == ("123456", "0200000000")
    assert payment.pay_url.startswith("https://payments.stripe.com/")
    Payment.objects.filter(pk=payment.pk).update(gateway_key="")
    assert asking.ask_gateway(payment.pk) == "waiting"
    assert len(noting.kept) == 1


def test_a_refund_asked_twice_has_one_key_there(noting: type[_Noting], settings: Any) -> None:
    gateway = StripeGateway(secret_key=KEY, webhook_secret=SECRET, address=settings.STRIPE_ADDRESS)
    order = RefundOrder("our-key:1", "pi_1", 5)
    assert gateway.refund(order) == gateway.refund(order)
    assert list(noting.kept) == ["our-key:1"]
    told = gateway.create_payment(
        Order(
            "k", "card", 50, "例", "例", "a@example.jp", "", "ja", "http://localhost/x", "http://localhost/y"
        )
    )
    assert (told.gateway_key, told.state) == ("pi_1", "waiting")
