"""Which rows of papers the web role reaches; beside `row_security`."""

from __future__ import annotations

from sosei.core.payments.row_security import HERE, NOBODYS, OF_PAYEE
from sosei.core.people.row_security import Policy, register

POLICIES = [
    Policy("payments_papercount", NOBODYS, NOBODYS),
    Policy("payments_statementline", OF_PAYEE, HERE),
]

register(POLICIES)
