"""What services of reviews refuse; each text names the place and the remedy in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sosei.core.people.errors import RefusedError


class ReviewError(RefusedError):
    """A step of a review that cannot be taken now, or something in it that cannot be kept so."""


class ConflictError(ReviewError):
    """Somebody else saved an evaluation in the meantime.

    Attributes:
        held: the evaluation as it stands now.
    """

    def __init__(self, message: str, held: Any) -> None:
        super().__init__(message)
        self.held = held


class MissingError(ReviewError):
    """A review cannot be closed yet.

    Attributes:
        missing: everything that is missing and not waived with a reason.
    """

    def __init__(self, message: str, missing: Sequence[Any]) -> None:
        super().__init__(message)
        self.missing = tuple(missing)
