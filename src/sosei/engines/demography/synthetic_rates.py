"""Synthetic rates: what became of areas like this one in the step before, read off a regression.

The net migration rates of the last observed step are regressed on what every area was like when that step began
(its size, the share of its people aged 65 and over, its crude net migration rate in the step before). The same line,
read at what the areas are like now, is the synthetic estimate of the next step: it holds how fast places of a kind
have come to lose or gain, which an area's own last rate does not. Weights are 1/(τ² + v/N), both variances estimated
(regression-synthetic estimate of small areas: Fay & Herriot 1979, JASA 74: 269-277; Rao & Molina, Small Area
Estimation, 2nd ed. 2015, ch. 4 and 6).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sosei.engines.demography.estimate_checks import InputMissingError, Text
from sosei.engines.demography.pooling import scoring_step

Array = npt.NDArray[np.float64]
WIDEST_CRUDE_RATE = 0.3
"""Crude rates beyond it (an island evacuated, a reactor town) count as this much, lest one place turn the line."""
_ROUNDS = 60
_RIDGE = 1e-9


def covariates(population: Array, crude_rate: Array, elderly_from: int) -> Array:
    """What each area is like: constant, log of its size, share of the elderly, crude net migration rate.

    Args:
        population: persons when the step begins, shape (area, sex, age).
        crude_rate: net migrants of the step before over the people at risk, shape (area,); an area where it is not
            a number takes the median of the others.
        elderly_from: index of the age group from which people count as elderly.

    Returns:
        Shape (area, 4).
    """
    total = population.sum(axis=(1, 2))
    elderly = population[..., elderly_from:].sum(axis=(1, 2))
    share = elderly / np.where(total > 0, total, 1.0)
    share = np.where(total > 0, share, np.median(share[total > 0]))
    limited = np.clip(crude_rate, -WIDEST_CRUDE_RATE, WIDEST_CRUDE_RATE)
    limited = np.where(np.isnan(limited), np.nanmedian(limited), limited)
    return np.stack([np.ones_like(total), np.log(np.maximum(total, 1.0)), share, limited], axis=1)


def synthetic_rates(before: Array, rates: Array, denominators: Array, now: Array) -> Array:
    """The regression of the last step's rates on `before`, read at `now`.

    Args:
        before: covariates when the last observed step began, shape (area, covariate).
        rates: rates of that step, shape (area, cell); any number where the denominator is 0.
        denominators: persons at risk, shape (area, cell).
        now: covariates at its end, shape (area, covariate).

    Returns:
        Expected rates of the step to come, shape (area, cell).

    Raises:
        InputMissingError: fewer areas with a denominator than the regression has coefficients, in some cell.
    """
    counted = denominators > 0
    if (counted.sum(axis=0) <= before.shape[1]).any():
        raise InputMissingError(
            name=Text("areas enough for the regression of net migration", "純移動率の回帰に足りる数の地域"),
            remedy=Text(
                f"give more than {before.shape[1]} areas, or a method with synthetic_share=0",
                f"{before.shape[1]}を超える地域を与えるか、synthetic_share=0 の手法を使ってください。",
            ),
        )
    people = np.where(counted, denominators, 1.0)
    observed = np.where(counted, rates, 0.0)
    between, unit = np.full(rates.shape[1], 1e-3), np.ones(rates.shape[1])
    for _ in range(_ROUNDS):
        weight = np.where(counted, 1 / np.maximum(between + unit / people, 1e-12), 0.0)
        lines = _weighted_lines(before, observed, weight)
        target = people * (observed - before @ lines) ** 2
        between, unit = scoring_step(between, unit, people, target, counted)
    return np.asarray(now @ lines)


def _weighted_lines(design: Array, target: Array, weight: Array) -> Array:
    """Weighted least squares a cell, shape (covariate, cell); a trace of ridge where covariates hardly differ."""
    size = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    normal = (weight.T @ products).reshape(-1, size, size)
    scale = np.trace(normal, axis1=1, axis2=2) / size
    normal = normal + _RIDGE * scale[:, None, None] * np.eye(size)
    right = (weight * target).T @ design
    return np.asarray(np.linalg.solve(normal, right[..., None])[..., 0].T)
