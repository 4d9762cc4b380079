"""Reference periods and column headings of KPI tables: `H26`, `H27国勢調査`, `R5年度`, `2020(R2)目標値` into civil dates.

A bare year means what the KPI says: the calendar year, the fiscal year (1 April to 31 March) or the census of that
year (1 October). Words that name one themselves (年度, 国勢調査, 現在) win over it. Plain Python.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sosei.engines.conventions.eras import era_to_year, parse_date
from sosei.engines.conventions.errors import DateError
from sosei.engines.conventions.folding import fold_width


class Basis(StrEnum):
    """What a bare year means."""

    CALENDAR = "calendar"
    FISCAL = "fiscal"
    CENSUS = "census"


class ColumnKind(StrEnum):
    """What a column of a KPI table holds."""

    TARGET = "target"
    BASE = "base"
    ACTUAL = "actual"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands, as far as known: line of the file (1 is the first), row and column by their headings."""

    line: int | None = None
    row: str = ""
    column: str = ""


class CellError(ValueError):
    """A cell that cannot be understood; carries a code, the place and the values its sentence names.

    Codes: not_a_value, bad_separators, leading_zero, too_many_digits, other_unit, long_unit, bad_bracket,
    yearly_without_period, not_a_period, no_such_year, not_a_census_year, backward_period, not_a_heading,
    years_differ.
    """

    def __init__(self, code: str, place: Place, **params: str) -> None:
        self.code = code
        self.place = place
        self.params = params
        super().__init__(f"{code}: {params}")


