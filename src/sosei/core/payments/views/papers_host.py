"""A host's pages of money: how it stands, bills, monthly statements, settings."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.payments import papers_pdf, papers_shown
from sosei.core.payments.bill_rows import rows_of
from sosei.core.payments.forms_papers import PayeeForm
from sosei.core.payments.models import Bill, Invoice, PayeeSettings, Payout, Statement
from sosei.core.payments.services import ledger, parties, statements, town_rules
from sosei.core.payments.views.papers_common import (
    csv_file,
    done,
    download,
    host_crumbs,
    host_url,
    leave_look,
    own_host,
)
from sosei.core.people import tenancy
from sosei.core.people.models import Organisation

Of = PayeeSettings.Of


@never_cache
@require_safe
def home(request: Any, code: str, organisation_id: int) -> HttpResponse:
    """What the host is owed, the latest statements, and what is missing to be paid."""
    host = own_host(request, organisation_id)
    rows = Statement.objects.visible_to(request.user).filter(payee=host)
    settings = PayeeSettings.objects.visible_to(request.user).filter(payee=host).first()
    context = {
        "host": host,
        "settings": settings,
        "standing": statements.host_standing(host),
        "page": paginate(request, rows.order_by("-last_day"), per_page=12),
        "payouts": Payout.objects.visible_to(request.user)
        .filter(payee=host)
        .select_related("statement")
        .order_by("-pay_on", "-pk")[:12],
        "today": ledger.today(),
        "crumbs": host_crumbs(host),
    }
    return render(request, "payments/papers/host.html", context)


@never_cache
@require_safe
def bills(request: Any, code: str, organisation_id: int) -> HttpResponse:
    """What payers owe the host and paid."""
    host = own_host(request, organisation_id)
    rows = Bill.objects.visible_to(request.user).filter(payee=host).with_standing()
    page = paginate(request, rows.order_by("-made_at", "-pk"), per_page=25)
    leave_look(request, page)
    context = {
        "host": host,
        "page": page,
        "rows": rows_of(page),
        "crumbs": host_crumbs(host, (_("請求"), "")),
    }
    return render(request, "payments/papers/host_bills.html", context)


def _statement(request: Any, organisation_id: int, statement_id: int) -> tuple[Organisation, Statement]:
    host = own_host(request, organisation_id)
    rows = Statement.objects.visible_to(request.user).filter(payee=host, pk=statement_id)
    found = rows.select_related("municipality", "payee").first()
    if found is None:
        raise Http404
    return host, found


def _fee_tax(statement: Statement) -> tuple[Invoice | None, int | None]:
    invoice = statement.invoices.filter(replaced_by__isnull=True).order_by("-pk").first()
    return invoice, sum(int(one["tax"]) for one in invoice.totals) if invoice is not None else None


@never_cache
@require_safe
def statement(request: Any, code: str, organisation_id: int, statement_id: int) -> HttpResponse:
    """One statement with its bills and sums."""
    host, found = _statement(request, organisation_id, statement_id)
    invoice, tax = _fee_tax(found)
    rows = statements.bill_rows(found)
    context = {
        "host": host,
        "statement": found,
        "paper": papers_shown.of_statement(found, rows, tax),
        "bill_keys": [row.bill for row in rows],
        "invoice": invoice,
        "file_url": host_url("host-statement-file", host, statement_id=found.pk),
        "csv_url": host_url("host-statement-csv", host, statement_id=found.pk),
        "invoice_url": host_url("host-fee-invoice", host, statement_id=found.pk) if invoice else "",
        "crumbs": host_crumbs(host, (found.number, "")),
    }
    return render(request, "payments/papers/statement.html", context)


@never_cache
@require_safe
def statement_file(request: Any, code: str, organisation_id: int, statement_id: int) -> HttpResponse:
    """The PDF of a statement."""
    _host, found = _statement(request, organisation_id, statement_id)
    _invoice, tax = _fee_tax(found)
    rows = statements.bill_rows(found)
    content = papers_pdf.make_paper(
        lambda: papers_shown.of_statement(found, rows, tax), also_english=papers_shown.is_english()
    )
    return download(content, f"meisai-{found.number}.pdf", "application/pdf")


@never_cache
@require_safe
def statement_csv(request: Any, code: str, organisation_id: int, statement_id: int) -> HttpResponse:
    """A statement's bills as a table."""
    _host, found = _statement(request, organisation_id, statement_id)
    rows = papers_shown.statement_csv(found, statements.bill_rows(found))
    return csv_file(rows, f"meisai-{found.number}.csv")


@never_cache
@require_safe
def fee_invoice(request: Any, code: str, organisation_id: int, statement_id: int) -> HttpResponse:
    """The PDF of the platform's invoice for its share of a month."""
    _host, found = _statement(request, organisation_id, statement_id)
    invoice, _tax = _fee_tax(found)
    if invoice is None:
        raise Http404
    content = papers_pdf.make_paper(
        lambda: papers_shown.of_invoice(invoice), also_english=papers_shown.is_english()
    )
    return download(content, f"seikyusho-{invoice.number}.pdf", "application/pdf")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Any, code: str, organisation_id: int) -> HttpResponse:
    """The host's name on papers, registration number and account."""
    host = own_host(request, organisation_id)
    held = PayeeSettings.objects.visible_to(request.user).filter(payee=host).first()
    wanted = PayeeSettings(municipality_id=host.municipality_id, payee=host, of=Of.HOST)
    may_change = rules.has_perm("payments.set_payee", request.user, wanted)
    form = PayeeForm(request.POST or None, of=Of.HOST, name=host.name, held=held)
    if request.method == "POST" and done(
        form,
        lambda: town_rules.save_payee(
            municipality=host.municipality, of=Of.HOST, payee=host, given=form.payee, actor=request.user
        ),
    ):
        messages.success(request, _("受け取りの設定を保存しました。"))
        return redirect(host_url("host", host))
    with tenancy.unguarded():
        platform = parties.platform_party(host.municipality, parties.settings_of(host.municipality))
    context = {
        "host": host,
        "form": form if may_change else None,
        "held": held,
        "platform": platform,
        "cancel_url": host_url("host", host),
        "crumbs": host_crumbs(host, (_("受け取りの設定"), "")),
    }
    return render(request, "payments/papers/host_settings.html", context, status=422 if form.errors else 200)
