"""The books: double entry, append-only; every transaction adds up to zero when its database transaction ends."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.models.bills import Bill, Charge
from sosei.core.payments.models.columns import Owned, actor
from sosei.core.payments.models.gateway import Deposit
from sosei.core.payments.models.payments import Payment, Refund
from sosei.core.payments.models.payouts import Payout
from sosei.core.payments.models.triggers import balanced, same_database_transaction
from sosei.core.payments.querysets import OwnedQuerySet
from sosei.core.people.models.history import append_only

_REMEMBERS, _REFUSES = same_database_transaction()


class LedgerTransaction(Owned):
    """One thing that moved money, or what is owed.

    Attributes:
        key: names this one thing, so that it is booked once.
        database_transaction: filled by the database; lines come in the same one or never.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", _("請求")
        PAYMENT = "payment", _("支払い")
        REFUND = "refund", _("返金")
        DEPOSIT = "deposit", _("決済会社からの入金")
        PAYOUT = "payout", _("支払先への振込")

    kind = models.CharField(_("種類"), max_length=8, choices=Kind)
    key = models.CharField(max_length=140, unique=True)
    bill = models.ForeignKey(Bill, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    charge = models.ForeignKey(Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    refund = models.ForeignKey(Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    deposit = models.ForeignKey(Deposit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payout = models.ForeignKey(Payout, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    on_date = models.DateField(_("日付"))
    made_at = models.DateTimeField(_("書いた時刻"))
    actor = actor()
    database_transaction = models.BigIntegerField(default=0, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("仕訳")
        verbose_name_plural = _("仕訳")
        ordering = ["pk"]
        indexes = [models.Index(fields=["municipality", "on_date"], name="ledger_of_town")]
        triggers = [
            append_only("ledger_transaction_append_only"),
            _REMEMBERS,
            balanced("ledger_transaction_balanced", "id"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_date}"


class LedgerLine(Owned):
    """One account moved by so many yen: debit above zero, credit below."""

    class Account(models.TextChoices):
        GUEST = "guest", _("未収金（払う人）")
        HOST = "host", _("未払金（場所を貸す団体）")
        TOWN = "town", _("自治体の使用料")
        PLATFORM_FEE = "platform_fee", _("サイトの手数料")
        GATEWAY_FEE = "gateway_fee", _("決済手数料")
        CONSUMPTION_TAX = "consumption_tax", _("消費税（手数料の分）")
        CLEARING = "clearing", _("決済会社にある分")
        BANK = "bank", _("銀行口座")
        CASH = "cash", _("現地で受け取った分")

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(_("勘定"), max_length=15, choices=Account)
    yen = models.BigIntegerField(_("円（借方は＋、貸方は－）"))
    bill = models.ForeignKey(Bill, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("仕訳の行")
        verbose_name_plural = _("仕訳の行")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["municipality", "account"], name="ledger_line_of_account"),
            models.Index(fields=["payee", "account"], name="ledger_line_of_payee"),
        ]
        triggers = [
            append_only("ledger_line_append_only"),
            _REFUSES,
            balanced("ledger_line_balanced", "transaction_id"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(yen=0), name="ledger_line_moves_something"),
            models.CheckConstraint(
                condition=~Q(account="host") | Q(payee__isnull=False), name="ledger_line_host_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.yen}"
