"""The town's pages of reviews: read, hidden with a reason, shown again, left as they are; never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.members import office_crumbs
from sosei.core.records.models import Entry
from sosei.programmes.spaces.forms_reviews import ReasonForm
from sosei.programmes.spaces.models import SpaceReview
from sosei.programmes.spaces.permissions import decides_impartially
from sosei.programmes.spaces.review_shown import shown
from sosei.programmes.spaces.services import review_answers
from sosei.programmes.spaces.views.reviews import done
from sosei.programmes.spaces.words_care import LOOK_REVIEWS

FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "reported": {"reported_at__isnull": False},
    "hidden": {"hidden_at__isnull": False},
}
VERBS = ("hidden", "unhidden", "kept", "reported")


def _rows(request: Any) -> Any:
    seen = SpaceReview.objects.visible_to(request.user).filter(municipality=request.town)
    return seen.select_related("space", "host", "municipality")


@never_cache
@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """Reviews of the town: what was reported first, then the latest."""
    show = request.GET.get("show", "all")
    show = show if show in FILTERS else "all"
    rows = _rows(request).filter(**FILTERS[show])
    page = paginate(
        request,
        rows.order_by(F("reported_at").asc(nulls_last=True), "-written_at", "-pk"),
        per_page=25,
    )
    record_looks(
        staff=request.user,
        persons={row.person_id for row in page if row.person_id},
        what=LOOK_REVIEWS,
        municipality=request.town,
    )
    context = {
        "page": page,
        "rows": [shown(one) for one in page],
        "show": show,
        "shows": [("all", _("すべて")), ("reported", _("知らせがあったもの")), ("hidden", _("かくしたもの"))],
        "crumbs": office_crumbs(request, (_("場所の評価の一覧"), "")),
    }
    return render(request, "spaces/reviews/office.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Any, code: str, review_id: int) -> HttpResponse:
    """A review, hidden, shown again or left as it is."""
    review: SpaceReview = get_object_or_404(_rows(request), pk=review_id)
    persons = {review.person_id} - {None}
    record_looks(staff=request.user, persons=persons, what=LOOK_REVIEWS, municipality=request.town)
    may = decides_impartially(request.user, review)
    if request.method == "POST" and not may:
        raise Http404
    form = ReasonForm(request.POST or None)
    verb = "unhidden" if review.hidden_at else "kept" if request.POST.get("do") == "keep" else "hidden"
    if request.method == "POST" and done(
        form,
        lambda: review_answers.moderate(
            review=review, verb=verb, reason=form.cleaned_data["reason"], actor=request.user
        ),
    ):
        texts = {
            "hidden": _("かくしました。理由を伝えました。"),
            "unhidden": _("見えるように戻しました。理由を伝えました。"),
            "kept": _("そのままにしました。理由を伝えました。"),
        }
        messages.success(request, texts[verb])
        return redirect("spaces:review-office", code=code, review_id=review.pk)
    history = Entry.objects.visible_to(request.user).about(review).select_related("actor")
    context = {
        "row": shown(review),
        "review": review,
        "may": may,
        "form": form,
        "history": list(history.filter(verb__in=[f"space_review.{verb}" for verb in VERBS])),
        "crumbs": office_crumbs(
            request,
            (_("場所の評価の一覧"), reverse("spaces:reviews-office", kwargs={"code": code})),
            (str(review.space), ""),
        ),
    }
    return render(request, "spaces/reviews/office_one.html", context, status=422 if form.errors else 200)
