"""Steps of a booking that every service takes: who may, whether the rules allow it, the state written, the entry left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import locks
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.errors_bookings import BookingError, NotAllowedError, TooLateError, why
from sosei.programmes.spaces.models import Booking, LockUse, Order
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.permissions import may_act_for, runs_host, serves_spaces
from sosei.programmes.spaces.rules_bookings import Code, Facts, State, Who, may_step
from sosei.programmes.spaces.services import numbers


def must_be_guest_side(order: Order, actor: Person | None, secret: str = "") -> None:
    """The guest, staff of the town, who took the guest's call, or somebody who holds the secret of the order.

    Raises:
        NotAllowedError: somebody else.
    """
    known = actor is not None and (
        may_act_for(actor, order) or serves_spaces(actor, order) or takes_calls(actor, order)
    )
    if not known and not (actor is None and numbers.proves(order, secret)):
        raise NotAllowedError(_("この予約を変えられるのは、予約した人と市の担当者だけです。"))


def takes_calls(actor: Person, order: Order) -> bool:
    """Runs the host of a guest who has a telephone number alone: nobody else can do the guest's part."""
    return is_by_phone(order) and runs_host(actor, order)


def is_by_phone(order: Order) -> bool:
    """Made on the telephone or at the counter, by a guest with neither an account nor an address of mail."""
    return order.source == Order.Source.PHONE and order.person_id is None and not order.guest_email


def must_run_host(actor: Person | None, target: Any) -> None:
    """Somebody who acts for the host, or staff of the town.

    Raises:
        NotAllowedError: somebody else.
    """
    if actor is None or not runs_host(actor, target):
        raise NotAllowedError(_("これができるのは、貸す人と市の担当者だけです。"))


def facts_of(booking: Booking) -> Facts:
    """What the rules ask of a booking."""
    opened = LockUse.objects.filter(code__booking=booking, opened=True).aggregate(at=Min("at"))["at"]
    return Facts(period_of(booking.period), booking.answer_until, opened)


def must_step(booking: Booking, after: State, who: Who, now: datetime) -> None:
    """The state may be changed so.

    Raises:
        TooLateError, BookingError: it may not; the text says why.
    """
    refusal = may_step(State(booking.state), after, who, facts_of(booking), now)
    if refusal is None:
        return
    late = refusal.code in (Code.HAS_BEGUN, Code.TERM_OVER)
    kind = TooLateError if late else BookingError
    raise kind(why(refusal, zone_of(booking.municipality)))


def enter(booking: Booking, state: str, now: datetime) -> None:
    """Writes a state that the rules allow; the order is locked."""
    booking.state = state
    waits = state in (Booking.State.HELD, Booking.State.REQUESTED)
    if not waits:
        booking.answer_until = None
    if state == Booking.State.CONFIRMED and booking.confirmed_at is None:
        booking.confirmed_at = now
    if state not in (Booking.State.CONFIRMED, Booking.State.HELD, Booking.State.REQUESTED):
        booking.ended_at = now
    booking.save(update_fields=["state", "answer_until", "confirmed_at", "ended_at"])


def own_words(text: str, person_id: int | None, actor: Person | None) -> str:
    """What an entry, which is never emptied, may keep of a guest's words: nothing; of what staff wrote, all."""
    return "" if actor is None or actor.pk == person_id else text


def words_kept(text: str, order: Order, actor: Person | None, *, of_guest: bool) -> str:
    """What the entry of a step keeps of its reason: of the guest's side only what staff wrote, or served the guest with."""
    heard = order.person_id is None and actor is not None and not serves_spaces(actor, order)
    return "" if of_guest and heard else own_words(text, order.person_id, actor)


def record(
    booking: Booking,
    what: str,
    *,
    actor: Person | None,
    reason: str = "",
    of_guest: bool = False,
    **data: Any,
) -> None:
    """Leaves an entry on a booking."""
    person = booking.person
    served = of_guest and actor is not None and person is not None and actor.pk != person.pk
    write_entry(
        actor=actor,
        verb=f"space_booking.{what}",
        subject=booking,
        person=person,
        municipality=booking.municipality,
        on_behalf_of=person if served else None,
        reason=reason,
        data={
            "number": booking.order.number,
            "space": booking.space.name,
            "start": booking.period.lower.isoformat(timespec="minutes"),
            **data,
        },
    )


def hold_until(bookings: Iterable[Booking], until: datetime) -> None:
    """Places are held until another moment, because they are paid another way; the order is locked."""
    for booking in bookings:
        booking.answer_until = until
        booking.save(update_fields=["answer_until"])
        booking.occupancies.update(until=until)


def lock_booking(booking: Booking) -> Booking:
    """A booking as it is now, its order locked."""
    order = locks.lock_order(booking.order_id)
    return locks.bookings_of({order.pk: order}, [booking.pk])[0]
