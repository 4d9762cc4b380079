"""Predictive distributions of projections, made from the errors of hindcasts.

How far censuses fell from earlier projections tells how far they will: the logarithm of observed over projected is
taken to scatter symmetrically around 0 with a size that depends on horizon, size and past growth of the area,

    E|ln(observed/projected)| = exp(b₀ + b₁·ln h + b₂·n + b₃·n² + b₄·|g| + b₅·g),

n the log of the population at the base, g the log of its growth in the step before (a gamma regression with
logarithmic link: McCullagh & Nelder, Generalized Linear Models, 2nd ed. 1989, ch. 8). The form of the distribution is
that of the hindcasts' own errors over their expected size, not a normal curve. Empirical prediction intervals: Smith &
Sincich 1988, Demography 25: 461-474; Rayer, Smith & Tayman 2009, Population Research and Policy Review 28: 773-793.

Every age group has a regression of its own. How the errors of the total and of the ages go together is kept as one
matrix of correlations for `population_draws`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import ndtri
from scipy.stats import rankdata

from sosei.engines.demography.errors import Text
from sosei.engines.demography.estimate_checks import InputShapeError, InputValueError, require_dims
from sosei.engines.demography.hindcast import Outcome
from sosei.engines.demography.input_checks import aligned

Array = npt.NDArray[np.float64]
FASTEST_GROWTH = 0.3
"""Growth beyond it counts as this much: an evacuation is no measure of the others' uncertainty."""
TYPICAL_SIZE = 20_000.0
HALF_A_PERSON = 0.5
"""Added to both sides of an age group's error, so that a group nobody is left in has one."""
LEVELS = np.linspace(0, 1, 401)
"""Probabilities at which the form of the distribution is kept."""
_ROUNDS = 100


@dataclass(frozen=True)
class ErrorModel:
    """What the hindcasts taught about errors.

    Attributes:
        coefficients: b₀ … b₅, shape (part, 6): the total first, then the age groups.
        forms: quantiles of |error| over its expected size at 401 levels from 0 to 1, shape (part, 401).
        correlation: of the errors' normal scores around 0, shape (part, part). Around 0 and not around their mean: an
            error that all areas share, as in mortality, adds up over the ages too.
        ages: first age of each group.
        cases: base years and horizons of the hindcasts.
    """

    coefficients: Array
    forms: Array
    correlation: Array
    ages: tuple[int, ...]
    cases: tuple[tuple[int, int], ...]


def fit_error_model(outcomes: Sequence[Outcome]) -> ErrorModel:
    """The error model of hindcasts of one method.

    Args:
        outcomes: from `hindcast`, one method, several bases or horizons.

    Raises:
        InputValueError: no outcome, or outcomes of several methods.
    """
    names = sorted({o.method for o in outcomes})
    if len(names) != 1:
        raise InputValueError(
            name=Text("the methods of the hindcasts", "検証した手法"),
            value=", ".join(names) or "-",
            expected=Text("exactly one", "1つだけ"),
            remedy=Text("give the outcomes of one method", "1つの手法の結果を与えてください。"),
        )
    for one in outcomes:
        _require_projected(one)
    design = np.concatenate([design_of(one) for one in outcomes])
    errors = np.concatenate([errors_of(o) for o in outcomes])
    ages = tuple(int(a) for a in outcomes[0].base["age"].values)
    _require_errors(errors, ages)
    coefficients = np.stack(
        [_gamma_regression(design, np.abs(errors[:, part])) for part in range(errors.shape[1])]
    )
    relative = np.abs(errors) / np.exp(design @ coefficients.T)
    return ErrorModel(
        coefficients=coefficients,
        forms=np.quantile(relative, LEVELS, axis=0).T,
        correlation=_correlation(np.sign(errors) * relative),
        ages=ages,
        cases=tuple((o.base_year, o.horizon) for o in outcomes),
    )


