"""Measures with their department, partners, budget, logic model and dated actions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Organisation
from sosei.core.people.models.history import keep_history
from sosei.planning.strategy.models.common import Titled, in_language
from sosei.planning.strategy.models.terms import GrantProgramme, PolicyPackage, PromotionModel, Strategy
from sosei.planning.strategy.querysets import PartQuerySet


@keep_history()
class Measure(Titled):
    """A measure (施策) of a package, with its logic model down to the component of population change it aims at."""

    class Component(models.TextChoices):
        BIRTHS = "births", _("出生を増やす")
        DEATHS = "deaths", _("死亡を減らす")
        IN_MIGRATION = "in_migration", _("転入を増やす")
        OUT_MIGRATION = "out_migration", _("転出を減らす")
        INDIRECT = "indirect", _("間接に支える")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="measures")
    package = models.ForeignKey(PolicyPackage, on_delete=models.PROTECT, related_name="measures")
    number = models.CharField(_("番号"), max_length=16, blank=True)
    position = models.SmallIntegerField(_("順番"), default=0)
    department = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="measures",
        verbose_name=_("担当の部署"),
    )
    input = models.TextField(_("投入（インプット）"), blank=True)
    input_en = models.TextField(_("投入（英語）"), blank=True)
    activity = models.TextField(_("活動（アクティビティ）"), blank=True)
    activity_en = models.TextField(_("活動（英語）"), blank=True)
    output = models.TextField(_("産出（アウトプット）"), blank=True)
    output_en = models.TextField(_("産出（英語）"), blank=True)
    outcome = models.TextField(_("成果（アウトカム）"), blank=True)
    outcome_en = models.TextField(_("成果（英語）"), blank=True)
    component = models.CharField(_("人口のどこに効くか"), max_length=16, choices=Component, blank=True)
    ended_on = models.DateField(_("終えた日"), null=True, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("施策")
        verbose_name_plural = _("施策")
        ordering = ["strategy", "package__goal__number", "package__position", "position", "pk"]


class PromotionTag(models.Model):
    """A package or a measure stands under a promotion model."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="promotion_tags")
    model = models.ForeignKey(PromotionModel, on_delete=models.CASCADE, related_name="tags")
    package = models.ForeignKey(
        PolicyPackage, null=True, blank=True, on_delete=models.CASCADE, related_name="promotion_tags"
    )
    measure = models.ForeignKey(
        Measure, null=True, blank=True, on_delete=models.CASCADE, related_name="promotion_tags"
    )

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("重点推進モデルの印")
        verbose_name_plural = _("重点推進モデルの印")
        ordering = ["model", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "package", "measure"], nulls_distinct=False, name="promotion_tag_once"
            ),
            models.CheckConstraint(
                condition=Q(package__isnull=True) ^ Q(measure__isnull=True),
                name="promotion_tag_names_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.package or self.measure}"


@keep_history()
class MeasurePartner(models.Model):
    """Who carries a measure together with the department, and in which part."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="partners")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("名称（英語）"), max_length=120, blank=True)
    part = models.CharField(_("役割"), max_length=200)
    part_en = models.CharField(_("役割（英語）"), max_length=200, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("協力する団体")
        verbose_name_plural = _("協力する団体")
        ordering = ["measure", "pk"]

    def __str__(self) -> str:
        return in_language(self, "name")

    @property
    def local_part(self) -> str:
        """The part in the reader's language."""
        return in_language(self, "part")


@keep_history()
class MeasureBudget(models.Model):
    """The budget of a measure in a fiscal year, and what of it a grant pays; whole yen."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="budgets")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="budgets")
    fiscal_year = models.SmallIntegerField(_("年度"))
    amount_yen = models.BigIntegerField(_("予算（円）"))
    grant = models.ForeignKey(
        GrantProgramme, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("交付金")
    )
    grant_yen = models.BigIntegerField(_("うち交付金（円）"), default=0)
    spent_yen = models.BigIntegerField(_("決算（円）"), null=True, blank=True)
    note = models.CharField(_("備考"), max_length=300, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("予算")
        verbose_name_plural = _("予算")
        ordering = ["measure", "fiscal_year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "fiscal_year", "grant"], nulls_distinct=False, name="budget_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_yen__gte=0, grant_yen__gte=0, grant_yen__lte=F("amount_yen")),
                name="budget_grant_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(grant__isnull=False) | Q(grant_yen=0), name="budget_grant_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year}: {self.amount_yen:,}"


@keep_history()
class Action(Titled):
    """A dated action within a measure."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="actions")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="actions")
    starts_on = models.DateField(_("始める日"), null=True, blank=True)
    ends_on = models.DateField(_("終える日"), null=True, blank=True)
    done_on = models.DateField(_("終わった日"), null=True, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("取組")
        verbose_name_plural = _("取組")
        ordering = ["measure", "starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="action_ends_after_it_begins",
            )
        ]
