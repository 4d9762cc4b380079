"""Choosing an offer: the last page with the six items, and the order; or declining it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import subject_page
from sosei.programmes.spaces import availability, booking_law, wish_terms
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import door_after_order
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.errors_bookings import ChangedPriceError, TakenError, why
from sosei.programmes.spaces.forms_bookings import LastPageForm
from sosei.programmes.spaces.forms_wishes import ReasonForm
from sosei.programmes.spaces.ladder_picture import ladder_picture
from sosei.programmes.spaces.models import SpaceWish, WishOffer
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_periods import Period, day_of, wall_minutes
from sosei.programmes.spaces.services import wish_offers as services
from sosei.programmes.spaces.services.terms import terms_of
from sosei.programmes.spaces.views.bookings_pay import way_on
from sosei.programmes.spaces.views.wishes_mine import wish_crumbs, wish_of, wish_page, wish_url


def _offer_of(request: Any, wish: SpaceWish, offer_id: int) -> WishOffer:
    rows = WishOffer.objects.visible_to(request.user).filter(wish=wish)
    related = ("space__host", "space__municipality", "space__ladder", "host__municipality", "booking__order")
    found: WishOffer = get_object_or_404(
        rows.select_related(*related).prefetch_related("space__hours", "space__price_lists__items"),
        pk=offer_id,
    )
    found.wish, found.person, found.municipality = wish, wish.person, wish.municipality
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def choose(request: Any, wish_id: int, offer_id: int) -> HttpResponse:
    """The last page, and the order; a second click finds the order of the first."""
    wish = wish_of(request, wish_id)
    offer = _offer_of(request, wish, offer_id)
    now = timezone.now()
    if offer.booking is not None:
        return redirect(door_after_order(request, offer.booking.order).url())
    if wish.state != "open" or offer.state != "sent" or min(offer.valid_until, wish.answer_until) <= now:
        messages.info(request, _("この申し出は、もう選べません。"))
        return redirect(wish_url(wish))
    quoted = services.quote_of(offer, now)
    part = quoted.parts[0]
    if part.refusal is not None:
        return _taken_page(request, offer, why(part.refusal, zone_of(wish.municipality)), now)
    ways = list(quoted.ways) if part.yen else ["free"]
    last = LastPageForm(
        request.POST if "key" in request.POST else None,
        ways=booking_law.way_choices(ways),
        initial={"key": services.key_of(offer)},
    )
    if last.is_bound and last.is_valid():
        answer = _choose(request, offer, last, now)
        if answer is not None:
            return answer
    return _last_page(request, offer, quoted, last, ways, now)


def _choose(request: Any, offer: WishOffer, last: LastPageForm, now: datetime) -> HttpResponse | None:
    shown = booking_law.signed(last.cleaned_data["shown"])
    if shown is None:
        last.add_error(None, _("時間がたったので、内容をもう一度確かめてください。"))
        return None
    way = last.cleaned_data["way_to_pay"]
    try:
        order = services.choose(
            offer=offer, way_to_pay="" if way == "free" else way, shown=shown, actor=request.user
        )
    except TakenError as error:
        return _taken_page(request, offer, str(error), now)
    except (ChangedPriceError, RefusedError) as error:
        last.add_error(None, str(error))
        return None
    door = door_after_order(request, order)
    return redirect(way_on(order, door) or door.url("done"))


def _last_page(
    request: Any, offer: WishOffer, quoted: Any, last: LastPageForm, ways: list[str], now: datetime
) -> HttpResponse:
    wish, zone = offer.wish, zone_of(offer.municipality)
    terms = terms_of(offer.municipality, offer.host)
    shown: dict[str, Any] = booking_law.items_of(
        quoted, host=offer.host, ways=ways, heads=wish.heads, terms=terms, now=now
    )
    shown |= {**booking_law.shown_at(), "digest": quoted.digest}
    token = booking_law.sign(shown)
    if last.is_bound:
        data = last.data.copy()  # type: ignore[attr-defined]
        data["shown"] = token
        last.data = data
    else:
        last.initial["shown"] = token
    parts = list(quoted.parts)
    context = {
        "offer": offer,
        "wish": wish,
        "space": offer.space,
        "host": offer.host,
        "subject": request.subject,
        "form": last,
        "quoted": quoted,
        "lines": booking_law.lines_of(parts),
        "taxes": [row for row in booking_law.tax_within(parts) if row[2]],
        "when": when_text(offer.period, zone),
        "parts": [
            {
                "part": part,
                "when": when_text(part.wanted.period, zone),
                "picture": ladder_picture(part.steps, zone=zone) if part.yen and part.steps else None,
            }
            for part in parts
        ],
        "sections": {item: lines for item, _title, lines in booking_law.sections(shown)},
        "rules_of_cancelling": booking_law.rules_of_cancelling(offer.host),
        "titles": {item.value: str(title) for item, title in booking_law.TITLES.items()},
        "terms": terms,
        "tier": dict(wish_terms.facts(wish)).get(_("料金の区分"), ""),
        "back": wish_url(wish),
        "crumbs": wish_crumbs((wish_terms.title_of(wish), wish_url(wish)), (_("この申し出を選ぶ"), "")),
    }
    status = 422 if last.is_bound and last.errors else 200
    return render(request, "spaces/wishes/choose.html", context, status=status)


def _taken_page(request: Any, offer: WishOffer, reason: str, now: datetime) -> HttpResponse:
    """Somebody else was quicker: says so, with the next free times of the same place."""
    wish, space, zone = offer.wish, offer.space, zone_of(offer.municipality)
    address = reverse("spaces:book", kwargs={"code": space.municipality.code, "space_id": space.pk})
    nearest = availability.nearest(space, period_of(offer.period), tier=wish.tier, now=now)
    context = {
        "offer": offer,
        "space": space,
        "when": when_text(offer.period, zone),
        "reason": reason,
        "times": [
            (when_text(one, zone), f"{address}?{urlencode(_asked(one, wish, zone))}") for one in nearest
        ],
        "back": wish_url(wish),
        "crumbs": wish_crumbs((wish_terms.title_of(wish), wish_url(wish)), (str(space), "")),
    }
    return render(request, "spaces/wishes/taken.html", context, status=409)


def _asked(period: Period, wish: SpaceWish, zone: Any) -> dict[str, Any]:
    day = day_of(period.start, zone)
    return {
        "day": day.isoformat(),
        "opens": wall_minutes(period.start, day, zone),
        "closes": wall_minutes(period.end, day, zone),
        "tier": wish.tier,
        "heads": wish.heads,
        "purpose": wish.use,
    }


@require_POST
@subject_page
def decline(request: Any, wish_id: int, offer_id: int) -> HttpResponse:
    """Does not want this one."""
    wish = wish_of(request, wish_id)
    offer = _offer_of(request, wish, offer_id)
    form = ReasonForm(request.POST, prefix=f"no{offer.pk}")
    if form.is_valid():
        try:
            services.decline(offer=offer, reason=form.cleaned_data["reason"], actor=request.user)
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("ことわりました。貸す人に、理由を伝えました。"))
            return redirect(wish_url(wish))
    return wish_page(request, wish, declining=(offer.pk, form))
