"""The what-if panel: its charts, its table and its sentence, for the page, its fragments and its downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from sosei.planning.population.charts import future
from sosei.planning.population.charts.parts import Line, Marks, Panel, line_chart, line_datasets
from sosei.planning.population.charts.pyramid import pack
from sosei.planning.population.descriptions import at, sentence
from sosei.planning.population.figures import KeyFigure
from sosei.planning.population.tables import Column, FigureTable
from sosei.planning.population.vision_records import Row, Vision
from sosei.planning.population.what_if import HOUSEHOLD_TYPES, NAME, WhatIf
from sosei.planning.population.wording import number, percent, persons, ratio, short_persons, signed

HEIGHT = 300
COMPARED = ("baseline", "prospect-2")


@dataclass(frozen=True)
class Panelled:
    """A what-if beside the vision it starts from.

    Attributes:
        query: the text of each field as it was given, to be shown again.
        tables: the what-if's tables; empty where the fields cannot be used.
        problems: a sentence for each field that cannot be used.
    """

    vision: Vision
    query: Mapping[str, str]
    what_if: WhatIf
    tables: Mapping[str, list[Row]] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    def _lines(self, table: str, value: str) -> list[Line]:
        chosen = [info for info in self.vision.scenarios if info.name in COMPARED]
        lines = future.scenario_lines(self.vision, self.vision.tables[table], value, chosen)
        points = [(row["year"], row[value]) for row in self.tables.get(table, [])]
        # Before anything is changed the line of the what-if would only cover the baseline.
        return [*lines, Line(NAME, _("もしも"), points, width=3.5)]

    def _ratio_label(self, value: float) -> str:
        return _("%(ratio)s人") % {"ratio": ratio(value)}

    def panels(self) -> list[Panel]:
        """Two charts: total population, and the support ratio."""
        return [
            Panel("total", _("総人口"), line_chart(self._lines("scenario_totals", "total"), height=HEIGHT)),
            Panel(
                "support",
                _("75歳以上1人を支える15～64歳の人数"),
                line_chart(
                    self._lines("support_ratio", "ratio"),
                    height=HEIGHT,
                    label=self._ratio_label,
                    axis_label="format(datum.value, '.0f')",
                ),
            ),
        ]

    def redraw(self) -> dict[str, Any]:
        """What a drawn panel needs to show this state: rows and bounds of both charts, and the pyramid's numbers."""
        charts = {}
        for key, table, value, label in (
            ("total", "scenario_totals", "total", short_persons),
            ("support", "support_ratio", "ratio", self._ratio_label),
        ):
            datasets, _bottom, top = line_datasets(self._lines(table, value), Marks(""), HEIGHT, label)
            charts[f"what-if-{key}"] = {"datasets": datasets, "signals": {"top": top}}
        return {
            "charts": {} if self.problems else charts,
            "pyramid": pack(self.tables.get("pyramid", [])),
            "problems": dict(self.problems),
            "query": "" if self.problems else self.what_if.to_query(),
        }

    def key_figures(self) -> list[KeyFigure]:
        """The last year's total, support, women of 20 to 39 and share of 65 and over."""
        year = self.vision.to_year
        shown = []
        total = at(self.tables.get("scenario_totals", []), NAME, year)
        base = at(self.vision.tables["scenario_totals"], "baseline", year)
        if total and base:
            shown.append(
                KeyFigure(
                    _("総人口"),
                    short_persons(total["total"]),
                    _("基準推計との差 %(count)s人") % {"count": signed(total["total"] - base["total"])},
                    NAME,
                )
            )
        for title, table, value, write in (
            (_("75歳以上1人を支える人"), "support_ratio", "ratio", self._ratio_label),
            (_("20～39歳の女性"), "women_20_39", "persons", short_persons),
            (_("65歳以上の割合"), "scenario_ages", "share_65_plus", percent),
        ):
            here = at(self.tables.get(table, []), NAME, year)
            there = at(self.vision.tables[table], "baseline", year)
            if here and there:
                note = _("基準推計では%(value)s") % {"value": write(there[value])}
                shown.append(KeyFigure(title, write(here[value]), note, NAME))
        return shown

    def sentence(self) -> str:
        """The outcome in words."""
        year = self.vision.to_year
        total = at(self.tables.get("scenario_totals", []), NAME, year)
        base = at(self.vision.tables["scenario_totals"], "baseline", year)
        support = at(self.tables.get("support_ratio", []), NAME, year)
        if not (total and base and support):
            return ""
        if self.what_if == WhatIf():
            return _(
                "条件をまだ変えていないので、基準推計と同じです。%(year)s年の総人口は%(total)sです。"
            ) % {
                "year": year,
                "total": persons(total["total"]),
            }
        return sentence(
            _("この条件では、%(year)s年の総人口は%(total)sで、基準推計との差は%(difference)s人です。")
            % {
                "year": year,
                "total": persons(total["total"]),
                "difference": signed(total["total"] - base["total"]),
            },
            _("75歳以上1人を支える人は%(ratio)s人になります。") % {"ratio": ratio(support["ratio"])},
        )

    def table(self) -> FigureTable:
        """A row a year: the what-if, the baseline, their difference, ages, support, women."""
        base = {r["year"]: r for r in self.vision.tables["scenario_totals"] if r["scenario"] == "baseline"}
        by_year: dict[str, dict[int, Row]] = {
            name: {row["year"]: row for row in self.tables.get(name, [])}
            for name in ("scenario_ages", "support_ratio", "women_20_39", "components")
        }
        columns = [
            Column(_("年"), "year"),
            Column(_("総人口")),
            Column(_("基準推計")),
            Column(_("差"), "change"),
            Column(_("0～14歳")),
            Column(_("15～64歳")),
            Column(_("65歳以上")),
            Column(_("支える人"), "ratio"),
            Column(_("20～39歳の女性")),
            Column(_("自然増減"), "change"),
            Column(_("社会増減"), "change"),
        ]
        rows = []
        for row in self.tables.get("scenario_totals", []):
            year = row["year"]
            ages, other = by_year["scenario_ages"][year], base.get(year)
            change = by_year["components"].get(year, {})
            rows.append(
                [
                    year,
                    row["total"],
                    other["total"] if other else None,
                    row["total"] - other["total"] if other else None,
                    ages["age_0_14"],
                    ages["age_15_64"],
                    ages["age_65_plus"],
                    by_year["support_ratio"][year]["ratio"],
                    by_year["women_20_39"][year]["persons"],
                    change.get("natural"),
                    change.get("net_migration"),
                ]
            )
        return FigureTable(columns, rows)

    def fields(self) -> list[dict[str, Any]]:
        """The levers with a slider, in the order of the form."""
        held = self.vision.tables.get("births_tfr", [])
        newest = [row["tfr"] for row in held if row["tfr"] is not None]
        years = sorted({row["year"] for row in self.vision.tables["scenario_totals"]})
        rows: list[dict[str, Any]] = [
            {
                "name": "tfr",
                "label": _("合計特殊出生率"),
                "help": _("一人の女性が一生に産む子どもの数の目安。空欄なら基準推計のまま。"),
                "unit": "",
                "low": 0.8,
                "high": 2.6,
                "bounds": (0.5, 3),
                "step": 0.01,
                "start": newest[-1] if newest else 1.5,
                "value": "" if self.what_if.tfr is None else f"{self.what_if.tfr:g}",
            },
            {
                "name": "tfr_by",
                "label": _("達成する年"),
                "help": _("出生率と転出の回復が、この年までに少しずつ進みます。"),
                "unit": "",
                "low": years[1],
                "high": years[-1],
                "step": 5,
                "start": self.what_if.tfr_by,
                "value": str(self.what_if.tfr_by),
            },
            {
                "name": "recovery",
                "label": _("転出超過の回復"),
                "help": _("出ていく人のほうが多い年齢で、その差をどれだけ減らすか。"),
                "unit": "%",
                "low": 0,
                "high": 100,
                "step": 1,
                "start": self.what_if.recovery,
                "value": str(self.what_if.recovery),
            },
            {
                "name": "households",
                "label": _("毎年移り住む世帯"),
                "help": _("最も新しい国勢調査の年から、毎年これだけの世帯が来るとします。"),
                "unit": _("世帯"),
                "low": 0,
                "high": 500,
                "bounds": (0, 2000),
                "step": 5,
                "start": self.what_if.households,
                "value": str(self.what_if.households),
            },
        ]
        for row in rows:
            # A slider covers what is likely; the number beside it takes all that can be computed.
            row.setdefault("bounds", (row["low"], row["high"]))
            row["error"] = self.problems.get(row["name"], "")
            if row["name"] in self.problems:
                row["value"] = self.query.get(row["name"], "")
            row["slider"] = row["value"] if row["value"] and not row["error"] else row["start"]
        return rows

    def household_types(self) -> list[dict[str, Any]]:
        """The kinds of household to choose from."""
        titles = {
            "couple_20s": _("20代の夫婦"),
            "family_30s": _("30代の夫婦と子ども1人"),
            "couple_60s": _("60代の夫婦"),
        }
        return [
            {"name": name, "title": titles.get(name, name), "is_chosen": name == self.what_if.household_type}
            for name in HOUSEHOLD_TYPES
        ]

    def summary_line(self) -> str:
        """The conditions in one line, for the title of a download."""
        what_if = self.what_if
        parts = []
        if what_if.tfr is not None:
            parts.append(
                _("%(year)s年に合計特殊出生率%(tfr)s")
                % {"year": what_if.tfr_by, "tfr": number(what_if.tfr, 2)}
            )
        if what_if.recovery:
            parts.append(_("転出超過を%(share)s%%回復") % {"share": what_if.recovery})
        if what_if.households:
            chosen = next(row["title"] for row in self.household_types() if row["is_chosen"])
            parts.append(
                _("毎年%(count)s世帯（%(kind)s）") % {"count": number(what_if.households), "kind": chosen}
            )
        return " ／ ".join(parts) or _("基準推計のまま")
