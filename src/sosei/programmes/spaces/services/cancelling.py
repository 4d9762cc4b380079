"""Bookings called off by the guest, the host or the town: what the ladder keeps, what goes back, what is free again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.payments.reasons import in_japanese
from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.programmes.spaces import booking_hooks, locks
from sosei.programmes.spaces.as_rules import ladder_from, zone_of
from sosei.programmes.spaces.errors_bookings import BookingError
from sosei.programmes.spaces.models import Booking, BookingCancellation, BookingChange, Order
from sosei.programmes.spaces.permissions import serves_spaces
from sosei.programmes.spaces.rules_bookings import State, Who
from sosei.programmes.spaces.rules_ladders import By, DatedStep, Move, Owed, Why, owed, steps_with_dates
from sosei.programmes.spaces.rules_series import Scope, meant
from sosei.programmes.spaces.services import money, placing
from sosei.programmes.spaces.services.steps import (
    enter,
    must_be_guest_side,
    must_run_host,
    must_step,
    record,
    words_kept,
)
from sosei.programmes.spaces.words_bookings import CANCELLED, REASONS

SIDES = {
    BookingCancellation.Side.GUEST: (By.GUEST, Who.GUEST),
    BookingCancellation.Side.HOST: (By.HOST, Who.HOST),
    BookingCancellation.Side.TOWN: (By.STAFF, Who.STAFF),
}
"""Who calls off -> as the ladders and the states name it."""
SCOPES = {"this": Scope.ONE, "following": Scope.REST, "all": Scope.ALL}


def moves_of(booking: Booking) -> list[Move]:
    """Earlier changes of its time by the guest, each with the start it had until then."""
    return _moves(_changes_of_guest(booking))


def _changes_of_guest(booking: Booking) -> list[BookingChange]:
    """What the host or the town moved counts for nothing: the guest is not to pay for it."""
    rows = [change for change in booking.changes.all() if change.side == BookingCancellation.Side.GUEST]
    return sorted(rows, key=lambda change: change.number)


def _moves(changes: Iterable[BookingChange]) -> list[Move]:
    return [
        Move(change.at, change.old_period.lower)
        for change in changes
        if change.old_period.lower != change.new_period.lower
    ]


def floor_of(booking: Booking) -> int:
    """What calling it off would have cost at the dearest of the guest's moves: no later move or price undoes it."""
    changes = _changes_of_guest(booking)
    if not changes:
        return 0
    ladder, zone = ladder_from(booking.ladder), zone_of(booking.municipality)
    return max(
        owed(
            ladder,
            change.old_period.lower,
            booking.booked_at,
            change.at,
            change.old_yen,
            zone,
            moves=_moves(changes[:number]),
        ).yen
        for number, change in enumerate(changes)
    )


