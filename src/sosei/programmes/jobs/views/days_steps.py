"""Steps of an employer on one person's day: a punch entered, an absence, hours added, a correction answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sosei.programmes.jobs.forms_days import (
    AbsentForm,
    AnswerForm,
    HoursForm,
    PunchForm,
    ReasonForm,
    moment_on,
)
from sosei.programmes.jobs.models import Correction, Punch
from sosei.programmes.jobs.permissions import acts_for_employer
from sosei.programmes.jobs.services import days
from sosei.programmes.jobs.views.days_employer import day_page, day_url, days_url
from sosei.programmes.jobs.views.days_pages import day_of_employer, is_overdue, shown
from sosei.programmes.jobs.views.employer_common import employer_crumbs, own_employer
from sosei.programmes.jobs.views.workers.common import done


@require_POST
def punch(request: Any, code: str, employer_id: int, day_id: int) -> HttpResponse:
    """A time entered for somebody whose phone does not work, marked as such."""
    day = day_of_employer(request, own_employer(request, employer_id), day_id)
    form = PunchForm(request.POST)
    way = Punch.Way.EMPLOYER if acts_for_employer(request.user, day) else Punch.Way.STAFF

    def save() -> None:
        given = form.cleaned_data
        days.record_punch(
            day=day,
            kind=given["kind"],
            way=way,
            at=moment_on(day, given["time"]),
            token=given["token"],
            actor=request.user,
        )

    if not done(form, save):
        return day_page(request, day, punch=form)
    messages.success(request, _("時刻を記録しました。"))
    return redirect(day_url(day))


@require_POST
def absent(request: Any, code: str, employer_id: int, day_id: int) -> HttpResponse:
    """Did not come, or will not; with `back` that is taken back."""
    day = day_of_employer(request, own_employer(request, employer_id), day_id)
    if "back" in request.POST:
        form: Any = ReasonForm(request.POST)
        if not done(
            form,
            lambda: days.take_back_absence(day=day, actor=request.user, reason=form.cleaned_data["reason"]),
        ):
            return day_page(request, day, back=form)
        messages.success(request, _("「来なかった」を取り消しました。"))
        return redirect(day_url(day))
    form = AbsentForm(request.POST)

    def save() -> None:
        given = form.cleaned_data
        days.mark_absent(day=day, actor=request.user, reason=given["reason"], told=given["told"] == "yes")

    if not done(form, save):
        return day_page(request, day, absent=form)
    messages.success(
        request, _("来なかったことを記録しました。場所が空いていれば、待っている人に知らせます。")
    )
    return redirect(days_url(day))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: Any, code: str, employer_id: int, day_id: int) -> HttpResponse:
    """Lets more count than the punches say."""
    employer = own_employer(request, employer_id)
    day = day_of_employer(request, employer, day_id)
    found = days.counted_of(day)
    if found is None:
        messages.info(request, _("来た・帰ったの記録がありません。先に、時刻を入力してください。"))
        return redirect(day_url(day))
    form = HoursForm(
        request.POST or None, day=day, hours=found.hours, help_text=_("記録に残り、本人も見られます。")
    )
    if request.method == "POST" and done(
        form, lambda: days.grant_hours(day=day, actor=request.user, **form.hours())
    ):
        messages.success(request, _("時間を足しました。"))
        return redirect(day_url(day))
    context = {
        "employer": employer,
        "row": shown(day),
        "form": form,
        "cancel_url": day_url(day),
        "crumbs": employer_crumbs(
            request,
            employer,
            (_("今日の人"), days_url(day)),
            (day.contract.worker_name, day_url(day)),
            (_("時間を足す"), ""),
        ),
    }
    return render(request, "jobs/days/hours.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: Any, code: str, employer_id: int, correction_id: int) -> HttpResponse:
    """A correction beside what counts without it, to be answered."""
    employer = own_employer(request, employer_id)
    asked = Correction.objects.visible_to(request.user).filter(employer=employer, pk=correction_id).first()
    if asked is None:
        raise Http404
    day = day_of_employer(request, employer, asked.day_id)
    form = AnswerForm(request.POST or None)

    def save() -> None:
        given = form.cleaned_data
        days.answer_correction(
            correction=asked,
            accepted=given["answer"] == "accept",
            reason=given["reason"],
            actor=request.user,
        )

    if request.method == "POST" and done(form, save):
        messages.success(request, _("返事を送りました。"))
        return redirect(day_url(day))
    context = {
        "employer": employer,
        "row": shown(day),
        "one": asked,
        "overdue": is_overdue(asked),
        "form": form,
        "cancel_url": day_url(day),
        "crumbs": employer_crumbs(
            request,
            employer,
            (_("今日の人"), days_url(day)),
            (day.contract.worker_name, day_url(day)),
            (_("時間の修正"), ""),
        ),
    }
    return render(request, "jobs/days/correction.html", context)
