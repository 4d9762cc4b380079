"""What may be paid for: each room above declares its payable kinds when Django starts; this room knows no more of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sosei.core.payments.errors_payments import UndeclaredPayableError

if TYPE_CHECKING:
    from sosei.core.payments.models import Bill
    from sosei.core.people.models import Person


def _locks_nothing(object_key: str) -> None:
    return None


@dataclass(frozen=True)
class Payable:
    """A kind of thing that bills are made for.

    Attributes:
        name: stands in `Bill.kind`.
        title: a lazy translation.
        describe: one line on the thing, in the language of the moment; asked when letters and pages are written.
        on_change: called with the bill, its standing annotated, in the transaction of every change of what is paid,
            under way, expired or refunded, after the books are written. An error in it undoes the change.
        page: where the thing is shown to the payer; the person is None for a guest without an account.
        lock: locks the thing before its bill is locked, in every change that this room begins by itself (notices,
            expiry). A room that locks its thing and then calls this room gives it, or the two wait for each other.
    """

    name: str
    title: Any
    describe: Callable[[str], str]
    on_change: Callable[[Bill], None]
    page: Callable[[Bill, Person | None], str]
    lock: Callable[[str], None] = _locks_nothing


_kinds: dict[str, Payable] = {}


def declare_payable(
    kind: str,
    title: Any,
    *,
    describe: Callable[[str], str],
    on_change: Callable[[Bill], None],
    page: Callable[[Bill, Person | None], str],
    lock: Callable[[str], None] = _locks_nothing,
) -> Payable:
    """Makes a kind known.

    Raises:
        ValueError: the name is taken.
    """
    if kind in _kinds:
        raise ValueError(f"the payable kind {kind!r} is declared twice")
    _kinds[kind] = Payable(kind, title, describe, on_change, page, lock)
    return _kinds[kind]


def payable(kind: str) -> Payable:
    """The kind of that name.

    Raises:
        UndeclaredPayableError: nobody declared it.
    """
    try:
        return _kinds[kind]
    except KeyError:
        raise UndeclaredPayableError(kind) from None


def all_payables() -> list[Payable]:
    """Every declared kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def describe(bill: Bill) -> str:
    """What a bill is for, in one line."""
    return payable(bill.kind).describe(bill.object_key)
