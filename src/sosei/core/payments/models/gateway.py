"""What gateways tell: notices, each handled once; refused ones, counted; deposits of what they collected."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.models.columns import actor
from sosei.core.payments.querysets import NobodysQuerySet, OfTownQuerySet
from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, never_deleted


class GatewayEvent(models.Model):
    """A notice of a gateway whose signature was right, kept once however often it comes.

    Attributes:
        about_key: what the gateway calls the payment or refund it is about.
        outcome: what came of it (`words_payments.OUTCOMES`); `unknown` waits until the payment becomes known.
    """

    gateway = models.CharField(_("決済会社"), max_length=20)
    event_id = models.CharField(_("通知の番号"), max_length=120)
    kind = models.CharField(_("種類"), max_length=60)
    about_key = models.CharField(_("支払いの番号"), max_length=120, blank=True)
    body = models.TextField(_("中身"))
    received_at = models.DateTimeField(_("届いた時刻"))
    times = models.PositiveIntegerField(_("届いた回数"), default=1)
    handled_at = models.DateTimeField(_("処理した時刻"), null=True, blank=True)
    outcome = models.CharField(_("結果"), max_length=20, default="unknown")
    municipality = models.ForeignKey(
        Municipality,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("自治体"),
    )
    payment = models.ForeignKey(
        "payments.Payment", null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    refund = models.ForeignKey(
        "payments.Refund", null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )

    objects = OfTownQuerySet.as_manager()

    class Meta:
        verbose_name = _("決済会社からの通知")
        verbose_name_plural = _("決済会社からの通知")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["gateway", "about_key"],
                condition=models.Q(handled_at__isnull=True),
                name="gateway_event_unhandled",
            )
        ]
        triggers = [never_deleted("gateway_event_never_deleted")]
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="gateway_event_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}"


class NoticeDelivery(models.Model):
    """The signature of a notice that was taken, so that the same bytes played again are refused."""

    gateway = models.CharField(max_length=20)
    signature = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = NobodysQuerySet.as_manager()

    class Meta:
        verbose_name = _("届いた通知の署名")
        verbose_name_plural = _("届いた通知の署名")
        constraints = [models.UniqueConstraint(fields=["gateway", "signature"], name="notice_delivery_once")]

    def __str__(self) -> str:
        return self.signature


class RefusedNotice(models.Model):
    """How often in an hour notices were refused, and why: a flood of them fills no table."""

    gateway = models.CharField(_("決済会社"), max_length=20)
    reason = models.CharField(_("理由"), max_length=20)
    hour = models.DateTimeField(_("時間"))
    count = models.PositiveIntegerField(_("件数"), default=1)
    last_at = models.DateTimeField(_("最後の時刻"))
    last_sha256 = models.CharField(max_length=64)

    objects = NobodysQuerySet.as_manager()

    class Meta:
        verbose_name = _("断った通知")
        verbose_name_plural = _("断った通知")
        ordering = ["-hour", "gateway", "reason"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "reason", "hour"], name="refused_notice_once_an_hour")
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.reason} {self.hour}"


class Deposit(models.Model):
    """What a gateway paid into the bank account, out of what it had collected for a town.

    Attributes:
        fee: what it kept for itself of that and had not told before.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    gateway = models.CharField(_("決済会社"), max_length=20)
    key = models.CharField(_("入金の番号"), max_length=120)
    yen = models.PositiveIntegerField(_("円"))
    fee = models.PositiveIntegerField(_("引かれた決済手数料（円）"), default=0)
    on_date = models.DateField(_("入金日"))
    made_at = models.DateTimeField(_("書いた時刻"))
    actor = actor()

    objects = OfTownQuerySet.as_manager()

    class Meta:
        verbose_name = _("決済会社からの入金")
        verbose_name_plural = _("決済会社からの入金")
        ordering = ["-on_date", "-pk"]
        triggers = [append_only("deposit_append_only")]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "key"], name="deposit_once"),
            models.CheckConstraint(condition=models.Q(yen__gt=0), name="deposit_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.on_date} {self.yen:,}"
