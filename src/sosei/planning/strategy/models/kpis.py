"""KPIs: definition, targets, actuals with where each comes from, which value is chosen, overruled judgements."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Organisation
from sosei.core.people.models.history import append_only, keep_history
from sosei.planning.strategy.models.common import Titled, in_language
from sosei.planning.strategy.models.measures import Measure
from sosei.planning.strategy.models.terms import BasicGoal, PolicyPackage, Strategy
from sosei.planning.strategy.querysets import ActualQuerySet, PartQuerySet


class Origin(models.TextChoices):
    """How a value came in; where several disagree, the first of these that has one is chosen unless a person chose."""

    TYPED = "typed", _("担当が入力")
    IMPORTED = "imported", _("ファイルから取り込み")
    FED = "fed", _("事業の実績から自動")


@keep_history()
class Kpi(Titled):
    """A KPI of a basic goal (its numeric target), a package or a measure. `text` is its definition."""

    class Direction(models.TextChoices):
        UP = "up", _("増やす")
        DOWN = "down", _("減らす")
        KEEP = "keep", _("保つ")

    class Kind(models.TextChoices):
        YEARLY = "yearly", _("年ごとの値")
        CUMULATIVE = "cumulative", _("累計")
        LEVEL = "level", _("時点の水準")
        CENSUS = "census", _("国勢調査などの値（次の調査まで据え置き）")

    class YearKind(models.TextChoices):
        FISCAL = "fiscal", _("年度")
        CALENDAR = "calendar", _("暦年")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="kpis")
    goal = models.ForeignKey(BasicGoal, null=True, blank=True, on_delete=models.PROTECT, related_name="kpis")
    package = models.ForeignKey(
        PolicyPackage, null=True, blank=True, on_delete=models.PROTECT, related_name="kpis"
    )
    measure = models.ForeignKey(Measure, null=True, blank=True, on_delete=models.PROTECT, related_name="kpis")
    position = models.SmallIntegerField(_("順番"), default=0)
    unit = models.CharField(_("単位"), max_length=20, blank=True)
    unit_en = models.CharField(_("単位（英語）"), max_length=40, blank=True)
    decimals = models.SmallIntegerField(_("小数点以下の桁数"), default=0)
    direction = models.CharField(_("めざす向き"), max_length=4, choices=Direction, default=Direction.UP)
    kind = models.CharField(_("値の種類"), max_length=10, choices=Kind, default=Kind.YEARLY)
    year_kind = models.CharField(_("年の数え方"), max_length=8, choices=YearKind, default=YearKind.FISCAL)
    tolerance = models.DecimalField(
        _("保つときの許される差"), max_digits=20, decimal_places=6, null=True, blank=True
    )
    base_value = models.DecimalField(_("基準値"), max_digits=20, decimal_places=6, null=True, blank=True)
    base_year = models.SmallIntegerField(_("基準値を報告した年度"), null=True, blank=True)
    base_period = models.CharField(_("基準値の時点"), max_length=60, blank=True)
    base_printed = models.CharField(_("基準値の書き方"), max_length=80, blank=True)
    department = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="kpis",
        verbose_name=_("担当の部署"),
    )
    source = models.CharField(_("出典"), max_length=300, blank=True)
    source_en = models.CharField(_("出典（英語）"), max_length=300, blank=True)
    same_indicator_as = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="other_definitions",
        verbose_name=_("同じ指標で定義が違うKPI"),
    )
    continues = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="continued_by",
        verbose_name=_("前の期のKPI"),
    )
    is_sample = models.BooleanField(_("見本の値を含む"), default=False)
    ended_on = models.DateField(_("終えた日"), null=True, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = "KPI"
        verbose_name_plural = "KPI"
        ordering = ["strategy", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(goal__isnull=False, package__isnull=True, measure__isnull=True)
                | Q(goal__isnull=True, package__isnull=False, measure__isnull=True)
                | Q(goal__isnull=True, package__isnull=True, measure__isnull=False),
                name="kpi_hangs_on_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(decimals__gte=0, decimals__lte=6), name="kpi_decimals_from_0_to_6"
            ),
            models.CheckConstraint(
                condition=Q(same_indicator_as__isnull=True) | ~Q(same_indicator_as=F("pk")),
                name="kpi_other_definition_is_another",
            ),
        ]

    @property
    def local_unit(self) -> str:
        """The unit in the reader's language."""
        return in_language(self, "unit")

    @property
    def local_source(self) -> str:
        """The source in the reader's language."""
        return in_language(self, "source")


