"""Survivorship ratios from life tables and from annual probabilities."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.life_table import life_table_from_rates
from sosei.engines.demography.survivorship import (
    survivorship_of_annual_probabilities,
    survivorship_of_period,
    survivorship_ratios,
)

FIVE_TO_90 = AgeGroups(5, 90)
SEXES = ["male", "female"]
GOMPERTZ = 0.00003 * np.exp(0.1 * np.arange(101))
RATES = xr.DataArray(
    [GOMPERTZ + 0.0003, GOMPERTZ * 0.6 + 0.0002],
    dims=("sex", "age"),
    coords={"sex": SEXES, "age": np.arange(101)},
)
hazards = arrays(float, 101, elements=st.floats(1e-5, 0.6))


def same_table_every_year(table: xr.Dataset, years: range) -> xr.Dataset:
    return xr.concat([table] * len(years), dim=xr.Variable("year", list(years)))


@given(hazards)
def test_every_ratio_lies_between_zero_and_one(rates):
    table = life_table_from_rates(RATES.copy(data=np.stack([rates, rates])))
    ratios = survivorship_ratios(table, FIVE_TO_90)
    assert ((ratios > 0) & (ratios <= 1)).all()


def test_the_open_group_gets_the_combined_ratio_of_the_last_two_groups():
    table = life_table_from_rates(RATES)
    ratios = survivorship_ratios(table, FIVE_TO_90)
    expected = table["Tx"].sel(age=90) / table["Tx"].sel(age=85)
    np.testing.assert_allclose(ratios.sel(age=90), expected.values)
    closed = survivorship_ratios(table, AgeGroups(5, 95)).sel(age=90)
    assert (ratios.sel(age=90) < closed).all()


@given(hazards)
def test_a_stationary_population_reproduces_itself(rates):
    table = life_table_from_rates(RATES.copy(data=np.stack([rates, rates])))
    ratios = survivorship_ratios(table, FIVE_TO_90)
    years_lived = table["Tx"].sel(age=FIVE_TO_90.starts)
    groups = years_lived - years_lived.shift(age=-1, fill_value=0.0)
    shifted = groups.shift(age=1, fill_value=5 * 100_000.0)
    shifted.loc[{"age": 90}] += groups.sel(age=90)
    np.testing.assert_allclose((shifted * ratios).values, groups.values, rtol=1e-9)


@given(hazards)
def test_equal_years_led_through_give_the_ratios_of_the_one_table(rates):
    table = life_table_from_rates(RATES.copy(data=np.stack([rates, rates * 0.9])))
    through = survivorship_of_period(
        same_table_every_year(table, range(2016, 2021)), FIVE_TO_90, end_years=[2020]
    )
    np.testing.assert_allclose(
        through.sel(year=2020).values, survivorship_ratios(table, FIVE_TO_90).values, rtol=1e-9
    )


def test_improving_years_give_more_survivors_than_the_first_years_table():
    years = range(2016, 2026)
    factor = xr.DataArray(0.97 ** np.arange(10), dims="year", coords={"year": list(years)})
    tables = life_table_from_rates(RATES * factor)
    ratios = survivorship_of_period(tables, FIVE_TO_90, end_years=[2020, 2025])
    first = survivorship_ratios(tables.sel(year=2016), FIVE_TO_90)
    last = survivorship_ratios(tables.sel(year=2020), FIVE_TO_90)
    assert (ratios.sel(year=2020) > first).all()
    assert (ratios.sel(year=2020).sel(age=slice(0, 85)) < last.sel(age=slice(0, 85))).all()
    assert (ratios.sel(year=2025) > ratios.sel(year=2020)).all()


def one_cohort_table(years: range) -> xr.DataArray:
    """Nobody dies, but for one in ten of those who reach 7 in 2018 and half of the open group, 11+."""
    table = xr.DataArray(
        np.zeros((len(years), 12)),
        dims=("year", "age"),
        coords={"year": list(years), "age": np.arange(12)},
    )
    table.loc[{"age": 11}] = 0.5
    table.loc[{"age": 7, "year": 2018}] = 0.1
    return table


def test_a_cohort_meets_the_probability_of_its_own_year_and_age_at_the_years_end():
    population = xr.DataArray(np.arange(1.0, 13.0), dims="age", coords={"age": np.arange(12)})
    ratios = survivorship_of_annual_probabilities(
        one_cohort_table(range(2016, 2021)), AgeGroups(5, 10), end_years=[2020], population=population
    ).sel(year=2020)
    starters = np.arange(1.0, 6.0)  # ages 0-4 at the end of 2015
    starters[4] *= 0.9  # age 4 at the end of 2015 is the one that reaches 7 in 2018
    np.testing.assert_allclose(ratios.sel(age=5), starters.sum() / 15)
    assert float(ratios.sel(age=0)) == 1.0


def test_years_that_a_step_needs_are_never_replaced_by_others():
    with pytest.raises(DemographyError, match="2021"):
        survivorship_of_annual_probabilities(
            one_cohort_table(range(2016, 2021)), AgeGroups(5, 10), end_years=[2025]
        )
    with pytest.raises(DemographyError):
        survivorship_of_annual_probabilities(
            one_cohort_table(range(2016, 2021)), AgeGroups(5, 10), end_years=[]
        )


def test_an_open_group_where_nobody_dies_needs_weights():
    table = one_cohort_table(range(2016, 2021)).where(lambda t: t["age"] < 11, 0.0)
    with pytest.raises(DemographyError, match="open age group"):
        survivorship_of_annual_probabilities(table, AgeGroups(5, 10), end_years=[2020])


def test_weights_without_people_in_a_group_are_refused():
    nobody = xr.DataArray(np.zeros(12), dims="age", coords={"age": np.arange(12)})
    with pytest.raises(DemographyError, match="weights a group"):
        survivorship_of_annual_probabilities(
            one_cohort_table(range(2016, 2021)), AgeGroups(5, 10), end_years=[2020], population=nobody
        )


@pytest.mark.parametrize(
    ("change", "groups"),
    [
        (lambda t: t + 1, AgeGroups(5, 10)),
        (lambda t: t.where(t["age"] != 3), AgeGroups(5, 10)),
        (lambda t: t.isel(age=slice(1, None)), AgeGroups(5, 10)),
        (lambda t: t.isel(year=0), AgeGroups(5, 10)),
        (lambda t: t, AgeGroups(5, 90)),
    ],
    ids=["above one", "missing", "ages not from 0", "no years", "open group above the table"],
)
def test_annual_tables_that_cannot_be_are_refused(change, groups):
    with pytest.raises(DemographyError):
        survivorship_of_annual_probabilities(
            change(one_cohort_table(range(2016, 2021))), groups, end_years=[2020]
        )


def test_groups_that_a_life_table_cannot_give_are_named():
    table = life_table_from_rates(RATES)
    with pytest.raises(DemographyError, match="105"):
        survivorship_ratios(table, AgeGroups(5, 105))
    with pytest.raises(DemographyError):
        survivorship_ratios(table.isel(age=0), FIVE_TO_90)


@pytest.mark.shared_data
def test_the_ratios_of_preston_box_6_2_come_from_its_years_lived(shared_data, measured):
    path = shared_data / "reference" / "preston_box6_2" / "sweden_1993_preston_box6_2.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ages = [int(row["age_start"]) for row in rows]
    lived = np.array([float(row["pers_years_age_f"]) for row in rows])
    table = xr.Dataset(
        {"Tx": ("age", lived[::-1].cumsum()[::-1]), "lx": ("age", np.full(len(ages), 100_000.0))},
        coords={"age": ages},
    )
    ratios = survivorship_ratios(table, AgeGroups(5, ages[-1]))
    published = [float(row["survival_ratio_age_f"]) for row in rows]
    largest = float(np.abs(ratios.values - published).max())
    measured(f"Preston Box 6.2, survivorship ratios: largest difference {largest:.1e}")
    assert largest < 1e-6


@pytest.mark.shared_data
def test_the_national_projections_elders_follow_its_own_probabilities(shared_data, measured):
    """Above 70 hardly anyone migrates: survivors by our ratios must be the projection's own people."""
    folder = shared_data / "ipss" / "2023_national"
    with (folder / "emp_QX-M2023.csv").open(encoding="utf-8-sig") as file:
        rows = [[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]]
    probabilities = xr.DataArray(
        np.array(rows).reshape(2, 56, -1)[..., :105] / 100_000,
        dims=("sex", "year", "age"),
        coords={"sex": SEXES, "year": np.arange(2015, 2071), "age": np.arange(105)},
    )
    with (folder / "pop1-110.csv").open(encoding="utf-8-sig") as file:
        lines = [[float(c) for c in row] for row in list(csv.reader(file))[1:]]
    men = {int(line[0]): np.array(line[3:]) for line in lines if line[1] == 1}
    worst = 0.0
    for end in (2030, 2045, 2060):
        single = np.append(men[end - 5][:104], men[end - 5][104:].sum())
        weights = xr.DataArray(single, dims="age", coords={"age": np.arange(105)})
        ratios = survivorship_of_annual_probabilities(
            probabilities.sel(sex="male", drop=True), FIVE_TO_90, end_years=[end], population=weights
        ).sel(year=end)
        starters = np.add.reduceat(men[end - 5], FIVE_TO_90.starts)
        found = np.add.reduceat(men[end], FIVE_TO_90.starts)
        expected = np.append(starters[13:-2], starters[-2:].sum()) * ratios.values[14:]
        worst = max(worst, float(np.abs(found[14:] / expected - 1).max()))
    measured(f"National projection, men 70 and over after five years: largest difference {worst:.2%}")
    assert worst < 0.005
