"""Pages of reviews: what a guest and a host write and read, the host's answer, and what everybody reads of a space."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal, subject_page
from sosei.programmes.spaces.booking_doors import (
    Door,
    for_guest,
    for_host,
    for_link,
    host_crumbs,
    host_of,
    host_url,
    in_guests_words,
    leave_looks,
    my_crumbs,
)
from sosei.programmes.spaces.forms_reviews import ReasonForm, ReplyForm, ReviewForm
from sosei.programmes.spaces.models import Booking, Space, SpaceReview
from sosei.programmes.spaces.review_shown import shown
from sosei.programmes.spaces.services import review_answers, reviews
from sosei.programmes.spaces.services.reviews import SHOWN
from sosei.programmes.spaces.views.host_common import public_url, to_spaces, town_of

RELATED = ("space", "municipality")
_methods = require_http_methods(["GET", "HEAD", "POST"])


def done(form: Any, write: Any) -> bool:
    """Whether the form was right and the service did it; otherwise the form says why not."""
    if not form.is_valid():
        return False
    try:
        write()
    except RefusedError as error:
        show_refusal(form, error)
        return False
    return True


# --- Writing ----------------------------------------------------------------------------------------------------------


def _write(request: Any, door: Door, booking_id: int) -> HttpResponse:
    """One side's review of one date."""
    door = in_guests_words(request, door)
    rows = door.order.bookings.select_related("space", "municipality", "host")
    booking: Booking = get_object_or_404(rows, pk=booking_id)
    booking.order = door.order
    open_ones = reviews.to_write(Booking.objects.filter(pk=booking.pk), door.side)
    held: Any = open_ones.first()
    if held is None:
        messages.info(request, _("この予約の評価は、もう書いたか、書ける期間ではありません。"))
        return redirect(door.url())
    form = ReviewForm(request.POST or None, side=door.side, person=door.about)
    if request.method == "POST" and done(
        form,
        lambda: reviews.write_review(
            booking=booking, side=door.side, actor=door.actor, secret=door.secret, **form.given()
        ),
    ):
        messages.success(request, _("評価を送りました。ありがとうございました。"))
        return redirect(door.url())
    context = {
        "door": door,
        "order": door.order,
        "booking": booking,
        "until": held.review_until,
        "form": form,
        "cancel_url": door.url(),
        "crumbs": door.crumbs((_("評価を書く"), "")),
    }
    return render(request, "spaces/reviews/write.html", context, status=422 if form.errors else 200)


my_review, link_review, host_review_write = (
    _methods(wrap(_write)) for wrap in (for_guest, for_link, for_host)
)


# --- The guest --------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
@subject_page
def mine(request: Any) -> HttpResponse:
    """What is to be written, what one wrote, and what hosts wrote."""
    seen = SpaceReview.objects.visible_to(request.user).filter(person=request.subject)
    seen = seen.filter(SHOWN) | seen.filter(side="guest")
    rows = reviews.to_write(Booking.objects.visible_to(request.user).filter(person=request.subject), "guest")
    page = paginate(
        request, seen.select_related(*RELATED, "host").order_by("-written_at", "-pk"), per_page=25
    )
    context = {
        "open": [
            (
                one,
                reverse("spaces:my-order-review", kwargs={"number": one.order.number, "booking_id": one.pk}),
            )
            for one in rows.select_related("order", "space", "municipality", "host").order_by("period")[:50]
        ],
        "page": page,
        "rows": [shown(one) for one in page],
        "subject": request.subject,
        "crumbs": my_crumbs((_("場所の評価の一覧"), "")),
    }
    return render(request, "spaces/reviews/mine.html", context)


@never_cache
@_methods
@subject_page
def my_received(request: Any, review_id: int) -> HttpResponse:
    """What a host wrote of one, and the way to ask the town's staff to look at it."""
    seen = SpaceReview.objects.visible_to(request.user).filter(SHOWN, person=request.subject, side="host")
    review: SpaceReview = get_object_or_404(seen.select_related(*RELATED, "host"), pk=review_id)
    form = ReasonForm(request.POST or None, person=str(request.subject.uid))
    if request.method == "POST" and _report(request, review, form):
        return redirect("spaces:my-reviews")
    context = {
        "row": shown(review),
        "report_form": form,
        "subject": request.subject,
        "crumbs": my_crumbs((_("場所の評価の一覧"), reverse("spaces:my-reviews")), (str(review.space), "")),
    }
    return render(request, "spaces/reviews/received.html", context, status=422 if form.errors else 200)


