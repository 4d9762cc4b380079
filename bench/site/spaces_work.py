"""Searches and calendars on its database, each beside the SQL that reads the same rows; their times as one line of JSON.

What counts is the time of the processor, of this process and of its server process together, so that what else the machine
does is not measured; the time on the clock is told beside it. Where the system does not tell a server's time (not Linux),
the clock stands for both.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any
from uuid import uuid4

from bench.site.spaces import CODE, HALLS, PLACES, SPACES, THINGS

ASKED, WARM_UP = 200, 200
CANDIDATES = 80
"""Spaces that the bare query holds against what is taken: about as many as a search looks at to find 60."""

# Reads what a search must: the words' index, the narrow rows, of some 160 the hours of the day and what is taken.
BARE = """
WITH candidates AS (
    SELECT i.space_id, i.tree FROM spaces_spaceindex i
    WHERE i.municipality_id = 1 AND {words} AND i.open[%(weekday)s] & %(hours)s <> 0
    ORDER BY i.space_id DESC LIMIT %(candidates)s
)
SELECT c.space_id,
    (SELECT count(*) FROM spaces_openinghour h
        WHERE h.space_id = c.space_id AND h.kind = 'bookable' AND h.day = %(weekday)s - 1),
    (SELECT count(*) FROM unnest(c.tree) AS part(id) CROSS JOIN LATERAL (
        SELECT * FROM spaces_occupancy WHERE int8range(space_id, space_id, '[]') && int8range(part.id, part.id, '[]')
        AND period && tstzrange(%(start)s, %(end)s) OFFSET 0) o)
FROM candidates c
"""
BARE_WORDS = "i.space_id IN (SELECT s.id FROM spaces_space s WHERE s.words @> %(pairs)s::varchar[])"
# Reads what the twelve shown need: themselves, their host, their prices, and a week of what is taken.
BARE_PAGE = """
SELECT s.*, h.*, (
    SELECT json_agg(p) FROM spaces_pricelist l JOIN spaces_priceitem p ON p.price_list_id = l.id WHERE l.space_id = s.id
), (
    SELECT count(*) FROM unnest(i.tree) AS part(id) CROSS JOIN LATERAL (
    SELECT * FROM spaces_occupancy WHERE int8range(space_id, space_id, '[]') && int8range(part.id, part.id, '[]')
    AND period && tstzrange(%(start)s, %(start)s + interval '7 days') OFFSET 0) o
)
FROM spaces_space s JOIN spaces_host h ON h.organisation_id = s.host_id JOIN spaces_spaceindex i ON i.space_id = s.id
WHERE s.id = ANY (%(keys)s)
"""
BARE_MONTH = """
SELECT s.*, (SELECT json_agg(h) FROM spaces_openinghour h WHERE h.space_id = s.id),
    (SELECT json_agg(k) FROM spaces_closure k WHERE k.host_id = s.host_id),
    (SELECT array_agg(o.period) FROM unnest(i.tree) AS part(id) CROSS JOIN LATERAL (
        SELECT * FROM spaces_occupancy WHERE int8range(space_id, space_id, '[]') && int8range(part.id, part.id, '[]')
        AND period && tstzrange(%(start)s, %(start)s + interval '1 month') OFFSET 0) o)
