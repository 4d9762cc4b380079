"""Hindcasts: blind to what came later, scored as small-area demography scores, and better than Hamilton-Perry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.baselines import exponential, hamilton_perry, no_change
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.estimate_all import EstimateMethod
from sosei.engines.demography.hindcast import (
    METHODS,
    hindcast,
    of_method,
    score,
    scores_by_age,
    scores_by_size,
    total_score,
)
from tests.conftest import Measured
from tests.engines.nation_worlds import census_of_the_nation, invented_nation, national_survivorship

YEARS = (1990, 1995, 2000, 2005, 2010)
NATION = invented_nation(years=YEARS)
MORTALITY = national_survivorship(YEARS)
SMALL = {**METHODS, "default": of_method(EstimateMethod(classes=4))}
DISASTER_PREFECTURE = "07"


def test_a_method_is_never_shown_what_came_after_its_base():
    seen = []

    def curious(census: xr.DataArray, mortality: xr.DataArray, base: int, until: int) -> xr.DataArray:
        seen.append((base, int(census["year"].max()), int(mortality["year"].max())))
        return no_change(census, base_year=base, until=until)

    hindcast(NATION, MORTALITY, [(1995, 10), (2000, 5), (2000, 10)], {"curious": curious})
    assert seen == [(1995, 1995, 1995), (2000, 2000, 2000)]


def test_every_case_and_method_has_an_outcome_of_its_own_year():
    found = hindcast(NATION, MORTALITY, [(2000, 5), (2000, 10)], SMALL)
    assert [(o.method, o.horizon) for o in found] == [(m, h) for m in SMALL for h in (5, 10)]
    last = found[-1].observed.transpose("area", "sex", "age")
    np.testing.assert_array_equal(last, NATION.sel(year=2010).transpose("area", "sex", "age"))


def test_areas_left_out_and_areas_nobody_lived_in_are_not_scored_and_the_latter_are_named():
    census = NATION.copy()
    census.loc[{"area": "a0003", "year": 2000}] = 0
    census.loc[{"area": "a0004", "year": 2005}] = 0
    one = hindcast(census, MORTALITY, [(2000, 5)], {"no_change": METHODS["no_change"]}, without=["a0001"])[0]
    assert one.nobody == ("a0003", "a0004")
    assert total_score(one).areas == NATION.sizes["area"] - 3


def test_a_perfect_projection_has_no_error_and_no_bias():
    found = score([5.0, 10.0], [5.0, 10.0])
    assert (found.median, found.mean, found.percentile_90, found.bias) == (0, 0, 0, 0)


@given(arrays(float, 9, elements=st.floats(10, 1e6)), st.floats(-0.5, 2))
def test_an_error_of_the_same_share_everywhere_is_every_measure(observed, share):
    found = score(observed * (1 + share), observed)
    np.testing.assert_allclose([found.median, found.mean, found.percentile_90], abs(share), atol=1e-9)
    np.testing.assert_allclose(found.bias, share, atol=1e-9)


def test_measures_are_those_of_the_textbook():
    found = score([110, 95, 100, 130], [100, 100, 100, 100])
    np.testing.assert_allclose(
        [found.median, found.mean, found.percentile_90, found.bias], [0.075, 0.1125, 0.24, 0.0875]
    )


def test_size_and_age_classes_hold_every_area_once():
    one = hindcast(NATION, MORTALITY, [(2000, 10)], {"default": SMALL["default"]})[0]
    assert sum(s.areas for s in scores_by_size(one).values()) == total_score(one).areas
    assert list(scores_by_age(one)) == ["0-14", "15-39", "40-64", "65-74", "75+"]


def test_hamilton_perry_repeats_the_change_of_every_cohort():
    ahead = hamilton_perry(NATION, base_year=2000, until=2005)
    big = NATION.sel(year=2000).sum(("sex", "age")).values.argmax()
    was, now, then = (
        x.isel(area=big) for x in (NATION.sel(year=1995), NATION.sel(year=2000), ahead.sel(year=2005))
    )
    change = now.sel(sex="female", age=30) / was.sel(sex="female", age=25)
    np.testing.assert_allclose(then.sel(sex="female", age=30), change * now.sel(sex="female", age=25))
    women = then.sel(sex="female", age=slice(15, 45)).sum()
    ratio = now.sel(age=0).sum() / now.sel(sex="female", age=slice(15, 45)).sum()
    np.testing.assert_allclose(then.sel(age=0).sum(), ratio * women)


def test_hamilton_perry_of_a_steady_world_is_that_world():
    census = xr.concat([NATION.sel(year=2000)] * 2, "year").assign_coords(year=[1995, 2000])
    steady = census.copy(data=np.broadcast_to(np.full(19, 100.0), census.shape))
    ahead = hamilton_perry(steady, base_year=2000, until=2005).isel(year=-1)
    np.testing.assert_allclose(ahead.sel(age=slice(5, 85)), 100.0)


def test_exponential_growth_goes_on_at_the_last_rate_and_no_change_does_not():
    total = NATION.sum(("sex", "age"))
    ahead = exponential(NATION, base_year=2000, until=2010).sum(("sex", "age"))
    rate = total.sel(year=2000) / total.sel(year=1995)
    np.testing.assert_allclose(ahead.sel(year=2010), total.sel(year=2000) * rate**2)
    still = no_change(NATION, base_year=2000, until=2010).sel(year=2010)
    np.testing.assert_array_equal(still, NATION.sel(year=2000))


@pytest.mark.parametrize(
    ("case", "told"),
    [((2005, 10), "census of 2015"), ((1990, 5), "census of 1985"), ((2000, 7), "5, 10, 15")],
)
def test_a_case_that_cannot_be_scored_is_refused_with_its_remedy(case, told):
    with pytest.raises(DemographyError, match=told) as caught:
        hindcast(NATION, MORTALITY, [case], SMALL)
    assert "対処" in caught.value.text("ja")


REFERENCE = {
    (1995, 10): (3.45, 12.6),
    (1995, 15): (5.36, 21.3),
    (2000, 10): (2.97, 9.7),
    (2000, 15): (4.71, 15.5),
    (2005, 10): (2.48, 8.4),
}
"""Median and 90th percentile of Hamilton-Perry's absolute errors, per cent, as measured by others on these data."""


