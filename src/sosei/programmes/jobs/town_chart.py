"""The open hands of the coming weeks as a chart: a bar a week, parted by crop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.programmes.jobs.models import Crop
from sosei.programmes.jobs.town_figures import OpenHands

HEIGHT = 240
COLOURS = ("baseline", "prospect-2", "prospect-1", "special", "what-if", "male")
"""Colours of crops, told apart by everybody; the crops after the last of them are drawn together."""


def crop_title(crop: Crop | None) -> str:
    """A crop, or what work without one is called."""
    return _("作物なし") if crop is None else str(crop)


def spec(hands: OpenHands) -> dict[str, Any] | None:
    """The Vega-Lite chart; None where no place is open."""
    if not hands.open:
        return None
    titles = [crop_title(crop) for crop in hands.crops]
    shown, points = titles[: len(COLOURS)], []
    rest = _("そのほか") if len(titles) > len(COLOURS) else ""
    for row in hands.rows:
        label = date_format(row.monday, "n/j")
        for place, cell in enumerate(row.cells):
            name = titles[place] if place < len(COLOURS) else rest
            points.append({"week": label, "crop": name, "order": place, "open": cell.open})
    return _drawn(
        [*shown, *([rest] if rest else [])], [date_format(row.monday, "n/j") for row in hands.rows], points
    )


def _drawn(names: Sequence[str], weeks: Sequence[str], points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    colours = [chart_theme.colour(name) for name in COLOURS][: len(names)]
    colours += [chart_theme.colour("simulation-1")] * (len(names) - len(colours))
    return {
        "config": chart_theme.config(),
        "width": "container",
        "height": HEIGHT,
        "data": {"values": list(points)},
        "mark": {"type": "bar", "stroke": chart_theme.colour("surface"), "strokeWidth": 1},
        "encoding": {
            "x": {
                "field": "week",
                "type": "ordinal",
                "sort": list(weeks),
                "title": None,
                "axis": {"labelAngle": 0},
            },
            "y": {
                "field": "open",
                "type": "quantitative",
                "aggregate": "sum",
                "title": None,
                "axis": {"tickMinStep": 1, "tickCount": 5},
            },
            "color": {
                "field": "crop",
                "type": "nominal",
                "scale": {"domain": list(names), "range": colours},
            },
            "order": {"field": "order", "type": "quantitative"},
        },
    }
