"""What a used booking achieved, told to outcomes in the same transaction; no personal data goes along."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sosei.core.people.models import Person
from sosei.planning.outcomes.models import Fact
from sosei.planning.outcomes.services.recording import record_fact, withdraw_fact
from sosei.planning.outcomes.words_kinds import SPACE
from sosei.programmes.spaces import booking_hooks
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.models import Booking
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_periods import day_of

BOOKING = "spaces.booking"


def record_used(booking: Booking, *, actor: Person | None, now: datetime, **more: Any) -> list[Fact]:
    """The use with its hours, the guests from outside, the remote workers.

    Raises:
        As `record_fact`.
    """
    period, order = period_of(booking.period), booking.order
    common: dict[str, Any] = {
        "municipality": booking.municipality,
        "on": day_of(period.start, zone_of(booking.municipality)),
        "obj": (BOOKING, str(booking.pk)),
        "attributes": {SPACE.name: booking.space.kind} if booking.space.kind in SPACE.values else {},
    }
    hours = (Decimal(period.minutes) / 60).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    facts = [record_fact(kind="booking_used", amount=hours, **common)]
    if order.from_outside:
        facts.append(record_fact(kind="space_guest_from_outside", count=order.from_outside, **common))
    if order.remote_workers:
        facts.append(record_fact(kind="remote_worker_hosted", count=order.remote_workers, **common))
    return facts


def withdraw_used(
    booking: Booking, *, actor: Person | None, now: datetime, reason: str = "", **more: Any
) -> list[Fact]:
    """Takes back all that a booking told, because nobody came after all; returns the counter-facts."""
    standing = Fact.objects.filter(
        municipality=booking.municipality,
        object_type=BOOKING,
        object_key=str(booking.pk),
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    return [withdraw_fact(fact=fact, reason=reason, withdrawn_by=actor) for fact in standing.order_by("pk")]


booking_hooks.register("used", record_used)
booking_hooks.register("unused", withdraw_used)
