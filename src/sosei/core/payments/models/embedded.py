"""The embedded gateway's own tables: a gateway beside the books, of which the books read nothing."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.querysets import NobodysQuerySet


class EmbeddedOrder(models.Model):
    """A payment as the embedded gateway sees it.

    Attributes:
        key: what the gateway calls it, and what its pages are reached by; nobody can guess it.
        idempotency_key: the same key asked again is the same order.
    """

    key = models.CharField(max_length=40, unique=True)
    idempotency_key = models.CharField(max_length=120, unique=True)
    way = models.CharField(max_length=8)
    yen = models.PositiveIntegerField()
    refunded = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=2, default="ja")
    notice_url = models.CharField(max_length=300)
    return_url = models.CharField(max_length=300)
    state = models.CharField(max_length=9, default="waiting")
    problem = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40, blank=True)
    confirmation = models.CharField(max_length=40, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    manner = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()

    objects = NobodysQuerySet.as_manager()

    class Meta:
        verbose_name = _("練習の決済会社の支払い")
        verbose_name_plural = _("練習の決済会社の支払い")

    def __str__(self) -> str:
        return self.key


class EmbeddedRefund(models.Model):
    """A refund as the embedded gateway sees it."""

    key = models.CharField(max_length=40, unique=True)
    idempotency_key = models.CharField(max_length=120, unique=True)
    order = models.ForeignKey(EmbeddedOrder, on_delete=models.PROTECT, related_name="refunds")
    yen = models.PositiveIntegerField()
    state = models.CharField(max_length=9, default="done")
    problem = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField()

    objects = NobodysQuerySet.as_manager()

    class Meta:
        verbose_name = _("練習の決済会社の返金")
        verbose_name_plural = _("練習の決済会社の返金")

    def __str__(self) -> str:
        return self.key


class EmbeddedNotice(models.Model):
    """A notice that waits to be delivered to the site, once, twice, late or out of order."""

    event_id = models.CharField(max_length=60)
    order = models.ForeignKey(EmbeddedOrder, on_delete=models.PROTECT, related_name="notices")
    body = models.TextField()
    url = models.CharField(max_length=300)
    due_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=60, blank=True)

    objects = NobodysQuerySet.as_manager()

    class Meta:
        verbose_name = _("練習の決済会社の通知")
        verbose_name_plural = _("練習の決済会社の通知")
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(delivered_at__isnull=True),
                name="embedded_notice_due",
            )
        ]

    def __str__(self) -> str:
        return self.event_id
