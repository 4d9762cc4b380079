"""The town's figures of seasonal work: hands still wanted, how well places were filled, what finished work achieved."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import TruncWeek
from django.utils import timezone

from sosei.core.people.models import Municipality
from sosei.engines.conventions.fiscal_years import fiscal_year_of
from sosei.planning.outcomes.models import Fact
from sosei.programmes.jobs.facts import CONTRACT, DAY
from sosei.programmes.jobs.models import Crop, HarvestNeed, Posting, Shift, WorkDay
from sosei.programmes.jobs.rules_calendar import Week, monday_of
from sosei.programmes.jobs.services.days_safety import bounds_of

WEEKS = 12


@dataclass(frozen=True)
class OpenCell:
    """A crop in a week, in person-days.

    Attributes:
        week: what is needed, offered and filled on all days of the week.
        open: places of days to come that nobody has taken yet.
    """

    week: Week = field(default_factory=Week)
    open: int = 0

    def __add__(self, other: OpenCell) -> OpenCell:
        return OpenCell(self.week + other.week, self.open + other.open)

    @property
    def missing(self) -> int:
        """Hands for which there is not even a place."""
        return self.week.missing


@dataclass(frozen=True)
class OpenWeek:
    """One week: a cell a crop in the order of the crops, work without a crop, and all together."""

    monday: datetime.date
    cells: Sequence[OpenCell]
    total: OpenCell


@dataclass(frozen=True)
class OpenHands:
    """Places without a person in the coming weeks.

    Attributes:
        crops: those that have an open place or a need in these weeks; None is work without a crop.
    """

    crops: Sequence[Crop | None]
    rows: Sequence[OpenWeek]

    @property
    def open(self) -> int:
        """Places still to be filled."""
        return sum(row.total.open for row in self.rows)

    @property
    def missing(self) -> int:
        """Person-days that the town needs and nobody has offered."""
        return sum(cell.missing for row in self.rows for cell in row.cells)


@dataclass(frozen=True)
class Filled:
    """Places of days gone by, and those of them that a person took."""

    offered: int = 0
    filled: int = 0

    @property
    def percent(self) -> int | None:
        """None where nothing was offered."""
        return round(100 * self.filled / self.offered) if self.offered else None

    @property
    def text(self) -> str:
        """As it is read."""
        return "" if self.percent is None else f"{self.percent}%"

    def __add__(self, other: Filled) -> Filled:
        return Filled(self.offered + other.offered, self.filled + other.filled)


@dataclass(frozen=True)
class FillRate:
    """A crop's places in this fiscal year until today, and in the last one until the same day; None: no crop."""

    crop: str | None
    now: Filled
    before: Filled


@dataclass(frozen=True)
class Achieved:
    """What finished contracts of a fiscal year told to outcomes."""

    placements: int = 0
    returners: int = 0
    hours: Decimal = Decimal(0)
    nights: Decimal = Decimal(0)

    @property
    def returned_percent(self) -> int | None:
        """Of a hundred placements, those of somebody who came again."""
        return round(100 * self.returners / self.placements) if self.placements else None

    @property
    def returned_text(self) -> str:
        """As it is read."""
        return "" if self.returned_percent is None else f"{self.returned_percent}%"


@dataclass(frozen=True)
class Today:
    """What is under way on a day."""

    contracts: int
    people: int
    employers: int
    absent: int


def fiscal_year_on(day: datetime.date) -> int:
    """The fiscal year in which a day lies."""
    return fiscal_year_of(day.year, day.month)


def open_hands(town: Municipality, user: Any, now: datetime.datetime, weeks: int = WEEKS) -> OpenHands:
    """The weeks from this one on; three queries, whatever the number of postings."""
    first = monday_of(now.astimezone(ZoneInfo(town.zone)).date())
    mondays = [first + datetime.timedelta(weeks=number) for number in range(weeks)]
    crops: list[Crop | None] = [*Crop.objects.visible_to(user).filter(municipality=town), None]
    needs = HarvestNeed.objects.visible_to(user).filter(municipality=town, monday__in=mondays).order_by()
    found = _offers(town, user, now, first, weeks)
    for need in needs:
        key = (need.crop_id, need.monday)
        found[key] = found.get(key, OpenCell()) + OpenCell(Week(need=need.hands))
    busy = {crop for (crop, _monday), cell in found.items() if cell.open or cell.week.need}
    shown = [crop for crop in crops if (crop.pk if crop else None) in busy]
    rows = []
    for monday in mondays:
        cells = [found.get((crop.pk if crop else None, monday), OpenCell()) for crop in shown]
        rows.append(OpenWeek(monday, cells, sum(cells, OpenCell())))
    return OpenHands(shown, rows)


