"""Free days as ranges, the grid of a month, and what may stand in a bank's file: plain Python, no database.

Letters of the bank's file (全銀協, JIS X 0201): half-width kana without small letters and without ｦ, capitals, digits,
space and ( ) - / . ; a voiced mark is a letter of its own.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sosei.engines.conventions.eras import parse_date
from sosei.engines.conventions.errors import ConventionError
from sosei.engines.conventions.folding import fold_kana, fold_width

DAY = timedelta(days=1)
Range = tuple[date, date]
"""First and last day, both within."""

# --- Free days -------------------------------------------------------------------------------------------------------


def ranges_of(days: Iterable[date]) -> list[Range]:
    """The days as ranges that neither overlap nor touch, in order."""
    made: list[Range] = []
    for day in sorted(set(days)):
        if made and day - made[-1][1] == DAY:
            made[-1] = (made[-1][0], day)
        else:
            made.append((day, day))
    return made


def days_within(first: date, last: date, weekdays: Collection[int] = ()) -> set[date]:
    """The days from `first` to `last`, of those weekdays (Monday 0) where some are named."""
    every = (first + DAY * offset for offset in range((last - first).days + 1))
    return {day for day in every if not weekdays or day.weekday() in weekdays}


_MONTH_DAY = re.compile(r"(\d{1,2})\s*(?:[/.-]|月)\s*(\d{1,2})\s*日?(?:\s*\(.\))?")


def read_day(text: str, today: date) -> date | None:
    """A day as people write it: 8/1 and 8月1日 (the next one from `today`), 2027-08-01, 令和9年8月1日; None for no day."""
    folded = fold_width(text)
    short = _MONTH_DAY.fullmatch(folded)
    try:
        if short:
            month, day = int(short.group(1)), int(short.group(2))
            return next(
                found
                for year in range(today.year, today.year + 9)
                if (found := _on(year, month, day)) >= today
            )
        read = parse_date(folded)
        return date(read.year, read.month, read.day) if read.month and read.day else None
    except (ValueError, ConventionError, StopIteration):
        return None


def _on(year: int, month: int, day: int) -> date:
    # 29 February is looked for in the years to come.
    if (month, day) == (2, 29) and not calendar.isleap(year):
        return date.min
    return date(year, month, day)


def weeks_of(year: int, month: int) -> list[list[date | None]]:
    """A month in weeks from Sunday to Saturday; None for days of its neighbours."""
    grid = calendar.Calendar(firstweekday=6).monthdatescalendar(year, month)
    return [[day if day.month == month else None for day in week] for week in grid]


def months_from(first: date, count: int) -> list[tuple[int, int]]:
    """Years and months, in order."""
    start = first.year * 12 + first.month - 1
    return [((start + step) // 12, (start + step) % 12 + 1) for step in range(count)]


def last_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


# --- Bank accounts ---------------------------------------------------------------------------------------------------


class BankCode(StrEnum):
    """What is wrong with a line of a bank account."""

    NOT_DIGITS = "not_digits"
    WRONG_LENGTH = "wrong_length"
    NOT_KANA = "not_kana"
    NOT_IN_FILES = "not_in_files"
    TOO_LONG = "too_long"
    POSTAL_SYMBOL = "postal_symbol"
    EMPTY = "empty"


class BankTextError(ValueError):
    """A text that a bank's file cannot hold.

    Attributes:
        code: what is wrong.
        values: for the words: value, letters, limit, length.
    """

    def __init__(self, code: BankCode, **values: str | int) -> None:
        super().__init__(code.value)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Account:
    """An account as it stands in a payment file."""

    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    type: str
    number: str
    holder: str


POSTAL_BANK = "9900"
NAME_LETTERS, HOLDER_LETTERS = 15, 30
_SMALL = str.maketrans("ァィゥェォャュョッヮヵヶー", "アイウエオヤユヨツワカケ-")
# Spacing voiced marks, which NFKC would part from their kana by a space; dots between names.
_MARKS = str.maketrans("゛゜・･", "\u3099\u309a..")
_HALF = {
    unicodedata.normalize("NFKC", chr(point)): chr(point)
    for point in (*range(0xFF71, 0xFF9E), 0xFF9E, 0xFF9F)
}
_SIGNS = " ()-/."
_LEGAL = frozenset([*_HALF.values(), *_SIGNS, *"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"])
_POSTAL_SYMBOL = re.compile(r"[01]\d{4}")


def fold_bank_text(text: str, *, letters: int) -> str:
    """A name as a payment file holds it: さとう, サトウ and ｻﾄｳ become ｻﾄｳ; small letters large, the long vowel a dash.

    Raises:
        BankTextError: kanji or anything else that files cannot hold, or more than `letters` letters, marks counted.
    """
    marked = text.translate(_MARKS)
    folded = fold_kana(marked).upper().translate(_SMALL)
    if not folded:
        raise BankTextError(BankCode.EMPTY)
    parts = [_HALF.get(letter, letter) for letter in unicodedata.normalize("NFD", folded)]
    wrong = "".join(dict.fromkeys(part for part in parts if part not in _LEGAL))
    if wrong:
        code = BankCode.NOT_IN_FILES if "ヲ" in wrong else BankCode.NOT_KANA
        raise BankTextError(code, value=text.strip(), letters=wrong)
    made = "".join(parts)
    if len(made) > letters:
        raise BankTextError(BankCode.TOO_LONG, value=made, limit=letters, length=len(made))
    return made


def read_digits(text: str, *, digits: int, pad: bool = False) -> str:
    """A code or account number of so many digits, in whichever width typed; `pad` fills zeros in front.

    Raises:
        BankTextError: other letters, or another number of digits.
    """
    folded = fold_width(text).replace("-", "").replace(" ", "")
    if not folded:
        raise BankTextError(BankCode.EMPTY)
    if not (folded.isascii() and folded.isdigit()):
        raise BankTextError(BankCode.NOT_DIGITS, value=text.strip(), length=digits)
    if len(folded) > digits or (len(folded) < digits and not pad):
        raise BankTextError(BankCode.WRONG_LENGTH, value=folded, length=digits, found=len(folded))
    return folded.zfill(digits)


def looks_like_postal_symbol(bank_code: str, branch_text: str) -> bool:
    """Whether 記号 (five digits) of the postal bank was typed where the branch code belongs."""
    digits = fold_width(branch_text).replace("-", "").replace(" ", "")
    return bank_code == POSTAL_BANK and bool(_POSTAL_SYMBOL.fullmatch(digits))
