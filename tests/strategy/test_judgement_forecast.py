"""The forecast: its interval holds what it says, old evidence is not counted twice, too little gives a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from sosei.planning.strategy.judgement.forecast import (
    Forecast,
    Method,
    Outlook,
    Silence,
    forecast,
    fresh_points,
)
from sosei.planning.strategy.judgement.records import Direction, Kind, KpiFacts, Point, Tolerance


def rising(
    values: Sequence[object], *, target: int = 200, kind: Kind = Kind.YEARLY, final: int = 2024
) -> KpiFacts:
    """Values from 2016 on, each about its fiscal year."""
    points = tuple(
        Point(year, Decimal(str(value)), date(year + 1, 3, 31)) for year, value in enumerate(values, 2016)
    )
    return KpiFacts(Direction.UP, kind, None, None, {final: Decimal(target)}, points)


def numbers(made: Forecast) -> tuple[float, float, float]:
    assert made.value is not None
    assert made.low is not None
    assert made.high is not None
    return made.low, made.value, made.high


@pytest.mark.parametrize("count", [3, 5, 8])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_the_interval_of_a_line_holds_its_share_of_what_comes(count: int, level: float) -> None:
    random = np.random.default_rng(20261122 + count)
    trials, held = 1500, 0
    for _ in range(trials):
        times = np.arange(count + 3)
        truth = 1000 + 25 * times + random.normal(0, 20, count + 3)
        facts = rising([f"{value:.4f}" for value in truth[:count]], final=2016 + count + 2)
        low, _centre, high = numbers(forecast(facts, through=2030, level=level))
        held += low <= truth[-1] <= high
    assert abs(held / trials - level) < 4 * (level * (1 - level) / trials) ** 0.5


@pytest.mark.parametrize("count", [3, 6])
def test_the_interval_of_a_running_total_holds_its_share_of_what_comes(count: int) -> None:
    random = np.random.default_rng(7 + count)
    trials, held, level = 1500, 0, 0.8
    for _ in range(trials):
        total = np.cumsum(random.normal(60, 10, count + 3))
        facts = rising(
            [f"{value:.4f}" for value in total[:count]], kind=Kind.CUMULATIVE, final=2016 + count + 2
        )
        low, _centre, high = numbers(forecast(facts, through=2030, level=level))
        held += low <= total[-1] <= high
    assert abs(held / trials - level) < 4 * (level * (1 - level) / trials) ** 0.5


def test_a_line_through_a_running_total_would_be_too_sure_so_increments_are_used() -> None:
    made = forecast(rising([10, 30, 35, 60, 62], kind=Kind.CUMULATIVE, final=2022), through=2020)
    assert made.method is Method.INCREMENTS
    assert made.value == pytest.approx(62 + 2 * 13)
    assert made.low is not None
    assert made.low >= 62, "a total cannot fall"


def test_the_interval_agrees_with_the_textbook_formula() -> None:
    # Worked by hand: line 10, 14, 15 → slope 2.5, mean 13, residual s = sqrt(1.5), x − mean = 3, Sxx = 2, t(0.9; 1) = 3.078.
    low, centre, high = numbers(forecast(rising([10, 14, 15], final=2020), through=2018))
    assert centre == pytest.approx(13 + 2.5 * 3)
    half = 3.0777 * 1.5**0.5 * (1 + 1 / 3 + 9 / 2) ** 0.5
    assert (high - centre, centre - low) == (pytest.approx(half, rel=1e-4), pytest.approx(half, rel=1e-4))


def test_three_points_in_a_row_promise_nothing_for_certain() -> None:
    low, centre, high = numbers(forecast(rising([10, 20, 30], final=2020), through=2018))
    assert centre == pytest.approx(50)
    assert high - low > 1


def test_values_printed_again_are_no_new_evidence() -> None:
    fresh = rising([100, 120, 131])
    again = tuple(
        replace(fresh.actuals[-1], reported_in=year, carried_forward=carried)
        for year, carried in ((2019, True), (2020, True), (2021, False))
    )
    repeated = replace(fresh, actuals=(*fresh.actuals, *again))
    assert len(fresh_points(repeated, 2021)) == 3
    assert numbers(forecast(repeated, through=2021)) == numbers(forecast(fresh, through=2018))


def test_a_census_carried_forward_gives_a_word_and_no_interval() -> None:
    points = tuple(
        Point(year, Decimal(4606), date(2015, 10, 1), carried_forward=year > 2016)
        for year in range(2016, 2020)
    )
    leaving = KpiFacts(Direction.DOWN, Kind.CENSUS, Decimal(6419), 2015, {2020: Decimal(4876)}, points)
    made = forecast(leaving, through=2019)
    assert (made.silence, made.points, made.value, made.low) == (Silence.TOO_FEW_POINTS, 2, None, None)


def test_there_is_nothing_to_forecast_without_target_or_after_the_end() -> None:
    assert forecast(replace(rising([1, 2, 3]), targets={}), through=2018).silence is Silence.NO_FINAL_YEAR
    assert forecast(rising([1, 2, 3], final=2018), through=2018).silence is Silence.FINAL_YEAR_REPORTED


def test_the_outlook_follows_the_direction() -> None:
    steady = rising([100, 120, 141, 160, 180], target=220)
    assert forecast(steady, through=2020).outlook is Outlook.WILL_REACH
    assert forecast(replace(steady, targets={2024: Decimal(400)}), through=2020).outlook is Outlook.WILL_MISS
    assert forecast(replace(steady, targets={2024: Decimal(261)}), through=2020).outlook is Outlook.OPEN
    fewer = replace(steady, direction=Direction.DOWN, targets={2024: Decimal(220)})
    assert forecast(fewer, through=2020).outlook is Outlook.WILL_MISS
    kept = replace(
        steady, direction=Direction.KEEP, tolerance=Tolerance(Decimal(50)), targets={2024: Decimal(260)}
    )
    assert forecast(kept, through=2020).outlook is Outlook.WILL_REACH


def test_only_what_was_reported_by_then_is_used() -> None:
    facts = rising([100, 120, 141, 10, 10])
    assert numbers(forecast(facts, through=2018)) == numbers(forecast(rising([100, 120, 141]), through=2018))


def test_a_level_that_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        forecast(rising([1, 2, 3]), through=2018, level=80)
