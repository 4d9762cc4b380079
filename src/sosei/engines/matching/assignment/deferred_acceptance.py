"""Worker-proposing deferred acceptance (Gale & Shapley 1962): the stable assignment that is best for every worker.

Each worker proposes down the list; a posting holds the best it has seen, up to its capacity. Whoever proposes when makes
no difference, so that proposals are taken in rounds while many workers are free, then one at a time.
"""

from __future__ import annotations

import numpy as np

from sosei.engines.matching.assignment import kernels
from sosei.engines.matching.assignment.market import Flags, Ints, Market
from sosei.engines.matching.assignment.outcome import Assignment


def deferred_acceptance(market: Market, *, taking_part: Flags | None = None) -> Assignment:
    """The worker-optimal stable assignment; an honest list is every worker's best list.

    `taking_part` leaves workers out where it is False.
    """
    free = np.ones(market.workers, dtype=np.bool_) if taking_part is None else taking_part.copy()
    capacities = usable_capacities(market)
    starts = kernels.starts_of(capacities)
    following = market.offsets[:-1].copy()
    posting_of = np.full(market.workers, -1, dtype=np.int32)
    held = np.zeros(len(capacities), dtype=np.int32)
    state = (
        *(market.offsets, market.postings, market.standing, capacities, market.draw, market.drawn),
        *(following, free, posting_of),
        *(starts, np.empty(starts[-1], dtype=np.int64), held),
        np.where(capacities > 0, kernels.OPEN, kernels.SHUT),
    )
    kernels.propose_together(*state)
    kernels.propose_singly(*state)
    wish_of = np.where(posting_of >= 0, following - market.offsets[:-1] - 1, -1).astype(np.int32)
    return Assignment(market, posting_of, wish_of, held)


def usable_capacities(market: Market) -> Ints:
    """Capacities, none far above the number of wishes for the posting: memory is for those who may come.

    One more than may come is left, so that a posting with places for everybody never counts as full.
    """
    if market.places <= market.wishes:
        return market.capacities
    wished = np.bincount(market.postings, minlength=len(market.capacities))
    return np.minimum(market.capacities, wished).astype(np.int32)
