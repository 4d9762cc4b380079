"""An employer's pages of applications: who asks and who waits, taking and refusing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, F, IntegerField, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.programmes.jobs.forms_applications import RefuseForm, shift_label
from sosei.programmes.jobs.kinds import LICENCE, SKILL, names_of
from sosei.programmes.jobs.models import Application, Employer, Posting
from sosei.programmes.jobs.services import applications as services
from sosei.programmes.jobs.services import places, queue
from sosei.programmes.jobs.services.reviews import own_words_of
from sosei.programmes.jobs.views.deal_pages import (
    WANTED,
    employer_crumbs,
    employer_of,
    is_key,
    leave_looks,
    show_refusal,
    tag,
    tell,
)
from sosei.programmes.jobs.words_applications import LOOK

SHOWN = {
    "open": ("applied", "waiting", "offered"),
    "taken": ("contracted",),
    "over": ("refused", "withdrawn", "lapsed"),
}
ORDERS = {"time": ("applied_at", "pk"), "fit": (F("fit").desc(nulls_last=True), "applied_at", "pk")}


def _list_url(employer: Employer) -> str:
    arguments = {"code": employer.municipality.code, "employer_id": employer.pk}
    return reverse("jobs:employer-applications", kwargs=arguments)


def _rows(request: Any, employer: Employer) -> Any:
    return (
        Application.objects.visible_to(request.user)
        .filter(employer=employer)
        .select_related("posting", "group", "municipality", "employer")
    )


@require_safe
def listed(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Applications; those to be decided first, by time or by fit."""
    employer = employer_of(request, employer_id)
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWN else "open"
    order = request.GET.get("order", "time")
    order = order if order in ORDERS else "time"
    posting = request.GET.get("posting", "")
    rows = _rows(request, employer).filter(state__in=SHOWN[shown])
    if is_key(posting):
        rows = rows.filter(posting=int(posting))
    to_decide = Case(When(state="applied", then=Value(0)), default=Value(1), output_field=IntegerField())
    page = paginate(
        request,
        rows.prefetch_related(WANTED).order_by(to_decide, *ORDERS[order]),
        per_page=25,
    )
    leave_looks(request, employer, [one.person_id for one in page], LOOK)
    waiting = queue.places_in_queue([one for one in page if one.state == "waiting"])
    context = {
        "employer": employer,
        "page": page,
        "rows": [
            {
                "application": one,
                "tag": tag(one.state),
                "place": waiting.get(one.pk),
                "days": len(one.wanted.all()),
                "skills": names_of(one.shown_skills.get("skills", []), SKILL)[:4],
            }
            for one in page
        ],
        "shown": shown,
        "order": order,
        "posting": posting,
        "postings": Posting.objects.visible_to(request.user)
        .filter(employer=employer, published_at__isnull=False)
        .order_by("-published_at")[:50],
        "crumbs": employer_crumbs(employer, (_("申し込み"), "")),
    }
    return render(request, "jobs/applications/employer_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Any, code: str, employer_id: int, application_id: int) -> HttpResponse:
    """One application, taken or refused."""
    employer = employer_of(request, employer_id)
    application: Application = get_object_or_404(_rows(request, employer), pk=application_id)
    leave_looks(request, employer, [application.person_id], LOOK)
    form = RefuseForm(request.POST if "refuse" in request.POST else None)
    if request.method == "POST":
        answer = (
            _take(request, application) if "take" in request.POST else _refuse(request, application, form)
        )
        if answer:
            return redirect(_list_url(employer))
    shifts = places.wanted_shifts(application)
    context = {
        "employer": employer,
        "application": application,
        "tag": tag(application.state),
        "days": [shift_label(shift) for shift in shifts],
        "skills": names_of(application.shown_skills.get("skills", []), SKILL),
        "licences": names_of(application.shown_skills.get("licences", []), LICENCE),
        "may_decide": application.state in ("applied", "waiting")
        and application.posting.mode == Posting.Mode.SELECTED,
        "place": queue.place_in_queue(application),
        "before": own_words_of(employer, application.person_id),
        "form": form,
        "crumbs": employer_crumbs(
            employer, (_("申し込み"), _list_url(employer)), (application.shown_name, "")
        ),
    }
    return render(request, "jobs/applications/decide.html", context)


def _take(request: Any, application: Application) -> bool:
    try:
        made = services.accept_application(application=application, actor=request.user)
    except RefusedError as error:
        tell(request, _without_private_matters(error))
    else:
        if made is not None:
            messages.success(request, _("%(worker)sさんに決まりました。") % {"worker": made.worker_name})
        else:
            messages.warning(request, _("場所が空いていないため、順番待ちにしました。"))
    return True


def _without_private_matters(error: RefusedError) -> RefusedError:
    """Why a worker cannot come by now (other work, hours) is not the employer's to know."""
    if isinstance(error, services.NoLongerFreeError):
        return RefusedError(
            _("この人は、この日にもう来られなくなりました。本人にたずねるか、断ってください。")
        )
    return error


def _refuse(request: Any, application: Application, form: RefuseForm) -> bool:
    if not form.is_valid():
        return False
    try:
        services.refuse_application(
            application=application, actor=request.user, reason=form.cleaned_data["reason"]
        )
    except RefusedError as error:
        show_refusal(form, error)
        return False
    messages.success(request, _("返事をしました。本人に知らせました。"))
    return True