FROM spaces_space s JOIN spaces_spaceindex i ON i.space_id = s.id WHERE s.id = %(key)s
"""

# Writes the rows that a booking leaves, with the values of the last one and nothing decided.
BARE_BOOKING = """
WITH asked AS (
    INSERT INTO spaces_order ({order}) SELECT {order_values} FROM spaces_order t WHERE t.id = %(order)s RETURNING id
), booked AS (
    INSERT INTO spaces_booking ({booking}) SELECT {booking_values}
    FROM spaces_booking t, asked WHERE t.order_id = %(order)s RETURNING id
), taken AS (
    INSERT INTO spaces_occupancy (municipality_id, space_id, period, booking_id)
    SELECT 1, %(space)s, tstzrange(%(start)s, %(end)s), id FROM booked ON CONFLICT DO NOTHING RETURNING id
), billed AS (
    INSERT INTO payments_bill ({bill}) SELECT {bill_values}
    FROM payments_bill t, asked WHERE t.kind = 'spaces.order' AND t.object_key = %(order)s::text RETURNING id
)
INSERT INTO payments_charge ({charge}) SELECT {charge_values} FROM payments_charge t, billed
WHERE t.bill_id = (SELECT id FROM payments_bill WHERE kind = 'spaces.order' AND object_key = %(order)s::text)
"""
NEW = "left(md5(random()::text), 12)"
NEW_VALUES = {
    "order": {"number": NEW, "key": "gen_random_uuid()"},
    "booking": {"order_id": "asked.id", "period": "tstzrange(%(start)s, %(end)s)"},
    "bill": {"number": NEW, "object_key": "asked.id::text"},
    "charge": {"bill_id": "billed.id", "key": "gen_random_uuid()::text"},
}


def main() -> None:
    """Measures all four, ours and bare in turn."""
    from django.utils import timezone

    from sosei.core.people.models import Municipality
    from sosei.programmes.spaces.rules_periods import day_of
    from sosei.programmes.spaces.search_wishes import Wishes

    town, chance = Municipality.objects.get(code=CODE), random.Random(6)  # noqa: S311
    now = timezone.now()
    today = day_of(now, _zone(town))
    thursdays = [today + timedelta(days=(3 - today.weekday()) % 7 + 7 * week) for week in range(1, 9)]

    def with_words() -> Wishes:
        start = chance.randrange(18, 36) * 30
        return Wishes(
            words=(chance.choice(PLACES), chance.choice(THINGS))[: chance.choice([1, 2])],
            seats=chance.choice([0, 0, 4, 10, 20]),
            first=today + timedelta(days=chance.randrange(1, 60)),
            start=start,
            end=start + chance.choice([60, 120, 180]),
        )

    def two_hours() -> Wishes:
        return Wishes(
            kind=chance.choice(["", "room", "kitchen"]),
            seats=chance.choice([0, 4, 10]),
            first=chance.choice(thursdays),
            part="afternoon",
            minutes=120,
        )

    _alone()
    told = {
        "words": _turns(lambda: _search_pair(town, with_words(), now)),
        "thursday": _turns(lambda: _search_pair(town, two_hours(), now)),
        "month": _turns(
            lambda: _month_pair(today, chance.randrange(HALLS + 1, SPACES + 1), chance.randrange(3))
        ),
        "booking": _turns(lambda: _booking_pair(chance, today)),
    }
    sys.stdout.write(json.dumps(told) + "\n")


Pair = tuple[Callable[[], object], Callable[[], object]]


def _alone() -> None:
    """One process of the server answers, so that its time is all there is; the addresses of the site are read."""
    from django.db import connection
    from django.urls import reverse

    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    reverse("spaces:book", kwargs={"code": CODE, "space_id": 1})
    # As a process of the server does when it has loaded everything (`gateway.project.server`).
    gc.collect()
    gc.freeze()


def _turns(pair: Callable[[], Pair]) -> dict[str, dict[str, float]]:
    """p50 and p95 in seconds of both sides, taken in turn; of the processor, and on the clock."""
    times: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": []}
    clock = _clock_of_server()
    for _number in range(WARM_UP + ASKED):
        for side, work in zip(times.values(), pair(), strict=True):
            began, mine, server = perf_counter(), thread_time(), clock()
            work()
            side.append((thread_time() - mine + clock() - server, perf_counter() - began))
    told = {}
    for name, side in times.items():
        busy, waited = ([each[at] for each in side[WARM_UP:]] for at in (0, 1))
        told[name] = {
            "p50": statistics.median(busy),
            "p95": statistics.quantiles(busy, n=20)[-1],
            "clock_p50": statistics.median(waited),
            "clock_p95": statistics.quantiles(waited, n=20)[-1],
        }
    return told


def _clock_of_server() -> Callable[[], float]:
    """Seconds for which this connection's server process has run."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    told = Path(f"/proc/{process}/schedstat")
    if not told.exists():
        return lambda: perf_counter() - thread_time()
    return lambda: int(told.read_text().split()[0]) / 1e9


