"""Social and labour insurance: whether an employment is covered on a day, why, and what the rates are known to be.

Answers hold from 1 October 2024. Where a rule is announced or known from one source, the answer is UNCONFIRMED and its
finding says so: the municipality asks the office concerned, and no amount is taken off by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from sosei.engines.labour.basis import Basis, Certainty, Finding, Value
from sosei.engines.labour.errors import TermsError, UnknownTableError
from sosei.engines.labour.spans import last_day_of_months

FIRST_DAY = date(2024, 10, 1)
"""First day answered for; before it part-timers were covered from 101 staff."""
WAGE_RULE_ENDED = date(2026, 10, 1)
"""From this day the monthly 88,000 yen no longer count (令和7年法律74号)."""
TEN_HOURS_ANNOUNCED = date(2028, 10, 1)
"""From this day employment insurance is announced to begin at ten hours a week."""
TWENTY_HOURS = 1200
STAFF_THRESHOLD = 51
MONTHLY_WAGE = 88_000

EMPLOYMENT_HOURS = Basis("雇用保険法", "6条1号")
EMPLOYMENT_DAYS = Basis("雇用保険法", "6条2号")
EMPLOYMENT_SEASONAL = Basis("雇用保険法", "6条3号・38条1項", Certainty.UNCONFIRMED)
EMPLOYMENT_STUDENT = Basis("雇用保険法", "6条4号")
EMPLOYMENT_VOLUNTARY = Basis("雇用保険法", "附則2条1項", Certainty.UNCONFIRMED)
EMPLOYMENT_TEN_HOURS = Basis("雇用保険法", "6条1号（令和6年改正）", Certainty.ANNOUNCED)
HEALTH_DAY_HIRED = Basis("健保法", "3条1項2号イ")
HEALTH_TWO_MONTHS = Basis("健保法", "3条1項2号ロ")
HEALTH_SEASONAL = Basis("健保法", "3条1項4号", Certainty.UNCONFIRMED)
HEALTH_PART_TIME = Basis("健保法", "3条1項9号")
HEALTH_WORKPLACE = Basis("健保法", "3条3項")
ACCIDENT = Basis("労災法", "3条1項")
ACCIDENT_VOLUNTARY = Basis("労災法", "附則（昭和44年法律83号）12条", Certainty.UNCONFIRMED)
RATE = Basis("徴収法", "12条4項")
SHARE = Basis("徴収法", "31条1項")


class Cover(StrEnum):
    """Whether an insurance covers."""

    YES = "yes"
    NO = "no"
    VOLUNTARY = "voluntary"
    """Only when the employer has joined."""
    UNCONFIRMED = "unconfirmed"
    """A rule decides that is announced or known from one source: ask the office."""


class InsuranceCode(StrEnum):
    """What decides about cover."""

    COVERED = "covered"
    UNDER_20_HOURS = "under_20_hours"
    UNDER_31_DAYS = "under_31_days"
    DAYTIME_STUDENT = "daytime_student"
    SEASONAL = "seasonal"
    SMALL_FARM = "small_farm"
    TEN_HOURS_ANNOUNCED = "ten_hours_announced"
    DAY_HIRED = "day_hired"
    UP_TO_TWO_MONTHS = "up_to_two_months"
    THREE_QUARTERS = "three_quarters"
    UNDER_51_STAFF = "under_51_staff"
    UNDER_88000 = "under_88000"
    WORKPLACE_OUTSIDE = "workplace_outside"


class InsuranceTrade(StrEnum):
    """Trades as the rates of employment insurance tell them apart (徴収法12条4項).

    Raising cattle and horses, dairy, poultry and pig farms, gardening services and inland fish farming pay the GENERAL
    rate, because their work does not rest with the seasons (平21厚労告535号).
    """

    GENERAL = "general"
    AGRICULTURE_FORESTRY_FISHERY = "agriculture_forestry_fishery"
    CONSTRUCTION = "construction"


@dataclass(frozen=True, slots=True)
class Employment:
    """What decides on the worker's side.

    Attributes:
        weekly_minutes: scheduled a week at this employer.
        first_day, last_day: of the employment as agreed; None for no end.
        renewal_expected: the contract says that it is or may be renewed.
        day_hired: hired from day to day.
        monthly_pay: scheduled pay a month; needed before 1 October 2026 alone.
        daytime_student: attends school by day.
        seasonal: hired for work of one season.
    """

    weekly_minutes: int
    first_day: date
    last_day: date | None = None
    renewal_expected: bool = False
    day_hired: bool = False
    monthly_pay: int | None = None
    daytime_student: bool = False
    seasonal: bool = False


@dataclass(frozen=True, slots=True)
class Workplace:
    """What decides on the employer's side.

    Attributes:
        staff: insured employees of the employer, as the threshold of 51 counts them; for small farms the regular staff.
        trade: for rates and small farms.
        individual_owner: run by a person, not a corporation.
        in_social_scheme: the workplace belongs to health insurance and employees' pension.
        full_time_weekly_minutes: of its full-time staff.
    """

    staff: int
    trade: InsuranceTrade
    individual_owner: bool
    in_social_scheme: bool
    full_time_weekly_minutes: int = 2400

    @property
    def small_farm(self) -> bool:
        """An individual's farm, forest or fishery with fewer than five staff (暫定任意適用事業)."""
        farm = self.trade is InsuranceTrade.AGRICULTURE_FORESTRY_FISHERY
        return farm and self.individual_owner and self.staff < 5


