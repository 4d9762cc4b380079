"""What a cancellation costs: ladders of steps before the start, and how they look with dates and yen; no Django.

A step says what is owed of the price when somebody cancels no later than so long before the start. Of all steps that
are still open the smallest percentage counts, else the last percentage of the ladder: later is never cheaper.

- "24 hours before" is reckoned in hours that pass, and its last minute is in (start 10:00: until 10:00 the day before).
- "14 days before" is reckoned in days of the place, and its last minute is 23:59 of that day.
- Seconds do not count: 10:00:59 is 10:00, in the guest's favour. Yen are rounded down, in the guest's favour.
- Who booked may cancel free of charge for some hours, never at or after the start.
- When the host, the town or the program cancels, nothing is owed.
- Moving a booking is no way out: what was owed at each move stays owed as a percentage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError, need_range
from sosei.programmes.spaces.rules_periods import (
    MINUTE,
    ONE_DAY,
    day_of,
    floor_minute,
    in_utc,
    midnight,
    whole_minute,
)

MOST_DAYS = 366
MOST_STEPS = 10


class By(StrEnum):
    """Who cancels."""

    GUEST = "guest"
    HOST = "host"
    STAFF = "staff"
    PROGRAM = "program"


class Why(StrEnum):
    """What decides about a percentage."""

    FREE_AFTER_BOOKING = "free_after_booking"
    STEP = "step"
    LAST = "last"
    MOVED = "moved"
    """A step that had passed when the booking was moved."""
    NOT_GUEST = "not_guest"


@dataclass(frozen=True, slots=True)
class Step:
    """Owed: `percent` of the price, when cancelled no later than so many hours, or days, before the start.

    Raises:
        RulesError: not exactly one of hours and days, or a figure out of range.
    """

    percent: int
    hours: int | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        need_range(self.percent, 0, 100, place="Step.percent")
        if (self.hours is None) == (self.days is None):
            raise RulesError(
                ErrorCode.NOT_TOGETHER,
                place="Step.hours",
                value=f"hours {self.hours}, days {self.days}",
                remedy="one of hours and days",
            )
        if self.hours is not None:
            need_range(self.hours, 0, MOST_DAYS * 24, place="Step.hours")
        if self.days is not None:
            need_range(self.days, 0, MOST_DAYS, place="Step.days")

    @property
    def nominal_hours(self) -> int:
        """Hours before a start at noon: the order of steps in hours and in days."""
        return self.hours if self.hours is not None else 24 * (self.days or 0) - 12

    def deadline(self, starts_at: datetime, zone: ZoneInfo) -> datetime:
        """The last minute, in UTC, in which it is open; never after the start."""
        start = whole_minute(starts_at, place="starts_at")
        if self.hours is not None:
            return start - timedelta(hours=self.hours)
        day = day_of(start, zone) - ONE_DAY * (self.days or 0)
        return min(midnight(day + ONE_DAY, zone) - MINUTE, start)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps, what is owed after the last of them, and how long after booking one may go free of charge.

    Attributes:
        free_hours: hours after booking in which nothing is owed; 0 for none.
        free_needs_days: only when booked so many times 24 hours before the start, or earlier.

    Raises:
        RulesError: a later step is cheaper than an earlier one, two steps end together, or a figure out of range.
    """

    code: str
    steps: tuple[Step, ...] = ()
    last_percent: int = 100
    free_hours: int = 0
    free_needs_days: int = 0

    def __post_init__(self) -> None:
        need_range(self.last_percent, 0, 100, place="Ladder.last_percent")
        need_range(self.free_hours, 0, 24 * 31, place="Ladder.free_hours")
        need_range(self.free_needs_days, 0, MOST_DAYS, place="Ladder.free_needs_days")
        if len(self.steps) > MOST_STEPS:
            raise RulesError(
                ErrorCode.TOO_MANY,
                place="Ladder.steps",
                value=len(self.steps),
                remedy=f"0..{MOST_STEPS}",
                highest=MOST_STEPS,
            )
        ordered = sorted(self.steps, key=lambda step: (-step.nominal_hours, step.percent))
        percents = [*(step.percent for step in ordered), self.last_percent]
        for percent, next_percent in pairwise(percents):
            if next_percent < percent:
                raise RulesError(
                    ErrorCode.CHEAPER_LATER,
                    place="Step.percent",
                    value=next_percent,
                    remedy=f"{percent}..100",
                    before=percent,
                )
        ends = [(step.hours, step.days) for step in self.steps]
        for hours, days in ends:
            if ends.count((hours, days)) > 1:
                raise RulesError(
                    ErrorCode.DUPLICATE,
                    place="Step.hours" if days is None else "Step.days",
                    value=hours if days is None else days,
                    remedy="one step for each",
                )


