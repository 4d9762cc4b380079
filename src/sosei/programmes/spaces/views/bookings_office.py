"""The town's day: who uses which space today, public facilities first, and what waits for an answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import LOOK, host_url
from sosei.programmes.spaces.booking_times import day_from, day_text, hours_text
from sosei.programmes.spaces.booking_week import TAKES
from sosei.programmes.spaces.kinds import USES_BY_SLUG
from sosei.programmes.spaces.models import Booking, Host
from sosei.programmes.spaces.permissions import serves_spaces
from sosei.programmes.spaces.rules_periods import day_of, midnight


@never_cache
@require_safe
def today(request: Any, code: str) -> HttpResponse:
    """One day of the town's spaces."""
    zone = zone_of(request.town)
    this = day_of(timezone.now(), zone)
    day = _day(request, this)
    whose = request.GET.get("whose", "public")
    whose = whose if whose in ("public", "all") else "public"
    rows = Booking.objects.visible_to(request.user).filter(
        municipality=request.town,
        state__in=TAKES,
        period__overlap=(midnight(day, zone), midnight(day + timedelta(days=1), zone)),
    )
    if whose == "public":
        rows = rows.filter(host__kind=Host.Kind.PUBLIC)
    page = paginate(
        request,
        rows.select_related("order", "space", "host", "municipality").order_by("period", "space"),
        per_page=100,
    )
    persons = {one.person_id for one in page if one.person_id is not None}
    record_looks(staff=request.user, persons=persons, what=LOOK, municipality=request.town)
    hosts = _hosts(request)
    here = reverse("spaces:office-bookings", kwargs={"code": code})
    may_serve = bool(hosts) and serves_spaces(request.user, hosts[0]["host"])
    context = {
        "page": page,
        "rows": [
            {
                "booking": one,
                "hours": hours_text(one.period, zone),
                "url": host_url("host-order", one.host, number=one.order.number) if may_serve else "",
                "purpose": USES_BY_SLUG[one.order.purpose].name if one.order.purpose in USES_BY_SLUG else "",
            }
            for one in page
        ],
        "day": day,
        "day_words": day_text(day),
        "is_today": day == this,
        "earlier": f"{here}?day={day - timedelta(days=1)}&whose={whose}",
        "later": f"{here}?day={day + timedelta(days=1)}&whose={whose}",
        "whose": whose,
        "hosts": hosts,
        "may_serve": may_serve,
        "crumbs": office_crumbs(request, (_("場所の予約"), "")),
    }
    return render(request, "spaces/bookings/office_today.html", context)


def _day(request: Any, this: date) -> date:
    try:
        return day_from(request.GET.get("day", ""))
    except ValueError:
        return this


def _hosts(request: Any) -> list[dict[str, Any]]:
    """Hosts of the town with what waits for their answer, public ones first."""
    rows = (
        Host.objects.visible_to(request.user)
        .filter(municipality=request.town, state="approved")
        .select_related("municipality")
        .annotate(waiting=Count("bookings", filter=Q(bookings__state="requested")))
        .order_by("-kind", "name")
    )
    return [
        {
            "host": one,
            "waiting": one.waiting,
            "calendar": host_url("host-calendar", one),
            "requests": host_url("host-requests", one),
            "phone": host_url("host-phone", one),
        }
        for one in rows[:200]
    ]
