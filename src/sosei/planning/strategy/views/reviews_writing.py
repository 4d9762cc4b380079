"""Where a review is written: a department's evaluation, an expert's comments one measure at a time, the answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.people.errors import RefusedError
from sosei.planning.strategy.errors_reviews import ConflictError
from sosei.planning.strategy.forms_reviews import (
    AnswerForm,
    CommentForm,
    EvaluationForm,
    FinishForm,
    ReasonForm,
)
from sosei.planning.strategy.models import ExpertComment, FrozenPart, Review, ReviewExpert, Stage
from sosei.planning.strategy.numbers import print_year, today_in
from sosei.planning.strategy.permissions import plans_for
from sosei.planning.strategy.services import reviews_writing as services
from sosei.planning.strategy.services.reviews_compose import compose
from sosei.planning.strategy.services.reviews_shown import ShownLine, ShownPart, shown_draft, shown_frozen
from sosei.planning.strategy.services.reviews_state import (
    Ground,
    Target,
    ground_of,
    may_evaluate,
    target_key,
    targets_of,
    uncommented,
)
from sosei.planning.strategy.views.reviews import target_url
from sosei.planning.strategy.views.reviews_steps import form_page, refused
from sosei.planning.strategy.views.reviews_work import work_crumbs, work_review

FORM_METHODS = ("GET", "HEAD", "POST")


def target_in(targets: list[Target], kind: str, target_id: int) -> Target:
    """One of a review's targets.

    Raises:
        Http404: it has no such target.
    """
    for target in targets:
        if target.key == (kind, target_id):
            return target
    raise Http404


def part_of(review: Review, target: Target, user: Any, ground: Ground) -> ShownPart:
    """A target as the report shows it, with the KPIs of its package where it has none of its own."""
    if review.closed_at is not None:
        shown = shown_frozen(review, user)
    else:
        today = today_in(review.strategy.municipality)
        shown = shown_draft(compose(review, user=user, today=today, ground=ground))
    parts = {(part.level, part.goal_id or part.package_id or part.measure_id): part for part in shown.parts}
    found = parts.get(target.key) or ShownPart(FrozenPart(level=target.kind, title=target.row.title))
    package = parts.get(("package", target.package.pk))
    if not found.lines and package is not None:
        found.lines = package.lines
    return found


def first_texts(lines: list[ShownLine]) -> dict[str, str]:
    """What an empty evaluation begins with: the values, and what was explained when they were collected."""
    results = [
        _("%(kpi)s：%(actual)s（目標 %(target)s）")
        % {"kpi": line.title, "actual": line.actual, "target": line.target or _("なし")}
        for line in lines
        if line.actual
    ]
    causes = [f"{line.title}：{line.explanation}" for line in lines if line.explanation]
    return {"result": "\n".join(results), "problems": "\n".join(causes)}


@require_http_methods(FORM_METHODS)
def evaluate(request: Any, code: str, review_id: int, kind: str, target_id: int) -> HttpResponse:
    """A department's evaluation of a measure, and the office's text on it."""
    review = work_review(request, code, review_id)
    ground = ground_of(review)
    targets = ground.targets
    target = target_in(targets, kind, target_id)
    if not may_evaluate(review, target, request.user):
        raise Http404
    held = ground.evaluations.get(target.key)
    plans = plans_for(request.user, review.strategy.municipality_id)
    part = part_of(review, target, request.user, ground)
    form = EvaluationForm(
        held,
        first_texts(part.lines),
        office=plans,
        data=request.POST if request.method == "POST" else None,
    )
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, review, target, form)
        except ConflictError as error:
            conflict = error.held
            form.add_error(None, str(error))
            form.data = form.data.copy()
            form.data["version"] = str(conflict.version if conflict else 0)
        except RefusedError as error:
            refused(form, error)
        else:
            return redirect(_after(request, review, targets, target, code))
    context = {
        "crumbs": work_crumbs(review, (str(target.row), "")),
        "code": code,
        "review": review,
        "year": print_year(review.fiscal_year),
        "target": target,
        "target_page": target_url(_Row(target), code),
        "part": part,
        "form": form,
        "held": held,
        "conflict": conflict,
        "may_write": services.may_evaluate_now(review, held, request.user, target),
        "may_return": plans and held is not None and held.submitted_at is not None and not review.closed_at,
        "plans": plans,
        **_neighbours(targets, target, review, code, "review-evaluate", request.user),
    }
    return render(request, "strategy/reviews/evaluate.html", context)


class _Row:
    """A target as `target_url` reads rows."""

    def __init__(self, target: Target) -> None:
        self.measure_id = target.row.pk if target.kind == "measure" else None
        self.package_id = target.package.pk


def _save(request: Any, review: Review, target: Target, form: EvaluationForm) -> None:
    submit = "submit" in request.POST
    services.save_evaluation(
        review=review,
        target=target,
        texts=form.texts(),
        version=form.cleaned_data["version"],
        saved_by=request.user,
        office_text=form.cleaned_data.get("office_text"),
        submit=submit,
    )
    if submit:
        messages.success(request, _("「%(title)s」の評価を提出しました。") % {"title": target.row})
    else:
        messages.success(
            request, _("「%(title)s」の評価を下書きとして保存しました。") % {"title": target.row}
        )


def _after(request: Any, review: Review, targets: list[Target], target: Target, code: str) -> str:
    """After submitting the next one; a draft stays open."""
    if "submit" in request.POST:
        following = _neighbours(targets, target, review, code, "review-evaluate", request.user)["next_url"]
        if following:
            return following
    return target.address("review-evaluate", review, code)


def _neighbours(
    targets: list[Target], target: Target, review: Review, code: str, page: str, user: Any
) -> dict[str, str]:
    mine = [one for one in targets if page != "review-evaluate" or may_evaluate(review, one, user)]
    place = next(i for i, one in enumerate(mine) if one.key == target.key)
    return {
        "place": str(place + 1),
        "total": str(len(mine)),
        "previous_url": mine[place - 1].address(page, review, code) if place else "",
        "next_url": mine[place + 1].address(page, review, code) if place + 1 < len(mine) else "",
    }


@require_http_methods(FORM_METHODS)
def give_back(request: Any, code: str, review_id: int, kind: str, target_id: int) -> HttpResponse:
    """Gives an evaluation back to the department."""
    review = work_review(request, code, review_id)
    target = target_in(targets_of(review), kind, target_id)
    form = ReasonForm(request.POST or None)
    form.fields["reason"].label = _("直してほしいこと")
    form.fields["reason"].help_text = _("部署にそのまま送ります。")
    if request.method == "POST" and form.is_valid():
        try:
            services.return_evaluation(
                review=review, target=target, reason=form.cleaned_data["reason"], returned_by=request.user
            )
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(request, _("部署に差し戻しました。"))
            return redirect("strategy:review-work", code=code, review_id=review.pk)
    heading = _("「%(title)s」の評価を差し戻す") % {"title": target.row}
    return form_page(request, review, form, heading, _("差し戻す"))


@require_http_methods(FORM_METHODS)
def comment(request: Any, code: str, review_id: int, kind: str, target_id: int) -> HttpResponse:
    """One measure with everything that an expert needs, his comment, and the next."""
    review = work_review(request, code, review_id)
    ground = ground_of(review)
    targets = ground.targets
    target = target_in(targets, kind, target_id)
    own = next(
        (
            row
            for row in ground.comments
            if row.author_id == request.user.pk and target_key(row) == target.key
        ),
        None,
    )
    form = CommentForm(
        request.POST if request.method == "POST" else None,
        initial={"opinion": own.opinion, "text": own.text} if own else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.save_comment(review=review, target=target, written_by=request.user, **form.cleaned_data)
        except RefusedError as error:
            refused(form, error)
        else:
            left = uncommented(review, targets, request.user)
            if left:
                messages.success(request, _("保存しました。あと%(count)s件です。") % {"count": len(left)})
                return redirect(_following(targets, target, left).address("review-comment", review, code))
            messages.success(request, _("すべての施策に意見を書きました。"))
            return redirect("strategy:review-my-comments", code=code, review_id=review.pk)
    context = {
        "crumbs": work_crumbs(review, (str(target.row), "")),
        "code": code,
        "review": review,
        "year": print_year(review.fiscal_year),
        "target": target,
        "target_page": target_url(_Row(target), code),
        "part": part_of(review, target, request.user, ground),
        "form": form,
        "own": own,
        "may_write": review.stage == Stage.EXPERTS and review.closed_at is None,
        **_neighbours(targets, target, review, code, "review-comment", request.user),
    }
    return render(request, "strategy/reviews/comment.html", context)


def _following(targets: list[Target], target: Target, left: list[Target]) -> Target:
    """The next without a comment, from the beginning again after the last."""
    place = targets.index(target)
    after = {one.key for one in targets[place + 1 :]}
    return next((one for one in left if one.key in after), left[0])


@require_http_methods(FORM_METHODS)
def my_comments(request: Any, code: str, review_id: int) -> HttpResponse:
    """An expert's comments together, the answers to them, and that he is done."""
    review = work_review(request, code, review_id)
    targets = targets_of(review)
    held = {target_key(row): row for row in ExpertComment.objects.filter(review=review, author=request.user)}
    part = ReviewExpert.objects.filter(review=review, person=request.user).first()
    form = FinishForm(
        request.POST if request.method == "POST" else None,
        initial={"name_shown": part.name_shown if part else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.finish_comments(review=review, finished_by=request.user, **form.cleaned_data)
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(request, _("意見を出し終えました。ありがとうございました。"))
            return redirect("strategy:review-my-comments", code=code, review_id=review.pk)
    context = {
        "crumbs": work_crumbs(review, (_("あなたの意見"), "")),
        "code": code,
        "review": review,
        "rows": [
            (target, held.get(target.key), target.address("review-comment", review, code))
            for target in targets
        ],
        "form": form,
        "part": part,
        "may_write": review.stage == Stage.EXPERTS and review.closed_at is None,
    }
    return render(request, "strategy/reviews/my_comments.html", context)


@require_http_methods(FORM_METHODS)
def answers(request: Any, code: str, review_id: int) -> HttpResponse:
    """All comments, and the office's answers."""
    review = work_review(request, code, review_id)
    plans = plans_for(request.user, review.strategy.municipality_id) and review.closed_at is None
    rows = list(
        ExpertComment.objects.filter(review=review)
        .exclude(text="")
        .select_related("measure", "package", "author")
        .order_by("measure", "package", "pk")
    )
    posted = _answered(request, rows) if request.method == "POST" and plans else None
    if posted is True:
        return redirect("strategy:review-answers", code=code, review_id=review.pk)
    context = {
        "crumbs": work_crumbs(review, (_("外部有識者の意見"), "")),
        "code": code,
        "review": review,
        "rows": [
            (
                row,
                posted
                if isinstance(posted, AnswerForm) and posted.prefix == str(row.pk)
                else AnswerForm(initial={"comment": row.pk, "answer": row.answer}, prefix=str(row.pk)),
            )
            for row in rows
        ],
        "silent": ExpertComment.objects.filter(review=review, text="").count(),
        "plans": plans,
    }
    return render(request, "strategy/reviews/answers.html", context)


def _answered(request: Any, rows: list[ExpertComment]) -> AnswerForm | bool:
    """True, or the form with what is wrong."""
    for row in rows:
        prefix = str(row.pk)
        if f"{prefix}-comment" not in request.POST:
            continue
        form = AnswerForm(request.POST, prefix=prefix)
        if form.is_valid():
            try:
                services.answer_comment(
                    comment=row, answer=form.cleaned_data["answer"], answered_by=request.user
                )
            except RefusedError as error:
                refused(form, error)
            else:
                messages.success(request, _("回答を保存しました。"))
                return True
        return form
    raise Http404
