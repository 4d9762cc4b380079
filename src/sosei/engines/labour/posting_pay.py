"""What a posting's pay may break: minimum wage, premiums, fixed overtime pay, the way wages are paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from sosei.engines.labour.basis import Basis, Value
from sosei.engines.labour.errors import LabourError, UnknownTableError
from sosei.engines.labour.minimum_wage import below_minimum
from sosei.engines.labour.posting_codes import Flaw, PostingCode
from sosei.engines.labour.posting_terms import PayMethod, PostingTerms
from sosei.engines.labour.spans import Shift
from sosei.engines.labour.wages import (
    HOLIDAY_PREMIUM,
    NIGHT_PREMIUM,
    OVER_60_PREMIUM,
    OVERTIME_PREMIUM,
    WAGE,
    WageTerms,
    premium_base,
    round_yen,
)
from sosei.engines.labour.withholding import PaidBy
from sosei.engines.labour.working_time import MONTH_STEP

FIXED_OVERTIME = Basis("職安法", "48条の指針（固定残業代の明示）")
PAY_IN_MONEY = Basis("労基法", "24条1項")
DIGITAL_PAY = Basis("労基則", "7条の2")
MONTHLY_PAY = Basis("労基法", "24条2項")
MINIMUM = Basis("最賃法", "4条1項")
LEGAL_PREMIUMS = (
    ("overtime_percent", 25, PostingCode.OVERTIME_PREMIUM_TOO_LOW, OVERTIME_PREMIUM),
    ("over_60_percent", 50, PostingCode.OVER_60_PREMIUM_TOO_LOW, OVER_60_PREMIUM),
    ("night_percent", 25, PostingCode.NIGHT_PREMIUM_TOO_LOW, NIGHT_PREMIUM),
    ("holiday_percent", 35, PostingCode.HOLIDAY_PREMIUM_TOO_LOW, HOLIDAY_PREMIUM),
)


def pay_flaws(terms: PostingTerms) -> list[Flaw]:
    """Every flaw of the pay itself."""
    found: list[Flaw] = []
    for name, least, code, basis in LEGAL_PREMIUMS:
        given = getattr(terms, name)
        if given < least:
            found.append(Flaw(code, name, basis, {"percent": given, "least": least}))
    if terms.wage_yen is not None and terms.wage_yen <= 0:
        found.append(Flaw(PostingCode.WAGE_NOT_POSITIVE, "wage_yen", WAGE, {"yen": terms.wage_yen}))
    elif terms.wage_yen is not None:
        found.extend(_minimum_flaws(terms, terms.wage_yen, "wage_yen", PostingCode.WAGE_BELOW_MINIMUM))
    probation = terms.probation_wage_yen
    if probation is not None and probation <= 0:
        found.append(Flaw(PostingCode.WAGE_NOT_POSITIVE, "probation_wage_yen", WAGE, {"yen": probation}))
    elif probation is not None:
        code = PostingCode.PROBATION_WAGE_BELOW_MINIMUM
        found.extend(_minimum_flaws(terms, probation, "probation_wage_yen", code))
    found.extend(_fixed_overtime_flaws(terms))
    found.extend(_payment_flaws(terms))
    return found


def hourly_terms(terms: PostingTerms, shift: Shift, wage_yen: int) -> WageTerms | None:
    """The pay of one shift by the hour; None while what it takes has not been said.

    Raises:
        TermsError: an allowance whose hours are not known.
    """
    worked = shift.worked_minutes
    if terms.paid_by is None or worked == 0 or (terms.paid_by is PaidBy.MONTH and not terms.month_minutes):
        return None
    divisor = {PaidBy.HOUR: 60, PaidBy.DAY: worked, PaidBy.MONTH: terms.month_minutes or 0}[terms.paid_by]
    return WageTerms(
        Fraction(wage_yen * 60, divisor),
        terms.allowances or (),
        day_minutes=worked,
        month_minutes=terms.month_minutes,
    )


def _minimum_flaws(terms: PostingTerms, wage_yen: int, name: str, code: PostingCode) -> list[Flaw]:
    """The first day on which the wage is too low, and how many such days there are; or that it cannot be known."""
    if terms.prefecture_code is None:
        return []
    low: list[dict[str, Value]] = []
    basis = MINIMUM
    for shift, day in _days(terms):
        try:
            hourly = hourly_terms(terms, shift, wage_yen)
            finding = below_minimum(hourly, terms.prefecture_code, day) if hourly else None
        except LabourError as error:
            unknown = "prefecture_code" if isinstance(error, UnknownTableError) else "allowances"
            values: dict[str, Value] = {"day": day, "reason": error.text("en"), "reason_ja": error.text("ja")}
            return [Flaw(PostingCode.MINIMUM_WAGE_UNKNOWN, unknown, MINIMUM, values)]
        if finding is not None:
            low.append(dict(finding.values))
            basis = finding.basis
    if not low:
        return []
    worst = max(low, key=lambda values: int(str(values["missing"])))
    return [Flaw(code, name, basis, {**worst, "count": len(low)})]


def _days(terms: PostingTerms) -> Iterator[tuple[Shift, date]]:
    """Every shift with every calendar day it has work on: the minimum is that of the day worked."""
    for shift in sorted(terms.shifts, key=lambda each: each.span):
        day, last = shift.span.start.date(), (shift.span.end - timedelta(minutes=1)).date()
        while day <= last:
            yield shift, day
            day += timedelta(days=1)


def _fixed_overtime_flaws(terms: PostingTerms) -> list[Flaw]:
    """Fixed overtime pay says its amount, its hours, and that more is paid besides (指針); and it covers its hours."""
    fixed = terms.fixed_overtime
    if fixed is None:
        return []
    found: list[Flaw] = []
    if not fixed.yen:
        found.append(Flaw(PostingCode.FIXED_OVERTIME_WITHOUT_AMOUNT, "fixed_overtime", FIXED_OVERTIME))
    if not fixed.minutes:
        found.append(Flaw(PostingCode.FIXED_OVERTIME_WITHOUT_HOURS, "fixed_overtime", FIXED_OVERTIME))
    if not fixed.excess_paid:
        found.append(Flaw(PostingCode.FIXED_OVERTIME_WITHOUT_EXCESS, "fixed_overtime", FIXED_OVERTIME))
    if not fixed.yen or not fixed.minutes or not terms.shifts or not terms.wage_yen or terms.wage_yen < 0:
        return found
    try:
        hourly = hourly_terms(terms, terms.shifts[0], terms.wage_yen)
    except LabourError:  # told by the comparison with the minimum wage
        return found
    if hourly is not None:
        first, beyond = max(25, terms.overtime_percent), max(50, terms.over_60_percent)
        percents = fixed.minutes * (100 + first) + max(0, fixed.minutes - MONTH_STEP) * max(0, beyond - first)
        due = round_yen(premium_base(hourly) * percents / 6000)
        if fixed.yen < due:
            values = {"yen": fixed.yen, "due": due, "minutes": fixed.minutes}
            found.append(Flaw(PostingCode.FIXED_OVERTIME_TOO_LOW, "fixed_overtime", OVERTIME_PREMIUM, values))
    return found


def _payment_flaws(terms: PostingTerms) -> list[Flaw]:
    """Wages are paid in money, directly, in full, monthly at least (労基法24条)."""
    found: list[Flaw] = []
    if terms.pay_method is PayMethod.VOUCHER:
        found.append(Flaw(PostingCode.PAID_BY_VOUCHER, "pay_method", PAY_IN_MONEY))
    if terms.paid_in_kind:
        found.append(Flaw(PostingCode.PAID_IN_KIND, "paid_in_kind", PAY_IN_MONEY))
    if terms.pay_method is PayMethod.DIGITAL and not terms.digital_consent:
        found.append(Flaw(PostingCode.DIGITAL_WITHOUT_CONSENT, "digital_consent", DIGITAL_PAY))
    if terms.pay_interval_days is not None and terms.pay_interval_days > 31:
        values = {"days": terms.pay_interval_days}
        found.append(Flaw(PostingCode.PAID_LESS_THAN_MONTHLY, "pay_interval_days", MONTHLY_PAY, values))
    return found
