"""Levers solved for: what is found gives the target back, and what cannot be reached is told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.engines.demography import indicators
from sosei.engines.demography.dimensions import SEXES, AgeGroups
from sosei.engines.demography.errors import InvalidValueError, MissingRateError, ScenarioError, ShapeError
from sosei.engines.demography.lever_map import two_lever_map
from sosei.engines.demography.levers import HouseholdLever, Lever, LeverMix, RecoveryLever, TfrLever
from sosei.engines.demography.overrides import HouseholdArrivals, Mask, Override, TfrPath
from sosei.engines.demography.project import Projection, project
from sosei.engines.demography.scenario import Scenario, apply_scenario, scenario_from_yaml
from sosei.engines.demography.solve import solve_lever
from sosei.engines.demography.special import SpecialPopulation
from sosei.engines.demography.targets import MEASURES, Target

BASE, LAST, STEPS = 2015, 2045, 6
TITLE = {"ja": "解", "en": "Solved"}
AREAS = ["07201", "07204", "07545"]


def shrinking(seed: int = 7, closure: str = "child_woman_ratio") -> tuple[xr.DataArray, xr.Dataset]:
    """Three areas of different sizes that lose people by migration and have few children."""
    random = np.random.default_rng(seed)
    ages = np.arange(0, 95, 5)
    size = np.array([300.0, 8000.0, 60.0])[:, None, None]
    people = size * random.uniform(0.7, 1.3, (3, 2, 19)) * np.linspace(1.0, 0.5, 19)
    moving = random.uniform(-0.12, 0.03, (3, STEPS, 2, 19))
    # Only the young leave, so that whoever is kept is of working age in most years to come.
    moving[..., 9:] = 0.01
    moving[..., 0] = np.nan if closure == "child_woman_ratio" else 0.0
    tfr = np.array([1.35, 1.5, 1.2])[:, None] * np.linspace(1, 0.97, STEPS)
    years = [BASE + 5 * (i + 1) for i in range(STEPS)]
    rates = xr.Dataset(
        {
            "survivorship": (
                ("year", "sex", "age"),
                np.linspace(0.999, 0.3, 19) ** 0.5 * np.ones((STEPS, 2, 1)),
            ),
            "net_migration_rate": (("area", "year", "sex", "age"), moving),
            "child_woman_ratio": (("area", "year"), tfr / 7),
            "sex_ratio_0_4": ("year", np.full(STEPS, 1.05)),
            "tfr": (("area", "year"), tfr),
            "tfr_base_year": ("area", tfr[:, 0]),
        },
        coords={"area": AREAS, "year": years, "sex": list(SEXES), "age": ages},
    )
    population = xr.DataArray(
        people,
        dims=("area", "sex", "age"),
        coords={"area": AREAS, "sex": list(SEXES), "age": ages, "year": BASE},
        name="population",
    )
    return population, rates


def with_overrides(area: str, overrides: tuple[Override, ...]) -> Projection:
    """One area's projection with a scenario that went through its file."""
    population, rates = shrinking()
    text = Scenario("solved", TITLE, overrides=overrides).to_yaml()
    own = rates.sel(area=area, drop=True)
    changed = apply_scenario(scenario_from_yaml(text), own, base_year=BASE)
    return project(population.sel(area=area, drop=True), changed, until=LAST, closure="child_woman_ratio")


def baseline() -> Projection:
    population, rates = shrinking()
    return project(population, rates, until=LAST, closure="child_woman_ratio")


MEASURED: dict[str, Callable[[xr.DataArray], xr.DataArray]] = {
    "total": lambda people: people.sum(("sex", "age")),
    "support_ratio": indicators.support_ratio,
    "pupils": lambda people: 0.8 * indicators.persons(people, 5, 10) + indicators.persons(people, 10, 15),
    "women_20_39": indicators.women_20_39,
}
LEVERS: dict[str, Lever] = {
    "tfr": TfrLever(),
    "tfr by a year": TfrLever(by=2035),
    "recovery": RecoveryLever(by=2030),
    "recovery of young women": RecoveryLever(mask=Mask("female", ((15, 29),))),
    "mix": LeverMix([(TfrLever(by=2040), 1.4, 2.1), (RecoveryLever(by=2030), 0.0, 0.8)]),
}


