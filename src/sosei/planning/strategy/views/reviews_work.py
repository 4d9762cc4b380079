"""Where the work on a review stands: the calendar, who is waited for, one's own next thing, and the invited experts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Max
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.people import roles
from sosei.core.people.errors import RefusedError
from sosei.core.people.models import Invitation
from sosei.planning.strategy.departments import department_names
from sosei.planning.strategy.models import (
    ExpertComment,
    Review,
    ReviewExpert,
    ReviewStage,
    Stage,
    StageMove,
    Strategy,
)
from sosei.planning.strategy.numbers import print_year, today_in
from sosei.planning.strategy.permissions import plans_for, works_on_strategy_of
from sosei.planning.strategy.services import reviews_writing
from sosei.planning.strategy.services.reviews_messages import experts_of
from sosei.planning.strategy.services.reviews_state import (
    ground_of,
    mine,
    next_thing,
    not_submitted,
    targets_of,
)
from sosei.planning.strategy.views.reviews import crumbs_of, the_review


@require_safe
def current(request: Any, code: str) -> HttpResponse:
    """The reviews of the town at which somebody works now, and a way to the rest."""
    strategies = list(Strategy.objects.visible_to(request.user).of(request.town))
    running = list(
        Review.objects.visible_to(request.user)
        .filter(
            strategy__municipality=request.town, plan_published_at__isnull=True, superseded_by__isnull=True
        )
        .select_related("strategy")
        .order_by("-fiscal_year", "-number")
    )
    if len(running) == 1:
        return redirect("strategy:review-work", code=code, review_id=running[0].pk)
    context = {
        "crumbs": [(_("ホーム"), reverse("portal:home")), (_("年度の評価"), "")],
        "town": request.town,
        "code": code,
        "running": [(row, print_year(row.fiscal_year)) for row in running],
        "strategies": strategies,
        "may_open": plans_for(request.user, request.town.pk),
    }
    return render(request, "strategy/reviews/current.html", context)


def work_review(request: Any, code: str, review_id: int) -> Review:
    """The review, for those who work on the town's strategies.

    Raises:
        Http404: for everybody else.
    """
    review = the_review(request, code, review_id)
    if not works_on_strategy_of(request.user, review.strategy.municipality_id):
        raise Http404
    return review


def work_crumbs(review: Review, *last: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page of the work on a review."""
    code = review.strategy.municipality.code
    here = reverse("strategy:review-work", kwargs={"code": code, "review_id": review.pk})
    year = _("%(year)sの評価を進める") % {"year": print_year(review.fiscal_year)}
    return crumbs_of(review.strategy, (year, here if last else ""), *last)


@require_safe
def work(request: Any, code: str, review_id: int) -> HttpResponse:
    """The calendar, who is waited for, and what each has to do."""
    review = work_review(request, code, review_id)
    ground = ground_of(review)
    targets, held = ground.targets, ground.evaluations
    stages = list(review.stages.select_related("finished_by"))
    plans = plans_for(request.user, review.strategy.municipality_id)
    own = {target.key for target in mine(targets, request.user)}
    names = department_names(key for target in targets for key in target.departments)
    context = {
        "crumbs": work_crumbs(review),
        "code": code,
        "review": review,
        "year": print_year(review.fiscal_year),
        "steps": _steps(review, stages),
        "stages": _stages(review, stages),
        "next": next_thing(review, targets, held, request.user, code),
        "waiting": _waiting(review, targets, held, names) if review.closed_at is None else [],
        "rows": [
            {
                "target": target,
                "departments": [names[key] for key in sorted(target.departments) if key in names],
                "evaluation": held.get(target.key),
                "url": target.address("review-evaluate", review, code) if plans or target.key in own else "",
            }
            for target in targets
        ],
        "submitted": len(targets) - len(not_submitted(targets, held)),
        "plans": plans,
        "is_staff": bool(request.user.standing.towns_as(roles.TOWN_STAFF) & {request.town.pk}),
        "moves": StageMove.objects.visible_to(request.user).filter(review=review).select_related("by"),
    }
    return render(request, "strategy/reviews/work.html", context)


def _steps(review: Review, stages: list[ReviewStage]) -> list[dict[str, str]]:
    """The stages as the design draws them."""
    found, current = [], review.stage
    over = review.plan_published_at is not None
    for row in stages:
        state = "done" if row.finished_at else "current" if row.stage == current and not over else "todo"
        label = _("%(stage)s（%(month)s/%(day)sまで）") % {
            "stage": row.get_stage_display(),
            "month": row.due_on.month,
            "day": row.due_on.day,
        }
        found.append({"label": label, "state": state})
    return found


def _stages(review: Review, stages: list[ReviewStage]) -> list[dict[str, Any]]:
    today = today_in(review.strategy.municipality)
    return [
        {
            "row": row,
            "late": row.finished_at is None and row.due_on < today and row.stage == review.stage,
            "is_current": row.stage == review.stage and row.finished_at is None,
        }
        for row in stages
    ]


def _waiting(review: Review, targets: Any, held: Any, names: dict[int, str]) -> list[tuple[str, str]]:
    """Who, and for how much."""
    if review.stage == Stage.OWN:
        counts: dict[str, int] = {}
        for target in not_submitted(targets, held):
            for key in sorted(target.departments) or [0]:
                name = names.get(key, _("担当の部署がない施策（企画担当）"))
                counts[name] = counts.get(name, 0) + 1
        return [(name, _("%(count)s件") % {"count": count}) for name, count in counts.items()]
    if review.stage == Stage.EXPERTS:
        left = review.experts.filter(finished_at__isnull=True).count()
        return [(_("外部有識者"), str(left))] if left else []
    return [(_("企画担当"), str(review.get_stage_display()))]


@require_http_methods(["GET", "HEAD", "POST"])
def experts(request: Any, code: str, review_id: int) -> HttpResponse:
    """Who was invited, who has commented, and a reminder for those who haven't."""
    review = work_review(request, code, review_id)
    people = experts_of(review.strategy)
    done = set(
        ReviewExpert.objects.filter(review=review, finished_at__isnull=False).values_list("person", flat=True)
    )
    late = [person for person in people if person.pk not in done]
    if request.method == "POST":
        try:
            reviews_writing.remind(review=review, people=late, reminded_by=request.user)
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("%(count)s人に催促を送ります。今日もう送った人には送りません。") % {"count": len(late)},
            )
        return redirect("strategy:review-experts", code=code, review_id=review.pk)
    counts = {
        author: (count, last)
        for author, count, last in ExpertComment.objects.filter(review=review)
        .values_list("author")
        .annotate(count=Count("pk"), last=Max("written_at"))
        .order_by()
    }
    total = len(targets_of(review))
    invited = Invitation.objects.visible_to(request.user).filter(
        municipality=request.town,
        role=roles.REVIEWER,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
    )
    context = {
        "crumbs": work_crumbs(review, (_("外部有識者"), "")),
        "code": code,
        "review": review,
        "rows": [
            {
                "person": person,
                "count": counts.get(person.pk, (0, None))[0],
                "last": counts.get(person.pk, (0, None))[1],
                "finished": person.pk in done,
            }
            for person in people
        ],
        "total": total,
        "invited": invited,
        "may_remind": review.stage == Stage.EXPERTS and review.closed_at is None and bool(late),
        "invite_url": f"{reverse('people:invite', kwargs={'code': code})}?role={roles.REVIEWER}",
    }
    return render(request, "strategy/reviews/experts.html", context)
