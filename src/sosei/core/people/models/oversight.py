"""What keeps staff honest: every look at personal data, every act for somebody else, every erasure."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models.history import append_only, never_deleted
from sosei.core.people.models.places import Municipality
from sosei.core.people.querysets.oversight import ErasureQuerySet, LookQuerySet, ProxySessionQuerySet


class ProxySession(models.Model):
    """A time in which a member of staff acts for a person who is on the phone or at the counter."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("電話")
        COUNTER = "counter", _("窓口")

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="proxy_sessions",
        verbose_name=_("担当者"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="acted_for_in",
        verbose_name=_("本人"),
    )
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, verbose_name=_("自治体"))
    channel = models.CharField(_("方法"), max_length=8, choices=Channel)
    reason = models.CharField(_("理由"), max_length=300)
    started_at = models.DateTimeField(_("始めた時刻"))
    expires_at = models.DateTimeField(_("期限"))
    ended_at = models.DateTimeField(_("終えた時刻"), null=True, blank=True)

    objects = ProxySessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("代理の操作")
        verbose_name_plural = _("代理の操作")
        ordering = ["-pk"]
        triggers = [never_deleted("proxy_session_never_deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["staff"], condition=Q(ended_at__isnull=True), name="proxy_session_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(staff=F("person")), name="proxy_session_for_somebody_else"),
            models.CheckConstraint(condition=~Q(reason=""), name="proxy_session_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.reason


class Look(models.Model):
    """A member of staff saw personal data: who, whose, what, for which purpose, when."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="looks_taken",
        verbose_name=_("見た人"),
    )
    # Written by the thousand: only the indexes that somebody asks, see Meta.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="looks",
        db_index=False,
        verbose_name=_("本人"),
    )
    municipality = models.ForeignKey(
        Municipality,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        verbose_name=_("自治体"),
    )
    what = models.CharField(_("見たもの"), max_length=60)
    purpose = models.CharField(_("目的"), max_length=300, blank=True)
    proxy_session = models.ForeignKey(
        ProxySession,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        verbose_name=_("代理の操作"),
    )
    at = models.DateTimeField(_("時刻"))

    objects = LookQuerySet.as_manager()

    class Meta:
        verbose_name = _("閲覧の記録")
        verbose_name_plural = _("閲覧の記録")
        ordering = ["-pk"]
        triggers = [append_only("look_append_only")]
        indexes = [
            models.Index(fields=["person", "-id"], name="look_by_person"),
            models.Index(fields=["municipality", "-id"], name="look_by_town"),
            models.Index(
                fields=["proxy_session"],
                condition=Q(proxy_session__isnull=False),
                name="look_by_proxy_session",
            ),
        ]

    def __str__(self) -> str:
        return self.what


class Erasure(models.Model):
    """A person's data were erased: what went, what a law obliges to keep, and until when."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="erasure", verbose_name=_("本人")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("求めた人")
    )
    done_at = models.DateTimeField(_("消した時刻"))
    erased = models.JSONField(_("消したもの"))
    kept = models.JSONField(_("残したもの"))

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("消去の記録")
        verbose_name_plural = _("消去の記録")
        ordering = ["-pk"]
        triggers = [append_only("erasure_append_only")]

    def __str__(self) -> str:
        return str(self.done_at)
