"""Reviews: asked of both sides, written once, shown together, hidden by staff with a reason; never edited."""

from __future__ import annotations

import datetime

import rules
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.models import Message
from sosei.core.records.services import write_entry
from sosei.programmes.jobs import letters_care, locks, locks_care
from sosei.programmes.jobs.errors_care import CareError
from sosei.programmes.jobs.models import Contract, Employer, Review, WorkDay
from sosei.programmes.jobs.rules_care import REVIEW_WITHIN, Share, is_shown, may_review
from sosei.programmes.jobs.services.versions import on_behalf_of

LONGEST = 1000
SIDES = (Review.Side.WORKER, Review.Side.EMPLOYER)


@transaction.atomic
def write_review(*, contract: Contract, side: str, good: bool, comment: str, actor: Person) -> Review:
    """What one side says of the other, once; when both have written, both are shown.

    The same words sent twice are one review.

    Raises:
        NotAllowedError: `actor` does not speak for that side.
        CareError: nobody worked, not over yet or too long ago, too long, or written already.
    """
    asked = Review(
        municipality_id=contract.municipality_id,
        employer_id=contract.employer_id,
        person_id=contract.person_id,
        contract=contract,
        side=side,
    )
    if side not in SIDES or not rules.has_perm("jobs.add_review", actor, asked):
        raise NotAllowedError(
            _("評価を書けるのは、働いた人と雇用主（と、代わりに入力する市の担当者）だけです。")
        )
    if len(comment) > LONGEST:
        raise CareError(_("ことばは%(most)s文字までにしてください。") % {"most": LONGEST}, "comment")
    with tenancy.unguarded():
        held = locks.lock_contract(contract.pk)
        now = timezone.now()
        _must_be_open(held, now)
        asked.good, asked.comment = good, comment.strip()
        asked.written_at, asked.written_by = now, actor
        written = held.reviews.filter(side=side).first()
        if written is not None:
            if (written.good, written.comment) == (asked.good, asked.comment):
                return written
            raise CareError(_("この仕事の評価は、もう送られています。あとから書き直すことはできません。"))
        asked.save()
        write_entry(
            actor=actor,
            verb=f"review.written_by_{side}",
            subject=asked,
            person=held.person,
            municipality=held.municipality,
            on_behalf_of=on_behalf_of(actor, held.person, held) if side == "worker" else None,
            data={"posting": held.posting.title},
        )
        _show(held, now)
        asked.refresh_from_db()
        return asked


def _must_be_open(contract: Contract, now: datetime.datetime) -> None:
    worked = contract.days.filter(state=WorkDay.State.WORKED).exists()
    if contract.state != Contract.State.FINISHED or contract.ended_at is None or not worked:
        raise CareError(_("評価は、仕事が終わったあとに書けます。"))
    if not may_review(contract.ended_at, now):
        raise CareError(_("評価を書ける期間（仕事が終わってから14日）は過ぎました。"))


def _show(contract: Contract, now: datetime.datetime) -> bool:
    """Shows what is there when it may be; within a transaction that holds the contract."""
    rows = list(contract.reviews.order_by("pk"))
    if contract.ended_at is None or not is_shown([row.side for row in rows], contract.ended_at, now):
        return False
    fresh = [row.pk for row in rows if row.shown_at is None]
    if not fresh:
        return False
    Review.objects.filter(pk__in=fresh).update(shown_at=now)
    letters_care.tell_shown(contract)
    return True


def show_due(now: datetime.datetime) -> int:
    """Shows the reviews whose time is over; run twice it shows each once; of how many contracts."""
    waiting = Contract.objects.filter(
        reviews__shown_at__isnull=True, reviews__isnull=False, ended_at__lte=now - REVIEW_WITHIN
    ).distinct()
    shown = 0
    for contract in waiting.order_by("pk"):
        with transaction.atomic(), tenancy.unguarded():
            shown += _show(locks.lock_contract(contract.pk), now)
    return shown


