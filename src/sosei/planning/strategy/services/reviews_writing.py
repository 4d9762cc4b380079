"""What is written in a review: evaluations by departments, the office's text, experts' comments and the answers to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.planning.strategy.errors_reviews import ConflictError, ReviewError
from sosei.planning.strategy.models import Evaluation, ExpertComment, Review, ReviewExpert, Stage
from sosei.planning.strategy.permissions import can_plan_strategy
from sosei.planning.strategy.permissions_reviews import reviews_for
from sosei.planning.strategy.services.reviews import check_planner, open_for_changes, record
from sosei.planning.strategy.services.reviews_messages import remind_experts, tell_returned
from sosei.planning.strategy.services.reviews_state import Target, may_evaluate, targets_of, uncommented


@dataclass(frozen=True)
class Texts:
    """What a department writes on a measure."""

    rating: str = ""
    done: str = ""
    result: str = ""
    problems: str = ""
    next_steps: str = ""


NAMES = ("rating", "done", "result", "problems", "next_steps")


def may_evaluate_now(review: Review, held: Evaluation | None, person: Any, target: Target) -> bool:
    """Planners until the review is closed; departments in their stage, and later what isn't submitted yet."""
    if review.closed_at is not None or not may_evaluate(review, target, person):
        return False
    if can_plan_strategy(person, review.strategy):
        return True
    return review.stage == Stage.OWN or held is None or held.submitted_at is None


@transaction.atomic
def save_evaluation(
    *,
    review: Review,
    target: Target,
    texts: Texts,
    version: int,
    saved_by: Person,
    office_text: str | None = None,
    submit: bool = False,
) -> Evaluation:
    """Keeps an evaluation as a draft, or submits it.

    Args:
        version: of the evaluation the person read; 0 where there was none.
        office_text: the planning office's text; None leaves it as it is.
        submit: it counts from now on; needs a rating, what was done and what came of it.

    Raises:
        NotAllowedError: neither planner nor KPI owner of a department in charge, or not the office for its text.
        ReviewError: the review is closed, it was submitted and the department's stage is over, or something is missing.
        ConflictError: somebody else saved it since.
    """
    held_review = open_for_changes(review.pk)
    strategy = held_review.strategy
    held = Evaluation.objects.filter(review=held_review, **target.columns).first()
    if not may_evaluate(held_review, target, saved_by):
        raise NotAllowedError(_("この施策の評価を書くのは、担当の部署のKPI担当と企画担当です。"))
    if not may_evaluate_now(held_review, held, saved_by, target):
        raise ReviewError(_("この評価はもう提出されました。直すときは、企画担当に差し戻しを頼んでください。"))
    if version != (held.version if held else 0):
        raise ConflictError(
            _(
                "あなたが書いている間に、ほかの人がこの評価を保存しました。下の内容と見くらべてから保存してください。"
            ),
            held,
        )
    if office_text is not None and not can_plan_strategy(saved_by, strategy):
        raise NotAllowedError(_("所見を書くのは企画担当です。"), "office_text")
    if held is None:
        held = Evaluation(strategy=strategy, review=held_review, version=0, **target.columns)
    for name in NAMES:
        setattr(held, name, getattr(texts, name).strip())
    if office_text is not None:
        held.office_text = office_text.strip()
    now = timezone.now()
    held.version += 1
    held.saved_at, held.saved_by = now, saved_by
    if submit:
        _check_complete(held)
        held.submitted_at, held.submitted_by, held.returned_reason = now, saved_by, ""
    elif not can_plan_strategy(saved_by, strategy):
        held.submitted_at, held.submitted_by = None, None
    held.save()
    verb = "review.evaluation_submitted" if submit else "review.evaluation_saved"
    record(held_review, verb, saved_by, target=target.row.title)
    return held


def _check_complete(held: Evaluation) -> None:
    for name, text in (
        ("rating", _("自己評価を選んでください。")),
        ("done", _("行ったことを書いてください。")),
        ("result", _("成果を書いてください。成果がなければ、ないと書いてください。")),
    ):
        if not getattr(held, name):
            raise ReviewError(text, name)


@transaction.atomic
def return_evaluation(*, review: Review, target: Target, reason: str, returned_by: Person) -> Evaluation:
    """Gives a submitted evaluation back to the department, which is told what is asked for.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: no reason, nothing submitted, or the review is closed.
    """
    held_review = open_for_changes(review.pk)
    check_planner(returned_by, held_review.strategy)
    if not reason.strip():
        raise ReviewError(_("直してほしいことを書いてください。部署にそのまま送ります。"), "reason")
    held = Evaluation.objects.filter(review=held_review, **target.columns).first()
    if held is None or held.submitted_at is None:
        raise ReviewError(_("この評価はまだ提出されていません。"))
    held.submitted_at, held.submitted_by = None, None
    held.returned_reason = reason.strip()
    held.version += 1
    held.save()
    record(held_review, "review.evaluation_returned", returned_by, reason=reason, target=target.row.title)
    tell_returned(held_review, set(target.departments), title=target.row.title, reason=reason.strip())
    return held


