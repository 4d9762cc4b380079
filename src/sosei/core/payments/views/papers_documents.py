"""Invoices and receipts of a bill, to read, print, keep and correct, for everybody who may see the bill."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.payments import papers_pdf, papers_shown
from sosei.core.payments.forms_papers import CorrectForm
from sosei.core.payments.models import Invoice, Receipt
from sosei.core.payments.services.invoices import correct_invoice
from sosei.core.payments.services.refunds import refundable
from sosei.core.payments.views.papers_common import Door, done, download
from sosei.core.payments.views.papers_doors import by_every_door
from sosei.core.people import tenancy


def _found_invoice(door: Door, invoice_id: int) -> Invoice:
    with tenancy.unguarded():
        found: Invoice | None = (
            Invoice.objects.select_related("bill", "payee", "replaces", "reverses", "replaced_by")
            .prefetch_related("lines")
            .filter(bill=door.bill, pk=invoice_id)
            .first()
        )
    if found is None:
        raise Http404
    return found


def _invoice(request: Any, door: Door, invoice_id: int) -> HttpResponse:
    """An invoice to read and print, and a correction of it."""
    invoice = _found_invoice(door, invoice_id)
    newer = getattr(invoice, "replaced_by", None)
    may_correct = door.may_act and newer is None and invoice.reverses_id is None
    form = CorrectForm(
        request.POST if request.method == "POST" else None,
        initial={"recipient_name": invoice.recipient_name},
    )
    made: list[Invoice] = []

    def save() -> None:
        made.append(
            correct_invoice(
                invoice=invoice,
                recipient_name=form.cleaned_data["recipient_name"],
                reason=form.cleaned_data["reason"],
                actor=door.actor,
                by_link=door.by_link,
            )
        )

    if request.method == "POST":
        if not may_correct:
            raise Http404
        if done(form, save):
            messages.success(request, _("直した請求書を出しました。"))
            return redirect(door.url("invoice", invoice_id=made[0].pk))
    with tenancy.unguarded():
        paper = papers_shown.of_invoice(invoice)
    return render(
        request,
        "payments/papers/paper.html",
        {
            "door": door,
            "door_url": door.url(),
            "paper": paper,
            "file_url": door.url("invoice-file", invoice_id=invoice.pk),
            "newer": (newer.number, door.url("invoice", invoice_id=newer.pk)) if newer else None,
            "form": form if may_correct else None,
            "crumbs": door.crumbs((paper.number, "")),
        },
        status=422 if form.errors else 200,
    )


def _invoice_file(request: Any, door: Door, invoice_id: int) -> HttpResponse:
    """The PDF of an invoice."""
    invoice = _found_invoice(door, invoice_id)
    with tenancy.unguarded():
        content = papers_pdf.make_paper(
            lambda: papers_shown.of_invoice(invoice), also_english=door.bill.payer_language == "en"
        )
        name = papers_shown.of_invoice(invoice).file_name
    return download(content, name, "application/pdf")


def _found_receipt(door: Door, receipt_id: int) -> Receipt:
    with tenancy.unguarded():
        found: Receipt | None = (
            Receipt.objects.select_related("bill", "payment", "invoice", "replaces", "replaced_by")
            .filter(bill=door.bill, pk=receipt_id)
            .first()
        )
    if found is None:
        raise Http404
    return found


def _receipt(request: Any, door: Door, receipt_id: int) -> HttpResponse:
    """A receipt to read and print."""
    receipt = _found_receipt(door, receipt_id)
    newer = getattr(receipt, "replaced_by", None)
    with tenancy.unguarded():
        paper = papers_shown.of_receipt(receipt)
        out_of_date = (
            newer is None and receipt.payment is not None and refundable(receipt.payment) != receipt.yen
        )
    return render(
        request,
        "payments/papers/paper.html",
        {
            "door": door,
            "door_url": door.url(),
            "paper": paper,
            "file_url": door.url("receipt-file", receipt_id=receipt.pk),
            "newer": (newer.number, door.url("receipt", receipt_id=newer.pk)) if newer else None,
            "out_of_date": out_of_date,
            "crumbs": door.crumbs((paper.number, "")),
        },
    )


def _receipt_file(request: Any, door: Door, receipt_id: int) -> HttpResponse:
    """The PDF of a receipt."""
    receipt = _found_receipt(door, receipt_id)
    with tenancy.unguarded():
        content = papers_pdf.make_paper(
            lambda: papers_shown.of_receipt(receipt), also_english=door.bill.payer_language == "en"
        )
        name = papers_shown.of_receipt(receipt).file_name
    return download(content, name, "application/pdf")


invoice = by_every_door(_invoice, require_http_methods(["GET", "HEAD", "POST"]))
invoice_file = by_every_door(_invoice_file, require_safe)
receipt = by_every_door(_receipt, require_safe)
receipt_file = by_every_door(_receipt_file, require_safe)