@pytest.mark.parametrize("measure", MEASURED)
@pytest.mark.parametrize("lever", LEVERS)
def test_a_solved_level_in_a_scenario_file_gives_the_target_back(lever: str, measure: str) -> None:
    population, rates = shrinking()
    turned = LEVERS[lever]
    # What some level in the middle gives is a target that can be reached.
    middle = {"tfr": 1.9, "tfr by a year": 1.7}.get(lever, 0.4)
    wanted = xr.concat(
        [
            MEASURED[measure](with_overrides(area, turned.overrides(middle, BASE)).population).sel(year=LAST)
            for area in AREAS
        ],
        dim=xr.Variable("area", AREAS),
    ).drop_vars("year")
    solved = solve_lever(population, rates, lever=turned, target=Target(measure, {LAST: wanted}))
    assert bool(solved["reached"].all())
    np.testing.assert_allclose(solved["level"], middle, rtol=1e-6)
    for area in AREAS:
        level = float(solved["level"].sel(area=area))
        again = MEASURED[measure](with_overrides(area, turned.overrides(level, BASE)).population)
        assert float(again.sel(year=LAST)) == pytest.approx(float(wanted.sel(area=area)), rel=1e-9)
        assert float(solved["best"].sel(area=area)) == pytest.approx(float(again.sel(year=LAST)), rel=1e-9)


@pytest.mark.parametrize("measure", MEASURED)
@pytest.mark.parametrize("kind", ["couple_20s", "family_30s"])
def test_households_are_the_smallest_whole_number_that_does_it(kind: str, measure: str) -> None:
    population, rates = shrinking()
    lever = HouseholdLever(kind)
    wanted = MEASURED[measure](baseline().population).sel(year=LAST, drop=True) * 1.07
    solved = solve_lever(population, rates, lever=lever, target=Target(measure, {LAST: wanted}))
    assert bool(solved["reached"].all())
    for area in AREAS:
        number = float(solved["level"].sel(area=area))
        assert number == int(number) > 0

        def measured(level: float, area: str = area) -> float:
            run = with_overrides(area, lever.overrides(level, BASE))
            return float(MEASURED[measure](run.population).sel(year=LAST))

        assert measured(number) >= float(wanted.sel(area=area)) * (1 - 1e-9)
        assert measured(number - 1) < float(wanted.sel(area=area))
        assert float(solved["best"].sel(area=area)) == pytest.approx(measured(number))


def test_a_number_of_households_that_meets_the_target_exactly_is_not_rounded_up() -> None:
    population, rates = shrinking()
    lever = HouseholdLever("family_30s", from_year=2020, until=2035)
    wanted = xr.DataArray(
        [float(with_overrides(a, lever.overrides(12, BASE)).total().sel(year=LAST)) for a in AREAS],
        dims="area",
        coords={"area": AREAS},
    )
    solved = solve_lever(population, rates, lever=lever, target=Target("total", {LAST: wanted}))
    np.testing.assert_array_equal(solved["level"], 12)


def test_a_target_beyond_the_lever_tells_the_best_and_the_bound() -> None:
    population, rates = shrinking()
    solved = solve_lever(population, rates, lever=RecoveryLever(), target=Target("total", {LAST: 1e6}))
    assert not bool(solved["reached"].any())
    assert set(solved["bound"].values.tolist()) == {"high"}
    np.testing.assert_array_equal(solved["level"], 1.0)
    best = [
        float(with_overrides(a, RecoveryLever().overrides(1.0, BASE)).total().sel(year=LAST)) for a in AREAS
    ]
    np.testing.assert_allclose(solved["best"], best, rtol=1e-12)


