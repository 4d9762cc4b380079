"""Charts of why: natural and social change, the split of a gap, influence, stages of decline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.planning.population.charts.future import headline_scenarios, side_by_side
from sosei.planning.population.charts.parts import (
    WHOLE,
    Line,
    Panel,
    Rows,
    Spec,
    finish,
    legend_columns,
    line_chart,
    year_axis,
)
from sosei.planning.population.vision_records import Row, Vision
from sosei.planning.population.wording import percent, signed


def components(vision: Vision) -> list[Panel]:
    """Natural and social change of each five years, stacked from zero, with their sum as a point."""
    rows = vision.tables["components"]
    chosen = side_by_side(vision)
    names = {info.name for info in chosen}
    shown = [row for row in rows if row["scenario"] in names]
    low = min([0.0, *(min(row["natural"], 0) + min(row["net_migration"], 0) for row in shown)])
    high = max([0.0, *(max(row["natural"], 0) + max(row["net_migration"], 0) for row in shown)])
    parts = (("natural", _("自然増減（出生－死亡）")), ("net_migration", _("社会増減（転入－転出）")))
    return [
        Panel(
            info.name,
            info.title,
            stacked_changes([row for row in rows if row["scenario"] == info.name], parts, low, high),
        )
        for info in chosen
    ]


_CHANGE_COLOURS = {
    "natural": "natural",
    "net_migration": "social",
    "social": "social",
    "interaction": "interaction",
}


def stacked_changes(rows: list[Row], parts: Sequence[tuple[str, str]], low: float, high: float) -> Spec:
    """Signed parts of a change: gains stacked above zero, losses below it, the sum as a point."""
    stacked: Rows = []
    sums: Rows = []
    for row in rows:
        above = below = 0.0
        for key, title in parts:
            value = row[key]
            floor = above if value >= 0 else below
            stacked.append(
                {
                    "year": str(row["year"]),
                    "title": title,
                    "from": floor,
                    "to": floor + value,
                    "text": _("%(count)s人") % {"count": signed(value)},
                }
            )
            if value >= 0:
                above += value
            else:
                below += value
        total = sum(row[key] for key, _title in parts)
        sums.append(
            {"year": str(row["year"]), "sum": total, "text": _("%(count)s人") % {"count": signed(total)}}
        )
    x = alt.X(
        "year:O", title=None, axis=alt.Axis(labelAngle=0, ticks=False, domain=False, labelOverlap="parity")
    )
    y_scale = alt.Scale(domain=[low * 1.04, high * 1.04], nice=True)
    bars = (
        alt.Chart(alt.NamedData(name="changes"))
        .mark_bar(stroke=chart_theme.colour("surface"), strokeWidth=1)
        .encode(
            x=x,
            y=alt.Y(
                "from:Q",
                title=None,
                scale=y_scale,
                axis=alt.Axis(tickCount=6, labelExpr=WHOLE),
            ),
            y2="to:Q",
            color=alt.Color(
                "title:N",
                scale=alt.Scale(
                    domain=[title for _key, title in parts],
                    range=[chart_theme.colour(_CHANGE_COLOURS[key]) for key, _title in parts],
                ),
                legend=alt.Legend(
                    symbolType="square", columns=legend_columns([title for _key, title in parts])
                ),
            ),
            tooltip=[
                alt.Tooltip("year:O", title=_("年")),
                alt.Tooltip("title:N", title=_("内訳")),
                alt.Tooltip("text:N", title=_("人数")),
            ],
        )
    )
    points = (
        alt.Chart(alt.NamedData(name="sums"))
        .mark_point(
            shape="circle",
            size=60,
            filled=True,
            fill=chart_theme.colour("surface"),
            stroke=chart_theme.colour("ink"),
            strokeWidth=2,
            opacity=1,
        )
        .encode(
            x=x,
            y=alt.Y("sum:Q", scale=y_scale),
            tooltip=[alt.Tooltip("year:O", title=_("年")), alt.Tooltip("text:N", title=_("合計"))],
        )
    )
    zero: Any = (
        alt.Chart(alt.InlineData(values=[{"from": 0}]))
        .mark_rule(color=chart_theme.colour("ink"), strokeWidth=1)
        .encode(y=alt.Y("from:Q", scale=y_scale))
    )
    return finish(alt.layer(bars, zero, points), {"changes": stacked, "sums": sums}, 300)


RANK_BOUNDS = {"natural": (1.0, 1.05, 1.10, 1.15), "social": (1.0, 1.10, 1.20, 1.30)}
"""Lower bounds of ranks 2 to 5 of 影響度 (手引き, 内閣府地方創生推進室, 2019), as the engine ranks them."""


def influence(vision: Vision) -> list[Panel]:
    """Each influence ratio on its own scale of five ranks."""
    titles = {"natural": _("自然増減の影響度"), "social": _("社会増減の影響度")}
    return [
        Panel(row["kind"], titles[row["kind"]], _influence(row))
        for row in sorted(vision.tables["influence"], key=lambda row: row["kind"])
    ]


def _influence(row: Row) -> Spec:
    bounds = RANK_BOUNDS[row["kind"]]
    step = bounds[1] - bounds[0]
    low = min(bounds[0] - step, row["ratio"] - step / 4)
    high = max(bounds[-1] + step, row["ratio"] + step / 4)
    edges = [low, *bounds, high]
    bands = [
        {
            "rank": rank,
            "from": edges[rank - 1],
            "to": edges[rank],
            "middle": (edges[rank - 1] + edges[rank]) / 2,
        }
        for rank in range(1, 6)
    ]
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    x = alt.X(
        "from:Q",
        title=None,
        scale=scale,
        axis=alt.Axis(values=list(bounds), format=".0%", domain=False),
    )
    strips = (
        alt.Chart(alt.NamedData(name="bands"))
        .mark_rect(stroke=chart_theme.colour("surface"), strokeWidth=2)
        .encode(
            x=x,
            x2="to:Q",
            color=alt.Color(
                "rank:O",
                scale=alt.Scale(
                    domain=[1, 2, 3, 4, 5], range=[chart_theme.colour(f"step-{i}") for i in range(1, 6)]
                ),
                legend=None,
            ),
            tooltip=[alt.Tooltip("rank:O", title=_("段階"))],
        )
    )
    numbers = (
        alt.Chart(alt.NamedData(name="bands"))
        .mark_text(fontSize=15, fontWeight="bold")
        .encode(x=alt.X("middle:Q", scale=scale), text="rank:O", y=alt.value(34))
    )
    here = [{"ratio": row["ratio"], "label": percent(row["ratio"])}]
    marker: Any = (
        alt.Chart(alt.InlineData(values=here))
        .mark_point(shape="triangle-down", size=160, filled=True, color=chart_theme.colour("ink"), opacity=1)
        .encode(x=alt.X("ratio:Q", scale=scale), y=alt.value(-8))
    )
    value = (
        alt.Chart(alt.InlineData(values=here))
        .mark_text(dy=-24, fontSize=15, fontWeight="bold")
        .encode(x=alt.X("ratio:Q", scale=scale), y=alt.value(0), text="label:N")
    )
    rule = (
        alt.Chart(alt.InlineData(values=here))
        .mark_rule(color=chart_theme.colour("ink"), strokeWidth=2)
        .encode(x=alt.X("ratio:Q", scale=scale), y=alt.value(-6), y2=alt.value(10))
    )
    return finish(alt.layer(strips, rule, numbers, marker, value), {"bands": bands}, 64, right=24, top=44)


STAGE_LINES: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("index_0_14", "age-0-14", lambda: _("0～14歳")),
    ("index_15_64", "age-15-64", lambda: _("15～64歳")),
    ("index_65_plus", "age-65-plus", lambda: _("65歳以上")),
)


def decline_stage(vision: Vision) -> list[Panel]:
    """The three age groups of the baseline as indices (base year 100), the stage written under each year."""
    scenario = headline_scenarios(vision)[0]
    rows = [row for row in vision.tables["decline_stage"] if row["scenario"] == scenario.name]
    lines = [
        Line(colour, title(), [(row["year"], row[key]) for row in rows]) for key, colour, title in STAGE_LINES
    ]
    stages: Rows = []
    for row in rows:
        if row["stage"] and row["stage"] not in {stage["stage"] for stage in stages}:
            label = _("第%(stage)s段階") % {"stage": row["stage"]}
            stages.append({"stage": row["stage"], "year": row["year"], "label": label})
    names: Any = (
        alt.Chart(alt.NamedData(name="stages"))
        .mark_text(align="left", baseline="top", dy=-16, fontWeight="bold", fontSize=12)
        .encode(x=year_axis(row["year"] for row in rows), y=alt.value(0), text="label:N")
    )
    spec = line_chart(
        lines,
        height=300,
        label=lambda value: f"{value:.0f}",
        axis_label="format(datum.value, '.0f')",
        extra={"stages": (names, stages)},
    )
    return [Panel("main", scenario.title, spec)]


def split(vision: Vision) -> list[Panel]:
    """What of the gap between the two scenarios is natural, what social, and what both together."""
    rows = [row for row in vision.tables["split"] if row["year"] > vision.base_year]
    keys = ("natural", "social", "interaction")
    low = min([0.0, *(sum(min(row[key], 0) for key in keys) for row in rows)])
    high = max([0.0, *(sum(max(row[key], 0) for key in keys) for row in rows)])
    parts = (("natural", _("自然増減")), ("social", _("社会増減")), ("interaction", _("相互作用")))
    return [Panel("main", "", stacked_changes(rows, parts, low, high))]
