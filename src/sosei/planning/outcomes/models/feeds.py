"""Feeds, and the sums they keep so that a value never has to be counted from the beginning."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Municipality
from sosei.core.people.models.history import keep_history, never_deleted
from sosei.planning.outcomes import feeding, kinds
from sosei.planning.outcomes.models.facts import Fact
from sosei.planning.outcomes.querysets import FeedQuerySet, OfTownQuerySet


@keep_history()
class Feed(models.Model):
    """How facts become the actual of one KPI; a changed rule is a new row, the old one is ended.

    Attributes:
        filter, within: attribute -> allowed values; `within` is the whole that a share is taken of.
        distinct: attribute, or place, whose different values are counted.
        since: for a cumulative feed, the fiscal year from which it counts.
        reason: why it was set up so, as its maker wrote.
    """

    class Aggregation(models.TextChoices):
        SUM = feeding.Aggregation.SUM, _("合計")
        COUNT = feeding.Aggregation.COUNT, _("件数")
        DISTINCT = feeding.Aggregation.DISTINCT, _("何種類あるか")
        SHARE = feeding.Aggregation.SHARE, _("割合（%）")
        LAST = feeding.Aggregation.LAST, _("最後の値")

    class Field(models.TextChoices):
        COUNT = feeding.Field.COUNT, _("数")
        AMOUNT = feeding.Field.AMOUNT, _("量")

    class Period(models.TextChoices):
        FISCAL = feeding.Period.FISCAL, _("年度ごと")
        CALENDAR = feeding.Period.CALENDAR, _("暦年ごと")
        CUMULATIVE = feeding.Period.CUMULATIVE, _("ある年度からの累計")

    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="+", verbose_name=_("自治体")
    )
    kpi = models.ForeignKey(
        "strategy.Kpi", on_delete=models.PROTECT, related_name="feeds", verbose_name=_("KPI")
    )
    kind = models.CharField(_("実績の種類"), max_length=40)
    filter = models.JSONField(_("しぼり込み"), default=dict, blank=True)
    within = models.JSONField(_("割合の全体"), default=dict, blank=True)
    measure = models.ForeignKey(
        "strategy.Measure",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("施策"),
    )
    aggregation = models.CharField(_("まとめ方"), max_length=10, choices=Aggregation)
    field = models.CharField(_("使う値"), max_length=10, choices=Field, default=Field.COUNT)
    distinct = models.CharField(_("種類を数える分類"), max_length=40, blank=True)
    period = models.CharField(_("期間"), max_length=12, choices=Period, default=Period.FISCAL)
    since = models.SmallIntegerField(_("累計を始める年度"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=300)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("決めた人"),
    )
    made_at = models.DateTimeField(_("決めた時刻"))
    ended_at = models.DateTimeField(_("やめた時刻"), null=True, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("KPIへの自動計算")
        verbose_name_plural = _("KPIへの自動計算")
        ordering = ["-pk"]
        triggers = [never_deleted("feed_never_deleted")]
        constraints = [
            models.UniqueConstraint(
                fields=["kpi"], condition=Q(ended_at__isnull=True), name="feed_one_active_per_kpi"
            ),
            models.CheckConstraint(
                condition=Q(aggregation="distinct") & ~Q(distinct="")
                | ~Q(aggregation="distinct") & Q(distinct=""),
                name="feed_distinct_names_what_is_counted",
            ),
            models.CheckConstraint(
                condition=Q(period="cumulative", since__isnull=False)
                | ~Q(period="cumulative") & Q(since__isnull=True),
                name="feed_cumulative_has_a_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["municipality", "kind"],
                condition=Q(ended_at__isnull=True),
                name="feed_active_by_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{kinds.kind_title(self.kind)} → {self.kpi_id}"

    @property
    def rule(self) -> feeding.Rule:
        """What plain Python needs of it."""
        return feeding.Rule(
            kind=self.kind,
            aggregation=self.aggregation,
            field=self.field,
            period=self.period,
            filter=self.filter,
            within=self.within,
            measure=self.measure_id,
            distinct=self.distinct,
            since=self.since,
        )

    @property
    def described(self) -> list[tuple[str, str]]:
        """Its filter as (title, labels)."""
        kind = kinds.kind_named(self.kind)
        return [
            (str(attribute.title), "・".join(attribute.label(value) for value in self.filter[attribute.name]))
            for attribute in kind.attributes
            if attribute.name in self.filter
        ]


class _OfFeed(models.Model):
    """What belongs to one feed and one of its years."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+", db_index=False)
    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="+", db_index=False)
    year = models.SmallIntegerField(_("年度"))

    objects = OfTownQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.feed_id}: {self.year}"


class FeedTotal(_OfFeed):
    """The sums of a feed's year, as far as they are folded; what is still pending is added by whoever reads."""

    facts = models.BigIntegerField(default=0)
    total = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    base_facts = models.BigIntegerField(default=0)
    base_total = models.DecimalField(max_digits=20, decimal_places=2, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "year"], name="feed_total_once")]


class FeedKey(_OfFeed):
    """How many facts stand behind each value that a `distinct` feed counts."""

    key = models.CharField(max_length=40)
    facts = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "year", "key"], name="feed_key_once")]


class FeedPoint(_OfFeed):
    """The facts that stand behind a `last` feed, the latest found by index; a withdrawn fact has no row."""

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    figure = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "fact"], name="feed_point_once")]
        indexes = [models.Index(fields=["feed", "year", "-on", "-fact"], name="feed_point_latest")]


class FeedPending(_OfFeed):
    """What one recorded fact adds to a feed, written beside the fact without touching a row that others write."""

    facts = models.SmallIntegerField(default=0)
    total = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    base_facts = models.SmallIntegerField(default=0)
    base_total = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    key = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["feed", "year"], name="feed_pending_by_feed")]
