"""Wages: minutes by kind and terms of pay in, lines of pay in whole yen out, each with its rule.

Base pay is paid for every worked minute; each premium is a line of its own on top of it, so that lines add up:
overtime 25 %, a further 25 % beyond sixty hours a month (50 % together), night 25 %, legal holiday 35 %
(労基法37条1項・4項, 割増率令). Amounts are exact until a line is rounded to a yen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import floor

from sosei.engines.labour.basis import Basis
from sosei.engines.labour.errors import TermsError
from sosei.engines.labour.spans import Shift
from sosei.engines.labour.working_time import MinuteKind, Segment, classify

WAGE = Basis("労基法", "24条1項")
HOLIDAY_PREMIUM = Basis("割増率令", "本則")
OVERTIME_PREMIUM = Basis("労基法", "37条1項")
OVER_60_PREMIUM = Basis("労基法", "37条1項ただし書")
NIGHT_PREMIUM = Basis("労基法", "37条4項")
ROUNDING = Basis("通達", "昭63.3.14基発150号")


class AllowanceKind(StrEnum):
    """Allowances as the law tells them apart (労基則21条, 最賃法4条3項)."""

    COMMUTING = "commuting"
    FAMILY = "family"
    SEPARATION = "separation"
    CHILD_EDUCATION = "child_education"
    HOUSING = "housing"
    EXTRAORDINARY = "extraordinary"
    OVER_ONE_MONTH = "over_one_month"
    PERFECT_ATTENDANCE = "perfect_attendance"
    DUTY = "duty"
    SKILL = "skill"
    OTHER = "other"


OUTSIDE_PREMIUM_BASE = frozenset(
    {
        AllowanceKind.COMMUTING,
        AllowanceKind.FAMILY,
        AllowanceKind.SEPARATION,
        AllowanceKind.CHILD_EDUCATION,
        AllowanceKind.HOUSING,
        AllowanceKind.EXTRAORDINARY,
        AllowanceKind.OVER_ONE_MONTH,
    }
)
"""What premiums are not reckoned on: 労基法37条5項, 労基則21条. The list is closed."""


class AllowancePer(StrEnum):
    """What an allowance is paid for."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Allowance:
    """An amount beside the wage, in yen, for each hour, day or month, or once."""

    kind: AllowanceKind
    yen: int
    per: AllowancePer = AllowancePer.DAY

    def __post_init__(self) -> None:
        if self.yen < 0:
            raise _refused(
                "allowance",
                self.yen,
                "is below zero",
                "は0円未満です",
                "an allowance only adds",
                "手当は加えるだけです",
            )


class MonthRounding(StrEnum):
    """What is done with the odd minutes of a month's premium hours (昭63.3.14基発150号)."""

    NONE = "none"
    """Paid as worked: the default."""
    HALF_HOUR = "half_hour"
    """Each month's total of overtime, of holiday and of night minutes to the hour: below 30 down, from 30 up."""


class PayCode(StrEnum):
    """Kinds of lines of pay."""

    BASE = "base"
    OVERTIME = "overtime"
    OVER_60 = "over_60"
    NIGHT = "night"
    HOLIDAY = "holiday"
    ALLOWANCE = "allowance"
    ABSENCE = "absence"


@dataclass(frozen=True, slots=True)
class PayLine:
    """One line of pay.

    Attributes:
        code: what it is paid for.
        yen: the amount.
        basis: the rule.
        minutes: time it is paid for, where it is paid for time.
        rate: yen an hour before `percent`, exact.
        percent: share of the rate that this line pays (100 for base, 25 for overtime …).
        units: days or times, where it is paid for those.
        allowance: the allowance, of an allowance line.
    """

    code: PayCode
    yen: int
    basis: Basis
    minutes: int | None = None
    rate: Fraction | None = None
    percent: int | None = None
    units: int | None = None
    allowance: AllowanceKind | None = None


