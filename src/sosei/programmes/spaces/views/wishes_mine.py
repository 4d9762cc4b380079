"""One's own wishes ("こんな場所がほしい"): written with a look before, changed, closed; the offers side by side."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.design.map_fields import is_picking
from sosei.core.design.maps import distance_text, metres_between
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Municipality
from sosei.core.people.views.subject import show_refusal, subject_page
from sosei.programmes.spaces import kinds, wish_terms
from sosei.programmes.spaces.as_rules import ladder_of, zone_of
from sosei.programmes.spaces.booking_doors import my_crumbs
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.forms_wishes import ReasonForm, WishForm, wish_initial
from sosei.programmes.spaces.ladder_picture import ladder_picture
from sosei.programmes.spaces.models import SpaceWish, WishOffer
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_ladders import steps_with_dates
from sosei.programmes.spaces.rules_periods import DAY, MINUTE, day_of
from sosei.programmes.spaces.search_results import photos_of
from sosei.programmes.spaces.services import wishes as services
from sosei.programmes.spaces.views.host_common import town_of
from sosei.programmes.spaces.wish_fits import gone

KEPT_OUT = frozenset({"csrfmiddlewaretoken", "step", "about", "key"})
MOST_SHOWN = 50
MOST_TOWNS = 5


def my_wishes_of(request: Any) -> Any:
    """Wishes of the person the request is for."""
    rows = SpaceWish.objects.visible_to(request.user).filter(person=request.subject)
    return rows.select_related("municipality")


def wish_of(request: Any, wish_id: int) -> SpaceWish:
    """One of them.

    Raises:
        Http404: none, or somebody else's.
    """
    found: SpaceWish = get_object_or_404(my_wishes_of(request), pk=wish_id)
    found.person = request.subject
    return found


def wish_crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to one's own wishes, and on."""
    return my_crumbs((_("こんな場所がほしい"), reverse("spaces:my-wishes") if more else ""), *more)


def wish_url(wish: SpaceWish, step: str = "", **more: Any) -> str:
    """A page of a wish."""
    return reverse(f"spaces:my-wish{f'-{step}' if step else ''}", kwargs={"wish_id": wish.pk, **more})


