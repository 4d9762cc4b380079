"""Minimum wage: the amount in a workplace's prefecture on the day worked, and terms of pay compared with it.

The table is dated data of this package (`tables/minimum_wage.csv`): each prefecture's amount takes effect on its own
day, which is never assumed (2025: from 1 October to 31 March). Only the prefectures' general minimum is here, not
that of single industries (特定最低賃金).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from importlib import resources

from sosei.engines.conventions.prefectures import PREFECTURES
from sosei.engines.labour.basis import Basis, Certainty, Finding
from sosei.engines.labour.errors import UnknownTableError
from sosei.engines.labour.wages import AllowanceKind, AllowancePer, WageTerms, hourly_value

MINIMUM = Basis("最賃法", "4条1項")
COMPARED_WITHOUT = Basis("最賃法", "4条3項")
OUTSIDE_COMPARISON = frozenset(
    {
        AllowanceKind.COMMUTING,
        AllowanceKind.FAMILY,
        AllowanceKind.PERFECT_ATTENDANCE,
        AllowanceKind.EXTRAORDINARY,
        AllowanceKind.OVER_ONE_MONTH,
    }
)
"""What is left out when a wage is compared with the minimum: 最賃法4条3項, 最賃則1条・2条. Premiums and bonuses are too."""


class WageCode(StrEnum):
    """What the minimum wage may find."""

    WAGE_BELOW_MINIMUM = "wage_below_minimum"


@dataclass(frozen=True, slots=True)
class MinimumWage:
    """One prefecture's minimum wage.

    Attributes:
        prefecture_code: "01" to "47".
        fiscal_year: the year (from April) in which it was decided.
        yen: an hour.
        effective_from: first day it is in force.
        certainty: of the day: ANNOUNCED when it was planned, UNCONFIRMED when one source alone gives it.
    """

    prefecture_code: str
    fiscal_year: int
    yen: int
    effective_from: date
    certainty: Certainty = Certainty.ESTABLISHED

    @property
    def planned(self) -> bool:
        """Whether the day was announced as planned."""
        return self.certainty is Certainty.ANNOUNCED

    @property
    def basis(self) -> Basis:
        """最賃法4条1項, as firm as the day is."""
        return Basis(MINIMUM.law, MINIMUM.article, self.certainty)


_MARKS = {"": Certainty.ESTABLISHED, "p": Certainty.ANNOUNCED, "s": Certainty.UNCONFIRMED}


@lru_cache(maxsize=1)
def _table() -> tuple[date, dict[str, tuple[MinimumWage, ...]]]:
    """Last day answered for, and each prefecture's amounts, the oldest first."""
    text = (resources.files(__package__) / "tables" / "minimum_wage.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines() if line and not line.startswith("#")]
    last_day = date.fromisoformat(rows[0][1])
    return last_day, {code: tuple(_entry(code, cell) for cell in cells) for code, *cells in rows[1:]}


def _entry(code: str, cell: str) -> MinimumWage:
    year, yen, day = cell.split(":")
    return MinimumWage(code, int(year), int(yen), date.fromisoformat(day[:10]), _MARKS[day[10:]])


def minimum_wage(prefecture_code: str, day: date) -> MinimumWage:
    """The minimum wage in force in a prefecture on a day (最賃法4条1項: that of the workplace, on the day worked).

    Args:
        prefecture_code: two digits; the first two of a municipality's code.
        day: the day worked.

    Raises:
        UnknownTableError: no such prefecture, or a day that the table does not reach.
    """
    last_day, table = _table()
    known = table.get(prefecture_code)
    if known is None:
        raise _unknown(
            prefecture_code,
            "01-47",
            "Give the prefecture's two digits as text (07)",
            "都道府県番号2桁を文字列で渡してください（07）",
        )
    in_force = [each for each in known if each.effective_from <= day]
    if not in_force or day > last_day:
        name = PREFECTURES[prefecture_code]
        raise _unknown(
            f"{name} {day.isoformat()}",
            f"{known[0].effective_from.isoformat()} - {last_day.isoformat()}",
            "Add the amount and its first day to tables/minimum_wage.csv from the Labour Bureau's notice",
            "労働局の公示にある額と発効日を tables/minimum_wage.csv に加えてください",
        )
    return in_force[-1]


def minimum_wage_changes(prefecture_code: str, first: date, last: date) -> tuple[MinimumWage, ...]:
    """Every minimum wage in force on some day from `first` to `last`, the oldest first (最賃法4条1項).

    Raises:
        UnknownTableError: as for `minimum_wage`.
    """
    at_first = minimum_wage(prefecture_code, first)
    minimum_wage(prefecture_code, last)
    later = [each for each in _table()[1][prefecture_code] if first < each.effective_from <= last]
    return (at_first, *later)


def comparable_hourly(terms: WageTerms) -> Fraction:
    """Yen an hour to compare: the wage and its allowances but those of 最賃法4条3項; what is paid once is left out.

    Raises:
        TermsError: an allowance whose hours are not known.
    """
    counted = (
        each
        for each in terms.allowances
        if each.kind not in OUTSIDE_COMPARISON and each.per is not AllowancePer.ONCE
    )
    return sum((hourly_value(each, terms) for each in counted), start=Fraction(terms.hourly))


def below_minimum(terms: WageTerms, prefecture_code: str, day: date) -> Finding | None:
    """WAGE_BELOW_MINIMUM when the comparable wage is under the minimum of that place and day, else None (最賃法4条).

    Raises:
        UnknownTableError: as for `minimum_wage`.
        TermsError: as for `comparable_hourly`.
    """
    floor = minimum_wage(prefecture_code, day)
    hourly = comparable_hourly(terms)
    if hourly >= floor.yen:
        return None
    missing = floor.yen - hourly
    values = {
        "hourly": str(hourly) if hourly.denominator > 1 else int(hourly),
        "minimum": floor.yen,
        "missing": -(-missing.numerator // missing.denominator),
        "day": day,
        "prefecture_code": prefecture_code,
    }
    return Finding(WageCode.WAGE_BELOW_MINIMUM, floor.basis, values)


def _unknown(value: str, holds: str, remedy_en: str, remedy_ja: str) -> UnknownTableError:
    return UnknownTableError(
        table_en="minimum wages",
        table_ja="最低賃金",
        value=value,
        holds=holds,
        remedy_en=remedy_en,
        remedy_ja=remedy_ja,
    )
