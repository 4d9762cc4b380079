"""Published results as tests: one step of Preston, Heuveline & Guillot's Box 6.2 and the UN's seventy years of Canada."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sosei.engines.demography.dimensions import SEXES, population_array
from sosei.engines.demography.project import project
from tests.conftest import Measured

pytestmark = pytest.mark.shared_data


def test_preston_box_6_2_is_reproduced_person_by_person(shared_data: Path, measured: Measured) -> None:
    with (shared_data / "reference/preston_box6_2/sweden_1993_preston_box6_2.csv").open() as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]

    def column(name: str) -> np.ndarray:
        return np.array([row[name] for row in rows])

    def by_sex(stem: str, end: str = "") -> np.ndarray:
        return np.stack([column(f"{stem}_m{end}"), column(f"{stem}_f{end}")])

    open_age = int(rows[-1]["age_start"])
    ages = list(range(0, open_age + 1, 5))
    # From person-years lived rather than the printed ratios, which are rounded.
    person_years = by_sex("pers_years_age")
    ratio = np.empty_like(person_years)
    ratio[:, 0] = person_years[:, 0] / 500_000
    ratio[:, 1:-1] = person_years[:, 1:-1] / person_years[:, :-2]
    ratio[:, -1] = person_years[:, -1] / (person_years[:, -2] + person_years[:, -1])
    rates = xr.Dataset(
        {
            "survivorship": (("year", "sex", "age"), ratio[None]),
            "net_migration": (("year", "sex", "age"), by_sex("mig_net_count_age")[None]),
            "fertility_rate": (("year", "age"), column("fert_rate_age_f")[None]),
            "sex_ratio_at_birth": ("year", [rows[0]["srb"]]),
        },
        coords={"year": [1998], "sex": list(SEXES), "age": ages},
    )
    result = project(
        population_array(*by_sex("pop_count_age", "_begin"), open_age=open_age),
        rates,
        until=1998,
        base_year=1993,
        closure="fertility_rate",
        migration_timing="half",
    )
    expected = by_sex("pop_count_age", "_end")
    got = result.population.sel(year=1998).values
    largest = float(np.abs(got - expected).max())
    births = float(result.births.sum())
    measured(
        f"Preston Box 6.2: {expected.size} populations, largest difference {largest:.3f} persons; births {births:,.2f}"
    )
    np.testing.assert_array_equal(np.rint(got), expected)
    assert round(births) == 615_988
    assert result.check_balance() < 1e-12


def _long(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt") as file:
        return list(csv.DictReader(file))


def _block(rows: list[dict[str, str]], sexes: tuple[str, ...], years: list[int]) -> np.ndarray:
    held = {(int(r["time_start"]), r["sex"], int(r["age_start"])): float(r["value"]) for r in rows}
    return np.array([[[held.get((y, s, a), np.nan) for a in range(101)] for s in sexes] for y in years])


def test_seventy_years_of_canada_agree_with_the_un_engine(shared_data: Path, measured: Measured) -> None:
    folder = shared_data / "reference/un_canada_1950_2020"
    expected_rows = _long(folder / "output_pop_1x1.csv.gz")
    last = max(int(r["time_start"]) for r in expected_rows)
    starts = list(range(1950, last))
    survivorship = _block(_long(folder / "input_survival_ratio_Sx.csv.gz"), SEXES, starts)
    migration = _block(_long(folder / "input_net_migration_counts.csv.gz"), SEXES, starts)
    fertility: dict[int, dict[int, float]] = defaultdict(dict)
    for row in _long(folder / "input_asfr.csv.gz"):
        fertility[int(row["time_start"])][int(row["age_start"])] = float(row["value"])
    ratio_at_birth = {int(r["time_start"]): float(r["value"]) for r in _long(folder / "input_srb.csv.gz")}
    ends = [y + 1 for y in starts]
    rates = xr.Dataset(
        {
            "survivorship": (("year", "sex", "age"), survivorship),
            "net_migration": (("year", "sex", "age"), migration),
            "fertility_rate": (
                ("year", "age"),
                [[fertility[y].get(a, 0.0) for a in range(101)] for y in starts],
            ),
            "sex_ratio_at_birth": ("year", [ratio_at_birth[y] for y in starts]),
        },
        coords={"year": ends, "sex": list(SEXES), "age": list(range(101))},
    )
    base = _block(_long(folder / "input_pop_base.csv.gz"), SEXES, [1950])[0]
    start = population_array(base[0], base[1], width=1, open_age=100)
    result = project(start, rates, until=last, base_year=1950, closure="fertility_rate")
    expected = _block(expected_rows, SEXES, [1950, *ends])
    got = result.population.transpose("year", "sex", "age").values
    largest = float(np.abs(got - expected).max())
    births_expected = {
        (int(r["time_start"]), r["sex"]): float(r["value"])
        for r in _long(folder / "output_births_total.csv.gz")
    }
    births_off = max(
        abs(float(result.births.sel(year=y + 1, sex=s)) - births_expected[y, s])
        for y in starts
        for s in SEXES
    )
    measured(
        f"UN Canada: {expected.size} populations over {len(starts)} years, largest difference {largest:.3e} persons"
    )
    measured(f"UN Canada: births, largest difference {births_off:.3e} persons")
    assert expected.size == (len(starts) + 1) * 202
    assert not np.isnan(expected).any()
    assert largest < 1e-6
    assert births_off < 1e-6
    assert result.check_balance() < 1e-12
