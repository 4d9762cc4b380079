"""A month of the list: how many places are free on each day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate
from django.http import QueryDict
from django.utils import timezone

from sosei.engines.labour.spans import JST
from sosei.programmes.jobs.search_days import today
from sosei.programmes.jobs.search_filters import moments, upcoming


@dataclass(frozen=True)
class Day:
    """One day of the calendar."""

    day: datetime.date
    free: int
    postings: int
    url: str
    in_month: bool
    is_past: bool


@dataclass(frozen=True)
class Month:
    """Whole weeks from Sunday that hold the month."""

    first: datetime.date
    weeks: Sequence[Sequence[Day]]
    before: str
    after: str


def calendar_of(keys: Sequence[int], given: QueryDict, start: datetime.date) -> Month:
    """The month asked for by `month` (2027-08), else that of `start`; one query."""
    first = _month(given.get("month", ""), start)
    begin = first - datetime.timedelta(days=(first.weekday() + 1) % 7)
    following = (first + datetime.timedelta(days=32)).replace(day=1)
    weeks = -(-(following - begin).days // 7)
    end = begin + datetime.timedelta(days=7 * weeks - 1)
    since, until = moments(begin, end)
    rows = (
        upcoming(timezone.now())
        .filter(posting__in=keys, starts_at__gte=since, starts_at__lt=until)
        .annotate(day=TruncDate("starts_at", tzinfo=JST))
        .order_by()
        .values("day")
        .annotate(free=Sum(F("capacity") - F("taken")), count=Count("posting", distinct=True))
    )
    counts = {row["day"]: (row["free"], row["count"]) for row in rows}
    days = [_day(begin + datetime.timedelta(days=n), counts, given, first) for n in range(7 * weeks)]
    before = (first - datetime.timedelta(days=1)).replace(day=1)
    return Month(
        first,
        [days[n : n + 7] for n in range(0, len(days), 7)],
        _url(given, month=f"{before:%Y-%m}") if before >= today().replace(day=1) else "",
        _url(given, month=f"{following:%Y-%m}"),
    )


def _month(text: str, start: datetime.date) -> datetime.date:
    try:
        return datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        return start.replace(day=1)


def _day(
    day: datetime.date,
    counts: dict[datetime.date, tuple[int, int]],
    given: QueryDict,
    first: datetime.date,
) -> Day:
    free, postings = counts.get(day, (0, 0))
    url = _url(given, **{"from": day.isoformat(), "to": day.isoformat(), "view": "list", "month": None})
    return Day(day, free, postings, url if postings else "", day.month == first.month, day < today())


def _url(given: QueryDict, **changes: str | None) -> str:
    query = given.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"
