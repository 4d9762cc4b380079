"""What of a day counts for pay, and which punches can be true: plain Python, no clock, no database.

Two things hold whatever happens: a minute that was worked is never cut (労基法24条, 昭63.3.14基発150号), and as long as a
correction waits for its answer no less than the agreed time counts, so that pay is not held back (労基法24条).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MINUTE = timedelta(minutes=1)
CHECK_IN_BEFORE = timedelta(minutes=60)
"""So long before the agreed start one can check in."""
CHECK_OUT_AFTER = timedelta(hours=6)
"""So long after the agreed end one can check out."""
CLOCK_ERROR = timedelta(minutes=2)
"""A phone's clock may be so far ahead."""
SENT_WITHIN = timedelta(days=7)
"""A punch that a phone kept is taken so long; later a correction is asked."""
ABSENT_AFTER = timedelta(minutes=30)
"""So long after the start somebody can be called absent."""
TOLD_BEFORE = timedelta(hours=24)
"""So long before the start an employer can note that somebody said they do not come."""
ANSWER_WITHIN = timedelta(days=3)
"""After this time without an answer staff see a correction, and a day without any punch counts as agreed."""
ASKED_AFTER = timedelta(minutes=30)
"""So long after the end a missing check-out is asked for."""
CLOSED_AFTER = timedelta(hours=12)
"""So long after the end a day without check-out is closed with its agreed end."""


class Rule(StrEnum):
    """Why a time counts as it does."""

    CAME_LATER = "came_later"
    EARLY_NOT_COUNTED = "early_not_counted"
    STARTED_AS_AGREED = "started_as_agreed"
    IN_MISSING = "in_missing"
    LEFT_AS_PUNCHED = "left_as_punched"
    OUT_MISSING = "out_missing"
    NO_PUNCHES = "no_punches"
    BREAK_AS_AGREED = "break_as_agreed"
    BREAK_IN_PART = "break_in_part"
    CORRECTED = "corrected"
    DISPUTED = "disputed"


class PunchRefusal(StrEnum):
    """Why a punch cannot be true, or comes too late."""

    IN_FUTURE = "in_future"
    TOO_EARLY = "too_early"
    AFTER_END = "after_end"
    TOO_LATE = "too_late"
    OUT_BEFORE_START = "out_before_start"
    OUT_BEFORE_IN = "out_before_in"
    IN_AFTER_OUT = "in_after_out"
    SENT_TOO_LATE = "sent_too_late"


class DayState(StrEnum):
    """As a day of work stands."""

    PLANNED = "planned"
    WORKED = "worked"
    ABSENT = "absent"
    CANCELLED = "cancelled"


