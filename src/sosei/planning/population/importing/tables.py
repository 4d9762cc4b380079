"""What the parsers of CSV tables share: rows with their lines, area codes, sexes, ages, numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from sosei.engines.conventions.age_labels import AgeLabel, parse_age_label
from sosei.engines.conventions.errors import ConventionError
from sosei.engines.conventions.folding import fold_name, fold_width
from sosei.engines.conventions.municipality_code import CodeReading, read_code
from sosei.engines.conventions.numerals import Numeral, parse_numeral
from sosei.planning.population.importing.findings import Findings, Place
from sosei.planning.population.importing.parsed import Context, ParsedArea

_SEXES = {
    "male": {"男", "男性", "m", "male", "man", "men", "男子"},
    "female": {"女", "女性", "f", "female", "woman", "women", "女子"},
    "both": {
        "総数",
        "計",
        "合計",
        "男女計",
        "総計",
        "t",
        "total",
        "both",
        "男女総数",
        "総数(男女)",
        "総数(男女別)",
    },
}
SEX_OF = {word: sex for sex, words in _SEXES.items() for word in words}


LONGEST_NAME = 100


class Row(NamedTuple):
    """One row and the line it begins on."""

    line: int
    values: list[str]

    @property
    def is_blank(self) -> bool:
        """Whether nothing but separators stands in it."""
        return not any(value.strip() for value in self.values)


def delimiter_of(text: str) -> str:
    """A tab where the first lines have more of them than commas (Excel's "Unicode text"), else a comma."""
    head = text[:4000]
    return "\t" if head.count("\t") > head.count(",") else ","


def read_rows(text: str, findings: Findings) -> Iterator[Row]:
    """Rows of a CSV text that are not blank; a text that is no CSV is a problem, and ends the rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    line = 1
    try:
        for values in reader:
            row = Row(line, values)
            line = reader.line_num + 1
            if not row.is_blank:
                yield row
    except csv.Error as error:
        findings.problem("broken_csv", Place(line), reason=error)


def fold_header(name: str) -> str:
    """A header for comparison: widths folded, no spaces, lower case."""
    return fold_width(name).replace(" ", "").lower()


class Columns:
    """Positions of a header's columns by folded name."""

    def __init__(self, header: Row, findings: Findings) -> None:
        self.line = header.line
        self.names = [fold_header(name) for name in header.values]
        while self.names and not self.names[-1]:
            self.names.pop()
        self.written = [name.strip() for name in header.values[: len(self.names)]]
        self._findings = findings
        for position, name in enumerate(self.names):
            if name and name in self.names[:position]:
                findings.problem("repeated_column", Place(self.line), column=self.written[position])

    def find(self, *names: str) -> int | None:
        """Position of the first of these names that the header has."""
        return next((self.names.index(name) for name in map(fold_header, names) if name in self.names), None)

    def need(self, *names: str) -> int:
        """Position of the first of these names; -1, and a problem, where the header has none."""
        position = self.find(*names)
        if position is None:
            self._findings.problem("missing_column", Place(self.line), column=names[0])
            return -1
        return position

    def fits(self, row: Row) -> bool:
        """Whether a row has the header's number of columns (further blank ones aside)."""
        if len(row.values) == len(self.names):
            return True
        if len(row.values) > len(self.names) and not any(v.strip() for v in row.values[len(self.names) :]):
            return True
        self._findings.problem("column_count", Place(row.line), got=len(row.values), expected=len(self.names))
        return False


class AreaReader:
    """Reads area codes of one file; each distinct code and each repair is reported once, at its first line."""

    def __init__(self, findings: Findings, context: Context, digits: Literal[5, 6] | None) -> None:
        self._findings = findings
        self._context = context
        self._digits = digits
        self._codes: dict[str, str | None] = {}
        self._names: dict[str, str] = {}

    def read(self, text: str, name: str, place: Place) -> ParsedArea | None:
        """The area of a code and name, or None after a problem."""
        if text not in self._codes:
            self._codes[text] = self._read_code(text, place)
        code = self._codes[text]
        if code is None:
            return None
        if len(name.strip()) > LONGEST_NAME:
            self._findings.problem("name_too_long", place, limit=LONGEST_NAME, name=name.strip()[:30])
            return None
        first = self._names.setdefault(code, name.strip())
        if name.strip() and fold_name(first) != fold_name(name):
            self._findings.problem("two_names", place, code=code, first=first, second=name.strip())
            return None
        return ParsedArea(code, first)

    def by_name(self, name: str, place: Place) -> ParsedArea | None:
        """The area of a name without a code, from the areas already known."""
        candidates = self._context.codes_named(name)
        if len(candidates) == 1:
            return ParsedArea(candidates[0], self._context.known_areas[candidates[0]])
        self._findings.problem("no_area_code", place, name=name, candidates=", ".join(candidates) or "-")
        return None

    def _read_code(self, text: str, place: Place) -> str | None:
        try:
            reading = read_code(text, digits=self._digits)
        except ConventionError as error:
            self._findings.unreadable(error, place)
            return None
        self._tell(reading, place)
        return reading.code

    def _tell(self, reading: CodeReading, place: Place) -> None:
        given, code = reading.given.strip(), reading.code
        if reading.ambiguous:
            self._findings.note("code_ambiguous", place, given=given, code=code)
        elif reading.repair == "lost_zero":
            self._findings.note("code_repaired", place, given=given, code=code)
        elif reading.repair == "decimal_tail":
            self._findings.note("code_tail", place, given=given, code=code)
        elif self._digits == 6 and not reading.had_check_digit:
            self._findings.note("code_without_check_digit", place, given=given)


def read_sex(text: str, place: Place, findings: Findings) -> str | None:
    """male, female or both; None after a problem."""
    sex = SEX_OF.get(fold_header(text))
    if sex is None:
        findings.problem("unknown_sex", place, value=text.strip())
    return sex


def read_age(text: str, place: Place, findings: Findings) -> AgeLabel | None:
    """An age label; None after a problem."""
    try:
        return parse_age_label(text)
    except ConventionError as error:
        findings.unreadable(error, place)
        return None


def read_number(text: str, place: Place, findings: Findings) -> Numeral | None:
    """A number or a mark; None after a problem."""
    try:
        return parse_numeral(text)
    except ConventionError as error:
        findings.unreadable(error, place)
        return None


def settle_slips(labels: Mapping[str, tuple[AgeLabel, Place]], findings: Findings) -> None:
    """Of labels like "85～89歳以上": a note where a group above follows, a problem where none does."""
    firsts = {label.first for label, _ in labels.values() if label.kind == "group"}
    for text, (label, place) in labels.items():
        if not label.slip or label.last is None:
            continue
        if label.last + 1 in firsts:
            findings.note("age_slip_read", place, label=text, first=label.first, last=label.last)
        else:
            findings.problem("age_slip", place, label=text)


def first_rows(head: str, count: int = 40) -> list[list[str]]:
    """The first rows of a text's head, for telling formats apart; what is no CSV gives none."""
    findings = Findings()
    rows: list[list[str]] = []
    for row in read_rows(head, findings):
        rows.append(row.values)
        if len(rows) == count:
            break
    return rows


def has_columns(row: Sequence[str], names: Iterable[str]) -> bool:
    """Whether a header row has all these columns."""
    folded = {fold_header(value) for value in row}
    return all(fold_header(name) in folded for name in names)
