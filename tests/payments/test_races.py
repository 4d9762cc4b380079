"""Real threads after the same yen: one payment for a key, no refund twice, notice against expiry, all without deadlock."""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from sosei.core.payments.errors_payments import MoneyError, NoticeRefusedError
from sosei.core.payments.gateways import embedded
from sosei.core.payments.models import EmbeddedNotice, GatewayEvent, LedgerTransaction, Payment, Refund
from sosei.core.payments.services import (
    add_charge,
    asking,
    cancel_payment,
    check_books,
    expire_payment,
    notices,
    receive_notice,
    refund_bill,
    standing_of_bill,
    start_payment,
)
from sosei.core.payments.services.bills import Line
from sosei.core.people import tenancy
from tests.payments.world import World, account, build, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db: None) -> World:
    return build()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Runs all of them at the same moment, each on a connection of its own; results and refusals, in their order."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return work()
        except MoneyError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def test_sixty_four_sendings_of_one_form_are_one_payment(town: World) -> None:
    bill = town.bill(1000)
    key = uuid.uuid4().hex

    def work() -> int:
        return int(start_payment(bill=bill, way="card", yen=1000, key=key, actor=town.payer).pk)

    assert len(set(at_once(*[work] * 64))) == 1
    assert Payment.objects.count() == 1


def test_of_many_forms_for_one_bill_one_pays(town: World) -> None:
    bill = town.bill(1000)

    def work() -> Any:
        return start_payment(bill=bill, way="bank", yen=1000, key=uuid.uuid4().hex, actor=town.payer)

    made = [one for one in at_once(*[work] * 16) if isinstance(one, Payment)]
    assert len(made) == 1
    assert standing_of_bill(bill).waiting == 1000


def test_refunds_at_once_never_come_to_more_than_was_paid(town: World) -> None:
    bill = town.paid(1000).bill

    def work() -> Any:
        return refund_bill(bill=bill, yen=400, reason="例", key=uuid.uuid4().hex, actor=None)

    made = [one for one in at_once(*[work] * 8) if isinstance(one, list)]
    assert len(made) == 2
    assert sum(Refund.objects.values_list("yen", flat=True)) == 800
    refund = Refund.objects.order_by("pk")[0]
    assert set(at_once(*[lambda: asking.send_refund(refund.pk)] * 6)) <= {"sent", "done", "known"}
    town.hear()
    assert LedgerTransaction.objects.filter(refund=refund).count() == 1


def signed(notice: EmbeddedNotice, second: int = 0) -> Callable[[], Any]:
    """Delivers a notice."""
    body = notice.body.encode()
    header = embedded.sign(body, embedded.secret(), timezone.now() + datetime.timedelta(seconds=second))

    def work() -> Any:
        try:
            return receive_notice(gateway="embedded", body=body, headers={embedded.HEADER: header}).outcome
        except NoticeRefusedError as refused:
            return refused.reason

    return work


def _asked_refund(town: World) -> Refund:
    payment = town.paid(1000, way="card")
    town.hear()
    [refund] = refund_bill(bill=payment.bill, yen=400, reason="例", key=uuid.uuid4().hex, actor=None)
    return refund


def _told_of(kind: str) -> Callable[[], Any]:
    return signed(EmbeddedNotice.objects.get(body__contains=kind))


