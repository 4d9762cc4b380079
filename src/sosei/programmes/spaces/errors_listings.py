"""What services of hosts, listings and prices refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sosei.programmes.spaces.listing_check import Flaw


class HostError(ValueError):
    """Something about a host that cannot be kept so.

    Attributes:
        field: the box of the form in which it can be mended; empty where there is none.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ListingError(HostError):
    """Something about a space, its hours, prices or pictures that cannot be kept so."""


class IncompleteError(ListingError):
    """A space that is not ready to be published; nothing was changed.

    Attributes:
        flaws: everything that is missing.
    """

    def __init__(self, message: str, flaws: Sequence[Flaw]) -> None:
        super().__init__(message)
        self.flaws = tuple(flaws)
