"""The harvest calendar for everybody: where hands will be missing."""

from __future__ import annotations

import csv
import datetime
from typing import Any

import rules
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.records.csv_file import guarded
from sosei.programmes.jobs.calendar_chart import draw_calendar
from sosei.programmes.jobs.harvest_calendar import WEEKS, calendar_of
from sosei.programmes.jobs.models import Crop
from sosei.programmes.jobs.rules_calendar import monday_of
from sosei.programmes.jobs.services.postings import today_in_japan
from sosei.programmes.jobs.views.employer_common import town_of
from sosei.programmes.jobs.views.posting_page import to_work


def first_week(request: Any) -> datetime.date:
    """The Monday from which the page begins: the one asked for, else this week's."""
    today = monday_of(today_in_japan())
    try:
        asked = datetime.date.fromisoformat(str(request.GET.get("from", "")))
    except ValueError:
        return today
    near = abs((asked - today).days) <= 366 * 10
    return monday_of(asked) if near else today


@require_safe
def calendar(request: Any, code: str) -> HttpResponse:
    """Half a year of weeks, as chart and table."""
    first = first_week(request)
    made = calendar_of(town_of(request), request.user, first)
    half = datetime.timedelta(weeks=WEEKS)
    may_edit = rules.has_perm("jobs.add_crop", request.user, Crop(municipality=request.town))
    context = {
        "town": request.town,
        "calendar": made,
        "chart": draw_calendar(made.rows) if made.busy else None,
        "worst": [(row, sum(week.missing for week in row.weeks)) for row in made.short[:3]],
        "first": first,
        "last": first + half - datetime.timedelta(days=1),
        "before": (first - half).isoformat(),
        "after": (first + half).isoformat(),
        "may_edit": may_edit,
        "crumbs": [*to_work(request), (_("収穫カレンダー"), "")],
    }
    return render(request, "jobs/calendar/calendar.html", context)


@require_safe
def file(request: Any, code: str) -> HttpResponse:
    """The same as a table for spreadsheets."""
    first = first_week(request)
    made = calendar_of(town_of(request), request.user, first)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="harvest-{code}-{first.isoformat()}.csv"'
    # Spreadsheets read UTF-8 only behind this mark.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(
        [
            _("週の月曜日"),
            _("作物"),
            _("必要（人日）"),
            _("募集（人日）"),
            _("決定（人日）"),
            _("不足（人日）"),
        ]
    )
    for row in made.busy:
        for crop, week in zip(made.crops, row.weeks, strict=True):
            if week.need or week.offered:
                writer.writerow(
                    [
                        row.monday.isoformat(),
                        guarded(str(crop)),
                        week.need,
                        week.offered,
                        week.filled,
                        week.missing,
                    ]
                )
    return response


def calendar_url(code: str) -> str:
    """The public page."""
    return reverse("jobs:calendar", kwargs={"code": code})
