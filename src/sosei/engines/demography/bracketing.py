"""The smallest level at which a gap closes, for very many areas at once, each within the same two bounds.

A bracket is narrowed by Chandrupatla's rule: inverse quadratic interpolation where three points show it to be safe,
else halving (Chandrupatla 1997, Advances in Engineering Software 28(3), 145-149). All areas take their step in the
same round, so that one evaluation of `gap` serves them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sosei.engines.demography.levers import Lever
from sosei.engines.demography.step_rates import Array

MET = 1e-10
"""A gap, relative to the target, that counts as closed."""
MOST_ROUNDS = 80
INSIDE = np.linspace(0.0, 1.0, 9)[1:-1]
"""Parts of the way that are looked at where neither bound meets the target."""
NO_BOUND, LOW, HIGH, NO_EFFECT = "", "low", "high", "no effect"


@dataclass
class Solved:
    """Levels with what is known of them, one after another for every area (and scenario, …)."""

    level: Array
    gap: Array
    bound: npt.NDArray[np.str_]

    @property
    def met(self) -> npt.NDArray[np.bool_]:
        """Where the gap is closed."""
        return self.gap >= -10 * MET


Gap = Callable[[Array], Array]
"""Levels → measure minus target, as numerator - target x denominator, relative to the target."""


def smallest_level(gap: Gap, lever: Lever, places: int) -> Solved:
    """The smallest level with a gap of 0 or more, or the one with the greatest gap."""
    low, high = np.full(places, lever.low), np.full(places, lever.high)
    at_low, at_high = gap(low), gap(high)
    best = np.where(at_high > at_low, high, low)
    solved = Solved(best, np.maximum(at_low, at_high), np.where(at_high > at_low, HIGH, LOW).astype("<U9"))
    met = at_low >= -MET
    solved.level[met], solved.gap[met], solved.bound[met] = low[met], at_low[met], LOW
    idle = ~met & (np.abs(at_high - at_low) <= 1e-13 * np.maximum(1.0, np.abs(at_low)))
    solved.level[idle], solved.bound[idle] = low[idle], NO_EFFECT
    left, right = low, high
    at_left, at_right = at_low, at_high
    between = ~met & (at_high >= -MET)
    lost = ~met & ~between & ~idle
    # In arrivals the gap is a straight line: nothing between the bounds is better than both.
    if lost.any() and not lever.whole:
        left, right, at_left, at_right, between = _look_inside(
            gap, lever, solved, lost, between, at_low, at_high
        )
    if between.any():
        level, reached = _bracketed(gap, left, right, at_left, at_right, between)
        solved.level[between], solved.gap[between] = level[between], reached[between]
        solved.bound[between] = np.where(level[between] >= lever.high, HIGH, NO_BOUND)
    if lever.whole and between.any():
        _make_whole(gap, lever, solved, between)
    return solved


def _look_inside(
    gap: Gap,
    lever: Lever,
    solved: Solved,
    lost: npt.NDArray[np.bool_],
    between: npt.NDArray[np.bool_],
    at_low: Array,
    at_high: Array,
) -> tuple[Array, Array, Array, Array, npt.NDArray[np.bool_]]:
    """Levels between the bounds for areas that meet the target at neither: a measure may rise and fall again."""
    left, right = np.full(lost.shape, lever.low), np.full(lost.shape, lever.high)
    at_left, at_right = at_low.copy(), at_high.copy()
    open_still = lost.copy()
    for part in INSIDE:
        level = np.full(lost.shape, lever.low + part * (lever.high - lever.low))
        if lever.whole:
            level = np.rint(level)
        here = gap(level)
        better = open_still & (here > solved.gap)
        solved.level[better], solved.gap[better], solved.bound[better] = level[better], here[better], NO_BOUND
        meets = open_still & (here >= -MET)
        right[meets], at_right[meets] = level[meets], here[meets]
        open_still &= ~meets
        left[open_still], at_left[open_still] = level[open_still], here[open_still]
    return left, right, at_left, at_right, between | (lost & ~open_still)


def _bracketed(
    gap: Gap, left: Array, right: Array, at_left: Array, at_right: Array, wanted: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """A root between `left` and `right` of each wanted place, by Chandrupatla's rule, and the gap there."""
    a, fa = right.copy(), at_right.copy()
    b, fb = left.copy(), at_left.copy()
    c, fc = a.copy(), fa.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(wanted, fa / (fa - fb), 0.0)
        for _ in range(MOST_ROUNDS):
            done = ~wanted | (np.abs(fa) <= MET) | (np.abs(a - b) <= 1e-15 * np.maximum(np.abs(a), 1e-9))
            if done.all():
                break
            at = np.where(done, a, a + step * (b - a))
            here = gap(at)
            same = (here >= 0) == (fa >= 0)
            go = ~done
            c, fc = np.where(go, np.where(same, a, b), c), np.where(go, np.where(same, fa, fb), fc)
            b, fb = np.where(go & ~same, a, b), np.where(go & ~same, fa, fb)
            a, fa = np.where(go, at, a), np.where(go, here, fa)
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            curved = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
            inverse = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            least = 1e-14 * np.maximum(np.abs(a), 1.0) / np.abs(b - a)
            step = np.clip(np.where(curved & np.isfinite(inverse), inverse, 0.5), least, 1 - least)
    return np.where(np.abs(fa) <= np.abs(fb), a, b), np.where(np.abs(fa) <= np.abs(fb), fa, fb)


def _make_whole(gap: Gap, lever: Lever, solved: Solved, places: npt.NDArray[np.bool_]) -> None:
    """The smallest whole levels that meet the target, looked at with their neighbours below."""
    number = np.where(places, np.clip(np.ceil(solved.level - 1e-9), lever.low, lever.high), solved.level)
    here = gap(number)
    while (short := places & (here < -MET) & (number < lever.high)).any():
        number = np.where(short, number + 1, number)
        here = gap(number)
    while (more := places & (number > lever.low)).any():
        fewer = np.where(more, number - 1, number)
        below = gap(fewer)
        enough = more & (below >= -MET)
        number, here = np.where(enough, fewer, number), np.where(enough, below, here)
        if not enough.any():
            break
    solved.level[places], solved.gap[places] = number[places], here[places]
