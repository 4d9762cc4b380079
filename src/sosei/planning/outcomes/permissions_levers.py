"""Who may do what with levers, targets and shares."""

from __future__ import annotations

from typing import Any

from sosei.core.people.permissions import Predicate, anybody, nobody
from sosei.planning.strategy.permissions import can_plan_part, can_see_part, plans_for


def can_plan_loop(user: Any, target: Any) -> bool:
    """Planners of the town."""
    return plans_for(user, target.municipality_id)


def can_see_share(user: Any, target: Any) -> bool:
    """Who sees the package."""
    return can_see_part(user, target.package)


def can_plan_share(user: Any, target: Any) -> bool:
    """Planners of the package's town."""
    return can_plan_part(user, target.package)


_OF_TOWN: dict[str, Predicate] = {
    "view": anybody,
    "add": can_plan_loop,
    "change": can_plan_loop,
    "delete": nobody,
}
PERMISSIONS_LEVERS: dict[str, dict[str, Predicate]] = {
    "lever": _OF_TOWN,
    "gaptarget": _OF_TOWN,
    "gapshare": {"view": can_see_share, "add": can_plan_share, "change": can_plan_share, "delete": nobody},
}
TRACKED_LEVERS = frozenset({"lever", "gaptarget", "gapshare"})
