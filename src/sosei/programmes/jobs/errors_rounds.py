"""What services of rounds refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from sosei.programmes.jobs.errors_deals import DealError


class RoundError(DealError):
    """Something that cannot be done with a round, or with wishes in it, so or now."""