def test_a_target_already_met_needs_nothing() -> None:
    population, rates = shrinking()
    wanted = baseline().total().sel(year=LAST, drop=True) * 0.9
    for lever in (RecoveryLever(), HouseholdLever("couple_60s")):
        solved = solve_lever(population, rates, lever=lever, target=Target("total", {LAST: wanted}))
        assert bool(solved["reached"].all())
        np.testing.assert_array_equal(solved["level"], 0.0)
        assert set(solved["bound"].values.tolist()) == {"low"}


def test_households_that_make_the_ratio_worse_are_not_asked_for() -> None:
    population, rates = shrinking()
    wanted = indicators.support_ratio(baseline().population).sel(year=LAST, drop=True) * 1.05
    solved = solve_lever(
        population, rates, lever=HouseholdLever("couple_60s"), target=Target("support_ratio", {LAST: wanted})
    )
    assert not bool(solved["reached"].any())
    assert set(solved["bound"].values.tolist()) == {"low"}
    np.testing.assert_allclose(solved["best"], wanted / 1.05)


def test_fertility_has_no_effect_on_women_who_are_already_born() -> None:
    population, rates = shrinking()
    solved = solve_lever(population, rates, lever=TfrLever(), target=Target("women_20_39", {2030: 1e5}))
    assert not bool(solved["reached"].any())
    assert set(solved["bound"].values.tolist()) == {"no effect"}
    born = indicators.women_20_39(baseline().population).sel(year=2030, drop=True)
    np.testing.assert_allclose(solved["best"], born.transpose("area"))


def test_a_level_between_bounds_that_both_fall_short_is_found() -> None:
    # More of the young are kept while fertility falls: the total rises first and falls then.
    population, rates = shrinking()
    mix = LeverMix([(RecoveryLever(), 0.0, 1.0), (TfrLever(), 2.5, 1.5)])
    parts = np.linspace(0, 1, 9)
    totals = np.array(
        [
            [float(with_overrides(a, mix.overrides(float(x), BASE)).total().sel(year=LAST)) for a in AREAS]
            for x in parts
        ]
    )
    peak = totals.argmax(axis=0)
    assert ((peak > 1) & (peak < 8)).all()
    wanted = xr.DataArray(
        (totals.max(axis=0) + np.maximum(totals[0], totals[-1])) / 2, dims="area", coords={"area": AREAS}
    )
    solved = solve_lever(population, rates, lever=mix, target=Target("total", {LAST: wanted}))
    assert bool(solved["reached"].all())
    np.testing.assert_allclose(solved["best"], wanted, rtol=1e-9)
    assert ((solved["level"].values > 0) & (solved["level"].values < parts[peak])).all()
    beyond = solve_lever(population, rates, lever=mix, target=Target("total", {LAST: wanted * 2}))
    assert not bool(beyond["reached"].any())
    np.testing.assert_allclose(beyond["level"], parts[peak])
    np.testing.assert_allclose(beyond["best"], totals.max(axis=0))


def test_a_path_of_households_holds_the_population_in_every_year() -> None:
    population, rates = shrinking()
    years = [2020, 2025, 2030, 2035, 2040, 2045]
    today = population.sum(("sex", "age")).drop_vars("year")
    kind = "family_30s"
    lever = HouseholdLever(kind)
    solved = solve_lever(population, rates, lever=lever, target=Target("total", dict.fromkeys(years, today)))
    assert bool(solved["reached"].all())
    assert solved["level"].dims == ("year", "area")
    for area in AREAS:
        numbers = solved["level"].sel(area=area).values
        steps = tuple(
            HouseholdArrivals(kind, float(n), year - 5, year) for n, year in zip(numbers, years, strict=True)
        )
        totals = with_overrides(area, steps).total().sel(year=years)
        assert (totals >= float(today.sel(area=area)) * (1 - 1e-9)).all()
        np.testing.assert_allclose(totals, solved["best"].sel(area=area), rtol=1e-9)
        last = steps[-1]
        fewer = HouseholdArrivals(kind, last.per_year - 1, last.from_year, last.until)
        assert float(with_overrides(area, (*steps[:-1], fewer)).total().sel(year=LAST)) < float(
            today.sel(area=area)
        )


