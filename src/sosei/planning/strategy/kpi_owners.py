"""How many people report for a department."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sosei.core.people import roles, tenancy
from sosei.core.people.models import Membership


def owners_of(department: int | None) -> int:
    """How many people report for a department."""
    return owners_by_department([department])[department] if department is not None else 0


def owners_by_department(departments: Iterable[int | None]) -> defaultdict[int, int]:
    """Department -> how many KPI owners hold the role there; a number and no names, so everybody may know."""
    wanted = {key for key in departments if key is not None}
    found: defaultdict[int, int] = defaultdict(int)
    if not wanted:
        return found
    with tenancy.unguarded():
        held = Membership.objects.held().filter(role=roles.KPI_OWNER, organisation__in=wanted)
        for key in held.values_list("organisation_id", flat=True):
            found[key] += 1
    return found
