"""Payslip: lines of pay and deductions that add up to what is paid out, each line with its rule beside it.

Wages are paid in full; only what a law names, or what staff and employer agreed in writing, may be taken off
(労基法24条1項). Fines and damages fixed in advance never are (16条).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from sosei.engines.labour.basis import Basis
from sosei.engines.labour.errors import PayslipError
from sosei.engines.labour.insurance import InsuranceTrade, employment_insurance_rate
from sosei.engines.labour.wages import (
    AllowanceKind,
    AllowancePer,
    MonthRounding,
    PayCode,
    PayLine,
    WageTerms,
    pay_lines,
)
from sosei.engines.labour.withholding import HEI, Engagement, Withholding, withhold
from sosei.engines.labour.working_time import Segment

AGREED_DEDUCTION = Basis("労基法", "24条1項ただし書")
NO_FINES = Basis("労基法", "16条")


class DeductionCode(StrEnum):
    """What is taken off."""

    INCOME_TAX = "income_tax"
    EMPLOYMENT_INSURANCE = "employment_insurance"
    HEALTH_INSURANCE = "health_insurance"
    PENSION = "pension"
    CHILD_SUPPORT = "child_support"
    RESIDENT_TAX = "resident_tax"
    AGREED = "agreed"
    """Meals, lodging and the like, by written agreement of staff and employer."""


SOCIAL_INSURANCE = frozenset(
    {
        DeductionCode.EMPLOYMENT_INSURANCE,
        DeductionCode.HEALTH_INSURANCE,
        DeductionCode.PENSION,
        DeductionCode.CHILD_SUPPORT,
    }
)


@dataclass(frozen=True, slots=True)
class DeductionLine:
    """One line taken off: what, how many yen (above zero), by which rule, and reckoned on what."""

    code: DeductionCode
    yen: int
    basis: Basis
    base_yen: int | None = None


@dataclass(frozen=True, slots=True)
class Payslip:
    """What is paid out for a period.

    Attributes:
        earnings, deductions: the lines.
        withholding: how the tax was found, where column 丙 was read.
    """

    earnings: tuple[PayLine, ...]
    deductions: tuple[DeductionLine, ...]
    withholding: Withholding | None = None

    @property
    def gross(self) -> int:
        """Sum of the earnings."""
        return sum(line.yen for line in self.earnings)

    @property
    def deducted(self) -> int:
        """Sum of the deductions."""
        return sum(line.yen for line in self.deductions)

    @property
    def net(self) -> int:
        """What is paid out."""
        return self.gross - self.deducted


def payslip(
    earnings: Iterable[PayLine],
    deductions: Iterable[DeductionLine] = (),
    *,
    agreed_in_writing: bool = False,
    withholding: Withholding | None = None,
) -> Payslip:
    """A payslip of given lines.

    Args:
        earnings: of `wages.pay_lines` and `cancellation.absence_pay`.
        deductions: what is taken off.
        agreed_in_writing: staff and employer agreed to AGREED deductions (労基法24条1項ただし書).
        withholding: kept with the slip.

    Raises:
        PayslipError: a line below zero (or a deduction of nothing), an agreed deduction without agreement, or more
            taken off than was earned.
    """
    slip = Payslip(tuple(earnings), tuple(deductions), withholding)
    for line in slip.earnings:
        if line.yen < 0:
            raise _refused(
                f"earning {line.code.value}",
                f"{line.yen}",
                "is below zero; wages are paid in full (労基法24条, 16条)",
                "が0円未満です。賃金は全額払いです（労基法24条・16条）",
                "Take nothing off as a negative wage; fines are forbidden",
                "賃金のマイナスで差し引かないでください。罰金は禁止です",
            )
    for taken in slip.deductions:
        if taken.yen <= 0:
            raise _refused(
                f"deduction {taken.code.value}",
                f"{taken.yen}",
                "is not above zero",
                "が0円以下です",
                "Leave the line out, or give its amount",
                "行を省くか、金額を書いてください",
            )
        if taken.code is DeductionCode.AGREED and not agreed_in_writing:
            raise _refused(
                "deduction agreed",
                f"{taken.yen}",
                "has no written agreement of staff and employer (労基法24条1項ただし書)",
                "に労使協定がありません（労基法24条1項ただし書）",
                "Conclude the agreement first, or let the worker pay meals and lodging apart",
                "先に労使協定を結ぶか、食費・宿泊費は別に支払ってもらってください",
            )
    if slip.net < 0:
        raise _refused(
            "net pay",
            f"{slip.gross} - {slip.deducted}",
            "is below zero",
            "が0円未満です",
            "Check the deductions",
            "控除を確かめてください",
        )
    return slip


def employment_insurance_line(pay: int, trade: InsuranceTrade, day: date) -> DeductionLine | None:
    """The worker's share of employment insurance of a pay (徴収法31条1項); up to fifty sen down, above it up.

    Args:
        pay: all that is paid, commuting allowance within.
        trade: of the employer.
        day: on which the wage calculation closes.

    Returns:
        The line, or None when it comes to nothing.

    Raises:
        UnknownTableError: no rates for the day.
    """
    rate = employment_insurance_rate(trade, day)
    exact = pay * rate.worker
    whole, rest = divmod(exact, 1)
    yen = int(whole) + (rest > Fraction(1, 2))
    return DeductionLine(DeductionCode.EMPLOYMENT_INSURANCE, yen, rate.worker_basis, pay) if yen else None


def day_payslip(
    segments: Sequence[Segment],
    terms: WageTerms,
    *,
    worked_on: date,
    paid_on: date,
    engagement: Engagement,
    commuting_limit: int,
    other_earnings: Sequence[PayLine] = (),
    insurance: Sequence[DeductionLine] = (),
    agreed: Sequence[DeductionLine] = (),
    agreed_in_writing: bool = False,
) -> Payslip:
    """One worked day from minutes to what is paid out, with column 丙 of the withholding table.

    Args:
        segments: of `working_time.classify`, this employer's of this day; classified with the rest of the week and month.
        terms: of pay, without allowances by the month.
        worked_on, paid_on: the day worked, the day its pay falls due.
        engagement: for the two-month rule.
        commuting_limit: what is open of the month's tax-free commuting limit.
        other_earnings: beside the wage (`absence_pay`).
        insurance: social insurance taken off this pay; lowers the taxed pay.
        agreed: other deductions.
        agreed_in_writing: as for `payslip`.

    Raises:
        PayslipError: as for `payslip`, or segments of another day, an allowance by the month, or an insurance line that
            is none.
        RefusedWithholdingError, UnknownTableError: as for `withhold`.
    """
    if stray := [segment.day for segment in segments if segment.day != worked_on]:
        raise _refused(
            f"day {worked_on}",
            stray[0].isoformat(),
            "is another day's work",
            "は別の日の仕事です",
            "Make a slip for each day: column 丙 is read day by day",
            "丙欄は1日ごとに見るので、日ごとに明細を作ってください",
        )
    if monthly := [each for each in terms.allowances if each.per is AllowancePer.MONTH]:
        raise _refused(
            f"allowance {monthly[0].kind.value}",
            f"{monthly[0].yen}",
            "is by the month and would be paid again with every day",
            "は月ごとの手当で、日ごとの明細に入れると毎日支払うことになります",
            "Pay it with the month's slip",
            "月の明細で支払ってください",
        )
    if wrong := [line.code.value for line in insurance if line.code not in SOCIAL_INSURANCE]:
        raise _refused(
            "insurance",
            wrong[0],
            "is no social insurance",
            "は社会保険料ではありません",
            "Give it among the agreed deductions",
            "協定による控除の方に渡してください",
        )
    lines = (*pay_lines(segments, terms, MonthRounding.NONE), *other_earnings)
    commuting = sum(line.yen for line in lines if _is_commuting(line))
    held = withhold(
        pay=sum(line.yen for line in lines),
        commuting=commuting,
        commuting_limit=commuting_limit,
        social_insurance=sum(line.yen for line in insurance),
        worked_on=worked_on,
        paid_on=paid_on,
        engagement=engagement,
    )
    tax = [DeductionLine(DeductionCode.INCOME_TAX, held.tax, HEI, held.taxable)] if held.tax else []
    return payslip(lines, [*insurance, *tax, *agreed], agreed_in_writing=agreed_in_writing, withholding=held)


def _is_commuting(line: PayLine) -> bool:
    return line.code is PayCode.ALLOWANCE and line.allowance is AllowanceKind.COMMUTING


def _refused(
    place: str, value: str, reason_en: str, reason_ja: str, remedy_en: str, remedy_ja: str
) -> PayslipError:
    return PayslipError(
        place=place,
        value=value,
        reason_en=reason_en,
        reason_ja=reason_ja,
        remedy_en=remedy_en,
        remedy_ja=remedy_ja,
    )
