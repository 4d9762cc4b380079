"""Invoices of a bill: issued once, corrected by another one that names the old, taken back by return invoices."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict

import rules
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from sosei.core.design import civil_day
from sosei.core.payments import locks
from sosei.core.payments.errors_papers import PaperError
from sosei.core.payments.models import Bill, Charge, Invoice, InvoiceLine, Statement
from sosei.core.payments.rules_invoices import (
    Billed,
    Issuer,
    Issuing,
    PaperLine,
    Party,
    Wanted,
    not_told_yet,
    totals_of,
)
from sosei.core.payments.services.paper_numbers import INVOICE, next_number
from sosei.core.payments.services.parties import issuing_of
from sosei.core.payments.supply_days import supply_days
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry

RETURNED = gettext_noop("請求書を出したあとに減った分")


def current_invoices(bill: Bill) -> list[Invoice]:
    """The invoices and return invoices of a bill that no other one replaces, in their order."""
    return list(
        bill.invoices.filter(replaced_by__isnull=True)
        .select_related("reverses", "replaces")
        .order_by("issued_at", "pk")
    )


def told_charges(bill: Bill) -> set[int]:
    """Keys of the charges of a bill that stand on an invoice."""
    rows = InvoiceLine.objects.filter(invoice__bill=bill.pk, charge__isnull=False)
    return set(rows.order_by().values_list("charge_id", flat=True).distinct())


@transaction.atomic
def issue_invoice(
    *,
    bill: Bill,
    recipient_name: str,
    actor: Person | None,
    due_on: datetime.date | None = None,
    by_link: bool = False,
) -> list[Invoice]:
    """The papers of everything that is charged and stands on no paper yet: an invoice, and what was reduced since.

    Asked twice, the second call gives the invoice that is there.

    Args:
        recipient_name: empty for a simplified invoice.
        by_link: a guest who opened the bill by its own link.

    Raises:
        NotAllowedError: `actor` does not see the bill.
        PaperError: nothing to invoice; or an invoice to somebody else is there, which is corrected instead.
    """
    may_issue(bill, actor, by_link=by_link)
    with tenancy.unguarded():
        held = locks.lock_bill(bill.pk)
        wanted = _wanted(held)
        before = [one for one in current_invoices(held) if one.reverses_id is None]
        made = []
        if wanted.invoice:
            if not before and sum(one.yen for one in wanted.invoice) <= 0:
                raise PaperError(_("請求する額がないので、請求書は要りません。"))
            issuing = issuing_of(held, _first_day(held, wanted.invoice))
            made.append(
                _write(
                    held,
                    issuing,
                    _lines(wanted.invoice),
                    _days(held, wanted.invoice),
                    recipient_name=recipient_name.strip(),
                    actor=actor,
                    due_on=due_on,
                )
            )
        made += _returns(held, wanted, actor)
        if made:
            return made
        if not before:
            raise PaperError(_("請求する額がないので、請求書は要りません。"))
        if before[-1].recipient_name != recipient_name.strip():
            raise PaperError(
                _(
                    "請求書 %(number)s が、宛名「%(name)s」で出ています。宛名を変えるときは、直した請求書を出してください。"
                )
                % {"number": before[-1].number, "name": before[-1].recipient_name},
                "recipient_name",
            )
        return [before[-1]]


def may_issue(bill: Bill, actor: Person | None, *, by_link: bool) -> None:
    """The payer, the payee and programme staff may have a bill's papers.

    Raises:
        NotAllowedError: `actor` does not.
    """
    if not by_link and not rules.has_perm("payments.issue_paper", actor, bill):
        raise NotAllowedError(_("この請求の書類を出せるのは、払う人、場所の担当者、市の担当者だけです。"))


def _wanted(bill: Bill) -> Wanted:
    charges = Charge.objects.filter(bill=bill.pk).prefetch_related("lines").order_by("pk")
    return not_told_yet((_billed(one) for one in charges), told=told_charges(bill))


def _billed(charge: Charge) -> Billed:
    on = civil_day.day_of(charge.made_at)
    return Billed(
        charge.pk,
        charge.yen,
        on,
        tuple(
            PaperLine(
                text=line.text,
                text_en=line.text_en,
                quantity=line.quantity,
                unit=line.unit,
                unit_yen=line.unit_yen,
                yen=line.yen,
                tax_percent=line.tax_percent,
                on_date=on,
                charge=charge.pk,
            )
            for line in charge.lines.all()
        ),
    )


def _lines(charges: Sequence[Billed]) -> list[PaperLine]:
    return [line for one in charges for line in one.lines]


def _first_day(bill: Bill, charges: Sequence[Billed]) -> datetime.date:
    return _days(bill, charges)[0]


def _days(bill: Bill, charges: Sequence[Billed]) -> tuple[datetime.date, datetime.date]:
    told = supply_days(bill)
    if told is not None:
        return told
    days = [one.on_date for one in charges]
    return min(days), max(days)


def _write(
    bill: Bill,
    issuing: Issuing,
    lines: Sequence[PaperLine],
    days: tuple[datetime.date, datetime.date],
    *,
    recipient_name: str,
    actor: Person | None,
    due_on: datetime.date | None = None,
    reason: str = "",
    replaces: Invoice | None = None,
    reverses: Invoice | None = None,
) -> Invoice:
    invoice = keep(
        Invoice(
            municipality_id=bill.municipality_id,
            payee_id=bill.payee_id,
            person_id=bill.person_id,
            bill=bill,
            issuer=issuing.party.issuer,
            issuer_name=issuing.party.name,
            issuer_address=issuing.party.address,
            registration_number=issuing.party.number,
            is_mediated=issuing.is_mediated,
            recipient_name=recipient_name,
            replaces=replaces,
            reverses=reverses,
            supplied_from=days[0],
            supplied_to=days[1],
            due_on=due_on,
            reason=reason,
            issued_by=actor,
        ),
        lines,
        bill.municipality.code,
    )
    write_entry(
        actor=actor,
        verb="payments.invoice_issued",
        subject=bill,
        person=bill.person,
        municipality=bill.municipality,
        reason=reason,
        data={"number": invoice.number, "yen": invoice.yen},
    )
    return invoice


def keep(invoice: Invoice, lines: Sequence[PaperLine], town_code: str) -> Invoice:
    """Numbers an invoice and keeps it with its lines; its sums are those of the lines."""
    now = timezone.now()
    totals = totals_of(lines)
    invoice.number = next_number(
        town_code=town_code,
        town_id=invoice.municipality_id,
        paper=INVOICE,
        issuer=Issuer(invoice.issuer),
        payee_id=invoice.payee_id,
        year=civil_day.day_of(now).year,
    )
    invoice.yen = sum(one.yen for one in totals)
    invoice.totals = [{"percent": one.percent, "yen": one.yen, "tax": one.tax} for one in totals]
    invoice.issued_at = now
    invoice.save(force_insert=True)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            municipality_id=invoice.municipality_id,
            payee_id=invoice.payee_id,
            person_id=invoice.person_id,
            invoice=invoice,
            position=position,
            **{name: value for name, value in asdict(line).items() if name != "charge"},
            charge_id=line.charge,
        )
        for position, line in enumerate(lines, start=1)
    )
    return invoice


def _returns(bill: Bill, wanted: Wanted, actor: Person | None) -> list[Invoice]:
    """A return invoice for what was reduced after the last invoice, in the name of who issued that one."""
    if not wanted.returned:
        return []
    first = [one for one in current_invoices(bill) if one.reverses_id is None][-1]
    lines = _lines(wanted.returned)
    days = [one.on_date for one in wanted.returned]
    with override(bill.payer_language):
        reason = _(RETURNED)
    return [
        _write(
            bill,
            issuing_as(first),
            lines,
            (min(days), max(days)),
            recipient_name=first.recipient_name,
            actor=actor,
            reason=reason,
            reverses=first,
        )
    ]


def issuing_as(invoice: Invoice) -> Issuing:
    """In the name in which an invoice was issued."""
    party = Party(
        Issuer(invoice.issuer), invoice.issuer_name, invoice.issuer_address, invoice.registration_number
    )
    return Issuing(party, invoice.is_mediated)


@transaction.atomic
def issue_return(*, bill: Bill, actor: Person | None = None) -> list[Invoice]:
    """The return invoice of what was reduced since the invoice; none where there was no invoice or nothing was."""
    with tenancy.unguarded():
        held = locks.lock_bill(bill.pk)
        return _returns(held, _wanted(held), actor)


def bills_to_return() -> list[Bill]:
    """Bills with an invoice and a reduction since that no paper tells."""
    return list(
        Bill.objects.filter(invoices__isnull=False, charges__yen__lt=0, charges__invoice_lines__isnull=True)
        .distinct()
        .order_by("pk")
    )


@transaction.atomic
def correct_invoice(
    *,
    invoice: Invoice,
    recipient_name: str,
    reason: str,
    actor: Person | None,
    by_link: bool = False,
) -> Invoice:
    """Another invoice in place of one that was wrong: the same lines, the recipient and the issuer as they are now.

    Raises:
        NotAllowedError: `actor` does not see the bill.
        PaperError: no reason; it was replaced before; it is a return invoice or one of a statement.
    """
    if invoice.bill is None or invoice.reverses_id is not None:
        raise PaperError(_("この書類は、ここでは直せません。請求の明細を直すと、次の書類に出ます。"))
    may_issue(invoice.bill, actor, by_link=by_link)
    if not reason.strip():
        raise PaperError(_("直す理由を書いてください。新しい請求書にも書かれます。"), "reason")
    with tenancy.unguarded():
        bill = locks.lock_bill(invoice.bill_id)
        held: Invoice = Invoice.objects.prefetch_related("lines").get(pk=invoice.pk)
        newer = Invoice.objects.filter(replaces=held).first()
        if newer is not None:
            raise PaperError(
                _("請求書 %(old)s は、もう %(new)s に替わっています。新しいほうを直してください。")
                % {"old": held.number, "new": newer.number}
            )
        return _write(
            bill,
            issuing_of(bill, held.supplied_from),
            [_as_line(line) for line in held.lines.all()],
            (held.supplied_from, held.supplied_to),
            recipient_name=recipient_name.strip(),
            actor=actor,
            due_on=held.due_on,
            reason=reason.strip()[:300],
            replaces=held,
        )


def _as_line(line: InvoiceLine) -> PaperLine:
    return PaperLine(
        text=line.text,
        text_en=line.text_en,
        quantity=line.quantity,
        unit=line.unit,
        unit_yen=line.unit_yen,
        yen=line.yen,
        tax_percent=line.tax_percent,
        on_date=line.on_date,
        charge=line.charge_id,
    )


def issue_fee_invoice(
    statement: Statement, issuing: Issuing, fees: Sequence[tuple[int, int]]
) -> Invoice | None:
    """The platform's invoice to a host for its share of a month, or the return of what it gave back; None for nothing.

    The books keep the tax bill by bill; the paper rounds it once for each rate, as papers do.

    Args:
        fees: rate of the tax, and the share with the tax.
    """
    yen = sum(amount for _percent, amount in fees)
    if not yen:
        return None
    before = (
        Invoice.objects.filter(payee=statement.payee_id, statement__isnull=False, yen__gt=0)
        .order_by("-pk")
        .first()
    )
    told = {"first": statement.first_day.isoformat(), "last": statement.last_day.isoformat()}
    with override("ja"):
        text = _("予約サイトの手数料（%(first)s～%(last)s）") % told
    with override("en"):
        text_en = _("予約サイトの手数料（%(first)s～%(last)s）") % told
    return keep(
        Invoice(
            municipality_id=statement.municipality_id,
            payee_id=statement.payee_id,
            statement=statement,
            issuer=issuing.party.issuer,
            issuer_name=issuing.party.name,
            issuer_address=issuing.party.address,
            registration_number=issuing.party.number,
            recipient_name=statement.payee.name,
            reverses=before if yen < 0 else None,
            supplied_from=statement.first_day,
            supplied_to=statement.last_day,
            issued_by=statement.issued_by,
        ),
        [
            PaperLine(
                text=text,
                text_en=text_en,
                yen=amount,
                unit_yen=amount,
                tax_percent=percent,
                on_date=statement.last_day,
            )
            for percent, amount in fees
            if amount
        ],
        statement.municipality.code,
    )
