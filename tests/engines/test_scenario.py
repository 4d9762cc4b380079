"""Scenarios: read, checked as a whole, written back, and applied without touching what they do not name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.engines.demography.dimensions import AgeGroups
from sosei.engines.demography.errors import MissingRateError, ScenarioError, ShapeError
from sosei.engines.demography.household_types import HOUSEHOLD_TYPES
from sosei.engines.demography.overrides import (
    HouseholdArrivals,
    Mask,
    MigrationRecovery,
    MigrationToReference,
    MigrationZero,
    TfrPath,
)
from sosei.engines.demography.project import project
from sosei.engines.demography.scenario import Scenario, apply_scenario, scenario_from_yaml
from sosei.engines.demography.shipped import SHIPPED, shipped_scenario
from tests.engines.test_project import BASE, flat_world

TITLE = {"ja": "試し", "en": "Trial"}


def rates_with_migration() -> tuple[xr.DataArray, xr.Dataset, dict[str, xr.DataArray]]:
    people, rates = flat_world(9)
    rates["net_migration_rate"][:] = -0.1
    rates["net_migration_rate"].loc[{"sex": "male"}] = 0.05
    rates["net_migration_rate"].loc[{"age": 0}] = np.nan
    rates = rates.assign(tfr=("year", np.linspace(1.5, 1.4, 9)), tfr_base_year=1.5)
    reference = xr.zeros_like(rates["net_migration_rate"].isel(year=0, drop=True)) + 0.02
    return people, rates, {"1995-2000": reference}


def applied(*overrides: object) -> xr.Dataset:
    _people, rates, references = rates_with_migration()
    return apply_scenario(
        Scenario("trial", TITLE, overrides=overrides), rates, base_year=BASE, references=references
    )


def problems(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        scenario_from_yaml(text)
    return str(caught.value)


def test_no_override_is_the_base_bit_for_bit() -> None:
    people, rates, references = rates_with_migration()
    plain = project(people, rates, until=2060, closure="child_woman_ratio")
    same = apply_scenario(Scenario("copy", TITLE), rates, base_year=BASE, references=references)
    again = project(people, same, until=2060, closure="child_woman_ratio")
    assert plain.population.values.tobytes() == again.population.values.tobytes()


def test_applying_a_scenario_leaves_the_base_as_it_was() -> None:
    _people, rates, references = rates_with_migration()
    before = rates.copy(deep=True)
    scenario = Scenario(
        "all", TITLE, overrides=(TfrPath({2040: 2.11}), MigrationToReference("1995-2000", 2030))
    )
    apply_scenario(scenario, rates, base_year=BASE, references=references)
    xr.testing.assert_identical(rates, before)


def test_a_linear_tfr_rises_from_the_base_year_and_is_held() -> None:
    tfr = applied(TfrPath({2040: 2.0}))["tfr"]
    assert tfr.sel(year=2020) == pytest.approx(1.6)
    assert tfr.sel(year=2040) == tfr.sel(year=2060) == 2.0


def test_a_stepwise_tfr_follows_the_base_until_its_year() -> None:
    _people, rates, _references = rates_with_migration()
    tfr = applied(TfrPath({2030: 1.8, 2040: 2.07}, "step"))["tfr"]
    assert tfr.sel(year=2025) == rates["tfr"].sel(year=2025)
    assert [float(tfr.sel(year=y)) for y in (2030, 2035, 2040, 2060)] == [1.8, 1.8, 2.07, 2.07]


def test_a_tfr_point_at_the_base_year_starts_the_line_there() -> None:
    assert applied(TfrPath({BASE: 1.8, 2025: 2.0}))["tfr"].sel(year=2020) == pytest.approx(1.9)


def test_the_child_woman_ratio_moves_in_proportion_to_the_tfr_of_the_same_year() -> None:
    _people, rates, _references = rates_with_migration()
    changed = applied(TfrPath({2040: 2.0}))
    expected = rates["child_woman_ratio"] * changed["tfr"] / rates["tfr"]
    np.testing.assert_allclose(changed["child_woman_ratio"], expected, rtol=1e-12)


def test_age_specific_rates_are_scaled_alike() -> None:
    _people, rates, _references = rates_with_migration()
    by_age = xr.ones_like(rates["survivorship"].isel(sex=0, drop=True)) * 0.1
    changed = apply_scenario(
        Scenario("t", TITLE, overrides=(TfrPath({2020: 3.0}),)),
        rates.assign(fertility_rate=by_age),
        base_year=BASE,
    )
    assert float(changed["fertility_rate"].sel(year=2020, age=30)) == pytest.approx(0.1 * 3.0 / 1.5)


def test_each_area_has_its_own_fertility_at_the_base() -> None:
    _people, rates, references = rates_with_migration()
    factor = xr.DataArray([1.0, 0.8], dims="area", coords={"area": ["a", "b"]})
    several = rates.assign(tfr=rates["tfr"] * factor, tfr_base_year=rates["tfr_base_year"] * factor)
    for shape in ("linear", "step"):
        scenario = Scenario("t", TITLE, overrides=(TfrPath({2030: 2.0, 2040: 2.1}, shape),))
        both = apply_scenario(scenario, several, base_year=BASE, references=references)
        for area in ("a", "b"):
            own = several.sel(area=area, drop=True)
            one = apply_scenario(scenario, own, base_year=BASE, references=references)
            for name in ("tfr", "child_woman_ratio"):
                np.testing.assert_array_equal(
                    both[name].sel(area=area).transpose("year").values, one[name].values
                )


def test_fertility_without_a_rate_to_change_is_an_error() -> None:
    _people, rates, references = rates_with_migration()
    with pytest.raises(MissingRateError, match="child_woman_ratio or fertility_rate"):
        apply_scenario(
            Scenario("t", TITLE, overrides=(TfrPath({2040: 2.0}),)),
            rates.drop_vars("child_woman_ratio"),
            base_year=BASE,
            references=references,
        )


def test_a_scenario_on_another_has_that_ones_overrides_first() -> None:
    _people, rates, references = rates_with_migration()
    below = Scenario("below", TITLE, base="baseline", overrides=(MigrationRecovery(0.5, BASE),))
    above = Scenario("above", TITLE, base="below", overrides=(TfrPath({2040: 2.0}),))
    together = Scenario("together", TITLE, overrides=(*below.overrides, *above.overrides))
    arguments = {"base_year": BASE, "references": references}
    changed = apply_scenario(above, rates, bases={"below": below}, **arguments)
    xr.testing.assert_identical(changed, apply_scenario(together, rates, **arguments))
    with pytest.raises(ScenarioError, match="below: overrides"):
        apply_scenario(
            above, rates, bases={"below": replace(below, overrides=(TfrPath({2042: 2.0}),))}, **arguments
        )


def test_a_base_that_is_not_given_or_rests_on_itself_is_refused_never_left_out() -> None:
    _people, rates, references = rates_with_migration()
    lonely = Scenario("lonely", TITLE, base="prospect-2")
    arguments = {"base_year": BASE, "references": references}
    with pytest.raises(ScenarioError, match="'prospect-2' is not one of the scenarios given"):
        apply_scenario(lonely, rates, **arguments)
    with pytest.raises(ScenarioError, match="rests on itself"):
        apply_scenario(
            lonely,
            rates,
            bases={"prospect-2": Scenario("prospect-2", TITLE, base="lonely"), "lonely": lonely},
            **arguments,
        )


def test_a_width_other_than_the_age_groups_is_refused() -> None:
    _people, rates, references = rates_with_migration()
    with pytest.raises(ShapeError, match="width"):
        apply_scenario(
            Scenario("t", TITLE, overrides=(TfrPath({2040: 2.0}),)),
            rates,
            base_year=BASE,
            width=1,
            references=references,
        )


def test_migration_back_to_a_period_is_half_way_at_half_time() -> None:
    rate = applied(MigrationToReference("1995-2000", 2025))["net_migration_rate"]
    place = {"sex": "female", "age": 20}
    assert rate.sel(year=2020, **place) == pytest.approx((-0.1 + 0.02) / 2)
    assert rate.sel(year=2025, **place) == rate.sel(year=2060, **place) == pytest.approx(0.02)


def test_a_step_changes_nothing_before_its_year() -> None:
    rate = applied(MigrationToReference("1995-2000", 2030, "step"))["net_migration_rate"]
    assert float(rate.sel(year=2025, sex="female", age=20)) == -0.1
    assert float(rate.sel(year=2030, sex="female", age=20)) == pytest.approx(0.02)


def test_recovery_touches_losses_on_its_mask_only() -> None:
    mask = Mask("female", ((20, 24),))
    rate = applied(MigrationRecovery(0.3, BASE, mask=mask))["net_migration_rate"].sel(year=2060)
    assert rate.sel(sex="female", age=20) == pytest.approx(-0.07)
    assert rate.sel(sex="female", age=25) == -0.1
    assert rate.sel(sex="male", age=20) == 0.05


def test_recovery_leaves_gains_as_they_are() -> None:
    rate = applied(MigrationRecovery(0.3, BASE))["net_migration_rate"].sel(year=2060, age=20)
    assert float(rate.sel(sex="female")) == pytest.approx(-0.07)
    assert float(rate.sel(sex="male")) == 0.05


def test_ages_that_cut_through_a_group_are_refused_with_the_groups_around_them() -> None:
    bands = ((18, 22), (85, 94), (20, 24), (92, None))
    with pytest.raises(ScenarioError) as caught:
        applied(MigrationRecovery(0.3, 2030, mask=Mask(None, bands)))
    text = str(caught.value)
    assert "overrides[1].migration_recovery.ages: 18-22 cuts through an age group; write 15-24" in text
    assert "85-94 cuts through an age group; write 85+" in text
    assert "92+ cuts through an age group; write 90+" in text
    assert "20-24 cuts" not in text


def test_an_age_mask_holds_its_first_and_its_last_age_in_single_years() -> None:
    chosen = Mask("female", ((20, 24),)).over(AgeGroups(1, 100))
    assert np.flatnonzero(chosen[1]).tolist() == [20, 21, 22, 23, 24]
    assert not chosen[0].any()


def test_an_age_mask_can_be_open_at_the_top() -> None:
    rate = applied(MigrationRecovery(1.0, BASE, mask=Mask(None, ((65, None),))))["net_migration_rate"].sel(
        year=2020
    )
    assert float(rate.sel(sex="female", age=90)) == 0.0
    assert float(rate.sel(sex="female", age=60)) == -0.1


def test_migration_zero_from_a_year_leaves_the_steps_before_it() -> None:
    rate = applied(MigrationZero(2030))["net_migration_rate"].sel(sex="female", age=20)
    assert float(rate.sel(year=2030)) == -0.1
    assert float(rate.sel(year=2035)) == 0.0


def test_households_are_people_who_come_and_stay() -> None:
    people, rates, references = rates_with_migration()
    base = project(people, rates, until=2060, closure="child_woman_ratio")
    scenario = Scenario("come", TITLE, overrides=(HouseholdArrivals("family_30s", 10, 2025, 2035),))
    changed = apply_scenario(scenario, rates, base_year=BASE, references=references)
    come = project(people, changed, until=2060, closure="child_woman_ratio")
    gained = (come.total() - base.total()).values
    assert gained[:3].tolist() == [0, 0, 0]
    assert gained[3] == pytest.approx(10 * 5 * 3)
    assert float(changed["arrivals"].sel(year=2040).sum()) == 0.0


def test_two_kinds_of_household_add_up() -> None:
    changed = applied(HouseholdArrivals("couple_20s", 4), HouseholdArrivals("couple_60s", 6))
    assert float(changed["arrivals"].sel(year=2020).sum()) == pytest.approx(5 * (4 * 2 + 6 * 2))


@pytest.mark.parametrize("kind", HOUSEHOLD_TYPES)
def test_a_household_type_has_as_many_persons_in_single_years_as_in_groups(kind: str) -> None:
    single = HOUSEHOLD_TYPES[kind].persons(AgeGroups(1, 100))
    grouped = HOUSEHOLD_TYPES[kind].persons(AgeGroups(5, 90))
    np.testing.assert_allclose(single.sum(axis=1), grouped.sum(axis=1))
    assert single.sum() == pytest.approx(sum(sum(m.values()) for m in HOUSEHOLD_TYPES[kind].members.values()))


masks = st.builds(
    Mask,
    st.sampled_from([None, "male", "female"]),
    st.none() | st.just(((20, 24),)) | st.just(((15, 19), (65, None))),
)
shapes = st.sampled_from(["linear", "step"])
overrides = st.one_of(
    st.builds(
        TfrPath, st.dictionaries(st.integers(2020, 2060), st.floats(0.5, 3), min_size=1, max_size=3), shapes
    ),
    st.builds(MigrationToReference, st.just("1995-2000"), st.integers(2020, 2060), shapes, masks),
    st.builds(MigrationRecovery, st.floats(0, 1), st.integers(2020, 2060), shapes, masks),
    st.builds(MigrationZero, st.none() | st.integers(2020, 2060)),
    st.builds(
        HouseholdArrivals,
        st.sampled_from(sorted(HOUSEHOLD_TYPES)),
        st.floats(0, 500),
        st.none() | st.integers(2015, 2020),
        st.none() | st.integers(2025, 2060),
    ),
)


@given(override=overrides)
@settings(max_examples=150, deadline=None)
def test_every_scenario_comes_back_from_its_file_as_it_was(override: object) -> None:
    scenario = Scenario("some-name", TITLE, {"ja": "説明"}, "baseline", (override,))
    assert scenario_from_yaml(scenario.to_yaml()) == scenario


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_scenarios_hold_and_come_back(name: str) -> None:
    scenario = shipped_scenario(name)
    assert scenario.name == name
    assert scenario_from_yaml(scenario.to_yaml()) == scenario
    assert set(scenario.title) == {"ja", "en"}


def test_all_problems_of_a_file_are_reported_together_with_their_places() -> None:
    text = problems(
        """
