"""The yearly review at work: its stages and who did each when, evaluations, experts' comments, changes for next year."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models.history import append_only, keep_history, never_deleted
from sosei.planning.strategy.models.common import in_language
from sosei.planning.strategy.models.measures import Measure
from sosei.planning.strategy.models.terms import PolicyPackage, Strategy
from sosei.planning.strategy.numbers import print_year
from sosei.planning.strategy.querysets import WorkQuerySet
from sosei.planning.strategy.querysets_reviews import ReviewQuerySet


class Stage(models.TextChoices):
    """The stages of a review, in their order."""

    OWN = "own", _("担当部署の自己評価")
    OFFICE = "office", _("企画担当のまとめ")
    EXPERTS = "experts", _("外部有識者の意見")
    ASSEMBLY = "assembly", _("議会への報告と公表")
    CHANGES = "changes", _("次の年度の見直し")


ONE_TARGET = Q(measure__isnull=False, package__isnull=True) | Q(measure__isnull=True, package__isnull=False)
"""A row is about a measure, or about a package that has no measures."""


def changed_after(closing: str, *columns: str) -> pgtrigger.Q:
    """A row whose `closing` was filled before, and one of `columns` is to be another."""
    changed = pgtrigger.Q()
    for column in columns:
        changed |= pgtrigger.Q(**{f"old__{column}__df": pgtrigger.F(f"new__{column}")})
    return pgtrigger.Q(**{f"old__{closing}__isnull": False}) & changed


def person(**more: object) -> models.ForeignKey:
    """Who did it; empty where Sosei did it itself."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        **more,  # type: ignore[arg-type]
    )


@keep_history()
class Review(models.Model):
    """The review of a fiscal year of a strategy; once closed nothing of it changes, reopening makes a new one.

    `closed_at`: its figures and texts are frozen. `published_at`: everybody reads them. `plan_published_at`: the
    changes for next year are frozen and published as well.
    """

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="reviews")
    fiscal_year = models.SmallIntegerField(_("評価する年度"))
    number = models.SmallIntegerField(_("回"), default=1)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    reason = models.CharField(_("やり直す理由"), max_length=300, blank=True)
    stage = models.CharField(_("段階"), max_length=8, choices=Stage, default=Stage.OWN)
    summary = models.TextField(_("全体のまとめ"), blank=True)
    summary_en = models.TextField(_("全体のまとめ（英語）"), blank=True)
    opened_at = models.DateTimeField(_("始めた時刻"))
    opened_by = person()
    closed_at = models.DateTimeField(_("締めた時刻"), null=True, blank=True)
    closed_by = person()
    published_at = models.DateTimeField(_("公表した時刻"), null=True, blank=True)
    plan_published_at = models.DateTimeField(_("見直しを公表した時刻"), null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("年度の評価")
        verbose_name_plural = _("年度の評価")
        ordering = ["-fiscal_year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["strategy", "fiscal_year", "number"], name="review_number_once"),
            models.UniqueConstraint(
                fields=["strategy", "fiscal_year"],
                condition=Q(closed_at__isnull=True),
                name="review_open_once",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(closed_at__isnull=False),
                name="review_closed_before_published",
            ),
            models.CheckConstraint(
                condition=Q(plan_published_at__isnull=True) | Q(published_at__isnull=False),
                name="review_published_before_its_plan",
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, number=1)
                | (Q(supersedes__isnull=False, number__gt=1) & ~Q(reason="")),
                name="review_made_anew_with_a_reason",
            ),
        ]
        triggers = [
            never_deleted("review_never_deleted"),
            pgtrigger.Protect(
                name="review_closed_stays",
                operation=pgtrigger.Update,
                condition=changed_after(
                    "closed_at",
                    "strategy",
                    "fiscal_year",
                    "number",
                    "supersedes",
                    "reason",
                    "summary",
                    "summary_en",
                    "opened_at",
                    "opened_by",
                    "closed_at",
                    "closed_by",
                ),
            ),
            pgtrigger.Protect(
                name="review_published_stays",
                operation=pgtrigger.Update,
                condition=changed_after("published_at", "published_at"),
            ),
            pgtrigger.Protect(
                name="review_plan_published_stays",
                operation=pgtrigger.Update,
                condition=changed_after("plan_published_at", "plan_published_at"),
            ),
        ]

    def __str__(self) -> str:
        return print_year(self.fiscal_year)

    @property
    def local_summary(self) -> str:
        """The office's text on the whole in the reader's language."""
        return in_language(self, "summary")


