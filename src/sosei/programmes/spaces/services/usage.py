"""Whether a booking was used: said by the house, seen at the door, or taken as so when nobody objects."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.programmes.spaces import booking_hooks
from sosei.programmes.spaces.errors_bookings import BookingError
from sosei.programmes.spaces.models import Booking
from sosei.programmes.spaces.permissions import serves_spaces
from sosei.programmes.spaces.rules_bookings import NO_SHOW_TERM, State, Who, counts_as_used
from sosei.programmes.spaces.services.steps import (
    enter,
    facts_of,
    lock_booking,
    must_run_host,
    must_step,
    record,
)


@transaction.atomic
def mark_used(*, booking: Booking, actor: Person | None, now: datetime) -> Booking:
    """The guest came; also takes back that nobody did.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        BookingError: it has not begun, or was not confirmed.
    """
    if actor is not None:
        must_run_host(actor, booking)
    with tenancy.unguarded():
        held = lock_booking(booking)
        if held.state == Booking.State.USED:
            return held
        must_step(held, State.USED, Who.PROGRAM if actor is None else Who.HOST, now)
        enter(held, Booking.State.USED, now)
        record(held, "used", actor=actor)
        booking_hooks.tell("used", held, actor=actor, now=now)
        return held


@transaction.atomic
def mark_no_show(*, booking: Booking, reason: str, actor: Person) -> Booking:
    """Nobody came; what was agreed is owed all the same.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        BookingError: not begun, the door was opened, or no reason.
        TooLateError: more than three days after the end.
    """
    must_run_host(actor, booking)
    if not reason.strip():
        raise BookingError(_("どうしてわかったかを書いてください。使う人にも伝わります。"), "reason")
    now = timezone.now()
    with tenancy.unguarded():
        held = lock_booking(booking)
        must_step(held, State.NO_SHOW, Who.STAFF if serves_spaces(actor, held) else Who.HOST, now)
        enter(held, Booking.State.NO_SHOW, now)
        record(held, "no_show", actor=actor, reason=reason.strip())
        booking_hooks.tell("unused", held, actor=actor, now=now, reason=reason.strip())
        return held


def mark_ended(*, now: datetime) -> int:
    """Takes as used what is over: the door was opened, or nobody said within three days that no one came."""
    with tenancy.unguarded():
        rows = Booking.objects.filter(state=Booking.State.CONFIRMED, period__endswith__lte=now)
        return sum(_mark_ended(one, now) for one in rows.order_by("pk").iterator())


@transaction.atomic
def _mark_ended(booking: Booking, now: datetime) -> bool:
    if (
        booking.period.upper + NO_SHOW_TERM > now
        and not booking.door_codes.filter(uses__opened=True).exists()
    ):
        return False
    held = lock_booking(booking)
    if not counts_as_used(State(held.state), facts_of(held), now):
        return False
    enter(held, Booking.State.USED, now)
    record(held, "used", actor=None)
    booking_hooks.tell("used", held, actor=None, now=now)
    return True
