"""Who may do what with strategies, KPIs and their years: predicates, registered once, asked by views and services.

`view` agrees with `visible_to` of the same table; a test compares the two for every table and kind of user.
"""

from __future__ import annotations

from typing import Any

from sosei.core.people import roles
from sosei.core.people.permissions import Predicate, anybody, nobody, register
from sosei.core.people.standing import standing_of
from sosei.planning.strategy.querysets import SEES_DRAFTS


def works_on_strategy_of(user: Any, municipality: int) -> bool:
    """Sees what the town has not published."""
    return municipality in standing_of(user).towns_as(SEES_DRAFTS)


def plans_for(user: Any, municipality: int) -> bool:
    """Planner of the town."""
    return standing_of(user).holds(roles.PLANNER, municipality)


def can_see_strategy(user: Any, target: Any) -> bool:
    """Published, or of a town whose strategies one works on."""
    return target.published_at is not None or works_on_strategy_of(user, target.municipality_id)


def can_plan_strategy(user: Any, target: Any) -> bool:
    """Planners of the town."""
    return plans_for(user, target.municipality_id)


def can_drop_strategy(user: Any, target: Any) -> bool:
    """Planners, as long as it is a draft."""
    return target.published_at is None and can_plan_strategy(user, target)


def can_see_part(user: Any, target: Any) -> bool:
    """Who sees the strategy."""
    return can_see_strategy(user, target.strategy)


def can_see_work(user: Any, target: Any) -> bool:
    """Who works on the town's strategies."""
    return works_on_strategy_of(user, target.strategy.municipality_id)


def can_plan_part(user: Any, target: Any) -> bool:
    """Planners of the town."""
    return can_plan_strategy(user, target.strategy)


def can_drop_part(user: Any, target: Any) -> bool:
    """Planners, as long as the strategy is a draft."""
    return can_drop_strategy(user, target.strategy)


def can_see_year(user: Any, target: Any) -> bool:
    """The year is published, or one works on the town's strategies."""
    strategy = target.strategy
    through = strategy.published_through
    published = strategy.published_at is not None and through is not None and target.reported_in <= through
    return published or works_on_strategy_of(user, strategy.municipality_id)


def owns_kpi(user: Any, kpi: Any) -> bool:
    """KPI owner of the department in charge."""
    return kpi.department_id is not None and kpi.department_id in standing_of(user).organisations_as(
        {roles.KPI_OWNER}
    )


def can_report(user: Any, target: Any) -> bool:
    """Planners of the town, and the KPI owners of the department in charge."""
    return can_plan_part(user, target) or owns_kpi(user, target.kpi)


def can_plan_rule(user: Any, target: Any) -> bool:
    """Planners of the town."""
    return plans_for(user, target.municipality_id)


READ_BY_ALL: dict[str, Predicate] = {"view": anybody, "add": nobody, "change": nobody, "delete": nobody}
PART: dict[str, Predicate] = {
    "view": can_see_part,
    "add": can_plan_part,
    "change": can_plan_part,
    "delete": can_drop_part,
}
LOOSE_PART: dict[str, Predicate] = {**PART, "delete": can_plan_part}
"""What a planner may also take away again from a published strategy; the history keeps it."""
DECISION: dict[str, Predicate] = {
    "view": can_see_year,
    "add": can_plan_part,
    "change": nobody,
    "delete": nobody,
}

PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "nationalframework": READ_BY_ALL,
    "grantprogramme": READ_BY_ALL,
    "judgementrule": {"view": anybody, "add": can_plan_rule, "change": nobody, "delete": nobody},
    "strategy": {
        "view": can_see_strategy,
        "add": can_plan_strategy,
        "change": can_plan_strategy,
        "delete": can_drop_strategy,
    },
    "basicgoal": PART,
    "promotionmodel": PART,
    "policypackage": PART,
    "lineage": LOOSE_PART,
    "formationstep": LOOSE_PART,
    "measure": PART,
    "promotiontag": LOOSE_PART,
    "measurepartner": LOOSE_PART,
    "measurebudget": LOOSE_PART,
    "action": LOOSE_PART,
    "kpi": PART,
    "kpitarget": LOOSE_PART,
    "kpiactual": {"view": can_see_year, "add": can_report, "change": nobody, "delete": nobody},
    "valuechoice": DECISION,
    "overrule": DECISION,
}
"""Table -> action -> predicate(user, row); `add` is asked with the row as it would be."""

TRACKED = frozenset(
    {
        "judgementrule",
        "strategy",
        "basicgoal",
        "promotionmodel",
        "policypackage",
        "measure",
        "measurepartner",
        "measurebudget",
        "action",
        "kpi",
        "kpitarget",
    }
)

register("strategy", PERMISSIONS, TRACKED)
