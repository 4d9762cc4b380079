"""Panels that other subjects put on the public page of a space.

    register_space_panel(reviews)      # reviews(space, request) -> Panel | None

Called from a subject's `addresses_<x>.py`. Two queries a panel at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from sosei.programmes.spaces.models import Space

BESIDE = 10


@dataclass(frozen=True)
class Panel:
    """A block of the page.

    Attributes:
        template: rendered with `context` (and the page's own: space, host, town).
        order: place among the others, small ones first; those up to `BESIDE` stand beside the page on a wide screen.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100


SpacePanel: TypeAlias = "Callable[[Space, Any], Panel | None]"
_panels: list[SpacePanel] = []


def register_space_panel(panel: SpacePanel) -> None:
    """Adds a panel to the page of every space; called once, at start."""
    if panel not in _panels:
        _panels.append(panel)


def space_panels(space: Space, request: Any) -> list[Panel]:
    """The panels of a page in their order."""
    made = [panel(space, request) for panel in _panels]
    return sorted((one for one in made if one is not None), key=lambda one: one.order)
