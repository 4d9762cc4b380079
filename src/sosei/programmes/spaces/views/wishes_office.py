"""Wishes of a town for its staff: all of them, what came of each, and keeping one from hosts for a reason."""

from __future__ import annotations

from typing import Any

import rules
from django.contrib import messages
from django.db.models import Case, Count, Q, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people.errors import RefusedError
from sosei.core.people.services.looks import record_looks
from sosei.core.people.views.subject import office_crumbs, show_refusal
from sosei.programmes.spaces import wish_terms
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_doors import LOOK
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.forms_wishes import ReasonForm
from sosei.programmes.spaces.models import Host, SpaceWish, WishOffer
from sosei.programmes.spaces.person_names import names_of
from sosei.programmes.spaces.services import wishes as services
from sosei.programmes.spaces.views.host_common import host_url, serves, town_of


def _seen(request: Any) -> Any:
    rows = SpaceWish.objects.visible_to(request.user).filter(municipality=town_of(request))
    return rows.select_related("municipality")


@never_cache
@require_safe
def wishes(request: Any, code: str) -> HttpResponse:
    """All wishes, open ones without an offer first; without names."""
    rows = _seen(request).annotate(
        standing=Count("offers", filter=Q(offers__state="sent")), all_offers=Count("offers")
    )
    first = Case(
        When(state="open", standing=0, then=Value(0)), When(state="open", then=Value(1)), default=Value(2)
    )
    page = paginate(request, rows.order_by(first, "-asked_at", "pk"), per_page=25)
    context = {
        "town": request.town,
        "page": page,
        "rows": [
            {
                "wish": one,
                "title": wish_terms.title_of(one),
                "when": wish_terms.when_words(one),
                "url": reverse("spaces:office-wish", kwargs={"code": code, "wish_id": one.pk}),
            }
            for one in page
        ],
        "crumbs": office_crumbs(request, (_("こんな場所がほしい"), "")),
    }
    return render(request, "spaces/wishes/office.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wish(request: Any, code: str, wish_id: int) -> HttpResponse:
    """One wish with its offers; hidden or shown again, and the way to offer a public room."""
    found = get_object_or_404(_seen(request), pk=wish_id)
    may_hide = rules.has_perm("spaces.hide_wish", request.user, found)
    form = ReasonForm(request.POST or None, help_text=_("書いた人に、そのまま伝わります。"))
    here = reverse("spaces:office-wish", kwargs={"code": code, "wish_id": found.pk})
    if request.method == "POST":
        if not may_hide:
            raise Http404
        if _moderate(request, found, form):
            return redirect(here)
    record_looks(staff=request.user, persons={found.person_id}, what=LOOK, municipality=request.town)
    zone = zone_of(found.municipality)
    offers = WishOffer.objects.visible_to(request.user).filter(wish=found)
    public = Host.objects.visible_to(request.user).filter(
        municipality=request.town, kind=Host.Kind.PUBLIC, state=Host.State.APPROVED
    )
    is_open = found.is_shown and found.answer_until > timezone.now()
    context = {
        "town": request.town,
        "wish": found,
        "title": wish_terms.title_of(found),
        "person": names_of([found.person_id])[found.person_id],
        "facts": wish_terms.facts(found),
        "offers": [
            (one, when_text(one.period, zone))
            for one in offers.select_related("space", "host").order_by("-sent_at")
        ],
        "hosts": [
            (one, host_url("host-wish", one, wish_id=found.pk))
            for one in public.select_related("municipality").order_by("name")[:10]
        ]
        if is_open and serves(request)
        else [],
        "form": form,
        "may_hide": may_hide and found.state == "open",
        "crumbs": office_crumbs(
            request,
            (_("こんな場所がほしい"), reverse("spaces:office-wishes", kwargs={"code": code})),
            (wish_terms.title_of(found), ""),
        ),
    }
    return render(
        request,
        "spaces/wishes/office_wish.html",
        context,
        status=422 if request.method == "POST" else 200,
    )


def _moderate(request: Any, found: SpaceWish, form: ReasonForm) -> bool:
    try:
        if request.POST.get("do") == "show":
            services.show_again(wish=found, actor=request.user)
            messages.success(request, _("また出しました。書いた人に知らせました。"))
            return True
        if form.is_valid():
            services.hide(wish=found, reason=form.cleaned_data["reason"], actor=request.user)
            messages.success(request, _("かくしました。書いた人に、理由を知らせました。"))
            return True
    except RefusedError as error:
        show_refusal(form, error)
    return False
