"""The days on which a bill's thing is used, which papers name: the room that charges declares how they are found.

Where it declares nothing, a paper names the days of the charges.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sosei.core.payments.models import Bill

Days = tuple[date, date]
_finders: dict[str, Callable[[str], Days | None]] = {}


def declare_supply_days(kind: str, find: Callable[[str], Days | None]) -> None:
    """Makes known how the first and last day of use of a payable kind are found, from the thing's key.

    Raises:
        ValueError: another way is known already.
    """
    if _finders.setdefault(kind, find) is not find:
        raise ValueError(f"the days of {kind!r} are declared twice")


def supply_days(bill: Bill) -> Days | None:
    """First and last day of use; None where the room does not say."""
    find = _finders.get(bill.kind)
    return find(bill.object_key) if find is not None else None
