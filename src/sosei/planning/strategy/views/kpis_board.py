"""The dashboard of a strategy, and its tables of results as a plan prints them; each as a page and as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sosei.core.people import roles
from sosei.core.people.standing import standing_of
from sosei.planning.population.downloads import csv_bytes
from sosei.planning.strategy.board import SORTS, TONES, Board, Filters, board_of, years_shown
from sosei.planning.strategy.forms_kpis import BoardForm
from sosei.planning.strategy.kpi_table import plain
from sosei.planning.strategy.models import Strategy
from sosei.planning.strategy.numbers import print_year
from sosei.planning.strategy.permissions import plans_for, works_on_strategy_of
from sosei.planning.strategy.results import results_of
from sosei.planning.strategy.views.kpis import file_response, strategy_or_404, way_to_strategy
from sosei.planning.strategy.views.structure_common import ways


def tone_words() -> dict[str, str]:
    """The four states, as the dashboard calls them."""
    return {
        "poor": _("悪い"),
        "fair": _("要注意"),
        "good": _("良い"),
        "neutral": _("評価なし"),
    }


def _number(given: Mapping[str, str], name: str) -> int | None:
    value = given.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def _board(request: HttpRequest, strategy: Strategy) -> Board:
    given = request.GET
    works = works_on_strategy_of(request.user, strategy.municipality_id)
    years, newest = years_shown(strategy, request.user, works)
    wanted = _number(given, "year")
    filters = Filters(
        goal=_number(given, "goal"),
        package=_number(given, "package"),
        department=_number(given, "department"),
        model=_number(given, "model"),
        tone=given.get("status", "") if given.get("status", "") in TONES else "",
        sort=given.get("sort", "") if given.get("sort", "") in SORTS else SORTS[0],
    )
    year = wanted if wanted in years else newest
    return board_of(strategy, user=request.user, year=int(year or newest), years=years, filters=filters)


def _form(board: Board) -> BoardForm:
    held = board.filters
    form = BoardForm(
        initial={
            "year": board.year,
            "goal": held.goal or "",
            "package": held.package or "",
            "department": held.department or "",
            "model": held.model or "",
            "status": held.tone,
            "sort": held.sort,
        }
    )
    fields: Any = form.fields
    every = [("", _("すべて"))]
    fields["year"].offer(list(reversed(board.years)))
    fields["goal"].choices = every + [(goal.pk, f"{goal.number} {goal.local_title}") for goal in board.goals]
    fields["package"].choices = every + [
        (package.pk, f"{package.number} {package.local_title}") for package in board.packages
    ]
    fields["department"].choices = every + board.departments
    fields["model"].choices = every + [
        (model.pk, f"{model.number} {model.local_title}") for model in board.models
    ]
    fields["status"].choices = every + list(tone_words().items())
    fields["sort"].choices = [
        ("worst", _("悪いものから")),
        ("plan", _("計画の順")),
        ("pace", _("進みの遅いものから")),
        ("fresh", _("値の古いものから")),
    ]
    for name, listed in (("model", board.models), ("department", board.departments), ("goal", board.goals)):
        if not listed:
            del form.fields[name]
    return form


@require_safe
def board(request: HttpRequest, code: str, strategy_id: int) -> HttpResponse:
    """What is late and why, on one screen."""
    strategy = strategy_or_404(request, strategy_id)
    shown = _board(request, strategy)
    town = strategy.municipality_id
    context = {
        "crumbs": way_to_strategy(strategy, (_("KPIの状況"), "")),
        "strategy": strategy,
        "code": code,
        "board": shown,
        "ways": ways(strategy, "board"),
        "year_text": print_year(shown.year),
        "form": _form(shown),
        "tones": [(tone, tone_words()[tone]) for tone in TONES],
        "query": request.GET.urlencode(),
        "works": works_on_strategy_of(request.user, town),
        "plans": plans_for(request.user, town),
        "staff": town in standing_of(request.user).towns_as(roles.TOWN_STAFF),
    }
    return render(request, "strategy/kpis/board.html", context)


@require_safe
def board_file(request: HttpRequest, code: str, strategy_id: int) -> HttpResponse:
    """What the dashboard shows, as a table."""
    strategy = strategy_or_404(request, strategy_id)
    shown = _board(request, strategy)
    headings = [
        "fiscal_year",
        "goal",
        "package",
        "kpi",
        "department",
        "unit",
        "base",
        "target",
        "actual",
        "planned",
        "progress",
        "pace",
        "status",
        "judgement",
        "words",
        "overruled",
        "why",
        "explanation",
        "newest_value_of",
        "url",
    ]
    rows = [
        [
            shown.year,
            row.goal.number if row.goal is not None else "",
            row.package.number if row.package is not None else "",
            row.kpi.local_title,
            row.kpi.department_name,
            row.kpi.local_unit,
            plain(row.kpi.base_value),
            plain(row.judged.judgement.target),
            plain(row.judged.judgement.actual),
            plain(row.judged.judgement.planned),
            plain(row.judged.judgement.progress),
            plain(row.judged.judgement.pace),
            row.tone,
            row.judged.label,
            " / ".join(row.judged.words),
            row.judged.overruled,
            row.why,
            row.explanation,
            row.newest or "",
            request.build_absolute_uri(reverse("strategy:kpi", kwargs={"code": code, "kpi_id": row.kpi.pk})),
        ]
        for row in shown.rows
    ]
    return file_response(csv_bytes(headings, rows), "csv", f"kpis-{strategy.pk}-{shown.year}")


@require_safe
def results(request: HttpRequest, code: str, strategy_id: int) -> HttpResponse:
    """Every KPI with its cells as printed."""
    strategy = strategy_or_404(request, strategy_id)
    context = {
        "crumbs": way_to_strategy(strategy, (_("実績の表"), "")),
        "strategy": strategy,
        "code": code,
        "tables": results_of(strategy, user=request.user),
        "ways": ways(strategy, "results"),
    }
    return render(request, "strategy/kpis/results.html", context)


@require_safe
def results_file(request: HttpRequest, code: str, strategy_id: int) -> HttpResponse:
    """The tables of results, one under the other."""
    strategy = strategy_or_404(request, strategy_id)
    rows: list[list[str]] = []
    for table in results_of(strategy, user=request.user):
        rows += [[table.heading], [_("KPI"), *table.columns]]
        rows += [[line.kpi.local_title, *line.cells] for line in table.lines]
        rows.append([])
    return file_response(csv_bytes([strategy.local_title], rows), "csv", f"results-{strategy.pk}")
