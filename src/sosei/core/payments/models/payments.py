"""Payments, their steps and refunds: amounts never change, states go forward only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.models.bills import Bill
from sosei.core.payments.models.columns import BankAccount, Owned, account_whole, actor
from sosei.core.payments.models.payouts import TransferFile
from sosei.core.payments.models.triggers import fixed, steps, within_bill, within_payment
from sosei.core.payments.querysets import OwnedQuerySet, PaymentQuerySet, RefundQuerySet
from sosei.core.payments.rules_states import PAYMENT_STEPS, REFUND_STEPS
from sosei.core.people.models.history import append_only, keep_history, never_deleted


@keep_history(exclude=("client_secret",))
class Payment(Owned):
    """One attempt to pay a bill.

    Attributes:
        key: idempotency key of the form; the same key again is the same payment.
        gateway: name of the gateway that is asked; empty for ways that need none.
        gateway_key: what the gateway calls it; empty until it answered.
        pay_url: where the payer goes on (card form, slip of the shop); only this site or the gateway's own pages.
        expires_at: after this moment nothing more can be paid.
        asked_at: when the gateway was last asked.
        settled_at: when it came into a state that ends it.
        problem: code of the reason of a failure, in the words of this room.
        gateway_fee: what the gateway takes for itself, as far as it told.
        transferred: what the gateway hands to the payee's own account there, so that no payout is due for it.
    """

    class Way(models.TextChoices):
        CARD = "card", _("カード")
        KONBINI = "konbini", _("コンビニ")
        BANK = "bank", _("銀行振込")
        INVOICE = "invoice", _("後払い（請求書）")
        ON_SITE = "on_site", _("現地で支払い")
        FREE = "free", _("無料")

    class State(models.TextChoices):
        ASKED = "asked", _("手続き中")
        WAITING = "waiting", _("支払い待ち")
        PAID = "paid", _("支払い済み")
        FAILED = "failed", _("支払えなかった")
        EXPIRED = "expired", _("期限切れ")
        CANCELLED = "cancelled", _("取り消し")

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="payments", verbose_name=_("請求"))
    way = models.CharField(_("支払い方法"), max_length=8, choices=Way)
    yen = models.PositiveIntegerField(_("円"))
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("状態"), max_length=9, choices=State, default=State.ASKED)
    gateway = models.CharField(_("決済会社"), max_length=20, blank=True)
    gateway_key = models.CharField(_("決済会社の番号"), max_length=120, blank=True)
    client_secret = models.CharField(max_length=200, blank=True)
    pay_url = models.CharField(_("支払うページ"), max_length=500, blank=True)
    code = models.CharField(_("お客様番号"), max_length=40, blank=True)
    confirmation = models.CharField(_("確認番号"), max_length=40, blank=True)
    expires_at = models.DateTimeField(_("支払い期限"), null=True, blank=True)
    problem = models.CharField(_("理由"), max_length=40, blank=True)
    gateway_fee = models.PositiveIntegerField(_("決済手数料（円）"), default=0)
    transferred = models.PositiveIntegerField(_("決済会社が支払先に直接渡す分（円）"), default=0)
    made_at = models.DateTimeField(_("始めた時刻"))
    asked_at = models.DateTimeField(_("決済会社に頼んだ時刻"), null=True, blank=True)
    settled_at = models.DateTimeField(_("終わった時刻"), null=True, blank=True)
    actor = actor()

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("支払い")
        verbose_name_plural = _("支払い")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state__in=("asked", "waiting")), name="payment_under_way"
            ),
            models.Index(fields=["municipality", "-made_at"], name="payment_of_town"),
        ]
        triggers = [
            never_deleted("payment_never_deleted"),
            fixed(
                "payment_fixed",
                "municipality",
                "payee",
                "person",
                "bill",
                "way",
                "yen",
                "key",
                "gateway",
                "made_at",
            ),
            steps("payment_forward", PAYMENT_STEPS),
            within_bill("payment_within_bill"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "gateway_key"],
                condition=~Q(gateway_key=""),
                name="payment_once_at_gateway",
            ),
            models.CheckConstraint(condition=Q(yen__gt=0) | Q(way="free"), name="payment_of_nothing_is_free"),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "waiting"), settled_at__isnull=True)
                | Q(state__in=("paid", "failed", "expired", "cancelled"), settled_at__isnull=False),
                name="payment_settled_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(way__in=("card", "konbini"), gateway__gt="")
                | Q(way__in=("bank", "invoice", "on_site", "free"), gateway=""),
                name="payment_gateway_where_needed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.yen:,}"


class PaymentStep(Owned):
    """What happened to a payment, in order.

    Attributes:
        what: code of the step in the words of this room (`words_payments.STEPS`).
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(_("状態"), max_length=9, choices=Payment.State)
    what = models.CharField(_("できごと"), max_length=40)
    at = models.DateTimeField(_("時刻"))
    actor = actor()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("支払いの歩み")
        verbose_name_plural = _("支払いの歩み")
        ordering = ["pk"]
        triggers = [append_only("payment_step_append_only")]

    def __str__(self) -> str:
        return f"{self.what} {self.at}"


