"""Letters that time brings: the day before a booking, and before the end of a hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from sosei.programmes.spaces import letters_bookings
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.models import Booking
from sosei.programmes.spaces.rules_periods import day_of

AHEAD = timedelta(hours=60)
BEFORE_END = timedelta(hours=24)
LEAST_HOLD = timedelta(hours=6)
"""Shorter holds (a card's quarter of an hour) end before a letter is read."""


def remind_of_tomorrow(now: datetime) -> int:
    """Tells the guests of tomorrow's bookings; run twice it tells nobody again."""
    rows = Booking.objects.filter(
        state="confirmed",
        reminded_at__isnull=True,
        period__startswith__gt=now,
        period__startswith__lt=now + AHEAD,
    ).select_related("order__person", "order__host", "order__municipality", "space", "municipality", "host")
    told = 0
    for booking in rows.order_by("pk"):
        zone = zone_of(booking.municipality)
        if day_of(booking.period.lower, zone) != day_of(now, zone) + timedelta(days=1):
            continue
        with transaction.atomic():
            letters_bookings.reminder(booking)
            Booking.objects.filter(pk=booking.pk).update(reminded_at=timezone.now())
        told += 1
    return told


def warn_of_ending_holds(now: datetime) -> int:
    """Tells who has not paid yet that the hold ends within a day; run twice it tells nobody again."""
    rows = Booking.objects.filter(
        state="held", answer_until__gt=now, answer_until__lte=now + BEFORE_END
    ).select_related("order__person", "order__host", "order__municipality", "space", "municipality", "host")
    seen: set[int] = set()
    for booking in rows.order_by("answer_until", "pk"):
        if booking.order_id in seen or booking.answer_until - booking.booked_at < LEAST_HOLD:
            continue
        seen.add(booking.order_id)
        letters_bookings.hold_ending(booking.order, booking)
    return len(seen)
