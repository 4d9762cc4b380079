"""The page on which somebody chooses: the calendar, the form, and price and clashes beside it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from sosei.core.people.errors import RefusedError
from sosei.programmes.spaces import availability, booking_law
from sosei.programmes.spaces.booking_calendar import day_shown, month_shown
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.errors_bookings import why
from sosei.programmes.spaces.forms_bookings import BookForm
from sosei.programmes.spaces.ladder_picture import ladder_picture
from sosei.programmes.spaces.rules_errors import RulesError
from sosei.programmes.spaces.rules_hours import Code
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.views.bookings_desk import Desk, about_of, crumbs_of

WISH = ("day", "opens", "closes", "rooms", "every", "until", "dates", "tier", "group")
"""Boxes on which price and availability stand; the others may still be empty while somebody types."""
MOST_PERIODS = 200


def when_part(desk: Desk, form: BookForm) -> dict[str, Any]:
    year, month, days = desk.days
    horizon = desk.today + timedelta(days=desk.space.horizon_days)

    def address(*, day: date | None = None, month: date | None = None) -> str:
        asked = {"day": day.isoformat()} if day else {"month": f"{month:%Y-%m}"}
        return f"{desk.address}?{urlencode(asked)}#when"

    return {
        "desk": desk,
        "space": desk.space,
        "form": form,
        "month": month_shown(
            days, year, month, chosen=desk.day, today=desk.today, last=horizon, address=address
        ),
        "shown_day": day_shown(desk.space, desk.free, tier=desk.tier) if desk.day else None,
        "horizon": horizon,
    }


def wish_page(desk: Desk, form: BookForm, *, quoted: Any = None, quiet: bool = False) -> HttpResponse:
    if quoted is None and not form.is_bound and "opens" in desk.request.GET:
        quoted = _first_quote(desk, form)
    elif quoted is None and form.is_bound:
        quoted = _quote_of_wish(desk, form)
    errors = form.is_bound and bool(form.errors) and not quiet
    context = {
        **when_part(desk, form),
        **_priced(desk, quoted),
        "desk_mode": desk.host is not None,
        "about": about_of(desk),
        "quiet": quiet,
        "wait_url": _wait_url(desk, quoted),
        "crumbs": crumbs_of(desk),
    }
    return render(desk.request, "spaces/bookings/book.html", context, status=422 if errors else 200)


def _first_quote(desk: Desk, form: BookForm) -> Any:
    """The price of what stands in the boxes before anybody has typed."""
    first = form.initial
    if first.get("closes") is None or desk.day is None:
        return None
    data = {
        "day": desk.day.isoformat(),
        "opens": first["opens"],
        "closes": first["closes"],
        "tier": first.get("tier") or desk.tier,
    }
    return _quote_of_wish(desk, BookForm(data, asked=desk.asked))


def _quote_of_wish(desk: Desk, form: BookForm) -> Any:
    """The price as far as the boxes it stands on are right; None otherwise."""
    form.is_valid()
    if set(WISH) & set(form.errors) or "tier" not in form.cleaned_data:
        return None
    try:
        wanted = desk.wanted(form)
        return desk.quote_all(form) if 0 < len(wanted) <= MOST_PERIODS else None
    except (RefusedError, RulesError):
        return None


def _priced(desk: Desk, quoted: Any) -> dict[str, Any]:
    """What the side of the page shows."""
    if quoted is None:
        return {"quoted": None}
    good = [part for part in quoted.parts if part.refusal is None]
    first = good[0] if good else None
    return {
        "quoted": quoted,
        "lines": booking_law.lines_of(good),
        "taxes": [row for row in booking_law.tax_within(good) if row[2]],
        "rows": [
            {
                "when": when_text(part.wanted.period, desk.zone),
                "space": part.wanted.space,
                "yen": part.yen,
                "why": why(part.refusal, desk.zone) if part.refusal is not None else "",
            }
            for part in quoted.parts
        ],
        "several": len(quoted.parts) > 1,
        "many_spaces": len({part.wanted.space.pk for part in quoted.parts}) > 1,
        "picture": ladder_picture(first.steps, zone=desk.zone)
        if first and first.yen and first.steps
        else None,
        "nearest": _nearest(desk, quoted),
        "time_url": _address_of(desk, quoted.parts[0].wanted.period) if quoted.parts else desk.address,
    }


def _nearest(desk: Desk, quoted: Any) -> list[dict[str, str]]:
    """Other times for a single one that is taken."""
    if len(quoted.parts) != 1 or quoted.parts[0].refusal is None:
        return []
    wanted = quoted.parts[0].wanted
    found = availability.nearest(wanted.space, wanted.period, tier=desk.tier, now=desk.now)
    return [
        {"label": when_text(period, desk.zone), "url": f"{_address_of(desk, period)}#when"}
        for period in found
    ]


def _address_of(desk: Desk, period: Period) -> str:
    """The page with that time in its boxes."""
    start, end = period.start.astimezone(desk.zone), period.end.astimezone(desk.zone)
    closes = end.hour * 60 + end.minute + 1440 * (end.date() - start.date()).days
    query = {
        "day": start.date().isoformat(),
        "opens": start.hour * 60 + start.minute,
        "closes": closes,
        "tier": desk.tier,
    }
    return f"{desk.address}?{urlencode(query)}"


def _wait_url(desk: Desk, quoted: Any) -> str:
    """Where one waits for a single time that somebody else has; "" where there is nothing to wait for."""
    if desk.host is not None or quoted is None or len(quoted.parts) != 1:
        return ""
    refusal = quoted.parts[0].refusal
    if refusal is None or refusal.code not in (Code.TAKEN, Code.BUFFER):
        return ""
    return reverse("spaces:wait", kwargs=desk.named)


def live_part(desk: Desk) -> HttpResponse:
    if not getattr(desk.request, "htmx", False):
        return redirect(desk.address)
    form = desk.form(bound=True)
    quoted = _quote_of_wish(desk, form)
    context = {
        "space": desk.space,
        "form": form,
        "wait_url": _wait_url(desk, quoted),
        "about": about_of(desk),
        **_priced(desk, quoted),
    }
    return render(desk.request, "spaces/bookings/_live.html", context)
