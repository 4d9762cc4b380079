"""For those who run an employer: which people a posting fits, without names; staff may let them know."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sosei.core.people import tenancy
from sosei.core.people.errors import RefusedError
from sosei.programmes.jobs.kinds import SKILL, WORK_KIND, names_of
from sosei.programmes.jobs.matching_pairs import Match
from sosei.programmes.jobs.models import Posting, WorkerProfile
from sosei.programmes.jobs.search_matches import people_for, weights_of
from sosei.programmes.jobs.search_reasons import distance_band, percent, short_reason
from sosei.programmes.jobs.search_results import days_text
from sosei.programmes.jobs.services import search as services
from sosei.programmes.jobs.views.deal_pages import is_key
from sosei.programmes.jobs.views.employer_common import (
    employer_crumbs,
    employer_url,
    own_posting,
    serves,
)

SHOWN = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: Any, code: str, employer_id: int, posting_id: int) -> HttpResponse:
    """Who fits, best first: experience, wishes, about how far; neither name nor age."""
    posting = own_posting(request, employer_id, posting_id)
    staff = serves(request)
    if request.method == "POST":
        if not staff:
            raise Http404
        return _tell(request, posting)
    matches = people_for(posting) if posting.is_open else {}
    context = {
        "town": request.town,
        "posting": posting,
        "lines": _lines(posting, matches, staff=staff),
        "total": len(matches),
        "shown": SHOWN,
        "staff": staff,
        "crumbs": employer_crumbs(
            request,
            posting.employer,
            (str(posting), employer_url("posting-edit", posting.employer, posting_id=posting.pk)),
            (_("合う人"), ""),
        ),
    }
    return render(request, "jobs/search/people.html", context)


def _lines(posting: Posting, matches: dict[int, Match], *, staff: bool) -> list[dict[str, Any]]:
    shown = list(matches.items())[:SHOWN]
    columns = ("kinds", "skills", "needs_lodging", "wants_half_day", "latitude")
    with tenancy.unguarded():
        rows = WorkerProfile.objects.filter(pk__in=[key for key, _match in shown])
        known = {
            key: dict(zip(columns, more, strict=True)) for key, *more in rows.values_list("pk", *columns)
        }
    weights = weights_of(posting.municipality)
    lines = []
    for key, match in shown:
        told = known.get(key)
        if told is None:
            continue
        has_place = told["latitude"] is not None
        useful = [slug for slug in told["skills"] if slug in posting.skills]
        lines.append(
            {
                "key": key if staff else None,
                "fit": percent(match.best.fit),
                # Without the distance, which would tell where somebody lives.
                "why": short_reason(match.best, weights, has_place=False),
                "useful": names_of(useful, SKILL),
                "skills": names_of([one for one in told["skills"] if one not in useful], SKILL),
                "kinds": names_of(told["kinds"], WORK_KIND),
                "distance": distance_band(match.best.distance) if has_place else "",
                "lodging": told["needs_lodging"],
                "half": told["wants_half_day"],
                "days": _("すべての日") if posting.whole_series else days_text(match.days),
            }
        )
    return lines


def _tell(request: Any, posting: Posting) -> HttpResponse:
    chosen = [int(text) for text in request.POST.getlist("person") if is_key(text)]
    try:
        count = services.tell_people(posting=posting, persons=chosen, actor=request.user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("%(count)s人に知らせました。前に知らせた人には、もう送りません。") % {"count": count}
        )
    return redirect(
        "jobs:posting-people",
        code=request.town.code,
        employer_id=posting.employer_id,
        posting_id=posting.pk,
    )
