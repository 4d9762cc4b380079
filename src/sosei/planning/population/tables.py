"""Tables of the figures: what each chart shows as rows and columns, for the screen, the printer and CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sosei.planning.population.vision_records import Check, Row, Vision
from sosei.planning.population.wording import number, percent, signed

EMPTY = "－"

# How a kind of value is written; the same values go to CSV unformatted.
WRITERS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "year": lambda value: f"{value:d}",
    "persons": number,
    "change": signed,
    "ratio": lambda value: number(value, 2),
    "index": lambda value: number(value, 1),
    "share": percent,
    "rate": lambda value: signed(value, 4),
    "count": lambda value: f"{value:d}",
}
DECIMALS = {"persons": 0, "change": 0, "ratio": 3, "index": 2, "share": 4, "rate": 5}


@dataclass(frozen=True)
class Column:
    """A column: its heading in the reader's language and the kind of its values (a key of WRITERS)."""

    heading: str
    kind: str = "persons"

    @property
    def is_number(self) -> bool:
        """Whether the values stand right-aligned."""
        return self.kind not in {"text", "year"}


@dataclass(frozen=True)
class Cell:
    """A value as the screen shows it."""

    text: str
    is_number: bool


@dataclass(frozen=True)
class FigureTable:
    """Rows of plain values; the first column names the row."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]

    def cells(self) -> list[list[Cell]]:
        """The rows as text for the screen."""
        return [
            [
                Cell(EMPTY if value is None else WRITERS[column.kind](value), column.is_number)
                for column, value in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]

    def plain(self) -> list[list[Any]]:
        """The rows for CSV: numbers without separators, rounded to what they can mean; None where there is none."""
        return [
            [
                round(value, DECIMALS[column.kind] or None)
                if isinstance(value, float) and column.kind in DECIMALS
                else value
                for column, value in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]


def _pick(rows: Sequence[Row], columns: Sequence[tuple[str, str, str]]) -> FigureTable:
    """A table with one column a key: (key, heading, kind)."""
    return FigureTable(
        [Column(heading, kind) for _key, heading, kind in columns],
        [[row.get(key) for key, _heading, _kind in columns] for row in rows],
    )


def _titles(vision: Vision) -> dict[str, str]:
    return {info.name: info.title for info in vision.scenarios}


def _by_scenario(vision: Vision, table: str, columns: Sequence[tuple[str, str, str]]) -> FigureTable:
    """Long form: a row a scenario and year, the scenario by its title."""
    titles = _titles(vision)
    rows = [
        {**row, "scenario": titles[row["scenario"]]}
        for row in vision.tables[table]
        if row["scenario"] in titles
    ]
    return _pick(rows, [("scenario", _("シナリオ"), "text"), ("year", _("年"), "year"), *columns])


def pivot(
    vision: Vision, table: str, value: str, kind: str, scenarios: Sequence[str] | None = None
) -> FigureTable:
    """Wide form: a row a year, a column a scenario."""
    rows = vision.tables[table]
    infos = [
        info
        for info in vision.scenarios
        if (scenarios is None or info.name in scenarios) and any(row["scenario"] == info.name for row in rows)
    ]
    values = {(row["scenario"], row["year"]): row[value] for row in rows}
    years = sorted({row["year"] for row in rows})
    return FigureTable(
        [Column(_("年"), "year"), *(Column(info.title, kind) for info in infos)],
        [[year, *(values.get((info.name, year)) for info in infos)] for year in years],
    )


def total_population(vision: Vision) -> FigureTable:
    """Year, total, residents, counted apart."""
    return _pick(
        vision.tables["observed_total"],
        [
            ("year", _("年"), "year"),
            ("total", _("総人口"), "persons"),
            ("residents", _("別に数える人を除いた人口"), "persons"),
            ("special", _("別に数える人"), "persons"),
        ],
    )


def births_and_tfr(vision: Vision) -> FigureTable:
    """Year, births, TFR."""
    return _pick(
        vision.tables["births_tfr"],
        [
            ("year", _("年"), "year"),
            ("births", _("出生数"), "persons"),
            ("tfr", _("合計特殊出生率"), "ratio"),
        ],
    )


def net_migration(vision: Vision) -> FigureTable:
    """A row a sex and age, a column a census interval."""
    rows = vision.tables["net_migration"]
    periods = sorted({row["period"] for row in rows})
    sexes = {"male": _("男性"), "female": _("女性")}
    values = {(row["sex"], row["age_from"], row["period"]): row["persons"] for row in rows}
    ages = sorted({(row["age_from"], row["age_label"]) for row in rows})
    return FigureTable(
        [
            Column(_("性別"), "text"),
            Column(_("期末の年齢"), "text"),
            *(Column(period, "change") for period in periods),
        ],
        [
            [title, label, *(values.get((sex, age, period)) for period in periods)]
            for sex, title in sexes.items()
            for age, label in ages
        ],
    )


def vision_and_actual(vision: Vision) -> FigureTable:
    """A row a year: counted, our scenarios, the published figures."""
    rows = vision.tables["vision_and_actual"]
    titles = _titles(vision)
    names = list(dict.fromkeys(row["series"] for row in rows))
    values = {(row["series"], row["year"]): row["total"] for row in rows}
    for (name, year), value in list(values.items()):
        if name == "hindsight":
            values["observed", year] = value
    shown = [name for name in names if name in {"observed", *titles} or name.startswith("published:")]

    def heading(name: str) -> str:
        if name == "observed":
            return _("国勢調査")
        if name.startswith("published:"):
            scenario = name.removeprefix("published:")
            return _("公表値（%(scenario)s）") % {"scenario": titles.get(scenario, scenario)}
        return titles[name]

    return FigureTable(
        [Column(_("年"), "year"), *(Column(heading(name)) for name in shown)],
        [
            [year, *(values.get((name, year)) for name in shown)]
            for year in sorted({row["year"] for row in rows})
        ],
    )


def outlook(vision: Vision) -> FigureTable:
    """A row a year from the first census: counted, and the vision's own scenarios."""
    table = vision_and_actual(vision)
    totals = pivot(vision, "scenario_totals", "total", "persons", ("baseline", "prospect-1", "prospect-2"))
    counted = {row[0]: row[1] for row in table.rows} if table.columns[1].heading == _("国勢調査") else {}
    counted |= {row["year"]: row["total"] for row in vision.tables["observed_total"]}
    by_year = {row[0]: list(row[1:]) for row in totals.rows}
    blank: list[Any] = [None] * (len(totals.columns) - 1)
    return FigureTable(
        [Column(_("年"), "year"), Column(_("国勢調査")), *totals.columns[1:]],
        [
            [year, counted.get(year), *by_year.get(year, blank)]
            for year in sorted({y for y, v in counted.items() if v is not None} | set(by_year))
        ],
    )


