"""From days of work to the lines of a payslip, when pay falls due, and what is still to be transferred: plain Python.

Wages are reckoned day by day, because column 丙 is read day by day; every yen is the labour engine's.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from sosei.engines.labour.basis import Basis
from sosei.engines.labour.insurance import InsuranceTrade, employment_insurance_rate
from sosei.engines.labour.payslip import (
    DeductionCode,
    DeductionLine,
    Payslip,
    employment_insurance_line,
    payslip,
)
from sosei.engines.labour.wages import (
    Allowance,
    AllowanceKind,
    PayCode,
    PayLine,
    WageTerms,
    pay_lines,
)
from sosei.engines.labour.withholding import (
    COMMUTING_LIMIT_TRANSPORT,
    HEI,
    Engagement,
    Withholding,
    withhold,
)
from sosei.engines.labour.working_time import Segment

SAME_ENGAGEMENT = timedelta(days=30)
"""Contracts with one employer that lie no further apart are one engagement for column 丙: the careful reading."""
MINIMUM_WAGE_HOLDS = Basis("最賃法", "4条2項")
COMMUTING = f"allowance_{AllowanceKind.COMMUTING.value}"
TAX = DeductionCode.INCOME_TAX.value


class Unit(StrEnum):
    """What a line's quantity counts."""

    MINUTE = "minute"
    DAY = "day"
    YEN = "yen"


class Column(StrEnum):
    """The column of the tax tables from which somebody read a tax."""

    KO = "ko"
    OTSU = "otsu"
    HEI = "hei"


COLUMNS: Mapping[Column, Basis] = {
    Column.KO: Basis("所得税法", "185条1項1号"),
    Column.OTSU: Basis("所得税法", "185条1項2号"),
    Column.HEI: HEI,
}
HEALTH = Basis("健保法", "167条1項")
PENSION = Basis("厚年法", "84条1項")


@dataclass(frozen=True)
class ByHand:
    """What the program cannot compute and the employer reads from the official tables.

    Attributes:
        column: of the tax table.
        tax: yen, 0 where the table says none.
        health, pension: the worker's shares; 0 where not insured.
    """

    column: Column
    tax: int
    health: int = 0
    pension: int = 0


@dataclass(frozen=True)
class PaidDay:
    """A civil day of a contract as it is paid.

    Attributes:
        key: of the day of work that the lines name.
        on: the date on which it began.
        segments: of `working_time.classify`, of this contract on this day.
        owed: for being called off.
        hourly: yen an hour that counts on this day.
        commuting_yen: for the way to work.
        raised: `hourly` is the minimum wage, above what was agreed.
    """

    key: int
    on: date
    segments: tuple[Segment, ...]
    owed: tuple[PayLine, ...]
    hourly: int
    commuting_yen: int
    raised: bool = False


@dataclass(frozen=True)
class EarlierPay:
    """What other payslips of the same employer hold of the same day."""

    pay: int = 0
    commuting: int = 0
    insurance: int = 0
    tax: int = 0


@dataclass(frozen=True)
class Ground:
    """What the computation stands on beside the days.

    Attributes:
        paid_on: the day on which the pay falls due; its year chooses the tax table.
        engagement: for the two months of column 丙.
        trade: for employment insurance; None where it does not cover.
        earlier: of other payslips, by day.
        commuting_used: tax-free commuting that other payslips hold, by year and month.
        by_hand: instead of column 丙.
    """

    paid_on: date
    engagement: Engagement
    trade: InsuranceTrade | None = None
    earlier: Mapping[date, EarlierPay] = field(default_factory=dict)
    commuting_used: Mapping[tuple[int, int], int] = field(default_factory=dict)
    by_hand: ByHand | None = None


@dataclass(frozen=True)
class Line:
    """One line as it is kept: quantity × rate = yen by a rule; what is taken off is below zero."""

    code: str
    day: int | None
    quantity: Decimal | None
    unit: str
    rate: Decimal | None
    yen: int
    basis: str


