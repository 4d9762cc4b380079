"""The town's staff: which employers are to be checked, the check list, the decision."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.db.models import BooleanField, Case, Count, Q, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.views.members import office_crumbs
from sosei.programmes.jobs.errors_postings import EmployerError
from sosei.programmes.jobs.forms_employers import DecisionForm
from sosei.programmes.jobs.models import Employer
from sosei.programmes.jobs.services import employers as services
from sosei.programmes.jobs.views.employer_common import serves


@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """All employers of the town, those to be checked first."""
    rows = (
        Employer.objects.visible_to(request.user)
        .filter(municipality=request.town)
        .select_related("organisation")
        .annotate(
            waits=Case(
                When(services.waiting(), then=Value(True)), default=Value(False), output_field=BooleanField()
            ),
            open_postings=Count("postings", filter=Q(postings__state="published")),
        )
        .order_by("-waits", "asked_at", "pk")
    )
    context = {
        "page": paginate(request, rows, per_page=25),
        "town": request.town,
        "serves": serves(request),
        "crumbs": office_crumbs(request, (_("雇用主の確認"), "")),
    }
    return render(request, "jobs/employers/office.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Any, code: str, employer_id: int) -> HttpResponse:
    """One employer: what was declared, and the decision."""
    seen = Employer.objects.visible_to(request.user).filter(municipality=request.town)
    employer = (
        seen.select_related("municipality", "organisation", "asked_by", "decided_by")
        .filter(pk=employer_id)
        .first()
    )
    if employer is None:
        raise Http404
    may_decide = rules.has_perm("jobs.decide_employer", request.user, employer)
    form = DecisionForm(request.POST or None, initial={"checked": services.fingerprint(employer)})
    if request.method == "POST":
        if not may_decide:
            raise Http404
        if form.is_valid() and _decide(request, employer, form):
            return redirect("jobs:employers-office", code=code)
        # What is on the screen from now on is what is decided next.
        form.data = {**form.data.dict(), "checked": services.fingerprint(employer)}
    back = reverse("jobs:employers-office", kwargs={"code": code})
    context = {
        "employer": employer,
        "waits": services.waits_for_check(employer),
        "form": form,
        "may_decide": may_decide,
        "serves": serves(request),
        "crumbs": office_crumbs(request, (_("雇用主の確認"), back), (str(employer), "")),
    }
    return render(request, "jobs/employers/check.html", context)


def _decide(request: Any, employer: Employer, form: DecisionForm) -> bool:
    approves = request.POST.get("decision") == "approve"
    given = form.cleaned_data
    unchecked = [name for name in ("insurance", "contact", "agreement") if not given[name]]
    if approves and unchecked:
        for name in unchecked:
            form.add_error(name, _("確かめてから、チェックを入れてください。"))
        return False
    try:
        if approves:
            services.approve_employer(
                employer=employer, actor=request.user, reason=given["reason"], checked=given["checked"]
            )
            messages.success(request, _("「%(name)s」を認めました。") % {"name": employer})
        else:
            services.refuse_employer(employer=employer, actor=request.user, reason=given["reason"])
            messages.success(
                request, _("「%(name)s」に、認められない理由を伝えました。") % {"name": employer}
            )
    except EmployerError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True
