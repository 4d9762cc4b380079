"""What services of the search refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from sosei.core.people.errors import RefusedError


class SearchError(RefusedError):
    """A search that cannot be kept, weights that cannot be, people who cannot be told."""
