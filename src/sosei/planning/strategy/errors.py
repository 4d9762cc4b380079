"""What services of the strategy refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from sosei.core.people.errors import NotAllowedError, RefusedError

__all__ = ["NotAllowedError", "RefusedError", "StrategyError"]


class StrategyError(RefusedError):
    """A strategy, or a part of it, that cannot be kept so; `field` names the box in which to mend it."""
