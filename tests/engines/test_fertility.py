"""Child-woman ratio, sex ratio, and the four ways between child-woman ratio and total fertility rate."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.demography.dimensions import population_array
from sosei.engines.demography.errors import DemographyError
from sosei.engines.demography.fertility import (
    child_woman_ratio,
    child_woman_ratio_from_tfr,
    sex_ratio_0_4,
    share_25_34,
    tfr_from_child_woman_ratio,
)

AGES = np.arange(0, 95, 5)
PATTERN = np.zeros(19)
PATTERN[3:10] = [0.01, 0.1, 0.31, 0.35, 0.19, 0.035, 0.005]


def by_age(values: object) -> xr.DataArray:
    return xr.DataArray(np.asarray(values, dtype=float), dims="age", coords={"age": AGES})


INPUTS: dict[str, dict[str, object]] = {
    "national_ratio": {"national_cwr": 0.2050, "national_tfr": 1.409},
    "published_variant": {
        "base_cwr": 0.22,
        "base_tfr": 1.57,
        "national_cwr": 0.2050,
        "national_tfr": 1.409,
        "variant_cwr": 0.29,
        "variant_tfr": 2.07,
    },
    "implied": {},
    "extended": {"share_25_34": 0.27},
    "cohort": {
        "women_start": by_age(np.linspace(900, 1100, 19)),
        "women_end": by_age(np.linspace(850, 1150, 19)),
        "fertility_pattern": by_age(PATTERN),
        "newborn_survivorship": 0.997,
        "child_net_migration": -12.0,
    },
}
LETTERS = {
    "national_ratio": "a",
    "published_variant": "b",
    "implied": "c",
    "extended": "c",
    "cohort": "d",
}


@pytest.mark.parametrize("method", INPUTS)
@given(tfr=st.floats(0.5, 5))
def test_each_method_there_and_back_again_is_where_it_started(method, tfr):
    ratio = child_woman_ratio_from_tfr(tfr, method=method, **INPUTS[method])
    back = tfr_from_child_woman_ratio(ratio, method=method, **INPUTS[method])
    assert float(back) == pytest.approx(tfr)


@pytest.mark.parametrize("method", INPUTS)
def test_the_result_names_its_method_and_rises_with_fertility(method):
    ratios = child_woman_ratio_from_tfr(xr.DataArray([1.3, 2.07]), method=method, **INPUTS[method])
    assert ratios.attrs == {"method": method, "letter": LETTERS[method]}
    assert float(ratios[1]) > float(ratios[0]) > 0


def test_the_national_method_keeps_the_nations_relation():
    ratio = child_woman_ratio_from_tfr(1.409, method="national_ratio", **INPUTS["national_ratio"])
    assert float(ratio) == pytest.approx(0.2050)


def test_the_published_variant_scales_the_areas_ratio_as_the_nations():
    inputs = INPUTS["published_variant"]
    target = inputs["base_tfr"] * inputs["variant_tfr"] / inputs["national_tfr"]
    ratio = child_woman_ratio_from_tfr(target, method="published_variant", **inputs)
    assert float(ratio) == pytest.approx(0.22 * 0.29 / 0.2050)
    unchanged = child_woman_ratio_from_tfr(1.57, method="published_variant", **inputs)
    assert float(unchanged) == pytest.approx(0.22)


@pytest.mark.parametrize(
    ("ratio", "published"),
    [(0.2467, 1.73), (0.2150, 1.51), (0.2023, 1.42), (0.2050, 1.44), (0.1924, 1.35), (0.2275, 1.59)],
)
def test_the_implied_rate_of_japan_is_seven_times_its_ratio(ratio, published):
    assert float(tfr_from_child_woman_ratio(ratio, method="implied")) == pytest.approx(published, abs=0.006)


def test_the_extended_rate_follows_its_published_coefficients():
    rate = tfr_from_child_woman_ratio(0.2, method="extended", share_25_34=0.3)
    assert float(rate) == pytest.approx((10.65 - 12.55 * 0.3) * 0.2)


def test_the_cohort_method_counts_births_and_their_survivors():
    women = by_age(np.full(19, 1000.0))
    ratio = child_woman_ratio_from_tfr(
        2.0,
        method="cohort",
        women_start=women,
        women_end=women,
        fertility_pattern=by_age(PATTERN),
        newborn_survivorship=0.99,
    )
    births = 2.0 * 1000  # every woman-year counts once: 5 years x TFR/5 x 1000 women
    assert float(ratio) == pytest.approx(births * 0.99 / 7000)


def test_children_who_come_raise_the_ratio_not_the_rate():
    inputs = INPUTS["cohort"]
    with_children = {**inputs, "child_net_migration": 50.0}
    women = float(inputs["women_end"].sel(age=slice(15, 45)).sum())
    gap = child_woman_ratio_from_tfr(1.5, method="cohort", **with_children) - child_woman_ratio_from_tfr(
        1.5, method="cohort", **inputs
    )
    assert float(gap) == pytest.approx(62.0 / women)


@pytest.mark.parametrize("method", ["national_ratio", "published_variant", "extended", "cohort"])
def test_a_missing_input_is_named_with_the_method(method):
    inputs = dict(INPUTS[method])
    inputs.pop("child_net_migration", None)
    name, _ = inputs.popitem()
    with pytest.raises(DemographyError, match=name) as caught:
        tfr_from_child_woman_ratio(0.2, method=method, **inputs)
    assert method in str(caught.value)
    assert "手法" in caught.value.text("ja")


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("national_ratio", {"national_cwr": 0.0}),
        ("national_ratio", {"national_tfr": np.nan}),
        ("published_variant", {"variant_tfr": 1.409}),
        ("published_variant", {"variant_cwr": 0.2050}),
        ("published_variant", {"base_cwr": -0.1}),
        ("extended", {"share_25_34": 0.9}),
        ("extended", {"share_25_34": -0.1}),
        ("cohort", {"fertility_pattern": by_age(PATTERN * 5)}),
        ("cohort", {"women_end": by_age(np.zeros(19))}),
        ("cohort", {"women_start": by_age(-np.linspace(850, 1150, 19))}),
        ("cohort", {"women_start": by_age(PATTERN).assign_coords(age=AGES + 1)}),
        ("cohort", {"women_start": 5.0}),
        ("cohort", {"newborn_survivorship": 0.0}),
        ("implied", {"national_tfr": 1.4}),
        ("hopeful", {}),
    ],
)
def test_input_that_cannot_be_is_refused(method, change):
    with pytest.raises(DemographyError):
        child_woman_ratio_from_tfr(1.5, method=method, **{**INPUTS.get(method, {}), **change})


@pytest.mark.parametrize("convert", [child_woman_ratio_from_tfr, tfr_from_child_woman_ratio])
def test_a_value_that_is_not_a_number_is_refused(convert):
    with pytest.raises(DemographyError):
        convert(np.nan, method="implied")


def test_ratios_of_a_population_are_read_from_its_women_and_children():
    male, female = np.full(19, 10.0), np.full(19, 20.0)
    male[0], female[0] = 105, 100
    female[5:7] = 30
    population = population_array(male, female)
    assert float(child_woman_ratio(population)) == pytest.approx(205 / 160)
    assert float(sex_ratio_0_4(population)) == pytest.approx(1.05)
    assert float(share_25_34(population)) == pytest.approx(60 / 160)


def test_a_place_without_women_has_no_child_woman_ratio():
    population = population_array(np.ones(19), np.zeros(19))
    assert np.isnan(child_woman_ratio(population))
    assert np.isnan(sex_ratio_0_4(population))
