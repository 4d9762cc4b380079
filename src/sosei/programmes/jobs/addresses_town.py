"""Whom the town's overview of seasonal work is for, and its records of free placement."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import office

_OVERVIEW = office(roles.PLANNER, *roles.SEES_PERSONAL_DATA)
_RECORDS = office(*roles.SEES_PERSONAL_DATA)

ADDRESSES = {
    "town": _OVERVIEW,
    "town-file": _OVERVIEW,
    "records-openings": _RECORDS,
    "records-openings-file": _RECORDS,
    "records-seekers": _RECORDS,
    "records-seekers-file": _RECORDS,
    "records-placements": _RECORDS,
    "records-placements-file": _RECORDS,
    "placement-report": _RECORDS,
    "placement-report-file": _RECORDS,
}

addresses.register("jobs", ADDRESSES)
