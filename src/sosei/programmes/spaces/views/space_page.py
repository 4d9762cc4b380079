"""The public page of a space: pictures, facts, prices, the ladder drawn, the month's calendar, the way to book."""

from __future__ import annotations

import datetime
from typing import Any

import rules
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.design.maps import MapPoint, draw_map
from sosei.programmes.spaces import availability, kinds
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_calendar import MonthShown, month_shown
from sosei.programmes.spaces.booking_times import month_of
from sosei.programmes.spaces.forms_listings import KINDS, held_week
from sosei.programmes.spaces.ladder_picture import EXAMPLE_YEN, example_picture
from sosei.programmes.spaces.models import Space, UsageTerms
from sosei.programmes.spaces.services.terms import terms_of
from sosei.programmes.spaces.shown_seasons import shown_seasons
from sosei.programmes.spaces.space_files import served_photos
from sosei.programmes.spaces.space_panels import BESIDE, space_panels
from sosei.programmes.spaces.views.host_common import public_url, space_url, to_spaces, town_of
from sosei.programmes.spaces.views.prices import shown_lists, tried
from sosei.programmes.spaces.week_picture import week_picture


def shown_space(request: Any, space_id: int) -> Space:
    """A space of the town of the address with all that its page reads, for whoever may see it.

    Raises:
        Http404: none, or a draft of somebody else.
    """
    seen = Space.objects.visible_to(request.user).filter(municipality=town_of(request))
    rows = seen.select_related("municipality", "host", "host__municipality", "parent", "ladder")
    found: Space = get_object_or_404(
        rows.prefetch_related("hours", "host__closures", "price_lists__items", "extras"),
        pk=space_id,
    )
    return found


@require_safe
def space(request: Any, code: str, space_id: int) -> HttpResponse:
    """Everything one wants to know before booking."""
    held = shown_space(request, space_id)
    now = timezone.now()
    week = held_week(held)
    photos = served_photos(held)
    context = {
        "space": held,
        "host": held.host,
        "town": request.town,
        "photos": [photo for photo in photos if not photo.is_plan],
        "plans": [photo for photo in photos if photo.is_plan],
        "equipment": kinds.names(held.equipment, kinds.EQUIPMENT_BY_SLUG),
        "out_of_order": kinds.names(held.out_of_order, kinds.EQUIPMENT_BY_SLUG),
        "uses": kinds.names(held.uses, kinds.USES_BY_SLUG),
        "ways": kinds.names(held.ways_to_pay, kinds.WAYS_BY_SLUG),
        "words": _words(held),
        "lists": [one for one in shown_lists(held) if not one.is_over],
        "extras": [row for row in held.extras.all() if row.ended_at is None],
        "picture": example_picture(held.ladder, zone=zone_of(held.municipality)),
        "example_yen": EXAMPLE_YEN,
        "week_picture": week_picture(week[KINDS.OPENING], week[KINDS.BOOKABLE]),
        "seasons": shown_seasons(held),
        "closures": _closures(held, now),
        "rooms": _rooms(held),
        "map": _map(held),
        "month": _month(request, held, now) if held.is_published else None,
        "book_url": reverse("spaces:book", kwargs={"code": code, "space_id": held.pk})
        if held.is_published
        else "",
        "terms": terms_of(held.municipality, held.host),
        "runs": rules.has_perm("spaces.run_host", request.user, held),
        "edit_url": space_url("space-edit", held),
        "crumbs": [*to_spaces(request), *_hall(held), (str(held), "")],
        **tried(request, held),
    }
    panels = space_panels(held, request)
    shown = [(one, render_to_string(one.template, {**context, **one.context}, request)) for one in panels]
    context["beside"] = [html for one, html in shown if one.order <= BESIDE]
    context["panels"] = [html for one, html in shown if one.order > BESIDE]
    return render(request, "spaces/listings/space.html", context)


def _rooms(held: Space) -> list[Space]:
    """What can be booked of it by itself; rooms have no rooms."""
    if held.parent_id is not None:
        return []
    return list(held.parts.published().order_by("name", "pk"))


def _words(held: Space) -> dict[str, str]:
    english = (get_language() or "ja").startswith("en")
    return {
        "about": held.about_en if english and held.about_en else held.about,
        "rules": held.rules_en if english and held.rules_en else held.rules,
    }


def _closures(held: Space, now: datetime.datetime) -> list[Any]:
    today = now.astimezone(zone_of(held.municipality)).date()
    rows = [
        row for row in held.host.closures.all() if row.space_id in (None, held.pk) and row.last_day >= today
    ]
    return sorted(rows, key=lambda row: row.first_day)[:6]


def _hall(held: Space) -> list[tuple[str, str]]:
    hall = held.parent
    return [(str(hall), public_url(hall))] if hall is not None and hall.published_at else []


def _map(held: Space) -> Any:
    point = MapPoint(float(held.latitude), float(held.longitude), str(held), detail=held.access)
    return draw_map([point], centre=(point.latitude, point.longitude))


def _month(request: Any, held: Space, now: datetime.datetime) -> MonthShown:
    today = now.astimezone(zone_of(held.municipality)).date()
    year, month = month_of(request.GET.get("month", ""), today)
    ahead = max(held.horizon_days, held.horizon_days_outside or 0)
    book = reverse("spaces:book", kwargs={"code": held.municipality.code, "space_id": held.pk})
    here = public_url(held)

    def address(*, day: datetime.date | None = None, month: datetime.date | None = None) -> str:
        return f"{book}?day={day.isoformat()}" if day else f"{here}?month={month:%Y-%m}#calendar"

    return month_shown(
        availability.month(held, year, month, now=now, tier="resident"),
        year,
        month,
        chosen=None,
        today=today,
        last=today + datetime.timedelta(days=ahead),
        address=address,
    )


@require_safe
def terms(request: Any, code: str) -> HttpResponse:
    """Every version of the terms of the town, or of a host with `?host=`."""
    town = town_of(request)
    rows = UsageTerms.objects.visible_to(request.user).filter(municipality=town).select_related("host")
    asked = request.GET.get("host", "")
    by_host = asked.isdecimal() and len(asked) < 19
    own = list(rows.filter(host=int(asked)).order_by("-number")) if by_host else []
    rows_of_town = list(rows.filter(host__isnull=True).order_by("-number"))
    versions = own or rows_of_town
    english = (get_language() or "ja").startswith("en")
    context = {
        "town": town,
        "owner": own[0].host if own else town,
        "versions": [(row, row.text_en if english and row.text_en else row.text) for row in versions],
        "crumbs": [*to_spaces(request), (_("利用規約"), "")],
    }
    return render(request, "spaces/hosts/terms.html", context)