class ClaimState(StrEnum):
    """As a correction stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True)
class Hours:
    """A time of work in whole minutes, and the minutes of it that are a break."""

    starts_at: datetime
    ends_at: datetime
    break_minutes: int

    @property
    def minutes(self) -> int:
        """Minutes of work."""
        return (self.ends_at - self.starts_at) // MINUTE - self.break_minutes


@dataclass(frozen=True)
class Claim:
    """A correction, oldest first among its like."""

    hours: Hours
    state: ClaimState


@dataclass(frozen=True)
class DayFacts:
    """All that is known of a day."""

    agreed: Hours
    state: DayState
    came: datetime | None = None
    left: datetime | None = None
    claims: tuple[Claim, ...] = ()

    @property
    def disputed(self) -> bool:
        """A correction waits for its answer."""
        return any(claim.state == ClaimState.ASKED for claim in self.claims)


@dataclass(frozen=True)
class Counted:
    """What counts for pay, and by which rules."""

    hours: Hours
    rules: tuple[Rule, ...]
    disputed: bool


def minute_down(moment: datetime) -> datetime:
    """The minute in which a moment lies."""
    return moment.replace(second=0, microsecond=0)


def minute_up(moment: datetime) -> datetime:
    """The first whole minute that is not before a moment."""
    down = minute_down(moment)
    return down if down == moment else down + MINUTE


def counted(facts: DayFacts) -> Counted | None:
    """What counts; None for a day on which nobody worked, or of which nothing is known yet."""
    if facts.state == DayState.CANCELLED:
        return None
    found = _corrected(facts) or _punched(facts)
    if not facts.disputed:
        return found
    if found is None:
        return Counted(facts.agreed, (Rule.DISPUTED,), disputed=True)
    held = _at_least(found.hours, facts.agreed)
    rules = found.rules if held == found.hours else (*found.rules, Rule.DISPUTED)
    return Counted(held, rules, disputed=True)


def _corrected(facts: DayFacts) -> Counted | None:
    accepted = [claim for claim in facts.claims if claim.state == ClaimState.ACCEPTED]
    return Counted(accepted[-1].hours, (Rule.CORRECTED,), disputed=False) if accepted else None


def _punched(facts: DayFacts) -> Counted | None:
    if facts.state == DayState.ABSENT:
        return None
    if facts.came is None and facts.left is None:
        if facts.state != DayState.WORKED:
            return None
        return Counted(facts.agreed, (Rule.NO_PUNCHES,), disputed=False)
    start, start_rule = _start(facts.agreed, facts.came)
    end, end_rule = _end(facts.agreed, facts.left)
    if end <= start:
        return None
    pause, break_rule = _break(facts.agreed, start, end)
    rules = (start_rule, end_rule, *break_rule)
    return Counted(Hours(start, end, pause), rules, disputed=False)


def _start(agreed: Hours, came: datetime | None) -> tuple[datetime, Rule]:
    if came is None:
        return agreed.starts_at, Rule.IN_MISSING
    minute = minute_down(came)
    if minute > agreed.starts_at:
        return minute, Rule.CAME_LATER
    return agreed.starts_at, Rule.EARLY_NOT_COUNTED if minute < agreed.starts_at else Rule.STARTED_AS_AGREED


def _end(agreed: Hours, left: datetime | None) -> tuple[datetime, Rule]:
    return (agreed.ends_at, Rule.OUT_MISSING) if left is None else (minute_up(left), Rule.LEFT_AS_PUNCHED)


def _break(agreed: Hours, start: datetime, end: datetime) -> tuple[int, tuple[Rule, ...]]:
    """The part of the agreed break, in the middle of the agreed time, that lies in the time one was there."""
    if not agreed.break_minutes:
        return 0, ()
    length = (agreed.ends_at - agreed.starts_at) // MINUTE
    first = agreed.starts_at + timedelta(minutes=(length - agreed.break_minutes) // 2)
    last = first + timedelta(minutes=agreed.break_minutes)
    taken = max(0, (min(last, end) - max(first, start)) // MINUTE)
    return taken, (Rule.BREAK_AS_AGREED if taken == agreed.break_minutes else Rule.BREAK_IN_PART,)


def _at_least(hours: Hours, agreed: Hours) -> Hours:
    return Hours(
        min(hours.starts_at, agreed.starts_at),
        max(hours.ends_at, agreed.ends_at),
        min(hours.break_minutes, agreed.break_minutes),
    )


def covers(wider: Hours, hours: Hours) -> bool:
    """Whether `wider` takes nothing away from `hours`."""
    return (
        wider.starts_at <= hours.starts_at
        and wider.ends_at >= hours.ends_at
        and wider.break_minutes <= hours.break_minutes
    )


def punch_refusal(
    *,
    coming: bool,
    at: datetime,
    now: datetime,
    starts_at: datetime,
    ends_at: datetime,
    came: datetime | None,
    left: datetime | None,
) -> PunchRefusal | None:
    """Why somebody cannot have come (`coming`) or gone at that time; None where they can."""
    if at > now + CLOCK_ERROR:
        return PunchRefusal.IN_FUTURE
    if now - at > SENT_WITHIN:
        return PunchRefusal.SENT_TOO_LATE
    if coming:
        if at < starts_at - CHECK_IN_BEFORE:
            return PunchRefusal.TOO_EARLY
        if at >= ends_at:
            return PunchRefusal.AFTER_END
        return PunchRefusal.IN_AFTER_OUT if left is not None and at >= left else None
    if at <= starts_at:
        return PunchRefusal.OUT_BEFORE_START
    if at > ends_at + CHECK_OUT_AFTER:
        return PunchRefusal.TOO_LATE
    return PunchRefusal.OUT_BEFORE_IN if came is not None and at <= came else None


class Presence(StrEnum):
    """How somebody's day stands at a moment, for the list of the day."""

    TO_COME = "to_come"
    LATE = "late"
    THERE = "there"
    GONE = "gone"
    OUT_MISSING = "out_missing"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    CANCELLED = "cancelled"
    CLOSED = "closed"


def presence(facts: DayFacts, now: datetime) -> Presence:
    """Who comes, is there, is late, has gone."""
    if facts.state in (DayState.ABSENT, DayState.CANCELLED):
        return Presence(facts.state.value)
    if facts.left is not None:
        return Presence.GONE
    if facts.came is not None:
        over = now > facts.agreed.ends_at + ASKED_AFTER
        return Presence.OUT_MISSING if over else Presence.THERE
    if facts.state == DayState.WORKED:
        return Presence.CLOSED
    if now <= facts.agreed.starts_at:
        return Presence.TO_COME
    return Presence.LATE if now < facts.agreed.ends_at else Presence.UNKNOWN


def may_be_absent(*, now: datetime, starts_at: datetime, told: bool) -> bool:
    """Whether somebody can be called absent by now; `told`: they said so themselves."""
    return now >= (starts_at - TOLD_BEFORE if told else starts_at + ABSENT_AFTER)
