"""The checker: which worker and posting would both rather have each other; none in a stable assignment.

It looks only at the result, not at how it came about. One pass over the wishes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sosei.engines.compiled import compiled
from sosei.engines.matching.assignment.market import NOT_TAKEN, Ints, Longs
from sosei.engines.matching.assignment.outcome import Assignment


@dataclass(frozen=True, eq=False)
class BlockingPairs:
    """Workers, and beside each the posting that would rather have this worker, and the worker it."""

    workers: Ints
    postings: Ints

    def __len__(self) -> int:
        return len(self.workers)


def blocking_pairs(assignment: Assignment) -> BlockingPairs:
    """Pairs that both sides prefer to what they have.

    Under regional caps a pair is excused (Kamada & Kojima 2015) if the posting could only gain a worker whom it ranks
    below all its own, through a seat that a full region does not give: the worker comes from outside that region, or the
    seat's rank is above that of the seat the worker would leave.
    """
    market, regions = assignment.market, assignment.regions
    size = len(market.capacities)
    if regions is None:
        nowhere = np.full(size, -1, dtype=np.int32)
        nothing, none = np.zeros(size, dtype=np.int64), np.empty(0, dtype=np.int32)
        excuses = (nowhere, nothing, nothing, nowhere, none, none)
    else:
        beyond = assignment.filled.astype(np.int64) - regions.target_seats
        scale = np.int64(size + 1)
        last_rank = np.maximum(beyond, 0) * scale + regions.places_in_order
        next_rank = np.maximum(beyond + 1, 0) * scale + regions.places_in_order
        full = regions.nearest_full(assignment.region_filled)
        excuses = (full, next_rank, last_rank, *regions.leaves())
    arguments = (
        *(market.offsets, market.postings, market.standing, market.draw, market.capacities),
        *(assignment.posting_of, assignment.wish_of, assignment.filled, *excuses),
    )
    found = np.empty(0, dtype=np.int64)
    found = np.empty(find_blocking(*arguments, found), dtype=np.int64)
    find_blocking(*arguments, found)
    workers = np.searchsorted(market.offsets, found, side="right") - 1
    return BlockingPairs(workers.astype(np.int32), market.postings[found])


@compiled
def find_blocking(
    offsets: Longs,
    postings: Ints,
    standing: Ints,
    draw: Ints,
    capacities: Ints,
    posting_of: Ints,
    wish_of: Ints,
    filled: Ints,
    nearest_full: Ints,
    next_rank: Longs,
    last_rank: Longs,
    leaf_of: Ints,
    first_leaf: Ints,
    end_leaf: Ints,
    found: Longs,
) -> int:
    """Writes the entries that block into `found`, as many as it holds; their number."""
    workers = len(draw)
    least = np.full(len(capacities), np.int64(2**63 - 1))
    for worker in range(workers):
        if posting_of[worker] >= 0:
            entry = offsets[worker] + wish_of[worker]
            key = (np.int64(standing[entry]) << 32) | (workers - 1 - draw[worker])
            least[posting_of[worker]] = min(least[posting_of[worker]], key)
    count = 0
    for worker in range(workers):
        own = posting_of[worker]
        end = offsets[worker] + wish_of[worker] if own >= 0 else offsets[worker + 1]
        for entry in range(offsets[worker], end):
            if standing[entry] == NOT_TAKEN:
                continue
            posting = postings[entry]
            key = (np.int64(standing[entry]) << 32) | (workers - 1 - draw[worker])
            blocks = key > least[posting]
            if not blocks and filled[posting] < capacities[posting]:
                full = nearest_full[posting]
                blocks = full < 0
                if not blocks and own >= 0:
                    within = first_leaf[full] <= leaf_of[own] < end_leaf[full]
                    blocks = within and next_rank[posting] < last_rank[own]
            if blocks:
                if count < len(found):
                    found[count] = entry
                count += 1
    return count
