"""What an assignment is: who has which place, how full each posting is, and how high its cut-off stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sosei.engines.matching.assignment.errors import ErrorCode, MarketError
from sosei.engines.matching.assignment.market import Flags, Ints, Longs, Market
from sosei.engines.matching.assignment.regions import Regions


@dataclass(frozen=True, eq=False)
class Assignment:
    """Who takes which place; -1 is nowhere, or nobody.

    Args:
        posting_of: each worker's posting.
        wish_of: which wish that is, 0 the first.
        filled: workers placed at each posting.
    """

    market: Market
    posting_of: Ints
    wish_of: Ints
    filled: Ints
    regions: Regions | None = None

    @classmethod
    def of(
        cls, market: Market, posting_of: Ints, wish_of: Ints, regions: Regions | None = None
    ) -> Assignment:
        """The assignment in which each worker has that wish."""
        placed = posting_of[posting_of >= 0]
        filled = np.bincount(placed, minlength=len(market.capacities)).astype(np.int32)
        return cls(market, posting_of, wish_of, filled, regions)

    @property
    def placed(self) -> int:
        """Number of workers with a place."""
        return int(self.filled.sum(dtype=np.int64))

    def workers_of(self, posting: int) -> Ints:
        """The workers of a posting, best ranked first."""
        workers = np.flatnonzero(self.posting_of == posting)
        order = np.lexsort((self.market.draw[workers], -self._standing_of(workers)))
        return workers[order].astype(np.int32)

    @cached_property
    def region_filled(self) -> Longs:
        """Workers placed in each region and the regions under it; empty without regions."""
        if self.regions is None:
            return np.empty(0, dtype=np.int64)
        return self.regions.sums(self.filled)

    @cached_property
    def last_taken(self) -> Ints:
        """The worker whom each posting ranks last among its own; -1 where nobody is."""
        last = np.full(len(self.filled), -1, dtype=np.int32)
        workers = np.flatnonzero(self.posting_of >= 0)
        order = np.lexsort((-self.market.draw[workers], self._standing_of(workers)))[::-1]
        last[self.posting_of[workers[order]]] = workers[order]
        return last

    @cached_property
    def cutoff_score(self) -> npt.NDArray[Any]:
        """The score of the last one taken by each posting; 0 where nobody is."""
        last = self.last_taken
        scores = np.zeros(len(last), dtype=self.market.scores.dtype)
        there = last >= 0
        scores[there] = self.market.scores[self._wish_entry(last[there])]
        return scores

    @cached_property
    def cutoff_draw(self) -> Ints:
        """The place in the draw of the last one taken by each posting; -1 where nobody is."""
        last = self.last_taken
        return np.where(last >= 0, self.market.draw[last], -1).astype(np.int32)

    @cached_property
    def binding_region(self) -> Ints:
        """The nearest region above each posting whose cap is reached; -1 where none is, or the posting itself is full."""
        if self.regions is None:
            return np.full(len(self.filled), -1, dtype=np.int32)
        nearest = self.regions.nearest_full(self.region_filled)
        return np.where(self.filled < self.market.capacities, nearest, -1).astype(np.int32)

    @cached_property
    def full(self) -> Flags:
        """Whether each posting can take nobody more: its own places or a region's cap are used up."""
        return (self.filled >= self.market.capacities) | (self.binding_region >= 0)

    def check(self) -> None:
        """Refuses a result that breaks a capacity, a cap, or gives somebody what was not wished or not allowed.

        Raises:
            MarketError: BROKEN_RESULT with the rule and the index.
        """
        market = self.market
        workers = np.flatnonzero(self.posting_of >= 0)
        entries = self._wish_entry(workers)
        within = (self.wish_of[workers] >= 0) & (entries < market.offsets[workers + 1])
        _refuse("wish", workers[~within])
        _refuse("wish", workers[market.postings[entries] != self.posting_of[workers]])
        if market.acceptable is not None:
            _refuse("acceptable", workers[~market.acceptable[entries]])
        counts = np.bincount(self.posting_of[workers], minlength=len(self.filled))
        _refuse("filled", np.flatnonzero(counts != self.filled))
        _refuse("capacity", np.flatnonzero(counts > market.capacities))
        if self.regions is not None:
            _refuse("cap", np.flatnonzero(self.region_filled > self.regions.caps))

    def standing_at_place(self, worker: int) -> int:
        """How the worker's posting ranks the worker, as a whole number."""
        return int(self.market.standing[self.market.offsets[worker] + self.wish_of[worker]])

    def _wish_entry(self, workers: npt.NDArray[Any]) -> Longs:
        entries: Longs = self.market.offsets[workers] + self.wish_of[workers]
        return entries

    def _standing_of(self, workers: npt.NDArray[Any]) -> Longs:
        return self.market.standing[self._wish_entry(workers)].astype(np.int64)


def _refuse(rule: str, indices: npt.NDArray[Any]) -> None:
    if len(indices):
        raise MarketError(ErrorCode.BROKEN_RESULT, rule=rule, index=int(indices[0]))
