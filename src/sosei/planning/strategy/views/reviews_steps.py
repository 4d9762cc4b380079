"""The planner's steps with a review: open it, dates, next stage, back, close, publish, make anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sosei.core.people.errors import RefusedError
from sosei.planning.strategy.errors_reviews import MissingError
from sosei.planning.strategy.forms_reviews import (
    BackForm,
    CloseForm,
    DatesForm,
    OpenForm,
    ReasonForm,
    SummaryForm,
)
from sosei.planning.strategy.models import Review, Stage, Strategy
from sosei.planning.strategy.numbers import print_year, today_in
from sosei.planning.strategy.permissions import plans_for
from sosei.planning.strategy.services import reviews as services
from sosei.planning.strategy.services import reviews_closing
from sosei.planning.strategy.services.reviews_compose import compose
from sosei.planning.strategy.services.reviews_state import (
    evaluations_of,
    ground_of,
    not_submitted,
    targets_of,
)
from sosei.planning.strategy.views.reviews import crumbs_of
from sosei.planning.strategy.views.reviews_work import work_crumbs, work_review

FORM_METHODS = ("GET", "HEAD", "POST")


def refused(form: forms.Form, error: RefusedError) -> None:
    """Puts a refusal beside its box, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def form_page(
    request: Any, review: Review, form: forms.Form, heading: str, submit: str, **more: Any
) -> HttpResponse:
    """A page of the work on a review with one form."""
    back = reverse(
        "strategy:review-work",
        kwargs={"code": review.strategy.municipality.code, "review_id": review.pk},
    )
    context = {
        "crumbs": work_crumbs(review, (heading, "")),
        "heading": heading,
        "form": form,
        "submit": submit,
        "cancel_url": back,
        "review": review,
        "code": review.strategy.municipality.code,
        **more,
    }
    return render(request, "strategy/reviews/form.html", context)


def _done(
    request: Any, form: forms.Form, action: Callable[[], Any], success: Callable[[], str]
) -> tuple[bool, Any]:
    """Whether a posted form was carried out, and what came of it."""
    if request.method != "POST" or not form.is_valid():
        return False, None
    try:
        result = action()
    except RefusedError as error:
        refused(form, error)
        return False, None
    messages.success(request, success())
    return True, result


def _to_work(review: Review) -> HttpResponse:
    return redirect("strategy:review-work", code=review.strategy.municipality.code, review_id=review.pk)


@require_http_methods(FORM_METHODS)
def new(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """Opens the review of a year."""
    found = Strategy.objects.visible_to(request.user).filter(municipality=request.town)
    strategy = get_object_or_404(found.select_related("municipality", "rule"), pk=strategy_id)
    if not plans_for(request.user, strategy.municipality_id):
        raise Http404
    taken = Review.objects.filter(strategy=strategy).values_list("fiscal_year", flat=True)
    form = OpenForm(strategy, taken, request.POST or None)
    done, review = _done(
        request,
        form,
        lambda: services.open_review(
            strategy=strategy, fiscal_year=form.cleaned_data["fiscal_year"], opened_by=request.user
        ),
        lambda: _("評価を始めました。部署のKPI担当に知らせます。"),
    )
    if done:
        return _to_work(review)
    context = {
        "crumbs": crumbs_of(strategy, (_("評価を始める"), "")),
        "heading": _("年度の評価を始める"),
        "form": form,
        "submit": _("評価を始める"),
        "cancel_url": reverse("strategy:reviews", kwargs={"code": code, "strategy_id": strategy.pk}),
        "lead": _(
            "部署の自己評価から始まり、企画担当、外部有識者、議会と公表、次の年度の見直しへと進みます。"
        ),
    }
    return render(request, "strategy/reviews/form.html", context)


@require_http_methods(FORM_METHODS)
def dates(request: Any, code: str, review_id: int) -> HttpResponse:
    """When each stage is due."""
    review = work_review(request, code, review_id)
    held = {row.stage: row.due_on for row in review.stages.all()}
    form = DatesForm(held, request.POST or None)
    done, _result = _done(
        request,
        form,
        lambda: services.set_due_dates(review=review, dates=form.cleaned_data, changed_by=request.user),
        lambda: _("期限を保存しました。"),
    )
    return _to_work(review) if done else form_page(request, review, form, _("期限を変える"), _("保存する"))


@require_http_methods(FORM_METHODS)
def summary(request: Any, code: str, review_id: int) -> HttpResponse:
    """The office's text on the whole year."""
    review = work_review(request, code, review_id)
    if review.closed_at is not None:
        raise Http404
    form = SummaryForm(request.POST or None, initial={"text": review.summary, "text_en": review.summary_en})
    done, _result = _done(
        request,
        form,
        lambda: services.save_summary(review=review, saved_by=request.user, **form.cleaned_data),
        lambda: _("全体のまとめを保存しました。"),
    )
    if done:
        return _to_work(review)
    return form_page(request, review, form, _("全体のまとめを書く"), _("保存する"))


@require_http_methods(FORM_METHODS)
def forward(request: Any, code: str, review_id: int) -> HttpResponse:
    """Ends the running stage."""
    review = work_review(request, code, review_id)
    if review.closed_at is not None or review.stage not in {Stage.OWN, Stage.OFFICE, Stage.EXPERTS}:
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)
    stage = request.POST.get("stage", review.stage)
    done, _result = _done(
        request,
        form,
        lambda: services.finish_stage(review=review, stage=stage, finished_by=request.user),
        lambda: _("次の段階に進めました。"),
    )
    if done:
        return _to_work(review)
    place = services.STAGES.index(review.stage)
    following = Stage(services.STAGES[place + 1])
    left = not_submitted(targets_of(review), evaluations_of(review))
    context = {
        "lead": _("「%(stage)s」を終えて、「%(next)s」に進めます。")
        % {"stage": review.get_stage_display(), "next": following.label},
        "notes": _notes(review, following, len(left)),
        "hidden": [("stage", review.stage)],
    }
    return form_page(request, review, form, _("段階を終える"), _("終えて、次に進む"), **context)


