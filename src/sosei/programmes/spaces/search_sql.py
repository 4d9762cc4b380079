"""The SQL of the search: which spaces fit, in which order, and when they are free at the moment of asking.

A narrow row (`SpaceIndex`) tells cheaply what a space is, and in which hours of a weekday it may be open; what is left
is put in order, and one after the other is held against its hours, closed days and what is taken, until a page is full.
What counts as free is what `rules_hours` says; a test compares the two.
"""

# SQL is put together from the constants of this room alone; every value that somebody gave is a parameter.
# ruff: noqa: S608

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from sosei.core.people import tenancy
from sosei.core.people.models import Municipality
from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.rules_holidays import is_holiday
from sosei.programmes.spaces.rules_periods import DAY, ONE_DAY, day_of, floor_minute, midnight
from sosei.programmes.spaces.search_names import kinds_called, masks_called
from sosei.programmes.spaces.search_triggers import texts_sql
from sosei.programmes.spaces.search_wishes import Window, Wishes
from sosei.programmes.spaces.search_words import folded_sql, pairs_of

_TEXTS = folded_sql(texts_sql("s"))
METRES = 111_195
"""Of a degree of latitude."""
CHUNK = 1000

TIMES = """
w AS MATERIALIZED (
    SELECT * FROM unnest(%(numbers)s::int[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS t(number, starts, ends)
),
d AS MATERIALIZED (
    SELECT * FROM unnest(%(of)s::int[], %(days)s::date[], %(weekdays)s::int[], %(holidays)s::bool[])
        AS t(number, day, weekday, holiday)
)
"""
TAKEN = """
    SELECT coalesce(range_agg(tstzrange(
        lower(o.period) - make_interval(mins => c.buffer_after), upper(o.period) + make_interval(mins => c.buffer_before)
    )), '{}') AS busy
    FROM unnest(c.tree) AS part(id) CROSS JOIN LATERAL (
        SELECT * FROM spaces_occupancy
        WHERE int8range(space_id, space_id, '[]') && int8range(part.id, part.id, '[]') AND period && tstzrange(
            w.starts - make_interval(mins => c.buffer_before), w.ends + make_interval(mins => c.buffer_after)
        )
        OFFSET 0
    ) AS o
    WHERE o.until IS NULL OR o.until > %(now)s
"""
BAND = """
    SELECT tstzrange(
        (d.day + make_interval(mins => h.opens)) AT TIME ZONE %(zone)s,
        (d.day + make_interval(mins => h.closes)) AT TIME ZONE %(zone)s
    ) AS band
    FROM d JOIN spaces_openinghour h ON h.space_id = c.space_id AND h.kind = 'bookable' AND h.day = CASE
        WHEN NOT d.holiday THEN d.weekday
        WHEN c.closed_on_holidays THEN NULL
        WHEN EXISTS (
            SELECT FROM spaces_openinghour o WHERE o.space_id = c.space_id AND o.kind = 'bookable' AND o.day = 7
                AND o.valid_from IS NOT DISTINCT FROM h.valid_from
                AND o.valid_until IS NOT DISTINCT FROM h.valid_until
        ) THEN 7
        ELSE d.weekday END
        AND (h.valid_from IS NULL OR h.valid_from <= d.day)
        AND (h.valid_until IS NULL OR h.valid_until >= d.day)
    WHERE d.number = w.number AND NOT EXISTS (
        SELECT FROM spaces_openinghour o
        WHERE o.space_id = c.space_id AND o.kind = 'bookable'
            AND (o.valid_from IS NOT NULL OR o.valid_until IS NOT NULL)
            AND (o.valid_from IS NULL OR o.valid_from <= d.day)
            AND (o.valid_until IS NULL OR o.valid_until >= d.day)
            AND (coalesce(o.valid_from, '-infinity'), coalesce(h.valid_until, 'infinity'))
                > (coalesce(h.valid_from, '-infinity'), coalesce(o.valid_until, 'infinity'))
    ) AND NOT EXISTS (
        SELECT FROM spaces_closure k
        WHERE k.host_id = c.host_id AND (k.space_id IS NULL OR k.space_id = c.space_id)
            AND d.day BETWEEN k.first_day AND k.last_day
    )
"""
# Of a gap the first moment counts that lies on the grid of the space; where it is too late in the gap, all others are.
STARTS = f"""
    FROM w
    CROSS JOIN LATERAL ({TAKEN}) AS taken
    CROSS JOIN LATERAL (
        SELECT b.band FROM ({BAND}) AS b WHERE NOT c.overnight
        UNION ALL SELECT unnest(range_agg(b.band)) FROM ({BAND}) AS b WHERE c.overnight
    ) AS open
    CROSS JOIN LATERAL (
        SELECT greatest(w.starts, %(now)s + make_interval(mins => c.notice_minutes)) AS starts
    ) AS earliest
    CROSS JOIN LATERAL unnest(
        tstzmultirange(open.band * tstzrange(earliest.starts, greatest(w.ends, earliest.starts))) - taken.busy
    ) AS gap
    CROSS JOIN LATERAL (
        SELECT date_bin(make_interval(mins => c.step_minutes), lower(gap) - interval '1 microsecond', %(today)s)
            + make_interval(mins => c.step_minutes) AS start
    ) AS at
    WHERE at.start + make_interval(mins => c.minutes) <= upper(gap)
        AND at.start < %(today)s + make_interval(days => 1 + c.horizon)
        AND NOT EXISTS (
            SELECT FROM spaces_lottery l JOIN spaces_lotteryspace p ON p.lottery_id = l.id
            WHERE l.host_id = c.host_id AND l.state = 'announced'
                AND (at.start AT TIME ZONE %(zone)s)::date BETWEEN l.use_from AND l.use_until
                AND (p.space_id = ANY (c.tree)
                    OR p.space_id = (SELECT s.parent_id FROM spaces_space s WHERE s.id = c.space_id))
        )
"""


