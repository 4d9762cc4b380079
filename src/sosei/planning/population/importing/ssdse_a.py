"""SSDSE-A of the Statistics Center: some 125 figures a municipality, of which births, deaths and moves are kept.

CP932, three header rows (item codes; years; Japanese names), area codes with an R in front. The items are those
of the System of Social and Demographic Statistics (社会・人口統計体系): A4101 births, A4200 deaths, A5101
in-migrants, A5102 out-migrants. The population by sex in the same row is checked against its total, so that a
slipped column does not go unseen. Source: 統計センター「教育用標準データセット SSDSE」.
"""

from __future__ import annotations

import re

from sosei.engines.conventions.numerals import Mark, Numeral
from sosei.planning.population.importing.findings import Place
from sosei.planning.population.importing.parsed import Context, ParsedArea, ParsedFile, ParsedVital
from sosei.planning.population.importing.tables import (
    AreaReader,
    Columns,
    Row,
    first_rows,
    read_number,
    read_rows,
)

NAME = "ssdse_a"
TITLE = ("SSDSE-A（市区町村別、統計センター）", "SSDSE-A (municipalities, Statistics Center)")
SOURCE = (
    "教育用標準データセット SSDSE-A（統計センター）",
    "Standardized Statistical Data Set for Education SSDSE-A (National Statistics Center)",
)
VITAL_ITEMS = {"A4101": "births", "A4200": "deaths", "A5101": "in_migrants", "A5102": "out_migrants"}
"""Items of the System of Social and Demographic Statistics that are kept, and as what."""
VITAL_NAMES_EN = {
    "births": "births",
    "deaths": "deaths",
    "in_migrants": "in-migrants",
    "out_migrants": "out-migrants",
}
_YEAR = re.compile(r"\s*((?:19|20)\d{2})(?:年度?)?\s*")
_PARTS = (
    ("A1101", ("A110101", "A110102")),
    ("A1301", ("A130101", "A130102")),
    ("A1303", ("A130301", "A130302")),
)


def matches(head: str, context: Context) -> bool:
    """Whether the head is of this format: item codes above, R-codes below."""
    rows = first_rows(head, 4)
    return len(rows) >= 3 and {"A1101", "A4101"} <= set(rows[0]) and rows[2][0].strip() == "地域コード"


def japanese_only(name: str) -> bool:
    """Whether an item's name says that it counts Japanese nationals only (日本人移動者)."""
    return "日本人" in name


def vital_note(kind: str, name: str) -> tuple[str, str]:
    """The item's own name in Japanese, and its meaning in English."""
    english = VITAL_NAMES_EN[kind] + (" (Japanese nationals)" if japanese_only(name) else "")
    return name, english


def parse(text: str, context: Context) -> ParsedFile:
    """Read births, deaths and moves of every area."""
    parsed = ParsedFile(source=SOURCE[0], source_en=SOURCE[1])
    findings = parsed.findings
    rows = read_rows(text, findings)
    header, years, names = next(rows, None), next(rows, None), next(rows, None)
    if header is None or years is None or names is None:
        findings.problem("no_rows")
        return parsed
    columns = Columns(header, findings)
    items = {item: columns.need(item) for item in (*VITAL_ITEMS, "A1101", "A110101", "A110102")}
    if findings.refused:
        return parsed
    year_of = {}
    for item in VITAL_ITEMS:
        written = years.values[items[item]] if items[item] < len(years.values) else ""
        if match := _YEAR.fullmatch(written):
            year_of[item] = int(match[1])
        else:
            findings.problem("no_date", Place(years.line, item))
    areas = AreaReader(findings, context, 5)
    row = names
    for row in rows:
        if columns.fits(row):
            _read_row(parsed, columns, row, names, areas, year_of)
    parsed.lines = row.line
    if not parsed.vitals and not findings.refused:
        findings.problem("no_rows")
    return parsed


def _read_row(
    parsed: ParsedFile, columns: Columns, row: Row, names: Row, areas: AreaReader, year_of: dict[str, int]
) -> None:
    line, values = row
    area = areas.read(values[0].strip().removeprefix("R"), values[2], Place(line, "地域コード"))
    if area is None:
        return
    _check_parts(parsed, columns, row, area)
    for item, kind in VITAL_ITEMS.items():
        position = columns.need(item)
        place = Place(line, item)
        number = read_number(values[position], place, parsed.findings)
        name = names.values[position].strip()
        if isinstance(number, Mark):
            parsed.findings.note(
                "no_vital_figure",
                place,
                what=f"{area.label} {name}",
                what_en=f"{VITAL_NAMES_EN[kind]} of {area.label}",
                mark=number.value or "空欄",
            )
        elif number is not None and item in year_of:
            note, note_en = vital_note(kind, name)
            parsed.vitals.append(ParsedVital(area, year_of[item], kind, number, place, note, note_en))


def _check_parts(parsed: ParsedFile, columns: Columns, row: Row, area: ParsedArea) -> None:
    """Men and women must add up to the population, in all and among the young and the old."""
    for whole, parts in _PARTS:
        figures = [_figure(parsed, columns, row, item) for item in (whole, *parts)]
        if any(not isinstance(figure, int) for figure in figures):
            continue
        total, male, female = (figure for figure in figures if isinstance(figure, int))
        if male + female != total:
            parsed.findings.problem(
                "sex_sum",
                Place(row.line, whole),
                what=area.label,
                what_en=area.label,
                got=male + female,
                stated=total,
                difference=f"{male + female - total:+d}",
            )


def _figure(parsed: ParsedFile, columns: Columns, row: Row, item: str) -> Numeral | None:
    position = columns.find(item)
    if position is None:
        return None
    return read_number(row.values[position], Place(row.line, item), parsed.findings)