def intervals_of_total(
    model: ErrorModel, projected: xr.DataArray, before: xr.DataArray, *, level: float = 0.8
) -> xr.Dataset:
    """Prediction intervals of every area's total.

    Args:
        model: of the method that projected.
        projected: persons, dims (area, year, sex, age), the base year first.
        before: persons at the census before the base, dims (area, sex, age).
        level: probability that the interval holds the census, between 0 and 1.

    Returns:
        Dataset `lower`, `middle`, `upper`, dims (area, year); the middle is the projection. At the base all are equal.
    """
    total = projected.sum(("sex", "age")).transpose("area", "year")
    width = _half_widths(model, projected, before, level)[..., 0]
    half = total.copy(data=width)
    return xr.Dataset({"lower": total * np.exp(-half), "middle": total, "upper": total * np.exp(half)})


def intervals_by_age(
    model: ErrorModel, projected: xr.DataArray, before: xr.DataArray, *, level: float = 0.8
) -> xr.Dataset:
    """Prediction intervals of every area's age groups, both sexes; as `intervals_of_total`, dims (area, year, age)."""
    people = projected.sum("sex").transpose("area", "year", "age")
    half = people.copy(data=_half_widths(model, projected, before, level)[..., 1:])
    raised = people + HALF_A_PERSON
    lower = np.maximum(raised * np.exp(-half) - HALF_A_PERSON, 0.0)
    return xr.Dataset({"lower": lower, "middle": people, "upper": raised * np.exp(half) - HALF_A_PERSON})


def coverage(model: ErrorModel, outcome: Outcome, *, level: float = 0.8) -> npt.NDArray[np.bool_]:
    """Whether the interval of each area's total holds the census, shape (area,)."""
    half = np.exp(design_of(outcome) @ model.coefficients[0]) * np.interp(level, LEVELS, model.forms[0])
    return np.asarray(np.abs(errors_of(outcome)[:, 0]) <= half)


def coverage_by_age(model: ErrorModel, outcome: Outcome, *, level: float = 0.8) -> npt.NDArray[np.bool_]:
    """Whether the interval of each age group holds the census, shape (area, age)."""
    form = np.array([np.interp(level, LEVELS, one) for one in model.forms[1:]])
    half = np.exp(design_of(outcome) @ model.coefficients[1:].T) * form
    return np.asarray(np.abs(errors_of(outcome)[:, 1:]) <= half)


def errors_of(outcome: Outcome) -> Array:
    """ln(observed/projected) of the total and of every age group, shape (area, 1 + age)."""
    observed = outcome.observed.sum("sex").transpose("area", "age").values
    projected = outcome.projected.sum("sex").transpose("area", "age").values
    total = np.log(observed.sum(axis=1) / projected.sum(axis=1))
    by_age = np.log((observed + HALF_A_PERSON) / (projected + HALF_A_PERSON))
    return np.concatenate([total[:, None], by_age], axis=1)


def design_of(outcome: Outcome) -> Array:
    """What the size of each area's errors depends on, shape (area, 6)."""
    return _design(_size(outcome.base), outcome.growth.values, np.array([outcome.horizon]))[:, 0]


def _correlation(signed: Array) -> Array:
    """Correlation around 0 of normal scores, whose signs are the errors' and whose sizes their ranks."""
    rank = (rankdata(np.abs(signed), axis=0) - 0.5) / signed.shape[0]
    scores = np.sign(signed) * ndtri((1 + rank) / 2)
    moments = scores.T @ scores
    spread = np.sqrt(np.diag(moments))
    return np.asarray(moments / np.outer(spread, spread))


def _require_projected(outcome: Outcome) -> None:
    """Somebody is projected in every scored area: an error relative to nobody has no size."""
    total = outcome.projected.sum(("sex", "age"))
    empty = total["area"].values[~(total.values > 0)]
    if empty.size:
        raise InputValueError(
            name=Text(
                f"the projection of {outcome.base_year + outcome.horizon} from {outcome.base_year}",
                f"{outcome.base_year}年から{outcome.base_year + outcome.horizon}年への予測",
            ),
            value=float(total.sel(area=empty[0])),
            area=str(empty[0]),
            expected=Text("somebody in every area", "どの地域にも人がいること"),
            remedy=Text("leave the area out (`without`)", "その地域を除いてください（`without`）。"),
        )


