"""The pages of a town that everybody may open, in one row under the header: each room adds its own when Django starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse


@dataclass(frozen=True)
class TownPage:
    """A page of a town.

    Attributes:
        label: a lazy translation, one or two words.
        url_name: an address with the one argument `code`.
        order: pages stand in this order.
        of_any_area: also there for a municipality that does not use this installation.
        here: whether an address (view name) belongs to this page.
    """

    label: Any
    url_name: str
    order: int
    here: Callable[[str], bool]
    of_any_area: bool = False


@dataclass(frozen=True)
class Link:
    """One entry of the row."""

    label: Any
    url: str
    current: bool


_pages: dict[str, TownPage] = {}


def register(page: TownPage) -> None:
    """Adds a page; called in `AppConfig.ready()`.

    Raises:
        ValueError: another page has that address.
    """
    if _pages.setdefault(page.url_name, page) is not page:
        raise ValueError(f"two pages of a town lead to {page.url_name!r}")


class TownPages:
    """The row for one request; nothing is asked before the page shows it."""

    def __init__(self, request: Any) -> None:
        self._request = request

    def __iter__(self) -> Iterator[Link]:
        return iter(self._links())

    @property
    def name(self) -> str:
        """The town's name; empty where the municipality does not use this installation."""
        return str(self._request.town) if self._request.town else ""

    def _links(self) -> Iterable[Link]:
        match = self._request.resolver_match
        code = match.kwargs.get("code") if match else None
        if not code:
            return []
        tenant = bool(self._request.town)
        shown = [page for page in _pages.values() if tenant or page.of_any_area]
        links = [
            Link(page.label, reverse(page.url_name, kwargs={"code": code}), page.here(match.view_name))
            for page in sorted(shown, key=lambda page: page.order)
        ]
        return links if len(links) > 1 else []
