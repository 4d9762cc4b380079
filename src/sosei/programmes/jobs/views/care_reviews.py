"""Pages of reviews: what a worker and an employer write and read, and what everybody reads of an employer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.core.people.views.subject import subject_page
from sosei.programmes.jobs.forms_care import ReviewForm
from sosei.programmes.jobs.models import Contract, Employer, Review
from sosei.programmes.jobs.rules_care import review_ends
from sosei.programmes.jobs.services import reviews
from sosei.programmes.jobs.views.deal_pages import contract_of_employer, leave_looks, my_contract
from sosei.programmes.jobs.views.employer_common import (
    employer_crumbs,
    employer_url,
    own_employer,
    town_of,
)
from sosei.programmes.jobs.views.posting_page import to_work
from sosei.programmes.jobs.views.workers.common import done, work_crumbs
from sosei.programmes.jobs.words_care import LOOK_REVIEWS

SHOWN = Q(shown_at__isnull=False, hidden_at__isnull=True)


def _seen(request: Any, side: str, **whose: Any) -> Any:
    """One side's own reviews, and the other's that are shown; staff who act for a side see no more than it."""
    rows = Review.objects.visible_to(request.user).filter(Q(side=side) | SHOWN, **whose)
    return rows.select_related("contract__posting", "employer").order_by(
        "-contract__ended_at", "-contract", "side"
    )


def _to_write(request: Any, side: str, **whose: Any) -> Any:
    rows = reviews.to_write(Contract.objects.visible_to(request.user).filter(**whose), side)
    return rows.select_related("posting", "employer").order_by("ended_at", "pk")[:50]


def _may_still(contract: Contract, side: str) -> bool:
    rows = Contract.objects.filter(pk=contract.pk)
    return reviews.to_write(rows, side).exists()


# --- Workers ----------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@subject_page
def mine(request: Any) -> HttpResponse:
    """What is to be written, what one wrote, and what employers wrote."""
    whose = {"person": request.subject}
    # Seen although the employer may be gone by now.
    with tenancy.unguarded():
        context = {
            "open": list(_to_write(request, Review.Side.WORKER, **whose)),
            "page": paginate(request, _seen(request, Review.Side.WORKER, **whose), per_page=25),
            "crumbs": work_crumbs((_("仕事の評価"), "")),
        }
    return render(request, "jobs/care/my_reviews.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@subject_page
def write_mine(request: Any, contract_id: int) -> HttpResponse:
    """The worker's review of a place."""
    contract = my_contract(request, contract_id)
    side = Review.Side.WORKER
    if not _may_still(contract, side):
        messages.info(request, _("この仕事の評価は、もう書いたか、書ける期間ではありません。"))
        return redirect("jobs:my-reviews")
    form = ReviewForm(request.POST or None, side="worker")
    if request.method == "POST" and done(
        form,
        lambda: reviews.write_review(contract=contract, side=side, actor=request.user, **form.given()),
    ):
        messages.success(request, _("評価を送りました。ありがとうございました。"))
        return redirect("jobs:my-reviews")
    context = {
        "contract": contract,
        "until": review_ends(contract.ended_at) if contract.ended_at else None,
        "form": form,
        "subject": request.subject,
        "cancel_url": reverse("jobs:my-reviews"),
        "crumbs": work_crumbs((_("仕事の評価"), reverse("jobs:my-reviews")), (str(contract.posting), "")),
    }
    return render(request, "jobs/care/my_review.html", context)


# --- Employers --------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def of_employer(request: Any, code: str, employer_id: int) -> HttpResponse:
    """What is to be written, what the employer wrote, and what workers wrote."""
    employer = own_employer(request, employer_id)
    whose = {"employer": employer}
    page = paginate(request, _seen(request, Review.Side.EMPLOYER, **whose), per_page=25)
    waiting = list(_to_write(request, Review.Side.EMPLOYER, **whose))
    leave_looks(request, employer, {one.person_id for one in (*page, *waiting)}, LOOK_REVIEWS)
    context = {
        "employer": employer,
        "share": reviews.share_of(employer),
        "open": waiting,
        "page": page,
        "crumbs": employer_crumbs(request, employer, (_("仕事の評価"), "")),
    }
    return render(request, "jobs/care/employer_reviews.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_of_employer(request: Any, code: str, employer_id: int, contract_id: int) -> HttpResponse:
    """The employer's review of somebody who worked."""
    employer = own_employer(request, employer_id)
    contract = contract_of_employer(request, employer, contract_id)
    here, side = employer_url("employer-reviews", employer), Review.Side.EMPLOYER
    if not _may_still(contract, side):
        messages.info(request, _("この仕事の評価は、もう書いたか、書ける期間ではありません。"))
        return redirect(here)
    form = ReviewForm(request.POST or None, side="employer")
    if request.method == "POST" and done(
        form,
        lambda: reviews.write_review(contract=contract, side=side, actor=request.user, **form.given()),
    ):
        messages.success(request, _("評価を送りました。ありがとうございました。"))
        return redirect(here)
    context = {
        "employer": employer,
        "contract": contract,
        "until": review_ends(contract.ended_at) if contract.ended_at else None,
        "form": form,
        "cancel_url": here,
        "crumbs": employer_crumbs(request, employer, (_("仕事の評価"), here), (contract.worker_name, "")),
    }
    return render(request, "jobs/care/employer_review.html", context)


# --- Everybody --------------------------------------------------------------------------------------------------------


@require_safe
def public(request: Any, code: str, employer_id: int) -> HttpResponse:
    """What workers said of an employer, without their names; from three on, for one or two are known by name."""
    seen = Employer.objects.visible_to(request.user).filter(municipality=town_of(request), state="approved")
    employer: Employer = get_object_or_404(seen, pk=employer_id)
    share = reviews.share_of(employer)
    rows = Review.objects.public().filter(employer=employer).order_by("-shown_at", "-pk")
    if share.percent is None:
        rows = rows.none()
    context = {
        "employer": employer,
        "share": share,
        "page": paginate(request, rows, per_page=25),
        "crumbs": [*to_work(request), (_("%(employer)sの評価") % {"employer": employer}, "")],
    }
    return render(request, "jobs/care/reviews.html", context)
