"""The file by which a bank transfers money: fixed records of 120 bytes in half-width kana (全銀協規定形式); plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sosei.core.payments.bank_text import Account, BankTextError, fold_bank_text

RECORD, END = 120, b"\r\n"
ENCODING = "cp932"
MOST_YEN, MOST_TOTAL, MOST_COUNT = 10**10 - 1, 10**12 - 1, 10**6 - 1


class Kind(StrEnum):
    """What the transfers are (種別コード)."""

    WAGES = "11"
    GENERAL = "21"


class Part(StrEnum):
    """A place in the file, for the words of a refusal."""

    PAYER_CODE = "payer_code"
    PAYER_NAME = "payer_name"
    BANK_CODE = "bank_code"
    BANK_NAME = "bank_name"
    BRANCH_CODE = "branch_code"
    BRANCH_NAME = "branch_name"
    NUMBER = "number"
    HOLDER = "holder"
    YEN = "yen"
    TOTAL = "total"
    COUNT = "count"


@dataclass(frozen=True)
class Payer:
    """Who transfers, as the bank knows them: the code it gave, the name in kana, the account that is charged."""

    code: str
    name: str
    bank_code: str
    bank_name: str
    branch_code: str
    branch_name: str
    type: str
    number: str


@dataclass(frozen=True)
class Transfer:
    """Money to one account.

    Attributes:
        whom: for the words of a refusal; stands nowhere in the file.
        reference: up to ten digits by which the payer knows the line.
    """

    whom: str
    account: Account
    yen: int
    reference: str


class BankFileError(ValueError):
    """Something that the file cannot hold.

    Attributes:
        whom: whose transfer; "" for the payer or the file as a whole.
        part: where.
        value: what was given.
        letters: those that files cannot hold; "" where the length or amount is wrong.
    """

    def __init__(self, whom: str, part: Part, value: str, letters: str = "") -> None:
        super().__init__(f"{whom}: {part.value} {value!r} {letters}")
        self.whom = whom
        self.part = part
        self.value = value
        self.letters = letters


def problems(payer: Payer, transfers: Iterable[Transfer]) -> list[BankFileError]:
    """Everything in these that a file cannot hold; empty when it can be written."""
    found = [
        problem
        for part, value, letters in (
            (Part.PAYER_NAME, payer.name, 40),
            (Part.BANK_NAME, payer.bank_name, 15),
            (Part.BRANCH_NAME, payer.branch_name, 15),
        )
        if (problem := _text_problem("", part, value, letters)) is not None
    ]
    found += _digit_problems("", payer.bank_code, payer.branch_code, payer.number)
    if not _digits(payer.code, 10):
        found.append(BankFileError("", Part.PAYER_CODE, payer.code))
    for one in transfers:
        found += _transfer_problems(one)
    return found


def _transfer_problems(one: Transfer) -> list[BankFileError]:
    account = one.account
    texts = (
        _text_problem(one.whom, part, value, letters)
        for part, value, letters in (
            (Part.BANK_NAME, account.bank_name, 15),
            (Part.BRANCH_NAME, account.branch_name, 15),
            (Part.HOLDER, account.holder, 30),
        )
    )
    found = [problem for problem in texts if problem is not None]
    found += _digit_problems(one.whom, account.bank_code, account.branch_code, account.number)
    if not 0 < one.yen <= MOST_YEN:
        found.append(BankFileError(one.whom, Part.YEN, str(one.yen)))
    return found


def _digit_problems(whom: str, bank: str, branch: str, number: str) -> list[BankFileError]:
    given = ((Part.BANK_CODE, bank, 4), (Part.BRANCH_CODE, branch, 3), (Part.NUMBER, number, 7))
    return [BankFileError(whom, part, value) for part, value, length in given if not _digits(value, length)]


def _digits(value: str, length: int) -> bool:
    return len(value) == length and value.isascii() and value.isdigit()


def _text_problem(whom: str, part: Part, value: str, letters: int) -> BankFileError | None:
    try:
        folded = fold_bank_text(value, letters=letters)
    except BankTextError as error:
        return BankFileError(whom, part, value, str(error.values.get("letters", "")))
    # What is not written as files hold it was changed behind the form that folds it.
    return None if folded == value else BankFileError(whom, part, value)


def write(*, payer: Payer, transfers: Sequence[Transfer], on: date, kind: Kind) -> bytes:
    """The file: header, one record a transfer, trailer with count and total, end; records end with CR LF.

    Raises:
        BankFileError: the first thing that it cannot hold.
    """
    for problem in problems(payer, transfers):
        raise problem
    total = sum(one.yen for one in transfers)
    if not 0 < len(transfers) <= MOST_COUNT:
        raise BankFileError("", Part.COUNT, str(len(transfers)))
    if total > MOST_TOTAL:
        raise BankFileError("", Part.TOTAL, str(total))
    records = [
        _header(payer, on, kind),
        *(_data(one, kind) for one in transfers),
        f"8{len(transfers):06d}{total:012d}{'':101}",
        f"9{'':119}",
    ]
    return b"".join(_bytes(record) + END for record in records)


def _header(payer: Payer, on: date, kind: Kind) -> str:
    return (
        f"1{kind.value}0{payer.code}{payer.name:<40}{on:%m%d}{payer.bank_code}{payer.bank_name:<15}"
        f"{payer.branch_code}{payer.branch_name:<15}{payer.type}{payer.number}{'':17}"
    )


def _data(one: Transfer, kind: Kind) -> str:
    account = one.account
    whom = (
        f"2{account.bank_code}{account.bank_name:<15}{account.branch_code}{account.branch_name:<15}0000"
        f"{account.type}{account.number}{account.holder:<30}{one.yen:010d}0{one.reference:>010}"
    )
    # 所属コード and a blank; or 顧客コード2, 振込区分 (電信), 識別表示 and a blank.
    return f"{whom}{'':10}{'':9}" if kind is Kind.WAGES else f"{whom}{'':10}7{'':1}{'':7}"


def _bytes(record: str) -> bytes:
    written = record.encode(ENCODING)
    assert len(written) == RECORD, record
    return written


def read_payer(file: bytes) -> Payer | None:
    """Who transferred with an earlier file, so that it need not be typed again; None where the file is no longer kept."""
    text = file[:RECORD].decode(ENCODING)
    if len(text) != RECORD or text[0] != "1":
        return None
    return Payer(
        code=text[4:14],
        name=text[14:54].rstrip(),
        bank_code=text[58:62],
        bank_name=text[62:77].rstrip(),
        branch_code=text[77:80],
        branch_name=text[80:95].rstrip(),
        type=text[95],
        number=text[96:103],
    )
