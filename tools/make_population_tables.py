"""Makes the project's own small tables from public statistics: survivorship of Japan and the demonstration's figures.

Run once by a maintainer when a source is renewed (`python tools/make_population_tables.py FOLDER`, the folder of the
public statistics); the tables are committed, so that nothing else needs the sources. A test recomputes them.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import xarray as xr

from sosei.engines.demography.dimensions import SEXES, AgeGroups, population_array
from sosei.engines.demography.fertility import child_woman_ratio, sex_ratio_0_4
from sosei.engines.demography.life_table import close_at, life_table
from sosei.engines.demography.survivorship import (
    survivorship_of_annual_probabilities,
    survivorship_of_period,
)
from sosei.engines.demography.unknown_age import distribute_unknown_age

POPULATION = Path(__file__).resolve().parents[1] / "src/sosei/planning/population"
GROUPS = AgeGroups(5, 90)
OBSERVED_STEPS = range(1985, 2016, 5)
PROJECTED_STEPS = range(2020, 2071, 5)
FUTABA_TOWNS = tuple(f"0754{n}" for n in range(1, 9))
EVACUEES_2015 = 350_237 - 325_999
"""Residents counted in 2015 less those without evacuees, as the city printed both (人口ビジョン 総人口の推移)."""


def observed_survivorship(folder: Path) -> xr.DataArray:
    """Steps to 2015 from deaths and exposures by single year (Japanese Mortality Database)."""
    deaths = _mortality_database(folder / "lifetable/japan_deaths_1x1.txt.gz")
    exposures = _mortality_database(folder / "lifetable/japan_exposures_1x1.txt.gz")
    years = list(range(1980, 2016))
    table = life_table(close_at(deaths, 100).sel(year=years), close_at(exposures, 100).sel(year=years))
    return survivorship_of_period(table, GROUPS, end_years=list(OBSERVED_STEPS))


def projected_survivorship(folder: Path) -> xr.DataArray:
    """Steps from 2015 on from the national projection's assumed probabilities of dying (IPSS, 2023)."""
    rows = _rows(folder / "ipss/2023_national/emp_QX-M2023.csv")
    ages = list(range(105))  # the column above is filled up with 1
    body = np.array([[float(v) for v in row[1 : len(ages) + 1]] for row in rows[1:]]) / 100_000
    years = [2000 + int(row[0]) for row in rows[1:57]]
    if years != list(range(2015, 2071)) or len(rows) != 113:
        raise SystemExit(f"emp_QX-M2023.csv: expected 2015-2070 twice, got {years[0]}-{years[-1]}")
    table = xr.DataArray(
        body.reshape(2, len(years), len(ages)),
        dims=("sex", "year", "age"),
        coords={"sex": list(SEXES), "year": years, "age": ages},
    )
    return survivorship_of_annual_probabilities(table, GROUPS, end_years=list(PROJECTED_STEPS))


def write_survivorship(folder: Path) -> None:
    """reference/japan_survivorship.csv: one row a step and sex, one column an age at the end of the step."""
    ratios = xr.concat([observed_survivorship(folder), projected_survivorship(folder)], dim="year")
    ratios = ratios.transpose("year", "sex", "age")
    rows = [
        [int(year), sex, *(f"{v:.6f}" for v in ratios.sel(year=year, sex=sex).values)]
        for year in ratios["year"].values
        for sex in SEXES
    ]
    _write(POPULATION / "reference/japan_survivorship.csv", ["year", "sex", *GROUPS.starts.tolist()], rows)


def write_national_tfr(folder: Path) -> None:
    """reference/national_tfr.csv: the medium variants of the national projections of 2017 and 2023."""
    rows = _rows(folder / "ipss/2023_national/birth_ratio_0.csv")[1:]
    years = [int(y) for y in rows[0][1:]]
    rates = np.array([[float(v) for v in row[1:]] for row in rows[1:36]])
    tfr_2023 = dict(zip(years, rates.sum(axis=0), strict=True))
    knots = {2015: 1.45, 2024: 1.42, 2035: 1.43, 2065: 1.44}
    out = [
        ["ipss-2017-medium", year, f"{np.interp(year, list(knots), list(knots.values())):.4f}"]
        for year in range(2015, 2066, 5)
    ]
    out += [["ipss-2023-medium", year, f"{tfr_2023[year]:.4f}"] for year in range(2020, 2071, 5)]
    observed = _observed_tfr(folder, 2015)
    out += [["observed-and-ipss-2023", 2015, f"{observed:.4f}"]]
    out += [["observed-and-ipss-2023", year, f"{tfr_2023[year]:.4f}"] for year in range(2020, 2071, 5)]
    _write(POPULATION / "reference/national_tfr.csv", ["path", "year", "tfr"], out)


