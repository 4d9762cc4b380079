"""Our run beside the official projection of the same base: how far apart, and at which ages.

The difference of an area in a year (ours less theirs) is told apart by age, which tables of populations alone allow:
those born since the base year differ by fertility and by the number of mothers; those who were alive then and are 65
or over differ mostly by survival; the others, few of whom die, differ by migration. Migration of the old and of the
children born since is inside the first two parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sosei.engines.demography.errors import DemographyError
from sosei.planning.population.models import Area, Observation, ObservationCell
from sosei.planning.population.nation.census import WIDTH, NationalCensus
from sosei.planning.population.nation.codes import EARLIER_CODES
from sosei.planning.population.nation.models import NationalRun, OfficialComparison

OLD = 65
CHUNK = 50_000


class NoOfficialProjectionError(DemographyError):
    """No official projection with the run's base year is stored."""

    english = (
        "No official projection that starts from {base_year} is stored for any municipality. Remedy: import it with "
        "`sosei import FILE` (format ipss), or run the nation from the base year of the stored one with --base."
    )
    japanese = (
        "{base_year} 年を基準とする公式の推計（社人研）が市区町村について登録されていません。"
        "`sosei import ファイル`（形式 ipss）で取り込むか、--base で登録済みの推計の基準年を指定してください。"
    )


@dataclass(frozen=True)
class Parts:
    """Ours less theirs by area and year, in the three parts, shape (area, year)."""

    born: np.ndarray
    old: np.ndarray
    moved: np.ndarray


def difference_by_age(ours: xr.DataArray, theirs: xr.DataArray, base_year: int) -> Parts:
    """The difference in persons told apart by age; dims of both (area, year, age), the same labels."""
    difference = (ours - theirs).transpose("area", "year", "age").values
    ages = ours["age"].values[None, :]
    elapsed = (ours["year"].values - base_year)[:, None]
    born = ages < elapsed
    old = ~born & (ages >= OLD)
    return Parts(
        *((difference * mask[None]).sum(axis=-1) for mask in (born, old, ~born & ~old)),
    )


def compare_with_official(run: NationalRun, census: NationalCensus, population: xr.DataArray) -> int:
    """Store the comparison of the run's baseline with the newest official projection of its base year.

    Args:
        population: the baseline, dims (area, year, sex, age).

    Returns:
        How many areas are compared.

    Raises:
        NoOfficialProjectionError: none is stored.
    """
    batch, observations = _newest_projection(census)
    if OfficialComparison.objects.filter(run=run, batch_id=batch).exists():
        return OfficialComparison.objects.filter(run=run, batch_id=batch).values("area").distinct().count()
    ids = dict(zip(census.area_ids, census.population["area"].values.tolist(), strict=True))
    years = [
        y for y in population["year"].values.tolist() if y in {year for _a, year in observations.values()}
    ]
    codes = sorted({ids[area] for area, _year in observations.values()})
    theirs = _official(observations, ids, codes, years, population["age"].values.tolist())
    ours = population.sum("sex").sel(area=codes, year=years)
    parts = difference_by_age(ours, theirs, census.base_year)
    totals = [block.sum("age").transpose("area", "year").values for block in (ours, theirs)]
    primary = {code: pk for pk, code in ids.items()}
    OfficialComparison.objects.bulk_create(
        [
            OfficialComparison(
                run=run,
                batch_id=batch,
                area_id=primary[code],
                year=year,
                ours=totals[0][i, j],
                official=totals[1][i, j],
                born=parts.born[i, j],
                old=parts.old[i, j],
                moved=parts.moved[i, j],
            )
            for i, code in enumerate(codes)
            for j, year in enumerate(years)
            if year > census.base_year
        ],
        batch_size=5000,
    )
    return len(codes)


def _newest_projection(census: NationalCensus) -> tuple[int, dict[int, tuple[int, int]]]:
    """Import and observations (pk → area, year) of the newest official projection that begins at the base year."""
    ids = dict(zip(census.population["area"].values.tolist(), census.area_ids, strict=True))
    renumbered = dict(
        Area.objects.filter(code__in=[new for new, old in EARLIER_CODES.items() if old in ids]).values_list(
            "pk", "code"
        )
    )
    official = Observation.objects.filter(
        kind=Observation.Kind.OFFICIAL_PROJECTION,
        group="all",
        area__kind=Area.Kind.MUNICIPALITY,
        area__in=[*census.area_ids, *renumbered],
    )
    starting = official.filter(date__year=census.base_year).order_by("-batch_id")
    batch = starting.values_list("batch_id", flat=True).first()
    if batch is None:
        raise NoOfficialProjectionError(base_year=census.base_year)
    rows = official.filter(batch_id=batch).order_by().values_list("pk", "area_id", "date__year")
    return batch, {
        pk: (ids[EARLIER_CODES[renumbered[area]]] if area in renumbered else area, year)
        for pk, area, year in rows
    }


def _official(
    observations: dict[int, tuple[int, int]],
    codes_by_area: dict[int, str],
    codes: list[str],
    years: Iterable[int],
    ages: list[int],
) -> xr.DataArray:
    years = list(years)
    places = {code: i for i, code in enumerate(codes)}
    found = np.zeros((len(codes), len(years), len(ages)))
    cells = ObservationCell.objects.filter(
        observation__in=list(observations), age_from__isnull=False
    ).order_by()
    for observation, first, persons in cells.values_list("observation_id", "age_from", "persons").iterator(
        chunk_size=CHUNK
    ):
        area, year = observations[observation]
        if year in years:
            age = min(first // WIDTH, len(ages) - 1)
            found[places[codes_by_area[area]], years.index(year), age] += float(persons)
    return xr.DataArray(
        found, dims=("area", "year", "age"), coords={"area": codes, "year": years, "age": ages}
    )
