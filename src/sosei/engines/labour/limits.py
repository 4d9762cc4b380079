"""Limits: the hours, days and yen still open to one worker across employers, and what a further shift would break.

Three weights: FORBIDDEN by law (without an overtime agreement), DUTY (allowed, but insurance or a report follows),
POLICY (a rule of this program that keeps spot work safe).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sosei.engines.labour.basis import Basis, Certainty, Value
from sosei.engines.labour.insurance import TWENTY_HOURS
from sosei.engines.labour.minors import MINOR_HOURS, as_minors, is_minor, minor_findings
from sosei.engines.labour.spans import DAY_LIMIT, WEEK_LIMIT, Shift, WorkCalendar
from sosei.engines.labour.working_time import (
    DAY_HOURS,
    MONTH_STEP,
    OVER_60,
    SEVERAL_EMPLOYERS,
    WEEK_HOURS,
    MinuteKind,
    Segment,
    classify,
    with_days,
)

DAYS_A_WEEK = 6
REPORT_YEN = 300_000
"""Yen a year up to which the pay report of a leaver may be left out (地方税法317条の6第3項)."""
REST_DAY = Basis("労基法", "35条1項")
INSURANCE_HOURS = Basis("雇用保険法", "6条1号")
PAY_REPORT = Basis("地方税法", "317条の6第3項")
ONE_JOB_A_DAY = Basis("本システム", "1日1件", Certainty.PRACTICE)
ONE_PLACE = Basis("本システム", "同時に1か所", Certainty.PRACTICE)
OVERTIME_AGREEMENT = Basis("労基法", "36条1項")


class LimitCode(StrEnum):
    """Which limit."""

    DAY_HOURS = "day_hours"
    WEEK_HOURS = "week_hours"
    WEEK_EMPLOYER_HOURS = "week_employer_hours"
    WEEK_DAYS = "week_days"
    MONTH_OVERTIME = "month_overtime"
    YEAR_PAY = "year_pay"
    OVERLAP = "overlap"
    ONE_JOB_A_DAY = "one_job_a_day"


class Severity(StrEnum):
    """What being over a limit means."""

    FORBIDDEN = "forbidden"
    DUTY = "duty"
    POLICY = "policy"


class Unit(StrEnum):
    """What a limit counts."""

    MINUTES = "minutes"
    DAYS = "days"
    YEN = "yen"


@dataclass(frozen=True, slots=True)
class OpenLimit:
    """One limit: how much of it is used and how much is left before it bites.

    Attributes:
        code, severity, basis: which limit, what it means, where it stands.
        unit: of the three numbers.
        limit, used, left: `left` is what may be added without reaching what the limit forbids; never below zero.
        first_day, last_day: the period that is counted.
    """

    code: LimitCode
    severity: Severity
    basis: Basis
    unit: Unit
    limit: int
    used: int
    left: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule that a further shift would break; `code` is of this module or of `minors`."""

    code: StrEnum
    severity: Severity
    basis: Basis
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Worker:
    """What is known of the worker's age: birth None when of age for certain."""

    birth: date | None = None
    has_certificate: bool = False


