"""The harvest calendar of a town: hands needed by week and crop against the places offered and filled."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, F, Sum, When
from django.db.models.functions import TruncWeek

from sosei.core.people.models import Municipality
from sosei.programmes.jobs.models import Crop, HarvestNeed, Shift
from sosei.programmes.jobs.rules_calendar import Week

WEEKS = 26
"""Shown at a time: half a year."""


@dataclass(frozen=True)
class Row:
    """One week: a cell a crop, in the order of the crops, and all together."""

    monday: datetime.date
    weeks: Sequence[Week]
    total: Week


@dataclass(frozen=True)
class Calendar:
    """Some weeks of a town."""

    crops: Sequence[Crop]
    rows: Sequence[Row]

    @property
    def busy(self) -> list[Row]:
        """The weeks in which something is needed or offered."""
        return [row for row in self.rows if row.total.need or row.total.offered]

    @property
    def short(self) -> list[Row]:
        """The weeks for which places are missing, the worst first."""
        found = [row for row in self.rows if any(week.missing for week in row.weeks)]
        return sorted(found, key=lambda row: (-sum(week.missing for week in row.weeks), row.monday))


def calendar_of(town: Municipality, user: Any, first: datetime.date, weeks: int = WEEKS) -> Calendar:
    """Weeks of a town from the Monday `first`; three queries, whatever the number of crops and shifts."""
    crops = list(Crop.objects.visible_to(user).filter(municipality=town))
    last = first + datetime.timedelta(weeks=weeks)
    cells: dict[tuple[int, datetime.date], Week] = {}
    needs = HarvestNeed.objects.visible_to(user).filter(municipality=town, monday__gte=first, monday__lt=last)
    for need in needs.order_by():
        cells[need.crop_id, need.monday] = Week(need=need.hands)
    zone = ZoneInfo(town.zone)
    start, end = (datetime.datetime.combine(day, datetime.time(), tzinfo=zone) for day in (first, last))
    # A posting that is closed offers nothing any more but what is filled.
    places = Case(When(posting__state="published", then=F("capacity")), default=F("taken"))
    offers = (
        Shift.objects.visible_to(user)
        .filter(
            municipality=town,
            posting__crop__isnull=False,
            posting__published_at__isnull=False,
            called_off_at__isnull=True,
            starts_at__gte=start,
            starts_at__lt=end,
        )
        .order_by()
        .annotate(week=TruncWeek("starts_at", tzinfo=zone))
        .values("posting__crop", "week")
        .annotate(offered=Sum(places), filled=Sum("taken"))
    )
    for offer in offers:
        key = (offer["posting__crop"], offer["week"].date())
        cells[key] = cells.get(key, Week()) + Week(offered=offer["offered"], filled=offer["filled"])
    rows = []
    for number in range(weeks):
        monday = first + datetime.timedelta(weeks=number)
        found = [cells.get((crop.pk, monday), Week()) for crop in crops]
        rows.append(Row(monday, found, sum(found, Week())))
    return Calendar(crops, rows)
