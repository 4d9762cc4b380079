"""Writes the books: one transaction for each thing that moves money, the accounts as docs/payments.md lists them.

Called by services that hold the bill's lock, outside the guard.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from sosei.core.design import civil_day
from sosei.core.payments.models import (
    Bill,
    Charge,
    Deposit,
    LedgerLine,
    LedgerTransaction,
    Payment,
    Payout,
    Refund,
)
from sosei.core.payments.rules_money import Fee, fee_of
from sosei.core.people.models import Person

Account = LedgerLine.Account
Kind = LedgerTransaction.Kind


@dataclass(frozen=True)
class Posting:
    """One account moved: debit above zero, credit below; of a payee or payer where the account is kept by them."""

    account: str
    yen: int
    payee_id: int | None = None
    person_id: int | None = None


def today() -> datetime.date:
    """The civil day at the place."""
    return civil_day.today()


def book(
    *,
    kind: str,
    key: str,
    municipality_id: int,
    postings: Iterable[Posting],
    on_date: datetime.date | None = None,
    actor: Person | None = None,
    bill: Bill | None = None,
    **about: Any,
) -> LedgerTransaction | None:
    """One transaction with its lines; None where nothing moves.

    Args:
        key: names the thing, so that it is booked once.
        about: charge, payment, refund, deposit or payout.

    Raises:
        IntegrityError: the key was booked before; or, when the database transaction ends, the lines do not add up to zero.
    """
    moving = [one for one in postings if one.yen]
    if not moving:
        return None
    payee_id = bill.payee_id if bill is not None else next((p.payee_id for p in moving if p.payee_id), None)
    person_id = bill.person_id if bill is not None else None
    written: LedgerTransaction = LedgerTransaction.objects.create(
        municipality_id=municipality_id,
        payee_id=payee_id,
        person_id=person_id,
        kind=kind,
        key=key,
        bill=bill,
        on_date=on_date or today(),
        made_at=timezone.now(),
        actor=actor,
        **about,
    )
    LedgerLine.objects.bulk_create(
        LedgerLine(
            municipality_id=municipality_id,
            payee_id=one.payee_id,
            person_id=one.person_id,
            transaction=written,
            account=one.account,
            yen=one.yen,
            bill=bill,
        )
        for one in moving
    )
    return written


def owed_to(bill: Bill, yen: int) -> Posting:
    """The account of who is owed a bill: the host, or the town."""
    if bill.payee_id is None:
        return Posting(Account.TOWN, yen)
    return Posting(Account.HOST, yen, payee_id=bill.payee_id)


def owed_by(bill: Bill, yen: int) -> Posting:
    """The account of who owes a bill; payer and payee see each other's side of it."""
    return Posting(Account.GUEST, yen, bill.payee_id, bill.person_id)


def book_charge(charge: Charge, bill: Bill) -> None:
    """What is owed more or less: payer against payee, and the platform's share where it was paid already."""
    book(
        kind=Kind.CHARGE,
        key=f"charge:{charge.pk}",
        municipality_id=bill.municipality_id,
        postings=[owed_by(bill, charge.yen), owed_to(bill, -charge.yen), *_fee_moved(bill)],
        actor=charge.actor,
        bill=bill,
        charge=charge,
    )


def book_payment(payment: Payment, bill: Bill, *, on_date: datetime.date | None = None) -> None:
    """Money that arrived: where it lies, the platform's share, what the gateway took and handed on."""
    into = {"on_site": Account.CASH, "bank": Account.BANK, "invoice": Account.BANK}.get(
        payment.way, Account.CLEARING
    )
    holder = bill.payee_id if into == Account.CASH else None
    book(
        kind=Kind.PAYMENT,
        key=f"payment:{payment.pk}",
        municipality_id=bill.municipality_id,
        postings=[
            Posting(into, payment.yen, payee_id=holder),
            owed_by(bill, -payment.yen),
            *_fee_moved(bill),
            Posting(Account.GATEWAY_FEE, payment.gateway_fee),
            Posting(Account.CLEARING, -payment.gateway_fee),
            *_handed_on(bill, payment.transferred),
        ],
        on_date=on_date,
        actor=payment.actor,
        bill=bill,
        payment=payment,
    )


def book_refund(refund: Refund, bill: Bill, *, on_date: datetime.date | None = None) -> None:
    """Money that went back: the mirror of a payment, with the platform's share of what is no longer kept."""
    out_of = {"on_site": Account.CASH, "bank": Account.BANK}.get(refund.way, Account.CLEARING)
    holder = bill.payee_id if out_of == Account.CASH else None
    book(
        kind=Kind.REFUND,
        key=f"refund:{refund.pk}",
        municipality_id=bill.municipality_id,
        postings=[
            owed_by(bill, refund.yen),
            Posting(out_of, -refund.yen, payee_id=holder),
            *_fee_moved(bill),
            *_handed_on(bill, -refund.reversed),
        ],
        on_date=on_date,
        actor=refund.actor,
        bill=bill,
        refund=refund,
    )


