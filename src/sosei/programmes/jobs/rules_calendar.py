"""The harvest calendar's arithmetic, and how a table copied from a spreadsheet is read: plain Python."""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a week of a crop stands."""

    NOTHING = "nothing"
    ENOUGH = "enough"
    UNFILLED = "unfilled"
    """Places enough, and people not yet."""
    SHORT = "short"
    """Fewer places than hands needed."""
    VERY_SHORT = "very_short"
    """Less than half."""


@dataclass(frozen=True)
class Week:
    """Person-days of one crop in one week.

    Attributes:
        need: as the town estimates; 0 where it says nothing.
        offered: places of published postings.
        filled: places with a contract.
    """

    need: int = 0
    offered: int = 0
    filled: int = 0

    def __add__(self, other: Week) -> Week:
        return Week(self.need + other.need, self.offered + other.offered, self.filled + other.filled)

    @property
    def missing(self) -> int:
        """Hands for which there is not even a place."""
        return max(0, self.need - self.offered)

    @property
    def open(self) -> int:
        """Places without a person."""
        return max(0, self.offered - self.filled)

    @property
    def level(self) -> Level:
        """How it stands."""
        if not self.need and not self.offered:
            return Level.NOTHING
        if self.offered * 2 < self.need:
            return Level.VERY_SHORT
        if self.offered < self.need:
            return Level.SHORT
        return Level.UNFILLED if self.open else Level.ENOUGH


def monday_of(day: datetime.date) -> datetime.date:
    """The Monday of a day's week."""
    return day - datetime.timedelta(days=day.weekday())


class Trouble(StrEnum):
    """Why a pasted table cannot be taken."""

    EMPTY = "empty"
    UNKNOWN_CROP = "unknown_crop"
    CROP_TWICE = "crop_twice"
    BAD_DAY = "bad_day"
    WEEK_TWICE = "week_twice"
    BAD_NUMBER = "bad_number"
    TOO_LARGE = "too_large"


@dataclass(frozen=True)
class Problem:
    """One cell that cannot be taken: its row and column counted from 1, and what stands in it."""

    trouble: Trouble
    row: int
    column: int
    text: str


MOST = 100_000
MOST_ROWS = 120
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
Needs = dict[tuple[int, datetime.date], int]
"""(Key of the crop, Monday) -> person-days."""


def read_table(text: str, crops: Mapping[str, int]) -> tuple[Needs, list[Problem]]:
    """Needs from a table: crops in the first row from its second cell on, a day of the week in each first cell.

    Cells are parted by tabs, as a spreadsheet copies them, or by commas. An empty cell says nothing.
    """
    rows = _rows(text)
    if len(rows) < 2 or len(rows[0]) < 2:
        return {}, [Problem(Trouble.EMPTY, 1, 1, "")]
    if len(rows) > MOST_ROWS:
        return {}, [Problem(Trouble.TOO_LARGE, len(rows), 1, "")]
    keys, problems = _crops(rows[0], crops)
    needs: Needs = {}
    seen: set[datetime.date] = set()
    for number, row in enumerate(rows[1:], 2):
        monday = _monday(row[0])
        if monday is None:
            problems.append(Problem(Trouble.BAD_DAY, number, 1, row[0]))
            continue
        if monday in seen:
            problems.append(Problem(Trouble.WEEK_TWICE, number, 1, row[0]))
            continue
        seen.add(monday)
        for column, cell in enumerate(row[1:], 2):
            key = keys.get(column)
            if key is None or not cell:
                continue
            hands = _hands(cell)
            if hands is None:
                problems.append(Problem(Trouble.BAD_NUMBER, number, column, cell))
            else:
                needs[key, monday] = hands
    return needs, problems


def _rows(text: str) -> list[list[str]]:
    folded = unicodedata.normalize("NFKC", text).strip("\n\r")
    delimiter = "\t" if "\t" in folded else ","
    rows = csv.reader(io.StringIO(folded), delimiter=delimiter)
    return [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]


def _crops(heading: Sequence[str], crops: Mapping[str, int]) -> tuple[dict[int, int], list[Problem]]:
    known = {unicodedata.normalize("NFKC", name).strip(): key for name, key in crops.items()}
    keys: dict[int, int] = {}
    problems = []
    for column, name in enumerate(heading[1:], 2):
        if not name:
            continue
        if name not in known:
            problems.append(Problem(Trouble.UNKNOWN_CROP, 1, column, name))
        elif known[name] in keys.values():
            problems.append(Problem(Trouble.CROP_TWICE, 1, column, name))
        else:
            keys[column] = known[name]
    return keys, problems


def _monday(text: str) -> datetime.date | None:
    found = _DAY.search(text)
    if found is None:
        return None
    try:
        return monday_of(datetime.date(*(int(part) for part in found.groups())))
    except ValueError:
        return None


def _hands(text: str) -> int | None:
    digits = text.replace(",", "").removesuffix("人日").removesuffix("人")
    if not digits.isdecimal() or int(digits) > MOST:
        return None
    return int(digits)
