"""A space's calendar as others read it: when it is taken, under which number; nobody's name, nobody's purpose."""

from __future__ import annotations

from datetime import datetime, timedelta

import icalendar
from django.utils.translation import gettext as _

from sosei.programmes.spaces.models import Block, Booking, Space
from sosei.programmes.spaces.services import placing
from sosei.programmes.spaces.services.ical import site_name

PAST = timedelta(days=30)
AHEAD = timedelta(days=400)


def space_calendar(space: Space, now: datetime) -> bytes:
    """The file; what other calendars have taken is left out, for it would come back to them as ours."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Sosei//Spaces//JA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", str(space))
    leaves = placing.leaves_of(space)
    within = {"occupancies__space__in": leaves, "period__overlap": (now - PAST, now + AHEAD)}
    place = site_name()
    bookings = Booking.objects.filter(**within, state__in=Booking.STANDING).select_related("order")
    for booking in bookings.distinct().order_by("period", "pk"):
        is_held = booking.state == Booking.State.HELD
        told = {"number": booking.order.number}
        text = _("仮予約 %(number)s") if is_held else _("予約 %(number)s")
        status = "TENTATIVE" if is_held else "CONFIRMED"
        calendar.add_component(_event(f"booking-{booking.pk}@{place}", booking, text % told, status, now))
    for block in (
        Block.objects.filter(**within, ended_at__isnull=True, feed=None).distinct().order_by("period", "pk")
    ):
        calendar.add_component(
            _event(f"block-{block.pk}@{place}", block, _("使えない時間"), "CONFIRMED", now)
        )
    return calendar.to_ical()


def _event(uid: str, row: Booking | Block, text: str, status: str, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("dtstamp", now)
    event.add("dtstart", row.period.lower)
    event.add("dtend", row.period.upper)
    event.add("summary", text)
    event.add("status", status)
    return event
