"""A worker's pages of wages: payslips of all employers, one payslip as page and PDF, and what a year came to."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.core.people.views.subject import subject_page
from sosei.programmes.jobs import payslip_pdf, year_pdf
from sosei.programmes.jobs.forms_pay import year_of
from sosei.programmes.jobs.models import BankAccount, Payslip
from sosei.programmes.jobs.services import pay_balance, pay_year
from sosei.programmes.jobs.views.pay_pages import download, my_payslip, shown
from sosei.programmes.jobs.views.workers.common import work_crumbs

PDF = "application/pdf"


def _crumbs(*rest: tuple[str, str]) -> Any:
    return work_crumbs((_("給与明細"), reverse("jobs:my-pay") if rest else ""), *rest)


@never_cache
@require_safe
@subject_page
def listed(request: Any) -> HttpResponse:
    """Payslips that stand, the latest pay day first."""
    with tenancy.unguarded():
        rows = (
            Payslip.objects.filter(person=request.subject, replaced_by__isnull=True)
            .select_related("employer", "contract__posting")
            .order_by("-pay_on", "-pk")
        )
        page = paginate(request, rows, per_page=25)
        context = {
            "page": page,
            "rows": pay_balance.standings(list(page)),
            "years": pay_year.years_of(request.subject),
            "has_account": BankAccount.objects.filter(person=request.subject).exists(),
            "crumbs": _crumbs(),
        }
    return render(request, "jobs/pay/mine.html", context)


@never_cache
@require_safe
@subject_page
def one(request: Any, payslip_id: int) -> HttpResponse:
    """One payslip."""
    payslip = my_payslip(request, payslip_id)
    context = {**shown(payslip), "crumbs": _crumbs((str(payslip.contract.posting), ""))}
    return render(request, "jobs/pay/my_slip.html", context)


@never_cache
@require_safe
@subject_page
def file(request: Any, payslip_id: int) -> HttpResponse:
    """The payslip as PDF."""
    payslip = my_payslip(request, payslip_id)
    with tenancy.unguarded():
        return download(payslip_pdf.make_payslip(payslip), payslip_pdf.file_name(payslip), PDF)


@never_cache
@require_safe
@subject_page
def year(request: Any, year: int) -> HttpResponse:
    """What all employers paid in a year."""
    with tenancy.unguarded():
        rows = pay_year.of_person(request.subject, year_of(year))
    context = {
        "year": year,
        "rows": rows,
        "total": pay_year.total_of(rows),
        "crumbs": _crumbs((_("%(year)s年のまとめ") % {"year": year}, "")),
    }
    return render(request, "jobs/pay/my_year.html", context)


@never_cache
@require_safe
@subject_page
def year_file(request: Any, year: int, employer_id: int) -> HttpResponse:
    """One employer's yearly slip as PDF."""
    with tenancy.unguarded():
        found = [
            row
            for row in pay_year.of_person(request.subject, year_of(year))
            if row.employer.pk == employer_id
        ]
        if not found:
            raise Http404
        return download(year_pdf.make_slips(found, year), year_pdf.file_name(found[0], year), PDF)