@never_cache
@require_safe
@subject_page
def my_wishes(request: Any) -> HttpResponse:
    """All of one's wishes, open ones first."""
    rows = list(my_wishes_of(request).prefetch_related("offers")[:MOST_SHOWN])
    rows.sort(key=lambda one: one.state != "open")
    towns = Municipality.objects.filter(closed_at__isnull=True, opened_at__isnull=False).order_by("code")
    context = {
        "rows": [
            {
                "wish": one,
                "title": wish_terms.title_of(one),
                "when": wish_terms.when_words(one),
                "offers": sum(1 for offer in one.offers.all() if offer.state == "sent"),
                "url": wish_url(one),
            }
            for one in rows
        ],
        "towns": list(towns[:MOST_TOWNS]),
        "crumbs": wish_crumbs(),
    }
    return render(request, "spaces/wishes/mine.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def new(request: Any, code: str) -> HttpResponse:
    """Writes a wish; a search that found nothing fills it in."""
    town = town_of(request)
    return _write(request, town, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def edit(request: Any, wish_id: int) -> HttpResponse:
    """Mends an open wish."""
    wish = wish_of(request, wish_id)
    if wish.state != "open":
        messages.info(request, _("この募集は、もう終わっています。"))
        return redirect(wish_url(wish))
    return _write(request, wish.municipality, wish)


def _write(request: Any, town: Municipality, wish: SpaceWish | None) -> HttpResponse:
    today = day_of(timezone.now(), zone_of(town))
    if request.method != "POST":
        return _form_page(
            request, WishForm(town=town, today=today, initial=_initial(request, wish, today)), wish
        )
    step = request.POST.get("step", "")
    form = WishForm(request.POST, town=town, today=today)
    if step == "edit" or is_picking(request.POST, "near"):
        said = {name: form[name].value() for name in form.fields}
        return _form_page(request, WishForm(town=town, today=today, initial=said), wish)
    if not form.is_valid():
        return _form_page(request, form, wish)
    try:
        if step != "publish":
            draft = services.draft(municipality=town, person=request.subject, terms=form.terms())
            return _preview(request, draft, wish)
        kept = _keep(request, town, form, wish)
    except RefusedError as error:
        show_refusal(form, error)
        return _form_page(request, form, wish)
    messages.success(
        request,
        _("直しました。") if wish is not None else _("出しました。申し出が届いたら、すぐに知らせます。"),
    )
    return redirect(wish_url(kept))


def _initial(request: Any, wish: SpaceWish | None, today: Any) -> dict[str, Any]:
    if wish is None:
        return wish_initial(request.GET, today)
    initial: dict[str, Any] = {}
    for name, value in wish_terms.as_address(wish):
        if name in ("day", "have"):
            initial.setdefault(name, []).append(value)
        else:
            initial[name] = value
    zone = zone_of(wish.municipality)
    return {**initial, "until": day_of(wish.answer_until, zone)}


def _keep(request: Any, town: Municipality, form: WishForm, wish: SpaceWish | None) -> SpaceWish:
    if wish is not None:
        return services.change(wish=wish, terms=form.terms(), actor=request.user)
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid4()
    return services.publish(
        municipality=town, person=request.subject, terms=form.terms(), key=key, actor=request.user
    )


def _form_page(request: Any, form: WishForm, wish: SpaceWish | None) -> HttpResponse:
    here = _("直す") if wish is not None else _("新しく書く")
    context = {
        "form": form,
        "wish": wish,
        "town": form.town,
        "subject": request.subject,
        "crumbs": wish_crumbs((here, "")),
    }
    return render(request, "spaces/wishes/form.html", context, status=422 if form.errors else 200)


def _preview(request: Any, draft: SpaceWish, wish: SpaceWish | None) -> HttpResponse:
    context = {
        "draft": draft,
        "wish": wish,
        "facts": wish_terms.facts(draft),
        "town": draft.municipality,
        "subject": request.subject,
        "sent": [
            (name, value)
            for name in request.POST
            for value in request.POST.getlist(name)
            if name not in KEPT_OUT and not name.startswith("near_")
        ],
        "key": request.POST.get("key") or uuid4(),
        "crumbs": wish_crumbs((_("たしかめる"), "")),
    }
    return render(request, "spaces/wishes/preview.html", context)


@never_cache
@require_safe
@subject_page
def wish(request: Any, wish_id: int) -> HttpResponse:
    """One wish: what was asked for, and the offers side by side."""
    return wish_page(request, wish_of(request, wish_id))


def wish_page(
    request: Any,
    found: SpaceWish,
    *,
    closing: ReasonForm | None = None,
    declining: tuple[int, ReasonForm] | None = None,
) -> HttpResponse:
    """The page of a wish, with a form that could not be taken."""
    now = timezone.now()
    offers = list(offers_of(request, found))
    lost = gone([one for one in offers if one.state == "sent"], now) if offers else set()
    photos = photos_of([one.space_id for one in offers]) if offers else {}
    rows = [_offer_row(found, one, photos.get(one.space_id), lost, now) for one in offers]
    chosen = next((row for row in rows if row["offer"].state == "chosen"), None)
    again = reverse("spaces:wish-new", kwargs={"code": found.municipality.code})
    no_reason = {"help_text": _("書かなくてもかまいません。申し出た人に伝わります。"), "required": False}
    why_not = _("貸す人に、そのまま伝わります。")
    refused = declining is not None or closing is not None
    context = {
        "wish": found,
        "title": wish_terms.title_of(found),
        "facts": wish_terms.facts(found),
        "is_open": found.state == "open" and found.answer_until > now,
        "standing": [row for row in rows if row["open"]],
        "over": [row for row in rows if not row["open"] and row is not chosen],
        "chosen": chosen,
        "closing": closing or ReasonForm(prefix="close", **no_reason),
        "declining": {
            row["offer"].pk: declining[1]
            if declining and declining[0] == row["offer"].pk
            else ReasonForm(prefix=f"no{row['offer'].pk}", help_text=why_not)
            for row in rows
        },
        "subject": request.subject,
        "again_url": f"{again}?{urlencode(wish_terms.as_address(found))}",
        "crumbs": wish_crumbs((wish_terms.title_of(found), "")),
    }
    for row in rows:
        row["decline"] = context["declining"][row["offer"].pk]
    return render(request, "spaces/wishes/wish.html", context, status=422 if refused else 200)


def offers_of(request: Any, found: SpaceWish) -> Any:
    """Offers to a wish, the cheapest first."""
    rows = WishOffer.objects.visible_to(request.user).filter(wish=found).exclude(state="taken_back")
    return rows.select_related(
        "space__municipality", "space__ladder", "space__parent", "host__municipality", "booking__order"
    ).order_by("yen", "pk")


def _offer_row(
    found: SpaceWish, offer: WishOffer, photo: Any, lost: set[int], now: datetime
) -> dict[str, Any]:
    zone = zone_of(found.municipality)
    space = offer.space
    here = (float(space.latitude), float(space.longitude))
    near = None if found.latitude is None else (float(found.latitude), float(found.longitude))
    steps = steps_with_dates(ladder_of(space.ladder), offer.period.lower, now, offer.yen, zone)
    missing = [slug for slug in found.equipment if slug not in space.equipment]
    return {
        "offer": offer,
        "space": space,
        "photo": photo,
        "when": when_text(offer.period, zone),
        "other_time": not _is_wished(found, offer),
        "distance": distance_text(metres_between(near, here)) if near else "",
        "equipment": kinds.names(space.equipment, kinds.EQUIPMENT_BY_SLUG),
        "missing": kinds.names(missing, kinds.EQUIPMENT_BY_SLUG),
        "steps_lack": found.step_free and not space.step_free,
        "above": found.yen is not None and offer.yen > found.yen,
        "off": offer.list_yen - offer.yen,
        "picture": ladder_picture(steps, zone=zone) if offer.yen and steps else None,
        "open": found.state == "open" and offer.state == "sent" and offer.valid_until > now,
        "lost": offer.pk in lost,
        "url": wish_url(found, "choose", offer_id=offer.pk),
        "decline_url": wish_url(found, "decline", offer_id=offer.pk),
    }


def _is_wished(found: SpaceWish, offer: WishOffer) -> bool:
    """The offered time lies in a wished one."""
    windows = wish_terms.wishes_of(found).windows(zone_of(found.municipality))
    period = period_of(offer.period)
    fixed = wish_terms.wishes_of(found).is_fixed
    return any(
        (window.start, window.end) == (period.start, period.end)
        if fixed
        else window.start <= period.start and period.end <= max(window.end, window.start + DAY * MINUTE)
        for window in windows
    )


@require_POST
@subject_page
def close(request: Any, wish_id: int) -> HttpResponse:
    """Takes a wish back."""
    found = wish_of(request, wish_id)
    form = ReasonForm(request.POST, prefix="close", required=False)
    if not form.is_valid():
        return wish_page(request, found, closing=form)
    try:
        services.close(wish=found, reason=form.cleaned_data["reason"], actor=request.user)
    except RefusedError as error:
        form.add_error(None, str(error))
        return wish_page(request, found, closing=form)
    messages.success(request, _("取り下げました。"))
    return redirect("spaces:my-wishes")
