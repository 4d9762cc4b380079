"""Local government codes (全国地方公共団体コード): their check digit, and the repair of a lost leading zero.

A code is two digits for the prefecture (01-47), three for the body within it (000 the prefecture itself, from
100 the municipalities), and, in open data files, a check digit. The rule of the check digit is 総務省's
「全国地方公共団体コード仕様」: with digits a b c d e, s = 6a + 5b + 4c + 3d + 2e, and the check digit is the
last digit of 11 - (s mod 11). 07201 -> 072010, 07204 -> 072044, 07000 -> 070009.

Spreadsheets read a code as a number and drop its zero: 07204 becomes 7204 and 072044 becomes 72044. A number
of five digits may therefore be a whole 5-digit code or a 6-digit one that lost its zero; `read_code` says
which it took.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sosei.engines.conventions.errors import MunicipalityCodeError
from sosei.engines.conventions.folding import fold_width
from sosei.engines.conventions.prefectures import PREFECTURES

Repair = Literal["none", "lost_zero", "prefecture_number", "decimal_tail"]
NATION = "00000"
_WEIGHTS = (6, 5, 4, 3, 2)


@dataclass(frozen=True)
class CodeReading:
    """A code as it was understood.

    Attributes:
        code: five digits.
        given: the text as it was written.
        repair: what had to be mended: nothing, a lost leading zero, a bare prefecture number, or the `.0`
            that a spreadsheet appends to a number.
        had_check_digit: whether the text carried a check digit (and it was right).
        ambiguous: the text could also have been the other length; the check digit decided.
    """

    code: str
    given: str
    repair: Repair = "none"
    had_check_digit: bool = False
    ambiguous: bool = False

    @property
    def full_code(self) -> str:
        """Six digits."""
        return self.code + check_digit(self.code)


def check_digit(code: str) -> str:
    """The check digit of a 5-digit code.

    Raises:
        MunicipalityCodeError: not five ASCII digits.
    """
    if not re.fullmatch(r"[0-9]{5}", code):
        raise _refusal(code, "five digits are needed", "5桁の数字が必要です")
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, code, strict=True))
    return str((11 - total % 11) % 10)


def has_right_check_digit(full_code: str) -> bool:
    """Whether six digits end in the check digit of the first five."""
    return bool(re.fullmatch(r"[0-9]{6}", full_code)) and check_digit(full_code[:5]) == full_code[5]


def is_plausible(code: str) -> bool:
    """Whether five digits can be a code: a prefecture 01-47 with 000 or a number from 100, or the nation."""
    if not re.fullmatch(r"[0-9]{5}", code):
        return False
    number = int(code[2:])
    return code == NATION or (code[:2] in PREFECTURES and (number == 0 or number >= 100))


def read_code(text: str, *, digits: Literal[5, 6] | None = None) -> CodeReading:
    """Read a code, mending what spreadsheets do to one.

    Args:
        text: as written: full-width digits, a lost leading zero, a trailing `.0` are understood.
        digits: the length that the file's format prescribes, if it does. In a file of 5-digit codes a
            plausible 5-digit number is that code. Otherwise a 5-digit number that with a zero in front has
            the right check digit is a 6-digit code that lost its zero, even where it would also be plausible
            as it stands (`ambiguous` is then true: about one plausible code in eleven meets the check digit
            by chance, so prescribe the length wherever it is known).

    Raises:
        MunicipalityCodeError: no code, with the reason.
    """
    folded = fold_width(text).replace(" ", "")
    tail = folded.endswith(".0")
    number = folded.removesuffix(".0")
    if not re.fullmatch(r"[0-9]+", number):
        raise _refusal(text, "digits only", "数字だけで書きます")
    reading = _read_digits(text, number, digits)
    if tail and reading.repair == "none":
        return CodeReading(reading.code, text, "decimal_tail", reading.had_check_digit, reading.ambiguous)
    return reading


def _read_digits(text: str, number: str, digits: Literal[5, 6] | None) -> CodeReading:
    if len(number) == 6:
        return _read_six(text, number)
    if len(number) == 5:
        return _read_five(text, number, digits)
    if len(number) == 4 and is_plausible("0" + number):
        return CodeReading("0" + number, text, "lost_zero")
    if len(number) <= 2 and number.zfill(2) in PREFECTURES:
        return CodeReading(number.zfill(2) + "000", text, "prefecture_number")
    raise _refusal(text, f"{len(number)} digits", f"{len(number)}桁です")


def _read_six(text: str, number: str) -> CodeReading:
    if not has_right_check_digit(number):
        right = check_digit(number[:5])
        raise _refusal(
            text,
            f"the check digit of {number[:5]} is {right}, not {number[5]}",
            f"{number[:5]} の検査数字は {right} で、{number[5]} ではありません",
        )
    if not is_plausible(number[:5]):
        raise _refusal(text, "no such prefecture or body", "該当する都道府県・団体の番号がありません")
    return CodeReading(number[:5], text, had_check_digit=True)


def _read_five(text: str, number: str, digits: Literal[5, 6] | None) -> CodeReading:
    whole = is_plausible(number)
    zero_lost = has_right_check_digit("0" + number) and is_plausible("0" + number[:4])
    if zero_lost and not (whole and digits == 5):
        return CodeReading("0" + number[:4], text, "lost_zero", had_check_digit=True, ambiguous=whole)
    if whole:
        return CodeReading(number, text)
    raise _refusal(
        text,
        f"there is no body {number}, and 0{number} has the wrong check digit",
        f"団体番号 {number} はなく、先頭に0を補った 0{number} も検査数字が合いません",
    )


def _refusal(value: str, reason_en: str, reason_ja: str) -> MunicipalityCodeError:
    return MunicipalityCodeError(value=value, reason_en=reason_en, reason_ja=reason_ja)
