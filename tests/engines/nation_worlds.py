"""Worlds of many areas for the tests of estimates: invented ones, and the nation's own censuses."""

from __future__ import annotations

import csv
import gzip
from functools import lru_cache
from pathlib import Path

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import SEXES
from sosei.engines.demography.project import shift
from sosei.engines.demography.unknown_age import distribute_unknown_age

AGES = np.arange(0, 91, 5)
REFERENCE_SURVIVORSHIP = (
    Path(__file__).resolve().parents[2] / "src/sosei/planning/population/reference/japan_survivorship.csv"
)


def invented_nation(
    areas: int = 60, years: tuple[int, ...] = (1990, 1995, 2000), seed: int = 1
) -> xr.DataArray:
    """Censuses of areas of many sizes, each with migration of its own; dims (area, year, sex, age)."""
    random = np.random.default_rng(seed)
    size = np.exp(random.uniform(4, 11, areas))
    shape = np.exp(-((np.arange(AGES.size) - 7) ** 2) / 80)
    now = size[:, None, None] * np.stack([shape, 1.05 * shape]) / (2 * shape.sum())
    surviving = national_survivorship(years).values
    drift = random.normal(-0.02, 0.05, (areas, 1, 1)) + random.normal(0, 0.05, (areas, 2, AGES.size))
    counted = [random.poisson(now).astype(float)]
    for step in range(1, len(years)):
        after = shift(now) * np.clip(surviving[step] + drift + random.normal(0, 0.02, (areas, 1, 1)), 0, None)
        after[..., 0] = 0.1 * after[:, 1, 3:10].sum(axis=-1)[:, None]
        now = after
        counted.append(random.poisson(now).astype(float))
    return xr.DataArray(
        np.stack(counted, axis=1),
        dims=("area", "year", "sex", "age"),
        coords={
            "area": [f"a{i:04d}" for i in range(areas)],
            "year": list(years),
            "sex": list(SEXES),
            "age": AGES,
        },
    )


def national_survivorship(years: tuple[int, ...] | None = None) -> xr.DataArray:
    """The survivorship ratios that the product ships, dims (year, sex, age)."""
    with REFERENCE_SURVIVORSHIP.open(encoding="utf-8", newline="") as file:
        rows = {(int(row["year"]), row["sex"]): row for row in csv.DictReader(file)}
    held = sorted({year for year, _ in rows})
    values = [[[float(rows[year, sex][str(age)]) for age in AGES] for sex in SEXES] for year in held]
    table = xr.DataArray(
        values, dims=("year", "sex", "age"), coords={"year": held, "sex": list(SEXES), "age": AGES}
    )
    return table if years is None else table.sel(year=list(years))


@lru_cache(maxsize=1)
def census_of_the_nation(folder: Path) -> xr.DataArray:
    """The eight censuses of 1,741 municipalities, unknown ages distributed; dims (area, year, sex, age)."""
    with gzip.open(folder / "census/municipality_1980_2015.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    years = [int(year) for year in rows[0][4:]]
    people = [row for row in rows[1:] if row[2] != "T"]
    codes = sorted({row[0] for row in people})
    area = {code: i for i, code in enumerate(codes)}
    labels = [*(f"{a}～{a + 4}歳" for a in AGES[:-2]), "85～89歳以上", "90歳以上", "年齢不詳"]
    group = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(codes), len(years), 2, len(labels)))
    for code, _, sex, label, *numbers in people:
        if label in group:
            counts[area[code], :, "MF".index(sex), group[label]] = [float(n or 0) for n in numbers]
    whole = xr.DataArray(
        counts,
        dims=("area", "year", "sex", "age"),
        coords={"area": codes, "year": years, "sex": list(SEXES), "age": [*AGES, 999]},
    )
    return distribute_unknown_age(whole.sel(age=AGES), whole.sel(age=999, drop=True))
