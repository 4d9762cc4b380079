"""What a closed review shows for ever: every title, figure, judgement and text as rows that never change."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models.history import append_only
from sosei.planning.strategy.models.common import in_language
from sosei.planning.strategy.models.kpis import Kpi
from sosei.planning.strategy.models.measures import Measure
from sosei.planning.strategy.models.reviews import Change, Review
from sosei.planning.strategy.models.terms import BasicGoal, PolicyPackage, Strategy
from sosei.planning.strategy.querysets_reviews import FrozenChangeQuerySet, FrozenQuerySet


def none_after(column: str, name: str) -> pgtrigger.Trigger:
    """A trigger that refuses new rows of a review once its `column` is filled."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=(
            f"IF EXISTS (SELECT 1 FROM strategy_review r WHERE r.id = NEW.review_id AND r.{column} IS NOT NULL) "  # noqa: S608
            "THEN RAISE EXCEPTION 'the review % is closed: nothing can be added to it', NEW.review_id; "
            "END IF; RETURN NEW;"
        ),
    )


class Frozen(models.Model):
    """What all of them have: the review, and texts by language."""

    objects = FrozenQuerySet.as_manager()

    class Meta:
        abstract = True

    def local(self, field: str) -> str:
        """A text in the reader's language."""
        return in_language(self, field)


