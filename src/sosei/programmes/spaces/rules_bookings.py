"""The life of a booking: its states, who may change them, how long things stand, and what counts as used; no Django.

Terms are stored as moments when they are given, so that a later change of these figures touches nothing promised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sosei.programmes.spaces.rules_errors import ErrorCode, Refusal, RulesError, need_range
from sosei.programmes.spaces.rules_periods import MINUTE, ONE_DAY, Period, day_of, in_utc, midnight

HOLD_TERM = timedelta(minutes=15)
"""While somebody pays by card [design]."""
KONBINI_TERM = timedelta(days=7)
"""A convenience store's code lapses after seven days [H]."""
REQUEST_TERM = timedelta(days=7)
"""An unanswered request lapses [H: Space Market, for stays]."""
OFFER_TERM = timedelta(hours=24)
OFFER_TERM_SOON = timedelta(hours=1)
SOON = timedelta(hours=48)
"""An offer from the waiting list stands a day, an hour where the start is as near as this [design]."""
REVIEW_TERM = timedelta(days=14)
"""Reviews are written within two weeks after the end [H: Space Market]."""
NO_SHOW_TERM = timedelta(days=3)
"""So long after the end a host may say that nobody came [design]."""


class State(StrEnum):
    """Where a booking stands."""

    HELD = "held"
    """The place is kept while somebody pays or confirms (仮予約)."""
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    USED = "used"
    NO_SHOW = "no_show"


class Who(StrEnum):
    """Who changes a state."""

    GUEST = "guest"
    HOST = "host"
    STAFF = "staff"
    PROGRAM = "program"


class Code(StrEnum):
    """Why a state cannot be changed so."""

    NO_SUCH_STEP = "no_such_step"
    NOT_YOURS = "not_yours"
    NOT_BEGUN = "not_begun"
    NOT_OVER = "not_over"
    HAS_BEGUN = "has_begun"
    TERM_OVER = "term_over"
    DOOR_OPENED = "door_opened"


class Item(StrEnum):
    """The six things that the last screen before a contract must show (特定商取引法12条の6)."""

    QUANTITY = "quantity"
    """分量: space, dates, hours, rooms, people."""
    PRICE = "price"
    """対価: every line and the sum with tax."""
    PAYMENT = "payment"
    """支払の時期と方法."""
    DELIVERY = "delivery"
    """引渡・提供の時期: when the space is open to the guest."""
    CANCELLATION = "cancellation"
    """撤回・解除: the whole ladder with dates and yen."""
    OFFER_PERIOD = "offer_period"
    """申込みの期間: until when the offer on the screen stands, where it has an end."""


LIVE = frozenset({State.HELD, State.REQUESTED, State.CONFIRMED})
"""States that come before the end of a booking."""
TAKES_SPACE = LIVE | {State.USED, State.NO_SHOW}
"""States that keep others out; a request keeps its place until it is answered or lapses."""
ENDED = frozenset(State) - LIVE

_ALL = frozenset(Who)
_G, _H, _S, _P = Who.GUEST, Who.HOST, Who.STAFF, Who.PROGRAM
STEPS: Mapping[tuple[State | None, State], frozenset[Who]] = {
    (None, State.HELD): frozenset({_G, _S, _P}),
    (None, State.REQUESTED): frozenset({_G, _S}),
    (None, State.CONFIRMED): frozenset({_G, _H, _S, _P}),
    (State.HELD, State.REQUESTED): frozenset({_G, _S}),
    (State.HELD, State.CONFIRMED): frozenset({_G, _S, _P}),
    (State.HELD, State.CANCELLED): _ALL,
    (State.HELD, State.LAPSED): frozenset({_P}),
    (State.REQUESTED, State.HELD): frozenset({_H, _S}),
    (State.REQUESTED, State.CONFIRMED): frozenset({_H, _S}),
    (State.REQUESTED, State.DECLINED): frozenset({_H, _S, _P}),
    (State.REQUESTED, State.CANCELLED): frozenset({_G, _S}),
    (State.REQUESTED, State.LAPSED): frozenset({_P}),
    (State.CONFIRMED, State.CANCELLED): _ALL,
    (State.CONFIRMED, State.USED): frozenset({_H, _S, _P}),
    (State.CONFIRMED, State.NO_SHOW): frozenset({_H, _S}),
    (State.USED, State.NO_SHOW): frozenset({_H, _S}),
    (State.NO_SHOW, State.USED): frozenset({_H, _S}),
}
"""Every step there is, and whose it is; None is before the booking was made."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a booking when somebody wants to change its state.

    Attributes:
        term: until when a hold, request or offer stands; None without one.
        opened_at: when its code first opened the door.
    """

    period: Period
    term: datetime | None = None
    opened_at: datetime | None = None


