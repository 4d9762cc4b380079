"""Hours and income still open to a worker, with the reason and the article beside each number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design import civil_day
from sosei.core.people.views.subject import subject_page
from sosei.engines.labour.limits import LimitCode
from sosei.programmes.jobs.limit_texts import LimitLine, limit_line, minutes_text
from sosei.programmes.jobs.services.worker_hours import Period, hours_of
from sosei.programmes.jobs.views.workers.common import work_crumbs


@dataclass(frozen=True)
class Part:
    """A period of the page."""

    heading: str
    first_day: date
    last_day: date
    lines: list[LimitLine]
    exempt: str


@never_cache
@require_safe
@subject_page
def limits(request: Any) -> HttpResponse:
    """The page."""
    today = civil_day.today()
    hours = hours_of(request.subject, today)
    other = hours.other_minutes
    context = {
        "crumbs": work_crumbs((_("あと何時間働けるか"), "")),
        "subject": request.subject,
        "hours": hours,
        "parts": [
            _part(_("今週"), hours.this_week, other),
            _part(_("来週"), hours.next_week, other),
            _part(_("今日"), hours.today, 0),
            _part(_("今月"), hours.this_month, 0),
            _part(_("今年"), hours.this_year, 0),
        ],
        "today": today,
    }
    return render(request, "jobs/workers/limits.html", context)


def _part(heading: str, period: Period, other_minutes: int) -> Part:
    lines = [
        limit_line(limit, other_minutes=other_minutes if limit.code is LimitCode.WEEK_HOURS else 0)
        for limit in period.limits
    ]
    lines += [limit_line(one.limit, whose=str(one.employer or "")) for one in period.by_employer]
    first = next(iter(period.limits), None) or period.by_employer[0].limit
    return Part(
        heading,
        first.first_day,
        first.last_day,
        lines,
        minutes_text(period.exempt_minutes) if period.exempt_minutes else "",
    )
