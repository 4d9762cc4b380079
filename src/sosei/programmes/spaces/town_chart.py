"""The hours used on each day of the week as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sosei.core.design import chart_theme
from sosei.programmes.spaces.town_figures import Row

HEIGHT = 200


def spec(rows: Sequence[Row]) -> dict[str, Any] | None:
    """The Vega-Lite chart; None where nothing was used. Days that are not shown have no bar."""
    points = [
        {"day": row.name, "hours": round(float(row.use.hours), 1)} for row in rows if row.use is not None
    ]
    if not any(point["hours"] for point in points):
        return None
    return {
        "config": chart_theme.config(),
        "width": "container",
        "height": HEIGHT,
        "data": {"values": points},
        "mark": {"type": "bar", "color": chart_theme.colour("prospect-1")},
        "encoding": {
            "x": {
                "field": "day",
                "type": "ordinal",
                "sort": [row.name for row in rows],
                "title": None,
                "axis": {"labelAngle": 0},
            },
            "y": {"field": "hours", "type": "quantitative", "title": None, "axis": {"tickCount": 5}},
        },
    }
