"""Money that leaves and arrives by bank: files of transfers, payouts to hosts, incoming transfers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.models.columns import BankAccount, OfPayee, account_whole, actor
from sosei.core.payments.models.papers import Statement
from sosei.core.payments.models.triggers import fixed, steps
from sosei.core.payments.querysets import OfPayeeQuerySet, OfTownQuerySet
from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history, never_deleted

FILE_STEPS = {"made": ("sent", "dropped")}
PAYOUT_STEPS = {"made": ("paid", "returned", "dropped"), "paid": ("returned",)}


@keep_history(exclude=("content",))
class TransferFile(models.Model):
    """Transfers of one day as the file a bank takes: payouts to hosts and refunds to payers."""

    class State(models.TextChoices):
        MADE = "made", _("ファイルを作った")
        SENT = "sent", _("振り込んだ")
        DROPPED = "dropped", _("取りやめた")

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    pay_on = models.DateField(_("振込日"))
    state = models.CharField(_("状態"), max_length=7, choices=State, default=State.MADE)
    count = models.PositiveIntegerField(_("件数"))
    total = models.PositiveBigIntegerField(_("合計（円）"))
    content = models.BinaryField(_("振込ファイル（全銀形式）"))
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("作った時刻"))
    settled_at = models.DateTimeField(_("済んだ時刻"), null=True, blank=True)
    actor = actor()

    objects = OfTownQuerySet.as_manager()

    class Meta:
        verbose_name = _("振込ファイル")
        verbose_name_plural = _("振込ファイル")
        ordering = ["-pay_on", "-pk"]
        triggers = [
            never_deleted("transfer_file_never_deleted"),
            fixed("transfer_file_fixed", "municipality", "pay_on", "count", "total", "sha256", "made_at"),
            steps("transfer_file_forward", FILE_STEPS),
        ]

    def __str__(self) -> str:
        return f"{self.pay_on} {self.total:,}"


@keep_history()
class Payout(OfPayee, BankAccount):
    """What is transferred to a host (or to the town) for a period: its lines add up to it.

    Attributes:
        yen: what the bank transfers.
    """

    class State(models.TextChoices):
        MADE = "made", _("振込を待っている")
        PAID = "paid", _("振り込んだ")
        RETURNED = "returned", _("銀行から戻った")
        DROPPED = "dropped", _("取りやめた")

    first_day = models.DateField(_("最初の日"))
    last_day = models.DateField(_("最後の日"))
    pay_on = models.DateField(_("振込日"))
    yen = models.PositiveBigIntegerField(_("円"))
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.MADE)
    file = models.ForeignKey(
        TransferFile, null=True, blank=True, on_delete=models.PROTECT, related_name="payouts"
    )
    statement = models.ForeignKey(
        Statement, null=True, blank=True, on_delete=models.PROTECT, related_name="payouts"
    )
    problem = models.CharField(_("戻った理由"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("作った時刻"))
    settled_at = models.DateTimeField(_("済んだ時刻"), null=True, blank=True)
    actor = actor()

    objects = OfPayeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("支払先への振込")
        verbose_name_plural = _("支払先への振込")
        ordering = ["-pay_on", "-pk"]
        triggers = [
            never_deleted("payout_never_deleted"),
            fixed(
                "payout_fixed",
                "municipality",
                "payee",
                "first_day",
                "last_day",
                "pay_on",
                "yen",
                "key",
                "made_at",
            ),
            steps("payout_forward", PAYOUT_STEPS),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(yen__gt=0), name="payout_of_something"),
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")), name="payout_days_in_order"
            ),
            account_whole("payout_account"),
        ]

    def __str__(self) -> str:
        return f"{self.pay_on} {self.yen:,}"


class PayoutLine(OfPayee):
    """One line of the books that a payout settles; in a payout that counts, each line stands once.

    Attributes:
        yen: what it adds to the payout: the line's amount with the other sign.
        counts: false once the payout was dropped or came back.
    """

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="lines")
    ledger_line = models.ForeignKey(
        "payments.LedgerLine", on_delete=models.PROTECT, related_name="payout_lines"
    )
    bill = models.ForeignKey(
        "payments.Bill", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    yen = models.BigIntegerField(_("円"))
    counts = models.BooleanField(default=True)

    objects = OfPayeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("支払先への振込の行")
        verbose_name_plural = _("支払先への振込の行")
        ordering = ["pk"]
        triggers = [
            never_deleted("payout_line_never_deleted"),
            fixed("payout_line_fixed", "municipality", "payee", "payout", "ledger_line", "bill", "yen"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ledger_line"], condition=Q(counts=True), name="payout_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.payout}: {self.yen:,}"


@keep_history()
class IncomingTransfer(models.Model):
    """A row of the bank's list of incoming transfers, read once, matched to the payment it is for.

    Attributes:
        digest: of the row as the bank gave it, with its place among equal rows of the same day.
        payment: what it paid; the transfer's yen may differ, then staff decide.
    """

    class State(models.TextChoices):
        OPEN = "open", _("まだ結びついていない")
        MATCHED = "matched", _("支払いに結びつけた")
        SET_ASIDE = "set_aside", _("関係ない入金")

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    on_date = models.DateField(_("入金日"))
    yen = models.PositiveIntegerField(_("円"))
    payer_kana = models.CharField(_("振込人（カナ）"), max_length=60)
    bank_name = models.CharField(_("銀行名"), max_length=60, blank=True)
    reference = models.CharField(_("メモ"), max_length=60, blank=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(_("状態"), max_length=9, choices=State, default=State.OPEN)
    payment = models.ForeignKey(
        "payments.Payment", null=True, blank=True, on_delete=models.PROTECT, related_name="transfers"
    )
    note = models.CharField(_("メモ（職員）"), max_length=300, blank=True)
    read_at = models.DateTimeField(_("読んだ時刻"))
    read_by = actor(_("読んだ人"))
    settled_at = models.DateTimeField(_("決めた時刻"), null=True, blank=True)
    settled_by = actor(_("決めた人"))

    objects = OfTownQuerySet.as_manager()

    class Meta:
        verbose_name = _("銀行への入金")
        verbose_name_plural = _("銀行への入金")
        ordering = ["-on_date", "-pk"]
        triggers = [
            never_deleted("incoming_transfer_never_deleted"),
            fixed("incoming_transfer_fixed", "municipality", "on_date", "yen", "digest", "read_at"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "digest"], name="incoming_transfer_once"),
            models.CheckConstraint(condition=Q(yen__gt=0), name="incoming_transfer_of_something"),
            models.CheckConstraint(
                condition=Q(state="matched", payment__isnull=False)
                | (~Q(state="matched") & Q(payment__isnull=True)),
                name="incoming_transfer_matched_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on_date} {self.payer_kana} {self.yen:,}"