def test_a_path_of_fertility_gives_each_year_its_number_of_people() -> None:
    population, rates = shrinking()
    wanted = {y: baseline().total().sel(year=y, drop=True) * 1.02 for y in (2025, 2035, 2045)}
    solved = solve_lever(population, rates, lever=TfrLever(), target=Target("total", wanted))
    assert bool(solved["reached"].all())
    for area in AREAS:
        points = {
            start: float(solved["level"].sel(area=area, year=year))
            for start, year in ((2020, 2025), (2030, 2035), (2040, 2045))
        }
        totals = with_overrides(area, (TfrPath(points, "step"),)).total()
        for year, value in wanted.items():
            assert float(totals.sel(year=year)) == pytest.approx(float(value.sel(area=area)), rel=1e-9)


def test_a_path_asks_for_a_lever_without_years_that_moves_the_measure() -> None:
    population, rates = shrinking()
    two_years = Target("women_20_39", {2020: 1e5, 2025: 1e5})
    with pytest.raises(ShapeError, match="names years of its own"):
        solve_lever(population, rates, lever=TfrLever(by=2040), target=two_years)
    with pytest.raises(InvalidValueError, match="effect on the measure") as caught:
        solve_lever(population, rates, lever=TfrLever(), target=two_years)
    assert caught.value.where == {"year": 2020}


@given(seed=st.integers(0, 10_000), factor=st.floats(0.8, 1.6))
@settings(max_examples=15)
def test_whatever_the_world_a_reached_level_meets_and_an_unreached_one_is_best(
    seed: int, factor: float
) -> None:
    population, rates = shrinking(seed)
    base = (
        project(population, rates, until=LAST, closure="child_woman_ratio").total().sel(year=LAST, drop=True)
    )
    wanted = base * factor
    solved = solve_lever(population, rates, lever=RecoveryLever(), target=Target("total", {LAST: wanted}))
    meets = solved["best"] >= wanted * (1 - 1e-9)
    np.testing.assert_array_equal(solved["reached"], meets)
    exact = solved["bound"] == ""
    np.testing.assert_allclose(solved["best"].values[exact], wanted.values[exact], rtol=1e-9)
    assert ((solved["level"] >= 0) & (solved["level"] <= 1)).all()
    assert (solved["level"].where(~solved["reached"], 1.0) == 1.0).sum() >= (~solved["reached"]).sum()


def test_rates_by_age_are_solved_for_as_well() -> None:
    population, rates = shrinking(closure="fertility_rate")
    shape = np.where((rates["age"] >= 15) & (rates["age"] < 50), 1 / 35, 0.0)
    fertile = rates.drop_vars(["child_woman_ratio", "sex_ratio_0_4"]).assign(
        fertility_rate=rates["tfr"] * xr.DataArray(shape, dims="age", coords={"age": rates["age"]}),
        sex_ratio_at_birth=rates["sex_ratio_0_4"],
    )
    settings_ = {"closure": "fertility_rate", "migration_timing": "half"}
    wanted = project(population, fertile, until=LAST, **settings_).total().sel(year=LAST, drop=True) * 1.1
    solved = solve_lever(
        population, fertile, lever=TfrLever(low=1.0), target=Target("total", {LAST: wanted}), **settings_
    )
    assert bool(solved["reached"].all())
    np.testing.assert_allclose(solved["best"], wanted, rtol=1e-9)


def test_special_populations_count_toward_the_target() -> None:
    population, rates = shrinking()
    people, own = population.isel(area=0, drop=True), rates.isel(area=0, drop=True)
    evacuees = SpecialPopulation("evacuees", people * 0.1, {2015: 1.0, 2030: 0.5})
    base = project(people, own, until=LAST, closure="child_woman_ratio", special=[evacuees])
    goal = float(base.total().sel(year=LAST)) * 1.1
    solved = solve_lever(
        people, own, lever=RecoveryLever(), target=Target("total", {LAST: goal}), special=[evacuees]
    )
    assert solved["level"].ndim == 0
    assert float(solved["best"]) == pytest.approx(goal, rel=1e-9)


