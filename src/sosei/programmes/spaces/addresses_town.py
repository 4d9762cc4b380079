"""Whom the town's overview of its spaces is for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import office

_OVERVIEW = office(roles.PLANNER, *roles.SEES_PERSONAL_DATA)

ADDRESSES = {"town": _OVERVIEW, "town-file": _OVERVIEW}

addresses.register("spaces", ADDRESSES)
