"""Locks, the codes that open them for the time of a booking, and what the locks told."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, keep_history
from sosei.programmes.spaces.models.bookings import Booking
from sosei.programmes.spaces.models.columns import same
from sosei.programmes.spaces.models.hosts import Host
from sosei.programmes.spaces.models.listings import Space
from sosei.programmes.spaces.querysets import BusinessQuerySet, DealQuerySet, DoorCodeQuerySet


@keep_history(exclude=("secret", "seen_at", "problem", "failures"))
class Lock(models.Model):
    """A lock or key box on the door of a space, reached through a driver.

    Attributes:
        paper_place: where a voucher is exchanged for a key; of an electronic lock, what helps when it does not answer.
        failures: how often in a row it did not answer.
    """

    class Driver(models.TextChoices):
        SIMULATED = "simulated", _("練習用の鍵")
        PAPER = "paper", _("紙の引きかえ券（鍵は窓口）")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="locks")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="locks")
    name = models.CharField(_("名前"), max_length=80)
    driver = models.CharField(_("種類"), max_length=10, choices=Driver)
    address = models.URLField(_("鍵のアドレス"), max_length=300, blank=True)
    secret = models.CharField(max_length=80, blank=True)
    paper_place = models.CharField(_("鍵をわたす場所"), max_length=200, blank=True)
    minutes_before = models.PositiveSmallIntegerField(_("何分前から開くか"), default=10)
    minutes_after = models.PositiveSmallIntegerField(_("何分後まで開くか"), default=10)
    seen_at = models.DateTimeField(_("最後に返事があった時刻"), null=True, blank=True)
    problem = models.CharField(_("鍵の問題"), max_length=300, blank=True)
    failures = models.PositiveIntegerField(_("続けて返事がなかった回数"), default=0)
    ended_at = models.DateTimeField(_("使わなくなった時刻"), null=True, blank=True)

    objects = BusinessQuerySet.as_manager()

    class Meta:
        verbose_name = _("鍵")
        verbose_name_plural = _("鍵")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class DoorCode(models.Model):
    """A code that opens a lock for the time of a booking, and never at another; ended, never reused while near.

    Attributes:
        removed_at: an ended code is no longer in the lock.
        told_at: the guest has the letter with the code.
    """

    class State(models.TextChoices):
        MADE = "made", _("作った")
        SENT = "sent", _("鍵に送った")
        ENDED = "ended", _("使えなくした")
        FAILED = "failed", _("鍵に送れない")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="door_codes")
    lock = models.ForeignKey(Lock, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(_("暗証番号"), max_length=12)
    period = DateTimeRangeField(_("使える時間"))
    state = models.CharField(_("状態"), max_length=6, choices=State, default=State.MADE)
    made_at = models.DateTimeField(_("作った時刻"))
    sent_at = models.DateTimeField(_("鍵に送った時刻"), null=True, blank=True)
    ended_at = models.DateTimeField(_("使えなくした時刻"), null=True, blank=True)
    removed_at = models.DateTimeField(_("鍵から消えた時刻"), null=True, blank=True)
    told_at = models.DateTimeField(_("使う人に知らせた時刻"), null=True, blank=True)
    tries = models.PositiveIntegerField(_("送れなかった回数"), default=0)
    problem = models.CharField(_("送れない理由"), max_length=300, blank=True)

    objects = DoorCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("暗証番号")
        verbose_name_plural = _("暗証番号")
        ordering = ["period", "pk"]
        constraints = [
            ExclusionConstraint(
                name="door_code_one_at_a_time",
                expressions=[
                    (same("lock_id"), RangeOperators.OVERLAPS),
                    (same("booking_id"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=~Q(state="ended"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["lock"],
                condition=Q(state="ended", removed_at__isnull=True),
                name="door_code_to_be_removed",
            ),
            models.Index(
                fields=["booking"],
                condition=~Q(state="ended") & Q(told_at__isnull=True),
                name="door_code_to_be_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lock} {self.period.lower:%Y-%m-%d}"


class LockUse(models.Model):
    """What a lock told: somebody typed a code, and whether it opened."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lock = models.ForeignKey(Lock, on_delete=models.PROTECT, related_name="uses")
    code = models.ForeignKey(DoorCode, null=True, blank=True, on_delete=models.PROTECT, related_name="uses")
    at = models.DateTimeField(_("時刻"))
    opened = models.BooleanField(_("開いた"))
    why = models.CharField(_("開かなかった理由"), max_length=24, blank=True)
    event = models.CharField(max_length=64)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("鍵の記録")
        verbose_name_plural = _("鍵の記録")
        ordering = ["-at", "-pk"]
        triggers = [append_only("lock_use_append_only")]
        constraints = [models.UniqueConstraint(fields=["lock", "event"], name="lock_use_once")]

    def __str__(self) -> str:
        return f"{self.lock} {self.at:%Y-%m-%d %H:%M}"
