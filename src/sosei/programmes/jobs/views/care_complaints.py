"""A worker's pages of complaints: how to get help, reporting, how it stands, and whether the employer may be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.design.templatetags.design import screen_time
from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import subject_page, typed_before
from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.forms_care import ComplaintForm
from sosei.programmes.jobs.models import Complaint, Contract, WorkDay
from sosei.programmes.jobs.rules_care import ComplaintKind, term_of
from sosei.programmes.jobs.services import complaints
from sosei.programmes.jobs.views.deal_pages import is_key
from sosei.programmes.jobs.views.workers.common import Crumbs, done, work_crumbs
from sosei.programmes.jobs.words_care import KINDS

TAGS = {"open": "warning", "working": "info", "answered": "success"}


def _crumbs(*rest: tuple[str, str]) -> Crumbs:
    return work_crumbs((_("困ったときの相談"), reverse("jobs:my-complaints") if rest else ""), *rest)


@never_cache
@require_safe
@subject_page
def mine(request: Any) -> HttpResponse:
    """Where one can ask for help, and what one has asked."""
    rows = Complaint.objects.visible_to(request.user).filter(person=request.subject)
    page = paginate(request, rows.select_related("municipality").order_by("-reported_at", "-pk"))
    context = {
        "page": page,
        "rows": [(row, TAGS[row.state]) for row in page],
        "employers": complaints.employers_known_to(request.subject)[:10],
        "terms": _terms(),
        "crumbs": _crumbs(),
    }
    return render(request, "jobs/care/my_complaints.html", context)


def _terms() -> list[tuple[Any, int]]:
    """The kinds with the days within which they are answered."""
    today = timezone.now().astimezone(JST).date()
    return [(label, term_of(ComplaintKind(kind), today).days) for kind, label in KINDS.items()]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def new(request: Any) -> HttpResponse:
    """Reports something; from a contract or a day, that is named already."""
    employers = complaints.employers_known_to(request.subject)
    towns = complaints.towns_of_person(request.subject)
    typed = typed_before(request) if request.method == "GET" else {}
    form = ComplaintForm(
        request.POST or None, employers=employers, towns=towns, initial={**_of_work(request), **typed}
    )
    made: dict[str, Complaint] = {}

    def save() -> None:
        made["one"] = complaints.file_complaint(person=request.subject, actor=request.user, **form.given())

    if request.method == "POST" and done(form, save):
        messages.success(request, _("送りました。町の担当者が読みます。"))
        return redirect("jobs:my-complaint", complaint_id=made["one"].pk)
    context = {
        "form": form,
        "towns": towns,
        "subject": request.subject,
        "terms": _terms(),
        "cancel_url": reverse("jobs:my-complaints"),
        "crumbs": _crumbs((_("相談する"), "")),
    }
    return render(request, "jobs/care/my_complaint_new.html", context)


def _of_work(request: Any) -> dict[str, Any]:
    """What the page one comes from says: a contract, or a day of one."""
    with tenancy.unguarded():
        contract, when = _named(request)
        if contract is None:
            return {}
        told = {"posting": contract.posting, "day": date_format(screen_time(when), "DATE_FORMAT")}
    return {"place": f"e{contract.employer_id}", "text": _("「%(posting)s」（%(day)s）のことです。\n") % told}


def _named(request: Any) -> tuple[Contract | None, Any]:
    day, contract = request.GET.get("day", ""), request.GET.get("contract", "")
    if is_key(day):
        rows = WorkDay.objects.filter(person=request.subject, pk=int(day))
        found = rows.select_related("contract__posting").first()
        return (None, None) if found is None else (found.contract, found.period.lower)
    if is_key(contract):
        mine = Contract.objects.filter(person=request.subject, pk=int(contract)).select_related("posting")
        one = mine.first()
        return (None, None) if one is None else (one, one.made_at)
    return None, None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def one(request: Any, complaint_id: int) -> HttpResponse:
    """What one wrote, until when it is answered, the answer; a POST lets the town name one, or no longer."""
    rows = Complaint.objects.visible_to(request.user).filter(person=request.subject, pk=complaint_id)
    # The employer may be approved no more, and the person may still take leave to be named back.
    with tenancy.unguarded():
        complaint = rows.select_related("municipality", "about__municipality").first()
    if complaint is None:
        raise Http404
    if request.method == "POST":
        allowed = request.POST.get("allowed") == "yes"
        try:
            complaints.allow_naming(complaint=complaint, allowed=allowed, actor=request.user)
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("雇用主に名前を伝えてもよいことにしました。") if allowed else _("雇用主には伝えません。"),
            )
        return redirect("jobs:my-complaint", complaint_id=complaint.pk)
    with tenancy.unguarded():
        told = complaints.told_to_employer(complaint)
    context = {
        "complaint": complaint,
        "tag": TAGS[complaint.state],
        "told": told,
        "subject": request.subject,
        "crumbs": _crumbs((complaint.get_kind_display(), "")),
    }
    return render(request, "jobs/care/my_complaint.html", context)
