"""A host's page of the week of a space and of the days on which it stays shut."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.programmes.spaces.errors_listings import HostError
from sosei.programmes.spaces.forms_listings import FILLS, KINDS, ClosureForm, WeekForm, held_week
from sosei.programmes.spaces.models import Closure, Space
from sosei.programmes.spaces.services import listing_hours as services
from sosei.programmes.spaces.services.prices import today_at
from sosei.programmes.spaces.shown_seasons import shown_seasons
from sosei.programmes.spaces.views.host_common import own_space, space_crumbs, space_url, warn_of_unpriced
from sosei.programmes.spaces.views.listings import step_links
from sosei.programmes.spaces.week_picture import week_picture

MOST_CLOSURES = 100


@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """The week: opening hours, bookable hours, holidays."""
    space = own_space(request, host_id, space_id)
    form = WeekForm(request.POST or None, space=space)
    filled = next((days for name, _label, days in FILLS if f"fill_{name}" in request.POST), None)
    if request.method == "POST" and filled is not None:
        # Nothing is saved: the boxes of those days get the time, and are shown.
        form = WeekForm(form.filled(list(filled)), space=space)
        form._errors = type(form.errors)()
    elif request.method == "POST" and form.is_valid() and _save(request, space, form):
        return redirect(space_url("space-booking", space))
    return _page(request, space, form, ClosureForm())


def _save(request: Any, space: Space, form: WeekForm) -> bool:
    given = form.cleaned_data
    try:
        services.set_hours(
            space=space,
            opening=given[KINDS.OPENING.value],
            bookable=given[KINDS.BOOKABLE.value],
            closed_on_holidays=given["closed_on_holidays"],
            actor=request.user,
        )
    except HostError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(request, _("時間を保存しました。もうある予約は変わりません。"))
    warn_of_unpriced(request, space)
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def closures(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Days of rest, entered and taken back; asked without sending anything it leads to the page of hours."""
    space = own_space(request, host_id, space_id)
    here = space_url("space-hours", space) + "#closures"
    if request.method != "POST":
        return redirect(here)
    if "closure" in request.POST:
        return _remove(request, space, here)
    form = ClosureForm(request.POST)
    if form.is_valid():
        only_here = form.cleaned_data["scope"] == "space"
        try:
            made = services.enter_closure(
                host=space.host, space=space if only_here else None, shut=form.shut(), actor=request.user
            )
        except HostError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request,
                _(
                    "休みの日を%(count)s回分入れました。その日にもう予約があるときは、1つずつ取り消してください。"
                )
                % {"count": len(made)},
            )
            return redirect(here)
    return _page(request, space, WeekForm(space=space), form)


def _remove(request: Any, space: Space, here: str) -> HttpResponse:
    key = request.POST["closure"]
    row = _rows(request, space).filter(pk=key).first() if key.isdigit() else None
    if row is None:
        raise Http404
    try:
        services.remove_closure(closure=row, actor=request.user)
    except HostError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("休みの日を消しました。"))
    return redirect(here)


def _rows(request: Any, space: Space) -> Any:
    seen = Closure.objects.visible_to(request.user).filter(host=space.host)
    return seen.filter(Q(space__isnull=True) | Q(space=space)).select_related("host", "space", "municipality")


def _page(request: Any, space: Space, form: WeekForm, closure_form: ClosureForm) -> HttpResponse:
    rows = _rows(request, space).filter(last_day__gte=today_at(space)).order_by("first_day", "pk")
    held = held_week(space)
    context = {
        "form": form,
        "closure_form": closure_form,
        "fills": [(f"fill_{name}", label) for name, label, _days in FILLS],
        "picture": week_picture(held[KINDS.OPENING], held[KINDS.BOOKABLE]),
        "closures": list(rows[:MOST_CLOSURES]),
        "seasons": shown_seasons(space),
        "space": space,
        "host": space.host,
        "heading": _("開く時間と休み"),
        "steps": step_links(space, "space-hours"),
        "crumbs": space_crumbs(request, space, (_("開く時間と休み"), "")),
    }
    return render(request, "spaces/listings/hours.html", context)
