"""The search's answer by SQL alone: the same filters, points and order as `engines.matching.retrieval`.

Used while a process has no arrays yet, and for single pairs: why somebody may not, and what a fit is made of.
"""

# ruff: noqa: S608 (the texts put together stand in this room; what is given goes in as parameters)

from __future__ import annotations

from typing import Any

from django.db import connection

from sosei.engines.matching.retrieval import Components, Reason, Refusal, Weights
from sosei.programmes.jobs.matching_columns import BITS, POSTING_ROWS, WORKER_ROWS
from sosei.programmes.jobs.matching_pairs import Pair

_WORKED = "(p.weekdays >> ((d + 3) % 7)) & 1 = 1"
_DAYS = "GENERATE_SERIES(p.start_day, p.end_day - 1) d"
_FROM_SCHOOL = "((w.birth / 10000 - (w.birth % 10000 < 402)::int) + 16) * 10000 + 401"
_AGE = "((p.start_ymd - w.birth) / 10000)"
_WEEKS = f"""(
  SELECT (d + 4) / 7 AS week, p.minutes_per_day * COUNT(*) AS needed,
         w.weekly_minutes - COALESCE((w.busy ->> ((d + 4) / 7)::text)::int, 0) AS free
  FROM {_DAYS} WHERE {_WORKED} GROUP BY 1, 3)"""
_FITS = {
    Reason.STARTED: "p.start_day >= %(today)s",
    Reason.NO_PLACE: "p.places > 0",
    Reason.NOT_AVAILABLE: "CASE WHEN p.weekdays = 127 THEN w.windows @> INT4RANGE(p.start_day, p.end_day) "
    f"ELSE NOT EXISTS (SELECT FROM {_DAYS} WHERE {_WORKED} AND NOT w.windows @> d) END",
    Reason.LICENCE_MISSING: "p.licences & ~w.licences = 0",
    Reason.UNDER_SCHOOL_AGE: f"p.start_ymd >= {_FROM_SCHOOL}",
    Reason.UNDER_18_AT_NIGHT: f"(NOT p.night OR {_AGE} >= 18)",
    Reason.TOO_YOUNG: f"{_AGE} >= p.min_age",
    Reason.NO_BED: "(w.lodging <> 2 OR p.beds > 0)",
    Reason.TOO_FAR: "(g.distance <= w.max_distance OR (w.lodging >= 1 AND p.beds > 0))",
    Reason.HOURS_FULL: f"NOT EXISTS (SELECT FROM {_WEEKS} z WHERE z.needed > z.free)",
}
"""What must hold for each reason not to stand against a pair."""
_FIGURES = {
    Reason.STARTED: {"start_day": "p.start_day", "today": "%(today)s"},
    Reason.NO_PLACE: {},
    Reason.NOT_AVAILABLE: {"day": f"(SELECT MIN(d) FROM {_DAYS} WHERE {_WORKED} AND NOT w.windows @> d)"},
    Reason.LICENCE_MISSING: {"licences": "p.licences & ~w.licences"},
    Reason.UNDER_SCHOOL_AGE: {"from_ymd": _FROM_SCHOOL},
    Reason.UNDER_18_AT_NIGHT: {"age": _AGE},
    Reason.TOO_YOUNG: {"age": _AGE, "min_age": "p.min_age"},
    Reason.NO_BED: {},
    Reason.TOO_FAR: {"distance": "g.distance", "max_distance": "w.max_distance"},
    Reason.HOURS_FULL: {
        name: f"(SELECT z.{name} FROM {_WEEKS} z WHERE z.needed > z.free ORDER BY z.week LIMIT 1)"
        for name in ("week", "needed", "free")
    },
}
_DEGREES = "GREATEST(ABS(w.lon - p.lon)::bigint, 0)"
_DISTANCE = f"""
CROSS JOIN LATERAL (
  SELECT ABS(w.lat - p.lat)::bigint * 111195 / 1000000 AS dy,
         (CASE WHEN {_DEGREES} > 180000000 THEN 360000000 - {_DEGREES} ELSE {_DEGREES} END)
         * ROUND(111195 * COS(RADIANS((ABS(w.lat + p.lat) / 20000) / 100.0::float8)))::bigint / 1000000 AS dx) f
CROSS JOIN LATERAL (SELECT FLOOR(SQRT((f.dx * f.dx + f.dy * f.dy)::float8))::bigint AS distance) g"""
_PARTS = """
CROSS JOIN LATERAL (
  SELECT
    CASE WHEN p.skills = 0 THEN 500
      ELSE BIT_COUNT((p.skills & w.skills)::bit(64)) * 1000 / BIT_COUNT(p.skills::bit(64)) END AS skills,
    CASE WHEN w.kinds = 0 THEN 500 ELSE ((w.kinds >> p.kind) & 1) * 1000 END AS kinds,
    LEAST(GREATEST(p.wage - (CASE WHEN w.wage_wish > 0 THEN w.wage_wish ELSE %(wage_from)s END) + %(wage_span)s, 0),
      2 * %(wage_span)s)::bigint * 1000 / (2 * %(wage_span)s) AS wage,
    GREATEST(%(distance_scale)s - g.distance, 0) * 1000 / %(distance_scale)s AS distance,
    CASE WHEN p.beds <= 0 OR w.lodging = 0 THEN 500 ELSE 700 + 100 * BIT_COUNT(p.meals::bit(64)) END AS lodging,
    CASE WHEN w.half_days = 0 THEN 500 WHEN w.half_days & p.half_days <> 0 THEN 1000 ELSE 0 END AS half_days,
    CASE WHEN NOT w.desk THEN 500 WHEN p.desk THEN 1000 ELSE 0 END AS desk) c
CROSS JOIN LATERAL (
  SELECT %(skills)s * c.skills + %(kinds)s * c.kinds + %(wage)s * c.wage + %(distance)s * c.distance
    + %(lodging)s * c.lodging + %(half_days)s * c.half_days + %(desk)s * c.desk AS points) s"""
