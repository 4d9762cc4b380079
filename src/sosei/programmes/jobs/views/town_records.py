"""The records of free placement and the year's report, on the screen, on paper and as files."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs
from sosei.core.records.csv_file import guarded
from sosei.planning.strategy.numbers import print_year
from sosei.programmes.jobs import placement_tables as tables
from sosei.programmes.jobs.services import placement_records as records
from sosei.programmes.jobs.views.town_dashboard import csv_response
from sosei.programmes.jobs.words_town import LOOK

SLUGS = ("openings", "seekers", "placements")


@never_cache
@require_safe
def listed(request: Any, code: str, slug: str) -> HttpResponse:
    """One list of a fiscal year, page by page."""
    years = records.years_of(request.town, request.user)
    year = _asked_year(request, years)
    table = tables.table_of(slug)
    page = paginate(request, tables.rows_of(slug, request.town, request.user, year), per_page=50)
    _leave_looks(request, table, page)
    cells = tables.cells_of(slug, request.town, request.user, list(page))
    context = {
        **_frame(request, years, year, slug, table.title),
        "table": table,
        "rows": [(row[0], list(zip(table.headings[1:], row[1:], strict=True))) for row in cells],
        "page": page,
        "file_url": f"{reverse(f'jobs:records-{slug}-file', kwargs={'code': code})}?year={year}",
    }
    return render(request, "jobs/town/records.html", context)


@never_cache
@require_safe
def file(request: Any, code: str, slug: str) -> HttpResponse:
    """The whole list of a fiscal year for spreadsheets."""
    year = _asked_year(request, records.years_of(request.town, request.user))
    table = tables.table_of(slug)
    rows = list(tables.rows_of(slug, request.town, request.user, year))
    _leave_looks(request, table, rows)
    response = csv_response(f"placement-{slug}-{code}-{year}.csv")
    writer = csv.writer(response)
    writer.writerow(table.headings)
    for cells in tables.cells_of(slug, request.town, request.user, rows):
        writer.writerow([guarded(cell.replace("\n", " ")) for cell in cells])
    return response


@never_cache
@require_safe
def report(request: Any, code: str) -> HttpResponse:
    """The figures of a fiscal year by kind of work."""
    years = records.years_of(request.town, request.user)
    year = _asked_year(request, years)
    made = records.yearly_report(request.town, request.user, year)
    headings = tables.report_headings()
    context = {
        **_frame(request, years, year, "report", _("無料職業紹介の年度報告")),
        "report": made,
        "headings": headings,
        "rows": [
            (name, list(zip(headings, figures, strict=True))) for name, figures in tables.report_rows(made)
        ],
        "file_url": f"{reverse('jobs:placement-report-file', kwargs={'code': code})}?year={year}",
    }
    return render(request, "jobs/town/report.html", context)


@never_cache
@require_safe
def report_file(request: Any, code: str) -> HttpResponse:
    """The same for spreadsheets."""
    year = _asked_year(request, records.years_of(request.town, request.user))
    made = records.yearly_report(request.town, request.user, year)
    response = csv_response(f"placement-report-{code}-{year}.csv")
    writer = csv.writer(response)
    writer.writerow([_("職種"), *tables.report_headings()])
    for name, figures in tables.report_rows(made):
        writer.writerow([guarded(name), *(figure.replace(",", "") for figure in figures)])
    return response


def _asked_year(request: Any, years: list[int]) -> int:
    asked = str(request.GET.get("year", ""))
    return int(asked) if asked.isdecimal() and int(asked) in years else years[0]


def _leave_looks(request: Any, table: tables.RecordTable, rows: Any) -> None:
    if table.names_persons:
        record_looks(
            staff=request.user,
            persons={row.person_id for row in rows},
            what=LOOK,
            municipality=request.town,
        )


def _frame(request: Any, years: list[int], year: int, slug: str, title: str) -> dict[str, Any]:
    code = request.town.code
    work = (_("仕事のようす"), reverse("jobs:town", kwargs={"code": code}))
    ways = [
        *(
            (one, tables.table_of(one).title, reverse(f"jobs:records-{one}", kwargs={"code": code}))
            for one in SLUGS
        ),
        ("report", _("年度報告"), reverse("jobs:placement-report", kwargs={"code": code})),
    ]
    return {
        "town": request.town,
        "title": title,
        "year": year,
        "year_title": print_year(year),
        "years": [(one, print_year(one)) for one in years],
        "ways": [(name, f"{url}?year={year}", key == slug) for key, name, url in ways],
        "years_kept": records.YEARS_KEPT,
        "crumbs": office_crumbs(request, work, (title, "")),
    }
