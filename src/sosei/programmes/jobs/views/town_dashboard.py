"""The town's first page of seasonal work: where hands are missing, what waits, and what the work has moved."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sosei.core.people.models import Municipality
from sosei.core.people.views.subject import office_crumbs
from sosei.core.records.csv_file import BOM, guarded
from sosei.planning.strategy.numbers import print_year
from sosei.programmes.jobs import town_chart, town_figures, town_queues
from sosei.programmes.jobs.querysets import towns_of
from sosei.programmes.jobs.town_kpis import moved_kpis


@never_cache
@require_safe
def dashboard(request: Any, code: str) -> HttpResponse:
    """Open hands, fill rate, what was achieved; for those who see contracts also what is under way and what waits."""
    town, user = request.town, request.user
    now = town_figures.now_in(town)
    year = town_figures.fiscal_year_on(now.date())
    hands = town_figures.open_hands(town, user, now)
    together, rates = town_figures.fill_rates(town, user, now)
    achieved = town_figures.achieved(town, user, year)
    sees_deals = town.pk in towns_of(user)
    queues = town_queues.queues_of(town, user) if sees_deals else []
    context = {
        "town": town,
        "now": now,
        "year": print_year(year),
        "last_year": print_year(year - 1),
        "hands": hands,
        "titles": [town_chart.crop_title(crop) for crop in hands.crops],
        "spec": town_chart.spec(hands),
        "together": together,
        "rates": [(rate.crop or _("作物なし"), rate) for rate in rates],
        "this_year": achieved[year],
        "year_before": achieved[year - 1],
        "sees_deals": sees_deals,
        "today": town_figures.under_way(town, user, now.date()) if sees_deals else None,
        "queues": queues,
        "moved": moved_kpis(town, user, now.date()),
        "ways": _ways(town, user),
        "feeds_url": town_queues.way_to("outcomes:feeds", town, user),
        "crumbs": office_crumbs(request, (_("仕事のようす"), "")),
    }
    return render(request, "jobs/town/dashboard.html", context)


def _ways(town: Municipality, user: Any) -> list[tuple[str, str]]:
    """Where to go from here, as far as the reader may."""
    wanted = (
        (_("今日働く人"), "jobs:office-days"),
        (_("仕事の契約"), "jobs:office-contracts"),
        (_("まとめて割り当てる回"), "jobs:office-rounds"),
        (_("無料職業紹介の記録"), "jobs:records-openings"),
        (_("年度報告"), "jobs:placement-report"),
    )
    found = ((text, town_queues.way_to(name, town, user)) for text, name in wanted)
    return [(text, url) for text, url in found if url]


@never_cache
@require_safe
def file(request: Any, code: str) -> HttpResponse:
    """The open hands by week and crop, for spreadsheets."""
    now = town_figures.now_in(request.town)
    hands = town_figures.open_hands(request.town, request.user, now)
    response = csv_response(f"open-hands-{code}-{now.date().isoformat()}.csv")
    writer = csv.writer(response)
    writer.writerow(
        [
            _("週の月曜日"),
            _("作物"),
            _("必要（人日）"),
            _("募集（人日）"),
            _("決定（人日）"),
            _("あき（人日）"),
            _("不足（人日）"),
        ]
    )
    for row in hands.rows:
        for crop, cell in zip(hands.crops, row.cells, strict=True):
            week = cell.week
            figures = (week.need, week.offered, week.filled, cell.open, cell.missing)
            if any(figures):
                writer.writerow([row.monday.isoformat(), guarded(town_chart.crop_title(crop)), *figures])
    return response


def csv_response(name: str) -> HttpResponse:
    """An empty file that spreadsheets read as UTF-8."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write(BOM)
    return response
