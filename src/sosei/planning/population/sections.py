"""The port for what rooms above show on the page of a population vision; they fill it when Django starts.

This room does not know them: it asks every registered provider for its section, and shows those it gets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from sosei.planning.population.vision_records import Vision


@dataclass(frozen=True)
class ExtraSection:
    """A section of another room.

    Attributes:
        slug: its id on the page.
        title, lead: as the page's own sections have them.
        template: what is under the lead, filled with `context` and the page's own context.
        entries: (id, title) of what the page's contents list under it.
    """

    slug: str
    title: str
    lead: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[tuple[str, str], ...] = ()


Provider = Callable[[HttpRequest, Vision], ExtraSection | None]
_providers: dict[str, Provider] = {}


def register(name: str, provider: Provider) -> None:
    """Makes a room's section known; called once, in its `AppConfig.ready()`.

    Raises:
        ValueError: another provider has the name.
    """
    if _providers.setdefault(name, provider) is not provider:
        raise ValueError(f"the section {name!r} of the vision page has a provider already")


def sections_for(request: HttpRequest, vision: Vision) -> list[ExtraSection]:
    """The sections of the rooms above that have something to show to who is asking, by name."""
    asked = [provider(request, vision) for _name, provider in sorted(_providers.items())]
    return [section for section in asked if section is not None]
