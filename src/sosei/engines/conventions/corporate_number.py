"""Corporate numbers (法人番号): thirteen digits that the tax agency gives to every corporation, and their check digit.

The first digit is the check digit of the twelve behind it. Its rule stands in 「法人番号の指定等に関する省令」
article 2: with the digits numbered 1 to 12 from the right, s is the sum of those with an odd number and twice those
with an even one, and the check digit is 9 - (s mod 9). 000012050002 (国税庁) -> 7.
"""

from __future__ import annotations

import re

from sosei.engines.conventions.errors import CorporateNumberError
from sosei.engines.conventions.folding import fold_width


def check_digit(base: str) -> str:
    """The check digit of the twelve digits of a base number (会社法人等番号など).

    Raises:
        CorporateNumberError: not twelve ASCII digits.
    """
    if not re.fullmatch(r"[0-9]{12}", base):
        raise _refusal(base, "twelve digits are needed", "基礎番号は12桁の数字です")
    total = sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(base)))
    return str(9 - total % 9)


def read_corporate_number(text: str) -> str:
    """The thirteen digits of a corporate number, written with full-width digits, spaces or hyphens or without.

    Raises:
        CorporateNumberError: no corporate number, with the reason.
    """
    number = fold_width(text).replace(" ", "").replace("-", "").removeprefix("T")
    if not re.fullmatch(r"[0-9]+", number):
        raise _refusal(text, "digits only", "数字だけで書きます")
    if len(number) != 13:
        raise _refusal(text, f"{len(number)} digits", f"{len(number)}桁です")
    right = check_digit(number[1:])
    if right != number[0]:
        raise _refusal(
            text,
            f"the check digit of {number[1:]} is {right}, not {number[0]}",
            f"{number[1:]} の検査数字は {right} で、{number[0]} ではありません",
        )
    return number


def _refusal(value: str, reason_en: str, reason_ja: str) -> CorporateNumberError:
    return CorporateNumberError(value=value, reason_en=reason_en, reason_ja=reason_ja)
