"""Municipalities, the tenants of an installation, and the organisations within them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models.history import keep_history, never_deleted
from sosei.core.people.querysets.places import MunicipalityQuerySet, OrganisationQuerySet


@keep_history()
class Municipality(models.Model):
    """A town that uses this installation: what belongs to one is never shown in another's."""

    code = models.CharField(_("全国地方公共団体コード"), max_length=5, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    name_en = models.CharField(_("名称（英語）"), max_length=100, blank=True)
    zone = models.CharField(_("時刻帯"), max_length=40, default="Asia/Tokyo")
    contact_email = models.EmailField(_("問い合わせ先のメール"), blank=True)
    contact_phone = models.CharField(_("問い合わせ先の電話"), max_length=16, blank=True)
    is_demonstration = models.BooleanField(_("実演用"), default=False)
    opened_at = models.DateTimeField(_("使い始めた時刻"))
    closed_at = models.DateTimeField(_("使い終えた時刻"), null=True, blank=True)

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("自治体")
        verbose_name_plural = _("自治体")
        ordering = ["code"]
        triggers = [never_deleted("municipality_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{5}$"), name="municipality_code_five_digits"
            )
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name


@keep_history()
class Organisation(models.Model):
    """An employer, host, non-profit, association or a department of the municipality."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("自治体の部署")
        EMPLOYER = "employer", _("雇用主")
        HOST = "host", _("場所を貸す団体")
        NPO = "npo", _("NPO")
        ASSOCIATION = "association", _("団体・組合")

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="organisations", verbose_name=_("自治体")
    )
    kind = models.CharField(_("種類"), max_length=16, choices=Kind)
    name = models.CharField(_("名称"), max_length=120)
    name_kana = models.CharField(_("名称（カナ）"), max_length=200, blank=True)
    name_en = models.CharField(_("名称（英語）"), max_length=120, blank=True)
    corporate_number = models.CharField(_("法人番号"), max_length=13, blank=True)
    email = models.EmailField(_("メール"), blank=True)
    phone = models.CharField(_("電話"), max_length=16, blank=True)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("上の部署"),
    )
    created_at = models.DateTimeField(_("登録した時刻"), auto_now_add=True)
    closed_at = models.DateTimeField(_("終えた時刻"), null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("団体")
        verbose_name_plural = _("団体")
        ordering = ["name", "pk"]
        triggers = [never_deleted("organisation_never_deleted")]
        constraints = [
            # The target of the membership's composite key: a role in an organisation is a role in its town.
            models.UniqueConstraint(fields=["id", "municipality"], name="organisation_in_municipality"),
            models.UniqueConstraint(
                fields=["municipality", "corporate_number"],
                condition=~Q(corporate_number=""),
                name="organisation_corporate_number_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name
