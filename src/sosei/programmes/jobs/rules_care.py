"""Rules of what comes after work and what goes wrong: when reviews are shown, days to answer in, measures and their ends.

Plain Python: no Django, no clock.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sosei.engines.labour.basis import Basis, Certainty
from sosei.programmes.jobs.rules_contracts import LateCancellations, Measure

REVIEW_WITHIN = timedelta(days=14)
"""So long after the end each side may write; then what is there is shown."""
SHARE_FROM = 3
"""Of fewer reviews no share is shown: one voice would be the whole picture, and would be known by name."""


# --- Reviews ----------------------------------------------------------------------------------------------------------


def review_ends(ended_at: datetime) -> datetime:
    """Until when each side may write."""
    return ended_at + REVIEW_WITHIN


def may_review(ended_at: datetime, now: datetime) -> bool:
    """After the end, and before the other side's words may be on show."""
    return ended_at <= now < review_ends(ended_at)


def is_shown(sides: Collection[str], ended_at: datetime, now: datetime) -> bool:
    """When both sides have written, or the time is over: neither knows the other's words while writing."""
    return len(set(sides)) == 2 or (bool(sides) and now >= review_ends(ended_at))


@dataclass(frozen=True, slots=True)
class Share:
    """How many of those who worked somewhere would come again."""

    good: int
    count: int

    @property
    def percent(self) -> int | None:
        """Rounded to a whole number, halves up; None for too few."""
        if self.count < SHARE_FROM:
            return None
        return (200 * self.good + self.count) // (2 * self.count)


# --- Complaints -------------------------------------------------------------------------------------------------------


class ComplaintKind(StrEnum):
    """What a complaint is about."""

    HARASSMENT = "harassment"
    WAGES = "wages"
    SAFETY = "safety"
    CONDITIONS = "conditions"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Term:
    """Civil days within which the town answers, and where that comes from."""

    days: int
    basis: Basis


@dataclass(frozen=True)
class Terms:
    """The terms from a day on."""

    since: date
    of_kind: Mapping[ComplaintKind, Term]


class UnknownTermError(ValueError):
    """A day before the first table of terms."""


_HARASSMENT = Basis("労働施策法", "（2026年10月1日の改正）", Certainty.PRACTICE)
_WAGES = Basis("労基法", "23条1項", Certainty.PRACTICE)
_HOUSE = Basis("本システム", "（相談に答える期限）", Certainty.PRACTICE)
TERMS: Sequence[Terms] = (
    # The duty to have a channel for harassment by customers and of those who look for work is in force from this day.
    # It asks for a prompt answer and names no days; wages are due within seven days of asking after the end of work,
    # and the answer should not come later. The other terms are this program's.
    Terms(
        date(2026, 10, 1),
        {
            ComplaintKind.SAFETY: Term(1, _HOUSE),
            ComplaintKind.HARASSMENT: Term(3, _HARASSMENT),
            ComplaintKind.WAGES: Term(7, _WAGES),
            ComplaintKind.CONDITIONS: Term(7, _HOUSE),
            ComplaintKind.OTHER: Term(14, _HOUSE),
        },
    ),
)


def term_of(kind: ComplaintKind, on: date) -> Term:
    """The term for a complaint that came on that day.

    Raises:
        UnknownTermError: no table holds on that day.
    """
    for terms in reversed(TERMS):
        if terms.since <= on:
            return terms.of_kind[kind]
    raise UnknownTermError(
        f"no terms for complaints are known for {on}; the first table begins {TERMS[0].since}"
    )


def due_on(kind: ComplaintKind, on: date) -> date:
    """The day by which a complaint of that day is answered.

    Raises:
        UnknownTermError: as `term_of`.
    """
    return on + timedelta(days=term_of(kind, on).days)


# --- Measures against abuse -------------------------------------------------------------------------------------------