def scenarios(vision: Vision) -> FigureTable:
    """Total population, a column a scenario."""
    return pivot(vision, "scenario_totals", "total", "persons")


def age_structure(vision: Vision) -> FigureTable:
    """Age groups of every scenario."""
    return _by_scenario(
        vision,
        "scenario_ages",
        [
            ("age_0_14", _("0～14歳"), "persons"),
            ("age_15_64", _("15～64歳"), "persons"),
            ("age_65_plus", _("65歳以上"), "persons"),
            ("age_75_plus", _("うち75歳以上"), "persons"),
            ("share_65_plus", _("65歳以上の割合"), "share"),
        ],
    )


def support_ratio(vision: Vision) -> FigureTable:
    """Support ratio, a column a scenario, and the published one."""
    table = pivot(vision, "support_ratio", "ratio", "ratio")
    published = {
        row["year"]: row["published"]
        for row in vision.tables["support_ratio"]
        if row["published"] is not None
    }
    if not published:
        return table
    return FigureTable(
        [*table.columns, Column(_("公表値"), "ratio")],
        [[*row, published.get(row[0])] for row in table.rows],
    )


def pyramid(vision: Vision) -> FigureTable:
    """The base year by age and sex; the page's control writes another year's rows in their place."""
    return pyramid_of(vision, vision.scenarios[0].name, vision.base_year)


def pyramid_title(vision: Vision, scenario: str, year: int) -> str:
    """The scenario's title; that of the census where the scenario has not begun."""
    begun = any(r["scenario"] == scenario and r["year"] == year for r in vision.tables["pyramid"])
    return _titles(vision).get(scenario, scenario) if begun else _("国勢調査")


def pyramid_of(vision: Vision, scenario: str, year: int, compare: str = "") -> FigureTable:
    """Any year of a scenario, with the scenario it is compared to beside it."""
    chosen = [scenario, *([compare] if compare else [])]
    values = {
        (row["scenario"], row["age_from"], row["sex"]): row["persons"]
        for row in vision.tables["pyramid"]
        if row["year"] == year
    }
    ages = sorted({(row["age_from"], row["age_label"]) for row in vision.tables["pyramid"]})
    sexes = {"male": _("男"), "female": _("女")}
    return FigureTable(
        [
            Column(_("年齢"), "text"),
            *(
                Column(
                    _("%(scenario)s・%(sex)s") % {"scenario": pyramid_title(vision, name, year), "sex": title}
                )
                for name in chosen
                for title in sexes.values()
            ),
        ],
        [
            [
                label,
                *(
                    values.get((name, age, sex), values.get(("observed", age, sex)))
                    for name in chosen
                    for sex in sexes
                ),
            ]
            for age, label in ages
        ],
    )