def _require_errors(errors: Array, ages: tuple[int, ...]) -> None:
    """Some hindcast erred in the total and in every age group: nothing is learned from perfect ones."""
    perfect = np.flatnonzero(~errors.any(axis=0))
    if perfect.size:
        which = "total" if perfect[0] == 0 else f"age {ages[perfect[0] - 1]}"
        raise InputValueError(
            name=Text(f"the errors of the hindcasts, {which}", f"検証の誤差（{which}）"),
            value="0",
            expected=Text("at least one that is not 0", "0でないものが1つ以上"),
            remedy=Text(
                "score projections against counted populations, not against themselves",
                "予測を、予測自身ではなく実際の国勢調査と比べてください。",
            ),
        )


def _size(people: xr.DataArray) -> Array:
    return np.asarray(people.sum(("sex", "age")).values, dtype=float)


def _design(size: Array, growth: Array, horizons: Array) -> Array:
    """Constant, ln h, n, n², |g|, g; shape (area, horizon, 6)."""
    n = np.log(np.maximum(size, 1.0) / TYPICAL_SIZE)
    g = np.clip(growth, -FASTEST_GROWTH, FASTEST_GROWTH)
    by_area = np.stack([n, n**2, np.abs(g), g], axis=-1)[:, None, :]
    log_h = np.log(horizons / 10.0)[None, :, None]
    shape = (size.size, horizons.size)
    return np.concatenate(
        [np.ones((*shape, 1)), np.broadcast_to(log_h, (*shape, 1)), np.broadcast_to(by_area, (*shape, 4))],
        axis=-1,
    )


def _gamma_regression(design: Array, size: Array) -> Array:
    """Coefficients of the gamma regression of `size` with logarithmic link, by Fisher scoring."""
    found = np.zeros(design.shape[1])
    found[0] = np.log(size.mean())
    normal = design.T @ design
    for _ in range(_ROUNDS):
        # Where every area shrinks, |g| and g are one; the smallest of the solutions is taken then.
        gradient = design.T @ (size / np.exp(design @ found) - 1)
        step = np.linalg.lstsq(normal, gradient, rcond=None)[0]
        found = found + step
        if np.abs(step).max() < 1e-9:
            break
    return found


def expected_sizes(model: ErrorModel, projected: xr.DataArray, before: xr.DataArray) -> Array:
    """E|error| of the total and of each age group, shape (area, year, 1 + age); 0 in the base year.

    Raises:
        InputShapeError: `projected` has other ages than the hindcasts, or years that do not rise.
        ShapeError: `before` has other areas than `projected`.
    """
    require_dims(projected, ["area", "year", "sex", "age"], name="projected")
    _require_rising(projected, "year", list(np.unique(projected["year"].values)))
    _require_rising(projected, "age", list(model.ages))
    years = projected["year"].values
    base = _size(projected.isel(year=0))
    earlier = _size(aligned(before, projected, ("area",), "before"))
    known = (earlier > 0) & (base > 0)
    growth = np.where(known, np.log(np.where(known, base, 1.0) / np.where(known, earlier, 1.0)), 0.0)
    sizes = np.zeros((base.size, years.size, model.coefficients.shape[0]))
    sizes[:, 1:] = np.exp(_design(base, growth, years[1:] - years[0]) @ model.coefficients.T)
    return sizes


def _require_rising(projected: xr.DataArray, dim: str, expected: list[int]) -> None:
    if projected[dim].values.tolist() != expected:
        raise InputShapeError(
            name="projected",
            problem=Text(
                f"{dim} is not what the intervals are made for", f"{dim} が区間を作る対象と一致しません"
            ),
            expected=", ".join(str(e) for e in expected),
            got=", ".join(str(e) for e in projected[dim].values),
        )


def _half_widths(model: ErrorModel, projected: xr.DataArray, before: xr.DataArray, level: float) -> Array:
    """Half the width of the interval on the logarithmic scale, shape (area, year, 1 + age)."""
    if not 0 < level < 1:
        raise InputValueError(
            name=Text("level", "確率"),
            value=level,
            expected=Text("between 0 and 1", "0と1のあいだ"),
            remedy=Text("0.8 is usual", "ふつうは0.8です。"),
        )
    form = np.array([np.interp(level, LEVELS, one) for one in model.forms])
    return np.asarray(expected_sizes(model, projected, before) * form)
