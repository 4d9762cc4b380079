"""`sosei check-data`: everything stored, checked again, one rule a function.

An error means that the figures cannot be relied on as they stand; a warning, that a person should look. The
sentences stand below in both languages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from sosei.engines.conventions.age_labels import choose_tiling
from sosei.engines.conventions.municipality_code import check_digit
from sosei.engines.demography.errors import DemographyError
from sosei.planning.population.assumptions import assumptions_from_yaml
from sosei.planning.population.models import (
    Area,
    AssumptionSet,
    ImportBatch,
    Observation,
    ObservationCell,
    PublishedFigure,
    VitalStatistic,
)

Severity = Literal["error", "warning"]
JUMP_SHARE = Decimal("0.25")
JUMP_PERSONS = 500
JUMP_YEARS = 6
TFR_RANGE = (Decimal("0.3"), Decimal(8))
MOST_BIRTHS, MOST_DEATHS, MOST_MOVES = Decimal("0.05"), Decimal("0.2"), Decimal("0.5")
"""Yearly births, deaths and moves as shares of the population beyond which a person should look."""
CENSUSES = (Observation.Kind.CENSUS_ENUMERATED, Observation.Kind.CENSUS_DISTRIBUTED)

SENTENCES: dict[str, tuple[Severity, str, str]] = {
    "no_source": ("error", "取込 {batch} に出典がありません", "import {batch} names no source"),
    "no_cells": ("error", "年齢別の数が一つもありません", "there is not one figure by age"),
    "missing_sex": ("error", "{sex} の数がありません", "there are no figures for {sex}"),
    "missing_age": (
        "error",
        "{sex} に{age}歳から始まる年齢階級がありません",
        "{sex} has no age group beginning at {age}",
    ),
    "overlapping_ages": ("error", "{sex} の年齢階級が重なっています", "the age groups of {sex} overlap"),
    "negative": ("error", "{sex} {age}歳の数が負です: {value}", "{sex} {age} is negative: {value}"),
    "batch_total": (
        "error",
        "取込 {batch} の {what} の合計 {got} が、取り込んだときの {stated} と違います",
        "{what} of import {batch} adds up to {got}; it was {stated} when imported",
    ),
    "kinds_differ": (
        "error",
        "国勢調査の総人口 {enumerated} と不詳補完の総人口 {distributed} が違います",
        "the census counts {enumerated} and, with unknown ages distributed, {distributed}",
    ),
    "group_exceeds": (
        "error",
        "別集団「{group}」{part} 人が総人口 {total} 人より多くなっています",
        "the group {group} ({part}) is larger than the whole population ({total})",
    ),
    "corrected": (
        "warning",
        "古い取込の総人口 {old} が {new} に置き換わっています",
        "the total {old} of an older import was replaced by {new}",
    ),
    "jump": (
        "warning",
        "総人口が {since} の {old} から {new} へ {share} 変わっています",
        "the population changed by {share} since {since} ({old} to {new})",
    ),
    "vital_value": (
        "error",
        "{kind} {year}年 の値 {value} はありえません",
        "{kind} of {year} cannot be {value}",
    ),
    "vital_share": (
        "warning",
        "{kind} {year}年 の {value} は人口 {population} に対して多すぎます",
        "{kind} of {year} ({value}) are many for a population of {population}",
    ),
    "assumptions": ("error", "仮定「{name}」を読めません: {reason}", "assumptions {name}: {reason_en}"),
    "no_base": (
        "error",
        "仮定「{name}」の基準年 {year} の国勢調査がありません",
        "assumptions {name} start from {year}, of which no census is stored",
    ),
    "published": (
        "error",
        "公表値「{name}」{year}年 が正の数ではありません: {value}",
        "the published figure {name} of {year} is not positive: {value}",
    ),
    "no_parent": ("error", "上位の地域がありません", "it has no parent area"),
    "check_digit": (
        "error",
        "検査数字「{digit}」が正しくありません（正: {right}）",
        "its check digit is {digit}, not {right}",
    ),
}


@dataclass(frozen=True)
class StoredFinding:
    """One finding in what is stored."""

    rule: str
    where: str
    details: dict[str, object] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """error or warning."""
        return SENTENCES[self.rule][0]

    def text(self, language: str) -> str:
        """Where and what, in `language` ("ja" or "en")."""
        sentence = SENTENCES[self.rule][1 if language == "ja" else 2]
        word = {"error": ("誤り", "error"), "warning": ("注意", "warning")}[self.severity]
        return f"{word[0 if language == 'ja' else 1]} {self.where}: {sentence.format(**self.details)}"


@dataclass
class Stored:
    """What the rules look at: observations with their totals by sex and age, and the rest as rows."""

    areas: list[Area]
    observations: list[Observation]
    cells: dict[int, list[tuple[str, int | None, int | None, Decimal]]]
    whole: bool

    def total(self, observation: Observation) -> Decimal:
        """All persons of an observation."""
        return sum((cell[3] for cell in self.cells.get(observation.pk, [])), start=Decimal(0))


def load(area_code: str | None = None) -> Stored:
    """Read what is stored of one area and its districts, or of all."""
    areas = Area.objects.all()
    if area_code is not None:
        areas = areas.filter(code=area_code) | areas.filter(code__startswith=f"{area_code}-")
    observations = list(
        Observation.objects.filter(area__in=areas).select_related("area", "batch").order_by("id")
        if area_code is not None
        else Observation.objects.select_related("area", "batch").order_by("id")
    )
    cells: dict[int, list[tuple[str, int | None, int | None, Decimal]]] = defaultdict(list)
    rows = ObservationCell.objects.order_by()
    if area_code is not None:
        rows = rows.filter(observation__area__in=areas)
    columns = ("observation_id", "sex", "age_from", "age_to", "persons")
    for observation, *cell in rows.values_list(*columns).iterator(chunk_size=20_000):
        cells[observation].append(tuple(cell))
    return Stored(list(areas), observations, cells, whole=area_code is None)


def check_stored(area_code: str | None = None) -> list[StoredFinding]:
    """Every finding of every rule, errors first."""
    stored = load(area_code)
    found = [finding for rule in RULES for finding in rule(stored)]
    return sorted(found, key=lambda finding: finding.severity)


def _where(observation: Observation) -> str:
    group = "" if observation.group == "all" else f" {observation.group}"
    return f"{observation.area} {observation.date.isoformat()} {observation.kind}{group}"


def areas_hang_together(stored: Stored) -> Iterator[StoredFinding]:
    """Every municipality and district has a parent; every code its right check digit."""
    for area in stored.areas:
        if area.parent_id is None and area.kind in (Area.Kind.MUNICIPALITY, Area.Kind.DISTRICT):
            yield StoredFinding("no_parent", str(area))
        if area.check_digit and area.check_digit != check_digit(area.code[:5]):
            right = check_digit(area.code[:5])
            yield StoredFinding("check_digit", str(area), {"digit": area.check_digit, "right": right})


def sources_are_named(stored: Stored) -> Iterator[StoredFinding]:
    """Every import names where its figures come from."""
    batches = (
        list(ImportBatch.objects.all())
        if stored.whole
        else list({observation.batch_id: observation.batch for observation in stored.observations}.values())
    )
    for batch in batches:
        if not batch.source.strip():
            yield StoredFinding("no_source", batch.file_name, {"batch": batch.pk})


def ages_are_whole(stored: Stored) -> Iterator[StoredFinding]:
    """Each sex of each observation has ages from 0 to an open group, without gap, overlap or negative figure."""
    for observation in stored.observations:
        cells = stored.cells.get(observation.pk, [])
        if not cells:
            yield StoredFinding("no_cells", _where(observation))
            continue
        for sex in ("male", "female"):
            yield from _ages_of_sex(observation, sex, [cell for cell in cells if cell[0] == sex])


def _ages_of_sex(
    observation: Observation, sex: str, cells: list[tuple[str, int | None, int | None, Decimal]]
) -> Iterator[StoredFinding]:
    where = _where(observation)
    groups = [(first, last) for _, first, last, _ in cells if first is not None]
    if not groups:
        yield StoredFinding("missing_sex", where, {"sex": sex})
        return
    tiling = choose_tiling(groups)
    if tiling.missing_from is not None:
        yield StoredFinding("missing_age", where, {"sex": sex, "age": tiling.missing_from})
    elif len(tiling.starts) != len(groups):
        yield StoredFinding("overlapping_ages", where, {"sex": sex})
    for _, first, _, persons in cells:
        if persons < 0:
            yield StoredFinding("negative", where, {"sex": sex, "age": first, "value": persons})


def batches_add_up(stored: Stored) -> Iterator[StoredFinding]:
    """What is stored of an import still adds up to what its report said."""
    if not stored.whole:
        return
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    batches = {}
    for observation in stored.observations:
        batches[observation.batch_id] = observation.batch
        key = f"{observation.kind} {observation.date.isoformat()}"
        sums[observation.batch_id][key] += stored.total(observation)
    for batch in ImportBatch.objects.all():
        for key, stated in (batch.report.get("persons") or {}).items():
            got = sums[batch.pk].get(key, Decimal(0))
            if got != Decimal(str(stated)):
                details = {"batch": batch.pk, "what": key, "got": f"{got:f}", "stated": stated}
                yield StoredFinding("batch_total", batch.file_name, details)


def _current(stored: Stored) -> dict[tuple[str, date, str, str], Observation]:
    """The newest observation of each area, date, kind and group (observations come oldest first)."""
    return {(o.area.code, o.date, o.kind, o.group): o for o in stored.observations}


def kinds_agree(stored: Stored) -> Iterator[StoredFinding]:
    """Distributing unknown ages moves persons between ages, and changes no total."""
    current = _current(stored)
    for (code, day, kind, group), observation in current.items():
        other = current.get((code, day, Observation.Kind.CENSUS_DISTRIBUTED, group))
        if kind != Observation.Kind.CENSUS_ENUMERATED or other is None:
            continue
        enumerated, distributed = stored.total(observation), stored.total(other)
        if abs(enumerated - distributed) > 1:
            details = {"enumerated": f"{enumerated:.0f}", "distributed": f"{distributed:.0f}"}
            yield StoredFinding("kinds_differ", f"{observation.area} {day.isoformat()}", details)


def groups_fit_inside(stored: Stored) -> Iterator[StoredFinding]:
    """A special population is part of the whole one of its day."""
    current = _current(stored)
    for (code, day, _, group), observation in current.items():
        whole = [current[key] for kind in CENSUSES if (key := (code, day, kind, "all")) in current]
        if group == "all" or not whole:
            continue
        part, total = stored.total(observation), max(stored.total(other) for other in whole)
        if part > total:
            details = {"group": group, "part": f"{part:.0f}", "total": f"{total:.0f}"}
            yield StoredFinding("group_exceeds", _where(observation), details)


def corrections_are_seen(stored: Stored) -> Iterator[StoredFinding]:
    """A newer import that changed a total is told."""
    current = _current(stored)
    for observation in stored.observations:
        newest = current[observation.area.code, observation.date, observation.kind, observation.group]
        if newest.pk == observation.pk or newest.batch_id == observation.batch_id:
            continue
        old, new = stored.total(observation), stored.total(newest)
        if old != new:
            yield StoredFinding("corrected", _where(newest), {"old": f"{old:f}", "new": f"{new:f}"})


def censuses_follow_on(stored: Stored) -> Iterator[StoredFinding]:
    """From one census to the next the population changes by less than a quarter."""
    by_area: dict[str, dict[date, Observation]] = defaultdict(dict)
    for (code, day, kind, group), observation in _current(stored).items():
        if kind in CENSUSES and group == "all":
            by_area[code][day] = observation
    for series in by_area.values():
        days = sorted(series)
        for earlier, later in pairwise(days):
            old, new = stored.total(series[earlier]), stored.total(series[later])
            far = abs(new - old) > max(JUMP_SHARE * old, JUMP_PERSONS)
            if far and later.year - earlier.year <= JUMP_YEARS:
                share = f"{(new - old) / old:+.0%}" if old else "+∞"
                details = {"since": earlier, "old": f"{old:.0f}", "new": f"{new:.0f}", "share": share}
                yield StoredFinding("jump", _where(series[later]), details)


def vital_statistics_are_possible(stored: Stored) -> Iterator[StoredFinding]:
    """No negative counts, a fertility that women can have, and events in proportion to the population."""
    populations: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    for (_, day, kind, group), observation in _current(stored).items():
        if kind in CENSUSES and group == "all":
            populations[observation.area_id].append((day.year, stored.total(observation)))
    most = {
        "births": MOST_BIRTHS,
        "deaths": MOST_DEATHS,
        "in_migrants": MOST_MOVES,
        "out_migrants": MOST_MOVES,
    }
    rows = (
        VitalStatistic.objects.filter(area__in=stored.areas) if not stored.whole else VitalStatistic.objects
    )
    for vital in rows.current().select_related("area"):
        details = {"kind": vital.kind, "year": vital.year, "value": f"{vital.value.normalize():f}"}
        low, high = TFR_RANGE if vital.kind == VitalStatistic.Kind.TFR else (Decimal(0), None)
        if vital.value < low or (high is not None and vital.value > high):
            yield StoredFinding("vital_value", str(vital.area), details)
        near = [total for year, total in populations[vital.area_id] if abs(year - vital.year) <= 5]
        if vital.kind in most and near and vital.value > most[vital.kind] * max(near) + JUMP_PERSONS:
            yield StoredFinding("vital_share", str(vital.area), {**details, "population": f"{max(near):.0f}"})


def assumptions_rest_on_censuses(stored: Stored) -> Iterator[StoredFinding]:
    """Every assumption set can be read, and the census that it starts from is stored."""
    census_years = {(key[0], key[1].year) for key in _current(stored) if key[2] in CENSUSES}
    rows = AssumptionSet.objects.select_related("area")
    for assumptions in rows if stored.whole else rows.filter(area__in=stored.areas):
        where = f"{assumptions.area} {assumptions.name}"
        try:
            assumptions_from_yaml(assumptions.document)
        except DemographyError as error:
            details = {"name": assumptions.name, "reason": error.text("ja"), "reason_en": error.text("en")}
            yield StoredFinding("assumptions", where, details)
        if (assumptions.area.code, assumptions.base_year) not in census_years:
            details = {"name": assumptions.name, "year": assumptions.base_year}
            yield StoredFinding("no_base", where, details)


def published_figures_are_positive(stored: Stored) -> Iterator[StoredFinding]:
    """A published population or ratio is above zero."""
    rows = PublishedFigure.objects.filter(value__lte=0).select_related("area")
    for figure in rows if stored.whole else rows.filter(area__in=stored.areas):
        details = {"name": figure.scenario_name, "year": figure.year, "value": figure.value}
        yield StoredFinding("published", str(figure.area), details)


RULES: tuple[Callable[[Stored], Iterator[StoredFinding]], ...] = (
    areas_hang_together,
    sources_are_named,
    ages_are_whole,
    batches_add_up,
    kinds_agree,
    groups_fit_inside,
    corrections_are_seen,
    censuses_follow_on,
    vital_statistics_are_possible,
    assumptions_rest_on_censuses,
    published_figures_are_positive,
)