class ReviewStage(models.Model):
    """When a stage of a review is due; `finished_at` is empty again after it was sent back."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="stages")
    stage = models.CharField(_("段階"), max_length=8, choices=Stage)
    position = models.SmallIntegerField(_("順番"))
    due_on = models.DateField(_("期限"))
    finished_at = models.DateTimeField(_("終えた時刻"), null=True, blank=True)
    finished_by = person()

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("評価の段階")
        verbose_name_plural = _("評価の段階")
        ordering = ["review", "position"]
        constraints = [models.UniqueConstraint(fields=["review", "stage"], name="review_stage_once")]

    def __str__(self) -> str:
        return str(self.get_stage_display())


class StageMove(models.Model):
    """A stage was finished, or sent back with a reason; who and when."""

    class Kind(models.TextChoices):
        FINISHED = "finished", _("終えた")
        SENT_BACK = "sent_back", _("差し戻した")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(_("種類"), max_length=10, choices=Kind)
    stage = models.CharField(_("段階"), max_length=8, choices=Stage)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    at = models.DateTimeField(_("時刻"))
    by = person()

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("評価の経過")
        verbose_name_plural = _("評価の経過")
        ordering = ["review", "pk"]
        triggers = [append_only("stage_move_append_only")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="sent_back") | ~Q(reason=""), name="stage_sent_back_with_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.get_kind_display()}"


@keep_history()
class Evaluation(models.Model):
    """What the department in charge and the planning office write on a measure (or a package without measures)."""

    class Rating(models.TextChoices):
        STEADY = "steady", _("着実に進んだ")
        MOSTLY = "mostly", _("おおむね進んだ")
        NEEDS_WORK = "needs_work", _("工夫が必要")
        RETHINK = "rethink", _("見直しが必要")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="evaluations")
    measure = models.ForeignKey(
        Measure, null=True, blank=True, on_delete=models.PROTECT, related_name="evaluations"
    )
    package = models.ForeignKey(
        PolicyPackage, null=True, blank=True, on_delete=models.PROTECT, related_name="evaluations"
    )
    rating = models.CharField(_("自己評価"), max_length=12, choices=Rating, blank=True)
    done = models.TextField(_("行ったこと"), blank=True)
    result = models.TextField(_("成果"), blank=True)
    problems = models.TextField(_("課題"), blank=True)
    next_steps = models.TextField(_("これからの進めかた"), blank=True)
    office_text = models.TextField(_("企画担当の所見"), blank=True)
    returned_reason = models.CharField(_("直してほしいこと"), max_length=300, blank=True)
    version = models.IntegerField(_("版"), default=1)
    saved_at = models.DateTimeField(_("保存した時刻"))
    saved_by = person()
    submitted_at = models.DateTimeField(_("提出した時刻"), null=True, blank=True)
    submitted_by = person()

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("施策の評価")
        verbose_name_plural = _("施策の評価")
        ordering = ["review", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "measure", "package"], nulls_distinct=False, name="evaluation_once"
            ),
            models.CheckConstraint(condition=ONE_TARGET, name="evaluation_is_of_one_thing"),
        ]

    def __str__(self) -> str:
        return str(self.measure or self.package)


class ReviewExpert(models.Model):
    """An external expert of a review: whether the name may be shown with the comments, and when he was done."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="experts")
    person = person()
    name_shown = models.CharField(_("公表する名前"), max_length=120, blank=True)
    finished_at = models.DateTimeField(_("意見を出し終えた時刻"), null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("外部有識者の担当")
        verbose_name_plural = _("外部有識者の担当")
        ordering = ["review", "pk"]
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="review_expert_once")]

    def __str__(self) -> str:
        return str(self.person)


@keep_history()
class ExpertComment(models.Model):
    """What an expert says to a measure or a package, and what the planning office answers."""

    class Opinion(models.TextChoices):
        EFFECTIVE = "effective", _("目標の達成に役立った")
        NOT_EFFECTIVE = "not_effective", _("目標の達成に役立ったとはいえない")
        NONE = "none", _("意見なし")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="comments")
    measure = models.ForeignKey(Measure, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    package = models.ForeignKey(
        PolicyPackage, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author = person()
    opinion = models.CharField(_("意見"), max_length=16, choices=Opinion)
    text = models.TextField(_("意見の内容"), blank=True)
    written_at = models.DateTimeField(_("書いた時刻"))
    answer = models.TextField(_("企画担当の回答"), blank=True)
    answered_at = models.DateTimeField(_("回答した時刻"), null=True, blank=True)
    answered_by = person()

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("外部有識者の意見")
        verbose_name_plural = _("外部有識者の意見")
        ordering = ["review", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "author", "measure", "package"],
                nulls_distinct=False,
                name="expert_comment_once",
            ),
            models.CheckConstraint(condition=ONE_TARGET, name="expert_comment_is_on_one_thing"),
        ]

    def __str__(self) -> str:
        return str(self.get_opinion_display())


@keep_history()
class Change(models.Model):
    """What is decided for next year on a measure or a package, and whether the strategy was changed accordingly."""

    class Kind(models.TextChoices):
        KEPT = "kept", _("継続")
        STRENGTHENED = "strengthened", _("強化")
        CHANGED = "changed", _("変更")
        MERGED = "merged", _("統合")
        ENDED = "ended", _("終了")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="changes")
    measure = models.ForeignKey(
        Measure, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    package = models.ForeignKey(
        PolicyPackage, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    kind = models.CharField(_("見直し"), max_length=12, choices=Kind)
    into = models.CharField(_("統合する先"), max_length=200, blank=True)
    text = models.TextField(_("内容"), blank=True)
    reason = models.CharField(_("理由"), max_length=300)
    decided_at = models.DateTimeField(_("決めた時刻"))
    decided_by = person()
    carried_out_at = models.DateTimeField(_("戦略に反映した時刻"), null=True, blank=True)
    carried_out_by = person()

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("次の年度の見直し")
        verbose_name_plural = _("次の年度の見直し")
        ordering = ["review", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "measure", "package"], nulls_distinct=False, name="change_once"
            ),
            models.CheckConstraint(condition=ONE_TARGET, name="change_is_of_one_thing"),
            models.CheckConstraint(condition=~Q(reason=""), name="change_with_a_reason"),
            models.CheckConstraint(
                condition=Q(kind="merged") & ~Q(into="") | ~Q(kind="merged") & Q(into=""),
                name="change_merges_into_something",
            ),
            models.CheckConstraint(
                condition=Q(carried_out_at__isnull=True) | Q(carried_out_at__gte=F("decided_at")),
                name="change_decided_before_carried_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure or self.package}: {self.get_kind_display()}"
