"""What services of reviews and damage refuse, with the remedy."""

from __future__ import annotations

from sosei.core.people.errors import NotAllowedError
from sosei.programmes.spaces.errors_bookings import BookingError

__all__ = ["CareError", "NotAllowedError"]


class CareError(BookingError):
    """Something that cannot be written, claimed, answered or decided so."""