@dataclass(frozen=True, slots=True)
class Coverage:
    """The answer of one insurance, and what decided it."""

    cover: Cover
    findings: tuple[Finding, ...]


def employment_insurance(employment: Employment, workplace: Workplace, day: date) -> Coverage:
    """Whether employment insurance covers: twenty hours a week and thirty-one days (雇用保険法6条).

    From 1 October 2028 ten hours are announced: between ten and twenty the answer is then UNCONFIRMED. Work of one
    season of up to four months, or under thirty hours, is UNCONFIRMED too (6条3号).

    Raises:
        UnknownTableError: a day before `FIRST_DAY`.
    """
    _known_day(day)
    weekly = employment.weekly_minutes
    if employment.daytime_student:
        return _answer(Cover.NO, InsuranceCode.DAYTIME_STUDENT, EMPLOYMENT_STUDENT)
    if weekly < TWENTY_HOURS and day >= TEN_HOURS_ANNOUNCED and weekly >= 600:
        return _answer(
            Cover.UNCONFIRMED, InsuranceCode.TEN_HOURS_ANNOUNCED, EMPLOYMENT_TEN_HOURS, weekly_minutes=weekly
        )
    if weekly < TWENTY_HOURS:
        return _answer(Cover.NO, InsuranceCode.UNDER_20_HOURS, EMPLOYMENT_HOURS, weekly_minutes=weekly)
    days = _days(employment)
    if days is not None and days < 31 and not employment.renewal_expected:
        return _answer(Cover.NO, InsuranceCode.UNDER_31_DAYS, EMPLOYMENT_DAYS, days=days)
    if employment.seasonal and (_within(employment, 4) or weekly < 1800):
        return _answer(Cover.UNCONFIRMED, InsuranceCode.SEASONAL, EMPLOYMENT_SEASONAL, weekly_minutes=weekly)
    if workplace.small_farm:
        return _answer(Cover.VOLUNTARY, InsuranceCode.SMALL_FARM, EMPLOYMENT_VOLUNTARY, staff=workplace.staff)
    return _answer(Cover.YES, InsuranceCode.COVERED, EMPLOYMENT_HOURS, weekly_minutes=weekly)


def social_insurance(employment: Employment, workplace: Workplace, day: date) -> Coverage:
    """Whether health insurance and employees' pension cover (健保法3条1項, 厚年法12条).

    Out are: those hired from day to day up to a month, contracts of up to two months that are not to be renewed, and
    part-timers under three quarters of full time unless twenty hours, 51 staff and no student come together; until
    30 September 2026 also under 88,000 yen a month. Work of one season of up to four months is UNCONFIRMED.

    Raises:
        UnknownTableError: a day before `FIRST_DAY`.
        TermsError: the monthly pay decides, but is not given.
    """
    _known_day(day)
    weekly = employment.weekly_minutes
    if not workplace.in_social_scheme:
        return _answer(Cover.NO, InsuranceCode.WORKPLACE_OUTSIDE, HEALTH_WORKPLACE)
    if employment.day_hired and day <= last_day_of_months(employment.first_day, 1):
        return _answer(Cover.NO, InsuranceCode.DAY_HIRED, HEALTH_DAY_HIRED, first_day=employment.first_day)
    if not employment.day_hired and _within(employment, 2) and not employment.renewal_expected:
        return _answer(
            Cover.NO, InsuranceCode.UP_TO_TWO_MONTHS, HEALTH_TWO_MONTHS, days=_days(employment) or 0
        )
    if employment.seasonal and _within(employment, 4):
        return _answer(Cover.UNCONFIRMED, InsuranceCode.SEASONAL, HEALTH_SEASONAL)
    if weekly * 4 >= workplace.full_time_weekly_minutes * 3:
        return _answer(Cover.YES, InsuranceCode.THREE_QUARTERS, HEALTH_PART_TIME, weekly_minutes=weekly)
    if weekly < TWENTY_HOURS:
        return _answer(Cover.NO, InsuranceCode.UNDER_20_HOURS, HEALTH_PART_TIME, weekly_minutes=weekly)
    if workplace.staff < STAFF_THRESHOLD:
        return _answer(Cover.NO, InsuranceCode.UNDER_51_STAFF, HEALTH_PART_TIME, staff=workplace.staff)
    if employment.daytime_student:
        return _answer(Cover.NO, InsuranceCode.DAYTIME_STUDENT, HEALTH_PART_TIME)
    if day < WAGE_RULE_ENDED and _monthly_pay(employment) < MONTHLY_WAGE:
        return _answer(
            Cover.NO, InsuranceCode.UNDER_88000, HEALTH_PART_TIME, monthly_pay=_monthly_pay(employment)
        )
    return _answer(Cover.YES, InsuranceCode.COVERED, HEALTH_PART_TIME, weekly_minutes=weekly)


