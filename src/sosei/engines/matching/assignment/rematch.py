"""Assigning again after somebody withdrew or places changed, and who moves from where to where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sosei.engines.matching.assignment.market import Flags, Ints, Longs, Market, check_worker
from sosei.engines.matching.assignment.outcome import Assignment
from sosei.engines.matching.assignment.regional import stable_assignment


@dataclass(frozen=True)
class Move:
    """A worker whose place changes; -1 is no place."""

    worker: int
    before: int
    after: int
    before_wish: int
    after_wish: int

    @property
    def better(self) -> bool:
        """Whether the worker wished the new place more than the old."""
        return self.before_wish < 0 or 0 <= self.after_wish < self.before_wish


@dataclass(frozen=True, eq=False)
class Rematch:
    """The assignment after the change, and the moves of those who stay in it."""

    after: Assignment
    moves: tuple[Move, ...]

    @property
    def better(self) -> int:
        """Number of workers who get a place they wished more."""
        return sum(move.better for move in self.moves)

    @property
    def worse(self) -> int:
        """Number of workers who lose a place or get one they wished less."""
        return len(self.moves) - self.better


def rematch(
    before: Assignment,
    *,
    withdrawn: Sequence[int] = (),
    closed_postings: Sequence[int] = (),
    capacities: Ints | None = None,
) -> Rematch:
    """The stable assignment of the changed market, with the same draw and regions.

    A worker who withdraws keeps the number, without wishes. The whole is computed anew, which is exact.

    Args:
        withdrawn: workers who take part no more.
        closed_postings: postings with no place any more.
        capacities: the new places of every posting; None if they stay.

    Raises:
        MarketError: a worker or capacity that cannot be, or a target above a new capacity.
    """
    market = before.market
    places = (market.capacities if capacities is None else np.asarray(capacities)).copy()
    places[list(closed_postings)] = 0
    left = np.zeros(market.workers, dtype=np.bool_)
    for worker in withdrawn:
        check_worker(worker, market.workers)
        left[worker] = True
    changed = _without(replace(market, capacities=places), left)
    regions = before.regions
    if regions is not None and len(closed_postings):
        targets = regions.target_seats.copy()
        targets[list(closed_postings)] = 0
        regions = replace(regions, targets=targets)
    after = stable_assignment(changed, regions)
    moved = np.flatnonzero((before.posting_of != after.posting_of) & ~left)
    moves = tuple(
        Move(
            int(worker),
            int(before.posting_of[worker]),
            int(after.posting_of[worker]),
            int(before.wish_of[worker]),
            int(after.wish_of[worker]),
        )
        for worker in moved
    )
    return Rematch(after, moves)


def _without(market: Market, left: Flags) -> Market:
    """The market in which those who left wish nothing."""
    if not left.any():
        return market
    lengths: Longs = np.diff(market.offsets)
    kept = ~np.repeat(left, lengths)
    lengths[left] = 0
    return replace(
        market,
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        postings=market.postings[kept],
        scores=market.scores[kept],
        acceptable=None if market.acceptable is None else market.acceptable[kept],
    )
