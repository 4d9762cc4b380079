"""Closes a review: everything it shows becomes rows that never change; then publishes it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.planning.strategy.errors_reviews import MissingError, ReviewError
from sosei.planning.strategy.locks_reviews import lock_review, lock_strategy
from sosei.planning.strategy.models import (
    FrozenComment,
    FrozenLine,
    FrozenPart,
    Review,
    Stage,
)
from sosei.planning.strategy.numbers import today_in
from sosei.planning.strategy.services.reviews import advance, check_planner, open_for_changes, record
from sosei.planning.strategy.services.reviews_compose import Composed, compose


@transaction.atomic
def close_review(*, review: Review, closed_by: Person, waivers: Mapping[str, str] | None = None) -> Review:
    """Freezes figures, judgements and texts; all of them or, where anything fails, none.

    Args:
        waivers: key of something missing -> the reason why the review is closed without it, shown in the report.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: closed already, or an earlier stage is running.
        MissingError: evaluations or values are missing, and no reason is given for some of them.
    """
    held = open_for_changes(review.pk)
    check_planner(closed_by, held.strategy)
    if held.stage != Stage.ASSEMBLY:
        raise ReviewError(
            _("いまは「%(stage)s」の段階です。「議会への報告と公表」の段階で締めてください。")
            % {"stage": held.get_stage_display()}
        )
    composed = compose(
        held, user=closed_by, today=today_in(held.strategy.municipality), waivers=waivers or {}
    )
    if composed.missing:
        raise MissingError(
            _("足りないものが%(count)s件あります。そろえるか、そのまま締める理由を書いてください。")
            % {"count": len(composed.missing)},
            composed.missing,
        )
    _keep(composed)
    held.closed_at, held.closed_by = timezone.now(), closed_by
    held.save(update_fields=["closed_at", "closed_by"])
    waived = sum(1 for row in (*composed.parts, *composed.lines) if row.waiver)
    record(held, "review.closed", closed_by, kpis=len(composed.lines), waived=waived)
    return held


def _keep(composed: Composed) -> None:
    composed.report.save()
    FrozenPart.objects.bulk_create(composed.parts)
    FrozenLine.objects.bulk_create(composed.lines)
    FrozenComment.objects.bulk_create(composed.comments)


@transaction.atomic
def publish_review(*, review: Review, published_by: Person) -> Review:
    """Shows a closed review to everybody, and the actuals up to its year with it; the changes for next year follow.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: not closed, published already, made anew since, or the strategy itself isn't published.
    """
    strategy = lock_strategy(review.strategy_id)
    check_planner(published_by, strategy)
    held = lock_review(review.pk)
    if held.closed_at is None:
        raise ReviewError(_("先に評価を締めてください。"))
    if held.published_at is not None:
        raise ReviewError(_("この評価はもう公表しました。"))
    check_in_force(held)
    if strategy.published_at is None:
        raise ReviewError(_("戦略がまだ公表されていません。先に戦略を公表してください。"))
    held.published_at = timezone.now()
    held.save(update_fields=["published_at"])
    if strategy.published_through is None or strategy.published_through < held.fiscal_year:
        strategy.published_through = held.fiscal_year
        strategy.save(update_fields=["published_through"])
    held.strategy = strategy
    advance(held, published_by)
    record(held, "review.published", published_by)
    return held


def check_in_force(review: Review) -> None:
    """Raises `ReviewError` for a review that a newer one takes the place of."""
    if Review.objects.filter(supersedes=review).exists():
        raise ReviewError(
            _(
                "この評価はやり直しが始まっているので、ここからは進められません。新しいほうの評価を開いてください。"
            )
        )
