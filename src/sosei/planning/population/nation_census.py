"""The censuses of all municipalities as one array, from the database or straight from a public file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import SEXES
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.unknown_age import distribute_unknown_age
from sosei.planning.population.importing.findings import ImportRefusedError
from sosei.planning.population.importing.parsed import Context
from sosei.planning.population.importing.recognise import recognise
from sosei.planning.population.importing.text import open_source, read_text
from sosei.planning.population.importing.validate import validate
from sosei.planning.population.models import Area, Observation, ObservationCell
from sosei.planning.population.observations import CENSUS_KINDS, GROUPS, UnsuitableAgesError

FEWEST_MUNICIPALITIES = 30
"""Ten classes of peers with three areas each: below that, nothing can be pooled."""
PUBLIC_TABLE = "https://www.e-stat.go.jp/stat-search/files?toukei=00200521"

Counts = Iterable[tuple[str, int, str, str, int | None, int | None, float]]
"""Area code, year, kind, sex, first age (None: unknown), last age (None: open), persons."""


class NationCensusMissingError(DemographyError):
    """A census of all municipalities that is needed is not there."""

    english = (
        "The census of {year} is there for {found} municipalities at most; {needed} or more are needed (years there: "
        "{stored}). Where to get it: 国勢調査, population by sex and five-year age for every municipality, on the "
        "boundaries of one year, from {where}. Remedy: import it with `sosei import FILE`, or name the file with "
        "--census FILE."
    )
    japanese = (
        "{year} 年の国勢調査は多くて{found}市区町村分しかありません。{needed}以上が必要です（ある年: {stored}）。"
        "入手先: 国勢調査の市区町村・男女・年齢5歳階級別人口（境域を1つの年にそろえたもの）、{where}。"
        "対処: `sosei import ファイル` で取り込むか、--census ファイル で指定してください。"
    )


def stored_census(years: Sequence[int]) -> xr.DataArray:
    """The stored censuses of every municipality that has all of `years`, newest import first.

    Returns:
        Persons, dims (area, year, sex, age), ages known; area labelled by the 5-digit code.

    Raises:
        NationCensusMissingError: a year is there for fewer than 30 municipalities.
        UnsuitableAgesError: a stored census does not fit into five-year groups to 90+.
    """
    observations = (
        Observation.objects.visible_to(None)
        .current()
        .filter(kind__in=CENSUS_KINDS, group="all", area__kind=Area.Kind.MUNICIPALITY, date__year__in=years)
        .values_list("pk", "area__code", "date", "kind")
    )
    known = {pk: (code, day.year, kind) for pk, code, day, kind in observations}
    # Without the table's own order, which would join areas for nothing.
    cells = ObservationCell.objects.filter(observation__in=list(known)).order_by()
    rows = cells.values_list("observation_id", "sex", "age_from", "age_to", "persons")
    return census_array(((*known[pk], *rest) for pk, *rest in rows.iterator(50_000)), years)


def census_from_file(path: Path, years: Sequence[int], *, today: date) -> xr.DataArray:
    """The same from a public file in any layout that `sosei import` reads; nothing is stored.

    Raises:
        ImportRefusedError: the file cannot be read or breaks a rule.
        NationCensusMissingError, UnsuitableAgesError: as `stored_census`.
    """
    opened = open_source(path)
    context = Context(today=today)
    text, _encoding = read_text(opened)
    parsed = recognise(opened, context).parse(text, context)
    observations = validate(parsed, context)
    if parsed.findings.refused:
        raise ImportRefusedError(path.name, parsed.findings)
    return census_array(
        (
            (found.area.code, found.date.year, found.kind, sex, first, last, float(persons))
            for found in observations
            if found.kind in CENSUS_KINDS and _is_municipality(found.area.code) and not found.area.district
            for sex, first, last, persons in found.rows
        ),
        years,
    )


def census_array(counts: Counts, years: Sequence[int]) -> xr.DataArray:
    """Counts as one array of the municipalities that have every year, unknown ages distributed.

    Figures with unknown ages already distributed (不詳補完) are taken before enumerated ones. `attrs["incomplete"]`
    names the municipalities that some of the years lack.

    Raises:
        NationCensusMissingError, UnsuitableAgesError: as `stored_census`.
    """
    held: dict[tuple[str, int], dict[str, np.ndarray]] = {}
    groups = GROUPS.starts.size
    for code, year, kind, sex, first, last, persons in counts:
        if year not in years:
            continue
        by_kind = held.setdefault((code, year), {})
        if kind not in by_kind:
            by_kind[kind] = np.zeros((2, groups + 1))
        by_kind[kind][SEXES.index(sex), _group(code, year, first, last)] += float(persons)
    areas = _complete_areas(held, years)
    values = np.empty((len(areas), len(years), 2, groups + 1))
    for i, code in enumerate(areas):
        for j, year in enumerate(years):
            by_kind = held[code, year]
            values[i, j] = next(by_kind[kind] for kind in CENSUS_KINDS if kind in by_kind)
    coords = {"area": areas, "year": list(years), "sex": list(SEXES)}
    people = xr.DataArray(
        values[..., :-1], dims=("area", "year", "sex", "age"), coords={**coords, "age": GROUPS.starts}
    )
    unknown = xr.DataArray(values[..., -1], dims=("area", "year", "sex"), coords=coords)
    complete = distribute_unknown_age(people, unknown)
    complete.attrs["incomplete"] = sorted({code for code, _year in held} - set(areas))
    return complete


def _complete_areas(held: dict[tuple[str, int], dict[str, np.ndarray]], years: Sequence[int]) -> list[str]:
    by_year = {year: {code for code, y in held if y == year} for year in years}
    there = _joined([y for y in years if len(by_year[y]) >= FEWEST_MUNICIPALITIES]) or "-"
    lacking = [year for year in years if len(by_year[year]) < FEWEST_MUNICIPALITIES]
    if lacking:
        raise NationCensusMissingError(
            year=_joined(lacking),
            found=max(len(by_year[year]) for year in lacking),
            needed=FEWEST_MUNICIPALITIES,
            stored=there,
            where=PUBLIC_TABLE,
        )
    common = sorted(set.intersection(*by_year.values()))
    if len(common) < FEWEST_MUNICIPALITIES:
        raise NationCensusMissingError(
            year=_joined(years),
            found=len(common),
            needed=FEWEST_MUNICIPALITIES,
            stored=there,
            where=PUBLIC_TABLE,
        )
    return common


def _joined(years: Sequence[int]) -> str:
    return ", ".join(str(year) for year in years)


def _group(code: str, year: int, first: int | None, last: int | None) -> int:
    """Index of the five-year group, the last index for unknown age."""
    width, top = GROUPS.width, GROUPS.open_age
    if first is None:
        return GROUPS.starts.size
    fits = first >= top or (last is not None and first // width == last // width and last < top)
    if not fits:
        raise UnsuitableAgesError(
            area=code, year=year, group=f"{first}+" if last is None else f"{first}-{last}"
        )
    return min(first // width, GROUPS.starts.size - 1)


def _is_municipality(code: str) -> bool:
    """A 5-digit code that is not a prefecture's (…000) or a sum of several municipalities' (from …800)."""
    return len(code) == 5 and 100 <= int(code[2:]) < 800
