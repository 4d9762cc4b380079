"""Free days as a calendar: three months at once, ranges added and taken away, days of work marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sosei.core.design import civil_day
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import acting, subject_page
from sosei.programmes.jobs.forms_workers import WEEKDAYS, RangeForm
from sosei.programmes.jobs.models import Availability
from sosei.programmes.jobs.rules_workers import days_within, last_of_month, months_from, ranges_of, weeks_of
from sosei.programmes.jobs.services import workers
from sosei.programmes.jobs.services.worker_hours import JAPAN, booked_days
from sosei.programmes.jobs.services.workers import Changed, WorkerError
from sosei.programmes.jobs.views.workers.common import done, work_crumbs

SHOWN_MONTHS = 3


@dataclass(frozen=True)
class Cell:
    """A day of the calendar."""

    day: date
    free: bool
    past: bool
    work: str
    """Whose work is agreed on that day; "" for none."""


@dataclass(frozen=True)
class Month:
    """A month of the calendar; None where a week has no day of it."""

    first: date
    weeks: list[list[Cell | None]]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def free_days(request: Any) -> HttpResponse:
    """The calendar, and the box for ranges."""
    today = civil_day.today()
    start = _start(request, today)
    form = RangeForm(person=request.subject)
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action in {"add", "remove"}:
            form = RangeForm(request.POST, person=request.subject)
            if done(form, lambda: _tell(request, _change_range(request, form, action))):
                return redirect(_address(start, today))
        elif action == "months":
            try:
                _tell(request, _save_months(request, start))
            except RefusedError as error:
                messages.error(request, str(error))
            return redirect(_address(start, today))
    months = months_from(start, SHOWN_MONTHS)
    last = last_of_month(*months[-1])
    kept = _kept(request)
    work = _work(request, start, last)
    context = {
        "crumbs": work_crumbs((_("働ける日"), "")),
        "subject": request.subject,
        "form": form,
        "months": [_month(year, month, kept, work, today) for year, month in months],
        "weekdays": [label for _number, label in WEEKDAYS],
        "start": start,
        "earlier": _address(_moved(start, -SHOWN_MONTHS), today) if start > today.replace(day=1) else "",
        "later": _address(_moved(start, SHOWN_MONTHS), today) if last < workers.last_free_day(today) else "",
        "ranges": [
            shown_range(first, last) for first, last in ranges_of(day for day in kept if day >= today)
        ],
        "count": sum(day >= today for day in kept),
    }
    return render(request, "jobs/workers/free_days.html", context, status=422 if form.errors else 200)


def _start(request: Any, today: date) -> date:
    """The first month shown: the one asked for, within what may be told; nonsense shows this month."""
    asked = request.POST.get("start") or request.GET.get("from", "")
    this = today.replace(day=1)
    try:
        start = date.fromisoformat(f"{asked[:7]}-01")
    except ValueError:
        return this
    return min(max(start, this), workers.last_free_day(today).replace(day=1))


def _moved(start: date, months: int) -> date:
    count = start.year * 12 + start.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _address(start: date, today: date) -> str:
    address = reverse("jobs:my-free-days")
    return address if start <= today.replace(day=1) else f"{address}?from={start:%Y-%m}"


def _kept(request: Any) -> set[date]:
    rows = Availability.objects.filter(person=request.subject)
    return {day for row in rows for day in days_within(row.days.lower, row.days.upper - timedelta(days=1))}


def _work(request: Any, first: date, last: date) -> dict[date, str]:
    days = booked_days(request.subject, first, last)
    return {day.period.lower.astimezone(JAPAN).date(): str(day.employer) for day in days}


def _month(year: int, month: int, kept: set[date], work: dict[date, str], today: date) -> Month:
    return Month(
        date(year, month, 1),
        [
            [None if day is None else Cell(day, day in kept, day < today, work.get(day, "")) for day in week]
            for week in weeks_of(year, month)
        ],
    )


def _change_range(request: Any, form: RangeForm, action: str) -> Changed:
    given = form.cleaned_data
    change = workers.add_free_days if action == "add" else workers.remove_free_days
    return change(
        by=acting(request), first=given["first"], last=given["last"], weekdays=frozenset(given["weekdays"])
    )


def _save_months(request: Any, start: date) -> Changed:
    last = last_of_month(*months_from(start, SHOWN_MONTHS)[-1])
    end = min(last, workers.last_free_day(civil_day.today()))
    ticked, shown = _days(request, "day"), _days(request, "was")
    return workers.change_free_days(
        by=acting(request), first=start, last=end, added=ticked - shown, removed=shown - ticked
    )


def _days(request: Any, name: str) -> set[date]:
    found: set[date] = set()
    for text in request.POST.getlist(name):
        try:
            found.add(date.fromisoformat(text))
        except ValueError as error:
            raise WorkerError(_("「%(day)s」という日はありません。") % {"day": text[:20]}) from error
    return found


def _tell(request: Any, changed: Changed) -> None:
    if not changed.added and not changed.removed:
        messages.info(request, _("変わった日はありません。"))
        return
    messages.success(
        request,
        _("保存しました。足した日：%(added)s日、消した日：%(removed)s日。")
        % {"added": changed.added, "removed": changed.removed},
    )


def shown_range(first: date, last: date) -> str:
    """A range as people read it."""
    shown = date_format(first, "DATE_FORMAT")
    if first == last:
        return shown
    same_year = first.year == last.year
    return _("%(first)s〜%(last)s") % {
        "first": shown,
        "last": date_format(last, "MONTH_DAY_FORMAT" if same_year else "DATE_FORMAT"),
    }