def women_20_39(vision: Vision) -> FigureTable:
    """Women of 20 to 39 and their index."""
    return _by_scenario(
        vision,
        "women_20_39",
        [
            ("persons", _("20～39歳の女性"), "persons"),
            ("index", _("指数（%(year)s年＝100）") % {"year": vision.base_year}, "index"),
        ],
    )


def components(vision: Vision) -> FigureTable:
    """Births, deaths, natural and social change of the five years to each year."""
    return _by_scenario(
        vision,
        "components",
        [
            ("births", _("出生"), "persons"),
            ("deaths", _("死亡"), "persons"),
            ("natural", _("自然増減"), "change"),
            ("net_migration", _("社会増減"), "change"),
        ],
    )


def influence(vision: Vision) -> FigureTable:
    """Ratio and rank of each kind."""
    titles = {"natural": _("自然増減の影響度"), "social": _("社会増減の影響度")}
    rows = [
        {**row, "kind": titles[row["kind"]]}
        for row in sorted(vision.tables["influence"], key=lambda r: r["kind"])
    ]
    return _pick(
        rows,
        [
            ("kind", _("種類"), "text"),
            ("reference_year", _("基準とする年"), "year"),
            ("ratio", _("比率"), "share"),
            ("rank", _("段階（1～5）"), "count"),
        ],
    )


def decline_stage(vision: Vision) -> FigureTable:
    """Indices of three age groups and the stage they make."""
    return _by_scenario(
        vision,
        "decline_stage",
        [
            ("index_0_14", _("0～14歳の指数"), "index"),
            ("index_15_64", _("15～64歳の指数"), "index"),
            ("index_65_plus", _("65歳以上の指数"), "index"),
            ("stage", _("段階"), "count"),
        ],
    )


def split(vision: Vision) -> FigureTable:
    """The gap between two scenarios in its parts."""
    return _pick(
        vision.tables["split"],
        [
            ("year", _("年"), "year"),
            ("natural", _("自然増減による分"), "change"),
            ("social", _("社会増減による分"), "change"),
            ("interaction", _("相互作用"), "change"),
            ("total", _("差の合計"), "change"),
        ],
    )


def ordered_checks(vision: Vision) -> list[Check]:
    """The checks as the page lists them: totals first, then support ratios, each by scenario and year."""
    order = [info.name for info in vision.scenarios]
    return sorted(
        vision.checks,
        key=lambda check: (check.quantity != "total", order.index(check.scenario), check.year),
    )


def checks(vision: Vision) -> FigureTable:
    """The published figure, ours, the difference, and whether it lies within the tolerance."""
    titles = _titles(vision)
    quantities = {"total": _("総人口"), "support_ratio": _("75歳以上1人を支える人数")}

    def written(check: Any, value: float) -> str:
        return number(value) if check.quantity == "total" else number(value, 2)

    def apart(check: Any, value: float, sign: bool) -> str:
        if check.quantity == "total":
            return f"{signed(value * 100, 2) if sign else number(value * 100, 0)}%"
        # A third decimal, so that a difference just over the tolerance does not look like one on it.
        return signed(value, 3) if sign else number(value, 1)

    return FigureTable(
        [
            Column(_("シナリオ"), "text"),
            Column(_("項目"), "text"),
            Column(_("年"), "year"),
            Column(_("公表値"), "text"),
            Column(_("Soseiの値"), "text"),
            Column(_("差"), "text"),
            Column(_("許容差"), "text"),
            Column(_("判定"), "text"),
        ],
        [
            [
                titles.get(check.scenario, check.scenario),
                quantities.get(check.quantity, check.quantity),
                check.year,
                (_("約%(value)s") if check.approximate else "%(value)s")
                % {
                    "value": number(check.published)
                    if check.quantity == "total"
                    else number(check.published, 1)
                },
                written(check, check.ours),
                apart(check, check.difference, True),
                "±" + apart(check, check.tolerance, False),
                _("範囲内") if check.holds else _("範囲外"),
            ]
            for check in ordered_checks(vision)
        ],
    )
