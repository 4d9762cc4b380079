"""Papers that were handed out and never change: invoices, receipts, statements; a correction is another paper.

Each issuer counts its papers of a year without a gap: the count is kept in a row that is locked until the paper is kept.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.models.columns import OfPayee, Owned, actor
from sosei.core.payments.querysets import NobodysQuerySet, OfPayeeQuerySet, OwnedQuerySet
from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only


class PaperCount(models.Model):
    """How many papers of one kind an issuer has numbered in a year.

    Attributes:
        series: kind of paper and issuer, as they stand in the number.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    objects = NobodysQuerySet.as_manager()

    class Meta:
        verbose_name = _("書類の番号")
        verbose_name_plural = _("書類の番号")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "series", "year"], name="paper_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last}"


class Statement(OfPayee):
    """What a host was owed and paid up to the end of a month, as it was told; later bookings stand in the next one.

    Attributes:
        sales: what was charged; `reductions` of it are `refunds`.
        on_site: what the host took in cash, less what he gave back.
        paid_out: transfers to the host, and by the gateway to his own account there.
        closing: what the books owe the host.
        waiting: of it, bookings that are not wholly paid yet.
        under_way: of it, payouts that are made and not booked yet.
        due: what is to be transferred by `due_on`; below zero nothing is, and it goes on to the next.
    """

    number = models.CharField(_("番号"), max_length=30, unique=True)
    first_day = models.DateField(_("最初の日"))
    last_day = models.DateField(_("最後の日"))
    opening = models.BigIntegerField(_("前からの残り（円）"))
    sales = models.BigIntegerField(_("売上（円）"))
    refunds = models.BigIntegerField(_("返金（円）"))
    fee = models.BigIntegerField(_("手数料（円）"))
    fee_tax = models.BigIntegerField(_("手数料の消費税（円）"))
    on_site = models.BigIntegerField(_("現地で受け取った分（円）"))
    paid_out = models.BigIntegerField(_("振り込んだ分（円）"))
    closing = models.BigIntegerField(_("残り（円）"))
    waiting = models.BigIntegerField(_("まだ支払われていない予約の分（円）"), default=0)
    under_way = models.BigIntegerField(_("振込の手続き中の分（円）"), default=0)
    due = models.BigIntegerField(_("今回振り込む額（円）"), default=0)
    due_on = models.DateField(_("振込の予定日"))
    issued_at = models.DateTimeField(_("出した時刻"))
    issued_by = actor()

    objects = OfPayeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("月の明細書")
        verbose_name_plural = _("月の明細書")
        ordering = ["-last_day", "-pk"]
        triggers = [append_only("statement_append_only")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    closing=models.F("opening")
                    + models.F("sales")
                    - models.F("refunds")
                    - models.F("fee")
                    - models.F("fee_tax")
                    - models.F("on_site")
                    - models.F("paid_out")
                ),
                name="statement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(due=models.F("closing") - models.F("waiting") - models.F("under_way")),
                name="statement_due_adds_up",
            ),
            models.UniqueConstraint(
                fields=["municipality", "payee", "last_day"], name="statement_once_a_month"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StatementLine(OfPayee):
    """A transaction of the books that a statement tells; each stands in one statement."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    transaction = models.OneToOneField(
        "payments.LedgerTransaction", on_delete=models.PROTECT, related_name="statement_line"
    )

    objects = OfPayeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("月の明細書の行")
        verbose_name_plural = _("月の明細書の行")
        ordering = ["pk"]
        triggers = [append_only("statement_line_append_only")]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.transaction_id}"


class Invoice(Owned):
    """A paper under the invoice system, or its reversal.

    Attributes:
        issuer: in whose name: host, town or platform.
        is_mediated: the platform issues it for the host under its own name and number (媒介者交付特例).
        registration_number: copied; empty makes it an ordinary invoice, not a qualified one.
        recipient_name: empty makes it a simplified one (適格簡易請求書).
        totals: for each rate `{"percent", "yen", "tax"}`; tax is rounded once for the whole paper and rate.
        reverses: the invoice that this one takes back wholly or in part (適格返還請求書).
    """

    class Issuer(models.TextChoices):
        HOST = "host", _("場所を貸す団体")
        TOWN = "town", _("自治体")
        PLATFORM = "platform", _("このサイトを運営する者")

    number = models.CharField(_("番号"), max_length=30, unique=True)
    issuer = models.CharField(_("出す人"), max_length=8, choices=Issuer)
    issuer_name = models.CharField(_("出す人の名前"), max_length=120)
    issuer_address = models.CharField(_("出す人の住所"), max_length=200, blank=True)
    registration_number = models.CharField(_("登録番号"), max_length=14, blank=True)
    is_mediated = models.BooleanField(_("媒介者交付"), default=False)
    recipient_name = models.CharField(_("宛名"), max_length=120, blank=True)
    bill = models.ForeignKey(
        "payments.Bill", null=True, blank=True, on_delete=models.PROTECT, related_name="invoices"
    )
    statement = models.ForeignKey(
        Statement, null=True, blank=True, on_delete=models.PROTECT, related_name="invoices"
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    reverses = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals"
    )
    supplied_from = models.DateField(_("取引の最初の日"))
    supplied_to = models.DateField(_("取引の最後の日"))
    yen = models.BigIntegerField(_("合計（円）"))
    totals = models.JSONField(_("税率ごとの合計"))
    due_on = models.DateField(_("支払い期限"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    issued_at = models.DateTimeField(_("出した時刻"))
    issued_by = actor()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("請求書")
        verbose_name_plural = _("請求書")
        ordering = ["-issued_at", "-pk"]
        triggers = [append_only("invoice_append_only")]
        constraints = [
            models.CheckConstraint(
                condition=Q(registration_number="") | Q(registration_number__regex=r"^T[0-9]{13}$"),
                name="invoice_number_whole",
            )
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(Owned):
    """One line of an invoice."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    charge = models.ForeignKey(
        "payments.Charge", null=True, blank=True, on_delete=models.PROTECT, related_name="invoice_lines"
    )
    position = models.PositiveSmallIntegerField(_("順"))
    on_date = models.DateField(_("日付"), null=True, blank=True)
    text = models.CharField(_("内容"), max_length=200)
    text_en = models.CharField(_("内容（英語）"), max_length=200, blank=True)
    quantity = models.DecimalField(_("量"), max_digits=10, decimal_places=2, default=1)
    unit = models.CharField(_("単位"), max_length=20, blank=True)
    unit_yen = models.IntegerField(_("単価（円）"))
    yen = models.BigIntegerField(_("円（税込み）"))
    tax_percent = models.PositiveSmallIntegerField(_("税率（％）"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("請求書の行")
        verbose_name_plural = _("請求書の行")
        ordering = ["invoice", "position"]
        triggers = [append_only("invoice_line_append_only")]
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_once")]

    def __str__(self) -> str:
        return self.text_en if get_language() == "en" and self.text_en else self.text


class Receipt(Owned):
    """That money was received; another name on it is another receipt that replaces this one.

    Attributes:
        yen: what was received and not given back when it was issued.
        refunded: what was given back, or promised, by then.
    """

    number = models.CharField(_("番号"), max_length=30, unique=True)
    bill = models.ForeignKey("payments.Bill", on_delete=models.PROTECT, related_name="receipts")
    payment = models.ForeignKey(
        "payments.Payment", null=True, blank=True, on_delete=models.PROTECT, related_name="receipts"
    )
    invoice = models.ForeignKey(
        Invoice, null=True, blank=True, on_delete=models.PROTECT, related_name="receipts"
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    issuer_name = models.CharField(_("出す人の名前"), max_length=120)
    registration_number = models.CharField(_("登録番号"), max_length=14, blank=True)
    recipient_name = models.CharField(_("宛名"), max_length=120, blank=True)
    purpose = models.CharField(_("ただし書き"), max_length=200)
    yen = models.PositiveBigIntegerField(_("円"))
    refunded = models.PositiveBigIntegerField(_("返した額（円）"), default=0)
    totals = models.JSONField(_("税率ごとの合計"))
    received_on = models.DateField(_("受け取った日"))
    issued_at = models.DateTimeField(_("出した時刻"))
    issued_by = actor()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("領収書")
        verbose_name_plural = _("領収書")
        ordering = ["-issued_at", "-pk"]
        triggers = [append_only("receipt_append_only")]
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=Q(replaces__isnull=True), name="receipt_once_a_payment"
            )
        ]

    def __str__(self) -> str:
        return self.number
