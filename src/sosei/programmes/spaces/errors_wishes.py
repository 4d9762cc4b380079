"""What services of wishes and offers refuse, in the reader's language, with the remedy."""

from __future__ import annotations

from sosei.core.people.errors import NotAllowedError
from sosei.programmes.spaces.errors_bookings import BookingError, TakenError, TooLateError

__all__ = ["NotAllowedError", "TakenError", "TooLateError", "WishError"]


class WishError(BookingError):
    """Something about a wish or an offer that cannot be done so."""
