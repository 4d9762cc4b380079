"""The shifts of a posting: series added, single ones changed or taken out."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.programmes.jobs.errors_postings import EmployerError, UnlawfulPostingError
from sosei.programmes.jobs.forms_postings import SeriesForm, ShiftForm
from sosei.programmes.jobs.legal_check import live_shifts
from sosei.programmes.jobs.services import shifts as services
from sosei.programmes.jobs.views.deal_pages import is_key
from sosei.programmes.jobs.views.employer_common import employer_crumbs, own_posting
from sosei.programmes.jobs.views.posting_edit import edit_url, linked


@require_http_methods(["GET", "HEAD", "POST"])
def shifts(request: Any, code: str, employer_id: int, posting_id: int) -> HttpResponse:
    """Adds a series, or takes the chosen ones out."""
    posting = own_posting(request, employer_id, posting_id)
    if request.method == "POST" and "remove" in request.POST:
        return _remove(request, posting)
    form = SeriesForm(request.POST or None)
    flaws: Any = ()
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_series(posting=posting, series=form.series(), actor=request.user)
        except UnlawfulPostingError as error:
            flaws = error.flaws
            form.add_error(None, _("加えていません。公開中の求人は、直すところがあると変えられません。"))
        except EmployerError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("勤務日を%(count)s加えました。") % {"count": len(made)})
            return redirect(edit_url(posting) + "#shifts")
    context = {
        "posting": posting,
        "employer": posting.employer,
        "series_form": form,
        "shifts": live_shifts(posting),
        "flaws": linked(flaws, posting),
        "crumbs": employer_crumbs(
            request, posting.employer, (str(posting), edit_url(posting)), (_("勤務日"), "")
        ),
    }
    return render(request, "jobs/postings/shifts.html", context)


def _remove(request: Any, posting: Any) -> HttpResponse:
    keys = {int(key) for key in request.POST.getlist("shift") if is_key(key)}
    try:
        count = services.remove_shifts(posting=posting, keys=keys, actor=request.user)
    except UnlawfulPostingError as error:
        messages.error(request, " ".join([str(error), *map(str, error.flaws)]))
    except EmployerError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("勤務日を%(count)s消しました。") % {"count": count})
    return redirect(edit_url(posting) + "#shifts")


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, employer_id: int, posting_id: int, shift_id: int) -> HttpResponse:
    """Changes one shift."""
    posting = own_posting(request, employer_id, posting_id)
    held = next((shift for shift in live_shifts(posting) if shift.pk == shift_id), None)
    if held is None:
        raise Http404
    zone = ZoneInfo(posting.municipality.zone)
    start, end = held.starts_at.astimezone(zone), held.ends_at.astimezone(zone)
    initial = {
        "day": start.date(),
        "starts": start.time(),
        "ends": end.time(),
        "break_minutes": held.break_minutes,
        "capacity": held.capacity,
    }
    form = ShiftForm(request.POST or None, initial=initial)
    flaws: Any = ()
    if request.method == "POST" and form.is_valid():
        starts_at, ends_at = form.times(zone)
        try:
            services.change_shift(
                shift=held,
                starts_at=starts_at,
                ends_at=ends_at,
                break_minutes=form.cleaned_data["break_minutes"],
                capacity=form.cleaned_data["capacity"],
                actor=request.user,
            )
        except UnlawfulPostingError as error:
            flaws = error.flaws
            form.add_error(None, _("変えていません。公開中の求人は、直すところがあると変えられません。"))
        except EmployerError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("勤務日を変えました。"))
            return redirect(edit_url(posting) + "#shifts")
    heading = _("勤務日を変える")
    context = {
        "form": form,
        "heading": heading,
        "flaws": linked(flaws, posting),
        "posting": posting,
        "cancel_url": edit_url(posting) + "#shifts",
        "crumbs": employer_crumbs(
            request, posting.employer, (str(posting), edit_url(posting)), (heading, "")
        ),
    }
    return render(request, "jobs/postings/shift.html", context)
