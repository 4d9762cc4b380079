"""Who may do what with papers, and with what a town decides about them; registered beside `permissions`."""

from __future__ import annotations

from typing import Any

import rules as permission_rules

from sosei.core.payments.permissions import can_see, can_see_of_payee, can_set_payee, decides_for_town
from sosei.core.people.permissions import Predicate, nobody, register

_WRITTEN: dict[str, Predicate] = {"add": nobody, "change": nobody, "delete": nobody}

PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "papercount": {"view": nobody, **_WRITTEN},
    "statementline": {"view": can_see_of_payee, **_WRITTEN},
}


def has_paper_of(user: Any, target: Any) -> bool:
    """Whoever sees a bill may have its invoice or receipt: what stands on it follows from the bill."""
    return can_see(user, target)


register("payments", PERMISSIONS)
permission_rules.add_perm("payments.issue_paper", has_paper_of)
permission_rules.add_perm("payments.set_payee", can_set_payee)
permission_rules.add_perm("payments.set_rates", decides_for_town)
