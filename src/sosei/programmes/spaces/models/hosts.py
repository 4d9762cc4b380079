"""Hosts whom a town has checked, the terms they let under, and the groups that are registered with a town."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality, Organisation
from sosei.core.people.models.history import append_only, keep_history, never_deleted
from sosei.programmes.spaces.models.columns import who
from sosei.programmes.spaces.querysets import HostQuerySet, PersonAndTownQuerySet, PublicQuerySet


@keep_history()
class Host(models.Model):
    """An organisation that lets spaces: a private one, checked by staff, or a department with public facilities."""

    class Kind(models.TextChoices):
        PRIVATE = "private", _("民間")
        PUBLIC = "public", _("公共施設")

    class State(models.TextChoices):
        ASKED = "asked", _("確認を待っている")
        APPROVED = "approved", _("確認ずみ")
        REFUSED = "refused", _("登録できない")

    organisation = models.OneToOneField(
        Organisation,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="space_host",
        verbose_name=_("団体"),
    )
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="space_hosts")
    kind = models.CharField(_("種類"), max_length=7, choices=Kind, default=Kind.PRIVATE)
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("名称（英語）"), max_length=120, blank=True)
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.ASKED)
    representative = models.CharField(_("代表者の名前"), max_length=80)
    address = models.CharField(_("所在地"), max_length=200)
    phone = models.CharField(_("電話"), max_length=20)
    email = models.EmailField(_("メール"))
    about = models.TextField(_("紹介"), blank=True)
    about_en = models.TextField(_("紹介（英語）"), blank=True)
    asked_at = models.DateTimeField(_("登録を申し込んだ時刻"))
    asked_by = who(_("申し込んだ人"))
    decided_at = models.DateTimeField(_("決めた時刻"), null=True, blank=True)
    decided_by = who(_("決めた人"))
    decision_reason = models.TextField(_("決めた理由"), blank=True)

    objects = HostQuerySet.as_manager()

    class Meta:
        verbose_name = _("貸す人")
        verbose_name_plural = _("貸す人")
        ordering = ["name", "pk"]
        triggers = [never_deleted("space_host_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False), name="space_host_decided_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name

    @property
    def host_id(self) -> int:
        """Its own key, so that one predicate serves every table of a host."""
        return self.pk  # type: ignore[no-any-return]

    @property
    def is_approved(self) -> bool:
        """Checked by the town's staff."""
        return self.state == self.State.APPROVED

    @property
    def is_public(self) -> bool:
        """A department with public facilities: permission of use by ordinance, not a contract."""
        return self.kind == self.Kind.PUBLIC


class UsageTerms(models.Model):
    """A version of the terms a town or a host lets under; a new version is a new row, the old one stays readable."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, null=True, blank=True, on_delete=models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField(_("版"))
    text = models.TextField(_("利用規約"))
    text_en = models.TextField(_("利用規約（英語）"), blank=True)
    valid_from = models.DateTimeField(_("いつから"))
    made_by = who(_("作った人"))

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("利用規約")
        verbose_name_plural = _("利用規約")
        ordering = ["-number"]
        triggers = [append_only("space_terms_append_only")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "host", "number"],
                name="space_terms_version_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.host or self.municipality} {self.number}"


@keep_history()
class UserGroup(models.Model):
    """A club or company registered for public facilities (利用団体): its tier and its reduction by ordinance."""

    class Tier(models.TextChoices):
        RESIDENT = "resident", _("市内")
        OUTSIDE = "outside", _("市外")

    class State(models.TextChoices):
        ASKED = "asked", _("確認を待っている")
        APPROVED = "approved", _("登録ずみ")
        REFUSED = "refused", _("登録できない")

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="space_groups")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="space_groups",
        verbose_name=_("代表者"),
    )
    name = models.CharField(_("団体の名前"), max_length=80)
    purpose = models.CharField(_("活動の内容"), max_length=300)
    members = models.PositiveIntegerField(_("人数"))
    resident_members = models.PositiveIntegerField(_("市内に住む・勤める・通う人数"))
    tier = models.CharField(_("区分"), max_length=8, choices=Tier, default=Tier.OUTSIDE)
    exemption_code = models.CharField(_("減免の区分"), max_length=40, blank=True)
    state = models.CharField(_("状態"), max_length=8, choices=State, default=State.ASKED)
    valid_until = models.DateField(_("登録の期限"), null=True, blank=True)
    asked_at = models.DateTimeField(_("申し込んだ時刻"))
    decided_at = models.DateTimeField(_("決めた時刻"), null=True, blank=True)
    decided_by = who(_("決めた人"))
    decision_reason = models.CharField(_("決めた理由"), max_length=300, blank=True)

    objects = PersonAndTownQuerySet.as_manager()

    class Meta:
        verbose_name = _("利用団体")
        verbose_name_plural = _("利用団体")
        ordering = ["name", "pk"]
        triggers = [never_deleted("space_group_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(resident_members__lte=F("members")), name="space_group_residents_are_members"
            ),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(decided_at__isnull=False), name="space_group_decided_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name
