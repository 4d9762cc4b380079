"""The rows of the search as SQL: each posting and each worker in the whole numbers that `engines.matching` reads.

The arrays are loaded from these queries and the SQL answer stands on them, so that both read the same numbers.

A posting for all of its days is one row. Of any other each shift is a row of its own, for one may come on single days.
A row's id is twice the shift's key, or twice the posting's key and one. Days are counted from 1970-01-01 in Japan.
"""

# ruff: noqa: S608 (the texts put together stand in this room; what is given goes in as parameters)

from __future__ import annotations

from collections.abc import Mapping

from sosei.programmes.jobs.kinds import LICENCE, SKILL, WORK_KIND, Named

WEEK_MINUTES = 2400
"""Forty hours, over all employers (労働基準法32条・38条1項)."""
ANYWHERE = 20_000_000
"""Metres: how far somebody goes who told no place to set out from."""
COVERS_KIND = "other"


def _bits(name: str, named: Mapping[str, Named]) -> str:
    values = ", ".join(f"('{one.slug}', {one.bit})" for one in named.values())
    return f"{name}(slug, bit) AS (VALUES {values})"


def _mask(column: str, bits: str) -> str:
    return f"(SELECT COALESCE(BIT_OR(1::bigint << b.bit), 0) FROM UNNEST({column}) s JOIN {bits} b ON b.slug = s)"


BITS = ", ".join([_bits("kind_bits", WORK_KIND), _bits("licence_bits", LICENCE), _bits("skill_bits", SKILL)])
"""The masks' bits by slug; goes first in the list of a WITH."""
_DAY = "({column} - DATE '1970-01-01')"


def day_number(column: str) -> str:
    """A date as the number of its day."""
    return _DAY.format(column=column)


_NIGHT = "(starts::time < TIME '05:00' OR starts::time >= TIME '22:00' OR ends > starts::date + INTERVAL '22 hours')"
_MEALS = (
    "CASE WHEN m.text ~ '(なし|ない|ません)' THEN 0 ELSE (m.text ~ '(朝食|朝ごはん|朝夕|3食|三食)')::int "
    "+ 2 * (m.text ~ '(昼食|昼ごはん|弁当|3食|三食)')::int "
    "+ 4 * (m.text ~ '(夕食|夕ごはん|晩ごはん|朝夕|3食|三食)')::int END"
)
POSTING_ROWS = f"""
open_shifts AS (
  SELECT s.id, s.posting_id, s.starts_at AT TIME ZONE 'Asia/Tokyo' AS starts, s.ends_at AT TIME ZONE 'Asia/Tokyo' AS ends,
         s.capacity - s.taken AS places,
         (EXTRACT(EPOCH FROM s.ends_at - s.starts_at) / 60)::int - s.break_minutes AS minutes
  FROM jobs_shift s JOIN jobs_posting o ON o.id = s.posting_id
  WHERE o.state = 'published' AND s.called_off_at IS NULL AND (%(postings)s::bigint[] IS NULL OR o.id = ANY (%(postings)s))
), by_day AS (
  SELECT d.posting_id, {day_number("d.starts::date")} AS day, SUM(d.minutes) AS minutes, MIN(d.places) AS places,
         BOOL_OR({_NIGHT}) AS night
  FROM open_shifts d JOIN jobs_posting o ON o.id = d.posting_id WHERE o.whole_series GROUP BY 1, 2
), taken_days AS (
  SELECT 2 * d.id AS id, d.posting_id, {day_number("d.starts::date")} AS start_day,
         {day_number("d.starts::date")} + 1 AS end_day, 127 AS weekdays, d.minutes, d.places, {_NIGHT} AS night
  FROM open_shifts d JOIN jobs_posting o ON o.id = d.posting_id WHERE NOT o.whole_series
  UNION ALL
  SELECT 2 * posting_id + 1, posting_id, MIN(day), MAX(day) + 1, BIT_OR(1 << (day + 3) %% 7), MAX(minutes), MIN(places),
         BOOL_OR(night)
  FROM by_day GROUP BY posting_id
), posting_rows AS (
  SELECT t.id, t.posting_id, t.start_day, t.end_day, t.weekdays,
         CASE WHEN w.exemption <> '' THEN 0 ELSE LEAST(t.minutes, 1440) END::int AS minutes_per_day,
         LEAST(o.hourly_wage, 1000000)::int AS wage,
         ROUND(w.latitude * 1000000)::int AS lat, ROUND(w.longitude * 1000000)::int AS lon, t.places::int AS places,
         {_mask("o.licences", "licence_bits")} AS licences, {_mask("o.skills", "skill_bits")} AS skills,
         GREATEST(COALESCE(o.min_age, 0), CASE WHEN o.is_hazardous THEN 18 ELSE 0 END)::int AS min_age,
         t.night, COALESCE(b.beds, 0)::int AS beds, CASE WHEN b.beds IS NULL THEN 0 ELSE {_MEALS} END::int AS meals,
         CASE o.half_day WHEN 'morning' THEN 1 WHEN 'afternoon' THEN 2 ELSE 0 END AS half_days,
         w.has_desk OR COALESCE(b.has_desk, FALSE) AS desk,
         COALESCE((SELECT k.bit FROM kind_bits k WHERE k.slug = o.kind), {WORK_KIND[COVERS_KIND].bit})::int AS kind,
         o.municipality_id::int AS municipality, o.employer_id AS employer,
         TO_CHAR(DATE '1970-01-01' + t.start_day, 'YYYYMMDD')::int AS start_ymd
  FROM taken_days t JOIN jobs_posting o ON o.id = t.posting_id JOIN jobs_workplace w ON w.id = o.workplace_id
  LEFT JOIN LATERAL (
    SELECT l.has_desk, l.meals, GREATEST(LEAST(l.beds, (
      SELECT MIN(n.beds - n.taken) FROM jobs_lodgingnight n WHERE n.lodging_id = l.id
      AND n.night >= DATE '1970-01-01' + t.start_day - 1 AND n.night < DATE '1970-01-01' + t.end_day - 1)), 0) AS beds
    FROM jobs_lodging l WHERE l.id = o.lodging_id AND l.closed_at IS NULL
  ) b ON TRUE
  CROSS JOIN LATERAL (SELECT o.meals || ' ' || COALESCE(b.meals, '') AS text) m
)"""
"""Takes `postings`: keys of postings, or NULL for all that are published."""

