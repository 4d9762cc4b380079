"""Which rows of payments the web role reaches: one's own, one's organisation's, one's town's.

Services write outside the guard (`tenancy.unguarded()`), after they have asked the permissions.
"""

from __future__ import annotations

from sosei.core.payments.permissions import TRACKED
from sosei.core.people.row_security import ORGANISATIONS, Policy, in_my_towns, is_me, register

HERE = in_my_towns()
PAYEE = f"payee_id = ANY ({ORGANISATIONS})"
OWNED = f"{is_me()} OR {PAYEE} OR {HERE}"
OF_PAYEE = f"{PAYEE} OR {HERE}"
NOBODYS = "false"

_CONDITIONS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            "bill",
            "charge",
            "chargeline",
            "payment",
            "paymentstep",
            "refund",
            "ledgertransaction",
            "ledgerline",
            "invoice",
            "invoiceline",
            "receipt",
        ),
        (OWNED, HERE),
    ),
    **dict.fromkeys(("statement", "payout", "payoutline"), (OF_PAYEE, HERE)),
    "payeesettings": (OF_PAYEE, OF_PAYEE),
    **dict.fromkeys(("transferfile", "incomingtransfer", "deposit", "gatewayevent"), (HERE, HERE)),
    **dict.fromkeys(("feerate", "exemptionrule"), ("true", HERE)),
    **dict.fromkeys(
        ("noticedelivery", "refusednotice", "embeddedorder", "embeddedrefund", "embeddednotice"),
        (NOBODYS, NOBODYS),
    ),
}

POLICIES = [
    Policy(table, seen, written)
    for name, (seen, written) in _CONDITIONS.items()
    for table in (f"payments_{name}", *([f"payments_{name}event"] if name in TRACKED else ()))
]

register(POLICIES)