@transaction.atomic
def save_comment(
    *, review: Review, target: Target, opinion: str, text: str, written_by: Person
) -> ExpertComment:
    """An expert's comment on a measure; writing again replaces it, and the history keeps the first.

    Raises:
        NotAllowedError: not an external expert of the town.
        ReviewError: not the experts' stage, no opinion chosen, or an unfavourable one without a word.
    """
    held_review = open_for_changes(review.pk)
    _check_expert(held_review, written_by)
    if opinion not in ExpertComment.Opinion.values:
        raise ReviewError(
            _("意見を一つ選んでください。言うことがなければ「意見なし」を選びます。"), "opinion"
        )
    if opinion == ExpertComment.Opinion.NOT_EFFECTIVE and not text.strip():
        raise ReviewError(_("どこが足りなかったかを書いてください。"), "text")
    held = ExpertComment.objects.filter(review=held_review, author=written_by, **target.columns).first()
    made = held or ExpertComment(
        strategy=held_review.strategy, review=held_review, author=written_by, **target.columns
    )
    if (made.opinion, made.text) != (opinion, text.strip()):
        # An answer was to other words.
        made.answer, made.answered_at, made.answered_by = "", None, None
    made.opinion, made.text, made.written_at = opinion, text.strip(), timezone.now()
    made.save()
    ReviewExpert.objects.get_or_create(
        review=held_review, person=written_by, defaults={"strategy": held_review.strategy}
    )
    record(held_review, "review.commented", written_by, target=target.row.title)
    return made


def _check_expert(review: Review, person: Person) -> None:
    if not reviews_for(person, review.strategy.municipality_id):
        raise NotAllowedError(_("意見を書くのは、招待された外部有識者です。"))
    if review.stage != Stage.EXPERTS:
        raise ReviewError(
            _("いまは「%(stage)s」の段階なので、意見を書けません。") % {"stage": review.get_stage_display()}
        )


@transaction.atomic
def finish_comments(*, review: Review, name_shown: str, finished_by: Person) -> ReviewExpert:
    """An expert is done; the name goes on the public page only where it is given here.

    Raises:
        NotAllowedError: not an external expert of the town.
        ReviewError: not the experts' stage, or measures without a comment.
    """
    held_review = open_for_changes(review.pk)
    _check_expert(held_review, finished_by)
    left = uncommented(held_review, targets_of(held_review), finished_by)
    if left:
        raise ReviewError(
            _("まだ意見を書いていない施策が%(count)s件あります：%(titles)s")
            % {"count": len(left), "titles": _("、").join(str(target.row) for target in left[:5])}
        )
    row, _made = ReviewExpert.objects.get_or_create(
        review=held_review, person=finished_by, defaults={"strategy": held_review.strategy}
    )
    row.name_shown, row.finished_at = name_shown.strip(), timezone.now()
    row.save(update_fields=["name_shown", "finished_at"])
    record(held_review, "review.comments_finished", finished_by)
    return row


@transaction.atomic
def answer_comment(*, comment: ExpertComment, answer: str, answered_by: Person) -> ExpertComment:
    """The planning office answers an expert's comment.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: no answer, or the review is closed.
    """
    held_review = open_for_changes(comment.review_id)
    check_planner(answered_by, held_review.strategy)
    if not answer.strip():
        raise ReviewError(_("回答を書いてください。"), "answer")
    held: ExpertComment = ExpertComment.objects.get(pk=comment.pk)
    held.answer, held.answered_at, held.answered_by = answer.strip(), timezone.now(), answered_by
    held.save(update_fields=["answer", "answered_at", "answered_by"])
    record(held_review, "review.comment_answered", answered_by)
    return held


@transaction.atomic
def remind(*, review: Review, people: list[Person], reminded_by: Person) -> None:
    """Reminds experts who aren't done, each at most once a day.

    Raises:
        NotAllowedError: not a planner of the town.
        ReviewError: not the experts' stage.
    """
    held_review = open_for_changes(review.pk)
    check_planner(reminded_by, held_review.strategy)
    if held_review.stage != Stage.EXPERTS:
        raise ReviewError(_("外部有識者の段階ではないので、催促は送りません。"))
    remind_experts(held_review, people)
    record(held_review, "review.experts_reminded", reminded_by, count=len(people))
