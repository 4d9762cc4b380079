"""The sample chart of the page `/design`: the shared theme, lines named at their ends, and the table of the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sosei.core.design import chart_theme

HEIGHT = 300
TOP = 130.0
LABEL_GAP = 22.0
YEARS = (2020, 2030, 2040, 2050)
VALUES = {
    "observed": (100.0, None, None, None),
    "baseline": (100.0, 84.0, 67.0, 52.0),
    "prospect-1": (100.0, 88.0, 76.0, 66.0),
    "prospect-2": (100.0, 92.0, 85.0, 79.0),
}


def titles() -> dict[str, str]:
    """The names of the lines in the reader's language."""
    return {
        "observed": _("これまで"),
        "baseline": _("このまま"),
        "prospect-1": _("子どもが増える"),
        "prospect-2": _("人も移り住む"),
    }


def spec() -> dict[str, Any]:
    """The Vega-Lite chart."""
    names = titles()
    points = [
        {"series": name, "title": names[name], "year": year, "value": value}
        for name, values in VALUES.items()
        for year, value in zip(YEARS, values, strict=True)
        if value is not None
    ]
    drawn = [name for name in VALUES if name != "observed"]
    places = chart_theme.spread_labels(
        [float(VALUES[name][-1] or 0) for name in drawn], 0, TOP, HEIGHT, LABEL_GAP
    )
    labels = [
        {"series": name, "year": YEARS[-1], "value": place, "label": names[name]}
        for name, place in zip(drawn, places, strict=True)
    ]
    colour = {
        "field": "series",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(VALUES), "range": [chart_theme.series_colour(name) for name in VALUES]},
    }
    dash = {
        "field": "series",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(VALUES), "range": [chart_theme.DASHES[name] for name in VALUES]},
    }
    x = {
        "field": "year",
        "type": "quantitative",
        "title": None,
        "axis": {"values": list(YEARS), "format": "d"},
        # Room on the right for the names of the lines.
        "scale": {"domain": [YEARS[0], YEARS[-1] + 13], "nice": False},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "title": _("2020年を100とする"),
        "scale": {"domain": [0, TOP], "nice": False},
    }
    return {
        "config": chart_theme.config(),
        "width": "container",
        "height": HEIGHT,
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                "data": {"values": points},
                "mark": {"type": "line", "point": {"size": 40}},
                "encoding": {"color": colour, "strokeDash": dash},
            },
            {
                "data": {"values": labels},
                "mark": {"type": "text", "align": "left", "dx": 9, "fontWeight": "bold"},
                "encoding": {"text": {"field": "label", "type": "nominal"}, "color": colour},
            },
        ],
    }


@dataclass(frozen=True)
class Cell:
    """A heading or a value of the table."""

    text: str
    is_number: bool = True

    @property
    def heading(self) -> str:
        """The text, as the table's template calls it in its head."""
        return self.text


@dataclass(frozen=True)
class Table:
    """The numbers of the chart as `design/table.html` takes them: a column a line, a row a year."""

    columns: list[Cell]
    cells: list[list[Cell]]


def table() -> Table:
    """The same numbers as the chart's; an empty cell where a line has none."""
    names = titles()
    return Table(
        [Cell(_("年"), is_number=False), *(Cell(names[name]) for name in VALUES)],
        [
            [
                Cell(str(year), is_number=False),
                *(Cell("" if values[i] is None else f"{values[i]:.0f}") for values in VALUES.values()),
            ]
            for i, year in enumerate(YEARS)
        ],
    )