def _observed_tfr(folder: Path, year: int) -> float:
    rows = csv.DictReader((folder / "vital/japan_asfr.csv").open(encoding="utf-8-sig"))
    return sum(float(row["ASFR"]) for row in rows if int(row["Year"]) == year)


def write_demonstration_census(folder: Path) -> None:
    """demonstration/census.csv: Iwaki and Fukushima city by sex and age, 1980-2025."""
    labels = [*GROUPS.labels(), "unknown"]
    cells: dict[tuple[str, int, str, str], dict[str, int]] = {}
    for row in csv.DictReader((folder / "census/iwaki_fukushima_1980_2025.csv").open(encoding="utf-8-sig")):
        key = (row["code"], int(row["year"]), row["basis"], "male" if row["sex"] == "M" else "female")
        cells.setdefault(key, {})[row["age"]] = int(row["population"])
    rows = [[*key, *(by_age.get(label, "") for label in labels)] for key, by_age in sorted(cells.items())]
    _write(POPULATION / "demonstration/census.csv", ["code", "year", "basis", "sex", *labels], rows)


def evacuees_of_2015(folder: Path) -> xr.DataArray:
    """The evacuees in Iwaki in 2015 by sex and age: the eight towns' people of 2010, five years on.

    Their number is what the city printed. Their ages are not published: the residents counted in the eight towns
    of 双葉郡 in 2010 are survived to 2015 and scaled, children 0-4 at the towns' child-woman ratio of 2010.
    """
    towns = _towns_2010(folder)
    survived = observed_survivorship(folder).sel(year=2015, drop=True).transpose("sex", "age").values
    aged = np.zeros_like(towns.values)
    aged[:, 1:] = towns.values[:, :-1]
    aged[:, -1] += towns.values[:, -1]
    aged *= survived
    aged[:, 0] = 0.0
    women = aged[1, 3:10].sum()
    children = float(child_woman_ratio(towns)) * women
    boys_per_girl = float(sex_ratio_0_4(towns))
    aged[:, 0] = children * boys_per_girl / (1 + boys_per_girl), children / (1 + boys_per_girl)
    scaled = aged * (EVACUEES_2015 / aged.sum())
    return population_array(scaled[0], scaled[1])


def write_evacuees(folder: Path) -> None:
    """demonstration/evacuees.csv: persons by sex and age, to four decimals, adding up to the printed number."""
    stock = evacuees_of_2015(folder)
    rows = [["07204", 2015, sex, *(f"{v:.4f}" for v in stock.sel(sex=sex).values)] for sex in SEXES]
    _write(POPULATION / "demonstration/evacuees.csv", ["code", "year", "sex", *GROUPS.labels()], rows)


def _towns_2010(folder: Path) -> xr.DataArray:
    known = {sex: np.zeros(GROUPS.starts.size) for sex in SEXES}
    unknown = dict.fromkeys(SEXES, 0.0)
    ages = {}
    for row in csv.DictReader(_text(folder / "census/municipality_1980_2015.csv.gz")):
        if row["code"] not in FUTABA_TOWNS or row["sex"] == "T" or row["age"] == "総数":
            continue
        sex = "male" if row["sex"] == "M" else "female"
        if row["age"] == "年齢不詳":
            unknown[sex] += float(row["2010"])
            continue
        position = ages.setdefault(row["age"], len(ages))
        known[sex][position] += float(row["2010"])
    people = population_array(known["male"], known["female"])
    return distribute_unknown_age(
        people, xr.DataArray([unknown[s] for s in SEXES], dims=("sex",), coords={"sex": list(SEXES)})
    )


def _mortality_database(path: Path) -> xr.DataArray:
    """Dimensions (sex, year, age) from a file of the Japanese Mortality Database."""
    values: dict[tuple[int, int], tuple[float, float]] = {}
    for line in _text(path).read().splitlines()[3:]:
        parts = line.split()
        if len(parts) == 5 and parts[0].isdigit():
            values[int(parts[0]), int(parts[1].rstrip("+"))] = (_number(parts[3]), _number(parts[2]))
    years = sorted({y for y, _ in values})
    ages = sorted({a for _, a in values})
    block = np.array([[[values[y, a][s] for a in ages] for y in years] for s in range(2)])
    return xr.DataArray(
        block, dims=("sex", "year", "age"), coords={"sex": list(SEXES), "year": years, "age": ages}
    )


def _number(text: str) -> float:
    return 0.0 if text == "." else float(text)


def _text(path: Path) -> io.TextIOBase:
    if path.suffix == ".gz":
        return io.StringIO(gzip.open(path, "rt", encoding="utf-8-sig").read())
    return io.StringIO(path.read_text(encoding="utf-8-sig"))


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(_text(path)))


def _write(path: Path, header: Iterable[object], rows: Iterable[Iterable[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(folder: Path) -> None:
    """Write every table."""
    write_survivorship(folder)
    write_national_tfr(folder)
    write_demonstration_census(folder)
    write_evacuees(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
