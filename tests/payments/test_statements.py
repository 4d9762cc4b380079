"""Statements and payouts: a second implementation recomputes each from bills, payments and refunds alone."""

from __future__ import annotations

import datetime
import random
import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from sosei.core.design import civil_day
from sosei.core.payments.bank_text import Account
from sosei.core.payments.errors_papers import PaperError, PayoutError
from sosei.core.payments.models import (
    Bill,
    LedgerTransaction,
    Payout,
    Refund,
    Statement,
    StatementLine,
    TransferFile,
)
from sosei.core.payments.services import (
    RefundAccount,
    asking,
    check_books,
    give_refund_account,
    pay_by_bank,
    pay_on_site,
    refund_bill,
)
from sosei.core.payments.services.checking_papers import check_papers
from sosei.core.payments.services.payouts import (
    drop_file,
    due_statements,
    make_file,
    mark_sent,
    return_payout,
)
from sosei.core.payments.services.statements import bill_rows, close_month, month_end, month_end_before
from sosei.core.payments.services.town_rules import Payee, save_payee
from sosei.core.records.models import Entry
from tests.payments.world import World, at

ACCOUNT = Account("0126", "ﾄｳﾎｳ", "001", "ﾎﾝﾃﾝ", "1", "7654321", "ﾚｲﾉｶｲｶﾝ")


def last_month() -> datetime.date:
    return month_end_before(civil_day.today())


def month_ago(months: int, day: int = 10) -> datetime.datetime:
    moment = timezone.now().replace(day=15)
    for _step in range(months):
        moment = moment.replace(day=1) - datetime.timedelta(days=1)
    return moment.replace(day=day, hour=3)


def give_accounts(town: World) -> None:
    save_payee(
        municipality=town.town,
        of="platform",
        payee=None,
        given=Payee(
            issuer_name="例の運営者",
            registration_number="T7000012050002",
            account=ACCOUNT,
            payer_code="1234567890",
        ),
        actor=town.staff,
    )
    save_payee(
        municipality=town.town,
        of="host",
        payee=town.host,
        given=Payee(account=ACCOUNT),
        actor=town.manager,
    )


def weekday(day: datetime.date) -> datetime.date:
    return day + datetime.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def close(town: World, last_day: datetime.date) -> list[Statement]:
    return close_month(municipality=town.town, last_day=last_day, actor=town.staff)