def day_of_refund(refund: Refund) -> datetime.date | None:
    """The day under which a refund stands in the books; None as long as it does not."""
    rows = LedgerTransaction.objects.filter(refund=refund, key=f"refund:{refund.pk}")
    found: datetime.date | None = rows.values_list("on_date", flat=True).first()
    return found


def book_refund_returned(refund: Refund, bill: Bill, *, on_date: datetime.date | None = None) -> None:
    """Money that went back and came to us again: the mirror of the refund.

    What the gateway took back from the host's account there stays with us: it goes to the payer by bank.
    """
    into = Account.BANK if refund.way == "bank" else Account.CLEARING
    book(
        kind=Kind.REFUND,
        key=f"refund:{refund.pk}:returned",
        municipality_id=bill.municipality_id,
        postings=[owed_by(bill, -refund.yen), Posting(into, refund.yen), *_fee_moved(bill)],
        on_date=on_date,
        actor=None,
        bill=bill,
        refund=refund,
    )


def book_deposit(deposit: Deposit) -> None:
    """What the gateway paid into the bank account, and what it kept."""
    book(
        kind=Kind.DEPOSIT,
        key=f"deposit:{deposit.pk}",
        municipality_id=deposit.municipality_id,
        postings=[
            Posting(Account.BANK, deposit.yen),
            Posting(Account.GATEWAY_FEE, deposit.fee),
            Posting(Account.CLEARING, -deposit.yen - deposit.fee),
        ],
        on_date=deposit.on_date,
        actor=deposit.actor,
        deposit=deposit,
    )


def book_payout(payout: Payout, *, on_date: datetime.date, returned: bool = False) -> None:
    """What the bank transferred to a payee, or sent back.

    Cash that the payee holds for this payout's bills was set off: his account is cleared of both.
    """
    set_off = sum(payout.lines.filter(ledger_line__account=Account.CASH).values_list("yen", flat=True))
    sign = -1 if returned else 1
    owed = Account.HOST if payout.payee_id is not None else Account.TOWN
    book(
        kind=Kind.PAYOUT,
        key=f"payout:{payout.pk}:returned" if returned else f"payout:{payout.pk}",
        municipality_id=payout.municipality_id,
        postings=[
            Posting(owed, sign * (payout.yen - set_off), payee_id=payout.payee_id),
            Posting(Account.CASH, sign * set_off, payee_id=payout.payee_id),
            Posting(Account.BANK, -sign * payout.yen),
        ],
        on_date=on_date,
        actor=payout.actor,
        payout=payout,
    )


def kept_of(bill: Bill) -> int:
    """What was paid on a bill and not given back, as its rows stand now."""
    paid = bill.payments.filter(state="paid").aggregate(total=Sum("yen"))["total"] or 0
    refunded = bill.refunds.filter(state="done").aggregate(total=Sum("yen"))["total"] or 0
    return int(paid - refunded)


def earned_of(bill: Bill) -> int:
    """What a payee earns of a bill: kept, and no more than is charged; what is too much goes back to the payer."""
    charged = bill.charges.aggregate(total=Sum("yen"))["total"] or 0
    return min(kept_of(bill), int(charged))


def fee_due(bill: Bill, yen: int) -> Fee:
    """The platform's share of `yen` of a bill."""
    return fee_of(yen, bill.fee_percent, bill.fee_tax_percent)


def fee_booked(bill: Bill) -> Fee:
    """The platform's share of a bill as the books hold it."""
    found = dict(
        LedgerLine.objects.filter(bill=bill, account__in=(Account.PLATFORM_FEE, Account.CONSUMPTION_TAX))
        .order_by()
        .values("account")
        .annotate(total=Sum("yen"))
        .values_list("account", "total")
    )
    return Fee(-found.get(Account.PLATFORM_FEE, 0), -found.get(Account.CONSUMPTION_TAX, 0))


def _fee_moved(bill: Bill) -> list[Posting]:
    if bill.payee_id is None:
        return []
    moved = fee_due(bill, earned_of(bill)) - fee_booked(bill)
    return [
        owed_to(bill, moved.both),
        Posting(Account.PLATFORM_FEE, -moved.fee),
        Posting(Account.CONSUMPTION_TAX, -moved.tax),
    ]


def _handed_on(bill: Bill, yen: int) -> list[Posting]:
    return [owed_to(bill, yen), Posting(Account.CLEARING, -yen)] if yen else []