name: Prospect Two
title: 展望
colour: red
overrides:
  - tfr: {points: {2040: 21.1}, shape: curved}
  - tfr: {points: {2030: 2.07}}
  - migration_recovery: {share: 30, sex: woman, ages: [24-20], by: 2030}
  - migration_to_referense: {period: 1995-2000, by: 2030}
  - migration_to_reference: {period: nineties, by: soon}
  - households: {type: family, per_year: 10, from: 2030, until: 2025}
"""
    )
    for part in (
        "name: 'Prospect Two'",
        "title: needs a text",
        "'colour' is not known",
        "overrides[1].tfr.points.2040: 21.1",
        "'curved' is not known; nearest: linear, step",
        "overrides[3].migration_recovery.share: 30",
        "'woman' is not known",
        "'24-20' ends before it begins",
        "nearest: migration_to_reference",
        "'nineties' is not a period",
        "by: 'soon' is not a year",
        "'family' is not known; nearest: family_30s",
        "2025 is not after 2030",
    ):
        assert part in text, part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[1, 2]", "is not a mapping"),
        ("name: [", "not readable as YAML"),
        ("{name: a, title: {ja: あ}, overrides: 3}", "is not a list"),
        ("{name: a, title: {ja: あ}, overrides: [3]}", "exactly one kind"),
        ("{name: a, title: {ja: あ}, overrides: [{tfr: 2}]}", "needs settings in braces"),
        ("{name: a, title: {ja: あ}, overrides: [{tfr: {points: 2}}]}", "needs {year: TFR}"),
        ("{name: a, title: {ja: あ, fr: b}}", "'fr' is not known"),
        (
            "{name: a, title: {ja: あ}, overrides: [{migration_recovery: {share: 1, by: 2020, ages: [old]}}]}",
            "not an age",
        ),
        ("{name: a, title: {ja: あ}, overrides: [{migration_zero: {from: 1}}]}", "1 is not a year"),
    ],
)
def test_a_malformed_file_says_what_is_wrong(text: str, part: str) -> None:
    assert part in problems(text)


def test_two_overrides_of_the_same_rate_name_each_other() -> None:
    text = problems(
        """