def open_limits(
    day: date,
    employer: str,
    booked: Sequence[Shift],
    *,
    worker: Worker | None = None,
    calendar: WorkCalendar | None = None,
    week_limit: int | None = None,
    paid_this_year: int = 0,
) -> tuple[OpenLimit, ...]:
    """What one worker may still take on around a day, at one employer, with all that is booked at all of them.

    Args:
        day: the day asked about.
        employer: whose posting is looked at; for the limits counted by employer.
        booked: every shift of the worker in the week and month of `day`, at all employers.
        worker: for minors, whose hours stand under 労基法60条.
        calendar: beginnings of weeks and months.
        week_limit: of the employer's workplace (`WEEK_LIMIT`, `WEEK_LIMIT_SPECIAL`); None takes the least of what is
            booked, which is too much for a workplace of forty hours where all that is booked has forty-four. Minors
            have forty everywhere (労基法60条1項).
        paid_this_year: yen paid by this employer in the calendar year of `day`.

    Returns:
        Hours of the day (32条2項) and week (32条1項) over all employers (38条1項); scheduled hours of the week at this
        employer below twenty (雇用保険法6条, 健保法3条); days of the week; overtime of the month before the premium of
        50 %; yen of the year before the pay report of a leaver is due.

    Raises:
        WorkTimeError: booked shifts overlap.
    """
    chosen = calendar or WorkCalendar()
    week, month = chosen.week(day), chosen.month(day)
    week_end = week + timedelta(days=6)
    month_end = chosen.month(month + timedelta(days=31)) - timedelta(days=1)
    minor = worker is not None and worker.birth is not None and is_minor(worker.birth, day)
    counted = _counted(as_minors(booked, farms_too=True) if minor else booked, chosen)
    today = sum(each.minutes for each in counted if each.day == day)
    this_week = [each for each in counted if week <= each.day <= week_end]
    ordinary = sum(each.minutes for each in this_week if each.kind is not MinuteKind.DAILY_OVERTIME)
    if week_limit is None:
        week_limit = min((each.week_limit for each in booked if each.exemption is None), default=WEEK_LIMIT)
    overtime = sum(each.minutes for each in counted if each.is_overtime and month <= each.day <= month_end)
    scheduled = _scheduled(booked, employer, week, week_end)
    days = len(_days_worked(booked, week, week_end))
    year_first, year_last = date(day.year, 1, 1), date(day.year, 12, 31)
    forbidden, duty, minutes = Severity.FORBIDDEN, Severity.DUTY, Unit.MINUTES
    return (
        _limit(
            LimitCode.DAY_HOURS,
            forbidden,
            MINOR_HOURS if minor else DAY_HOURS,
            minutes,
            DAY_LIMIT,
            today,
            day,
            day,
        ),
        _limit(
            LimitCode.WEEK_HOURS,
            forbidden,
            MINOR_HOURS if minor else WEEK_HOURS,
            minutes,
            WEEK_LIMIT if minor else week_limit,
            ordinary,
            week,
            week_end,
        ),
        _limit(
            LimitCode.WEEK_EMPLOYER_HOURS,
            duty,
            INSURANCE_HOURS,
            minutes,
            TWENTY_HOURS - 1,
            scheduled,
            week,
            week_end,
        ),
        _limit(LimitCode.WEEK_DAYS, Severity.POLICY, REST_DAY, Unit.DAYS, DAYS_A_WEEK, days, week, week_end),
        _limit(LimitCode.MONTH_OVERTIME, duty, OVER_60, minutes, MONTH_STEP, overtime, month, month_end),
        _limit(
            LimitCode.YEAR_PAY, duty, PAY_REPORT, Unit.YEN, REPORT_YEN, paid_this_year, year_first, year_last
        ),
    )


