"""Whom the addresses of the loop are for."""

from __future__ import annotations

from sosei.core.people import roles
from sosei.core.people.addresses import EVERYBODY, office, register

ADDRESSES = {
    "loop": EVERYBODY,
    "loop-file": EVERYBODY,
    "lever-settled": office(roles.PLANNER),
    "lever-fertility": office(roles.PLANNER),
    "gap-target": office(roles.PLANNER),
    "gap-shares": office(roles.PLANNER),
}

register("outcomes", ADDRESSES)
