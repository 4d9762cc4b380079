"""Populations drawn from the predictive distribution of `intervals`, coherent across sexes, ages and years.

A draw is one vector of standard normal scores an area, correlated as the hindcasts' errors were: the first is the
total's, the others the age groups'. Each is turned into an error by the form and the size of its part; ages are then
scaled to the draw of the total, whose median is the projection itself. Skewed parts cannot all have the median of their
sum, so that medians of single ages lie a little under it (docs/accuracy.md). Both sexes of an age share its error; a
draw errs in the same direction in every year.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import ndtr

from sosei.engines.demography.errors import Text
from sosei.engines.demography.estimate_checks import InputValueError
from sosei.engines.demography.hindcast import Outcome
from sosei.engines.demography.intervals import LEVELS, ErrorModel, design_of, expected_sizes

Array = npt.NDArray[np.float64]
_JITTER = 1e-9
"""Added to the diagonal of a correlation matrix, which has a zero eigenvalue where two parts err as one."""


def draw_populations(
    model: ErrorModel, projected: xr.DataArray, before: xr.DataArray, *, number: int, seed: int
) -> xr.DataArray:
    """Populations drawn from the predictive distribution.

    Args:
        model: of the method that projected.
        projected: persons, dims (area, year, sex, age), the base year first.
        before: persons at the census before the base, dims (area, sex, age).
        number: how many draws.
        seed: of the random numbers; with the same seed an area has the same draws whatever other areas are beside it.

    Returns:
        Persons, dims (draw, area, year, sex, age). Ages and sexes of a draw add up to its total, whose distribution is
        that of `intervals_of_total`; the base year is as counted. Eight bytes a cell: give areas in blocks where
        number × areas is large.

    Raises:
        InputValueError: no draw is asked for.
    """
    if number < 1:
        raise InputValueError(
            name=Text("the number of draws", "抽出の回数"),
            value=number,
            expected=Text("1 or more", "1以上"),
            remedy=Text("1,000 are usual", "ふつうは1,000回です。"),
        )
    people = projected.transpose("area", "year", "sex", "age")
    sizes = expected_sizes(model, projected, before)
    relative = _relative_errors(model, people["area"].values, number, seed)
    errors = relative[:, :, None, :] * sizes
    drawn = people.values * np.exp(errors[..., 1:])[:, :, :, None, :]
    wanted = people.values.sum(axis=(-2, -1)) * np.exp(errors[..., 0])
    drawn *= _quotient(wanted, drawn.sum(axis=(-2, -1)))[..., None, None]
    coords = {"draw": np.arange(number), **{str(d): people[d].values for d in people.dims}}
    return xr.DataArray(
        drawn, dims=("draw", *(str(d) for d in people.dims)), coords=coords, name="population"
    )


def coverage_by_draws(
    model: ErrorModel,
    outcome: Outcome,
    classes: Sequence[tuple[int, int | None]],
    *,
    level: float = 0.8,
    number: int = 300,
    seed: int = 1,
) -> npt.NDArray[np.bool_]:
    """Whether the central range of drawn sums of ages holds the census, shape (area, class).

    Args:
        classes: first age, and the first age no longer counted (None: to the end).
    """
    ages = outcome.base["age"].values
    member = np.array([(ages >= a) & (ages < (np.inf if b is None else b)) for a, b in classes])
    projected = outcome.projected.sum("sex").transpose("area", "age").values
    observed = outcome.observed.sum("sex").transpose("area", "age").values
    errors = _relative_errors(model, outcome.base["area"].values, number, seed)
    errors *= np.exp(design_of(outcome) @ model.coefficients.T)
    drawn = projected * np.exp(errors[..., 1:])
    drawn *= _quotient(projected.sum(axis=1) * np.exp(errors[..., 0]), drawn.sum(axis=-1))[..., None]
    sums = drawn @ member.T
    low, high = np.quantile(sums, [(1 - level) / 2, (1 + level) / 2], axis=0)
    counted = observed @ member.T
    return np.asarray((low <= counted) & (counted <= high))


def _relative_errors(model: ErrorModel, areas: npt.NDArray[np.str_], number: int, seed: int) -> Array:
    """Errors over their expected sizes, shape (draw, area, part)."""
    parts = model.correlation.shape[0]
    independent = np.empty((number, areas.size, parts))
    for i, area in enumerate(areas):
        independent[:, i] = _generator(seed, str(area)).standard_normal((number, parts))
    scores = independent @ np.linalg.cholesky(model.correlation + _JITTER * np.eye(parts)).T
    for part in range(parts):
        scores[..., part] = _of_form(model.forms[part], scores[..., part])
    return scores


def _generator(seed: int, area: str) -> np.random.Generator:
    """Random numbers of one area: its code is part of the seed, its position is not."""
    return np.random.default_rng([seed, int.from_bytes(blake2b(area.encode(), digest_size=8).digest())])


def _of_form(form: Array, scores: Array) -> Array:
    """Standard normal scores turned into relative errors of a symmetric form."""
    return np.asarray(np.sign(scores) * np.interp(2 * ndtr(np.abs(scores)) - 1, LEVELS, form))


def _quotient(wanted: Array, found: Array) -> Array:
    """wanted / found; 0 where nobody is found, since nobody can be scaled."""
    there = found > 0
    return np.where(there, wanted / np.where(there, found, 1.0), 0.0)
