"""An order as an iCalendar file (RFC 5545): the dates that stand, each under a name that stays when it moves."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlparse

import icalendar
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.programmes.spaces.models import Booking, Order

STATUS = {"confirmed": "CONFIRMED", "used": "CONFIRMED", "held": "TENTATIVE", "requested": "TENTATIVE"}


def calendar_file(order: Order, bookings: Iterable[Booking]) -> bytes:
    """The file; what was cancelled stands in it as cancelled, so that a calendar which knew it lets it go."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Sosei//Spaces//JA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    place = urlparse(settings.SITE_ADDRESS).hostname or "localhost"
    for booking in bookings:
        event = icalendar.Event()
        event.add("uid", f"booking-{booking.pk}@{place}")
        event.add("dtstamp", timezone.now())
        event.add("dtstart", booking.period.lower)
        event.add("dtend", booking.period.upper)
        event.add("sequence", len(booking.changes.all()))
        event.add("summary", str(booking.space))
        event.add("location", booking.space.address)
        event.add("description", _("予約番号 %(number)s") % {"number": order.number})
        event.add("status", STATUS.get(booking.state, "CANCELLED"))
        calendar.add_component(event)
    return calendar.to_ical()
