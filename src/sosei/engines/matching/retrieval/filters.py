"""The hard filters between a worker and a posting: each is one function, all stand here, and `why_not` names them.

A row is one element of a packed array (`rows.POSTING_ROW`, `rows.WORKER_ROW`). SQL that must answer the same follows
docs/matching.md, section "Retrieval".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sosei.engines.matching.retrieval.jit import compiled
from sosei.engines.matching.retrieval.rows import Ints
from sosei.engines.matching.retrieval.score import distance

Row = Any
"""A packed row; numba knows its fields, the type checker does not."""

NONE = -1
WORKING_AGE_FROM = (
    16  # years after the school year of birth: 1 April after the 31 March that follows the 15th birthday
)
NIGHT_AGE = 18


class Reason(IntEnum):
    """Why a worker cannot take a posting, in the order they are reported."""

    STARTED = 1
    NO_PLACE = 2
    NOT_AVAILABLE = 3
    LICENCE_MISSING = 4
    UNDER_SCHOOL_AGE = 5
    UNDER_18_AT_NIGHT = 6
    TOO_YOUNG = 7
    NO_BED = 8
    TOO_FAR = 9
    HOURS_FULL = 10


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason with the numbers that a sentence about it needs."""

    code: Reason
    data: dict[str, int] = field(default_factory=dict)


@compiled
def is_worked(weekdays: int, day: int) -> bool:
    """Whether the day is one of the worked weekdays."""
    return ((weekdays >> ((day + 3) % 7)) & 1) == 1


@compiled
def first_day_outside(posting: Row, first: Ints, second: Ints, begin: int, end: int) -> int:
    """The first worked day outside all windows `begin`..`end` (sorted, apart from each other), or NONE."""
    day, stop, weekdays, i = posting["start_day"], posting["end_day"], posting["weekdays"], begin
    while day < stop:
        while i < end and second[i] <= day:
            i += 1
        if i < end and first[i] <= day:
            day = second[i]
        elif is_worked(weekdays, day):
            return int(day)
        else:
            day += 1
    return NONE


@compiled
def within_outer_days(worker: Row, posting: Row) -> bool:
    """Whether the period lies between the first and the last free day; all there is to ask with one window."""
    return bool(worker["first"] <= posting["start_day"] and posting["end_day"] <= worker["last"])


@compiled
def licences_missing(worker: Row, posting: Row) -> int:
    """The mask of required licences that the worker does not hold."""
    return int(posting["licences"] & ~worker["licences"])


@compiled
def may_work_from(birth: int) -> int:
    """The 1 April (YYYYMMDD) after the 31 March that follows the 15th birthday (Labour Standards Act, article 56).

    An age is reached at the end of the day before the birthday, so that those born on 1 April belong to the year before.
    """
    school_year = birth // 10_000 - (1 if birth % 10_000 < 402 else 0)
    return int((school_year + WORKING_AGE_FROM) * 10_000 + 401)


