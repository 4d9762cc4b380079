"""What people looked for and did not find, and a need made of it in one step: for the town's staff and for hosts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sosei.core.people.views.members import office_crumbs
from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.forms_ict import SpaceChoice
from sosei.programmes.spaces.models import Host, Space
from sosei.programmes.spaces.services import ict_needs
from sosei.programmes.spaces.services.ict_unmet import (
    DAYS,
    LEAST_SHOWN,
    Group,
    groups_for_host,
    groups_for_staff,
)
from sosei.programmes.spaces.views.host_common import host_url, own_host, serves, town_of
from sosei.programmes.spaces.views.ict_common import ict_crumbs, office_url
from sosei.programmes.spaces.week_picture import day_names
from sosei.programmes.spaces.words_ict_sizing import PURPOSES

PARTS = {
    "morning": gettext_lazy("朝～昼（6～12時）"),
    "afternoon": gettext_lazy("午後（12～18時）"),
    "evening": gettext_lazy("夜（18～24時）"),
    "night": gettext_lazy("深夜（0～6時）"),
}
MOST_SPACES = 300
STATES = (Space.State.PUBLISHED, Space.State.DRAFT, Space.State.ASKED)


@require_http_methods(["GET", "HEAD", "POST"])
def of_town(request: Any, code: str) -> HttpResponse:
    """For staff: any space of the town."""
    town = town_of(request)
    spaces = Space.objects.visible_to(request.user).filter(municipality=town, host__state=Host.State.APPROVED)
    groups = groups_for_staff(request.user, town)
    crumbs = office_crumbs(
        request, (_("場所のICT設備"), office_url(request)), (_("見つからなかった検索"), "")
    )
    return _page(request, groups, spaces if serves(request) else spaces.none(), crumbs)


@require_http_methods(["GET", "HEAD", "POST"])
def of_host(request: Any, code: str, host_id: int) -> HttpResponse:
    """For a host: its own spaces."""
    host = own_host(request, host_id)
    spaces = Space.objects.visible_to(request.user).filter(host=host)
    groups = groups_for_host(request.user, host)
    return _page(
        request, groups, spaces, ict_crumbs(request, host, (_("見つからなかった検索"), "")), least=LEAST_SHOWN
    )


def _page(request: Any, groups: Sequence[Group], spaces: Any, crumbs: Any, least: int = 1) -> HttpResponse:
    spaces = spaces.filter(state__in=STATES).order_by("name", "pk")
    form = SpaceChoice(request.POST or None, spaces=spaces)
    if request.method == "POST":
        group = next((one for one in groups if one.key == request.POST.get("group")), None)
        if group is None:
            raise Http404
        if form.is_valid():
            try:
                need = ict_needs.need_of_group(
                    space=form.cleaned_data["space"], group=group, actor=request.user
                )
            except IctError as error:
                messages.error(request, str(error))
            else:
                messages.success(
                    request, _("相談の下書きを作りました。現地のようすを確かめてから、会社に出してください。")
                )
                return redirect(host_url("ict-need", need.host, need_id=need.pk))
    choices = list(spaces.select_related("host")[:MOST_SPACES])
    context = {
        "groups": [_shown(group, choices) for group in groups],
        "spaces": choices,
        "days": DAYS,
        "least": least,
        "form": form,
        "crumbs": crumbs,
    }
    return render(request, "spaces/ict/unmet.html", context)


def _shown(group: Group, spaces: Sequence[Space]) -> dict[str, Any]:
    most = max(group.weekdays) or 1
    names = list(day_names().values())
    fitting = next((space for space in spaces if space.seats >= group.people), None)
    return {
        "group": group,
        "purpose": PURPOSES[group.purpose],
        "uses": [
            (str(kinds.USES_BY_SLUG[slug].name), times)
            for slug, times in group.uses
            if slug in kinds.USES_BY_SLUG
        ],
        "equipment": [
            (str(kinds.EQUIPMENT_BY_SLUG[slug].name), times)
            for slug, times in group.equipment
            if slug in kinds.EQUIPMENT_BY_SLUG
        ],
        "weekdays": [
            (names[place], times, round(times * 10 / most)) for place, times in enumerate(group.weekdays)
        ],
        "parts": [(PARTS[part], times) for part, times in group.parts.items() if times],
        "has_times": any(group.weekdays),
        "fitting": fitting.pk if fitting else None,
    }
