"""What this room asks of a gateway and what it is told, in its own words; no gateway knows a bill or the books.

Every call may be made twice: the key of an order or a refund makes it one. None is made inside a database transaction.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Order:
    """A payment to be taken.

    Attributes:
        key: idempotency key; the same key again is the same order.
        way: card or konbini.
        title: what it is for, as the payer reads it.
        expires_at: after this the gateway takes nothing any more.
        transfer_to: the payee's own account at the gateway; empty where the site pays it out itself.
        transfer_yen: what of the payment goes there.
    """

    key: str
    way: str
    yen: int
    title: str
    payer_name: str
    payer_email: str
    payer_phone: str
    language: str
    return_url: str
    notice_url: str
    expires_at: datetime.datetime | None = None
    transfer_to: str = ""
    transfer_yen: int = 0


@dataclass(frozen=True)
class Told:
    """What a gateway says of a payment.

    Attributes:
        state: waiting, paid, failed, expired or cancelled.
        fee: what the gateway keeps, where it says so.
    """

    gateway_key: str
    state: str
    pay_url: str = ""
    client_secret: str = ""
    code: str = ""
    confirmation: str = ""
    expires_at: datetime.datetime | None = None
    problem: str = ""
    fee: int = 0


@dataclass(frozen=True)
class RefundOrder:
    """Money to be given back.

    Attributes:
        gateway_key: the payment, as the gateway calls it.
        reverse_yen: what of it is taken back from the payee's own account there.
    """

    key: str
    gateway_key: str
    yen: int
    reverse_yen: int = 0


@dataclass(frozen=True)
class ToldRefund:
    """What a gateway says of a refund: sent, done or failed.

    Attributes:
        reversed: what it took back from the payee's own account; None where it says nothing of that.
    """

    gateway_key: str
    state: str
    problem: str = ""
    reversed: int | None = None


@dataclass(frozen=True)
class Notice:
    """A notice whose signature was right.

    Attributes:
        event_id: the gateway's own; the same event again has the same.
        about_key: the payment or refund, as the gateway calls it.
        payment_key: our own key of the payment, where the gateway carries it along.
        payment: what it says of a payment, or None.
        refund: what it says of a refund, or None.
        signature: of this one delivery.
    """

    event_id: str
    kind: str
    about_key: str
    signature: str
    payment_key: str = ""
    payment: Told | None = None
    refund: ToldRefund | None = None


class Gateway(Protocol):
    """A company that takes payments."""

    name: str

    def create_payment(self, order: Order) -> Told:
        """Takes the order, or gives the one it has by that key.

        Raises:
            GatewayUnavailableError: no answer.
            GatewayRefusedError: it will not take it.
        """

    def fetch(self, gateway_key: str) -> Told:
        """How a payment stands.

        Raises:
            As `create_payment`.
        """

    def cancel(self, gateway_key: str) -> Told:
        """Takes no payment any more; what was paid already is told as paid.

        Raises:
            As `create_payment`.
        """

    def refund(self, order: RefundOrder) -> ToldRefund:
        """Gives money back, or tells of the refund it has by that key.

        Raises:
            As `create_payment`.
        """

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime.datetime) -> Notice:
        """Reads a notice after its signature.

        Raises:
            NoticeRefusedError: wrong or old signature, or nothing that can be read.
        """

    def reread(self, body: str) -> Notice:
        """Reads a notice that was taken before, without its signature."""
