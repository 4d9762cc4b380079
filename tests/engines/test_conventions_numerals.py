"""Numbers as offices write them, and the signs that are no numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.conventions.errors import NumeralError
from sosei.engines.conventions.numerals import Mark, parse_numeral

WIDE = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")


@given(st.integers(-(10**15), 10**15), st.booleans(), st.booleans())
def test_whole_numbers_survive_separators_and_full_width(number, separated, wide):
    written = f"{number:,}" if separated else str(number)
    assert parse_numeral(written.translate(WIDE) if wide else written) == number


@given(st.integers(1, 10**9), st.sampled_from("△▲－−-‐"))
def test_every_negative_sign_of_official_tables_is_understood(number, sign):
    assert parse_numeral(f"{sign}{number:,}") == -number
    assert parse_numeral(f"{sign} {number}") == -number


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_decimals_survive(number):
    assert parse_numeral(f"{number:,f}") == number


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("-", Mark.NO_FIGURE),
        ("－", Mark.NO_FIGURE),
        ("―", Mark.NO_FIGURE),
        ("***", Mark.NOT_AVAILABLE),
        ("…", Mark.NOT_AVAILABLE),
        ("X", Mark.SUPPRESSED),
        ("Ｘ", Mark.SUPPRESSED),
        ("x", Mark.SUPPRESSED),
        ("", Mark.BLANK),
        ("　 ", Mark.BLANK),
    ],
)
def test_a_sign_for_no_number_is_kept_apart_from_zero(text, mark):
    assert parse_numeral(text) is mark
    assert parse_numeral(text) != 0


@pytest.mark.parametrize(
    "text", ["12,34", "1,2345", "abc", "1 234", "12人", "1.2.3", "△", "--5", "1e5", "٣", "1234²", "12①"]
)
def test_what_is_no_number_is_refused_with_its_text(text):
    with pytest.raises(NumeralError) as refused:
        parse_numeral(text)
    assert text in refused.value.what("ja")
    assert text in refused.value.what("en")


def test_a_decimal_that_is_whole_becomes_whole():
    assert parse_numeral("12.0") == 12
    assert isinstance(parse_numeral("12.0"), int)
    assert parse_numeral("+7") == 7
    assert parse_numeral("0.50") == Decimal("0.5")
