"""Leads a yearly review through its stages: open it, date, finish and send back stages, make a closed one anew."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.planning.strategy.errors_reviews import ReviewError
from sosei.planning.strategy.locks_reviews import lock_review, lock_strategy
from sosei.planning.strategy.models import (
    Change,
    Evaluation,
    ExpertComment,
    Review,
    ReviewExpert,
    ReviewStage,
    Stage,
    StageMove,
    Strategy,
)
from sosei.planning.strategy.numbers import print_year
from sosei.planning.strategy.permissions import can_plan_strategy
from sosei.planning.strategy.services.reviews_messages import tell_stage_open

STAGES = tuple(Stage.values)
DUE: Mapping[str, tuple[int, int]] = {
    Stage.OWN: (6, 30),
    Stage.OFFICE: (7, 31),
    Stage.EXPERTS: (8, 31),
    Stage.ASSEMBLY: (9, 30),
    Stage.CHANGES: (11, 30),
}
"""Month and day of the fiscal year after the one that is reviewed, as most municipalities do it."""


def usual_dates(fiscal_year: int) -> dict[str, datetime.date]:
    """Stage -> when it is usually due."""
    return {stage: datetime.date(fiscal_year + 1, month, day) for stage, (month, day) in DUE.items()}


def check_planner(person: Person, strategy: Strategy) -> None:
    """Raises `NotAllowedError` for everybody who doesn't plan for the town."""
    if not can_plan_strategy(person, strategy):
        raise NotAllowedError(_("年度の評価を進めるのは、企画担当だけです。"))


def open_for_changes(key: int) -> Review:
    """The review, locked, as long as it isn't closed.

    Raises:
        ReviewError: it is closed.
    """
    review = lock_review(key)
    if review.closed_at is not None:
        raise ReviewError(
            _(
                "この評価はもう締めました。内容は変わりません。直すときは、理由を書いて評価をやり直してください。"
            )
        )
    return review


@transaction.atomic
def open_review(
    *,
    strategy: Strategy,
    fiscal_year: int,
    opened_by: Person,
    dates: Mapping[str, datetime.date] | None = None,
) -> Review:
    """Opens the review of a fiscal year and tells the departments.

    Args:
        dates: stage -> due date; the usual ones where None.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: a year outside the term, one that has a review already, or dates out of order.
    """
    check_planner(opened_by, strategy)
    if fiscal_year not in strategy.fiscal_years:
        raise ReviewError(
            _(
                "%(year)sはこの戦略の期間（%(first)sから%(last)s）に入りません。期間の中の年度を選んでください。"
            )
            % {
                "year": print_year(fiscal_year),
                "first": print_year(strategy.first_fiscal_year),
                "last": print_year(strategy.last_fiscal_year),
            },
            "fiscal_year",
        )
    due = _checked_dates(dates or usual_dates(fiscal_year))
    try:
        with transaction.atomic():
            review = Review.objects.create(
                strategy=strategy,
                fiscal_year=fiscal_year,
                opened_at=timezone.now(),
                opened_by=opened_by,
            )
    except IntegrityError as error:
        if "review_number_once" not in str(error) and "review_open_once" not in str(error):
            raise
        raise ReviewError(
            _(
                "%(year)sの評価はもうあります。締めた評価を直すときは、その評価から「やり直す」を選んでください。"
            )
            % {"year": print_year(fiscal_year)},
            "fiscal_year",
        ) from error
    ReviewStage.objects.bulk_create(
        ReviewStage(strategy=strategy, review=review, stage=stage, position=place, due_on=due[stage])
        for place, stage in enumerate(STAGES, 1)
    )
    record(review, "review.opened", opened_by)
    tell_stage_open(review, by=opened_by)
    return review


@transaction.atomic
def set_due_dates(*, review: Review, dates: Mapping[str, datetime.date], changed_by: Person) -> None:
    """Sets when each stage is due.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: a stage without a date, or dates out of order.
    """
    held = lock_review(review.pk)
    check_planner(changed_by, held.strategy)
    due = _checked_dates(dates)
    changed = False
    for row in held.stages.order_by("pk"):
        if row.due_on != due[row.stage]:
            row.due_on, changed = due[row.stage], True
            row.save(update_fields=["due_on"])
    if changed:
        record(held, "review.dates_set", changed_by)


def _checked_dates(dates: Mapping[str, datetime.date]) -> Mapping[str, datetime.date]:
    before = None
    for stage in STAGES:
        if dates.get(stage) is None:
            raise ReviewError(
                _("「%(stage)s」の期限を書いてください。") % {"stage": Stage(stage).label}, stage
            )
        if before is not None and dates[stage] < dates[before]:
            raise ReviewError(
                _("「%(stage)s」の期限は、「%(before)s」の期限より後の日にしてください。")
                % {"stage": Stage(stage).label, "before": Stage(before).label},
                stage,
            )
        before = stage
    return dates


@transaction.atomic
def save_summary(*, review: Review, text: str, text_en: str, saved_by: Person) -> None:
    """The planning office's text on the whole year.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: the review is closed.
    """
    held = open_for_changes(review.pk)
    check_planner(saved_by, held.strategy)
    if (held.summary, held.summary_en) == (text.strip(), text_en.strip()):
        return
    held.summary, held.summary_en = text.strip(), text_en.strip()
    held.save(update_fields=["summary", "summary_en"])
    record(held, "review.summary_saved", saved_by)


