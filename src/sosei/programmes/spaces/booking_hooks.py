"""What other subjects do when a booking changes: keys, letters, facts register here and are called in its transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sosei.core.people.models import Person

EVENTS = (
    "placed",
    "confirmed",
    "declined",
    "moved",
    "cancelled",
    "lapsed",
    "used",
    "unused",
    "offered",
    "offer_lapsed",
)
"""`offered` and `offer_lapsed` are told with an entry of the waiting list, the others with a booking."""

Hook = Callable[..., object]
_hooks: dict[str, list[Hook]] = {event: [] for event in EVENTS}
_order_hooks: list[Hook] = []


def register(event: str, function: Hook) -> None:
    """Calls `function(row, *, actor, now, **more)` whenever `event` happens, in the transaction of the change.

    It runs outside the guard of the web role. An error in it undoes the change. The same function once is enough.

    Raises:
        ValueError: there is no such event.
    """
    if event not in _hooks:
        raise ValueError(f"there is no event {event!r}; there are {', '.join(EVENTS)}")
    if function not in _hooks[event]:
        _hooks[event].append(function)


def register_order(function: Hook) -> None:
    """Calls `function(order, *, actor, now)` once for each new order, after all its bookings are there."""
    if function not in _order_hooks:
        _order_hooks.append(function)


def tell(event: str, row: Any, *, actor: Person | None, now: datetime, **more: Any) -> None:
    """Something has happened to a booking."""
    for function in _hooks[event]:
        function(row, actor=actor, now=now, **more)


def tell_order(order: Any, *, actor: Person | None, now: datetime) -> None:
    """An order has been made."""
    for function in _order_hooks:
        function(order, actor=actor, now=now)
