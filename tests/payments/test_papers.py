"""Invoices and receipts: issued once, never changed, numbered without a gap, told truly after a reduction or refund."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from sosei.core.payments import papers_pdf, papers_shown, tokens
from sosei.core.payments.errors_papers import PaperError, TownRuleError
from sosei.core.payments.models import Invoice, PayeeSettings, Receipt
from sosei.core.payments.rules_invoices import Issuer
from sosei.core.payments.services import Line, add_charge, refund_bill
from sosei.core.payments.services.checking_papers import check_papers
from sosei.core.payments.services.invoices import (
    bills_to_return,
    correct_invoice,
    issue_invoice,
    issue_return,
)
from sosei.core.payments.services.paper_numbers import INVOICE, next_number
from sosei.core.payments.services.receipts import issue_receipt
from sosei.core.payments.services.town_rules import (
    Exemption,
    Payee,
    exemption_for,
    save_exemption,
    save_payee,
)
from sosei.core.people.errors import NotAllowedError
from tests.payments.world import World

NUMBER = "T7000012050002"


def register(town: World, of: str, *, mediated: bool = False) -> PayeeSettings:
    host = town.host if of == "host" else None
    return save_payee(
        municipality=town.town,
        of=of,
        payee=host,
        given=Payee(issuer_name=f"例の{of}", registration_number=NUMBER, mediated=mediated),
        actor=town.manager if of == "host" else town.staff,
    )


def invoice_of(town: World, bill: object, name: str = "例の会社") -> Invoice:
    return issue_invoice(bill=bill, recipient_name=name, actor=town.payer)[0]  # type: ignore[arg-type]


def test_an_invoice_names_the_rates_and_is_issued_once(town: World) -> None:
    register(town, "host")
    bill = town.bill(0)
    lines = [Line("部屋", 1099), Line("弁当", 540, 8), Line("値引き", -100)]
    add_charge(bill=bill, lines=lines, reason="例", key="c", actor=None)
    invoice = invoice_of(town, bill)
    assert invoice.totals == [{"percent": 10, "yen": 999, "tax": 90}, {"percent": 8, "yen": 540, "tax": 40}]
    assert (invoice.issuer, invoice.registration_number, invoice.yen) == ("host", NUMBER, 1539)
    assert invoice_of(town, bill).pk == invoice.pk
    with pytest.raises(PaperError, match="直した請求書"):
        invoice_of(town, bill, "別の会社")
    with override("ja"):
        paper = papers_shown.of_invoice(invoice)
    assert paper.title == "請求書（適格請求書）"
    assert [row[0] for row in paper.rows] == ["部屋", "弁当 ※", "値引き"]
    assert any("※ は軽減税率" in note for note in paper.notes)


def test_a_correction_is_a_new_invoice_that_names_the_old_one_and_neither_changes(town: World) -> None:
    first = invoice_of(town, town.bill(1000))
    kept = Invoice.objects.filter(pk=first.pk).values().get()
    second = correct_invoice(
        invoice=first, recipient_name="例の株式会社", reason="宛名の誤り", actor=town.payer
    )
    assert (second.replaces, second.yen, second.recipient_name) == (first, 1000, "例の株式会社")
    assert Invoice.objects.filter(pk=first.pk).values().get() == kept
    with pytest.raises(PaperError, match=second.number):
        correct_invoice(invoice=first, recipient_name="別", reason="もう一度", actor=town.payer)
    with pytest.raises(Exception, match="append"), transaction.atomic():
        Invoice.objects.filter(pk=first.pk).update(recipient_name="書きかえ")


def test_a_reduction_after_the_invoice_is_a_return_invoice_and_before_it_is_not(town: World) -> None:
    register(town, "host")
    bill = town.bill(1000)
    town.charge(bill, -100)
    invoice = invoice_of(town, bill)
    assert invoice.yen == 900 and bills_to_return() == []
    town.charge(bill, -300)
    assert bills_to_return() == [bill]
    (back,) = issue_return(bill=bill)
    assert (back.yen, back.reverses, back.registration_number) == (-300, invoice, NUMBER)
    assert back.totals == [{"percent": 10, "yen": -300, "tax": -27}]
    assert issue_return(bill=bill) == [] and bills_to_return() == []
    town.charge(bill, 200)
    more = issue_invoice(bill=bill, recipient_name="例の会社", actor=town.payer)
    assert [one.yen for one in more] == [200]
    assert sum(Invoice.objects.values_list("yen", flat=True)) == 800
    assert check_papers() == []


def test_the_platform_issues_for_a_host_under_its_own_number_once_he_agreed(town: World) -> None:
    register(town, "platform")
    register(town, "host", mediated=True)
    invoice = invoice_of(town, town.bill(1000))
    assert (invoice.issuer, invoice.is_mediated, invoice.issuer_name) == ("platform", True, "例のplatform")
    assert invoice.number.split("-")[1] == "IP"
    register(town, "host", mediated=False)
    assert invoice_of(town, town.bill(1000)).issuer == "host"


def test_public_fees_are_invoiced_by_the_town_and_without_a_number_it_is_no_qualified_invoice(
    town: World,
) -> None:
    with override("ja"):
        plain = papers_shown.of_invoice(invoice_of(town, town.bill(500, public=True)))
        register(town, "town")
        simple = papers_shown.of_invoice(invoice_of(town, town.bill(500, public=True), ""))
    assert plain.title == "請求書" and any("適格請求書ではありません" in note for note in plain.notes)
    assert simple.title == "請求書（適格簡易請求書）" and not simple.recipient


def test_a_wrong_check_digit_is_refused_with_what_to_do(town: World) -> None:
    with pytest.raises(TownRuleError, match="検査数字が合いません"):
        save_payee(
            municipality=town.town,
            of="host",
            payee=town.host,
            given=Payee(registration_number="T7000012050003"),
            actor=town.manager,
        )
    assert not PayeeSettings.objects.exists()


def test_papers_are_for_whoever_sees_the_bill(town: World) -> None:
    stranger = type(town.payer).objects.create(email="stranger@example.jp")
    bill = town.bill(1000)
    with pytest.raises(NotAllowedError):
        issue_invoice(bill=bill, recipient_name="例", actor=stranger)
    with pytest.raises(NotAllowedError):
        issue_invoice(bill=bill, recipient_name="例", actor=None)
    assert issue_invoice(bill=bill, recipient_name="例", actor=None, by_link=True)


# --- Receipts --------------------------------------------------------------------------------------------------------


def test_a_receipt_is_issued_again_with_another_name_or_after_a_refund_and_says_so(town: World) -> None:
    register(town, "host")
    payment = town.paid(1000)
    first = issue_receipt(payment=payment, recipient_name="例", actor=town.payer)
    assert (first.yen, first.totals) == (1000, [{"percent": 10, "yen": 1000, "tax": 90}])
    assert issue_receipt(payment=payment, recipient_name="例", actor=town.payer) == first
    second = issue_receipt(payment=payment, recipient_name="例の会社", actor=town.payer)
    town.charge(payment.bill, -300)
    refund_bill(bill=payment.bill, yen=300, reason="例", key="r", actor=None)
    third = issue_receipt(payment=payment, recipient_name="例の会社", actor=town.payer)
    assert (second.replaces, third.replaces, third.yen, third.refunded) == (first, second, 700, 300)
    with override("ja"):
        paper = papers_shown.of_receipt(third)
    assert paper.mark == "再発行" and "受け取った1,000円のうち、300円" in dict(paper.facts)["返した額"]
    assert papers_shown.of_receipt(first).mark == ""
    town.charge(payment.bill, -700)
    refund_bill(bill=payment.bill, yen=700, reason="例", key="r2", actor=None)
    with pytest.raises(PaperError, match="全額を返した"):
        issue_receipt(payment=payment, recipient_name="例の会社", actor=town.payer)


def test_there_is_no_receipt_before_the_money(town: World) -> None:
    waiting = town.pay(town.bill(1000), "invoice")
    with pytest.raises(PaperError, match="まだ支払われていない"):
        issue_receipt(payment=waiting, recipient_name="例", actor=town.payer)


def test_a_receipt_beside_an_invoice_leaves_the_tax_to_the_invoice(town: World) -> None:
    register(town, "host")
    payment = town.paid(1000)
    invoice = invoice_of(town, payment.bill)
    receipt = issue_receipt(payment=payment, recipient_name="例", actor=town.payer)
    with override("ja"):
        paper = papers_shown.of_receipt(receipt)
    assert [label for label, _amount in paper.sums] == ["領収額"]
    assert any(invoice.number in note for note in paper.notes)
    assert not any(NUMBER in line for line in paper.issuer)


def test_the_same_paper_gives_the_same_pdf_and_typed_markup_breaks_nothing(town: World) -> None:
    register(town, "host")
    bill = town.bill(1000)
    made = [
        papers_pdf.make_paper(lambda: papers_shown.of_invoice(invoice), also_english=english)  # noqa: B023
        for invoice in (invoice_of(town, bill, "例の<b>会社</i>&"),)
        for english in (True, True, False)
    ]
    assert all(content.startswith(b"%PDF") for content in made)
    assert made[0] == made[1] and len(made[2]) < len(made[0])


def test_a_guest_has_his_papers_by_his_link_and_nobody_elses(town: World) -> None:
    bill = town.bill(1000, guest=True)
    (mine,) = issue_invoice(bill=bill, recipient_name="例", actor=None, by_link=True)
    other = invoice_of(town, town.bill(500))
    client = Client()
    token = tokens.token_of(bill)
    page = reverse("payments:guest-bill-invoice", args=[token, mine.pk])
    assert mine.number in client.get(page).content.decode()
    for key in (token, "xyz", token[:-1] + "A"):
        assert client.get(reverse("payments:guest-bill-invoice", args=[key, other.pk])).status_code == 404


# --- Numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_although_many_count_at_once_and_some_are_undone(town: World) -> None:
    made: list[str] = []
    lock = threading.Lock()

    def count(worker: int) -> None:
        try:
            for turn in range(12):
                try:
                    with transaction.atomic():
                        number = next_number(
                            town_code="07204",
                            town_id=town.town.pk,
                            paper=INVOICE,
                            issuer=Issuer.HOST,
                            payee_id=7,
                            year=2026,
                        )
                        if (worker + turn) % 3 == 0:
                            raise KeyboardInterrupt
                except KeyboardInterrupt:
                    continue
                with lock:
                    made.append(number)
        finally:
            connection.close()

    workers = [threading.Thread(target=count, args=(one,)) for one in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert sorted(made) == [f"07204-IH7-2026-{place:06d}" for place in range(1, 65)]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_gives_one_receipt_and_one_invoice(town: World) -> None:
    payment = town.paid(1000)
    found: list[tuple[int, int]] = []

    def issue() -> None:
        try:
            invoice = invoice_of(town, payment.bill)
            receipt = issue_receipt(payment=payment, recipient_name="例", actor=town.payer)
            found.append((invoice.pk, receipt.pk))
        finally:
            connection.close()

    workers = [threading.Thread(target=issue) for _one in range(6)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert len(found) == 6 and len(set(found)) == 1
    assert Invoice.objects.count() == Receipt.objects.count() == 1
    assert check_papers() == []


# --- Exemptions ------------------------------------------------------------------------------------------------------


def test_an_exemption_is_the_one_in_force_on_the_day(town: World) -> None:
    def save(percent: int, first: str, last: str | None = None) -> None:
        given = Exemption(
            code="children",
            title="子ども会",
            percent=percent,
            article="第9条",
            starts_on=datetime.date.fromisoformat(first),
            ends_on=datetime.date.fromisoformat(last) if last else None,
        )
        save_exemption(municipality=town.town, given=given, actor=town.staff)

    save(50, "2026-04-01", "2027-03-31")
    save(100, "2027-04-01")
    found = [
        exemption_for(municipality=town.town, code="children", on=datetime.date.fromisoformat(day))
        for day in ("2026-03-31", "2026-04-01", "2027-03-31", "2027-04-01")
    ]
    assert [one.percent if one else None for one in found] == [None, 50, 50, 100]
    assert exemption_for(municipality=town.town, code="", on=datetime.date(2027, 1, 1)) is None
    with pytest.raises(TownRuleError, match="もうあります"):
        save(30, "2027-04-01")
    held = found[1]
    assert held is not None
    with pytest.raises(TownRuleError, match="もう始まっている"):
        save_exemption(
            municipality=town.town,
            given=Exemption("children", "子ども会", 80, "第9条", held.starts_on),
            actor=town.staff,
            rule=held,
        )
