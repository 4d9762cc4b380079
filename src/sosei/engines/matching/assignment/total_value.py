"""The assignment of greatest total value, by auction with ever smaller raises, and a proof of how near it comes.

The other mode of a round: not stable, but the greatest sum of weights, which the caller makes of the postings' scores and
the workers' ranks. Workers bid for places (Bertsekas 1988) with a coarse raise first; each finer phase begins a little below
the prices of the coarser one, so that many equal weights cause no long war of small raises. Prices are the proof: no
assignment is worth more than all places at their prices and each worker's best gain at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from sosei.engines.matching.assignment import auction
from sosei.engines.matching.assignment.deferred_acceptance import usable_capacities
from sosei.engines.matching.assignment.errors import ErrorCode, MarketError
from sosei.engines.matching.assignment.kernels import starts_of
from sosei.engines.matching.assignment.market import Ints, Longs, Market
from sosei.engines.matching.assignment.outcome import Assignment

MOST = 2**30
"""The greatest weight times scale: a bid shares one whole number with its bidder."""
FINER = 10
"""How many times smaller each phase's raise is than the last."""


@dataclass(frozen=True, eq=False)
class ValueAssignment:
    """The assignment with its value and the proof.

    Args:
        value: the sum of weights of the places given.
        bound: proved: no assignment is worth more (values are whole, so that the proof's fraction is cut).
        prices: of a place at each posting, in units of weight; they prove the bound.
    """

    assignment: Assignment
    value: int
    bound: int
    prices: npt.NDArray[np.float64]

    @property
    def gap(self) -> float:
        """By what share of the value the bound lies above it; 0 is proved best."""
        return self.bound / self.value - 1 if self.value else 0.0


def total_value_assignment(
    market: Market, weights: npt.ArrayLike, *, precision: float = 1e-5
) -> ValueAssignment:
    """An assignment whose total weight is proved, where possible, to be within `precision` of the greatest.

    Args:
        market: its capacities, and who is acceptable; scores and draw play no part.
        weights: the value of each wish, whole and 0 or more, beside `market.postings`; a wish of value 0 is never fulfilled.
        precision: the share of the value at which the refining ends. It always ends at the smallest raise, whatever
            is proved then: read `gap`.

    Raises:
        MarketError: a weight that is negative, not whole or above 2^30; a precision outside 0 to 1.
    """
    if not 0 < precision < 1:
        raise MarketError(ErrorCode.PRECISION, value=precision)
    worth = _checked_weights(market, weights)
    greatest = int(worth.max(initial=0))
    capacities = usable_capacities(market)
    scale = max(1, min(MOST // max(1, greatest), ceil(2 / (precision * max(1, greatest)))))
    auction_ = _Auction(market, worth, capacities, scale)
    step = max(1, greatest * scale // FINER)
    while not auction_.phase(step, precision) and step > 1:
        step = max(1, step // FINER)
    assignment = Assignment.of(market, auction_.posting_of(), auction_.wish_of)
    return ValueAssignment(
        assignment, auction_.value, auction_.bound // scale, auction_.best_prices.astype(np.float64) / scale
    )


class _Auction:
    """The phases' shared state: prices carried on, the best assignment and the best proof so far."""

    def __init__(self, market: Market, worth: Ints, capacities: Ints, scale: int) -> None:
        self.market, self.worth, self.capacities, self.scale = market, worth, capacities, scale
        self.wish_of = np.full(market.workers, -1, dtype=np.int32)
        self.value = 0
        # where there is no place, nobody may gain by one
        self.least_prices = np.where(market.capacities > 0, 0, int(worth.max(initial=0)) * scale).astype(
            np.int64
        )
        self.best_prices = self.prices = self.least_prices
        self.bound = self._bound()
        self._starts = starts_of(capacities)
        self._heap = np.empty(self._starts[-1], dtype=np.int64)

    def phase(self, step: int, precision: float) -> bool:
        """One auction with raises of `step`, from prices a little below the last; whether it is near enough."""
        market, scale, held = self.market, self.scale, np.zeros_like(self.capacities)
        wish_of = np.empty_like(self.wish_of)
        prices = self.prices = np.maximum(self.least_prices, self.prices - 2 * FINER * step)
        lists = (market.offsets, market.postings, self.worth, self.capacities)
        bidding = (*lists, self._starts, self._heap, scale, step, prices, wish_of, held)
        auction.bid(*bidding)
        if np.any((held < self.capacities) & (prices > 0)):
            filling = (*lists, *market.entries_by_posting, scale, step, prices, wish_of, held)
            auction.fill(*filling)
        value = self._value(wish_of)
        if value > self.value:
            self.value, self.wish_of = value, wish_of
        bound = self._bound()
        if bound < self.bound:
            self.bound, self.best_prices = bound, self.prices.copy()
        left = self.bound - self.value * self.scale
        # values are whole: less than one above is none above
        return left < self.scale or left <= precision * self.value * self.scale

    def posting_of(self) -> Ints:
        """Each worker's posting."""
        has = self.wish_of >= 0
        posting_of = np.full(len(has), -1, dtype=np.int32)
        posting_of[has] = self.market.postings[(self.market.offsets[:-1] + self.wish_of)[has]]
        return posting_of

    def _value(self, wish_of: Ints) -> int:
        entries: Longs = (self.market.offsets[:-1] + wish_of)[wish_of >= 0]
        return int(self.worth[entries].sum(dtype=np.int64))

    def _bound(self) -> int:
        market = self.market
        lists = (market.offsets, market.postings, self.worth, self.capacities)
        return int(auction.most_possible(*lists, self.scale, self.prices))


def _checked_weights(market: Market, weights: npt.ArrayLike) -> Ints:
    given = np.asarray(weights)
    if given.shape != market.postings.shape:
        raise MarketError(ErrorCode.SHAPE, name="weights", got=given.shape, expected=market.wishes)
    wrong = np.flatnonzero((given < 0) | (given > MOST) | (given != np.floor(given)) if len(given) else [])
    if len(wrong):
        first = int(wrong[0])
        raise MarketError(
            ErrorCode.WEIGHT,
            value=given[first].item(),
            worker=market.worker_of_wish(first),
            posting=int(market.postings[first]),
            most=MOST,
        )
    worth = given.astype(np.int32)
    return worth if market.acceptable is None else np.where(market.acceptable, worth, 0).astype(np.int32)
