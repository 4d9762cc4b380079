"""Who may do what with campaigns: planners lead them, KPI owners answer for their department."""

from __future__ import annotations

from typing import Any

from sosei.core.people import roles
from sosei.core.people.permissions import Predicate, nobody, register
from sosei.core.people.standing import standing_of
from sosei.planning.strategy.permissions import can_plan_part
from sosei.planning.strategy.querysets_campaigns import SEES_ALL_ASKS


def can_see_campaign(user: Any, target: Any) -> bool:
    """The town's staff."""
    return target.strategy.municipality_id in standing_of(user).towns_as(roles.TOWN_STAFF)


def can_drop_campaign(user: Any, target: Any) -> bool:
    """Planners, as long as no department was asked."""
    return target.state == "draft" and can_plan_part(user, target)


def owns_ask(user: Any, ask: Any) -> bool:
    """KPI owner of the department that is asked."""
    return ask.department_id in standing_of(user).organisations_as({roles.KPI_OWNER})


def can_see_ask(user: Any, target: Any) -> bool:
    """Planners and readers of the whole town, and the department's KPI owners."""
    return target.strategy.municipality_id in standing_of(user).towns_as(SEES_ALL_ASKS) or owns_ask(
        user, target
    )


def can_answer(user: Any, target: Any) -> bool:
    """Planners of the town, and the department's KPI owners."""
    return can_plan_part(user, target) or owns_ask(user, target)


def _can_see_of_ask(user: Any, target: Any) -> bool:
    return can_see_ask(user, target.ask)


def _can_change_answer(user: Any, target: Any) -> bool:
    return can_answer(user, target.ask)


PLANNERS_WORK: dict[str, Predicate] = {
    "view": can_plan_part,
    "add": can_plan_part,
    "change": can_plan_part,
    "delete": nobody,
}
PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "campaign": {
        "view": can_see_campaign,
        "add": can_plan_part,
        "change": can_plan_part,
        "delete": can_drop_campaign,
    },
    "ask": {"view": can_see_ask, "add": can_plan_part, "change": can_answer, "delete": nobody},
    "asklink": {"view": _can_see_of_ask, "add": can_plan_part, "change": can_plan_part, "delete": nobody},
    "answer": {"view": _can_see_of_ask, "add": can_plan_part, "change": _can_change_answer, "delete": nobody},
    "sheetlayout": {**PLANNERS_WORK, "delete": can_plan_part},
    "valueimport": PLANNERS_WORK,
}
TRACKED = frozenset({"campaign", "ask", "sheetlayout"})

register("strategy", PERMISSIONS, TRACKED)