def recomputed(town: World, last_day: datetime.date) -> dict[str, int]:
    """What a host is owed at a month's end, from the bills' own rows: nothing is asked of the books."""
    owed = waiting = 0
    for bill in Bill.objects.filter(payee=town.host):
        when = {"made_at__date__lte": last_day}
        charged = sum(bill.charges.filter(**when).values_list("yen", flat=True))
        paid = [
            one
            for one in bill.payments.filter(state="paid")
            if LedgerTransaction.objects.get(payment=one).on_date <= last_day
        ]
        backs = [
            one
            for one in bill.refunds.filter(state="done")
            if LedgerTransaction.objects.get(refund=one).on_date <= last_day
        ]
        kept = sum(one.yen for one in paid) - sum(one.yen for one in backs)
        earned = max(0, min(kept, charged))
        fee = int(earned * Decimal(30) // 100)
        cash = sum(one.yen for one in paid if one.way == "on_site")
        cash -= sum(one.yen for one in backs if one.way == "on_site")
        mine = charged - fee - fee * 10 // 100 - cash
        owed += mine
        waiting += mine if charged > kept else 0
    return {"owed": owed, "waiting": waiting}


def test_a_second_implementation_finds_the_same_sums_in_months_of_random_business(town: World) -> None:
    random.seed(7)
    give_accounts(town)
    for months in (3, 2, 1):
        for what in random.sample(BUSINESS, len(BUSINESS)):
            with at(month_ago(months, random.randint(2, 26))):
                _business(town, what)
        end = month_end(month_ago(months).date())
        (statement,) = close(town, end)
        told = recomputed(town, end)
        assert statement.closing + _paid_out(town, end) == told["owed"]
        assert statement.waiting == told["waiting"]
        assert statement.due == told["owed"] - told["waiting"] - _settled(town)
        if statement.due > 0:
            with at(timezone.now()):
                _pay(town, statement, on=end + datetime.timedelta(days=3))
    assert check_papers() == []
    assert [flaw for flaw in check_books() if flaw.code != "notice_unhandled"] == []


def _paid_out(town: World, end: datetime.date) -> int:
    rows = LedgerTransaction.objects.filter(kind="payout", payee=town.host, on_date__lte=end)
    return sum(one.payout.yen for one in rows)


def _settled(town: World) -> int:
    return sum(
        Payout.objects.filter(payee=town.host, state__in=("made", "paid")).values_list("yen", flat=True)
    )


def _pay(town: World, statement: Statement, *, on: datetime.date) -> TransferFile:
    file = make_file(
        municipality=town.town,
        statements=[statement],
        refunds_due=[],
        pay_on=weekday(civil_day.today()),
        actor=town.staff,
    )
    return mark_sent(file=file, on_date=on, actor=town.staff)


BUSINESS = ("card", "cash", "bank", "unpaid", "reduced", "refunded", "later")


def _business(town: World, what: str) -> None:
    yen = random.randint(100, 30_000)
    if what == "unpaid":
        town.pay(town.bill(yen), "invoice")
        return
    if what == "bank":
        pay_by_bank(payment=town.pay(town.bill(yen), "bank"), actor=town.staff, on_date=civil_day.today())
        return
    if what == "cash":
        pay_on_site(payment=town.pay(town.bill(yen), "on_site"), actor=town.manager)
        return
    payment = town.paid(yen)
    if what == "later":
        town.charge(payment.bill, 500)
    if what in ("reduced", "refunded"):
        back = yen if what == "refunded" else yen // 3
        town.charge(payment.bill, -back)
        refunds = refund_bill(bill=payment.bill, yen=back, reason="例", key=uuid.uuid4().hex, actor=None)
        for one in refunds:
            asking.send_refund(one.pk)
        town.hear()


def test_a_booking_dated_back_into_a_closed_month_stands_in_the_next_statement(town: World) -> None:
    with at(month_ago(2)):
        late = town.pay(town.bill(5000), "bank", expires_at=timezone.now() + datetime.timedelta(days=90))
        town.paid(1000)
    (first,) = close(town, month_end(month_ago(2).date()))
    before = (first.closing, first.waiting, first.due)
    assert before == (1000 - 330 + 5000, 5000, 670)
    assert (first.first_day, first.last_day) == (month_ago(2, 1).date(), month_end(month_ago(2).date()))
    pay_by_bank(payment=late, actor=town.staff, on_date=month_ago(2).date())
    (second,) = close(town, last_month())
    first.refresh_from_db()
    assert (first.closing, first.waiting, first.due) == before
    assert (second.opening, second.fee, second.waiting) == (first.closing, 1500, 0)
    assert second.due == 670 + 5000 - 1650
    assert [row.fee for row in bill_rows(second)] == [1650]
    assert check_papers() == []


def test_a_month_is_closed_once_and_only_when_it_is_over(town: World) -> None:
    with at(month_ago(1)):
        town.paid(1000)
    assert len(close(town, last_month())) == 1
    assert close(town, last_month()) == []
    for day in (last_month() - datetime.timedelta(days=1), month_end(civil_day.today())):
        with pytest.raises(PaperError, match="締められません"):
            close(town, day)
    assert StatementLine.objects.count() == LedgerTransaction.objects.filter(payee=town.host).count()


def test_the_fee_is_invoiced_by_the_platform_with_the_tax_rounded_once(town: World) -> None:
    give_accounts(town)
    with at(month_ago(1)):
        for _one in range(3):
            town.paid(101)
    (statement,) = close(town, last_month())
    invoice = statement.invoices.get()
    # Each bill: 30 yen and 3 of tax. The paper reckons the tax from 99 yen.
    assert (statement.fee, statement.fee_tax, invoice.yen) == (90, 9, 99)
    assert invoice.totals == [{"percent": 10, "yen": 99, "tax": 9}]
    assert (invoice.issuer, invoice.recipient_name) == ("platform", "例の会館")
    assert invoice.registration_number == "T7000012050002"


def test_a_payout_that_comes_back_is_due_again_and_is_paid_once(town: World) -> None:
    give_accounts(town)
    with at(month_ago(1)):
        town.paid(10_000)
    (statement,) = close(town, last_month())
    file = _pay(town, statement, on=civil_day.today())
    assert due_statements(town.town) == []
    with pytest.raises(PayoutError, match="もう振込ファイルに"):
        _pay(town, statement, on=civil_day.today())
    payout = file.payouts.get()
    return_payout(payout=payout, on_date=civil_day.today(), reason="口座相違", actor=town.staff)
    (due,) = due_statements(town.town)
    assert due.payable == payout.yen == 10_000 - 3300  # type: ignore[attr-defined]
    _pay(town, due, on=civil_day.today())
    assert sorted(Payout.objects.values_list("state", flat=True)) == ["paid", "returned"]
    assert check_books() == []
    with pytest.raises(PayoutError, match="戻ったと記録できません"):
        return_payout(payout=payout, on_date=civil_day.today(), reason="口座相違", actor=town.staff)


def test_one_file_holds_payouts_and_refunds_and_a_dropped_one_gives_them_back(town: World) -> None:
    give_accounts(town)
    with at(month_ago(1)):
        town.paid(10_000)
        slip = town.paid(3000, "konbini")
    (refund,) = refund_bill(bill=slip.bill, yen=3000, reason="例", key="r", actor=None)
    account = RefundAccount("0126", "ﾄｳﾎｳ", "001", "ﾎﾝﾃﾝ", "1112223", "ﾔﾏﾀﾞ ﾊﾅｺ")
    give_refund_account(refund=refund, account=account, actor=town.payer)
    (statement,) = close(town, last_month())
    given = {"municipality": town.town, "pay_on": weekday(civil_day.today()), "actor": town.staff}
    file = make_file(statements=[statement], refunds_due=[refund], **given)
    records = bytes(file.content).decode("cp932").split("\r\n")
    assert [record[0] for record in records if record] == ["1", "2", "2", "8", "9"]
    assert (file.count, file.total) == (2, statement.due + 3000)
    drop_file(file=file, reason="日を変えるため", actor=town.staff)
    refund.refresh_from_db()
    assert (refund.state, refund.file) == ("asked", None)
    again = make_file(statements=[statement], refunds_due=[refund], **given)
    mark_sent(file=again, on_date=civil_day.today(), actor=town.staff)
    assert Refund.objects.get().state == "done"
    assert check_books() == [] and check_papers() == []
    assert Entry.objects.filter(verb="payments.file_dropped").count() == 1


def test_nothing_is_transferred_without_accounts_on_a_closed_day_or_by_others(town: World) -> None:
    with at(month_ago(1)):
        town.paid(10_000)
    (statement,) = close(town, last_month())
    given = {"municipality": town.town, "statements": [statement], "refunds_due": []}
    day = weekday(civil_day.today())
    with pytest.raises(PayoutError, match="振込元の口座"):
        make_file(**given, pay_on=day, actor=town.staff)
    give_accounts(town)
    saturday = day + datetime.timedelta(days=(5 - day.weekday()) % 7)
    with pytest.raises(PayoutError, match="銀行が休み"):
        make_file(**given, pay_on=saturday, actor=town.staff)
    with pytest.raises(Exception, match="市の事業担当だけ"):
        make_file(**given, pay_on=day, actor=town.manager)
    assert not TransferFile.objects.exists()
