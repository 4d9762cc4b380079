"""The tenant-private tables of this room: rows of the towns in which the person is staff.

Sums for the public, and what a programme records in somebody's name, step out with `tenancy.unguarded()`.
"""

from __future__ import annotations

from sosei.core.people.row_security import Policy, in_my_towns, register
from sosei.planning.outcomes.row_security_levers import POLICIES_LEVERS

_OF_TOWN = (
    "outcomes_fact",
    "outcomes_factimport",
    "outcomes_feed",
    "outcomes_feedevent",
    "outcomes_feedtotal",
    "outcomes_feedkey",
    "outcomes_feedpoint",
    "outcomes_feedpending",
)
POLICIES = [Policy(table, in_my_towns()) for table in _OF_TOWN] + POLICIES_LEVERS

register(POLICIES)
