"""Who issues an invoice, what it is called, and its tax: rounded once for each rate, shared without losing a yen."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.payments.rules_invoices import (
    Billed,
    Issuer,
    PaperLine,
    Party,
    RegistrationCode,
    RegistrationError,
    Shape,
    not_told_yet,
    read_registration_number,
    shape_of,
    share_by_rate,
    totals_of,
    who_issues,
)
from sosei.engines.conventions.tax import RateTotal

DAY = datetime.date(2026, 10, 1)
NUMBER = "T7000012050002"
TOWN = Party(Issuer.TOWN, "例の市")
PLATFORM = Party(Issuer.PLATFORM, "例の運営者", number=NUMBER)


def line(yen: int, percent: int = 10) -> PaperLine:
    return PaperLine("使用料", yen, percent)


def test_the_tax_is_rounded_once_for_a_rate_and_not_line_by_line() -> None:
    # 108 yen hold 9.8 of tax: three lines rounded one by one would come to 27.
    (total,) = totals_of([line(108), line(108), line(108)])
    assert (total.yen, total.tax, total.net) == (324, 29, 295)


def test_each_rate_has_its_own_sum_and_returns_are_rounded_towards_nothing() -> None:
    totals = totals_of([line(1000), line(-300), line(540, 8), line(200, 0)])
    assert [(one.percent, one.yen, one.tax) for one in totals] == [(10, 700, 63), (8, 540, 40), (0, 200, 0)]
    (back,) = totals_of([line(-109)])
    assert back.tax == -9


@given(
    st.dictionaries(st.sampled_from([10, 8, 0]), st.integers(0, 10**7), min_size=1),
    st.integers(0, 10**7),
)
def test_a_share_adds_up_and_is_never_a_yen_from_its_proportion(sums: dict[int, int], part: int) -> None:
    whole = sum(sums.values())
    totals = totals_of([line(yen, percent) for percent, yen in sums.items()])
    if not whole:
        with pytest.raises(ValueError, match="cannot be shared"):
            share_by_rate(totals, part)
        return
    yen = part % (whole + 1)
    shared = share_by_rate(totals, yen)
    assert sum(one.yen for one in shared) == yen
    for one in shared:
        assert abs(one.yen * whole - yen * sums[one.percent]) < whole
    if yen == whole:
        assert shared == tuple(one for one in totals if one.yen)


def test_a_bill_below_nothing_in_a_rate_is_not_shared() -> None:
    with pytest.raises(ValueError, match="cannot be shared"):
        share_by_rate([RateTotal(10, 500, 45), RateTotal(8, -100, -7)], 400)


@pytest.mark.parametrize("typed", ["T7000012050002", "Ｔ７００００１２０５０００２", "t 7-0000-1205-0002"])
def test_a_registration_number_is_read_as_people_type_it(typed: str) -> None:
    assert read_registration_number(typed, is_corporation=True) == NUMBER


def test_the_check_digit_counts_for_corporations_alone() -> None:
    with pytest.raises(RegistrationError) as refused:
        read_registration_number("T7000012050003", is_corporation=True)
    assert refused.value.code is RegistrationCode.CHECK_DIGIT
    assert read_registration_number("T7000012050003", is_corporation=False) == "T7000012050003"
    for typed in ("T700001205000", "T70000120500022", "TTT7000012050002", "７０００-X"):
        with pytest.raises(RegistrationError) as refused:
            read_registration_number(typed, is_corporation=False)
        assert refused.value.code is RegistrationCode.NOT_THIRTEEN
    assert read_registration_number("　", is_corporation=True) == ""


def host(number: str = NUMBER, mediated_from: datetime.date | None = None) -> Party:
    return Party(Issuer.HOST, "例の会館", number=number, mediated_from=mediated_from)


def test_the_platform_issues_for_a_host_only_where_both_are_registered_and_he_said_so_before() -> None:
    told = host(mediated_from=DAY)
    issuing = who_issues(host=told, town=TOWN, platform=PLATFORM, on=DAY)
    assert issuing.is_mediated and issuing.party is PLATFORM
    for other, platform, on in (
        (host(), PLATFORM, DAY),
        (told, PLATFORM, DAY - datetime.timedelta(days=1)),
        (host("", DAY), PLATFORM, DAY),
        (told, Party(Issuer.PLATFORM, "登録のない運営者"), DAY),
    ):
        own = who_issues(host=other, town=TOWN, platform=platform, on=on)
        assert own.party is other and not own.is_mediated


def test_what_is_owed_to_the_town_is_invoiced_by_the_town() -> None:
    assert who_issues(host=None, town=TOWN, platform=PLATFORM, on=DAY).party is TOWN


def test_a_paper_is_called_what_it_is() -> None:
    shapes = [
        shape_of(number=number, recipient=recipient, is_return=is_return)
        for number in (NUMBER, "")
        for recipient in ("例", "")
        for is_return in (False, True)
    ]
    assert shapes == [
        Shape.QUALIFIED,
        Shape.RETURN,
        Shape.SIMPLIFIED,
        Shape.RETURN,
        Shape.PLAIN,
        Shape.PLAIN_RETURN,
        Shape.PLAIN,
        Shape.PLAIN_RETURN,
    ]


def test_what_was_reduced_before_the_first_invoice_is_no_return() -> None:
    charges = [Billed(1, 1000, DAY), Billed(2, -200, DAY)]
    assert [one.key for one in not_told_yet(charges, told=[]).invoice] == [1, 2]
    later = [*charges, Billed(3, -100, DAY), Billed(4, 50, DAY), Billed(5, 0, DAY)]
    wanted = not_told_yet(later, told=[1, 2])
    assert [one.key for one in wanted.invoice] == [4, 5]
    assert [one.key for one in wanted.returned] == [3]