@dataclass(frozen=True)
class Slip:
    """A payslip before it is issued."""

    lines: tuple[Line, ...]

    @property
    def gross(self) -> int:
        """Sum of what is paid."""
        return sum(line.yen for line in self.lines if line.yen > 0)

    @property
    def deducted(self) -> int:
        """Sum of what is taken off."""
        return -sum(line.yen for line in self.lines if line.yen < 0)

    @property
    def net(self) -> int:
        """What is paid out."""
        return self.gross - self.deducted


def make_slip(days: Sequence[PaidDay], ground: Ground) -> Slip:
    """The lines of a payslip of these days, in their order, each day computed by the labour engine.

    Raises:
        RefusedWithholdingError: column 丙 is closed, and `by_hand` is not given.
        UnknownTableError: no table of that year or amount, and `by_hand` is not given.
        PayslipError: more taken off than was earned.
    """
    used = dict(ground.commuting_used)
    lines: list[Line] = []
    earned: list[PayLine] = []
    for day in sorted(days, key=lambda one: one.on):
        computed = _day(day, ground, used)
        earned += computed.earnings
        lines += [_earning(line, day) for line in computed.earnings]
        lines += [_deduction(line, day, ground) for line in computed.deductions]
    lines += _by_hand(ground.by_hand, earned)
    return Slip(tuple(lines))


def _day(day: PaidDay, ground: Ground, used: dict[tuple[int, int], int]) -> Payslip:
    """The engine's payslip of a day; counts the day's tax-free commuting into `used`."""
    allowances = (Allowance(AllowanceKind.COMMUTING, day.commuting_yen),) if day.commuting_yen else ()
    terms = WageTerms(Fraction(day.hourly), allowances)
    earnings = (*pay_lines(day.segments, terms), *day.owed)
    pay = sum(line.yen for line in earnings)
    insured = None if ground.trade is None else employment_insurance_line(pay, ground.trade, day.on)
    insurance = () if insured is None else (insured,)
    if ground.by_hand is not None:
        return payslip(earnings, insurance)
    held, tax = _tax(day.on, earnings, insurance, ground, used)
    taken = (
        (*insurance, DeductionLine(DeductionCode.INCOME_TAX, tax, HEI, held.taxable)) if tax else insurance
    )
    return payslip(earnings, taken, withholding=held)


def _tax(
    on: date,
    earnings: Sequence[PayLine],
    insurance: Sequence[DeductionLine],
    ground: Ground,
    used: dict[tuple[int, int], int],
) -> tuple[Withholding, int]:
    """The tax of all that the employer pays for a day, and what of it is not withheld yet."""
    before = ground.earlier.get(on, EarlierPay())
    commuting = sum(line.yen for line in earnings if line.allowance is AllowanceKind.COMMUTING)
    month = (on.year, on.month)
    # What another payslip holds of this very day is asked for again together with it.
    elsewhere = used.get(month, 0) - before.commuting
    held = withhold(
        pay=before.pay + sum(line.yen for line in earnings),
        commuting=before.commuting + commuting,
        commuting_limit=max(0, COMMUTING_LIMIT_TRANSPORT - elsewhere),
        social_insurance=before.insurance + sum(line.yen for line in insurance),
        worked_on=on,
        paid_on=ground.paid_on,
        engagement=ground.engagement,
    )
    used[month] = used.get(month, 0) + commuting
    return held, max(0, held.tax - before.tax)


def _earning(line: PayLine, day: PaidDay) -> Line:
    code = line.code.value if line.allowance is None else f"allowance_{line.allowance.value}"
    basis = MINIMUM_WAGE_HOLDS if line.code is PayCode.BASE and day.raised else line.basis
    if line.minutes is not None and line.rate is not None:
        rate = line.rate * (line.percent or 100) / 100
        return Line(code, day.key, Decimal(line.minutes), Unit.MINUTE, _decimal(rate), line.yen, str(basis))
    units = line.units or 1
    return Line(
        code, day.key, Decimal(units), Unit.DAY, _decimal(Fraction(line.yen, units)), line.yen, str(basis)
    )


