"""Minors: the lowest age, its proof, and what workers under eighteen may not be asked to do (労基法56条 - 62条)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from sosei.engines.labour.basis import Basis, Certainty, Finding
from sosei.engines.labour.spans import WEEK_LIMIT, Shift, WorkCalendar
from sosei.engines.labour.working_time import classify, totals

LOWEST_AGE = Basis("労基法", "56条1項")
AGE_CERTIFICATE = Basis("労基法", "57条1項")
MINOR_HOURS = Basis("労基法", "60条1項")
MINOR_NIGHT = Basis("労基法", "61条1項")
MINOR_HAZARD = Basis("労基法", "62条")
FARM_HOURS = Basis("本システム", "年少者の農業・漁業での労働時間", Certainty.PRACTICE)
"""41条1号 lifts the hours on farms for minors too; this program does not."""
FARM_NIGHT = Basis("本システム", "年少者の農業・漁業での深夜業", Certainty.PRACTICE)
"""61条4項 excepts farms and fishery, but sources differ on its reach."""


class MinorCode(StrEnum):
    """What forbids a minor's work."""

    UNDER_MINIMUM_AGE = "under_minimum_age"
    CERTIFICATE_MISSING = "certificate_missing"
    OVERTIME_UNDER_18 = "overtime_under_18"
    NIGHT_UNDER_18 = "night_under_18"
    HAZARDOUS_UNDER_18 = "hazardous_under_18"


def attains(birth: date, age: int) -> date:
    """The day at whose end an age is attained: that before the birthday (年齢計算ニ関する法律, 民法143条)."""
    try:
        birthday = birth.replace(year=birth.year + age)
    except ValueError:  # 29 February: attained at the end of 28 February
        birthday = date(birth.year + age, 3, 1)
    return birthday - timedelta(days=1)


def minimum_working_day(birth: date) -> date:
    """The first day on which someone may be employed: 1 April after the 31 March that follows fifteen (労基法56条1項).

    Born on 1 April, one is fifteen at the end of 31 March, and may work from the very next day.
    """
    fifteen = attains(birth, 15)
    year = fifteen.year if (fifteen.month, fifteen.day) <= (3, 31) else fifteen.year + 1
    return date(year, 4, 1)


def is_minor(birth: date, day: date) -> bool:
    """Whether someone is under eighteen on a day (年少者, 労基法57条1項)."""
    return day <= attains(birth, 18)


def minor_findings(
    birth: date,
    shift: Shift,
    *,
    has_certificate: bool,
    hazardous: bool = False,
    booked: Sequence[Shift] = (),
    calendar: WorkCalendar | None = None,
) -> tuple[Finding, ...]:
    """What forbids a shift to someone by age; empty for anyone of eighteen or more.

    Night work and more than eight hours a day or forty a week are refused on farms too: there as rules of this program,
    which `FARM_HOURS` and `FARM_NIGHT` say. Small shops have no forty-four hours for minors (60条1項 excludes 40条).

    Args:
        birth: date of birth.
        shift: the work planned.
        has_certificate: the employer keeps proof of age (57条1項).
        hazardous: work that 62条 and 年少則 forbid (dangerous machines, heavy loads, heights, pesticides, extreme heat).
        booked: the worker's other shifts of that week, at all employers; without them the shift by itself is judged.
        calendar: beginnings of weeks, legal holidays.

    Returns:
        Findings with the day, and what is over (minutes).

    Raises:
        WorkTimeError: the shift overlaps a booked one.
    """
    day = shift.day
    earliest = minimum_working_day(birth)
    if not is_minor(birth, day):
        return ()
    found: list[Finding] = []
    if day < earliest:
        found.append(Finding(MinorCode.UNDER_MINIMUM_AGE, LOWEST_AGE, {"day": day, "allowed_from": earliest}))
    if not has_certificate:
        found.append(Finding(MinorCode.CERTIFICATE_MISSING, AGE_CERTIFICATE, {"day": day}))
    over = _overtime_added(shift, booked, calendar, farms_too=True)
    if over > 0:
        unlawful = _overtime_added(shift, booked, calendar, farms_too=False) > 0
        basis = MINOR_HOURS if unlawful else FARM_HOURS
        found.append(Finding(MinorCode.OVERTIME_UNDER_18, basis, {"day": day, "minutes": over}))
    if night := totals(classify([shift])).night:
        basis = MINOR_NIGHT if shift.exemption is None else FARM_NIGHT
        found.append(Finding(MinorCode.NIGHT_UNDER_18, basis, {"day": day, "minutes": night}))
    if hazardous:
        found.append(Finding(MinorCode.HAZARDOUS_UNDER_18, MINOR_HAZARD, {"day": day}))
    return tuple(found)


def as_minors(shifts: Sequence[Shift], *, farms_too: bool) -> list[Shift]:
    """The shifts under a minor's limits: never forty-four hours a week (労基法60条1項), farms like shops if asked."""
    return [
        replace(each, week_limit=WEEK_LIMIT, exemption=None if farms_too else each.exemption)
        for each in shifts
    ]


def _overtime_added(
    shift: Shift, booked: Sequence[Shift], calendar: WorkCalendar | None, *, farms_too: bool
) -> int:
    """Minutes of overtime that the shift brings, at whichever employer they fall: the minor's day is what counts."""
    before = classify(as_minors(booked, farms_too=farms_too), calendar)
    after = classify(as_minors([*booked, shift], farms_too=farms_too), calendar)
    return totals(after).overtime - totals(before).overtime
