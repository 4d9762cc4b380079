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
    draw_populations,
    fit_error_model,
    intervals_by_age,
    intervals_of_total,
)
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


@pytest.mark.shared_data
def test_intervals_hold_four_of_five_censuses_that_they_were_not_made_from(
    shared_data: Path, measured: Measured
) -> None:
    """Each base held out in turn, and bases 2005 and 2010 from a model of 1995 and 2000 alone."""
    census = census_of_the_nation(shared_data)
    disaster = [str(a) for a in census["area"].values if str(a).startswith("07")]
    cases = [(b, h) for b in (1995, 2000, 2005, 2010) for h in (5, 10, 15) if b + h <= 2015]
    found = hindcast(
        census, national_survivorship(), cases, {"default": METHODS["default"]}, without=disaster
    )
    in_turn = [(one, fit_error_model([o for o in found if o.base_year != one.base_year])) for one in found]
    early = fit_error_model([o for o in found if o.base_year <= 2000])
    later = [(one, early) for one in found if one.base_year > 2000]
    for name, pairs in (("each base in turn", in_turn), ("2005 and 2010 from 1995 and 2000", later)):
        inside = np.concatenate([coverage(model, one) for one, model in pairs])
        size = np.concatenate([size_class(one.base.sum(("sex", "age")).values) for one, _ in pairs])
        by_size = np.array([inside[size == i].mean() for i in range(6)])
        ages = np.concatenate([coverage_by_age(model, one) for one, model in pairs]).mean()
        measured(
            f"80 % intervals, {name}: {100 * inside.mean():.1f} % of {inside.size} censuses; by size "
            + ", ".join(f"{100 * c:.0f}" for c in by_size)
            + f"; age groups {100 * ages:.1f}"
        )
        assert 0.77 <= inside.mean() <= 0.83
        assert by_size.min() >= 0.72
        assert 0.75 <= ages <= 0.85
