"""The one place where spaces are taken and freed: rows of `Occupancy`, written so that no two ever overlap.

How it cannot go wrong
    The database holds an exclusion constraint on (smallest space, time with buffers). Whoever takes a place does it by
    one `INSERT … SELECT … ON CONFLICT DO NOTHING`; a bare INSERT under such a constraint deadlocks with its rivals by
    design. Rows are counted: fewer than asked for means that somebody else was there, and then nothing at all is kept.
    For orders a function of the database does all that in one round trip (`presets_placing`). In a rush nearly all come
    when the place is gone: for a single space a prepared statement looks, takes, or tells them so.

Why it cannot deadlock
    Rows are inserted in the order of (space, start). Of two that wait for each other here, each would hold a row that
    lies before the one it waits for; for rows of one space that do not overlap among themselves both cannot be so.
    Everything else keeps out of that order's way:
    - Holds that have run out are removed by a statement of their own that waits for nobody (SKIP LOCKED).
    - Who moves inserts first what he has not yet, then removes the old, and only then writes whole rows where all is
      his already: no insert waits after a removal.
    - An offer to the waiting list is inserted after a removal. It waits for a moment only (`patience`), less than the
      database waits before it looks for deadlocks, and is tried again later.
    Row locks of orders and bookings are taken before (`locks`), and nobody who waits here is waited for there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.utils import OperationalError
from psycopg import Cursor
from psycopg.errors import LockNotAvailable

from sosei.programmes.spaces.models import Block, Booking, Occupancy, Space
from sosei.programmes.spaces.rules_periods import Period, merged, without
from sosei.programmes.spaces.services.placing_sql import (
    INSERT_PIECES,
    LEAVES,
    RESERVE,
    RESERVE_ONE,
    SWEEP,
    TAKE,
)

RESERVE_TERM = timedelta(seconds=60)
"""How long a place waits for the order for which it was taken, should the program be killed in between."""
PATIENCE = "200ms"


class LostError(Exception):
    """Somebody else has the place, or part of it; nothing was taken."""


@dataclass(frozen=True)
class Reserved:
    """What became of a reservation.

    Attributes:
        rows: for each place asked for, by its position, the keys of its rows of `Occupancy`; empty where it was lost.
        order: key of the order that was made with this key before.
        is_twin: the same key is just being used by another request.
    """

    rows: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    order: int | None = None
    is_twin: bool = False

    @property
    def is_taken(self) -> bool:
        """The places are ours."""
        return bool(self.rows)


NEVER = 1_000_000_000
"""Times a statement is sent before the driver prepares it by itself: only those are prepared that ask for it."""
Place = tuple[Space, Period]


@dataclass(frozen=True)
class For:
    """For what a place is taken: exactly one of the three; `until` where it is only held."""

    booking: int | None = None
    block: int | None = None
    waiting: int | None = None
    until: datetime | None = None


def _asked(places: Sequence[Place]) -> dict[str, Any]:
    return {
        "spaces": [space.pk for space, _period in places],
        "starts": [period.start for _space, period in places],
        "ends": [period.end for _space, period in places],
    }


def reserve(*, places: Sequence[Place], key: UUID, now: datetime) -> Reserved:
    """Takes all places for an order that is going to be made with `key`, or none; a transaction of its own.

    Committed at once, so that those who come too late learn it at once, and not when the whole order is written.
    """
    seen = _reserve_one(places[0], key, now) if len(places) == 1 else None
    if seen is not None:
        return seen
    outcome, found = _reserve(places, key, now)
    if outcome == "expired" and sweep(places=places, now=now):
        outcome, found = _reserve(places, key, now)
    return found


def _reserve_one(place: Place, key: UUID, now: datetime) -> Reserved | None:
    """The short way for one space without parts; None where it takes the long one (a hall, a hold that has run out)."""
    values = {"key": key, "now": now, "until": now + RESERVE_TERM}
    # Nothing taken and nobody seen: somebody came at the same moment, and is seen the second time.
    row = _prepared(RESERVE_ONE, place, values) or _prepared(RESERVE_ONE, place, values)
    if row is None:
        return None
    made, is_twin, has_expired, order = row
    if made is not None:
        return Reserved({0: (made,)})
    return None if has_expired and order is None else Reserved(order=order, is_twin=bool(is_twin))


def _prepared(sql: str, place: Place, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """One row of a prepared statement, past Django's own cursor, which prepares none: in a rush that is half the time."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    database.validate_no_broken_transaction()
    raw = database.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = NEVER
    space, period = place
    asked = {"space": space.pk, "begins": period.start, "ends": period.end, **values}
    with database.wrap_database_errors:
        return Cursor(raw).execute(sql, asked, prepare=True).fetchone()


