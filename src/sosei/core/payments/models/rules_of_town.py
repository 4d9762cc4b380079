"""What a town decides about money: the platform's share, exemptions by ordinance, and how payees are paid."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.models.columns import BankAccount, OfPayee, account_whole, actor
from sosei.core.payments.querysets import OfPayeeQuerySet, PublicQuerySet
from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, keep_history, never_deleted


class FeeRate(models.Model):
    """The platform's share of what hosts are paid, from a day on; a bill keeps the rate of the day it was made."""

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    percent = models.DecimalField(_("手数料（％）"), max_digits=5, decimal_places=2)
    tax_percent = models.PositiveSmallIntegerField(_("手数料の消費税（％）"), default=10)
    starts_on = models.DateField(_("始まる日"))
    reason = models.CharField(_("理由"), max_length=300)
    set_at = models.DateTimeField(_("決めた時刻"))
    set_by = actor()

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("手数料の割合")
        verbose_name_plural = _("手数料の割合")
        ordering = ["-starts_on", "-pk"]
        triggers = [append_only("fee_rate_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "starts_on"], name="fee_rate_once_a_day"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100, tax_percent__in=(0, 8, 10)),
                name="fee_rate_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % ({self.starts_on})"


@keep_history()
class ExemptionRule(models.Model):
    """A reduction of public fees that the town's ordinance names (減免).

    Attributes:
        code: what groups and bookings call it; another row with the same code follows when the ordinance changes.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    code = models.SlugField(_("区分の記号"), max_length=40)
    title = models.CharField(_("名前"), max_length=120)
    title_en = models.CharField(_("名前（英語）"), max_length=120, blank=True)
    percent = models.PositiveSmallIntegerField(_("減らす割合（％）"), validators=[MaxValueValidator(100)])
    article = models.CharField(_("条例の条文"), max_length=200)
    starts_on = models.DateField(_("始まる日"))
    ends_on = models.DateField(_("終わる日"), null=True, blank=True)
    set_at = models.DateTimeField(_("決めた時刻"))
    set_by = actor()

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("減免")
        verbose_name_plural = _("減免")
        ordering = ["title", "pk"]
        triggers = [never_deleted("exemption_rule_never_deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "code", "starts_on"], name="exemption_rule_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100), name="exemption_rule_possible"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="exemption_rule_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title


@keep_history()
class PayeeSettings(OfPayee, BankAccount):
    """How a host, the town or the platform is named on papers, and where its money goes.

    Attributes:
        of: a host (then `payee` is set), the town itself, or the platform that takes its share in this town.
        registration_number: T and thirteen digits; empty for who is not registered for qualified invoices.
        is_corporation: its digits are then a corporate number with its check digit.
        mediated_from: the day from which the platform may issue invoices in the host's name (媒介者交付特例).
        gateway_account: the payee's account at the gateway, where it keeps one (Stripe Connect).
    """

    class Of(models.TextChoices):
        HOST = "host", _("場所を貸す団体")
        TOWN = "town", _("自治体")
        PLATFORM = "platform", _("このサイトを運営する者")

    of = models.CharField(_("だれの設定か"), max_length=8, choices=Of)
    issuer_name = models.CharField(_("請求書に書く名前"), max_length=120, blank=True)
    issuer_address = models.CharField(_("請求書に書く住所"), max_length=200, blank=True)
    issuer_phone = models.CharField(_("請求書に書く電話"), max_length=16, blank=True)
    registration_number = models.CharField(_("登録番号"), max_length=14, blank=True)
    is_corporation = models.BooleanField(_("法人"), default=True)
    mediated_from = models.DateField(_("媒介者交付の通知の日"), null=True, blank=True)
    gateway_account = models.CharField(_("決済会社の口座の番号"), max_length=80, blank=True)
    payer_code = models.CharField(_("依頼人コード（10けた）"), max_length=10, blank=True)
    updated_at = models.DateTimeField(_("更新した時刻"))
    updated_by = actor()

    objects = OfPayeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("受け取りの設定")
        verbose_name_plural = _("受け取りの設定")
        triggers = [never_deleted("payee_settings_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(of="host", payee__isnull=False) | (~Q(of="host") & Q(payee__isnull=True)),
                name="payee_settings_of_one",
            ),
            models.UniqueConstraint(
                fields=["payee"], condition=Q(payee__isnull=False), name="payee_settings_once"
            ),
            models.UniqueConstraint(
                fields=["municipality", "of"],
                condition=Q(payee__isnull=True),
                name="payee_settings_once_a_town",
            ),
            models.CheckConstraint(
                condition=Q(registration_number="") | Q(registration_number__regex=r"^T[0-9]{13}$"),
                name="payee_settings_number",
            ),
            account_whole("payee_settings_account"),
        ]

    def __str__(self) -> str:
        return self.issuer_name or self.get_of_display()
