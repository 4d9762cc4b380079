"""Where things stand in a KPI table: the default layout, and one guessed from a city's own sample."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter

from sosei.engines.conventions.folding import fold_width
from sosei.planning.strategy.cell_periods import CellError, ColumnKind, Place, read_heading
from sosei.planning.strategy.models import SheetLayout, Strategy

PARTS = ("key", "number", "title", "unit", "base", "target", "department", "explanation")
"""What a column may hold besides the values of a year, in the default order but for the years before the last two."""
MOST_COLUMNS = 200
MOST_YEARS = 40
LAST_ROW_OF_HEADINGS = 50

_WORDS: Mapping[str, str] = {
    "key": r"^sosei",
    "title": r"kpi名?|指標名?|目標指標|項目名?|indicator|title",
    "number": r"^no\.?$|^番号$|^№$|^number$|施策番号|整理番号",
    "unit": r"^単位$|^unit$",
    "department": r"担当|所管|部署|課名|department",
    "explanation": r"要因|説明|理由|コメント|備考|分析|cause|explanation|remark",
    "base": r"基準値|策定時|現状値|当初値|^base",
    "target": r"目標値|^target",
}


class LayoutError(ValueError):
    """A layout that cannot be; `code` and `values` for the sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(f"{code}: {values}")
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Layout:
    """Where things stand; columns as letters.

    Attributes:
        sheet: the sheet's name; empty for the first.
        heading_row: counted from 1; everything under it is a KPI a row.
        parts: what of `PARTS` stands in which column; `title` always.
        years: fiscal year -> column.
        explanation_year: the year whose value the column `explanation` explains.
        headings: column -> its heading, where a city has its own words.
    """

    name: str
    sheet: str
    heading_row: int
    parts: Mapping[str, str]
    years: Mapping[int, str]
    explanation_year: int | None = None
    headings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises:
        LayoutError: no column for the title, no year, a column that is none, or one that holds two things.
        """
        if not self.parts.get("title"):
            raise LayoutError("no_title")
        if not 1 <= self.heading_row <= LAST_ROW_OF_HEADINGS:
            raise LayoutError("bad_row", row=self.heading_row, last=LAST_ROW_OF_HEADINGS)
        if not self.years or len(self.years) > MOST_YEARS:
            raise LayoutError("no_years", most=MOST_YEARS)
        seen: dict[str, str] = {}
        for what, letter in self.columns.items():
            if not re.fullmatch("[A-Z]{1,3}", letter) or column_index_from_string(letter) > MOST_COLUMNS:
                raise LayoutError("bad_column", column=letter, last=get_column_letter(MOST_COLUMNS))
            if letter in seen:
                raise LayoutError("column_twice", column=letter, first=seen[letter], second=what)
            seen[letter] = what

    @property
    def columns(self) -> dict[str, str]:
        """Everything that has a column: part or year -> letter."""
        parts = {part: letter for part, letter in self.parts.items() if letter}
        return {**parts, **{str(year): letter for year, letter in self.years.items()}}

    @property
    def width(self) -> int:
        """Number of the last column."""
        return max(column_index_from_string(letter) for letter in self.columns.values())

    def as_json(self) -> dict[str, Any]:
        """For `SheetLayout.columns`."""
        return {
            "parts": dict(self.parts),
            "years": {str(year): letter for year, letter in self.years.items()},
            "explanation_year": self.explanation_year,
            "headings": dict(self.headings),
        }


def layout_of(row: SheetLayout) -> Layout:
    """A stored layout."""
    held = row.columns
    return Layout(
        name=row.name,
        sheet=row.sheet,
        heading_row=row.heading_row,
        parts=held["parts"],
        years={int(year): letter for year, letter in held["years"].items()},
        explanation_year=held.get("explanation_year"),
        headings=held.get("headings", {}),
    )


def default_layout(strategy: Strategy, name: str, last_year: int | None = None) -> Layout:
    """Sosei's own: its key first, so that a file finds its KPIs whatever became of their titles."""
    last = max(
        strategy.first_fiscal_year, min(last_year or strategy.last_fiscal_year, strategy.last_fiscal_year + 3)
    )
    years = range(strategy.first_fiscal_year, max(strategy.last_fiscal_year, last) + 1)
    first = 7
    letters = {year: get_column_letter(first + place) for place, year in enumerate(years)}
    after = first + len(letters)
    parts = {part: get_column_letter(place) for place, part in enumerate(PARTS[:6], 1)}
    parts |= {"department": get_column_letter(after), "explanation": get_column_letter(after + 1)}
    return Layout(name, "KPI", 3, parts, letters, last)


def guess_layout(rows: Sequence[Sequence[str]], *, name: str, sheet: str) -> Layout:
    """The layout of a sample: the row with the most headings that are understood.

    Raises:
        LayoutError: no row names both a KPI and a year.
    """
    best: Layout | None = None
    for number, row in enumerate(rows[:LAST_ROW_OF_HEADINGS], 1):
        try:
            found = _read_headings(row, number, name, sheet)
        except LayoutError:
            continue
        if best is None or len(found.columns) > len(best.columns):
            best = found
    if best is None:
        raise LayoutError("no_headings", rows=min(len(rows), LAST_ROW_OF_HEADINGS))
    return best


def _read_headings(row: Sequence[str], number: int, name: str, sheet: str) -> Layout:
    parts: dict[str, str] = {}
    years: dict[int, str] = {}
    for place, cell in enumerate(row[:MOST_COLUMNS], 1):
        letter, text = get_column_letter(place), cell.strip()
        year = year_of_heading(text)
        if year is not None:
            years.setdefault(year, letter)
            continue
        part = _part_of(text)
        if part is not None:
            parts.setdefault(part, letter)
    headings = {
        get_column_letter(place): cell.strip()[:60] for place, cell in enumerate(row, 1) if cell.strip()
    }
    return Layout(name, sheet, number, parts, years, max(years, default=None), headings)


def year_of_heading(text: str) -> int | None:
    """The fiscal year whose actual a column holds, by its heading; None where it names none."""
    try:
        column = read_heading(text, place=Place())
    except CellError:
        return None
    return column.year if column.kind is ColumnKind.ACTUAL else None


def _part_of(text: str) -> str | None:
    folded = re.sub(r"[\s()]", "", fold_width(text)).lower()
    return next((part for part, words in _WORDS.items() if folded and re.search(words, folded)), None)
