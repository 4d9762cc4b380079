"""Times that a host keeps for himself: what is set, a new one, and giving one free again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import host_crumbs, host_of, host_url
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.forms_booking_steps import BlockForm
from sosei.programmes.spaces.models import Block, Host, Space
from sosei.programmes.spaces.rules_errors import RulesError
from sosei.programmes.spaces.rules_periods import day_of
from sosei.programmes.spaces.services import blocks as services

NAMED = 5
"""So many clashes are named one by one."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def blocks(request: Any, code: str, host_id: int) -> HttpResponse:
    """What is set from now on, and the form for more."""
    host = host_of(request, host_id)
    zone = zone_of(host.municipality)
    seen = Space.objects.visible_to(request.user).filter(host=host, published_at__isnull=False)
    spaces = {
        one.pk: one for one in seen.select_related("municipality", "host", "parent").order_by("name", "pk")
    }
    today = day_of(timezone.now(), zone)
    form = BlockForm(
        request.POST or None,
        spaces=[(key, str(one)) for key, one in spaces.items()],
        zone=zone,
        initial={"day": request.GET.get("day") or today, "space": request.GET.get("space")},
    )
    if request.method == "POST" and form.is_valid() and _set(request, form, spaces, zone):
        return redirect(host_url("host-blocks", host))
    rows = (
        Block.objects.visible_to(request.user)
        .filter(host=host, ended_at__isnull=True, period__endswith__gt=timezone.now())
        .select_related("space", "feed")
        .order_by("period", "pk")
    )
    page = paginate(request, rows, per_page=50)
    context = {
        "host": host,
        "form": form,
        "page": page,
        "rows": [
            {
                "block": one,
                "when": when_text(one.period, zone),
                "url": host_url("host-unblock", host, block_id=one.pk),
            }
            for one in page
        ],
        "calendar_url": host_url("host-calendar", host),
        "crumbs": host_crumbs(host, (_("使えない時間"), "")),
    }
    return render(request, "spaces/bookings/host_blocks.html", context, status=422 if form.errors else 200)


def _set(request: Any, form: BlockForm, spaces: dict[int, Space], zone: Any) -> bool:
    given = form.cleaned_data
    period = form.period()
    if period is None:
        form.add_error("opens", _("この日には、この時刻がありません。ほかの時刻を選んでください。"))
        return False
    try:
        done = services.block(
            space=spaces[given["space"]],
            period=period,
            reason=given["reason"],
            actor=request.user,
            repeats=form.pattern(),
        )
    except RefusedError as error:
        show_refusal(form, error)
        return False
    except RulesError:
        form.add_error("until", _("くり返しが多すぎるか、日が正しくありません。"))
        return False
    messages.success(request, _("使えない時間にしました：%(count)s回") % {"count": len(done.blocks)})
    if done.clashes:
        named = _("、").join(when_text(one, zone) for one in done.clashes[:NAMED])
        messages.warning(
            request,
            _("予約があるため、次の時間はそのままです（%(count)s）：%(times)s")
            % {"count": len(done.clashes), "times": named},
        )
    return bool(done.blocks) or bool(done.clashes)


@require_POST
def unblock(request: Any, code: str, host_id: int, block_id: int) -> HttpResponse:
    """Free again."""
    host: Host = host_of(request, host_id)
    rows = (
        Block.objects.visible_to(request.user)
        .filter(host=host)
        .select_related("space", "host", "municipality")
    )
    block = get_object_or_404(rows, pk=block_id)
    try:
        services.unblock(block=block, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("また使えるようにしました。"))
    return redirect(host_url("host-blocks", host))
