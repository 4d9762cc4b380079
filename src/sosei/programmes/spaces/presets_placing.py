"""The function of the database by which an order takes its places in one round trip; put in after every migrate.

A function, because PostgreSQL keeps its plans for the connection, and because it can undo its own inserts when only part
of what is asked for was free: somebody who comes too late costs a look at an index, whether after a desk or a hall.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate

FUNCTION = """
CREATE OR REPLACE FUNCTION spaces_reserve(
    asked bigint[], starts timestamptz[], ends timestamptz[], wanted uuid, hold_until timestamptz, moment timestamptz,
    OUT outcome text, OUT order_id bigint, OUT places bigint[], OUT taken bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
    leaf_place bigint[];
    leaf_space bigint[];
    leaf_town bigint[];
    leaf_time tstzrange[];
    there bigint;
    mine boolean;
    expired boolean;
BEGIN
    -- Each place with the buffers of the space that is asked for, for every smallest space in it.
    IF EXISTS (SELECT FROM spaces_space p WHERE p.parent_id = ANY (asked)) THEN
        WITH RECURSIVE tree AS (
            SELECT a.place, s.id, s.municipality_id AS town, tstzrange(
                a.begins - make_interval(mins => s.buffer_before), a.stops + make_interval(mins => s.buffer_after)
            ) AS period
            FROM unnest(asked, starts, ends) WITH ORDINALITY AS a(space, begins, stops, place)
            JOIN spaces_space s ON s.id = a.space
            UNION ALL
            SELECT t.place, p.id, t.town, t.period FROM tree t JOIN spaces_space p ON p.parent_id = t.id
        )
        SELECT array_agg(t.place), array_agg(t.id), array_agg(t.town), array_agg(t.period)
        INTO leaf_place, leaf_space, leaf_town, leaf_time
        FROM tree t WHERE NOT EXISTS (SELECT FROM spaces_space p WHERE p.parent_id = t.id);
    ELSE
        SELECT array_agg(a.place), array_agg(s.id), array_agg(s.municipality_id), array_agg(tstzrange(
            a.begins - make_interval(mins => s.buffer_before), a.stops + make_interval(mins => s.buffer_after)
        ))
        INTO leaf_place, leaf_space, leaf_town, leaf_time
        FROM unnest(asked, starts, ends) WITH ORDINALITY AS a(space, begins, stops, place)
        JOIN spaces_space s ON s.id = a.space;
    END IF;
    FOR attempt IN 1..3 LOOP
        SELECT count(*), bool_or(o.key = wanted), bool_or(o.until <= moment) INTO there, mine, expired
        FROM unnest(leaf_space, leaf_time) AS leaf(space, period)
        JOIN spaces_occupancy o ON int8range(o.space_id, o.space_id, '[]') && int8range(leaf.space, leaf.space, '[]')
            AND o.period && leaf.period;
        IF there > 0 THEN
            SELECT id INTO order_id FROM spaces_order WHERE key = wanted;
            outcome := CASE
                WHEN order_id IS NOT NULL THEN 'order' WHEN mine THEN 'twin' WHEN expired THEN 'expired' ELSE 'lost'
            END;
            RETURN;
        END IF;
        BEGIN
            WITH made AS (
                INSERT INTO spaces_occupancy (municipality_id, space_id, period, key, until)
                SELECT leaf.town, leaf.space, leaf.period, wanted, hold_until
                FROM unnest(leaf_town, leaf_space, leaf_time) AS leaf(town, space, period)
                ORDER BY leaf.space, lower(leaf.period)
                ON CONFLICT DO NOTHING
                RETURNING id, space_id, period
            )
            SELECT array_agg(leaf.place), array_agg(made.id) INTO places, taken
            FROM made JOIN unnest(leaf_place, leaf_space, leaf_time) AS leaf(place, space, period)
                ON leaf.space = made.space_id AND leaf.period = made.period;
            IF coalesce(cardinality(taken), 0) = cardinality(leaf_space) THEN
                outcome := 'taken';
                RETURN;
            END IF;
            -- Somebody came at the same moment: what was taken of it is given back, and then it is looked who.
            RAISE SQLSTATE 'SP001';
        EXCEPTION WHEN SQLSTATE 'SP001' THEN
            places := NULL;
            taken := NULL;
        END;
    END LOOP;
    outcome := 'lost';
END;
$$
"""


def put_function(using: str = "default") -> None:
    """Makes the function what it says here; twice changes nothing."""
    with connections[using].cursor() as cursor:
        cursor.execute(FUNCTION)


def _after_migrate(sender: Any, using: str, **more: Any) -> None:
    if sender.label == "spaces":
        put_function(using)


post_migrate.connect(_after_migrate, dispatch_uid="spaces.placing")
