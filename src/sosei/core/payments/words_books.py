"""The words of the check of the books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

FLAWS: Mapping[str, Any] = {
    "unbalanced": _("仕訳の借方と貸方が合わない"),
    "charge_lines": _("請求の行の合計が、請求の額と合わない"),
    "charge_booked": _("請求が帳簿にない、または額が違う"),
    "payment_booked": _("支払いと帳簿の額が違う"),
    "refund_booked": _("返金と帳簿の額が違う"),
    "deposit_booked": _("決済会社からの入金が帳簿にない、または額が違う"),
    "refunded_beyond": _("支払われた額より多く返金している"),
    "guest_account": _("請求の残りと、帳簿の未収金が違う"),
    "charged_below_nothing": _("請求の合計が0円より少ない"),
    "payout_lines": _("振込の行の合計が、振込の額と合わない"),
    "payout_line_ledger": _("振込の行が、帳簿の行と違う"),
    "payout_booked": _("振込と帳簿の額が違う"),
    "invoice_lines": _("請求書の行の合計が、請求書の額と合わない"),
    "transfer_matched": _("結びつけた入金の支払いが、支払い済みになっていない"),
    "notice_unhandled": _("決済会社の通知が、1日たっても処理できていない"),
    "overpaid": _("払いすぎのお金が、返金の手続きに入っていない"),
    "fee": _("サイトの手数料が、決まりの額と違う"),
}
"""Every code of a flaw."""
TABLES: Mapping[str, Any] = {
    "ledgertransaction": _("仕訳"),
    "charge": _("請求の明細"),
    "payment": _("支払い"),
    "refund": _("返金"),
    "deposit": _("決済会社からの入金"),
    "bill": _("請求"),
    "payout": _("支払先への振込"),
    "payoutline": _("支払先への振込の行"),
    "invoice": _("請求書"),
    "incomingtransfer": _("銀行への入金"),
    "gatewayevent": _("決済会社からの通知"),
}
"""What the rows are called at which flaws are found."""
