"""Another time for a booking: what it costs and what becomes of the ladder is said before it is done."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid5

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal
from sosei.programmes.spaces import availability
from sosei.programmes.spaces.as_rules import hours_of, zone_of
from sosei.programmes.spaces.booking_calendar import day_shown, month_shown
from sosei.programmes.spaces.booking_doors import Door, for_guest, for_host, for_link
from sosei.programmes.spaces.booking_times import (
    bands_of,
    day_from,
    end_choices,
    month_of,
    start_choices,
    when_text,
)
from sosei.programmes.spaces.errors_bookings import why
from sosei.programmes.spaces.forms_booking_steps import MoveForm
from sosei.programmes.spaces.ladder_picture import ladder_picture
from sosei.programmes.spaces.models import Booking, Space
from sosei.programmes.spaces.querysets import hosts_of
from sosei.programmes.spaces.rules_periods import day_of
from sosei.programmes.spaces.services import changing
from sosei.programmes.spaces.services.steps import takes_calls
from sosei.programmes.spaces.views.bookings_order import LIVE, bookings_of


def _change(request: Any, door: Door, booking_id: int) -> HttpResponse:
    """The calendar and the form; then the price and the ladder; then the move."""
    found = bookings_of(door)
    booking = next((one for one in found if one.pk == booking_id), None)
    if booking is None:
        raise Http404
    now = timezone.now()
    if booking.state != "confirmed" or booking.period.lower <= now:
        messages.info(request, _("この日の時間は、もう変えられません。"))
        return redirect(door.url())
    places = _places(booking)
    place = _place(request, booking, places)
    zone = zone_of(booking.municipality)
    day = _day(request, booking, zone)
    bands = bands_of(day, hours_of(place, tier=door.order.tier))
    form = MoveForm(
        request.POST or None,
        starts=start_choices(bands, place.step_minutes),
        ends=end_choices(bands, place.step_minutes, overnight=place.overnight),
        spaces=[(one.pk, str(one)) for one in places],
        in_series=sum(one.state in LIVE for one in found) > 1,
        sides=_sides(request, door),
        zone=zone,
        person=door.about,
        initial=_initial(booking, place, day, zone),
    )
    context = {
        "door": door,
        "order": door.order,
        "booking": booking,
        "when": when_text(booking.period, zone),
        "form": form,
        **_calendar(request, door, booking, place, day, now),
        "crumbs": door.crumbs((_("時間を変える"), "")),
    }
    if request.method == "POST" and request.POST.get("step") != "day" and form.is_valid():
        answer = _check_or_move(request, door, booking, places, form, context)
        if answer is not None:
            return answer
    return render(request, "spaces/bookings/change.html", context, status=422 if form.errors else 200)


def _check_or_move(
    request: Any, door: Door, booking: Booking, places: list[Space], form: MoveForm, context: dict[str, Any]
) -> HttpResponse | None:
    given = form.cleaned_data
    now = timezone.now()
    zone = zone_of(booking.municipality)
    space = next(one for one in places if one.pk == given["space"])
    period = form.period()
    is_done = booking.changes.filter(key=uuid5(given["key"], str(booking.pk))).exists()
    try:
        price = changing.price_of_move(
            booking=booking,
            space=space,
            period=period,
            now=now,
            scope=given["scope"],
            side=given["side"],
            actor=door.actor,
        )
        if price.refusal is not None:
            form.add_error(None, why(price.refusal, zone))
            return None
        told = f"{price.extra}:{price.refund}:{price.kept}"
        # Costs that changed since the page was shown are shown again, not charged; a second click changes nothing.
        if "confirm" in request.POST and (is_done or request.POST.get("told", told) == told):
            moved = changing.move_booking(
                booking=booking,
                space=space,
                period=period,
                scope=given["scope"],
                reason=given["reason"],
                key=given["key"],
                actor=door.actor,
                secret=door.secret,
                side=given["side"],
            )
            messages.success(request, _("変えました：%(count)s日") % {"count": len(moved)})
            return redirect(door.url())
    except RefusedError as error:
        show_refusal(form, error)
        return None
    context |= {
        "price": price,
        "new_when": when_text(period, zone),
        "new_space": space,
        "scope_label": dict(form.fields["scope"].choices)[given["scope"]],  # type: ignore[attr-defined]
        "several": given["scope"] != "this",
        "by_house": given["side"] != "guest",
        "changed": "confirm" in request.POST,
        "picture": ladder_picture(price.steps, zone=zone) if price.steps and price.new_yen else None,
        "reason": given["reason"],
        "sent": [
            *(
                (name, value)
                for name in request.POST
                if name not in ("csrfmiddlewaretoken", "step", "confirm", "told")
                for value in request.POST.getlist(name)
            ),
            ("told", told),
        ],
    }
    return render(request, "spaces/bookings/change_confirm.html", context)


def _sides(request: Any, door: Door) -> list[tuple[str, Any]]:
    """On whose side this reader may move."""
    guest = ("guest", _("使う人の都合（料金の差と、取り消しの決まりのとおり）"))
    if not door.is_host:
        return [guest]
    # Who takes the call of a guest moves in the guest's name.
    if door.order.host_id in hosts_of(request.user):
        host = ("host", _("貸す人の都合（払う額は増えません）"))
        return [host, guest] if takes_calls(request.user, door.order) else [host]
    town = _("%(town)sの都合（払う額は増えません）") % {"town": door.order.municipality}
    return [("town", town), guest]


def _places(booking: Booking) -> list[Space]:
    """Where the booking may go: its own room, and the others of the same hall."""
    related = ("host", "municipality", "ladder", "parent")
    rows = Space.objects.filter(pk=booking.space_id)
    if booking.space.parent_id is not None:
        rows = rows | Space.objects.published().filter(parent=booking.space.parent_id)
    found = rows.select_related(*related).prefetch_related(
        "hours", "host__closures", "price_lists__items", "extras"
    )
    return sorted(found, key=lambda one: (one.pk != booking.space_id, one.name))


def _place(request: Any, booking: Booking, places: list[Space]) -> Space:
    asked = request.POST.get("space") or request.GET.get("space", "")
    return next((one for one in places if str(one.pk) == asked), places[0])


def _day(request: Any, booking: Booking, zone: Any) -> date:
    asked = request.POST.get("day") or request.GET.get("day", "")
    try:
        return day_from(asked)
    except ValueError:
        return day_of(booking.period.lower, zone)


def _initial(booking: Booking, place: Space, day: date, zone: Any) -> dict[str, Any]:
    start, end = booking.period.lower.astimezone(zone), booking.period.upper.astimezone(zone)
    opens = start.hour * 60 + start.minute
    closes = end.hour * 60 + end.minute + 1440 * (end.date() - start.date()).days
    return {"day": day, "opens": opens, "closes": closes, "space": place.pk}


def _calendar(
    request: Any, door: Door, booking: Booking, place: Space, day: date, now: datetime
) -> dict[str, Any]:
    zone = zone_of(booking.municipality)
    today = day_of(now, zone)
    here = door.url("change", booking_id=booking.pk)
    year, month = month_of(request.GET.get("month") or day.isoformat(), today)
    tier = door.order.tier

    def address(*, day: date | None = None, month: date | None = None) -> str:
        asked: dict[str, Any] = {"day": day.isoformat()} if day else {"month": f"{month:%Y-%m}"}
        if place.pk != booking.space_id:
            asked["space"] = place.pk
        return f"{here}?{urlencode(asked)}#when"

    days = availability.month(place, year, month, now=now, tier=tier)
    last = today.replace(year=today.year + 1) if today.month != 2 else date(today.year + 1, 3, 1)
    return {
        "space": place,
        "month": month_shown(days, year, month, chosen=day, today=today, last=last, address=address),
        "shown_day": day_shown(place, _free(place, days, day, now, tier), tier=tier),
        "here": here,
    }


def _free(
    place: Space, days: list[availability.DayFree], day: date, now: datetime, tier: str
) -> availability.DayFree:
    """What is free on the day; it may lie in another month than the one shown."""
    known = next((one for one in days if one.date == day), None)
    return known or availability.day(place, day, now=now, tier=tier)


_methods = require_http_methods(["GET", "HEAD", "POST"])
my_change, link_change, host_change = (_methods(wrap(_change)) for wrap in (for_guest, for_link, for_host))
