"""A host's own pages: registration, home, what the town has checked; and what everybody reads of a host."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.programmes.spaces.errors_listings import HostError
from sosei.programmes.spaces.forms_hosts import HostForm, NewHostForm
from sosei.programmes.spaces.home import Card, host_cards
from sosei.programmes.spaces.models import Host, Space
from sosei.programmes.spaces.querysets import hosts_of
from sosei.programmes.spaces.services import hosts as services
from sosei.programmes.spaces.views.host_common import (
    host_crumbs,
    host_url,
    own_host,
    space_url,
    to_spaces,
    town_of,
)

MOST_SHOWN = 200


@require_safe
def mine(request: Any) -> HttpResponse:
    """The hosts one acts for; straight to the only one."""
    held = Host.objects.visible_to(request.user).filter(pk__in=hosts_of(request.user))
    rows = list(held.select_related("municipality").order_by("name"))
    if len(rows) == 1:
        return redirect(host_url("host", rows[0]))
    context = {
        "rows": [(row, host_url("host", row)) for row in rows],
        "crumbs": [(_("場所を貸す画面"), "")],
    }
    return render(request, "spaces/hosts/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Any, code: str) -> HttpResponse:
    """Registers a private host."""
    town = town_of(request)
    form = NewHostForm(request.POST or None)
    if request.method == "POST" and request.POST.get("whose") != str(request.subject.uid):
        # Staff act for somebody for a time: what was begun for one never registers another.
        form.add_error(
            None,
            _(
                "この画面を開いたときと、操作している人がちがいます。だれの登録かを確かめて、もう一度押してください。"
            ),
        )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.register_host(
                municipality=town,
                particulars=form.particulars(),
                corporate_number=form.cleaned_data["corporate_number"],
                person=request.subject,
                actor=request.user,
            )
        except HostError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(
                request,
                _("登録を申し込みました。町の担当者が確かめます。その間に、場所の下書きを用意できます。"),
            )
            if request.subject.pk == request.user.pk:
                return redirect(host_url("host", made))
            return redirect("people:me")
    context = {
        "form": form,
        "town": town,
        "crumbs": [*to_spaces(request), (_("場所を貸す登録"), "")],
        "held": None,
        "whose": request.subject.uid,
    }
    return render(request, "spaces/hosts/form.html", context)


@require_safe
def home(request: Any, code: str, host_id: int) -> HttpResponse:
    """What there is to do, and the spaces."""
    host = own_host(request, host_id)
    spaces = _spaces(request, host)
    context = {
        "host": host,
        "waits": services.waits_for_check(host),
        "cards": [*_refused(spaces), *host_cards(host, request)],
        "spaces": in_halls(spaces),
        "crumbs": host_crumbs(request, host),
    }
    return render(request, "spaces/hosts/home.html", context)


def _spaces(request: Any, host: Host) -> list[Space]:
    seen = Space.objects.visible_to(request.user).filter(host=host)
    return list(seen.select_related("municipality").order_by("name", "pk")[:MOST_SHOWN])


def _refused(spaces: list[Space]) -> list[Card]:
    """Spaces that the town could not publish as they were, to be mended first of all."""
    return [
        Card(
            _("「%(space)s」を直してください") % {"space": space},
            _("理由：%(reason)s") % {"reason": space.decision_reason},
            space_url("space-edit", space),
            urgent=True,
        )
        for space in spaces
        if space.state == Space.State.REFUSED
    ]


def in_halls(spaces: list[Space]) -> list[tuple[Space, int]]:
    """Each hall followed by its rooms, with how deep each stands."""
    shown = {space.pk for space in spaces}
    tops = [space for space in spaces if space.parent_id not in shown]
    return [
        line
        for top in tops
        for line in ((top, 0), *((room, 1) for room in spaces if room.parent_id == top.pk))
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Any, code: str, host_id: int) -> HttpResponse:
    """Corrects the registration."""
    host = own_host(request, host_id)
    form = HostForm(request.POST or None, instance=own_host(request, host_id))
    if request.method == "POST" and form.is_valid():
        try:
            checked = services.change_host(host=host, particulars=form.particulars(), actor=request.user)
        except HostError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            if checked:
                text = _("保存しました。町の担当者がもう一度確かめるまで、新しい場所は公開できません。")
                messages.warning(request, text)
            else:
                messages.success(request, _("保存しました。"))
            return redirect(host_url("host", host))
    context = {
        "form": form,
        "town": request.town,
        "held": host,
        "crumbs": host_crumbs(request, host, (_("登録の内容を変える"), "")),
    }
    return render(request, "spaces/hosts/form.html", context)


@require_safe
def profile(request: Any, code: str, host_id: int) -> HttpResponse:
    """What everybody reads of a host, and its spaces."""
    seen = Host.objects.visible_to(request.user).filter(municipality=town_of(request))
    host = seen.select_related("municipality").filter(pk=host_id).first()
    if host is None:
        raise Http404
    spaces = Space.objects.visible_to(request.user).filter(host=host, state=Space.State.PUBLISHED)
    context = {
        "host": host,
        "town": request.town,
        "spaces": in_halls(list(spaces.order_by("name", "pk")[:MOST_SHOWN])),
        "runs": rules.has_perm("spaces.run_host", request.user, host),
        "terms_url": reverse("spaces:terms", kwargs={"code": code}) + f"?host={host.pk}",
        "crumbs": [*to_spaces(request), (str(host), "")],
    }
    return render(request, "spaces/hosts/profile.html", context)