@keep_history()
class Refund(Owned, BankAccount):
    """Money that goes back to the payer, out of one payment.

    Attributes:
        way: through the gateway to the card; to a bank account; by hand where it was paid.
        part: several refunds asked with one key are numbered.
        reversed: what the gateway takes back of what it handed to the payee's own account there.
        file: the bank file that carries it, where it goes to an account.
    """

    class Way(models.TextChoices):
        GATEWAY = "gateway", _("カードに戻す")
        BANK = "bank", _("口座に振り込む")
        ON_SITE = "on_site", _("窓口で返す")

    class State(models.TextChoices):
        ASKED = "asked", _("返金の手続き中")
        WAITING_ACCOUNT = "waiting_account", _("返金振込待ち（口座を待っています）")
        SENT = "sent", _("返金の途中")
        DONE = "done", _("返金済み")
        FAILED = "failed", _("返金できなかった")
        RETURNED = "returned", _("返金が戻ってきた")

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("請求"))
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("支払い")
    )
    way = models.CharField(_("返し方"), max_length=8, choices=Way)
    yen = models.PositiveIntegerField(_("円"))
    reason = models.CharField(_("理由"), max_length=300)
    key = models.CharField(max_length=120)
    part = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("状態"), max_length=15, choices=State, default=State.ASKED)
    gateway_key = models.CharField(_("決済会社の番号"), max_length=120, blank=True)
    reversed = models.PositiveIntegerField(_("決済会社が支払先から取り戻す分（円）"), default=0)
    problem = models.CharField(_("できなかった理由"), max_length=40, blank=True)
    file = models.ForeignKey(
        TransferFile, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds"
    )
    made_at = models.DateTimeField(_("決めた時刻"))
    sent_at = models.DateTimeField(_("送った時刻"), null=True, blank=True)
    settled_at = models.DateTimeField(_("終わった時刻"), null=True, blank=True)
    actor = actor()

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("返金")
        verbose_name_plural = _("返金")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["municipality", "state"],
                condition=~Q(state__in=("done", "failed", "returned")),
                name="refund_under_way",
            ),
            models.Index(fields=["gateway_key"], condition=~Q(gateway_key=""), name="refund_of_the_gateway"),
        ]
        triggers = [
            never_deleted("refund_never_deleted"),
            fixed(
                "refund_fixed",
                "municipality",
                "payee",
                "person",
                "bill",
                "payment",
                "way",
                "yen",
                "reason",
                "key",
                "part",
                "made_at",
            ),
            steps("refund_forward", REFUND_STEPS),
            within_payment("refund_within_payment"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key", "part"], name="refund_once"),
            models.CheckConstraint(condition=Q(yen__gt=0), name="refund_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=("done", "failed", "returned"), settled_at__isnull=False)
                | Q(state__in=("asked", "sent", "waiting_account"), settled_at__isnull=True),
                name="refund_settled_at_a_time",
            ),
            account_whole("refund_account"),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.yen:,}"
