"""Tables of the nation: boundaries, runs over all municipalities, and what a run gave, area by area.

Append-only like the rest of the room: a later import or run stands beside the earlier one, and pages use the newest.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sosei.planning.population.models import Area, ImportBatch, append_only
from sosei.planning.population.querysets import BoundaryQuerySet, NationalRunQuerySet, PublishedQuerySet


class Boundary(models.Model):
    """The outline of a municipality or prefecture, made simple enough for a screen."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="boundaries")
    rings = models.JSONField(
        help_text="Closed rings, outer ones and holes alike (even-odd): x, y, x, y … in grid steps of "
        "0.0025 degrees east and north"
    )
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="boundaries")

    objects = BoundaryQuerySet.as_manager()

    class Meta:
        ordering = ["area", "-id"]
        constraints = [models.UniqueConstraint(fields=["area", "batch"], name="boundary_once_per_batch")]
        triggers = [append_only("boundary_append_only")]

    def __str__(self) -> str:
        return f"{self.area}: {len(self.rings)}"


class NationalRun(models.Model):
    """All municipalities projected at once: inputs' fingerprint, engine's version, scenarios, who and when."""

    base_year = models.SmallIntegerField()
    to_year = models.SmallIntegerField()
    municipalities = models.IntegerField()
    scenarios = models.JSONField(help_text='In order: {"name", "ja", "en"}')
    methods = models.JSONField(default=dict, help_text="How rates and intervals were made")
    source = models.CharField(max_length=300)
    source_en = models.CharField(max_length=300, blank=True)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of every input number and scenario")
    engine_version = models.CharField(max_length=20)
    run_by = models.CharField(max_length=150)
    run_at = models.DateTimeField(auto_now_add=True)

    objects = NationalRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [append_only("national_run_append_only")]

    def __str__(self) -> str:
        return f"{self.base_year}-{self.to_year} ({self.municipalities})"


class NationalFigure(models.Model):
    """Persons of one area in one year of one scenario; prefectures and the nation are sums of municipalities."""

    run = models.ForeignKey(NationalRun, on_delete=models.PROTECT, related_name="figures")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="national_figures")
    scenario = models.SlugField(max_length=60)
    year = models.SmallIntegerField()
    total = models.FloatField()
    low = models.FloatField(null=True, help_text="Of the total: in one case of ten it is lower")
    high = models.FloatField(null=True, help_text="Of the total: in one case of ten it is higher")
    age_0_14 = models.FloatField()
    age_15_64 = models.FloatField()
    age_65_plus = models.FloatField()
    age_75_plus = models.FloatField()
    women_20_39 = models.FloatField()

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering = ["run", "scenario", "year", "area"]
        constraints = [
            models.UniqueConstraint(fields=["run", "scenario", "year", "area"], name="national_figure_once")
        ]
        triggers = [append_only("national_figure_append_only")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.scenario} {self.year}: {self.total:.0f}"


class NationalAnswer(models.Model):
    """The level of one lever at which an area would still have its base population in a year."""

    class Lever(models.TextChoices):
        TFR = "tfr", _("合計特殊出生率")
        RECOVERY = "recovery", _("転出超過のうち取り戻す割合")
        HOUSEHOLDS = "households", _("移り住む世帯（1年あたり）")

    run = models.ForeignKey(NationalRun, on_delete=models.PROTECT, related_name="answers")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="national_answers")
    lever = models.CharField(max_length=16, choices=Lever)
    year = models.SmallIntegerField()
    level = models.FloatField(help_text="Where it is not reached, the level that comes nearest")
    reached = models.BooleanField()
    best = models.FloatField(help_text="Persons at that level")

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering = ["run", "area", "lever", "year"]
        constraints = [
            models.UniqueConstraint(fields=["run", "area", "lever", "year"], name="national_answer_once")
        ]
        triggers = [append_only("national_answer_append_only")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.lever} {self.year}: {self.level:g}"


class OfficialComparison(models.Model):
    """A run beside the official projection: one area, one year, and the difference (ours less theirs) by age.

    `born`: those born since the base year; `old`: those of 65 and over who were alive then; `moved`: the rest.
    """

    run = models.ForeignKey(NationalRun, on_delete=models.PROTECT, related_name="comparisons")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="official_comparisons")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="official_comparisons")
    year = models.SmallIntegerField()
    ours = models.FloatField()
    official = models.FloatField()
    born = models.FloatField()
    old = models.FloatField()
    moved = models.FloatField()

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering = ["run", "year", "area"]
        constraints = [
            models.UniqueConstraint(fields=["run", "batch", "year", "area"], name="official_comparison_once")
        ]
        triggers = [append_only("official_comparison_append_only")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.year}: {self.ours:.0f} / {self.official:.0f}"
