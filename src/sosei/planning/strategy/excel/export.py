"""A strategy's KPIs as a workbook or CSV in a layout, so that the file can come in again without a difference."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import column_index_from_string, get_column_letter

from sosei.core.records.csv_file import BOM
from sosei.planning.strategy.errors_campaigns import SheetError
from sosei.planning.strategy.excel.layouts import Layout
from sosei.planning.strategy.excel.state import Held
from sosei.planning.strategy.excel.texts import guarded, is_like_formula, writable
from sosei.planning.strategy.models import KpiActual
from sosei.planning.strategy.numbers import print_year, with_unit

EXACT_DIGITS = 15
"""More digits than these a spreadsheet does not keep as a number."""
WORDS = {
    KpiActual.Availability.NOT_AVAILABLE.value: "データなし",
    KpiActual.Availability.NOT_YET_PUBLISHED.value: "未公表",
}
"""How a missing value stands in a cell; the same in both languages, for it is read again."""
_HEAD = PatternFill("solid", fgColor="E8EEF7")
_LINE = Border(*(Side("thin", color="B8C0CC") for _side in range(4)))
_WIDTHS = {
    "key": 9,
    "number": 9,
    "title": 42,
    "unit": 8,
    "base": 12,
    "target": 12,
    "department": 18,
    "explanation": 50,
}


@dataclass(frozen=True)
class Cell:
    """One cell to be written; `note` says what the number alone does not."""

    value: Decimal | str | None
    shape: str = "General"
    note: str = ""


def table_of(held: Sequence[Held], layout: Layout) -> list[dict[str, Cell]]:
    """A row of cells (by column) for every KPI."""
    return [_row(one, layout) for one in held]


def _row(held: Held, layout: Layout) -> dict[str, Cell]:
    kpi = held.kpi
    texts = {
        "key": str(kpi.pk),
        "number": held.number,
        "title": kpi.title,
        "unit": kpi.unit,
        "department": kpi.department.name if kpi.department is not None else "",
        "explanation": _explanation(held, layout),
    }
    cells = {layout.parts[part]: Cell(text, "@") for part, text in texts.items() if layout.parts.get(part)}
    shape = _shape(kpi.decimals, kpi.unit)
    if letter := layout.parts.get("base"):
        cells[letter] = Cell(kpi.base_value, shape, kpi.base_printed or kpi.base_period)
    if letter := layout.parts.get("target"):
        target = held.target
        cells[letter] = Cell(
            target.value if target else None, shape, print_year(target.fiscal_year) if target else ""
        )
    for year, letter in layout.years.items():
        cells[letter] = _value(held, year, shape)
    return cells


def _explanation(held: Held, layout: Layout) -> str:
    row = held.rows.get(layout.explanation_year) if layout.explanation_year is not None else None
    return row.explanation if row is not None else ""


def _value(held: Held, year: int, shape: str) -> Cell:
    row = held.rows.get(year)
    if row is None:
        fed = held.fed.get(year)
        return Cell(fed.value, shape, str(fed.label)) if fed is not None else Cell(None)
    if row.value is None:
        return Cell(WORDS[row.availability], "@", row.period)
    notes = [
        row.period,
        _("前の値の据え置き") if row.carried_forward else "",
        _("うちその年の値：%(value)s")
        % {"value": with_unit(f"{row.yearly_value.normalize():,f}", held.kpi.local_unit)}
        if row.yearly_value is not None
        else "",
        _("出典：%(source)s") % {"source": row.source} if row.source else "",
    ]
    return Cell(row.value, shape, "\n".join(filter(None, notes)))


def _shape(decimals: int, unit: str) -> str:
    places = "." + "0" * decimals if decimals else ""
    word = unit.replace('"', "")
    return f'#,##0{places}"{word}"' if word else f"#,##0{places}"


def headings_of(layout: Layout) -> dict[str, str]:
    """Column -> heading: the city's own words where it has some."""
    own = {
        "key": "Sosei",
        "number": _("番号"),
        "title": _("KPI"),
        "unit": _("単位"),
        "base": _("基準値"),
        "target": _("目標値"),
        "department": _("担当の部署"),
        "explanation": _("要因（%(year)s）") % {"year": print_year(layout.explanation_year)}
        if layout.explanation_year is not None
        else _("要因"),
    }
    found = {letter: own[part] for part, letter in layout.parts.items() if letter}
    found |= {letter: print_year(year) for year, letter in layout.years.items()}
    return {**found, **{letter: text for letter, text in layout.headings.items() if letter in found}}


