"""Orders: one period, a series or several rooms, quoted and then placed all or nothing, with one bill.

Placing takes two transactions. The first, a single statement, takes the places and is committed at once: whoever comes
too late is told after one round trip, whatever else there is to be written. The second writes order, bookings and bill
and hands the places over; if it fails, they are given back, and if the program is killed, they run out after a minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from time import sleep
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sosei.core.people import tenancy
from sosei.core.people.inserting import inserted
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import availability, booking_hooks, rules_bookings
from sosei.programmes.spaces.as_rules import ladder_as_json
from sosei.programmes.spaces.errors_bookings import (
    Code,
    TakenError,
)
from sosei.programmes.spaces.models import Booking, Order, Space, UserGroup
from sosei.programmes.spaces.periods import range_of
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.services import (
    bookings,
    lottery_places,
    money,
    numbers,
    payment_terms,
    placing,
)
from sosei.programmes.spaces.services.asked import Asked, Guest, check, check_group, check_offer
from sosei.programmes.spaces.services.paying import KEY, pay_again
from sosei.programmes.spaces.services.quoting import (
    Part,
    Quoted,
    Wanted,
    quote,
    series,
    wanted_of,
)

__all__ = [
    "Guest",
    "Part",
    "Quoted",
    "Wanted",
    "pay_again",
    "place_order",
    "quote",
    "series",
    "wanted_of",
]
SKIP_ATTEMPTS = 3
"""Who leaves out what is taken, and meets somebody quicker again, is asked no more than so often."""
TWIN_ATTEMPTS, TWIN_PAUSE = 100, 0.02
"""How often, and after how many seconds, a second click looks whether the first has begun to write."""


def place_order(
    *,
    wanted: Sequence[Wanted],
    guest: Guest,
    tier: str,
    purpose: str,
    heads: int,
    way_to_pay: str,
    shown: Mapping[str, Any],
    key: UUID,
    actor: Person | None,
    group: UserGroup | None = None,
    purpose_note: str = "",
    from_outside: int = 0,
    remote_workers: int = 0,
    skip_clashes: bool = False,
    source: str = Order.Source.WEB,
    repeats: Any = None,
    note: str = "",
    waiting: int = 0,
    agreed: int | None = None,
) -> Order:
    """Books all that is wanted, or nothing; the same key again gives the order that is there.

    What is free or paid later is confirmed at once; else the places are held until it is paid, or the host answers.

    Args:
        skip_clashes: leaves out what cannot be had, as long as something is left.
        shown: the six items as they were shown, and `digest` of the quote.
        waiting: key of the entry of the waiting list that is taken up.
        agreed: yen of the host's offer that is chosen: its price at most, and nobody has to answer any more.

    Raises:
        NotAllowedError: `actor` may not book for this guest.
        TakenError: something cannot be had; nothing was booked.
        ChangedPriceError: price or ladder are not what was shown.
        BookingError: nothing wanted, too much, spaces of several hosts, a way to pay that does not fit, items not shown.
    """
    by_staff = check(wanted, guest, actor, source, way_to_pay, shown)
    asked = Asked(
        wanted=sorted(wanted, key=lambda one: (one.period, one.space.pk)),
        guest=guest,
        tier=group.tier if group is not None else tier,
        group=group,
        purpose=purpose,
        purpose_note=purpose_note,
        heads=heads,
        from_outside=from_outside,
        remote_workers=remote_workers,
        way_to_pay=way_to_pay,
        shown=shown,
        key=key,
        actor=actor,
        source=source,
        repeats=repeats,
        note=note,
        by_staff=by_staff,
        waiting=waiting,
        agreed=agreed,
        now=timezone.now(),
    )
    with tenancy.unguarded():
        if not skip_clashes:
            return _place(asked)
        for _attempt in range(SKIP_ATTEMPTS):
            left = _without_clashes(asked)
            with suppress(TakenError):
                return _place(left)
        raise _lost(asked)


def _place(asked: Asked) -> Order:
    if asked.source == Order.Source.LOTTERY:
        # Held under this very key since the draw.
        held = lottery_places.held(asked.key)
        if not held:
            raise _lost(asked)
        return _write(asked, held)
    needs_answer = not (asked.by_staff or asked.agreed is not None) and any(
        one.space.way == Space.Way.REQUEST for one in asked.wanted
    )
    return _write(asked, None) if asked.waiting or needs_answer else _reserve_and_write(asked)


def _without_clashes(asked: Asked) -> Asked:
    found = _quote(asked)
    if not found.good:
        raise _taken(asked, found.clashes)
    return replace(asked, wanted=[part.wanted for part in found.good])


def _quote(asked: Asked) -> Quoted:
    return quote(
        wanted=asked.wanted,
        tier=asked.tier,
        group=asked.group,
        now=asked.now,
        by_staff=asked.by_staff,
        heads=asked.heads,
        waiting=asked.waiting,
        key=asked.key,
        drawn=asked.source == Order.Source.LOTTERY,
        agreed=asked.agreed,
    )


def _taken(asked: Asked, clashes: Sequence[Part]) -> TakenError:
    first = clashes[0].wanted
    return TakenError(
        [part.wanted for part in clashes],
        [part.refusal for part in clashes if part.refusal is not None],
        lambda: availability.nearest(first.space, first.period, tier=asked.tier),
    )


def _lost(asked: Asked) -> TakenError:
    """Somebody was quicker; of several, those are named that are taken now."""
    refusal = Refusal(Code.JUST_TAKEN)
    if len(asked.wanted) > 1:
        clashes = _quote(asked).clashes
        if clashes:
            return _taken(asked, clashes)
    return _taken(asked, [Part(one, refusal) for one in asked.wanted])


def _reserve_and_write(asked: Asked) -> Order:
    places = [(one.space, one.period) for one in asked.wanted]
    for _attempt in range(TWIN_ATTEMPTS):
        reserved = placing.reserve(places=places, key=asked.key, now=asked.now)
        if reserved.order is not None:
            return Order.objects.get(pk=reserved.order)
        if reserved.is_taken:
            return _write_or_release(asked, reserved.rows)
        if not reserved.is_twin:
            raise _lost(asked)
        twin = _wait_for_twin(asked.key)
        if twin is not None:
            return twin
        sleep(TWIN_PAUSE)
    raise _lost(asked)


@transaction.atomic
def _wait_for_twin(key: UUID) -> Order | None:
    """What another request with the same key has made; it holds what it reserved until then."""
    placing.hold_reserved(key)
    found: Order | None = Order.objects.filter(key=key).first()
    return found


def _write_or_release(asked: Asked, rows: Mapping[int, Sequence[int]]) -> Order:
    try:
        return _write(asked, rows)
    except BaseException:
        placing.release(asked.key)
        raise


@transaction.atomic
def _write(asked: Asked, rows: Mapping[int, Sequence[int]] | None) -> Order:
    """The order with its bookings and its bill.

    Args:
        rows: what was reserved for it; None where nothing is.
    """
    if rows is not None:
        placing.hold_reserved(asked.key)
    else:
        before = Order.objects.filter(key=asked.key).first()
        if before is not None:
            return before  # type: ignore[no-any-return]
    check_group(asked)
    found = _quote(asked)
    if found.clashes:
        raise _taken(asked, found.clashes)
    check_offer(asked, found)
    order = _make_order(asked, found)
    if order is None:
        placing.release(asked.key)
        return Order.objects.get(key=asked.key)
    made = _make_bookings(asked, order, found)
    try:
        if rows is not None:
            placing.give_to(rows=rows, bookings=made, key=asked.key)
        if asked.waiting:
            placing.hand_over(waiting=asked.waiting, booking=made[0])
    except placing.LostError as error:
        raise _lost(asked) from error
    _record(asked, order, made)
    if not found.needs_answer:
        _pay(asked, order, made)
    return order


def _make_order(asked: Asked, found: Quoted) -> Order | None:
    """None where another request with the same key was quicker."""
    space, guest = asked.wanted[0].space, asked.guest
    spaces = {one.space.pk for one in asked.wanted}
    shape = Order.Shape.SINGLE if len(asked.wanted) == 1 else Order.Shape.SERIES
    order = Order(
        municipality=space.municipality,
        host=space.host,
        person=guest.person,
        number=numbers.new_number(),
        guest_name=guest.name[:80],
        guest_email=guest.email,
        guest_phone=guest.phone,
        guest_language=guest.language,
        shape=Order.Shape.ROOMS if len(spaces) > 1 else shape,
        source=asked.source,
        tier=asked.tier,
        group=asked.group,
        purpose=asked.purpose,
        purpose_note=asked.purpose_note,
        heads=asked.heads,
        from_outside=asked.from_outside,
        remote_workers=asked.remote_workers,
        way_to_pay="" if found.yen == 0 else asked.way_to_pay,
        repeats=asked.repeats,
        terms_id=found.terms[0] if found.terms else None,
        shown=dict(asked.shown),
        key=asked.key,
        made_at=asked.now,
        made_by=asked.actor,
    )
    order.look_up_hash = numbers.hash_of(numbers.secret_of(order))
    return order if inserted(order) else None


def _make_bookings(asked: Asked, order: Order, found: Quoted) -> list[Booking]:
    """Held or requested; what is confirmed at once is so by `bookings.confirm`, as everything else."""
    parts = found.good
    first = min(part.wanted.period.start for part in parts)
    if found.needs_answer:
        state, until = Booking.State.REQUESTED, rules_bookings.request_until(asked.now, first)
    else:
        state, until = (
            Booking.State.HELD,
            payment_terms.held_until(asked.way_to_pay, parts, found.yen, asked.now),
        )
    made = [
        Booking(
            municipality=order.municipality,
            host=order.host,
            person=order.person,
            order=order,
            space=part.wanted.space,
            position=position,
            period=range_of(part.wanted.period),
            state=state,
            yen=part.yen,
            tax_percent=part.tax_percent,
            quote=part.priced.as_json(part.wanted.extras) if part.priced else {},
            ladder=ladder_as_json(part.ladder) if part.ladder else {},
            ladder_from=part.wanted.period.start,
            booked_at=asked.now,
            answer_until=until,
            note=asked.note,
        )
        for position, part in enumerate(parts)
    ]
    Booking.objects.bulk_create(made)
    return made


def _record(asked: Asked, order: Order, made: Sequence[Booking]) -> None:
    served = asked.actor is not None and order.person is not None and asked.actor.pk != order.person_id
    write_entry(
        actor=asked.actor,
        verb="space_order.placed",
        subject=order,
        person=order.person,
        municipality=order.municipality,
        on_behalf_of=order.person if served else None,
        data={
            "number": order.number,
            "space": made[0].space.name,
            "times": len(made),
            "yen": sum(one.yen for one in made),
        },
    )
    for booking in made:
        booking_hooks.tell("placed", booking, actor=asked.actor, now=asked.now)
    booking_hooks.tell_order(order, actor=asked.actor, now=asked.now)


def _pay(asked: Asked, order: Order, made: Sequence[Booking]) -> None:
    """Owed from now on; confirmed where nothing has to arrive first."""
    bill = money.charge(order=order, bookings=made, key=f"{KEY}:{order.key}", actor=asked.actor)
    if bill is not None:
        money.start(
            order=order,
            bill=bill,
            way=order.way_to_pay,
            until=made[0].answer_until,
            key=f"{KEY}:{order.key}",
            actor=asked.actor,
        )
    if bill is None or order.way_to_pay in money.LATER:
        owed = money.due_of(made)
        for booking in made:
            bookings.confirm_held(booking, now=asked.now, actor=asked.actor, owed=owed)
