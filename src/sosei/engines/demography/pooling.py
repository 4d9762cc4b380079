"""Rates of small areas pooled toward their peers, with a strength that the data themselves give.

An area's own rate r = events/N scatters around the rate μ of its peers for two reasons: areas differ (variance
τ² between areas) and few people make a rate unstable (variance v/N). The empirical-Bayes estimate is

    μ + k·(r − μ),   k = τ² / (τ² + v/N)

(Efron & Morris 1973, JASA 68: 117-130; Fay & Herriot 1979, JASA 74: 269-277). τ² and v are estimated from all
areas by maximum likelihood under the normal distribution; nobody chooses them. An area without a denominator gets
its peers' rate, and the result says so: `pooled` is 1 there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from sosei.engines.demography.estimate_checks import (
    InputMissingError,
    InputValueError,
    Text,
    place_of,
    require,
    require_aligned,
    require_counts,
    require_dims,
)

Array = npt.NDArray[np.float64]
FEWEST_AREAS = 3
"""Two variances and a mean cannot be told from fewer areas."""
_ROUNDS = 100
_SETTLED = 1e-6


def pool_toward_peers(events: xr.DataArray, denominators: xr.DataArray, peers: xr.DataArray) -> xr.Dataset:
    """Each area's rate shrunk toward the rate of its peers, separately in every cell of the other dimensions.

    Args:
        events: what is counted (net migrants, children …), persons, dims (area, …); may be negative. Ignored where
            the denominator is 0.
        denominators: persons at risk, the same dims, 0 or more.
        peers: a whole number a class, dims (area); areas of one number are each other's peers.

    Returns:
        Dataset with dims of `events` unless said:

        * `rate`: the estimate, between the area's own rate and its peers';
        * `peer_rate`: events over denominators of the whole class;
        * `pooled`: 1 − k, the share that came from the peers: 0 own rate alone, 1 peers alone;
        * `between_variance` τ² and `unit_variance` v, dims (…) without area.

    Raises:
        InputShapeError: a dimension or label differs.
        InputMissingError: a class has no denominator at all in some cell, or fewer than three areas have one.
        InputValueError: a denominator is negative.
    """
    _check(events, denominators, peers)
    order = ("area", *(str(d) for d in events.dims if d != "area"))
    events, denominators = events.transpose(*order), denominators.transpose(*order)
    cells = events.shape[1:]
    at_risk = denominators.values.reshape(len(events), -1).astype(float)
    counted = np.where(at_risk > 0, events.values.reshape(at_risk.shape), 0.0)
    classes, member = np.unique(peers.values, return_inverse=True)
    people = _sum_by_class(at_risk, member, len(classes))
    _require_everywhere(people, at_risk, classes, events)
    peer_rate = (_sum_by_class(counted, member, len(classes)) / people)[member]
    own = counted / np.where(at_risk > 0, at_risk, 1.0)
    deviation = np.where(at_risk > 0, own - peer_rate, 0.0)
    between, unit = variance_components(deviation, at_risk)
    share = own_share(at_risk, between, unit)

    def block(values: Array) -> xr.DataArray:
        return events.copy(data=values.reshape(events.shape))

    others = events.isel(area=0, drop=True)
    return xr.Dataset(
        {
            "rate": block(peer_rate + share * deviation),
            "peer_rate": block(peer_rate),
            "pooled": block(1 - share),
            "between_variance": others.copy(data=between.reshape(cells)),
            "unit_variance": others.copy(data=unit.reshape(cells)),
        }
    )


def variance_components(deviation: Array, denominators: Array) -> tuple[Array, Array]:
    """τ² and v for which deviations with variance τ² + v/N are most likely (normal maximum likelihood).

    Fisher scoring: the regression of N·e² on v + τ²·N with weights 1/(v + τ²·N)², renewed until it settles; a
    variance that would be negative is 0.

    Args:
        deviation: rates minus their expectation, shape (area, cell); any number where the denominator is 0.
        denominators: N, shape (area, cell).

    Returns:
        Between variance τ² and unit variance v, shape (cell,).
    """
    counted = denominators > 0
    people = np.where(counted, denominators, 1.0)
    target = people * np.where(counted, deviation, 0.0) ** 2
    largest = target.max(axis=0)
    scale = np.where(largest > 0, largest, 1.0)
    target = target / scale
    number = np.maximum(counted.sum(axis=0), 1)
    unit = target.sum(axis=0) / number
    between = (target / people).sum(axis=0) / number
    for _ in range(_ROUNDS):
        before = between, unit
        between, unit = scoring_step(between, unit, people, target, counted)
        if _settled(before[0], between) and _settled(before[1], unit):
            break
    return between * scale, unit * scale


def scoring_step(
    between: Array, unit: Array, people: Array, target: Array, counted: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """One step of the Fisher scoring of `variance_components`, half way: whole steps may go round in a circle.

    Args:
        between, unit: the variances so far, shape (cell,).
        people, target: N and N·e², shape (area, cell); any positive N where `counted` is false.
        counted: where there is a denominator.

    Returns:
        The two variances, renewed.
    """
    variance = np.where(counted, unit + between * people, np.inf)
    smallest = variance.min(axis=0)
    weight = np.divide(smallest, variance, out=np.zeros_like(variance), where=variance > 0) ** 2
    aimed_unit, aimed_between = _two_variances(weight, people, target)
    return (between + aimed_between) / 2, (unit + aimed_unit) / 2


def own_share(denominators: Array, between: Array, unit: Array) -> Array:
    """k = τ²/(τ² + v/N): 0 without a denominator, 1 where nothing scatters at random."""
    variance = between * denominators + unit
    own = np.where(variance > 0, between * denominators / np.where(variance > 0, variance, 1.0), 1.0)
    return np.where(denominators > 0, own, 0.0)


def _two_variances(weight: Array, people: Array, target: Array) -> tuple[Array, Array]:
    """Weighted least squares of `target` on v + τ²·N with neither below 0."""
    w0, w1, w2 = weight.sum(axis=0), (weight * people).sum(axis=0), (weight * people**2).sum(axis=0)
    y0, y1 = (weight * target).sum(axis=0), (weight * people * target).sum(axis=0)
    determinant = w0 * w2 - w1**2
    distinct = determinant > 1e-12 * w0 * w2
    safe = np.where(distinct, determinant, 1.0)
    unit = np.where(distinct, (y0 * w2 - y1 * w1) / safe, 0.0)
    between = np.where(distinct, (y1 * w0 - y0 * w1) / safe, _over(y1, w2))
    no_unit, no_between = unit < 0, between < 0
    unit = np.where(no_between, _over(y0, w0), np.where(no_unit, 0.0, unit))
    between = np.where(no_between, 0.0, np.where(no_unit, _over(y1, w2), between))
    return unit, between


def _over(numerator: Array, denominator: Array) -> Array:
    return np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1.0), 0.0)


def _settled(before: Array, after: Array) -> bool:
    return bool(np.all(np.abs(after - before) <= _SETTLED * np.maximum(np.abs(after), 1e-12)))


def _sum_by_class(values: Array, member: npt.NDArray[np.intp], classes: int) -> Array:
    sums = np.zeros((classes, values.shape[1]))
    np.add.at(sums, member, values)
    return sums


def _check(events: xr.DataArray, denominators: xr.DataArray, peers: xr.DataArray) -> None:
    require_dims(events, ["area"], name="events")
    require_dims(denominators, [str(d) for d in events.dims], name="denominators")
    require_dims(events, [str(d) for d in denominators.dims], name="events")
    require_dims(peers, ["area"], name="peers")
    require_aligned(denominators, events, name="denominators")
    require_aligned(peers, events, name="peers")
    require_counts(denominators, name=Text("the denominator", "分母の人口"))
    finite = xr.DataArray(np.isfinite(events.values), coords=events.coords, dims=events.dims)
    require(
        events,
        finite | (denominators == 0),
        name=Text("the numerator of a rate", "率の分子"),
        expected=Text("a finite number", "有限の数"),
    )
    if events.sizes["area"] < FEWEST_AREAS:
        raise InputValueError(
            name=Text("the number of areas", "地域の数"),
            value=events.sizes["area"],
            expected=Text(f"{FEWEST_AREAS} or more", f"{FEWEST_AREAS}以上"),
            remedy=Text(
                "give more areas: the strength of pooling is estimated from them",
                "地域を増やしてください。合算の強さは地域間のばらつきから推定します。",
            ),
        )


def _require_everywhere(
    people: Array, at_risk: Array, classes: npt.NDArray[np.int64], events: xr.DataArray
) -> None:
    """Every class has someone in every cell, and at least three areas have."""
    empty = people <= 0
    few = (at_risk > 0).sum(axis=0) < FEWEST_AREAS
    if not empty.any() and not few.any():
        return
    others = events.isel(area=0, drop=True)
    cell = np.argwhere(empty)[0][1] if empty.any() else np.argwhere(few)[0][0]
    mask = np.zeros(few.size, dtype=bool)
    mask[cell] = True
    place = place_of(others.copy(data=mask.reshape(others.shape))) if others.ndim else {}
    number = int(classes[np.argwhere(empty)[0][0]]) if empty.any() else None
    raise InputMissingError(
        name=Text(
            "a denominator in three areas" if number is None else f"any denominator of peer class {number}",
            "3地域以上の分母" if number is None else f"類似地域の組 {number} の分母",
        ),
        remedy=Text(
            "make fewer and larger classes, or give more areas",
            "組を減らして大きくするか、地域を増やしてください。",
        ),
        **place,
    )
