"""Bills and what stands on them: a bill's sums are never stored, they are those of its rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.models.columns import Owned, actor
from sosei.core.payments.models.rules_of_town import ExemptionRule
from sosei.core.payments.models.triggers import fixed
from sosei.core.payments.querysets import BillQuerySet, OwnedQuerySet
from sosei.core.people.models.history import append_only, keep_history, never_deleted


@keep_history()
class Bill(Owned):
    """What one payer owes one payee for one thing of another room.

    Attributes:
        kind: a declared payable kind (`sosei.core.payments.kinds`).
        object_key: the key of the thing in the room that declared the kind.
        fee_percent: share of the platform, copied from the town's rate of the day; none of what is owed to the town.
        fee_tax_percent: consumption tax on that share, copied.
    """

    kind = models.CharField(_("種類"), max_length=40)
    object_key = models.CharField(max_length=60)
    number = models.CharField(_("番号"), max_length=20, unique=True)
    payer_name = models.CharField(_("払う人の名前"), max_length=120, blank=True)
    payer_email = models.EmailField(_("払う人のメール"), blank=True)
    payer_phone = models.CharField(_("払う人の電話"), max_length=16, blank=True)
    payer_language = models.CharField(
        _("払う人の言語"), max_length=2, choices=[("ja", "日本語"), ("en", "English")], default="ja"
    )
    is_public_fee = models.BooleanField(_("公の施設の使用料"), default=False)
    fee_percent = models.DecimalField(_("手数料（％）"), max_digits=5, decimal_places=2, default=0)
    fee_tax_percent = models.PositiveSmallIntegerField(_("手数料の消費税（％）"), default=10)
    made_at = models.DateTimeField(_("作った時刻"))
    actor = actor()

    objects = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("請求")
        verbose_name_plural = _("請求")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["municipality", "-made_at"], name="bill_of_town"),
            models.Index(fields=["payee", "-made_at"], name="bill_of_payee"),
        ]
        triggers = [
            never_deleted("bill_never_deleted"),
            fixed(
                "bill_fixed",
                "municipality",
                "payee",
                "person",
                "kind",
                "object_key",
                "number",
                "is_public_fee",
                "fee_percent",
                "fee_tax_percent",
                "made_at",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_key"], name="bill_once"),
            models.CheckConstraint(
                condition=Q(fee_percent__gte=0, fee_percent__lte=100, fee_tax_percent__in=(0, 8, 10)),
                name="bill_fee_possible",
            ),
            models.CheckConstraint(
                condition=Q(payee__isnull=False) | Q(fee_percent=0), name="bill_of_town_without_fee"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Charge(Owned):
    """What a bill came to or was reduced by at one moment; together they are what is owed."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="charges", verbose_name=_("請求"))
    yen = models.IntegerField(_("円（減るときはマイナス）"))
    reason = models.CharField(_("理由"), max_length=300)
    exemption = models.ForeignKey(
        ExemptionRule,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("減免"),
    )
    key = models.CharField(max_length=120, unique=True)
    made_at = models.DateTimeField(_("作った時刻"))
    actor = actor()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("請求の明細")
        verbose_name_plural = _("請求の明細")
        ordering = ["pk"]
        triggers = [append_only("charge_append_only")]

    def __str__(self) -> str:
        return f"{self.reason}: {self.yen}"


class ChargeLine(Owned):
    """One line of a charge, its amount with the consumption tax of the rate beside it.

    Attributes:
        code: what the room that charges calls it, for its own reports.
    """

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="lines")
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("順"))
    text = models.CharField(_("内容"), max_length=200)
    text_en = models.CharField(_("内容（英語）"), max_length=200, blank=True)
    quantity = models.DecimalField(_("量"), max_digits=10, decimal_places=2, default=1)
    unit = models.CharField(_("単位"), max_length=20, blank=True)
    unit_yen = models.IntegerField(_("単価（円）"))
    yen = models.IntegerField(_("円（税込み）"))
    tax_percent = models.PositiveSmallIntegerField(_("税率（％）"))
    code = models.CharField(_("種類"), max_length=40, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("請求の行")
        verbose_name_plural = _("請求の行")
        ordering = ["charge", "position"]
        triggers = [append_only("charge_line_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["charge", "position"], name="charge_line_once"),
            models.CheckConstraint(condition=Q(tax_percent__in=(0, 8, 10)), name="charge_line_tax_known"),
        ]

    def __str__(self) -> str:
        return self.text_en if get_language() == "en" and self.text_en else self.text
