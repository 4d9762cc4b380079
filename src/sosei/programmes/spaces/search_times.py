"""When the spaces of one page are free: the first times that fit the wishes, and a strip of seven days; two queries."""

# SQL is put together from the constants of this room alone; every value that somebody gave is a parameter.
# ruff: noqa: S608

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from sosei.core.people import tenancy
from sosei.programmes.spaces.rules_periods import DAY, MINUTE, ONE_DAY, Period, day_of, midnight
from sosei.programmes.spaces.search_sql import BAND, STARTS, TAKEN, TIMES, Query, row_sql, times_of
from sosei.programmes.spaces.search_wishes import Window

FIRST_TIMES = 3
STRIP_DAYS = 7
FREE, PARTLY, FULL, CLOSED = "free", "partly", "full", "closed"

_STARTS_SQL = f"""
WITH {TIMES}
SELECT c.space_id, c.minutes, at.start FROM (%(row)s WHERE e.space_id = ANY (%(keys)s)) AS c
CROSS JOIN LATERAL (SELECT DISTINCT at.start {STARTS} ORDER BY at.start LIMIT {FIRST_TIMES}) AS at
ORDER BY c.space_id, at.start
"""
_STRIP_SQL = f"""
WITH {TIMES}, hull AS MATERIALIZED (SELECT min(starts) AS starts, max(ends) AS ends FROM w)
SELECT c.space_id, w.number,
    CASE
        WHEN isempty(range_merge(hours.open)) OR upper(range_merge(hours.open)) <= edge.at OR w.starts > %(today)s
            + make_interval(days => c.horizon) THEN 'closed'
        WHEN free.length IS NULL THEN 'full'
        WHEN free.length = whole.length THEN 'free'
        ELSE 'partly' END
FROM (%(row)s WHERE e.space_id = ANY (%(keys)s)) AS c
CROSS JOIN hull
CROSS JOIN LATERAL ({TAKEN.replace("w.", "hull.")}) AS taken
CROSS JOIN w
CROSS JOIN LATERAL (SELECT coalesce(range_agg(b.band), '{{}}') AS open FROM ({BAND}) AS b) AS hours
CROSS JOIN LATERAL (SELECT %(now)s + make_interval(mins => c.notice_minutes) AS at) AS edge
CROSS JOIN LATERAL (SELECT sum(upper(r) - lower(r)) AS length FROM unnest(hours.open) AS r) AS whole
CROSS JOIN LATERAL (
    SELECT sum(upper(r) - lower(r)) AS length
    FROM unnest(hours.open * tstzmultirange(tstzrange(edge.at, NULL)) - taken.busy) AS r
    WHERE upper(r) - lower(r) >= make_interval(mins => c.min_minutes)
) AS free
"""


@dataclass(frozen=True)
class FreeDay:
    """A day of a strip; `state` is free, partly, full or closed, as `availability.days` says it."""

    day: datetime.date
    state: str


def first_times(query: Query, keys: Sequence[int]) -> dict[int, list[Period]]:
    """The first times of each space that fit the wishes; of the next seven days where no time is wished."""
    windows = query.wishes.windows(query.zone)
    if not windows:
        today = day_of(query.now, query.zone)
        windows = [_whole_day(query, today + number * ONE_DAY) for number in range(STRIP_DAYS)]
    given = {**query.given, **times_of(windows), "keys": list(keys)}
    found: dict[int, list[Period]] = {}
    for space, minutes, start in _rows(_STARTS_SQL, query, given):
        found.setdefault(space, []).append(Period(start, start + minutes * MINUTE))
    return found


def strips(
    query: Query, keys: Sequence[int], first: datetime.date, count: int = STRIP_DAYS
) -> dict[int, list[FreeDay]]:
    """So many days of each space from one day on."""
    windows = [_whole_day(query, first + number * ONE_DAY, reach=2 * DAY) for number in range(count)]
    given = {**query.given, **times_of(windows, before=0, after=0), "keys": list(keys)}
    found: dict[int, list[FreeDay]] = {}
    for space, number, state in sorted(_rows(_STRIP_SQL, query, given)):
        found.setdefault(space, []).append(FreeDay(windows[number].day, state))
    return found


def _whole_day(query: Query, day: datetime.date, *, reach: int = DAY) -> Window:
    start = midnight(day, query.zone)
    return Window(day, start, start + reach * MINUTE, 0, reach)


def _rows(sql: str, query: Query, given: dict[str, object]) -> list[tuple[int, int, object]]:
    # What is free is public, and read as the search reads it: without the policies.
    with tenancy.unguarded(), connection.cursor() as cursor:
        cursor.execute(sql.replace("%(row)s", row_sql(query.wishes)), given)
        rows: list[tuple[int, int, object]] = cursor.fetchall()
    return rows
