"""Halls and their rooms: when a hall can get a room, and what the room takes over; entries about spaces."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.locks_listings import lock_hall
from sosei.programmes.spaces.models import Host, OpeningHour, Space

_TAKE_OVER = """
INSERT INTO spaces_occupancy (municipality_id, space_id, period, booking_id, block_id, waiting_id, until)
SELECT DISTINCT o.municipality_id, %(room)s::bigint, o.period, o.booking_id, o.block_id, o.waiting_id, o.until
FROM spaces_occupancy o
LEFT JOIN spaces_booking b ON b.id = o.booking_id
LEFT JOIN spaces_block k ON k.id = o.block_id
LEFT JOIN spaces_waitingentry w ON w.id = o.waiting_id
WHERE upper(o.period) > now() AND coalesce(b.space_id, k.space_id, w.space_id) = %(hall)s
"""


def ready_for_rooms(hall: Space, host: Host) -> Space:
    """The hall, locked, when it can get a room.

    Raises:
        ListingError: another host's, a room itself, or published (bookings would come between).
    """
    held = lock_hall(hall.pk)
    if held.host_id != host.pk:
        raise ListingError(_("ほかの人のホールには、部屋を加えられません。"))
    if held.parent_id is not None:
        raise ListingError(_("「%(name)s」は部屋なので、その中に部屋は作れません。") % {"name": held})
    if held.is_published:
        raise ListingError(
            _(
                "「%(name)s」は公開中です。部屋を加える間に予約が重ならないように、先に受け付けを止めてください。"
                "もうある予約はそのままです。"
            )
            % {"name": held}
        )
    return held


def copy_hours(source: Space, target: Space) -> None:
    """The same opening and bookable hours for another space."""
    rows = [
        OpeningHour(
            municipality=target.municipality,
            host=target.host,
            space=target,
            kind=row.kind,
            day=row.day,
            opens=row.opens,
            closes=row.closes,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in source.hours.all()
    ]
    OpeningHour.objects.bulk_create(rows)


def take_over_what_is_taken(hall: Space, room: Space) -> None:
    """What was booked of the hall before is taken in the new room as well: the hall has no other place for it."""
    with tenancy.unguarded(), connection.cursor() as cursor:
        cursor.execute(_TAKE_OVER, {"room": room.pk, "hall": hall.pk})


def record_space(verb: str, space: Space, actor: Person, *, reason: str = "", **data: Any) -> None:
    """An entry about a space, with the verb `space.<verb>`."""
    write_entry(
        actor=actor,
        verb=f"space.{verb}",
        subject=space,
        municipality=space.municipality,
        reason=reason,
        data={"space": space.name, **data},
    )
