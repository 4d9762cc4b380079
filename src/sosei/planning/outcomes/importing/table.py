"""A sheet or CSV file of another system as columns and rows of text; nothing is understood yet.

CSV in any encoding that `planning.population.importing.text` reads (UTF-8, CP932, UTF-16), of an Excel workbook the
first sheet that holds something. Rows above the headings (a title, a date of printing) are passed over.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.planning.outcomes.errors import TableError
from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.text import open_source, read_text

MOST_ROWS = 5_000
MOST_COLUMNS = 60
LONGEST_CELL = 120
LARGEST_FILE = 5 * 1024 * 1024


@dataclass(frozen=True)
class Table:
    """Headings, and rows with the number each line has in the file."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    encoding: str


def read_table(path: Path, *, name: str, is_excel: bool) -> Table:
    """Reads a file that was found to be CSV or an Excel workbook.

    Raises:
        TableError: too large, no headings, no rows, or an encoding that is not read.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise TableError(
            _("「%(name)s」は大きすぎます（%(most)s MBまで）。分けて取り込んでください。")
            % {"name": name, "most": LARGEST_FILE // 1024 // 1024},
            "file",
        )
    if is_excel:
        return _table(name, _excel_rows(path, name), "xlsx")
    rows, encoding = _csv_rows(path, name)
    return _table(name, rows, encoding)


def _csv_rows(path: Path, name: str) -> tuple[Iterator[tuple[int, list[str]]], str]:
    try:
        text, encoding = read_text(open_source(path))
    except ImportRefusedError as error:
        language = "en" if (get_language() or "ja").startswith("en") else "ja"
        told = " ".join(problem.text(language) for problem in error.findings.problems)
        raise TableError(f"{name}: {told}", "file") from error
    head = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)

    def numbered() -> Iterator[tuple[int, list[str]]]:
        before = 0
        try:
            for row in reader:
                yield before + 1, row
                before = reader.line_num
        except csv.Error as error:
            raise TableError(
                _(
                    "「%(name)s」の%(line)s行目から先を、表として読めません（%(why)s）。Excelで開いて、保存し直してください。"
                )
                % {"name": name, "line": before + 1, "why": error},
                "file",
            ) from error

    return numbered(), encoding


def _excel_rows(path: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    # A quarter of a second that only this page needs.
    from openpyxl import load_workbook

    try:
        with path.open("rb") as stream:
            book = load_workbook(stream, read_only=True, data_only=True)
            for sheet in book.worksheets:
                rows = [
                    (number, [_cell_text(value) for value in row])
                    for number, row in enumerate(
                        sheet.iter_rows(max_row=MOST_ROWS + 100, max_col=MOST_COLUMNS + 1, values_only=True),
                        1,
                    )
                ]
                if any(any(cells) for _number, cells in rows):
                    yield from rows
                    return
    except (ValueError, KeyError, TypeError, OSError, EOFError, SyntaxError, zipfile.BadZipFile) as error:
        raise TableError(
            _("「%(name)s」を開けません（%(why)s）。Excelで開いて、保存し直してください。")
            % {"name": name, "why": error},
            "file",
        ) from error


def _cell_text(value: Any) -> str:
    """A cell as a person would have typed it: no .0 behind a whole number, no midnight behind a day."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def _table(name: str, rows: Iterable[tuple[int, Sequence[str]]], encoding: str) -> Table:
    columns: list[str] = []
    kept: list[list[str]] = []
    lines: list[int] = []
    for number, cells in rows:
        cleaned = [" ".join(cell.split())[:LONGEST_CELL] for cell in cells]
        filled = [cell for cell in cleaned if cell]
        if not columns:
            # A title above the table stands alone in its row.
            if len(filled) > 1 or (filled and len(cleaned) == 1):
                columns = _headings(name, cleaned)
            continue
        if filled:
            kept.append([*cleaned, *[""] * len(columns)][: len(columns)])
            lines.append(number)
            if len(kept) > MOST_ROWS:
                raise TableError(
                    _("「%(name)s」は%(most)s行を超えています。分けて取り込んでください。")
                    % {"name": name, "most": f"{MOST_ROWS:,}"},
                    "file",
                )
    if not columns or not kept:
        raise TableError(
            _("「%(name)s」に表がありません。1行目に見出し、2行目から実績を1行に1件書いてください。")
            % {"name": name},
            "file",
        )
    return Table(columns, kept, lines, encoding)


def _headings(name: str, cells: Sequence[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        raise TableError(
            _("「%(name)s」の列が%(found)sあります。%(most)s列までにしてください。")
            % {"name": name, "found": len(cells), "most": MOST_COLUMNS},
            "file",
        )
    return [cell or _("（見出しのない%(number)s列目）") % {"number": n} for n, cell in enumerate(cells, 1)]
