"""What is kept of a payer, for how long, and what goes at once."""

from __future__ import annotations

import datetime
import json
from typing import Any

from django.utils import timezone

from sosei.core.payments.models import Bill, Payment
from sosei.core.payments.personal_data_payments import (
    erase_payments,
    export_payments,
    export_work,
    forget_past_terms,
    waits_for,
)
from sosei.core.payments.services import pay_on_site, refund_bill
from sosei.core.people.models import Person
from sosei.core.people.personal_data_here.tools import history_of
from tests.payments.world import World, at


def bill_of(town: World, **more: Any) -> Bill:
    """A paid bill with ways to reach the payer."""
    bill = town.paid(1000, **more).bill
    Bill.objects.filter(pk=bill.pk).update(payer_email="payer@example.jp", payer_phone="+81312345678")
    return bill


def test_the_file_holds_every_row_of_the_payer_and_no_secret(town: World) -> None:
    bill = bill_of(town)
    Payment.objects.update(client_secret="pi_secret")
    refund_bill(bill=bill, yen=100, reason="例", key="r", actor=None)

    rows = export_payments(town.payer)

    assert {row["what"] for row in rows} >= {
        "bill",
        "charge",
        "payment",
        "refund",
        "ledgerline",
        "paymentstep",
    }
    assert "pi_secret" not in json.dumps(rows)
    assert export_payments(town.staff) == []


def test_ways_to_be_reached_go_at_once_and_names_when_the_law_no_longer_asks(town: World) -> None:
    with at(datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)):
        bill = bill_of(town)
        outcome = erase_payments(town.payer)
    bill.refresh_from_db()

    assert (bill.payer_name, bill.payer_email, bill.payer_phone) == ("例の払う人", "", "")
    assert not history_of(Bill).exclude(payer_email="").exists()
    [kept] = outcome.kept
    assert kept.until == "2034-05-31"
    Person.objects.filter(pk=town.payer.pk).update(
        erased_at=timezone.now(), is_active=False, email=None, family_name="", given_name=""
    )
    with at(datetime.datetime(2034, 5, 31, 3, tzinfo=datetime.UTC)):
        assert forget_past_terms() == 0
    with at(datetime.datetime(2034, 6, 1, 3, tzinfo=datetime.UTC)):
        assert forget_past_terms() == 1
        assert forget_past_terms() == 0
    bill.refresh_from_db()
    assert bill.payer_name == ""


def test_a_guest_is_forgotten_when_the_term_is_over(town: World) -> None:
    with at(datetime.datetime(2026, 3, 31, 10, tzinfo=datetime.UTC)):
        bill = bill_of(town, guest=True)
    with at(datetime.datetime(2033, 6, 1, 3, tzinfo=datetime.UTC)):
        assert forget_past_terms() == 1
    bill.refresh_from_db()
    assert (bill.payer_name, bill.payer_email) == ("", "")


def test_nobody_is_erased_while_money_is_on_its_way(town: World) -> None:
    bill = bill_of(town)
    assert list(waits_for(town.payer)) == []
    refund_bill(bill=bill, yen=100, reason="例", key="r", actor=None)
    town.pay(town.bill(50), "bank")

    assert len(list(waits_for(town.payer))) == 2


def test_what_staff_did_is_told_without_whom_it_was_about(town: World) -> None:
    pay_on_site(payment=town.pay(town.bill(50), "on_site"), actor=town.staff)
    town.pay(town.bill(70), "on_site")

    rows = export_work(town.staff)
    assert {row["what"] for row in rows} == {"paymentstep"}
    assert set(rows[0]) == {"what", "municipality", "at"}
