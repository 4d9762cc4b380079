"""Which rows of reviews the web role reaches: published ones, and all of the towns for whose strategies one works."""

from __future__ import annotations

from sosei.core.people.row_security import Policy, register
from sosei.planning.strategy.row_security import of_work

_WRITTEN = of_work("{table}").condition


def _of_review(table: str, review: str, column: str) -> Policy:
    seen = (
        f"EXISTS (SELECT 1 FROM strategy_review r JOIN strategy_strategy s ON s.id = r.strategy_id "  # noqa: S608
        f"WHERE r.id = {table}.{review} AND s.published_at IS NOT NULL AND r.{column} IS NOT NULL)"
    )
    written = _WRITTEN.format(table=table)
    return Policy(table, f"{seen} OR {written}", written)


_PUBLISHED = (
    "published_at IS NOT NULL AND EXISTS (SELECT 1 FROM strategy_strategy s "
    "WHERE s.id = strategy_review.strategy_id AND s.published_at IS NOT NULL)"
)

POLICIES = [
    Policy(
        "strategy_review",
        f"({_PUBLISHED}) OR {_WRITTEN.format(table='strategy_review')}",
        _WRITTEN.format(table="strategy_review"),
    ),
    _of_review("strategy_reviewevent", "pgh_obj_id", "published_at"),
    *(
        of_work(f"strategy_{name}")
        for name in (
            "reviewstage",
            "stagemove",
            "evaluation",
            "evaluationevent",
            "reviewexpert",
            "expertcomment",
            "expertcommentevent",
            "change",
            "changeevent",
        )
    ),
    *(
        _of_review(f"strategy_{name}", "review_id", "published_at")
        for name in ("frozenreport", "frozenpart", "frozenline", "frozencomment")
    ),
    _of_review("strategy_frozenchange", "review_id", "plan_published_at"),
]

register(POLICIES)
