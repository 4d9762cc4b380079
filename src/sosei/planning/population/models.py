"""Tables of the population vision: areas, observed people, assumptions, scenarios and stored projections.

Nothing here is overwritten: triggers refuse UPDATE and DELETE on everything observed or computed. A correction
is a newer observation of the same area, date and kind; `Observation.objects.current()` gives the newest.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sosei.planning.population.querysets import (
    AreaQuerySet,
    ObservationQuerySet,
    ProjectionRunQuerySet,
    PublishedQuerySet,
    ScenarioQuerySet,
    VitalStatisticQuerySet,
)


def append_only(name: str) -> pgtrigger.Protect:
    """A trigger that refuses to change or delete rows of the table it stands on."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)


class Sex(models.TextChoices):
    """Sex as official statistics record it; the values are the engine's labels."""

    MALE = "male", _("男")
    FEMALE = "female", _("女")


class Area(models.Model):
    """A nation, prefecture, municipality, or district within a municipality."""

    class Kind(models.TextChoices):
        NATION = "nation", _("全国")
        PREFECTURE = "prefecture", _("都道府県")
        MUNICIPALITY = "municipality", _("市区町村")
        DISTRICT = "district", _("地区")

    code = models.CharField(
        max_length=16,
        unique=True,
        help_text="5-digit local government code (2 digits + 000 for a prefecture, 00000 for Japan); "
        "a district is its municipality's code, a hyphen, and its own number",
    )
    check_digit = models.CharField(max_length=1, blank=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=16, choices=Kind)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def local_name(self) -> str:
        """The name in the reader's language, Japanese where there is no other."""
        return self.name_en if self.name_en and (get_language() or "ja").startswith("en") else self.name

    @property
    def full_code(self) -> str:
        """The 6-digit code with its check digit, as open data files carry it."""
        return self.code + self.check_digit


class ImportBatch(models.Model):
    """One file read whole: which, in which format, by whom, when, and what it held line by line."""

    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    recognised_format = models.CharField(max_length=40)
    encoding = models.CharField(max_length=20)
    source = models.CharField(
        max_length=300, help_text="Where the figures come from, as printed under a chart"
    )
    source_en = models.CharField(max_length=300, blank=True)
    source_url = models.URLField(blank=True)
    imported_by = models.CharField(max_length=150)
    imported_at = models.DateTimeField(auto_now_add=True)
    report = models.JSONField(default=dict, help_text="Counts, and notes by line")

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering = ["-imported_at", "-id"]
        triggers = [append_only("batch_append_only")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.recognised_format})"


class Observation(models.Model):
    """The population of one area on one day, by sex and age, from one source."""

    class Kind(models.TextChoices):
        CENSUS_ENUMERATED = "census_enumerated", _("国勢調査（年齢不詳を含む）")
        CENSUS_DISTRIBUTED = "census_unknown_distributed", _("国勢調査（不詳補完）")
        REGISTER = "register", _("住民基本台帳")
        OFFICIAL_PROJECTION = "official_projection", _("社人研推計")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="observations")
    date = models.DateField(help_text="The day counted: 1 October for a census")
    kind = models.CharField(max_length=32, choices=Kind)
    group = models.CharField(
        max_length=40,
        default="all",
        help_text="all, or a special population counted apart (evacuees, students, institutions)",
    )
    provisional = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    note_en = models.CharField(max_length=500, blank=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="observations")

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["area", "date", "kind", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "date", "kind", "group", "batch"], name="observation_once_per_batch"
            )
        ]
        triggers = [append_only("observation_append_only")]

    def __str__(self) -> str:
        return f"{self.area.code} {self.date} {self.kind}"


class ObservationCell(models.Model):
    """Persons of one sex and age group in an observation; no ages at all means 年齢不詳 (age unknown)."""

    observation = models.ForeignKey(Observation, on_delete=models.PROTECT, related_name="cells")
    sex = models.CharField(max_length=6, choices=Sex)
    age_from = models.SmallIntegerField(null=True, help_text="First age; empty for age unknown")
    age_to = models.SmallIntegerField(null=True, help_text="Last age; empty for the open top group")
    persons = models.DecimalField(max_digits=14, decimal_places=4)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering = ["observation", "sex", "age_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["observation", "sex", "age_from"], nulls_distinct=False, name="cell_once"
            ),
            models.CheckConstraint(condition=Q(persons__gte=0), name="cell_not_negative"),
        ]
        triggers = [append_only("observation_cell_append_only")]

    def __str__(self) -> str:
        return f"{self.sex} {self.age_from}: {self.persons}"


