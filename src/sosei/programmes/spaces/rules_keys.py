"""Codes for doors: unpredictable, unlike those of neighbouring bookings, and good only in their time; no Django."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError, need_range
from sosei.programmes.spaces.rules_periods import MINUTE, Period, in_utc

SHORTEST, LONGEST = 4, 10
LEAST_DISTANCE = 10
"""Numbers nearer than this to a neighbour's code are not given."""
LEAST_DIFFERENCE = 2
"""Digits in which two neighbours' codes differ at least: one slip of a finger opens nobody else's door."""
NEIGHBOUR = timedelta(days=7)
"""Codes of the same door that are, or were, good so shortly before or after are neighbours."""
MOST_DRAWS = 10_000
MOST_WRONG = 5
WRONG_WINDOW = timedelta(minutes=10)


class Code(StrEnum):
    """Why a code does not open."""

    WRONG = "wrong"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    WITHDRAWN = "withdrawn"
    LOCKED_OUT = "locked_out"


@dataclass(frozen=True, slots=True)
class Key:
    """What a lock knows of one booking."""

    pin: str
    valid: Period
    withdrawn: bool = False


def is_weak(pin: str) -> bool:
    """Codes that people try first: one digit, a run up or down, a repeated half, a year of 1900 to 2099."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        return True
    half = len(pin) // 2
    if len(pin) % 2 == 0 and pin[:half] == pin[half:]:
        return True
    return len(pin) == 4 and pin[:2] in ("19", "20")


def too_like(pin: str, other: str) -> bool:
    """Whether a code is too near to a neighbour's: as a number, or in its digits; other lengths are never like it."""
    if len(pin) != len(other):
        return False
    differing = sum(left != right for left, right in zip(pin, other, strict=True))
    return abs(int(pin) - int(other)) < LEAST_DISTANCE or differing < LEAST_DIFFERENCE


def new_pin(below: Callable[[int], int], neighbours: Collection[str] = (), *, length: int = 6) -> str:
    """A code, each allowed one as likely as any other.

    Args:
        below: `secrets.randbelow`.
        neighbours: codes of the same door around the same time (`neighbours_of`).

    Raises:
        RulesError: a length outside 4..10, a number outside what was asked of `below`, or no code found that is unlike
            all neighbours (then take a longer one).
    """
    need_range(length, SHORTEST, LONGEST, place="length")
    for _draw in range(MOST_DRAWS):
        number = below(10**length)
        need_range(number, 0, 10**length - 1, place="below")
        pin = f"{number:0{length}}"
        if not is_weak(pin) and not any(too_like(pin, other) for other in neighbours):
            return pin
    raise RulesError(
        ErrorCode.EXHAUSTED,
        place="length",
        value=length,
        remedy=f"{length + 1}..{LONGEST}",
        neighbours=len(neighbours),
    )


def neighbours_of(valid: Period, keys: Sequence[Key]) -> list[str]:
    """Codes of a door that are good around a time, withdrawn ones too: somebody still remembers them."""
    around = Period(valid.start - NEIGHBOUR, valid.end + NEIGHBOUR)
    return [key.pin for key in keys if key.valid.overlaps(around)]


def validity(
    period: Period,
    *,
    before: int = 10,
    after: int = 10,
    previous_end: datetime | None = None,
    next_start: datetime | None = None,
) -> Period:
    """When a code opens: some minutes around the booking, never into the time of the booking before or behind it.

    Raises:
        RulesError: minutes outside 0..1440, or neighbours that overlap the booking.
    """
    need_range(before, 0, 1440, place="before")
    need_range(after, 0, 1440, place="after")
    start, end = period.start - before * MINUTE, period.end + after * MINUTE
    if previous_end is not None:
        previous = in_utc(previous_end, place="previous_end")
        if previous > period.start:
            raise RulesError(
                ErrorCode.NOT_TOGETHER,
                place="previous_end",
                value=previous_end,
                remedy="not after the start",
                start=period.start,
            )
        start = max(start, previous)
    if next_start is not None:
        following = in_utc(next_start, place="next_start")
        if following < period.end:
            raise RulesError(
                ErrorCode.NOT_TOGETHER,
                place="next_start",
                value=next_start,
                remedy="not before the end",
                end=period.end,
            )
        end = min(end, following)
    return Period(start, end)


def must_renew(old_place: int, old: Period, new_place: int, new: Period) -> bool:
    """A moved booking gets a new code: the old one may have been passed on for the old time."""
    return old_place != new_place or old != new


def answer(pin: str, keys: Sequence[Key], wrong_at: Sequence[datetime], now: datetime) -> Code | None:
    """What a lock says to a code; None when it opens.

    Args:
        wrong_at: when wrong codes were tried at this lock.

    Raises:
        RulesError: a moment without zone.
    """
    moment = in_utc(now, place="now")
    recent = [each for each in wrong_at if moment - WRONG_WINDOW < in_utc(each, place="wrong_at") <= moment]
    if len(recent) >= MOST_WRONG:
        return Code.LOCKED_OUT
    known = [key for key in keys if key.pin == pin]
    good = [key for key in known if not key.withdrawn]
    if any(key.valid.start <= moment < key.valid.end for key in good):
        return None
    if not known:
        return Code.WRONG
    if not good:
        return Code.WITHDRAWN
    return Code.TOO_EARLY if any(moment < key.valid.start for key in good) else Code.TOO_LATE
