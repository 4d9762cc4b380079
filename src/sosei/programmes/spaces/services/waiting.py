"""The waiting list: whoever waits for a time that becomes free is offered it in turn, for a while, and then the next.

A wish that fits is held with a row of `Occupancy` of its own, so that nobody else can book it meanwhile. The offer is
made in the transaction that frees the time; where somebody else is just writing there, the task tries again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import availability, booking_hooks, locks
from sosei.programmes.spaces.as_rules import hours_of
from sosei.programmes.spaces.errors_bookings import (
    BookingError,
    Code,
    NotAllowedError,
    TakenError,
    TooLateError,
)
from sosei.programmes.spaces.models import Booking, Order, Space, UserGroup, WaitingEntry
from sosei.programmes.spaces.periods import period_of, range_of
from sosei.programmes.spaces.permissions import may_act_for
from sosei.programmes.spaces.rules_bookings import offer_until
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_hours import bookable
from sosei.programmes.spaces.rules_periods import Period, day_of
from sosei.programmes.spaces.services import placing
from sosei.programmes.spaces.services.orders import Guest, Wanted, place_order

States = WaitingEntry.State
NEAR = timedelta(days=1)


def join(
    *, person: Person, space: Space, period: Period, purpose: str, actor: Person, heads: int = 1
) -> WaitingEntry:
    """Somebody waits for a time that is taken; who waits for it already waits on in the old place.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        TakenError: it could not be booked even if nobody else had it.
        BookingError: it is free.
    """
    draft = WaitingEntry(municipality_id=space.municipality_id, host_id=space.host_id, person=person)
    _must_act_for(actor, draft)
    now = timezone.now()
    hours = hours_of(space, tier=Order.Tier.RESIDENT)
    with tenancy.unguarded(), transaction.atomic():
        never = bookable(period, hours, now=now)
        if never is not None:
            raise TakenError([Wanted(space, period)], [never])
        busy = availability.busy(space, period.widened(hours.buffer_before, hours.buffer_after), now=now)
        if not busy:
            raise BookingError(_("この時間は空いています。待たずに予約できます。"), "period")
        WaitingEntry.objects.bulk_create(
            [
                WaitingEntry(
                    municipality_id=space.municipality_id,
                    host_id=space.host_id,
                    person=person,
                    space=space,
                    period=range_of(period),
                    heads=heads,
                    purpose=purpose,
                    asked_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        entry: WaitingEntry = WaitingEntry.objects.get(
            person=person, space=space, period=range_of(period), state__in=(States.WAITING, States.OFFERED)
        )
        if entry.asked_at == now:
            _record(entry, "joined", actor)
        return entry


def _must_act_for(actor: Person, target: Any) -> None:
    if not may_act_for(actor, target):
        raise NotAllowedError(_("空き待ちができるのは、本人と、本人に代わる市の担当者だけです。"))


def _record(entry: WaitingEntry, what: str, actor: Person | None) -> None:
    served = actor is not None and actor.pk != entry.person_id
    write_entry(
        actor=actor,
        verb=f"space_waiting.{what}",
        subject=entry,
        person=entry.person,
        municipality=entry.municipality,
        on_behalf_of=entry.person if served else None,
        data={"space": entry.space.name, "start": entry.period.lower.isoformat(timespec="minutes")},
    )


def place_in_queue(entry: WaitingEntry) -> int:
    """How many wait for an overlapping time of the space or a part of it, up to and with this one; 1 is next."""
    earlier = WaitingEntry.objects.filter(
        state__in=(States.WAITING, States.OFFERED),
        space__in=_related([entry.space_id]),
        period__overlap=entry.period,
    )
    with tenancy.unguarded():
        return sum(
            1
            for asked, key in earlier.values_list("asked_at", "pk")
            if (asked, key) <= (entry.asked_at, entry.pk)
        )


def _related(spaces: list[int]) -> list[int]:
    """Spaces that share a place with these: their halls, and all their parts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE up AS (SELECT id, parent_id FROM spaces_space WHERE id = ANY (%(keys)s::bigint[]) UNION "
            "SELECT s.id, s.parent_id FROM up JOIN spaces_space s ON s.id = up.parent_id), "
            "down AS (SELECT id FROM spaces_space WHERE id = ANY (%(keys)s::bigint[]) UNION "
            "SELECT s.id FROM down JOIN spaces_space s ON s.parent_id = down.id) "
            "SELECT id FROM up UNION SELECT id FROM down",
            {"keys": spaces},
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def leave(*, entry: WaitingEntry, actor: Person) -> WaitingEntry:
    """Waits no longer; what was held is offered to the next.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        BookingError: it came to an end already.
    """
    return _end(entry, States.LEFT, "left", actor)


@transaction.atomic
def decline(*, entry: WaitingEntry, actor: Person) -> WaitingEntry:
    """Does not want what is offered; it is offered to the next.

    Raises:
        As `leave`.
    """
    return _end(entry, States.DECLINED, "declined", actor)


def _end(entry: WaitingEntry, state: str, what: str, actor: Person) -> WaitingEntry:
    _must_act_for(actor, entry)
    with tenancy.unguarded():
        held = locks.lock_entry(entry.pk)
        if held is None or held.state not in (States.WAITING, States.OFFERED):
            raise BookingError(_("この空き待ちは、もう終わっています。"))
        _close(held, state, what, actor)
        offer_freed(space=held.space, period=period_of(held.period))
        return held


def _close(held: WaitingEntry, state: str, what: str, actor: Person | None) -> None:
    placing.free(waiting=[held.pk])
    held.state = state
    held.save(update_fields=["state"])
    _record(held, what, actor)


def accept(
    *,
    entry: WaitingEntry,
    tier: str,
    way_to_pay: str,
    shown: Mapping[str, Any],
    key: UUID,
    actor: Person,
    group: UserGroup | None = None,
    heads: int | None = None,
    from_outside: int = 0,
    remote_workers: int = 0,
) -> Order:
    """Books what is offered; the hold becomes the order's.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        TooLateError: the offer has run out.
        As `place_order`.
    """
    _must_act_for(actor, entry)
    with tenancy.unguarded(), transaction.atomic():
        held = locks.lock_entry(entry.pk)
        now = timezone.now()
        if (
            held is not None
            and held.state == States.TAKEN
            and held.booking is not None
            and held.booking.order.key == key
        ):
            return held.booking.order  # type: ignore[no-any-return]
        if (
            held is None
            or held.state != States.OFFERED
            or held.offered_until is None
            or held.offered_until <= now
        ):
            raise TooLateError(_("おさえておいた時間が過ぎました。もう一度、空き待ちをしてください。"))
        order = place_order(
            wanted=[Wanted(held.space, period_of(held.period))],
            guest=Guest.of(held.person),
            tier=tier,
            group=group,
            purpose=held.purpose,
            heads=heads or held.heads,
            from_outside=from_outside,
            remote_workers=remote_workers,
            way_to_pay=way_to_pay,
            shown=shown,
            key=key,
            actor=actor,
            source=Order.Source.WAITING,
            waiting=held.pk,
        )
        held.state, held.booking = States.TAKEN, order.bookings.get()
        held.save(update_fields=["state", "booking"])
        _record(held, "taken", actor)
        return order


def offer_freed(*, space: Space, period: Period) -> WaitingEntry | None:
    """Offers a time that became free to the first in turn whose wish fits; within the transaction that freed it.

    Returns:
        The first who was offered something; None where nobody's wish fits.
    """
    now = timezone.now()
    near = range_of(Period(period.start - NEAR, period.end + NEAR))
    rows = WaitingEntry.objects.filter(
        state=States.WAITING, space__in=_related([space.pk]), period__overlap=near, period__startswith__gt=now
    )
    offered = [
        entry
        for key in rows.order_by("asked_at", "pk").values_list("pk", flat=True)
        if (entry := _offer(key, now))
    ]
    return offered[0] if offered else None


def _offer(key: int, now: datetime) -> WaitingEntry | None:
    entry = locks.lock_entry(key, patient=False)
    if entry is None or entry.state != States.WAITING or entry.space.state != Space.State.PUBLISHED:
        return None
    period = period_of(entry.period)
    if _stands_against(entry, period, now) is not None:
        return None
    until = offer_until(now, period.start)
    if until <= now:
        return None
    try:
        placing.take(
            places=[(entry.space, period, placing.For(waiting=entry.pk, until=until))], patience=True
        )
    except placing.LostError:
        return None
    entry.state, entry.offered_until = States.OFFERED, until
    entry.save(update_fields=["state", "offered_until"])
    _record(entry, "offered", None)
    booking_hooks.tell("offered", entry, actor=None, now=now)
    return entry


def _stands_against(entry: WaitingEntry, period: Period, now: datetime) -> Refusal | None:
    hours = hours_of(entry.space, tier=Order.Tier.RESIDENT)
    day = day_of(period.start, hours.zone)
    for lottery in availability.undrawn_lotteries(entry.space):
        if lottery.use_from <= day <= lottery.use_until:
            # Held, it would be missing in the draw, and could not be taken up before it.
            return Refusal(Code.BY_LOTTERY, {"draw": lottery.draw_at})
    busy = availability.busy(entry.space, period.widened(hours.buffer_before, hours.buffer_after), now=now)
    return bookable(period, hours, now=now, busy=busy)


def offer_due(*, now: datetime) -> int:
    """Ends offers that nobody took up and waits that came to nothing, and offers what is free. Twice does it once."""
    with tenancy.unguarded():
        late = WaitingEntry.objects.filter(state=States.OFFERED, offered_until__lte=now)
        begun = WaitingEntry.objects.filter(state=States.WAITING, period__startswith__lte=now)
        keys = [*late.values_list("pk", flat=True), *begun.values_list("pk", flat=True)]
        done = sum(_lapse(key, now) for key in sorted(keys))
        waiting = WaitingEntry.objects.filter(state=States.WAITING, period__startswith__gt=now)
        for key in waiting.order_by("asked_at", "pk").values_list("pk", flat=True):
            with transaction.atomic():
                done += _offer(key, now) is not None
        return done


@transaction.atomic
def _lapse(key: int, now: datetime) -> bool:
    held = locks.lock_entry(key)
    if held is None:
        return False
    late = held.state == States.OFFERED and held.offered_until is not None and held.offered_until <= now
    if not late and not (held.state == States.WAITING and held.period.lower <= now):
        return False
    _close(held, States.LAPSED, "lapsed", None)
    booking_hooks.tell("offer_lapsed", held, actor=None, now=now)
    offer_freed(space=held.space, period=period_of(held.period))
    return True


def _freed(booking: Booking, *, actor: Person | None, now: datetime, **more: Any) -> None:
    offer_freed(space=booking.space, period=period_of(booking.period))


def _left_behind(booking: Booking, *, actor: Person | None, now: datetime, change: Any, **more: Any) -> None:
    offer_freed(space=change.old_space, period=period_of(change.old_period))


for _event in ("cancelled", "lapsed", "declined"):
    booking_hooks.register(_event, _freed)
booking_hooks.register("moved", _left_behind)
