"""Flexible deferred acceptance (Kamada & Kojima 2015) under caps on a tree of regions.

Seats are given out in one order: every posting up to its target, then one seat beyond it to each posting in the order of
priority, then a second, and so on, as far as each region above the posting has room. With one level of regions this is
the rule of the paper. On a deeper tree the seats given out are the best set that the nested caps allow (a matroid),
so that the result is the same whoever proposes first, and an honest list stays every worker's best list.
"""

from __future__ import annotations

import numpy as np

from sosei.engines.matching.assignment import kernels
from sosei.engines.matching.assignment.deferred_acceptance import deferred_acceptance, usable_capacities
from sosei.engines.matching.assignment.market import Market
from sosei.engines.matching.assignment.outcome import Assignment
from sosei.engines.matching.assignment.regions import Regions


def stable_assignment(market: Market, regions: Regions | None = None) -> Assignment:
    """The stable assignment, under the regions' caps where there are any.

    Raises:
        MarketError: regions that do not suit the market.
    """
    return deferred_acceptance(market) if regions is None else flexible_deferred_acceptance(market, regions)


def flexible_deferred_acceptance(market: Market, regions: Regions) -> Assignment:
    """Deferred acceptance in which a region's seats go where workers come, targets first.

    Raises:
        MarketError: regions that do not suit the market.
    """
    regions.check_for(market.capacities)
    size = len(market.capacities)
    posting_of = np.full(market.workers, -1, dtype=np.int32)
    wish_of = np.full(market.workers, -1, dtype=np.int32)
    held = np.zeros(size, dtype=np.int32)
    priority = regions.places_in_order
    ordered = np.argsort(priority).astype(np.int32)
    cutoffs, region_held = np.empty(size, dtype=np.int64), np.zeros(len(regions.caps), dtype=np.int64)
    lists = (market.offsets, market.postings, market.standing, usable_capacities(market))
    tree = (regions.parent, regions.caps, regions.region_of, regions.target_seats, priority, ordered)
    outcome = (posting_of, wish_of, held, cutoffs, region_held)
    arguments = (*lists, market.draw, market.drawn, *tree, *regions.leaves(), *outcome)
    kernels.propose_under_caps(*arguments)
    return Assignment(market, posting_of, wish_of, held, regions)