def may_step(before: State | None, after: State, who: Who, facts: Facts, now: datetime) -> Refusal | None:
    """Why a state cannot be changed so now; None when it can.

    Raises:
        RulesError: a moment without zone.
    """
    moment = in_utc(now, place="now")
    allowed = STEPS.get((before, after))
    if allowed is None:
        return Refusal(Code.NO_SUCH_STEP, {"before": before, "after": after})
    if who not in allowed:
        return Refusal(Code.NOT_YOURS, {"before": before, "after": after, "who": who})
    if after is State.LAPSED:
        over = facts.term is not None and moment >= in_utc(facts.term, place="term")
        return None if over else Refusal(Code.NOT_OVER, {"until": facts.term})
    if before in (State.HELD, State.REQUESTED) and after in (State.CONFIRMED, State.HELD, State.REQUESTED):
        return _term_over(facts, moment)
    if after is State.CANCELLED and who is Who.GUEST and moment >= facts.period.start:
        return Refusal(Code.HAS_BEGUN, {"start": facts.period.start})
    if after is State.CANCELLED and moment >= facts.period.end:
        return Refusal(Code.HAS_BEGUN, {"start": facts.period.start})
    if after is State.USED and before is State.CONFIRMED and moment < facts.period.start:
        return Refusal(Code.NOT_BEGUN, {"start": facts.period.start})
    if after is State.NO_SHOW:
        return no_show(facts, who, moment)
    return None


def _term_over(facts: Facts, now: datetime) -> Refusal | None:
    if facts.term is not None and now >= in_utc(facts.term, place="term"):
        return Refusal(Code.TERM_OVER, {"until": facts.term})
    return None


def next_states(before: State | None, who: Who, facts: Facts, now: datetime) -> list[State]:
    """The states that somebody may bring a booking to now."""
    return [state for state in State if may_step(before, state, who, facts, now) is None]


def no_show(facts: Facts, who: Who, now: datetime) -> Refusal | None:
    """Nobody came: said after the start, by a host within three days after the end, never against an opened door.

    Raises:
        RulesError: a moment without zone.
    """
    moment = in_utc(now, place="now")
    if moment < facts.period.start:
        return Refusal(Code.NOT_BEGUN, {"start": facts.period.start})
    if facts.opened_at is not None:
        return Refusal(Code.DOOR_OPENED, {"opened": facts.opened_at})
    last = facts.period.end + NO_SHOW_TERM
    if who is Who.HOST and moment >= last:
        return Refusal(Code.TERM_OVER, {"until": last})
    return None


def counts_as_used(state: State, facts: Facts, now: datetime) -> bool:
    """Whether a confirmed booking is to be taken as used by itself: it is over, and the door was opened or nobody
    said for three days that no one came.

    Raises:
        RulesError: a moment without zone.
    """
    moment = in_utc(now, place="now")
    if state is not State.CONFIRMED or moment < facts.period.end:
        return False
    return facts.opened_at is not None or moment >= facts.period.end + NO_SHOW_TERM


# --- Terms ------------------------------------------------------------------------------------------------------------


