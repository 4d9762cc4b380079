"""Unknown ages are spread over the known ones, and nobody is lost or invented."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.unknown_age import distribute_unknown_age

SEXES = ["male", "female"]


def known(values: object) -> xr.DataArray:
    array = np.asarray(values, dtype=float)
    ages = np.arange(array.shape[1]) * 5
    return xr.DataArray(array, dims=("sex", "age"), coords={"sex": SEXES, "age": ages})


def of_unknown_age(male: float, female: float) -> xr.DataArray:
    return xr.DataArray([male, female], dims="sex", coords={"sex": SEXES})


def test_each_age_grows_in_proportion_within_its_own_sex():
    result = distribute_unknown_age(known([[10, 30, 60], [50, 25, 25]]), of_unknown_age(10, 0))
    np.testing.assert_allclose(result.values, [[11, 33, 66], [50, 25, 25]])


@given(
    arrays(float, (2, 19), elements=st.floats(1, 1e6)),
    arrays(float, 2, elements=st.floats(0, 1e6)),
)
def test_the_total_of_each_sex_is_kept(people, lost):
    population, unknown = known(people), of_unknown_age(*lost)
    result = distribute_unknown_age(population, unknown)
    expected = population.sum("age") + unknown
    np.testing.assert_allclose(result.sum("age"), expected, rtol=1e-12)
    assert (result >= population).all()


def test_the_order_of_dimensions_does_not_matter():
    population = known([[10, 30, 60], [50, 25, 25]])
    result = distribute_unknown_age(population.T, of_unknown_age(10, 5))
    assert result.dims == ("age", "sex")
    xr.testing.assert_allclose(result.T, distribute_unknown_age(population, of_unknown_age(10, 5)))


def test_a_place_without_people_stays_empty():
    result = distribute_unknown_age(known([[0, 0, 0], [1, 1, 1]]), of_unknown_age(0, 3))
    np.testing.assert_allclose(result.values, [[0, 0, 0], [2, 2, 2]])


def test_unknown_persons_where_no_age_is_known_are_refused_with_their_place():
    with pytest.raises(DemographyError) as caught:
        distribute_unknown_age(known([[1, 1, 1], [0, 0, 0]]), of_unknown_age(0, 7))
    assert caught.value.where == {"sex": "female"}
    assert "7" in str(caught.value)
    assert "年齢不詳人口" in caught.value.text("ja")


@pytest.mark.parametrize(
    ("population", "unknown"),
    [
        (known([[1, -1, 1], [1, 1, 1]]), of_unknown_age(0, 0)),
        (known([[1, np.nan, 1], [1, 1, 1]]), of_unknown_age(0, 0)),
        (known([[1, np.inf, 1], [1, 1, 1]]), of_unknown_age(0, 0)),
        (known([[1, 1, 1], [1, 1, 1]]), of_unknown_age(-2, 0)),
        (known([[1, 1, 1], [1, 1, 1]]), of_unknown_age(0, 1).isel(sex=[1, 0])),
        (known([[1, 1, 1], [1, 1, 1]]), of_unknown_age(0, 1).isel(sex=0)),
        (known([[1, 1, 1], [1, 1, 1]]).isel(sex=0), of_unknown_age(0, 1)),
        (known([[1, 1, 1], [1, 1, 1]]).isel(age=0), of_unknown_age(0, 1)),
    ],
    ids=[
        "negative",
        "missing",
        "infinite",
        "negative unknown",
        "sexes swapped",
        "no sex of unknown",
        "no sex",
        "no age",
    ],
)
def test_input_that_cannot_be_is_refused(population, unknown):
    with pytest.raises(DemographyError):
        distribute_unknown_age(population, unknown)


@pytest.mark.shared_data
def test_the_prefectures_of_2015_keep_their_census_totals(shared_data):
    import csv
    import gzip

    path = shared_data / "census" / "prefecture_1980_2015.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["sex"] in "MF"]
    labels = list(dict.fromkeys(row["age"] for row in rows))
    codes = list(dict.fromkeys(row["code"] for row in rows))
    value = {(row["code"], row["sex"], row["age"]): float(row["2015"]) for row in rows}
    ages = [label for label in labels if label not in {"総数", "年齢不詳", "不詳"}]
    (missing,) = [label for label in labels if "不詳" in label]
    cells = [[[value[c, s, a] for a in ages] for s in "MF"] for c in codes]
    coords = {"area": codes, "sex": SEXES}
    population = xr.DataArray(
        cells, dims=("area", "sex", "age"), coords={**coords, "age": np.arange(len(ages)) * 5}
    )
    unknown = xr.DataArray(
        [[value[c, s, missing] for s in "MF"] for c in codes], dims=("area", "sex"), coords=coords
    )
    totals = [[value[c, s, "総数"] for s in "MF"] for c in codes]
    result = distribute_unknown_age(population, unknown)
    np.testing.assert_allclose(result.sum("age"), totals, rtol=1e-12)
    assert float(unknown.sum()) > 1_000_000
