"""What a person tells of himself as a worker: wishes, licences with proof, free days, account; and searches kept."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history
from sosei.programmes.jobs.models.columns import latitude, longitude
from sosei.programmes.jobs.models.feed import feeds
from sosei.programmes.jobs.querysets import OfPersonQuerySet, OwnQuerySet


def same(column: str) -> Func:
    """A key as a range of its own, so that an exclusion constraint can compare it without an extension."""
    return Func(F(column), F(column), Value("[]"), function="int8range")


@keep_history()
class WorkerProfile(models.Model):
    """Wishes and experience of somebody who looks for work; the date of birth stays in the core."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="worker",
        verbose_name=_("人"),
    )
    about = models.TextField(_("自己紹介"), blank=True)
    latitude = latitude(null=True, blank=True)
    longitude = longitude(null=True, blank=True)
    place_name = models.CharField(_("出発する場所"), max_length=120, blank=True)
    max_km = models.PositiveSmallIntegerField(_("通える距離（km）"), default=20)
    needs_lodging = models.BooleanField(_("泊まる場所がいる"), default=False)
    wants_half_day = models.BooleanField(_("半日だけ働きたい"), default=False)
    needs_desk = models.BooleanField(_("自分の仕事をする机がいる"), default=False)
    wage_wish = models.PositiveIntegerField(_("希望の時給（円）"), null=True, blank=True)
    kinds = ArrayField(
        models.CharField(max_length=24), verbose_name=_("したい仕事"), default=list, blank=True
    )
    skills = ArrayField(models.CharField(max_length=24), verbose_name=_("経験"), default=list, blank=True)
    is_student = models.BooleanField(_("学生"), default=False)
    other_weekly_minutes = models.PositiveIntegerField(_("ほかの勤め先で1週間に働く時間（分）"), default=0)
    other_employers = models.CharField(_("ほかの勤め先"), max_length=200, blank=True)
    emergency_contact = models.CharField(_("緊急の連絡先"), max_length=120, blank=True)
    is_listed = models.BooleanField(_("町の人から声をかけられてもよい"), default=True)
    wants_paper = models.BooleanField(_("労働条件通知書を紙でもらう"), default=True)
    electronic_chosen_at = models.DateTimeField(_("電子で受け取ると決めた時刻"), null=True, blank=True)
    updated_at = models.DateTimeField(_("更新した時刻"))

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("働く人の登録")
        verbose_name_plural = _("働く人の登録")
        triggers = [feeds("worker", "person_id", "worker_feeds_search")]
        constraints = [
            # The law allows electronic delivery by the worker's own choice only.
            models.CheckConstraint(
                condition=Q(wants_paper=True) | Q(electronic_chosen_at__isnull=False),
                name="worker_electronic_by_choice",
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


@keep_history()
class Licence(models.Model):
    """A licence or qualification with its proof, checked by the staff of a town."""

    class State(models.TextChoices):
        SENT = "sent", _("確認を待っている")
        CHECKED = "checked", _("確認ずみ")
        REFUSED = "refused", _("確認できない")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="licences", verbose_name=_("人")
    )
    kind = models.CharField(_("資格"), max_length=24)
    number = models.CharField(_("番号"), max_length=40, blank=True)
    expires_on = models.DateField(_("有効期限"), null=True, blank=True)
    state = models.CharField(_("状態"), max_length=7, choices=State, default=State.SENT)
    sent_at = models.DateTimeField(_("届け出た時刻"))
    decided_at = models.DateTimeField(_("確かめた時刻"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("理由"), max_length=300, blank=True)

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("資格")
        verbose_name_plural = _("資格")
        triggers = [feeds("worker", "person_id", "licence_feeds_search")]
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="licence_one_of_a_kind"),
            models.CheckConstraint(
                condition=Q(state="sent") | Q(decided_at__isnull=False), name="licence_decided_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class Availability(models.Model):
    """Days on which a person can work."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="availabilities",
        verbose_name=_("人"),
    )
    days = DateRangeField(_("働ける日"))

    objects = OfPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("働ける日")
        verbose_name_plural = _("働ける日")
        triggers = [feeds("worker", "person_id", "availability_feeds_search")]
        ordering = ["days", "pk"]
        constraints = [
            ExclusionConstraint(
                name="availability_never_overlaps",
                expressions=[(same("person"), RangeOperators.OVERLAPS), ("days", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(days__lower_inf=False, days__upper_inf=False, days__isempty=False),
                name="availability_has_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.days.lower} {self.days.upper}"


class BankAccount(models.Model):
    """Where wages go; read by the worker, and by those who make the payment file."""

    class Type(models.TextChoices):
        ORDINARY = "1", _("普通")
        CURRENT = "2", _("当座")
        SAVINGS = "4", _("貯蓄")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="bank_account",
        verbose_name=_("人"),
    )
    bank_code = models.CharField(_("銀行コード"), max_length=4)
    bank_name = models.CharField(_("銀行名（カナ）"), max_length=15)
    branch_code = models.CharField(_("支店コード"), max_length=3)
    branch_name = models.CharField(_("支店名（カナ）"), max_length=15)
    type = models.CharField(_("預金の種類"), max_length=1, choices=Type, default=Type.ORDINARY)
    number = models.CharField(_("口座番号"), max_length=7)
    holder = models.CharField(_("口座の名義（カナ）"), max_length=30)
    updated_at = models.DateTimeField(_("更新した時刻"))

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("振込先の口座")
        verbose_name_plural = _("振込先の口座")
        constraints = [
            models.CheckConstraint(
                condition=Q(bank_code__regex=r"^[0-9]{4}$")
                & Q(branch_code__regex=r"^[0-9]{3}$")
                & Q(number__regex=r"^[0-9]{7}$"),
                name="bank_account_digits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank_code}-{self.branch_code}"


class SavedSearch(models.Model):
    """A search whose new results are told to the person."""

    municipality = models.ForeignKey(
        Municipality, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="job_searches", verbose_name=_("人")
    )
    name = models.CharField(_("名前"), max_length=80)
    query = models.JSONField(_("条件"), default=dict)
    is_told = models.BooleanField(_("新しい求人を知らせる"), default=True)
    made_at = models.DateTimeField(_("作った時刻"))
    told_at = models.DateTimeField(_("最後に知らせた時刻"), null=True, blank=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("保存した条件")
        verbose_name_plural = _("保存した条件")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
