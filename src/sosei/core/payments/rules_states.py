"""Which state of a payment or refund may follow which, in plain Python; the database holds the same tables."""

from __future__ import annotations

from typing import Final

PAYMENT_STEPS: Final[dict[str, tuple[str, ...]]] = {
    "asked": ("waiting", "paid", "failed", "expired", "cancelled"),
    "waiting": ("paid", "failed", "expired", "cancelled"),
    "failed": ("paid",),
    "expired": ("paid",),
    "cancelled": ("paid",),
}
"""Money that arrives late has arrived all the same: the payment is paid, and what is too much is refunded."""

REFUND_STEPS: Final[dict[str, tuple[str, ...]]] = {
    "asked": ("sent", "done", "failed", "waiting_account"),
    "waiting_account": ("asked", "done", "failed"),
    "sent": ("done", "failed", "waiting_account", "asked"),
    "done": ("returned",),
}
"""What a bank sent back waits for another account, what stood in a dropped file for the next file; what a gateway cannot
give back fails, and the bank gives it. What came back after it was done is undone, and the bank gives it anew."""

UNDER_WAY: Final = frozenset({"asked", "waiting"})
"""States of a payment that hold what is open of a bill."""
OVER: Final = frozenset({"paid", "failed", "expired", "cancelled"})
AGREED_REFUNDS: Final = frozenset({"asked", "waiting_account", "sent"})
"""States of a refund that is promised and not yet given."""
GAVE_NOTHING: Final = frozenset({"failed", "returned"})
"""States of a refund that gave nothing back in the end: no sum counts it."""

AT_A_GATEWAY: Final = frozenset({"card", "konbini"})
PAID_LATER: Final = frozenset({"konbini", "bank", "invoice", "on_site"})
"""Ways in which nothing arrives at the moment of booking."""
REFUNDED_BY: Final[dict[str, str]] = {
    "card": "gateway",
    "konbini": "bank",
    "bank": "bank",
    "invoice": "bank",
    "on_site": "on_site",
}
"""How each way is given back: shops give nothing back, so what was paid there goes to an account."""


def may_follow(steps: dict[str, tuple[str, ...]], before: str, after: str) -> bool:
    """Whether a state may follow another; the same again is no step."""
    return after in steps.get(before, ())