@dataclass
class Query:
    """A search as SQL.

    Attributes:
        tables: what is asked beforehand, by name.
        cheap: conditions on the index row `i`.
        dear: conditions on `c`, the same row looked at one by one.
    """

    municipality: Municipality
    wishes: Wishes
    now: datetime.datetime
    tables: list[str] = field(default_factory=list)
    cheap: list[str] = field(default_factory=list)
    dear: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the town."""
        return ZoneInfo(self.municipality.zone)


def query_of(municipality: Municipality, wishes: Wishes, now: datetime.datetime) -> Query:
    """The conditions of the wishes."""
    query = Query(municipality, wishes, floor_minute(now))
    today = day_of(now, query.zone)
    query.given = {
        "town": municipality.pk,
        "now": query.now,
        "zone": municipality.zone,
        "today": midnight(today, query.zone),
        "minutes": wishes.length,
    }
    query.cheap.append("i.municipality_id = %(town)s")
    if not wishes.resident:
        query.cheap.append("NOT i.residents_only")
    _add_facts(query, wishes)
    _add_words(query)
    windows = wishes.windows(query.zone)
    if windows:
        query.given.update(times_of(windows))
        _add_hours(query, wishes, windows)
        query.dear.append(f"EXISTS (SELECT {STARTS})")
    if wishes.yen is not None:
        query.cheap.append(f"{least_yen(wishes, windows)} <= %(yen)s")
        query.given["yen"] = wishes.yen
    return query


def _add_facts(query: Query, wishes: Wishes) -> None:
    if wishes.kind:
        query.cheap.append("i.kind = %(kind)s")
        query.given["kind"] = wishes.kind
    if wishes.use:
        query.cheap.append("i.uses & %(use)s <> 0")
        query.given["use"] = kinds.mask([wishes.use], kinds.USES_BY_SLUG)
    if wishes.seats:
        query.cheap.append("i.seats >= %(seats)s")
        query.given["seats"] = wishes.seats
    if wishes.equipment:
        query.cheap.append("i.equipment & %(equipment)s = %(equipment)s")
        query.given["equipment"] = kinds.mask(wishes.equipment, kinds.EQUIPMENT_BY_SLUG)
    if wishes.step_free:
        query.cheap.append("i.step_free")
    if wishes.near is not None:
        query.given["lat"], query.given["lon"] = wishes.near
        if wishes.km:
            query.cheap.append(f"{DISTANCE} <= %(metres)s")
            query.given["metres"] = wishes.km * 1000


DISTANCE = (
    f"{METRES} * sqrt(power(i.latitude - %(lat)s, 2) + power((i.longitude - %(lon)s) * cosd(%(lat)s), 2))"
)
"""Metres through the air to the wished place, good within a town."""


def _add_words(query: Query) -> None:
    """A word in the texts of a space, or the name of its kind, of a use or of equipment in either language.

    The index of words is asked beforehand and once, however few rows the planner expects of the other conditions.
    """
    plain: list[str] = []
    for number, word in enumerate(query.wishes.words):
        query.given[f"word{number}"] = word
        called = _called(query, number, word)
        if called:
            _add_table(query, f"m{number}", pairs_of(word))
            ways = [f"i.space_id IN (SELECT id FROM m{number})", *(each.format("i") for each in called)]
            query.cheap.append(" OR ".join(ways))
        else:
            plain += pairs_of(word)
        if len(word) > 2:
            # Its pairs may stand in a text without standing together. The name lies ready; to fold all texts is dear.
            named = f"strpos(c.name, %(word{number})s) > 0"
            held = f"EXISTS (SELECT FROM spaces_space s WHERE s.id = c.space_id AND strpos({_TEXTS}, %(word{number})s) > 0)"
            query.dear.append(" OR ".join([*(each.format("c") for each in called), named, held]))
    if plain:
        _add_table(query, "m", list(dict.fromkeys(plain)))
        # As a list, which is looked up key by key: few of many rows are read.
        query.cheap.append("i.space_id = ANY (ARRAY(SELECT id FROM m))")


def _add_table(query: Query, name: str, pairs: list[str]) -> None:
    query.tables.append(
        f"{name} AS MATERIALIZED (SELECT s.id FROM spaces_space s WHERE s.words @> %(pairs_{name})s::varchar[])"
    )
    query.given[f"pairs_{name}"] = pairs


def _called(query: Query, number: int, word: str) -> list[str]:
    found = []
    for column, slugs in masks_called(word).items():
        if slugs:
            query.given[f"{column}{number}"] = slugs
            found.append(f"{{}}.{column} & %({column}{number})s <> 0")
    named = kinds_called(word)
    if named:
        query.given[f"kinds{number}"] = named
        found.append(f"{{}}.kind = ANY (%(kinds{number})s)")
    return found


def times_of(windows: Sequence[Window], *, before: int = 1, after: int = 1) -> dict[str, Any]:
    """The windows, and the days whose hours may reach into them."""
    days = [
        (number, window.day + step * ONE_DAY)
        for number, window in enumerate(windows)
        for step in range(-before, 1 + (after if window.closes > DAY else 0))
    ]
    return {
        "numbers": list(range(len(windows))),
        "starts": [window.start for window in windows],
        "ends": [window.end for window in windows],
        "of": [number for number, _day in days],
        "days": [day for _number, day in days],
        "weekdays": [day.weekday() for _number, day in days],
        "holidays": [is_holiday(day) for _number, day in days],
    }


def _add_hours(query: Query, wishes: Wishes, windows: Sequence[Window]) -> None:
    """What cannot be open at the time is left out before anything is put in order."""
    query.cheap.append("i.min_minutes <= %(minutes)s AND i.max_minutes >= %(minutes)s")
    ways: dict[str, None] = {}
    for window in windows:
        needed = hours_mask(window.opens, window.closes)
        test = f"= {needed}" if wishes.is_fixed else "<> 0"
        ways[f"i.open[{window.slot + 1}] & {needed} {test}"] = None
    query.cheap.append(" OR ".join(ways))


def hours_mask(opens: int, closes: int) -> int:
    """The hours of the first day on which some of a stretch lies, as bits."""
    return sum(1 << hour for hour in range(24) if opens < hour * 60 + 60 and closes > hour * 60)


def least_yen(wishes: Wishes, windows: Sequence[Window]) -> str:
    """A price below which nothing of the length can be, and the price itself where hours alone are charged."""
    first = 1 + (0 if wishes.resident else 6)
    over_midnight = any(window.closes > DAY for window in windows)
    days = [False, True] if over_midnight or not windows else sorted({window.is_off for window in windows})
    ways = []
    for is_off in days:
        at = first + (3 if is_off else 0)
        ways.append(f"i.prices[{at}] * greatest(1, %(minutes)s::numeric / 60)")
        ways.append(f"greatest(i.prices[{at + 1}], i.prices[{at + 2}] * %(minutes)s::numeric / 1440)")
    return f"least({', '.join(ways)})"


def order_of(query: Query, sort: str) -> str:
    """What comes first: the key of an index row; smaller is better, and the newer of two equals."""
    wishes = query.wishes
    if sort == "distance" and wishes.near is not None:
        return DISTANCE
    if sort == "price":
        return least_yen(wishes, wishes.windows(query.zone))
    parts = []
    if wishes.words:
        query.given["names"] = [f"%{_escaped(word)}%" for word in wishes.words]
        parts.append("CASE WHEN i.name LIKE ALL (%(names)s) THEN 0 ELSE 1000000 END")
    if wishes.seats:
        parts.append("i.seats")
    return " + ".join(parts) or "0"


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def row_sql(wishes: Wishes) -> str:
    """The index row as the conditions on times read it."""
    horizon = "horizon_days" if wishes.resident else "horizon_days_outside"
    return f"SELECT e.*, e.{horizon} AS horizon, greatest(e.min_minutes, %(minutes)s) AS minutes FROM spaces_spaceindex e"


def found_sql(query: Query, order: str, limit: str, among: str = "") -> str:
    """The keys of what fits, the best first.

    Args:
        among: which of the candidates are looked at, as LIMIT and OFFSET; all of them where it is empty.
    """
    cheap = " AND ".join(f"({each})" for each in query.cheap)
    dear = " AND ".join(f"({each})" for each in query.dear)
    # Without an order the newest come straight from the index, and few rows are read.
    inner, outer = ("", "") if order == "0" else ("rank, ", "k.rank, ")
    candidates = f"SELECT i.space_id, {order} AS rank FROM spaces_spaceindex i WHERE {cheap}"
    if not dear:
        return f"SELECT k.space_id FROM ({candidates}) k ORDER BY {outer}k.space_id DESC LIMIT {limit}"
    return (
        f"SELECT k.space_id FROM ({candidates} ORDER BY {inner}i.space_id DESC {among}) k "
        f"JOIN LATERAL ({row_sql(query.wishes)} WHERE e.space_id = k.space_id) c ON true WHERE {dear} "
        f"ORDER BY {outer}k.space_id DESC LIMIT {limit}"
    )


def with_tables(query: Query) -> str:
    """What is asked beforehand: the wished times and the words, where there are any."""
    tables = [*([TIMES] if "numbers" in query.given else []), *query.tables]
    return f"WITH {', '.join(tables)} " if tables else ""


def found(query: Query, sort: str, limit: int) -> list[int]:
    """The keys of the first spaces that fit; what they are is public, so it is read without the policies.

    The first thousand candidates nearly always suffice, and are found without putting all in order. The others are
    looked at where they do not.
    """
    order = order_of(query, sort)
    rows: list[int] = []
    with tenancy.unguarded(), connection.cursor() as cursor:
        for among in (f"LIMIT {CHUNK}", f"OFFSET {CHUNK}"):
            sql = with_tables(query) + found_sql(query, order, "%(limit)s", among)
            cursor.execute(sql, {**query.given, "limit": limit - len(rows)})
            rows += [row[0] for row in cursor.fetchall()]
            if len(rows) >= limit or not query.dear:
                break
    return list(dict.fromkeys(rows))


def counts_without(query: Query, most: int) -> dict[str, int]:
    """How many would fit if one wish were not, for each wish; none is counted further than `most`; one query."""
    parts, given = [], {**query.given, "most": most}
    for number, name in enumerate(query.wishes.named()):
        other = query_of(query.municipality, query.wishes.without(name), query.now)
        # The times are the same wherever they are wished; everything else has names of its own.
        own = {key: f"x{number}{key}" for key in other.given if key not in _TIME_KEYS}
        times, other.given = other.given, {key: value for key, value in other.given.items() if key in own}
        sql = f"{with_tables(other)}{found_sql(other, '0', '%(most)s')}"
        for key, renamed in own.items():
            sql = sql.replace(f"%({key})s", f"%({renamed})s")
        given |= {renamed: times[key] for key, renamed in own.items()}
        parts.append(f"SELECT '{name}', (SELECT count(*) FROM ({sql}) AS found)")
    if not parts:
        return {}
    head = f"WITH {TIMES} " if "numbers" in query.given else ""
    with tenancy.unguarded(), connection.cursor() as cursor:
        cursor.execute(head + " UNION ALL ".join(parts), given)
        return {row[0]: row[1] for row in cursor.fetchall()}


_TIME_KEYS = frozenset({"numbers", "starts", "ends", "of", "days", "weekdays", "holidays"})
