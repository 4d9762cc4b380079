"""Sixty-four after one slot, a thousand slots one after the other; `python -m bench.site.spaces_herd`, figures as JSON.

Eight processes of eight threads, each with a connection of its own, ask for the same slots in the same order, as fast as
they can: whoever is ahead wins, the others meet him there. Three ways take turns on one database:

- bare: `INSERT … ON CONFLICT DO NOTHING` of one row, as a prepared statement through psycopg, nothing else;
- taken: `placing.reserve`, the service's own statement: parts of a hall, buffers, all or nothing, holds that have run
  out, the order that was made with the same key;
- placed: `orders.place_order` as a page calls it: the winner writes order, booking, bill, payment, entries, history.

Each way uses a table of the same shape: the very same one, each its own space. Every slot must have one winner.
"""

from __future__ import annotations

import ctypes
import datetime
import json
import multiprocessing
import sys
import threading
import uuid
from collections.abc import Callable
from time import perf_counter, sleep
from typing import Any

PROCESSES, THREADS = 8, 8
ROUNDS = 1000
TURNS = 4
"""The rounds are gone through in so many pieces, the ways taking turns, so that all meet the same load."""
MINUTES = 30
START_SECONDS = 120
WARM_UP = -1
"""A slot before the first, asked for once on each connection: plans are made, as on a site that runs."""
BARE = (
    "INSERT INTO spaces_occupancy (municipality_id, space_id, period, key, until) "
    "VALUES (%s, %s, tstzrange(%s, %s), %s, %s) ON CONFLICT DO NOTHING RETURNING id"
)
Attempt = Callable[[int], bool]


def main() -> None:
    """Fills the database, lets the herd run, says how many attempts a second each way made."""
    import django

    django.setup()
    from django.db import connection

    world = _fill()
    ways: dict[str, Callable[[], Attempt]] = {
        "bare": lambda: _bare(world),
        "taken": lambda: _taken(world),
        "placed": lambda: _placed(world),
    }
    seconds = dict.fromkeys(ways, 0.0)
    won = dict.fromkeys(ways, 0)
    before = _deadlocks()
    piece = ROUNDS // TURNS
    for turn in range(TURNS):
        for name, make in ways.items():
            took, winners = _run(make, range(turn * piece, (turn + 1) * piece))
            seconds[name] += took
            won[name] += winners
    connection.close()
    clients = PROCESSES * THREADS
    told = {
        "rates": {name: clients * ROUNDS / seconds[name] for name in ways},
        "won": won,
        "rows": _rows(world),
        "deadlocks": _deadlocks() - before,
    }
    sys.stdout.write(json.dumps(told))


def _run(make: Callable[[], Attempt], rounds: range) -> tuple[float, int]:
    """Seconds from the first start to the last end, and how many attempts won."""
    from django.db import connection

    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(PROCESSES * THREADS)
    told: Any = fork.SimpleQueue()
    connection.ensure_connection()
    children = [fork.Process(target=_client, args=(make, rounds, start, told)) for _ in range(PROCESSES)]
    for child in children:
        child.start()
    found = []
    while len(found) < PROCESSES * THREADS:
        if not told.empty():
            found.append(told.get())
        elif start.broken or not any(child.is_alive() for child in children):
            raise RuntimeError("a client could not start, or stopped before its rounds were over")
        else:
            sleep(0.01)
    for child in children:
        child.join()
    return max(end for _start, end, _won in found) - min(begun for begun, _end, _won in found), sum(
        won for _start, _end, won in found
    )


def _client(make: Callable[[], Attempt], rounds: range, start: Any, told: Any) -> None:
    from django.db import connection

    # The parent's connection stays the parent's.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection.connection))
    connection.connection = None

    def work() -> None:
        try:
            attempt = make()
            attempt(WARM_UP)
            start.wait(START_SECONDS)
        except BaseException:
            start.abort()
            raise
        begun = perf_counter()
        won = sum(attempt(number) for number in rounds)
        told.put((begun, perf_counter(), won))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _slots(begins: datetime.datetime) -> dict[int, Any]:
    """The slots in order, the one to warm up with before them; made before anybody asks for one."""
    from sosei.programmes.spaces.rules_periods import Period

    length = datetime.timedelta(minutes=MINUTES)
    return {
        number: Period(begins + number * length, begins + (number + 1) * length)
        for number in range(WARM_UP, ROUNDS)
    }


