"""Rules of money in plain Python: the platform's share, and how an amount is spread over several payments.

All amounts are whole yen and contain the consumption tax, which `engines.conventions.tax` reckons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sosei.engines.conventions.tax import tax_on

TAX_RATES: Final = (10, 8, 0)
"""What a line may be charged with: the rates in force, and what is not taxed."""
KONBINI_LIMIT: Final = 299_999
"""More than this no shop takes at its till."""


@dataclass(frozen=True)
class Fee:
    """The platform's share and the consumption tax on it."""

    fee: int = 0
    tax: int = 0

    @property
    def both(self) -> int:
        """What the payee does not get."""
        return self.fee + self.tax

    def __sub__(self, other: Fee) -> Fee:
        return Fee(self.fee - other.fee, self.tax - other.tax)


def fee_of(yen: int, percent: Decimal, tax_percent: int) -> Fee:
    """The platform's share of what a payee earned, and the tax on it; each rounded down.

    It is reckoned from the whole sum of a bill, never payment by payment: how a bill was paid and refunded changes
    nothing of it, and a bill that is refunded whole leaves no yen of it.

    Args:
        yen: paid, owed, and not given back.
    """
    if yen <= 0:
        return Fee()
    fee = int(yen * percent // 100)
    return Fee(fee, tax_on(fee, tax_percent))


def spread(yen: int, rooms: Sequence[int]) -> list[int]:
    """Shares of `yen` that fill `rooms` in their order.

    Raises:
        ValueError: they hold less.
    """
    shares, left = [], yen
    for room in rooms:
        share = min(left, room)
        shares.append(share)
        left -= share
    if left:
        raise ValueError(f"{yen} yen do not go into {sum(rooms)}")
    return shares