def test_each_scenario_has_a_level_of_its_own() -> None:
    population, rates = shrinking()
    factor = xr.DataArray([1.0, 0.7], dims="scenario", coords={"scenario": ["now", "fewer leave"]})
    several = rates.assign(net_migration_rate=rates["net_migration_rate"] * factor)
    goal = baseline().total().sel(year=LAST, drop=True) * 1.1
    target = Target("total", {LAST: goal})
    both = solve_lever(population, several, lever=TfrLever(), target=target)
    assert both["level"].dims == ("area", "scenario")
    for scenario, share in (("now", 1.0), ("fewer leave", 0.7)):
        one = rates.assign(net_migration_rate=rates["net_migration_rate"] * share)
        alone = solve_lever(population, one, lever=TfrLever(), target=target)
        np.testing.assert_allclose(both["level"].sel(scenario=scenario), alone["level"], rtol=1e-9)


def test_areas_of_rates_and_targets_are_joined_by_name() -> None:
    population, rates = shrinking()
    wanted = baseline().total().sel(year=LAST, drop=True) * 1.05
    straight = solve_lever(population, rates, lever=RecoveryLever(), target=Target("total", {LAST: wanted}))
    turned = solve_lever(
        population,
        rates.isel(area=[2, 0, 1]),
        lever=RecoveryLever(),
        target=Target("total", {LAST: wanted.isel(area=[1, 2, 0])}),
    )
    xr.testing.assert_allclose(straight, turned)
    with pytest.raises(ShapeError, match="labels of area differ"):
        elsewhere = wanted.assign_coords(area=["1", "2", "3"])
        solve_lever(population, rates, lever=RecoveryLever(), target=Target("total", {LAST: elsewhere}))


def test_levers_that_no_scenario_file_may_hold_are_refused() -> None:
    population, rates = shrinking()
    target = Target("total", {LAST: 100.0})
    with pytest.raises(ScenarioError, match="share"):
        solve_lever(population, rates, lever=RecoveryLever(high=1.5), target=target)
    with pytest.raises(ScenarioError, match="couple_20s"):
        solve_lever(population, rates, lever=HouseholdLever("couple_20"), target=target)
    both = LeverMix([(TfrLever(by=2040), 1.4, 2.0), (TfrLever(), 1.4, 2.0)])
    with pytest.raises(ScenarioError, match="already sets"):
        solve_lever(population, rates, lever=both, target=target)
    with pytest.raises(ScenarioError, match="2033"):
        solve_lever(population, rates, lever=TfrLever(by=2033), target=target)
    with pytest.raises(MissingRateError, match="tfr"):
        solve_lever(population, rates.drop_vars("tfr"), lever=TfrLever(), target=target)
    with pytest.raises(InvalidValueError, match="lower bound"):
        TfrLever(low=2.0, high=1.0)


@pytest.mark.parametrize("bounds", [{"high": 2.5}, {"low": 0.5}])
def test_half_a_household_is_no_bound(bounds: dict[str, float]) -> None:
    with pytest.raises(InvalidValueError, match="a whole number"):
        HouseholdLever("family_30s", **bounds)


def test_an_area_in_which_nobody_lives_reaches_no_ratio() -> None:
    population, rates = shrinking()
    population[0] = 0
    found = solve_lever(population, rates, lever=RecoveryLever(), target=Target("support_ratio", {LAST: 0.5}))
    assert found["reached"].values.tolist() == [False, True, True]
    assert found["bound"].values[0] == "no effect"


def test_a_population_without_a_base_year_is_refused() -> None:
    population, rates = shrinking()
    with pytest.raises(ShapeError, match="no base year"):
        solve_lever(
            population.drop_vars("year"), rates, lever=RecoveryLever(), target=Target("total", {LAST: 1.0})
        )