def shift_refusals(
    candidate: Shift,
    booked: Sequence[Shift],
    *,
    worker: Worker | None = None,
    calendar: WorkCalendar | None = None,
    overtime_agreement: bool = False,
    hazardous: bool = False,
    one_job_a_day: bool = False,
) -> tuple[Refusal, ...]:
    """What a further shift would break; empty when nothing.

    Args:
        candidate: the shift looked at.
        booked: every shift of the worker in the weeks it touches, at all employers.
        worker: for minors.
        calendar: beginnings of weeks, legal holidays.
        overtime_agreement: the candidate's workplace has one (労基法36条): over eight hours a day or forty a week is
            then no refusal, save for minors.
        hazardous: work forbidden to minors.
        one_job_a_day: refuse a second shift that begins on the same day.

    Returns:
        Refusals with limit, over (minutes or days), and the day or first day of the week. One who works elsewhere at
        that time is told of that alone.
    """
    overlapping = [shift.key for shift in booked if shift.span.overlaps(candidate.span)]
    if overlapping:
        values: dict[str, Value] = {"shift": overlapping[0], "day": candidate.day}
        return (Refusal(LimitCode.OVERLAP, Severity.FORBIDDEN, ONE_PLACE, values),)
    chosen = calendar or WorkCalendar()
    together = [*booked, candidate]
    day = next(day for shift, day in with_days(together) if shift is candidate)
    week, week_end = chosen.week(day), chosen.week(day) + timedelta(days=6)
    before, after = classify(booked, chosen), classify(together, chosen)
    found: list[Refusal] = []
    if not overtime_agreement:
        found.extend(_overtime(LimitCode.DAY_HOURS, MinuteKind.DAILY_OVERTIME, before, after, day, day))
        found.extend(
            _overtime(LimitCode.WEEK_HOURS, MinuteKind.WEEKLY_OVERTIME, before, after, week, week_end)
        )
    scheduled = _scheduled(together, candidate.employer, week, week_end)
    if scheduled >= TWENTY_HOURS:
        values = {"limit": TWENTY_HOURS, "over": scheduled - TWENTY_HOURS, "week": week}
        found.append(Refusal(LimitCode.WEEK_EMPLOYER_HOURS, Severity.DUTY, INSURANCE_HOURS, values))
    days = len(_days_worked(together, week, week_end))
    if days > DAYS_A_WEEK:
        values = {"limit": DAYS_A_WEEK, "over": days - DAYS_A_WEEK, "week": week}
        found.append(Refusal(LimitCode.WEEK_DAYS, Severity.POLICY, REST_DAY, values))
    if one_job_a_day and any(shift.day == candidate.day for shift in booked):
        found.append(Refusal(LimitCode.ONE_JOB_A_DAY, Severity.POLICY, ONE_JOB_A_DAY, {"day": candidate.day}))
    if worker is not None and worker.birth is not None:
        minor = minor_findings(
            worker.birth,
            candidate,
            has_certificate=worker.has_certificate,
            hazardous=hazardous,
            booked=booked,
            calendar=chosen,
        )
        found.extend(Refusal(each.code, Severity.FORBIDDEN, each.basis, each.values) for each in minor)
    return tuple(found)


def _counted(shifts: Sequence[Shift], calendar: WorkCalendar) -> list[Segment]:
    """The work that the limits of the day and the week count: neither exempt nor on a legal holiday."""
    outside = {MinuteKind.EXEMPT, MinuteKind.HOLIDAY}
    return [each for each in classify(shifts, calendar) if each.kind not in outside]


def _limit(
    code: LimitCode,
    severity: Severity,
    basis: Basis,
    unit: Unit,
    limit: int,
    used: int,
    first_day: date,
    last_day: date,
) -> OpenLimit:
    return OpenLimit(code, severity, basis, unit, limit, used, max(0, limit - used), first_day, last_day)


def _overtime(
    code: LimitCode,
    kind: MinuteKind,
    before: Sequence[Segment],
    after: Sequence[Segment],
    first: date,
    last: date,
) -> list[Refusal]:
    """The refusal for overtime of a kind that was not there before the candidate."""
    basis = SEVERAL_EMPLOYERS if len({each.employer for each in after}) > 1 else OVERTIME_AGREEMENT
    over = _minutes(after, kind, first, last) - _minutes(before, kind, first, last)
    if over <= 0:
        return []
    return [Refusal(code, Severity.FORBIDDEN, basis, {"over": over, "first_day": first, "last_day": last})]


def _minutes(segments: Sequence[Segment], kind: MinuteKind, first: date, last: date) -> int:
    return sum(each.minutes for each in segments if each.kind is kind and first <= each.day <= last)


def _scheduled(shifts: Sequence[Shift], employer: str, first: date, last: date) -> int:
    """Scheduled minutes at one employer on days from `first` to `last`; extra work does not count (雇用保険法6条)."""
    own = [shift for shift in shifts if shift.employer == employer and first <= shift.day <= last]
    return sum(
        span.minutes if shift.scheduled is None else span.shared(shift.scheduled)
        for shift in own
        for span in shift.work()
    )


def _days_worked(shifts: Sequence[Shift], first: date, last: date) -> set[date]:
    """The days, by the beginning of the work, that hold work at any employer."""
    return {day for _, day in with_days(shifts) if first <= day <= last}
