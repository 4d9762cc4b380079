"""Consumption tax as dated data, and the rounding of it to whole yen.

Rates (national and local together): 3 % from 1 April 1989 (消費税法, 昭和63年法律108号), 5 % from 1 April 1997
(平成6年法律109号), 8 % from 1 April 2014 (平成24年法律68号), 10 % from 1 October 2019 with 8 % for food and newspapers
(軽減税率, 平成28年法律15号). The last rate goes on until a law changes it: for days to come the answer is the law as it
stands now.

An invoice rounds once per rate, never per line (消費税法施行令70条の10; インボイスQ&A). How is free; down is usual, and
what is done here unless something else is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sosei.engines.conventions.errors import ConventionError


class Day(Protocol):
    """A civil date: anything with year, month and day."""

    @property
    def year(self) -> int: ...
    @property
    def month(self) -> int: ...
    @property
    def day(self) -> int: ...


class TaxError(ConventionError):
    """A rate that no law knows on that day, or an amount or percentage that cannot be reckoned with."""

    english = "Consumption tax: {value} {reason_en}."
    japanese = "消費税: {value} {reason_ja}。"
    english_remedy = "{remedy_en}."
    japanese_remedy = "{remedy_ja}。"


class TaxKind(StrEnum):
    """Which rate a thing falls under."""

    STANDARD = "standard"
    REDUCED = "reduced"


class Rounding(StrEnum):
    """What becomes of a part of a yen; amounts below nothing mirror those above."""

    DOWN = "down"
    UP = "up"
    HALF_UP = "half_up"


RATES: tuple[tuple[tuple[int, int, int], int, int | None], ...] = (
    ((1989, 4, 1), 3, None),
    ((1997, 4, 1), 5, None),
    ((2014, 4, 1), 8, None),
    ((2019, 10, 1), 10, 8),
)
"""First day, standard rate, reduced rate (None where there is none)."""


def tax_percent(day: Day, kind: TaxKind = TaxKind.STANDARD) -> int:
    """The rate in force on the day when the thing is supplied.

    Raises:
        TaxError: before the tax began, or a reduced rate before there was one.
    """
    asked = (day.year, day.month, day.day)
    in_force = [row for row in RATES if row[0] <= asked]
    shown = f"{day.year}-{day.month:02}-{day.day:02}"
    if not in_force:
        raise TaxError(
            value=shown,
            reason_en="lies before 1 April 1989, when the tax began",
            reason_ja="は消費税が始まった1989年4月1日より前です",
            remedy_en="Correct the date",
            remedy_ja="日付を直してください",
        )
    _first, standard, reduced = in_force[-1]
    if kind is TaxKind.STANDARD:
        return standard
    if reduced is None:
        raise TaxError(
            value=shown,
            reason_en="had no reduced rate; there is one from 1 October 2019",
            reason_ja="には軽減税率がありません（2019年10月1日から）",
            remedy_en="Use the standard rate for that day",
            remedy_ja="その日は標準税率を使ってください",
        )
    return reduced


def tax_within(yen: int, percent: int, rounding: Rounding = Rounding.DOWN) -> int:
    """The tax in an amount that includes it: yen * percent / (100 + percent).

    Raises:
        TaxError: a percentage outside 0..100.
    """
    return _divided(yen * _checked(percent), 100 + percent, rounding)


def tax_on(net: int, percent: int, rounding: Rounding = Rounding.DOWN) -> int:
    """The tax on an amount without it: net * percent / 100.

    Raises:
        TaxError: a percentage outside 0..100.
    """
    return _divided(net * _checked(percent), 100, rounding)


@dataclass(frozen=True, slots=True)
class RateTotal:
    """One rate of an invoice: what was charged under it with the tax, the tax, and what is left without it."""

    percent: int
    yen: int
    tax: int

    @property
    def net(self) -> int:
        """Without the tax."""
        return self.yen - self.tax


def totals_by_rate(
    lines: Iterable[tuple[int, int]], rounding: Rounding = Rounding.DOWN
) -> tuple[RateTotal, ...]:
    """The sums of an invoice, tax rounded once per rate.

    Args:
        lines: yen with tax, and the percentage, of each line.

    Returns:
        One total for each percentage, the highest first.

    Raises:
        TaxError: a percentage outside 0..100.
    """
    sums: dict[int, int] = {}
    for yen, percent in lines:
        sums[percent] = sums.get(percent, 0) + yen
    return tuple(
        RateTotal(percent, yen, tax_within(yen, percent, rounding))
        for percent, yen in sorted(sums.items(), reverse=True)
    )


def _checked(percent: int) -> int:
    if 0 <= percent <= 100:
        return percent
    raise TaxError(
        value=f"{percent} %",
        reason_en="is no rate",
        reason_ja="は税率ではありません",
        remedy_en="Give a whole number from 0 to 100",
        remedy_ja="0から100までの整数を書いてください",
    )


def _divided(above: int, below: int, rounding: Rounding) -> int:
    whole, rest = divmod(abs(above), below)
    if rest and (rounding is Rounding.UP or (rounding is Rounding.HALF_UP and 2 * rest >= below)):
        whole += 1
    return whole if above >= 0 else -whole
