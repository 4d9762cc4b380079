"""The long census table: code,name,year,basis,sex,age,population, one number a row.

`basis` is as_enumerated (年齢不詳 a group of its own) or unknown_age_distributed (不詳補完). An optional column
`provisional` (1, true, 速報) marks figures that the final count will replace.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sosei.engines.conventions.eras import parse_date
from sosei.engines.conventions.errors import ConventionError
from sosei.planning.population.importing.findings import Place
from sosei.planning.population.importing.parsed import (
    CENSUS_DISTRIBUTED,
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
    has_columns,
    read_age,
    read_number,
    read_rows,
    read_sex,
)

NAME = "long_census"
TITLE = (
    "国勢調査の縦長 CSV（code,name,year,basis,sex,age,population）",
    "long census CSV (code,name,year,basis,sex,age,population)",
)
SOURCE = ("国勢調査（総務省統計局）", "Population Census (Statistics Bureau of Japan)")
BASES = {"as_enumerated": CENSUS_ENUMERATED, "unknown_age_distributed": CENSUS_DISTRIBUTED}
_YES = {"1", "true", "yes", "速報", "provisional"}


def has_long_header(row: list[str], kind_column: str) -> bool:
    """Whether a header row is of the long layout with this column for the kind."""
    return has_columns(row, ("code", "name", "year", kind_column, "sex", "age", "population"))


def matches(head: str, context: Context) -> bool:
    """Whether the head is of this format."""
    rows = first_rows(head, 1)
    return bool(rows) and has_long_header(rows[0], "basis")


def parse(text: str, context: Context) -> ParsedFile:
    """Read the whole table."""
    parsed = ParsedFile(source=SOURCE[0], source_en=SOURCE[1])
    parsed.observations = LongTable(
        parsed, context, kind_column="basis", kind_of=BASES.get, known=", ".join(BASES)
    ).read(text)
    return parsed


class LongTable:
    """Reader of one-number-a-row tables, for censuses and projections alike."""

    def __init__(
        self,
        parsed: ParsedFile,
        context: Context,
        *,
        kind_column: str,
        kind_of: Callable[[str], str | None],
        known: str = "",
    ) -> None:
        self._parsed = parsed
        self._findings = parsed.findings
        self._kind_column = kind_column
        self._kind_of = kind_of
        self._known = known or "census…, …projection"
        self._areas = AreaReader(parsed.findings, context, 5)
        self._observations: dict[tuple[ParsedArea, str, str], ParsedObservation] = {}

    def read(self, text: str) -> list[ParsedObservation]:
        """All observations, in the order of their first rows."""
        rows = read_rows(text, self._findings)
        header = next(rows, None)
        if header is None:
            self._findings.problem("no_rows")
            return []
        columns = Columns(header, self._findings)
        names = ("code", "name", "year", self._kind_column, "sex", "age", "population")
        places = [columns.need(name) for name in names]
        provisional = columns.find("provisional")
        if self._findings.refused:
            return []
        row = header
        for row in rows:
            if columns.fits(row):
                self._read_row(row, places, provisional)
        self._parsed.lines = row.line
        if not self._observations and not self._findings.refused:
            self._findings.problem("no_rows")
        return list(self._observations.values())

    def _read_row(self, row: Row, places: list[int], provisional: int | None) -> None:
        line, values = row
        code, name, year, kind, sex_text, age_text, number_text = (values[place] for place in places)
        area = self._areas.read(code, name, Place(line, "code"))
        sex = read_sex(sex_text, Place(line, "sex"), self._findings)
        label = read_age(age_text, Place(line, "age"), self._findings)
        number = read_number(number_text, Place(line, "population"), self._findings)
        if area is None or sex is None or label is None or number is None:
            return
        observation = self._observations.get((area, year, kind)) or self._begin(area, year, kind, line)
        if observation is None or label.kind == "repeated":
            return
        observation.add(sex, label.kind, Cell(label.first, label.last, number, line, "population"))
        if provisional is not None and values[provisional].strip().lower() in _YES:
            observation.provisional = True

    def _begin(self, area: ParsedArea, year: str, kind_text: str, line: int) -> ParsedObservation | None:
        kind = self._kind_of(kind_text.strip())
        if kind is None:
            self._findings.problem(
                "unknown_basis", Place(line, self._kind_column), value=kind_text.strip(), known=self._known
            )
            return None
        try:
            written = parse_date(year)
        except ConventionError as error:
            self._findings.unreadable(error, Place(line, "year"))
            return None
        observation = ParsedObservation(
            area,
            date(written.year, written.month or 10, written.day or 1),
            kind,
            Place(line),
            fractional=kind != CENSUS_ENUMERATED,
            note="" if kind_text.strip() in BASES else kind_text.strip(),
        )
        self._observations[area, year, kind_text] = observation
        return observation
