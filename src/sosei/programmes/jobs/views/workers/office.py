"""The office's queue of licences: look at the proof, decide, tell the worker."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import roles
from sosei.core.people.services.looks import record_looks
from sosei.core.people.standing import standing_of
from sosei.core.people.views.subject import office_crumbs
from sosei.programmes.jobs.forms_workers import DecideForm
from sosei.programmes.jobs.models import Licence
from sosei.programmes.jobs.services import licences as services
from sosei.programmes.jobs.views.workers.common import done
from sosei.programmes.jobs.views.workers.licences import shown
from sosei.programmes.jobs.words_workers import LICENCES_LISTED, licence_name


@never_cache
@require_safe
def queue(request: Any, code: str) -> HttpResponse:
    """Licences that wait, the oldest first."""
    page = paginate(request, services.waiting_in(request.town, request.user))
    record_looks(
        staff=request.user,
        persons=[row.person_id for row in page],
        what=LICENCES_LISTED,
        municipality=request.town,
    )
    context = {
        "crumbs": office_crumbs(request, (_("資格の確認"), "")),
        "town": request.town,
        "page": page,
        "rows": [(row, licence_name(row.kind)) for row in page],
    }
    return render(request, "jobs/workers/office_licences.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def licence(request: Any, code: str, pk: int) -> HttpResponse:
    """One licence with its proof, and the decision."""
    seen = Licence.objects.visible_to(request.user).select_related("person", "decided_by")
    held: Licence = get_object_or_404(seen, pk=pk)
    if not _of_town(request, held):
        raise Http404
    may_decide = rules.has_perm("jobs.decide_licence", request.user, held)
    form = DecideForm(request.POST or None)
    if request.method == "POST":
        if not may_decide:
            raise Http404
        if done(form, lambda: _decide(request, form, held)):
            messages.success(request, _("本人に知らせました。"))
            return redirect("jobs:office-licences", code=code)
    files = services.proof_of(licence=held, staff=request.user, municipality=request.town)
    back = reverse("jobs:office-licences", kwargs={"code": code})
    context = {
        "crumbs": office_crumbs(request, (_("資格の確認"), back), (licence_name(held.kind), "")),
        "town": request.town,
        "one": shown(held, files),
        "form": form,
        "may_decide": may_decide and held.state == Licence.State.SENT,
        "cancel_url": back,
    }
    return render(request, "jobs/workers/office_licence.html", context, status=422 if form.errors else 200)


def _of_town(request: Any, held: Licence) -> bool:
    """The worker has a role of the town's people here: staff of two towns see each town's own on its pages."""
    held_roles = held.person.memberships.held().filter(
        municipality=request.town, role__in=sorted(roles.CIVIL)
    )
    return bool(held_roles.exists()) and request.town.pk in standing_of(request.user).towns_as(
        roles.SEES_PERSONAL_DATA
    )


def _decide(request: Any, form: DecideForm, held: Licence) -> None:
    services.decide_licence(
        licence=held,
        actor=request.user,
        municipality=request.town,
        checked=form.cleaned_data["decision"] == "checked",
        reason=form.cleaned_data["reason"],
    )
