"""Public pages of rounds: which there are, how they work, and how anybody checks the lottery of a published one."""

from __future__ import annotations

from typing import Any

import rules
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.programmes.jobs.models import Round, RoundRun
from sosei.programmes.jobs.services.rounds_wishes import is_taking, takes_friends
from sosei.programmes.jobs.views.posting_page import to_work
from sosei.programmes.jobs.views.rounds_pages import phase, public_postings, round_of, shown
from sosei.programmes.jobs.words_rounds import posting_words, rank_words


@require_safe
def listed(request: Any, code: str) -> HttpResponse:
    """Rounds of the town, the latest first."""
    if not request.town:
        raise Http404
    rows = Round.objects.visible_to(request.user).filter(municipality=request.town)
    page = paginate(request, rows.order_by("-closes_at", "-pk"), per_page=20)
    context = {
        "town": request.town,
        "page": page,
        "rows": [(one, *phase(one)) for one in page],
        "crumbs": [*to_work(request), (_("まとめて割り当てる仕事"), "")],
    }
    return render(request, "jobs/rounds/list.html", context)


@require_safe
def one(request: Any, code: str, round_id: int) -> HttpResponse:
    """A round: its postings, how it works; when published, its figures and how to check the lottery."""
    held = round_of(request, round_id)
    run = None
    if held.state == Round.State.PUBLISHED:
        run = RoundRun.objects.visible_to(request.user).filter(round=held).order_by("-number").first()
    postings = [shown(posting) for posting in public_postings(request, held)]
    kind, word = phase(held)
    context = {
        "town": request.town,
        "round": held,
        "kind": kind,
        "word": word,
        "taking": is_taking(held),
        "friends": takes_friends(held),
        "rows": postings,
        "run": run,
        "figures": figures_of(run, {row["posting"].pk: row["posting"] for row in postings}) if run else None,
        "serves": rules.has_perm("jobs.change_round", request.user, held),
        "crumbs": [
            *to_work(request),
            (_("まとめて割り当てる仕事"), reverse("jobs:rounds", kwargs={"code": code})),
            (str(held), ""),
        ],
    }
    return render(request, "jobs/rounds/one.html", context)


def figures_of(run: RoundRun, postings: dict[int, Any]) -> dict[str, Any]:
    """A run's summary as the pages show it."""
    told = run.summary
    applicants = max(1, told["applicants"])
    return {
        **told,
        "share": round(100 * told["placed"] / applicants),
        "first_share": round(100 * (told["by_rank"] or [0])[0] / applicants),
        "ranks": [(rank_words(rank), count) for rank, count in enumerate(told["by_rank"], 1)],
        "rows": [
            {**each, "name": postings[each["posting"]], "words": posting_words(each["code"])}
            for each in told["postings"]
            if each["posting"] in postings
        ],
        "gap": None if told["gap"] is None else f"{100 * told['gap']:.4f}",
    }
