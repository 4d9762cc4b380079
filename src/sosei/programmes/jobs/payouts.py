"""How money leaves without a file: what a transfer service has to do, and one that pretends, for the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from sosei.core.payments.bank_text import Account


class Answer(StrEnum):
    """What a service says of a transfer."""

    PAID = "paid"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True)
class Order:
    """A transfer that is asked for.

    Attributes:
        key: names it for ever: the same key again asks how it stands and never pays twice.
        asked_before: how many times it was asked for.
    """

    key: str
    account: Account
    yen: int
    asked_before: int = 0


@dataclass(frozen=True)
class Told:
    """A service's answer for one order, with its words where it refuses."""

    key: str
    answer: Answer
    reason: str = ""


class PayoutGateway(Protocol):
    """A service that transfers wages."""

    def send(self, orders: Sequence[Order]) -> Sequence[Told]:
        """Transfers, or says how earlier transfers with the same keys stand; one answer an order."""
        ...


class EmbeddedGateway:
    """Moves no money: accounts that end in 9 are refused, those that end in 8 wait once, the others are paid."""

    def send(self, orders: Sequence[Order]) -> Sequence[Told]:
        """Answers at once."""
        return [self._answer(order) for order in orders]

    def _answer(self, order: Order) -> Told:
        last = order.account.number[-1]
        if last == "9":
            return Told(order.key, Answer.REFUSED, "口座の名義が違います（見本）")
        if last == "8" and not order.asked_before:
            return Told(order.key, Answer.WAITING)
        return Told(order.key, Answer.PAID)


def gateway() -> PayoutGateway | None:
    """The service of this installation: the setting `PAYOUT_GATEWAY` names a class; the demonstration pretends."""
    named = getattr(settings, "PAYOUT_GATEWAY", "")
    if named:
        return import_string(named)()  # type: ignore[no-any-return]
    return EmbeddedGateway() if settings.DEMONSTRATION else None
