"""Stored censuses of an area as the engine's arrays: unknown ages distributed, one common open age group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import SEXES, AgeGroups, population_array
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.unknown_age import distribute_unknown_age
from sosei.planning.population.models import Area, Observation, ObservationCell

GROUPS = AgeGroups(width=5, open_age=90)
CENSUS_KINDS = (Observation.Kind.CENSUS_DISTRIBUTED, Observation.Kind.CENSUS_ENUMERATED)


class MissingObservationError(DemographyError):
    """A census that the assumptions need is not stored."""

    english = (
        "No {what} of {year} is stored for area {area}. Stored: {stored}. Remedy: import it with "
        "`sosei import FILE`, or choose another year."
    )
    japanese = (
        "{area} の {year} 年の{what_ja}がありません。登録済み: {stored}。"
        "`sosei import ファイル` で取り込むか、別の年を選んでください。"
    )


class UnsuitableAgesError(DemographyError):
    """A stored observation cannot be brought to five-year groups up to 90+."""

    english = (
        "The population of {year} for area {area} has the age group {group}, which does not fit into five-year "
        "groups to 90+. Remedy: import the same census by five-year age."
    )
    japanese = (
        "{area} の {year} 年の人口に、5歳階級（90歳以上まで）に収まらない年齢区分 {group} があります。"
        "5歳階級別の同じ調査を取り込んでください。"
    )


@dataclass(frozen=True)
class Census:
    """One census: persons by sex and age with unknown ages distributed, and what they came from."""

    year: int
    population: xr.DataArray
    kind: str
    provisional: bool
    unknown: float
    source: str
    source_en: str


@dataclass(frozen=True)
class Censuses:
    """All censuses of an area by year, and its special populations by name and year."""

    area: Area
    by_year: dict[int, Census]
    groups: dict[str, dict[int, Census]] = field(default_factory=dict)

    def population(self, year: int) -> xr.DataArray:
        """Everyone counted in `year`, dims (sex, age).

        Raises:
            MissingObservationError: not stored.
        """
        if year not in self.by_year:
            raise MissingObservationError(
                area=self.area.code,
                year=year,
                what="census",
                what_ja="国勢調査",
                stored=", ".join(str(y) for y in sorted(self.by_year)) or "-",
            )
        return self.by_year[year].population

    def special(self, name: str, year: int) -> xr.DataArray:
        """A special population counted in `year`, dims (sex, age).

        Raises:
            MissingObservationError: not stored.
        """
        held = self.groups.get(name, {})
        if year not in held:
            raise MissingObservationError(
                area=self.area.code,
                year=year,
                what=f"population of {name}",
                what_ja=f"別集団 {name} の人口",
                stored=", ".join(str(y) for y in sorted(held)) or "-",
            )
        return held[year].population


def censuses_of(area: Area) -> Censuses:
    """Every census stored for `area`, the newest row of each, distributed figures before enumerated ones."""
    observations = list(
        Observation.objects.current()
        .filter(area=area, kind__in=CENSUS_KINDS)
        .select_related("batch")
        .order_by("date")
    )
    cells: dict[int, list[tuple[Any, ...]]] = {}
    # Without the table's own order, which would join areas for nothing.
    counted = ObservationCell.objects.filter(observation__in=[o.pk for o in observations]).order_by()
    for row in counted.values_list("observation_id", "sex", "age_from", "age_to", "persons"):
        cells.setdefault(row[0], []).append(row[1:])
    by_group: dict[str, dict[int, Census]] = {}
    for observation in sorted(observations, key=lambda o: CENSUS_KINDS.index(o.kind), reverse=True):
        census = _census(area, observation, cells.get(observation.pk, []))
        by_group.setdefault(observation.group, {})[observation.date.year] = census
    everyone = by_group.pop("all", {})
    return Censuses(area, dict(sorted(everyone.items())), by_group)


def _census(area: Area, observation: Observation, cells: list[tuple[Any, ...]]) -> Census:
    known = np.zeros((2, GROUPS.starts.size))
    unknown = np.zeros(2)
    for sex, age_from, age_to, persons in cells:
        row = SEXES.index(sex)
        if age_from is None:
            unknown[row] += float(persons)
            continue
        if age_to is None:
            fits = age_from >= GROUPS.open_age
        else:
            fits = age_from >= GROUPS.open_age or (
                age_from // GROUPS.width == age_to // GROUPS.width and age_to < GROUPS.open_age
            )
        if not fits:
            label = f"{age_from}+" if age_to is None else f"{age_from}-{age_to}"
            raise UnsuitableAgesError(area=area.code, year=observation.date.year, group=label)
        known[row, min(age_from // GROUPS.width, GROUPS.starts.size - 1)] += float(persons)
    people = population_array(known[0], known[1])
    if unknown.any():
        people = distribute_unknown_age(
            people, xr.DataArray(unknown, dims=("sex",), coords={"sex": list(SEXES)})
        )
    return Census(
        year=observation.date.year,
        population=people,
        kind=observation.kind,
        provisional=observation.provisional,
        unknown=float(unknown.sum()),
        source=observation.batch.source,
        source_en=observation.batch.source_en,
    )
