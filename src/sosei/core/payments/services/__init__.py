"""The verbs of payments; rooms above call these."""

from sosei.core.payments.kinds import declare_payable
from sosei.core.payments.services.bills import (
    BillStanding,
    Line,
    add_charge,
    fee_rate_on,
    open_bill,
    standing_of_bill,
)
from sosei.core.payments.services.checking import Flaw, check_books
from sosei.core.payments.services.deposits import settle
from sosei.core.payments.services.notices import receive_notice
from sosei.core.payments.services.payments import (
    cancel_open_payments,
    cancel_payment,
    expire_payment,
    pay_by_bank,
    pay_on_site,
    start_payment,
    ways_offered,
)
from sosei.core.payments.services.refunds import (
    RefundAccount,
    give_refund_account,
    refund_bill,
    refund_came_back,
    refund_done,
    refund_returned,
    refund_sent,
    refund_unsent,
    refundable,
    return_cash,
)

__all__ = [
    "BillStanding",
    "Flaw",
    "Line",
    "RefundAccount",
    "add_charge",
    "cancel_open_payments",
    "cancel_payment",
    "check_books",
    "declare_payable",
    "expire_payment",
    "fee_rate_on",
    "give_refund_account",
    "open_bill",
    "pay_by_bank",
    "pay_on_site",
    "receive_notice",
    "refund_bill",
    "refund_came_back",
    "refund_done",
    "refund_returned",
    "refund_sent",
    "refund_unsent",
    "refundable",
    "return_cash",
    "settle",
    "standing_of_bill",
    "start_payment",
    "ways_offered",
]
