"""A stay put together: work, a bed and a desk in the same days, with what they pay and cost."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.matching_columns import WEEK_MINUTES
from sosei.programmes.jobs.models import LodgingNight, Posting, Shift
from sosei.programmes.jobs.posting_figures import pay_of
from sosei.programmes.jobs.search_filters import upcoming, within

HALF_DAY_MINUTES = 300
DAYS_A_WEEK = 6
MOST_PLANS = 20


@dataclass(frozen=True)
class StayDay:
    """One day of a stay.

    Attributes:
        night: whether one sleeps there that night.
    """

    day: datetime.date
    shift: Shift | None
    night: bool


@dataclass(frozen=True)
class Plan:
    """Work on some days of a posting, and its beds for all the nights.

    Attributes:
        pay: yen before deductions.
        cost: yen for the nights.
    """

    posting: Posting
    days: Sequence[StayDay]
    pay: int
    cost: int

    @property
    def shifts(self) -> list[Shift]:
        """The shifts of the plan."""
        return [one.shift for one in self.days if one.shift is not None]

    @property
    def nights(self) -> int:
        """How many nights one sleeps there."""
        return sum(one.night for one in self.days)

    @property
    def left(self) -> int:
        """What remains of the pay after the nights."""
        return self.pay - self.cost

    @property
    def hours(self) -> float:
        """Hours of work."""
        return round(sum(minutes_of(shift) for shift in self.shifts) / 60, 1)

    @property
    def desk(self) -> str:
        """Where one can work for oneself: "lodging", "workplace" or nowhere."""
        posting = self.posting
        if posting.lodging is not None and posting.lodging.has_desk:
            return "lodging"
        return "workplace" if posting.workplace is not None and posting.workplace.has_desk else ""


def minutes_of(shift: Shift) -> int:
    """Paid minutes of a shift."""
    return int((shift.ends_at - shift.starts_at).total_seconds() // 60) - shift.break_minutes


def plans_of(
    rows: QuerySet[Posting],
    first: datetime.date,
    last: datetime.date,
    *,
    desk: bool = False,
    half: bool = False,
    taken: Collection[datetime.date] = (),
) -> list[Plan]:
    """What can be put together of open postings with beds, that which leaves most first; three queries.

    Args:
        rows: open postings of the town.
        first, last: the day one comes and the day one leaves; the nights are those between.
        taken: days on which the person has agreed to work elsewhere.
    """
    related = ("municipality", "employer", "workplace", "lodging")
    with_beds = rows.filter(lodging__isnull=False, lodging__closed_at__isnull=True)
    found = {row.pk: row for row in with_beds.select_related(*related)}
    full = _full({row.lodging_id for row in found.values()}, first, last)
    free = within(upcoming(timezone.now()), first, last).filter(taken__lt=F("capacity"))
    shifts: dict[int, list[Shift]] = {}
    for shift in free.filter(posting__in=found).order_by("starts_at", "pk"):
        shifts.setdefault(shift.posting_id, []).append(shift)
    wanted = [
        posting
        for posting in found.values()
        if posting.lodging_id not in full and posting.pk in shifts and posting.lodging.beds
    ]
    series = _lengths([posting.pk for posting in wanted if posting.whole_series])
    plans = []
    for posting in wanted:
        chosen = _chosen(posting, shifts[posting.pk], series, taken, half=half)
        if chosen:
            plan = _plan(posting, chosen, first, last)
            if not desk or plan.desk:
                plans.append(plan)
    return sorted(plans, key=lambda plan: (-plan.left, plan.posting.pk))[:MOST_PLANS]


def _full(lodgings: Collection[Any], first: datetime.date, last: datetime.date) -> set[int]:
    """Lodgings without a bed in one of the nights; a night that nobody asked for has no row and all its beds."""
    rows = LodgingNight.objects.filter(
        lodging__in=lodgings, night__gte=first, night__lt=last, taken__gte=F("beds")
    )
    return set(rows.order_by().values_list("lodging", flat=True))


def _lengths(keys: Collection[int]) -> dict[int, int]:
    """How many shifts are to come of postings that are for all of their days."""
    counts: dict[int, int] = {}
    if keys:
        rows = upcoming(timezone.now()).filter(posting__in=keys)
        for key in rows.values_list("posting", flat=True):
            counts[key] = counts.get(key, 0) + 1
    return counts


def _chosen(
    posting: Posting,
    shifts: Sequence[Shift],
    series: dict[int, int],
    taken: Collection[datetime.date],
    *,
    half: bool,
) -> list[Shift]:
    """One shift a day, within forty hours and six days a week; all or none of a series."""
    allowed = [
        shift
        for shift in shifts
        if _day(shift) not in taken and (not half or minutes_of(shift) <= HALF_DAY_MINUTES)
    ]
    if posting.whole_series:
        return allowed if len(allowed) == series.get(posting.pk) else []
    exempt = bool(posting.workplace is not None and posting.workplace.exemption)
    days: set[datetime.date] = set()
    weeks: dict[datetime.date, list[int]] = {}
    chosen = []
    for shift in allowed:
        day = _day(shift)
        week = weeks.setdefault(day - datetime.timedelta(days=(day.weekday() + 1) % 7), [])
        too_long = not exempt and sum(week) + minutes_of(shift) > WEEK_MINUTES
        if day in days or len(week) >= DAYS_A_WEEK or too_long:
            continue
        days.add(day)
        week.append(minutes_of(shift))
        chosen.append(shift)
    return chosen


def _day(shift: Shift) -> datetime.date:
    return shift.starts_at.astimezone(JST).date()


def _plan(posting: Posting, shifts: list[Shift], first: datetime.date, last: datetime.date) -> Plan:
    by_day: dict[datetime.date, Shift] = {}
    for shift in shifts:
        by_day.setdefault(_day(shift), shift)
    nights = (last - first).days
    days = [
        StayDay(
            first + datetime.timedelta(days=n), by_day.get(first + datetime.timedelta(days=n)), n < nights
        )
        for n in range(nights + 1)
    ]
    pay = sum(one.total * one.count for one in pay_of(posting, shifts, most=len(shifts)))
    cost = nights * (posting.lodging.yen_a_night if posting.lodging is not None else 0)
    return Plan(posting, days, pay, cost)
