"""Control totals and rounding on the official projection of 2018: municipalities add up to their prefectures."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sosei.engines.demography.control import rake
from sosei.engines.demography.dimensions import SEXES
from sosei.engines.demography.rounding import controlled_rounding
from tests.conftest import Measured

pytestmark = pytest.mark.shared_data
YEARS = range(2015, 2050, 5)


def official(path: Path) -> xr.DataArray:
    """Persons by area, sex, age and year as published."""
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["sex"] != "T" and row["age"] != "総数"]
    codes = sorted({row["code"] for row in rows})
    place = {code: i for i, code in enumerate(codes)}
    ages = np.arange(0, 95, 5)
    values = np.full((len(codes), len(YEARS), 2, ages.size), np.nan)
    for row in rows:
        age = int(row["age"].replace("歳以上", "～").split("～")[0]) // 5
        values[place[row["code"]], :, "MF".index(row["sex"]), age] = [float(row[str(y)]) for y in YEARS]
    return xr.DataArray(
        values,
        dims=("area", "year", "sex", "age"),
        coords={"area": codes, "year": list(YEARS), "sex": list(SEXES), "age": ages},
        name="population",
    )


def test_the_official_municipalities_need_no_correction_to_their_prefectures(shared_data: Path) -> None:
    municipalities = official(shared_data / "ipss" / "2018_municipality.csv.gz")
    parent, totals = hierarchy(municipalities, shared_data)
    assert totals.sizes["parent"] == 46
    _raked, factors = rake(municipalities, totals, parent=parent)
    np.testing.assert_array_equal(factors, 1.0)


def test_todays_shares_of_the_official_prefectures_are_whole_persons_that_add_up(
    shared_data: Path, measured: Measured
) -> None:
    municipalities = official(shared_data / "ipss" / "2018_municipality.csv.gz")
    parent, totals = hierarchy(municipalities, shared_data)
    today = municipalities.sel(year=2015, drop=True).expand_dims(year=list(YEARS[1:]))
    raked, _factors = rake(today, totals.sel(year=list(YEARS[1:])), parent=parent)
    off = []
    for prefecture in totals["parent"].values.tolist():
        own = raked.sel(area=[code for code, name in parent.items() if name == prefecture])
        whole = controlled_rounding(own, seed=int(prefecture))
        expected = totals.sel(parent=prefecture, year=list(YEARS[1:]), drop=True).astype(np.int64)
        xr.testing.assert_equal(whole.sum("area").transpose(*expected.dims), expected)
        apart = abs(whole - own)
        assert float(apart.max()) < 1
        assert float(abs((whole - own).sum(["sex", "age"])).max()) < 1 + 1e-6
        off.append(float(apart.mean()))
    measured(f"Prefectures shared out in whole persons: a cell is off by {np.mean(off):.2f} on average")


def hierarchy(municipalities: xr.DataArray, shared_data: Path) -> tuple[dict[str, str], xr.DataArray]:
    """Municipality → prefecture, and the prefectures' totals; of Fukushima there are no municipalities."""
    parent = {code: code[:2] for code in municipalities["area"].values.tolist()}
    prefectures = official(shared_data / "ipss" / "2018_prefecture.csv.gz")
    return parent, prefectures.sel(area=sorted(set(parent.values()))).rename(area="parent")
