"""Whom the addresses of the strategy's structure are for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, office

_PLANNERS = office(roles.PLANNER)

ADDRESSES = {
    "current": EVERYBODY,
    "strategy": EVERYBODY,
    "structure-file": EVERYBODY,
    "package": EVERYBODY,
    "measure": EVERYBODY,
    "promotion-model": EVERYBODY,
    "lineage": EVERYBODY,
    "lineage-file": EVERYBODY,
    "formation": EVERYBODY,
    "strategies-office": office(),
    "strategy-new": _PLANNERS,
    "structure-edit": _PLANNERS,
    "strategy-change": _PLANNERS,
    "strategy-publish": _PLANNERS,
    "strategy-drop": _PLANNERS,
    "part-new": _PLANNERS,
    "part-change": _PLANNERS,
    "part-remove": _PLANNERS,
    "part-move": _PLANNERS,
    "part-put-back": _PLANNERS,
    "measure-end": _PLANNERS,
    "measure-resume": _PLANNERS,
    "lineage-complete": _PLANNERS,
}

addresses.register("strategy", ADDRESSES)