def as_workbook(title: str, held: Sequence[Held], layout: Layout, on: date) -> bytes:
    """An .xlsx with headings that stay in view, units in the numbers' shapes and notes at the cells."""
    book = Workbook()
    # A new workbook has one sheet.
    sheet: Any = book.worksheets[0]
    sheet.title = layout.sheet or "KPI"
    if layout.heading_row > 1:
        _put(sheet.cell(1, 1), Cell(title))
        sheet.cell(1, 1).font = Font(bold=True, size=14)
    if layout.heading_row > 2:
        words = _("書き出した日：%(day)s。空のセルは、取り込んでもいまの値を消しません。") % {
            "day": on.isoformat()
        }
        _put(sheet.cell(2, 1), Cell(words))
    for letter, text in headings_of(layout).items():
        cell = sheet[f"{letter}{layout.heading_row}"]
        _put(cell, Cell(text))
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _LINE
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    long = {layout.parts.get("title"), layout.parts.get("explanation")}
    for number, row in enumerate(table_of(held, layout), layout.heading_row + 1):
        for letter, content in row.items():
            cell = sheet[f"{letter}{number}"]
            _put(cell, content)
            cell.border = _LINE
            cell.alignment = Alignment(vertical="top", wrap_text=letter in long)
    parts = {letter: part for part, letter in layout.parts.items()}
    for letter in layout.columns.values():
        sheet.column_dimensions[letter].width = _WIDTHS.get(parts.get(letter, ""), 14)
    frozen = column_index_from_string(layout.parts["title"]) + 1
    sheet.freeze_panes = f"{get_column_letter(frozen)}{layout.heading_row + 1}"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = (
        "landscape",
        1,
        0,
    )
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{layout.heading_row}:{layout.heading_row}"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _put(cell: Any, content: Cell) -> None:
    value = content.value
    if value is None or value == "":
        return
    if isinstance(value, Decimal):
        value = value.normalize()
        if len(value.as_tuple().digits) > EXACT_DIGITS:
            cell.value, cell.data_type, cell.number_format = f"{value:f}", "s", "@"
        else:
            cell.value = int(value) if value == value.to_integral_value() else value
            cell.number_format = content.shape
    else:
        cell.value = writable(value)
        # What begins with = is a text here, never a formula, and stays one when somebody edits the cell.
        cell.data_type, cell.number_format = "s", content.shape
        cell.quotePrefix = is_like_formula(cell.value)
    if content.note:
        cell.comment = Comment(writable(content.note), "Sosei", height=90, width=220)


def as_csv(held: Sequence[Held], layout: Layout, encoding: str) -> bytes:
    """CSV with CRLF, in UTF-8 with BOM or in CP932.

    Raises:
        SheetError: CP932 lacks a character; names it.
    """
    lines: list[Sequence[str]] = [[] for _row_above in range(layout.heading_row - 1)]
    lines.append(_line(headings_of(layout), layout.width))
    for row in table_of(held, layout):
        lines.append(_line({letter: _plain(cell.value) for letter, cell in row.items()}, layout.width))
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(lines)
    if encoding != "cp932":
        return (BOM + written.getvalue()).encode("utf-8")
    try:
        return written.getvalue().encode("cp932")
    except UnicodeEncodeError as error:
        raise SheetError(
            _("文字「%(letter)s」はShift_JISのCSVでは書けません。「CSV（UTF-8）」かExcelを選んでください。")
            % {"letter": error.object[error.start]},
            "format",
        ) from error


def _line(cells: dict[str, str], width: int) -> list[str]:
    return [cells.get(get_column_letter(at), "") for at in range(1, width + 1)]


def _plain(value: Decimal | str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        # A number below zero is no formula.
        return f"{value.normalize():f}"
    return guarded(writable(value))
