"""Who may see a population vision, and whom its addresses are for."""

from __future__ import annotations

from typing import Any

from sosei.core.people import addresses
from sosei.core.people.addresses import EVERYBODY
from sosei.core.people.permissions import anybody, nobody, register


def can_see_vision(user: Any, area: Any) -> bool:
    """A population vision rests on published statistics and is itself published: everyone may see it."""
    return True


READ_BY_ALL = {"view": anybody, "add": nobody, "change": nobody, "delete": nobody}
"""Published statistics and what is computed from them; written by the commands of this room alone."""

PERMISSIONS = dict.fromkeys(
    (
        "area",
        "importbatch",
        "observation",
        "observationcell",
        "vitalstatistic",
        "publishedfigure",
        "assumptionset",
        "scenario",
        "projectionrun",
        "projectioncell",
        "boundary",
        "nationalrun",
        "nationalfigure",
        "nationalanswer",
        "officialcomparison",
    ),
    READ_BY_ALL,
)

ADDRESSES = {
    "area": EVERYBODY,
    "vision": EVERYBODY,
    "what-if": EVERYBODY,
    "what-if-file": EVERYBODY,
    "figure-file": EVERYBODY,
    "table-file": EVERYBODY,
    "nation": EVERYBODY,
    "nation-file": EVERYBODY,
    "nation-compare": EVERYBODY,
    "nation-compare-file": EVERYBODY,
}

register("population", PERMISSIONS)
addresses.register("population", ADDRESSES)