@dataclass(frozen=True)
class WageTerms:
    """What is paid for an hour, and what beside it.

    Attributes:
        hourly: yen an hour, exact.
        allowances: amounts beside it.
        day_minutes: scheduled minutes of a day, needed when an allowance by the day counts for premiums.
        month_minutes: scheduled minutes of an average month of the year, needed likewise for one by the month.
        overtime_percent … holiday_percent: premiums; never under the law's.

    Raises:
        TermsError: no wage, a premium under the law's, less beyond sixty hours than before, or the divisor of an
            allowance missing.
    """

    hourly: Fraction | int
    allowances: tuple[Allowance, ...] = ()
    day_minutes: int | None = None
    month_minutes: int | None = None
    overtime_percent: int = 25
    over_60_percent: int = 50
    night_percent: int = 25
    holiday_percent: int = 35

    def __post_init__(self) -> None:
        if self.hourly <= 0:
            raise _refused(
                "hourly wage",
                self.hourly,
                "is not above zero",
                "は0円以下です",
                "Give yen an hour",
                "時給を円で書いてください",
            )
        for place, given, least in (
            ("overtime_percent", self.overtime_percent, 25),
            ("over_60_percent", self.over_60_percent, 50),
            ("night_percent", self.night_percent, 25),
            ("holiday_percent", self.holiday_percent, 35),
        ):
            if given < least:
                raise _refused(
                    place,
                    f"{given}%",
                    f"is under the law's {least} % (労基法37条)",
                    f"は法定の {least}％ を下回ります（労基法37条）",
                    f"Give {least} or more",
                    f"{least}％以上にしてください",
                )
        if self.over_60_percent < self.overtime_percent:
            raise _refused(
                "over_60_percent",
                f"{self.over_60_percent}%",
                f"is under overtime_percent ({self.overtime_percent} %)",
                f"は overtime_percent（{self.overtime_percent}％）を下回ります",
                f"Give {self.overtime_percent} or more",
                f"{self.overtime_percent}％以上にしてください",
            )
        premium_base(self)

    @classmethod
    def from_day_wage(cls, yen: int, day_minutes: int, allowances: tuple[Allowance, ...] = ()) -> WageTerms:
        """Terms of a wage by the day: its hour is the wage over the day's scheduled hours (労基則19条1項2号).

        Raises:
            TermsError: no minutes, or as for any terms.
        """
        if day_minutes <= 0:
            raise _divisor("day_minutes", "a wage by the day", "日給")
        return cls(Fraction(yen * 60, day_minutes), allowances, day_minutes=day_minutes)


def hourly_value(allowance: Allowance, terms: WageTerms) -> Fraction:
    """Yen an hour of an allowance: what it pays over the hours it is paid for (労基則19条1項).

    Raises:
        TermsError: the hours are not known, or it is paid once.
    """
    if allowance.per is AllowancePer.HOUR:
        return Fraction(allowance.yen)
    if allowance.per is AllowancePer.ONCE:
        raise _refused(
            f"allowance {allowance.kind.value}",
            allowance.yen,
            "is paid once and has no hourly value",
            "は一度だけの手当で、1時間あたりの額がありません",
            "Name it extraordinary, or pay it by the hour, day or month",
            "臨時の手当とするか、時間・日・月あたりで書いてください",
        )
    place = "day_minutes" if allowance.per is AllowancePer.DAY else "month_minutes"
    minutes = terms.day_minutes if allowance.per is AllowancePer.DAY else terms.month_minutes
    if not minutes or minutes < 0:
        raise _divisor(place, f"allowance {allowance.kind.value}", f"手当 {allowance.kind.value}")
    return Fraction(allowance.yen * 60, minutes)


def premium_base(terms: WageTerms) -> Fraction:
    """Yen an hour that premiums are reckoned on: the wage and every allowance but those of 労基則21条.

    Raises:
        TermsError: an allowance whose hours are not known.
    """
    counted = (each for each in terms.allowances if each.kind not in OUTSIDE_PREMIUM_BASE)
    return sum((hourly_value(each, terms) for each in counted), start=Fraction(terms.hourly))


def round_yen(amount: Fraction) -> int:
    """Whole yen: below fifty sen down, from fifty up (昭63.3.14基発150号, 通貨法3条1項)."""
    return floor(amount + Fraction(1, 2))


def round_month(minutes: int) -> int:
    """A month's minutes to the hour: below thirty down, from thirty up (昭63.3.14基発150号); of months only."""
    return (minutes + 30) // 60 * 60


