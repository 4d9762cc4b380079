"""Why a posting fits somebody or does not, and what counts how much in a town."""

from __future__ import annotations

import datetime
from typing import Any

import rules
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from sosei.core.design.maps import distance_text
from sosei.core.people.errors import RefusedError
from sosei.core.people.views.subject import show_refusal, subject_page
from sosei.programmes.jobs.forms_search import SCALES, WeightsForm
from sosei.programmes.jobs.matching_pairs import day_of
from sosei.programmes.jobs.models import FitWeights, Posting
from sosei.programmes.jobs.models.fit import PARTS
from sosei.programmes.jobs.search_matches import considered, readiness, weights_of
from sosei.programmes.jobs.search_reasons import PART_NAMES, against_shown, parts_shown, percent
from sosei.programmes.jobs.search_results import day_text
from sosei.programmes.jobs.services import search as services
from sosei.programmes.jobs.services.worker_hours import JAPAN, booked_days


@never_cache
@require_safe
@subject_page
def fit(request: Any, code: str, posting_id: int) -> HttpResponse:
    """Each day of a posting: how it fits the person, or all that stands against it and what one can do."""
    seen = Posting.objects.visible_to(request.user).filter(municipality=request.town)
    rows = seen.open().select_related("municipality", "employer", "workplace", "lodging")
    posting: Posting = get_object_or_404(rows, pk=posting_id)
    person = request.subject
    ready = readiness(person)
    found = considered(person, posting) if ready.is_enough else []
    days = [day_of(pair.start_day) for pair, _against in found]
    booked = _booked(person, min(days), max(days)) if days else {}
    weights = weights_of(posting.municipality)
    lines = [
        {
            "day": _("すべての日") if posting.whole_series else day_text(day_of(pair.start_day)),
            "pair": pair,
            "fit": percent(pair.fit),
            "against": against_shown(refusals, booked=booked),
        }
        for pair, refusals in found
    ]
    best = max(lines, key=lambda line: (not line["against"], line["pair"].points), default=None)  # type: ignore[attr-defined]
    context = {
        "town": request.town,
        "posting": posting,
        "ready": ready,
        "lines": lines,
        "fits": [line for line in lines if not line["against"]],
        "best": best,
        "parts": parts_shown(best["pair"], weights, has_place=ready.place, asks_skills=bool(posting.skills))
        if best
        else [],  # type: ignore[arg-type]
        "crumbs": _crumbs(request, posting),
    }
    return render(request, "jobs/search/fit.html", context)


def _booked(person: Any, first: datetime.date, last: datetime.date) -> dict[datetime.date, str]:
    """With whom the person agreed to work on which day; a series may reach beyond its first day."""
    days = booked_days(person, first, last + datetime.timedelta(days=366))
    found: dict[datetime.date, str] = {}
    for one in days:
        day, end = one.period.lower.astimezone(JAPAN).date(), one.period.upper.astimezone(JAPAN).date()
        found[day] = found[end] = str(one.employer)
    return found


def _crumbs(request: Any, posting: Posting) -> list[tuple[str, str]]:
    code = request.town.code
    return [
        (_("%(town)sの仕事") % {"town": request.town}, reverse("jobs:search", kwargs={"code": code})),
        (str(posting), reverse("jobs:posting", kwargs={"code": code, "posting_id": posting.pk})),
        (_("合うわけ"), ""),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def weights(request: Any, code: str) -> HttpResponse:
    """What counts how much and why, for everybody; staff change it with a reason."""
    town = request.town
    if not town:
        raise Http404
    held = FitWeights.objects.filter(municipality=town).select_related("set_by").first()
    row = held or FitWeights(municipality=town)
    may = rules.has_perm("jobs.change_fitweights", request.user, row)
    form = WeightsForm(request.POST or None, held=row) if may else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            services.set_weights(
                municipality=town,
                weights=form.weights,
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except RefusedError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("並べる順の重みを変えました。"))
            return redirect("jobs:weights", code=code)
    total = sum(getattr(row, name) for name in PARTS)
    texts = part_texts()
    scales = {scale: f"{getattr(row, scale):,}" for scale in SCALES[:2]}
    scales["distance"] = distance_text(row.distance_scale)
    context = {
        "town": town,
        "held": held,
        "lines": [
            {
                "name": PART_NAMES[name],
                "weight": getattr(row, name),
                "share": round(100 * getattr(row, name) / total),
                "text": texts[name] % scales,
            }
            for name in PARTS
        ],
        "form": form,
        "crumbs": [
            (_("%(town)sの仕事") % {"town": town}, reverse("jobs:search", kwargs={"code": code})),
            (_("並べる順のきまり"), ""),
        ],
    }
    return render(request, "jobs/search/weights.html", context)


def part_texts() -> dict[str, str]:
    """How each part is counted, in a sentence."""
    return {
        "skills": _("求人が求める経験のうち、持っているものの割合です。求める経験がない求人は、まん中です。"),
        "kinds": _("したい仕事に入っていれば満点、入っていなければ0点です。希望がない人には、まん中です。"),
        "wage": _(
            "希望の時給（ない人は%(wage_from)s円）どおりでまん中、%(wage_span)s円高いと満点、%(wage_span)s円低いと0点です。"
        ),
        "distance": _("近いほど高く、%(distance)sで0点になります。"),
        "lodging": _("泊まる場所がいる人に、泊まる場所があれば高く、食事がつくともっと高くなります。"),
        "half_days": _("半日だけ働きたい人に、半日の仕事が高くなります。"),
        "desk": _("机がいる人に、机仕事ができる場所のある求人が高くなります。"),
    }
