"""The town's pages of reviews: read, hidden with a reason, shown again; never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs
from sosei.core.records.models import Entry
from sosei.programmes.jobs.forms_care import ReasonForm
from sosei.programmes.jobs.models import Review
from sosei.programmes.jobs.permissions import decides_impartially
from sosei.programmes.jobs.services import reviews
from sosei.programmes.jobs.views.workers.common import done
from sosei.programmes.jobs.words_care import LOOK_REVIEWS

FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "words": {"hidden_at__isnull": True},
    "hidden": {"hidden_at__isnull": False},
}


def _rows(request: Any) -> Any:
    seen = Review.objects.visible_to(request.user).filter(municipality=request.town)
    return seen.select_related("contract__posting", "employer", "municipality", "hidden_by")


@never_cache
@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """Reviews of the town, the latest first."""
    show = request.GET.get("show", "all")
    show = show if show in FILTERS else "all"
    rows = _rows(request).filter(**FILTERS[show]).order_by("-written_at", "-pk")
    if show == "words":
        rows = rows.exclude(comment="")
    page = paginate(request, rows, per_page=25)
    record_looks(
        staff=request.user,
        persons={row.person_id for row in page},
        what=LOOK_REVIEWS,
        municipality=request.town,
    )
    context = {
        "page": page,
        "show": show,
        "shows": [("all", _("すべて")), ("words", _("ことばのあるもの")), ("hidden", _("かくしたもの"))],
        "crumbs": office_crumbs(request, (_("仕事の評価"), "")),
    }
    return render(request, "jobs/care/office_reviews.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: Any, code: str, review_id: int) -> HttpResponse:
    """A review, hidden or shown again."""
    review = _rows(request).filter(pk=review_id).first()
    if review is None:
        raise Http404
    record_looks(staff=request.user, persons={review.person_id}, what=LOOK_REVIEWS, municipality=request.town)
    may = decides_impartially(request.user, review)
    if request.method == "POST" and not may:
        raise Http404
    form = ReasonForm(request.POST or None)
    hides = review.hidden_at is None
    act = reviews.hide_review if hides else reviews.unhide_review
    if request.method == "POST" and done(
        form, lambda: act(review=review, reason=form.cleaned_data["reason"], actor=request.user)
    ):
        messages.success(
            request,
            _("かくしました。両方に知らせました。")
            if hides
            else _("見えるように戻しました。両方に知らせました。"),
        )
        return redirect("jobs:office-review", code=code, review_id=review.pk)
    verbs = ("review.hidden", "review.unhidden")
    context = {
        "review": review,
        "may": may,
        "form": form,
        "history": list(
            Entry.objects.visible_to(request.user)
            .about(review)
            .filter(verb__in=verbs)
            .select_related("actor")
        ),
        "crumbs": office_crumbs(
            request,
            (_("仕事の評価"), reverse("jobs:office-reviews", kwargs={"code": code})),
            (review.contract.worker_name, ""),
        ),
    }
    return render(request, "jobs/care/office_review.html", context)
