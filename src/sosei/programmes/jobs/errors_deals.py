"""What services of applications and contracts refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from collections.abc import Sequence

from sosei.core.people.errors import RefusedError
from sosei.programmes.jobs.rules_applications import Reason
from sosei.programmes.jobs.words_applications import sentence


class DealError(RefusedError):
    """An application or a contract that cannot be made or changed so."""


class CannotApplyError(DealError):
    """Rules stand against an application.

    Attributes:
        reasons: all of them.
    """

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(sentence(reason) for reason in reasons))


class NoLongerFreeError(DealError):
    """The worker has agreed to other work at that time, or a rule stands against it by now."""


class TooLateError(DealError):
    """The time for this is over."""
