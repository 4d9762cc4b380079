"""Minimum wage, withholding, insurance: the dated tables of the labour engine, by hand and against the public data."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from sosei.engines.labour import (
    Allowance,
    AllowanceKind,
    AllowancePer,
    Certainty,
    Cover,
    Employment,
    Engagement,
    InsuranceTrade,
    PaidBy,
    PaidDays,
    RefusedWithholdingError,
    TermsError,
    UnknownTableError,
    WageTerms,
    Workplace,
    accident_insurance,
    average_wage,
    below_minimum,
    classify,
    comparable_hourly,
    employment_insurance,
    employment_insurance_line,
    employment_insurance_rate,
    hei_findings,
    hei_tax,
    minimum_wage,
    minimum_wage_changes,
    pay_lines,
    planned_pay,
    premium_base,
    social_insurance,
    withhold,
)
from sosei.engines.labour.spans import last_day_of_months
from tests.engines.labour_worlds import shift

# prefecture, day, yen, first day, certainty: the day before and the day of a change
MINIMUM = [
    ("07", "2020-10-02", 800, "2020-10-02", "established"),
    ("07", "2022-10-05", 828, "2021-10-01", "established"),
    ("07", "2022-10-06", 858, "2022-10-06", "established"),
    ("07", "2024-10-04", 900, "2023-10-01", "established"),
    ("07", "2024-10-05", 955, "2024-10-05", "unconfirmed"),
    ("07", "2025-12-31", 955, "2024-10-05", "unconfirmed"),
    ("07", "2026-01-01", 1033, "2026-01-01", "established"),
    ("07", "2026-10-15", 1033, "2026-01-01", "established"),
    ("07", "2026-10-16", 1094, "2026-10-16", "established"),
    ("05", "2026-03-30", 951, "2024-10-01", "established"),
    ("05", "2026-03-31", 1031, "2026-03-31", "established"),
    ("13", "2026-09-30", 1226, "2025-10-03", "established"),
    ("13", "2026-10-01", 1280, "2026-10-01", "established"),
    ("45", "2026-10-24", 1085, "2026-10-24", "announced"),
    ("47", "2027-09-30", 1086, "2026-12-02", "established"),
]


@pytest.mark.parametrize(("code", "day", "yen", "since", "certainty"), MINIMUM)
def test_the_minimum_wage_is_that_of_the_place_and_the_day(
    code: str, day: str, yen: int, since: str, certainty: str
) -> None:
    found = minimum_wage(code, date.fromisoformat(day))
    assert (found.yen, found.effective_from.isoformat(), found.certainty.value) == (yen, since, certainty)
    assert str(found.basis) == "最賃法4条1項"
    assert found.planned is (certainty == "announced")


@pytest.mark.parametrize(
    ("code", "day"), [("07", "2020-10-01"), ("13", "2023-09-30"), ("07", "2027-10-01"), ("7", "2026-10-16")]
)
def test_a_day_or_place_outside_the_table_is_refused_with_the_remedy(code: str, day: str) -> None:
    with pytest.raises(UnknownTableError) as refused:
        minimum_wage(code, date.fromisoformat(day))
    assert "Remedy" in str(refused.value)
    assert "対処" in refused.value.text("ja")
    assert {"07": "福島県", "13": "東京都", "7": "「7」"}.get(code, code).strip("「」") in refused.value.text(
        "ja"
    )


def test_a_harvest_over_the_change_has_two_minimum_wages() -> None:
    found = minimum_wage_changes("07", date(2026, 10, 10), date(2026, 10, 20))
    assert [each.yen for each in found] == [1033, 1094]
    assert [each.yen for each in minimum_wage_changes("07", date(2026, 10, 16), date(2026, 10, 20))] == [1094]


@pytest.mark.shared_data
def test_the_minimum_wages_are_those_of_the_public_table(shared_data: Path) -> None:
    with (shared_data / "labour/minimum_wage.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if int(row["fiscal_year"]) >= 2023]
    assert len(rows) == 47 * 4
    for row in rows:
        found = minimum_wage(row["prefecture_code"], date.fromisoformat(row["effective_from"]))
        assert (found.yen, found.fiscal_year) == (int(row["yen_per_hour"]), int(row["fiscal_year"]))
        assert found.effective_from.isoformat() == row["effective_from"]
    # As the facts check them: the average of 2026 lies between the lowest, Miyazaki, and the highest, Tokyo.
    newest = {
        row["prefecture_code"]: int(row["yen_per_hour"]) for row in rows if row["fiscal_year"] == "2026"
    }
    assert (min(newest, key=newest.__getitem__), max(newest, key=newest.__getitem__)) == ("45", "13")


# What counts for the minimum: hourly wage, allowances -> comparable yen
COMPARED = [
    (1094, (), 1094),
    (1050, (Allowance(AllowanceKind.COMMUTING, 800),), 1050),
    (1050, (Allowance(AllowanceKind.PERFECT_ATTENDANCE, 800),), 1050),
    (1050, (Allowance(AllowanceKind.FAMILY, 800),), 1050),
    (1050, (Allowance(AllowanceKind.HOUSING, 400),), 1100),
    (1050, (Allowance(AllowanceKind.SKILL, 44, AllowancePer.HOUR),), 1094),
    (1050, (Allowance(AllowanceKind.EXTRAORDINARY, 9000, AllowancePer.ONCE),), 1050),
]


@pytest.mark.parametrize(("hourly", "allowances", "expected"), COMPARED)
def test_the_wage_compared_leaves_the_excluded_allowances_out(
    hourly: int, allowances: tuple[Allowance, ...], expected: int
) -> None:
    terms = WageTerms(hourly, allowances, day_minutes=480)
    assert comparable_hourly(terms) == expected


def test_one_yen_under_the_minimum_is_found_and_the_minimum_itself_is_not() -> None:
    day = date(2026, 10, 16)
    found = below_minimum(WageTerms(1093), "07", day)
    assert found is not None
    assert dict(found.values) == {
        "hourly": 1093,
        "minimum": 1094,
        "missing": 1,
        "day": day,
        "prefecture_code": "07",
    }
    assert below_minimum(WageTerms(1094), "07", day) is None
    assert below_minimum(WageTerms(1033), "07", date(2026, 10, 15)) is None
    by_day = below_minimum(WageTerms.from_day_wage(8750, 480), "07", day)  # 1,093.75 an hour
    assert by_day is not None
    assert (by_day.values["hourly"], by_day.values["missing"]) == ("4375/4", 1)


# taxable pay of a day in 2026 -> tax
HEI = [
    (0, 0),
    (9_799, 0),
    (9_800, 1),
    (9_899, 1),
    (9_900, 5),
    (11_600, 65),
    (15_000, 193),
    (15_099, 193),
    (18_599, 336),
    (18_600, 341),
    (23_900, 738),
    (23_999, 738),
]


@pytest.mark.parametrize(("taxable", "tax"), HEI)
def test_column_hei_is_read_as_it_stands(taxable: int, tax: int) -> None:
    assert hei_tax(2026, taxable) == tax


@pytest.mark.shared_data
def test_column_hei_is_the_tax_agencys_table_yen_by_yen(shared_data: Path) -> None:
    with (shared_data / "labour/withholding_hei_2026.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for taxable in {int(row["from_incl"]), int(row["from_incl"]) + 50, int(row["to_excl"]) - 1}:
            assert hei_tax(2026, taxable) == int(row["tax"])
    assert len(rows) - 1 == 142
    with pytest.raises(UnknownTableError):
        hei_tax(2026, int(rows[-1]["to_excl"]))


@pytest.mark.parametrize("year", [2025, 2027])
def test_a_year_without_table_is_refused_by_name_with_the_file_to_add(year: int) -> None:
    with pytest.raises(UnknownTableError, match=f"withholding_hei_{year}.csv") as refused:
        hei_tax(year, 12_000)
    assert str(year) in refused.value.what("ja")
    assert "国税庁" in refused.value.remedy("ja")


def test_an_amount_below_zero_is_refused() -> None:
    with pytest.raises(TermsError, match="-1"):
        hei_tax(2026, -1)


# since, until, paid by, worked -> why column 丙 is closed
TWO_MONTHS = [
    ("2026-08-01", "2026-09-30", PaidBy.HOUR, "2026-09-30", []),
    ("2026-08-01", "2026-10-01", PaidBy.HOUR, "2026-08-01", ["over_two_months"]),
    ("2026-08-01", "2026-09-30", PaidBy.HOUR, "2026-10-01", ["over_two_months"]),
    ("2026-08-15", "2026-08-15", PaidBy.DAY, "2026-10-14", []),
    ("2026-08-15", "2026-08-15", PaidBy.DAY, "2026-10-15", ["over_two_months"]),
    ("2026-12-31", "2026-12-31", PaidBy.DAY, "2027-02-28", []),
    ("2026-12-31", "2026-12-31", PaidBy.DAY, "2027-03-01", ["over_two_months"]),
    ("2026-08-01", "2026-08-31", PaidBy.MONTH, "2026-08-03", ["not_paid_by_day"]),
    ("2026-08-01", "2026-12-31", PaidBy.MONTH, "2026-08-03", ["over_two_months", "not_paid_by_day"]),
]


@pytest.mark.parametrize(("since", "until", "paid_by", "worked", "codes"), TWO_MONTHS)
def test_column_hei_closes_after_two_months(
    since: str, until: str, paid_by: PaidBy, worked: str, codes: list[str]
) -> None:
    engagement = Engagement(date.fromisoformat(since), date.fromisoformat(until), paid_by)
    found = hei_findings(engagement, date.fromisoformat(worked))
    assert [each.code.value for each in found] == codes
    assert all(str(each.basis) == "所得税法185条1項3号" for each in found)


def test_periods_of_months_end_as_the_civil_code_counts() -> None:
    assert last_day_of_months(date(2026, 8, 8), 2) == date(2026, 10, 7)
    assert last_day_of_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert last_day_of_months(date(2026, 1, 1), 12) == date(2026, 12, 31)
    assert last_day_of_months(date(2024, 2, 29), 36) == date(2027, 2, 28)


ONE_DAY = Engagement(date(2026, 8, 3), date(2026, 8, 3))

# pay, commuting in it, limit left, insurance -> tax-free, taxable, tax
WITHHELD = [
    (9_600, 0, 150_000, 0, 0, 9_600, 0),
    (10_400, 600, 150_000, 0, 600, 9_800, 1),
    (10_399, 600, 150_000, 0, 600, 9_799, 0),
    (11_000, 600, 150_000, 55, 600, 10_345, 19),
    (11_000, 600, 200, 0, 200, 10_800, 36),
    (11_000, 600, 0, 0, 0, 11_000, 43),
    (500, 500, 150_000, 30, 500, 0, 0),
]


@pytest.mark.parametrize(("pay", "commuting", "limit", "insurance", "free", "taxable", "tax"), WITHHELD)
def test_the_table_is_read_with_taxed_pay_less_insurance(
    pay: int, commuting: int, limit: int, insurance: int, free: int, taxable: int, tax: int
) -> None:
    found = withhold(
        pay=pay,
        commuting=commuting,
        commuting_limit=limit,
        social_insurance=insurance,
        worked_on=date(2026, 8, 3),
        paid_on=date(2026, 8, 3),
        engagement=ONE_DAY,
    )
    assert (found.tax_free_commuting, found.taxable, found.tax) == (free, taxable, tax)


def _withhold(worked_on: date, paid_on: date, engagement: Engagement, commuting: int = 0) -> int:
    return withhold(
        pay=12_000,
        commuting=commuting,
        commuting_limit=0,
        social_insurance=0,
        worked_on=worked_on,
        paid_on=paid_on,
        engagement=engagement,
    ).tax


def test_the_day_of_payment_chooses_the_table_and_the_engagement_may_close_it() -> None:
    new_year = Engagement(date(2026, 12, 31), date(2026, 12, 31))
    assert _withhold(date(2026, 12, 31), date(2026, 12, 31), new_year) == 79
    with pytest.raises(UnknownTableError, match="2027"):
        _withhold(date(2026, 12, 31), date(2027, 1, 5), new_year)
    long = Engagement(date(2026, 8, 1), date(2026, 10, 31))
    with pytest.raises(RefusedWithholdingError, match="over_two_months") as refused:
        _withhold(date(2026, 8, 3), date(2026, 8, 3), long)
    assert [each.code.value for each in refused.value.values["findings"]] == ["over_two_months"]  # type: ignore[attr-defined]
    assert "甲欄" in refused.value.text("ja")


def test_withholding_refuses_what_cannot_be() -> None:
    with pytest.raises(TermsError, match="commuting"):
        _withhold(date(2026, 8, 3), date(2026, 8, 3), ONE_DAY, commuting=12_001)
    with pytest.raises(TermsError, match="before the engagement"):
        hei_findings(ONE_DAY, date(2026, 8, 2))
    with pytest.raises(TermsError, match="ends before"):
        Engagement(date(2026, 8, 3), date(2026, 8, 2))


FARM, GENERAL = InsuranceTrade.AGRICULTURE_FORESTRY_FISHERY, InsuranceTrade.GENERAL
COMPANY = Workplace(60, GENERAL, individual_owner=False, in_social_scheme=True)
SMALL = Workplace(50, GENERAL, individual_owner=False, in_social_scheme=True)
FAMILY_FARM = Workplace(4, FARM, individual_owner=True, in_social_scheme=False)
FIVE_FARM = Workplace(5, FARM, individual_owner=True, in_social_scheme=False)
FARM_COMPANY = Workplace(4, FARM, individual_owner=False, in_social_scheme=True)
AUG1, OCT1_26, OCT1_28 = date(2026, 8, 1), date(2026, 10, 1), date(2028, 10, 1)


def _employment(hours: int, last: str | None, **more: object) -> Employment:
    end = date.fromisoformat(last) if last else None
    return Employment(weekly_minutes=hours * 60, first_day=AUG1, last_day=end, **more)  # type: ignore[arg-type]


EMPLOYMENT_INSURANCE = [
    ("20 h and 31 days", _employment(20, "2026-08-31"), COMPANY, AUG1, "yes", "covered"),
    ("30 days", _employment(20, "2026-08-30"), COMPANY, AUG1, "no", "under_31_days"),
    ("30 days, to be renewed", _employment(20, "2026-08-30", renewal_expected=True), COMPANY, AUG1, "yes", "covered"),
    ("19 h", _employment(19, None), COMPANY, AUG1, "no", "under_20_hours"),
    ("student by day", _employment(30, None, daytime_student=True), COMPANY, AUG1, "no", "daytime_student"),
    ("10 h before October 2028", _employment(10, None), COMPANY, date(2028, 9, 30), "no", "under_20_hours"),
    ("10 h from October 2028", _employment(10, None), COMPANY, OCT1_28, "unconfirmed", "ten_hours_announced"),
    ("9 h from October 2028", _employment(9, None), COMPANY, OCT1_28, "no", "under_20_hours"),
    ("four months of one season", _employment(40, "2026-11-30", seasonal=True), COMPANY, AUG1, "unconfirmed",
        "seasonal"),
    ("season of over four months, 30 h", _employment(30, "2026-12-01", seasonal=True), COMPANY, AUG1, "yes", "covered"),
    ("season of over four months, 29 h", _employment(29, "2026-12-01", seasonal=True), COMPANY, AUG1,
        "unconfirmed", "seasonal"),
    ("farm with four", _employment(40, None), FAMILY_FARM, AUG1, "voluntary", "small_farm"),
    ("farm with five", _employment(40, None), FIVE_FARM, AUG1, "yes", "covered"),
    ("farm company with four", _employment(40, None), FARM_COMPANY, AUG1, "yes", "covered"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "employment", "workplace", "day", "cover", "code"), EMPLOYMENT_INSURANCE)
def test_employment_insurance_covers_from_twenty_hours_and_thirty_one_days(
    says: str, employment: Employment, workplace: Workplace, day: date, cover: str, code: str
) -> None:
    found = employment_insurance(employment, workplace, day)
    assert (found.cover.value, found.findings[0].code.value) == (cover, code), says


SOCIAL_INSURANCE = [
    ("20 h, 51 staff and more, any pay", _employment(20, None), COMPANY, OCT1_26, "yes", "covered"),
    ("the day before, pay counts", _employment(20, None, monthly_pay=87_999), COMPANY, date(2026, 9, 30), "no",
        "under_88000"),
    ("the day before, 88,000", _employment(20, None, monthly_pay=88_000), COMPANY, date(2026, 9, 30), "yes", "covered"),
    ("19 h", _employment(19, None), COMPANY, OCT1_26, "no", "under_20_hours"),
    ("50 staff", _employment(20, None), SMALL, OCT1_26, "no", "under_51_staff"),
    ("51 staff", _employment(20, None), Workplace(51, GENERAL, False, True), OCT1_26, "yes", "covered"),
    ("50 staff, three quarters of full time", _employment(30, None), SMALL, OCT1_26, "yes", "three_quarters"),
    ("student", _employment(20, None, daytime_student=True), COMPANY, OCT1_26, "no", "daytime_student"),
    ("two months", _employment(40, "2026-09-30"), COMPANY, AUG1, "no", "up_to_two_months"),
    ("two months and a day", _employment(40, "2026-10-01"), COMPANY, AUG1, "yes", "three_quarters"),
    ("two months, to be renewed", _employment(40, "2026-09-30", renewal_expected=True), COMPANY, AUG1, "yes",
        "three_quarters"),
    ("day-hired, first month", _employment(40, None, day_hired=True), COMPANY, date(2026, 8, 31), "no", "day_hired"),
    ("day-hired, beyond", _employment(40, None, day_hired=True), COMPANY, date(2026, 9, 1), "yes", "three_quarters"),
    ("four months of one season", _employment(40, "2026-11-30", seasonal=True), COMPANY, AUG1, "unconfirmed",
        "seasonal"),
    ("workplace outside", _employment(40, None), FIVE_FARM, AUG1, "no", "workplace_outside"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "employment", "workplace", "day", "cover", "code"), SOCIAL_INSURANCE)
def test_health_insurance_and_pension_cover_by_hours_period_and_staff(
    says: str, employment: Employment, workplace: Workplace, day: date, cover: str, code: str
) -> None:
    found = social_insurance(employment, workplace, day)
    assert (found.cover.value, found.findings[0].code.value) == (cover, code), says


def test_accident_insurance_covers_everyone_but_asks_small_farms() -> None:
    assert accident_insurance(COMPANY, AUG1).cover is Cover.YES
    farm = accident_insurance(FAMILY_FARM, AUG1)
    assert farm.cover is Cover.VOLUNTARY
    assert farm.findings[0].basis.certainty is Certainty.UNCONFIRMED


def test_insurance_refuses_days_it_does_not_know_and_asks_for_the_pay_that_decides() -> None:
    with pytest.raises(UnknownTableError, match="2024-09-30"):
        social_insurance(_employment(20, None), COMPANY, date(2024, 9, 30))
    with pytest.raises(TermsError, match="88,000"):
        social_insurance(_employment(20, None), COMPANY, date(2026, 9, 30))


@pytest.mark.parametrize(
    ("trade", "total", "worker"),
    [
        (GENERAL, "0.0135", "0.005"),
        (FARM, "0.0155", "0.006"),
        (InsuranceTrade.CONSTRUCTION, "0.0165", "0.006"),
    ],
)
def test_the_rates_of_2026_and_the_workers_share(trade: InsuranceTrade, total: str, worker: str) -> None:
    for day in (date(2026, 4, 1), date(2027, 3, 31)):
        rate = employment_insurance_rate(trade, day)
        assert (rate.total, rate.worker) == (Fraction(total), Fraction(worker))
        assert rate.basis.certainty is rate.worker_basis.certainty is Certainty.ESTABLISHED
        assert str(rate.worker_basis) == "徴収法31条1項"
    for day in (date(2026, 3, 31), date(2027, 4, 1)):
        with pytest.raises(UnknownTableError, match="fiscal year"):
            employment_insurance_rate(trade, day)


@pytest.mark.parametrize(
    ("pay", "yen"), [(10_000, 50), (10_100, 50), (10_101, 51), (10_300, 51), (10_301, 52), (99, None)]
)
def test_the_workers_share_is_rounded_down_at_fifty_sen(pay: int, yen: int | None) -> None:
    line = employment_insurance_line(pay, GENERAL, AUG1)
    assert (line.yen if line else None) == yen


def test_terms_of_pay_refuse_what_the_law_does_not_allow() -> None:
    for wrong in (
        {"overtime_percent": 24},
        {"over_60_percent": 49},
        {"night_percent": 0},
        {"holiday_percent": 34},
    ):
        with pytest.raises(TermsError, match="under the law"):
            WageTerms(1200, **wrong)  # type: ignore[arg-type]
    with pytest.raises(TermsError, match=r"50% is under overtime_percent \(60 %\)"):
        WageTerms(1200, overtime_percent=60)
    with pytest.raises(TermsError, match="above zero"):
        WageTerms(0)
    with pytest.raises(TermsError, match="day_minutes"):
        WageTerms(1200, (Allowance(AllowanceKind.DUTY, 500),))
    with pytest.raises(TermsError, match="month_minutes"):
        WageTerms(1200, (Allowance(AllowanceKind.DUTY, 500, AllowancePer.MONTH),))
    with pytest.raises(TermsError, match="day_minutes"):
        WageTerms.from_day_wage(8000, 0)
    with pytest.raises(TermsError, match="paid once"):
        WageTerms(1200, (Allowance(AllowanceKind.OTHER, 9000, AllowancePer.ONCE),))
    with pytest.raises(TermsError, match="below zero"):
        Allowance(AllowanceKind.DUTY, -1)


def test_a_planned_shift_shows_its_pay_and_no_minutes_pay_nothing() -> None:
    terms = WageTerms(1200, (Allowance(AllowanceKind.COMMUTING, 500),))
    lines = planned_pay(shift("A 3 8:00-18:00 /12:00-13:00"), terms)
    assert [(line.code.value, line.yen) for line in lines] == [
        ("base", 10800),
        ("overtime", 300),
        ("allowance", 500),
    ]
    assert lines[1].rate == premium_base(terms) == 1200
    assert pay_lines([], terms) == ()


def test_the_work_of_two_employers_is_not_paid_by_one() -> None:
    both = classify([shift("A 3 8:00-12:00"), shift("B 3 13:00-17:00", contract_order=1)])
    with pytest.raises(TermsError, match="A, B are several employers"):
        pay_lines(both, WageTerms(1200))


# own month, same job, bureau -> yen, source
AVERAGES = [
    (PaidDays(100_000, 10), PaidDays(90_000, 10), 5_000, Fraction(7300), "own_month"),
    (PaidDays(0, 0), PaidDays(90_000, 10), 5_000, Fraction(6570), "same_job"),
    (None, PaidDays(100_000, 3), None, Fraction(73_000, 3), "same_job"),
    (None, None, 5_000, Fraction(5000), "labour_bureau"),
]


@pytest.mark.parametrize(("own", "same_job", "bureau", "yen", "source"), AVERAGES)
def test_a_day_labourers_average_wage_is_seventy_three_per_cent(
    own: PaidDays | None, same_job: PaidDays | None, bureau: int | None, yen: Fraction, source: str
) -> None:
    found = average_wage(own, same_job, bureau)
    assert found is not None
    assert (found.yen, found.source.value) == (yen, source)


def test_on_someones_first_day_there_is_no_average_wage() -> None:
    assert average_wage() is None
    assert average_wage(PaidDays(0, 0)) is None
    with pytest.raises(TermsError):
        PaidDays(1000, 0)
