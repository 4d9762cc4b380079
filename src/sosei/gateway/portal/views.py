"""The public home page: which municipalities have a population vision, and the way to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from sosei.engines.demography.errors import DemographyError
from sosei.planning.population import figures, lookup
from sosei.planning.population.charts.future import headline_scenarios, observed_line, scenario_lines
from sosei.planning.population.models import Area
from sosei.planning.population.vision import NoVisionError, build_vision
from sosei.planning.population.vision_records import Vision

DRAWN = 12
"""Cards with numbers and a line; further municipalities are named only, so that the page stays quick."""
WIDTH, HEIGHT = 300.0, 80.0


@dataclass(frozen=True)
class Stroke:
    """A line of a card's little chart: the series that gives its colour, and its path."""

    series: str
    path: str


@dataclass(frozen=True)
class Card:
    """A municipality on the home page; without numbers where there are too many or they cannot be computed."""

    area: Area
    key_figures: Sequence[figures.KeyFigure] = ()
    strokes: Sequence[Stroke] = ()
    area_path: str = ""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The municipalities, a search that leads to one of them, and what to do where there is none yet."""
    user: Any = getattr(request, "user", None)
    wanted = request.GET.get("q", "")
    if wanted.strip():
        found = lookup.find_area(wanted, user)
        if found is not None:
            return redirect("population:vision", code=found.code)
    areas = list(Area.objects.visible_to(user).with_vision().order_by("-own_assumptions", "code"))
    context = {
        "cards": [
            _card(area) if i < DRAWN and area.own_assumptions else Card(area) for i, area in enumerate(areas)
        ],
        "wanted": wanted,
        "nearest": lookup.nearest_areas(wanted, user) if wanted.strip() else [],
        "size": (int(WIDTH), int(HEIGHT)),
    }
    return render(request, "portal/home.html", context)


def _card(area: Area) -> Card:
    try:
        vision = build_vision(area)
    except (NoVisionError, DemographyError):
        # Its own page says what is missing.
        return Card(area)
    lines, filled = strokes(vision)
    return Card(area, figures.key_figures(vision)[:3], lines, filled)


def strokes(vision: Vision) -> tuple[list[Stroke], str]:
    """Censuses and the vision's own scenarios as paths in a box of WIDTH by HEIGHT, and the ground under the first.

    The value axis begins at zero.
    """
    infos = headline_scenarios(vision)
    lines = [*scenario_lines(vision, vision.tables["scenario_totals"], "total", infos), observed_line(vision)]
    points = [point for line in lines for point in line.points]
    if not points:
        return [], ""
    first, last = min(x for x, _y in points), max(x for x, _y in points)
    top = max(y for _x, y in points) * 1.05
    span = (last - first) or 1

    def path(places: Sequence[tuple[float, float]]) -> str:
        return "M" + " L".join(
            f"{(x - first) / span * WIDTH:.1f},{HEIGHT - y / top * HEIGHT:.1f}" for x, y in places
        )

    counted = [point for point in lines[-1].points if point[0] <= vision.base_year]
    ground = path([(first, 0), *counted, *lines[0].points, (last, 0)])
    return [Stroke(line.name, path(line.points)) for line in lines if line.points], ground
