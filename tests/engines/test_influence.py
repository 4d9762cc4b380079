"""Influence ranks and the split between two scenarios."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.influence import influence, rank, scenario_split


def totals(*by_year: float) -> xr.DataArray:
    years = np.arange(2040, 2040 + 5 * len(by_year), 5)
    return xr.DataArray(np.asarray(by_year, dtype=float), dims="year", coords={"year": years})


@pytest.mark.parametrize(
    ("simulation_1", "expected"),
    [(999, 1), (1000, 2), (1049, 2), (1050, 3), (1100, 4), (1149, 4), (1150, 5), (2000, 5)],
)
def test_the_lower_bound_belongs_to_the_natural_rank(simulation_1, expected):
    result = influence(totals(1000), totals(simulation_1), totals(simulation_1), reference_year=2040)
    assert int(result["natural_rank"]) == expected
    assert float(result["natural_ratio"]) == simulation_1 / 1000


@pytest.mark.parametrize(
    ("simulation_2", "expected"), [(990, 1), (1000, 2), (1100, 3), (1200, 4), (1299, 4), (1300, 5)]
)
def test_the_lower_bound_belongs_to_the_social_rank(simulation_2, expected):
    result = influence(totals(900), totals(1000), totals(simulation_2), reference_year=2040)
    assert int(result["social_rank"]) == expected


def test_year_and_thresholds_are_the_callers():
    result = influence(
        totals(100, 100),
        totals(100, 104),
        totals(100, 130),
        reference_year=2045,
        natural_thresholds=(1.0, 1.02, 1.03, 1.04),
        social_thresholds=(1.0, 2.0),
    )
    assert int(result["natural_rank"]) == 5
    assert int(result["social_rank"]) == 2
    assert result.attrs["reference_year"] == 2045


def test_every_area_gets_its_own_rank():
    base = xr.DataArray(
        [[100.0], [100.0]], dims=("area", "year"), coords={"area": ["a", "b"], "year": [2045]}
    )
    raised = base * xr.DataArray([1.02, 1.2], dims="area", coords={"area": ["a", "b"]})
    result = influence(base, raised, raised, reference_year=2045)
    assert result["natural_rank"].values.tolist() == [2, 5]


@pytest.mark.parametrize(
    ("base", "year", "message"),
    [
        (totals(1000), 2050, "2050"),
        (totals(0), 2040, "baseline"),
        (totals(np.nan), 2040, "baseline"),
        (totals(1000).isel(year=0), 2040, "year"),
    ],
    ids=["no such year", "nobody", "missing", "no years"],
)
def test_totals_that_cannot_be_compared_are_refused(base, year, message):
    with pytest.raises(DemographyError, match=message):
        influence(base, totals(1000), totals(1000), reference_year=year)


def test_thresholds_out_of_order_are_refused():
    with pytest.raises(DemographyError, match="ascending"):
        rank(totals(1.0), (1.1, 1.0))


@given(arrays(float, (4, 10), elements=st.floats(0, 1e7)))
def test_the_parts_of_a_gap_add_up_to_the_gap(corners):
    base, fertility, migration, both = (totals(*corner) for corner in corners)
    split = scenario_split(base, fertility, migration, both)
    parts = split["natural"] + split["social"] + split["interaction"]
    np.testing.assert_allclose(parts, both - base, atol=1e-6)
    np.testing.assert_allclose(split["total"], parts, atol=1e-6)


def test_scenarios_that_only_add_up_have_no_interaction():
    split = scenario_split(totals(100), totals(110), totals(130), totals(140))
    assert [split[name].item() for name in ("natural", "social", "interaction")] == [10, 30, 0]


@pytest.mark.parametrize("both", [totals(1, 2), totals(1).isel(year=0), totals(np.nan)])
def test_corners_that_do_not_match_are_refused(both):
    with pytest.raises(DemographyError):
        scenario_split(totals(1), totals(1), totals(1), both)
