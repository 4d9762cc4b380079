"""The wage ledger as a page to read and print, and as CSV."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.planning.population.downloads import csv_bytes
from sosei.programmes.jobs import pay_shown
from sosei.programmes.jobs.forms_pay import read_year, year_of
from sosei.programmes.jobs.services import pay_ledger
from sosei.programmes.jobs.services.pay_ledger import LedgerRow
from sosei.programmes.jobs.services.pay_lists import today
from sosei.programmes.jobs.views.employer_common import own_employer
from sosei.programmes.jobs.views.pay_pages import download, leave_looks, pay_crumbs

CSV = "text/csv; charset=utf-8"


@never_cache
@require_safe
def page(request: Any, code: str, employer_id: int) -> HttpResponse:
    """A year's rows."""
    employer = own_employer(request, employer_id)
    year = read_year(request.GET.get("year", ""), today())
    rows = pay_ledger.ledger_of(employer, year)
    leave_looks(request, [row.payslip.person_id for row in rows])
    context = {
        "employer": employer,
        "year": year,
        "years": sorted({*pay_ledger.years_of(employer), year}, reverse=True),
        "rows": [{"row": row, "hours": _hours(row)} for row in rows],
        "crumbs": pay_crumbs(request, employer, (_("賃金台帳"), "")),
    }
    return render(request, "jobs/pay/ledger.html", context)


def _hours(row: LedgerRow) -> dict[str, str]:
    names = ("minutes", "overtime", "holiday", "night")
    return {name: pay_shown.hours_text(value) for name in names if (value := getattr(row, name))}


@never_cache
@require_safe
def file(request: Any, code: str, employer_id: int, year: int) -> HttpResponse:
    """The same as CSV."""
    employer = own_employer(request, employer_id)
    rows = pay_ledger.ledger_of(employer, year_of(year))
    leave_looks(request, [row.payslip.person_id for row in rows])
    headings = [
        _("名前"),
        _("性別"),
        _("賃金計算期間（始め）"),
        _("賃金計算期間（終わり）"),
        _("支払日"),
        _("労働日数"),
        _("労働時間（分）"),
        _("時間外労働（分）"),
        _("休日労働（分）"),
        _("深夜労働（分）"),
        _("基本賃金"),
        _("割増賃金"),
        _("通勤手当"),
        _("休業手当など"),
        _("支給額"),
        _("社会保険料"),
        _("所得税"),
        _("差引支給額"),
    ]
    content = csv_bytes(headings, [_cells(row) for row in rows])
    return download(content, f"chingin-daicho-{year}.csv", CSV)


def _cells(row: LedgerRow) -> list[Any]:
    slip = row.payslip
    return [
        row.name,
        "",
        slip.first_day.isoformat(),
        slip.last_day.isoformat(),
        slip.pay_on.isoformat(),
        row.days,
        row.minutes,
        row.overtime,
        row.holiday,
        row.night,
        row.base,
        row.premiums,
        row.commuting,
        row.absence,
        slip.gross,
        row.insurance,
        row.tax,
        slip.net,
    ]
