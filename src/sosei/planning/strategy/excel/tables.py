"""Files into rows of cells: Excel workbooks by their stored results, and CSV in any of the usual encodings."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any
from xml.parsers import expat

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

from sosei.core.records.attachments.messages import told
from sosei.core.records.attachments.office_files import look_inside
from sosei.core.records.attachments.rules import RefusedFileError
from sosei.core.records.attachments.types import XLSX
from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.text import open_source, read_text
from sosei.planning.strategy.errors_campaigns import SheetError
from sosei.planning.strategy.excel.texts import unguarded

LARGEST_FILE = 10_000_000
MOST_UNPACKED = 60 * 1024 * 1024
"""What a table of KPIs may be when unpacked; openpyxl takes some twenty times as much memory."""
MOST_ROWS = 5000
MOST_COLUMNS = 200
AREAS = frozenset({"mergeCell", "hyperlink"})
"""Elements with an area for whose every cell openpyxl makes an object, however small the file."""
MOST_COVERED = 500_000
WIDEST, TALLEST = 16_384, 1_048_576
_ERRORS = re.compile(r"#(REF|N/A|DIV/0|NAME|VALUE|NUM|NULL|SPILL|CALC)[!?]?.*")


class Trouble(StrEnum):
    """Why a cell has no content that can be taken."""

    DATE = "date"
    FORMULA = "formula"
    ERROR = "error"
    MERGED = "merged"
    TRUTH = "truth"


@dataclass(frozen=True)
class Content:
    """What a cell holds.

    Attributes:
        text: as text; a whole number without decimals, a date as Excel made it.
        number: where the cell holds a number and no share; 0.123 shown as 12.3% is the text 12.3%, as people see it.
        trouble: why it cannot be a value.
        day: the date that Excel made of it.
    """

    text: str = ""
    number: Decimal | None = None
    trouble: Trouble | None = None
    day: datetime.date | None = None


BLANK = Content()


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    number: int
    cells: Mapping[str, Content]
    hidden: bool = False

    def __getitem__(self, letter: str) -> Content:
        return self.cells.get(letter, BLANK)


@dataclass(frozen=True)
class Table:
    """A sheet, or a CSV file."""

    sheet: str
    rows: list[Row] = field(default_factory=list)
    sheets: tuple[str, ...] = ()

    def row(self, number: int) -> Row:
        """A row by its number; blank where it has none."""
        found = next((row for row in self.rows if row.number == number), None)
        return found or Row(number, {})

    def grid(self, rows: int) -> list[list[str]]:
        """The texts of the first rows, blank cells among them."""
        width = max(
            (column_index_from_string(letter) for row in self.rows for letter in row.cells), default=0
        )
        shown = [
            self.row(number) for number in range(1, min(rows, self.rows[-1].number if self.rows else 0) + 1)
        ]
        return [[row[get_column_letter(at)].text for at in range(1, width + 1)] for row in shown]


def read_table(path: Path, name: str, *, sheet: str = "") -> Table:
    """The table in a file.

    Raises:
        SheetError: too large, damaged, a bomb, neither workbook nor text, or without the sheet.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise SheetError(
            _("「%(name)s」は大きすぎます。%(limit)sMBまでのファイルにしてください。")
            % {"name": name, "limit": LARGEST_FILE // 1_000_000},
            "file",
        )
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError(
            _(
                "「%(name)s」は古い形式のExcel（.xls）か、パスワードのかかったファイルです。.xlsxとして保存し直してください。"
            )
            % {"name": name},
            "file",
        )
    return _workbook(path, name, sheet) if head == b"PK\x03\x04" else _csv(path, name)


def _csv(path: Path, name: str) -> Table:
    try:
        text, _encoding = read_text(open_source(path, limit=LARGEST_FILE))
    except ImportRefusedError as error:
        language = "en" if (get_language() or "ja").startswith("en") else "ja"
        problems = [one.text(language) for one in error.findings.problems]
        raise SheetError(
            _("「%(name)s」を読めません。%(problems)s") % {"name": name, "problems": " ".join(problems)},
            "file",
        ) from error
    try:
        dialect = "\t" if "\t" in text.split("\n", 1)[0] else ","
        lines = list(csv.reader(io.StringIO(text), delimiter=dialect, strict=True))
    except csv.Error as error:
        raise SheetError(
            _(
                "「%(name)s」のCSVの形がこわれています（%(problem)s）。Excelで開いて、CSVとして保存し直してください。"
            )
            % {"name": name, "problem": error},
            "file",
        ) from error
    _check_size(len(lines), max(map(len, lines), default=0), name)
    rows = [
        Row(
            number,
            {get_column_letter(at): _text_content(cell) for at, cell in enumerate(line, 1) if cell.strip()},
        )
        for number, line in enumerate(lines, 1)
    ]
    return Table("", [row for row in rows if row.cells], ())


def _text_content(text: str) -> Content:
    plain = unguarded(text)
    if _ERRORS.fullmatch(plain.strip()):
        return Content(plain.strip(), trouble=Trouble.ERROR)
    return Content(plain)


def _workbook(path: Path, name: str, sheet: str) -> Table:
    try:
        if look_inside(path, name) is not XLSX:
            raise SheetError(
                _("「%(name)s」はExcelの表（.xlsx）ではありません。.xlsxかCSVのファイルを選んでください。")
                % {"name": name},
                "file",
            )
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise SheetError(
                _(
                    "「%(name)s」は、開くと%(size)sMBになり大きすぎます。KPIの表だけを別のファイルにしてください。"
                )
                % {"name": name, "size": unpacked // 1024 // 1024},
                "file",
            )
        check_areas(path, name)
        # Twice: results as they were stored, and the formulas that have none.
        # By its content, for a file that was sent lies under a name without an ending.
        content = path.read_bytes()
        results = load_workbook(io.BytesIO(content), data_only=True)
        formulas = load_workbook(io.BytesIO(content), data_only=False)
    except RefusedFileError as error:
        raise SheetError(told(error.refusal), "file") from error
    except SheetError:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part leads it to
        raise SheetError(
            _("「%(name)s」を開けません。Excelで開いて、.xlsxとして保存し直してください。") % {"name": name},
            "file",
        ) from error
    names = tuple(each.title for each in results.worksheets)
    wanted = sheet or _first_visible(results)
    if wanted not in names:
        raise SheetError(
            _("「%(name)s」にシート「%(sheet)s」がありません。あるシート：%(sheets)s")
            % {"name": name, "sheet": sheet, "sheets": ", ".join(names)},
            "file",
        )
    held, source = results[wanted], formulas[wanted]
    _check_size(held.max_row, held.max_column, name)
    merged = _merged(source)
    rows = []
    for number in range(1, held.max_row + 1):
        cells = {}
        for at in range(1, held.max_column + 1):
            content = _content(held.cell(number, at), source.cell(number, at), merged.get((number, at)))
            if content is not BLANK:
                cells[get_column_letter(at)] = content
        if cells:
            rows.append(Row(number, cells, bool(held.row_dimensions[number].hidden)))
    return Table(wanted, rows, names)


def check_areas(path: Path, name: str) -> None:
    """Refuses a workbook whose merged cells or links cover so many cells that opening it would exhaust the memory.

    Raises:
        SheetError: they do.
    """
    covered = 0

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal covered
        if tag.rsplit(":", 1)[-1] in AREAS and ":" in attributes.get("ref", ""):
            left, top, right, bottom = range_boundaries(attributes["ref"])
            covered += ((right or WIDEST) - (left or 1) + 1) * ((bottom or TALLEST) - (top or 1) + 1)
            if covered > MOST_COVERED:
                raise SheetError(
                    _(
                        "「%(name)s」には、つながったセルやリンクの範囲が広すぎるところがあります。"
                        "KPIの表だけを別のファイルにしてください。"
                    )
                    % {"name": name},
                    "file",
                )

    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            parser = expat.ParserCreate()
            parser.StartElementHandler = opened
            # What is no XML, such as a picture, has no cells; a damaged sheet is found when it is opened.
            with archive.open(entry) as part, contextlib.suppress(expat.ExpatError):
                parser.ParseFile(part)


def _first_visible(book: Any) -> str:
    return str(
        next((one.title for one in book.worksheets if one.sheet_state == "visible"), book.sheetnames[0])
    )


def _merged(sheet: Any) -> dict[tuple[int, int], str]:
    """Cells that lie under another one -> what that one shows."""
    covered = {}
    for area in sheet.merged_cells.ranges:
        if area.size["rows"] * area.size["columns"] > MOST_ROWS * 4:
            continue
        shown = sheet.cell(area.min_row, area.min_col).value
        text = "" if shown is None else str(shown)
        for row, column in area.cells:
            if (row, column) != (area.min_row, area.min_col):
                covered[row, column] = text
    return covered


def _content(cell: Any, source: Any, covered: str | None) -> Content:
    if covered is not None or isinstance(cell, MergedCell):
        return Content(covered or "", trouble=Trouble.MERGED) if covered else BLANK
    value = cell.value
    if value is None:
        return Content(str(source.value), trouble=Trouble.FORMULA) if source.data_type == "f" else BLANK
    if isinstance(value, bool):
        return Content(str(value).upper(), trouble=Trouble.TRUTH)
    if isinstance(value, datetime.datetime | datetime.date):
        day = value.date() if isinstance(value, datetime.datetime) else value
        return Content(day.isoformat(), trouble=Trouble.DATE, day=day)
    if isinstance(value, datetime.time | datetime.timedelta):
        return Content(str(value), trouble=Trouble.DATE)
    if isinstance(value, int | float | Decimal):
        return _number(value, str(cell.number_format or ""))
    text = str(value)
    if cell.data_type == "e" or _ERRORS.fullmatch(text.strip()):
        return Content(text.strip(), trouble=Trouble.ERROR)
    return Content(text) if text.strip() else BLANK


def _number(value: float | Decimal, shape: str) -> Content:
    try:
        number = Decimal(repr(value) if isinstance(value, float) else str(value))
    except InvalidOperation:
        return Content(str(value), trouble=Trouble.ERROR)
    # 12.3 % is kept as 0.123 and shown as 12.3: people mean what they see. A sign in quotation marks is only a word.
    share = "%" in re.sub(r'"[^"]*"|\\.', "", shape)
    number = Decimal(f"{number * 100 if share else number:.10f}").normalize()
    return Content(f"{number:f}{'%' if share else ''}", None if share else number)


def _check_size(rows: int, columns: int, name: str) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise SheetError(
            _(
                "「%(name)s」の表は%(rows)s行×%(columns)s列あり、大きすぎます。%(most)s行×%(wide)s列までにしてください。"
            )
            % {"name": name, "rows": rows, "columns": columns, "most": MOST_ROWS, "wide": MOST_COLUMNS},
            "file",
        )
