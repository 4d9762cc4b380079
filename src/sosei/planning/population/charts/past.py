"""Charts of what happened: total population, births and fertility, net migration by age, the earlier outlook."""

from __future__ import annotations

from typing import Any

import altair as alt
from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.planning.population.charts.parts import (
    WHOLE,
    Line,
    Marks,
    Panel,
    Spec,
    finish,
    line_chart,
    nice_top,
    persons_label,
    year_axis,
)
from sosei.planning.population.vision_records import Row, Vision
from sosei.planning.population.wording import persons, short_persons


def total_population(vision: Vision) -> list[Panel]:
    """A bar a census, those counted apart (evacuees) stacked on the residents and named where they stand."""
    rows = vision.tables["observed_total"]
    top = nice_top(max(row["total"] for row in rows) * 1.06)
    parts = []
    for row in rows:
        special = row["special"] or 0
        residents = row["total"] - special
        parts.append(
            {"year": str(row["year"]), "part": "residents", "from": 0, "to": residents, "persons": residents}
        )
        if special:
            parts.append(
                {
                    "year": str(row["year"]),
                    "part": "special",
                    "from": residents,
                    "to": row["total"],
                    "persons": special,
                }
            )
    titles = {"residents": _("別に数える人を除いた人口"), "special": _("避難者など別に数える人")}
    for part in parts:
        part["title"] = titles[str(part["part"])]
        part["text"] = persons(float(part["persons"]))
    highest = max(rows, key=lambda row: row["total"])
    labels = [
        {
            "year": str(row["year"]),
            "to": row["total"],
            "label": short_persons(row["total"]),
            # Named even where the bars stand too close for all numbers: the ends, the highest, those with a part.
            "major": row in (rows[0], rows[-1], highest) or bool(row["special"]),
            "inside": _("（%(count)s）") % {"count": short_persons(row["total"] - row["special"])}
            if row["special"]
            else "",
        }
        for row in rows
    ]
    names = ["residents", "special"]
    x = alt.X(
        "year:O", title=None, axis=alt.Axis(labelAngle=0, ticks=False), scale=alt.Scale(paddingInner=0.32)
    )
    y_scale = alt.Scale(domain=[0, top], nice=False)
    bars = (
        alt.Chart(alt.NamedData(name="parts"))
        .mark_bar(cornerRadius=0, stroke=chart_theme.colour("surface"), strokeWidth=1)
        .encode(
            x=x,
            y=alt.Y(
                "from:Q", title=None, scale=y_scale, axis=alt.Axis(tickCount=5, labelExpr=persons_label(top))
            ),
            y2="to:Q",
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=names, range=[chart_theme.colour(name) for name in names]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("year:O", title=_("年")),
                alt.Tooltip("title:N", title=_("内訳")),
                alt.Tooltip("text:N", title=_("人数")),
            ],
        )
    )
    above = (
        alt.Chart(alt.NamedData(name="labels"))
        .mark_text(dy=-9, fontSize=12, fontWeight="bold")
        .encode(
            x=x,
            y=alt.Y("to:Q", scale=y_scale),
            text="label:N",
            opacity=alt.condition("datum.major || width > 520", alt.value(1), alt.value(0)),
        )
    )
    layers: list[Any] = [bars, above]
    if any(row["special"] for row in rows):
        # Told by a line of its own above the bars: inside a bar it would not fit at telephone width.
        layers.append(
            alt.Chart(alt.NamedData(name="labels"))
            .mark_text(dy=-25, fontSize=12)
            .encode(x=x, y=alt.Y("to:Q", scale=y_scale), text="inside:N")
        )
    return [Panel("main", "", finish(alt.layer(*layers), {"parts": parts, "labels": labels}, 320))]


def births_and_tfr(vision: Vision) -> list[Panel]:
    """Births as bars and, in a panel of its own so that no second axis misleads, the TFR as a line."""
    rows = vision.tables["births_tfr"]
    births = [row for row in rows if row["births"] is not None]
    rates = [row for row in rows if row["tfr"] is not None]
    panels = []
    if births:
        panels.append(Panel("births", _("出生数"), _births(births)))
    if rates:
        panels.append(Panel("tfr", _("合計特殊出生率"), _tfr(rates)))
    return panels


def _births(rows: list[Row]) -> Spec:
    top = nice_top(max(row["births"] for row in rows) * 1.05)
    data = [
        {
            "year": str(row["year"]),
            "births": row["births"],
            "text": persons(row["births"]),
            "last": i in (0, len(rows) - 1),
        }
        for i, row in enumerate(rows)
    ]
    x = alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, ticks=False, labelOverlap="parity"))
    y = alt.Y(
        "births:Q",
        title=None,
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(tickCount=4, format=",d"),
    )
    bars = (
        alt.Chart(alt.NamedData(name="births"))
        .mark_bar(color=chart_theme.colour("births"))
        .encode(
            x=x, y=y, tooltip=[alt.Tooltip("year:O", title=_("年")), alt.Tooltip("text:N", title=_("出生数"))]
        )
    )
    ends = (
        alt.Chart(alt.NamedData(name="births"))
        .transform_filter("datum.last")
        .mark_text(dy=-9, fontSize=12, fontWeight="bold")
        .encode(x=x, y=y, text=alt.Text("births:Q", format=",d"))
    )
    return finish(alt.layer(bars, ends), {"births": data}, 220)


