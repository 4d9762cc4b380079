"""The check of the books finds every kind of flaw, planted by hand with the triggers asleep, and no other."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sosei.core.design import civil_day
from sosei.core.payments import models as payments
from sosei.core.payments.services import asking, check_books, refund_bill, settle
from sosei.core.payments.services.checking import _CHECKS, check_every_town
from sosei.core.payments.services.ledger import book_payout
from sosei.core.payments.words_books import FLAWS
from sosei.core.records.models import Entry
from tests.payments.world import World


@contextmanager
def asleep() -> Iterator[Any]:
    """No trigger runs: as a restored backup or a hand at the database would write."""
    with connection.cursor() as cursor:
        # What was written before is checked before.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        try:
            yield cursor
        finally:
            cursor.execute("SET LOCAL session_replication_role = origin")


def a_month(town: World) -> None:
    """A bit of everything, all of it right."""
    today = civil_day.today()
    payment = town.paid(1000)
    town.charge(payment.bill, -300)
    [refund] = refund_bill(bill=payment.bill, yen=300, reason="例", key="r", actor=None)
    asking.send_refund(refund.pk)
    town.hear()
    town.pay(town.bill(400), "bank")
    settle(municipality=town.town, gateway="embedded", key="po", yen=500, on_date=today, actor=town.staff)
    owned = {"municipality": town.town, "payee": town.host}
    lines = list(payments.LedgerLine.objects.filter(account="host", payee=town.host, bill=payment.bill))
    payout = payments.Payout.objects.create(
        **owned,
        first_day=today,
        last_day=today,
        pay_on=today,
        yen=-sum(one.yen for one in lines),
        key="p",
        state="paid",
        made_at=timezone.now(),
        settled_at=timezone.now(),
    )
    for one in lines:
        payments.PayoutLine.objects.create(
            **owned, payout=payout, ledger_line=one, bill=one.bill, yen=-one.yen
        )
    book_payout(payout, on_date=today)
    invoice = payments.Invoice.objects.create(
        **owned,
        number="例-1",
        issuer="host",
        issuer_name="例",
        supplied_from=today,
        supplied_to=today,
        yen=700,
        totals=[{"percent": 10, "yen": 700, "tax": 63}],
        issued_at=timezone.now(),
    )
    payments.InvoiceLine.objects.create(
        **owned, invoice=invoice, position=1, text="例", unit_yen=700, yen=700, tax_percent=10
    )


def _late_bill(town: World, sql: Any) -> None:
    payment = town.paid(1000)
    sql.execute(
        "UPDATE payments_charge SET yen = 400, made_at = now() - interval '3 days' WHERE bill_id = %s",
        [payment.bill_id],
    )
    sql.execute(
        "UPDATE payments_payment SET settled_at = now() - interval '3 days' WHERE id = %s", [payment.pk]
    )


def _matched(town: World, _sql: Any) -> None:
    payments.IncomingTransfer.objects.create(
        municipality=town.town,
        on_date=datetime.date(2026, 1, 1),
        yen=400,
        payer_kana="ﾚｲ",
        digest="0" * 64,
        state="matched",
        payment=payments.Payment.objects.get(way="bank"),
        read_at=timezone.now(),
    )


def _notice(_town: World, _sql: Any) -> None:
    payments.GatewayEvent.objects.create(
        gateway="embedded",
        event_id=uuid.uuid4().hex,
        kind="payment.paid",
        about_key="nobody",
        body="{}",
        received_at=timezone.now() - datetime.timedelta(days=2),
    )


def _refund_beyond(_town: World, sql: Any) -> None:
    sql.execute("UPDATE payments_refund SET yen = 1001")


PLANTED: dict[str, Callable[[World, Any], None] | str] = {
    "unbalanced": "UPDATE payments_ledgerline SET yen = yen + 1 WHERE account = 'bank'",
    "charge_lines": "UPDATE payments_chargeline SET yen = yen + 1",
    "charge_booked": "UPDATE payments_ledgertransaction SET charge_id = NULL WHERE kind = 'charge'",
    "payment_booked": "UPDATE payments_payment SET state = 'failed' WHERE state = 'paid'",
    "refund_booked": "UPDATE payments_refund SET state = 'sent', settled_at = NULL",
    "deposit_booked": "UPDATE payments_deposit SET yen = yen + 1",
    "refunded_beyond": _refund_beyond,
    "guest_account": "UPDATE payments_ledgerline SET account = 'host' WHERE account = 'guest'",
    "charged_below_nothing": "UPDATE payments_charge SET yen = -5000 WHERE yen < 0",
    "payout_lines": "UPDATE payments_payoutline SET yen = yen + 1",
    "payout_line_ledger": "UPDATE payments_payoutline SET payee_id = NULL",
    "payout_booked": "UPDATE payments_payout SET state = 'returned'",
    "invoice_lines": "DELETE FROM payments_invoiceline",
    "transfer_matched": _matched,
    "notice_unhandled": _notice,
    "overpaid": _late_bill,
    "fee": "UPDATE payments_ledgerline SET account = 'gateway_fee' WHERE account = 'platform_fee'",
}


def test_a_month_of_everything_has_no_flaw(town: World) -> None:
    a_month(town)
    assert check_books() == []
    assert check_books(municipality=town.town) == []


@pytest.mark.parametrize("code", sorted(PLANTED))
def test_a_planted_flaw_is_found(town: World, code: str) -> None:
    a_month(town)
    planted = PLANTED[code]
    with asleep() as sql:
        if isinstance(planted, str):
            sql.execute(planted)
        else:
            planted(town, sql)

    found = check_books()

    assert code in {flaw.code for flaw in found}
    assert all(flaw.municipality_id in (town.town.pk, None) for flaw in found)
    assert [one.code for one in check_books(municipality=town.town)] == [
        one.code for one in found if one.municipality_id == town.town.pk
    ]


def test_every_check_is_tried_and_has_its_words() -> None:
    assert set(PLANTED) == set(_CHECKS) | {"fee"} == set(FLAWS)


def test_the_nightly_check_leaves_an_entry_for_the_town(town: World) -> None:
    a_month(town)
    assert check_every_town() == 0
    with asleep() as sql:
        sql.execute("UPDATE payments_deposit SET yen = yen + 1")
    assert check_every_town() == 1

    right, wrong = Entry.objects.filter(verb="payments.books_checked").order_by("pk")
    assert (right.data["count"], wrong.data["count"]) == (0, 1)
    assert wrong.data["codes"] == {"deposit_booked": 1}
    assert wrong.municipality == town.town