class MeasureKind(StrEnum):
    """What staff may decide; never a fine (労基法16条, 24条)."""

    ONE_JOB = "one_job"
    PAUSE = "pause"
    NO_POSTING = "no_posting"


OF_WORKERS = frozenset({MeasureKind.ONE_JOB, MeasureKind.PAUSE})
LONGEST: Mapping[MeasureKind, int] = {
    MeasureKind.ONE_JOB: 30,
    MeasureKind.PAUSE: 14,
    MeasureKind.NO_POSTING: 30,
}
"""Days; no measure is longer, whatever it is for."""
NO_SHOWS_COUNTED = timedelta(days=30)
SHORT_NOTICE_COUNTED = timedelta(days=90)
SHORT_NOTICE = timedelta(hours=24)
PAUSE_FROM_NO_SHOWS = 2
NO_POSTING_FROM = 3
LONG_NO_POSTING_FROM = 6


class Ground(StrEnum):
    """Why a measure is decided."""

    FIGURES = "figures"
    """What is counted: late cancellations, days on which nobody came."""
    CONDUCT = "conduct"
    """Something else, which the reason tells."""


class MeasureFlaw(StrEnum):
    """Why a measure cannot be decided so."""

    WRONG_SIDE = "wrong_side"
    NO_DAYS = "no_days"
    TOO_LONG = "too_long"
    NOT_PROPOSED = "not_proposed"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The most that the figures call for."""

    kind: MeasureKind
    days: int


def propose_for_worker(late: LateCancellations, no_shows: int) -> Proposal | None:
    """After late cancellations and days on which somebody did not come without a word; the stronger of the two."""
    if late.measure is Measure.PAUSE or no_shows >= PAUSE_FROM_NO_SHOWS:
        return Proposal(MeasureKind.PAUSE, LONGEST[MeasureKind.PAUSE])
    if late.measure is Measure.ONE_JOB or no_shows:
        return Proposal(MeasureKind.ONE_JOB, LONGEST[MeasureKind.ONE_JOB])
    return None


def propose_for_employer(short_notices: int) -> Proposal | None:
    """After shifts called off within a day of their start on grounds that leave pay owed."""
    if short_notices >= LONG_NO_POSTING_FROM:
        return Proposal(MeasureKind.NO_POSTING, LONGEST[MeasureKind.NO_POSTING])
    if short_notices >= NO_POSTING_FROM:
        return Proposal(MeasureKind.NO_POSTING, 14)
    return None


def flaw_of(
    kind: MeasureKind, days: int, ground: Ground, proposal: Proposal | None, *, of_worker: bool
) -> MeasureFlaw | None:
    """Why not: every measure has an end, and what is counted never leads to more than its rule."""
    if (kind in OF_WORKERS) != of_worker:
        return MeasureFlaw.WRONG_SIDE
    if days < 1:
        return MeasureFlaw.NO_DAYS
    if days > LONGEST[kind]:
        return MeasureFlaw.TOO_LONG
    if ground is Ground.CONDUCT:
        return None
    if proposal is None or (kind is MeasureKind.PAUSE and proposal.kind is MeasureKind.ONE_JOB):
        return MeasureFlaw.NOT_PROPOSED
    return MeasureFlaw.TOO_LONG if kind is proposal.kind and days > proposal.days else None


# --- Certificates -----------------------------------------------------------------------------------------------------

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that nobody takes for each other."""

_DASHES = str.maketrans(dict.fromkeys("ー―‐–—−", "-"))


def normal_number(text: str) -> str:
    """A certificate's number or check code as somebody typed it, in the form in which it is kept."""
    folded = unicodedata.normalize("NFKC", text).upper().translate(_DASHES)
    return "".join(sign for sign in folded if sign.isprintable() and sign != " ")


def masked_name(name: str) -> str:
    """The first sign of each part of a name: enough to compare with a paper in hand, too little to learn it."""
    return " ".join(part[0] + "＊" * (len(part) - 1) for part in name.split())