_COLUMNS = (
    "p.id, p.posting_id, w.id, p.start_day, s.points, g.distance, "
    "c.skills, c.kinds, c.wage, c.distance, c.lodging, c.half_days, c.desk"
)
_PAIRS = (
    f"WITH {BITS}, {POSTING_ROWS}, {WORKER_ROWS}\nSELECT @columns\n"
    f"FROM posting_rows p CROSS JOIN worker_rows w{_DISTANCE}{_PARTS}\n"
)


def _escaped(text: str) -> str:
    """A percent sign that is SQL's own, not a parameter's."""
    return text.replace("%", "%%").replace("%%(", "%(")


_HOLDS = " AND ".join(f"({_escaped(text)})" for text in _FITS.values())
_AGAINST = ", ".join(
    [f"NOT COALESCE(({_escaped(text)}), FALSE)" for text in _FITS.values()]
    + [_escaped(text) for figures in _FIGURES.values() for text in figures.values()]
)


def pairs(
    *,
    today: int,
    weights: Weights,
    k: int,
    postings: list[int] | None = None,
    workers: list[int] | None = None,
    municipality: int = 0,
    listed: bool = False,
    order: str = "p.id",
) -> list[Pair]:
    """The pairs of postings and workers that pass every filter, best first, at most k.

    Args:
        today: number of the day.
        postings, workers: keys; None for all.
        municipality: key of the town of the postings; 0 for all.
        listed: only workers who may be spoken to.
        order: `p.id` or `w.id`, by which pairs of the same points stand.
    """
    statement = _PAIRS.replace("@columns", _COLUMNS)
    statement += f"WHERE {_HOLDS} AND (%(municipality)s = 0 OR p.municipality = %(municipality)s)\n"
    statement += f"ORDER BY s.points DESC, {order} LIMIT %(k)s"
    rows = _read(statement, today, weights, postings, workers, municipality=municipality, k=k, listed=listed)
    return [_pair(row, weights) for row in rows]


def considered(
    *, today: int, weights: Weights, posting: int, worker: int
) -> list[tuple[Pair, tuple[Refusal, ...]]]:
    """Every row of one posting with one worker, in the order of days: how it fits, and what stands against it."""
    statement = _PAIRS.replace("@columns", f"{_COLUMNS}, {_AGAINST}") + "ORDER BY p.start_day, p.id"
    rows = _read(statement, today, weights, [posting], [worker], municipality=0, k=0, listed=False)
    return [(_pair(row, weights), _refusals(row[13:])) for row in rows]


def _read(
    statement: str,
    today: int,
    weights: Weights,
    postings: list[int] | None,
    workers: list[int] | None,
    **more: Any,
) -> list[tuple[Any, ...]]:
    given = {name: getattr(weights, name) for name in Weights.__dataclass_fields__}
    with connection.cursor() as cursor:
        cursor.execute(statement, {**given, "today": today, "postings": postings, "workers": workers, **more})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _pair(row: tuple[Any, ...], weights: Weights) -> Pair:
    row_id, posting, worker, start_day, points, distance, *parts = row[:13]
    return Pair(
        row_id, posting, worker, start_day, points, points // weights.total, distance, Components(*parts)
    )


def _refusals(columns: tuple[Any, ...]) -> tuple[Refusal, ...]:
    stands, figures = columns[: len(_FITS)], iter(columns[len(_FITS) :])
    found = []
    for reason, against in zip(_FITS, stands, strict=True):
        data = {name: next(figures) for name in _FIGURES[reason]}
        if against:
            found.append(Refusal(reason, {name: int(value) for name, value in data.items()}))
    return tuple(found)
