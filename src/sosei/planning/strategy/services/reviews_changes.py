"""The improvement plan of a review: what is kept, strengthened, changed, merged or ended, and whether it was done."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.planning.strategy.errors_reviews import ReviewError
from sosei.planning.strategy.locks_reviews import lock_review
from sosei.planning.strategy.models import Change, FrozenChange, Review, Stage
from sosei.planning.strategy.services.reviews import advance, check_planner, record
from sosei.planning.strategy.services.reviews_closing import check_in_force
from sosei.planning.strategy.services.reviews_compose import both
from sosei.planning.strategy.services.reviews_state import Target, target_key, targets_of


def _open_plan(review: Review, person: Person) -> Review:
    held = lock_review(review.pk)
    check_planner(person, held.strategy)
    if held.plan_published_at is not None:
        raise ReviewError(_("見直しはもう公表しました。内容は変わりません。"))
    check_in_force(held)
    return held


@transaction.atomic
def decide_change(
    *,
    review: Review,
    target: Target,
    kind: str,
    reason: str,
    decided_by: Person,
    into: str = "",
    text: str = "",
) -> Change:
    """Decides what becomes of a measure next year; deciding again replaces it until the plan is published.

    Args:
        into: what it is merged into; for `merged` only.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: the plan is published, no kind, no reason, or a merger without where to.
    """
    held = _open_plan(review, decided_by)
    if kind not in Change.Kind.values:
        raise ReviewError(_("見直しを選んでください。"), "kind")
    if not reason.strip():
        raise ReviewError(_("理由を書いてください。公表されます。"), "reason")
    merged = kind == Change.Kind.MERGED
    if merged and not into.strip():
        raise ReviewError(_("どの施策に統合するかを書いてください。"), "into")
    row, _made = Change.objects.update_or_create(
        review=held,
        **target.columns,
        defaults={
            "strategy": held.strategy,
            "kind": kind,
            "into": into.strip() if merged else "",
            "text": text.strip(),
            "reason": reason.strip(),
            "decided_at": timezone.now(),
            "decided_by": decided_by,
        },
    )
    record(held, "review.change_decided", decided_by, reason=reason, target=target.row.title, kind=kind)
    return row


@transaction.atomic
def keep_the_rest(*, review: Review, reason: str, decided_by: Person) -> int:
    """Everything that nothing is decided on yet is kept, for one reason; returns how many.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: the plan is published, or no reason.
    """
    held = _open_plan(review, decided_by)
    if not reason.strip():
        raise ReviewError(_("理由を書いてください。公表されます。"), "reason")
    left = undecided(held)
    now = timezone.now()
    Change.objects.bulk_create(
        Change(
            strategy=held.strategy,
            review=held,
            kind=Change.Kind.KEPT,
            reason=reason.strip(),
            decided_at=now,
            decided_by=decided_by,
            **target.columns,
        )
        for target in left
    )
    record(held, "review.rest_kept", decided_by, reason=reason, count=len(left))
    return len(left)


def undecided(review: Review) -> list[Target]:
    """What nothing is decided on yet."""
    decided = {target_key(row) for row in Change.objects.filter(review=review)}
    return [target for target in targets_of(review) if target.key not in decided]


@transaction.atomic
def publish_plan(*, review: Review, published_by: Person) -> Review:
    """Freezes the decisions and shows them to everybody: the improvement plan that grants demand.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: results not published yet, the plan published already, or measures without a decision.
    """
    held = _open_plan(review, published_by)
    if held.published_at is None:
        raise ReviewError(_("先に評価の結果を公表してください。見直しは、そのあとで公表します。"))
    left = undecided(held)
    if left:
        raise ReviewError(
            _("見直しを決めていない施策が%(count)s件あります：%(titles)s")
            % {"count": len(left), "titles": _("、").join(str(target.row) for target in left[:5])}
        )
    FrozenChange.objects.bulk_create(_frozen(held))
    held.plan_published_at = timezone.now()
    held.save(update_fields=["plan_published_at"])
    if held.stage == Stage.CHANGES:
        advance(held, published_by)
    record(held, "review.plan_published", published_by)
    return held


def _frozen(review: Review) -> list[FrozenChange]:
    changes = {target_key(row): row for row in Change.objects.filter(review=review)}
    rows = []
    for target in targets_of(review):
        change = changes[target.key]
        kind = both(lambda change=change: Change.Kind(change.kind).label)
        rows.append(
            FrozenChange(
                strategy=review.strategy,
                review=review,
                change=change,
                position=len(rows) + 1,
                number=target.row.number,
                title=target.row.title,
                title_en=target.row.title_en,
                kind_key=change.kind,
                kind=kind[0],
                kind_en=kind[1],
                into=change.into,
                text=change.text,
                reason=change.reason,
            )
        )
    return rows


@transaction.atomic
def mark_carried_out(*, change: Change, carried_out: bool, by: Person) -> Change:
    """The strategy was changed as decided, or that was said too early.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: the plan isn't published yet.
    """
    held = lock_review(change.review_id)
    check_planner(by, held.strategy)
    if held.plan_published_at is None:
        raise ReviewError(_("先に見直しを公表してください。"))
    row: Change = Change.objects.select_related("measure", "package").get(pk=change.pk)
    row.carried_out_at = timezone.now() if carried_out else None
    row.carried_out_by = by if carried_out else None
    row.save(update_fields=["carried_out_at", "carried_out_by"])
    target = row.measure or row.package
    verb = "review.change_carried_out" if carried_out else "review.change_not_carried_out"
    record(held, verb, by, target=target.title)  # type: ignore[union-attr]
    return row
