"""Offers to wishes: sent, changed, taken back by hosts; chosen, which places the order, or declined by who wished."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.programmes.spaces import letters_wishes as letters
from sosei.programmes.spaces import wish_terms
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import moment_text
from sosei.programmes.spaces.errors_bookings import why
from sosei.programmes.spaces.errors_wishes import NotAllowedError, TakenError, TooLateError, WishError
from sosei.programmes.spaces.locks_wishes import lock_wish
from sosei.programmes.spaces.models import Host, Order, Space, SpaceWish, WishOffer
from sosei.programmes.spaces.periods import period_of, range_of
from sosei.programmes.spaces.permissions import may_act_for, runs_host
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import wishes
from sosei.programmes.spaces.services.orders import Guest, Quoted, Wanted, place_order, quote

States = WishOffer.State
NEAR = timedelta(days=7)
"""So long before and after the wished days another time may be offered."""
_KEYS = UUID("6f0c2a36-31b5-4a0b-9a4f-5f1f0e3f7a11")


@dataclass(frozen=True)
class Terms:
    """What a host offers.

    Attributes:
        yen: for the whole time, tax included; None for the price of the list.
        until: the offer stands so long.
    """

    space: Space
    period: Period
    yen: int | None
    text: str
    until: datetime


def list_price(wish: SpaceWish, space: Space, period: Period, now: datetime) -> int:
    """What the time costs the one who wished, by the list.

    Raises:
        WishError: it cannot be booked then: taken, closed, too small, without a price …
    """
    with tenancy.unguarded():
        found = quote(wanted=[Wanted(space, period)], tier=wish.tier, now=now, heads=wish.heads, agreed=None)
    [part] = found.parts
    if part.refusal is not None:
        raise WishError(why(part.refusal, zone_of(wish.municipality)), "day")
    return part.yen


def offer(*, wish: SpaceWish, terms: Terms, actor: Person) -> WishOffer:
    """Offers a space for a time; a second offer of the same space takes the place of the first.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        TooLateError: the wish has come to an end, or is hidden.
        WishError: not free, more than the list's price, a public fee that is not the list's, a time far from what is
            wished, an end that is over, a contact among the words.
    """
    space = terms.space
    if not runs_host(actor, space):
        raise NotAllowedError(_("これができるのは、貸す人と市の担当者だけです。"))
    if actor.pk == wish.person_id:
        raise NotAllowedError(_("自分の募集には、申し出られません。"))
    _check(wish, terms)
    with tenancy.unguarded(), transaction.atomic():
        held = lock_wish(wish.pk)
        now = timezone.now()
        if not held.is_shown or held.answer_until <= now:
            raise TooLateError(_("この募集は、もう終わっています。"))
        until = min(terms.until, held.answer_until, terms.period.start)
        if until <= now:
            raise WishError(_("有効な期限は、これからの時刻にしてください。"), "until")
        listed = list_price(held, space, terms.period, now)
        yen = listed if terms.yen is None else terms.yen
        _check_price(space, yen, listed)
        before = held.offers.filter(space=space, state=States.SENT).first()
        row = before or WishOffer(
            municipality=held.municipality, host_id=space.host_id, person=held.person, wish=held, space=space
        )
        row.period, row.yen, row.list_yen = range_of(terms.period), yen, listed
        row.text, row.valid_until, row.sent_at, row.sent_by = terms.text.strip(), until, now, actor
        row.save()
        what = "offered" if before is None else "offer_changed"
        wishes.record(held, what, actor=actor, space=space.name, yen=yen, heads=held.heads)
        letters.tell_offered(held, row, is_new=before is None)
        return row


def _check(wish: SpaceWish, terms: Terms) -> None:
    space = terms.space
    if space.municipality_id != wish.municipality_id or space.host.state != Host.State.APPROVED:
        raise NotAllowedError(_("この町で認められた貸す人だけが、申し出られます。"))
    if not (wish.period.lower - NEAR <= terms.period.start and terms.period.end <= wish.period.upper + NEAR):
        raise WishError(
            _("使いたい日から%(days)s日よりはなれた時間は、申し出られません。") % {"days": NEAR.days}, "day"
        )
    if wish_terms.CONTACT.search(terms.text):
        raise WishError(
            _(
                "メール、電話番号、ホームページは書かないでください。選ばれて予約が決まると、連絡先が伝わります。"
            ),
            "text",
        )


def _check_price(space: Space, yen: int, listed: int) -> None:
    told = {"yen": f"{listed:,}"}
    if yen > listed:
        raise WishError(
            _("料金表の料金（%(yen)s円）より高くはできません。同じか、安い額を書いてください。") % told, "yen"
        )
    if space.host.is_public and yen != listed:
        raise WishError(
            _(
                "公共施設の使用料は条例で決まっています。%(yen)s円で申し出てください（空けておくと、その額です）。"
            )
            % told,
            "yen",
        )


def take_back(*, offer: WishOffer, actor: Person) -> WishOffer:
    """The host offers it no longer; the one who wished is told.

    Raises:
        NotAllowedError: `actor` neither acts for the host nor serves the town.
        TooLateError: it was chosen, declined or has run out.
    """
    if not runs_host(actor, offer):
        raise NotAllowedError(_("これができるのは、貸す人と市の担当者だけです。"))
    with tenancy.unguarded(), transaction.atomic():
        wish = lock_wish(offer.wish_id)
        held = _sent(offer)
        _end(held, States.TAKEN_BACK)
        wishes.record(wish, "offer_taken_back", actor=actor, space=held.space.name)
        letters.tell_taken_back(wish, held)
        return held


def decline(*, offer: WishOffer, reason: str, actor: Person) -> WishOffer:
    """Does not want what is offered; the host is told why, and is not asked again.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        TooLateError: it has come to an end already.
        WishError: no reason, or a contact among the words.
    """
    _must_act_for(actor, offer)
    if not reason.strip():
        raise WishError(_("ことわる理由を書いてください。貸す人に、そのまま伝わります。"), "reason")
    if wish_terms.CONTACT.search(reason):
        raise WishError(_("メール、電話番号、ホームページは書かないでください。"), "reason")
    with tenancy.unguarded(), transaction.atomic():
        wish = lock_wish(offer.wish_id)
        held = _sent(offer)
        _end(held, States.DECLINED, answer=reason.strip())
        wishes.record(wish, "offer_declined", actor=actor, reason=reason.strip(), space=held.space.name)
        letters.tell_declined(wish, held)
        return held


def quote_of(offer: WishOffer, now: datetime) -> Quoted:
    """What choosing an offer would bind to; the space with its host, town and ladder read before."""
    with tenancy.unguarded():
        return quote(
            wanted=[Wanted(offer.space, period_of(offer.period))],
            tier=offer.wish.tier,
            now=now,
            heads=offer.wish.heads,
            key=key_of(offer),
            agreed=offer.yen,
        )


def key_of(offer: WishOffer) -> UUID:
    """Of the order that choosing it makes: choosing it twice is one order."""
    return uuid5(_KEYS, str(offer.pk))


def choose(*, offer: WishOffer, way_to_pay: str, shown: Mapping[str, Any], actor: Person) -> Order:
    """Takes an offer: it is booked at its price, the wish is over, and the other hosts are told.

    The wish is locked until all is written: of two that choose at once, the second finds the order of the first.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        TooLateError: another offer was chosen, or this one stands no longer.
        TakenError: somebody else has booked the place meanwhile; the wish and the other offers stand.
        As `place_order`.
    """
    _must_act_for(actor, offer)
    try:
        with tenancy.unguarded(), transaction.atomic():
            return _choose(offer, way_to_pay, shown, actor)
    except TakenError:
        _lapse_taken(offer)
        raise


def _choose(offer: WishOffer, way_to_pay: str, shown: Mapping[str, Any], actor: Person) -> Order:
    wish = lock_wish(offer.wish_id)
    held = _read(offer.pk)
    now = timezone.now()
    if held.state == States.CHOSEN:
        return held.booking.order  # type: ignore[no-any-return]
    if wish.state != SpaceWish.State.OPEN or wish.answer_until <= now:
        raise TooLateError(_("この募集は、もう終わっています。"))
    if held.state != States.SENT or held.valid_until <= now:
        raise TooLateError(
            _("この申し出は、%(until)sで終わりました。ほかの申し出を選んでください。")
            % {"until": moment_text(held.ended_at or held.valid_until, zone_of(wish.municipality))}
        )
    order = place_order(
        wanted=[Wanted(held.space, period_of(held.period))],
        guest=Guest.of(wish.person),
        tier=wish.tier,
        purpose=wish.use,
        purpose_note=wish.text[:300],
        heads=wish.heads,
        way_to_pay=way_to_pay,
        shown=shown,
        key=key_of(held),
        actor=actor,
        source=Order.Source.OFFER,
        agreed=held.yen,
    )
    _end(held, States.CHOSEN, booking=order.bookings.get())
    wishes.end(wish, SpaceWish.State.CHOSEN)
    wishes.record(
        wish,
        "chosen",
        actor=actor,
        space=held.space.name,
        yen=held.booking.yen,
        number=order.number,
    )
    letters.tell_chosen(wish, held, order)
    for other in wishes.release_offers(wish, States.NOT_CHOSEN):
        letters.tell_not_chosen(wish, other)
    return order


def _lapse_taken(offer: WishOffer) -> None:
    """What somebody else has is not offered any more."""
    with tenancy.unguarded(), transaction.atomic(), suppress(TooLateError):
        wish = lock_wish(offer.wish_id)
        held = _sent(offer)
        _end(held, States.LAPSED)
        wishes.record(wish, "offer_lost", actor=None, space=held.space.name)
        letters.tell_lost(wish, held)


def _must_act_for(actor: Person, offer: WishOffer) -> None:
    if not may_act_for(actor, offer):
        raise NotAllowedError(_("募集ができるのは、本人と、本人に代わる市の担当者だけです。"))


def _read(key: int) -> WishOffer:
    rows = WishOffer.objects.select_related(
        "space__host", "space__municipality", "space__ladder", "host__municipality", "booking__order"
    )
    found: WishOffer = rows.get(pk=key)
    return found


def _sent(offer: WishOffer) -> WishOffer:
    held = _read(offer.pk)
    if held.state != States.SENT:
        raise TooLateError(_("この申し出は、もう終わっています。"))
    return held


def _end(offer: WishOffer, state: str, **columns: Any) -> None:
    for name, value in {"state": state, "ended_at": timezone.now(), **columns}.items():
        setattr(offer, name, value)
    offer.save(update_fields=["state", "ended_at", *columns])