class FrozenReport(Frozen):
    """The head of a closed review: which strategy, which year, by which rule."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="report")
    town = models.CharField(_("自治体"), max_length=60)
    town_en = models.CharField(_("自治体（英語）"), max_length=120, blank=True)
    title = models.CharField(_("戦略の名称"), max_length=200)
    title_en = models.CharField(_("戦略の名称（英語）"), max_length=200, blank=True)
    first_fiscal_year = models.SmallIntegerField(_("最初の年度"))
    last_fiscal_year = models.SmallIntegerField(_("最後の年度"))
    fiscal_year = models.SmallIntegerField(_("評価する年度"))
    number = models.SmallIntegerField(_("回"))
    reason = models.CharField(_("やり直した理由"), max_length=300, blank=True)
    rule = models.CharField(_("評価の基準"), max_length=200, blank=True)
    rule_en = models.CharField(_("評価の基準（英語）"), max_length=200, blank=True)
    rule_words = models.TextField(_("評価の基準の内容"), blank=True)
    rule_words_en = models.TextField(_("評価の基準の内容（英語）"), blank=True)
    rule_definition = models.JSONField(_("評価の基準の定義"), default=dict)
    summary = models.TextField(_("全体のまとめ"), blank=True)
    summary_en = models.TextField(_("全体のまとめ（英語）"), blank=True)
    source = models.CharField(_("出典"), max_length=300, blank=True)
    source_en = models.CharField(_("出典（英語）"), max_length=300, blank=True)
    is_sample = models.BooleanField(_("見本を含む"), default=False)
    experts = models.SmallIntegerField(_("意見を出した外部有識者の数"), default=0)
    closed_on = models.DateField(_("締めた日"))

    class Meta:
        verbose_name = _("締めた評価")
        verbose_name_plural = _("締めた評価")
        triggers = [
            append_only("frozen_report_append_only"),
            none_after("closed_at", "frozen_report_complete"),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year}-{self.number}"


class FrozenPart(Frozen):
    """A goal, package or measure in the order of the report, with what was written on it."""

    class Level(models.TextChoices):
        GOAL = "goal", _("基本目標")
        PACKAGE = "package", _("政策パッケージ")
        MEASURE = "measure", _("施策")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="parts")
    position = models.IntegerField(_("順番"))
    level = models.CharField(_("段"), max_length=8, choices=Level)
    goal = models.ForeignKey(BasicGoal, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    package = models.ForeignKey(
        PolicyPackage, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    measure = models.ForeignKey(Measure, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("番号"), max_length=16, blank=True)
    title = models.CharField(_("名称"), max_length=200)
    title_en = models.CharField(_("名称（英語）"), max_length=200, blank=True)
    department = models.CharField(_("担当の部署"), max_length=120, blank=True)
    department_en = models.CharField(_("担当の部署（英語）"), max_length=120, blank=True)
    rating = models.CharField(_("自己評価"), max_length=60, blank=True)
    rating_en = models.CharField(_("自己評価（英語）"), max_length=60, blank=True)
    rating_tone = models.CharField(_("色合い"), max_length=8, blank=True)
    done = models.TextField(_("行ったこと"), blank=True)
    result = models.TextField(_("成果"), blank=True)
    problems = models.TextField(_("課題"), blank=True)
    next_steps = models.TextField(_("これからの進めかた"), blank=True)
    office_text = models.TextField(_("企画担当の所見"), blank=True)
    waiver = models.CharField(_("評価がない理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("締めた評価の項目")
        verbose_name_plural = _("締めた評価の項目")
        ordering = ["review", "position"]
        constraints = [models.UniqueConstraint(fields=["review", "position"], name="frozen_part_place_once")]
        triggers = [append_only("frozen_part_append_only"), none_after("closed_at", "frozen_part_complete")]

    def __str__(self) -> str:
        return self.local("title")


class FrozenLine(Frozen):
    """A KPI of a closed review: target, actual, judgement, explanation and where each comes from."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="lines")
    part = models.ForeignKey(FrozenPart, on_delete=models.PROTECT, related_name="lines")
    position = models.IntegerField(_("順番"))
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="frozen_lines")
    title = models.CharField(_("KPI"), max_length=200)
    title_en = models.CharField(_("KPI（英語）"), max_length=200, blank=True)
    definition = models.TextField(_("定義"), blank=True)
    definition_en = models.TextField(_("定義（英語）"), blank=True)
    unit = models.CharField(_("単位"), max_length=20, blank=True)
    unit_en = models.CharField(_("単位（英語）"), max_length=40, blank=True)
    direction = models.CharField(_("めざす向き"), max_length=40)
    direction_en = models.CharField(_("めざす向き（英語）"), max_length=40, blank=True)
    base_value = models.DecimalField(_("基準値"), max_digits=20, decimal_places=6, null=True)
    base = models.CharField(_("基準値の書き方"), max_length=160, blank=True)
    base_en = models.CharField(_("基準値の書き方（英語）"), max_length=160, blank=True)
    target_value = models.DecimalField(_("目標値"), max_digits=20, decimal_places=6, null=True)
    target_year = models.SmallIntegerField(_("目標の年度"), null=True)
    target = models.CharField(_("目標値の書き方"), max_length=160, blank=True)
    target_en = models.CharField(_("目標値の書き方（英語）"), max_length=160, blank=True)
    actual_value = models.DecimalField(_("実績値"), max_digits=20, decimal_places=6, null=True)
    actual = models.CharField(_("実績値の書き方"), max_length=160, blank=True)
    actual_en = models.CharField(_("実績値の書き方（英語）"), max_length=160, blank=True)
    period = models.CharField(_("時点・期間"), max_length=60, blank=True)
    origin = models.CharField(_("入り方"), max_length=120, blank=True)
    origin_en = models.CharField(_("入り方（英語）"), max_length=120, blank=True)
    source = models.CharField(_("出典"), max_length=300, blank=True)
    source_en = models.CharField(_("出典（英語）"), max_length=300, blank=True)
    progress = models.DecimalField(_("進み具合"), max_digits=20, decimal_places=6, null=True)
    judgement_key = models.CharField(_("評価の記号"), max_length=24, blank=True)
    judgement = models.CharField(_("評価"), max_length=120, blank=True)
    judgement_en = models.CharField(_("評価（英語）"), max_length=120, blank=True)
    judgement_words = models.TextField(_("評価のことば"), blank=True)
    judgement_words_en = models.TextField(_("評価のことば（英語）"), blank=True)
    tone = models.CharField(_("色合い"), max_length=8, blank=True)
    rule_judgement = models.CharField(_("基準による評価"), max_length=120, blank=True)
    rule_judgement_en = models.CharField(_("基準による評価（英語）"), max_length=120, blank=True)
    overrule_reason = models.CharField(_("人が評価を変えた理由"), max_length=300, blank=True)
    explanation = models.TextField(_("要因"), blank=True)
    is_sample = models.BooleanField(_("見本"), default=False)
    waiver = models.CharField(_("値がない理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("締めた評価のKPI")
        verbose_name_plural = _("締めた評価のKPI")
        ordering = ["review", "position"]
        constraints = [
            models.UniqueConstraint(fields=["review", "kpi"], name="frozen_line_once"),
            models.CheckConstraint(
                condition=Q(actual_value__isnull=False) | ~Q(actual="") | ~Q(waiver=""),
                name="frozen_line_has_a_value_or_says_why_not",
            ),
        ]
        triggers = [append_only("frozen_line_append_only"), none_after("closed_at", "frozen_line_complete")]

    def __str__(self) -> str:
        return self.local("title")


class FrozenComment(Frozen):
    """An expert's comment in a closed review; with a name only where the expert agreed."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="frozen_comments")
    part = models.ForeignKey(FrozenPart, on_delete=models.PROTECT, related_name="comments")
    position = models.IntegerField(_("順番"))
    name_shown = models.CharField(_("公表する名前"), max_length=120, blank=True)
    opinion = models.CharField(_("意見"), max_length=60)
    opinion_en = models.CharField(_("意見（英語）"), max_length=60, blank=True)
    text = models.TextField(_("意見の内容"), blank=True)
    answer = models.TextField(_("企画担当の回答"), blank=True)

    class Meta:
        verbose_name = _("締めた評価の意見")
        verbose_name_plural = _("締めた評価の意見")
        ordering = ["review", "position"]
        triggers = [
            append_only("frozen_comment_append_only"),
            none_after("closed_at", "frozen_comment_complete"),
        ]

    def __str__(self) -> str:
        return self.local("opinion")


class FrozenChange(Frozen):
    """A decision for next year in the published improvement plan of a review."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="frozen_changes")
    change = models.OneToOneField(Change, on_delete=models.PROTECT, related_name="frozen")
    position = models.IntegerField(_("順番"))
    number = models.CharField(_("番号"), max_length=16, blank=True)
    title = models.CharField(_("名称"), max_length=200)
    title_en = models.CharField(_("名称（英語）"), max_length=200, blank=True)
    kind_key = models.CharField(_("見直しの記号"), max_length=12)
    kind = models.CharField(_("見直し"), max_length=60)
    kind_en = models.CharField(_("見直し（英語）"), max_length=60, blank=True)
    into = models.CharField(_("統合する先"), max_length=200, blank=True)
    text = models.TextField(_("内容"), blank=True)
    reason = models.CharField(_("理由"), max_length=300)

    objects = FrozenChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("公表した見直し")
        verbose_name_plural = _("公表した見直し")
        ordering = ["review", "position"]
        triggers = [
            append_only("frozen_change_append_only"),
            none_after("plan_published_at", "frozen_change_complete"),
        ]

    def __str__(self) -> str:
        return f"{self.local('title')}: {self.local('kind')}"
