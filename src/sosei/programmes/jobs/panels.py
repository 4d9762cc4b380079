"""Panels that other subjects put on a posting's public page.

    register_posting_panel(apply_panel)      # apply_panel(posting, request) -> Panel | None

Called from a subject's `addresses_<x>.py`. Two queries a panel at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from sosei.programmes.jobs.models import Posting


BESIDE = 10


@dataclass(frozen=True)
class Panel:
    """A block of the page.

    Attributes:
        template: rendered with `context` (and the page's own: posting, shifts).
        order: place among the others, small ones first; those up to `BESIDE` stand beside the page on a wide screen.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100


PostingPanel: TypeAlias = "Callable[[Posting, Any], Panel | None]"
_panels: list[PostingPanel] = []


def register_posting_panel(panel: PostingPanel) -> None:
    """Adds a panel to every posting's page; called once, at start."""
    if panel not in _panels:
        _panels.append(panel)


def posting_panels(posting: Posting, request: Any) -> list[Panel]:
    """The panels of a page in their order."""
    made = [panel(posting, request) for panel in _panels]
    return sorted((one for one in made if one is not None), key=lambda one: one.order)