def _notes(review: Review, following: Stage, left: int) -> list[str]:
    notes = []
    if left:
        notes.append(_("まだ出ていない評価が%(count)s件あります。あとからも出せます。") % {"count": left})
    if following == Stage.EXPERTS:
        notes.append(_("外部有識者に、意見を書くお願いを送ります（一人に一度だけ）。"))
    if review.stage == Stage.EXPERTS:
        waiting = review.experts.filter(finished_at__isnull=True).count()
        if waiting:
            notes.append(_("意見を出し終えていない外部有識者が%(count)s人います。") % {"count": waiting})
    return notes


@require_http_methods(FORM_METHODS)
def back(request: Any, code: str, review_id: int) -> HttpResponse:
    """Sends the review back to an earlier stage."""
    review = work_review(request, code, review_id)
    if review.closed_at is not None or review.stage == Stage.OWN:
        raise Http404
    form = BackForm(review, request.POST or None)
    done, _result = _done(
        request,
        form,
        lambda: services.send_back(review=review, sent_by=request.user, **form.cleaned_data),
        lambda: _("差し戻しました。"),
    )
    if done:
        return _to_work(review)
    return form_page(request, review, form, _("前の段階に差し戻す"), _("差し戻す"), danger=True)


@require_http_methods(FORM_METHODS)
def close(request: Any, code: str, review_id: int) -> HttpResponse:
    """Shows what is missing, takes the reasons, and freezes the report."""
    review = work_review(request, code, review_id)
    if review.closed_at is not None:
        raise Http404
    ground = ground_of(review)
    today = today_in(review.strategy.municipality)
    missing = compose(review, user=request.user, today=today, ground=ground).missing
    form = CloseForm(missing, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reviews_closing.close_review(review=review, closed_by=request.user, waivers=form.waivers())
        except MissingError as error:
            form.add_error(None, str(error))
            for one in error.missing:
                if one.field in form.fields:
                    form.add_error(one.field, _("理由を書くか、先にそろえてください。"))
        except RefusedError as error:
            refused(form, error)
        else:
            messages.success(request, _("評価を締めました。内容はもう変わりません。"))
            return _to_work(review)
    no_answer = sum(1 for comment in ground.comments if comment.text and not comment.answer)
    notes = [
        _(
            "締めると、KPI・目標・実績・評価・文章をそのまま保存します。あとで実績を直しても、この評価は変わりません。"
        )
    ]
    if not missing:
        notes.append(_("足りないものはありません。"))
    if no_answer:
        notes.append(_("答えていない意見が%(count)s件あります。") % {"count": no_answer})
    context = {
        "lead": _("%(year)sの評価を締めます。") % {"year": print_year(review.fiscal_year)},
        "notes": notes,
        "preview_url": reverse("strategy:review", kwargs={"code": code, "review_id": review.pk}),
    }
    return form_page(request, review, form, _("評価を締める"), _("評価を締める"), **context)


@require_http_methods(FORM_METHODS)
def publish(request: Any, code: str, review_id: int) -> HttpResponse:
    """Shows the report to everybody."""
    review = work_review(request, code, review_id)
    if review.closed_at is None or review.published_at is not None:
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)
    done, _result = _done(
        request,
        form,
        lambda: reviews_closing.publish_review(review=review, published_by=request.user),
        lambda: _("評価を公表しました。"),
    )
    if done:
        return _to_work(review)
    context = {
        "lead": _("%(year)sの評価と、%(year)sまでの実績を、だれでも見られるようにします。")
        % {"year": print_year(review.fiscal_year)},
        "notes": [
            _(
                "交付金を使う事業では、評価の結果と改善の計画を公表する決まりです。改善の計画は、次の段階で公表します。"
            )
        ],
        "preview_url": reverse("strategy:review", kwargs={"code": code, "review_id": review.pk}),
    }
    return form_page(request, review, form, _("評価を公表する"), _("公表する"), **context)


@require_http_methods(FORM_METHODS)
def again(request: Any, code: str, review_id: int) -> HttpResponse:
    """Makes a closed review anew."""
    review = work_review(request, code, review_id)
    if review.closed_at is None or getattr(review, "superseded_by", None) is not None:
        raise Http404
    form = ReasonForm(request.POST or None)
    done, made = _done(
        request,
        form,
        lambda: services.reopen_review(
            review=review, reason=form.cleaned_data["reason"], reopened_by=request.user
        ),
        lambda: _("やり直しを始めました。前の評価は、そのまま残ります。"),
    )
    if done:
        return _to_work(made)
    lead = _("締めた評価は変えられません。新しい評価を作り、企画担当の段階から始めます。")
    return form_page(request, review, form, _("評価をやり直す"), _("やり直しを始める"), lead=lead)
