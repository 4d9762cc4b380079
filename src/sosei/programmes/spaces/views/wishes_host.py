"""What a host sees of wishes: those that fit or nearly fit one of its spaces, and the offer for each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal
from sosei.programmes.spaces import wish_terms
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.forms_wishes import OfferForm
from sosei.programmes.spaces.models import Host, Space, SpaceWish, WishOffer
from sosei.programmes.spaces.rules_periods import Period, day_of, wall_minutes
from sosei.programmes.spaces.services import wish_offers as services
from sosei.programmes.spaces.views.host_common import host_crumbs, host_url, own_host
from sosei.programmes.spaces.wish_fits import Match, free_times, matches, spaces_of

MOST_WISHES = 100
USUAL = timedelta(days=5)
READ_ONCE = ("hours", "host__closures", "price_lists__items", "extras")


def _seen(request: Any) -> Any:
    rows = SpaceWish.objects.visible_to(request.user).filter(municipality=request.town)
    # Without the person, whom a host does not read: a join would hide the row.
    return rows.select_related("municipality")


@never_cache
@require_safe
def wishes(request: Any, code: str, host_id: int) -> HttpResponse:
    """Open wishes, those that fit best first; and what came of the offers."""
    host = own_host(request, host_id)
    now = timezone.now()
    spaces = spaces_of(host) if host.is_approved else []
    mine = WishOffer.objects.visible_to(request.user).filter(host=host)
    offers = list(mine.select_related("space", "wish__municipality", "booking__order")[:MOST_WISHES])
    offered = {one.wish_id for one in offers if one.state == "sent"}
    rows = []
    for one in _seen(request).open(now).order_by("answer_until", "pk")[:MOST_WISHES]:
        found = matches(one, spaces)
        if found:
            rows.append(_row(host, one, found, one.pk in offered))
    rows.sort(key=lambda row: (row["offered"], row["lacks"]))
    context = {
        "host": host,
        "rows": rows,
        "has_spaces": bool(spaces),
        "offers": [
            {
                "offer": one,
                "when": when_text(one.period, zone_of(host.municipality)),
                "title": wish_terms.title_of(one.wish),
                "url": host_url("host-wish", host, wish_id=one.wish_id),
                "order_url": host_url("host-order", host, number=one.booking.order.number)
                if one.booking
                else "",
            }
            for one in sorted(offers, key=lambda one: one.sent_at, reverse=True)
        ],
        "crumbs": host_crumbs(request, host, (_("こんな場所がほしい"), "")),
    }
    return render(request, "spaces/wishes/host.html", context)


def _row(host: Host, wish: SpaceWish, found: list[Match], offered: bool) -> dict[str, Any]:
    return {
        "wish": wish,
        "title": wish_terms.title_of(wish),
        "when": wish_terms.when_words(wish),
        "best": found[0],
        "others": len(found) - 1,
        "lacks": len(found[0].lacks),
        "offered": offered,
        "url": host_url("host-wish", host, wish_id=wish.pk),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wish(request: Any, code: str, host_id: int, wish_id: int) -> HttpResponse:
    """One wish: how each space fits it, when it is free, and the form of an offer."""
    host = own_host(request, host_id)
    found = get_object_or_404(_seen(request), pk=wish_id)
    now = timezone.now()
    is_open = found.is_shown and found.answer_until > now
    mine = WishOffer.objects.visible_to(request.user).filter(wish=found, host=host)
    offers = list(mine.select_related("space", "booking__order").order_by("-sent_at"))
    held = {one.space_id: one for one in offers if one.state == "sent"}
    fitting = matches(found, spaces_of(host)) if is_open and host.is_approved else []
    free = free_times(found, [one.space for one in fitting], now) if fitting else {}
    zone = zone_of(found.municipality)
    form = None
    if fitting:
        form = OfferForm(
            request.POST or None,
            spaces=[(one.space.pk, str(one.space)) for one in fitting],
            zone=zone,
            is_public=host.is_public,
            initial=_initial(request, found, fitting, free, held, now),
        )
        if request.method == "POST" and form.is_valid() and _offer(request, host, found, form):
            return redirect(host_url("host-wish", host, wish_id=found.pk))
    chosen = form["space"].value() if form is not None else None
    context = {
        "host": host,
        "wish": found,
        "title": wish_terms.title_of(found),
        "facts": wish_terms.facts(found),
        "is_open": is_open,
        "form": form,
        "changes": chosen is not None and str(chosen).isdecimal() and int(chosen) in held,
        "rows": [
            {
                "match": one,
                "free": [when_text(period, zone) for period in free.get(one.space.pk, [])],
                "offer": held.get(one.space.pk),
                "chosen": str(one.space.pk) == str(chosen),
            }
            for one in fitting
        ],
        "offers": [(one, when_text(one.period, zone)) for one in offers],
        "crumbs": host_crumbs(
            request,
            host,
            (_("こんな場所がほしい"), host_url("host-wishes", host)),
            (wish_terms.title_of(found), ""),
        ),
    }
    return render(
        request,
        "spaces/wishes/host_wish.html",
        context,
        status=422 if form is not None and form.errors else 200,
    )


def _initial(
    request: Any,
    found: SpaceWish,
    fitting: list[Match],
    free: dict[int, list[Period]],
    held: dict[int, WishOffer],
    now: datetime,
) -> dict[str, Any]:
    """What stands already; else the first free time of the space, at its price."""
    asked = request.GET.get("space", "")
    keys = [one.space.pk for one in fitting]
    first = next((key for key in keys if free.get(key)), keys[0])
    key = int(asked) if asked.isdecimal() and int(asked) in keys else first
    zone = zone_of(found.municipality)
    latest = day_of(found.answer_until, zone)
    offer = held.get(key)
    if offer is not None:
        period = Period(offer.period.lower, offer.period.upper)
        more: dict[str, Any] = {
            "yen": offer.yen,
            "text": offer.text,
            "until": day_of(offer.valid_until, zone),
        }
    else:
        times = free.get(key) or []
        window = wish_terms.wishes_of(found).windows(zone)[0]
        period = times[0] if times else Period(window.start, window.end)
        more = {"until": min(latest, day_of(now + USUAL, zone))}
    day = day_of(period.start, zone)
    return {
        "space": key,
        "day": day,
        "opens": wall_minutes(period.start, day, zone),
        "closes": wall_minutes(period.end, day, zone),
        **more,
    }


def _offer(request: Any, host: Host, found: SpaceWish, form: OfferForm) -> bool:
    given = form.cleaned_data
    rows = (
        Space.objects.published().filter(host=host).select_related("host", "municipality", "ladder", "parent")
    )
    space = get_object_or_404(rows.prefetch_related(*READ_ONCE), pk=given["space"])
    period = form.period()
    assert period is not None
    try:
        made = services.offer(
            wish=found,
            terms=services.Terms(space, period, given.get("yen"), given["text"], form.ends()),
            actor=request.user,
        )
    except RefusedError as error:
        show_refusal(form, error)
        return False
    told = {"space": space, "yen": f"{made.yen:,}", "off": f"{made.list_yen - made.yen:,}"}
    messages.success(
        request,
        (
            _("「%(space)s」を%(yen)s円で申し出ました（料金表より%(off)s円の割引）。") % told
            if made.yen < made.list_yen
            else _("「%(space)s」を%(yen)s円で申し出ました。") % told
        ),
    )
    return True


@require_POST
def take_back(request: Any, code: str, host_id: int, wish_id: int, offer_id: int) -> HttpResponse:
    """Offers it no longer."""
    host = own_host(request, host_id)
    mine = WishOffer.objects.visible_to(request.user).filter(host=host, wish=wish_id)
    offer = get_object_or_404(mine, pk=offer_id)
    try:
        services.take_back(offer=offer, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("申し出を取り下げました。相手に知らせました。"))
    return redirect(host_url("host-wish", host, wish_id=wish_id))