def _report(request: Any, review: SpaceReview, form: ReasonForm) -> bool:
    if not done(
        form,
        lambda: review_answers.report_review(
            review=review, reason=form.cleaned_data["reason"], actor=request.user
        ),
    ):
        return False
    messages.success(request, _("市の担当者に知らせました。読んで決めたら、返事をします。"))
    return True


# --- The host ---------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def of_host(request: Any, code: str, host_id: int) -> HttpResponse:
    """What is to be written, what guests wrote of the host's spaces, and what the host wrote."""
    host = host_of(request, host_id)
    seen = SpaceReview.objects.visible_to(request.user).filter(host=host)
    seen = seen.filter(SHOWN) | seen.filter(side="host")
    page = paginate(request, seen.select_related(*RELATED).order_by("-written_at", "-pk"), per_page=25)
    rows = reviews.to_write(Booking.objects.visible_to(request.user).filter(host=host), "host")
    waiting = list(rows.select_related("order", "space", "municipality").order_by("period")[:50])
    leave_looks(request, host, [one.person_id for one in (*page, *waiting)])
    context = {
        "host": host,
        "open": [
            (one, host_url("host-order-review", host, number=one.order.number, booking_id=one.pk))
            for one in waiting
        ],
        "page": page,
        "rows": [shown(one, url=host_url("host-review", host, review_id=one.pk)) for one in page],
        "crumbs": host_crumbs(host, (_("使ったあとの評価"), "")),
    }
    return render(request, "spaces/reviews/host.html", context)


@never_cache
@_methods
def host_review(request: Any, code: str, host_id: int, review_id: int) -> HttpResponse:
    """What a guest wrote: answered once, or shown to the town's staff."""
    host = host_of(request, host_id)
    seen = SpaceReview.objects.visible_to(request.user).filter(SHOWN, host=host, side="guest")
    review: SpaceReview = get_object_or_404(seen.select_related(*RELATED), pk=review_id)
    leave_looks(request, host, [review.person_id])
    reports = request.POST.get("do") == "report"
    reply_form = ReplyForm(request.POST if request.method == "POST" and not reports else None)
    report_form = ReasonForm(request.POST if reports else None)
    if request.method == "POST":
        if reports:
            ok = _report(request, review, report_form)
        else:
            ok = done(
                reply_form,
                lambda: review_answers.reply_to(
                    review=review, text=reply_form.cleaned_data["reply"], actor=request.user
                ),
            )
            if ok:
                messages.success(request, _("返事を公開しました。"))
        if ok:
            return redirect(host_url("host-reviews", host))
    wrong = report_form if reports else reply_form
    context = {
        "host": host,
        "row": shown(review),
        "form": wrong,
        "reply_form": reply_form,
        "report_form": report_form,
        "crumbs": host_crumbs(
            host, (_("使ったあとの評価"), host_url("host-reviews", host)), (str(review.space), "")
        ),
    }
    return render(request, "spaces/reviews/host_one.html", context, status=422 if wrong.errors else 200)


# --- Everybody --------------------------------------------------------------------------------------------------------


@require_safe
def public(request: Any, code: str, space_id: int) -> HttpResponse:
    """What guests said of a space, without their names, the newest first."""
    seen = Space.objects.visible_to(request.user).filter(
        municipality=town_of(request), published_at__isnull=False
    )
    space: Space = get_object_or_404(seen.select_related("municipality", "host"), pk=space_id)
    rows = SpaceReview.objects.public().filter(space=space)
    page = paginate(request, rows.select_related(*RELATED).order_by("-shown_at", "-pk"), per_page=20)
    context = {
        "space": space,
        "mean": reviews.mean_of(space),
        "page": page,
        "rows": [shown(one) for one in page],
        "crumbs": [*to_spaces(request), (str(space), public_url(space)), (_("使ったあとの評価"), "")],
    }
    return render(request, "spaces/reviews/public.html", context)
