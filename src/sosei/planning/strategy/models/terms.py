"""Strategies and what they consist of above the measures: concept, basic goals, promotion models, packages, lineage."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history
from sosei.planning.strategy.models.common import Titled, in_language
from sosei.planning.strategy.querysets import PartQuerySet, PublicQuerySet, RuleQuerySet, StrategyQuerySet


class NationalFramework(Titled):
    """A national frame under which municipalities write their strategies; its name changes, so it is a row."""

    code = models.SlugField(_("記号"), max_length=40, unique=True)
    decided_on = models.DateField(_("決定の日"), null=True, blank=True)
    first_fiscal_year = models.SmallIntegerField(_("最初の年度"), null=True, blank=True)
    last_fiscal_year = models.SmallIntegerField(_("最後の年度"), null=True, blank=True)
    source = models.CharField(_("出典"), max_length=300)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("国の枠組み")
        verbose_name_plural = _("国の枠組み")
        ordering = ["first_fiscal_year", "code"]


class GrantProgramme(Titled):
    """A national grant with its rules: share, ceiling, how long, how many KPIs, what must be published."""

    code = models.SlugField(_("記号"), max_length=40, unique=True)
    first_fiscal_year = models.SmallIntegerField(_("最初の年度"), null=True, blank=True)
    last_fiscal_year = models.SmallIntegerField(_("最後の年度"), null=True, blank=True)
    share_numerator = models.SmallIntegerField(_("補助率の分子"), default=1)
    share_denominator = models.SmallIntegerField(_("補助率の分母"), default=2)
    ceiling_yen = models.BigIntegerField(_("1年の上限（円）"), null=True, blank=True)
    years = models.SmallIntegerField(_("年数"), null=True, blank=True)
    years_at_most = models.SmallIntegerField(_("最長の年数"), null=True, blank=True)
    kpis_at_most = models.SmallIntegerField(_("KPIの上限の数"), null=True, blank=True)
    source = models.CharField(_("出典"), max_length=300)

    objects = PublicQuerySet.as_manager()

    class Meta:
        verbose_name = _("交付金")
        verbose_name_plural = _("交付金")
        ordering = ["first_fiscal_year", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share_denominator__gt=0, share_numerator__gt=0),
                name="grant_share_is_a_share",
            )
        ]


@keep_history()
class JudgementRule(models.Model):
    """A town's own rule of judgement, or the preset it adopted; `definition` as `judgement` reads it."""

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="judgement_rules", verbose_name=_("自治体")
    )
    name = models.CharField(_("名称"), max_length=100)
    name_en = models.CharField(_("名称（英語）"), max_length=100, blank=True)
    preset = models.SlugField(_("もとにした例"), max_length=40, blank=True)
    definition = models.JSONField(_("内容"))
    created_at = models.DateTimeField(_("作った時刻"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("評価の基準")
        verbose_name_plural = _("評価の基準")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return in_language(self, "name")


@keep_history()
class Strategy(Titled):
    """A comprehensive strategy of a town for a term of years.

    `published_through` is the last fiscal year whose actuals everybody may see.
    """

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="strategies", verbose_name=_("自治体")
    )
    short_title = models.CharField(_("略称"), max_length=60, blank=True)
    short_title_en = models.CharField(_("略称（英語）"), max_length=60, blank=True)
    term = models.SmallIntegerField(_("第何期"), default=1)
    first_fiscal_year = models.SmallIntegerField(_("最初の年度"))
    last_fiscal_year = models.SmallIntegerField(_("最後の年度"))
    legal_basis = models.CharField(_("根拠"), max_length=300, blank=True)
    legal_basis_en = models.CharField(_("根拠（英語）"), max_length=300, blank=True)
    framework = models.ForeignKey(
        NationalFramework, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("国の枠組み")
    )
    concept = models.CharField(_("コンセプト"), max_length=200, blank=True)
    concept_en = models.CharField(_("コンセプト（英語）"), max_length=200, blank=True)
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="next_terms"
    )
    rule = models.ForeignKey(
        JudgementRule, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("評価の基準")
    )
    source = models.CharField(_("出典"), max_length=300, blank=True)
    source_en = models.CharField(_("出典（英語）"), max_length=300, blank=True)
    is_sample = models.BooleanField(_("見本"), default=False)
    published_at = models.DateTimeField(_("公表した時刻"), null=True, blank=True)
    published_through = models.SmallIntegerField(_("実績を公表した最後の年度"), null=True, blank=True)

    objects = StrategyQuerySet.as_manager()

    class Meta:
        verbose_name = _("総合戦略")
        verbose_name_plural = _("総合戦略")
        ordering = ["-first_fiscal_year", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "term"], name="strategy_term_once"),
            models.CheckConstraint(
                condition=Q(last_fiscal_year__gte=F("first_fiscal_year")),
                name="strategy_ends_after_it_begins",
            ),
        ]

    @property
    def local_short_title(self) -> str:
        """The short title in the reader's language; the whole one where there is none."""
        return in_language(self, "short_title") or self.local_title

    @property
    def fiscal_years(self) -> range:
        """Every fiscal year of the term."""
        return range(self.first_fiscal_year, self.last_fiscal_year + 1)