def at_least(steps: Iterable[DatedStep], floor: int, yen: int) -> tuple[DatedStep, ...]:
    """Steps of a price that cost no less than what stands from earlier moves; neighbours that cost the same are one."""
    if not floor:
        return tuple(steps)
    rows: list[DatedStep] = []
    for step in steps:
        due = max(step.yen, min(floor, yen))
        raised = step
        if due != step.yen:
            raised = DatedStep(step.since, step.until, due * 100 // yen, due, yen - due, Why.MOVED)
        if rows and rows[-1].yen == raised.yen:
            rows[-1] = replace(rows[-1], until=raised.until, percent=raised.percent)
        else:
            rows.append(raised)
    return tuple(rows)


def owed_now(booking: Booking, now: datetime, *, side: str = "guest") -> Owed:
    """What calling it off would cost now, shown before it is confirmed; nothing of what was not settled yet.

    Raises:
        BookingError: there is no such side.
    """
    by, _who = _side(side)
    found = _by_ladder(booking, now, by)
    floor = min(floor_of(booking), booking.yen) if found.why is not Why.NOT_GUEST else 0
    if floor <= found.yen:
        return found
    return Owed(floor * 100 // booking.yen, floor, booking.yen - floor, Why.MOVED, found.step)


def standing_percent(booking: Booking, now: datetime) -> int:
    """The percentage of the ladder that stands for the guest now, whatever was kept before."""
    return _by_ladder(booking, now, By.GUEST).percent


def _by_ladder(booking: Booking, now: datetime, by: By) -> Owed:
    settled = booking.state == Booking.State.CONFIRMED
    return owed(
        ladder_from(booking.ladder),
        booking.period.lower,
        booking.booked_at,
        now,
        booking.yen,
        zone_of(booking.municipality),
        by=by if settled else By.PROGRAM,
        moves=moves_of(booking),
    )


def _side(side: str) -> tuple[By, Who]:
    if side not in SIDES:
        raise BookingError(_("変える側、取り消す側は、使う人・貸す人・市のどれかです。"))
    return SIDES[BookingCancellation.Side(side)]


def steps_now(booking: Booking, now: datetime) -> tuple[DatedStep, ...]:
    """The steps of the ladder that are still to come, with dates and yen."""
    steps = steps_with_dates(
        ladder_from(booking.ladder),
        booking.period.lower,
        booking.booked_at,
        booking.yen,
        zone_of(booking.municipality),
        moves=moves_of(booking),
    )
    steps = at_least(steps, floor_of(booking), booking.yen)
    return tuple(step for step in steps if step.until >= now.replace(second=0, microsecond=0))


def in_scope(booking: Booking, scope: str, now: datetime) -> list[Booking]:
    """The bookings of the order that a change of this one is meant for; none that has begun.

    Raises:
        BookingError: there is no such scope.
    """
    if scope not in SCOPES:
        raise BookingError(_("変える範囲は「この回だけ」「この回からあと」「全部」のどれかです。"), "scope")
    rows = {
        one.pk: one
        for one in Booking.objects.filter(order=booking.order_id, state__in=_LIVE)
        .select_related(
            "space__municipality", "space__ladder", "space__host", "municipality", "order", "person"
        )
        .prefetch_related("changes")
    }
    if booking.pk not in rows:
        return []
    keys = meant({key: one.period.lower for key, one in rows.items()}, booking.pk, SCOPES[scope], now=now)
    return [rows[key] for key in keys]


_LIVE = (Booking.State.HELD, Booking.State.REQUESTED, Booking.State.CONFIRMED)


def cancel(
    *,
    bookings: Sequence[Booking],
    side: str,
    reason_code: str,
    key: UUID,
    actor: Person | None,
    reason: str = "",
    secret: str = "",
) -> list[BookingCancellation]:
    """Calls bookings off, all or none; the same key again gives what was done then.

    The guest owes what the ladder says; whom the host or the town lets down owes nothing and gets everything back.

    Raises:
        NotAllowedError: `actor` is not of that side.
        TooLateError: one has begun.
        BookingError: called off or over already, an unknown reason, or none written where the other side reads it.
    """
    _by, who = _side(side)
    if reason_code not in REASONS[side]:
        raise BookingError(_("取り消す理由を一覧から選んでください。"), "reason_code")
    if side != BookingCancellation.Side.GUEST and not reason.strip():
        raise BookingError(_("取り消す理由を書いてください。使う人に伝わります。"), "reason")
    orders_asked = {one.order_id: one.order for one in bookings}
    for order in orders_asked.values():
        must_be_of(side, order, actor, secret)
    now = timezone.now()
    with tenancy.unguarded(), transaction.atomic():
        orders = locks.lock_orders(orders_asked)
        rows = locks.bookings_of(orders, [one.pk for one in bookings])
        before = BookingCancellation.objects.filter(key__in=[uuid5(key, str(one.pk)) for one in rows])
        done = list(before.select_related("booking"))
        if done:
            return done
        for one in rows:
            must_step(one, State.CANCELLED, who, now)
        placing.free(bookings=[one.pk for one in rows])
        made: list[BookingCancellation] = []
        for order in orders.values():
            mine = [one for one in rows if one.order_id == order.pk]
            made += _cancel(order, mine, side, (reason_code, reason.strip()), key, actor, now)
        for cancellation in made:
            booking_hooks.tell(
                "cancelled", cancellation.booking, actor=actor, now=now, cancellation=cancellation
            )
        return made


def must_be_of(side: str, order: Order, actor: Person | None, secret: str = "") -> None:
    """Who changes or calls off is of the side in whose name it is done.

    Raises:
        NotAllowedError: somebody else.
        BookingError: there is no such side.
    """
    _side(side)
    if side == BookingCancellation.Side.GUEST:
        must_be_guest_side(order, actor, secret)
    elif side == BookingCancellation.Side.HOST:
        must_run_host(actor, order)
    elif actor is None or not serves_spaces(actor, order):
        raise NotAllowedError(_("市として変えたり取り消したりできるのは、市の担当者だけです。"))


def _cancel(
    order: Order,
    rows: Sequence[Booking],
    side: str,
    why: tuple[str, str],
    key: UUID,
    actor: Person | None,
    now: datetime,
) -> list[BookingCancellation]:
    due = money.due_of(rows)
    found = {one: owed_now(one, now, side=side) for one in rows}
    less = {one: due[one.pk] - min(found[one].yen, due[one.pk]) for one in rows}
    returned = _returned(order, less)
    made = [
        BookingCancellation.objects.create(
            municipality_id=one.municipality_id,
            host_id=one.host_id,
            person=one.person,
            booking=one,
            side=side,
            reason_code=why[0],
            reason=why[1][:300],
            percent=found[one].percent,
            yen_owed=due[one.pk] - less[one],
            yen_returned=returned[one],
            step=_step_as_json(found[one]),
            key=uuid5(key, str(one.pk)),
            at=now,
            by=actor,
        )
        for one in rows
    ]
    by_phone = side == BookingCancellation.Side.GUEST and actor is not None and order.person_id is None
    for one in rows:
        enter(one, Booking.State.CANCELLED, now)
        record(
            one,
            "cancelled_by_phone" if by_phone else "cancelled",
            actor=actor,
            reason=words_kept(why[1], order, actor, of_guest=side == BookingCancellation.Side.GUEST),
            of_guest=side == BookingCancellation.Side.GUEST,
            side=side,
            code=why[0],
            yen=due[one.pk] - less[one],
        )
    money.correct(
        order=order,
        changes={one: (-less[one], *_texts(one, found[one])) for one in rows},
        reason=in_japanese(CANCELLED),
        key=f"spaces.cancel:{uuid5(key, str(rows[0].pk))}",
        actor=actor,
    )
    return made


def _returned(order: Order, less: dict[Booking, int]) -> dict[Booking, int]:
    """What of each reduction was paid already, and so goes back."""
    standing = money.standing(order)
    total = sum(less.values())
    left = max(0, standing.kept - (standing.charged - total)) if standing is not None else 0
    found: dict[Booking, int] = {}
    for booking, yen in less.items():
        found[booking] = min(yen, left)
        left -= found[booking]
    return found


def _texts(booking: Booking, found: Owed) -> tuple[str, str]:
    texts = []
    for language in ("ja", "en"):
        with override(language):
            texts.append(
                _("取り消し：%(space)s（取り消し料 %(percent)s％）")
                % {"space": booking.space, "percent": found.percent}
            )
    return texts[0], texts[1]


def _step_as_json(found: Owed) -> dict[str, object]:
    step = found.step
    return {
        "why": str(found.why),
        "percent": found.percent,
        **({} if step is None else {"hours": step.hours, "days": step.days}),
    }


def cancelled_of(orders: Iterable[Order]) -> list[BookingCancellation]:
    """What was called off of orders, the newest first."""
    rows = BookingCancellation.objects.filter(booking__order__in=list(orders))
    return list(rows.select_related("booking__space").order_by("-at", "-pk"))
