"""What services of papers, payouts and incoming transfers refuse; each text is in the reader's language, with the remedy."""

from __future__ import annotations

from sosei.core.payments.errors_payments import MoneyError


class PaperError(MoneyError):
    """An invoice, receipt or statement that cannot be issued so."""


class PayoutError(MoneyError):
    """A payout or its file that cannot be made or settled so."""


class TransferError(MoneyError):
    """A bank's list that cannot be read, or a transfer that cannot be matched so."""


class TownRuleError(MoneyError):
    """A fee, exemption or setting that cannot be."""
