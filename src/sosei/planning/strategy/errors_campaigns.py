"""What services of campaigns and tables refuse; each text names the value, the place and the remedy."""

from __future__ import annotations

from collections.abc import Sequence

from sosei.core.people.errors import RefusedError


class CampaignError(RefusedError):
    """A campaign that cannot be made, opened, changed or closed so."""


class AnswerError(RefusedError):
    """Answers that cannot be saved, sent or taken back.

    Attributes:
        problems: what stands in the way, one sentence each.
    """

    def __init__(self, message: str, field: str = "", problems: Sequence[str] = ()) -> None:
        super().__init__(message, field)
        self.problems = tuple(problems)


class SheetError(RefusedError):
    """A table that cannot be read or written so."""