def _reserve(places: Sequence[Place], key: UUID, now: datetime) -> tuple[str, Reserved]:
    with connection.cursor() as cursor:
        cursor.execute(
            RESERVE,
            [
                # Written as the database reads arrays: a list takes the driver longer than the whole answer.
                "{" + ",".join(str(space.pk) for space, _period in places) + "}",
                "{" + ",".join(period.start.isoformat() for _space, period in places) + "}",
                "{" + ",".join(period.end.isoformat() for _space, period in places) + "}",
                str(key),
                (now + RESERVE_TERM).isoformat(),
                now.isoformat(),
            ],
        )
        outcome, order, numbers, keys = cursor.fetchone()
    rows: dict[int, list[int]] = {}
    for place, row in zip(numbers or (), keys or (), strict=True):
        rows.setdefault(place - 1, []).append(row)
    return outcome, Reserved({n: tuple(each) for n, each in rows.items()}, order, outcome == "twin")


def hold_reserved(key: UUID) -> set[int]:
    """Locks what was reserved with a key, in a transaction; another request with the same key waits here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM spaces_occupancy WHERE key = %s ORDER BY id FOR UPDATE", [key])
        return {row[0] for row in cursor.fetchall()}


def give_to(*, rows: Mapping[int, Sequence[int]], bookings: Sequence[Booking], key: UUID) -> None:
    """What was reserved with a key belongs to the bookings of the order now.

    Raises:
        LostError: the reservation has run out, and somebody else came.
    """
    pairs = [(row, booking) for place, booking in enumerate(bookings) for row in rows[place]]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE spaces_occupancy o SET booking_id = n.booking_id, key = NULL, until = n.until "
            "FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS n(id, booking_id, until) "
            "WHERE o.id = n.id AND o.key = %s",
            [
                [row for row, _booking in pairs],
                [booking.pk for _row, booking in pairs],
                [_until(booking) for _row, booking in pairs],
                key,
            ],
        )
        if cursor.rowcount != len(pairs):
            raise LostError


def _until(booking: Booking) -> datetime | None:
    waits = (Booking.State.HELD, Booking.State.REQUESTED)
    return booking.answer_until if booking.state in waits else None


def hand_over(*, waiting: int, booking: Booking) -> None:
    """What was held for somebody on the waiting list belongs to the booking.

    Raises:
        LostError: the hold has run out, and somebody else came.
    """
    expected = leaves([(booking.space, Period(booking.period.lower, booking.period.upper))])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE spaces_occupancy SET booking_id = %s, waiting_id = NULL, until = %s WHERE waiting_id = %s",
            [booking.pk, _until(booking), waiting],
        )
        if cursor.rowcount != len(expected):
            raise LostError


def release(key: UUID) -> None:
    """Gives back what was reserved with a key and did not become an order."""
    Occupancy.objects.filter(key=key).delete()


def take(*, places: Sequence[tuple[Space, Period, For]], patience: bool = False) -> None:
    """Takes all places or none, within the transaction under way.

    Args:
        patience: after a removal: waits for a moment only, then gives up.

    Raises:
        LostError: somebody else has one of them.
    """
    asked = {
        **_asked([(space, period) for space, period, _for in places]),
        "bookings": [one.booking for _space, _period, one in places],
        "blocks": [one.block for _space, _period, one in places],
        "waiting": [one.waiting for _space, _period, one in places],
        "untils": [one.until for _space, _period, one in places],
    }
    with _for_a_moment() if patience else transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, asked)
        leaf_count, taken = cursor.fetchone()
        if taken < leaf_count or not leaf_count:
            raise LostError


@contextmanager
def _for_a_moment() -> Iterator[None]:
    """After a removal: an insert that would have to wait for somebody gives up."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            yield
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise LostError from error


def move(*, wanted: Sequence[tuple[Booking, Space, Period]]) -> None:
    """Gives bookings other places: the new is taken before the old is freed, all or nothing.

    What a booking keeps, or one of the others leaves to it, is no clash. Within the transaction under way, the bookings
    locked.

    Raises:
        LostError: somebody else has one of the new places.
    """
    keys = [booking.pk for booking, _space, _period in wanted]
    old: dict[int, list[Period]] = {}
    for row in Occupancy.objects.filter(booking__in=keys):
        old.setdefault(row.space_id, []).append(Period(row.period.lower, row.period.upper))
    whole = [
        (leaf, period, wanted[place][0])
        for place, leaf, period in leaves([(space, period) for _booking, space, period in wanted])
    ]
    for leaf in {leaf for leaf, _period, _booking in whole}:
        own = [period for one, period, _booking in whole if one == leaf]
        if sum(period.minutes for period in merged(own)) != sum(period.minutes for period in own):
            raise LostError
    pieces = [
        (leaf, piece, booking)
        for leaf, period, booking in whole
        for piece in without([period], old.get(leaf, []))
    ]
    _insert(pieces)
    Occupancy.objects.filter(booking__in=keys).delete()
    _insert(whole)


