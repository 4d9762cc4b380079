"""The age pyramid of one year and scenario, with another scenario as an outline, and its numbers packed small."""

from __future__ import annotations

from typing import Any

import altair as alt
from django.utils.translation import gettext as _

from sosei.core.design import chart_theme
from sosei.planning.population.charts.parts import Panel, Rows, finish, nice_top, persons_label
from sosei.planning.population.vision_records import Row, Vision
from sosei.planning.population.wording import persons

Packed = dict[str, dict[str, dict[str, list[float]]]]


def pack(rows: list[Row]) -> Packed:
    """scenario → year → sex → persons from the youngest age group to the oldest, to a hundredth of a person."""
    packed: Packed = {}
    for row in sorted(rows, key=lambda row: row["age_from"]):
        years = packed.setdefault(row["scenario"], {})
        years.setdefault(str(row["year"]), {"male": [], "female": []})[row["sex"]].append(
            round(row["persons"], 2)
        )
    return packed


def age_labels(rows: list[Row]) -> list[str]:
    """Names of the age groups from the youngest."""
    return list(dict.fromkeys(row["age_label"] for row in sorted(rows, key=lambda row: row["age_from"])))


def of_year(packed: Packed, scenario: str, year: int) -> dict[str, list[float]] | None:
    """The numbers of a scenario in a year; the observed ones where the scenario has not begun; else None."""
    return packed.get(scenario, {}).get(str(year)) or packed.get("observed", {}).get(str(year))


def _rows(ages: list[str], numbers: dict[str, list[float]] | None) -> Rows:
    titles = {"male": _("男"), "female": _("女")}
    return [
        {
            "age": age,
            "sex": sex,
            "title": titles[sex],
            "x": -value if sex == "male" else value,
            "text": persons(value),
        }
        for sex in ("male", "female")
        for age, value in zip(ages, (numbers or {}).get(sex, []), strict=False)
    ]


def pyramid(
    vision: Vision, scenario: str | None = None, year: int | None = None, compare: str = ""
) -> list[Panel]:
    """Men to the left, women to the right; the axis is the same for every year and scenario of the vision.

    Its end is the parameter `bound`, so that a what-if with more people than any of them can widen it.
    """
    rows = vision.tables["pyramid"]
    packed = pack(rows)
    ages = age_labels(rows)
    bound = nice_top(max(row["persons"] for row in rows))
    scenario = scenario or vision.scenarios[0].name
    year = year or vision.base_year
    datasets = {
        "pyramid": _rows(ages, of_year(packed, scenario, year)),
        "compare": _rows(ages, of_year(packed, compare, year)) if compare else [],
    }
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=[alt.ExprRef("-bound"), alt.ExprRef("bound")], nice=False),
        axis=alt.Axis(tickCount=6, labelExpr=persons_label(bound), grid=True, ticks=False),
    )
    y = alt.Y(
        "age:O",
        title=None,
        sort=list(reversed(ages)),
        scale=alt.Scale(domain=list(reversed(ages)), paddingInner=0.12),
        axis=alt.Axis(domain=False, ticks=False),
    )
    sexes = ["male", "female"]
    bars = (
        alt.Chart(alt.NamedData(name="pyramid"))
        .mark_bar()
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "sex:N",
                scale=alt.Scale(domain=sexes, range=[chart_theme.colour(sex) for sex in sexes]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("age:N", title=_("年齢")),
                alt.Tooltip("title:N", title=_("性別")),
                alt.Tooltip("text:N", title=_("人数")),
            ],
        )
    )
    outline = (
        alt.Chart(alt.NamedData(name="compare"))
        .mark_bar(fillOpacity=0, stroke=chart_theme.colour("ink"), strokeWidth=1.6)
        .encode(x=x, y=y)
    )
    names: list[Any] = [
        alt.Chart(alt.InlineData(values=[{"title": title}]))
        .mark_text(fontSize=16, fontWeight="bold", align=align, baseline="top", color=chart_theme.colour(sex))
        .encode(x=alt.value(edge), y=alt.value(2), text="title:N")
        for sex, title, edge, align in (
            ("male", _("男"), 0, "left"),
            ("female", _("女"), "width", "right"),
        )
    ]
    chart = alt.layer(bars, outline, *names).add_params(alt.param(name="bound", value=bound))
    return [Panel("main", "", finish(chart, datasets, 460, right=12))]
