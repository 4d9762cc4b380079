"""What becomes of a review that is shown: answered by the host, reported to the town's staff, hidden by them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.programmes.spaces import letters_reviews as letters
from sosei.programmes.spaces.errors_care import CareError, NotAllowedError
from sosei.programmes.spaces.locks_care import lock_review
from sosei.programmes.spaces.models import SpaceReview
from sosei.programmes.spaces.permissions import decides_impartially, may_act_for, runs_host
from sosei.programmes.spaces.services.reviews import LONGEST, must_be_public, record

Side = SpaceReview.Side


@transaction.atomic
def reply_to(*, review: SpaceReview, text: str, actor: Person) -> SpaceReview:
    """The host answers what a guest said, once, for everybody to read.

    Raises:
        NotAllowedError: `actor` does not run the host.
        CareError: not a guest's review, not shown, answered already, no words, too many, or words that name somebody.
    """
    if review.side != Side.GUEST or not runs_host(actor, review):
        raise NotAllowedError(_("返事を書けるのは、評価された貸す人だけです。"))
    words = text.strip()
    if not words or len(words) > LONGEST:
        raise CareError(_("返事を%(most)s文字までで書いてください。") % {"most": LONGEST}, "reply")
    with tenancy.unguarded():
        held = lock_review(review.pk)
        must_be_public(words, held.booking.order, "reply")
        _must_be_shown(held)
        if held.reply:
            if held.reply == words:
                return held
            raise CareError(_("この評価には、もう返事を書いてあります。"))
        held.reply, held.replied_at, held.replied_by = words, timezone.now(), actor
        held.save(update_fields=["reply", "replied_at", "replied_by"])
        record("replied", held, actor)
        letters.tell_replied(held)
        return held


def may_report(actor: Person, review: SpaceReview) -> bool:
    """The side of which the review speaks, or who serves it."""
    return runs_host(actor, review) if review.side == Side.GUEST else may_act_for(actor, review)


@transaction.atomic
def report_review(*, review: SpaceReview, reason: str, actor: Person) -> SpaceReview:
    """The side of which it speaks asks the town's staff to look at a review.

    Raises:
        NotAllowedError: `actor` is not of that side.
        CareError: no reason, not shown, or it is looked at already.
    """
    if not may_report(actor, review):
        raise NotAllowedError(_("市に知らせることができるのは、評価された人だけです。"))
    why = _reason(reason)
    with tenancy.unguarded():
        held = lock_review(review.pk)
        _must_be_shown(held)
        if held.reported_at is not None:
            raise CareError(_("この評価は、もう市に知らせてあります。返事を待ってください。"))
        held.reported_at, held.reported_by, held.report_reason = timezone.now(), actor, why
        held.save(update_fields=["reported_at", "reported_by", "report_reason"])
        entry = record("reported", held, actor, reason=why)
        letters.tell_staff_of_report(held, f"space_review.reported:{entry.pk}")
        return held


@transaction.atomic
def moderate(*, review: SpaceReview, verb: str, reason: str, actor: Person) -> SpaceReview:
    """Staff hide a review, show it again, or leave as it is what was reported; both sides are told why.

    Args:
        verb: hidden, unhidden or kept.

    Raises:
        NotAllowedError: `actor` is not programme staff of the town, or is one of the two sides.
        CareError: no reason, or it is so already.
    """
    if not decides_impartially(actor, review):
        raise NotAllowedError(_("決められるのは、どちらの側でもない、この町の担当者だけです。"))
    why = _reason(reason)
    with tenancy.unguarded():
        held = lock_review(review.pk)
        fits = {
            "hidden": held.hidden_at is None,
            "unhidden": held.hidden_at is not None,
            "kept": held.hidden_at is None and held.reported_at is not None,
        }
        if not fits[verb]:
            raise CareError(_("この評価は、もうそうなっています。画面を読み直してください。"))
        if verb != "kept":
            hides = verb == "hidden"
            held.hidden_at = timezone.now() if hides else None
            held.hidden_by = actor if hides else None
            held.hidden_reason = why if hides else ""
        held.reported_at = None
        held.save(update_fields=["hidden_at", "hidden_by", "hidden_reason", "reported_at"])
        entry = record(verb, held, actor, reason=why)
        letters.tell_moderated(held, verb=verb, reason=why, key=f"space_review.{verb}:{entry.pk}")
        return held


def _reason(text: str) -> str:
    why = text.strip()[:300]
    if not why:
        raise CareError(_("理由を書いてください。"), "reason")
    return why


def _must_be_shown(review: SpaceReview) -> None:
    if review.shown_at is None or review.hidden_at is not None:
        raise CareError(_("この評価は、いま公開されていません。"))
