"""Names beside entries and messages: whoever may see a row may read who takes part in it.

The row-level policies of persons hold back whom the reader does not serve, such as the member of staff who did
something for a citizen who now reads it. A join would show nobody in that place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sosei.core.people import tenancy
from sosei.core.people.models import Person


def attach_people(rows: Sequence[Any], *fields: str) -> None:
    """Reads the persons of these foreign keys for all rows at once; the rows' visibility was asked before."""
    keys = {getattr(row, f"{field}_id") for row in rows for field in fields} - {None}
    if not keys:
        return
    with tenancy.unguarded():
        found = Person.objects.in_bulk(keys)
    for row in rows:
        for field in fields:
            key = getattr(row, f"{field}_id")
            row._meta.get_field(field).set_cached_value(row, found[key] if key is not None else None)


def person_of(row: Any, field: str) -> Person | None:
    """The person of one row's foreign key, read unless it was already."""
    if getattr(row, f"{field}_id") is None:
        return None
    if not row._meta.get_field(field).is_cached(row):
        attach_people([row], field)
    person: Person = getattr(row, field)
    return person
