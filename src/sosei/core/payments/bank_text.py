"""What may stand in a bank's file, in plain Python: names in half-width kana, codes and numbers in digits, an account.

Letters of the banks' file (全銀協, JIS X 0201): half-width kana without small letters and without ｦ, capitals, digits,
space and ( ) - / . ; a voiced mark is a letter of its own.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from sosei.engines.conventions.folding import fold_kana, fold_width


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
