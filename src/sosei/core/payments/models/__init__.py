"""Tables of the room `core.payments`."""

from sosei.core.payments.models.bills import Bill, Charge, ChargeLine
from sosei.core.payments.models.embedded import EmbeddedNotice, EmbeddedOrder, EmbeddedRefund
from sosei.core.payments.models.gateway import Deposit, GatewayEvent, NoticeDelivery, RefusedNotice
from sosei.core.payments.models.ledger import LedgerLine, LedgerTransaction
from sosei.core.payments.models.papers import (
    Invoice,
    InvoiceLine,
    PaperCount,
    Receipt,
    Statement,
    StatementLine,
)
from sosei.core.payments.models.payments import Payment, PaymentStep, Refund
from sosei.core.payments.models.payouts import IncomingTransfer, Payout, PayoutLine, TransferFile
from sosei.core.payments.models.rules_of_town import ExemptionRule, FeeRate, PayeeSettings

__all__ = [
    "Bill",
    "Charge",
    "ChargeLine",
    "Deposit",
    "EmbeddedNotice",
    "EmbeddedOrder",
    "EmbeddedRefund",
    "ExemptionRule",
    "FeeRate",
    "GatewayEvent",
    "IncomingTransfer",
    "Invoice",
    "InvoiceLine",
    "LedgerLine",
    "LedgerTransaction",
    "NoticeDelivery",
    "PaperCount",
    "PayeeSettings",
    "Payment",
    "PaymentStep",
    "Payout",
    "PayoutLine",
    "Receipt",
    "Refund",
    "RefusedNotice",
    "Statement",
    "StatementLine",
    "TransferFile",
]
