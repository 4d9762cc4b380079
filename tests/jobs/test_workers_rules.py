"""Free days as ranges, days as people write them, and names and numbers as payment files hold them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.payments.bank_text import (
    BankCode,
    BankTextError,
    fold_bank_text,
    looks_like_postal_symbol,
    read_digits,
)
from sosei.programmes.jobs.rules_workers import days_within, ranges_of, read_day, weeks_of

AUGUST = date(2027, 8, 1)
SOME_DAYS = st.sets(st.integers(0, 60).map(lambda step: AUGUST + timedelta(days=step)))


@given(SOME_DAYS)
def test_ranges_hold_exactly_the_days_and_never_touch(days: set[date]) -> None:
    ranges = ranges_of(days)
    assert set().union(*(days_within(first, last) for first, last in ranges)) == days
    assert all(later[0] - earlier[1] > timedelta(days=1) for earlier, later in pairwise(ranges))


def test_weekdays_narrow_a_range() -> None:
    weekend = days_within(AUGUST, date(2027, 8, 14), {5, 6})
    assert sorted(day.day for day in weekend) == [1, 7, 8, 14]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("8/1", date(2027, 8, 1)),
        ("８月１日", date(2027, 8, 1)),
        ("11/22", date(2026, 11, 22)),
        ("11/21", date(2027, 11, 21)),
        ("2/29", date(2028, 2, 29)),
        ("2027-08-01", date(2027, 8, 1)),
        ("令和9年8月1日", date(2027, 8, 1)),
        ("13/1", None),
        ("2/30", None),
        ("令和9年", None),
        ("2027年8月", None),
        ("あした", None),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: date | None) -> None:
    assert read_day(text, date(2026, 11, 22)) == day


def test_a_month_has_whole_weeks_from_sunday_with_holes_for_its_neighbours() -> None:
    weeks = weeks_of(2027, 8)
    assert all(len(week) == 7 for week in weeks)
    assert weeks[0][0] == date(2027, 8, 1)
    assert [day for day in weeks[-1] if day][-1] == date(2027, 8, 31)
    assert weeks[-1][-1] is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("さとう　はなこ", "ｻﾄｳ ﾊﾅｺ"),
        ("ジャッピー", "ｼﾞﾔﾂﾋﾟ-"),
        ("ﾌｸｼﾏ", "ﾌｸｼﾏ"),
        ("カ）モモエン", "ｶ)ﾓﾓｴﾝ"),
        ("Smith J.", "SMITH J."),
        ("ヴィトン", "ｳﾞｲﾄﾝ"),
        ("カ゛マ・ルイ", "ｶﾞﾏ.ﾙｲ"),
    ],
)
def test_a_holder_is_folded_to_the_letters_of_payment_files(typed: str, kept: str) -> None:
    assert fold_bank_text(typed, letters=30) == kept
    assert fold_bank_text(kept, letters=30) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("佐藤花子", BankCode.NOT_KANA),
        ("サトウ*ハナコ", BankCode.NOT_KANA),
        ("カヲル", BankCode.NOT_IN_FILES),
        ("ガ" * 16, BankCode.TOO_LONG),
        ("　", BankCode.EMPTY),
    ],
)
def test_a_holder_that_files_cannot_hold_is_refused(typed: str, code: BankCode) -> None:
    with pytest.raises(BankTextError) as refused:
        fold_bank_text(typed, letters=30)
    assert refused.value.code is code


def test_digits_are_read_in_either_width_and_never_cut() -> None:
    assert read_digits("００１２", digits=4) == "0012"
    assert read_digits("12345", digits=7, pad=True) == "0012345"
    for text, code in (("12345678", BankCode.WRONG_LENGTH), ("12a4567", BankCode.NOT_DIGITS)):
        with pytest.raises(BankTextError) as refused:
            read_digits(text, digits=7, pad=True)
        assert refused.value.code is code
    with pytest.raises(BankTextError):
        read_digits("12", digits=4)


def test_the_symbol_of_the_postal_bank_is_told_from_a_branch() -> None:
    assert looks_like_postal_symbol("9900", "１８２３０")
    assert not looks_like_postal_symbol("9900", "828")
    assert not looks_like_postal_symbol("0126", "18230")