name: twice
title: {ja: 二重}
overrides:
  - tfr: {points: {2040: 2.1}}
  - migration_zero: {}
  - tfr: {points: {2030: 1.8}}
  - migration_recovery: {share: 0.3, by: 2030}
  - migration_recovery: {share: 0.5, by: 2030, ages: [20-24]}
"""
    )
    assert "overrides[3].tfr: sets what overrides[1].tfr already sets" in text
    assert "overrides[4].migration_recovery: sets what overrides[2].migration_zero already sets" in text
    assert "overrides[5].migration_recovery: sets what overrides[4].migration_recovery already sets" in text


def test_overrides_of_different_ages_or_sexes_stand_side_by_side() -> None:
    document = {
        "name": "apart",
        "title": TITLE,
        "overrides": [
            {"migration_recovery": {"share": 0.3, "by": 2030, "sex": "female", "ages": ["20-24"]}},
            {"migration_recovery": {"share": 0.3, "by": 2030, "sex": "female", "ages": ["25-29"]}},
            {"migration_recovery": {"share": 0.3, "by": 2030, "sex": "male", "ages": ["20-24"]}},
        ],
    }
    assert len(scenario_from_yaml(yaml.safe_dump(document)).overrides) == 3


def test_years_off_the_grid_and_unknown_periods_are_named_with_the_nearest() -> None:
    with pytest.raises(ScenarioError) as caught:
        applied(TfrPath({2042: 2.0}), MigrationToReference("1990-1995", 2080))
    text = str(caught.value)
    assert "2042 is not the end of a 5-year step; write 2040 or 2045" in text
    assert "2080 lies outside the projection (2015-2060); nearest: 2060" in text
    assert "'1990-1995' is not known; nearest: 1995-2000" in text
    assert "2040 か 2045" in caught.value.text("ja")


@pytest.mark.parametrize(
    ("drop", "override"),
    [
        ("tfr", TfrPath({2040: 2.0})),
        ("net_migration_rate", MigrationZero()),
        ("tfr_base_year", TfrPath({2040: 2.0})),
    ],
)
def test_an_override_of_a_rate_that_is_not_there_says_so(drop: str, override: object) -> None:
    _people, rates, references = rates_with_migration()
    with pytest.raises(MissingRateError, match=drop):
        apply_scenario(
            Scenario("t", TITLE, overrides=(override,)),
            rates.drop_vars(drop),
            base_year=BASE,
            references=references,
        )