@keep_history()
class BasicGoal(Titled):
    """A basic goal (基本目標); its numeric targets are KPIs that hang on it."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="goals")
    number = models.SmallIntegerField(_("番号"))

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("基本目標")
        verbose_name_plural = _("基本目標")
        ordering = ["strategy", "number"]
        constraints = [models.UniqueConstraint(fields=["strategy", "number"], name="goal_number_once")]


@keep_history()
class PromotionModel(Titled):
    """A priority promotion model (重点推進モデル) that cuts across the packages."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="promotion_models")
    number = models.SmallIntegerField(_("番号"))

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("重点推進モデル")
        verbose_name_plural = _("重点推進モデル")
        ordering = ["strategy", "number"]
        constraints = [models.UniqueConstraint(fields=["strategy", "number"], name="model_number_once")]


@keep_history()
class PolicyPackage(Titled):
    """A policy package (政策パッケージ) under a basic goal; `number` as printed, such as 2-3."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="packages")
    goal = models.ForeignKey(BasicGoal, on_delete=models.PROTECT, related_name="packages")
    number = models.CharField(_("番号"), max_length=12)
    position = models.SmallIntegerField(_("順番"), default=0)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策パッケージ")
        verbose_name_plural = _("政策パッケージ")
        ordering = ["strategy", "goal__number", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["strategy", "number"], name="package_number_once")]


class Lineage(models.Model):
    """What became of a package of the term before: kept, merged into one, split, or ended; or that one is new.

    `strategy` is the later of the two.
    """

    class Kind(models.TextChoices):
        KEPT = "kept", _("継続")
        MERGED = "merged", _("統合")
        SPLIT = "split", _("分割")
        ENDED = "ended", _("終了")
        NEW = "new", _("新規")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="lineage")
    earlier = models.ForeignKey(
        PolicyPackage, null=True, blank=True, on_delete=models.PROTECT, related_name="became"
    )
    later = models.ForeignKey(
        PolicyPackage, null=True, blank=True, on_delete=models.PROTECT, related_name="came_from"
    )
    kind = models.CharField(_("種類"), max_length=8, choices=Kind)
    note = models.CharField(_("説明"), max_length=300, blank=True)
    note_en = models.CharField(_("説明（英語）"), max_length=300, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("前の期からのつながり")
        verbose_name_plural = _("前の期からのつながり")
        ordering = ["strategy", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "earlier", "later"], nulls_distinct=False, name="lineage_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="ended", earlier__isnull=False, later__isnull=True)
                | Q(kind="new", earlier__isnull=True, later__isnull=False)
                | Q(kind__in=("kept", "merged", "split"), earlier__isnull=False, later__isnull=False),
                name="lineage_names_what_its_kind_needs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.earlier or '—'} → {self.later or '—'}"

    @property
    def local_note(self) -> str:
        """The note in the reader's language."""
        return in_language(self, "note")


class FormationStep(Titled):
    """A step in which the plan was made: the work (title), when, and what was done (text)."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="formation_steps")
    position = models.SmallIntegerField(_("順番"), default=0)
    period = models.CharField(_("時期"), max_length=60, blank=True)
    period_en = models.CharField(_("時期（英語）"), max_length=60, blank=True)
    starts_on = models.DateField(_("始まり"), null=True, blank=True)
    ends_on = models.DateField(_("終わり"), null=True, blank=True)
    source = models.CharField(_("出典"), max_length=300, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("策定の経過")
        verbose_name_plural = _("策定の経過")
        ordering = ["strategy", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="formation_ends_after_it_begins",
            )
        ]
