"""Numbers as Japanese offices write them, and the signs they write where there is no number.

Understood: full-width digits, thousands separators (in threes only), △ ▲ and every minus sign for a negative
figure, decimals. The signs of official tables (統計表の符号; e-Stat's own legend) are kept apart from zero:
"-" no such figure, "***" "…" not available or not surveyed, "X" suppressed to protect individuals, and blank.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum

from sosei.engines.conventions.errors import NumeralError
from sosei.engines.conventions.folding import fold_width


class Mark(Enum):
    """A sign that stands where there is no number; none of them is zero."""

    NO_FIGURE = "-"
    NOT_AVAILABLE = "***"
    SUPPRESSED = "X"
    BLANK = ""


Numeral = int | Decimal | Mark

_MARKS = {
    "": Mark.BLANK,
    "-": Mark.NO_FIGURE,
    "--": Mark.NO_FIGURE,
    "---": Mark.NO_FIGURE,
    "***": Mark.NOT_AVAILABLE,
    "**": Mark.NOT_AVAILABLE,
    "*": Mark.SUPPRESSED,
    "...": Mark.NOT_AVAILABLE,
    "・・・": Mark.NOT_AVAILABLE,
    "x": Mark.SUPPRESSED,
    "χ": Mark.SUPPRESSED,
}
_ODD_DIGIT = re.compile(r"[²³¹⁰-₉①-⓿]")
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")


def parse_numeral(text: str) -> Numeral:
    """A whole number, a decimal, or the sign that stands for none.

    Raises:
        NumeralError: neither; separators that are not in threes are no number either.
    """
    if text.isascii() and text.isdigit():
        return int(text)
    # NFKC would turn the footnote of 1234² into a digit.
    if _ODD_DIGIT.search(text):
        raise NumeralError(value=text)
    folded = fold_width(text)
    mark = _MARKS.get(folded.lower())
    if mark is not None:
        return mark
    negative = folded[0] in "-△▲"
    digits = folded[1:].lstrip() if negative else folded.removeprefix("+")
    if not _NUMBER.fullmatch(digits):
        raise NumeralError(value=text)
    value = Decimal(digits.replace(",", ""))
    whole: int | Decimal = int(value) if value == value.to_integral_value() else value
    return -whole if negative else whole
