"""Whom the addresses of the harvest calendar are for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, office

_KEEPERS = office(roles.PROGRAMME_STAFF, roles.PLANNER)

ADDRESSES = {
    "calendar": EVERYBODY,
    "calendar-file": EVERYBODY,
    "calendar-office": _KEEPERS,
    "calendar-needs-file": _KEEPERS,
    "crop-new": _KEEPERS,
    "crop": _KEEPERS,
    "crop-remove": _KEEPERS,
}

addresses.register("jobs", ADDRESSES)