def ask_due(now: datetime.datetime) -> int:
    """Asks both sides of each contract that is over, once; how many contracts."""
    ended = _reviewable(now).select_related("municipality", "employer", "person", "posting")
    told = set(
        Message.objects.filter(kind="review.ask", created_at__gt=now - 2 * REVIEW_WITHIN).values_list(
            "key", flat=True
        )
    )
    asked = 0
    for contract in ended.order_by("pk"):
        if letters_care.ask_key(contract) not in told:
            with transaction.atomic():
                letters_care.ask_for_reviews(contract)
            asked += 1
    return asked


def _reviewable(now: datetime.datetime) -> QuerySet[Contract]:
    """Over, with work done, and not too long ago."""
    worked = WorkDay.objects.filter(contract=OuterRef("pk"), state=WorkDay.State.WORKED)
    rows: QuerySet[Contract] = Contract.objects.filter(
        Exists(worked),
        state=Contract.State.FINISHED,
        ended_at__gt=now - REVIEW_WITHIN,
        ended_at__lte=now,
    )
    return rows


def to_write(rows: QuerySet[Contract], side: str) -> QuerySet[Contract]:
    """Of these contracts, those whose review that side may still write."""
    written = Review.objects.filter(contract=OuterRef("pk"), side=side)
    kept: QuerySet[Contract] = rows.filter(
        ~Exists(written), pk__in=_reviewable(timezone.now()).values("pk")
    ).annotate(review_until=F("ended_at") + REVIEW_WITHIN)
    return kept


# --- Moderation -------------------------------------------------------------------------------------------------------


@transaction.atomic
def hide_review(*, review: Review, reason: str, actor: Person) -> Review:
    """Staff take a review out of sight; who wrote it is told why, and the other side where it had been shown.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        CareError: no reason, or hidden already.
    """
    return _moderate(review, True, reason, actor)


@transaction.atomic
def unhide_review(*, review: Review, reason: str, actor: Person) -> Review:
    """Staff show a hidden review again.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town.
        CareError: no reason, or not hidden.
    """
    return _moderate(review, False, reason, actor)


def _moderate(review: Review, hide: bool, reason: str, actor: Person) -> Review:
    if not rules.has_perm("jobs.change_review", actor, review):
        raise NotAllowedError(_("評価をかくせるのは、町の仕事の担当者だけです。"))
    why = reason.strip()[:300]
    if not why:
        raise CareError(_("理由を書いてください。両方に伝わります。"), "reason")
    with tenancy.unguarded():
        held = locks_care.lock_review(review.pk)
        if hide == (held.hidden_at is not None):
            raise CareError(
                _("この評価は、もうかくされています。") if hide else _("この評価は、かくされていません。")
            )
        held.hidden_at = timezone.now() if hide else None
        held.hidden_by = actor if hide else None
        held.hidden_reason = why if hide else ""
        held.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
        entry = write_entry(
            actor=actor,
            verb="review.hidden" if hide else "review.unhidden",
            subject=held,
            person=held.person,
            municipality=held.municipality,
            reason=why,
            data={"posting": held.contract.posting.title},
        )
        letters_care.tell_moderated(held, hidden=hide, reason=why, key=f"review.moderated:{entry.pk}")
        return held


# --- Figures ----------------------------------------------------------------------------------------------------------


def share_of(employer: Employer) -> Share:
    """How many of those who worked there would come again, of reviews that are shown."""
    found = (
        Review.objects.public()
        .filter(employer=employer)
        .aggregate(count=Count("pk"), good=Count("pk", filter=Q(good=True)))
    )
    return Share(found["good"], found["count"])


def own_words_of(employer: Employer, person_id: int) -> list[Review]:
    """What an employer wrote of somebody before.

    Of what other employers wrote an employer is told nothing: what is said of a worker to a third party is not needed
    to fill a place (職安法5条の5).
    """
    rows = Review.objects.filter(employer=employer, person=person_id, side=Review.Side.EMPLOYER)
    return list(rows.select_related("contract__posting").order_by("-written_at")[:5])