@transaction.atomic
def finish_stage(*, review: Review, stage: str, finished_by: Person) -> Review:
    """Ends the department's, the office's or the experts' stage and opens the next; who is asked now is told once.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: another stage is running by now, or the stage ends by publishing.
    """
    held = open_for_changes(review.pk)
    check_planner(finished_by, held.strategy)
    _check_stage(held, stage)
    if stage not in {Stage.OWN, Stage.OFFICE, Stage.EXPERTS}:
        raise ReviewError(_("「%(stage)s」は、公表すると終わります。") % {"stage": Stage(stage).label})
    advance(held, finished_by)
    record(held, "review.stage_finished", finished_by, stage=stage)
    tell_stage_open(held, by=finished_by)
    return held


def _check_stage(review: Review, stage: str) -> None:
    if review.stage != stage:
        raise ReviewError(
            _("評価はもう別の段階「%(stage)s」にあります。画面を開き直してください。")
            % {"stage": review.get_stage_display()}
        )


def advance(review: Review, by: Person) -> None:
    """Marks the running stage as finished and goes to the next; the last one stays."""
    now = timezone.now()
    review.stages.filter(stage=review.stage).update(finished_at=now, finished_by=by)
    StageMove.objects.create(
        strategy=review.strategy,
        review=review,
        kind=StageMove.Kind.FINISHED,
        stage=review.stage,
        at=now,
        by=by,
    )
    place = STAGES.index(review.stage)
    if place + 1 < len(STAGES):
        review.stage = STAGES[place + 1]
        review.save(update_fields=["stage"])


@transaction.atomic
def send_back(*, review: Review, to_stage: str, reason: str, sent_by: Person) -> Review:
    """Goes back to an earlier stage; it and those after it are open again.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: no reason, not an earlier stage, or the review is closed.
    """
    held = open_for_changes(review.pk)
    check_planner(sent_by, held.strategy)
    if not reason.strip():
        raise ReviewError(_("差し戻す理由を書いてください。"), "reason")
    if to_stage not in STAGES or STAGES.index(to_stage) >= STAGES.index(held.stage):
        raise ReviewError(
            _("いまの段階「%(stage)s」より前の段階を選んでください。") % {"stage": held.get_stage_display()},
            "to_stage",
        )
    StageMove.objects.create(
        strategy=held.strategy,
        review=held,
        kind=StageMove.Kind.SENT_BACK,
        stage=to_stage,
        reason=reason.strip(),
        at=timezone.now(),
        by=sent_by,
    )
    again = STAGES[STAGES.index(to_stage) :]
    held.stages.filter(stage__in=again).update(finished_at=None, finished_by=None)
    if to_stage in {Stage.OWN, Stage.OFFICE, Stage.EXPERTS}:
        held.experts.update(finished_at=None)
    held.stage = to_stage
    held.save(update_fields=["stage"])
    record(held, "review.stage_sent_back", sent_by, reason=reason, stage=to_stage)
    return held


@transaction.atomic
def reopen_review(*, review: Review, reason: str, reopened_by: Person) -> Review:
    """Makes a new review that takes the place of a closed one; that one stays as it is.

    Evaluations, comments and decisions are copied; it starts with the planning office.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: no reason, not closed yet, or made anew already.
    """
    strategy = lock_strategy(review.strategy_id)
    check_planner(reopened_by, strategy)
    held = lock_review(review.pk)
    if not reason.strip():
        raise ReviewError(_("評価をやり直す理由を書いてください。"), "reason")
    if held.closed_at is None:
        raise ReviewError(_("この評価はまだ締めていません。そのまま直せます。"))
    if Review.objects.filter(supersedes=held).exists():
        raise ReviewError(_("この評価のやり直しは、もう始まっています。新しいほうの評価を開いてください。"))
    made = Review.objects.create(
        strategy=strategy,
        fiscal_year=held.fiscal_year,
        number=held.number + 1,
        supersedes=held,
        reason=reason.strip(),
        stage=Stage.OFFICE,
        summary=held.summary,
        summary_en=held.summary_en,
        opened_at=timezone.now(),
        opened_by=reopened_by,
    )
    _copy_stages(held, made)
    for model in (Evaluation, ReviewExpert, ExpertComment, Change):
        _copy(model, held, made)
    record(made, "review.reopened", reopened_by, reason=reason)
    return made


def _copy_stages(held: Review, made: Review) -> None:
    rows = []
    for row in held.stages.all():
        before = row.stage == Stage.OWN
        rows.append(
            ReviewStage(
                strategy=made.strategy,
                review=made,
                stage=row.stage,
                position=row.position,
                due_on=row.due_on,
                finished_at=row.finished_at if before else None,
                finished_by_id=row.finished_by_id if before else None,
            )
        )
    ReviewStage.objects.bulk_create(rows)


def _copy(model: type, held: Review, made: Review) -> None:
    rows = list(model.objects.filter(review=held).order_by("pk"))  # type: ignore[attr-defined]
    for row in rows:
        row.pk, row._state.adding = None, True
        row.review = made
    model.objects.bulk_create(rows)  # type: ignore[attr-defined]


def record(review: Review, verb: str, actor: Person | None, *, reason: str = "", **data: object) -> None:
    """Leaves the entry of something done in a review."""
    strategy = review.strategy
    write_entry(
        actor=actor,
        verb=verb,
        subject=review,
        municipality=strategy.municipality,
        reason=reason.strip(),
        data={"strategy": strategy.title, "year": review.fiscal_year, **data},
    )
