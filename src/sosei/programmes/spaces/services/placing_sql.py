"""The statements by which spaces are taken, looked for and freed (`placing` says why they are as they are)."""

from __future__ import annotations

TREE = """
WITH RECURSIVE asked AS (
    SELECT a.place, s.id AS space_id, s.municipality_id,
           tstzrange(a.starts - make_interval(mins => s.buffer_before), a.ends + make_interval(mins => s.buffer_after))
               AS period
    FROM unnest(%(spaces)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
             WITH ORDINALITY AS a(space_id, starts, ends, place)
    JOIN spaces_space s ON s.id = a.space_id
), tree AS (
    SELECT place, space_id, municipality_id, period FROM asked
    UNION ALL
    SELECT t.place, p.id, t.municipality_id, t.period FROM tree t JOIN spaces_space p ON p.parent_id = t.space_id
), leaf AS MATERIALIZED (
    SELECT t.place, t.space_id, t.municipality_id, t.period FROM tree t
    WHERE NOT EXISTS (SELECT FROM spaces_space p WHERE p.parent_id = t.space_id)
)"""
SAME = "int8range(o.space_id, o.space_id, '[]') && int8range(leaf.space_id, leaf.space_id, '[]')"
"""As the exclusion constraint writes it, so that its index serves."""
RESERVE = (
    "SELECT outcome, order_id, places, taken "
    "FROM spaces_reserve(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::uuid, %s, %s)"
)
"""See `presets_placing`."""
RESERVE_ONE = """
WITH place AS MATERIALIZED (
    SELECT s.id, s.municipality_id, tstzrange(
        %(begins)s - make_interval(mins => s.buffer_before), %(ends)s + make_interval(mins => s.buffer_after)
    ) AS period
    FROM spaces_space s WHERE s.id = %(space)s
), there AS MATERIALIZED (
    SELECT o.key = %(key)s AS is_twin, o.until <= %(now)s AS has_expired,
           (SELECT id FROM spaces_order WHERE key = %(key)s) AS order_id
    FROM place JOIN spaces_occupancy o
        ON int8range(o.space_id, o.space_id, '[]') && int8range(place.id, place.id, '[]') AND o.period && place.period
    LIMIT 1
), made AS (
    INSERT INTO spaces_occupancy (municipality_id, space_id, period, key, until)
    SELECT place.municipality_id, place.id, place.period, %(key)s, %(until)s FROM place
    WHERE NOT EXISTS (SELECT FROM there) AND NOT EXISTS (SELECT FROM spaces_space p WHERE p.parent_id = place.id)
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT made.id, there.* FROM made FULL JOIN there ON true
"""
TAKE = f"""{TREE}, taken AS (
    INSERT INTO spaces_occupancy (municipality_id, space_id, period, booking_id, block_id, waiting_id, until)
    SELECT leaf.municipality_id, leaf.space_id, leaf.period, f.booking_id, f.block_id, f.waiting_id, f.until
    FROM leaf JOIN unnest(%(bookings)s::bigint[], %(blocks)s::bigint[], %(waiting)s::bigint[], %(untils)s::timestamptz[])
             WITH ORDINALITY AS f(booking_id, block_id, waiting_id, until, place) USING (place)
    ORDER BY leaf.space_id, lower(leaf.period)
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT (SELECT count(*) FROM leaf), (SELECT count(*) FROM taken)
"""  # noqa: S608
SWEEP = f"""{TREE}
DELETE FROM spaces_occupancy WHERE id IN (
    SELECT o.id FROM leaf JOIN spaces_occupancy o ON {SAME} AND o.period && leaf.period
    WHERE o.until <= %(now)s FOR UPDATE OF o SKIP LOCKED
)"""  # noqa: S608
LEAVES = f"{TREE} SELECT place, space_id, period FROM leaf ORDER BY place, space_id"  # noqa: S608
INSERT_PIECES = """
INSERT INTO spaces_occupancy (municipality_id, space_id, period, booking_id, block_id, until)
SELECT %(town)s, p.space_id, tstzrange(p.starts, p.ends), p.booking_id, p.block_id, p.until
FROM unnest(%(spaces)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[], %(bookings)s::bigint[],
            %(blocks)s::bigint[], %(untils)s::timestamptz[]) AS p(space_id, starts, ends, booking_id, block_id, until)
ORDER BY p.space_id, p.starts
ON CONFLICT DO NOTHING
RETURNING id
"""
