"""Records of the town's free placement (職業安定法29条): openings, seekers, placements, and the year's report.

The law asks a municipality for no form of its own. The items are those that the state asks of placement agencies
(職業安定法施行規則24条の7), without the date of birth, which no list of seasonal work shows.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from sosei.core.people.models import Address, Municipality
from sosei.programmes.jobs.models import (
    Application,
    Complaint,
    Contract,
    Posting,
    Shift,
    WorkDay,
)
from sosei.programmes.jobs.town_figures import fiscal_year_on, now_in

YEARS_KEPT = 2
"""Records are kept for so long after the matter ended (職業安定法施行規則24条の7)."""
MONTHS_REGULAR, MONTHS_TEMPORARY = 4, 1
"""Employment of four months and more is regular (常用), of one month and more temporary (臨時), else by the day (日雇)."""
Bounds = tuple[datetime.datetime, datetime.datetime]


class Term(StrEnum):
    """How long a job lasts, as the reports of placement tell jobs apart."""

    REGULAR = "regular"
    TEMPORARY = "temporary"
    BY_DAY = "by_day"


def bounds(town: Municipality, year: int) -> Bounds:
    """The first moment of a fiscal year, and that of the next."""
    zone = ZoneInfo(town.zone)
    return datetime.datetime(year, 4, 1, tzinfo=zone), datetime.datetime(year + 1, 4, 1, tzinfo=zone)


def years_of(town: Municipality, user: Any) -> list[int]:
    """The fiscal years of which there are records, the newest first, this one always among them."""
    first = _published(town, user).aggregate(first=Min("published_at"))["first"]
    here = fiscal_year_on(now_in(town).date())
    since = fiscal_year_on(first.astimezone(ZoneInfo(town.zone)).date()) if first else here
    return list(range(here, min(since, here) - 1, -1))


def keep_until(ended: datetime.datetime | None, town: Municipality) -> datetime.date | None:
    """The last day for which a record is kept; None while the matter goes on."""
    if ended is None:
        return None
    day = ended.astimezone(ZoneInfo(town.zone)).date()
    try:
        return day.replace(year=day.year + YEARS_KEPT)
    except ValueError:
        return datetime.date(day.year + YEARS_KEPT, 2, 28)


def term_of(first: datetime.date, last: datetime.date) -> Term:
    """How a job from a day to another is called."""
    # From 1 July to 31 July is a month: the day after the last one counts.
    after = last + datetime.timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month - (after.day < first.day)
    if months >= MONTHS_REGULAR:
        return Term.REGULAR
    return Term.TEMPORARY if months >= MONTHS_TEMPORARY else Term.BY_DAY


# --- The three lists --------------------------------------------------------------------------------------------------


def openings(town: Municipality, user: Any, year: int) -> QuerySet[Posting]:
    """Job openings received in a fiscal year: `places` (person-days), `first`, `last`, `introduced`, `hired`."""
    shifts = Shift.objects.filter(posting=OuterRef("pk"), called_off_at=None).order_by().values("posting")
    asked = Application.objects.filter(posting=OuterRef("pk")).order_by().values("posting")
    begins, ends = bounds(town, year)
    return (
        _published(town, user)
        .filter(published_at__gte=begins, published_at__lt=ends)
        .select_related("employer__organisation", "workplace")
        .annotate(
            places=_number(shifts.annotate(n=Sum("capacity"))),
            first=Subquery(shifts.annotate(n=Min("starts_at")).values("n")),
            last=Subquery(shifts.annotate(n=Max("starts_at")).values("n")),
            introduced=_number(asked.annotate(n=Count("pk"))),
            hired=_number(asked.filter(contract__isnull=False).annotate(n=Count("pk"))),
        )
        .order_by("published_at", "pk")
    )


def _number(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.values("n")), 0, output_field=IntegerField())


def _published(town: Municipality, user: Any) -> QuerySet[Posting]:
    return Posting.objects.visible_to(user).filter(municipality=town, published_at__isnull=False)  # type: ignore[no-any-return]


def seekers(town: Municipality, user: Any, year: int) -> QuerySet[Application]:
    """Job seekers of a fiscal year, each by the first application in it: `kinds`, `introduced`, `hired`, `live`, `ended`."""
    begins, ends = bounds(town, year)
    rows = _applications(town, user).filter(applied_at__gte=begins, applied_at__lt=ends)
    own = rows.filter(person=OuterRef("person")).order_by()
    earlier = own.filter(
        Q(applied_at__lt=OuterRef("applied_at")) | Q(applied_at=OuterRef("applied_at"), pk__lt=OuterRef("pk"))
    )
    each = own.values("person")
    going_on = Q(state__in=("applied", "waiting", "offered")) | Q(contract__state="active")
    return (
        rows.filter(~Exists(earlier))
        .annotate(
            kinds=Subquery(each.annotate(n=ArrayAgg("posting__kind", distinct=True)).values("n")),
            introduced=_number(each.annotate(n=Count("pk"))),
            hired=_number(each.annotate(n=Count("contract"))),
            live=_number(each.annotate(n=Count("pk", filter=going_on))),
            ended=Subquery(
                each.annotate(n=Max(Coalesce("contract__ended_at", "decided_at", "applied_at"))).values("n")
            ),
        )
        .order_by("applied_at", "pk")
    )


def _applications(town: Municipality, user: Any) -> QuerySet[Application]:
    return Application.objects.visible_to(user).filter(municipality=town)  # type: ignore[no-any-return]


def placements(town: Municipality, user: Any, year: int) -> QuerySet[Application]:
    """Introductions of a fiscal year with what came of them: `first`, `last`, `days` of the contract."""
    begins, ends = bounds(town, year)
    days = (
        WorkDay.objects.filter(contract__application=OuterRef("pk"))
        .exclude(state=WorkDay.State.CANCELLED)
        .order_by()
        .values("contract")
    )
    return (
        _applications(town, user)
        .filter(applied_at__gte=begins, applied_at__lt=ends)
        .select_related("posting", "employer", "contract")
        .annotate(
            first=Subquery(days.annotate(n=Min("shift__starts_at")).values("n")),
            last=Subquery(days.annotate(n=Max("shift__starts_at")).values("n")),
            days=_number(days.annotate(n=Count("pk"))),
        )
        .order_by("applied_at", "pk")
    )


def homes_of(user: Any, persons: Iterable[int]) -> dict[int, str]:
    """Person -> address, of those whose address `user` may see."""
    rows = Address.objects.visible_to(user).filter(person__in=set(persons), kind=Address.Kind.HOME)
    return {row.person_id: str(row) for row in rows}


# --- The year's report ------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """A kind of work, or all of them, in a fiscal year.

    Attributes:
        new_openings, places: openings received, and the person-days they offered.
        open_at_end: openings still valid on the last day (today, where the year goes on).
        new_seekers: people who asked for the first time in the year.
        seeking_at_end: people whose application had no answer on that day.
        introduced: applications; `hired`: those that became a contract.
        regular, temporary, by_day: the contracts by their length; `days`: person-days agreed in those by the day.
        cancelled: contracts called off before their end.
    """

    new_openings: int = 0
    places: int = 0
    open_at_end: int = 0
    new_seekers: int = 0
    seeking_at_end: int = 0
    introduced: int = 0
    hired: int = 0
    regular: int = 0
    temporary: int = 0
    by_day: int = 0
    days: int = 0
    cancelled: int = 0


FIGURES = tuple(one.name for one in fields(Line))


@dataclass
class Report:
    """A fiscal year.

    Attributes:
        kinds: kind of work -> its line, the kinds without anything left out.
        total: all together; a person who asked for two kinds is one person here.
        complaints, answered: complaints that came in the year, and those of them that have an answer.
    """

    year: int
    is_over: bool
    kinds: dict[str, Line] = field(default_factory=dict)
    total: Line = field(default_factory=Line)
    complaints: int = 0
    answered: int = 0


def yearly_report(town: Municipality, user: Any, year: int) -> Report:
    """The figures of a fiscal year; seven queries."""
    begins, ends = bounds(town, year)
    now = now_in(town)
    at = min(ends, now)
    made = Report(year, is_over=ends <= now)
    for figures in (
        _of_openings(town, user, begins, ends, at),
        _of_places(town, user, begins, ends),
        _of_applications(town, user, begins, ends),
        _of_contracts(town, user, begins, ends),
        _of_people(town, user, begins, ends, at),
    ):
        for kind, counted in figures.items():
            line = made.total if kind is None else made.kinds.setdefault(kind, Line())
            for name, count in counted.items():
                setattr(line, name, getattr(line, name) + count)
    for name in FIGURES:
        if name not in OF_PEOPLE:
            setattr(made.total, name, sum(getattr(line, name) for line in made.kinds.values()))
    made.kinds = {kind: line for kind, line in made.kinds.items() if line != Line()}
    told = Complaint.objects.visible_to(user).filter(
        municipality=town, reported_at__gte=begins, reported_at__lt=ends
    )
    found = told.aggregate(all=Count("pk"), answered=Count("pk", filter=Q(answered_at__isnull=False)))
    made.complaints, made.answered = found["all"], found["answered"]
    return made


OF_PEOPLE = ("new_seekers", "seeking_at_end")
"""Figures that do not add up over the kinds: somebody may ask for several."""
Figures = dict[str | None, Counter[str]]


def _of_openings(
    town: Municipality, user: Any, begins: datetime.datetime, ends: datetime.datetime, at: datetime.datetime
) -> Figures:
    valid = Q(published_at__lt=at) & (Q(closed_at=None) | Q(closed_at__gte=at))
    rows = (
        _published(town, user)
        .filter(published_at__lt=ends)
        .order_by()
        .values_list("kind")
        .annotate(
            new=Count("pk", filter=Q(published_at__gte=begins)),
            open=Count("pk", filter=valid),
        )
    )
    return {kind: Counter(new_openings=new, open_at_end=still) for kind, new, still in rows}


def _of_places(town: Municipality, user: Any, begins: datetime.datetime, ends: datetime.datetime) -> Figures:
    rows = (
        Shift.objects.visible_to(user)
        .filter(
            municipality=town,
            called_off_at=None,
            posting__published_at__gte=begins,
            posting__published_at__lt=ends,
        )
        .order_by()
        .values_list("posting__kind")
        .annotate(places=Sum("capacity"))
    )
    return {kind: Counter(places=places) for kind, places in rows}


def _of_applications(
    town: Municipality, user: Any, begins: datetime.datetime, ends: datetime.datetime
) -> Figures:
    rows = (
        _applications(town, user)
        .filter(applied_at__gte=begins, applied_at__lt=ends)
        .order_by()
        .values_list("posting__kind")
        .annotate(introduced=Count("pk"))
    )
    return {kind: Counter(introduced=introduced) for kind, introduced in rows}


def _of_contracts(
    town: Municipality, user: Any, begins: datetime.datetime, ends: datetime.datetime
) -> Figures:
    zone = ZoneInfo(town.zone)
    held = ~Q(days__state=WorkDay.State.CANCELLED)
    rows = (
        Contract.objects.visible_to(user)
        .filter(municipality=town, made_at__gte=begins, made_at__lt=ends)
        .order_by()
        .values_list("posting__kind", "state", "pk")
        .annotate(
            first=Min("days__shift__starts_at"),
            last=Max("days__shift__starts_at"),
            days=Count("days", filter=held),
        )
        .values_list("posting__kind", "state", "first", "last", "days")
    )
    found: Figures = {}
    for kind, state, first, last, days in rows.iterator(chunk_size=5000):
        counted = found.setdefault(kind, Counter())
        counted["hired"] += 1
        counted["cancelled"] += state == Contract.State.CANCELLED
        if first is None:
            continue
        term = term_of(first.astimezone(zone).date(), last.astimezone(zone).date())
        counted[term.value] += 1
        counted["days"] += days if term == Term.BY_DAY else 0
    return found


def _of_people(
    town: Municipality, user: Any, begins: datetime.datetime, ends: datetime.datetime, at: datetime.datetime
) -> Figures:
    """People, of each kind and, under None, of all."""
    asked = _applications(town, user).filter(applied_at__lt=ends).order_by()
    in_year = Q(applied_at__gte=begins)
    seeking = Q(applied_at__lt=at) & (Q(decided_at=None) | Q(decided_at__gte=at))
    counts = {
        "new": Count("person", filter=in_year, distinct=True),
        "seeking": Count("person", filter=seeking, distinct=True),
    }
    rows = asked.values_list("posting__kind").annotate(**counts)
    found: Figures = {kind: Counter(new_seekers=new, seeking_at_end=still) for kind, new, still in rows}
    all_of = asked.aggregate(**counts)
    found[None] = Counter(new_seekers=all_of["new"], seeking_at_end=all_of["seeking"])
    return found