WORKER_ROWS = f"""
worker_rows AS (
  SELECT w.person_id AS id, TO_CHAR(b.date, 'YYYYMMDD')::int AS birth,
         COALESCE(ROUND(w.latitude * 1000000), 0)::int AS lat, COALESCE(ROUND(w.longitude * 1000000), 0)::int AS lon,
         CASE WHEN w.latitude IS NULL THEN {ANYWHERE} ELSE LEAST(w.max_km * 1000, {ANYWHERE}) END AS max_distance,
         CASE WHEN w.needs_lodging THEN 2 ELSE 0 END AS lodging,
         {_mask("w.kinds", "kind_bits")} AS kinds, {_mask("w.skills", "skill_bits")} AS skills,
         (SELECT COALESCE(BIT_OR(1::bigint << k.bit), 0) FROM jobs_licence l JOIN licence_bits k ON k.slug = l.kind
          WHERE l.person_id = w.person_id AND l.state = 'checked'
          AND (l.expires_on IS NULL OR {day_number("l.expires_on")} >= %(today)s)) AS licences,
         LEAST(COALESCE(w.wage_wish, 0), 1000000)::int AS wage_wish,
         CASE WHEN w.wants_half_day THEN 7 ELSE 0 END AS half_days, w.needs_desk AS desk,
         GREATEST({WEEK_MINUTES} - w.other_weekly_minutes, 0)::int AS weekly_minutes,
         COALESCE(free.days, '{{}}') - COALESCE(held.days, '{{}}') AS windows, COALESCE(busy.weeks, '{{}}') AS busy
  FROM jobs_workerprofile w JOIN people_birthdate b ON b.person_id = w.person_id
  JOIN people_person q ON q.id = w.person_id AND q.is_active
  LEFT JOIN LATERAL (
    SELECT RANGE_AGG(INT4RANGE({day_number("LOWER(a.days)")}, {day_number("UPPER(a.days)")})) AS days
    FROM jobs_availability a WHERE a.person_id = w.person_id
  ) free ON TRUE
  LEFT JOIN LATERAL (
    SELECT RANGE_AGG(INT4RANGE({day_number("(LOWER(h.period) AT TIME ZONE 'Asia/Tokyo')::date")},
           {day_number("((UPPER(h.period) - INTERVAL '1 second') AT TIME ZONE 'Asia/Tokyo')::date")}, '[]')) AS days
    FROM jobs_workday h WHERE h.person_id = w.person_id AND h.state IN ('planned', 'worked')
  ) held ON TRUE
  LEFT JOIN LATERAL (
    SELECT JSONB_OBJECT_AGG(e.week, e.minutes) AS weeks FROM (
      SELECT ({day_number("(LOWER(h.period) AT TIME ZONE 'Asia/Tokyo')::date")} + 4) / 7 AS week,
             LEAST(SUM((EXTRACT(EPOCH FROM UPPER(h.period) - LOWER(h.period)) / 60)::int - h.break_minutes),
                   GREATEST({WEEK_MINUTES} - w.other_weekly_minutes, 0)) AS minutes
      FROM jobs_workday h JOIN jobs_contract c ON c.id = h.contract_id JOIN jobs_posting o ON o.id = c.posting_id
      JOIN jobs_workplace p ON p.id = o.workplace_id
      WHERE h.person_id = w.person_id AND h.state IN ('planned', 'worked') AND p.exemption = '' GROUP BY 1
    ) e
  ) busy ON TRUE
  WHERE (%(workers)s::bigint[] IS NULL OR w.person_id = ANY (%(workers)s)) AND (w.is_listed OR NOT %(listed)s)
)"""
"""Takes `today`, `workers` (keys of persons, or NULL for all) and `listed`: only those who may be spoken to."""
