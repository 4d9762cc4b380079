"""Payslips: a day from minutes to net pay, and what no slip may hold."""

from __future__ import annotations

from datetime import date

import pytest

from sosei.engines.labour import (
    Allowance,
    AllowanceKind,
    AllowancePer,
    DeductionCode,
    DeductionLine,
    Engagement,
    InsuranceTrade,
    PayCode,
    PayLine,
    PayslipError,
    WageTerms,
    absence_pay,
    classify,
    day_payslip,
    employment_insurance_line,
    payslip,
)
from sosei.engines.labour.payslip import AGREED_DEDUCTION
from tests.engines.labour_worlds import shift

DAY = date(2026, 8, 3)
ONE_DAY = Engagement(DAY, DAY)
MEALS = DeductionLine(DeductionCode.AGREED, 500, AGREED_DEDUCTION)
TERMS = WageTerms(1094, (Allowance(AllowanceKind.COMMUTING, 600),))
NINE_HOURS = classify([shift("A 3 8:00-18:00 /12:00-13:00")])
BASE = PayLine(PayCode.BASE, 1000, AGREED_DEDUCTION)


def test_a_harvest_day_from_minutes_to_net_with_the_rule_beside_each_line() -> None:
    insured = employment_insurance_line(10_720, InsuranceTrade.AGRICULTURE_FORESTRY_FISHERY, DAY)
    assert insured is not None
    slip = day_payslip(
        NINE_HOURS,
        TERMS,
        worked_on=DAY,
        paid_on=DAY,
        engagement=ONE_DAY,
        commuting_limit=150_000,
        insurance=[insured],
        agreed=[MEALS],
        agreed_in_writing=True,
    )
    assert [(line.code.value, line.minutes, line.yen, str(line.basis)) for line in slip.earnings] == [
        ("base", 540, 9846, "労基法24条1項"),
        ("overtime", 60, 274, "労基法37条1項"),
        ("allowance", None, 600, "労基法24条1項"),
    ]
    # 10,720 x 6/1000 = 64.32; taxed: 10,720 - 600 - 64 = 10,056 -> 8 yen
    assert [(line.code.value, line.yen, str(line.basis)) for line in slip.deductions] == [
        ("employment_insurance", 64, "徴収法31条1項"),
        ("income_tax", 8, "所得税法185条1項3号"),
        ("agreed", 500, "労基法24条1項ただし書"),
    ]
    assert (slip.gross, slip.deducted, slip.net) == (10_720, 572, 10_148)
    assert slip.withholding is not None
    assert slip.withholding.taxable == 10_056


def test_a_day_under_the_tables_beginning_has_no_tax_line() -> None:
    slip = day_payslip(
        classify([shift("A 3 8:00-12:00")]),
        WageTerms(1094),
        worked_on=DAY,
        paid_on=DAY,
        engagement=ONE_DAY,
        commuting_limit=0,
    )
    assert (slip.deductions, slip.net) == ((), 4376)


def test_a_day_called_off_is_a_slip_with_absence_pay_alone() -> None:
    slip = day_payslip(
        (),
        WageTerms(1250),
        worked_on=DAY,
        paid_on=DAY,
        engagement=ONE_DAY,
        commuting_limit=0,
        other_earnings=[absence_pay(10_000).line],
    )
    assert [line.code.value for line in slip.earnings] == ["absence"]
    assert (slip.gross, slip.deducted, slip.net) == (10_000, 8, 9_992)


def test_what_no_slip_may_hold_is_refused() -> None:
    with pytest.raises(PayslipError, match="paid in full"):
        payslip([PayLine(PayCode.BASE, -100, AGREED_DEDUCTION)])
    with pytest.raises(PayslipError, match="not above zero"):
        payslip([BASE], [DeductionLine(DeductionCode.PENSION, 0, AGREED_DEDUCTION)])
    with pytest.raises(PayslipError, match="no written agreement") as refused:
        payslip([BASE], [MEALS])
    assert "労使協定" in refused.value.text("ja")
    with pytest.raises(PayslipError, match="below zero"):
        payslip([BASE], [DeductionLine(DeductionCode.PENSION, 1001, AGREED_DEDUCTION)])
    assert payslip([BASE], [MEALS], agreed_in_writing=True).net == 500


def test_a_days_slip_holds_one_day_and_true_insurance() -> None:
    with pytest.raises(PayslipError, match="another day"):
        day_payslip(
            NINE_HOURS,
            TERMS,
            worked_on=date(2026, 8, 4),
            paid_on=DAY,
            engagement=ONE_DAY,
            commuting_limit=0,
        )
    monthly = Allowance(AllowanceKind.HOUSING, 10_000, AllowancePer.MONTH)
    with pytest.raises(PayslipError, match="paid again with every day"):
        day_payslip(
            NINE_HOURS,
            WageTerms(1094, (monthly,)),
            worked_on=DAY,
            paid_on=DAY,
            engagement=ONE_DAY,
            commuting_limit=0,
        )
    with pytest.raises(PayslipError, match="no social insurance"):
        day_payslip(
            NINE_HOURS,
            TERMS,
            worked_on=DAY,
            paid_on=DAY,
            engagement=ONE_DAY,
            commuting_limit=0,
            insurance=[MEALS],
        )
