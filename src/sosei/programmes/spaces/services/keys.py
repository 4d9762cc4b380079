"""Codes of doors: made for a confirmed booking, renewed when it moves, ended when it is called off.

A booking's codes are written under the lock of its order alone; what is in the locks on the doors follows
(`services.key_sync`). A code that is ended here is ended in the transaction of the change; a new one comes a moment
later from the worker, so that bookings never wait for doors.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import booking_hooks, locks, locks_keys, queue_keys
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.models import Booking, BookingChange, DoorCode, Lock, Space
from sosei.programmes.spaces.periods import period_of, range_of
from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError
from sosei.programmes.spaces.rules_keys import LONGEST, NEIGHBOUR, Key, neighbours_of, new_pin, validity
from sosei.programmes.spaces.rules_periods import Period, day_of, midnight
from sosei.programmes.spaces.services import placing

LENGTH = 6
LIVE = (DoorCode.State.MADE, DoorCode.State.SENT, DoorCode.State.FAILED)
OPENS_FOR = (Booking.State.CONFIRMED, Booking.State.USED)
REACH = timedelta(days=1)
"""No lock opens longer than this before or after a booking (rules_keys.validity)."""


def visible_from(booking: Booking) -> datetime:
    """From when the guest reads the code: the beginning of the day before the booking."""
    zone = zone_of(booking.municipality)
    return midnight(day_of(booking.period.lower, zone) - timedelta(days=1), zone)


def family_of(space: Space) -> set[int]:
    """A space, the halls it lies in, and its parts: all whose doors stand between a guest and the place."""
    found = {space.pk}
    above = space.parent_id
    while above is not None and above not in found:
        found.add(above)
        above = Space.objects.filter(pk=above).values_list("parent_id", flat=True).first()
    below = [space.pk]
    while below:
        below = [
            key
            for key in Space.objects.filter(parent__in=below).values_list("pk", flat=True)
            if key not in found
        ]
        found.update(below)
    return found


def locks_of(space: Space) -> list[Lock]:
    """The locks that open for a booking of a space."""
    rows = Lock.objects.filter(space__in=family_of(space), ended_at__isnull=True)
    return list(rows.select_related("municipality", "host", "space").order_by("pk"))


def has_locks(host_id: int) -> bool:
    """Whether a host has any lock: most have none, and their bookings leave no work."""
    return Lock.objects.filter(host=host_id, ended_at__isnull=True).exists()


# --- What bookings tell ------------------------------------------------------------------------------------------------


def _booking_confirmed(booking: Booking, *, actor: Person | None, now: datetime, **more: Any) -> None:
    if has_locks(booking.host_id):
        queue_keys.leave(queue_keys.SETTLE, booking_id=booking.pk)


def _booking_moved(booking: Booking, *, actor: Person | None, now: datetime, **more: Any) -> None:
    # The old code may have been passed on for the old time, and neither its time nor its door is the booking's any more.
    end_codes(_live(booking), now)
    if has_locks(booking.host_id):
        queue_keys.leave(queue_keys.SETTLE, booking_id=booking.pk)


def _booking_gone(booking: Booking, *, actor: Person | None, now: datetime, **more: Any) -> None:
    codes = _live(booking)
    if codes:
        end_codes(codes, now)
        queue_keys.leave(queue_keys.SETTLE, booking_id=booking.pk)


def _live(booking: Booking) -> list[DoorCode]:
    rows = DoorCode.objects.filter(booking=booking, state__in=LIVE)
    return list(rows.select_related("lock__space", "booking__order", "municipality").order_by("pk"))


booking_hooks.register("confirmed", _booking_confirmed)
booking_hooks.register("moved", _booking_moved)
booking_hooks.register("cancelled", _booking_gone)
booking_hooks.register("lapsed", _booking_gone)


# --- Made and ended ----------------------------------------------------------------------------------------------------


def make_codes(*, booking_id: int) -> set[int]:
    """Gives a booking the codes it should have, and those beside it their time; returns the locks that are to be told.

    May run any number of times: what is right already stays.
    """
    with tenancy.unguarded():
        touched = _settle(booking_id)
        for other in _beside(booking_id):
            touched |= _settle(other)
        return touched


@transaction.atomic
def _settle(booking_id: int) -> set[int]:
    order_id = Booking.objects.values_list("order", flat=True).get(pk=booking_id)
    order = locks.lock_order(order_id)
    booking = locks.bookings_of({order.pk: order}, [booking_id])[0]
    now = timezone.now()
    codes = _live(booking)
    stands = booking.state in OPENS_FOR
    doors = {one.pk for one in locks_of(booking.space)} if stands else set()
    held = locks_keys.lock_locks(doors | {one.lock_id for one in codes})
    doors = {key for key in doors if held[key].ended_at is None}
    touched = {one.lock_id for one in codes if one.lock_id not in doors}
    end_codes([one for one in codes if one.lock_id not in doors], now)
    touched |= set(
        DoorCode.objects.filter(
            booking=booking, state=DoorCode.State.ENDED, removed_at__isnull=True
        ).values_list("lock", flat=True)
    )
    mine = {one.lock_id: one for one in codes}
    around = _neighbours(booking) if doors else _Neighbours()
    for key in sorted(doors):
        valid = validity(
            period_of(booking.period),
            before=held[key].minutes_before,
            after=held[key].minutes_after,
            previous_end=around.previous_end,
            next_start=around.next_start,
        )
        if valid.end <= now:
            continue
        code = mine.get(key)
        if code is None:
            _make(booking, held[key], valid, now)
            touched.add(key)
        elif period_of(code.period) != valid:
            code.period = range_of(valid)
            code.state = DoorCode.State.MADE
            code.save(update_fields=["period", "state"])
            touched.add(key)
    return touched


def _make(booking: Booking, lock: Lock, valid: Period, now: datetime) -> None:
    DoorCode.objects.create(
        municipality_id=booking.municipality_id,
        host_id=booking.host_id,
        person=booking.person,
        booking=booking,
        lock=lock,
        code=_unlike_neighbours(lock, valid),
        period=range_of(valid),
        made_at=now,
    )
    _record("space_key.made", booking, lock)


def _unlike_neighbours(lock: Lock, valid: Period) -> str:
    around = (valid.start - NEIGHBOUR, valid.end + NEIGHBOUR)
    rows = DoorCode.objects.filter(lock=lock, period__overlap=around)
    keys = [
        Key(code, Period(period.lower, period.upper)) for code, period in rows.values_list("code", "period")
    ]
    taken = neighbours_of(valid, keys)
    for length in range(LENGTH, LONGEST + 1):
        try:
            return new_pin(secrets.randbelow, taken, length=length)
        except RulesError as error:
            if error.code != ErrorCode.EXHAUSTED:
                raise
    raise RulesError(
        ErrorCode.EXHAUSTED,
        place="length",
        value=LONGEST,
        remedy="fewer bookings a week",
        neighbours=len(taken),
    )


def end_codes(codes: Iterable[DoorCode], now: datetime) -> None:
    """These codes open no more; the orders of their bookings are locked."""
    for code in codes:
        code.state = DoorCode.State.ENDED
        code.ended_at = now
        code.save(update_fields=["state", "ended_at"])
        _record("space_key.ended", code.booking, code.lock)


def _record(verb: str, booking: Booking, lock: Lock) -> None:
    write_entry(
        actor=None,
        verb=verb,
        subject=booking,
        person=booking.person,
        municipality=booking.municipality,
        data={
            "number": booking.order.number,
            "lock": lock.name,
            "start": booking.period.lower.isoformat(timespec="minutes"),
        },
    )


# --- Beside ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Neighbours:
    previous_end: datetime | None = None
    next_start: datetime | None = None


def _near(space: Space, period: Period) -> Any:
    """Bookings that take some of the same place shortly before or after."""
    near = (period.start - REACH, period.end + REACH)
    taking = Q(occupancies__space__in=placing.leaves_of(space), period__overlap=near)
    return Booking.objects.filter(taking, state__in=Booking.STANDING)


def _neighbours(booking: Booking) -> _Neighbours:
    period = period_of(booking.period)
    rows: Sequence[tuple[int, Any]] = (
        _near(booking.space, period).exclude(pk=booking.pk).order_by().values_list("pk", "period").distinct()
    )
    before = [other.upper for _key, other in rows if other.upper <= period.start]
    after = [other.lower for _key, other in rows if other.lower >= period.end]
    return _Neighbours(max(before, default=None), min(after, default=None))


def _beside(booking_id: int) -> list[int]:
    """Bookings with codes beside this one, and beside where it was before it moved."""
    booking = Booking.objects.select_related("space").get(pk=booking_id)
    places = [(booking.space, period_of(booking.period))]
    change = (
        BookingChange.objects.filter(booking=booking).select_related("old_space").order_by("-number").first()
    )
    if change is not None:
        places.append((change.old_space, period_of(change.old_period)))
    found: set[int] = set()
    for space, period in places:
        rows = _near(space, period).filter(door_codes__state__in=LIVE).exclude(pk=booking_id)
        found.update(rows.order_by().values_list("pk", flat=True))
    return sorted(found)


def fill_lock(*, lock_id: int) -> set[int]:
    """Makes the codes of a new lock for what is booked already; returns the locks that are to be told."""
    with tenancy.unguarded():
        lock = Lock.objects.select_related("space").get(pk=lock_id)
        rows = Booking.objects.filter(
            space__in=family_of(lock.space), state__in=OPENS_FOR, period__endswith__gt=timezone.now()
        )
        touched = {lock.pk}
        for key in list(rows.order_by("pk").values_list("pk", flat=True)):
            touched |= _settle(key)
        return touched