@compiled
def age_at_start(worker: Row, posting: Row) -> int:
    """Completed years on the first day of the posting; negative for one not yet born."""
    return int((posting["start_ymd"] - worker["birth"]) // 10_000)


@compiled
def may_work_at_night(worker: Row, posting: Row) -> bool:
    """Nobody under 18 between 22:00 and 5:00 (Labour Standards Act, article 61)."""
    return not posting["night"] or age_at_start(worker, posting) >= NIGHT_AGE


@compiled
def old_enough(worker: Row, posting: Row) -> bool:
    """All rules of age; who is 16 has left the school age behind, which spares most workers the calendar."""
    return (
        (
            posting["start_ymd"] - worker["birth"] >= 16 * 10_000
            or posting["start_ymd"] >= may_work_from(worker["birth"])
        )
        and may_work_at_night(worker, posting)
        and (posting["min_age"] == 0 or age_at_start(worker, posting) >= posting["min_age"])
    )


@compiled
def has_bed(worker: Row, posting: Row) -> bool:
    """Who needs lodging needs a free bed."""
    return bool(worker["lodging"] != 2 or posting["beds"] > 0)


@compiled
def lodges(worker: Row, posting: Row) -> bool:
    """Whether the worker would sleep there, so that the way from home does not matter."""
    return bool(worker["lodging"] >= 1 and posting["beds"] > 0)


@compiled
def near_enough(worker: Row, posting: Row) -> bool:
    """Within the worker's own limit, or with a bed at the place for who would take one."""
    return lodges(worker, posting) or distance(worker, posting) <= worker["max_distance"]


@compiled
def minutes_in_week(posting: Row, week: int) -> int:
    """Minutes that the posting asks for between the Sunday and the Saturday of that week."""
    days = 0
    for day in range(max(posting["start_day"], week * 7 - 4), min(posting["end_day"], week * 7 + 3)):
        if is_worked(posting["weekdays"], day):
            days += 1
    return int(posting["minutes_per_day"]) * days


@compiled
def free_minutes(worker: Row, week: int, weeks: Ints, minutes: Ints, begin: int) -> int:
    """What the week's limit leaves beside the contracts already made with any employer; may be negative."""
    free = int(worker["weekly_minutes"])
    for i in range(begin, begin + worker["busy"]):
        if weeks[i] == week:
            free -= minutes[i]
    return free


@compiled
def first_full_week(worker: Row, posting: Row, weeks: Ints, minutes: Ints, begin: int) -> int:
    """The first week in which the posting does not fit, or NONE."""
    for week in range((posting["start_day"] + 4) // 7, (posting["end_day"] + 3) // 7 + 1):
        if minutes_in_week(posting, week) > free_minutes(worker, week, weeks, minutes, begin):
            return int(week)
    return NONE


@compiled
def passes_at_a_glance(worker: Row, posting: Row) -> bool:
    """The filters that compare a few numbers; without a branch between them several rows are fetched at once."""
    return bool(
        (licences_missing(worker, posting) == 0)
        & has_bed(worker, posting)
        & (posting["week_minutes"] <= worker["weekly_minutes"])
    )


@compiled
def passes_but_days(worker: Row, posting: Row) -> bool:
    """All filters but the days free, as far as the two rows tell."""
    return (
        passes_at_a_glance(worker, posting) and near_enough(worker, posting) and old_enough(worker, posting)
    )


@compiled
def is_open(posting: Row, today: int) -> bool:
    """Whether the posting has not begun and has a place free."""
    return bool(posting["start_day"] >= today and posting["places"] > 0)


@compiled
def passes_alone(worker: Row, posting: Row, today: int) -> bool:
    """All filters as far as the two rows tell."""
    return within_outer_days(worker, posting) and is_open(posting, today) and passes_but_days(worker, posting)


@compiled
def is_settled(worker: Row) -> bool:
    """Whether the row alone tells everything: one window, no other contract."""
    return bool(worker["windows"] == 1 and worker["busy"] == 0)


@compiled
def passes_pairs(
    worker: Row, posting: Row, first: Ints, second: Ints, window: int, weeks: Ints, minutes: Ints, week: int
) -> bool:
    """The filters that need the worker's windows and weeks, which begin at `window` and `week`."""
    return (
        first_day_outside(posting, first, second, window, window + worker["windows"]) == NONE
        and first_full_week(worker, posting, weeks, minutes, week) == NONE
    )


def refusals(
    worker: Row, posting: Row, *, today: int, first: Ints, second: Ints, weeks: Ints, minutes: Ints
) -> tuple[Refusal, ...]:
    """Every filter that the pair fails, with its numbers; `first` to `minutes` are the pairs of this worker alone."""
    found: list[Refusal] = []

    def refuse(code: Reason, **data: int) -> None:
        found.append(Refusal(code, {name: int(value) for name, value in data.items()}))

    start = int(posting["start_day"])
    if start < today:
        refuse(Reason.STARTED, start_day=start, today=today)
    if posting["places"] <= 0:
        refuse(Reason.NO_PLACE)
    day = _plain(first_day_outside, posting, first, second, 0, len(first))
    if day != NONE:
        refuse(Reason.NOT_AVAILABLE, day=day)
    missing = _plain(licences_missing, worker, posting)
    if missing:
        refuse(Reason.LICENCE_MISSING, licences=missing)
    school = _plain(may_work_from, int(worker["birth"]))
    if posting["start_ymd"] < school:
        refuse(Reason.UNDER_SCHOOL_AGE, from_ymd=school)
    age = _plain(age_at_start, worker, posting)
    if not _plain(may_work_at_night, worker, posting):
        refuse(Reason.UNDER_18_AT_NIGHT, age=age)
    if age < posting["min_age"]:
        refuse(Reason.TOO_YOUNG, age=age, min_age=posting["min_age"])
    if not _plain(has_bed, worker, posting):
        refuse(Reason.NO_BED)
    if not _plain(near_enough, worker, posting):
        far = _plain(distance, worker, posting)
        refuse(Reason.TOO_FAR, distance=far, max_distance=worker["max_distance"])
    week = _plain(first_full_week, worker, posting, weeks, minutes, 0)
    if week != NONE:
        needed = _plain(minutes_in_week, posting, week)
        free = _plain(free_minutes, worker, week, weeks, minutes, 0)
        refuse(Reason.HOURS_FULL, week=week, needed=needed, free=free)
    return tuple(found)


def _plain(function: Callable[..., Any], *arguments: Any) -> int:
    """The filter's answer for one pair."""
    return int(function(*arguments))
