"""Which rows of a strategy the web role reaches: those of published strategies, and of the towns one works for."""

from __future__ import annotations

from sosei.core.people.row_security import Policy, in_my_reviews, in_my_towns, register
from sosei.planning.strategy.permissions import TRACKED

WORKS_HERE = f"({in_my_towns()} OR {in_my_reviews()})"
_STRATEGY = f"published_at IS NOT NULL OR {WORKS_HERE}"


def of_strategy(table: str) -> Policy:
    """Rows of the strategies that the policy of strategies lets through; written by those who work there."""
    seen = f"EXISTS (SELECT 1 FROM strategy_strategy s WHERE s.id = {table}.strategy_id)"
    return Policy(table, seen, _mine(table))


def of_year(table: str) -> Policy:
    """As `of_strategy`, and of the years that were published only."""
    seen = (
        f"EXISTS (SELECT 1 FROM strategy_strategy s WHERE s.id = {table}.strategy_id "
        f"AND ((s.published_at IS NOT NULL AND {table}.reported_in <= s.published_through) "
        f"OR {_works('s')}))"
    )
    return Policy(table, seen, _mine(table))


def of_work(table: str) -> Policy:
    """Rows that only those reach who work on the town's strategies."""
    return Policy(table, _mine(table))


def _works(alias: str) -> str:
    column = f"{alias}.municipality_id"
    return f"({in_my_towns(column)} OR {in_my_reviews(column)})"


def _mine(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM strategy_strategy s WHERE s.id = {table}.strategy_id AND {_works('s')})"


_PARTS = (
    "basicgoal",
    "promotionmodel",
    "policypackage",
    "lineage",
    "formationstep",
    "measure",
    "promotiontag",
    "measurepartner",
    "measurebudget",
    "action",
    "kpi",
    "kpitarget",
)

POLICIES = [
    Policy("strategy_strategy", _STRATEGY, WORKS_HERE),
    Policy(
        "strategy_strategyevent",
        "EXISTS (SELECT 1 FROM strategy_strategy s WHERE s.id = strategy_strategyevent.pgh_obj_id)",
        WORKS_HERE,
    ),
    # By which rule a town judges itself is public.
    *(Policy(f"strategy_judgementrule{event}", "true", in_my_towns()) for event in ("", "event")),
    *(of_strategy(f"strategy_{name}") for name in _PARTS),
    *(of_strategy(f"strategy_{name}event") for name in _PARTS if name in TRACKED),
    *(of_year(f"strategy_{name}") for name in ("kpiactual", "valuechoice", "overrule")),
]
PUBLIC = frozenset(
    {
        "strategy_nationalframework",
        "strategy_grantprogramme",
    }
)
"""Reference tables of the nation."""

register(POLICIES)
