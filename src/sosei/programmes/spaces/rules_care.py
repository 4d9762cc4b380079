"""Rules of what comes after a booking: when reviews are shown, what may stand in them, terms and sums of damage.

Plain Python: no Django, no clock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sosei.programmes.spaces.rules_bookings import REVIEW_TERM

__all__ = ["REVIEW_TERM"]
MEAN_FROM = 3
"""Of fewer reviews no mean is shown: readers take the figure for a judgement, and one voice would be the whole of it."""
REMIND_BEFORE = timedelta(days=4)
"""So long before the end of the term the guest is reminded, once."""
STARS = range(1, 6)

GUEST, HOST = "guest", "host"
_FULLY = ("yes", "partly", "no")
QUESTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    GUEST: {"described": _FULLY, "clean": _FULLY, "wifi": ("good", "slow", "none", "unused")},
    HOST: {"clean": _FULLY, "on_time": _FULLY, "rules": _FULLY},
}
"""Side -> question -> answers."""


# --- Reviews ----------------------------------------------------------------------------------------------------------


def may_review(over_at: datetime, now: datetime) -> bool:
    """After the end, and before the other side's words may be on show."""
    return over_at <= now < over_at + REVIEW_TERM


def is_shown(sides: Collection[str], over_at: datetime, now: datetime) -> bool:
    """When both sides have written, or the time is over: neither knows the other's words while writing."""
    return len(set(sides)) == 2 or (bool(sides) and now >= over_at + REVIEW_TERM)


@dataclass(frozen=True, slots=True)
class Mean:
    """Stars of several reviews."""

    count: int
    total: int

    @property
    def tenths(self) -> int | None:
        """The mean in tenths of a star, halves up; None for too few."""
        if self.count < MEAN_FROM:
            return None
        return (20 * self.total + self.count) // (2 * self.count)


def missing_answers(side: str, answers: Mapping[str, str]) -> list[str]:
    """Questions of the side without an answer that it knows."""
    return [name for name, known in QUESTIONS[side].items() if answers.get(name) not in known]


_CONTACT = re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}|0\d{1,4}-?\d{1,4}-?\d{3,4}(?!\d)", re.IGNORECASE)


def private_part(text: str, names: Iterable[str]) -> str:
    """The first name, address of mail or telephone number that stands in a text for everybody; "" for none."""
    folded = unicodedata.normalize("NFKC", text)
    found = _CONTACT.search(folded)
    if found:
        return found.group()
    packed = "".join(folded.split()).casefold()
    for name in names:
        known = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
        if len(known) > 2 and known in packed:
            return name
    return ""


# --- Damage -----------------------------------------------------------------------------------------------------------

REPORT_TERM = timedelta(days=14)
"""So long after the end something may be told [H: Space Market, Instabase: 7 to 14 days]."""
BEFORE_START = timedelta(hours=1)
"""So long before the start a guest may tell what was broken when he came."""
ANSWER_TERM = timedelta(days=7)
DECIDE_TERM = timedelta(days=14)
"""Within it the town's staff decide; shown to them, and promised to nobody by law [design]."""
MOST_YEN = 5_000_000
MOST_REPORTS = 5
"""Of one side about one booking, so that nobody is worn down by many small ones."""


class LineKind(StrEnum):
    """What a line of a claim is for."""

    REPAIR = "repair"
    CLEANING = "cleaning"
    OVERTIME = "overtime"
    OTHER = "other"
    PRICE = "price"
    """Of the price, to be given back to the guest."""


TAXED = frozenset({LineKind.OVERTIME, LineKind.PRICE})
"""What is the price of a use. Damages are outside the consumption tax (消費税法基本通達5-2-5)."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One line of what is claimed."""

    kind: LineKind
    text: str
    yen: int


def may_report(side: str, start: datetime, end: datetime, now: datetime) -> bool:
    """A guest from an hour before the start, a host from the start, both until two weeks after the end."""
    first = start - BEFORE_START if side == GUEST else start
    return first <= now < end + REPORT_TERM


def total_of(lines: Iterable[ClaimLine]) -> int:
    """What is claimed in all."""
    return sum(line.yen for line in lines)


def reduced(lines: Sequence[ClaimLine], yen: int) -> list[ClaimLine]:
    """The lines in their proportion, so that they come to `yen`; lines that come to nothing are left out.

    Raises:
        ValueError: less than nothing, or more than was claimed.
    """
    claimed = total_of(lines)
    if not 0 <= yen <= claimed:
        raise ValueError(f"{yen} yen is not between 0 and the {claimed} yen claimed")
    if not claimed:
        return []
    shares = [line.yen * yen // claimed for line in lines]
    # What rounding left over goes to the lines that lost most by it.
    lost = sorted(range(len(lines)), key=lambda place: -(lines[place].yen * yen % claimed))
    for place in lost[: yen - sum(shares)]:
        shares[place] += 1
    return [
        ClaimLine(line.kind, line.text, share) for line, share in zip(lines, shares, strict=True) if share
    ]
