"""The only row locks of keys: a booking's order (`locks`), then the locks on its doors; who speaks to one is alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from sosei.programmes.spaces.models import CalendarFeed, Lock

_SPEAKING, _READING = 0x4B455953, 0x4943414C
"""Classes of advisory locks: speaking to a lock, reading a calendar."""


def lock_locks(keys: Iterable[int]) -> dict[int, Lock]:
    """Locks, in the order of their keys: codes of a door are made by one at a time."""
    rows = Lock.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(keys)).order_by("pk")
    return {one.pk: one for one in rows.select_related("municipality", "host", "space")}


def lock_feed(key: int) -> CalendarFeed:
    """One calendar that is read.

    Raises:
        CalendarFeed.DoesNotExist: no such calendar.
    """
    rows = CalendarFeed.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("municipality", "host", "space").get(pk=key)  # type: ignore[no-any-return]


@contextmanager
def speaking_to(lock_key: int) -> Iterator[bool]:
    """Whether one has the lock on the door to oneself; held without a transaction, gone with the connection."""
    yield from _alone(_SPEAKING, lock_key)


@contextmanager
def reading(feed_key: int) -> Iterator[bool]:
    """Whether one has the calendar to oneself; held without a transaction, gone with the connection."""
    yield from _alone(_READING, feed_key)


def _alone(kind: int, key: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, key])
        (held,) = cursor.fetchone()
    try:
        yield bool(held)
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, key])