def _bare(world: dict[str, Any]) -> Attempt:
    import psycopg
    from django.db import connection
    from django.utils import timezone

    connection.ensure_connection()
    connection.connection.prepare_threshold = 5
    cursor = psycopg.Cursor(connection.connection)
    space, slots = world["spaces"]["bare"], world["slots"]

    def attempt(number: int) -> bool:
        slot = slots[number]
        until = timezone.now() + datetime.timedelta(minutes=1)
        cursor.execute(
            BARE, (space.municipality_id, space.pk, slot.start, slot.end, uuid.uuid4(), until), prepare=True
        )
        return cursor.fetchone() is not None

    return attempt


def _taken(world: dict[str, Any]) -> Attempt:
    from django.db import connection
    from django.utils import timezone

    from sosei.programmes.spaces.services import placing

    connection.ensure_connection()
    space, slots = world["spaces"]["taken"], world["slots"]

    def attempt(number: int) -> bool:
        place = (space, slots[number])
        return placing.reserve(places=[place], key=uuid.uuid4(), now=timezone.now()).is_taken

    return attempt


def _placed(world: dict[str, Any]) -> Attempt:
    from django.db import connection

    from sosei.programmes.spaces.errors_bookings import TakenError
    from sosei.programmes.spaces.rules_bookings import Item
    from sosei.programmes.spaces.services.orders import Guest, Wanted, place_order

    connection.ensure_connection()
    space, person, slots = world["spaces"]["placed"], world["person"], world["slots"]
    shown = {str(item): "…" for item in Item}

    def attempt(number: int) -> bool:
        try:
            place_order(
                wanted=[Wanted(space, slots[number])],
                guest=Guest.of(person),
                tier="resident",
                purpose="meeting",
                heads=1,
                way_to_pay="on_site",
                shown=shown,
                key=uuid.uuid4(),
                actor=person,
            )
        except TakenError:
            return False
        return True

    return attempt


def _fill() -> dict[str, Any]:
    """A town, a host, a space for each way, open day and night, and somebody who books."""
    from django.urls import reverse
    from django.utils import timezone, translation

    from sosei.core.people.models import Municipality, Organisation, Person
    from sosei.programmes.spaces.models import Host, Ladder, OpeningHour, PriceItem, PriceList, Space

    reverse("spaces:my-spaces")
    with translation.override("en"):
        translation.gettext("")
    now = timezone.now()
    town = Municipality.objects.create(code="10001", name="測定市", name_en="Measured", opened_at=now)
    kinds = Organisation.Kind
    firm = Organisation.objects.create(municipality=town, kind=kinds.HOST, name="測定の家", name_en="")
    host = Host.objects.create(
        organisation=firm,
        municipality=town,
        name="測定の家",
        state="approved",
        representative="測定",
        address="測定1-1",
        phone="+81246000010",
        email="host@example.jp",
        asked_at=now,
        decided_at=now,
    )
    spaces = {}
    for name in ("bare", "taken", "placed"):
        space = Space.objects.create(
            municipality=town,
            host=host,
            kind="room",
            name=name,
            address="測定1-1",
            latitude=37,
            longitude=140,
            seats=10,
            ladder=Ladder.objects.get(code="easy", host=None),
            ways_to_pay=["on_site"],
            state="published",
            published_at=now,
            made_at=now,
            min_minutes=MINUTES,
            overnight=True,
        )
        for day in range(7):
            OpeningHour.objects.create(
                municipality=town, host=host, space=space, kind="bookable", day=day, opens=0, closes=1440
            )
        prices = PriceList.objects.create(
            municipality=town,
            host=host,
            space=space,
            valid_from=now.date() - datetime.timedelta(days=9),
            made_at=now,
        )
        PriceItem.objects.create(
            municipality=town, host=host, space=space, price_list=prices, kind="hour", yen=500
        )
        spaces[name] = (
            Space.objects.select_related("municipality", "host__organisation", "ladder")
            .prefetch_related("hours", "host__closures", "price_lists__items", "extras")
            .get(pk=space.pk)
        )
    person = Person.objects.create(family_name="測定", given_name="人", email="person@example.jp")
    begins = now.replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=3)
    return {"spaces": spaces, "person": person, "begins": begins, "slots": _slots(begins)}


def _rows(world: dict[str, Any]) -> dict[str, int]:
    from sosei.programmes.spaces.models import Occupancy

    counted = Occupancy.objects.filter(period__startswith__gte=world["begins"])
    return {name: counted.filter(space=space).count() for name, space in world["spaces"].items()}


def _deadlocks() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
