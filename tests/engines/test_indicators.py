"""Indicators of a population, on single-year and five-year ages and any leading dimensions."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.dimensions import population_array
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.indicators import (
    STAGES,
    change_since,
    decline_stage,
    dependency_ratios,
    median_age,
    persons,
    persons_75_and_over,
    support_ratio,
    three_age_groups,
    women_20_39,
)

single_ages = arrays(float, (2, 101), elements=st.floats(0, 1e5))


def single(values: np.ndarray) -> xr.DataArray:
    return population_array(*values, width=1, open_age=100)


def in_fives(population: xr.DataArray) -> xr.DataArray:
    grouped = np.add.reduceat(population.values, np.arange(0, 101, 5), axis=-1)
    return population_array(*grouped, open_age=100)


@given(single_ages)
def test_single_years_and_five_year_groups_give_the_same_indicators(values):
    ones = single(values + 1)
    fives = in_fives(ones)
    for indicator in (three_age_groups, persons_75_and_over, support_ratio, women_20_39):
        xr.testing.assert_allclose(indicator(ones), indicator(fives))
    xr.testing.assert_allclose(dependency_ratios(ones), dependency_ratios(fives))


@given(single_ages)
def test_the_three_groups_are_everyone(values):
    population = single(values)
    np.testing.assert_allclose(three_age_groups(population).sum(), population.sum(), rtol=1e-12)


def test_the_ratios_are_what_they_say():
    population = xr.zeros_like(single(np.ones((2, 101))))
    population.loc[{"age": 10}] = 50
    population.loc[{"age": 64}] = 100
    population.loc[{"age": 70}] = 10
    population.loc[{"age": 80}] = 40
    ratios = dependency_ratios(population)
    assert float(ratios["child"]) == 0.5
    assert float(ratios["old_age"]) == 0.5
    assert float(ratios["total"]) == 1.0
    assert float(support_ratio(population)) == 2.5
    assert float(persons_75_and_over(population)) == 80


def test_a_place_without_elders_has_no_support_ratio():
    population = single(np.ones((2, 101)))
    population.loc[{"age": slice(75, None)}] = 0
    assert np.isnan(support_ratio(population))


def test_a_missing_cell_makes_the_sum_missing():
    population = single(np.ones((2, 101)))
    population.loc[{"sex": "male", "age": 30}] = np.nan
    assert np.isnan(persons(population, 15, 65))
    assert float(persons(population, 65)) == 72


def test_leading_dimensions_are_kept():
    one = in_fives(single(np.ones((2, 101))))
    many = xr.concat([one, 2 * one], dim=xr.Variable("year", [2015, 2020])).expand_dims(area=["07204"])
    assert three_age_groups(many).dims == ("area", "year", "age_group")
    assert support_ratio(many).dims == ("area", "year")
    assert median_age(many).dims == ("area", "year")


def test_an_age_limit_inside_a_group_is_refused():
    with pytest.raises(DemographyError, match="no age group starts at 18"):
        persons(in_fives(single(np.ones((2, 101)))), 18)


def test_the_median_age_is_linear_within_its_group():
    population = population_array([30, 40, 30], [0, 0, 0], width=10, open_age=20)
    assert float(median_age(population)) == pytest.approx(15.0)
    assert float(median_age(population.sum("sex"))) == pytest.approx(15.0)


@given(arrays(float, (2, 20), elements=st.floats(0, 1e5)))
def test_half_the_people_are_younger_than_the_median_age(values):
    values = np.concatenate([values + 1, np.zeros((2, 1))], axis=1)
    population = population_array(*values, open_age=100)
    age = float(median_age(population))
    starts = population["age"].values
    younger = (population.sum("sex").values * np.clip((age - starts) / 5, 0, 1)).sum()
    assert younger == pytest.approx(values.sum() / 2)


def test_an_empty_place_has_no_median_age():
    assert np.isnan(median_age(population_array([0, 0, 0], [0, 0, 0], open_age=10)))


def test_a_median_in_the_open_group_is_refused_with_its_place():
    old = population_array([1, 1, 50], [1, 1, 50], open_age=10).expand_dims(area=["07204"])
    with pytest.raises(DemographyError) as caught:
        median_age(old)
    assert caught.value.where == {"area": "07204"}
    assert "10+" in str(caught.value)


def years(*by_year: tuple[float, float, float]) -> xr.DataArray:
    """Persons of 0-14, 15-64 and 65+ in 2015, 2020, …, in one sex-less array of 5-year groups."""
    starts = np.arange(0, 95, 5)
    array = xr.DataArray(
        np.zeros((len(by_year), starts.size)),
        dims=("year", "age"),
        coords={"year": np.arange(2015, 2015 + 5 * len(by_year), 5), "age": starts},
    )
    for i, (young, working, old) in enumerate(by_year):
        array[i, 0], array[i, 3], array[i, -1] = young, working, old
    return array


def test_the_stages_follow_the_old_once_the_total_declines():
    population = years((20, 60, 20), (20, 60, 21), (15, 50, 25), (10, 45, 20), (9, 40, 18.1), (8, 35, 18))
    result = decline_stage(population, 2015)
    assert result["stage"].values.tolist() == [0, 0, 1, 2, 2, 3]
    assert set(STAGES) == {0, 1, 2, 3}
    index = result["index"].sel(year=2025)
    assert index.sel(age_group="65+") == 125
    assert index.sel(age_group="total") == 90


def test_a_stage_that_cannot_be_told_is_nan():
    population = years((20, 60, 0), (10, 60, 5), (25, 60, 5))
    assert np.array_equal(decline_stage(population, 2015)["stage"].values, [0, np.nan, 0], equal_nan=True)
    population = years((20, 60, 20), (np.nan, 60, 5))
    assert np.isnan(decline_stage(population, 2015)["stage"].sel(year=2020))


def test_women_of_20_to_39_and_their_change():
    base = single(np.ones((2, 101)))
    series = xr.concat([women_20_39(base), women_20_39(base / 2)], dim=xr.Variable("year", [2010, 2040]))
    assert series.values.tolist() == [20, 10]
    np.testing.assert_allclose(change_since(series, 2010), [0, -0.5])


def test_a_base_year_that_is_not_there_is_refused():
    with pytest.raises(DemographyError, match="2010"):
        change_since(years((1, 1, 1)).sum("age"), 2010)
    with pytest.raises(DemographyError, match="year"):
        change_since(years((1, 1, 1)).isel(year=0).sum("age"), 2010)


def test_women_need_a_sex_dimension():
    with pytest.raises(DemographyError, match="sex"):
        women_20_39(years((1, 1, 1)))


@pytest.mark.shared_data
def test_the_median_ages_of_prefectures_are_those_published(shared_data, measured):
    """年齢中位数 of the 2015 census; published from single years, ours from five-year groups."""
    import gzip

    path = shared_data / "vital" / "prefecture_demography_1975_2025.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        cells = {(row["item"], row["pref"]): row["2015"] for row in csv.DictReader(file)}
    prefectures = [f"{i:02d}" for i in range(1, 48)]
    values = [[float(cells[f"A12{i:02d}", p]) for i in range(1, 22)] for p in prefectures]
    population = xr.DataArray(
        values, dims=("area", "age"), coords={"area": prefectures, "age": np.arange(0, 105, 5)}
    )
    published = np.array([float(cells["A1231", p]) for p in prefectures])
    differences = np.abs(median_age(population).values - published)
    measured(
        f"Median age, 47 prefectures: median difference {np.median(differences):.3f}, "
        f"largest {differences.max():.3f} years"
    )
    assert differences.max() < 0.3
