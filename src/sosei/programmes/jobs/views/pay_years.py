"""An employer's yearly slips: the items of 源泉徴収票, worker by worker, as a page, CSV and PDF."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.planning.population.downloads import csv_bytes
from sosei.programmes.jobs import year_pdf
from sosei.programmes.jobs.forms_pay import read_year, year_of
from sosei.programmes.jobs.services import pay_ledger, pay_year
from sosei.programmes.jobs.services.pay_lists import today
from sosei.programmes.jobs.services.pay_year import YearSlip
from sosei.programmes.jobs.views.employer_common import own_employer
from sosei.programmes.jobs.views.pay_ledger import CSV
from sosei.programmes.jobs.views.pay_pages import download, leave_looks, pay_crumbs


@never_cache
@require_safe
def page(request: Any, code: str, employer_id: int) -> HttpResponse:
    """A year's workers."""
    employer = own_employer(request, employer_id)
    year = read_year(request.GET.get("year", ""), today())
    rows = pay_year.of_employer(employer, year)
    leave_looks(request, [row.person_id for row in rows])
    context = {
        "employer": employer,
        "year": year,
        "years": sorted({*pay_ledger.years_of(employer), year}, reverse=True),
        "rows": [{"slip": row, "columns": year_pdf.columns_text(row)} for row in rows],
        "total": pay_year.total_of(rows),
        "limit": pay_year.REPORT_FROM,
        "crumbs": pay_crumbs(request, employer, (_("年間のまとめ"), "")),
    }
    return render(request, "jobs/pay/years.html", context)


def _rows(request: Any, employer_id: int, year: int) -> list[YearSlip]:
    rows = pay_year.of_employer(own_employer(request, employer_id), year_of(year))
    leave_looks(request, [row.person_id for row in rows])
    return rows


@never_cache
@require_safe
def csv_file(request: Any, code: str, employer_id: int, year: int) -> HttpResponse:
    """All of them as CSV."""
    headings = [
        _("名前"),
        _("読みかた"),
        _("支払金額"),
        _("社会保険料等の金額"),
        _("源泉徴収税額"),
        _("適用した税額表"),
        _("非課税の通勤手当"),
        _("最初の日"),
        _("最後の日"),
        _("働いた日数"),
        _("給与支払報告書"),
    ]
    cells = [
        [
            row.name,
            row.kana,
            row.paid,
            row.insurance,
            row.tax,
            year_pdf.columns_text(row),
            row.tax_free,
            row.first_day.isoformat(),
            row.last_day.isoformat(),
            row.days,
            _("出す") if row.report_needed else _("辞めた人は省ける"),
        ]
        for row in _rows(request, employer_id, year)
    ]
    return download(csv_bytes(headings, cells), f"gensen-{year}.csv", CSV)


@never_cache
@require_safe
def pdf_file(request: Any, code: str, employer_id: int, year: int) -> HttpResponse:
    """All of them, or the one of `person`, a sheet each."""
    rows = _rows(request, employer_id, year)
    named = request.GET.get("person", "")
    chosen = [row for row in rows if not named or str(row.person_id) == named]
    if not chosen:
        raise Http404
    return download(year_pdf.make_slips(chosen, year), f"gensen-{year}.pdf", "application/pdf")
