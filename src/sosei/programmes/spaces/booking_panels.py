"""Panels that other subjects put on an order's page: under the bookings that come next, or once for the whole order.

    register_booking_panel(door_code)      # door_code(booking, door) -> Panel | None
    register_order_panel(reviews)          # reviews(bookings, door) -> Panel | None

`door` tells who reads (`door.side`: guest or host), the order, and the way there (`door.url("cancel")`). Called from a
subject's `addresses_<x>.py`. Two queries a panel at most. Panels of bookings are asked for those that begin next; a
panel of the order is handed all its bookings, whatever became of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from sosei.programmes.spaces.booking_doors import Door
    from sosei.programmes.spaces.models import Booking


@dataclass(frozen=True)
class Panel:
    """A block under a booking.

    Attributes:
        template: rendered with `context`, `booking` and `door`.
        order: place among the others, small ones first.
        on_paper: also on the page that is printed.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100
    on_paper: bool = False


BookingPanel: TypeAlias = "Callable[[Booking, Door], Panel | None]"
OrderPanel: TypeAlias = "Callable[[Sequence[Booking], Door], Panel | None]"
_panels: list[BookingPanel] = []
_order_panels: list[OrderPanel] = []


def register_booking_panel(panel: BookingPanel) -> None:
    """Adds a panel to every booking; called once, at start."""
    if panel not in _panels:
        _panels.append(panel)


def register_order_panel(panel: OrderPanel) -> None:
    """Adds a panel to every order; called once, at start."""
    if panel not in _order_panels:
        _order_panels.append(panel)


def order_panels(
    bookings: Sequence[Booking], door: Door, request: Any, *, on_paper: bool = False
) -> list[SafeString]:
    """The panels of an order in their order, rendered."""
    made = [panel(bookings, door) for panel in _order_panels]
    return _rendered(made, {"bookings": bookings, "door": door}, request, on_paper)


def booking_panels(booking: Booking, door: Door, request: Any, *, on_paper: bool = False) -> list[SafeString]:
    """The panels of a booking in their order, rendered."""
    made = [panel(booking, door) for panel in _panels]
    return _rendered(made, {"booking": booking, "door": door}, request, on_paper)


def _rendered(
    made: Sequence[Panel | None], known: Mapping[str, Any], request: Any, on_paper: bool
) -> list[SafeString]:
    shown = [one for one in made if one is not None and (one.on_paper or not on_paper)]
    return [
        render_to_string(one.template, {**one.context, **known}, request)
        for one in sorted(shown, key=lambda one: one.order)
    ]
