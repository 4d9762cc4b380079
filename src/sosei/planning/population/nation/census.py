"""The censuses of all municipalities as one array: the newest year that covers the nation, and those before it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import xarray as xr
from django.db.models import Count

from sosei.engines.demography.dimensions import SEXES
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.unknown_age import distribute_unknown_age
from sosei.planning.population.models import Area, ImportBatch, Observation, ObservationCell
from sosei.planning.population.observations import CENSUS_KINDS, GROUPS, UnsuitableAgesError

WIDTH = 5
CENSUSES_NEEDED = 3
"""The base and the two before it: rates of the last step, learned from the step before (`estimate_for_all`)."""
NATIONWIDE = 1700
"""Municipalities from which on a census counts as the nation's: of 1,741 some may be evacuated or merged."""
CHUNK = 50_000
Progress = Callable[[str, int, int], None]


class NoNationalCensusError(DemographyError):
    """No census of enough municipalities with the two before it is stored."""

    english = (
        "No census of at least {fewest} municipalities is stored together with those 5 and 10 years before it "
        "(most: {most}). Remedy: import the national census by municipality, sex and age with `sosei import FILE`, "
        "or name a smaller number with --fewest for a region."
    )
    japanese = (
        "{fewest} 以上の市区町村の国勢調査が、5年前・10年前のものとそろっていません（最多: {most}）。"
        "市区町村・男女・年齢別の国勢調査を `sosei import ファイル` で取り込むか、一部の地域だけなら "
        "--fewest で数を下げてください。"
    )


@dataclass(frozen=True)
class NationalCensus:
    """The censuses of every municipality, five years apart.

    Attributes:
        base_year: the newest of them.
        population: persons, unknown ages distributed, dims (area, year, sex, age); area by code.
        area_ids: primary keys in the order of `area`.
        source, source_en: where the base census comes from.
    """

    base_year: int
    population: xr.DataArray
    area_ids: tuple[int, ...]
    source: str
    source_en: str

    @property
    def base(self) -> xr.DataArray:
        """The base population, dims (area, sex, age)."""
        return self.population.sel(year=self.base_year, drop=True)

    def fingerprint(self) -> str:
        """SHA-256 of every number and code."""
        digest = hashlib.sha256(" ".join(map(str, self.population["area"].values)).encode())
        digest.update(str(self.population["year"].values.tolist()).encode())
        digest.update(np.ascontiguousarray(self.population.values, dtype=np.float64).tobytes())
        return digest.hexdigest()


def national_census(
    *, fewest: int = NATIONWIDE, base_year: int | None = None, progress: Progress
) -> NationalCensus:
    """The newest census (or that of `base_year`) of at least `fewest` municipalities, with all before it.

    At least the two before it; earlier ones as far as they hold the same municipalities without a gap.

    Raises:
        NoNationalCensusError: there is none.
        UnsuitableAgesError: stored ages do not fit five-year groups to 90+.
    """
    base, areas = _base(fewest, base_year)
    years = _years_of_all(base, {pk for pk, _code in areas})
    codes = [code for _pk, code in areas]
    found = np.zeros((len(areas), len(years), 2, GROUPS.starts.size))
    unknown = np.zeros(found.shape[:3])
    places = {pk: i for i, (pk, _code) in enumerate(areas)}
    observations = _observations(years, set(places))
    source = ImportBatch.objects.get(pk=max(batch for _pk, _year, batch in observations.values()))
    _read_cells(observations, places, years, found, unknown, progress)
    coords = {"area": codes, "year": years, "sex": list(SEXES), "age": GROUPS.starts}
    people = xr.DataArray(found, dims=("area", "year", "sex", "age"), coords=coords, name="population")
    not_known = xr.DataArray(
        unknown, dims=("area", "year", "sex"), coords={k: coords[k] for k in list(coords)[:3]}
    )
    whole = distribute_unknown_age(people, not_known)
    return NationalCensus(base, whole, tuple(pk for pk, _ in areas), source.source, source.source_en)