def pay_lines(
    segments: Iterable[Segment], terms: WageTerms, rounding: MonthRounding = MonthRounding.NONE
) -> tuple[PayLine, ...]:
    """The lines of one employer's pay for one period: a day where pay is by the day, a month where by the month.

    Args:
        segments: of `working_time.classify`, those of this employer within the period. Classify the whole weeks and
            months, of all employers, and choose from the answer: a day classified alone knows no overtime of the week.
        terms: of pay, the same for all of them.
        rounding: of the month's premium hours; base pay is for every minute whatever is chosen.

    Returns:
        Base, then the premiums that apply, then the allowances; each rounded once. Nothing for no minutes. Allowances
        by the month and those paid once are in every call.

    Raises:
        TermsError: work of several employers, each of whom pays its own.
    """
    minutes: dict[PayCode, int] = defaultdict(int)
    days: set[date] = set()
    employers: set[str] = set()
    for segment in segments:
        days.add(segment.day)
        employers.add(segment.employer)
        minutes[PayCode.BASE] += segment.minutes
        minutes[PayCode.OVERTIME] += segment.minutes * segment.is_overtime
        minutes[PayCode.OVER_60] += segment.minutes * segment.over_60
        minutes[PayCode.NIGHT] += segment.minutes * segment.night
        minutes[PayCode.HOLIDAY] += segment.minutes * (segment.kind is MinuteKind.HOLIDAY)
    if len(employers) > 1:
        raise _refused(
            "segments",
            ", ".join(sorted(employers)),
            "are several employers",
            "は複数の使用者です",
            "Ask for the pay of each employer apart, after classifying all of them together",
            "全員分をまとめて分類してから、使用者ごとに賃金を計算してください",
        )
    base = premium_base(terms)
    kinds = (
        (PayCode.BASE, Fraction(terms.hourly), 100, WAGE),
        (PayCode.OVERTIME, base, terms.overtime_percent, OVERTIME_PREMIUM),
        (PayCode.OVER_60, base, terms.over_60_percent - terms.overtime_percent, OVER_60_PREMIUM),
        (PayCode.NIGHT, base, terms.night_percent, NIGHT_PREMIUM),
        (PayCode.HOLIDAY, base, terms.holiday_percent, HOLIDAY_PREMIUM),
    )
    lines: list[PayLine] = []
    for code, rate, percent, basis in kinds:
        exact = minutes[code]
        paid = (
            round_month(exact) if rounding is MonthRounding.HALF_HOUR and code is not PayCode.BASE else exact
        )
        if paid:
            yen = round_yen(rate * percent * paid / 6000)
            lines.append(PayLine(code, yen, basis, minutes=paid, rate=rate, percent=percent))
    if minutes[PayCode.BASE]:
        lines.extend(_allowance_line(each, minutes[PayCode.BASE], len(days)) for each in terms.allowances)
    return tuple(lines)


def planned_pay(shift: Shift, terms: WageTerms) -> tuple[PayLine, ...]:
    """The lines of one planned shift by itself, as a posting shows them and a cancellation pays them."""
    return pay_lines(classify([shift]), terms)


def _allowance_line(allowance: Allowance, minutes: int, days: int) -> PayLine:
    if allowance.per is AllowancePer.HOUR:
        yen = round_yen(Fraction(allowance.yen * minutes, 60))
        return PayLine(
            PayCode.ALLOWANCE, yen, WAGE, minutes, Fraction(allowance.yen), 100, allowance=allowance.kind
        )
    units = days if allowance.per is AllowancePer.DAY else 1
    return PayLine(PayCode.ALLOWANCE, allowance.yen * units, WAGE, units=units, allowance=allowance.kind)


def _divisor(place: str, what_en: str, what_ja: str) -> TermsError:
    return _refused(
        place,
        "-",
        f"is needed to reckon {what_en} by the hour (労基則19条)",
        f"がないと{what_ja}を1時間あたりにできません（労基則19条）",
        "Give the scheduled minutes",
        "所定労働時間（分）を書いてください",
    )


def _refused(
    place: str, value: object, reason_en: str, reason_ja: str, remedy_en: str, remedy_ja: str
) -> TermsError:
    return TermsError(
        place=place,
        value=value,
        reason_en=reason_en,
        reason_ja=reason_ja,
        remedy_en=remedy_en,
        remedy_ja=remedy_ja,
    )
