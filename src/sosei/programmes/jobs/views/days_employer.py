"""An employer's pages of a day: who comes, who is there, who is late, and one person's day with all that can be noted."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.people.services.looks import record_looks
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.forms_days import AbsentForm, PunchForm, ReasonForm
from sosei.programmes.jobs.models import WorkDay
from sosei.programmes.jobs.rules_days import TOLD_BEFORE
from sosei.programmes.jobs.services.days_safety import bounds_of
from sosei.programmes.jobs.views.days_pages import day_of_employer, shown
from sosei.programmes.jobs.views.employer_common import employer_crumbs, employer_url, own_employer, serves
from sosei.programmes.jobs.words_days import LOOK


def read_day(text: str) -> datetime.date:
    """The day that `on` names; today where it names none."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return timezone.now().astimezone(JST).date()


def days_url(day: WorkDay) -> str:
    """The list of the day's date."""
    on = day.period.lower.astimezone(JST).date().isoformat()
    return f"{employer_url('employer-days', day.employer)}?on={on}"


def day_url(day: WorkDay) -> str:
    """One person's day."""
    return employer_url("employer-day", day.employer, day_id=day.pk)


@never_cache
@require_safe
def listed(request: Any, code: str, employer_id: int) -> HttpResponse:
    """The day's list."""
    employer = own_employer(request, employer_id)
    on = read_day(request.GET.get("on", ""))
    rows = list(
        WorkDay.objects.visible_to(request.user)
        .filter(employer=employer, period__overlap=bounds_of(on))
        .select_related("contract__posting__workplace", "shift")
        .prefetch_related("punches", "corrections")
        .order_by("period", "contract__worker_kana", "pk")
    )
    if serves(request):
        record_looks(
            staff=request.user, persons={row.person_id for row in rows}, what=LOOK, municipality=request.town
        )
    found = [shown(row) for row in rows]
    counts = Counter((row["tag"], str(row["label"])) for row in found)
    context = {
        "employer": employer,
        "on": on,
        "before": on - datetime.timedelta(days=1),
        "after": on + datetime.timedelta(days=1),
        "today": timezone.now().astimezone(JST).date(),
        "rows": found,
        "counts": [(tag, label, count) for (tag, label), count in counts.items()],
        "crumbs": employer_crumbs(request, employer, (_("今日の人"), "")),
    }
    return render(request, "jobs/days/employer_list.html", context)


@never_cache
@require_safe
def one(request: Any, code: str, employer_id: int, day_id: int) -> HttpResponse:
    """One person's day."""
    employer = own_employer(request, employer_id)
    day = day_of_employer(request, employer, day_id)
    return day_page(request, day)


def day_page(request: Any, day: WorkDay, **forms: Any) -> HttpResponse:
    """The page of one person's day, with the forms as they were sent."""
    if serves(request):
        record_looks(staff=request.user, persons=[day.person_id], what=LOOK, municipality=request.town)
    row = shown(day)
    planned = day.state == WorkDay.State.PLANNED
    near = timezone.now() >= day.period.lower - TOLD_BEFORE
    unpunched = row["came"] is None and row["left"] is None
    missing = "in" if row["came"] is None else "out"
    context = {
        "employer": day.employer,
        "row": row,
        "day": day,
        "list_url": days_url(day),
        "punch_form": forms.get("punch") or PunchForm(initial={"kind": missing, "token": uuid4()}),
        "absent_form": forms.get("absent") or AbsentForm(),
        "back_form": forms.get("back") or ReasonForm(),
        "can_punch": day.state in (WorkDay.State.PLANNED, WorkDay.State.WORKED)
        and row["begun"]
        and (row["came"] is None or row["left"] is None),
        "can_be_absent": planned and unpunched and near,
        "can_add_hours": row["counted"] is not None and row["asked"] is None and row["over"],
        "crumbs": employer_crumbs(
            request,
            day.employer,
            (_("今日の人"), days_url(day)),
            (day.contract.worker_name, ""),
        ),
        "contract_url": reverse(
            "jobs:employer-contract",
            kwargs={
                "code": day.municipality.code,
                "employer_id": day.employer_id,
                "contract_id": day.contract_id,
            },
        ),
    }
    status = 422 if forms else 200
    return render(request, "jobs/days/employer_day.html", context, status=status)
