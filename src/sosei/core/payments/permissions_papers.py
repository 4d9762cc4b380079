"""Who may do what with papers, and with what a town decides about them; registered beside `permissions`."""

from __future__ import annotations

import rules as permission_rules

from sosei.core.payments.permissions import (
    can_have_paper,
    can_see_of_payee,
    can_set_payee,
    decides_for_town,
)
from sosei.core.people.permissions import Predicate, nobody, register

_WRITTEN: dict[str, Predicate] = {"add": nobody, "change": nobody, "delete": nobody}

PERMISSIONS: dict[str, dict[str, Predicate]] = {
    "papercount": {"view": nobody, **_WRITTEN},
    "statementline": {"view": can_see_of_payee, **_WRITTEN},
}

register("payments", PERMISSIONS)
permission_rules.add_perm("payments.issue_paper", can_have_paper)
permission_rules.add_perm("payments.set_payee", can_set_payee)
permission_rules.add_perm("payments.set_rates", decides_for_town)
