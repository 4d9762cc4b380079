"""A block of cells copied from a spreadsheet, laid onto the KPIs of a page; plain Python.

What the clipboard holds is text: cells with tabs between, rows with line breaks, a cell with a tab or a line break
within it in quotation marks. Which column is the KPI's name, the value and the cause is guessed and can be corrected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sosei.engines.conventions.folding import fold_name
from sosei.planning.strategy.cell_periods import CellError, ColumnKind, Place, read_heading

MOST_ROWS = 1000
MOST_COLUMNS = 60
_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?=\t|\n|\Z)')
_PLAIN = re.compile(r"[^\t\n]*")
_CAUSE = re.compile("要因|説明|理由|コメント|備考|分析|cause|reason|comment|remark", re.IGNORECASE)
_VALUE = re.compile("実績|^値|数値|actual|^value|result", re.IGNORECASE)
LONG_TEXT = 8

Rows = list[list[str]]
Readable = Callable[[int, str], bool]
"""Place of a KPI and a cell's text: whether the cell can be that KPI's value."""


class Trouble(StrEnum):
    """Why a row of the block goes nowhere."""

    UNKNOWN_NAME = "unknown_name"
    NAME_TWICE = "name_twice"
    LEFT_OVER = "left_over"
    BLANK = "blank"


@dataclass(frozen=True)
class Choice:
    """Which column holds what, counted from 0; None for none."""

    name: int | None
    value: int
    cause: int | None


@dataclass(frozen=True)
class Laid:
    """One row of the block.

    Attributes:
        row: counted from 1, as pasted.
        kpi: place among the KPIs of the page; None where the row goes nowhere.
        name: the KPI's name as pasted, where there is one.
    """

    row: int
    kpi: int | None
    text: str
    cause: str = ""
    name: str = ""
    trouble: Trouble | None = None


def read_block(text: str) -> Rows:
    """Rows of cells, all of one width, without blank rows and columns at the end."""
    rows: Rows = [[]]
    source, at = text.replace("\r\n", "\n").replace("\r", "\n"), 0
    while True:
        quoted = _QUOTED.match(source, at) if source[at : at + 1] == '"' else None
        found = quoted or _PLAIN.match(source, at)
        assert found is not None
        cell = found[1].replace('""', '"') if quoted else found[0]
        rows[-1].append(cell)
        at = found.end()
        if at >= len(source):
            break
        if source[at] == "\n":
            rows.append([])
        at += 1
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    width = max((at + 1 for row in rows for at, cell in enumerate(row) if cell.strip()), default=0)
    return [(row + [""] * width)[:width] for row in rows]


def guess(rows: Rows, names: Sequence[str], year: int, readable: Readable) -> tuple[Rows, Choice]:
    """Which column holds what; a single row of values is turned into a column before."""
    width = len(rows[0]) if rows else 0
    name = _name_column(rows, names, width)
    if name is None and len(rows) == 1 and width > 1:
        rows, width = [[cell] for cell in rows[0]], 1
    heading = rows[0] if rows else []
    value = _value_column(rows, width, name, year, readable)
    others = [at for at in range(width) if at not in (name, value)]
    cause = next((at for at in others if _CAUSE.search(heading[at])), None)
    if cause is None:
        cause = next((at for at in others if at > value and _is_long(rows, at)), None)
    return rows, Choice(name, value, cause)


def _name_column(rows: Rows, names: Sequence[str], width: int) -> int | None:
    wanted = {fold_name(name) for name in names}
    scores = [sum(fold_name(row[at]) in wanted for row in rows) for at in range(width)]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def _value_column(rows: Rows, width: int, name: int | None, year: int, readable: Readable) -> int:
    columns = [at for at in range(width) if at != name]
    heading = rows[0] if rows else []
    for at in columns:
        if _names_year(heading[at], year):
            return at
    named = [at for at in columns if _VALUE.search(heading[at]) and _readable_rows(rows, at, readable)]
    if named:
        return named[-1]
    scores = {at: _readable_rows(rows, at, readable) for at in columns}
    best = max(scores.values(), default=0)
    # Of several columns of numbers the last is the latest year.
    return max((at for at in columns if scores[at] == best), default=0) if best else (columns or [0])[-1]


def _names_year(text: str, year: int) -> bool:
    try:
        column = read_heading(text, place=Place())
    except CellError:
        return False
    return column.kind is ColumnKind.ACTUAL and column.year == year


def _readable_rows(rows: Rows, at: int, readable: Readable) -> int:
    return sum(bool(row[at].strip()) and readable(place, row[at]) for place, row in enumerate(rows))


def _is_long(rows: Rows, at: int) -> bool:
    texts = [row[at].strip() for row in rows if row[at].strip()]
    return bool(texts) and sum(map(len, texts)) / len(texts) >= LONG_TEXT


def lay(rows: Rows, names: Sequence[str], choice: Choice, start: int, readable: Readable) -> list[Laid]:
    """Every row with the KPI it belongs to: by its name where a column holds names, else in order from `start`."""
    if choice.name is not None:
        return _by_name(rows, names, choice)
    rows_from = 1 if _is_heading(rows, choice, start, readable, len(names)) else 0
    laid = []
    for offset, row in enumerate(rows[rows_from:]):
        at, text = start + offset, row[choice.value].strip()
        cause = row[choice.cause].strip() if choice.cause is not None else ""
        trouble = Trouble.LEFT_OVER if at >= len(names) and text else Trouble.BLANK if not text else None
        laid.append(Laid(rows_from + offset + 1, at if trouble is None else None, text, cause, "", trouble))
    return laid


def _is_heading(rows: Rows, choice: Choice, start: int, readable: Readable, count: int) -> bool:
    """A first row that cannot be a value above one that can."""
    if len(rows) < 2 or start >= count:
        return False
    first, second = rows[0][choice.value].strip(), rows[1][choice.value].strip()
    return bool(first) and not readable(start, first) and bool(second) and readable(start, second)


def _by_name(rows: Rows, names: Sequence[str], choice: Choice) -> list[Laid]:
    assert choice.name is not None
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        places.setdefault(fold_name(name), []).append(at)
    pasted = [fold_name(row[choice.name]) for row in rows]
    laid, used = [], dict.fromkeys(places, 0)
    for number, (row, name) in enumerate(zip(rows, pasted, strict=True), 1):
        text = row[choice.value].strip()
        cause = row[choice.cause].strip() if choice.cause is not None else ""
        here = places.get(name, [])
        kpi, trouble = None, None
        if not here:
            # The heading of the names' column is no KPI and needs no word.
            if number == 1 and any(one in places for one in pasted[1:]):
                continue
            trouble = Trouble.UNKNOWN_NAME if name or text else Trouble.BLANK
        elif not text:
            trouble = Trouble.BLANK
            used[name] += 1
        elif used[name] >= len(here):
            trouble = Trouble.NAME_TWICE
        else:
            kpi = here[used[name]]
            used[name] += 1
        laid.append(Laid(number, kpi, text, cause, row[choice.name].strip(), trouble))
    return laid