def _insert(rows: Sequence[tuple[int, Period, Booking]]) -> None:
    if not rows:
        return
    pieces = [(leaf, period, For(booking.pk, until=_until(booking))) for leaf, period, booking in rows]
    if _insert_pieces(rows[0][2].municipality_id, pieces) != len(rows):
        raise LostError


def _insert_pieces(town: int, pieces: Sequence[tuple[int, Period, For]]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_PIECES,
            {
                "town": town,
                "spaces": [leaf for leaf, _period, _one in pieces],
                "starts": [period.start for _leaf, period, _one in pieces],
                "ends": [period.end for _leaf, period, _one in pieces],
                "bookings": [one.booking for _leaf, _period, one in pieces],
                "blocks": [one.block for _leaf, _period, one in pieces],
                "untils": [one.until for _leaf, _period, one in pieces],
            },
        )
        return int(cursor.rowcount)


def close(*, blocks: Sequence[Block]) -> list[Period]:
    """Takes for blocks of one space what is free of their times, without buffers; what is taken stays so, and is returned.

    Within the transaction under way, which inserts nothing else.
    """
    keys = leaves_of(blocks[0].space)
    within = Period(min(one.period.lower for one in blocks), max(one.period.upper for one in blocks))
    there = _there(keys, within)
    pieces = [
        (leaf, piece, For(block=one.pk))
        for one in blocks
        for leaf in keys
        for piece in without([Period(one.period.lower, one.period.upper)], there.get(leaf, []))
    ]
    if _insert_pieces(blocks[0].municipality_id, pieces) != len(pieces):
        there = _there(keys, within, [one.pk for one in blocks])
    wanted = [Period(one.period.lower, one.period.upper) for one in blocks]
    taken = merged(each for found in there.values() for each in found)
    return [each for each in taken if any(each.overlaps(one) for one in wanted)]


def _there(keys: Sequence[int], within: Period, but: Sequence[int] = ()) -> dict[int, list[Period]]:
    rows = Occupancy.objects.filter(space__in=keys, period__overlap=(within.start, within.end))
    found: dict[int, list[Period]] = {}
    for row in rows.exclude(block__in=but) if but else rows:
        found.setdefault(row.space_id, []).append(Period(row.period.lower, row.period.upper))
    return found


def keep(*, booking: Booking, now: datetime) -> None:
    """A hold becomes firm; one that ran out is taken anew. Within the transaction under way, the booking locked.

    Raises:
        LostError: somebody else has the place by now.
    """
    place = (booking.space, Period(booking.period.lower, booking.period.upper))
    if _keep(booking) == len(leaves([place])):
        return
    try:
        with transaction.atomic():
            move(wanted=[(booking, *place)])
    except LostError:
        if not sweep(places=[place], now=now):
            raise
        with _for_a_moment():
            move(wanted=[(booking, *place)])
    _keep(booking)


def _keep(booking: Booking) -> int:
    return int(Occupancy.objects.filter(booking=booking).update(until=None))


def free(*, bookings: Iterable[int] = (), blocks: Iterable[int] = (), waiting: Iterable[int] = ()) -> None:
    """What these took is free again when the transaction under way is complete."""
    for column, keys in (("booking", bookings), ("block", blocks), ("waiting", waiting)):
        wanted = sorted(keys)
        if wanted:
            Occupancy.objects.filter(**{f"{column}__in": wanted}).delete()


def sweep(*, places: Sequence[Place], now: datetime) -> int:
    """Removes holds that have run out from where these places lie; waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(SWEEP, {**_asked(places), "now": now})
        return int(cursor.rowcount)


def sweep_reserved(now: datetime) -> int:
    """Removes reservations that never became an order."""
    return int(Occupancy.objects.filter(key__isnull=False, until__lte=now).delete()[0])


def leaves(places: Sequence[Place]) -> list[tuple[int, int, Period]]:
    """What places come to: position, smallest space, time with the buffers of the space that was asked for."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVES, _asked(places))
        return [(place - 1, leaf, Period(time.lower, time.upper)) for place, leaf, time in cursor.fetchall()]


def leaves_of(space: Space) -> list[int]:
    """Keys of the smallest spaces that a space consists of; its own where it has no parts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE tree AS (SELECT %s::bigint AS id UNION ALL "
            "SELECT p.id FROM tree t JOIN spaces_space p ON p.parent_id = t.id) "
            "SELECT id FROM tree WHERE NOT EXISTS (SELECT FROM spaces_space p WHERE p.parent_id = tree.id) ORDER BY id",
            [space.pk],
        )
        return [row[0] for row in cursor.fetchall()]
