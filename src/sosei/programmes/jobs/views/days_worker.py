"""A worker's pages of days: what counts and why, asking for a correction, answering a safety notice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import subject_page
from sosei.programmes.jobs.forms_days import HoursForm
from sosei.programmes.jobs.models import SafetyAnswer, SafetyNotice, WorkDay
from sosei.programmes.jobs.services import days, days_safety
from sosei.programmes.jobs.views.days_pages import my_day, shown
from sosei.programmes.jobs.views.days_site import for_phone
from sosei.programmes.jobs.views.workers.common import done, work_crumbs


def _crumbs(*rest: tuple[str, str]) -> Any:
    return work_crumbs((_("働く日"), reverse("jobs:my-days") if rest else ""), *rest)


def _name(day: WorkDay) -> str:
    return str(day.contract.posting)


@never_cache
@require_safe
@subject_page
def listed(request: Any) -> HttpResponse:
    """All days, the latest first."""
    with tenancy.unguarded():
        rows = (
            WorkDay.objects.filter(person=request.subject)
            .select_related("employer", "contract__posting__workplace")
            .prefetch_related("punches", "corrections")
            .order_by("-period", "-pk")
        )
        page = paginate(request, rows, per_page=25)
        context = {"page": page, "rows": [shown(day) for day in page], "crumbs": _crumbs()}
    return render(request, "jobs/days/mine.html", context)


@never_cache
@require_safe
@subject_page
def one(request: Any, day_id: int) -> HttpResponse:
    """A day: when, where, what was noted, what counts for pay and why."""
    day = my_day(request, day_id)
    context = {
        "row": shown(day),
        "subject": request.subject,
        "kept": for_phone(day, request.subject) if request.user == request.subject else None,
        "crumbs": _crumbs((_name(day), "")),
    }
    return render(request, "jobs/days/my_day.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def correct(request: Any, day_id: int) -> HttpResponse:
    """Asks for other times."""
    day = my_day(request, day_id)
    here = reverse("jobs:my-day", kwargs={"day_id": day.pk})
    found = days.counted_of(day)
    form = HoursForm(
        request.POST or None,
        day=day,
        hours=found.hours if found else days.agreed_hours(day),
        help_text=_("雇用主にそのまま伝わります。"),
    )
    if request.method == "POST" and done(
        form, lambda: days.ask_correction(day=day, actor=request.user, **form.hours())
    ):
        messages.success(request, _("雇用主に送りました。返事が来るまで、約束の時間の賃金は守られます。"))
        return redirect(here)
    context = {
        "row": shown(day),
        "form": form,
        "subject": request.subject,
        "cancel_url": here,
        "crumbs": _crumbs((_name(day), here), (_("時間の修正"), "")),
    }
    return render(request, "jobs/days/correct.html", context)


@require_POST
@subject_page
def comes(request: Any, day_id: int) -> HttpResponse:
    """Called absent before the start by mistake: the worker comes."""
    day = my_day(request, day_id)
    try:
        days.take_back_absence(day=day, actor=request.user, reason=_("本人が「行きます」と答えました。"))
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("「来なかった」を取り消しました。待っています。"))
    return redirect("jobs:my-day", day_id=day.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def safety(request: Any, notice_id: int) -> HttpResponse:
    """A safety notice with its two answers."""
    with tenancy.unguarded():
        mine = SafetyAnswer.objects.filter(notice=notice_id, person=request.subject)
        answer = mine.select_related("notice__employer", "notice__municipality", "day__employer").first()
    if answer is None:
        raise Http404
    notice: SafetyNotice = answer.notice
    if request.method == "POST":
        try:
            days_safety.answer_notice(
                notice=notice,
                person=request.subject,
                answer=request.POST.get("answer", ""),
                actor=request.user,
            )
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("返事を送りました。"))
        return redirect("jobs:my-safety", notice_id=notice.pk)
    context = {
        "notice": notice,
        "answer": answer,
        "subject": request.subject,
        "crumbs": work_crumbs((_("安全の知らせ"), "")),
    }
    return render(request, "jobs/days/my_safety.html", context)
