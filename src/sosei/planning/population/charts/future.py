"""Charts of what can come: scenarios, ages, support ratio, women of 20 to 39."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import altair as alt
from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.planning.population.charts.parts import (
    Line,
    Marks,
    Panel,
    Rows,
    Spec,
    finish,
    line_chart,
    nice_top,
    persons_label,
)
from sosei.planning.population.vision_records import Row, ScenarioInfo, Vision
from sosei.planning.population.wording import percent, persons, ratio, short_persons

HEADLINE = ("baseline", "prospect-1", "prospect-2")
"""Scenarios that stand in the first chart and in side-by-side panels; the others are for comparison."""


def headline_scenarios(vision: Vision) -> list[ScenarioInfo]:
    """The scenarios of the municipality's own vision, in the page's order."""
    return [info for info in vision.scenarios if info.name in HEADLINE]


def side_by_side(vision: Vision) -> list[ScenarioInfo]:
    """Two scenarios for a pair of panels: the baseline and the furthest prospect there is."""
    chosen = headline_scenarios(vision)
    return [chosen[0], chosen[-1]] if len(chosen) > 1 else chosen


def scenario_lines(
    vision: Vision, rows: list[Row], value: str, scenarios: Sequence[ScenarioInfo] | None = None
) -> list[Line]:
    """A line a scenario through one column of a table, in the page's order."""
    return [
        Line(
            info.name,
            info.title,
            [
                (row["year"], row[value])
                for row in rows
                if row["scenario"] == info.name and row[value] is not None
            ],
        )
        for info in (vision.scenarios if scenarios is None else scenarios)
    ]


def observed_line(vision: Vision) -> Line:
    """The censuses up to the base year, and those known only with hindsight after it."""
    points = {row["year"]: row["total"] for row in vision.tables["observed_total"]}
    for row in vision.tables.get("vision_and_actual", []):
        if row["series"] == "hindsight":
            points[row["year"]] = row["total"]
    return Line(
        "observed", _("国勢調査"), sorted(points.items()), labelled=False, named_at_start=True, width=3
    )


def published_marks(vision: Vision) -> Marks:
    """The totals that the municipality itself published."""
    return Marks(
        _("公表値"),
        [
            (check.year, check.published, short_persons(check.published))
            for check in vision.checks
            if check.quantity == "total"
        ],
    )


def outlook(vision: Vision) -> list[Panel]:
    """The first chart of the page: censuses since 1980 and the vision's own scenarios to the last year."""
    lines = [
        line
        for line in scenario_lines(
            vision, vision.tables["scenario_totals"], "total", headline_scenarios(vision)
        )
        if line.points
    ]
    spec = line_chart([*lines, observed_line(vision)], height=360, base_year=vision.base_year)
    return [Panel("main", "", spec)]


def scenarios(vision: Vision) -> list[Panel]:
    """All scenarios from the base year on, with the published totals."""
    lines = [
        line for line in scenario_lines(vision, vision.tables["scenario_totals"], "total") if line.points
    ]
    return [Panel("main", "", line_chart(lines, marks=published_marks(vision), height=380))]


def support_ratio(vision: Vision) -> list[Panel]:
    """Persons of 15-64 for one of 75 and over, ours as lines, the published ones as diamonds."""
    rows = vision.tables["support_ratio"]
    published = {row["year"]: row["published"] for row in rows if row["published"] is not None}
    spec = line_chart(
        scenario_lines(vision, rows, "ratio", headline_scenarios(vision)),
        marks=Marks(_("公表値"), [(year, value, "") for year, value in sorted(published.items())]),
        label=lambda value: _("%(ratio)s人") % {"ratio": ratio(value)},
        axis_label="format(datum.value, '.0f')",
    )
    return [Panel("main", "", spec)]


def women_20_39(vision: Vision) -> list[Panel]:
    """Women of 20 to 39 in the scenarios of the vision."""
    lines = scenario_lines(vision, vision.tables["women_20_39"], "persons", headline_scenarios(vision))
    return [Panel("main", "", line_chart(lines, height=300))]


AGE_GROUPS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("age_0_14", "age-0-14", lambda: _("0～14歳")),
    ("age_15_64", "age-15-64", lambda: _("15～64歳")),
    ("age_65_plus", "age-65-plus", lambda: _("65歳以上")),
)


def age_structure(vision: Vision) -> list[Panel]:
    """Three age groups stacked, and the share of 65 and over above each bar."""
    rows = vision.tables["scenario_ages"]
    chosen = side_by_side(vision)
    names = {info.name for info in chosen}
    top = nice_top(
        max(sum(row[key] for key, _c, _t in AGE_GROUPS) for row in rows if row["scenario"] in names) * 1.04
    )
    return [
        Panel(
            info.name, info.title, _age_structure([row for row in rows if row["scenario"] == info.name], top)
        )
        for info in chosen
    ]


def _age_structure(rows: list[Row], top: float) -> Spec:
    parts: Rows = []
    labels: Rows = []
    for row in rows:
        floor = 0.0
        # The oldest stand at the bottom, so that their number can be read from the axis.
        for key, colour, title in reversed(AGE_GROUPS):
            parts.append(
                {
                    "year": str(row["year"]),
                    "group": colour,
                    "title": title(),
                    "from": floor,
                    "to": floor + row[key],
                    "text": persons(row[key]),
                }
            )
            floor += row[key]
        labels.append({"year": str(row["year"]), "to": floor, "label": percent(row["share_65_plus"], 0)})
    x = alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, ticks=False, labelOverlap="parity"))
    y_scale = alt.Scale(domain=[0, top], nice=False)
    order = [colour for _k, colour, _t in AGE_GROUPS]
    titles = {colour: title() for _k, colour, title in AGE_GROUPS}
    bars = (
        alt.Chart(alt.NamedData(name="parts"))
        .mark_bar(stroke=chart_theme.colour("surface"), strokeWidth=1)
        .encode(
            x=x,
            y=alt.Y(
                "from:Q", title=None, scale=y_scale, axis=alt.Axis(tickCount=5, labelExpr=persons_label(top))
            ),
            y2="to:Q",
            color=alt.Color(
                "title:N",
                scale=alt.Scale(
                    domain=[titles[name] for name in order],
                    range=[chart_theme.colour(name) for name in order],
                ),
                legend=alt.Legend(symbolType="square"),
            ),
            tooltip=[
                alt.Tooltip("year:O", title=_("年")),
                alt.Tooltip("title:N", title=_("年齢")),
                alt.Tooltip("text:N", title=_("人数")),
            ],
        )
    )
    share = (
        alt.Chart(alt.NamedData(name="labels"))
        .mark_text(dy=-9, fontSize=12, fontWeight="bold")
        .encode(x=x, y=alt.Y("to:Q", scale=y_scale), text="label:N")
    )
    return finish(alt.layer(bars, share), {"parts": parts, "labels": labels}, 300)