def _tfr(rows: list[Row]) -> Spec:
    data = [{"year": row["year"], "tfr": row["tfr"], "text": f"{row['tfr']:.2f}"} for row in rows]
    last = len(data) - 1
    for i, row in enumerate(data):
        row["named"] = i in (0, last)
    low = min(row["tfr"] for row in rows)
    high = max(row["tfr"] for row in rows)
    x = year_axis(row["year"] for row in rows)
    y = alt.Y(
        "tfr:Q",
        title=None,
        # A rate near 1.5 from zero would hide every change; the axis says where it starts.
        scale=alt.Scale(domain=[int(low * 5 - 0.5) / 5, int(high * 5 + 1.5) / 5], nice=False, zero=False),
        axis=alt.Axis(tickCount=4, format=".1f"),
    )
    colour = chart_theme.colour("tfr")
    line = alt.Chart(alt.NamedData(name="tfr")).mark_line(color=colour).encode(x=x, y=y)
    points = (
        alt.Chart(alt.NamedData(name="tfr"))
        .mark_point(filled=True, size=44, color=colour, opacity=1)
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("year:Q", title=_("年"), format="d"),
                alt.Tooltip("text:N", title=_("合計特殊出生率")),
            ],
        )
    )
    ends = (
        alt.Chart(alt.NamedData(name="tfr"))
        .transform_filter("datum.named")
        .mark_text(dy=-13, fontSize=12, fontWeight="bold")
        .encode(x=x, y=y, text="text:N")
    )
    return finish(alt.layer(line, points, ends), {"tfr": data}, 220, right=24)


def net_migration(vision: Vision) -> list[Panel]:
    """Net migration by age at the end of each census interval: a panel a sex, a line an interval."""
    rows = vision.tables["net_migration"]
    periods = sorted({row["period"] for row in rows})
    bound = nice_top(max(abs(row["persons"]) for row in rows))
    return [
        Panel(sex, title, _net_migration(rows, sex, periods, bound))
        for sex, title in (("male", _("男性")), ("female", _("女性")))
    ]


def _net_migration(rows: list[Row], sex: str, periods: list[str], bound: float) -> Spec:
    data = [
        {
            "period": row["period"],
            "age_from": row["age_from"],
            "age": row["age_label"],
            "persons": row["persons"],
            "text": persons(row["persons"]),
            "latest": row["period"] == periods[-1],
        }
        for row in rows
        if row["sex"] == sex
    ]
    data.sort(key=lambda row: (row["period"], row["age_from"]))
    ages = list(dict.fromkeys(row["age"] for row in sorted(data, key=lambda row: row["age_from"])))
    low = min([row["persons"] for row in rows] + [0])
    high = max([row["persons"] for row in rows] + [0])
    x = alt.X(
        "age:O",
        title=_("期末の年齢"),
        sort=ages,
        axis=alt.Axis(labelAngle=0, labelOverlap="greedy", labelSeparation=6, ticks=False),
    )
    y = alt.Y(
        "persons:Q",
        title=None,
        scale=alt.Scale(domain=[low * 1.05, high * 1.05], nice=True),
        axis=alt.Axis(tickCount=6, labelExpr=WHOLE, grid=True),
    )
    scale = alt.Scale(domain=periods, range=chart_theme.past_colours(len(periods)))
    zero = (
        alt.Chart(alt.InlineData(values=[{"persons": 0}]))
        .mark_rule(color=chart_theme.colour("ink"), strokeWidth=1)
        .encode(y=y)
    )
    lines = (
        alt.Chart(alt.NamedData(name="net_migration"))
        .mark_line()
        .encode(
            x=x,
            y=y,
            color=alt.Color("period:O", scale=scale, legend=alt.Legend(symbolType="stroke")),
            strokeWidth=alt.condition("datum.latest", alt.value(3.5), alt.value(1.8)),
            detail="period:O",
        )
    )
    points = (
        alt.Chart(alt.NamedData(name="net_migration"))
        .mark_point(filled=True, size=26, opacity=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color("period:O", scale=scale),
            tooltip=[
                alt.Tooltip("period:N", title=_("期間")),
                alt.Tooltip("age:N", title=_("期末の年齢")),
                alt.Tooltip("text:N", title=_("純移動数")),
            ],
        )
    )
    return finish(alt.layer(zero, lines, points), {"net_migration": data}, 320)


def vision_and_actual(vision: Vision) -> list[Panel]:
    """The observed line, the scenarios, the city's published figures, and the censuses that came after."""
    rows = vision.tables["vision_and_actual"]
    titles = {info.name: info.title for info in vision.scenarios}
    series: dict[str, list[tuple[float, float]]] = {}
    for row in sorted(rows, key=lambda row: row["year"]):
        series.setdefault(row["series"], []).append((row["year"], row["total"]))
    until = max([year for year, _total in series.get("hindsight", [])] + [vision.base_year]) + 5
    lines = [
        Line(name, titles[name], [(year, total) for year, total in points if year <= until])
        for name, points in series.items()
        if name in titles
    ]
    actual = sorted(series.get("observed", []) + series.get("hindsight", []))
    since = vision.base_year - 15
    counted = [(year, total) for year, total in actual if year >= since]
    # Its line ends earlier than the others, where a label would stand in the middle of theirs.
    lines.append(Line("observed", _("国勢調査"), counted, labelled=False, named_at_start=True, width=3.5))
    published = [
        (year, total, short_persons(total))
        for name, points in series.items()
        if name.startswith("published:")
        for year, total in points
        if year <= until
    ]
    return [
        Panel(
            "main",
            "",
            line_chart(
                [line for line in lines if line.points],
                marks=Marks(_("公表値"), published),
                base_year=vision.base_year,
                from_zero=False,
            ),
        )
    ]
