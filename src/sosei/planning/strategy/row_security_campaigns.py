"""Which rows of campaigns the web role reaches: those of the towns in which one is staff.

Who comes by a link has no person and so reaches none; the service checks the token and reads that one ask as the owner.
"""

from __future__ import annotations

from sosei.core.people.row_security import Policy, in_my_towns, register


def _of_staff(table: str) -> Policy:
    return Policy(
        table,
        f"EXISTS (SELECT 1 FROM strategy_strategy s WHERE s.id = {table}.strategy_id "  # noqa: S608 - own names
        f"AND {in_my_towns('s.municipality_id')})",
    )


_TABLES = (
    "campaign",
    "campaignevent",
    "ask",
    "askevent",
    "asklink",
    "answer",
    "sheetlayout",
    "sheetlayoutevent",
    "valueimport",
)

register([_of_staff(f"strategy_{name}") for name in _TABLES])
