"""Receipts: that a payment arrived; another name on it, or a refund since, is told by another receipt marked as such."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.design import civil_day
from sosei.core.payments import kinds, locks
from sosei.core.payments.errors_papers import PaperError
from sosei.core.payments.models import ChargeLine, Invoice, LedgerTransaction, Payment, Receipt
from sosei.core.payments.rules_invoices import Issuer, share_by_rate
from sosei.core.payments.services.invoices import may_issue
from sosei.core.payments.services.paper_numbers import RECEIPT, next_number
from sosei.core.payments.services.parties import issuing_of
from sosei.core.payments.services.refunds import refundable
from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.engines.conventions.tax import totals_by_rate


def current_receipt(payment: Payment) -> Receipt | None:
    """The receipt of a payment that no other one replaces."""
    found: Receipt | None = (
        payment.receipts.filter(replaced_by__isnull=True).select_related("replaces", "invoice").first()
    )
    return found


@transaction.atomic
def issue_receipt(
    *, payment: Payment, recipient_name: str, actor: Person | None, by_link: bool = False
) -> Receipt:
    """The receipt of a payment; the same name asked again, with nothing given back since, is the receipt that is there.

    Otherwise it is issued anew (再発行) and names the one that it replaces.

    Raises:
        NotAllowedError: `actor` does not see the bill.
        PaperError: not paid, nothing was paid, or all of it was given back.
    """
    may_issue(payment.bill, actor, by_link=by_link)
    with tenancy.unguarded():
        held = locks.lock_payment(payment.pk)
        if held.state != Payment.State.PAID or held.yen == 0:
            raise PaperError(
                _("まだ支払われていないので、領収書は出せません。支払われたあとに出してください。")
            )
        kept = refundable(held)
        if kept == 0:
            raise PaperError(_("この支払いは全額を返した（返す）ので、領収書はありません。"))
        before = current_receipt(held)
        if before is not None and (before.recipient_name, before.yen) == (recipient_name.strip(), kept):
            return before
        return _write(held, kept, recipient_name.strip(), before, actor)


def _write(
    payment: Payment, kept: int, recipient_name: str, before: Receipt | None, actor: Person | None
) -> Receipt:
    bill, now = payment.bill, timezone.now()
    received_on = _received_on(payment)
    invoice = (
        Invoice.objects.filter(bill=bill, replaced_by__isnull=True, reverses__isnull=True)
        .order_by("-pk")
        .first()
    )
    issuing = issuing_of(bill, received_on)
    receipt: Receipt = Receipt.objects.create(
        municipality_id=bill.municipality_id,
        payee_id=bill.payee_id,
        person_id=bill.person_id,
        number=next_number(
            town_code=bill.municipality.code,
            town_id=bill.municipality_id,
            paper=RECEIPT,
            issuer=Issuer(issuing.party.issuer),
            payee_id=bill.payee_id,
            year=civil_day.day_of(now).year,
        ),
        bill=bill,
        payment=payment,
        invoice=invoice,
        replaces=before,
        issuer_name=issuing.party.name,
        registration_number=issuing.party.number,
        recipient_name=recipient_name,
        purpose=_purpose(payment),
        yen=kept,
        refunded=payment.yen - kept,
        totals=_totals(payment, kept),
        received_on=received_on,
        issued_at=now,
        issued_by=actor,
    )
    write_entry(
        actor=actor,
        verb="payments.receipt_issued" if before is None else "payments.receipt_reissued",
        subject=bill,
        person=bill.person,
        municipality=bill.municipality,
        data={"number": receipt.number, "yen": receipt.yen},
    )
    return receipt


def _received_on(payment: Payment) -> Any:
    booked = LedgerTransaction.objects.filter(payment=payment).values_list("on_date", flat=True).first()
    return booked or civil_day.day_of(payment.settled_at or timezone.now())


def _purpose(payment: Payment) -> str:
    with override(payment.bill.payer_language):
        return (_("%(thing)s の代金として") % {"thing": kinds.describe(payment.bill)})[:200]


def _totals(payment: Payment, kept: int) -> list[dict[str, int]]:
    """The rates of the bill's lines in the share that this receipt tells; nothing where they cannot be shared."""
    lines = ChargeLine.objects.filter(bill=payment.bill_id).values_list("yen", "tax_percent")
    totals = totals_by_rate(lines)
    if sum(one.yen for one in totals) <= 0 or any(one.yen < 0 for one in totals):
        return []
    return [{"percent": one.percent, "yen": one.yen, "tax": one.tax} for one in share_by_rate(totals, kept)]