def years_covered() -> dict[int, int]:
    """Municipalities counted, by census year."""
    rows = (
        Observation.objects.filter(kind__in=CENSUS_KINDS, group="all", area__kind=Area.Kind.MUNICIPALITY)
        .values_list("date__year")
        .annotate(areas=Count("area", distinct=True))
        .order_by()
    )
    return dict(rows)


def _base(fewest: int, wanted: int | None) -> tuple[int, list[tuple[int, str]]]:
    counted = years_covered()
    possible = [year for year in sorted(counted, reverse=True) if wanted in (None, year)]
    most = 0
    for year in possible:
        if counted[year] < fewest:
            most = max(most, counted[year])
            continue
        areas = _areas_with([year, year - WIDTH, year - 2 * WIDTH])
        if len(areas) >= fewest:
            return year, areas
        most = max(most, len(areas))
    raise NoNationalCensusError(fewest=fewest, most=most)


def _years_of_all(base: int, areas: set[int]) -> list[int]:
    """Census years from the base back, as long as every one of the areas was counted; in order."""
    years = [base - 2 * WIDTH, base - WIDTH, base]
    while areas <= {pk for pk, _code in _areas_with([years[0] - WIDTH])}:
        years.insert(0, years[0] - WIDTH)
    return years


def _areas_with(years: list[int]) -> list[tuple[int, str]]:
    """Municipalities counted in every one of the years."""
    counted = (
        Observation.objects.filter(
            kind__in=CENSUS_KINDS, group="all", area__kind=Area.Kind.MUNICIPALITY, date__year__in=years
        )
        .values("area")
        .annotate(years=Count("date__year", distinct=True))
        .filter(years=len(years))
        .order_by()
        .values("area")
    )
    return list(Area.objects.filter(pk__in=counted).order_by("code").values_list("pk", "code"))


def _observations(years: list[int], areas: set[int]) -> dict[int, tuple[int, int, int]]:
    """The newest observation of each area and year, distributed figures before enumerated ones: pk → area, year, batch."""
    rows = (
        Observation.objects.filter(
            kind__in=CENSUS_KINDS,
            group="all",
            date__range=(date(years[0], 1, 1), date(years[-1], 12, 31)),
            area__kind=Area.Kind.MUNICIPALITY,
        )
        .order_by("id")
        .values_list("pk", "area_id", "date__year", "kind", "batch_id")
    )
    best: dict[tuple[int, int], tuple[bool, int, int]] = {}
    for pk, area, year, kind, batch in rows:
        if area in areas and year in years:
            rank = (kind == CENSUS_KINDS[0], pk, batch)
            best[area, year] = max(best.get((area, year), rank), rank)
    return {pk: (area, year, batch) for (area, year), (_kind, pk, batch) in best.items()}


def _read_cells(
    observations: dict[int, tuple[int, int, int]],
    places: dict[int, int],
    years: list[int],
    found: np.ndarray,
    unknown: np.ndarray,
    progress: Progress,
) -> None:
    cells = ObservationCell.objects.filter(observation__in=list(observations)).order_by()
    rows = cells.values_list("observation_id", "sex", "age_from", "age_to", "persons")
    expected = len(observations) * 2 * (GROUPS.starts.size + 1)
    last = GROUPS.starts.size - 1
    for done, (observation, sex, first, end, persons) in enumerate(rows.iterator(chunk_size=CHUNK)):
        area, year, _batch = observations[observation]
        at = (places[area], years.index(year), SEXES.index(sex))
        if first is None:
            unknown[at] += float(persons)
            continue
        fits = first >= GROUPS.open_age or (end is not None and first // WIDTH == end // WIDTH)
        if not fits:
            label = f"{first}+" if end is None else f"{first}-{end}"
            code = Area.objects.get(pk=area).code
            raise UnsuitableAgesError(area=code, year=year, group=label)
        found[(*at, min(first // WIDTH, last))] += float(persons)
        if done % CHUNK == 0:
            progress("read", done, expected)
