"""Life tables against published ones, and the identities every life table keeps."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.life_table import (
    close_at,
    life_table,
    life_table_from_qx,
    life_table_from_rates,
)

SEXES = ["male", "female"]
ABRIDGED = [0, 1, *range(5, 105, 5)]
single_hazards = arrays(float, (2, 101), elements=st.floats(0, 0.9)).map(lambda m: m + 1e-6)


def single(values: object) -> xr.DataArray:
    return xr.DataArray(np.asarray(values), dims=("sex", "age"), coords={"sex": SEXES, "age": np.arange(101)})


def abridged(values: object) -> xr.DataArray:
    return xr.DataArray(np.asarray(values), dims=("sex", "age"), coords={"sex": SEXES, "age": ABRIDGED})


GOMPERTZ = single(np.stack([3e-5 * np.exp(0.1 * np.arange(101)) + 3e-4] * 2))


@given(single_hazards)
def test_every_column_keeps_its_identity(rates):
    table = life_table_from_rates(single(rates))
    assert (table["lx"].diff("age") <= 0).all()
    np.testing.assert_allclose(table["dx"].sum("age"), 100_000)
    np.testing.assert_allclose(table["Tx"].isel(age=0), table["Lx"].sum("age"))
    np.testing.assert_allclose(table["ex"] * table["lx"], table["Tx"])
    np.testing.assert_allclose(table["dx"], table["mx"] * table["Lx"], rtol=1e-9, atol=1e-9)
    assert (table["Lx"].isel(age=slice(0, -1)) <= table["lx"].isel(age=slice(0, -1))).all()


@given(single_hazards)
def test_a_table_from_its_own_probabilities_is_the_same_table(rates):
    table = life_table_from_rates(single(np.minimum(rates, 0.3)))
    open_ax = table["ax"].where(table["age"] == 100)
    again = life_table_from_qx(table["qx"], ax=open_ax)
    np.testing.assert_allclose(again["ex"], table["ex"], rtol=1e-6)
    np.testing.assert_allclose(again["mx"], table["mx"], rtol=1e-5, atol=1e-12)


def test_an_abridged_table_from_its_own_probabilities_is_the_same_table():
    rates = abridged([[0.002, 0.0002, *(1e-4 * np.exp(0.09 * np.arange(5, 105, 5)))]] * 2)
    table = life_table_from_rates(rates)
    again = life_table_from_qx(table["qx"], ax=table["ax"].where(table["age"] == 100))
    np.testing.assert_allclose(again["ex"], table["ex"], rtol=1e-9)


def test_the_open_group_of_a_table_of_probabilities_goes_on_at_its_last_rate():
    qx = single(np.full((2, 101), 0.1)).where(lambda q: q["age"] < 100, 1.0)
    table = life_table_from_qx(qx)
    np.testing.assert_allclose(table["ex"].sel(age=100), -1 / np.log(0.9))


def test_a_constant_force_of_mortality_gives_its_inverse_as_life_expectancy():
    table = life_table_from_rates(single(np.full((2, 101), 0.02)), infant_ax="coale-demeny")
    np.testing.assert_allclose(table["ex"].sel(age=slice(1, None)), 50, rtol=1e-4)
    assert table.attrs["infant_ax"] == "coale-demeny"


@pytest.mark.parametrize(
    ("rule", "rate", "male", "female"),
    [
        ("andreev-kingkade", 0.002, 0.14929 - 1.99545 * 0.002, 0.14903 - 2.05527 * 0.002),
        ("andreev-kingkade", 0.05, 0.02832 + 3.26021 * 0.05, 0.04667 + 3.88089 * 0.05),
        ("andreev-kingkade", 0.2, 0.29915, 0.31411),
        ("coale-demeny", 0.01, 0.045 + 2.684 * 0.01, 0.053 + 2.8 * 0.01),
        ("coale-demeny", 0.2, 0.330, 0.350),
    ],
)
def test_infants_who_die_live_the_published_part_of_a_year(rule, rate, male, female):
    rates = GOMPERTZ.copy()
    rates.loc[{"age": 0}] = rate
    ax = life_table_from_rates(rates, infant_ax=rule)["ax"].sel(age=0)
    np.testing.assert_allclose(ax, [male, female])
    both = life_table_from_rates(rates.isel(sex=0, drop=True), infant_ax=rule)["ax"].sel(age=0)
    np.testing.assert_allclose(both, (male + female) / 2)


def test_ages_one_to_four_follow_coale_and_demeny():
    rates = abridged([[0.01, 0.001, *np.geomspace(0.0005, 0.4, 20)]] * 2)
    ax = life_table_from_rates(rates)["ax"].sel(age=1)
    np.testing.assert_allclose(ax, [1.651 - 2.816 * 0.01, 1.522 - 1.518 * 0.01])


def test_five_year_groups_follow_greville_or_take_the_midpoint():
    rates = abridged([[0.01, 0.001, *np.exp(0.1 * np.arange(5, 105, 5)) * 2e-5]] * 2)
    fitted = life_table_from_rates(rates)["ax"].sel(age=60)
    np.testing.assert_allclose(fitted, 2.5 - 25 / 12 * (rates.sel(age=60) - 0.1))
    middle = life_table_from_rates(rates, closed_ax="midpoint")["ax"].sel(age=slice(5, 95))
    np.testing.assert_allclose(middle, 2.5)


@pytest.mark.parametrize("rule", [{"infant_ax": "half"}, {"closed_ax": "half"}])
def test_an_unknown_rule_is_refused(rule):
    with pytest.raises(DemographyError, match="half"):
        life_table_from_rates(GOMPERTZ, **rule)


def test_the_callers_own_years_lived_overrule_every_convention():
    rates = abridged([[0.01, 0.001, *np.geomspace(0.0005, 0.4, 20)]] * 2)
    own = xr.DataArray(np.full(22, np.nan), dims="age", coords={"age": ABRIDGED})
    own.loc[{"age": 50}] = 2.9
    table = life_table_from_rates(rates, ax=own)
    np.testing.assert_allclose(table["ax"].sel(age=50), 2.9)
    assert (table["ax"].sel(age=45) != 2.9).all()


def test_ages_without_deaths_are_no_obstacle():
    rates = abridged([[0.01, 0.0, 0.0, 0.0, 0.0, *np.geomspace(0.0005, 0.4, 17)]] * 2)
    table = life_table_from_rates(rates)
    np.testing.assert_allclose(table["lx"].sel(age=1), table["lx"].sel(age=15))
    np.testing.assert_allclose(table["ax"].sel(age=10), 2.5)


def test_five_year_groups_may_start_at_birth_only_with_their_own_years_lived():
    ages = np.arange(0, 95, 5)
    rates = xr.DataArray(np.geomspace(0.0005, 0.3, 19), dims="age", coords={"age": ages})
    with pytest.raises(DemographyError, match="split 0 from 1-4"):
        life_table_from_rates(rates)
    own = xr.DataArray(np.where(ages == 0, 0.9, np.nan), dims="age", coords={"age": ages})
    assert float(life_table_from_rates(rates, ax=own)["ax"][0]) == 0.9


def test_any_leading_dimensions_and_any_order_are_computed_at_once():
    areas = xr.DataArray([1.0, 1.1, 0.8], dims="area", coords={"area": ["a", "b", "c"]})
    rates = (GOMPERTZ * areas).transpose("age", "area", "sex")
    table = life_table_from_rates(rates)
    assert table["ex"].dims == rates.dims
    alone = life_table_from_rates(GOMPERTZ * 1.1)
    xr.testing.assert_allclose(table["ex"].sel(area="b", drop=True).transpose("sex", "age"), alone["ex"])


def test_closing_counts_at_a_lower_age_keeps_their_sum():
    counts = single(np.arange(202.0).reshape(2, 101))
    closed = close_at(counts, 85)
    assert closed["age"].values.tolist() == list(range(86))
    xr.testing.assert_allclose(closed.sum("age"), counts.sum("age"))
    with pytest.raises(DemographyError, match="no group starts at 120"):
        close_at(counts, 120)


def test_an_age_without_exposure_is_refused_with_its_place():
    exposures = single(np.ones((2, 101)))
    exposures.loc[{"sex": "female", "age": 99}] = 0
    with pytest.raises(DemographyError) as caught:
        life_table(single(np.zeros((2, 101))), exposures)
    assert caught.value.where == {"sex": "female", "age": 99}
    assert "close_at" in caught.value.text("ja")


def changed(age: int, value: float) -> xr.DataArray:
    rates = GOMPERTZ.copy()
    rates.loc[{"age": age}] = value
    return rates


@pytest.mark.parametrize(
    "rates",
    [
        changed(40, -0.1),
        changed(40, np.nan),
        changed(40, 2.5),
        changed(100, 0.0),
        GOMPERTZ.isel(age=slice(5, None)),
        GOMPERTZ.isel(age=slice(0, 2)),
        GOMPERTZ.isel(age=[0, 2, 1, 3]),
        GOMPERTZ.isel(age=0),
        GOMPERTZ.assign_coords(sex=["男", "女"]),
    ],
    ids=[
        "negative",
        "missing",
        "nobody would be left",
        "nobody dies in the open group",
        "not from birth",
        "two ages",
        "out of order",
        "no ages",
        "unknown sex",
    ],
)
def test_rates_that_make_no_life_table_are_refused(rates):
    with pytest.raises(DemographyError):
        life_table_from_rates(rates)


@pytest.mark.parametrize(("age", "value"), [(100, 0.9), (50, 1.0), (50, -0.1), (50, np.nan), (99, 0.0)])
def test_probabilities_that_make_no_life_table_are_refused(age, value):
    qx = single(np.full((2, 101), 0.1)).where(lambda q: q["age"] < 100, 1.0)
    qx.loc[{"age": age}] = value
    with pytest.raises(DemographyError):
        life_table_from_qx(qx)


def japanese_mortality_database(folder: Path, name: str) -> xr.DataArray:
    with gzip.open(folder / "lifetable" / f"japan_{name}_1x1.txt.gz", "rt", encoding="utf-8") as file:
        rows = [line.split() for line in file.readlines()[3:] if line.strip()]
    years = sorted({int(row[0]) for row in rows})
    number = [[float(row[i]) if row[i] != "." else np.nan for i in (3, 2)] for row in rows]
    return xr.DataArray(
        np.array(number).reshape(len(years), 111, 2),
        dims=("year", "age", "sex"),
        coords={"year": years, "age": np.arange(111), "sex": SEXES},
    )


@pytest.mark.shared_data
def test_the_rates_of_the_japanese_mortality_database_come_from_its_deaths_and_exposures(
    shared_data, measured
):
    """78 years x 100 ages x 2 sexes; each may differ by what rounding of the three printed numbers allows."""
    deaths, exposures, published = (
        japanese_mortality_database(shared_data, name) for name in ("deaths", "exposures", "mx")
    )
    table = life_table(close_at(deaths, 100), close_at(exposures, 100))
    ages = slice(0, 99)
    difference = np.abs(table["mx"] - published).sel(age=ages)
    allowed = (5e-7 + (0.005 + 0.005 * published) / exposures).sel(age=ages)
    measured(
        f"JMD death rates: {difference.size} values, largest difference {float(difference.max()):.1e}, "
        f"to age 80 {float(difference.sel(age=slice(0, 80)).max()):.1e}"
    )
    assert difference.size == 78 * 100 * 2
    assert (difference <= 1.01 * allowed).all()


@pytest.mark.shared_data
def test_the_nations_life_expectancy_is_that_of_the_complete_life_tables(shared_data, measured):
    """第19～23回完全生命表 (厚生労働省): life expectancy at birth, men and women, 2000 to 2020."""
    published = {
        2000: (77.72, 84.60),
        2005: (78.56, 85.52),
        2010: (79.55, 86.30),
        2015: (80.75, 86.99),
        2020: (81.56, 87.71),
    }
    deaths, exposures = (
        close_at(japanese_mortality_database(shared_data, name), 100) for name in ("deaths", "exposures")
    )
    found = life_table(deaths, exposures)["ex"].sel(age=0)
    worst = max(np.abs(found.sel(year=y).values - e).max() for y, e in published.items())
    measured(f"Complete life tables, e0: largest difference {worst:.3f} years")
    assert worst < 0.1


PUBLISHED_AGES = {0: "I11", 20: "I12", 40: "I13", 60: "I14", 65: "I15"}
PREFECTURES = [f"{i:02d}" for i in range(1, 48)]
CENSUS_YEARS = (1985, 1990, 1995, 2000, 2005)


class Prefectures:
    """Items of the System of Social and Demographic Statistics, by prefecture."""

    def __init__(self, folder: Path) -> None:
        path = folder / "vital" / "prefecture_demography_1975_2025.csv.gz"
        with gzip.open(path, "rt", encoding="utf-8-sig") as file:
            self.cells = {(row["item"], row["pref"]): row for row in csv.DictReader(file)}

    def item(self, code: str, year: int) -> np.ndarray:
        return np.array([float(self.cells[code, p][str(year)]) for p in PREFECTURES])

    def yearly_mean(self, code: str, year: int) -> np.ndarray:
        """Mean of the census year and its two neighbours, as the published tables take it."""
        return np.mean([self.item(code, y) for y in (year - 1, year, year + 1)], axis=0)

    def deaths(self, year: int, sex: str) -> np.ndarray:
        """Yearly deaths by prefecture and abridged age; infants by the share of both sexes, unknown ages prorated."""
        groups = np.stack([self.yearly_mean(f"A42{i:02d}{sex}", year) for i in range(1, 22)], axis=1)
        groups *= (self.yearly_mean(f"A4200{sex}", year) / groups.sum(axis=1))[:, None]
        infants = groups[:, 0] * self.yearly_mean("A4281", year) / self.yearly_mean("A4201", year)
        return np.column_stack([infants, groups[:, 0] - infants, groups[:, 1:]])

    def exposures(self, year: int, sex: str) -> np.ndarray:
        """Japanese on 1 October by prefecture and abridged age; infants as the yearly births."""
        groups = np.stack([self.item(f"A12{i:02d}{sex}", year) for i in range(1, 22)], axis=1)
        groups *= (self.item(f"A1102{sex}", year) / groups.sum(axis=1))[:, None]
        births = self.yearly_mean(f"A4101{sex}", year)
        return np.column_stack([births, groups[:, 0] - births, groups[:, 1:]])

    def cube(self, part: str) -> xr.DataArray:
        values = [[getattr(self, part)(year, sex) for sex in ("01", "02")] for year in CENSUS_YEARS]
        return xr.DataArray(
            np.array(values),
            dims=("year", "sex", "area", "age"),
            coords={"year": list(CENSUS_YEARS), "sex": SEXES, "area": PREFECTURES, "age": ABRIDGED},
        )


@pytest.mark.shared_data
def test_the_published_life_expectancies_of_prefectures_are_reproduced(shared_data, measured):
    """都道府県別生命表: 47 prefectures x 5 census years x ages 0, 20, 40, 60, 65 x 2 sexes = 2,350 values."""
    source = Prefectures(shared_data)
    table = life_table(source.cube("deaths"), source.cube("exposures"))
    found = table["ex"].sel(age=list(PUBLISHED_AGES)).transpose("year", "sex", "age", "area")
    published = [
        [[source.item(code + sex, year) for code in PUBLISHED_AGES.values()] for sex in ("01", "02")]
        for year in CENSUS_YEARS
    ]
    differences = np.abs(found - np.array(published))
    assert differences.size == 2350
    worst = differences.stack(cell=differences.dims).idxmax().item()
    measured(
        f"Prefectural life expectancies: {differences.size} values, median absolute difference "
        f"{float(differences.median()):.4f}, largest {float(differences.max()):.4f} years at {worst}"
    )
    assert float(differences.median()) <= 0.1
    assert float(differences.max()) <= 0.35
