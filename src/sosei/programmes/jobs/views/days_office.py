"""The town's pages of days: who works and who did not come, and corrections that nobody has answered."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.models import Correction, WorkDay
from sosei.programmes.jobs.permissions import serves_work
from sosei.programmes.jobs.services.days_safety import bounds_of
from sosei.programmes.jobs.views.days_employer import read_day
from sosei.programmes.jobs.views.days_pages import is_overdue, shown
from sosei.programmes.jobs.words_days import LOOK


@never_cache
@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """Everybody who works on a day; or all absences, the latest first."""
    on = read_day(request.GET.get("on", ""))
    only_absent = request.GET.get("show") == "absent"
    rows = WorkDay.objects.visible_to(request.user).filter(municipality=request.town)
    if only_absent:
        rows = rows.filter(state=WorkDay.State.ABSENT).order_by("-period", "-pk")
    else:
        rows = rows.filter(period__overlap=bounds_of(on)).order_by("period", "employer__name", "pk")
    page = paginate(
        request,
        rows.select_related("employer", "contract__posting").prefetch_related("punches", "corrections"),
        per_page=50,
    )
    record_looks(
        staff=request.user, persons={row.person_id for row in page}, what=LOOK, municipality=request.town
    )
    context = {
        "on": on,
        "only_absent": only_absent,
        "before": on - datetime.timedelta(days=1),
        "after": on + datetime.timedelta(days=1),
        "today": timezone.now().astimezone(JST).date(),
        "page": page,
        "rows": [shown(row) for row in page],
        "may_open": serves_work(request.user, _Here(request.town.pk)),
        "crumbs": office_crumbs(request, (_("仕事の日"), "")),
    }
    return render(request, "jobs/days/office_list.html", context)


class _Here:
    """A row of the town, for the predicate."""

    def __init__(self, municipality_id: int) -> None:
        self.municipality_id = municipality_id


@never_cache
@require_safe
def corrections(request: Any, code: str) -> HttpResponse:
    """Corrections that wait, the longest first."""
    rows = (
        Correction.objects.visible_to(request.user)
        .filter(municipality=request.town, state=Correction.State.ASKED)
        .select_related("employer", "day__contract__posting")
        .order_by("asked_at", "pk")
    )
    page = paginate(request, rows, per_page=25)
    record_looks(
        staff=request.user, persons={row.person_id for row in page}, what=LOOK, municipality=request.town
    )
    may_open = serves_work(request.user, _Here(request.town.pk))
    context = {
        "page": page,
        "rows": [
            {
                "one": row,
                "overdue": is_overdue(row),
                "url": reverse(
                    "jobs:employer-correction",
                    kwargs={"code": code, "employer_id": row.employer_id, "correction_id": row.pk},
                )
                if may_open
                else "",
            }
            for row in page
        ],
        "crumbs": office_crumbs(request, (_("時間の修正"), "")),
    }
    return render(request, "jobs/days/office_corrections.html", context)
