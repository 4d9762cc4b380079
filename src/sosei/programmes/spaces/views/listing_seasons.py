"""A host's page of the week of a season."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.programmes.spaces.errors_listings import HostError
from sosei.programmes.spaces.forms_listings import FILLS, KINDS, SeasonForm
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.services import listing_seasons as services
from sosei.programmes.spaces.services.listing_seasons import Season
from sosei.programmes.spaces.views.host_common import own_space, space_crumbs, space_url, warn_of_unpriced
from sosei.programmes.spaces.views.listings import step_links
from sosei.programmes.spaces.week_words import season_words


@require_http_methods(["GET", "HEAD", "POST"])
def season(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """The week of a season, entered, changed or taken back; `of` in the address names the one that is there."""
    space = own_space(request, host_id, space_id)
    held = _held(request, space)
    here = space_url("space-hours", space) + "#seasons"
    if request.method == "POST" and "remove" in request.POST:
        return _remove(request, space, held, here)
    form = SeasonForm(request.POST or None, space=space, season=held)
    filled = next((days for name, _label, days in FILLS if f"fill_{name}" in request.POST), None)
    if request.method == "POST" and filled is not None:
        # Nothing is saved: the boxes of those days get the time, and are shown.
        form = SeasonForm(form.filled(list(filled)), space=space, season=held)
        form._errors = type(form.errors)()
    elif request.method == "POST" and form.is_valid() and _save(request, space, held, form):
        return redirect(here)
    heading = (
        _("季節の時間を入れる")
        if held is None
        else _("%(days)sの時間") % {"days": season_words(held.first_day, held.last_day)}
    )
    context = {
        "form": form,
        "held": held,
        "fills": [(f"fill_{name}", label) for name, label, _days in FILLS],
        "space": space,
        "host": space.host,
        "heading": heading,
        "back": here,
        "steps": step_links(space, "space-hours"),
        "crumbs": space_crumbs(
            request, space, (_("開く時間と休み"), space_url("space-hours", space)), (heading, "")
        ),
    }
    return render(request, "spaces/listings/season.html", context)


def _held(request: Any, space: Space) -> Season | None:
    named = request.GET.get("of")
    if named is None:
        return None
    found = services.season_named(space.hours.all(), named)
    if found is None:
        raise Http404
    return found


def _save(request: Any, space: Space, held: Season | None, form: SeasonForm) -> bool:
    given = form.cleaned_data
    try:
        made = services.set_season(
            space=space,
            season=form.season(),
            opening=given[KINDS.OPENING.value],
            bookable=given[KINDS.BOOKABLE.value],
            actor=request.user,
            replaces=held,
            every_year=form.every_year(),
        )
    except HostError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(
        request,
        _("季節の時間を保存しました（%(count)s回分）。もうある予約は変わりません。") % {"count": len(made)},
    )
    warn_of_unpriced(request, space, made[0].first_day)
    return True


def _remove(request: Any, space: Space, held: Season | None, here: str) -> HttpResponse:
    if held is None:
        raise Http404
    try:
        services.remove_season(space=space, season=held, actor=request.user)
    except HostError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("季節の時間を消しました。その日は、いつもの時間になります。"))
    return redirect(here)