@dataclass(frozen=True, slots=True)
class Period:
    """What a value refers to: first and last day, the words as printed (without gaps), and whether it may change."""

    start: date
    end: date
    words: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading understood: what it holds, of which year (None where the heading names none)."""

    kind: ColumnKind
    year: int | None
    words: str


SURVEY_DAYS = {"国勢調査": (10, 1), "国調": (10, 1), "住宅・土地統計調査": (10, 1), "農林業センサス": (2, 1)}
_CENSUSES = ("国勢調査", "国調")
_YEAR = r"(?:(?P<era{n}>明治|大正|昭和|平成|令和|[MTSHRmtshr])\.?(?P<number{n}>元|\d{{1,2}})|(?P<western{n}>\d{{4}}))"
_ONE = _YEAR.format(n="")
_RANGE = re.compile(rf"{_YEAR.format(n='1')}(年度?)?-{_YEAR.format(n='2')}(年度?)?(?:平均|累計|計)?")
_PROVISIONAL = re.compile(r"(速報値?|暫定値?|見込み?値?|推計値?|概数)$")


def read_period(text: str, *, basis: Basis, place: Place) -> Period:
    """Understand the words that say what a value refers to.

    Raises:
        CellError: `not_a_period`, `no_such_year` (the era or the calendar lacks it), `not_a_census_year`,
            `backward_period`.
    """
    folded = fold_width(text).replace(" ", "")
    words = re.sub(r"[\s　]", "", text)
    bare = _PROVISIONAL.sub("", folded)
    try:
        found = _range(bare, basis) or _survey(bare) or _year(bare, basis) or _day(bare)
    except DateError as error:
        raise CellError("no_such_year", place, value=words, reason=str(error.values["reason_ja"])) from error
    except _NoCensusError as error:
        raise CellError("not_a_census_year", place, value=words, year=str(error)) from error
    if found is None:
        raise CellError("not_a_period", place, value=words)
    if found[1] < found[0]:
        raise CellError("backward_period", place, value=words)
    return Period(*found, words=words, provisional=bare != folded)


def read_heading(text: str, *, place: Place) -> Column:
    """Understand a column's heading: `2020(R2)目標値`, `2015 (策定時)`, `2016(H28)`, `目標値（R7年度）`.

    Raises:
        CellError: `not_a_heading`, `no_such_year`, `years_differ` (2020(R1)).
    """
    words = re.sub(r"[\s　]", "", text)
    folded = fold_width(text).replace(" ", "")
    kind = ColumnKind.ACTUAL
    for found_kind, marks in (
        (ColumnKind.TARGET, ("目標値", "目標", "KPI目標")),
        (ColumnKind.BASE, ("策定時", "基準値", "基準", "現状値", "当初値")),
    ):
        for mark in marks:
            if mark in folded:
                kind, folded = found_kind, folded.replace(mark, "")
    years = []
    rest = re.sub("実績値?|年度?", "", re.sub("[()]", " ", folded))
    for part in rest.split():
        found = re.fullmatch(_ONE, part)
        if found is None:
            raise CellError("not_a_heading", place, value=words)
        try:
            # Plans of 2016 print targets of H32.
            years.append(_western(found, "", allow_overrun=True))
        except DateError as error:
            raise CellError(
                "no_such_year", place, value=words, reason=str(error.values["reason_ja"])
            ) from error
    if len(set(years)) > 1:
        raise CellError("years_differ", place, value=words, first=str(years[0]), second=str(years[1]))
    if not years and kind is ColumnKind.ACTUAL:
        raise CellError("not_a_heading", place, value=words)
    return Column(kind, years[0] if years else None, words)


class _NoCensusError(ValueError):
    """A year without a census; its text is the year."""


def _western(found: re.Match[str], which: str, *, allow_overrun: bool = False) -> int:
    if found[f"western{which}"]:
        return int(found[f"western{which}"])
    era, number = found[f"era{which}"], found[f"number{which}"]
    return era_to_year(
        era.upper() if era.isascii() else era,
        1 if number == "元" else int(number),
        allow_overrun=allow_overrun,
    )


def _span(year: int, basis: Basis) -> tuple[date, date]:
    if basis is Basis.FISCAL:
        return date(year, 4, 1), date(year + 1, 3, 31)
    if basis is Basis.CENSUS:
        return _census_day(year), _census_day(year)
    return date(year, 1, 1), date(year, 12, 31)


def _census_day(year: int) -> date:
    if year % 5:
        raise _NoCensusError(str(year))
    return date(year, 10, 1)


def _year(text: str, basis: Basis) -> tuple[date, date] | None:
    found = re.fullmatch(rf"{_ONE}(?P<kind>年度末?|年末?|末)?", text)
    if found is None:
        return None
    year, kind = _western(found, ""), found["kind"] or ""
    named = Basis.FISCAL if "度" in kind else Basis.CALENDAR if kind.startswith("年") else basis
    start, end = _span(year, named)
    return (end, end) if kind.endswith("末") else (start, end)


def _survey(text: str) -> tuple[date, date] | None:
    names = "|".join(map(re.escape, SURVEY_DAYS))
    found = re.fullmatch(rf"{_ONE}年?(?P<survey>{names})", text)
    if found is None:
        return None
    year = _western(found, "")
    day = _census_day(year) if found["survey"] in _CENSUSES else date(year, *SURVEY_DAYS[found["survey"]])
    return day, day


def _range(text: str, basis: Basis) -> tuple[date, date] | None:
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    named = Basis.FISCAL if "年度" in text else basis
    return _span(_western(found, "1"), named)[0], _span(_western(found, "2"), named)[1]


def _day(text: str) -> tuple[date, date] | None:
    """A day (R5.4.1現在), a month (R5.3), or the end of one (R5.3末)."""
    if not any(letter.isdigit() for letter in text) or not re.match(_ONE, text):
        return None
    if ending := re.fullmatch(rf"{_ONE}[.年](?P<month>\d{{1,2}})月?(?P<end>末)?(?:現在|時点)?", text):
        year, month = _western(ending, ""), int(ending["month"])
        if not 1 <= month <= 12:
            raise DateError(value=text, reason_en="no such month", reason_ja="その月はありません")
        last = date(year, month, monthrange(year, month)[1])
        return (last if ending["end"] else date(year, month, 1)), last
    try:
        found = parse_date(re.sub("(現在|時点)$", "", text))
    except DateError as error:
        if error.values["reason_en"] == "not a date":
            return None
        raise
    if found.month is None or found.day is None:
        return None
    day = date(found.year, found.month, found.day)
    return day, day
