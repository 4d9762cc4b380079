"""Draws of all areas: each quantile is that of the draws projected one by one, in any precision and any order."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography import draws
from sosei.engines.demography.draws import QUANTILES, project_draws
from sosei.engines.demography.errors import InvalidValueError, ShapeError
from sosei.engines.demography.indicators import three_age_groups
from sosei.engines.demography.project import project
from tests.engines.test_kernel import national
from tests.engines.worlds import BASE

UNTIL = 2025


def world(areas: int = 36, count: int = 150) -> tuple[xr.DataArray, xr.Dataset, xr.Dataset]:
    people, rates, _options = national(areas)
    chance = np.random.default_rng(8)
    shape = (areas, count, rates.sizes["year"])
    dims = ("area", "draw", "year")
    shifts = xr.Dataset(
        {
            "cohort_change": (dims, chance.normal(0, 0.05, shape)),
            "child_woman_ratio": (dims, chance.normal(0, 0.1, shape)),
        },
        coords={"area": people["area"], "year": rates["year"]},
    )
    return people, rates, shifts


def one_by_one(
    people: xr.DataArray, rates: xr.Dataset, shifts: xr.Dataset, profile: xr.DataArray | float
) -> xr.DataArray:
    """Total and age groups of every draw by `project`, dims (area, year, series, draw)."""
    change = rates["survivorship"] + rates["net_migration_rate"].fillna(0)
    moved = change * (1 + shifts["cohort_change"] * profile) - rates["survivorship"]
    drawn = rates.assign(
        net_migration_rate=moved.where(moved["age"] > 0),
        child_woman_ratio=rates["child_woman_ratio"] * (1 + shifts["child_woman_ratio"]),
    )
    each = project(people, drawn, until=UNTIL, base_year=BASE, closure="child_woman_ratio").population
    groups = three_age_groups(each).rename(age_group="series")
    total = each.sum(("sex", "age")).expand_dims(series=["total"])
    return xr.concat([total, groups], dim="series").transpose("area", "year", "series", "draw")


def steep_profile(people: xr.DataArray) -> xr.DataArray:
    """Young men take twice the shift, the old none."""
    weight = xr.ones_like(people.isel(area=0, drop=True))
    return weight.where(people["age"] < 65, 0.0).where(weight["sex"] == "female", 2.0)


@pytest.mark.parametrize("with_profile", [False, True])
def test_quantiles_are_those_of_the_draws_projected_one_by_one(with_profile: bool) -> None:
    people, rates, shifts = world()
    profile = steep_profile(people) if with_profile else None
    told = project_draws(people, rates, shifts, until=UNTIL, base_year=BASE, profile=profile)
    expected = one_by_one(people, rates, shifts, 1.0 if profile is None else profile)
    np.testing.assert_allclose(
        told["quantiles"].values,
        np.moveaxis(np.quantile(expected.values, QUANTILES, axis=-1), 0, -1),
        rtol=1e-12,
    )
    np.testing.assert_allclose(told["mean"].values, expected.mean("draw").values, rtol=1e-12)
    base = told["quantiles"].sel(year=BASE, series="total")
    np.testing.assert_allclose(
        base.values, people.sum(("sex", "age")).values[:, None] + np.zeros(5), rtol=1e-12
    )


def test_the_loop_says_the_same_before_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    people, rates, shifts = world(areas=2, count=9)
    told = project_draws(people, rates, shifts, until=UNTIL, base_year=BASE)
    for name in ("draw_areas", "_tell_quantiles", "_sink"):
        monkeypatch.setattr(draws, name, getattr(draws, name).py_func)
    xr.testing.assert_allclose(
        project_draws(people, rates, shifts, until=UNTIL, base_year=BASE), told, rtol=1e-13
    )


def test_single_precision_keeps_five_digits() -> None:
    people, rates, shifts = world()
    double = project_draws(people, rates, shifts, until=UNTIL, base_year=BASE)
    single = project_draws(people, rates, shifts, until=UNTIL, base_year=BASE, precision=np.float32)
    assert single.attrs["precision"] == "float32"
    np.testing.assert_allclose(single["quantiles"], double["quantiles"], rtol=1e-5)
    assert float(abs(single["quantiles"] - double["quantiles"]).max()) > 0


def test_neither_the_number_of_threads_nor_the_order_of_areas_changes_a_draw() -> None:
    people, rates, shifts = world()
    once = project_draws(people, rates, shifts, until=UNTIL, base_year=BASE, threads=1)
    other = project_draws(
        people,
        rates.isel(area=slice(None, None, -1)),
        shifts.transpose(),
        until=UNTIL,
        base_year=BASE,
        threads=5,
    )
    xr.testing.assert_identical(once, other)


def test_draws_that_shift_nothing_give_the_projection_itself() -> None:
    people, rates, shifts = world(count=3)
    told = project_draws(people, rates, xr.zeros_like(shifts), until=UNTIL, base_year=BASE)
    total = project(people, rates, until=UNTIL, base_year=BASE, closure="child_woman_ratio").total()
    for share in QUANTILES:
        np.testing.assert_allclose(
            told["quantiles"].sel(series="total", quantile=share).values, total.values, rtol=1e-12
        )


@given(
    values=arrays(
        float, st.integers(1, 300), elements=st.sampled_from([0.0, 1.0, 2.5]) | st.floats(-1e6, 1e6)
    ),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=6).map(sorted),
)
def test_a_quantile_is_numpys_also_among_equal_values(values: np.ndarray, shares: list[float]) -> None:
    told = np.empty(len(shares))
    draws._tell_quantiles(values.copy(), np.array(shares), told)
    np.testing.assert_allclose(told, np.quantile(values, shares), rtol=1e-9, atol=1e-9)


def test_a_shift_that_leaves_fewer_than_nobody_is_refused_with_its_name() -> None:
    people, rates, shifts = world()
    shifts["cohort_change"][0, 0, 0] = -0.6
    project_draws(people, rates, shifts, until=UNTIL, base_year=BASE)
    with pytest.raises(InvalidValueError, match="cohort_change"):
        project_draws(people, rates, shifts, until=UNTIL, base_year=BASE, profile=steep_profile(people))
    shifts["child_woman_ratio"][0, 0, 0] = np.nan
    with pytest.raises(InvalidValueError, match="child_woman_ratio"):
        project_draws(people, rates, shifts, until=UNTIL, base_year=BASE)


def test_rates_by_which_more_leave_than_survive_are_refused_with_their_value_and_place() -> None:
    people, rates, shifts = world()
    rates["net_migration_rate"][3, 1, 0, 4] = -2.0
    rates["net_migration_rate"][5, 0, 1, 6] = -3.0
    with pytest.raises(InvalidValueError, match=r"survivorship \+ net_migration_rate") as told:
        project_draws(people, rates, shifts, until=UNTIL, base_year=BASE)
    assert told.value.where == {"area": "00005", "year": 2020, "sex": "female", "age": "30-34"}
    assert told.value.values["value"] == float(rates["survivorship"][5, 0, 1, 6] - 3.0)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0])
def test_a_population_that_is_no_count_is_refused_with_its_place(wrong: float) -> None:
    people, rates, shifts = world()
    people[4, 1, 2] = wrong
    with pytest.raises(InvalidValueError, match="population") as told:
        project_draws(people, rates, shifts, until=UNTIL, base_year=BASE)
    assert told.value.where == {"area": "00004", "sex": "female", "age": "10-14", "year": BASE}


@pytest.mark.parametrize("until", [BASE - 5, UNTIL - 1])
def test_a_last_year_that_is_no_whole_number_of_steps_ahead_is_refused(until: int) -> None:
    people, rates, shifts = world(areas=3)
    with pytest.raises(ShapeError, match=str(until)):
        project_draws(people, rates, shifts, until=until, base_year=BASE)


def test_no_draws_and_no_threads_are_refused() -> None:
    people, rates, shifts = world(areas=3)
    with pytest.raises(InvalidValueError, match="number of draws is 0"):
        project_draws(people, rates, shifts.isel(draw=slice(0)), until=UNTIL, base_year=BASE)
    with pytest.raises(InvalidValueError, match="threads is -1"):
        project_draws(people, rates, shifts, until=UNTIL, base_year=BASE, threads=-1)


@pytest.mark.parametrize("missing", ["cohort_change", "child_woman_ratio"])
def test_shifts_of_another_shape_are_refused(missing: str) -> None:
    people, rates, shifts = world()
    with pytest.raises(ShapeError, match=missing):
        project_draws(people, rates, shifts.drop_vars(missing), until=UNTIL, base_year=BASE)
    with pytest.raises(ShapeError, match="years"):
        project_draws(people, rates, shifts.isel(year=[0]), until=UNTIL, base_year=BASE)
    with pytest.raises(ShapeError, match="arrivals"):
        arriving = rates.assign(arrivals=xr.zeros_like(rates["survivorship"]))
        project_draws(people, arriving, shifts, until=UNTIL, base_year=BASE)


def test_a_profile_of_other_ages_is_refused() -> None:
    people, rates, shifts = world()
    with pytest.raises(ShapeError, match="profile"):
        project_draws(
            people,
            rates,
            shifts,
            until=UNTIL,
            base_year=BASE,
            profile=steep_profile(people).isel(age=slice(0, 18)),
        )


def test_quantiles_asked_for_in_any_order_are_told_ascending_and_none_outside_0_to_1() -> None:
    people, rates, shifts = world(areas=3)
    told = project_draws(people, rates, shifts, until=UNTIL, base_year=BASE, quantiles=(0.9, 0.1))
    assert told["quantile"].values.tolist() == [0.1, 0.9]
    assert bool((told["quantiles"].sel(quantile=0.1) <= told["quantiles"].sel(quantile=0.9)).all())
    with pytest.raises(InvalidValueError, match="quantiles"):
        project_draws(people, rates, shifts, until=UNTIL, base_year=BASE, quantiles=(10, 90))
