"""Wishes and experience of a worker, and how the notice of working conditions is delivered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sosei.core.design.map_fields import is_picking
from sosei.core.people.views.subject import acting, subject_page, typed_before
from sosei.programmes.jobs.forms_workers import DeliveryForm, ProfileForm
from sosei.programmes.jobs.models import WorkerProfile
from sosei.programmes.jobs.services import workers
from sosei.programmes.jobs.views.workers.common import done, work_crumbs

WORK = ("kinds", "skills", "about_oneself")
PLACE = ("place_name", "place", "max_km", "needs_lodging", "wants_half_day", "needs_desk", "wage_wish")
LAW = ("is_student", "other_hours", "other_employers", "emergency_contact", "is_listed")


def held_profile(request: Any) -> WorkerProfile | None:
    """The profile of the person the request is for."""
    found: WorkerProfile | None = WorkerProfile.objects.filter(person=request.subject).first()
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def profile(request: Any) -> HttpResponse:
    """The form, and beside it who will see what."""
    held = held_profile(request)
    if request.method == "POST" and not is_picking(request.POST, "place"):
        form = ProfileForm(request.POST, person=request.subject, held=held)
        if done(form, lambda: workers.save_profile(by=acting(request), wishes=form.wishes)):
            messages.success(request, _("保存しました。"))
            return redirect("jobs:my-work" if held is None else "jobs:my-work-profile")
    elif request.method == "POST":
        # A click on the map: shown again with what was typed, nothing checked and nothing saved.
        sent = ProfileForm(request.POST, person=request.subject, held=held)
        typed = {name: sent[name].value() for name in sent.fields if name != "about"}
        form = ProfileForm(initial=typed, person=request.subject, held=held)
        form.fields["place"].widget = sent.fields["place"].widget
    else:
        form = ProfileForm(initial=typed_before(request), person=request.subject, held=held)
    context = {
        "crumbs": work_crumbs((_("仕事の登録"), "")),
        "form": form,
        "held": held,
        "subject": request.subject,
        "sections": [
            (_("仕事"), [form[name] for name in WORK]),
            (_("場所と時間"), [form[name] for name in PLACE]),
            (_("法律で確かめること・連絡"), [form[name] for name in LAW]),
        ],
        "cancel_url": reverse("jobs:my-work"),
    }
    return render(request, "jobs/workers/profile.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def delivery(request: Any) -> HttpResponse:
    """Paper or electronic: the worker's own choice, paper until then."""
    held = held_profile(request)
    if held is None:
        messages.info(request, _("先に「仕事の登録」をしてください。"))
        return redirect("jobs:my-work-profile")
    form = DeliveryForm(
        request.POST or None,
        person=request.subject,
        initial={"delivery": "paper" if held.wants_paper else "electronic"},
    )
    if request.method == "POST" and done(
        form,
        lambda: workers.choose_delivery(
            by=acting(request), electronic=form.cleaned_data["delivery"] == "electronic"
        ),
    ):
        messages.success(request, _("受け取りかたを保存しました。次の契約から、こうなります。"))
        return redirect("jobs:my-work")
    context = {
        "crumbs": work_crumbs((_("通知書の受け取りかた"), "")),
        "form": form,
        "held": held,
        "cancel_url": reverse("jobs:my-work"),
    }
    return render(request, "jobs/workers/delivery.html", context, status=422 if form.errors else 200)
