"""The projection: what must hold for every population, and what each error says."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.engines.demography.balance import check_balance
from sosei.engines.demography.dimensions import SEXES, AgeGroups, population_array
from sosei.engines.demography.errors import (
    BalanceError,
    InvalidValueError,
    MissingRateError,
    NegativePopulationError,
    ShapeError,
)
from sosei.engines.demography.project import Projection, project
from tests.engines.worlds import BASE, worlds

CLOSURES = ("child_woman_ratio", "fertility_rate")


def flat_world(steps: int = 2) -> tuple[xr.DataArray, xr.Dataset]:
    """A thousand people in each group, all surviving, nobody moving."""
    years = [BASE + 5 * (i + 1) for i in range(steps)]
    people = population_array([1000.0] * 19, [1000.0] * 19).assign_coords(year=BASE)
    rates = xr.Dataset(
        {
            "survivorship": (("year", "sex", "age"), np.ones((steps, 2, 19))),
            "net_migration_rate": (("year", "sex", "age"), np.zeros((steps, 2, 19))),
            "child_woman_ratio": ("year", np.full(steps, 2 / 7)),
            "sex_ratio_0_4": ("year", np.ones(steps)),
        },
        coords={"year": years, "sex": list(SEXES), "age": people["age"]},
    )
    return people, rates


def run(people: xr.DataArray, rates: xr.Dataset, until: int, closure: str, **more: object) -> Projection:
    return project(people, rates, until=until, closure=closure, base_year=BASE, **more)


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("timing", ["end", "half"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_nobody_is_lost_whatever_the_rates(closure: str, timing: str, data: st.DataObject) -> None:
    # Half of an outflow leaves at the end from people of another cohort, so that only inflows always fit.
    people, rates, until = data.draw(worlds(closure, outflow=0.2 if timing == "end" else 0.0))
    result = run(people, rates, until, closure, migration_timing=timing)
    assert result.check_balance() <= 1e-9
    whole = result.population.sum(("sex", "age"))
    change = whole.isel(year=-1) - whole.isel(year=0)
    flows = result.births.sum() - result.deaths.sum() + result.net_migration.sum()
    assert float(change) == pytest.approx(float(flows), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("closure", CLOSURES)
@given(data=st.data(), factor=st.floats(0.1, 10))
@settings(max_examples=30, deadline=None)
def test_the_projection_is_linear_in_its_base(closure: str, data: st.DataObject, factor: float) -> None:
    people, rates, until = data.draw(worlds(closure))
    once = run(people, rates, until, closure).population
    scaled = run(people * factor, rates, until, closure).population
    np.testing.assert_allclose(scaled.values, once.values * factor, rtol=1e-9, atol=1e-9)
    doubled = run(people + people * factor, rates, until, closure).population
    np.testing.assert_allclose(doubled.values, (once + scaled).values, rtol=1e-9, atol=1e-9)


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_without_migration_people_change_by_births_and_deaths_alone(data: st.DataObject) -> None:
    people, rates, until = data.draw(worlds(migration=False))
    result = run(people, rates, until, "child_woman_ratio")
    assert float(np.abs(result.net_migration).max()) == 0.0
    grown = result.population.isel(year=-1).sum() - people.sum()
    assert float(grown) == pytest.approx(float(result.births.sum() - result.deaths.sum()), rel=1e-9, abs=1e-6)


def test_replacement_without_deaths_or_moves_keeps_every_closed_group() -> None:
    people, rates = flat_world()
    result = project(people, rates, until=2025, closure="child_woman_ratio")
    closed = result.population.sel(age=slice(0, 85))
    np.testing.assert_array_equal(closed.values, 1000.0)
    assert result.population.sel(year=2025, sex="male", age=90) == 3000


def test_the_open_group_takes_the_last_two_groups_with_one_combined_ratio() -> None:
    people, rates = flat_world(1)
    rates["survivorship"].loc[{"age": 90}] = 0.4
    result = project(people, rates, until=2020, closure="child_woman_ratio")
    assert result.population.sel(year=2020, sex="female", age=90) == pytest.approx(0.4 * 2000)
    assert result.deaths.sel(year=2020, sex="female", age=90) == pytest.approx(0.6 * 2000)


def test_migrants_at_the_end_bear_no_mortality_and_halves_do() -> None:
    people, rates = flat_world(1)
    rates["survivorship"][:] = 0.5
    counts = rates.drop_vars("net_migration_rate").assign(net_migration=rates["survivorship"] * 0 + 100.0)
    counts["net_migration"].loc[{"age": 0}] = 0.0
    at_end = project(people, counts, until=2020, closure="child_woman_ratio")
    halves = project(people, counts, until=2020, closure="child_woman_ratio", migration_timing="half")
    assert at_end.population.sel(year=2020, sex="male", age=40) == 500 + 100
    assert halves.population.sel(year=2020, sex="male", age=40) == (1000 + 50) * 0.5 + 50


def test_in_halves_a_rate_is_on_the_age_group_itself_and_at_the_end_on_the_cohort() -> None:
    people, rates = flat_world(1)
    people.loc[{"sex": "male", "age": 15}] = 400.0
    rates["net_migration_rate"].loc[{"sex": "male", "age": 20}] = 0.1
    place = {"year": 2020, "sex": "male"}
    at_end = run(people, rates, 2020, "child_woman_ratio").net_migration.sel(place)
    assert float(at_end.sel(age=20)) == pytest.approx(0.1 * 400)
    halves = run(people, rates, 2020, "child_woman_ratio", migration_timing="half").net_migration.sel(place)
    assert float(halves.sel(age=25)) == float(halves.sel(age=20)) == pytest.approx(0.1 * 1000 / 2)


def test_arrivals_come_with_their_own_children_on_top_of_the_ratio() -> None:
    people, rates = flat_world(1)
    plain = project(people, rates, until=2020, closure="child_woman_ratio").population
    arrivals = xr.zeros_like(rates["survivorship"])
    arrivals.loc[{"age": 0, "sex": "male"}] = 7.0
    arrivals.loc[{"age": 30, "sex": "female"}] = 9.0
    more = project(people, rates.assign(arrivals=arrivals), until=2020, closure="child_woman_ratio")
    gained = (more.population - plain).sel(year=2020)
    assert float(gained.sel(sex="male", age=0)) == 7.0
    assert float(gained.sel(sex="female", age=30)) == 9.0
    assert float(gained.sum()) == 16.0


def test_many_areas_and_scenarios_at_once_equal_one_at_a_time() -> None:
    people, rates = flat_world()
    areas = xr.concat([people, people * 3], dim="area").assign_coords(area=["07201", "07204"])
    ratios = xr.concat([rates["child_woman_ratio"], rates["child_woman_ratio"] * 0.5], dim="scenario")
    several = rates.assign(child_woman_ratio=ratios.assign_coords(scenario=["high", "low"]))
    both = project(areas, several, until=2025, closure="child_woman_ratio")
    assert both.population.dims == ("area", "scenario", "year", "sex", "age")
    for area, factor in (("07201", 1), ("07204", 3)):
        for scenario, share in (("high", 1.0), ("low", 0.5)):
            one = project(
                people * factor,
                rates.assign(child_woman_ratio=rates["child_woman_ratio"] * share),
                until=2025,
                base_year=BASE,
                closure="child_woman_ratio",
            )
            np.testing.assert_array_equal(both.population.sel(area=area, scenario=scenario), one.population)
    assert both.check_balance() <= 1e-12


def test_areas_are_joined_by_name_whatever_their_order() -> None:
    people, rates = flat_world()
    areas = xr.concat([people, people * 3], dim="area").assign_coords(area=["07201", "07204"])
    ratios = xr.concat([rates["child_woman_ratio"], rates["child_woman_ratio"] * 0.5], dim="area")
    rates = rates.assign(child_woman_ratio=ratios.assign_coords(area=["07201", "07204"]))
    straight = run(areas, rates, 2025, "child_woman_ratio")
    turned = run(areas, rates.isel(area=[1, 0]), 2025, "child_woman_ratio")
    xr.testing.assert_identical(straight.population, turned.population)


@pytest.mark.parametrize("labels", [["07201", "07203"], ["07201"]])
def test_rates_of_other_areas_are_refused_never_broadcast(labels: list[str]) -> None:
    people, rates = flat_world()
    areas = xr.concat([people, people], dim="area").assign_coords(area=["07201", "07204"])
    ratios = xr.concat([rates["child_woman_ratio"]] * len(labels), dim="area").assign_coords(area=labels)
    with pytest.raises(ShapeError, match="labels of area differ"):
        run(areas, rates.assign(child_woman_ratio=ratios), 2025, "child_woman_ratio")


@pytest.mark.parametrize(("width", "open_age"), [(1, 100), (10, 90), (5, 45)])
def test_the_child_woman_ratio_needs_groups_that_show_ages_0_4_and_15_49(width: int, open_age: int) -> None:
    groups = AgeGroups(width, open_age)
    number = groups.starts.size
    people = population_array([10.0] * number, [10.0] * number, width=width, open_age=open_age)
    year = BASE + width
    rates = xr.Dataset(
        {
            "survivorship": (("year", "sex", "age"), np.ones((1, 2, number))),
            "child_woman_ratio": ("year", [0.2]),
            "sex_ratio_0_4": ("year", [1.05]),
        },
        coords={"year": [year], "sex": list(SEXES), "age": groups.starts},
    )
    with pytest.raises(ShapeError, match="five-year groups"):
        run(people, rates, year, "child_woman_ratio")


def test_the_order_of_sexes_does_not_matter() -> None:
    people, rates = flat_world()
    people = people * xr.DataArray([1.0, 2.0], dims="sex", coords={"sex": list(SEXES)})
    turned = project(
        people.sel(sex=["female", "male"]),
        rates.sel(sex=["female", "male"]),
        until=2025,
        closure="child_woman_ratio",
    )
    straight = project(people, rates, until=2025, closure="child_woman_ratio")
    np.testing.assert_array_equal(turned.population, straight.population)


def test_a_horizon_at_the_base_gives_the_base_and_no_components() -> None:
    people, rates = flat_world()
    result = project(people, rates, until=BASE, closure="child_woman_ratio")
    assert result.population["year"].values.tolist() == [BASE]
    assert result.births.size == 0
    assert result.check_balance() == 0.0


def test_a_missing_rate_names_its_sex_age_and_year() -> None:
    people, rates = flat_world()
    rates["survivorship"].loc[{"year": 2025, "sex": "female", "age": 65}] = np.nan
    with pytest.raises(MissingRateError) as caught:
        project(people, rates, until=2025, closure="child_woman_ratio")
    assert caught.value.where == {"year": 2025, "sex": "female", "age": "65-69"}
    _people, rates = flat_world()
    rates["net_migration_rate"].loc[{"year": 2020, "sex": "male", "age": 20}] = np.nan
    with pytest.raises(MissingRateError) as missing:
        project(people, rates, until=2025, closure="child_woman_ratio")
    assert missing.value.where == {"year": 2020, "sex": "male", "age": "20-24"}
    assert "純移動率 がありません（2020年・男・20～24歳）" in missing.value.text("ja")


@pytest.mark.parametrize("name", ["survivorship", "child_woman_ratio", "sex_ratio_0_4"])
def test_an_absent_rate_or_year_is_never_replaced(name: str) -> None:
    people, rates = flat_world()
    with pytest.raises(MissingRateError, match=name):
        project(people, rates.drop_vars(name), until=2025, closure="child_woman_ratio")
    with pytest.raises(MissingRateError, match="2030"):
        project(people, rates, until=2030, closure="child_woman_ratio")


def test_a_negative_population_is_an_error_that_names_its_place() -> None:
    people, rates = flat_world()
    areas = people.expand_dims(area=["07204"])
    rates["net_migration_rate"].loc[{"year": 2025, "sex": "male", "age": 25}] = -1.5
    with pytest.raises(NegativePopulationError) as caught:
        project(areas, rates, until=2025, base_year=BASE, closure="child_woman_ratio")
    assert caught.value.where == {"area": "07204", "sex": "male", "age": "25-29", "year": 2025}
    assert caught.value.values["value"] == pytest.approx(-500)


def test_a_survivorship_above_one_and_a_negative_base_are_refused() -> None:
    people, rates = flat_world()
    rates["survivorship"].loc[{"year": 2020, "sex": "male", "age": 0}] = 1.01
    with pytest.raises(InvalidValueError, match=r"1\.01"):
        project(people, rates, until=2025, closure="child_woman_ratio")
    people, rates = flat_world()
    people.loc[{"sex": "female", "age": 90}] = -3
    with pytest.raises(InvalidValueError) as caught:
        project(people, rates, until=2025, closure="child_woman_ratio")
    assert caught.value.where == {"sex": "female", "age": "90+", "year": BASE}


@pytest.mark.parametrize("name", ["child_woman_ratio", "sex_ratio_0_4"])
@pytest.mark.parametrize("value", [-0.1, np.inf])
def test_a_ratio_that_cannot_be_names_its_year(name: str, value: float) -> None:
    people, rates = flat_world()
    rates[name].loc[{"year": 2025}] = value
    with pytest.raises((InvalidValueError, MissingRateError)) as caught:
        run(people, rates, 2025, "child_woman_ratio")
    assert caught.value.where == {"year": 2025}


def test_negative_fertility_arrivals_and_endless_people_are_refused() -> None:
    people, rates = flat_world()
    with pytest.raises(InvalidValueError, match="arrivals is -1"):
        run(people, rates.assign(arrivals=rates["net_migration_rate"] - 1), 2025, "child_woman_ratio")
    with pytest.raises(InvalidValueError, match="population is inf"):
        run(people * np.inf, rates, 2025, "child_woman_ratio")
    fertile = rates.assign(
        fertility_rate=rates["net_migration_rate"].sel(sex="female", drop=True) - 0.1,
        sex_ratio_at_birth=rates["sex_ratio_0_4"],
    )
    with pytest.raises(InvalidValueError, match=r"fertility_rate is -0\.1"):
        run(people, fertile, 2025, "fertility_rate")


def test_births_behind_the_child_woman_ratio_need_newborn_who_survive() -> None:
    people, rates = flat_world()
    rates["survivorship"].loc[{"year": 2025, "sex": "male", "age": 0}] = 0.0
    with pytest.raises(InvalidValueError, match="more than 0 at birth") as caught:
        run(people, rates, 2025, "child_woman_ratio")
    assert caught.value.where == {"year": 2025, "sex": "male"}


def test_births_are_the_children_before_infant_deaths() -> None:
    people, rates = flat_world(1)
    rates["survivorship"].loc[{"age": 0}] = 0.8
    result = run(people, rates, 2020, "child_woman_ratio")
    children = result.population.sel(year=2020, age=0)
    np.testing.assert_allclose(result.births.sel(year=2020) * 0.8, children)
    np.testing.assert_allclose(result.deaths.sel(year=2020, age=0), result.births.sel(year=2020) * 0.2)


def test_boys_and_girls_follow_the_sex_ratio() -> None:
    people, rates = flat_world(1)
    rates["sex_ratio_0_4"][:] = 1.05
    children = run(people, rates, 2020, "child_woman_ratio").population.sel(year=2020, age=0)
    assert float(children.sel(sex="male") / children.sel(sex="female")) == pytest.approx(1.05)


def test_a_japanese_error_names_place_and_remedy_in_japanese() -> None:
    people, rates = flat_world()
    rates["survivorship"].loc[{"year": 2025, "sex": "female", "age": 90}] = 1.5
    with pytest.raises(InvalidValueError) as caught:
        run(people, rates, 2025, "child_woman_ratio")
    assert caught.value.text("ja").startswith(
        "生残率 が 1.5 です（2025年・女・90歳以上）。取りうる値: 0以上1以下"
    )
    with pytest.raises(ShapeError) as horizon:
        run(people, rates, 2023, "child_woman_ratio")
    assert "2020 か 2025" in horizon.value.text("ja")
    assert not any(word in horizon.value.text("ja") for word in ("step", "Remedy", "until"))


def test_child_migration_beside_a_child_woman_ratio_is_refused() -> None:
    people, rates = flat_world()
    rates["net_migration_rate"].loc[{"year": 2020, "sex": "male", "age": 0}] = 0.1
    with pytest.raises(InvalidValueError, match="inside the ratio"):
        project(people, rates, until=2025, closure="child_woman_ratio")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"until": 2023}, "whole number"),
        ({"closure": "births"}, "child_woman_ratio or fertility_rate"),
        ({"migration_timing": "middle"}, "end or half"),
    ],
)
def test_a_wrong_argument_says_what_is_expected(change: dict[str, object], match: str) -> None:
    people, rates = flat_world()
    arguments = {"until": 2025, "closure": "child_woman_ratio", **change}
    with pytest.raises(ShapeError, match=match):
        project(people, rates, **arguments)


def test_arrays_of_another_shape_are_refused_with_what_was_expected() -> None:
    people, rates = flat_world()
    arguments = {"until": 2025, "closure": "child_woman_ratio"}
    with pytest.raises(ShapeError, match="base year"):
        project(people.drop_vars("year"), rates, **arguments)
    with pytest.raises(ShapeError, match="age groups differ"):
        project(people.isel(age=slice(0, 18)), rates, **arguments)
    with pytest.raises(ShapeError, match="sexes"):
        project(people.assign_coords(sex=["M", "F"]), rates, **arguments)
    with pytest.raises(ShapeError, match="evenly spaced"):
        project(people.assign_coords(age=[*range(0, 90, 5), 91]), rates, **arguments)
    with pytest.raises(ShapeError, match="no age coordinate"):
        project(people.drop_vars("age"), rates, **arguments)
    with pytest.raises(ShapeError, match="not both"):
        project(people, rates.assign(net_migration=rates["net_migration_rate"]), **arguments)
    with pytest.raises(ShapeError, match="no dimension year"):
        project(people, rates.assign(child_woman_ratio=0.2), **arguments)
    twice = xr.concat([rates, rates.isel(year=[0])], dim="year", data_vars="minimal")
    with pytest.raises(ShapeError, match="a year stands twice"):
        project(people, twice, **arguments)
    with pytest.raises(ShapeError, match="19 values"):
        population_array([1.0] * 18, [1.0] * 19)


def test_an_altered_result_does_not_pass_the_balance() -> None:
    people, rates = flat_world()
    result = project(people, rates, until=2025, closure="child_woman_ratio")
    altered = result.population.copy(deep=True)
    altered.loc[{"year": 2025, "sex": "male", "age": 40}] += 0.5
    with pytest.raises(BalanceError) as caught:
        check_balance(altered, result.births, result.deaths, result.net_migration)
    assert caught.value.where == {"year": 2025, "sex": "male", "age": 40}
    nearly = result.population.copy(deep=True)
    nearly.loc[{"year": 2025, "sex": "male", "age": 40}] += 2e-6  # two billionths of the thousand
    with pytest.raises(BalanceError):
        check_balance(nearly, result.births, result.deaths, result.net_migration)


def test_age_groups_are_labelled_as_offices_print_them() -> None:
    assert AgeGroups(5, 90).labels()[-2:] == ["85-89", "90+"]
    assert AgeGroups(1, 100).labels()[:2] == ["0", "1"]
