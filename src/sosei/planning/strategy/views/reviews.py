"""The reports that everybody reads: the list of a strategy's reviews, one report, two side by side, and the file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.planning.population.downloads import csv_bytes
from sosei.planning.strategy.forms_reviews import CompareForm, review_name
from sosei.planning.strategy.models import Change, FrozenReport, Review, Strategy
from sosei.planning.strategy.numbers import print_year, today_in
from sosei.planning.strategy.permissions import plans_for, works_on_strategy_of
from sosei.planning.strategy.services import reviews_compare
from sosei.planning.strategy.services.reviews_compose import compose
from sosei.planning.strategy.services.reviews_shown import (
    Shown,
    done_state,
    file_rows,
    headings,
    shown_draft,
    shown_frozen,
)


def the_review(request: Any, code: str, review_id: int) -> Review:
    """The review, where the person may see it.

    Raises:
        Http404: none that the person sees in that town.
    """
    seen = Review.objects.visible_to(request.user).filter(strategy__municipality__code=code)
    found: Review = get_object_or_404(
        seen.select_related("strategy__municipality", "strategy__rule", "supersedes", "superseded_by"),
        pk=review_id,
    )
    return found


def crumbs_of(strategy: Strategy, *last: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page of the strategy's reviews."""
    code = {"code": strategy.municipality.code}
    listed = reverse("strategy:reviews", kwargs={**code, "strategy_id": strategy.pk})
    return [
        (_("ホーム"), reverse("portal:home")),
        (
            strategy.local_short_title,
            reverse("strategy:strategy", kwargs={**code, "strategy_id": strategy.pk}),
        ),
        (_("年度の評価"), listed if last else ""),
        *last,
    ]


@require_safe
def listed(request: Any, code: str, strategy_id: int) -> HttpResponse:
    """The reviews of a strategy, the latest first."""
    strategies = Strategy.objects.visible_to(request.user).filter(municipality__code=code)
    strategy = get_object_or_404(strategies.select_related("municipality"), pk=strategy_id)
    reviews = list(
        Review.objects.visible_to(request.user)
        .filter(strategy=strategy)
        .select_related("superseded_by")
        .order_by("-fiscal_year", "-number")
    )
    comparable = _comparable(request, code)
    years = {review.fiscal_year for review in reviews}
    plans = plans_for(request.user, strategy.municipality_id)
    context = {
        "crumbs": crumbs_of(strategy),
        "strategy": strategy,
        "code": code,
        "reviews": [
            {"row": row, "year": print_year(row.fiscal_year), "replaced": _replaced(row)} for row in reviews
        ],
        "works_here": works_on_strategy_of(request.user, strategy.municipality_id),
        "may_open": plans and any(year not in years for year in strategy.fiscal_years),
        "form": _compare_form(comparable) if len(comparable) > 1 else None,
    }
    return render(request, "strategy/reviews/list.html", context)


def _replaced(review: Review) -> bool:
    later = getattr(review, "superseded_by", None)
    return later is not None and later.published_at is not None


def _comparable(request: Any, code: str) -> list[Review]:
    return list(
        Review.objects.visible_to(request.user)
        .in_force()
        .filter(strategy__municipality__code=code, closed_at__isnull=False)
        .select_related("strategy")
        .order_by("-fiscal_year", "-number")
    )


def _compare_form(reviews: list[Review], data: Any = None) -> CompareForm:
    return CompareForm(reviews, data, then=reviews[1].pk, now=reviews[0].pk)


@require_safe
def report(request: Any, code: str, review_id: int) -> HttpResponse:
    """The report: frozen rows once it is closed; for those who work on it, before that, a draft of it."""
    review = the_review(request, code, review_id)
    year = print_year(review.fiscal_year)
    later = getattr(review, "superseded_by", None)
    context = {
        "crumbs": crumbs_of(review.strategy, (year, "")),
        "code": code,
        "review": review,
        "shown": _shown(request, review),
        "draft": review.closed_at is None,
        "works_here": works_on_strategy_of(request.user, review.strategy.municipality_id),
        "later": later if _replaced(review) else None,
        "follow_up": _follow_up(request, review, code) if review.closed_at is not None else [],
    }
    return render(request, "strategy/reviews/report.html", context)


def _shown(request: Any, review: Review) -> Shown:
    if review.closed_at is not None:
        return shown_frozen(review, request.user)
    return shown_draft(compose(review, user=request.user, today=today_in(review.strategy.municipality)))


def _follow_up(request: Any, review: Review, code: str) -> list[dict[str, str]]:
    """Decisions that ask for work, and whether it is done; for those who work on the strategy."""
    rows = (
        Change.objects.visible_to(request.user)
        .filter(review=review)
        .exclude(kind=Change.Kind.KEPT)
        .select_related("measure", "package")
    )
    return [
        {
            "title": str(row.measure or row.package),
            "kind": str(row.get_kind_display()),
            "state": done_state(row),
            "url": target_url(row, code),
        }
        for row in rows
    ]


def target_url(row: Any, code: str) -> str:
    """The page of the measure or package that a row is about."""
    if row.measure_id is not None:
        return reverse("strategy:measure", kwargs={"code": code, "measure_id": row.measure_id})
    return reverse("strategy:package", kwargs={"code": code, "package_id": row.package_id})


@require_safe
def report_file(request: Any, code: str, review_id: int) -> HttpResponse:
    """The KPIs of a closed review as CSV."""
    review = the_review(request, code, review_id)
    if review.closed_at is None:
        raise Http404
    written = csv_bytes(headings(), file_rows(shown_frozen(review, request.user)))
    name = f"review-{code}-{review.fiscal_year}-{review.number}.csv"
    return HttpResponse(
        written,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
def compare(request: Any, code: str) -> HttpResponse:
    """Two closed reviews side by side."""
    reviews = _comparable(request, code)
    if not reviews:
        raise Http404
    asked = bool(request.GET.get("then") or request.GET.get("now"))
    form = (
        CompareForm(reviews, request.GET if asked else None)
        if len(reviews) < 2
        else _compare_form(reviews, request.GET if asked else None)
    )
    comparison, names = None, {}
    keys = None
    if asked and form.is_valid():
        keys = (form.cleaned_data["then"], form.cleaned_data["now"])
    elif not asked and len(reviews) > 1:
        keys = (reviews[1].pk, reviews[0].pk)
    if keys is not None:
        by_key = {row.pk: row for row in reviews}
        then, now = by_key[keys[0]], by_key[keys[1]]
        try:
            comparison = reviews_compare.compare(then, now, request.user)
        except FrozenReport.DoesNotExist as error:
            raise Http404 from error
        names = {"then": review_name(then), "now": review_name(now)}
    strategy = Strategy.objects.select_related("municipality").get(pk=reviews[0].strategy_id)
    context = {
        "crumbs": crumbs_of(strategy, (_("二つの評価を比べる"), "")),
        "code": code,
        "form": form,
        "comparison": comparison,
        "names": names,
    }
    return render(request, "strategy/reviews/compare.html", context)
