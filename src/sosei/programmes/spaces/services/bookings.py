"""The life of a booking: confirmed in one place only, answered, lapsed, used; told to whoever registered for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from sosei.core.payments.models import Bill
from sosei.core.payments.reasons import in_japanese
from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.programmes.spaces import availability, booking_hooks, locks
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.errors_bookings import BookingError, TakenError, TooLateError, why
from sosei.programmes.spaces.errors_bookings import Code as OwnCode
from sosei.programmes.spaces.models import Booking, Order
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_bookings import Facts, State, Who, may_step, pay_until
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.services import money, payment_terms, placing
from sosei.programmes.spaces.services.quoting import Wanted
from sosei.programmes.spaces.services.steps import enter, must_run_host, must_step, record
from sosei.programmes.spaces.services.usage import mark_ended, mark_no_show, mark_used
from sosei.programmes.spaces.words_bookings import LAPSED, LOST

__all__ = [
    "Answered",
    "answer_request",
    "bill_changed",
    "competing",
    "confirm",
    "confirm_held",
    "lapse_due",
    "mark_ended",
    "mark_no_show",
    "mark_used",
]
DAYS_TO_PAY = 2
"""Days in which an accepted request is to be paid where the way itself says nothing."""
GATEWAY_ASKED = timedelta(minutes=2)
"""So long after a hold ran out its payment is left to `core.payments`, which asks the gateway before it ends it."""


@dataclass(frozen=True)
class Answered:
    """What became of an answer.

    Attributes:
        declined: requests that wanted the same place and could not have it any more.
    """

    booking: Booking
    declined: tuple[Booking, ...] = ()


# --- Confirmed --------------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm(*, booking: Booking, now: datetime, actor: Person | None) -> Booking:
    """A held booking is settled; one that is so already stays as it is.

    Raises:
        TakenError: the hold had run out, and somebody else has the place.
        TooLateError: it has begun, or is over.
        BookingError: nothing holds it, or what it owes is not on the bill.
    """
    with tenancy.unguarded():
        order = locks.lock_order(booking.order_id)
        held = locks.bookings_of({order.pk: order}, [booking.pk])[0]
        if held.state == Booking.State.CONFIRMED:
            return held
        confirm_held(held, now=now, actor=actor)
        return held


def confirm_held(
    booking: Booking, *, now: datetime, actor: Person | None, owed: Mapping[int, int] | None = None
) -> None:
    """THE one function by which a booking becomes confirmed; its order is locked, or was just made.

    Args:
        owed: what the bill says that it owes, where it was asked for several at once.

    Raises:
        As `confirm`.
    """
    if now >= booking.period.lower and booking.order.source != Order.Source.PHONE:
        raise TooLateError(_("もう始まっている時間なので、予約を決められません。"))
    refusal = may_step(
        State(booking.state), State.CONFIRMED, Who.PROGRAM, Facts(period_of(booking.period)), now
    )
    if refusal is not None:
        raise BookingError(why(refusal, zone_of(booking.municipality)))
    if booking.yen and (owed or money.due_of([booking]))[booking.pk] != booking.yen:
        raise BookingError(
            _("この予約の料金が請求に入っていないため、決められません。市の担当者に伝えてください。")
        )
    try:
        placing.keep(booking=booking, now=now)
    except placing.LostError as error:
        raise _taken(booking) from error
    enter(booking, Booking.State.CONFIRMED, now)
    record(booking, "confirmed", actor=actor)
    booking_hooks.tell("confirmed", booking, actor=actor, now=now)


def _taken(booking: Booking) -> TakenError:
    wanted = Wanted(booking.space, period_of(booking.period))
    return TakenError(
        [wanted],
        [Refusal(OwnCode.JUST_TAKEN)],
        lambda: availability.nearest(wanted.space, wanted.period, tier=booking.order.tier),
    )


@transaction.atomic
def bill_changed(bill: Bill) -> None:
    """What is paid settles what is held; what comes when somebody else has the place goes back.

    Called by `core.payments` in the transaction of the change, the order locked, the standing beside the bill.
    """
    if money.is_own_change():
        return
    order = locks.lock_order(int(bill.object_key))
    every = locks.bookings_of({order.pk: order})
    held = [one for one in every if one.state == Booking.State.HELD]
    if not held:
        return
    now = timezone.now()
    paid = _paid_for(order, every, bill.paid - bill.refunded - bill.refunding, bill.charged)
    if paid:
        _confirm_paid(order, paid, now)
    elif not bill.waiting and all(one.answer_until <= now for one in held):
        _lapse(order, held, now, "unpaid")


def _paid_for(order: Order, every: Sequence[Booking], kept: int, charged: int) -> list[Booking]:
    """The held bookings whose money is there: dates that a host accepts one by one are paid one by one.

    A payment that was begun with one host's yes is for what that yes confirmed; what came another way goes to the date
    that would lapse first, after what is settled already. Something else on the bill that is unpaid takes none of it.
    """
    held = [one for one in every if one.state == Booking.State.HELD]
    if kept >= charged:
        return held
    due = money.due_of(every)
    settled = sum(due[one.pk] for one in every if one.state != Booking.State.HELD)
    less = min(0, charged - sum(due.values()))
    left = kept - settled - less
    paid, under_way = money.own_payments(order, held)
    if order.shape == Order.Shape.ROOMS:
        # Several rooms are wanted together or not at all.
        return held if paid or (not under_way and 0 < sum(one.yen for one in held) <= left) else []
    found = [one for one in held if one.pk in paid]
    left -= sum(one.yen for one in found)
    for one in sorted(held, key=lambda row: (row.answer_until, row.pk)):
        if one.pk not in paid | under_way and 0 < one.yen <= left:
            found.append(one)
            left -= one.yen
    return found


def _confirm_paid(order: Order, held: Sequence[Booking], now: datetime) -> None:
    lost: list[Booking] = []
    owed = money.due_of(held)
    try:
        with transaction.atomic():
            for booking in held:
                try:
                    with transaction.atomic():
                        confirm_held(booking, now=now, actor=None, owed=owed)
                except (TakenError, TooLateError):
                    lost.append(booking)
                    if order.shape == Order.Shape.ROOMS:
                        raise
    except (TakenError, TooLateError):
        # Several rooms are wanted together or not at all.
        lost = list(held)
    if lost:
        fresh = locks.bookings_of({order.pk: order}, [one.pk for one in lost])
        _lapse(order, fresh, now, "taken")


# --- Asked of the host ------------------------------------------------------------------------------------------------


def competing(booking: Booking) -> list[Booking]:
    """Requests that cannot be had any more when this one is accepted."""
    others = _requests_near(booking)
    wanted = [(one.space, period_of(one.period)) for one in (booking, *others)]
    taken = placing.leaves(wanted)
    mine = [(leaf, period) for place, leaf, period in taken if place == 0]
    losing = {
        place
        for place, leaf, period in taken
        if place and any(leaf == own and period.overlaps(time) for own, time in mine)
    }
    return [one for place, one in enumerate(others, start=1) if place in losing]


def _requests_near(booking: Booking) -> list[Booking]:
    day = timedelta(days=1)
    near = (booking.period.lower - day, booking.period.upper + day)
    rows = Booking.objects.filter(
        host=booking.host_id, state=Booking.State.REQUESTED, period__overlap=near
    ).exclude(order=booking.order_id)
    return list(
        rows.select_related("space__municipality", "order", "person", "municipality").order_by(
            "booked_at", "pk"
        )
    )


def answer_request(*, booking: Booking, accept: bool, reason: str, actor: Person) -> Answered:
    """The host says yes or no; several rooms of one order are answered together.

    Accepted, it is confirmed where nothing has to be paid first, else held until it is paid. Requests that wanted the
    same place are declined then.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        TakenError: the place is taken by now.
        TooLateError: the time to answer is over.
        BookingError: answered already, or declined without a reason.
    """
    must_run_host(actor, booking)
    if not accept and not reason.strip():
        raise BookingError(_("ことわる理由を書いてください。申し込んだ人に伝わります。"), "reason")
    now = timezone.now()
    with tenancy.unguarded():
        placing.sweep(places=[(booking.space, period_of(booking.period))], now=now)
        with transaction.atomic():
            rivals = competing(booking) if accept else []
            orders = locks.lock_orders({booking.order_id, *(one.order_id for one in rivals)})
            order = orders[booking.order_id]
            mine = locks.bookings_of({order.pk: order})
            asked = [
                one
                for one in mine
                if one.pk == booking.pk
                or (order.shape == Order.Shape.ROOMS and one.state == Booking.State.REQUESTED)
            ]
            for one in asked:
                must_step(one, State.HELD if accept else State.DECLINED, Who.HOST, now)
            if not accept:
                _decline(asked, reason.strip(), actor, now)
                return Answered(_of(asked, booking))
            _accept(order, asked, reason.strip(), actor, now)
            keys = [one.pk for one in rivals]
            losing = [one for one in locks.bookings_of(orders, keys) if one.state == Booking.State.REQUESTED]
            for other in orders.values():
                with override(other.guest_language):
                    reason = _("同じ時間の、ほかの申し込みに決まりました。")
                _decline([one for one in losing if one.order_id == other.pk], reason, None, now)
            return Answered(_of(asked, booking), tuple(losing))


def _of(bookings: Sequence[Booking], booking: Booking) -> Booking:
    return next(one for one in bookings if one.pk == booking.pk)


def _accept(order: Order, asked: Sequence[Booking], reason: str, actor: Person, now: datetime) -> None:
    until = _until_after_answer(order, asked, now)
    for one in asked:
        one.state, one.answer_until = Booking.State.HELD, until
    try:
        placing.move(wanted=[(one, one.space, period_of(one.period)) for one in asked])
    except placing.LostError as error:
        raise _taken(asked[0]) from error
    for one in asked:
        one.save(update_fields=["state", "answer_until"])
        record(one, "accepted", actor=actor, reason=reason)
    key = money.accepted_key(asked[0])
    bill = money.charge(order=order, bookings=asked, key=key, actor=actor)
    if bill is None or order.way_to_pay in money.LATER:
        if bill is not None:
            money.start_more(order=order, bill=bill, key=key, actor=actor)
        for one in asked:
            confirm_held(one, now=now, actor=actor)
    elif bill is not None:
        money.start(order=order, bill=bill, way=order.way_to_pay, until=until, key=key, actor=actor)


def _until_after_answer(order: Order, asked: Sequence[Booking], now: datetime) -> datetime:
    if order.way_to_pay in ("konbini", "bank"):
        return payment_terms.until_for(order.way_to_pay, asked, now)
    first = min(one.period.lower for one in asked)
    return pay_until(now, first, zone_of(order.municipality), days_after=DAYS_TO_PAY)


def _decline(bookings: Sequence[Booking], reason: str, actor: Person | None, now: datetime) -> None:
    placing.free(bookings=[one.pk for one in bookings])
    for one in bookings:
        enter(one, Booking.State.DECLINED, now)
        record(one, "declined", actor=actor, reason=reason)
    for one in bookings:
        booking_hooks.tell("declined", one, actor=actor, now=now, reason=reason)


# --- Over -------------------------------------------------------------------------------------------------------------


def lapse_due(*, now: datetime) -> int:
    """Ends what was not paid or answered in time; what was paid meanwhile is confirmed. Run twice it does it once.

    Raises:
        ExceptionGroup: some could not be ended; all others are.
    """
    waiting = (Booking.State.HELD, Booking.State.REQUESTED)
    with tenancy.unguarded():
        orders = Booking.objects.filter(state__in=waiting, answer_until__lte=now).values_list(
            "order", flat=True
        )
        done, failed = 0, []
        for key in sorted(set(orders)):
            try:
                done += _lapse_order(key, now)
            except Exception as error:
                error.add_note(f"spaces.Order {key}")
                failed.append(error)
        placing.sweep_reserved(now)
    if failed:
        raise ExceptionGroup("orders that could not lapse", failed)
    return done


@transaction.atomic
def _lapse_order(key: int, now: datetime) -> int:
    order = locks.lock_order(key)
    every = locks.bookings_of({key: order})
    rows = [one for one in every if one.answer_until and one.answer_until <= now]
    held = [one for one in rows if one.state == Booking.State.HELD]
    asked = [one for one in rows if one.state == Booking.State.REQUESTED]
    ended = 0
    if held:
        bill = money.standing(order)
        paid = {one.pk for one in _paid_for(order, every, bill.kept, bill.charged)} if bill else set()
        mine = [one for one in every if one.pk in paid]
        unpaid = [one for one in held if one.pk not in paid]
        if bill is not None and bill.waiting:
            unpaid = [one for one in unpaid if one.answer_until <= now - GATEWAY_ASKED]
        if mine:
            _confirm_paid(order, mine, now)
        if unpaid:
            _lapse(order, unpaid, now, "unpaid")
        ended = len(mine) + len(unpaid)
    if asked:
        _lapse(order, asked, now, "unanswered")
    return ended + len(asked)


def _lapse(order: Order, bookings: Sequence[Booking], now: datetime, reason: str) -> None:
    placing.free(bookings=[one.pk for one in bookings])
    due = money.due_of(bookings)
    for one in bookings:
        enter(one, Booking.State.LAPSED, now)
        record(one, "lapsed", actor=None, why=reason)
    money.correct(
        order=order,
        changes={one: (-due[one.pk], *_both(one)) for one in bookings},
        reason=in_japanese(LOST if reason == "taken" else LAPSED),
        key=f"spaces.lapse:{bookings[0].pk}",
        actor=None,
    )
    for one in bookings:
        booking_hooks.tell("lapsed", one, actor=None, now=now, why=reason)


def _both(booking: Booking) -> tuple[str, str]:
    texts = []
    for language in ("ja", "en"):
        with override(language):
            texts.append(_("取りやめ：%(space)s") % {"space": booking.space})
    return texts[0], texts[1]
