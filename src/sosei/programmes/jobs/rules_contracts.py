"""Rules of agreed work that ask no database: cancellations counted, conditions compared, grounds that may be named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sosei.engines.labour.cancellation import (
    ALWAYS_WITHOUT_PAY,
    EARLY_WITHOUT_PAY,
    NOTICE,
    EmployerReason,
)

COUNTED = timedelta(days=30)
POINTS: Sequence[tuple[timedelta, int]] = (
    (timedelta(hours=4), 7),
    (timedelta(hours=8), 6),
    (timedelta(hours=12), 5),
    (timedelta(hours=24), 4),
)
"""Less notice than this -> points; a day's notice or more counts nothing (the trade's rule since September 2025)."""
ONE_JOB_FROM = 4
PAUSE_FROM = 8
PAUSE = timedelta(days=14)
ONE_JOB = timedelta(days=30)


class WorkerGround(StrEnum):
    """Why a worker cancels; asked so that the employer can plan, and never judged."""

    ILLNESS = "illness"
    FAMILY = "family"
    TRANSPORT = "transport"
    OTHER_WORK = "other_work"
    PERSONAL = "personal"


class TownGround(StrEnum):
    """Why the town calls work off."""

    DISASTER = "disaster"
    EMPLOYER_FAULT = "employer_fault"


AS_EMPLOYER = {
    TownGround.DISASTER: EmployerReason.FORCE_MAJEURE,
    TownGround.EMPLOYER_FAULT: EmployerReason.OTHER,
}
"""How the law sees what the town calls off: by it, and not by who says so, goes the pay."""


class Measure(StrEnum):
    """What staff may decide after late cancellations; never more, and never by itself."""

    NONE = "none"
    ONE_JOB = "one_job"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class LateCancellations:
    """A worker's late cancellations of the last thirty days.

    Attributes:
        count: cancellations inside the last day before the start.
        points: by how late they were.
        measure: the most that staff may decide now.
        until: the latest end of that measure; None without one.
    """

    count: int
    points: int
    measure: Measure
    until: datetime | None


def late_cancellations(notices: Iterable[tuple[datetime, int]], now: datetime) -> LateCancellations:
    """What late cancellations may lead to: a measure with an end, or none.

    Args:
        notices: of each cancellation by the worker, when it was and how many minutes before the start.
        now: the moment of counting.
    """
    late = [
        timedelta(minutes=minutes)
        for at, minutes in notices
        if now - COUNTED <= at <= now and timedelta(minutes=minutes) < NOTICE
    ]
    points = sum(next(value for limit, value in POINTS if notice < limit) for notice in late)
    if points >= PAUSE_FROM:
        return LateCancellations(len(late), points, Measure.PAUSE, now + PAUSE)
    if points >= ONE_JOB_FROM:
        return LateCancellations(len(late), points, Measure.ONE_JOB, now + ONE_JOB)
    return LateCancellations(len(late), points, Measure.NONE, None)


def is_reserved(reason: EmployerReason, reserved: Iterable[str]) -> bool:
    """Whether the conditions named the ground; disaster needs no naming, for it is nobody's fault (労基法26条)."""
    return reason is EmployerReason.FORCE_MAJEURE or reason.value in set(reserved)


def employer_grounds(start: datetime, now: datetime, reserved: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """Grounds that an employer may name now, each with whether the day is to be paid.

    Without pay are only those that the conditions reserved; less work and errors in the posting a day before or
    earlier alone.
    """
    held = tuple(reserved)
    early = start - now >= NOTICE
    return tuple(
        (
            reason.value,
            not (
                is_reserved(reason, held)
                and (reason in ALWAYS_WITHOUT_PAY or (reason in EARLY_WITHOUT_PAY and early))
            ),
        )
        for reason in EmployerReason
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One condition before and after."""

    key: str
    before: object
    after: object


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Difference, ...]:
    """Conditions that are not the same, in the order in which they stand."""
    keys = [*before, *(key for key in after if key not in before)]
    return tuple(
        Difference(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)
    )
