"""Hours and income still open to a worker under each limit, over all employers, as `engines.labour` counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Sum

from sosei.core.people import tenancy
from sosei.core.people.models import BirthDate, Person
from sosei.engines.labour.limits import LimitCode, OpenLimit, Worker, open_limits
from sosei.engines.labour.minors import is_minor, minimum_working_day
from sosei.engines.labour.spans import (
    WEEK_LIMIT,
    WEEK_LIMIT_SPECIAL,
    Exemption,
    Shift,
    Span,
    WorkCalendar,
    WorkplaceTrade,
)
from sosei.engines.labour.working_time import classify, totals
from sosei.programmes.jobs.models import Employer, Payslip, WorkDay, WorkerProfile

JAPAN = ZoneInfo("Asia/Tokyo")
CALENDAR = WorkCalendar()
BY_EMPLOYER = frozenset({LimitCode.WEEK_EMPLOYER_HOURS, LimitCode.YEAR_PAY})
NOBODY = ""
"""An employer for whom nothing is booked: limits of one employer stand open as a whole."""


def booked_days(person: Person, first: date, last: date) -> list[WorkDay]:
    """Days of work that stand, planned or worked, at all employers of all towns, from `first` to `last`.

    Read as the owner of the tables: hours of all employers count together (労働基準法38条), in whichever town. Who asks
    must be the worker, or act for the worker.
    """
    start = datetime.combine(first, time(), tzinfo=JAPAN)
    end = datetime.combine(last + timedelta(days=1), time(), tzinfo=JAPAN)
    with tenancy.unguarded():
        rows = WorkDay.objects.filter(
            person=person,
            state__in=[WorkDay.State.PLANNED, WorkDay.State.WORKED],
            period__overlap=(start, end),
        )
        return list(rows.select_related("employer", "contract__posting__workplace").order_by("period"))


def as_shifts(days: Sequence[WorkDay]) -> list[Shift]:
    """Days of work as the engine reads them; a break whose hour nobody knows lies in the middle."""
    orders = {
        key: rank for rank, key in enumerate(sorted({(d.contract.made_at, d.contract_id) for d in days}))
    }
    return [_shift(day, orders[(day.contract.made_at, day.contract_id)]) for day in days]


def _shift(day: WorkDay, order: int) -> Shift:
    span = Span.widened(day.period.lower.astimezone(JAPAN), day.period.upper.astimezone(JAPAN))
    workplace = day.contract.posting.workplace
    exempt = bool(workplace is not None and workplace.exemption)
    return Shift(
        key=str(day.pk),
        employer=str(day.employer_id),
        span=span,
        breaks=_middle(span, day.break_minutes),
        contract_order=order,
        week_limit=WEEK_LIMIT_SPECIAL if day.employer.is_small_special else WEEK_LIMIT,
        exemption=Exemption(WorkplaceTrade(workplace.exemption), workplace.exemption_reason)
        if exempt
        else None,
    )


def _middle(span: Span, minutes: int) -> tuple[Span, ...]:
    if not minutes:
        return ()
    begin = span.start + timedelta(minutes=(span.minutes - minutes) // 2)
    return (Span(begin, begin + timedelta(minutes=minutes)),)


def paid_in(person: Person, year: int) -> dict[int, int]:
    """Yen before deductions that each employer has paid with its pay day in that year; replaced payslips do not count."""
    with tenancy.unguarded():
        rows = Payslip.objects.filter(person=person, pay_on__year=year, replaced_by__isnull=True)
        return dict(rows.order_by().values_list("employer").annotate(Sum("gross")))


@dataclass(frozen=True)
class EmployerLimit:
    """A limit that counts one employer alone."""

    employer: Employer | None
    limit: OpenLimit


@dataclass(frozen=True)
class Period:
    """What is open in a week or month.

    Attributes:
        limits: over all employers.
        by_employer: of each employer with something booked or paid; one without an employer where there is none.
        exempt_minutes: booked work that no limit of hours counts (労働基準法41条1号).
    """

    limits: tuple[OpenLimit, ...]
    by_employer: tuple[EmployerLimit, ...]
    exempt_minutes: int


@dataclass(frozen=True)
class Hours:
    """Everything the page of limits shows.

    Attributes:
        other_minutes: what the worker says to work elsewhere each week.
        other_left: minutes of the week's limit left after these, by period; never below zero.
    """

    today: Period
    this_week: Period
    next_week: Period
    this_month: Period
    this_year: Period
    other_minutes: int
    other_left: dict[str, int]
    birth: date | None
    is_minor: bool
    may_work_from: date | None


TODAY, WEEK, MONTH, YEAR = (
    (LimitCode.DAY_HOURS,),
    (LimitCode.WEEK_HOURS, LimitCode.WEEK_DAYS, LimitCode.WEEK_EMPLOYER_HOURS),
    (LimitCode.MONTH_OVERTIME,),
    (LimitCode.YEAR_PAY,),
)


def hours_of(person: Person, today: date) -> Hours:
    """What a worker may still take on today, this week, next week, this month and this year.

    Raises:
        WorkTimeError: a booked day whose break is longer than the day.
    """
    next_week = today + timedelta(days=7)
    first = min(CALENDAR.month(today), CALENDAR.week(today)) - timedelta(days=1)
    last = max(_month_end(today), CALENDAR.week(next_week) + timedelta(days=6)) + timedelta(days=1)
    days = booked_days(person, first, last)
    birth = BirthDate.objects.filter(person=person).values_list("date", flat=True).first()
    paid = paid_in(person, today.year)
    employers = {day.employer_id: day.employer for day in days}
    unnamed = paid.keys() - employers.keys()
    if unnamed:
        with tenancy.unguarded():
            employers |= Employer.objects.in_bulk(unnamed)
    profile = WorkerProfile.objects.filter(person=person).first()
    other = profile.other_weekly_minutes if profile else 0
    asked = _Asked(as_shifts(days), employers, paid, birth)
    this, following = asked.period(today, WEEK), asked.period(next_week, WEEK)
    return Hours(
        today=asked.period(today, TODAY),
        this_week=this,
        next_week=following,
        this_month=asked.period(today, MONTH),
        this_year=asked.period(today, YEAR),
        other_minutes=other,
        other_left={"this_week": _left(this, other), "next_week": _left(following, other)},
        birth=birth,
        is_minor=birth is not None and is_minor(birth, today),
        may_work_from=minimum_working_day(birth) if birth is not None else None,
    )


def _left(period: Period, other: int) -> int:
    week = next(limit for limit in period.limits if limit.code is LimitCode.WEEK_HOURS)
    return max(0, week.left - other)


def _month_end(day: date) -> date:
    return CALENDAR.month(CALENDAR.month(day) + timedelta(days=31)) - timedelta(days=1)


@dataclass(frozen=True)
class _Asked:
    """What the engine is asked with."""

    shifts: Sequence[Shift]
    employers: dict[int, Any]
    paid: dict[int, int]
    birth: date | None

    def period(self, day: date, codes: tuple[LimitCode, ...]) -> Period:
        """The limits of those codes around a day."""
        common = self._ask(day, NOBODY, codes)
        shared = tuple(limit for limit in common if limit.code not in BY_EMPLOYER)
        single = [limit for limit in common if limit.code in BY_EMPLOYER]
        found = [
            EmployerLimit(self.employers[key], limit)
            for key in sorted(self.employers)
            for limit in self._ask(day, str(key), codes, self.paid.get(key, 0))
            if limit.code in BY_EMPLOYER and limit.used
        ]
        named = tuple(found or [EmployerLimit(None, limit) for limit in single])
        first, last = common[0].first_day, common[0].last_day
        within = [shift for shift in self.shifts if first <= shift.day <= last]
        return Period(shared, named, totals(classify(within, CALENDAR)).exempt)

    def _ask(
        self, day: date, employer: str, codes: tuple[LimitCode, ...], paid: int = 0
    ) -> tuple[OpenLimit, ...]:
        worker = Worker(self.birth) if self.birth is not None else None
        limits = open_limits(
            day,
            employer,
            self.shifts,
            worker=worker,
            calendar=CALENDAR,
            week_limit=self._week_limit(employer),
            paid_this_year=paid,
        )
        return tuple(limit for limit in limits if limit.code in codes)

    def _week_limit(self, employer: str) -> int:
        known = self.employers.get(int(employer)) if employer else None
        return WEEK_LIMIT_SPECIAL if known is not None and known.is_small_special else WEEK_LIMIT
