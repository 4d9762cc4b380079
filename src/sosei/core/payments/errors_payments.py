"""What services of payments refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from sosei.core.people.errors import RefusedError


class MoneyError(RefusedError):
    """Something that cannot be done with money so."""


class BillError(MoneyError):
    """A bill or charge that cannot be."""


class PaymentError(MoneyError):
    """A payment that cannot be started, taken or given up."""


class NotOpenError(PaymentError):
    """What somebody would pay is not what is open.

    Attributes:
        open: what is.
    """

    def __init__(self, text: str, open_yen: int) -> None:
        super().__init__(text)
        self.open = open_yen


class RefundError(MoneyError):
    """A refund that cannot be."""


class KeyTakenError(ValueError):
    """The idempotency key belongs to something else: a fault of the program that chose it."""


class UndeclaredPayableError(ValueError):
    """A bill of a kind that no room declared."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"the payable kind {kind!r} is not declared; declare it with "
            f"sosei.core.payments.kinds.declare_payable(…) in AppConfig.ready() of the room that charges"
        )


class GatewayError(Exception):
    """A gateway did not do what it was asked.

    Attributes:
        problem: code of the reason (`words_payments.PROBLEMS`).
    """

    def __init__(self, problem: str, text: str = "") -> None:
        super().__init__(text or problem)
        self.problem = problem


class GatewayUnavailableError(GatewayError):
    """No answer: it may or may not have been done; asking again with the same key is safe."""


class GatewayRefusedError(GatewayError):
    """It refused, and will refuse again."""


class NoticeRefusedError(Exception):
    """A notice without effect.

    Attributes:
        reason: `wrong` signature, `old` one, `replayed`, or `unreadable`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the notice was refused: {reason}")
        self.reason = reason