@pytest.mark.shared_data
def test_the_default_beats_hamilton_perry_by_a_tenth_in_every_figure(
    shared_data: Path, measured: Measured
) -> None:
    """1,741 municipalities without Fukushima-ken; chosen on 1995 and 2000, judged on 2005."""
    census = census_of_the_nation(shared_data)
    disaster = [str(a) for a in census["area"].values if str(a).startswith(DISASTER_PREFECTURE)]
    methods = {name: METHODS[name] for name in ("default", "hamilton_perry")}
    found = hindcast(census, national_survivorship(), list(REFERENCE), methods, without=disaster)
    figures = {(o.method, o.base_year, o.horizon): total_score(o) for o in found}
    for (base, horizon), reference in REFERENCE.items():
        own, beside = figures["default", base, horizon], figures["hamilton_perry", base, horizon]
        in_per_cent = 100 * np.array([own.median, own.percentile_90])
        theirs = 100 * np.array([beside.median, beside.percentile_90])
        measured(
            f"hindcast {base}+{horizon}: median {in_per_cent[0]:.2f} %, 90th percentile {in_per_cent[1]:.2f} % "
            f"(Hamilton-Perry {theirs[0]:.2f}, {theirs[1]:.2f})"
        )
        np.testing.assert_allclose(theirs, reference, rtol=0.015)
        assert (in_per_cent <= 0.9 * np.array(reference)).all()
        assert (in_per_cent <= 0.9 * theirs).all()
