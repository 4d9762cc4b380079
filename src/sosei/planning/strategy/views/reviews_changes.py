"""The improvement plan: what becomes of each measure next year, its publication, and whether it was carried out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sosei.core.people.errors import RefusedError
from sosei.planning.strategy.forms_reviews import ChangeForm, ReasonForm
from sosei.planning.strategy.models import Change
from sosei.planning.strategy.numbers import print_year
from sosei.planning.strategy.permissions import plans_for
from sosei.planning.strategy.services import reviews_changes as services
from sosei.planning.strategy.services.reviews_shown import CHANGE_TAGS
from sosei.planning.strategy.services.reviews_state import ground_of, target_key
from sosei.planning.strategy.views.reviews import target_url
from sosei.planning.strategy.views.reviews_steps import form_page, refused
from sosei.planning.strategy.views.reviews_work import work_crumbs, work_review
from sosei.planning.strategy.views.reviews_writing import _Row, part_of, target_in


@require_safe
def changes(request: Any, code: str, review_id: int) -> HttpResponse:
    """Every measure with what is decided on it."""
    review = work_review(request, code, review_id)
    ground = ground_of(review)
    targets = ground.targets
    decided = {target_key(row): row for row in Change.objects.filter(review=review)}
    plans = plans_for(request.user, review.strategy.municipality_id)
    open_plan = review.plan_published_at is None and getattr(review, "superseded_by", None) is None
    held = ground.evaluations
    context = {
        "crumbs": work_crumbs(review, (_("次の年度の見直し"), "")),
        "code": code,
        "review": review,
        "year": print_year(review.fiscal_year),
        "next_year": print_year(review.fiscal_year + 2),
        "rows": [
            {
                "target": target,
                "evaluation": held.get(target.key),
                "change": decided.get(target.key),
                "tag": CHANGE_TAGS.get(decided[target.key].kind, "neutral") if target.key in decided else "",
                "url": target.address("review-change", review, code),
                "page": target_url(_Row(target), code),
            }
            for target in targets
        ],
        "left": len(targets) - len([t for t in targets if t.key in decided]),
        "plans": plans,
        "may_decide": plans and open_plan,
        "may_publish": plans and open_plan and review.published_at is not None,
        "keep_form": ReasonForm() if plans and open_plan else None,
    }
    return render(request, "strategy/reviews/changes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: Any, code: str, review_id: int, kind: str, target_id: int) -> HttpResponse:
    """Decides on one measure."""
    review = work_review(request, code, review_id)
    ground = ground_of(review)
    target = target_in(ground.targets, kind, target_id)
    held = Change.objects.filter(review=review, **target.columns).first()
    names = ("kind", "into", "text", "reason")
    form = ChangeForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(held, name) for name in names} if held else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_change(review=review, target=target, decided_by=request.user, **form.cleaned_data)
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(request, _("「%(title)s」の見直しを保存しました。") % {"title": target.row})
            return redirect("strategy:review-changes", code=code, review_id=review.pk)
    return form_page(
        request,
        review,
        form,
        _("「%(title)s」の見直しを決める") % {"title": target.row},
        _("保存する"),
        part=part_of(review, target, request.user, ground),
    )


@require_POST
def keep(request: Any, code: str, review_id: int) -> HttpResponse:
    """Keeps everything that nothing is decided on."""
    review = work_review(request, code, review_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            count = services.keep_the_rest(
                review=review, reason=form.cleaned_data["reason"], decided_by=request.user
            )
        except RefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(count)s件を「継続」と決めました。") % {"count": count})
    else:
        messages.error(request, _("理由を書いてください。公表されます。"))
    return redirect("strategy:review-changes", code=code, review_id=review.pk)


@require_POST
def publish(request: Any, code: str, review_id: int) -> HttpResponse:
    """Publishes the plan."""
    review = work_review(request, code, review_id)
    try:
        services.publish_plan(review=review, published_by=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("次の年度の見直しを公表しました。"))
    return redirect("strategy:review-changes", code=code, review_id=review.pk)


@require_POST
def carried_out(request: Any, code: str, review_id: int, change_id: int) -> HttpResponse:
    """Notes that the strategy was changed as decided, or not yet."""
    review = work_review(request, code, review_id)
    change = get_object_or_404(Change.objects.visible_to(request.user).filter(review=review), pk=change_id)
    done = request.POST.get("done") == "1"
    try:
        services.mark_carried_out(change=change, carried_out=done, by=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("反映したと記録しました。") if done else _("反映の記録を取り消しました。")
        )
    return redirect("strategy:review-changes", code=code, review_id=review.pk)