@pytest.mark.parametrize("dies", [False, True])
def test_a_notice_that_is_kept_before_the_answer_to_the_same_is_handled(
    town: World, monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    refund = _asked_refund(town)
    looked, kept = threading.Event(), threading.Event()
    look = notices.handle_waiting

    def looks_too_early(*about: str) -> int:
        found = look(*about)
        if not looked.is_set():
            looked.set()
            assert kept.wait(30)
        return found

    def notice_comes() -> None:
        assert looked.wait(30)
        _told_of("refund.done")()
        kept.set()

    with monkeypatch.context() as patched:
        patched.setattr(notices, "handle_waiting", looks_too_early)
        if dies:
            patched.setattr(notices, "handle_crossed", lambda *about: 0)
        at_once(lambda: asking.send_refund(refund.pk), notice_comes)

    if dies:
        assert (Refund.objects.get().state, _unhandled("refund.done")) == ("sent", 1)
        assert asking.ask_again(timezone.now() + datetime.timedelta(days=6))["notices_left"] == 1
    assert (Refund.objects.get().state, _unhandled("refund.done")) == ("done", 0)
    assert asking.ask_again(timezone.now())["notices_left"] == 0


def test_a_notice_that_is_kept_after_the_answer_to_the_same_is_handled(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = town.pay(town.bill(), "card")
    order = asking.order_of(payment)
    embedded.EmbeddedGateway().create_payment(order)
    looked, answered = threading.Event(), threading.Event()
    find = notices._payment_of

    def looks_too_early(*about: Any) -> int | None:
        found = find(*about)
        if not looked.is_set():
            assert found is None
            looked.set()
            assert answered.wait(30)
        return found

    def answer_comes() -> None:
        assert looked.wait(30)
        asking.ask_gateway(payment.pk)
        answered.set()

    monkeypatch.setattr(notices, "_payment_of", looks_too_early)
    at_once(_told_of("payment.waiting"), answer_comes)

    assert _unhandled("payment.waiting") == 0
    assert GatewayEvent.objects.get().payment == payment


def _unhandled(kind: str) -> int:
    return GatewayEvent.objects.filter(handled_at=None, kind=kind).count()


def test_a_notice_in_many_copies_at_once_is_handled_once(town: World) -> None:
    payment = town.ask(town.pay(town.bill(), "card"))
    town.card(payment)
    notice = EmbeddedNotice.objects.get(body__contains="payment.paid")

    answers = at_once(*[signed(notice, second) for second in range(6)], *[signed(notice, 0)] * 4)

    assert answers.count("replayed") == 4
    assert LedgerTransaction.objects.filter(payment=payment).count() == 1
    assert GatewayEvent.objects.get().times == 6
    assert states(payment.bill) == ["paid"]


@pytest.mark.parametrize("other", ["expires", "is given up", "asks"])
def test_a_notice_against_another_end_of_the_payment_leaves_it_paid_once(town: World, other: str) -> None:
    for _each in range(6):
        payment = town.ask(town.pay(town.bill(), "konbini"))
        town.till(payment)
        notice = EmbeddedNotice.objects.filter(body__contains="payment.paid").latest("pk")
        ends: dict[str, Callable[[], Any]] = {
            "expires": lambda one=payment: expire_payment(payment=one, now=one.expires_at),
            "is given up": lambda one=payment: cancel_payment(payment=one, reason="例", actor=None),
            "asks": lambda one=payment: asking.look_up(one.pk),
        }

        at_once(signed(notice), ends[other])

        payment.refresh_from_db()
        refunds = list(Refund.objects.filter(payment=payment).values_list("yen", flat=True))
        assert payment.state == "paid"
        assert LedgerTransaction.objects.filter(payment=payment).count() == 1
        was_given_up = payment.steps.filter(what__in=["expired", "cancelled"]).exists()
        assert refunds == ([1000] if was_given_up else [])
    assert check_books() == []


def test_a_charge_key_and_a_bill_are_one_however_many_ask(town: World) -> None:
    bill = town.bill(0)

    def work() -> Any:
        return add_charge(bill=bill, lines=[Line("例", 700)], reason="例", key="one", actor=None).pk

    assert len(set(at_once(*[work] * 12))) == 1
    assert account("guest") == 700
    keys = at_once(*[lambda: _open(town)] * 8)
    assert len(set(keys)) == 1


def _open(town: World) -> int:
    from sosei.core.payments.services import open_bill
    from tests.payments.world import KIND

    return int(
        open_bill(
            municipality=town.town,
            kind=KIND,
            object_key="the same",
            person=town.payer,
            payer_name="例",
            payer_email="",
            payee=town.host,
            is_public_fee=False,
            actor=None,
        ).pk
    )


def test_a_payer_behind_row_level_security_pays_and_the_gateway_tells_it_over_http(
    town: World, live_server: Any, settings: Any
) -> None:
    settings.SITE_ADDRESS = live_server.url
    bill = town.bill(1000)
    with tenancy.guarded(person=town.payer.pk):
        payment = town.pay(bill, "card")
        assert Payment.objects.get() == payment
    with tenancy.guarded(person=None):
        assert not Payment.objects.exists()
    town.card(town.ask(payment))

    assert embedded.deliver_due(timezone.now()) == 2

    assert states(bill) == ["paid"]
    assert not EmbeddedNotice.objects.filter(delivered_at=None).exists()
    assert check_books() == []


@pytest.fixture(autouse=True)
def _connections_closed() -> Iterator[None]:
    yield
    connections.close_all()
