"""A stay in the town: work, a bed and a desk of the same days as one plan."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.forms_search import StayForm
from sosei.programmes.jobs.search_days import today
from sosei.programmes.jobs.search_filters import open_postings
from sosei.programmes.jobs.search_stay import Plan, plans_of
from sosei.programmes.jobs.services.worker_hours import booked_days


@require_safe
def stay(request: Any, code: str) -> HttpResponse:
    """What fits into the days somebody names; the coming week, from Sunday, until then."""
    town = request.town
    if not town:
        raise Http404
    given = request.GET if "from" in request.GET else None
    form = StayForm(given, initial=_next_week())
    held = form.cleaned_data if given is not None and form.is_valid() else _next_week()
    plans: list[Plan] = []
    if given is None or form.is_valid():
        plans = plans_of(
            open_postings(request.user, town),
            held["from"],
            held["to"],
            desk=held.get("desk", False),
            half=held.get("half", False),
            taken=_taken(request, held["from"], held["to"]),
        )
    context = {
        "town": town,
        "form": form,
        "first": held["from"],
        "last": held["to"],
        "plans": [{"plan": plan, "url": apply_url(plan)} for plan in plans],
        "crumbs": [
            (_("%(town)sの仕事") % {"town": town}, reverse("jobs:search", kwargs={"code": code})),
            (_("働いて泊まる"), ""),
        ],
    }
    return render(request, "jobs/search/stay.html", context)


def _next_week() -> dict[str, Any]:
    now = today()
    sunday = now + datetime.timedelta(days=6 - now.weekday() or 7)
    return {"from": sunday, "to": sunday + datetime.timedelta(days=6)}


def _taken(request: Any, first: datetime.date, last: datetime.date) -> set[datetime.date]:
    if not request.user.is_authenticated:
        return set()
    return {one.period.lower.astimezone(JST).date() for one in booked_days(request.subject, first, last)}


def apply_url(plan: Plan) -> str:
    """The form of applying with the plan's days ticked."""
    posting = plan.posting
    base = reverse("jobs:apply", kwargs={"code": posting.municipality.code, "posting_id": posting.pk})
    return f"{base}?{urlencode([('shift', shift.pk) for shift in plan.shifts])}"