EASY = Ladder("easy", (Step(0, hours=24),), free_hours=48)
"""Space Market's 易しい: free until 24 hours before [H]."""
NORMAL = Ladder("normal", (Step(0, days=14), Step(50, days=3)), free_hours=48)
"""Free until 14 days before [H]; 50 % until 3 days before, then all of it [design]."""
STRICT = Ladder("strict", (Step(0, days=30), Step(50, days=7)), free_hours=48)
"""As Airbnb's やや厳格: free until 30 days, half until 7 [H]."""
PUBLIC = Ladder("public")
"""Rooms of the town: what is paid is not given back but for the town's own reasons (地方自治法225条・228条, ordinances)."""
LEGACY = Ladder("legacy", (Step(30, days=31), Step(50, days=15)))
"""Space Market's older default: 31 days and more 30 %, 30 to 15 half, then all of it [H]."""
PRESETS = {ladder.code: ladder for ladder in (EASY, NORMAL, STRICT, PUBLIC, LEGACY)}


@dataclass(frozen=True, slots=True)
class Move:
    """A booking moved to another time: when, and when it would have started until then."""

    moved_at: datetime
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Owed:
    """What a cancellation costs, and what goes back.

    Attributes:
        step: the step that decided; None for the others.
    """

    percent: int
    yen: int
    refund: int
    why: Why
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class DatedStep:
    """One step of the picture: both minutes are in it."""

    since: datetime
    until: datetime
    percent: int
    yen: int
    refund: int
    why: Why


@dataclass(frozen=True, slots=True)
class ChangeDue:
    """What a change of price brings: to pay more, to get back, or kept of what became cheaper."""

    extra: int
    refund: int
    kept: int


def free_until(ladder: Ladder, starts_at: datetime, booked_at: datetime) -> datetime | None:
    """The last minute in which one may go free of charge after booking; None where there is none.

    Raises:
        RulesError: a moment without zone.
    """
    start, booked = in_utc(starts_at, place="starts_at"), in_utc(booked_at, place="booked_at")
    if not ladder.free_hours or booked >= start:
        return None
    if start - booked < timedelta(days=ladder.free_needs_days):
        return None
    return min(floor_minute(booked + timedelta(hours=ladder.free_hours)), floor_minute(start) - MINUTE)


def owed(
    ladder: Ladder,
    starts_at: datetime,
    booked_at: datetime,
    cancelled_at: datetime,
    yen: int,
    zone: ZoneInfo,
    *,
    by: By = By.GUEST,
    moves: Sequence[Move] = (),
) -> Owed:
    """What is owed of a price when a booking is cancelled at a moment.

    Args:
        moves: earlier changes of its time; each keeps owed what was owed then.

    Raises:
        RulesError: cancelled before it was booked, a price below nothing, a moment without zone.
    """
    if isinstance(yen, bool) or yen < 0:
        raise RulesError(ErrorCode.OUT_OF_RANGE, place="yen", value=yen, remedy="0..", lowest=0)
    cancelled = floor_minute(cancelled_at, place="cancelled_at")
    if cancelled < floor_minute(booked_at, place="booked_at"):
        raise RulesError(
            ErrorCode.BACKWARDS, place="cancelled_at", value=cancelled_at, remedy="not before booked_at"
        )
    if by is not By.GUEST:
        return _of(0, yen, Why.NOT_GUEST)
    found = _standing(ladder, starts_at, booked_at, cancelled, yen, zone)
    for move in moves:
        then = _standing(
            ladder, move.started_at, booked_at, floor_minute(move.moved_at, place="moved_at"), yen, zone
        )
        if then.percent > found.percent:
            found = _of(then.percent, yen, Why.MOVED, then.step)
    return found


