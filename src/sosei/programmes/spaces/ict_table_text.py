"""Cells of tables as people really write them: full-width digits, yen signs, dates in eras, moments without a zone."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sosei.engines.conventions.eras import parse_date
from sosei.engines.conventions.errors import DateError
from sosei.engines.conventions.folding import fold_width

MOST_DIGITS = 12
_CLOCK = re.compile(
    r"(?P<day>.+?)[T ]\s*(?P<hour>\d{1,2})[:時](?P<minute>\d{1,2})"
    r"(?:[:分](?P<second>\d{1,2}(?:\.\d+)?)秒?|分)?$"
)
_MARKS = re.compile(
    r"[,\s]|円|￥|¥|\\|Mbps|Mbit/s|kbps|bps|ミリ秒|ms|ポート|インチ|台|口|人|本|VA|扉|つ|-$", re.IGNORECASE
)


class CellError(ValueError):
    """A cell that cannot be read."""


def rows_of(text: str, most: int) -> list[tuple[int, list[str]]]:
    """Lines with something in them, by their number, separated by comma, tab or semicolon.

    Raises:
        CellError: no table at all; its text is empty.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = max(",\t;", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=mark))
    except csv.Error as error:
        raise CellError(str(error)) from error
    kept = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    return kept[: most + 2]


def heading(cell: str) -> str:
    """A heading to look up: folded, without blanks and brackets' contents kept."""
    return fold_width(cell).replace(" ", "").replace("_", "").casefold()


def plain(cell: str) -> str:
    """A text without the mark that keeps spreadsheets from reckoning."""
    return " ".join(cell.strip().removeprefix("'").split())


def number(cell: str) -> Decimal | None:
    """A number as somebody wrote it; None for an empty cell.

    Raises:
        CellError: no number.
    """
    text = _MARKS.sub("", fold_width(plain(cell)))
    if not text:
        return None
    if len(text) > MOST_DIGITS + 3:
        raise CellError(cell)
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise CellError(cell) from error
    if not found.is_finite() or abs(found) >= 10**MOST_DIGITS:
        raise CellError(cell)
    return found


def whole(cell: str) -> int | None:
    """A whole number; None for an empty cell.

    Raises:
        CellError: no whole number.
    """
    found = number(cell)
    if found is None:
        return None
    if found != found.to_integral_value():
        raise CellError(cell)
    return int(found)


def day(cell: str) -> datetime.date | None:
    """A whole date, in an era or not; None for an empty cell.

    Raises:
        CellError: no date.
    """
    text = plain(cell)
    if not text:
        return None
    try:
        found = parse_date(text)
        return datetime.date(found.year, found.month or 0, found.day or 0)
    except (DateError, ValueError, TypeError) as error:
        raise CellError(cell) from error


def moment(cell: str, zone: ZoneInfo) -> datetime.datetime | None:
    """A moment; without a zone it is that of the place. None for an empty cell.

    Raises:
        CellError: no date with a time.
    """
    text = fold_width(plain(cell))
    if not text:
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
        if ":" not in text:
            raise CellError(cell)
    except ValueError:
        written = _CLOCK.match(text)
        on = day(written["day"]) if written else None
        if written is None or on is None:
            raise CellError(cell) from None
        try:
            clock = datetime.time(
                int(written["hour"]), int(written["minute"]), int(float(written["second"] or 0))
            )
        except ValueError as error:
            raise CellError(cell) from error
        found = datetime.datetime.combine(on, clock)
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(datetime.UTC)
    except OverflowError as error:
        raise CellError(cell) from error


def cells(header: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """A line by its headings; of a heading that stands twice, the first."""
    found: dict[str, str] = {}
    for name, cell in zip(header, row, strict=False):
        if name:
            found.setdefault(name, cell)
    return found
