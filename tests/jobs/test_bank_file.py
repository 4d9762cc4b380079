"""The payment file: 120 bytes a record, half-width kana, count and total that agree; what it cannot hold is named."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.payments.bank_file import (
    BankFileError,
    Kind,
    Part,
    Payer,
    Transfer,
    problems,
    read_payer,
    write,
)
from sosei.core.payments.bank_text import Account

PAYER = Payer("1234567890", "ﾐﾎﾝﾓﾓｴﾝ", "0126", "ﾄｳﾎｳ", "001", "ﾎﾝﾃﾝ", "1", "7654321")
ACCOUNT = Account("9900", "ﾕｳﾁﾖ", "828", "ﾊﾁﾆﾊﾁ", "1", "0012345", "ｻﾄｳ ﾊﾅｺ")
ONE = Transfer("佐藤 花子", ACCOUNT, 9708, "42")
DAY = datetime.date(2026, 12, 25)


def test_the_records_are_those_of_the_banks_rules_byte_for_byte() -> None:
    file = write(payer=PAYER, transfers=[ONE], on=DAY, kind=Kind.GENERAL)
    header, data, trailer, end, rest = file.split(b"\r\n")
    assert rest == b"" and {len(one) for one in (header, data, trailer, end)} == {120}
    assert header.decode("cp932") == (
        "1210"
        + "1234567890"
        + "ﾐﾎﾝﾓﾓｴﾝ".ljust(40)
        + "1225"
        + "0126"
        + "ﾄｳﾎｳ".ljust(15)
        + "001"
        + "ﾎﾝﾃﾝ".ljust(15)
        + "1"
        + "7654321"
        + " " * 17
    )
    assert data.decode("cp932") == (
        "2"
        + "9900"
        + "ﾕｳﾁﾖ".ljust(15)
        + "828"
        + "ﾊﾁﾆﾊﾁ".ljust(15)
        + "0000"
        + "1"
        + "0012345"
        + "ｻﾄｳ ﾊﾅｺ".ljust(30)
        + "0000009708"
        + "0"
        + "0000000042"
        + " " * 10
        + "7"
        + " " * 8
    )
    assert trailer.decode("cp932") == "8" + "000001" + "000000009708" + " " * 101
    assert end == b"9" + b" " * 119
    wages = write(payer=PAYER, transfers=[ONE], on=DAY, kind=Kind.WAGES).split(b"\r\n")
    assert wages[0][:4] == b"1110" and wages[1][112:] == b" " * 8 and wages[1][111:112] == b" "
    assert read_payer(file) == PAYER and read_payer(b"") is None


@given(st.lists(st.integers(1, 10**10 - 1), min_size=1, max_size=40))
def test_the_trailer_tells_the_count_and_total_of_the_records(amounts: list[int]) -> None:
    file = write(payer=PAYER, transfers=[replace(ONE, yen=yen) for yen in amounts], on=DAY, kind=Kind.WAGES)
    records = file.split(b"\r\n")[:-1]
    paid = [int(one[80:90]) for one in records if one[:1] == b"2"]
    assert paid == amounts and {len(one) for one in records} == {120}
    assert (int(records[-2][1:7]), int(records[-2][7:19])) == (len(amounts), sum(amounts))


@pytest.mark.parametrize(
    ("column", "value", "part", "letters"),
    [
        ("holder", "ｦﾀﾞ", Part.HOLDER, "ヲ"),
        ("holder", "佐藤", Part.HOLDER, "佐藤"),
        ("holder", "さとう", Part.HOLDER, ""),
        ("holder", "", Part.HOLDER, ""),
        ("bank_name", "ｱ" * 16, Part.BANK_NAME, ""),
        ("branch_code", "82", Part.BRANCH_CODE, ""),
        ("number", "１２３４５６７", Part.NUMBER, ""),
    ],
)
def test_what_a_file_cannot_hold_is_named_with_its_place(
    column: str, value: str, part: Part, letters: str
) -> None:
    wrong = replace(ONE, account=replace(ACCOUNT, **{column: value}))
    (found,) = problems(PAYER, [ONE, wrong])
    assert (found.whom, found.part, found.value, found.letters) == ("佐藤 花子", part, value, letters)
    with pytest.raises(BankFileError):
        write(payer=PAYER, transfers=[ONE, wrong], on=DAY, kind=Kind.GENERAL)


@pytest.mark.parametrize(
    ("payer", "transfers", "part"),
    [
        (replace(PAYER, code="12"), [ONE], Part.PAYER_CODE),
        (replace(PAYER, name="見本"), [ONE], Part.PAYER_NAME),
        (PAYER, [], Part.COUNT),
        (PAYER, [replace(ONE, yen=0)], Part.YEN),
        (PAYER, [replace(ONE, yen=10**10)], Part.YEN),
    ],
)
def test_a_file_without_a_payer_transfers_or_amounts_is_refused(
    payer: Payer, transfers: list[Transfer], part: Part
) -> None:
    with pytest.raises(BankFileError) as refused:
        write(payer=payer, transfers=transfers, on=DAY, kind=Kind.GENERAL)
    assert refused.value.part is part