class VitalStatistic(models.Model):
    """A yearly figure beside the population: births, deaths, moves, total fertility rate."""

    class Kind(models.TextChoices):
        BIRTHS = "births", _("出生数")
        DEATHS = "deaths", _("死亡数")
        IN_MIGRANTS = "in_migrants", _("転入者数")
        OUT_MIGRANTS = "out_migrants", _("転出者数")
        TFR = "tfr", _("合計特殊出生率")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="vital_statistics")
    year = models.SmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind)
    value = models.DecimalField(max_digits=14, decimal_places=4)
    note = models.CharField(max_length=500, blank=True)
    note_en = models.CharField(max_length=500, blank=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="vital_statistics")

    objects = VitalStatisticQuerySet.as_manager()

    class Meta:
        ordering = ["area", "kind", "year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["area", "year", "kind", "batch"], name="vital_once_per_batch")
        ]
        triggers = [append_only("vital_append_only")]

    def __str__(self) -> str:
        return f"{self.area.code} {self.year} {self.kind}"


class PublishedFigure(models.Model):
    """A figure that the municipality itself published, to stand beside Sosei's own."""

    class Quantity(models.TextChoices):
        TOTAL = "total", _("総人口")
        SUPPORT_RATIO = "support_ratio", _("75歳以上1人を支える15～64歳の人数")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="published_figures")
    scenario_name = models.CharField(max_length=60)
    quantity = models.CharField(max_length=16, choices=Quantity)
    year = models.SmallIntegerField()
    value = models.DecimalField(max_digits=14, decimal_places=4)
    approximate = models.BooleanField(default=False, help_text="Printed with 約 (about)")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="published_figures")

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering = ["area", "scenario_name", "quantity", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "scenario_name", "quantity", "year", "batch"], name="published_once_per_batch"
            )
        ]
        triggers = [append_only("published_append_only")]

    def __str__(self) -> str:
        return f"{self.area.code} {self.scenario_name} {self.quantity} {self.year}"


class AssumptionSet(models.Model):
    """The assumptions a municipality's projections rest on, each with value, source and reason, as one document."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="assumption_sets")
    name = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    base_year = models.SmallIntegerField()
    document = models.TextField(help_text="YAML, validated by sosei.planning.population.assumptions")
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering = ["area", "name", "-id"]
        triggers = [append_only("assumption_append_only")]

    def __str__(self) -> str:
        return f"{self.area.code} {self.name} ({self.base_year})"


class Scenario(models.Model):
    """A named set of overrides on the baseline; without an area it is offered to every municipality."""

    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="scenarios")
    name = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    position = models.SmallIntegerField(default=100, help_text="Order on the page")
    document = models.TextField(help_text="YAML, as sosei.engines.demography.scenario reads it")
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name", "-id"]
        triggers = [append_only("scenario_append_only")]

    def __str__(self) -> str:
        return self.name

    @property
    def local_title(self) -> str:
        """The title in the reader's language."""
        return self.title_en if self.title_en and (get_language() or "ja").startswith("en") else self.title


class ProjectionRun(models.Model):
    """One projection: its inputs' fingerprint, the engine's version, who ran it and when."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="projection_runs")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="runs")
    assumption_set = models.ForeignKey(AssumptionSet, on_delete=models.PROTECT, related_name="runs")
    base_year = models.SmallIntegerField()
    to_year = models.SmallIntegerField()
    fingerprint = models.CharField(
        max_length=64, help_text="SHA-256 of every input number and the two documents"
    )
    engine_version = models.CharField(max_length=20)
    run_by = models.CharField(max_length=150)
    run_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectionRunQuerySet.as_manager()

    class Meta:
        ordering = ["area", "-id"]
        triggers = [append_only("run_append_only")]

    def __str__(self) -> str:
        return f"{self.area.code} {self.scenario.name} {self.base_year}-{self.to_year}"


class ProjectionCell(models.Model):
    """One projected number: persons (or births, deaths, net migrants in the five years to `year`)."""

    class Quantity(models.TextChoices):
        POPULATION = "population", _("人口")
        BIRTHS = "births", _("出生")
        DEATHS = "deaths", _("死亡")
        NET_MIGRATION = "net_migration", _("純移動")
        SPECIAL = "special", _("別集団")

    run = models.ForeignKey(ProjectionRun, on_delete=models.PROTECT, related_name="cells")
    quantity = models.CharField(max_length=16, choices=Quantity)
    year = models.SmallIntegerField()
    sex = models.CharField(max_length=6, choices=Sex)
    age_from = models.SmallIntegerField()
    persons = models.FloatField()

    objects = PublishedQuerySet.as_manager()

    class Meta:
        ordering = ["run", "quantity", "year", "sex", "age_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "quantity", "year", "sex", "age_from"], name="projection_cell_once"
            )
        ]
        triggers = [append_only("projection_cell_append_only")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.year} {self.sex} {self.age_from}: {self.persons:.1f}"


# The nation's tables stand in a module of their own, which needs those above.
import sosei.planning.population.nation.models  # noqa: E402, F401
