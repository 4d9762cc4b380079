"""Bookings moved to another time or space: the new place is taken before the old is free, and the price follows."""

from __future__ import annotations

from collections.abc import Sequence
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
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.errors_bookings import BookingError, Code, TakenError, TooLateError
from sosei.programmes.spaces.models import Booking, BookingCancellation, BookingChange, Order, Space
from sosei.programmes.spaces.periods import range_of
from sosei.programmes.spaces.permissions import runs_host
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_periods import Period, day_of, span_on, wall_minutes
from sosei.programmes.spaces.services import money, placing
from sosei.programmes.spaces.services.cancelling import in_scope, must_be_of
from sosei.programmes.spaces.services.move_price import MovePrice, kept_of, price_for, quote_after
from sosei.programmes.spaces.services.pricing import extras_of
from sosei.programmes.spaces.services.quoting import Part, Wanted, quote
from sosei.programmes.spaces.services.steps import record, words_kept
from sosei.programmes.spaces.words_bookings import MOVED

Side = BookingCancellation.Side


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
        prices = [price_for(one, part, now, side) for one, part in zip(moving, parts, strict=True)]
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
    prices = [price_for(one, part, now, side) for one, part in zip(bookings, parts, strict=True)]
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
    booking.quote = quote_after(part, price.new_yen, kept_of(booking) if side != Side.GUEST else None)
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


def _texts(booking: Booking) -> tuple[str, str]:
    texts = []
    for language in ("ja", "en"):
        with override(language):
            texts.append(_("変更による差額：%(space)s") % {"space": booking.space})
    return texts[0], texts[1]
