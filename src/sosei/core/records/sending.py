"""What every way of sending has in common: what is sent, and the moment from which it may have been sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sosei.core.records.rules import Outcome, Result

HandOver = Callable[[], None]
"""Called right before the byte that completes the message leaves. Commits that it may have been sent from now on.

Raises ClaimLostError where another worker has taken the message over; then nothing may be sent.
"""


class ClaimLostError(Exception):
    """The lease ran out and the message is no longer this worker's to send."""


@dataclass(frozen=True)
class Outgoing:
    """A message as it leaves.

    Attributes:
        reference: the same for every attempt at the same message: Message-ID of a mail, idempotency key of an SMS.
    """

    to: str
    subject: str
    body: str
    language: str
    reference: str


def not_sent(detail: str, code: int = 0) -> Result:
    """Nothing left this machine, and another attempt may help."""
    return Result(Outcome.UNREACHABLE, code, detail)


def may_be_sent(detail: str) -> Result:
    """It left this machine and no answer came."""
    return Result(Outcome.UNKNOWN, 0, detail)
