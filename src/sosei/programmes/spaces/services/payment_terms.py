"""Which ways to pay still fit before a start, and until when a place is held for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sosei.programmes.spaces.models import Booking, Space
from sosei.programmes.spaces.rules_bookings import hold_until, konbini_until
from sosei.programmes.spaces.services import money

MOST_HELD = timedelta(days=3)
"""So long a place waits for money from a shop or a bank, at most."""
BANK_CLEAR = 1440
"""A transfer must be there a day before the start: banks do not tell at once."""


@dataclass(frozen=True)
class _Time:
    space: Space
    start: datetime


def ways(parts: Sequence[Any], yen: int, now: datetime) -> tuple[str, ...]:
    """The ways that all the spaces take and that still fit before the first start."""
    return _ways([_Time(part.wanted.space, part.wanted.period.start) for part in parts], yen, now)


def ways_of_bookings(bookings: Iterable[Booking], yen: int, now: datetime) -> tuple[str, ...]:
    """As `ways`, for bookings that are held."""
    return _ways([_Time(one.space, one.period.lower) for one in bookings], yen, now)


def held_until(way: str, parts: Sequence[Any], yen: int, now: datetime) -> datetime:
    """Until when places are held while they are paid this way."""
    times = [_Time(part.wanted.space, part.wanted.period.start) for part in parts]
    return _until(way if yen else "", times, now) or hold_until(now, _first(times))


def until_for(way: str, bookings: Iterable[Booking], now: datetime) -> datetime:
    """As `held_until`, for bookings that are held."""
    times = [_Time(one.space, one.period.lower) for one in bookings]
    return _until(way, times, now) or hold_until(now, _first(times))


def _ways(times: Sequence[_Time], yen: int, now: datetime) -> tuple[str, ...]:
    if not times:
        return ()
    common = set.intersection(*(set(one.space.ways_to_pay) for one in times))
    return tuple(way for way in money.ways_for(yen, common) if _until(way, times, now) is not None)


def _first(times: Sequence[_Time]) -> datetime:
    return min(one.start for one in times)


def _until(way: str, times: Sequence[_Time], now: datetime) -> datetime | None:
    """None where the start is too near for this way to pay."""
    first = _first(times)
    if way in ("konbini", "bank"):
        notice = max(one.space.notice_minutes for one in times)
        clear = max(notice, BANK_CLEAR if way == "bank" else 60)
        until = konbini_until(now, first, clear_before=min(clear, 30 * 1440))
        return None if until is None else min(until, now + MOST_HELD)
    return hold_until(now, first)
