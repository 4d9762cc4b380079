"""Row locks of reviews and reports of damage; the order comes first, its bill last (see `locks`)."""

from __future__ import annotations

from sosei.programmes.spaces.models import DamageReport, SpaceReview


def lock_review(key: int) -> SpaceReview:
    """One review, its order locked or of no matter.

    Raises:
        SpaceReview.DoesNotExist: no such review.
    """
    rows = SpaceReview.objects.select_for_update(of=("self",), no_key=True)
    found: SpaceReview = rows.select_related(
        "municipality", "host__municipality", "space__municipality", "booking__order", "person"
    ).get(pk=key)
    return found


def lock_report(key: int) -> DamageReport:
    """One report of damage, its order locked: of two answers at once one is the first.

    Raises:
        DamageReport.DoesNotExist: no such report.
    """
    rows = DamageReport.objects.select_for_update(of=("self",), no_key=True)
    found: DamageReport = rows.select_related("municipality", "host__municipality", "person").get(pk=key)
    return found
