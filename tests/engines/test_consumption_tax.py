"""Consumption tax: the rates by day, and the rounding of an invoice."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.conventions.tax import (
    RateTotal,
    Rounding,
    TaxError,
    TaxKind,
    tax_on,
    tax_percent,
    tax_within,
    totals_by_rate,
)


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(1989, 4, 1), 3),
        (date(1997, 3, 31), 3),
        (date(1997, 4, 1), 5),
        (date(2014, 3, 31), 5),
        (date(2014, 4, 1), 8),
        (date(2019, 9, 30), 8),
        (date(2019, 10, 1), 10),
        (date(2040, 1, 1), 10),
    ],
)
def test_the_rate_of_a_day_is_that_of_the_law_in_force(day: date, percent: int) -> None:
    assert tax_percent(day) == percent


def test_the_reduced_rate_begins_in_october_2019_and_is_refused_before() -> None:
    assert tax_percent(date(2019, 10, 1), TaxKind.REDUCED) == 8
    with pytest.raises(TaxError) as caught:
        tax_percent(date(2019, 9, 30), TaxKind.REDUCED)
    assert "2019-09-30" in caught.value.text("ja") and "軽減税率" in caught.value.text("ja")
    with pytest.raises(TaxError) as early:
        tax_percent(date(1989, 3, 31))
    assert "1989-03-31" in early.value.text("en")


@pytest.mark.parametrize(
    ("rounding", "tax"), [(Rounding.DOWN, 90), (Rounding.UP, 91), (Rounding.HALF_UP, 91)]
)
def test_a_part_of_a_yen_is_rounded_as_asked_and_mirrored_below_nothing(rounding: Rounding, tax: int) -> None:
    assert tax_within(999, 10, rounding) == tax  # 90.8
    assert tax_within(-999, 10, rounding) == -tax
    assert tax_on(905, 10, Rounding.HALF_UP) == 91
    assert tax_on(904, 10, Rounding.HALF_UP) == 90
    assert tax_within(1100, 10, rounding) == 100


def test_an_invoice_rounds_once_per_rate_not_per_line() -> None:
    lines = [(109, 10)] * 3 + [(107, 8)] * 2 + [(500, 0)]
    assert totals_by_rate(lines) == (RateTotal(10, 327, 29), RateTotal(8, 214, 15), RateTotal(0, 500, 0))
    assert 3 * tax_within(109, 10) == 27
    assert totals_by_rate(lines)[0].net == 298


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_percentage_that_is_no_rate_is_refused(percent: int) -> None:
    with pytest.raises(TaxError):
        tax_within(100, percent)


@given(st.integers(-(10**9), 10**9), st.integers(0, 100))
def test_tax_within_and_tax_on_are_the_exact_shares_cut_off(yen: int, percent: int) -> None:
    sign = 1 if yen >= 0 else -1
    assert tax_within(yen, percent) == sign * floor(Fraction(abs(yen) * percent, 100 + percent))
    assert tax_on(yen, percent) == sign * floor(Fraction(abs(yen) * percent, 100))
    up, half = (tax_within(yen, percent, way) for way in (Rounding.UP, Rounding.HALF_UP))
    assert abs(tax_within(yen, percent)) <= abs(half) <= abs(up) <= abs(tax_within(yen, percent)) + 1
