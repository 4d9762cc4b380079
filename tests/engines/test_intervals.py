"""Prediction intervals: around the projection, wider where hindcasts erred more, and holding what they promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.estimate_all import EstimateMethod, estimate_for_all
from sosei.engines.demography.hindcast import METHODS, Outcome, hindcast, of_method, size_class
from sosei.engines.demography.intervals import (
    coverage,
    coverage_by_age,
    fit_error_model,
    intervals_by_age,
    intervals_of_total,
)
from sosei.engines.demography.population_draws import coverage_by_draws, draw_populations
from sosei.engines.demography.project import project
from tests.conftest import Measured
from tests.engines.nation_worlds import census_of_the_nation, invented_nation, national_survivorship

YEARS = (1985, 1990, 1995, 2000, 2005, 2010)
NATION = invented_nation(areas=120, years=YEARS)
MORTALITY = national_survivorship(YEARS)
METHOD = EstimateMethod(classes=5)
OUTCOMES = hindcast(NATION, MORTALITY, [(1995, 5), (1995, 10), (2000, 5)], {"default": of_method(METHOD)})
MODEL = fit_error_model(OUTCOMES)
BEFORE = NATION.sel(year=2005, drop=True)
RATES = estimate_for_all(NATION, MORTALITY, base_year=2010, until=2025, method=METHOD)
AHEAD = project(NATION.sel(year=2010), RATES, until=2025, closure="child_woman_ratio").population


@settings(max_examples=25)
@given(st.floats(0.01, 0.98))
def test_the_middle_is_the_projection_and_a_higher_level_is_wider(level):
    found = intervals_of_total(MODEL, AHEAD, BEFORE, level=level)
    wider = intervals_of_total(MODEL, AHEAD, BEFORE, level=level + 0.01)
    np.testing.assert_array_equal(found["middle"], AHEAD.sum(("sex", "age")))
    assert ((found["lower"] <= found["middle"]) & (found["middle"] <= found["upper"])).all()
    assert ((wider["lower"] <= found["lower"]) & (found["upper"] <= wider["upper"])).all()


def test_at_the_base_nothing_is_uncertain_and_later_more_is():
    found = intervals_of_total(MODEL, AHEAD, BEFORE)
    width = np.log(found["upper"] / found["lower"])
    assert (width.sel(year=2010) == 0).all()
    assert (width.diff("year") > 0).all()


def test_half_of_what_the_model_was_made_from_lies_in_its_fifty_per_cent():
    inside = np.concatenate([coverage(MODEL, one, level=0.5) for one in OUTCOMES])
    assert abs(inside.mean() - 0.5) < 0.03


def test_draws_of_ages_and_sexes_add_up_and_have_the_projection_for_their_middle():
    few = AHEAD.isel(area=slice(0, 30))
    drawn = draw_populations(MODEL, few, BEFORE.isel(area=slice(0, 30)), number=2000, seed=4)
    assert (drawn >= 0).all()
    np.testing.assert_allclose(drawn.sel(year=2010), np.broadcast_to(few.sel(year=2010), (2000, 30, 2, 19)))
    promised = intervals_of_total(MODEL, few, BEFORE.isel(area=slice(0, 30)))
    total = drawn.sum(("sex", "age"))
    for level, name in ((0.1, "lower"), (0.5, "middle"), (0.9, "upper")):
        quotient = total.quantile(level, "draw") / promised[name]
        assert abs(float(quotient.mean()) - 1) < 0.02


def test_the_same_seed_draws_the_same():
    few, before = AHEAD.isel(area=slice(0, 3)), BEFORE.isel(area=slice(0, 3))
    first, again = (draw_populations(MODEL, few, before, number=20, seed=9) for _ in range(2))
    xr.testing.assert_identical(first, again)
    assert not first.equals(draw_populations(MODEL, few, before, number=20, seed=10))


def test_ages_have_intervals_around_the_projection_too():
    found = intervals_by_age(MODEL, AHEAD, BEFORE)
    np.testing.assert_array_equal(found["middle"], AHEAD.sum("sex").transpose("area", "year", "age"))
    assert ((found["lower"] >= 0) & (found["lower"] <= found["middle"])).all()
    assert (found["middle"] <= found["upper"]).all()
    np.testing.assert_allclose(found["lower"].sel(year=2010), found["upper"].sel(year=2010))


def test_twice_the_errors_make_intervals_twice_as_wide():
    doubled = fit_error_model([_with_doubled_errors(one) for one in OUTCOMES])
    width = np.log(intervals_of_total(MODEL, AHEAD, BEFORE)["upper"] / AHEAD.sum(("sex", "age")))
    wider = np.log(intervals_of_total(doubled, AHEAD, BEFORE)["upper"] / AHEAD.sum(("sex", "age")))
    np.testing.assert_allclose(wider, 2 * width, rtol=1e-6)


def _with_doubled_errors(one: Outcome) -> Outcome:
    """The projection is as far again from the census, on the logarithmic scale of the totals."""
    factor = one.projected.sum(("sex", "age")) / one.observed.sum(("sex", "age"))
    return Outcome(**{**one.__dict__, "projected": one.projected * factor})


def test_a_model_is_of_one_method_alone():
    others = hindcast(NATION, MORTALITY, [(2000, 5)], {"no_change": METHODS["no_change"]})
    with pytest.raises(DemographyError, match="exactly one"):
        fit_error_model([*OUTCOMES, *others])
    with pytest.raises(DemographyError, match="exactly one"):
        fit_error_model([])


@pytest.mark.parametrize("level", [0, 1, -0.5])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(DemographyError, match="between 0 and 1"):
        intervals_of_total(MODEL, AHEAD, BEFORE, level=level)


def test_an_area_has_the_same_draws_whatever_areas_are_beside_it():
    few, before = AHEAD.isel(area=slice(0, 6)), BEFORE.isel(area=slice(0, 6))
    together = draw_populations(MODEL, few, before, number=50, seed=9)
    alone = draw_populations(MODEL, few.isel(area=[4, 2]), before.isel(area=[4, 2]), number=50, seed=9)
    np.testing.assert_allclose(alone, together.isel(area=[4, 2]), rtol=1e-12)


def test_draws_of_two_areas_have_nothing_to_do_with_each_other():
    few, before = AHEAD.isel(area=slice(0, 20)), BEFORE.isel(area=slice(0, 20))
    total = draw_populations(MODEL, few, before, number=2000, seed=9).isel(year=-1).sum(("sex", "age"))
    between = np.corrcoef(total.transpose("area", "draw").values)[np.triu_indices(20, k=1)]
    assert np.abs(between).max() < 0.1


def test_ages_that_erred_together_are_drawn_together():
    """Sixty and over erred as one in every hindcast, children the other way round."""
    linked = fit_error_model([_with_errors_by_age(one) for one in OUTCOMES])
    drawn = draw_populations(linked, AHEAD.isel(area=[0]), BEFORE.isel(area=[0]), number=4000, seed=3).isel(
        year=-1, area=0
    )
    share = (drawn.sum("sex") / AHEAD.isel(year=-1, area=0).sum("sex")).transpose("draw", "age")
    assert np.corrcoef(share.sel(age=65), share.sel(age=80))[0, 1] > 0.95
    assert np.corrcoef(share.sel(age=65), share.sel(age=0))[0, 1] < -0.9


def _with_errors_by_age(one: Outcome) -> Outcome:
    """The census is off by up to a tenth: the old more where the young are fewer, the others as projected."""
    random = np.random.default_rng(one.base_year + one.horizon)
    error = one.growth.copy(data=random.uniform(-0.1, 0.1, one.growth.size))
    sign = np.where(one.base["age"] >= 60, 1.0, np.where(one.base["age"] < 15, -1.0, 1e-3))
    factor = np.exp(error * one.base["age"].copy(data=sign))
    return Outcome(**{**one.__dict__, "observed": one.projected * factor})


def test_an_error_that_all_areas_share_does_not_cancel_in_a_sum_of_ages():
    """Every age group of 70 and over was a tenth too few everywhere; independent groups would be half as unsure."""
    old = OUTCOMES[0].base["age"] >= 70
    shared = fit_error_model(
        [Outcome(**{**o.__dict__, "observed": o.projected * xr.where(old, 1.1, 1.001)}) for o in OUTCOMES]
    )
    drawn = draw_populations(shared, AHEAD.isel(area=[0]), BEFORE.isel(area=[0]), number=500, seed=3).isel(
        year=-1, area=0
    )
    quotient = drawn.sum("sex") / AHEAD.isel(year=-1, area=0).sum("sex")
    one_age = np.log(quotient.sel(age=75))
    all_old = np.log(drawn.sel(age=slice(70, None)).sum(("sex", "age")))
    assert float(all_old.std()) > 0.7 * float(one_age.std())


def test_areas_before_the_base_may_come_in_any_order():
    backwards = BEFORE.isel(area=slice(None, None, -1))
    xr.testing.assert_identical(
        intervals_of_total(MODEL, AHEAD, BEFORE), intervals_of_total(MODEL, AHEAD, backwards)
    )
    with pytest.raises(DemographyError, match="area"):
        intervals_of_total(MODEL, AHEAD, BEFORE.isel(area=slice(1, None)))


def test_ages_that_the_hindcasts_did_not_have_are_refused():
    with pytest.raises(DemographyError, match="age is not what the intervals are made for"):
        intervals_of_total(MODEL, AHEAD.isel(age=slice(None, None, -1)), BEFORE)
    with pytest.raises(DemographyError, match="year is not what the intervals are made for"):
        intervals_of_total(MODEL, AHEAD.isel(year=slice(None, None, -1)), BEFORE)


def test_hindcasts_from_which_nothing_can_be_learnt_are_refused():
    one = OUTCOMES[0]
    nobody = one.projected.copy()
    nobody[3] = 0
    with pytest.raises(DemographyError, match=str(one.base["area"].values[3])):
        fit_error_model([Outcome(**{**one.__dict__, "projected": nobody})])
    with pytest.raises(DemographyError, match="at least one that is not 0"):
        fit_error_model([Outcome(**{**one.__dict__, "projected": one.observed})])


def test_no_draw_is_refused():
    with pytest.raises(DemographyError, match="1 or more"):
        draw_populations(MODEL, AHEAD, BEFORE, number=0, seed=1)


@pytest.mark.shared_data
def test_intervals_and_draws_hold_four_of_five_censuses_that_had_no_part_in_their_making(
    shared_data: Path, measured: Measured
) -> None:
    """Each census held out in turn, with every hindcast that ends in it; draws of sums of ages are held to the same."""
    census = census_of_the_nation(shared_data)
    disaster = [str(a) for a in census["area"].values if str(a).startswith("07")]
    cases = [(b, h) for b in (1995, 2000, 2005, 2010) for h in (5, 10, 15) if b + h <= 2015]
    found = hindcast(
        census, national_survivorship(), cases, {"default": METHODS["default"]}, without=disaster
    )
    pairs = [(one, fit_error_model([o for o in found if _end(o) != _end(one)])) for one in found]
    inside = np.concatenate([coverage(model, one) for one, model in pairs])
    size = np.concatenate([size_class(one.base.sum(("sex", "age")).values) for one, _ in pairs])
    by_size = np.array([inside[size == i].mean() for i in range(6)])
    ages = np.concatenate([coverage_by_age(model, one) for one, model in pairs]).mean()
    classes = ((0, 15), (15, 65), (65, None), (75, None))
    sums = np.concatenate([coverage_by_draws(model, one, classes, number=100) for one, model in pairs])
    measured(
        f"80 % intervals, each census in turn: {100 * inside.mean():.1f} % of {inside.size} censuses; by size "
        + ", ".join(f"{100 * c:.0f}" for c in by_size)
        + f"; age groups {100 * ages:.1f}; drawn sums of 0-14, 15-64, 65+, 75+ "
        + ", ".join(f"{100 * c:.0f}" for c in sums.mean(axis=0))
    )
    assert 0.77 <= inside.mean() <= 0.83
    assert by_size.min() >= 0.72
    assert 0.77 <= ages <= 0.83
    assert (np.abs(sums.mean(axis=0) - 0.8) < 0.04).all()


def _end(outcome: Outcome) -> int:
    return outcome.base_year + outcome.horizon
