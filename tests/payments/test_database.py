"""What the database refuses by itself, whoever writes: unbalanced books, changed rows, more than is open or was paid."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from sosei.core.design import civil_day
from sosei.core.payments.models import (
    Bill,
    Charge,
    LedgerLine,
    LedgerTransaction,
    Payment,
    PaymentStep,
    Refund,
)
from sosei.core.payments.services import check_books, refund_bill
from tests.payments.world import World


def ledger(town: World, *yen: int) -> LedgerTransaction:
    """A ledger transaction with a line for each amount, written beside the services."""
    written = LedgerTransaction.objects.create(
        municipality=town.town,
        kind="deposit",
        key=uuid.uuid4().hex,
        on_date=civil_day.today(),
        made_at=timezone.now(),
    )
    for one in yen:
        LedgerLine.objects.create(municipality=town.town, transaction=written, account="bank", yen=one)
    return written


def complete() -> None:
    """What is checked at the end of a database transaction is checked now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("yen", [(), (5,), (5, -4), (5, -5, 1)])
def test_a_ledger_transaction_that_does_not_add_up_is_refused(town: World, yen: tuple[int, ...]) -> None:
    with pytest.raises(DatabaseError, match="adds up to"), transaction.atomic():
        ledger(town, *yen)
        complete()


def test_a_balanced_ledger_transaction_is_kept(town: World) -> None:
    ledger(town, 5, -3, -2)
    complete()
    assert check_books() == []


@pytest.mark.django_db(transaction=True)
def test_lines_are_never_added_to_a_transaction_that_is_complete() -> None:
    from tests.payments.world import build

    town = build()
    with transaction.atomic():
        written = ledger(town, 5, -5)
    with pytest.raises(DatabaseError, match="is complete"), transaction.atomic():
        for yen in (7, -7):
            LedgerLine.objects.create(municipality=town.town, transaction=written, account="bank", yen=yen)
    with pytest.raises(DatabaseError, match="adds up to"), transaction.atomic():
        ledger(town, 5, -4)
    assert LedgerLine.objects.count() == 2


def _changes(town: World) -> dict[str, Any]:
    payment = town.paid()
    rows = {
        model: model._base_manager.filter(bill=payment.bill)
        if hasattr(model, "bill")
        else model._base_manager
        for model in (Charge, LedgerLine, LedgerTransaction)
    }
    return {
        "charge": lambda: rows[Charge].update(yen=1),
        "charge deleted": lambda: rows[Charge].all()._raw_delete("default"),
        "line": lambda: rows[LedgerLine].update(yen=1),
        "line deleted": lambda: rows[LedgerLine].all()._raw_delete("default"),
        "transaction": lambda: rows[LedgerTransaction].update(key="x"),
        "amount of a payment": lambda: Payment.objects.update(yen=1),
        "way of a payment": lambda: Payment.objects.update(way="konbini"),
        "payment deleted": lambda: Payment.objects.all()._raw_delete("default"),
        "payment taken back": lambda: Payment.objects.update(state="waiting", settled_at=None),
        "step": lambda: PaymentStep.objects.update(what="x"),
        "payee": lambda: Bill.objects.update(payee=None),
        "share of the platform": lambda: Bill.objects.update(fee_percent=1),
        "bill deleted": lambda: Bill.objects.all()._raw_delete("default"),
    }


def test_what_was_written_about_money_never_changes(town: World) -> None:
    for what, change in _changes(town).items():
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            change()
            pytest.fail(what)


def raw_payment(bill: Bill, yen: int, state: str = "waiting") -> Payment:
    """A payment written beside the services."""
    return Payment.objects.create(
        municipality=bill.municipality,
        payee=bill.payee,
        person=bill.person,
        bill=bill,
        way="bank",
        yen=yen,
        key=uuid.uuid4().hex,
        state=state,
        made_at=timezone.now(),
        settled_at=timezone.now() if state == "paid" else None,
    )


def test_no_payment_starts_for_more_than_is_open(town: World) -> None:
    bill = town.bill(1000)
    raw_payment(bill, 600)
    with pytest.raises(DatabaseError, match="of which 1000 are charged"), transaction.atomic():
        raw_payment(bill, 401)
    raw_payment(bill, 400)


def test_no_refund_comes_to_more_than_its_payment_however_it_is_written(town: World) -> None:
    payment = town.paid(1000)
    [one] = refund_bill(bill=payment.bill, yen=600, reason="例", key="a", actor=None)
    copied = {
        field.name: getattr(one, field.name) for field in Refund._meta.concrete_fields if field.name != "id"
    }
    with pytest.raises(DatabaseError, match="of which 1000 are paid"), transaction.atomic():
        Refund.objects.create(**{**copied, "key": "b", "yen": 401})
    Refund.objects.filter(pk=one.pk).update(state="failed", settled_at=timezone.now())
    Refund.objects.create(**{**copied, "key": "c", "yen": 1000})
    unpaid = raw_payment(town.bill(50), 50)
    with pytest.raises(DatabaseError, match="of which 0 are paid"), transaction.atomic():
        Refund.objects.create(**{**copied, "key": "d", "yen": 1, "payment": unpaid, "bill": unpaid.bill})
