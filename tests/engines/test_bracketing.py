"""The search for the smallest level: on curves whose roots are known, many at once, in few evaluations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.engines.demography.bracketing import HIGH, LOW, MET, NO_BOUND, NO_EFFECT, smallest_level
from sosei.engines.demography.overrides import Override
from sosei.engines.demography.step_rates import Array


@dataclass(frozen=True)
class Plain:
    """A lever that is only its bounds."""

    low: float = 0.0
    high: float = 10.0
    whole: bool = False
    timed: bool = False

    def overrides(self, level: float, base_year: int) -> tuple[Override, ...]:
        return ()


@given(
    roots=st.lists(st.floats(0.001, 9.999), min_size=1, max_size=30),
    power=st.sampled_from([1.0, 2.0, 3.0, 7.0, 0.5]),
)
def test_every_root_of_many_curves_is_found_at_once(roots: list[float], power: float) -> None:
    wanted = np.array(roots)
    seen = 0

    def gap(level: Array) -> Array:
        nonlocal seen
        seen += 1
        return (level / wanted) ** power - 1

    solved = smallest_level(gap, Plain(), wanted.size)
    np.testing.assert_allclose(solved.level, wanted, rtol=1e-9)
    assert solved.met.all()
    assert set(solved.bound) == {NO_BOUND}
    assert seen < 45


def test_a_straight_line_takes_one_look_beyond_its_bounds() -> None:
    levels = []

    def gap(level: Array) -> Array:
        levels.append(level.copy())
        return level - np.array([2.5, 7.25])

    smallest_level(gap, Plain(), 2)
    assert len(levels) == 3


@given(kink=st.floats(0.5, 9.5), steep=st.floats(0.01, 100))
def test_a_kink_is_no_obstacle(kink: float, steep: float) -> None:
    def gap(level: Array) -> Array:
        return np.where(level < kink, -1.0, (level - kink) * steep - 1e-3)

    solved = smallest_level(gap, Plain(), 1)
    if gap(np.array([10.0]))[0] >= -MET:
        assert abs(solved.gap[0]) <= 10 * MET or solved.level[0] == pytest.approx(kink + 1e-3 / steep)
    else:
        assert not solved.met[0]


def test_bounds_and_curves_without_effect_are_told_apart() -> None:
    def gap(level: Array) -> Array:
        return np.array([1.0, -1.0, -1.0, -1.0]) + np.array([0.1, 0.05, 0.0, -0.1]) * level

    solved = smallest_level(gap, Plain(), 4)
    assert solved.bound.tolist() == [LOW, HIGH, NO_EFFECT, LOW]
    assert solved.met.tolist() == [True, False, False, False]
    assert solved.level.tolist() == [0.0, 10.0, 0.0, 0.0]


@given(wanted=st.lists(st.floats(0.01, 9.99), min_size=1, max_size=20))
def test_whole_levels_are_the_first_that_reach(wanted: list[float]) -> None:
    goal = np.array(wanted)
    solved = smallest_level(lambda level: level / goal - 1, Plain(whole=True), goal.size)
    np.testing.assert_array_equal(solved.level, np.ceil(goal))
    assert (solved.gap >= -MET).all()


def test_a_curve_that_meets_the_target_only_at_its_highest_bound_stands_there() -> None:
    solved = smallest_level(lambda level: level / 10.0 - 1, Plain(), 1)
    assert (solved.level[0], solved.bound[0]) == (10.0, HIGH)
    assert solved.met[0]