def accident_insurance(workplace: Workplace, day: date) -> Coverage:
    """Whether workers' accident insurance covers: every worker from the first hour, at the employer's cost (労災法3条1項).

    An individual's farm with fewer than five staff is in it only when it has joined (暫定任意適用事業); its end is
    under way but not confirmed here, so the employer has to declare cover. Forestry (no regular staff), fishery (boats
    under five tons) and dangerous farm work are exempt more narrowly than the answer VOLUNTARY says: ask the office.

    Raises:
        UnknownTableError: a day before `FIRST_DAY`.
    """
    _known_day(day)
    if workplace.small_farm:
        return _answer(Cover.VOLUNTARY, InsuranceCode.SMALL_FARM, ACCIDENT_VOLUNTARY, staff=workplace.staff)
    return _answer(Cover.YES, InsuranceCode.COVERED, ACCIDENT)


@dataclass(frozen=True, slots=True)
class EmploymentRate:
    """Rates of employment insurance of one fiscal year and trade, exact shares of pay.

    Attributes:
        total: employer and worker together.
        worker: the worker's share: half of what is left of the total without the employer's own two programmes
            (2026: 3.5, in construction 4.5 in a thousand; 厚生労働省 令和8年度雇用保険料率のご案内).
        basis, worker_basis: the rules.
    """

    total: Fraction
    worker: Fraction
    basis: Basis = RATE
    worker_basis: Basis = SHARE


_RATES = {
    (2026, InsuranceTrade.GENERAL): EmploymentRate(Fraction(135, 10000), Fraction(5, 1000)),
    (2026, InsuranceTrade.AGRICULTURE_FORESTRY_FISHERY): EmploymentRate(
        Fraction(155, 10000), Fraction(6, 1000)
    ),
    (2026, InsuranceTrade.CONSTRUCTION): EmploymentRate(Fraction(165, 10000), Fraction(6, 1000)),
}


def employment_insurance_rate(trade: InsuranceTrade, day: date) -> EmploymentRate:
    """The rates in force on a day (徴収法12条4項): 2026 general 13.5, farm 15.5, construction 16.5 in a thousand.

    Raises:
        UnknownTableError: a day outside the fiscal years that are known.
    """
    year = day.year if day.month >= 4 else day.year - 1
    rate = _RATES.get((year, trade))
    if rate is None:
        raise _unknown(
            "employment insurance rates",
            "雇用保険料率",
            day,
            "2026-04-01 - 2027-03-31",
            f"Add the rates of fiscal year {year} from the ministry's notice",
            f"{year}年度の料率を厚生労働省の告示から加えてください",
        )
    return rate


def _answer(cover: Cover, code: InsuranceCode, basis: Basis, **values: Value) -> Coverage:
    return Coverage(cover, (Finding(code, basis, values),))


def _days(employment: Employment) -> int | None:
    if employment.last_day is None:
        return None
    return (employment.last_day - employment.first_day).days + 1


def _within(employment: Employment, months: int) -> bool:
    last = employment.last_day
    return last is not None and last <= last_day_of_months(employment.first_day, months)


def _monthly_pay(employment: Employment) -> int:
    if employment.monthly_pay is None:
        raise TermsError(
            place="monthly pay",
            value="-",
            reason_en="is needed for days before 2026-10-01 (88,000 yen)",
            reason_ja="は2026年9月30日までの日について必要です（月額8.8万円）",
            remedy_en="Give the scheduled pay of a month",
            remedy_ja="1か月の所定賃金を渡してください",
        )
    return employment.monthly_pay


def _known_day(day: date) -> None:
    if day < FIRST_DAY:
        raise _unknown(
            "insurance thresholds",
            "社会保険・雇用保険の基準",
            day,
            f"{FIRST_DAY.isoformat()} -",
            "Decide earlier days by the rules of their time",
            "それより前の日は当時の基準で判断してください",
        )


def _unknown(
    table_en: str, table_ja: str, day: date, holds: str, remedy_en: str, remedy_ja: str
) -> UnknownTableError:
    return UnknownTableError(
        table_en=table_en,
        table_ja=table_ja,
        value=day.isoformat(),
        holds=holds,
        remedy_en=remedy_en,
        remedy_ja=remedy_ja,
    )
