"""Tables of the loop: levers that bend the projection, the target whose gap is measured, and the packages' shares.

A row is changed in place and its history kept by the database: there is one lever of a kind, one target and one share
a package, and each says why it is so.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history, never_deleted
from sosei.planning.outcomes.querysets_levers import GapShareQuerySet, LeverQuerySet

LONGEST_REASON = 500


class _Decided(models.Model):
    """What somebody decided, when, and why."""

    reason = models.CharField(_("理由"), max_length=LONGEST_REASON)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("決めた人"),
    )
    set_at = models.DateTimeField(_("決めた時刻"))

    class Meta:
        abstract = True


@keep_history()
class Lever(_Decided):
    """How facts or a KPI become an assumption of the projection; `parameters` as `loop.settings` reads them.

    Without a row for settled households the projection uses them with the settings of a new lever.
    """

    class Kind(models.TextChoices):
        SETTLED = "settled", _("移り住んだ世帯から、毎年の転入へ")
        BIRTHS = "births", _("出生数のKPIから、出生率へ")
        MARRIAGE = "marriage", _("婚姻率のKPIから、出生率へ")

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="levers", verbose_name=_("自治体")
    )
    kind = models.CharField(_("種類"), max_length=10, choices=Kind)
    kpi = models.ForeignKey(
        "strategy.Kpi",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="levers",
        verbose_name="KPI",
    )
    parameters = models.JSONField(_("設定"), default=dict)
    in_force = models.BooleanField(_("使う"), default=True)

    objects = LeverQuerySet.as_manager()

    class Meta:
        verbose_name = _("推計への反映")
        verbose_name_plural = _("推計への反映")
        ordering = ["municipality", "kind"]
        triggers = [never_deleted("lever_never_deleted")]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind"], name="lever_once_a_kind"),
            # Births and marriages say the same thing twice: only one of them may move the fertility rate.
            models.UniqueConstraint(
                fields=["municipality"],
                condition=Q(kind__in=("births", "marriage"), in_force=True),
                name="lever_one_for_fertility",
            ),
            models.CheckConstraint(
                condition=Q(kind="settled", kpi__isnull=True)
                | Q(kind__in=("births", "marriage"), kpi__isnull=False),
                name="lever_of_fertility_names_its_kpi",
            ),
        ]

    def __str__(self) -> str:
        return str(self.Kind(self.kind).label)


@keep_history()
class GapTarget(_Decided):
    """The population that the programmes are measured against, and the households that close the gap.

    `scenario` is one of the vision's; where it is empty, `total` is a figure that the town states.
    """

    municipality = models.OneToOneField(
        Municipality, on_delete=models.PROTECT, related_name="gap_target", verbose_name=_("自治体")
    )
    year = models.SmallIntegerField(_("年"))
    scenario = models.CharField(_("シナリオ"), max_length=60, blank=True)
    total = models.IntegerField(_("人口"), null=True, blank=True)
    mix = models.JSONField(_("世帯の種類の割合"), default=dict)

    objects = LeverQuerySet.as_manager()

    class Meta:
        verbose_name = _("目標とする人口")
        verbose_name_plural = _("目標とする人口")
        triggers = [never_deleted("gap_target_never_deleted")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scenario="", total__gt=0) | (~Q(scenario="") & Q(total__isnull=True)),
                name="gap_target_is_a_scenario_or_a_figure",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.scenario or self.total}"


@keep_history()
class GapShare(_Decided):
    """The weight with which a package takes its part of the households that are still missing."""

    package = models.OneToOneField(
        "strategy.PolicyPackage",
        on_delete=models.PROTECT,
        related_name="gap_share",
        verbose_name=_("政策パッケージ"),
    )
    weight = models.DecimalField(_("重み"), max_digits=8, decimal_places=2)

    objects = GapShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("不足する世帯の分担")
        verbose_name_plural = _("不足する世帯の分担")
        ordering = ["package"]
        triggers = [never_deleted("gap_share_never_deleted")]
        constraints = [
            models.CheckConstraint(condition=Q(weight__gte=0), name="gap_share_weight_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.package_id}: {self.weight}"
