"""Contracts of employment: days that nobody can hold twice, conditions that never change, cancellations."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import append_only, keep_history, never_deleted
from sosei.programmes.jobs.models.applications import Application
from sosei.programmes.jobs.models.employers import Employer, Lodging
from sosei.programmes.jobs.models.feed import feeds
from sosei.programmes.jobs.models.postings import Posting, Shift
from sosei.programmes.jobs.models.workers import same
from sosei.programmes.jobs.querysets import DealQuerySet


@keep_history()
class Contract(models.Model):
    """An employer and a worker, from the moment of agreement; its days and conditions stand in tables of their own."""

    class State(models.TextChoices):
        ACTIVE = "active", _("有効")
        CANCELLED = "cancelled", _("解約した")
        FINISHED = "finished", _("終わった")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="job_contracts")
    employer = models.ForeignKey(
        Employer, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("雇用主")
    )
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("求人")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="job_contracts", verbose_name=_("人")
    )
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="contract")
    lodging = models.ForeignKey(
        Lodging, null=True, blank=True, on_delete=models.PROTECT, related_name="contracts"
    )
    state = models.CharField(_("状態"), max_length=9, choices=State, default=State.ACTIVE)
    worker_name = models.CharField(_("働く人の名前"), max_length=120)
    worker_kana = models.CharField(_("読みかた"), max_length=120, blank=True)
    worker_phone = models.CharField(_("当日の連絡先"), max_length=20, blank=True)
    is_electronic = models.BooleanField(_("通知書を電子で渡す"), default=False)
    paper_version = models.PositiveSmallIntegerField(_("紙で渡した版"), default=0)
    paper_handed_at = models.DateTimeField(_("紙で渡した時刻"), null=True, blank=True)
    made_at = models.DateTimeField(_("契約した時刻"))
    ended_at = models.DateTimeField(_("終わった時刻"), null=True, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("労働契約")
        verbose_name_plural = _("労働契約")
        ordering = ["-made_at", "-pk"]
        triggers = [never_deleted("contract_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="active", ended_at__isnull=True)
                | Q(~Q(state="active"), ended_at__isnull=False),
                name="contract_ended_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.worker_name}: {self.posting}"


class ContractVersion(models.Model):
    """The conditions as they were told, with the notice as PDF; a change is another version."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("版"))
    terms = models.JSONField(_("労働条件"))
    notice = models.BinaryField(_("労働条件通知書（PDF）"))
    notice_sha256 = models.CharField(max_length=64)
    reason = models.CharField(_("変更の理由"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("作った時刻"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("契約の版")
        verbose_name_plural = _("契約の版")
        ordering = ["number"]
        triggers = [append_only("contract_version_append_only")]
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="contract_version_once")]

    def __str__(self) -> str:
        return f"{self.contract} {self.number}"


class ContractConsent(models.Model):
    """One side agreed to, or declined, a version; a version counts when both agreed."""

    class Side(models.TextChoices):
        WORKER = "worker", _("働く人")
        EMPLOYER = "employer", _("雇用主")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="consents")
    side = models.CharField(_("どちら"), max_length=8, choices=Side)
    agreed = models.BooleanField(_("同意した"))
    at = models.DateTimeField(_("時刻"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("契約の版への同意")
        verbose_name_plural = _("契約の版への同意")
        triggers = [append_only("contract_consent_append_only")]
        constraints = [models.UniqueConstraint(fields=["version", "side"], name="contract_consent_once")]

    def __str__(self) -> str:
        return f"{self.version} {self.side}"


@keep_history()
class WorkDay(models.Model):
    """A shift that a worker has agreed to work; no two of a person's days ever overlap."""

    class State(models.TextChoices):
        PLANNED = "planned", _("予定")
        WORKED = "worked", _("働いた")
        ABSENT = "absent", _("来なかった")
        CANCELLED = "cancelled", _("取り消した")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="work_days")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="work_days")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="work_days")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="days")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="days")
    period = DateTimeRangeField(_("時間"))
    break_minutes = models.PositiveSmallIntegerField(_("休憩（分）"))
    state = models.CharField(_("状態"), max_length=9, choices=State, default=State.PLANNED)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("勤務")
        verbose_name_plural = _("勤務")
        ordering = ["period", "pk"]
        triggers = [
            never_deleted("work_day_never_deleted"),
            feeds("worker", "person_id", "work_day_feeds_search"),
        ]
        constraints = [
            ExclusionConstraint(
                name="work_day_never_two_at_a_time",
                expressions=[(same("person"), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
                condition=Q(state__in=["planned", "worked"]),
            ),
            models.UniqueConstraint(fields=["contract", "shift"], name="work_day_once"),
        ]
        indexes = [models.Index(fields=["employer", "state"], name="work_day_by_employer")]

    def __str__(self) -> str:
        return f"{self.contract} {self.period.lower:%Y-%m-%d}"


class Cancellation(models.Model):
    """Who called off a day or a whole contract, on which ground, how long before, and what is owed for it."""

    class Side(models.TextChoices):
        WORKER = "worker", _("働く人")
        EMPLOYER = "employer", _("雇用主")
        TOWN = "town", _("市")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="cancellations")
    day = models.OneToOneField(WorkDay, on_delete=models.PROTECT, related_name="cancellation")
    side = models.CharField(_("取り消した側"), max_length=8, choices=Side)
    ground = models.CharField(_("事由"), max_length=40)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    minutes_before = models.IntegerField(_("始まりの何分前か"))
    yen_owed = models.PositiveIntegerField(_("払う額（円）"), default=0)
    basis = models.CharField(_("根拠"), max_length=200, blank=True)
    at = models.DateTimeField(_("時刻"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("取り消し")
        verbose_name_plural = _("取り消し")
        ordering = ["-at", "-pk"]
        triggers = [append_only("cancellation_append_only")]

    def __str__(self) -> str:
        return f"{self.day} {self.side}"
