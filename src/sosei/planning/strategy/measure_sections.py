"""The port through which rooms above show what they know of a measure on its page, such as the facts it achieved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sosei.planning.strategy.models import Measure


@dataclass(frozen=True)
class Section:
    """A part of a measure's page.

    Attributes:
        heading: lazily translated.
        template: included with `section` in its context.
        values: what the template shows, as `section.values`.
    """

    heading: Any
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


Provider = Callable[[Measure, Any], Section | None]
"""(measure, who asks) -> the section, or None where there is nothing to show; at most two queries."""
_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Called once at start by the room that has something to show; sections stand in the order of their names.

    Raises:
        ValueError: the name is taken.
    """
    if _providers.setdefault(name, provider) is not provider:
        raise ValueError(f"two rooms show a section {name!r} on a measure's page")


def sections_of(measure: Measure, user: Any) -> list[Section]:
    """The sections of a measure."""
    found = (_providers[name](measure, user) for name in sorted(_providers))
    return [section for section in found if section is not None]
