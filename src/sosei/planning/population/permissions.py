"""Who may see a population vision: predicates, each asked by the views and by nothing else."""

from __future__ import annotations

from typing import Any


def can_see_vision(user: Any, area: Any) -> bool:
    """A population vision rests on published statistics and is itself published: everyone may see it."""
    return True


# Every address of this room, and the predicate its view asks.
ADDRESSES = {
    "area": can_see_vision,
    "vision": can_see_vision,
    "what-if": can_see_vision,
    "what-if-file": can_see_vision,
    "figure-file": can_see_vision,
    "table-file": can_see_vision,
}