def _search_pair(town: Any, wishes: Any, now: datetime) -> Pair:
    """A whole search: what is found, and of the twelve shown the free times, prices and week."""
    from sosei.programmes.spaces.search_results import results_of
    from sosei.programmes.spaces.search_sql import found, hours_mask, query_of
    from sosei.programmes.spaces.search_words import pairs_of
    from sosei.programmes.spaces.views.search import MOST

    shown: list[int] = []

    def ours() -> object:
        query = query_of(town, wishes, now)
        shown[:] = found(query, "fit", MOST + 1)[:12]
        return results_of(query, shown)

    window = wishes.windows(_zone(town))[0]
    given = {
        "weekday": window.slot + 1 if window.slot < 7 else window.slot - 6,
        "hours": hours_mask(window.opens, window.closes),
        "pairs": list(dict.fromkeys(pair for word in wishes.words for pair in pairs_of(word))),
        "start": window.start,
        "end": window.end,
        "candidates": CANDIDATES,
    }
    first = BARE.format(words=BARE_WORDS if wishes.words else "true")
    return ours, lambda: (_rows(first, given), _rows(BARE_PAGE, {**given, "keys": shown}))


def _month_pair(today: date, key: int, ahead: int) -> Pair:
    from sosei.programmes.spaces import availability
    from sosei.programmes.spaces.models import Space

    first = (today.replace(day=1) + timedelta(days=31 * ahead)).replace(day=1)

    def ours() -> object:
        space = Space.objects.select_related("municipality", "host").get(pk=key)
        return availability.month(space, first.year, first.month)

    return ours, lambda: _rows(BARE_MONTH, {"key": key, "start": first})


def _booking_pair(chance: random.Random, today: date) -> Pair:
    """An hour in some room: read with its rules, priced, taken, billed, told; the bare one writes another hour's rows."""
    from django.db import connection

    from sosei.core.people.models import Person
    from sosei.programmes.spaces.models import Booking, Space
    from sosei.programmes.spaces.rules_bookings import Item
    from sosei.programmes.spaces.rules_periods import Period
    from sosei.programmes.spaces.services.orders import Guest, Wanted, place_order

    key, (start, other) = _two_free_hours(chance, today)
    person, hour = Person.objects.get(), timedelta(hours=1)
    given = {"space": key, "start": other, "end": other + hour}
    sql = BARE_BOOKING.format(**_columns())

    def ours() -> object:
        rules = ("hours", "host__closures", "price_lists__items", "extras")
        space = Space.objects.select_related("municipality", "host__organisation", "ladder")
        return place_order(
            wanted=[Wanted(space.prefetch_related(*rules).get(pk=key), Period(start, start + hour))],
            guest=Guest.of(person),
            tier="outside",
            purpose="meeting",
            heads=1,
            way_to_pay="on_site",
            shown={str(item): "…" for item in Item},
            key=uuid4(),
            actor=person,
        )

    def bare() -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**given, "order": Booking.objects.latest("pk").order_id})
            return cursor.rowcount

    return ours, bare


def _two_free_hours(chance: random.Random, today: date) -> tuple[int, list[datetime]]:
    """A room that is booked at once, and two free hours of one of its days, apart from each other."""
    from django.utils import timezone

    from sosei.programmes.spaces import availability
    from sosei.programmes.spaces.models import Space

    while True:
        room = Space.objects.filter(
            pk=chance.randrange(HALLS + 1, SPACES + 1), way="instant", residents_only=False
        ).first()
        day = today + timedelta(days=chance.randrange(3, 80))
        if room is None:
            continue
        free = availability.free_starts(room, day, 60, now=timezone.now(), tier="outside")
        if len(free) > 1 and free[-1] - free[0] >= timedelta(hours=2):
            return room.pk, [free[0], free[-1]]


@cache
def _columns() -> dict[str, str]:
    from sosei.core.payments.models import Bill, Charge
    from sosei.programmes.spaces.models import Booking, Order

    told = {}
    for name, model in {"order": Order, "booking": Booking, "bill": Bill, "charge": Charge}.items():
        names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
        told[name] = ", ".join(names)
        told[f"{name}_values"] = ", ".join(NEW_VALUES[name].get(column, f"t.{column}") for column in names)
    return told


def _rows(sql: str, given: dict[str, Any]) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows: list[Any] = cursor.fetchall()
        return rows


def _zone(town: Any) -> Any:
    from sosei.programmes.spaces.as_rules import zone_of

    return zone_of(town)


if __name__ == "__main__":
    import django

    django.setup()
    main()
