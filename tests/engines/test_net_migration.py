"""Residual net migration is what survival leaves unexplained between two censuses."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.dimensions import population_array
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.net_migration import residual_net_migration

GROUPS = 19
people = arrays(float, (2, GROUPS), elements=st.floats(1, 1e6))
shares = arrays(float, (2, GROUPS), elements=st.floats(0.05, 1))


def by_sex_and_age(values: np.ndarray) -> xr.DataArray:
    return population_array(*values)


def by_sex(values: object) -> xr.DataArray:
    return xr.DataArray(np.asarray(values, dtype=float), dims="sex", coords={"sex": ["male", "female"]})


def at_risk(start: np.ndarray, births: np.ndarray) -> np.ndarray:
    """The cohorts of a step, written out: births, each younger group, the last two groups together."""
    return np.concatenate([births[:, None], start[:, :-2], start[:, -2:].sum(axis=1, keepdims=True)], axis=1)


@given(people, people, shares, arrays(float, 2, elements=st.floats(1, 1e6)))
def test_forward_rates_put_back_into_the_projection_step_give_the_second_census(start, end, ratio, births):
    estimate = residual_net_migration(
        by_sex_and_age(start), by_sex_and_age(end), by_sex_and_age(ratio), by_sex(births)
    )
    projected = at_risk(start, births) * (ratio + estimate["rates"].values)
    np.testing.assert_allclose(projected, end, rtol=1e-6, atol=1e-4)
    survivors = at_risk(start, births) * ratio
    np.testing.assert_allclose(survivors + estimate["counts"].values, end, rtol=1e-9)


@given(people, people, shares, arrays(float, 2, elements=st.floats(1, 1e6)))
def test_reverse_rates_placed_at_the_start_give_the_second_census(start, end, ratio, births):
    estimate = residual_net_migration(
        by_sex_and_age(start), by_sex_and_age(end), by_sex_and_age(ratio), by_sex(births), method="reverse"
    )
    projected = at_risk(start, births) * (1 + estimate["rates"].values) * ratio
    np.testing.assert_allclose(projected, end, rtol=1e-6, atol=1e-4)


@given(people, people, shares)
def test_the_average_lies_between_forward_and_reverse(start, end, ratio):
    arguments = by_sex_and_age(start), by_sex_and_age(end), by_sex_and_age(ratio)
    forward, reverse, average = (
        residual_net_migration(*arguments, method=method)["counts"].values[:, 1:]
        for method in ("forward", "reverse", "average")
    )
    np.testing.assert_allclose(average, (forward + reverse) / 2, rtol=1e-9, atol=1e-6)


def flat(value: float) -> xr.DataArray:
    return by_sex_and_age(np.full((2, GROUPS), value))


def test_a_closed_population_has_no_net_migration():
    start = flat(1000)
    end = by_sex_and_age(at_risk(start.values, np.array([500.0, 480.0])) * 0.9)
    estimate = residual_net_migration(start, end, flat(0.9), by_sex([500, 480]))
    np.testing.assert_allclose(estimate["counts"], 0, atol=1e-9)


def test_without_births_the_first_group_is_not_a_number_and_is_named():
    estimate = residual_net_migration(flat(1000), flat(950), flat(0.9))
    assert estimate["rates"].sel(age=0).isnull().all()
    assert estimate["rates"].sel(age=slice(5, None)).notnull().all()
    assert estimate.attrs["undefined"] == [{"sex": "male", "age": 0}, {"sex": "female", "age": 0}]
    assert estimate.attrs["age_0"] == "not estimated"


@pytest.mark.parametrize("method", ["forward", "reverse", "average"])
def test_a_zero_denominator_gives_nan_and_never_zero(method):
    start = flat(1000)
    start.loc[{"sex": "female", "age": 85}] = 0
    start.loc[{"sex": "female", "age": 90}] = 0
    start.loc[{"sex": "male", "age": 40}] = 0
    estimate = residual_net_migration(start, flat(5), flat(0.9), by_sex([1, 1]), method=method)
    assert np.isnan(estimate["rates"].sel(sex="female", age=90))
    assert np.isnan(estimate["rates"].sel(sex="male", age=45))
    assert float(estimate["counts"].sel(sex="male", age=45)) > 0
    assert {"sex": "male", "age": 45} in estimate.attrs["undefined"]


def test_a_reverse_count_without_survivors_is_nan():
    ratio = flat(0.9)
    ratio.loc[{"sex": "male", "age": 90}] = 0
    counts = residual_net_migration(flat(10), flat(5), ratio, by_sex([1, 1]), method="reverse")["counts"]
    assert np.isnan(counts.sel(sex="male", age=90))
    assert counts.notnull().sum() == 2 * GROUPS - 1


def test_under_the_child_rule_children_move_with_the_women_of_15_to_44():
    start, end = flat(1000), flat(900)
    end.loc[{"sex": "female", "age": [20, 25]}] = 1100
    estimate = residual_net_migration(start, end, flat(0.95), child_factor=0.5)
    women = end.sel(sex="female", age=slice(15, 40)).sum()
    moved = estimate["counts"].sel(sex="female", age=slice(15, 40)).sum()
    expected = 0.5 * 900 / women * moved
    np.testing.assert_allclose(estimate["counts"].sel(age=0), expected)
    np.testing.assert_allclose(estimate["rates"].sel(age=0), expected / (900 - expected))
    assert estimate.attrs["age_0"] == "child rule"


def test_areas_and_one_survivorship_for_all_broadcast():
    start = xr.concat([flat(1000), flat(2000)], dim=xr.Variable("area", ["07201", "07204"]))
    estimate = residual_net_migration(start, start, flat(0.9).isel(sex=0, drop=True))
    assert estimate["rates"].dims == ("area", "sex", "age")
    np.testing.assert_allclose(estimate["rates"].sel(age=slice(5, 85)), 0.1)
    np.testing.assert_allclose(estimate["counts"].sel(area="07204", age=90), 2000 - 0.9 * 4000)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "sideways"}, "sideways"),
        ({"births": by_sex([1, 1]), "child_factor": 0.25}, "child_factor"),
        ({"child_factor": 2.0}, "2.0"),
        ({"start": flat(-1)}, "-1"),
        ({"end": flat(np.nan)}, "missing"),
        ({"end": flat(1).assign_coords(age=np.arange(GROUPS) * 5 + 1)}, "age"),
        ({"survivorship": flat(1.2)}, "1.2"),
        ({"survivorship": flat(np.nan)}, "survivorship"),
        ({"births": by_sex([-3, 1])}, "-3"),
        ({"births": xr.DataArray(3.0)}, "births"),
        ({"end": flat(1).isel(sex=0)}, "sex"),
    ],
)
def test_input_that_cannot_be_is_refused(change, message):
    arguments = {"start": flat(1000), "end": flat(900), "survivorship": flat(0.9), **change}
    with pytest.raises(DemographyError, match=message):
        residual_net_migration(**arguments)


def test_the_child_rule_needs_the_sexes():
    both = flat(1000).sum("sex")
    with pytest.raises(DemographyError, match="sex"):
        residual_net_migration(both, both, xr.ones_like(both), child_factor=0.5)
