"""What pages of rounds share: which round, its postings with their days, how its state is shown."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.programmes.jobs.models import Posting, Round, Shift
from sosei.programmes.jobs.services.rounds_wishes import is_taking


def round_of(request: Any, round_id: int) -> Round:
    """A round of the page's town.

    Raises:
        Http404: there is none.
    """
    if not request.town:
        raise Http404
    seen = Round.objects.visible_to(request.user).filter(municipality=request.town)
    found: Round = get_object_or_404(
        seen.select_related("municipality").prefetch_related("caps"), pk=round_id
    )
    return found


def phase(round_: Round) -> tuple[str, str]:
    """Kind of chip and word: how far the round is."""
    now = timezone.now()
    if round_.state == Round.State.PUBLISHED:
        return "success", _("発表した")
    if round_.state == Round.State.DRAWN:
        return "info", _("結果を確かめている")
    if now < round_.opens_at:
        return "neutral", _("受付の前")
    if is_taking(round_):
        return "success", _("受付中")
    return "warning", _("受付が終わった")


def public_postings(request: Any, round_: Round) -> QuerySet[Posting]:
    """Postings of the round that everybody may see, with their days to come."""
    rows: QuerySet[Posting] = (
        Posting.objects.visible_to(request.user)
        .filter(round=round_, published_at__isnull=False)
        .select_related("employer", "workplace", "lodging", "municipality")
        .prefetch_related(
            Prefetch(
                "shifts",
                Shift.objects.filter(called_off_at__isnull=True).order_by("starts_at", "pk"),
                to_attr="days",
            )
        )
        .order_by("pk")
    )
    return rows


def shown(posting: Any) -> dict[str, Any]:
    """A posting with its first and last day, how many days, and the places."""
    days = list(posting.days)
    return {
        "posting": posting,
        "first": days[0] if days else None,
        "last": days[-1] if days else None,
        "count": len(days),
        "places": min((day.capacity for day in days), default=0),
    }
