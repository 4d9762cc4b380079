"""Reviews: asked of both sides, written once, shown together, answered by the host, hidden by staff with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import Cast, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.models import Message
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import letters_reviews as letters
from sosei.programmes.spaces import locks
from sosei.programmes.spaces.errors_care import CareError, NotAllowedError
from sosei.programmes.spaces.models import Booking, Order, Space, SpaceReview
from sosei.programmes.spaces.permissions import may_act_for, runs_host, writes_for_guest
from sosei.programmes.spaces.querysets import hosts_of
from sosei.programmes.spaces.rules_care import (
    QUESTIONS,
    REMIND_BEFORE,
    REVIEW_TERM,
    STARS,
    Mean,
    is_shown,
    may_review,
    missing_answers,
    private_part,
)
from sosei.programmes.spaces.services import numbers
from sosei.programmes.spaces.services.steps import own_words

LONGEST = 1000
Side = SpaceReview.Side
SHOWN = Q(shown_at__isnull=False, hidden_at__isnull=True)


def over_at(booking: Booking) -> datetime:
    """From when a used booking may be reviewed: it is over, and somebody or the clock said that it was used."""
    end: datetime = booking.period.upper
    return end if booking.ended_at is None else max(end, booking.ended_at)


@transaction.atomic
def write_review(
    *,
    booking: Booking,
    side: str,
    stars: int,
    answers: Mapping[str, str],
    comment: str,
    actor: Person | None,
    secret: str = "",
) -> SpaceReview:
    """What one side says of the other, once; when both have written, both are shown. The same sent twice is one.

    Args:
        actor: None for a guest without an account, who holds the `secret` of the order.

    Raises:
        NotAllowedError: `actor` does not speak for that side, or the guest acts for the host.
        CareError: not used, not over yet or too long ago, written already, a question without an answer, words that
            are too long or name somebody.
    """
    order = booking.order
    if not speaks_for(order, side, actor, secret):
        raise NotAllowedError(
            _("評価を書けるのは、使った人と貸した人（と、代わりに入力する市の担当者）だけです。")
        )
    given = {name: answers[name] for name in QUESTIONS[side] if name in answers}
    _check(order, side, stars, given, comment)
    with tenancy.unguarded():
        held_order = locks.lock_order(order.pk)
        held = locks.bookings_of({held_order.pk: held_order}, [booking.pk])[0]
        written = held.reviews.filter(side=side).first()
        said = (stars, given, comment.strip())
        if written is not None:
            if (written.stars, written.answers, written.comment) == said:
                return written
            raise CareError(_("この予約の評価は、もう送られています。あとから書き直すことはできません。"))
        now = timezone.now()
        _must_be_open(held, now)
        if held.person is not None and held.host_id in hosts_of(held.person):
            raise NotAllowedError(_("自分が貸している場所の予約には、評価を書けません。"))
        review: SpaceReview = SpaceReview.objects.create(
            municipality=held.municipality,
            host_id=held.host_id,
            person=held.person,
            space_id=held.space_id,
            booking=held,
            side=side,
            stars=stars,
            answers=given,
            comment=comment.strip(),
            written_at=now,
            written_by=actor,
        )
        record(f"written_by_{side}", review, actor)
        _show(held, now)
        review.refresh_from_db()
        return review


def speaks_for(order: Order, side: str, actor: Person | None, secret: str = "") -> bool:
    """The guest, or who holds the secret, or staff who serve the guest; who runs the host."""
    if side == Side.HOST:
        return actor is not None and runs_host(actor, order)
    if actor is None:
        return numbers.proves(order, secret)
    return may_act_for(actor, order) or writes_for_guest(actor, order)


def _check(order: Order, side: str, stars: int, answers: Mapping[str, str], comment: str) -> None:
    if stars not in STARS:
        raise CareError(_("評価を1から5で選んでください。"), "stars")
    for name in missing_answers(side, answers):
        raise CareError(_("この質問への答えを選んでください。"), name)
    if len(comment) > LONGEST:
        raise CareError(_("ことばは%(most)s文字までにしてください。") % {"most": LONGEST}, "comment")
    if side == Side.GUEST:
        must_be_public(comment, order, "comment")


def must_be_public(text: str, order: Order, field: str) -> None:
    """Everybody reads it: neither names nor contact details.

    Raises:
        CareError: there are some.
    """
    found = private_part(text, [order.guest_name, order.host.representative])
    if found:
        raise CareError(
            _("「%(found)s」が入っています。だれでも読むので、名前と連絡先を消してください。")
            % {"found": found},
            field,
        )


def _must_be_open(booking: Booking, now: datetime) -> None:
    if booking.state != Booking.State.USED or now < over_at(booking):
        raise CareError(_("評価は、使い終わったあとに書けます。"))
    if not may_review(over_at(booking), now):
        raise CareError(
            _("評価を書ける期間（使い終わってから%(days)s日）は過ぎました。") % {"days": REVIEW_TERM.days}
        )


def _show(booking: Booking, now: datetime) -> bool:
    """Shows what is there when it may be; within a transaction that holds the order."""
    rows = list(booking.reviews.order_by("pk"))
    if booking.state != Booking.State.USED or not is_shown([row.side for row in rows], over_at(booking), now):
        return False
    fresh = [row.pk for row in rows if row.shown_at is None]
    if not fresh:
        return False
    SpaceReview.objects.filter(pk__in=fresh).update(shown_at=now)
    letters.tell_shown(booking)
    return True


# --- By the clock -----------------------------------------------------------------------------------------------------


def _with_end(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    end = Cast(F("period__endswith"), DateTimeField())
    kept: QuerySet[Booking] = rows.filter(state=Booking.State.USED).annotate(
        over_at=Greatest(end, F("ended_at"), output_field=DateTimeField())
    )
    return kept


def reviewable(rows: QuerySet[Booking], now: datetime) -> QuerySet[Booking]:
    """Of these bookings, those about which either side may write now, with `over_at`."""
    return _with_end(rows).filter(over_at__gt=now - REVIEW_TERM, over_at__lte=now)


def to_write(rows: QuerySet[Booking], side: str) -> QuerySet[Booking]:
    """Of these bookings, those whose review that side may still write, with `review_until`."""
    written = SpaceReview.objects.filter(booking=OuterRef("pk"), side=side)
    kept: QuerySet[Booking] = (
        reviewable(rows, timezone.now())
        .filter(~Exists(written))
        .annotate(review_until=F("over_at") + REVIEW_TERM)
    )
    return kept


def show_due(*, now: datetime) -> int:
    """Shows the reviews whose time is over; run twice it shows each once; of how many bookings."""
    with tenancy.unguarded():
        waiting = Exists(SpaceReview.objects.filter(booking=OuterRef("pk"), shown_at__isnull=True))
        rows = _with_end(Booking.objects.filter(waiting)).filter(over_at__lte=now - REVIEW_TERM)
        shown = 0
        for key, order in rows.order_by("pk").values_list("pk", "order"):
            with transaction.atomic():
                held = locks.lock_order(order)
                shown += _show(locks.bookings_of({held.pk: held}, [key])[0], now)
        return shown


def ask_due(*, now: datetime) -> int:
    """Asks both sides once an order, and reminds the guest once; of how many letters' occasions.

    A public host has no one to be asked by mail: its reviews wait on its pages.
    """
    with tenancy.unguarded():
        told = _told(now)
        done = 0
        for booking in _unwritten(now):
            key = booking.order_id
            if key not in told[letters.ASK] and key not in told[letters.ASK_HOST]:
                with transaction.atomic():
                    _ask(booking)
                told[letters.ASK].add(key)
                done += 1
            elif _is_due_again(booking, now) and key not in told[letters.REMIND]:
                with transaction.atomic():
                    letters.remind_guest(booking, booking.over_at)
                told[letters.REMIND].add(key)
                done += 1
        return done


def _ask(booking: Any) -> None:
    if not booking.by_guest:
        letters.ask_guest(booking, booking.over_at)
    if not booking.by_host and not booking.host.is_public:
        letters.ask_host(booking, booking.over_at)


def _unwritten(now: datetime) -> list[Any]:
    """Bookings about which somebody may still write, the oldest first."""
    written = SpaceReview.objects.filter(booking=OuterRef("pk"))
    rows = reviewable(Booking.objects.all(), now).annotate(
        by_guest=Exists(written.filter(side=Side.GUEST)), by_host=Exists(written.filter(side=Side.HOST))
    )
    return list(
        rows.exclude(by_guest=True, by_host=True)
        .select_related(
            "order__person",
            "order__host__municipality",
            "order__municipality",
            "space",
            "municipality",
            "host",
        )
        .order_by("period", "pk")
    )


def _is_due_again(booking: Any, now: datetime) -> bool:
    """The guest has not written, and the end of the term is near."""
    return not booking.by_guest and bool(booking.over_at + REVIEW_TERM - now <= REMIND_BEFORE)


def _told(now: datetime) -> dict[str, set[int]]:
    """Kind of key -> keys of orders for which such a message was written."""
    prefixes = (letters.ASK, letters.ASK_HOST, letters.REMIND)
    found: dict[str, set[int]] = {prefix: set() for prefix in prefixes}
    keys = Message.objects.filter(
        kind__in=("space_review.ask", "space.to_guest"), created_at__gt=now - 2 * REVIEW_TERM
    ).values_list("key", flat=True)
    for key in keys:
        for prefix in prefixes:
            if key.startswith(prefix):
                found[prefix].add(int(key.removeprefix(prefix).split(":")[0]))
    return found


def record(what: str, review: SpaceReview, actor: Person | None, *, reason: str = "") -> Any:
    """Leaves an entry on a review."""
    person = review.person
    served = what == "written_by_guest" and actor is not None and person is not None and actor.pk != person.pk
    return write_entry(
        actor=actor,
        verb=f"space_review.{what}",
        subject=review,
        person=person,
        municipality=review.municipality,
        on_behalf_of=person if served else None,
        reason=own_words(reason, review.person_id, actor),
        data={"space": review.space.name},
    )


# --- Figures ----------------------------------------------------------------------------------------------------------


def mean_of(space: Space) -> Mean:
    """What guests gave a space, of reviews that are shown."""
    found = SpaceReview.objects.public().filter(space=space).aggregate(count=Count("pk"), total=Sum("stars"))
    return Mean(found["count"], found["total"] or 0)


def newest_of(space: Space, most: int) -> tuple[Mean, list[SpaceReview]]:
    """The mean of a space and what guests said last, in one query."""
    rows = SpaceReview.objects.public().filter(space=space).select_related("municipality")
    counted = rows.annotate(count=Window(Count("pk")), total=Window(Sum("stars")))
    found: list[Any] = list(counted.order_by("-shown_at", "-pk")[:most])
    return (Mean(found[0].count, found[0].total) if found else Mean(0, 0)), found


def of_guest(order: Order, actor: Person) -> tuple[Mean, list[SpaceReview]] | None:
    """What hosts gave the guest of an order: the figure of all hosts, the words of this host alone.

    Of what other hosts wrote a host is told no words: the figure is enough to answer a request. None for somebody
    without an account, of whom nothing is put together.
    """
    if order.person_id is None or not runs_host(actor, order):
        return None
    with tenancy.unguarded():
        rows = SpaceReview.objects.filter(SHOWN, person=order.person_id, side=Side.HOST)
        found = rows.aggregate(count=Count("pk"), total=Sum("stars"))
        own = (
            rows.filter(host=order.host_id)
            .select_related("space", "booking")
            .order_by("-shown_at", "-pk")[:3]
        )
        return Mean(found["count"], found["total"] or 0), list(own)


def by_side(side: str) -> Q:
    """What a side wrote itself."""
    return Q(side=side)
