"""What services of the days refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from sosei.programmes.jobs.errors_deals import DealError


class DayError(DealError):
    """Something that cannot be noted of a day so."""


class PunchError(DayError):
    """A punch that cannot be true, or stands already.

    Attributes:
        code: which rule; "" where another punch stands already.
    """

    def __init__(self, message: str, code: str = "") -> None:
        self.code = code
        super().__init__(message)
