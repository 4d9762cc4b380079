"""Which rows of levers, targets and shares the web role reaches; written by the town's own people alone."""

from __future__ import annotations

from sosei.core.people.row_security import Policy, in_my_towns

_PACKAGE = "EXISTS (SELECT 1 FROM strategy_policypackage p WHERE p.id = {table}.package_id)"
_MINE = (
    "EXISTS (SELECT 1 FROM strategy_policypackage p JOIN strategy_strategy s ON s.id = p.strategy_id "
    "WHERE p.id = {table}.package_id AND {works})"
)


def _of_package(table: str) -> Policy:
    works = in_my_towns("s.municipality_id")
    return Policy(table, _PACKAGE.format(table=table), _MINE.format(table=table, works=works))


POLICIES_LEVERS = [
    *(
        Policy(f"outcomes_{name}", "true", in_my_towns())
        for name in ("lever", "leverevent", "gaptarget", "gaptargetevent")
    ),
    _of_package("outcomes_gapshare"),
    _of_package("outcomes_gapshareevent"),
]
PUBLIC_LEVERS = frozenset(
    {"outcomes_lever", "outcomes_leverevent", "outcomes_gaptarget", "outcomes_gaptargetevent"}
)
"""On what a town's published projection rests."""
