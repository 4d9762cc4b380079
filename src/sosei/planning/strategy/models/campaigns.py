"""The yearly collection: a campaign, what each department is asked and answers, links, and the city's own layouts."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sosei.core.people.models import Organisation
from sosei.core.people.models.history import keep_history
from sosei.planning.strategy.models.kpis import Kpi, KpiActual
from sosei.planning.strategy.models.terms import Strategy
from sosei.planning.strategy.querysets_campaigns import (
    AnswerQuerySet,
    AskQuerySet,
    CampaignQuerySet,
    PlannersQuerySet,
)

REMINDER_DAYS = (1, 7, 14)


def reminder_days() -> list[int]:
    """Days after the due date on which departments that have not sent are reminded, unless the planner says else."""
    return list(REMINDER_DAYS)


@keep_history()
class Campaign(models.Model):
    """The question to all departments how their KPIs stood in a fiscal year."""

    class State(models.TextChoices):
        DRAFT = "draft", _("準備中")
        OPEN = "open", _("調査中")
        CLOSED = "closed", _("締め切り")

    strategy = models.ForeignKey(
        Strategy, on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("総合戦略")
    )
    fiscal_year = models.SmallIntegerField(_("調べる年度"))
    text = models.TextField(_("部署への文"), blank=True)
    due_on = models.DateField(_("締め切りの日"))
    reminder_days = ArrayField(
        models.SmallIntegerField(), verbose_name=_("催促する日"), default=reminder_days, blank=True
    )
    state = models.CharField(_("状態"), max_length=6, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField(_("作った時刻"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("始めた時刻"), null=True, blank=True)
    closed_at = models.DateTimeField(_("締め切った時刻"), null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("実績の調査")
        verbose_name_plural = _("実績の調査")
        ordering = ["-fiscal_year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "fiscal_year"],
                condition=~Q(state="closed"),
                name="campaign_under_way_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", opened_at__isnull=True)
                | Q(~Q(state="draft"), opened_at__isnull=False),
                name="campaign_opened_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | Q(~Q(state="closed"), closed_at__isnull=True),
                name="campaign_closed_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} {self.fiscal_year}"


@keep_history()
class Ask(models.Model):
    """What one department is asked in a campaign, and whether it has sent."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="asks")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="asks")
    department = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="asks", verbose_name=_("部署")
    )
    due_on = models.DateField(_("延ばした締め切り"), null=True, blank=True)
    sent_at = models.DateTimeField(_("送った時刻"), null=True, blank=True)
    sent_name = models.CharField(_("入力した人の名前"), max_length=80, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rounds = models.SmallIntegerField(_("送った回数"), default=0)
    link_sent_at = models.DateTimeField(_("リンクを送った時刻"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("最後に催促した時刻"), null=True, blank=True)
    reminded_for = models.DateField(_("どの締め切りの催促か"), null=True, blank=True)
    reminded_day = models.SmallIntegerField(_("締め切りから何日目の催促か"), null=True, blank=True)

    objects = AskQuerySet.as_manager()

    class Meta:
        verbose_name = _("部署への調査")
        verbose_name_plural = _("部署への調査")
        ordering = ["campaign", "department__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "department"], name="ask_once_a_department")
        ]

    def __str__(self) -> str:
        return str(self.department)

    @property
    def due(self) -> datetime.date:
        """The day by which this department sends."""
        return self.due_on or self.campaign.due_on

    @property
    def is_sent(self) -> bool:
        """Sent, and not taken back."""
        return self.sent_at is not None


class AskLink(models.Model):
    """A link that opens a department's page without an account; its token is kept as a hash alone."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="ask_links")
    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("作った時刻"))
    withdrawn_at = models.DateTimeField(_("止めた時刻"), null=True, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("入力のリンク")
        verbose_name_plural = _("入力のリンク")
        ordering = ["ask", "pk"]

    def __str__(self) -> str:
        return f"{self.ask} {self.made_at:%Y-%m-%d}"


class Answer(models.Model):
    """What a department has typed for one KPI so far; when it sends, a row of the KPI's actuals comes of it."""

    class Kind(models.TextChoices):
        VALUE = "value", _("値がある")
        CARRIED_FORWARD = "carried_forward", _("前の値のまま（据え置き）")
        NOT_YET_PUBLISHED = "not_yet_published", _("まだ公表されていない")
        NOT_AVAILABLE = "not_available", _("値がない")

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="answers")
    ask = models.ForeignKey(Ask, on_delete=models.CASCADE, related_name="answers")
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(_("値の有無"), max_length=18, choices=Kind, default=Kind.VALUE)
    typed = models.CharField(_("値"), max_length=80, blank=True)
    yearly_typed = models.CharField(_("うちその年の値"), max_length=80, blank=True)
    carried_from = models.SmallIntegerField(_("どの年度の値か"), null=True, blank=True)
    period = models.CharField(_("時点・期間"), max_length=60, blank=True)
    explanation = models.TextField(_("要因"), blank=True)
    source = models.CharField(_("出典"), max_length=300, blank=True)
    sure = models.BooleanField(_("たしかめた"), default=False)
    version = models.IntegerField(default=0)
    saved_at = models.DateTimeField(_("保存した時刻"), null=True, blank=True)
    actual = models.ForeignKey(
        KpiActual, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("実績値")
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("KPIの答え")
        verbose_name_plural = _("KPIの答え")
        ordering = ["ask", "kpi__position", "kpi_id"]
        constraints = [models.UniqueConstraint(fields=["ask", "kpi"], name="answer_once_a_kpi")]

    def __str__(self) -> str:
        return f"{self.kpi}: {self.typed}"

    @property
    def is_blank(self) -> bool:
        """Nothing was answered yet."""
        return self.kind == self.Kind.VALUE and not self.typed.strip()


@keep_history()
class SheetLayout(models.Model):
    """Where things stand in a city's own KPI table: the sheet, the heading's row, which column holds what."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="layouts")
    name = models.CharField(_("名前"), max_length=80)
    sheet = models.CharField(_("シート"), max_length=31, blank=True)
    heading_row = models.SmallIntegerField(_("見出しの行"), default=1)
    columns = models.JSONField(_("列"))
    made_at = models.DateTimeField(_("作った時刻"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PlannersQuerySet.as_manager()

    class Meta:
        verbose_name = _("表の形")
        verbose_name_plural = _("表の形")
        ordering = ["strategy", "name"]
        constraints = [models.UniqueConstraint(fields=["strategy", "name"], name="layout_name_once")]

    def __str__(self) -> str:
        return self.name


class ValueImport(models.Model):
    """A file that was read and what it would change; written only when the planner confirms it."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="value_imports")
    file_name = models.CharField(_("ファイル"), max_length=200)
    sha256 = models.CharField(max_length=64)
    layout_name = models.CharField(_("表の形"), max_length=80)
    lines = models.JSONField(_("行ごとの結果"))
    read_at = models.DateTimeField(_("読み込んだ時刻"))
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("書き込んだ時刻"), null=True, blank=True)
    reason = models.CharField(_("直した理由"), max_length=300, blank=True)

    objects = PlannersQuerySet.as_manager()

    class Meta:
        verbose_name = _("実績の取り込み")
        verbose_name_plural = _("実績の取り込み")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name
