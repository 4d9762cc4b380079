"""Rates of every area at once: complete, pooled where they must be, from nothing later than the base."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.estimate_all import EstimateMethod, estimate_for_all, growth_classes
from sosei.engines.demography.project import project
from tests.conftest import Measured
from tests.engines.nation_worlds import census_of_the_nation, invented_nation, national_survivorship

NATION = invented_nation()
MORTALITY = national_survivorship((1995, 2000))


def estimate(census: xr.DataArray = NATION, until: int = 2015, **changed: object) -> xr.Dataset:
    method = EstimateMethod(**{"classes": 4, **changed})
    return estimate_for_all(census, MORTALITY, base_year=2000, until=until, method=method)


def test_the_rates_are_what_the_projection_takes():
    rates = estimate()
    ahead = project(NATION.sel(year=2000), rates, until=2015, closure="child_woman_ratio")
    assert ahead.check_balance() < 1e-12
    assert ahead.population["year"].values.tolist() == [2000, 2005, 2010, 2015]
    assert (ahead.population >= 0).all()


def test_nothing_later_than_the_base_is_read():
    later = NATION.isel(year=[2]).assign_coords(year=[2005]) * 3
    longer = xr.concat([NATION, later], "year")
    mortality = xr.concat([MORTALITY, MORTALITY.isel(year=[0]).assign_coords(year=[2005])], "year")
    method = EstimateMethod(classes=4)
    found = estimate_for_all(longer, mortality, base_year=2000, until=2015, method=method)
    xr.testing.assert_identical(found, estimate())


def test_the_order_of_the_areas_does_not_matter():
    order = np.random.default_rng(2).permutation(NATION.sizes["area"])
    turned = estimate(NATION.isel(area=order)).sel(area=NATION["area"])
    xr.testing.assert_allclose(turned, estimate(), rtol=1e-6)


def test_an_area_where_nobody_was_at_risk_has_its_peers_rate_and_says_so():
    census = NATION.copy()
    census[7] = 0.0
    census[8, :, 0, 4] = 0.0
    rates = estimate(census)
    assert (rates["pooled"].isel(area=7) == 1).all()
    assert float(rates["pooled"].isel(area=8).sel(sex="male", age=25)) == 1
    assert not rates["net_migration_rate"].sel(age=slice(5, None)).isnull().any()
    assert not rates["child_woman_ratio"].isnull().any()


def test_small_areas_take_more_from_their_peers_than_large_ones():
    rates = estimate()
    by_size = NATION.sel(year=2000).sum(("sex", "age")).argsort().values
    by_area = rates["pooled"].sel(age=slice(5, 60)).mean(("sex", "age")).values[by_size]
    assert by_area[:15].mean() > by_area[-15:].mean() + 0.1


def test_own_undamped_rates_give_the_base_census_back():
    """The residual of two censuses, added to the first, is the second: the estimate has lost nothing."""
    rates = estimate(own_rates=True, synthetic_share=0.0, damping=(1.0,))
    again = project(
        NATION.sel(year=1995), _as_of(rates, 2000), until=2000, closure="child_woman_ratio", base_year=1995
    )
    known = NATION.sel(year=1995).shift(age=1) > 0
    found = again.population.sel(year=2000).where(known)
    xr.testing.assert_allclose(found, NATION.sel(year=2000).where(known), rtol=1e-9)


def _as_of(rates: xr.Dataset, year: int) -> xr.Dataset:
    return rates.isel(year=[0]).assign_coords(year=[year]).drop_vars("pooled")


def test_damping_goes_on_with_its_last_factor():
    rates = estimate(until=2020, damping=(0.8, 0.5))["net_migration_rate"].sel(age=30)
    whole = estimate(until=2005, damping=(1.0,))["net_migration_rate"].sel(age=30, year=2005, drop=True)
    for year, factor in ((2005, 0.8), (2010, 0.5), (2020, 0.5)):
        np.testing.assert_allclose(rates.sel(year=year), factor * whole)


def test_mortality_may_differ_by_area():
    mortality = MORTALITY.expand_dims(area=NATION["area"].values).copy()
    mortality[0] = mortality[0] ** 1.2
    rates = estimate_for_all(NATION, mortality, base_year=2000, until=2005, method=EstimateMethod(classes=4))
    first = rates["survivorship"].isel(area=0).sel(year=2005).transpose("sex", "age")
    np.testing.assert_allclose(first, MORTALITY.sel(year=2000) ** 1.2)
    project(NATION.sel(year=2000), rates, until=2005, closure="child_woman_ratio").check_balance()


def test_peers_are_those_that_grew_as_much():
    start, end = NATION.sel(year=1995), NATION.sel(year=2000)
    classes = growth_classes(start, end, 4)
    growth = end.sum(("sex", "age")) / start.sum(("sex", "age"))
    assert np.bincount(classes).tolist() == [15, 15, 15, 15]
    for lower in range(3):
        assert growth[classes == lower].max() <= growth[classes == lower + 1].min()


@pytest.mark.parametrize(
    ("census", "method", "told"),
    [
        (NATION.sel(year=[1995, 2000]), {}, "import the census of 1990"),
        (NATION.sel(year=[1990, 1995]), {}, "import the census of 2000"),
        (NATION, {"classes": 40}, "1 to 20 for 60 areas"),
        (NATION, {"synthetic_share": 1.5}, "synthetic_share"),
        (NATION, {"damping": ()}, "damping"),
        (NATION, {"damping": (0.9, np.nan)}, "damping"),
        (NATION, {"mortality_trend": np.inf}, "mortality_trend"),
        (
            NATION.where((NATION["age"] > 0) | (NATION["sex"] == "male") | (NATION["year"] < 2000), 0.0),
            {},
            "girls of 0-4",
        ),
        (xr.concat([NATION, NATION.isel(area=[3])], "area"), {}, "a0003"),
        (-NATION, {}, "zero or more"),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused_with_its_remedy(census, method, told):
    with pytest.raises(DemographyError, match=told) as caught:
        estimate(census, **method)
    assert "対処" in caught.value.text("ja")


@pytest.mark.parametrize("until", [2012, 1995])
def test_a_last_year_that_is_no_whole_number_of_steps_ahead_is_refused(until):
    with pytest.raises(DemographyError, match=str(until)):
        estimate(until=until)


def test_two_censuses_are_enough_without_synthetic_rates():
    rates = estimate(NATION.sel(year=[1995, 2000]), synthetic_share=0.0)
    assert not rates["net_migration_rate"].sel(age=slice(5, None)).isnull().any()


def test_missing_mortality_is_named_with_its_year():
    with pytest.raises(DemographyError, match="1995"):
        estimate_for_all(NATION, MORTALITY.sel(year=[2000]), base_year=2000, until=2005)


@pytest.mark.shared_data
def test_all_municipalities_take_about_a_second(shared_data: Path, measured: Measured) -> None:
    census, mortality = census_of_the_nation(shared_data), national_survivorship()
    began = time.process_time()
    rates = estimate_for_all(census, mortality, base_year=2015, until=2045)
    spent = time.process_time() - began
    measured(f"estimate for all: {rates.sizes['area']} municipalities, {spent:.2f} s of processor time")
    assert rates.sizes["area"] == 1741
    assert spent < 5
    ahead = project(census.sel(year=2015), rates, until=2045, closure="child_woman_ratio")
    assert ahead.check_balance() < 1e-9
