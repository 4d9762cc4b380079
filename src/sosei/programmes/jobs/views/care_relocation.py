"""Pages of wishes to move in: one click for a worker, a list with answers for the town's staff."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs, subject_page
from sosei.programmes.jobs.forms_care import WishAnswerForm, WishForm
from sosei.programmes.jobs.models import RelocationWish
from sosei.programmes.jobs.permissions import serves_work
from sosei.programmes.jobs.services import complaints, relocation
from sosei.programmes.jobs.views.workers.common import done, work_crumbs
from sosei.programmes.jobs.words_care import LOOK_WISHES


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def mine(request: Any) -> HttpResponse:
    """A button a town, and what became of earlier wishes."""
    towns = complaints.towns_of_person(request.subject)
    form = WishForm(request.POST or None)
    asked = next((town for town in towns if str(town.pk) == request.POST.get("town", "")), None)
    if (
        request.method == "POST"
        and asked is not None
        and done(
            form,
            lambda: relocation.ask_about_moving(
                municipality=asked,
                person=request.subject,
                text=form.cleaned_data["text"],
                actor=request.user,
            ),
        )
    ):
        messages.success(request, _("申し込みました。町の担当者から連絡します。"))
        return redirect("jobs:my-relocation")
    rows = list(
        RelocationWish.objects.visible_to(request.user)
        .filter(person=request.subject)
        .select_related("municipality")[:50]
    )
    notes = relocation.notes_of(rows)
    waiting = {row.municipality_id for row in rows if row.answered_at is None}
    context = {
        "towns": [town for town in towns if town.pk not in waiting],
        "rows": [(row, notes.get(str(row.pk), "")) for row in rows],
        "form": form,
        "subject": request.subject,
        "crumbs": work_crumbs((_("移住の相談"), "")),
    }
    return render(request, "jobs/care/my_relocation.html", context)


def _rows(request: Any) -> Any:
    seen = RelocationWish.objects.visible_to(request.user).filter(municipality=request.town)
    return seen.select_related("person", "municipality", "answered_by")


@never_cache
@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """Who waits, the longest first; or who was answered."""
    answered = request.GET.get("show") == "answered"
    rows = _rows(request).filter(answered_at__isnull=not answered)
    page = paginate(request, rows.order_by("-answered_at" if answered else "asked_at", "pk"), per_page=25)
    record_looks(
        staff=request.user,
        persons={row.person_id for row in page},
        what=LOOK_WISHES,
        municipality=request.town,
    )
    context = {
        "page": page,
        "answered": answered,
        "crumbs": office_crumbs(request, (_("移住の相談の申し込み"), "")),
    }
    return render(request, "jobs/care/office_relocation.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Any, code: str, wish_id: int) -> HttpResponse:
    """How to reach somebody, and what was talked about."""
    wish = _rows(request).filter(pk=wish_id).first()
    if wish is None:
        raise Http404
    record_looks(staff=request.user, persons={wish.person_id}, what=LOOK_WISHES, municipality=request.town)
    may = serves_work(request.user, wish)
    if request.method == "POST" and not may:
        raise Http404
    form = WishAnswerForm(request.POST or None)
    here = reverse("jobs:office-relocation", kwargs={"code": code})
    if request.method == "POST" and done(
        form, lambda: relocation.answer_wish(wish=wish, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("記録して、本人に送りました。"))
        return redirect(here)
    context = {
        "wish": wish,
        "may": may,
        "form": form,
        "note": relocation.notes_of([wish]).get(str(wish.pk), ""),
        "crumbs": office_crumbs(request, (_("移住の相談の申し込み"), here), (str(wish.person), "")),
    }
    return render(request, "jobs/care/office_wish.html", context)
