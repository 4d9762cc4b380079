"""What comes after, and what goes wrong: reviews, finite measures against abuse, complaints, certificates, invitations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, keep_history, never_deleted
from sosei.programmes.jobs.models.contracts import Contract
from sosei.programmes.jobs.models.employers import Employer
from sosei.programmes.jobs.models.postings import Posting
from sosei.programmes.jobs.querysets import (
    AboutEmployerQuerySet,
    DealQuerySet,
    PersonAndTownQuerySet,
    ReviewQuerySet,
)


@keep_history()
class Review(models.Model):
    """What one side of a finished contract says of the other; shown when both are in or the time is over."""

    class Side(models.TextChoices):
        WORKER = "worker", _("働いた人から")
        EMPLOYER = "employer", _("雇用主から")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="reviews")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="job_reviews")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="reviews")
    side = models.CharField(_("どちらから"), max_length=8, choices=Side)
    good = models.BooleanField(_("また働きたい・また来てほしい"))
    comment = models.TextField(_("ことば"), blank=True)
    written_at = models.DateTimeField(_("書いた時刻"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    shown_at = models.DateTimeField(_("公開した時刻"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("かくした時刻"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    hidden_reason = models.CharField(_("かくした理由"), max_length=300, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("評価")
        verbose_name_plural = _("評価")
        ordering = ["-written_at", "-pk"]
        triggers = [never_deleted("job_review_never_deleted")]
        constraints = [
            models.UniqueConstraint(fields=["contract", "side"], name="job_review_once_a_side"),
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_reason=""),
                name="job_review_hidden_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.comment[:40]


@keep_history()
class Restriction(models.Model):
    """A measure against abuse: never a fine, always with an end and a reason, open to objection."""

    class Kind(models.TextChoices):
        ONE_JOB = "one_job", _("同時に申し込めるのは1件まで")
        PAUSE = "pause", _("新しい申し込みを休む")
        NO_POSTING = "no_posting", _("新しい求人を出せない")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(
        Employer, null=True, blank=True, on_delete=models.PROTECT, related_name="restrictions"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="job_restrictions",
    )
    kind = models.CharField(_("内容"), max_length=10, choices=Kind)
    starts_at = models.DateTimeField(_("始まり"))
    ends_at = models.DateTimeField(_("終わり"))
    reason = models.CharField(_("理由"), max_length=300)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(_("取り消した時刻"), null=True, blank=True)
    lifted_reason = models.CharField(_("取り消した理由"), max_length=300, blank=True)
    objection = models.TextField(_("本人の意見"), blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("利用の制限")
        verbose_name_plural = _("利用の制限")
        ordering = ["-starts_at", "-pk"]
        triggers = [never_deleted("restriction_never_deleted")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="restriction_has_an_end"),
            models.CheckConstraint(condition=~Q(reason=""), name="restriction_has_a_reason"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, employer__isnull=True)
                | Q(person__isnull=True, employer__isnull=False),
                name="restriction_of_one_side",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


@keep_history()
class Complaint(models.Model):
    """A complaint or a report of harassment, read by the town alone, with a day by which it is answered."""

    class Kind(models.TextChoices):
        HARASSMENT = "harassment", _("ハラスメント")
        WAGES = "wages", _("賃金")
        SAFETY = "safety", _("安全")
        CONDITIONS = "conditions", _("条件がちがう")
        OTHER = "other", _("そのほか")

    class State(models.TextChoices):
        OPEN = "open", _("受け付けた")
        WORKING = "working", _("対応している")
        ANSWERED = "answered", _("答えた")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    about = models.ForeignKey(
        Employer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="complaints",
        verbose_name=_("どの雇用主のことか"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="complaints", verbose_name=_("人")
    )
    kind = models.CharField(_("種類"), max_length=10, choices=Kind)
    text = models.TextField(_("何があったか"))
    wish = models.TextField(_("どうしてほしいか"), blank=True)
    may_be_named = models.BooleanField(_("雇用主に名前を伝えてよい"), default=False)
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.OPEN)
    reported_at = models.DateTimeField(_("届いた時刻"))
    due_on = models.DateField(_("答える期限"))
    answer = models.TextField(_("答え"), blank=True)
    answered_at = models.DateTimeField(_("答えた時刻"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AboutEmployerQuerySet.as_manager()

    class Meta:
        verbose_name = _("相談・苦情")
        verbose_name_plural = _("相談・苦情")
        ordering = ["due_on", "pk"]
        triggers = [never_deleted("complaint_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False)
                | Q(~Q(state="answered"), answered_at__isnull=True),
                name="complaint_answered_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Certificate(models.Model):
    """A certificate of what a worker did in the town, which an outsider can check by its number."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="job_certificates"
    )
    number = models.CharField(_("証明書の番号"), max_length=20, unique=True)
    first_day = models.DateField(_("最初の日"))
    last_day = models.DateField(_("最後の日"))
    days = models.PositiveIntegerField(_("日数"))
    minutes = models.PositiveIntegerField(_("時間（分）"))
    employers = models.JSONField(_("働いた場所"), default=list)
    pdf = models.BinaryField(_("証明書（PDF）"))
    issued_at = models.DateTimeField(_("出した時刻"))

    objects = PersonAndTownQuerySet.as_manager()

    class Meta:
        verbose_name = _("活動の証明書")
        verbose_name_plural = _("活動の証明書")
        ordering = ["-issued_at", "-pk"]
        triggers = [append_only("certificate_append_only")]

    def __str__(self) -> str:
        return self.number


class ReturnInvitation(models.Model):
    """An employer asks somebody who worked well to come again."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="return_invitations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="return_invitations")
    text = models.TextField(_("ことば"), blank=True)
    sent_at = models.DateTimeField(_("送った時刻"))
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("また来てほしい人への招待")
        verbose_name_plural = _("また来てほしい人への招待")
        ordering = ["-sent_at", "-pk"]
        triggers = [append_only("return_invitation_append_only")]
        constraints = [models.UniqueConstraint(fields=["posting", "person"], name="return_invitation_once")]

    def __str__(self) -> str:
        return f"{self.posting} {self.person_id}"


class RelocationWish(models.Model):
    """A worker asks the town, in one click, to talk about moving in."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("聞きたいこと"), blank=True)
    asked_at = models.DateTimeField(_("申し込んだ時刻"))
    answered_at = models.DateTimeField(_("連絡した時刻"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PersonAndTownQuerySet.as_manager()

    class Meta:
        verbose_name = _("移住の相談の申し込み")
        verbose_name_plural = _("移住の相談の申し込み")
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d}"
