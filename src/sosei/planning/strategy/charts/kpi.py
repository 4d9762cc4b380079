"""The chart of one KPI: base, planned way, targets, what was reported, and where it goes with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import altair as alt
from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.planning.population.charts.parts import Rows, Spec, finish, nice_top
from sosei.planning.strategy.judgement import progress as way
from sosei.planning.strategy.judgement.forecast import Forecast
from sosei.planning.strategy.judging import JudgedKpi
from sosei.planning.strategy.numbers import print_share, print_value, print_year, rounded

HEIGHT = 320
COLOURS = {"actual": "observed", "plan": "muted", "target": "baseline", "forecast": "what-if"}
DASHES = {"actual": [1, 0], "plan": [2, 3], "target": [1, 0], "forecast": [7, 4]}


@dataclass(frozen=True)
class Planned:
    """Where a KPI should stand in a year."""

    year: int
    value: Decimal


def planned_way(judged: JudgedKpi) -> list[Planned]:
    """The planned values of every year from the base to the final target; empty where there is no way."""
    points = judged.facts.schedule
    if not points:
        return []
    planned = []
    for year in range(points[0][0], points[-1][0] + 1):
        found = way.planned_value(judged.facts, year)
        if found is not None:
            planned.append(Planned(year, found.value))
    return planned


def kpi_chart(judged: JudgedKpi, forecast: Forecast) -> Spec | None:
    """The drawing; None where there is nothing to draw."""
    kpi = judged.kpi
    datasets = _datasets(judged, forecast)
    values = [row["value"] for rows in datasets.values() for row in rows if row.get("value") is not None]
    years = sorted({row["year"] for rows in datasets.values() for row in rows})
    if not values:
        return None
    values += [end for row in datasets["interval"] for end in (row["low"], row["high"])]
    bottom, top = _bounds(values)
    titles = titles_of()
    drawn = {row["series"] for name in ("lines", "points") for row in datasets[name]}
    names = [name for name in titles if name in drawn]
    x = alt.X(
        "year:Q",
        title=None,
        scale=alt.Scale(domain=[years[0] - 0.3, years[-1] + 0.3], nice=False, zero=False),
        axis=alt.Axis(values=list(range(years[0], years[-1] + 1)), format="d"),
    )
    y = alt.Y(
        "value:Q",
        title=kpi.local_unit or None,
        scale=alt.Scale(domain=[bottom, top], nice=False, zero=bottom == 0),
        axis=alt.Axis(tickCount=5, format=f",.{max(kpi.decimals, 0)}~f"),
    )
    scale = alt.Scale(domain=names, range=[chart_theme.colour(COLOURS[name]) for name in names])
    colour = alt.Color("series:N", scale=scale, legend=None)
    dash = alt.StrokeDash(
        "series:N", scale=alt.Scale(domain=names, range=[DASHES[name] for name in names]), legend=None
    )
    tooltip = [
        alt.Tooltip("title:N", title=_("系列")),
        alt.Tooltip("when:N", title=_("年度")),
        alt.Tooltip("text:N", title=_("値")),
    ]
    for rows in (datasets["lines"], datasets["points"]):
        for row in rows:
            row["title"] = titles[row["series"]]
    layers = [
        alt.Chart(alt.NamedData(name="lines")).mark_line().encode(x=x, y=y, color=colour, strokeDash=dash),
        *_interval(datasets["interval"], x),
        *_points(x, y, scale, tooltip),
        *_labels(x, y, colour),
    ]
    return finish(alt.layer(*layers), datasets, HEIGHT, right=18, top=14)


def titles_of() -> dict[str, str]:
    """The four series, as the legend names them."""
    return {
        "actual": _("実績値"),
        "plan": _("予定（目標への道すじ）"),
        "target": _("目標"),
        "forecast": _("このまま進むとき（たての帯は、確かさの幅）"),
    }


def _labels(x: Any, y: Any, colour: Any) -> list[Any]:
    """The newest value, the target and the forecast in figures, above or below their points."""
    layers = []
    for above in (True, False):
        for last in (True, False):
            place = {
                "dy": -13 if above else 15,
                "align": "right" if last else "center",
                "dx": 8 if last else 0,
            }
            base = (
                alt.Chart(alt.NamedData(name="labels"))
                .transform_filter("datum.above" if above else "!datum.above")
                .transform_filter("datum.last" if last else "!datum.last")
            )
            # On a halo, so that lines behind a figure don't cross it out.
            halo = base.mark_text(
                fontWeight="bold",
                fontSize=12,
                stroke=chart_theme.colour("surface"),
                strokeWidth=5,
                strokeJoin="round",
                **place,
            )
            text = base.mark_text(fontWeight="bold", fontSize=12, **place)
            layers += [
                halo.encode(x=x, y=y, text="text:N"),
                text.encode(x=x, y=y, text="text:N", color=colour),
            ]
    return layers


def _datasets(judged: JudgedKpi, forecast: Forecast) -> dict[str, Rows]:
    kpi, facts = judged.kpi, judged.facts
    points_in_order = sorted(facts.actuals, key=lambda point: point.reported_in)
    # A value whose period still runs will grow: a line to it would look like a fall.
    running = [
        (point.reported_in, point.value)
        for point in points_in_order
        if point.value is not None and point.period_end is not None and point.period_end > judged.today
    ]
    unsettled = {year for year, _value in running}
    actual = [
        (point.reported_in, point.value, point.carried_forward)
        for point in points_in_order
        if point.value is not None and point.reported_in not in unsettled
    ]
    based = facts.base is not None and facts.base_year is not None
    if based and facts.base is not None and all(year != facts.base_year for year, _v, _c in actual):
        actual.insert(0, (int(facts.base_year or 0), facts.base, False))
    lines = [_row("plan", step.year, step.value, kpi) for step in planned_way(judged)]
    lines += [_row("actual", year, value, kpi) for year, value, _carried in actual]
    points = [
        {**_row("actual", year, value, kpi), "hollow": carried, "shape": "circle"}
        for year, value, carried in actual
    ]
    points += [
        {**_row("actual", year, value, kpi), "hollow": True, "shape": "circle"} for year, value in running
    ]
    points += [
        {**_row("target", year, value, kpi), "hollow": False, "shape": "diamond"}
        for year, value in sorted(facts.targets.items())
    ]
    labels = [_row("actual", *actual[-1][:2], kpi)] if actual else []
    if facts.target is not None and facts.final_year is not None:
        labels.append(_row("target", facts.final_year, facts.target, kpi))
    interval: Rows = []
    if forecast.value is not None and forecast.final_year is not None and actual:
        centre = rounded(Decimal(str(forecast.value)), kpi.decimals)
        lines += [
            _row("forecast", *actual[-1][:2], kpi),
            _row("forecast", forecast.final_year, centre, kpi),
        ]
        points.append(
            {**_row("forecast", forecast.final_year, centre, kpi), "hollow": True, "shape": "circle"}
        )
        interval.append(
            {
                "year": forecast.final_year,
                "low": forecast.low,
                "high": forecast.high,
                "title": _("%(share)sの確かさの幅") % {"share": print_share(Decimal(str(forecast.level)))},
            }
        )
    if interval:
        labels.append(_row("forecast", interval[0]["year"], centre, kpi))
    last = max((row["year"] for row in points), default=0)
    for label in labels:
        label["last"] = label["year"] == last
        others = [other for other in labels if other is not label and other["year"] == label["year"]]
        label["above"] = all(label["value"] >= other["value"] for other in others)
    if interval:
        # Clear of the bar.
        labels[-1]["value"] = interval[0]["high" if labels[-1]["above"] else "low"]
    return {"lines": lines, "points": points, "labels": labels, "interval": interval}


def _row(series: str, year: int, value: Decimal, kpi: Any) -> dict[str, Any]:
    return {
        "series": series,
        "year": year,
        "value": float(value),
        "text": print_value(value, kpi),
        "when": print_year(year),
    }


def _points(x: Any, y: Any, scale: Any, tooltip: Any) -> list[Any]:
    """Filled points for what is new, hollow ones for a value carried forward and for the forecast."""
    base = alt.Chart(alt.NamedData(name="points"))
    shapes = alt.Scale(domain=["circle", "diamond"], range=["circle", "diamond"])
    shape = alt.Shape("shape:N", scale=shapes, legend=None)
    full = (
        base.transform_filter("!datum.hollow")
        .mark_point(size=64, filled=True, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color("series:N", scale=scale, legend=None),
            shape=shape,
            tooltip=tooltip,
        )
    )
    hollow = (
        base.transform_filter("datum.hollow")
        .mark_point(size=64, filled=True, fill=chart_theme.colour("surface"), strokeWidth=2, opacity=1)
        .encode(
            x=x,
            y=y,
            stroke=alt.Stroke("series:N", scale=scale, legend=None),
            shape=shape,
            tooltip=tooltip,
        )
    )
    return [full, hollow]


def _interval(rows: Rows, x: Any) -> list[Any]:
    if not rows:
        return []
    return [
        alt.Chart(alt.NamedData(name="interval"))
        .mark_rule(color=chart_theme.colour("what-if"), strokeWidth=8, opacity=0.28)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q", tooltip=[alt.Tooltip("title:N", title=_("確かさの幅"))])
    ]


def _bounds(values: list[float]) -> tuple[float, float]:
    """From zero where the values come near it; else from a round number a little under the lowest."""
    lowest, highest = min(values), max(values)
    spread = highest - lowest
    if lowest >= 0 and (spread == 0 or lowest < spread):
        return 0.0, nice_top(highest * 1.08)
    step = nice_top(max(spread, abs(highest) * 0.02) / 4)
    bottom = (lowest // step) * step
    top = -((-(highest + spread * 0.12)) // step) * step
    return bottom, top
