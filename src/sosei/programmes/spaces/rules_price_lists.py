"""Price lists: items by hour, slot, day and package, the days they hold on, and which list is in force; no Django.

All prices are whole yen with tax. How items are put together is the matter of `rules_prices`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError, need_range
from sosei.programmes.spaces.rules_holidays import IsHoliday, is_holiday
from sosei.programmes.spaces.rules_periods import DAY, WEEK

MOST_YEN = 100_000_000
SHORTEST_UNIT = 5
ALL_WEEKDAYS = frozenset(range(7))


class Kind(StrEnum):
    """How an item counts."""

    HOUR = "hour"
    SLOT = "slot"
    DAY = "day"
    PACKAGE = "package"


class Tier(StrEnum):
    """Whom an item is for."""

    RESIDENT = "resident"
    OUTSIDE = "outside"


class OnHolidays(StrEnum):
    """What a public holiday does to a choice of weekdays."""

    AS_WEEKDAY = "as_weekday"
    """Nothing: its weekday counts."""
    ALSO = "also"
    """Holidays are in, whatever their weekday."""
    ONLY = "only"
    """Holidays alone, whatever their weekday."""
    NEVER = "never"
    """Holidays are out."""


@dataclass(frozen=True, slots=True)
class Days:
    """A choice of days: weekdays (0 is Monday), and what holidays do to it.

    Raises:
        RulesError: a weekday outside 0..6, or none at all where weekdays count.
    """

    weekdays: frozenset[int] = ALL_WEEKDAYS
    on_holidays: OnHolidays = OnHolidays.AS_WEEKDAY

    def __post_init__(self) -> None:
        for weekday in self.weekdays:
            need_range(weekday, 0, 6, place="Days.weekdays")
        if not self.weekdays and self.on_holidays in (OnHolidays.AS_WEEKDAY, OnHolidays.NEVER):
            raise RulesError(ErrorCode.MISSING, place="Days.weekdays", value="", remedy="0..6")

    def include(self, day: date, holidays: IsHoliday = is_holiday) -> bool:
        """Whether a day is among them."""
        chosen = day.weekday() in self.weekdays
        if self.on_holidays is OnHolidays.AS_WEEKDAY:
            return chosen
        if self.on_holidays is OnHolidays.ONLY:
            return holidays(day)
        if self.on_holidays is OnHolidays.ALSO:
            return chosen or holidays(day)
        return chosen and not holidays(day)


EVERY_DAY = Days()
WORKDAYS = Days(frozenset(range(5)), OnHolidays.NEVER)
WEEKENDS = Days(frozenset({5, 6}), OnHolidays.ALSO)


@dataclass(frozen=True, slots=True)
class Season:
    """From a day of the year to a day of the year, both in it; it may go over the new year.

    29 February is allowed: in other years "until 29 February" ends on the 28th, "from 29 February" begins in March.

    Raises:
        RulesError: no day of the calendar.
    """

    first: tuple[int, int]
    last: tuple[int, int]

    def __post_init__(self) -> None:
        for name, (month, day) in (("first", self.first), ("last", self.last)):
            try:
                date(2000, month, day)
            except ValueError as error:
                raise RulesError(
                    ErrorCode.OUT_OF_RANGE,
                    place=f"Season.{name}",
                    value=f"{month}-{day}",
                    remedy="month and day of the calendar",
                ) from error

    def includes(self, day: date) -> bool:
        """Whether a day lies in it."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True, slots=True)
class PriceItem:
    """One line of a price list.

    Attributes:
        code: the caller's key, unique in the list.
        yen: with tax: for one unit of hours, one slot, one day, one package.
        opens, closes: minutes after local midnight between which it holds; `closes` may exceed 1440.
        unit_minutes: what `yen` buys (hours only).
        min_minutes: what a run costs at least (hours only).
        package_minutes: length of a package that may begin anywhere between `opens` and `closes`; None: all of it.
        tier: None for everybody.
        plan: items that may stand together where the list does not combine; empty: those of the same kind.

    Raises:
        RulesError: figures out of range, or of another kind of item.
    """

    code: str
    kind: Kind
    yen: int
    opens: int = 0
    closes: int = DAY
    unit_minutes: int = 60
    min_minutes: int = 0
    package_minutes: int | None = None
    days: Days = EVERY_DAY
    season: Season | None = None
    tier: Tier | None = None
    plan: str = ""

    def __post_init__(self) -> None:
        need_range(self.yen, 0, MOST_YEN, place="PriceItem.yen")
        need_range(self.opens, 0, DAY - 1, place="PriceItem.opens")
        longest = DAY if self.kind is Kind.HOUR else WEEK
        need_range(self.closes, self.opens + 1, self.opens + longest, place="PriceItem.closes")
        need_range(self.unit_minutes, SHORTEST_UNIT, DAY, place="PriceItem.unit_minutes")
        need_range(self.min_minutes, 0, DAY, place="PriceItem.min_minutes")
        if self.min_minutes and self.kind is not Kind.HOUR:
            raise RulesError(
                ErrorCode.NOT_TOGETHER,
                place="PriceItem.min_minutes",
                value=self.min_minutes,
                remedy=Kind.HOUR,
            )
        if self.package_minutes is None:
            return
        if self.kind is not Kind.PACKAGE:
            raise RulesError(
                ErrorCode.NOT_TOGETHER,
                place="PriceItem.package_minutes",
                value=self.package_minutes,
                remedy=Kind.PACKAGE,
            )
        need_range(self.package_minutes, 1, self.closes - self.opens, place="PriceItem.package_minutes")

    @property
    def least_units(self) -> int:
        """Units that a run of hours costs at least."""
        return max(1, -(-self.min_minutes // self.unit_minutes))

    @property
    def plan_name(self) -> str:
        """What it may stand together with."""
        return self.plan or self.kind

    def holds_on(self, day: date, holidays: IsHoliday) -> bool:
        """Whether its weekday, holiday and season conditions allow a day."""
        return (self.season is None or self.season.includes(day)) and self.days.include(day, holidays)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Items in force from a day (to a day, which is the last), replaced by any list that begins later.

    Raises:
        RulesError: an end before the beginning, or two items of one code.
    """

    code: str
    first_day: date
    items: tuple[PriceItem, ...]
    last_day: date | None = None
    combine: bool = True

    def __post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise RulesError(
                ErrorCode.BACKWARDS,
                place="PriceList.last_day",
                value=self.last_day,
                remedy="not before first_day",
            )
        codes = [item.code for item in self.items]
        for code in codes:
            if codes.count(code) > 1:
                raise RulesError(
                    ErrorCode.DUPLICATE, place="PriceList.items", value=code, remedy="one item for each code"
                )


def list_on(day: date, lists: Sequence[PriceList]) -> PriceList | None:
    """The list in force on a day: of those that hold, the one that began last.

    Raises:
        RulesError: two lists begin on one day.
    """
    holding = [
        each for each in lists if each.first_day <= day and (each.last_day is None or day <= each.last_day)
    ]
    if not holding:
        return None
    newest = max(each.first_day for each in holding)
    found = [each for each in holding if each.first_day == newest]
    if len(found) > 1:
        raise RulesError(
            ErrorCode.DUPLICATE,
            place="PriceList.first_day",
            value=newest,
            remedy="one list for each first day",
            lists=", ".join(each.code for each in found),
        )
    return found[0]
