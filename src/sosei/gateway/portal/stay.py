"""A stay in a town as one plan: work and a bed of the jobs, and a desk near them of the spaces."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.design.maps import distance_text
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.forms_search import StayForm
from sosei.programmes.jobs.search_days import today
from sosei.programmes.jobs.search_filters import open_postings
from sosei.programmes.jobs.search_stay import Plan, plans_of
from sosei.programmes.jobs.services.worker_hours import booked_days
from sosei.programmes.jobs.views.stay import apply_url
from sosei.programmes.spaces.search_desks import USE, desks_for, nearest
from sosei.programmes.spaces.search_results import Result

DESKS_A_PLAN = 3


@dataclass(frozen=True)
class Desk:
    """A desk near a plan's bed."""

    found: Result
    distance: str


@dataclass(frozen=True)
class Stay:
    """A plan of work and bed, and the desks near it.

    Attributes:
        search_url: all spaces for remote work in those days, by their distance from the place of work.
    """

    plan: Plan
    url: str
    desks: Sequence[Desk]
    search_url: str


@require_safe
def stay(request: Any, code: str) -> HttpResponse:
    """What fits into the days somebody names; the coming week, from Sunday, until then."""
    town = request.town
    if not town:
        raise Http404
    given = request.GET if "from" in request.GET else None
    form = StayForm(given, initial=_next_week())
    good = given is None or form.is_valid()
    held = form.cleaned_data if given is not None and good else _next_week()
    desks = (
        desks_for(town, held["from"], held["to"], now=timezone.now())
        if good and held["to"] >= today()
        else []
    )
    plans = (
        plans_of(
            open_postings(request.user, town),
            held["from"],
            held["to"],
            half=held.get("half", False),
            taken=_taken(request, held["from"], held["to"]),
        )
        if good
        else []
    )
    stays = [
        Stay(plan, apply_url(plan), _desks_near(plan, desks), _search_url(plan, held["from"], held["to"]))
        for plan in plans
    ]
    if held.get("desk"):
        stays = [one for one in stays if one.desks or one.plan.desk]
    context = {
        "town": town,
        "form": form,
        "first": held["from"],
        "last": held["to"],
        "stays": stays,
        "desks": [Desk(one, one.distance) for one in desks[:DESKS_A_PLAN]] if good and not stays else [],
        "crumbs": [(_("ホーム"), reverse("portal:home")), (_("働いて泊まる"), "")],
    }
    return render(request, "portal/stay.html", context)


def _next_week() -> dict[str, Any]:
    now = today()
    sunday = now + datetime.timedelta(days=6 - now.weekday() or 7)
    return {"from": sunday, "to": sunday + datetime.timedelta(days=6)}


def _taken(request: Any, first: datetime.date, last: datetime.date) -> set[datetime.date]:
    """Days on which the person has agreed to work elsewhere."""
    if not request.user.is_authenticated:
        return set()
    return {one.period.lower.astimezone(JST).date() for one in booked_days(request.subject, first, last)}


def _search_url(plan: Plan, first: datetime.date, last: datetime.date) -> str:
    address = reverse("spaces:search", kwargs={"code": plan.posting.municipality.code})
    asked = {"use": USE, "from": max(first, today()).isoformat(), "to": last.isoformat()}
    place = plan.posting.workplace
    if place is not None and place.latitude is not None and place.longitude is not None:
        asked["near"] = f"{place.latitude}, {place.longitude}"
    return f"{address}?{urlencode(asked)}"


def _desks_near(plan: Plan, desks: Sequence[Result]) -> list[Desk]:
    """Near the bed, or the place of work where the bed's place is not known."""
    for place in (plan.posting.lodging, plan.posting.workplace):
        if place is not None and place.latitude is not None and place.longitude is not None:
            here = (float(place.latitude), float(place.longitude))
            return [Desk(desk, distance_text(metres)) for desk, metres in nearest(desks, here, DESKS_A_PLAN)]
    return []
