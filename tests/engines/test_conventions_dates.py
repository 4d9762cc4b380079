"""Eras, civil dates and fiscal years."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.conventions.eras import (
    CivilDate,
    era_to_year,
    format_era_year,
    parse_date,
    year_to_era,
)
from sosei.engines.conventions.errors import DateError
from sosei.engines.conventions.fiscal_years import (
    fiscal_year_of,
    fiscal_year_span,
    format_fiscal_year,
    parse_fiscal_year,
)


@given(st.integers(1868, 2100))
def test_a_year_survives_its_era(year):
    name, number = year_to_era(year)
    assert era_to_year(name, number) == year
    assert parse_date(format_era_year(year)) == CivilDate(year)


@given(st.dates(min_value=date(1873, 1, 1), max_value=date(2999, 12, 31)))
def test_a_date_survives_every_spelling(day):
    expected = CivilDate(day.year, day.month, day.day)
    name, number = year_to_era(day.year, day.month, day.day)
    for text in (
        day.isoformat(),
        f"{day.year:04}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日現在",
        f"{name}{number}年{day.month}月{day.day}日",
        f"{name}{number}年{day.month}月{day.day}日".translate(
            str.maketrans("0123456789", "０１２３４５６７８９")
        ),
    ):
        assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("平成27年10月1日", CivilDate(2015, 10, 1)),
        ("H27", CivilDate(2015)),
        ("h27.10.1", CivilDate(2015, 10, 1)),
        ("R2", CivilDate(2020)),
        ("令和元年", CivilDate(2019)),
        ("2015年", CivilDate(2015)),
        ("2015", CivilDate(2015)),
        ("2015年10月", CivilDate(2015, 10)),
        ("2015/10/01 00:00:00", CivilDate(2015, 10, 1)),
        ("昭和64年", CivilDate(1989)),
        ("平成31年", CivilDate(2019)),
    ],
)
def test_spellings_of_documents(text, expected):
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    "text",
    ["2015-02-30", "2015/13/1", "2023年2月29日", "平成32年", "昭和0年", "27年", "元年", "春", "", "20151301"],
)
def test_an_impossible_date_is_refused(text):
    with pytest.raises(DateError) as refused:
        parse_date(text)
    assert refused.value.remedy("ja") != refused.value.remedy("en")


def test_a_plan_printed_before_the_new_era_may_overrun_the_old_one():
    assert era_to_year("平成", 52, allow_overrun=True) == 2040
    assert parse_date("平成52年", allow_overrun=True) == CivilDate(2040)
    with pytest.raises(DateError):
        era_to_year("平成", 52)


def test_the_day_decides_between_two_eras():
    assert year_to_era(2019, 4, 30) == ("平成", 31)
    assert year_to_era(2019, 5, 1) == ("令和", 1)
    assert year_to_era(1989, 1, 7) == ("昭和", 64)
    assert format_era_year(2019) == "令和元年"


def test_there_is_no_era_before_1868_and_none_unknown():
    with pytest.raises(DateError):
        year_to_era(1867)
    with pytest.raises(DateError):
        era_to_year("慶応", 1)


@given(st.integers(1989, 2090), st.integers(1, 12))
def test_a_month_lies_within_its_fiscal_year(year, month):
    first, last = fiscal_year_span(fiscal_year_of(year, month))
    assert (first.year, first.month) <= (year, month) <= (last.year, last.month)


@given(st.integers(1990, 2090))
def test_a_fiscal_year_survives_its_name(year):
    assert parse_fiscal_year(format_fiscal_year(year)) == year
    assert parse_fiscal_year(format_fiscal_year(year, "en")) == year


def test_a_plain_year_is_no_fiscal_year():
    assert parse_fiscal_year("R6年度") == 2024
    with pytest.raises(DateError):
        parse_fiscal_year("令和6年")