def _offers(
    town: Municipality, user: Any, now: datetime.datetime, first: datetime.date, weeks: int
) -> dict[tuple[int | None, datetime.date], OpenCell]:
    """Places by crop and week."""
    zone = ZoneInfo(town.zone)
    last = first + datetime.timedelta(weeks=weeks)
    start, end = (datetime.datetime.combine(day, datetime.time(), tzinfo=zone) for day in (first, last))
    calls = Q(posting__state=Posting.State.PUBLISHED)
    rows = (
        Shift.objects.visible_to(user)
        .filter(
            municipality=town,
            posting__published_at__isnull=False,
            called_off_at=None,
            starts_at__gte=start,
            starts_at__lt=end,
        )
        .order_by()
        .annotate(week=TruncWeek("starts_at", tzinfo=zone))
        .values_list("posting__crop", "week")
        .annotate(
            offered=Sum(Case(When(calls, then=F("capacity")), default=F("taken"))),
            filled=Sum("taken"),
            open=Sum(F("capacity") - F("taken"), filter=calls & Q(starts_at__gt=now), default=0),
        )
    )
    return {
        (crop, week.date()): OpenCell(Week(offered=offered, filled=filled), free)
        for crop, week, offered, filled, free in rows
    }


def fill_rates(town: Municipality, user: Any, now: datetime.datetime) -> tuple[FillRate, list[FillRate]]:
    """All together, and crop by crop; one query."""
    zone = ZoneInfo(town.zone)
    here = now.astimezone(zone)
    year = fiscal_year_on(here.date())
    begins, began = (datetime.datetime(one, 4, 1, tzinfo=zone) for one in (year, year - 1))
    this = Q(starts_at__gte=begins, starts_at__lt=now)
    last = Q(starts_at__gte=began, starts_at__lt=_year_before(here))
    rows = (
        Shift.objects.visible_to(user)
        .filter(this | last, municipality=town, posting__published_at__isnull=False, called_off_at=None)
        .order_by()
        .values("posting__crop__position", "posting__crop__name", "posting__crop__name_en", "posting__crop")
        .annotate(
            offered=Sum("capacity", filter=this),
            filled=Sum("taken", filter=this),
            offered_before=Sum("capacity", filter=last),
            filled_before=Sum("taken", filter=last),
        )
        .order_by(F("posting__crop__position").asc(nulls_last=True), "posting__crop__name", "posting__crop")
    )
    rates = [_rate(row) for row in rows]
    together = FillRate(
        None, sum((one.now for one in rates), Filled()), sum((one.before for one in rates), Filled())
    )
    return together, rates


def _rate(row: dict[str, Any]) -> FillRate:
    crop = row["posting__crop"] and Crop(
        name=row["posting__crop__name"], name_en=row["posting__crop__name_en"]
    )
    return FillRate(
        str(crop) if crop else None,
        Filled(row["offered"] or 0, row["filled"] or 0),
        Filled(row["offered_before"] or 0, row["filled_before"] or 0),
    )


def _year_before(moment: datetime.datetime) -> datetime.datetime:
    """The same moment a year ago; of 29 February, that of 1 March."""
    try:
        return moment.replace(year=moment.year - 1)
    except ValueError:
        return moment.replace(year=moment.year - 1, month=3, day=1)


def achieved(town: Municipality, user: Any, year: int) -> dict[int, Achieved]:
    """By fiscal year, that of `year` and the one before; withdrawn facts are taken off. One query."""
    rows = (
        Fact.objects.visible_to(user)
        .filter(municipality=town, object_type__in=(CONTRACT, DAY), fiscal_year__in=(year, year - 1))
        .order_by()
        .values_list("fiscal_year", "kind")
        .annotate(units=Sum("count"), amounts=Sum("amount"))
    )
    found = {(row_year, kind): (units, amounts or Decimal(0)) for row_year, kind, units, amounts in rows}
    nothing = (0, Decimal(0))
    return {
        one: Achieved(
            placements=found.get((one, "placement_finished"), nothing)[0],
            returners=found.get((one, "worker_returned"), nothing)[0],
            hours=found.get((one, "hours_worked"), nothing)[1],
            nights=found.get((one, "nights"), nothing)[1],
        )
        for one in (year, year - 1)
    }


def under_way(town: Municipality, user: Any, on: datetime.date) -> Today:
    """Who works on a day, a night shift's end included; one query."""
    counts = Q(state__in=(WorkDay.State.PLANNED, WorkDay.State.WORKED))
    found = (
        WorkDay.objects.visible_to(user)
        .filter(municipality=town, period__overlap=bounds_of(on))
        .aggregate(
            contracts=Count("contract", filter=counts, distinct=True),
            people=Count("person", filter=counts, distinct=True),
            employers=Count("employer", filter=counts, distinct=True),
            absent=Count("pk", filter=Q(state=WorkDay.State.ABSENT)),
        )
    )
    return Today(**found)


def now_in(town: Municipality) -> datetime.datetime:
    """The moment, as the clocks of the town show it."""
    return timezone.now().astimezone(ZoneInfo(town.zone))
