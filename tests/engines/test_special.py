"""Special populations: a stock apart ages, dies and leaves by itself, and shows in the totals only."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sosei.engines.demography.dimensions import population_array
from sosei.engines.demography.errors import InvalidValueError, ShapeError
from sosei.engines.demography.project import Projection, project
from sosei.engines.demography.special import SpecialPopulation
from tests.engines.test_project import BASE, flat_world

STOCK = population_array([10.0] * 19, [20.0] * 19)


def projected(*special: SpecialPopulation, survivorship: float = 1.0, steps: int = 2) -> Projection:
    people, rates = flat_world(steps)
    rates["survivorship"][:] = survivorship
    return project(people, rates, until=BASE + 5 * steps, closure="child_woman_ratio", special=special)


def test_the_stock_is_added_to_the_totals_and_nowhere_else() -> None:
    alone = projected()
    together = projected(SpecialPopulation("evacuees", STOCK, {BASE: 1.0}))
    np.testing.assert_array_equal(together.population, alone.population)
    added = together.total() - alone.total()
    assert float(added.sel(year=BASE)) == 19 * 30
    assert float((together.everyone - together.population).sel(year=BASE).sum()) == 19 * 30


def test_the_stock_ages_and_dies_and_has_no_children_of_its_own() -> None:
    stock = projected(SpecialPopulation("evacuees", STOCK, {BASE: 1.0}), survivorship=0.9).special["evacuees"]
    assert float(stock.sel(year=2020, age=0).sum()) == 0.0
    assert float(stock.sel(year=2020, sex="male", age=5)) == pytest.approx(9.0)
    assert float(stock.sel(year=2025, sex="male", age=10)) == pytest.approx(8.1)
    assert float(stock.sel(year=2020, sex="female", age=90)) == pytest.approx(0.9 * 40)


def test_the_schedule_gives_the_share_still_here_in_a_straight_line_and_holds_after_its_end() -> None:
    stock = projected(SpecialPopulation("evacuees", STOCK, {BASE: 1.0, 2025: 0.6}), steps=3).special[
        "evacuees"
    ]
    shares = stock.sum(("sex", "age")) / projected(
        SpecialPopulation("evacuees", STOCK, {BASE: 1.0}), steps=3
    ).special["evacuees"].sum(("sex", "age"))
    np.testing.assert_allclose(shares.values, [1.0, 0.8, 0.6, 0.6])


def test_those_who_come_home_join_the_residents_as_net_migration() -> None:
    away = projected(SpecialPopulation("evacuees", STOCK, {BASE: 1.0, 2020: 0.0}), steps=1)
    home = projected(
        SpecialPopulation("evacuees", STOCK, {BASE: 1.0, 2020: 0.0}, destination="residents"), steps=1
    )
    assert float(away.total().sel(year=2020)) == pytest.approx(float(home.total().sel(year=2020)) - 19 * 30)
    assert float(home.net_migration.sum()) == pytest.approx(19 * 30)
    assert home.check_balance() <= 1e-12


def test_where_half_come_home_half_stay_in_the_stock() -> None:
    half = projected(
        SpecialPopulation("evacuees", STOCK, {BASE: 1.0, 2020: 0.5}, destination="residents"), steps=1
    )
    assert float(half.special["evacuees"].sel(year=2020).sum()) == pytest.approx(19 * 30 / 2)
    assert float(half.net_migration.sum()) == pytest.approx(19 * 30 / 2)


def test_a_schedule_without_the_base_year_begins_with_everyone_there() -> None:
    named = projected(SpecialPopulation("evacuees", STOCK, {BASE: 1.0, 2025: 0.6}), steps=3)
    unnamed = projected(SpecialPopulation("evacuees", STOCK, {2025: 0.6}), steps=3)
    xr.testing.assert_identical(named.special["evacuees"], unnamed.special["evacuees"])


def test_a_schedule_that_begins_before_the_base_counts_from_there() -> None:
    stock = projected(SpecialPopulation("evacuees", STOCK, {2010: 1.0, 2020: 0.5}), steps=1).special[
        "evacuees"
    ]
    assert float(stock.sel(year=2020).sum()) == pytest.approx(19 * 30 * 0.5 / 0.75)


def test_a_static_stock_keeps_its_ages() -> None:
    halls = SpecialPopulation("students", STOCK, {BASE: 1.0, 2020: 0.5}, static=True)
    stock = projected(halls, survivorship=0.5).special["students"]
    np.testing.assert_allclose(stock.sel(year=2025).values, STOCK.values * 0.5)


def test_several_areas_have_each_their_own_stock() -> None:
    people, rates = flat_world(1)
    areas = xr.concat([people, people], dim="area").assign_coords(area=["a", "b"])
    stock = xr.concat([STOCK, STOCK * 0], dim="area").assign_coords(area=["a", "b"])
    result = project(
        areas,
        rates,
        until=2020,
        base_year=BASE,
        closure="child_woman_ratio",
        special=[SpecialPopulation("evacuees", stock, {BASE: 1.0})],
    )
    assert float(result.special["evacuees"].sel(area="b").sum()) == 0.0
    assert float(result.special["evacuees"].sel(area="a", year=2020).sum()) == 19 * 30
    turned = project(
        areas,
        rates,
        until=2020,
        base_year=BASE,
        closure="child_woman_ratio",
        special=[SpecialPopulation("evacuees", stock.isel(area=[1, 0]), {BASE: 1.0})],
    )
    xr.testing.assert_identical(result.special["evacuees"], turned.special["evacuees"])


def test_once_everyone_has_left_nobody_comes_back() -> None:
    stock = projected(SpecialPopulation("evacuees", STOCK, {BASE: 1.0, 2020: 0.0}), steps=3).special[
        "evacuees"
    ]
    assert float(stock.sel(year=2030).sum()) == 0.0


@pytest.mark.parametrize(
    ("remaining", "match"),
    [({}, "empty schedule"), ({2015: 60}, "between 0 and 1"), ({2015: 0.5, 2020: 0.7}, "never rises")],
)
def test_a_schedule_that_makes_no_sense_is_refused(remaining: dict[int, float], match: str) -> None:
    with pytest.raises((ShapeError, InvalidValueError), match=match):
        SpecialPopulation("evacuees", STOCK, remaining)


def test_a_stock_that_is_negative_or_of_other_ages_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="0 or more"):
        SpecialPopulation("evacuees", STOCK * -1, {BASE: 1.0})
    with pytest.raises(ShapeError, match="18 groups"):
        projected(SpecialPopulation("evacuees", STOCK.isel(age=slice(0, 18)), {BASE: 1.0}))
    single_years = STOCK.assign_coords(age=range(19))
    with pytest.raises(ShapeError, match=r"0, 1, …, 18\+"):
        projected(SpecialPopulation("evacuees", single_years, {BASE: 1.0}))


def test_a_stock_of_areas_the_residents_do_not_have_is_refused() -> None:
    areas = xr.concat([STOCK, STOCK], dim="area").assign_coords(area=["a", "b"])
    with pytest.raises(ShapeError, match="a dimension the residents do not have"):
        projected(SpecialPopulation("evacuees", areas, {BASE: 1.0}))


def test_a_base_share_other_than_1_a_name_twice_and_an_unknown_destination_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="begin with a share of 1"):
        projected(SpecialPopulation("evacuees", STOCK, {BASE: 0.6}))
    with pytest.raises(ShapeError, match="same name"):
        projected(*[SpecialPopulation("evacuees", STOCK, {BASE: 1.0})] * 2)
    with pytest.raises(ShapeError, match="away, residents"):
        SpecialPopulation("evacuees", STOCK, {BASE: 1.0}, destination="home")  # type: ignore[arg-type]
