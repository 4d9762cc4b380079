"""Records that staff saw somebody's personal data."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from sosei.core.people.models import Look, Municipality, Person, ProxySession

# One statement that builds no rows in Python: a list of 25 is opened all day.
_INSERT = f"""
    INSERT INTO {Look._meta.db_table} (staff_id, person_id, municipality_id, what, purpose, at)
    SELECT %s, unnest(%s::bigint[]), %s::bigint, %s, %s, %s
"""


def record_look(
    *,
    staff: Person,
    person: Person,
    what: str,
    municipality: Municipality | None = None,
    purpose: str = "",
    proxy_session: ProxySession | None = None,
) -> Look | None:
    """Leaves a look; None where somebody looks at their own data, which nobody needs to account for."""
    if staff.pk == person.pk:
        return None
    return Look.objects.create(
        staff=staff,
        person=person,
        municipality=municipality,
        what=what,
        purpose=purpose,
        proxy_session=proxy_session,
        at=timezone.now(),
    )


def record_looks(
    *,
    staff: Person,
    persons: Iterable[int],
    what: str,
    municipality: Municipality | None = None,
    purpose: str = "",
) -> int:
    """Leaves one look a person for a list on the screen, all in one statement.

    Args:
        persons: keys of the persons shown.

    Returns:
        How many looks were left; one's own row in a list is none.
    """
    keys = [key for key in persons if key != staff.pk]
    if keys:
        values = (staff.pk, keys, municipality.pk if municipality else None, what, purpose, timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, values)
    return len(keys)
