"""Row locks of reviews, measures, complaints and wishes; a contract's is taken before its reviews'."""

from __future__ import annotations

from sosei.programmes.jobs.models import Complaint, RelocationWish, Restriction, Review


def lock_review(key: int) -> Review:
    """One review: hidden and shown one after the other.

    Raises:
        Review.DoesNotExist: no such review.
    """
    found: Review = (
        Review.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "employer", "person", "contract__posting")
        .get(pk=key)
    )
    return found


def lock_restriction(key: int) -> Restriction:
    """One measure: lifted once, one objection.

    Raises:
        Restriction.DoesNotExist: no such measure.
    """
    found: Restriction = (
        Restriction.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "employer", "person")
        .get(pk=key)
    )
    return found


def lock_complaint(key: int) -> Complaint:
    """One complaint: answered once.

    Raises:
        Complaint.DoesNotExist: no such complaint.
    """
    found: Complaint = (
        Complaint.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "about", "person", "handled_by")
        .get(pk=key)
    )
    return found


def lock_wish(key: int) -> RelocationWish:
    """One wish to talk: answered once.

    Raises:
        RelocationWish.DoesNotExist: no such wish.
    """
    found: RelocationWish = (
        RelocationWish.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "person")
        .get(pk=key)
    )
    return found
