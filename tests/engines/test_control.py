"""Control totals: areas add up to their parents, in every step, and nobody is lost on the way."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sosei.engines.demography.control import ControlTotals, NobodyToScaleError, rake
from sosei.engines.demography.dimensions import SEXES
from sosei.engines.demography.errors import InvalidValueError, MissingRateError, ShapeError
from sosei.engines.demography.margin_fitting import MarginsError, NotFittedError, fit_margins
from sosei.engines.demography.project import project
from tests.engines.test_project import BASE, flat_world
from tests.engines.worlds import worlds

AREAS = ["07201", "07204", "04100", "04202"]
PARENT = {"07201": "07", "07204": "07", "04100": "04", "04202": "04"}
CLOSURES = ("child_woman_ratio", "fertility_rate")


def several(people: xr.DataArray) -> xr.DataArray:
    """Four areas of different sizes and age mixes."""
    tilt = xr.DataArray(np.linspace(0.5, 1.5, people.sizes["age"]), dims="age", coords={"age": people["age"]})
    # One person more everywhere, so that every parent's total can be met.
    return xr.concat(
        [people + 1, people * 3 + 1, people * tilt + 1, people * (2 - tilt) + 1], dim="area"
    ).assign_coords(area=AREAS)


def by_parent(values: xr.DataArray) -> xr.DataArray:
    parents = xr.DataArray([PARENT[a] for a in values["area"].values], dims="area", name="parent")
    return values.groupby(parents).sum()


def shaken(values: xr.DataArray, low: float, high: float) -> xr.DataArray:
    """The totals each off by another factor."""
    random = np.random.default_rng(7)
    return values * xr.DataArray(random.uniform(low, high, values.shape), dims=values.dims)


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("timing", ["end", "half"])
@given(data=st.data())
@settings(max_examples=25)
def test_controlled_areas_add_up_to_their_parents_and_every_cohort_balances(
    closure: str, timing: str, data: st.DataObject
) -> None:
    people, rates, until = data.draw(worlds(closure, outflow=0.2 if timing == "end" else 0.0))
    areas = several(people)
    settings_ = {"until": until, "closure": closure, "base_year": BASE, "migration_timing": timing}
    plain = project(areas, rates, **settings_)
    totals = shaken(by_parent(plain.population.isel(year=slice(1, None))), 0.8, 1.2)
    held = project(areas, rates, **settings_, control=ControlTotals(totals, PARENT))
    np.testing.assert_allclose(
        by_parent(held.population).sel(year=totals["year"]).transpose(*totals.dims), totals, rtol=1e-12
    )
    assert held.check_balance() <= 1e-9
    factors = held.control_factors
    assert factors is not None
    assert factors.dims == ("parent", "year", "sex", "age")


def test_totals_that_the_areas_already_have_change_nothing() -> None:
    people, rates = flat_world()
    areas = several(people)
    plain = project(areas, rates, until=2025, closure="child_woman_ratio")
    totals = by_parent(plain.population).sel(year=[2020, 2025])
    held = project(
        areas, rates, until=2025, closure="child_woman_ratio", control=ControlTotals(totals, PARENT)
    )
    for name in ("population", "births", "deaths", "net_migration"):
        np.testing.assert_allclose(getattr(held, name), getattr(plain, name), rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(held.control_factors, 1.0, rtol=1e-12)


def test_totals_are_joined_by_name_whatever_the_order_of_their_labels() -> None:
    people, rates = flat_world()
    areas = several(people)
    ratio = rates["child_woman_ratio"]
    rates["child_woman_ratio"] = xr.concat([ratio, ratio / 2], dim="scenario").assign_coords(
        scenario=["high", "low"]
    )
    plain = project(areas, rates, until=2025, closure="child_woman_ratio").population
    totals = shaken(by_parent(plain).sel(year=[2020, 2025]), 0.8, 1.2)
    turned = totals.isel({str(d): slice(None, None, -1) for d in totals.dims if d != "age"})
    for given_totals in (totals, turned):
        held = project(
            areas,
            rates,
            until=2025,
            closure="child_woman_ratio",
            control=ControlTotals(given_totals, PARENT, above=ControlTotals(turned.sum("parent"))),
        )
        found = by_parent(held.population).sel(year=[2020, 2025]).transpose(*totals.dims)
        np.testing.assert_allclose(found, totals, rtol=1e-12)


def test_totals_of_scenarios_that_the_projection_does_not_have_are_refused() -> None:
    people, rates = flat_world()
    areas = several(people)
    rates["child_woman_ratio"] = rates["child_woman_ratio"].expand_dims(scenario=["high", "low"])
    totals = by_parent(project(areas, rates, until=2020, closure="child_woman_ratio").population)
    strangers = totals.assign_coords(scenario=["x", "y"])
    three = xr.concat([totals, totals.isel(scenario=[0]).assign_coords(scenario=["third"])], dim="scenario")
    for wrong in (strangers, three):
        with pytest.raises(ShapeError, match="scenario"):
            project(
                areas, rates, until=2020, closure="child_woman_ratio", control=ControlTotals(wrong, PARENT)
            )


def test_a_table_is_raked_to_totals_by_name() -> None:
    people, _rates = flat_world()
    areas = several(people)
    totals = shaken(by_parent(areas), 0.8, 1.2)
    scaled, factors = rake(areas, totals, parent=PARENT)
    turned = totals.isel({str(d): slice(None, None, -1) for d in totals.dims})
    again, _factors = rake(areas, turned, parent=PARENT)
    xr.testing.assert_allclose(scaled, again, rtol=1e-14)
    np.testing.assert_allclose(by_parent(scaled).transpose(*totals.dims), totals, rtol=1e-12)
    assert factors.dims[0] == "parent"


@pytest.mark.parametrize("strange", ["other_ages", "scenario"])
def test_totals_that_a_table_does_not_fit_are_refused(strange: str) -> None:
    people, _rates = flat_world()
    areas = several(people)
    totals = by_parent(areas)
    wrong = (
        totals.assign_coords(age=totals["age"] + 1)
        if strange == "other_ages"
        else totals.expand_dims(scenario=["a", "b"])
    )
    with pytest.raises(ShapeError):
        rake(areas, wrong, parent=PARENT)


def test_corrected_numbers_feed_the_next_step() -> None:
    people, rates = flat_world()
    areas = several(people)
    plain = project(areas, rates, until=2025, closure="child_woman_ratio").population
    totals = by_parent(plain).sel(year=[2020, 2025])
    # Women of 25-29 are doubled in the first step; the second step's totals leave its factors to show it.
    totals.loc[{"parent": "07", "year": 2020, "sex": "female", "age": 25}] *= 2
    held = project(
        areas, rates, until=2025, closure="child_woman_ratio", control=ControlTotals(totals, PARENT)
    )
    factors = held.control_factors.sel(parent="07", sex="female")
    assert float(factors.sel(year=2020, age=25)) == pytest.approx(2)
    assert float(factors.sel(year=2025, age=30)) == pytest.approx(0.5)
    assert float(factors.sel(year=2025, age=0)) == pytest.approx(7 / 8)


def test_children_take_their_births_and_infant_deaths_along_and_others_move() -> None:
    people, rates = flat_world(1)
    rates["survivorship"][:] = 0.8
    areas = several(people)
    plain = project(areas, rates, until=2020, closure="child_woman_ratio")
    totals = by_parent(plain.population).sel(year=[2020]) * 1.1
    held = project(
        areas, rates, until=2020, closure="child_woman_ratio", control=ControlTotals(totals, PARENT)
    )
    np.testing.assert_allclose(held.births, plain.births * 1.1)
    np.testing.assert_allclose(held.deaths.sel(age=0), plain.deaths.sel(age=0) * 1.1)
    np.testing.assert_allclose(held.deaths.sel(age=slice(5, None)), plain.deaths.sel(age=slice(5, None)))
    moved = held.net_migration.sel(age=slice(5, None))
    gained = (held.population - plain.population).sel(year=[2020], age=slice(5, None))
    np.testing.assert_allclose(moved, gained.transpose(*moved.dims))


def test_the_parents_follow_their_own_parent_first() -> None:
    people, rates = flat_world()
    areas = several(people)
    plain = project(areas, rates, until=2025, closure="child_woman_ratio")
    prefectures = shaken(by_parent(plain.population).sel(year=[2020, 2025]), 0.9, 1.1)
    nation = prefectures.sum("parent") * 1.05
    control = ControlTotals(prefectures, PARENT, above=ControlTotals(nation))
    held = project(areas, rates, until=2025, closure="child_woman_ratio", control=control)
    reached = held.population.sel(year=[2020, 2025])
    np.testing.assert_allclose(reached.sum("area").transpose(*nation.dims), nation, rtol=1e-12)
    shares = (by_parent(reached) / reached.sum("area")).transpose(*prefectures.dims)
    np.testing.assert_allclose(shares, prefectures / prefectures.sum("parent"), rtol=1e-12)


def test_levels_may_reach_further_than_the_projection() -> None:
    people, rates = flat_world()
    areas = several(people)
    plain = project(areas, rates, until=2025, closure="child_woman_ratio").population
    nation = plain.sum("area").sel(year=[2020, 2025]) * 1.1
    prefectures = by_parent(plain).sel(year=[2020, 2025])
    further = xr.concat([prefectures, prefectures.isel(year=[1]).assign_coords(year=[2030])], dim="year")
    control = ControlTotals(further, PARENT, above=ControlTotals(nation.sel(sex=["female", "male"])))
    held = project(areas, rates, until=2025, closure="child_woman_ratio", control=control)
    reached = held.population.sel(year=[2020, 2025]).sum("area")
    np.testing.assert_allclose(reached.transpose(*nation.dims), nation, rtol=1e-12)
    with pytest.raises(ShapeError, match="no dimension parent"):
        project(
            areas, rates, until=2025, closure="child_woman_ratio",
            control=ControlTotals(nation, above=ControlTotals(nation)),
        )  # fmt: skip


def test_very_many_areas_are_controlled_like_few() -> None:
    people, rates = flat_world()
    few = several(people)
    many = xr.concat([few] * 20, dim="area").assign_coords(area=[f"{i:05d}" for i in range(80)])
    plain = project(few, rates, until=2025, closure="child_woman_ratio").population
    totals = shaken(plain.sum("area").sel(year=[2020, 2025]), 0.9, 1.1)
    one = project(few, rates, until=2025, closure="child_woman_ratio", control=ControlTotals(totals))
    all_ = project(many, rates, until=2025, closure="child_woman_ratio", control=ControlTotals(totals * 20))
    np.testing.assert_allclose(
        all_.population.values.reshape(20, *one.population.shape), one.population.values[None].repeat(20, 0)
    )


def test_each_scenario_may_have_totals_of_its_own() -> None:
    people, rates = flat_world(1)
    factor = xr.DataArray([1.0, 0.5], dims="scenario", coords={"scenario": ["high", "low"]})
    rates = rates.assign(child_woman_ratio=rates["child_woman_ratio"] * factor)
    areas = several(people)
    plain = project(areas, rates, until=2020, closure="child_woman_ratio").population.sel(year=[2020])
    totals = plain.sum("area") * xr.DataArray([1.1, 0.9], dims="scenario")
    held = project(areas, rates, until=2020, closure="child_woman_ratio", control=ControlTotals(totals))
    for scenario, share in (("high", 1.1), ("low", 0.9)):
        one = held.population.sel(scenario=scenario, year=2020)
        np.testing.assert_allclose(one, plain.sel(scenario=scenario, year=2020) * share)
        np.testing.assert_allclose(held.control_factors.sel(scenario=scenario), share)


def test_a_total_where_nobody_lives_names_parent_sex_age_and_year() -> None:
    people, rates = flat_world()
    areas = several(people) - 1
    areas.loc[{"area": ["04100", "04202"], "sex": "male", "age": 40}] = 0.0
    totals = by_parent(several(people)).expand_dims(year=[2020, 2025])
    with pytest.raises(NobodyToScaleError) as caught:
        project(
            areas, rates, until=2025, base_year=BASE, closure="child_woman_ratio",
            control=ControlTotals(totals, PARENT),
        )  # fmt: skip
    assert caught.value.where == {"sex": "male", "age": "45-49", "year": 2020}
    assert "parent 04" in str(caught.value)
    assert "上位地域 04" in caught.value.text("ja")
    assert "45～49歳" in caught.value.text("ja")


def test_nobody_and_a_total_of_zero_agree() -> None:
    values = xr.DataArray([[0.0, 2.0], [0.0, 3.0]], dims=("area", "age"), coords={"age": [0, 5]})
    raked, factors = rake(values, xr.DataArray([0.0, 10.0], dims="age", coords={"age": [0, 5]}))
    np.testing.assert_array_equal(raked, [[0, 4], [0, 6]])
    np.testing.assert_array_equal(factors, [[1, 2]])


def test_totals_are_not_guessed() -> None:
    people, rates = flat_world()
    areas = several(people)
    totals = by_parent(areas).expand_dims(year=[2020, 2025])

    def controlled(control: ControlTotals, population: xr.DataArray = areas) -> None:
        project(population, rates, until=2025, base_year=BASE, closure="child_woman_ratio", control=control)

    with pytest.raises(MissingRateError, match="control totals for year 2025"):
        controlled(ControlTotals(totals.sel(year=[2020]), PARENT))
    with pytest.raises(ShapeError, match="04202"):
        controlled(ControlTotals(totals, {a: PARENT[a] for a in AREAS[:3]}))
    with pytest.raises(ShapeError, match="several parents and no hierarchy"):
        controlled(ControlTotals(totals))
    with pytest.raises(ShapeError, match="no areas to scale"):
        controlled(ControlTotals(totals.sum("parent")), areas.isel(area=0, drop=True))
    with pytest.raises(InvalidValueError, match="-1"):
        controlled(ControlTotals(totals * 0 - 1, PARENT))
    with pytest.raises(ShapeError, match="no dimension age"):
        rake(areas, totals.isel(year=0).sum("age"), parent=PARENT)


def districts(cells: np.ndarray) -> xr.DataArray:
    names = [f"d{i}" for i in range(cells.shape[0])]
    ages = np.arange(cells.shape[2]) * 5
    return xr.DataArray(
        cells, dims=("area", "sex", "age"), coords={"area": names, "sex": list(SEXES), "age": ages}
    )


@given(
    target=arrays(float, (4, 2, 5), elements=st.floats(1, 1000)),
    start=arrays(float, (4, 2, 5), elements=st.floats(1, 1000)),
    zeros=arrays(bool, (4, 2, 5), elements=st.sampled_from([False, False, False, True])),
)
@settings(max_examples=60)
def test_fitted_districts_have_both_margins_and_their_zeros(
    target: np.ndarray, start: np.ndarray, zeros: np.ndarray
) -> None:
    wanted = districts(np.where(zeros, 0.0, target))
    fitted = fit_margins(
        districts(np.where(zeros, 0.0, start)),
        area_totals=wanted.sum(("sex", "age")),
        cell_totals=wanted.sum("area"),
    )
    assert fitted.largest_error <= 1e-10
    np.testing.assert_allclose(
        fitted.values.sum(("sex", "age")), wanted.sum(("sex", "age")), rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(fitted.values.sum("area"), wanted.sum("area"), rtol=1e-9, atol=1e-9)
    assert (fitted.values.values[zeros] == 0).all()


def test_fitting_keeps_the_ratios_of_ratios_of_the_start() -> None:
    start = districts(np.array([[[1.0, 2.0], [3.0, 5.0]], [[2.0, 1.0], [4.0, 2.0]]]))
    wanted = districts(np.array([[[4.0, 1.0], [2.0, 2.0]], [[1.0, 3.0], [2.0, 1.0]]]))
    fitted = fit_margins(start, area_totals=wanted.sum(("sex", "age")), cell_totals=wanted.sum("area")).values

    def cross_ratio(table: xr.DataArray) -> float:
        cells = table.values.reshape(2, -1)
        return float(cells[0, 0] * cells[1, 3] / (cells[0, 3] * cells[1, 0]))

    assert cross_ratio(fitted) == pytest.approx(cross_ratio(start))


def test_margins_that_already_hold_need_no_round() -> None:
    start = districts(np.ones((3, 2, 4)))
    fitted = fit_margins(start, area_totals=start.sum(("sex", "age")), cell_totals=start.sum("area"))
    assert (fitted.iterations, fitted.largest_error) == (0, 0.0)


def test_margins_that_no_table_has_are_named() -> None:
    start = districts(np.ones((2, 2, 3)))
    areas, cells = start.sum(("sex", "age")), start.sum("area")
    with pytest.raises(MarginsError, match=r"sum to 12\.000, the sexes and ages to 24\.000"):
        fit_margins(start, area_totals=areas, cell_totals=cells * 2)
    bare = start.copy()
    bare.loc[{"area": "d1"}] = 0.0
    with pytest.raises(MarginsError) as caught:
        fit_margins(bare, area_totals=areas, cell_totals=cells)
    assert caught.value.where == {"area": "d1"}
    nobody = start.copy()
    nobody.loc[{"sex": "male", "age": 5}] = 0.0
    with pytest.raises(MarginsError) as caught:
        fit_margins(nobody, area_totals=areas, cell_totals=cells)
    assert caught.value.where == {"sex": "male", "age": "5-9"}
    # Each margin alone can be met, but the zeros leave d0 only ages whose total is smaller than its own.
    blocked = districts(np.array([[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]]))
    with pytest.raises(MarginsError, match="area totals and totals by sex and age") as caught:
        fit_margins(
            blocked,
            area_totals=xr.DataArray([5.0, 7.0], dims="area", coords={"area": ["d0", "d1"]}),
            cell_totals=cells,
            most_iterations=200,
        )
    assert "instead of" in str(caught.value)


def test_a_table_that_fitting_nears_too_slowly_is_not_called_impossible() -> None:
    """All margins 1 leave nobody in the upper right; the fitting takes it away as one over the number of rounds."""
    start = xr.DataArray(
        [[[1.0, 1.0], [0.0, 0.0]], [[0.0, 1.0], [0.0, 0.0]]],
        dims=("area", "sex", "age"),
        coords={"area": ["d0", "d1"], "sex": list(SEXES), "age": [0, 5]},
    )
    margins = {
        "area_totals": xr.DataArray([1.0, 1.0], dims="area", coords={"area": ["d0", "d1"]}),
        "cell_totals": xr.DataArray(
            [[1.0, 1.0], [0.0, 0.0]], dims=("sex", "age"), coords={"sex": list(SEXES), "age": [0, 5]}
        ),
    }
    with pytest.raises(NotFittedError, match="After 300 rounds") as caught:
        fit_margins(start, **margins, most_iterations=300)
    assert "tolerance" in caught.value.text("ja")
    start[0, 0, 1] = 0.0
    np.testing.assert_allclose(fit_margins(start, **margins).values.sum(("sex", "age")), 1.0)
