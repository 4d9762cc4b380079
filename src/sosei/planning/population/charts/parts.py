"""What the charts have in common: panels, axes in persons, lines with their names at the end, and tooltips."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import east_asian_width

import altair as alt
from altair.utils.schemapi import disable_debug_mode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.planning.population.wording import short_persons

# Half of the time of a drawing went into comparing it with the schema of Vega-Lite, which tests do for every chart.
disable_debug_mode()

Spec = dict[str, Any]
Rows = list[dict[str, Any]]

WHOLE = "replace(format(datum.value, ',d'), '-', '−')"
"""Vega expression of a whole number, with the minus sign the tables use."""

PHONE_PLOT, SYMBOL = 310, 34
"""Width in pixels of a chart on a telephone, and of a legend's symbol with the space around it."""

LABEL_GAP = 36.0
"""Least distance in pixels between two labels of two lines each."""


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure; a figure has one or two, side by side where there is room."""

    key: str
    title: str  # "" where the figure's own title is enough
    spec: Spec


@dataclass(frozen=True)
class Line:
    """A series to draw: its stable name (which gives colour and dash), its title, and its points in order."""

    name: str
    title: str
    points: Sequence[tuple[float, float]]
    labelled: bool = True
    named_at_start: bool = False
    width: float = 2.5


@dataclass(frozen=True)
class Marks:
    """Points apart from the lines, such as the figures a city published, with a text beside each."""

    title: str
    points: Sequence[tuple[float, float, str]] = field(default_factory=tuple)


def nice_top(value: float) -> float:
    """The least of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that is not below `value`."""
    if value <= 0:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(value))
    for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if value <= step * scale * (1 + 1e-12):
            return step * scale
    return 10 * scale


def persons_label(top: float) -> str:
    """Vega expression that writes axis numbers short: 20万 in Japanese, 200k in English, in full below 10,000."""
    if top < 10_000:
        return "format(abs(datum.value), ',')"
    if (get_language() or "ja").startswith("en"):
        return "datum.value == 0 ? '0' : format(abs(datum.value) / 1000, ',~f') + 'k'"
    return "datum.value == 0 ? '0' : format(abs(datum.value) / 10000, ',~f') + '万'"


def legend_columns(titles: Sequence[str]) -> int:
    """How many columns of a legend fit the width of a telephone."""
    widest = max(sum(13 if east_asian_width(c) in "WF" else 7.5 for c in title) for title in titles)
    return max(1, min(len(titles), int(PHONE_PLOT // (widest + SYMBOL))))


def year_axis(years: Iterable[float]) -> alt.X:
    """A time axis with a tick at each year given; labels that would touch are left out."""
    ticks = sorted({int(year) for year in years})
    return alt.X(
        "year:Q",
        title=None,
        scale=alt.Scale(domain=[ticks[0], ticks[-1]], nice=False, zero=False),
        axis=alt.Axis(values=ticks, format="d"),
    )


def line_datasets(
    lines: Sequence[Line], marks: Marks, height: float, label: Any, from_zero: bool = True
) -> tuple[dict[str, Rows], float, float]:
    """Rows for `line_chart`, and the bottom and top of its value axis.

    Args:
        label: gives the text of a value, e.g. `short_persons`.
        from_zero: else the axis begins a little under the lowest value.
    """
    values = [value for line in lines for _x, value in line.points] + [
        value for _x, value, _t in marks.points
    ]
    top = nice_top(max([*values, 0.0]))
    bottom = 0.0
    if not from_zero:
        step = nice_top((max(values) - min(values)) / 4)
        bottom = max(0.0, math.floor(min(values) / step) * step)
        top = math.ceil(max(values) / step) * step
    named = [line for line in lines if line.labelled and line.points]
    places = chart_theme.spread_labels([line.points[-1][1] for line in named], bottom, top, height, LABEL_GAP)
    datasets: dict[str, Rows] = {
        "lines": [
            {
                "series": line.name,
                "title": line.title,
                "year": x,
                "value": y,
                "text": label(y),
                "width": line.width,
            }
            for line in lines
            for x, y in line.points
        ],
        "labels": [
            {
                "series": line.name,
                "year": line.points[-1][0],
                "value": place,
                "label": f"{line.title}\n{label(line.points[-1][1])}",
            }
            for line, place in zip(named, places, strict=True)
        ],
    }
    if marks.points:
        datasets["marks"] = [
            {
                "year": x,
                "value": y,
                "label": text,
                "title": marks.title,
                "text": label(y),
                # Of two in one year the higher carries its figure above, the lower below.
                "above": any(other < y for year, other, _t in marks.points if year == x),
            }
            for x, y, text in marks.points
        ]
    return datasets, bottom, top


def line_chart(
    lines: Sequence[Line],
    *,
    marks: Marks | None = None,
    height: float = 340,
    label: Any = short_persons,
    axis_label: str | None = None,
    unit: str = "",
    base_year: int | None = None,
    from_zero: bool = True,
    extra: Mapping[str, tuple[Any, Rows]] | None = None,
) -> Spec:
    """Lines with their names and last values written at their ends.

    Args:
        lines: drawn in order, the last one on top.
        marks: points drawn as diamonds.
        label: text of a value in labels and tooltips.
        axis_label: Vega expression of the value axis; by default persons, shortened.
        unit: written above the value axis.
        base_year: a thin upright line where observation ends and projection begins.
        from_zero: whether the value axis begins at zero; where not, the figure's reading says so.
        extra: further layers, each named by the dataset it draws, with that dataset's rows.
    """
    marks = marks or Marks(title="")
    datasets, bottom, top = line_datasets(lines, marks, height, label, from_zero)
    names = [line.name for line in lines]
    colours = [chart_theme.series_colour(name) for name in names]
    scale = alt.Scale(domain=names, range=colours)
    x = year_axis(x for line in lines for x, _y in line.points)
    y = alt.Y(
        "value:Q",
        title=unit or None,
        scale=alt.Scale(domain=[bottom, alt.ExprRef("top")], nice=False, zero=from_zero),
        axis=alt.Axis(tickCount=6, labelExpr=axis_label or persons_label(top)),
    )
    tooltip = [
        alt.Tooltip("title:N", title=_("系列")),
        alt.Tooltip("year:Q", title=_("年"), format="d"),
        alt.Tooltip("text:N", title=_("値")),
    ]
    layers: list[Any] = []
    if base_year is not None:
        layers.append(
            alt.Chart(alt.InlineData(values=[{"year": base_year}]))
            .mark_rule(color=chart_theme.colour("axis"), strokeDash=[2, 3])
            .encode(x=x)
        )
    layers.append(
        alt.Chart(alt.NamedData(name="lines"))
        .mark_line()
        .encode(
            x=x,
            y=y,
            color=alt.Color("series:N", scale=scale, legend=None),
            strokeDash=alt.StrokeDash(
                "series:N",
                scale=alt.Scale(domain=names, range=[chart_theme.DASHES.get(name, [1, 0]) for name in names]),
                legend=None,
            ),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None),
        )
    )
    layers.append(
        alt.Chart(alt.NamedData(name="lines"))
        .mark_point(filled=True, size=34, opacity=1)
        .encode(x=x, y=y, color=alt.Color("series:N", scale=scale, legend=None), tooltip=tooltip)
    )
    if marks.points:
        layers += _diamonds(marks.title, x, y, tooltip)
    layers.append(
        alt.Chart(alt.NamedData(name="labels"))
        .mark_text(
            align="left", dx=9, fontWeight="bold", lineBreak="\n", lineHeight=16, baseline="middle", dy=-8
        )
        .encode(x=x, y=y, text="label:N", color=alt.Color("series:N", scale=scale, legend=None))
    )
    starts = [line for line in lines if line.named_at_start and line.points]
    if starts:
        datasets["starts"] = [
            {
                "series": line.name,
                "year": line.points[0][0],
                "value": max(y for _x, y in line.points),
                "label": line.title,
            }
            for line in starts
        ]
        layers.append(
            alt.Chart(alt.NamedData(name="starts"))
            .mark_text(align="left", dy=-14, fontWeight="bold")
            .encode(x=x, y=y, text="label:N", color=alt.Color("series:N", scale=scale, legend=None))
        )
    for name, (layer, rows) in (extra or {}).items():
        layers.append(layer)
        datasets[name] = rows
    chart = alt.layer(*layers).add_params(alt.param(name="top", value=top))
    return finish(chart, datasets, height)


def _diamonds(title: str, x: Any, y: Any, tooltip: Any) -> list[Any]:
    """Layers of the marks: diamonds, the text beside each, and what they are."""
    points = (
        alt.Chart(alt.NamedData(name="marks"))
        .mark_point(
            shape="diamond",
            size=80,
            filled=True,
            fill=chart_theme.colour("surface"),
            stroke=chart_theme.colour("ink"),
            strokeWidth=2,
            opacity=1,
        )
        .encode(x=x, y=y, tooltip=tooltip)
    )
    layers = [points]
    for above in (True, False):
        placed = {
            "align": "right",
            "baseline": "bottom" if above else "top",
            "dx": -8,
            "dy": -4 if above else 6,
        }
        # The figure beside a diamond stands on a halo, so that lines behind it do not cross it out.
        halo = {"stroke": chart_theme.colour("surface"), "strokeWidth": 5, "strokeJoin": "round"}
        for paint in (halo, {}):
            layers.append(
                alt.Chart(alt.NamedData(name="marks"))
                .transform_filter("datum.above" if above else "!datum.above")
                .mark_text(fontSize=12, **placed, **paint)
                .encode(x=x, y=y, text="label:N")
            )
    return [*layers, _key(title)]


def _key(title: str) -> Any:
    """What the diamonds are, at the upper right of the plot."""
    return (
        alt.Chart(alt.InlineData(values=[{"label": f"◇ {title}"}]))
        .mark_text(align="right", baseline="bottom", fontSize=12, color=chart_theme.colour("ink"))
        .encode(x=alt.value(alt.ExprRef("width")), y=alt.value(-6), text="label:N")
    )


def finish(
    chart: Any, datasets: dict[str, Rows], height: float | None = None, right: float = 6, top: float = 22
) -> Spec:
    """The spec with theme, data and width of its container; tests compare it with Vega-Lite's schema."""
    spec: Spec = chart.to_dict(validate=False)
    spec.pop("$schema", None)
    spec["config"] = chart_theme.config()
    spec["datasets"] = {**spec.get("datasets", {}), **datasets}
    spec["width"] = "container"
    if height is not None:
        spec["height"] = height
    spec["padding"] = {"left": 2, "right": math.ceil(right), "top": top, "bottom": 2}
    return spec