def hold_until(now: datetime, starts_at: datetime) -> datetime:
    """Until when a place is kept while somebody pays by card; never beyond the start."""
    return _not_beyond(in_utc(now, place="now") + HOLD_TERM, starts_at)


def request_until(now: datetime, starts_at: datetime) -> datetime:
    """Until when a host may answer; never beyond the start."""
    return _not_beyond(in_utc(now, place="now") + REQUEST_TERM, starts_at)


def offer_until(now: datetime, starts_at: datetime) -> datetime:
    """Until when an offer from the waiting list stands; never beyond the start."""
    moment, start = in_utc(now, place="now"), in_utc(starts_at, place="starts_at")
    term = OFFER_TERM_SOON if start - moment <= SOON else OFFER_TERM
    return _not_beyond(moment + term, starts_at)


def pay_until(
    now: datetime,
    starts_at: datetime,
    zone: ZoneInfo,
    *,
    days_after: int | None = None,
    days_before: int | None = None,
) -> datetime:
    """Until when a provisional booking (仮予約) is to be paid: whole days of the place, never beyond the start.

    Args:
        days_after: until the end of the day so many days after today.
        days_before: until the end of the day so many days before the day of use (宇都宮市: three). The earlier counts.
            Where that has passed already, the end of today counts.

    Returns:
        The moment from which it is too late: the midnight that ends the last day, or the start.

    Raises:
        RulesError: a moment without zone, or days out of range.
    """
    today = day_of(now, zone)
    last = day_of(starts_at, zone)
    if days_after is not None:
        need_range(days_after, 0, 366, place="days_after")
        last = min(last, today + days_after * ONE_DAY)
    if days_before is not None:
        need_range(days_before, 0, 366, place="days_before")
        last = min(last, day_of(starts_at, zone) - days_before * ONE_DAY)
    return _not_beyond(midnight(max(last, today) + ONE_DAY, zone), starts_at)


def konbini_until(now: datetime, starts_at: datetime, *, clear_before: int = 60) -> datetime | None:
    """Until when a code of a convenience store may stand; None where the start is too near for this way to pay.

    Args:
        clear_before: minutes before the start by which the money must be known to have come [design].

    Raises:
        RulesError: a moment without zone, or minutes out of range.
    """
    need_range(clear_before, 0, 30 * 1440, place="clear_before")
    moment = in_utc(now, place="now")
    until = min(moment + KONBINI_TERM, in_utc(starts_at, place="starts_at") - clear_before * MINUTE)
    return until if until - moment >= timedelta(hours=1) else None


def _not_beyond(until: datetime, starts_at: datetime) -> datetime:
    return min(until, in_utc(starts_at, place="starts_at"))


# --- Afterwards -------------------------------------------------------------------------------------------------------


def review_until(ended_at: datetime) -> datetime:
    """The end of the two weeks in which both sides may write a review."""
    return in_utc(ended_at, place="ended_at") + REVIEW_TERM


def may_review(state: State, ended_at: datetime, now: datetime, *, already: bool = False) -> bool:
    """Whether a side may write its review now: used, over, within two weeks, not yet written."""
    moment = in_utc(now, place="now")
    over = in_utc(ended_at, place="ended_at") <= moment < review_until(ended_at)
    return state is State.USED and over and not already


def reviews_shown(both_written: bool, ended_at: datetime, now: datetime) -> bool:
    """Reviews appear when both sides have written or the time is over, so that neither answers the other [design]."""
    return both_written or in_utc(now, place="now") >= review_until(ended_at)


# --- Before the contract ----------------------------------------------------------------------------------------------


def missing_items(shown: Mapping[Item, object]) -> list[Item]:
    """Which of the six items a confirmation screen lacks; it may not be shown while any does."""
    return [item for item in Item if not shown.get(item)]


def require_items(shown: Mapping[Item, object]) -> None:
    """All six items are there.

    Raises:
        RulesError: one is missing.
    """
    for item in missing_items(shown):
        raise RulesError(ErrorCode.MISSING, place=f"Item.{item}", value="", remedy=item)
