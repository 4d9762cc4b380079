"""A host's page of the ladder: each one drawn for an example, one chosen, one's own made."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.errors_listings import HostError
from sosei.programmes.spaces.forms_prices import LadderChoice, LadderForm
from sosei.programmes.spaces.ladder_picture import EXAMPLE_YEN, example_picture
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.services import ladders as services
from sosei.programmes.spaces.views.host_common import own_space, space_crumbs, space_url
from sosei.programmes.spaces.views.listings import step_links


@require_http_methods(["GET", "HEAD", "POST"])
def ladder(request: Any, code: str, host_id: int, space_id: int) -> HttpResponse:
    """Chooses the ladder of a space."""
    space = own_space(request, host_id, space_id)
    choices = services.choices_for(space.host)
    choice = LadderChoice(request.POST if "choose" in request.POST else None, ladders=choices)
    form = LadderForm(request.POST if "make" in request.POST else None)
    if request.method == "POST":
        if "choose" in request.POST and choice.is_valid() and _choose(request, space, choice):
            return redirect(space_url("space-photos", space))
        if "make" in request.POST and form.is_valid() and _make(request, space, form):
            return redirect(space_url("space-ladder", space))
    zone = zone_of(space.municipality)
    rows = list(choices)
    if space.ladder not in rows:
        rows.insert(0, space.ladder)
    context = {
        "choices": [(row, example_picture(row, zone=zone), row.pk == space.ladder_id) for row in rows],
        "choice": choice,
        "form": form,
        "example_yen": EXAMPLE_YEN,
        "space": space,
        "host": space.host,
        "heading": _("取り消しの決まり"),
        "steps": step_links(space, "space-ladder"),
        "crumbs": space_crumbs(request, space, (_("取り消しの決まり"), "")),
    }
    return render(request, "spaces/prices/ladder.html", context)


def _choose(request: Any, space: Space, choice: LadderChoice) -> bool:
    try:
        services.choose_ladder(space=space, ladder=choice.cleaned_data["ladder"], actor=request.user)
    except HostError as error:
        choice.add_error("ladder", str(error))
        return False
    messages.success(request, _("取り消しの決まりを保存しました。これからの予約に使われます。"))
    return True


def _make(request: Any, space: Space, form: LadderForm) -> bool:
    given = form.cleaned_data
    try:
        made = services.make_ladder(
            host=space.host,
            name=given["name"],
            name_en=given["name_en"],
            steps=form.steps(),
            last_percent=given["last_percent"],
            free_hours=given["free_hours"],
            free_needs_days=given["free_needs_days"] or 0,
            actor=request.user,
        )
    except HostError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(
        request, _("「%(name)s」を作りました。使うときは、選んで保存してください。") % {"name": made}
    )
    return True
