"""Row locks of hosts and spaces while they are registered, decided or changed; taken in this order, by key."""

from __future__ import annotations

from django.db import connection

from sosei.programmes.spaces.models import Host, Space


def lock_registrations(person: int) -> None:
    """Until the transaction ends, no other registration of this person counts its waiting ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"spaces.host:{person}"])


def lock_host(key: int) -> Host:
    """One host: two of the town's staff decide one after the other.

    Raises:
        Host.DoesNotExist: no such host.
    """
    found: Host = (
        Host.objects.select_for_update(of=("self",), no_key=True).select_related("municipality").get(pk=key)
    )
    return found


def lock_space(key: int) -> Space:
    """One space, to decide or change it; bookings go on.

    Raises:
        Space.DoesNotExist: no such space.
    """
    found: Space = (
        Space.objects.select_for_update(of=("self",), no_key=True)
        .select_related("municipality", "host", "parent", "ladder")
        .get(pk=key)
    )
    return found


def lock_hall(key: int) -> Space:
    """A hall that gets or loses a room: nothing that names it is booked meanwhile.

    Raises:
        Space.DoesNotExist: no such space.
    """
    found: Space = (
        Space.objects.select_for_update(of=("self",)).select_related("municipality", "host").get(pk=key)
    )
    return found
