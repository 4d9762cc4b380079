"""Whom the addresses of rules of judgement are for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import office

_PLANNERS = office(roles.PLANNER)
_WORKERS = office()

ADDRESSES = {
    "rules": _WORKERS,
    "rule-preset": _PLANNERS,
    "rule-own": _PLANNERS,
    "status": _WORKERS,
    "monitoring": _WORKERS,
}

addresses.register("strategy", ADDRESSES)
