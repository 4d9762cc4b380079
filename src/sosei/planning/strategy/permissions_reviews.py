"""Who may do what with yearly reviews: planners lead them, departments evaluate, experts comment, everybody reads."""

from __future__ import annotations

from typing import Any

from sosei.core.people import roles
from sosei.core.people.permissions import Predicate, nobody, register
from sosei.core.people.standing import standing_of
from sosei.planning.strategy.permissions import can_plan_part, can_see_part, can_see_work


def can_see_review(user: Any, target: Any) -> bool:
    """Published, or one works on the town's strategies."""
    return (target.published_at is not None and can_see_part(user, target)) or can_see_work(user, target)


def can_see_frozen(user: Any, target: Any) -> bool:
    """Who sees the review."""
    return can_see_review(user, target.review)


def can_see_frozen_change(user: Any, target: Any) -> bool:
    """The improvement plan is published, or one works on the town's strategies."""
    published = target.review.plan_published_at is not None and can_see_part(user, target)
    return published or can_see_work(user, target)


def departments_of(target: Any) -> set[int]:
    """Keys of the departments that evaluate a measure or package: its own, else those of its KPIs."""
    own = getattr(target, "department_id", None)
    if own is not None:
        return {own}
    return {
        kpi.department_id
        for kpi in target.kpis.all()
        if kpi.department_id is not None and kpi.ended_on is None
    }


def can_evaluate(user: Any, target: Any) -> bool:
    """Planners of the town, and KPI owners of a department that evaluates the measure or package."""
    if can_plan_part(user, target):
        return True
    mine = standing_of(user).organisations_as({roles.KPI_OWNER})
    return bool(mine) and bool(mine & departments_of(target))


def can_write_evaluation(user: Any, target: Any) -> bool:
    """As `can_evaluate`, of the measure or package it is about."""
    return can_evaluate(user, target.measure or target.package)


def reviews_for(user: Any, municipality: int) -> bool:
    """External expert of the town."""
    return standing_of(user).holds(roles.REVIEWER, municipality)


def is_own_comment(user: Any, target: Any) -> bool:
    """The expert who writes it, as long as he is one."""
    standing = standing_of(user)
    return (
        standing.person is not None
        and standing.person == target.author_id
        and standing.holds(roles.REVIEWER, target.strategy.municipality_id)
    )


def can_write_comment(user: Any, target: Any) -> bool:
    """The expert who wrote it; planners answer it."""
    return is_own_comment(user, target) or can_plan_part(user, target)


def is_own_part(user: Any, target: Any) -> bool:
    """The expert himself."""
    standing = standing_of(user)
    return (
        standing.person is not None
        and standing.person == target.person_id
        and standing.holds(roles.REVIEWER, target.strategy.municipality_id)
    )


def can_keep_expert(user: Any, target: Any) -> bool:
    """The expert himself, and planners of the town."""
    return is_own_part(user, target) or can_plan_part(user, target)


FROZEN: dict[str, Predicate] = {
    "view": can_see_frozen,
    "add": can_plan_part,
    "change": nobody,
    "delete": nobody,
}
PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "review": {"view": can_see_review, "add": can_plan_part, "change": can_plan_part, "delete": nobody},
    "reviewstage": {"view": can_see_work, "add": can_plan_part, "change": can_plan_part, "delete": nobody},
    "stagemove": {"view": can_see_work, "add": can_plan_part, "change": nobody, "delete": nobody},
    "evaluation": {
        "view": can_see_work,
        "add": can_write_evaluation,
        "change": can_write_evaluation,
        "delete": nobody,
    },
    "reviewexpert": {
        "view": can_see_work,
        "add": can_keep_expert,
        "change": can_keep_expert,
        "delete": nobody,
    },
    "expertcomment": {
        "view": can_see_work,
        "add": is_own_comment,
        "change": can_write_comment,
        "delete": nobody,
    },
    "change": {"view": can_see_work, "add": can_plan_part, "change": can_plan_part, "delete": can_plan_part},
    "frozenreport": FROZEN,
    "frozenpart": FROZEN,
    "frozenline": FROZEN,
    "frozencomment": FROZEN,
    "frozenchange": {**FROZEN, "view": can_see_frozen_change},
}
"""Table -> action -> predicate(user, row); `add` is asked with the row as it would be."""
TRACKED = frozenset({"review", "evaluation", "expertcomment", "change"})

register("strategy", PERMISSIONS, TRACKED)
