"""What services of employers and postings refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from collections.abc import Sequence

from sosei.programmes.jobs.legal_check import LegalFlaw


class EmployerError(ValueError):
    """Something about an employer, workplace or lodging that cannot be kept so.

    Attributes:
        field: the box of the form in which it can be mended; empty where there is none.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class PostingError(EmployerError):
    """Something about a posting, its shifts or questions that cannot be done so."""


class UnlawfulPostingError(PostingError):
    """A posting with flaws; nothing was published or changed.

    Attributes:
        flaws: all of them.
    """

    def __init__(self, message: str, flaws: Sequence[LegalFlaw]) -> None:
        super().__init__(message)
        self.flaws = tuple(flaws)
