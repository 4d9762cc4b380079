"""The days themselves: punches by phone, corrections with answers, safety notices to all on site."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, keep_history
from sosei.programmes.jobs.models.contracts import WorkDay
from sosei.programmes.jobs.models.employers import Employer, Workplace
from sosei.programmes.jobs.querysets import DealQuerySet, OfEmployerQuerySet, SafetyNoticeQuerySet


class SiteCode(models.Model):
    """The secret in the QR code that hangs at a workplace; replaced, never changed."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    workplace = models.ForeignKey(Workplace, on_delete=models.PROTECT, related_name="codes")
    secret = models.CharField(max_length=40, unique=True)
    made_at = models.DateTimeField(_("作った時刻"))
    ended_at = models.DateTimeField(_("使えなくした時刻"), null=True, blank=True)

    objects = OfEmployerQuerySet.as_manager()

    class Meta:
        verbose_name = _("現場のQRコード")
        verbose_name_plural = _("現場のQRコード")
        constraints = [
            models.UniqueConstraint(
                fields=["workplace"], condition=Q(ended_at__isnull=True), name="site_code_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return str(self.workplace)


class Punch(models.Model):
    """Somebody came or went, as the phone noted it; a phone without a network sends it later, once."""

    class Kind(models.TextChoices):
        IN = "in", _("来た")
        OUT = "out", _("帰った")

    class Way(models.TextChoices):
        QR = "qr", _("QRコード")
        OFFLINE = "offline", _("電波がないときのQRコード")
        EMPLOYER = "employer", _("雇用主が入力")
        STAFF = "staff", _("市の担当者が入力")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.ForeignKey(WorkDay, on_delete=models.PROTECT, related_name="punches")
    kind = models.CharField(_("種類"), max_length=3, choices=Kind)
    way = models.CharField(_("方法"), max_length=8, choices=Way)
    at = models.DateTimeField(_("時刻"))
    received_at = models.DateTimeField(_("届いた時刻"))
    token = models.UUIDField(unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("打刻")
        verbose_name_plural = _("打刻")
        ordering = ["at", "pk"]
        triggers = [append_only("punch_append_only")]
        constraints = [models.UniqueConstraint(fields=["day", "kind"], name="punch_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


@keep_history()
class Correction(models.Model):
    """Other hours than the punches say: asked by the worker, answered by the employer with a reason."""

    class State(models.TextChoices):
        ASKED = "asked", _("返事を待っている")
        ACCEPTED = "accepted", _("認めた")
        REFUSED = "refused", _("認めない")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.ForeignKey(WorkDay, on_delete=models.PROTECT, related_name="corrections")
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.ASKED)
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"))
    break_minutes = models.PositiveSmallIntegerField(_("休憩（分）"))
    reason = models.CharField(_("理由"), max_length=300)
    asked_at = models.DateTimeField(_("求めた時刻"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(_("返事"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("返事の時刻"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("時間の修正")
        verbose_name_plural = _("時間の修正")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="correction_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at__isnull=True)
                | Q(~Q(state="asked"), answered_at__isnull=False),
                name="correction_answered_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["day"], condition=Q(state="asked"), name="correction_one_asked_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class SafetyNotice(models.Model):
    """A warning of heat, typhoon or the like, to everybody who works there that day."""

    class Kind(models.TextChoices):
        HEAT = "heat", _("暑さ")
        STORM = "storm", _("台風・大雨")
        OTHER = "other", _("そのほか")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("種類"), max_length=5, choices=Kind)
    on = models.DateField(_("日"))
    text = models.TextField(_("知らせ"))
    text_en = models.TextField(_("知らせ（英語）"), blank=True)
    sent_at = models.DateTimeField(_("送った時刻"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = SafetyNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("安全の知らせ")
        verbose_name_plural = _("安全の知らせ")
        ordering = ["-sent_at", "-pk"]
        triggers = [append_only("safety_notice_append_only")]

    def __str__(self) -> str:
        return self.text[:40]


class SafetyAnswer(models.Model):
    """Somebody on site has read a safety notice, and is well or needs help."""

    class Answer(models.TextChoices):
        TOLD = "told", _("知らせた")
        SAFE = "safe", _("だいじょうぶ")
        HELP = "help", _("助けがいる")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    notice = models.ForeignKey(SafetyNotice, on_delete=models.PROTECT, related_name="answers")
    day = models.ForeignKey(WorkDay, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(_("返事"), max_length=4, choices=Answer, default=Answer.TOLD)
    answered_at = models.DateTimeField(_("返事の時刻"), null=True, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("安全の返事")
        verbose_name_plural = _("安全の返事")
        constraints = [models.UniqueConstraint(fields=["notice", "day"], name="safety_answer_once")]

    def __str__(self) -> str:
        return self.answer
