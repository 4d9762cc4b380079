"""The wide census table: code,name,sex,age and a column a census year.

One row an area, sex (T, M, F or 総数, 男, 女) and age group, 年齢不詳 among them: the layout of the national time
series of the census by municipality (国勢調査 時系列). Men and women of some old cells differ from the stated sum
by one person in the source itself; that difference is accepted, and noted.
"""

from __future__ import annotations

import re
from datetime import date

from sosei.engines.conventions.age_labels import AgeLabel
from sosei.planning.population.importing.findings import Place
from sosei.planning.population.importing.parsed import (
    CENSUS_ENUMERATED,
    Cell,
    Context,
    ParsedArea,
    ParsedFile,
    ParsedObservation,
)
from sosei.planning.population.importing.tables import (
    AreaReader,
    Columns,
    Row,
    first_rows,
    fold_header,
    has_columns,
    read_age,
    read_number,
    read_rows,
    read_sex,
    settle_slips,
)

NAME = "wide_census"
TITLE = ("国勢調査の横長 CSV（code,name,sex,age,年…）", "wide census CSV (code,name,sex,age,years…)")
SOURCE = ("国勢調査（総務省統計局）", "Population Census (Statistics Bureau of Japan)")
CENSUS_DAY = (10, 1)
_YEAR = re.compile(r"(\d{4})年?")


def year_columns(values: list[str]) -> dict[int, int]:
    """Positions of the columns headed by a year."""
    found = {}
    for position, value in enumerate(values):
        if match := _YEAR.fullmatch(fold_header(value)):
            found[position] = int(match[1])
    return found


def matches(head: str, context: Context) -> bool:
    """Whether the head is of this format: all its years are past."""
    rows = first_rows(head, 1)
    if not rows or not has_columns(rows[0], ("code", "name", "sex", "age")):
        return False
    years = year_columns(rows[0]).values()
    return bool(years) and max(years) <= context.today.year


def parse(text: str, context: Context) -> ParsedFile:
    """Read the whole table."""
    parsed = ParsedFile(source=SOURCE[0], source_en=SOURCE[1])
    parsed.observations = WideTable(parsed, context, kind=CENSUS_ENUMERATED, sum_tolerance=1).read(text)
    return parsed


class WideTable:
    """Reader of code,name,sex,age,years… tables, for censuses and projections alike."""

    def __init__(self, parsed: ParsedFile, context: Context, *, kind: str, sum_tolerance: int = 0) -> None:
        self._parsed = parsed
        self._findings = parsed.findings
        self._context = context
        self._kind = kind
        self._tolerance = sum_tolerance
        self._areas = AreaReader(parsed.findings, context, 5)
        self._labels: dict[str, tuple[AgeLabel, Place]] = {}
        self._observations: dict[tuple[ParsedArea, int], ParsedObservation] = {}

    def read(self, text: str) -> list[ParsedObservation]:
        """All observations, in the order of their first rows."""
        rows = read_rows(text, self._findings)
        header = next(rows, None)
        if header is None:
            self._findings.problem("no_rows")
            return []
        columns = Columns(header, self._findings)
        places = [columns.need(name) for name in ("code", "name", "sex", "age")]
        years = [(position, year, str(year)) for position, year in year_columns(header.values).items()]
        if self._findings.refused:
            return []
        lines = text.count("\n")
        row = header
        for row in rows:
            if columns.fits(row):
                self._read_row(row, places, years)
            if row.line % 20_000 == 0:
                self._context.progress("read", row.line, lines)
        self._parsed.lines = row.line
        if not self._observations and not self._findings.refused:
            self._findings.problem("no_rows")
        settle_slips(self._labels, self._findings)
        return list(self._observations.values())

    def _read_row(self, row: Row, places: list[int], years: list[tuple[int, int, str]]) -> None:
        line, values = row
        code, name, sex_text, age_text = (values[place] for place in places)
        area = self._areas.read(code, name, Place(line, "code"))
        sex = read_sex(sex_text, Place(line, "sex"), self._findings)
        label = self._label(age_text, line)
        if area is None or sex is None or label is None or label.kind == "repeated":
            return
        for position, year, column in years:
            text = values[position]
            number = (
                read_number(text, Place(line, column), self._findings) if not text.isdecimal() else int(text)
            )
            if number is None:
                continue
            observation = self._observations.get((area, year)) or self._begin(area, year, line)
            observation.add(sex, label.kind, Cell(label.first, label.last, number, line, column))

    def _label(self, text: str, line: int) -> AgeLabel | None:
        if text in self._labels:
            return self._labels[text][0]
        label = read_age(text, Place(line, "age"), self._findings)
        if label is not None:
            self._labels[text] = (label, Place(line, "age"))
        return label

    def _begin(self, area: ParsedArea, year: int, line: int) -> ParsedObservation:
        observation = ParsedObservation(
            area, date(year, *CENSUS_DAY), self._kind, Place(line, str(year)), sum_tolerance=self._tolerance
        )
        self._observations[area, year] = observation
        return observation