def _deduction(line: DeductionLine, day: PaidDay, ground: Ground) -> Line:
    rate = None
    if line.code is DeductionCode.EMPLOYMENT_INSURANCE and ground.trade is not None:
        rate = _decimal(employment_insurance_rate(ground.trade, day.on).worker)
    base = None if line.base_yen is None else Decimal(line.base_yen)
    return Line(line.code.value, day.key, base, Unit.YEN, rate, -line.yen, str(line.basis))


def _by_hand(given: ByHand | None, earned: Iterable[PayLine]) -> list[Line]:
    if given is None:
        return []
    taken = [
        DeductionLine(code, yen, basis)
        for code, yen, basis in (
            (DeductionCode.HEALTH_INSURANCE, given.health, HEALTH),
            (DeductionCode.PENSION, given.pension, PENSION),
            (DeductionCode.INCOME_TAX, given.tax, COLUMNS[given.column]),
        )
        if yen
    ]
    payslip(earned, taken)
    lines = [
        Line(line.code.value, None, None, "", None, -line.yen, str(line.basis))
        for line in taken
        if line.code is not DeductionCode.INCOME_TAX
    ]
    # The column that was read stays on the payslip, even where it gives no tax.
    tax = Line(f"{TAX}_{given.column.value}", None, None, "", None, -given.tax, str(COLUMNS[given.column]))
    return [*lines, tax]


def _decimal(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("0.0001"))


def line_yen(quantity: Decimal, unit: str, rate: Decimal) -> Decimal:
    """Quantity × rate, exact, before it is rounded to a yen; a rate for minutes is by the hour."""
    return quantity * rate / 60 if unit == Unit.MINUTE else quantity * rate


def engagement_since(spans: Sequence[tuple[date, date]], last: date) -> date:
    """The first day of the engagement that ends with a contract whose last day is `last`.

    Args:
        spans: first and last days of all contracts of one worker with one employer.
    """
    before = sorted((one for one in spans if one[1] <= last), key=lambda one: one[1], reverse=True)
    since = min((first for first, end in before if end == last), default=last)
    for first, end in before:
        if since - end <= SAME_ENGAGEMENT:
            since = min(since, first)
    return since


# --- What is still to be transferred --------------------------------------------------------------------------------


class Paying(StrEnum):
    """How the money of a payslip stands."""

    DUE = "due"
    IN_FILE = "in_file"
    PAID = "paid"
    CASH = "cash"
    NOTHING = "nothing"
    OVERPAID = "overpaid"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Balance:
    """A payslip with all that it replaces: what it comes to, what was paid, what lies in a file not settled yet."""

    net: int
    paid: int
    in_file: int

    @property
    def to_transfer(self) -> int:
        """Yen that a new file would hold; a later payslip pays the difference alone."""
        return max(0, self.net - self.paid - self.in_file)

    @property
    def overpaid(self) -> int:
        """Yen paid too much: never taken off, both sides agree about it (労基法24条1項)."""
        return max(0, self.paid + self.in_file - self.net)

    def state(self, *, replaced: bool, cash: bool) -> Paying:
        """In a word."""
        if replaced:
            return Paying.REPLACED
        if cash:
            return Paying.CASH
        if self.in_file:
            return Paying.IN_FILE
        if self.overpaid:
            return Paying.OVERPAID
        if self.to_transfer:
            return Paying.DUE
        return Paying.PAID if self.net else Paying.NOTHING


# --- When pay falls due ---------------------------------------------------------------------------------------------


def latest_due(day: date) -> date:
    """Where the conditions name no day that can be read: wages are paid once a month at least (労基法24条2項)."""
    following = day.replace(day=1) + timedelta(days=32)
    return following.replace(day=monthrange(following.year, following.month)[1])
