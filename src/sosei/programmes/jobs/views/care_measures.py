"""Pages on which a worker or an employer reads a measure, its reason and its end, and objects."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.views.subject import subject_page
from sosei.programmes.jobs.forms_care import ObjectionForm
from sosei.programmes.jobs.models import Restriction
from sosei.programmes.jobs.services import cancelling, restrictions
from sosei.programmes.jobs.views.employer_common import employer_crumbs, employer_url, own_employer
from sosei.programmes.jobs.views.workers.common import done, work_crumbs


def tag_of(restriction: Restriction) -> tuple[str, str]:
    """Kind of chip, and how a measure stands."""
    if restriction.lifted_at is not None:
        return "neutral", _("取り消された")
    if restriction.ends_at <= timezone.now():
        return "neutral", _("終わった")
    return "warning", _("続いている")


def _list(request: Any, rows: Any) -> dict[str, Any]:
    page = paginate(request, rows.select_related("municipality").order_by("-starts_at", "-pk"))
    return {"page": page, "rows": [(row, *tag_of(row)) for row in page]}


@never_cache
@require_safe
@subject_page
def mine(request: Any) -> HttpResponse:
    """Measures about the person, the latest first, and what is counted."""
    rows = Restriction.objects.visible_to(request.user).filter(person=request.subject)
    context = {
        **_list(request, rows),
        "late": cancelling.late_of(request.subject),
        "crumbs": work_crumbs((_("利用の制限"), "")),
    }
    return render(request, "jobs/care/my_measures.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def my_one(request: Any, restriction_id: int) -> HttpResponse:
    """One of them, with the box for an objection."""
    rows = Restriction.objects.visible_to(request.user).filter(person=request.subject, pk=restriction_id)
    restriction = rows.select_related("municipality").first()
    if restriction is None:
        raise Http404
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and _objected(request, restriction, form):
        return redirect("jobs:my-restriction", restriction_id=restriction.pk)
    context = {
        **_one(restriction, form),
        "subject": request.subject,
        "crumbs": work_crumbs(
            (_("利用の制限"), reverse("jobs:my-restrictions")), (restriction.get_kind_display(), "")
        ),
    }
    return render(request, "jobs/care/my_measure.html", context)


def _objected(request: Any, restriction: Restriction, form: ObjectionForm) -> bool:
    saved = done(
        form,
        lambda: restrictions.object_to(
            restriction=restriction, text=form.cleaned_data["text"], actor=request.user
        ),
    )
    if saved:
        messages.success(request, _("意見を送りました。担当者が読んで、返事をします。"))
    return saved


def _one(restriction: Restriction, form: ObjectionForm) -> dict[str, Any]:
    kind, label = tag_of(restriction)
    return {
        "restriction": restriction,
        "tag": kind,
        "standing": label,
        "answers": restrictions.answers_to(restriction),
        "form": form,
    }


@never_cache
@require_safe
def of_employer(request: Any, code: str, employer_id: int) -> HttpResponse:
    """Measures about the employer."""
    employer = own_employer(request, employer_id)
    rows = Restriction.objects.visible_to(request.user).filter(employer=employer)
    context = {
        **_list(request, rows),
        "employer": employer,
        "crumbs": employer_crumbs(request, employer, (_("利用の制限"), "")),
    }
    return render(request, "jobs/care/employer_measures.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def employers_one(request: Any, code: str, employer_id: int, restriction_id: int) -> HttpResponse:
    """One of them, with the box for an objection."""
    employer = own_employer(request, employer_id)
    rows = Restriction.objects.visible_to(request.user).filter(employer=employer, pk=restriction_id)
    restriction = rows.select_related("municipality").first()
    if restriction is None:
        raise Http404
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and _objected(request, restriction, form):
        return redirect(employer_url("employer-restriction", employer, restriction_id=restriction.pk))
    context = {
        **_one(restriction, form),
        "employer": employer,
        "crumbs": employer_crumbs(
            request,
            employer,
            (_("利用の制限"), employer_url("employer-restrictions", employer)),
            (restriction.get_kind_display(), ""),
        ),
    }
    return render(request, "jobs/care/employer_measure.html", context)
