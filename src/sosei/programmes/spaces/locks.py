"""The only row locks of bookings: orders in the order of their keys, then their bookings; a bill's comes after.

`core.payments` locks through `lock_order_of_bill` before it locks a bill, so that both go the same way. Places are not
locked: the database refuses who comes too late (`services.placing`).
"""

from __future__ import annotations

from collections.abc import Iterable

from sosei.programmes.spaces.models import Block, Booking, Order, WaitingEntry


def lock_orders(keys: Iterable[int]) -> dict[int, Order]:
    """Orders: whoever pays, cancels, moves, answers or lapses one does so alone."""
    rows = (
        Order.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=set(keys))
        .select_related("person", "municipality", "host__organisation", "group")
        .order_by("pk")
    )
    return {one.pk: one for one in rows}


def lock_order(key: int) -> Order:
    """One order.

    Raises:
        Order.DoesNotExist: no such order.
    """
    found = lock_orders([key])
    if key not in found:
        raise Order.DoesNotExist
    return found[key]


def lock_order_of_bill(object_key: str) -> None:
    """The order that a bill is for, before the bill."""
    rows = Order.objects.select_for_update(no_key=True).filter(pk=int(object_key))
    list(rows.order_by("pk").values_list("pk"))


def bookings_of(orders: dict[int, Order], keys: Iterable[int] | None = None) -> list[Booking]:
    """Bookings as they are now, their orders locked; all of them, or those with the keys."""
    rows = Booking.objects.filter(order__in=orders).select_related(
        "space__municipality", "space__host", "space__ladder", "person", "municipality", "host"
    )
    if keys is not None:
        rows = rows.filter(pk__in=set(keys))
    found = list(rows.order_by("period", "pk"))
    for booking in found:
        booking.order = orders[booking.order_id]
    return found


def lock_block(key: int) -> Block:
    """One blocked time.

    Raises:
        Block.DoesNotExist: no such block.
    """
    found: Block = (
        Block.objects.select_for_update(of=("self",), no_key=True).select_related("space").get(pk=key)
    )
    return found


def lock_entry(key: int, *, patient: bool = True) -> WaitingEntry | None:
    """One entry of the waiting list; None where another one has it and one would not wait.

    Raises:
        WaitingEntry.DoesNotExist: no such entry (of one who waits).
    """
    rows = WaitingEntry.objects.select_for_update(of=("self",), no_key=True, skip_locked=not patient)
    rows = rows.select_related("person", "municipality", "host", "space__municipality", "space__host")
    if patient:
        return rows.get(pk=key)  # type: ignore[no-any-return]
    return rows.filter(pk=key).first()  # type: ignore[no-any-return]
