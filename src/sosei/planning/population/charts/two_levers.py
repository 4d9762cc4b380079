"""Two levers at once, as a contour chart: where in the plane of their levels a target is met.

The numbers come from `engines.demography.two_lever_map`; the same numbers are the table for those who read it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import altair as alt
from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.planning.population.charts.contours import Values, band_polygons, isolines
from sosei.planning.population.charts.parts import Rows, Spec, finish, nice_top
from sosei.planning.population.wording import in_english

MOST_BANDS = 5
"""As many as the theme has steps of one colour."""
LABEL_ROOM = 0.06
"""Part of the plot next to its frame in which no label stands."""


@dataclass(frozen=True)
class LeverMap:
    """What is drawn.

    Attributes:
        title_1, title_2: of the two levers, with their units; the first runs to the right, the second upwards.
        levels_1, levels_2: ascending.
        values: the measure at (levels_1[i], levels_2[j]) as values[i][j].
        target: the value that is wanted, None where only the map is.
        level_1, level_2, value: write a level or a value in words.
        format_1, format_2: of the numbers on the axes (d3-format).
    """

    title_1: str
    title_2: str
    levels_1: Sequence[float]
    levels_2: Sequence[float]
    values: Values
    target: float | None
    level_1: Callable[[float], str]
    level_2: Callable[[float], str]
    value: Callable[[float], str]
    format_1: str = "~g"
    format_2: str = "~g"


def contour_values(low: float, high: float) -> list[float]:
    """Round values between `low` and `high`, at most one fewer than there are colours."""
    if high <= low:
        return []
    step = nice_top((high - low) / MOST_BANDS)
    while True:
        first = math.floor(low / step) + 1
        found = [n * step for n in range(first, math.ceil(high / step)) if low < n * step < high]
        if len(found) < MOST_BANDS:
            return found
        step = nice_top(step * 1.01)


def contour_chart(drawn: LeverMap, *, height: float = 360) -> Spec:
    """Bands of the measure with lines at round values; the target as a thick line with its value."""
    flat = [value for row in drawn.values for value in row]
    low, high = min(flat), max(flat)
    edges = [low, *contour_values(low, high), high]
    bands: Rows = []
    for band, (under, over) in enumerate(itertools.pairwise(edges), start=1):
        for polygon in band_polygons(drawn.levels_1, drawn.levels_2, drawn.values, under, over):
            shape = len(bands)
            bands += [
                {"x": x, "y": y, "order": n, "shape": shape, "band": band} for n, (x, y) in enumerate(polygon)
            ]
    lines, labels = _lines(drawn, edges[1:-1], "contour")
    wanted, wanted_labels = _lines(drawn, [] if drawn.target is None else [drawn.target], "target")
    datasets: dict[str, Rows] = {
        "bands": bands,
        "lines": lines + wanted,
        "labels": labels + wanted_labels,
        "values": value_rows(drawn),
    }
    axis_1 = alt.Axis(tickCount=6, grid=False, format=drawn.format_1)
    axis_2 = alt.Axis(tickCount=6, grid=False, format=drawn.format_2)
    x = alt.X("x:Q", title=drawn.title_1, scale=_scale(drawn.levels_1), axis=axis_1)
    y = alt.Y("y:Q", title=drawn.title_2, scale=_scale(drawn.levels_2), axis=axis_2)
    steps = list(range(1, MOST_BANDS + 1))
    scale = alt.Scale(domain=steps, range=[chart_theme.colour(f"step-{n}") for n in steps])
    filled = (
        alt.Chart(alt.NamedData(name="bands"))
        # The same colour as stroke closes the seams between neighbouring cells.
        .mark_line(filled=True, strokeWidth=0.8, opacity=1, interpolate="linear-closed")
        .encode(
            x=x,
            y=y,
            order="order:Q",
            detail="shape:N",
            fill=alt.Fill("band:O", scale=scale, legend=None),
            stroke=alt.Stroke("band:O", scale=scale, legend=None),
        )
    )
    strokes = [
        alt.Chart(alt.NamedData(name="lines"))
        .transform_filter(f"datum.kind == '{kind}'")
        .mark_line(color=chart_theme.colour("ink"), strokeWidth=width)
        .encode(x=x, y=y, order="order:Q", detail="line:N")
        for kind, width in (("contour", 1), ("target", 4))
    ]
    halo = {"stroke": chart_theme.colour("surface"), "strokeWidth": 5, "strokeJoin": "round"}
    texts = [
        alt.Chart(alt.NamedData(name="labels"))
        .transform_filter(f"datum.kind == '{kind}'")
        .mark_text(fontSize=12, fontWeight=weight, **paint)
        .encode(x=x, y=y, text="label:N")
        for kind, weight in (("contour", "normal"), ("target", "bold"))
        for paint in (halo, {})
    ]
    points = (
        alt.Chart(alt.NamedData(name="values"))
        .mark_point(size=260, filled=True, opacity=0)
        .encode(
            x=alt.X("x:Q", scale=_scale(drawn.levels_1)),
            y=alt.Y("y:Q", scale=_scale(drawn.levels_2)),
            tooltip=[
                alt.Tooltip("level_1:N", title=drawn.title_1),
                alt.Tooltip("level_2:N", title=drawn.title_2),
                alt.Tooltip("text:N", title=_("値")),
            ],
        )
    )
    return finish(alt.layer(filled, *strokes, *texts, points), datasets, height, right=16, top=30)


def value_rows(drawn: LeverMap) -> Rows:
    """Every pair of levels with its value, and whether it meets the target."""
    return [
        {
            "x": x,
            "y": y,
            "value": value,
            "level_1": drawn.level_1(x),
            "level_2": drawn.level_2(y),
            "text": drawn.value(value),
            "met": drawn.target is not None and value >= drawn.target,
        }
        for x, column in zip(drawn.levels_1, drawn.values, strict=True)
        for y, value in zip(drawn.levels_2, column, strict=True)
    ]


def value_table(drawn: LeverMap) -> tuple[list[str], list[list[str]]]:
    """The map as a table: headings, and a row for each level of the second lever, highest first as in the chart.

    A value that meets the target carries a mark, so that the table says what the thick line shows.
    """
    headings = [f"{drawn.title_2} ＼ {drawn.title_1}", *(drawn.level_1(x) for x in drawn.levels_1)]
    rows = []
    for j in reversed(range(len(drawn.levels_2))):
        cells = []
        for column in drawn.values:
            text = drawn.value(column[j])
            met = drawn.target is not None and column[j] >= drawn.target
            cells.append(_("%(value)s（達成）") % {"value": text} if met else text)
        rows.append([drawn.level_2(drawn.levels_2[j]), *cells])
    return headings, rows


def in_words(drawn: LeverMap) -> str:
    """The chart in words: the range of the measure, and the least of the second lever at each end of the first."""
    flat = [value for row in drawn.values for value in row]
    parts = [
        _("%(one)sと%(other)sの組み合わせによる値は、%(low)sから%(high)sまで。")
        % {
            "one": drawn.title_1,
            "other": drawn.title_2,
            "low": drawn.value(min(flat)),
            "high": drawn.value(max(flat)),
        }
    ]
    if drawn.target is None:
        return parts[0]
    if max(flat) < drawn.target:
        parts.append(
            _("目標の%(target)sには、どの組み合わせでも届かない。") % {"target": drawn.value(drawn.target)}
        )
        return sentences(parts)
    for x, column in ((drawn.levels_1[0], drawn.values[0]), (drawn.levels_1[-1], drawn.values[-1])):
        enough = [y for y, value in zip(drawn.levels_2, column, strict=True) if value >= drawn.target]
        words = {
            "one": drawn.title_1,
            "level": drawn.level_1(x),
            "other": drawn.title_2,
            "target": drawn.value(drawn.target),
        }
        if enough:
            words["needed"] = drawn.level_2(enough[0])
            parts.append(_("%(one)sが%(level)sなら、%(other)sが%(needed)sで目標の%(target)sに届く。") % words)
        else:
            parts.append(_("%(one)sが%(level)sでは、目標の%(target)sに届かない。") % words)
    return sentences(parts)


def sentences(parts: Sequence[str]) -> str:
    """Sentences one after another, with a space between them where the language has one."""
    return (" " if in_english() else "").join(parts)


def _lines(drawn: LeverMap, levels: Sequence[float], kind: str) -> tuple[Rows, Rows]:
    """Points of the lines, and a label for the longest line of each level."""
    lines: Rows = []
    labels: Rows = []
    for level in levels:
        found = isolines(drawn.levels_1, drawn.levels_2, drawn.values, level)
        for n, line in enumerate(found):
            lines += [
                {"x": x, "y": y, "order": order, "line": f"{kind} {level} {n}", "kind": kind}
                for order, (x, y) in enumerate(line)
            ]
        if found:
            longest = max(found, key=len)
            x, y = _place(longest, drawn, 0.35 if kind == "target" else 0.65)
            text = drawn.value(level)
            label = _("目標 %(value)s") % {"value": text} if kind == "target" else text
            labels.append({"x": x, "y": y, "label": label, "kind": kind})
    return lines, labels


def _place(line: Sequence[tuple[float, float]], drawn: LeverMap, part: float) -> tuple[float, float]:
    """A point on the line for its label, away from the frame where the line allows it."""

    def inside(point: tuple[float, float]) -> bool:
        for value, levels in zip(point, (drawn.levels_1, drawn.levels_2), strict=True):
            room = LABEL_ROOM * (levels[-1] - levels[0])
            if not levels[0] + 2 * room <= value <= levels[-1] - 2 * room:
                return False
        return True

    free = [point for point in line if inside(point)] or list(line)
    return free[int(part * (len(free) - 1))]


def _scale(levels: Sequence[float]) -> alt.Scale:
    return alt.Scale(domain=[levels[0], levels[-1]], nice=False, zero=False)
