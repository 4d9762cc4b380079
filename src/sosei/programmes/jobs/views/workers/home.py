"""A worker's home: the next day of work, what there is to do, first steps for somebody new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sosei.core.design import civil_day
from sosei.core.design.templatetags.furigana import COOKIE, ON
from sosei.core.people import roles, tenancy
from sosei.core.people.models import BirthDate, Membership, Municipality, Person
from sosei.core.people.views.subject import subject_page
from sosei.programmes.jobs.home import Card, worker_cards
from sosei.programmes.jobs.models import (
    Availability,
    Licence,
    WorkDay,
    WorkerProfile,
)
from sosei.programmes.jobs.services.licences import WARNED_DAYS
from sosei.programmes.jobs.views.workers.common import work_crumbs

COMING = 5
"""How many days of work the home lists."""
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Step:
    """A first step; done ones are ticked."""

    label: str
    text: str
    url: str
    done: bool


def next_days(person: Person) -> list[WorkDay]:
    """Days of work to come or under way, of the person's own or acted for; the employer may have changed since."""
    with tenancy.unguarded():
        rows = (
            WorkDay.objects.filter(
                person=person, state=WorkDay.State.PLANNED, period__endswith__gt=timezone.now()
            )
            .select_related("employer", "contract__posting__workplace", "contract__lodging")
            .order_by("period")
        )
        return list(rows[:COMING])


@never_cache
@require_safe
@subject_page
def my_work(request: Any) -> HttpResponse:
    """The page."""
    person: Person = request.subject
    days = next_days(person)
    steps = first_steps(person)
    context = {
        "crumbs": [*work_crumbs()[:1], (_("わたしの仕事"), "")],
        "subject": person,
        "next_day": days[0] if days else None,
        "today": civil_day.today(),
        "later_days": days[1:],
        "cards": worker_cards(person, request),
        "steps": steps if not all(step.done for step in steps) else [],
        "search_ways": _ways_to_search(person),
    }
    return render(request, "jobs/workers/my_work.html", context)


def first_steps(person: Person) -> list[Step]:
    """What somebody new does first."""
    today = civil_day.today()
    mine = {"person": OuterRef("pk")}
    free = Availability.objects.filter(**mine, days__endswith__gt=today)
    has_profile, has_days, has_birth = Person.objects.filter(pk=person.pk).values_list(
        Exists(WorkerProfile.objects.filter(**mine)), Exists(free), Exists(BirthDate.objects.filter(**mine))
    )[0]
    named = bool(person.full_name)
    steps = [
        Step(_("名前と読みかた"), _("契約の書類に使います。"), reverse("people:profile"), named),
        Step(
            _("仕事の登録"),
            _("したい仕事や、通える場所を書きます。3分くらいです。"),
            reverse("jobs:my-work-profile"),
            has_profile,
        ),
        Step(
            _("生年月日"),
            _("働ける年齢を確かめる法律があるためです。雇用主には見せません。"),
            reverse("people:birth-date"),
            has_birth,
        ),
        Step(
            _("働ける日"),
            _("カレンダーで選びます。合う仕事が見つかりやすくなります。"),
            reverse("jobs:my-free-days"),
            has_days,
        ),
    ]
    # A date of birth is asked of those who look for work, and so only after the profile.
    return [step for step in steps if step.done or step.url != reverse("people:birth-date") or has_profile]


@dataclass(frozen=True)
class Way:
    """Where to look for work in a town."""

    town: Municipality
    url: str


def _ways_to_search(person: Person) -> list[Way]:
    own = Membership.objects.held().filter(person=person, role__in=sorted(roles.CIVIL))
    towns = Municipality.objects.filter(closed_at__isnull=True).order_by("code")
    mine = towns.filter(pk__in=own.order_by().values("municipality"))
    return [Way(town, reverse("jobs:search", kwargs={"code": town.code})) for town in mine]


def licences_card(person: Person, request: HttpRequest) -> Card | None:
    """Licences that were refused, have expired or expire soon."""
    today = civil_day.today()
    rows = list(Licence.objects.visible_to(person).filter(person=person))
    url = reverse("jobs:my-licences")
    refused = [row for row in rows if row.state == Licence.State.REFUSED]
    if refused:
        text = _("確認できなかった資格が%(count)s件あります。理由を見て、出し直してください。")
        return Card(_("資格"), text % {"count": len(refused)}, url, urgent=True, order=60)
    last = today + timedelta(days=WARNED_DAYS)
    checked = [row for row in rows if row.state == Licence.State.CHECKED]
    soon = [row for row in checked if row.expires_on and row.expires_on <= last]
    if soon:
        first = min(row.expires_on for row in soon)
        return Card(_("資格"), _expiry(first, today), url, urgent=first < today, order=60)
    waiting = sum(row.state == Licence.State.SENT for row in rows)
    if waiting:
        return Card(
            _("資格"),
            _("%(count)s件が、町の担当者の確認を待っています。") % {"count": waiting},
            url,
            order=80,
        )
    return None


def _expiry(day: date, today: date) -> str:
    if day < today:
        return _("有効期限が過ぎた資格があります。新しい証明を送ってください。")
    return _("%(day)sに有効期限がくる資格があります。") % {"day": date_format(day, "DATE_FORMAT")}


@require_POST
def set_furigana(request: Any) -> HttpResponse:
    """Switches readings on or off in this browser, and goes back."""
    way_back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(way_back, allowed_hosts=None):
        way_back = reverse("jobs:my-work")
    response = HttpResponseRedirect(way_back)
    if request.POST.get("furigana") == ON:
        response.set_cookie(
            COOKIE,
            ON,
            max_age=YEAR_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