def steps_with_dates(
    ladder: Ladder,
    starts_at: datetime,
    booked_at: datetime,
    yen: int,
    zone: ZoneInfo,
    *,
    moves: Sequence[Move] = (),
) -> tuple[DatedStep, ...]:
    """The ladder from booking to start, for the picture: what is owed from when to when.

    Steps that have passed at booking are left out; neighbours that cost the same are one. The last ends at the start.

    Args:
        moves: earlier changes; with them, `booked_at` stays the first booking's and the picture begins at the last
            move.

    Raises:
        RulesError: as `owed`.
    """
    start = whole_minute(starts_at, place="starts_at")
    begins = max(
        [floor_minute(booked_at, place="booked_at")]
        + [floor_minute(move.moved_at, place="moved_at") for move in moves]
    )
    edges = {step.deadline(start, zone) for step in ladder.steps} | {max(start, begins)}
    free = free_until(ladder, start, booked_at)
    if free is not None:
        edges.add(free)
    rows: list[DatedStep] = []
    since = begins
    for until in sorted(edge for edge in edges if edge >= begins):
        found = owed(ladder, start, booked_at, until, yen, zone, moves=moves)
        if rows and rows[-1].percent == found.percent:
            rows[-1] = DatedStep(rows[-1].since, until, found.percent, found.yen, found.refund, rows[-1].why)
        else:
            rows.append(DatedStep(since, until, found.percent, found.yen, found.refund, found.why))
        since = until + MINUTE
    return tuple(rows)


def start_after_move(
    ladder: Ladder,
    counted_from: datetime,
    new_start: datetime,
    booked_at: datetime,
    moved_at: datetime,
    zone: ZoneInfo,
) -> datetime:
    """One start to count from after a move, where the moves themselves are not kept (else `moves` of `owed`).

    Nothing was owed at the move: the new start. Something was: the earlier of both, so that nothing is won back.

    Raises:
        RulesError: as `owed`.
    """
    then = owed(ladder, counted_from, booked_at, moved_at, 0, zone)
    old, new = in_utc(counted_from, place="counted_from"), in_utc(new_start, place="new_start")
    return new if then.percent == 0 else min(old, new)


def change_due(old_yen: int, new_yen: int, standing: Owed) -> ChangeDue:
    """What a change of price brings: more is paid in full; of less, the standing percentage is kept.

    Args:
        standing: what `owed` says for the old time at the moment of the change.
    """
    if new_yen >= old_yen:
        return ChangeDue(new_yen - old_yen, 0, 0)
    cheaper = old_yen - new_yen
    kept = cheaper * standing.percent // 100
    return ChangeDue(0, cheaper - kept, kept)


def _standing(
    ladder: Ladder,
    starts_at: datetime,
    booked_at: datetime,
    minute: datetime,
    yen: int,
    zone: ZoneInfo,
) -> Owed:
    start = whole_minute(starts_at, place="starts_at")
    free = free_until(ladder, start, booked_at)
    if free is not None and minute <= free:
        return _of(0, yen, Why.FREE_AFTER_BOOKING)
    standing = [step for step in ladder.steps if minute <= step.deadline(start, zone)]
    if not standing:
        return _of(ladder.last_percent, yen, Why.LAST)
    step = min(standing, key=lambda each: each.percent)
    return _of(step.percent, yen, Why.STEP, step)


def _of(percent: int, yen: int, why: Why, step: Step | None = None) -> Owed:
    kept = yen * percent // 100
    return Owed(percent, kept, yen - kept, why, step)
