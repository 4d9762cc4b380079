"""A public host's lotteries: the list, announcing one, its entries, calling it off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import host_crumbs, host_of, host_url, leave_looks
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.forms_lotteries import AnnounceForm, CallOffForm
from sosei.programmes.spaces.models import Lottery, LotteryEntry, Space
from sosei.programmes.spaces.person_names import names_of
from sosei.programmes.spaces.services import lotteries as services
from sosei.programmes.spaces.templatetags.listing_words import in_language
from sosei.programmes.spaces.views.lotteries import lottery_url, phase_of


@require_safe
def lotteries(request: Any, code: str, host_id: int) -> HttpResponse:
    """All lotteries of the host, the newest first."""
    host = host_of(request, host_id)
    seen = Lottery.objects.visible_to(request.user).filter(host=host).select_related("municipality", "host")
    page = paginate(request, seen.order_by("-draw_at", "-pk"), per_page=25)
    now = timezone.now()
    context = {
        "host": host,
        "page": page,
        "rows": [
            {
                "lottery": one,
                "phase": phase_of(one, now),
                "url": host_url("host-lottery", host, lottery_id=one.pk),
            }
            for one in page
        ],
        "new_url": host_url("host-lottery-new", host),
        "crumbs": host_crumbs(host, (_("抽選"), "")),
    }
    return render(request, "spaces/lotteries/host_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def announce(request: Any, code: str, host_id: int) -> HttpResponse:
    """Announces a lottery."""
    host = host_of(request, host_id)
    seen = Space.objects.visible_to(request.user).filter(host=host, state="published", by_lottery=True)
    rooms = list(seen.select_related("municipality", "host").order_by("name", "pk"))
    form = AnnounceForm(request.POST or None, spaces=rooms, zone=zone_of(host.municipality))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.announce(host=host, spaces=form.chosen(), plan=form.plan(), actor=request.user)
        except RefusedError as error:
            field = "draw_on" if error.field == "draw_at" else error.field
            form.add_error(field if field in form.fields else None, str(error))
        else:
            messages.success(request, _("抽選を知らせました。種の要約も公開しました。"))
            return redirect(host_url("host-lottery", host, lottery_id=made.pk))
    context = {
        "host": host,
        "form": form,
        "rooms": rooms,
        "cancel_url": host_url("host-lotteries", host),
        "crumbs": host_crumbs(host, (_("抽選"), host_url("host-lotteries", host)), (_("抽選を知らせる"), "")),
    }
    return render(request, "spaces/lotteries/announce.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lottery(request: Any, code: str, host_id: int, lottery_id: int) -> HttpResponse:
    """One lottery with its entries; calls it off."""
    host = host_of(request, host_id)
    seen = Lottery.objects.visible_to(request.user).filter(host=host).select_related("municipality", "host")
    held = get_object_or_404(seen, pk=lottery_id)
    form = CallOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.call_off(lottery=held, reason=form.cleaned_data["reason"], actor=request.user)
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("抽選を取りやめ、申し込んだ人に知らせました。"))
            return redirect(host_url("host-lottery", host, lottery_id=held.pk))
    rows = LotteryEntry.objects.visible_to(request.user).filter(lottery=held)
    page = paginate(request, rows.select_related("space", "group").order_by("number"), per_page=50)
    leave_looks(request, host, [one.person_id for one in page])
    zone = zone_of(host.municipality)
    names = names_of(one.person_id for one in page)
    context = {
        "host": host,
        "lottery": held,
        "phase": phase_of(held, timezone.now()),
        "page": page,
        "rows": [
            {"entry": one, "when": when_text(one.period, zone), "person": names[one.person_id]}
            for one in page
        ],
        "form": form,
        "public_url": lottery_url("lottery", held),
        "crumbs": host_crumbs(
            host, (_("抽選"), host_url("host-lotteries", host)), (in_language(held, "title"), "")
        ),
    }
    return render(request, "spaces/lotteries/host_lottery.html", context, status=422 if form.errors else 200)
