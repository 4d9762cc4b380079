"""Lotteries for everybody: the list, one lottery, its results by number, and the check that everybody can make."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.design.pagination import paginate
from sosei.core.people import tenancy
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.models import Lottery, LotteryDraw, LotteryEntry, Space
from sosei.programmes.spaces.services import lottery_draws
from sosei.programmes.spaces.templatetags.listing_words import in_language
from sosei.programmes.spaces.views.host_common import to_spaces, town_of
from sosei.programmes.spaces.words_lotteries import FLAWS, OUTCOMES

States = Lottery.State
COLUMNS = (
    *("number", "applicant", "spaces", "start", "end", "resident", "rank"),
    *("order", "lot_number", "lot", "code", "against", "waits"),
)
"""Of the file by which everybody draws again."""


def lottery_of(request: Any, lottery_id: int) -> Lottery:
    """The lottery of the address.

    Raises:
        Http404: none of this town.
    """
    rows = Lottery.objects.visible_to(request.user).filter(municipality=town_of(request))
    found: Lottery = get_object_or_404(rows.select_related("municipality", "host"), pk=lottery_id)
    return found


def phase_of(lottery: Lottery, now: Any) -> str:
    """soon, open, closed (until it is drawn), or as it stands."""
    if lottery.state != States.ANNOUNCED:
        return str(lottery.state)
    if now < lottery.enter_from:
        return "soon"
    return "open" if now < lottery.enter_until else "closed_for_entries"


def lottery_crumbs(request: Any, *more: tuple[str, str]) -> list[tuple[Any, str]]:
    """From the town's spaces by way of the list."""
    here = reverse("spaces:lotteries", kwargs={"code": request.town.code})
    return [*to_spaces(request), (_("抽選"), here if more else ""), *more]


def lottery_url(name: str, lottery: Lottery) -> str:
    """A page of a lottery."""
    return reverse(f"spaces:{name}", kwargs={"code": lottery.municipality.code, "lottery_id": lottery.pk})


@require_safe
def lotteries(request: Any, code: str) -> HttpResponse:
    """All lotteries of the town, those that are open first."""
    rows = Lottery.objects.visible_to(request.user).filter(municipality=town_of(request))
    page = paginate(
        request, rows.select_related("municipality", "host").order_by("-draw_at", "-pk"), per_page=20
    )
    now = timezone.now()
    context = {
        "page": page,
        "rows": [
            {"lottery": one, "phase": phase_of(one, now), "url": lottery_url("lottery", one)} for one in page
        ],
        "town": request.town,
        "crumbs": lottery_crumbs(request),
    }
    return render(request, "spaces/lotteries/list.html", context)


@require_safe
def lottery(request: Any, code: str, lottery_id: int) -> HttpResponse:
    """One lottery: what is drawn, until when, and afterwards the results by number."""
    held = lottery_of(request, lottery_id)
    rooms = Space.objects.visible_to(request.user).filter(lotteries=held).order_by("name", "pk")
    with tenancy.unguarded():
        count = LotteryEntry.objects.filter(lottery=held).exclude(state="withdrawn").count()
    made = LotteryDraw.objects.visible_to(request.user).filter(lottery=held).first()
    context = {
        "lottery": held,
        "phase": phase_of(held, timezone.now()),
        "rooms": rooms,
        "count": count,
        "draw": made,
        "results": results_of(request, held, made),
        "enter_url": lottery_url("lottery-enter", held),
        "check_url": lottery_url("lottery-check", held),
        "crumbs": lottery_crumbs(request, (in_language(held, "title"), "")),
    }
    return render(request, "spaces/lotteries/lottery.html", context)


def results_of(request: Any, held: Lottery, made: LotteryDraw | None) -> list[dict[str, Any]]:
    """What every number got, in the order of the draw."""
    if made is None:
        return []
    zone = zone_of(held.municipality)
    entries = {row["number"]: row for row in made.results["entries"]}
    names = {space.pk: space for space in Space.objects.visible_to(request.user).filter(lotteries=held)}
    found = []
    for one in made.results["outcomes"]:
        entry = entries[one["number"]]
        period = lottery_draws.period_of_row(entry)
        found.append(
            {
                **one,
                "words": OUTCOMES[one["code"]],
                "won": one["code"] == "won",
                "space": names.get(entry["space"], ""),
                "when": when_text(period, zone),
                "resident": entry["resident"],
            }
        )
    return found


@require_safe
def check(request: Any, code: str, lottery_id: int) -> HttpResponse:
    """検算: the method in words, seed and digests, and the draw made again."""
    held = lottery_of(request, lottery_id)
    made = LotteryDraw.objects.visible_to(request.user).filter(lottery=held).first()
    flaws = lottery_draws.check(held, made) if made is not None else []
    context = {
        "lottery": held,
        "draw": made,
        "flaws": [FLAWS[flaw] for flaw in flaws],
        "example": made.results["outcomes"][0] if made is not None and made.results["outcomes"] else None,
        "csv_url": lottery_url("lottery-csv", held),
        "crumbs": lottery_crumbs(
            request, (in_language(held, "title"), lottery_url("lottery", held)), (_("検算"), "")
        ),
    }
    return render(request, "spaces/lotteries/check.html", context)


@require_safe
def entries_csv(request: Any, code: str, lottery_id: int) -> HttpResponse:
    """Every entry with its lot and its outcome, and what was not free; no names."""
    held = lottery_of(request, lottery_id)
    made = get_object_or_404(LotteryDraw.objects.visible_to(request.user), lottery=held)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="lottery-{held.pk}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    outcomes = {one["number"]: one for one in made.results["outcomes"]}
    for row in made.results["entries"]:
        whole = {**row, **outcomes[row["number"]], "spaces": _keys(row), "resident": int(row["resident"])}
        writer.writerow([whole[name] for name in COLUMNS])
    for row in made.results["taken"]:
        whole = {"spaces": _keys(row), "start": row["start"], "end": row["end"], "code": "taken_before"}
        writer.writerow([whole.get(name, "") for name in COLUMNS])
    return response


def _keys(row: Mapping[str, Any]) -> str:
    return " ".join(str(key) for key in row["spaces"])
