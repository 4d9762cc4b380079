"""Who may do what with facts, imports and feeds: predicates, registered once, asked by views and services.

`view` agrees with `visible_to` of the same table; a test compares the two for every table and kind of user.
"""

from __future__ import annotations

from typing import Any

import rules as permission_rules

from sosei.core.people import roles
from sosei.core.people.permissions import Predicate, nobody, register, serves_town_of
from sosei.core.people.standing import standing_of
from sosei.planning.outcomes.permissions_levers import PERMISSIONS_LEVERS, TRACKED_LEVERS


def can_enter_fact(user: Any, target: Any) -> bool:
    """Programme staff of the town."""
    return standing_of(user).holds(roles.PROGRAMME_STAFF, target.municipality_id)


def can_withdraw_fact(user: Any, target: Any) -> bool:
    """Programme staff of the town, what was entered or imported; what a programme recorded is withdrawn there."""
    return target.origin != target.Origin.PROGRAMME and can_enter_fact(user, target)


def can_define_feed(user: Any, target: Any) -> bool:
    """Planners of the town."""
    return standing_of(user).holds(roles.PLANNER, target.municipality_id)


KEPT_BY_SERVICES: dict[str, Predicate] = {
    "view": serves_town_of,
    "add": nobody,
    "change": nobody,
    "delete": nobody,
}
PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "fact": {"view": serves_town_of, "add": can_enter_fact, "change": nobody, "delete": nobody},
    "factimport": {"view": serves_town_of, "add": can_enter_fact, "change": nobody, "delete": nobody},
    "feed": {
        "view": serves_town_of,
        "add": can_define_feed,
        "change": can_define_feed,
        "delete": nobody,
    },
    "feedtotal": KEPT_BY_SERVICES,
    "feedkey": KEPT_BY_SERVICES,
    "feedpoint": KEPT_BY_SERVICES,
    "feedpending": KEPT_BY_SERVICES,
    **PERMISSIONS_LEVERS,
}
"""Table -> action -> predicate(user, row); `add` is asked with the row as it would be."""
TRACKED = frozenset({"feed"}) | TRACKED_LEVERS

register("outcomes", PERMISSIONS, TRACKED)
permission_rules.add_perm("outcomes.withdraw_fact", can_withdraw_fact)
