"""地域・年齢別人口 of the municipal standard open data set, in its header generations.

The older recommended data set begins 都道府県コード又は市区町村コード, 地域コード, 都道府県名, 市区町村名;
the standard data set 全国地方公共団体コード, 地域コード, 地方公共団体名. Then come 調査年月日, 地域名, 総人口,
男性, 女性, a column a sex and age group (0-4歳の男性 … 85歳以上の女性, or on to 90歳以上 or 100歳以上, 年齢不詳),
世帯数, 備考. A row without 地域名 is the whole municipality; one with it, a district.
Source: デジタル庁「自治体標準オープンデータセット」, 内閣官房「推奨データセット」.
"""

from __future__ import annotations

import re
from datetime import date

from sosei.engines.conventions.age_labels import AgeLabel, parse_age_label
from sosei.engines.conventions.eras import parse_date
from sosei.engines.conventions.errors import AgeLabelError, ConventionError
from sosei.planning.population.importing.findings import Place
from sosei.planning.population.importing.parsed import (
    REGISTER,
    Cell,
    Context,
    ParsedArea,
    ParsedFile,
    ParsedObservation,
)
from sosei.planning.population.importing.tables import (
    LONGEST_NAME,
    AreaReader,
    Columns,
    Row,
    first_rows,
    fold_header,
    has_columns,
    read_number,
    read_rows,
)

NAME = "open_data"
TITLE = ("自治体標準オープンデータセット「地域・年齢別人口」", "municipal open data set 地域・年齢別人口")
SOURCE = (
    "住民基本台帳（自治体オープンデータ「地域・年齢別人口」）",
    "Resident register (municipal open data, population by district and age)",
)
_CODE = ("全国地方公共団体コード", "都道府県コード又は市区町村コード", "市区町村コード", "団体コード")
_NAME = ("地方公共団体名", "市区町村名", "団体名")
_TOTALS = {"総人口": "both", "男性": "male", "女性": "female", "総数": "both", "男": "male", "女": "female"}
_AGE_HEADER = re.compile(r"(.+?)の?(男性|女性|男|女)")
_AGE_LIKE = re.compile(r"\d.*歳|\d+-\d+|不詳|不明")


def matches(head: str, context: Context) -> bool:
    """Whether the head is of this format."""
    rows = first_rows(head, 1)
    return bool(rows) and has_columns(rows[0], ("調査年月日", "総人口", "男性", "女性"))


def parse(text: str, context: Context) -> ParsedFile:
    """Read the whole table."""
    parsed = ParsedFile(source=SOURCE[0], source_en=SOURCE[1])
    parsed.observations = _Reader(parsed, context).read(text)
    return parsed


class _Reader:
    def __init__(self, parsed: ParsedFile, context: Context) -> None:
        self._parsed = parsed
        self._findings = parsed.findings
        self._areas = AreaReader(parsed.findings, context, 6)

    def read(self, text: str) -> list[ParsedObservation]:
        rows = read_rows(text, self._findings)
        header = next(rows, None)
        if header is None:
            self._findings.problem("no_rows")
            return []
        columns = Columns(header, self._findings)
        self._code = columns.need(*_CODE)
        self._name = columns.need(*_NAME)
        self._date = columns.need("調査年月日")
        self._district = columns.find("地域名")
        self._number = columns.find("地域コード")
        self._prefecture = columns.find("都道府県名")
        self._figures = self._figure_columns(columns)
        if self._findings.refused:
            return []
        row = header
        observations = []
        for row in rows:
            if columns.fits(row):
                observation = self._read_row(row)
                if observation is not None:
                    observations.append(observation)
        self._parsed.lines = row.line
        if not observations and not self._findings.refused:
            self._findings.problem("no_rows")
        return observations

    def _figure_columns(self, columns: Columns) -> list[tuple[int, str, str, AgeLabel]]:
        """Position, header, sex and age of every column of figures."""
        total = AgeLabel("total")
        found = []
        for position, name in enumerate(columns.names):
            written = columns.written[position]
            if name in _TOTALS:
                found.append((position, written, _TOTALS[name], total))
            elif match := _AGE_HEADER.fullmatch(name):
                try:
                    label = parse_age_label(match[1])
                except AgeLabelError:
                    label = None
                if label is not None and label.kind != "repeated":
                    found.append((position, written, _TOTALS[match[2]], label))
                elif _AGE_LIKE.search(name):
                    self._findings.problem("unknown_column", Place(columns.line), column=written)
            elif _AGE_LIKE.search(fold_header(name)):
                self._findings.problem("unknown_column", Place(columns.line), column=written)
        return found

    def _read_row(self, row: Row) -> ParsedObservation | None:
        line, values = row
        area = self._areas.read(values[self._code], self._name_of(values), Place(line, "コード"))
        day = self._day(values[self._date], line)
        if area is None or day is None:
            return None
        district = values[self._district].strip() if self._district is not None else ""
        if len(district) > LONGEST_NAME:
            place = Place(line, "地域名")
            self._findings.problem("name_too_long", place, limit=LONGEST_NAME, name=district[:30])
            return None
        if district and district != area.name:
            number = values[self._number].strip() if self._number is not None else ""
            area = ParsedArea(area.code, area.name, district, number)
        observation = ParsedObservation(area, day, REGISTER, Place(line))
        for position, written, sex, label in self._figures:
            number_read = read_number(values[position], Place(line, written), self._findings)
            if number_read is not None:
                observation.add(sex, label.kind, Cell(label.first, label.last, number_read, line, written))
        return observation

    def _name_of(self, values: list[str]) -> str:
        name = values[self._name].strip()
        return name or (values[self._prefecture].strip() if self._prefecture is not None else "")

    def _day(self, text: str, line: int) -> date | None:
        place = Place(line, "調査年月日")
        if not text.strip():
            self._findings.problem("no_date", place)
            return None
        try:
            written = parse_date(text)
        except ConventionError as error:
            self._findings.unreadable(error, place)
            return None
        if written.month is None or written.day is None:
            self._findings.problem("incomplete_date", place, value=text.strip())
            return None
        return date(written.year, written.month, written.day)