def test_targets_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ShapeError, match="women_20_39"):
        Target("women", {2030: 1.0})
    with pytest.raises(ShapeError, match="no year"):
        Target("total", {})
    with pytest.raises(InvalidValueError, match="above 0") as caught:
        Target("total", {2030: xr.DataArray([1.0, 0.0], dims="area")})
    assert caught.value.where == {"year": 2030}


def test_pupils_of_single_years_are_exactly_those_of_6_to_14() -> None:
    numerator, over = MEASURES["pupils"].weights(AgeGroups(1, 100))
    assert over is None
    np.testing.assert_array_equal(np.flatnonzero(numerator[0]), np.arange(6, 15))
    five, _over = MEASURES["pupils"].weights(AgeGroups(5, 90))
    np.testing.assert_allclose(five[1][:4], [0, 0.8, 1, 0])


def test_a_measure_that_cuts_through_the_open_group_is_refused() -> None:
    with pytest.raises(ShapeError, match="open group"):
        MEASURES["support_ratio"].weights(AgeGroups(5, 70))


def test_a_map_of_two_levers_holds_what_each_pair_of_scenarios_gives() -> None:
    population, rates = shrinking()
    levers = (TfrLever(by=2035), RecoveryLever(by=2030))
    levels = ([1.2, 1.8, 2.1], [0.0, 0.5])
    own = population.sel(area="07204"), rates.sel(area="07204")
    for measure in MEASURED:
        drawn = two_lever_map(*own, levers=levers, levels=levels, target=Target(measure, {2040: 5.0}))
        assert drawn.dims == ("level_1", "level_2")
        for x in levels[0]:
            for y in levels[1]:
                overrides = (*levers[0].overrides(x, BASE), *levers[1].overrides(y, BASE))
                expected = MEASURED[measure](with_overrides("07204", overrides).population).sel(year=2040)
                assert float(drawn.sel(level_1=x, level_2=y)) == pytest.approx(float(expected), rel=1e-9)
    assert drawn.attrs["target"] == 5.0


def test_a_map_of_two_household_types_adds_them_up() -> None:
    population, rates = shrinking()
    levers = (HouseholdLever("couple_20s"), HouseholdLever("family_30s", from_year=2025))
    drawn = two_lever_map(
        population.isel(area=0),
        rates.isel(area=0),
        levers=levers,
        levels=([0, 3], [0, 7]),
        target=Target("total", {LAST: 1.0}),
    )
    both = (*levers[0].overrides(3, BASE), *levers[1].overrides(7, BASE))
    expected = with_overrides(AREAS[0], both).total().sel(year=LAST)
    assert float(drawn.sel(level_1=3, level_2=7)) == pytest.approx(float(expected), rel=1e-9)
    plain = baseline().total().isel(area=0).sel(year=LAST)
    assert float(drawn.sel(level_1=0, level_2=0)) == pytest.approx(float(plain), rel=1e-9)


def test_a_map_of_levels_that_no_scenario_file_may_hold_is_refused() -> None:
    population, rates = shrinking()
    for levels in (([1.2, 2.0], [0.0, 1.5]), ([0.1, 2.0], [0.0, 0.5])):
        with pytest.raises(ScenarioError):
            two_lever_map(
                population,
                rates,
                levers=(TfrLever(), RecoveryLever()),
                levels=levels,
                target=Target("total", {LAST: 500.0}),
            )


def test_a_map_of_two_levers_on_one_rate_or_of_two_years_is_refused() -> None:
    population, rates = shrinking()
    levels = ([1.2, 1.8], [1.2, 1.8])
    with pytest.raises(ScenarioError, match="already sets"):
        two_lever_map(
            population, rates, levers=(TfrLever(), TfrLever(by=2030)), levels=levels,
            target=Target("total", {LAST: 1.0}),
        )  # fmt: skip
    with pytest.raises(ShapeError, match="a map is of one year"):
        two_lever_map(
            population, rates, levers=(TfrLever(), RecoveryLever()), levels=levels,
            target=Target("total", {2030: 1.0, LAST: 1.0}),
        )  # fmt: skip
