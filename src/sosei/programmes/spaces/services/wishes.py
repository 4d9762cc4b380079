"""Wishes ("こんな場所がほしい"): published, changed, closed, hidden by staff, lapsing; for offers see `wish_offers`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import rules
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality, Person
from sosei.core.people.personal_data_here.tools import empty
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import kinds, wish_terms
from sosei.programmes.spaces import letters_wishes as letters
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.errors_wishes import NotAllowedError, TooLateError, WishError
from sosei.programmes.spaces.locks_wishes import lock_wish
from sosei.programmes.spaces.models import SpaceWish, WishOffer
from sosei.programmes.spaces.periods import range_of
from sosei.programmes.spaces.permissions import may_act_for
from sosei.programmes.spaces.rules_periods import MINUTE, ONE_DAY, Period, midnight
from sosei.programmes.spaces.search_wishes import Window, Wishes
from sosei.programmes.spaces.services.search import record_miss
from sosei.programmes.spaces.services.steps import own_words

States, Offers = SpaceWish.State, WishOffer.State
MOST_OPEN = 5
"""Wishes that one person has open at a time."""
LONGEST = timedelta(days=60)
"""So long offers are collected, at most."""
USUAL = timedelta(days=14)
KEPT = timedelta(days=365)
"""After that, what somebody wrote is forgotten; that there was a wish, and what for, is kept."""
WORDS = {
    "text": "",
    "when_note": "",
    "near_name": "",
    "latitude": None,
    "longitude": None,
    "end_reason": "",
    "hidden_reason": "—",
}
OFFER_WORDS = {"text": "", "answer": ""}


@dataclass(frozen=True)
class Terms:
    """What somebody needs.

    Attributes:
        wishes: as a search says it.
        until: the last day on which hosts may answer.
    """

    wishes: Wishes
    text: str
    until: date


def publish(
    *, municipality: Municipality, person: Person, terms: Terms, key: UUID, actor: Person
) -> SpaceWish:
    """Tells the hosts of a town what somebody needs; the same key again gives the wish that is there.

    It counts as a search that found nothing, so that the town and its ICT partners learn what lacks.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        WishError: no day, no use, nobody, too many open ones, an end that is over, or a contact in the words.
    """
    draft = SpaceWish(municipality=municipality, person=person)
    _must_act_for(actor, draft)
    now = timezone.now()
    windows, until = _checked(terms, municipality, now)
    with tenancy.unguarded(), transaction.atomic():
        before = SpaceWish.objects.filter(key=key, person=person).first()
        if before is not None:
            return before  # type: ignore[no-any-return]
        if SpaceWish.objects.filter(person=person, state=States.OPEN).count() >= MOST_OPEN:
            raise WishError(
                _("出せる募集は、1人%(most)s件までです。いらなくなったものを取り下げてから、出してください。")
                % {"most": MOST_OPEN}
            )
        _fill(draft, terms, windows, until)
        draft.asked_at, draft.key = now, key
        SpaceWish.objects.bulk_create([draft], ignore_conflicts=True)
        made: SpaceWish = SpaceWish.objects.select_related("person", "municipality").get(key=key)
        if made.person_id != person.pk:
            raise WishError(_("もう一度、はじめから書いてください。"))
        if made.asked_at == now:
            record(made, "published", actor=actor, heads=made.heads)
            record_miss(
                municipality=municipality, wishes=wish_terms.counted(terms.wishes), why="wish", now=now
            )
        return made


def draft(*, municipality: Municipality, person: Person, terms: Terms) -> SpaceWish:
    """A wish as it would be published, not kept, for a look before.

    Raises:
        WishError: as `publish`.
    """
    made = SpaceWish(municipality=municipality, person=person, asked_at=timezone.now())
    _fill(made, terms, *_checked(terms, municipality, made.asked_at))
    return made


def _checked(terms: Terms, municipality: Municipality, now: datetime) -> tuple[list[Window], datetime]:
    """The stretches of time that are wished, and the moment when answers end."""
    wishes, zone = terms.wishes, zone_of(municipality)
    if wishes.use not in kinds.USES_BY_SLUG:
        raise WishError(_("使い道を選んでください。"), "use")
    if wishes.seats < 1:
        raise WishError(_("人数を書いてください。"), "seats")
    windows = wishes.windows(zone)
    if not windows:
        raise WishError(_("いつ使いたいか、日を選んでください。"), "from")
    if windows[-1].start <= now and windows[-1].end - timedelta(minutes=wishes.length) <= now:
        raise WishError(_("過ぎた時間です。これからの時間を選んでください。"), "from")
    if wish_terms.CONTACT.search(terms.text):
        raise WishError(
            _(
                "メール、電話番号、ホームページは書かないでください。予約が決まると、貸す人に名前と連絡先が伝わります。"
            ),
            "text",
        )
    last = windows[-1].end - timedelta(minutes=wishes.length)
    until = min(midnight(terms.until + ONE_DAY, zone) - MINUTE, last)
    if until <= now:
        raise WishError(_("いつまで待つかは、今日か、これからの日にしてください。"), "until")
    if until > now + LONGEST + ONE_DAY:
        raise WishError(
            _("待てるのは%(days)s日までです。もっと早い日にしてください。") % {"days": LONGEST.days}, "until"
        )
    return windows, until


def _fill(row: SpaceWish, terms: Terms, windows: list[Window], until: datetime) -> None:
    wishes = terms.wishes
    row.period = range_of(Period(windows[0].start, windows[-1].end))
    row.wanted = wish_terms.stored(wishes)
    row.kind, row.use, row.heads, row.tier = wishes.kind, wishes.use, wishes.seats, wishes.tier
    row.equipment, row.step_free, row.yen = sorted(wishes.equipment), wishes.step_free, wishes.yen
    row.latitude, row.longitude = wishes.near or (None, None)
    row.near_name = wishes.near_name[:80]
    row.metres = round(wishes.km * 1000) if wishes.km and wishes.near else None
    row.text, row.answer_until = terms.text.strip(), until


COLUMNS = (
    "period",
    "wanted",
    "kind",
    "use",
    "heads",
    "tier",
    "equipment",
    "step_free",
    "yen",
    "latitude",
    "longitude",
    "near_name",
    "metres",
    "text",
    "answer_until",
)
"""What a change may write."""


def change(*, wish: SpaceWish, terms: Terms, actor: Person) -> SpaceWish:
    """Writes a wish anew; hosts that have answered are told, and their offers stand.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        TooLateError: it has come to an end.
        WishError: as `publish`.
    """
    _must_act_for(actor, wish)
    windows, until = _checked(terms, wish.municipality, timezone.now())
    with tenancy.unguarded(), transaction.atomic():
        held = _open_wish(wish)
        _fill(held, terms, windows, until)
        held.save(update_fields=COLUMNS)
        record(held, "changed", actor=actor, heads=held.heads)
        for offer in standing_offers(held):
            letters.tell_changed(held, offer)
        return held


def close(*, wish: SpaceWish, reason: str, actor: Person) -> SpaceWish:
    """Takes a wish back; hosts that have answered are told.

    Raises:
        NotAllowedError: `actor` is neither the person nor staff who serve them.
        TooLateError: it has come to an end already.
        WishError: a contact among the words.
    """
    _must_act_for(actor, wish)
    if wish_terms.CONTACT.search(reason):
        raise WishError(_("メール、電話番号、ホームページは書かないでください。"), "reason")
    with tenancy.unguarded(), transaction.atomic():
        held = _open_wish(wish)
        end(held, States.TAKEN_BACK, reason=reason.strip())
        record(held, "taken_back", actor=actor, reason=reason.strip(), heads=held.heads)
        for offer in release_offers(held, Offers.NOT_CHOSEN):
            letters.tell_closed(held, offer)
        return held


def hide(*, wish: SpaceWish, reason: str, actor: Person) -> SpaceWish:
    """Keeps a wish from hosts until its words are mended; the one who wished is told why.

    Raises:
        NotAllowedError: `actor` does not serve the town, or it is their own.
        WishError: no reason, or it is hidden already.
    """
    _must_moderate(actor, wish)
    if not reason.strip():
        raise WishError(_("かくす理由を書いてください。書いた人に、そのまま伝わります。"), "reason")
    with tenancy.unguarded(), transaction.atomic():
        held = lock_wish(wish.pk)
        if held.hidden_at is not None:
            raise WishError(_("この募集は、もうかくしてあります。"))
        held.hidden_at, held.hidden_by, held.hidden_reason = timezone.now(), actor, reason.strip()
        held.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
        record(held, "hidden", actor=actor, reason=reason.strip(), heads=held.heads)
        letters.tell_hidden(held)
        return held


def show_again(*, wish: SpaceWish, actor: Person) -> SpaceWish:
    """Hosts find a hidden wish again.

    Raises:
        NotAllowedError: `actor` does not serve the town, or it is their own.
    """
    _must_moderate(actor, wish)
    with tenancy.unguarded(), transaction.atomic():
        held = lock_wish(wish.pk)
        if held.hidden_at is not None:
            held.hidden_at, held.hidden_by, held.hidden_reason = None, None, ""
            held.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
            record(held, "shown", actor=actor, heads=held.heads)
            letters.tell_shown(held)
        return held


def lapse_due(*, now: datetime) -> int:
    """Ends wishes whose time is over and offers that stand no longer; run twice it does each once."""
    with tenancy.unguarded():
        keys = SpaceWish.objects.filter(state=States.OPEN).filter(
            Q(answer_until__lte=now) | Q(offers__state=Offers.SENT, offers__valid_until__lte=now)
        )
        return sum(_lapse(key, now) for key in sorted(set(keys.values_list("pk", flat=True))))


@transaction.atomic
def _lapse(key: int, now: datetime) -> bool:
    held = lock_wish(key)
    if held.state != States.OPEN:
        return False
    if held.answer_until > now:
        late = held.offers.filter(state=Offers.SENT, valid_until__lte=now)
        return bool(late.update(state=Offers.LAPSED, ended_at=now))
    end(held, States.LAPSED)
    record(held, "lapsed", actor=None, heads=held.heads)
    told = release_offers(held, Offers.LAPSED)
    letters.tell_lapsed(held, len(told))
    for offer in told:
        letters.tell_not_chosen(held, offer)
    return True


def forget_old(*, now: datetime) -> int:
    """What was written in wishes that ended long ago, and in their offers, is forgotten."""
    with tenancy.unguarded(), transaction.atomic():
        old = SpaceWish.objects.filter(ended_at__lt=now - KEPT)
        rows = old.exclude(text="", near_name="", latitude=None, end_reason="", when_note="")
        keys = list(rows.values_list("pk", flat=True))
        empty(WishOffer.objects.filter(wish__in=keys), OFFER_WORDS)
        return empty(SpaceWish.objects.filter(pk__in=keys), WORDS)


# --- What verbs have in common ----------------------------------------------------------------------------------------


def _must_act_for(actor: Person, wish: SpaceWish) -> None:
    if not may_act_for(actor, wish):
        raise NotAllowedError(_("募集ができるのは、本人と、本人に代わる市の担当者だけです。"))


def _must_moderate(actor: Person, wish: SpaceWish) -> None:
    if not rules.has_perm("spaces.hide_wish", actor, wish):
        raise NotAllowedError(_("募集をかくせるのは、この町の事業担当だけです（自分の募集はかくせません）。"))


def _open_wish(wish: SpaceWish) -> SpaceWish:
    held = lock_wish(wish.pk)
    if held.state != States.OPEN:
        raise TooLateError(_("この募集は、もう終わっています。"))
    return held


def standing_offers(wish: SpaceWish) -> list[WishOffer]:
    """Offers that have not come to an end."""
    rows = wish.offers.filter(state=Offers.SENT).select_related("space__municipality", "host__municipality")
    return list(rows.order_by("pk"))


def release_offers(wish: SpaceWish, state: str) -> list[WishOffer]:
    """Ends the offers that stand; returns them."""
    found = standing_offers(wish)
    wish.offers.filter(pk__in=[one.pk for one in found]).update(state=state, ended_at=timezone.now())
    return found


def end(wish: SpaceWish, state: str, *, reason: str = "") -> None:
    """A locked wish comes to its end."""
    wish.state, wish.ended_at, wish.end_reason = state, timezone.now(), reason
    wish.save(update_fields=["state", "ended_at", "end_reason"])


def record(wish: SpaceWish, what: str, *, actor: Person | None, reason: str = "", **data: Any) -> None:
    """An entry about a wish."""
    served = (
        actor is not None and actor.pk != wish.person_id and what in ("published", "changed", "taken_back")
    )
    write_entry(
        actor=actor,
        verb=f"space_wish.{what}",
        subject=wish,
        person=wish.person,
        municipality=wish.municipality,
        on_behalf_of=wish.person if served else None,
        reason=own_words(reason, wish.person_id, actor),
        data=data,
    )