@keep_history()
class KpiTarget(models.Model):
    """The target of a KPI for a fiscal year; only the last year's, or a path of several."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="kpi_targets")
    kpi = models.ForeignKey(Kpi, on_delete=models.CASCADE, related_name="targets")
    fiscal_year = models.SmallIntegerField(_("年度"))
    value = models.DecimalField(_("目標値"), max_digits=20, decimal_places=6)
    printed = models.CharField(_("書き方"), max_length=80, blank=True)
    is_sample = models.BooleanField(_("見本"), default=False)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("目標値")
        verbose_name_plural = _("目標値")
        ordering = ["kpi", "fiscal_year"]
        constraints = [models.UniqueConstraint(fields=["kpi", "fiscal_year"], name="target_once_a_year")]

    def __str__(self) -> str:
        return f"{self.fiscal_year}: {self.value}"


class KpiActual(models.Model):
    """One value of a KPI as it was reported in a fiscal year; never changed, only replaced by a row that names it.

    `reported_in` is the column of the table, the reference period is what the value is about: the 2019 column of a
    fertility rate may hold 2018. For a cumulative KPI `yearly_value` is the part of that year.
    """

    class Availability(models.TextChoices):
        VALUE = "value", _("値がある")
        NOT_AVAILABLE = "not_available", _("値がない")
        NOT_YET_PUBLISHED = "not_yet_published", _("まだ公表されていない")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="actuals")
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="actuals")
    reported_in = models.SmallIntegerField(_("報告した年度"))
    origin = models.CharField(_("入り方"), max_length=8, choices=Origin, default=Origin.TYPED)
    availability = models.CharField(
        _("値の有無"), max_length=18, choices=Availability, default=Availability.VALUE
    )
    value = models.DecimalField(_("実績値"), max_digits=20, decimal_places=6, null=True, blank=True)
    yearly_value = models.DecimalField(
        _("その年の値"), max_digits=20, decimal_places=6, null=True, blank=True
    )
    carried_forward = models.BooleanField(_("前の値の据え置き"), default=False)
    period = models.CharField(_("時点・期間"), max_length=60, blank=True)
    period_starts_on = models.DateField(_("期間の始まり"), null=True, blank=True)
    period_ends_on = models.DateField(_("期間の終わり"), null=True, blank=True)
    printed = models.CharField(_("書き方"), max_length=80, blank=True)
    source = models.CharField(_("出典"), max_length=300, blank=True)
    explanation = models.TextField(_("要因"), blank=True)
    is_sample = models.BooleanField(_("見本"), default=False)
    entered_at = models.DateTimeField(_("入力した時刻"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="kpi_actuals_entered",
        verbose_name=_("入力した人"),
    )
    entered_for = models.ForeignKey(
        Organisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("入力した部署"),
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    reason = models.CharField(_("直した理由"), max_length=300, blank=True)

    objects = ActualQuerySet.as_manager()

    class Meta:
        verbose_name = _("実績値")
        verbose_name_plural = _("実績値")
        ordering = ["kpi", "reported_in", "pk"]
        triggers = [append_only("actual_append_only")]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "reported_in", "origin"],
                condition=Q(replaces__isnull=True),
                name="actual_first_once",
            ),
            models.CheckConstraint(
                condition=Q(availability="value", value__isnull=False)
                | (~Q(availability="value") & Q(value__isnull=True)),
                name="actual_has_a_value_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""), name="actual_replaced_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(period_starts_on__isnull=True)
                | Q(period_ends_on__isnull=True)
                | Q(period_ends_on__gte=F("period_starts_on")),
                name="actual_period_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["strategy", "reported_in"], name="actual_of_strategy_by_year")]

    def __str__(self) -> str:
        return f"{self.reported_in}: {self.printed or self.value}"


class ValueChoice(models.Model):
    """Which of several values of a year counts, decided by a person; the latest row of a KPI and year is in force."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="value_choices")
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="value_choices")
    reported_in = models.SmallIntegerField(_("報告した年度"))
    origin = models.CharField(_("選んだ値"), max_length=8, choices=Origin)
    reason = models.CharField(_("理由"), max_length=300)
    chosen_at = models.DateTimeField(_("選んだ時刻"))
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ActualQuerySet.as_manager()

    class Meta:
        verbose_name = _("値の選択")
        verbose_name_plural = _("値の選択")
        ordering = ["kpi", "reported_in", "pk"]
        triggers = [append_only("value_choice_append_only")]

    def __str__(self) -> str:
        return f"{self.reported_in}: {self.get_origin_display()}"


class Overrule(models.Model):
    """A person judged otherwise than the rule, or took that back; the latest row of a KPI and year is in force."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="overrules")
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="overrules")
    reported_in = models.SmallIntegerField(_("年度"))
    withdrawn = models.BooleanField(_("取り消し"), default=False)
    label = models.CharField(_("評価"), max_length=60, blank=True)
    label_en = models.CharField(_("評価（英語）"), max_length=60, blank=True)
    tone = models.CharField(_("色合い"), max_length=8, blank=True)
    reason = models.CharField(_("理由"), max_length=300)
    decided_at = models.DateTimeField(_("決めた時刻"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ActualQuerySet.as_manager()

    class Meta:
        verbose_name = _("人による評価")
        verbose_name_plural = _("人による評価")
        ordering = ["kpi", "reported_in", "pk"]
        triggers = [append_only("overrule_append_only")]

    def __str__(self) -> str:
        return f"{self.reported_in}: {in_language(self, 'label')}"
