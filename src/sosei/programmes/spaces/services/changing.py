"""Bookings moved to another time or space: the new place is taken before the old is free, and the price follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.payments.reasons import in_japanese
from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.programmes.spaces import availability, booking_hooks, locks
from sosei.programmes.spaces.as_rules import ladder_from, zone_of
from sosei.programmes.spaces.errors_bookings import BookingError, Code, TakenError, TooLateError
from sosei.programmes.spaces.models import Booking, BookingCancellation, BookingChange, Order, Space
from sosei.programmes.spaces.periods import range_of
from sosei.programmes.spaces.permissions import runs_host
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_ladders import DatedStep, Move, Owed, Why, change_due, steps_with_dates
from sosei.programmes.spaces.rules_periods import Period, day_of, span_on, wall_minutes
from sosei.programmes.spaces.services import money, placing
from sosei.programmes.spaces.services.cancelling import (
    at_least,
    floor_of,
    in_scope,
    moves_of,
    must_be_of,
    owed_now,
    standing_percent,
)
from sosei.programmes.spaces.services.pricing import Line, Priced, extras_of
from sosei.programmes.spaces.services.quoting import Part, Wanted, quote
from sosei.programmes.spaces.services.steps import record, words_kept
from sosei.programmes.spaces.words_bookings import MOVED

Side = BookingCancellation.Side
KEPT, WAIVED = "kept", "waived"
"""Codes of the lines that a move adds to a price."""


@dataclass(frozen=True)
class MovePrice:
    """What a move would cost, or why it cannot be.

    Attributes:
        new_yen: what the booking costs from then on.
        kept: what of a lower price is kept, because the ladder had begun to count.
        steps: the ladder from then on.
    """

    old_yen: int
    new_yen: int
    extra: int
    refund: int
    kept: int
    refusal: Refusal | None = None
    steps: tuple[DatedStep, ...] = ()


def price_of_move(
    *,
    booking: Booking,
    space: Space,
    period: Period,
    now: datetime,
    scope: str = "this",
    side: str = Side.GUEST,
    actor: Person | None = None,
) -> MovePrice:
    """What moving a booking there would cost now, with those of the scope, in one sum; `move_booking` does the same.

    Whoever runs the host is not bound by notice, horizon and lengths.

    Raises:
        TooLateError: it has begun.
        BookingError: not settled yet, another host, or the host wants to be asked first.
    """
    by_host = actor is not None and runs_host(actor, booking)
    _check(booking, space, by_host=by_host)
    with tenancy.unguarded():
        moving = _moving(booking, scope, now)
        _must_be_settled(moving, now)
        places = _shifted(booking, moving, space, period)
        parts = _quoted(moving, _wanted(moving, places), booking.order, now, by_staff=by_host)
        prices = [_price(one, part, now, side) for one, part in zip(moving, parts, strict=True)]
    mine = next(price for one, price in zip(moving, prices, strict=True) if one.pk == booking.pk)
    refused = next((price.refusal for price in prices if price.refusal is not None), None)
    return MovePrice(
        sum(price.old_yen for price in prices),
        sum(price.new_yen for price in prices),
        sum(price.extra for price in prices),
        sum(price.refund for price in prices),
        sum(price.kept for price in prices),
        refused,
        mine.steps,
    )


def _moving(booking: Booking, scope: str, now: datetime) -> list[Booking]:
    found = in_scope(booking, scope, now)
    if booking.pk not in {one.pk for one in found}:
        raise TooLateError(_("始まった予約や終わった予約は、変えられません。"))
    return found


def _quoted(
    bookings: Sequence[Booking], wanted: Sequence[Wanted], order: Order, now: datetime, *, by_staff: bool
) -> tuple[Part, ...]:
    return quote(
        wanted=wanted,
        tier=order.tier,
        group=order.group,
        now=now,
        by_staff=by_staff,
        heads=order.heads,
        ignoring=bookings,
    ).parts


def _price(booking: Booking, part: Part, now: datetime, side: str) -> MovePrice:
    if part.refusal is not None:
        return MovePrice(booking.yen, booking.yen, 0, 0, 0, part.refusal)
    kept_before, floor, moves = _kept_of(booking), floor_of(booking), moves_of(booking)
    if side == Side.GUEST:
        floor = max(floor, owed_now(booking, now).yen)
        moves = [*moves, Move(now, booking.period.lower)]
        yen = _yen_after(booking.yen, kept_before, part.yen, standing_percent(booking, now), floor)
    else:
        # Whoever is moved by the house pays no more, and nothing of what becomes cheaper is kept.
        yen = min(booking.yen, part.yen + kept_before)
    steps = steps_with_dates(
        ladder_from(booking.ladder),
        part.wanted.period.start,
        booking.booked_at,
        yen,
        zone_of(booking.municipality),
        moves=moves,
    )
    extra, refund = max(0, yen - booking.yen), max(0, booking.yen - yen)
    kept = max(0, yen - part.yen - kept_before) if side == Side.GUEST else 0
    return MovePrice(booking.yen, yen, extra, refund, kept, None, at_least(steps, floor, yen))


def _yen_after(old_yen: int, kept_before: int, new_yen: int, percent: int, floor: int) -> int:
    """What a booking costs after the guest's move.

    What was kept at earlier moves is no part of the price that becomes cheaper: it is not halved again. Where the price
    rises again, as much of it is set off as was kept of the same yen, so that going and coming wins and costs nothing.
    """
    price = old_yen - kept_before
    due = change_due(price, new_yen, Owed(percent, 0, 0, Why.STEP))
    set_off = min(kept_before, due.extra * percent // 100)
    after = new_yen + kept_before + due.kept - set_off
    return after if after >= old_yen else max(after, min(floor, old_yen))


def _kept_of(booking: Booking) -> int:
    return sum(line["yen"] for line in booking.quote.get("lines", ()) if line.get("code") == KEPT)


def move_booking(
    *,
    booking: Booking,
    space: Space,
    period: Period,
    scope: str,
    reason: str,
    key: UUID,
    actor: Person | None,
    secret: str = "",
    side: str = Side.GUEST,
) -> list[Booking]:
    """Moves a booking, or with it those after it or all of its order, by the same days and to the same hours.

    All or nothing. The same key again changes nothing. What more it costs is owed, and its payment begins; of what
    less, the ladder keeps its share. The ladder never falls back behind where it stood. Where the host or the town moves
    it, it costs no more, and nothing is kept.

    Args:
        side: in whose name it is moved: guest, host or town.

    Raises:
        NotAllowedError: `actor` is not of that side.
        TakenError: a new place cannot be had; everything stays as it was.
        TooLateError: it has begun.
        BookingError: not settled yet, another host, or the host wants to be asked first.
    """
    now = timezone.now()
    by_host = actor is not None and runs_host(actor, booking)
    must_be_of(side, booking.order, actor, secret)
    _check(booking, space, by_host=by_host)
    with tenancy.unguarded():
        moving = in_scope(booking, scope, now)
        if BookingChange.objects.filter(booking=booking, key=uuid5(key, str(booking.pk))).exists():
            return moving
        if booking.pk not in {one.pk for one in moving}:
            raise TooLateError(_("始まった予約や終わった予約は、変えられません。"))
        placing.sweep(places=_shifted(booking, moving, space, period), now=now)
        with transaction.atomic():
            order = locks.lock_order(booking.order_id)
            fresh = locks.bookings_of({order.pk: order}, [one.pk for one in moving])
            if BookingChange.objects.filter(booking=booking, key=uuid5(key, str(booking.pk))).exists():
                return fresh
            _must_be_settled(fresh, now)
            chosen = next(one for one in fresh if one.pk == booking.pk)
            places = _shifted(chosen, fresh, space, period)
            parts = _parts(order, fresh, places, now, by_staff=by_host)
            changes = _move(order, fresh, parts, side, reason.strip(), key, actor, now)
            for one, change in zip(fresh, changes, strict=True):
                booking_hooks.tell("moved", one, actor=actor, now=now, change=change)
            return fresh


def _check(booking: Booking, space: Space, *, by_host: bool) -> None:
    if space.host_id != booking.host_id:
        raise BookingError(
            _("貸す人がちがう場所には移せません。取り消して、新しく予約してください。"), "space"
        )
    if space.way == Space.Way.REQUEST and not by_host:
        raise BookingError(
            _("この場所の変更は、貸す人がします。貸す人に、変えたい日と時間を伝えてください。"), "period"
        )


def _must_be_settled(bookings: Sequence[Booking], now: datetime) -> None:
    for one in bookings:
        if one.state != Booking.State.CONFIRMED:
            raise BookingError(
                _("まだ決まっていない予約は変えられません。先に支払うか、返事を待ってください。")
            )
        if one.period.lower <= now:
            raise TooLateError(_("始まった予約や終わった予約は、変えられません。"))


def _shifted(
    chosen: Booking, moving: Sequence[Booking], space: Space, period: Period
) -> list[tuple[Space, Period]]:
    """Each booking as many days later as the chosen one, to the same hours of the clock.

    Raises:
        BookingError: a clock change swallows one of the times.
    """
    zone = zone_of(chosen.municipality)
    day = day_of(period.start, zone)
    days = day - day_of(chosen.period.lower, zone)
    opens, closes = wall_minutes(period.start, day, zone), wall_minutes(period.end, day, zone)
    found: list[tuple[Space, Period]] = []
    for one in moving:
        if one.pk == chosen.pk:
            found.append((space, period))
            continue
        target = one.space if space.pk == chosen.space_id else space
        span = span_on(day_of(one.period.lower, zone) + days, opens, closes, zone)
        if span is None:
            raise BookingError(_("この日には、その時刻がありません。ほかの時刻を選んでください。"), "period")
        found.append((target, span))
    return found


def _wanted(bookings: Sequence[Booking], places: Sequence[tuple[Space, Period]]) -> list[Wanted]:
    return [
        Wanted(space, period, extras_of(one.quote) if space.pk == one.space_id else ())
        for one, (space, period) in zip(bookings, places, strict=True)
    ]


def _parts(
    order: Order,
    bookings: Sequence[Booking],
    places: Sequence[tuple[Space, Period]],
    now: datetime,
    *,
    by_staff: bool,
) -> list[Part]:
    parts = _quoted(bookings, _wanted(bookings, places), order, now, by_staff=by_staff)
    clashes = [part for part in parts if part.refusal is not None]
    if clashes:
        raise _taken(order, clashes)
    return list(parts)


def _taken(order: Order, clashes: Sequence[Part]) -> TakenError:
    first = clashes[0].wanted
    return TakenError(
        [part.wanted for part in clashes],
        [part.refusal or Refusal(Code.JUST_TAKEN) for part in clashes],
        lambda: availability.nearest(first.space, first.period, tier=order.tier),
    )


def _move(
    order: Order,
    bookings: Sequence[Booking],
    parts: Sequence[Part],
    side: str,
    reason: str,
    key: UUID,
    actor: Person | None,
    now: datetime,
) -> list[BookingChange]:
    try:
        placing.move(
            wanted=[
                (one, part.wanted.space, part.wanted.period)
                for one, part in zip(bookings, parts, strict=True)
            ]
        )
    except placing.LostError as error:
        raise _taken(order, [Part(part.wanted, Refusal(Code.JUST_TAKEN)) for part in parts]) from error
    prices = [_price(one, part, now, side) for one, part in zip(bookings, parts, strict=True)]
    changes = [
        _change(one, part, price, side, reason, key, actor, now)
        for one, part, price in zip(bookings, parts, prices, strict=True)
    ]
    money.correct(
        order=order,
        changes={
            one: (price.extra - price.refund, *_texts(one))
            for one, price in zip(bookings, prices, strict=True)
        },
        reason=in_japanese(MOVED),
        key=f"spaces.move:{uuid5(key, str(bookings[0].pk))}",
        actor=actor,
    )
    if any(price.extra for price in prices):
        money.start_extra(
            order=order, bookings=bookings, key=f"spaces.move:{changes[0].key}:extra", actor=actor
        )
    return changes


def _change(
    booking: Booking,
    part: Part,
    price: MovePrice,
    side: str,
    reason: str,
    key: UUID,
    actor: Person | None,
    now: datetime,
) -> BookingChange:
    old_space, old_period, old_yen = booking.space, booking.period, booking.yen
    booking.space, booking.period = part.wanted.space, range_of(part.wanted.period)
    booking.quote = _quote_after(part, price.new_yen, _kept_of(booking) if side != Side.GUEST else None)
    booking.yen = price.new_yen
    booking.reminded_at = None
    booking.save(update_fields=["space", "period", "yen", "quote", "reminded_at"])
    made: BookingChange = BookingChange.objects.create(
        municipality_id=booking.municipality_id,
        host_id=booking.host_id,
        person=booking.person,
        booking=booking,
        number=booking.changes.count() + 1,
        side=side,
        old_space=old_space,
        new_space=booking.space,
        old_period=old_period,
        new_period=booking.period,
        old_yen=old_yen,
        new_yen=booking.yen,
        reason=reason[:300],
        key=uuid5(key, str(booking.pk)),
        at=now,
        by=actor,
    )
    record(
        booking,
        "moved",
        actor=actor,
        reason=words_kept(reason, booking.order, actor, of_guest=side == Side.GUEST),
        of_guest=side == Side.GUEST,
        side=side,
        old_start=old_period.lower.isoformat(timespec="minutes"),
        yen=booking.yen - old_yen,
    )
    return made


def _quote_after(part: Part, yen: int, kept: int | None) -> dict[str, object]:
    """The new price with what is kept, and what the house takes off where it moved the booking to something dearer.

    Args:
        kept: None where all beyond the new price is kept.
    """
    priced = part.priced
    if priced is None:
        raise ValueError("a place without a price cannot be moved to")
    beyond = yen - priced.yen
    kept = beyond if kept is None else kept
    lines = [line for line in (_line(KEPT, kept), _line(WAIVED, beyond - kept)) if line.yen]
    lines = (*priced.lines, *lines)
    return Priced(lines, yen, priced.tax_percent, priced.exemption).as_json(part.wanted.extras)


def _line(code: str, yen: int) -> Line:
    texts = []
    for language in ("ja", "en"):
        with override(language):
            texts.append(
                _("変更で返らない分") if code == KEPT else _("貸す人・市の都合の変更で、かからない分")
            )
    return Line(texts[0], texts[1], 1, "", yen, yen, code)


def _texts(booking: Booking) -> tuple[str, str]:
    texts = []
    for language in ("ja", "en"):
        with override(language):
            texts.append(_("変更による差額：%(space)s") % {"space": booking.space})
    return texts[0], texts[1]
