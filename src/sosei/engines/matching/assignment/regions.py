"""The tree of regions: prefecture over municipality over posting, with a cap on each and a target for each posting."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sosei.engines.matching.assignment.errors import ErrorCode, MarketError
from sosei.engines.matching.assignment.market import Ints, Longs, permutation

UNLIMITED = 2**63 - 1
"""The cap of a region that has none."""


@dataclass(frozen=True, eq=False)
class Regions:
    """Caps on a tree of regions, and how a region's places are shared among its postings.

    Args:
        parent: the region above each region, -1 at a root; there may be several roots.
        caps: the most workers in each region and under it; `UNLIMITED` for no cap.
        region_of: the region of each posting, -1 for none.
        targets: seats each posting gets before any posting gets one beyond its target; None for 0.
        priority: each posting's place when seats beyond the targets are given out one by one, 0 first; None for the order
            of their numbers.

    Raises:
        MarketError: a parent that does not exist, a circle, a negative cap, lengths that differ.
    """

    parent: Ints
    caps: Longs
    region_of: Ints
    targets: Ints | None = None
    priority: Ints | None = None
    depth: Ints = field(init=False, repr=False)
    """Steps from each region to its root."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        for name, kind in (("parent", np.int32), ("caps", np.int64), ("region_of", np.int32)):
            put(self, name, np.ascontiguousarray(getattr(self, name), dtype=kind))
        if self.caps.shape != self.parent.shape:
            raise MarketError(ErrorCode.SHAPE, name="caps", got=self.caps.shape, expected=self.parent.shape)
        _first(self.caps < 0, ErrorCode.NEGATIVE_CAP, "region", self.caps)
        put(self, "depth", _depths(self.parent))
        wrong = (self.region_of < -1) | (self.region_of >= len(self.parent))
        _first(wrong, ErrorCode.REGION_RANGE, "posting", self.region_of, last=len(self.parent) - 1)
        size = len(self.region_of)
        targets = np.zeros(size, dtype=np.int32) if self.targets is None else self.targets
        put(self, "targets", np.ascontiguousarray(targets, dtype=np.int32))
        if self.target_seats.shape != (size,):
            raise MarketError(ErrorCode.SHAPE, name="targets", got=self.target_seats.shape, expected=size)
        order = np.arange(size) if self.priority is None else self.priority
        put(self, "priority", permutation(order, size, ErrorCode.PRIORITY, "posting"))

    @property
    def target_seats(self) -> Ints:
        """The targets, 0 where none were given."""
        assert self.targets is not None
        return self.targets

    @property
    def places_in_order(self) -> Ints:
        """The priority, by number where none was given."""
        assert self.priority is not None
        return self.priority

    def check_for(self, capacities: Ints) -> None:
        """Refuses regions that do not suit the postings' capacities.

        Raises:
            MarketError: another number of postings, a target above the capacity, targets above a region's cap.
        """
        if self.region_of.shape != capacities.shape:
            raise MarketError(
                ErrorCode.SHAPE, name="region_of", got=len(self.region_of), expected=len(capacities)
            )
        targets = self.target_seats
        wrong = np.flatnonzero((targets < 0) | (targets > capacities))
        if len(wrong):
            first = int(wrong[0])
            raise MarketError(
                ErrorCode.TARGET, posting=first, value=int(targets[first]), capacity=int(capacities[first])
            )
        sums = self.sums(targets)
        above = np.flatnonzero(sums > self.caps)
        if len(above):
            first = int(above[0])
            raise MarketError(
                ErrorCode.TARGETS_ABOVE_CAP, region=first, value=int(sums[first]), cap=int(self.caps[first])
            )

    def sums(self, of_postings: npt.NDArray[np.integer]) -> Longs:
        """What the postings of each region and the regions under it add up to."""
        sums = np.zeros(len(self.parent), dtype=np.int64)
        inside = self.region_of >= 0
        np.add.at(sums, self.region_of[inside], of_postings[inside])
        for level in range(int(self.depth.max(initial=0)), 0, -1):
            here = np.flatnonzero(self.depth == level)
            np.add.at(sums, self.parent[here], sums[here])
        return sums

    def path(self, posting: int) -> tuple[int, ...]:
        """The regions of a posting, the nearest first."""
        steps = []
        region = int(self.region_of[posting])
        while region >= 0:
            steps.append(region)
            region = int(self.parent[region])
        return tuple(steps)

    def nearest_full(self, filled: Longs) -> Ints:
        """For each posting the nearest region above it whose cap is reached; -1 if none is."""
        nearest = np.full(len(self.parent), -1, dtype=np.int32)
        for level in range(int(self.depth.max(initial=-1)) + 1):
            here = np.flatnonzero(self.depth == level)
            above = np.where(self.parent[here] >= 0, nearest[self.parent[here]], -1)
            nearest[here] = np.where(filled[here] >= self.caps[here], here, above)
        return np.append(nearest, np.int32(-1))[self.region_of]

    def leaves(self) -> tuple[Ints, Ints, Ints]:
        """Places of the postings in an order in which every region is one stretch, and each stretch's bounds."""
        size = len(self.parent)
        children: list[list[int]] = [[] for _ in range(size + 1)]
        for region, above in enumerate(self.parent.tolist()):
            children[above].append(region)
        members = np.argsort(self.region_of, kind="stable")
        bounds = np.searchsorted(self.region_of[members], np.arange(-1, size + 1))
        leaf_of = np.empty(len(self.region_of), dtype=np.int32)
        first, end = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int32)
        place = 0
        stack = [(region, False) for region in reversed(children[-1])]
        while stack:
            region, done = stack.pop()
            if done:
                end[region] = place
                continue
            first[region] = place
            own = members[bounds[region + 1] : bounds[region + 2]]
            leaf_of[own] = np.arange(place, place + len(own))
            place += len(own)
            stack.append((region, True))
            stack.extend((child, False) for child in reversed(children[region]))
        outside = members[: bounds[1]]
        leaf_of[outside] = np.arange(place, place + len(outside))
        return leaf_of, first, end


def _depths(parent: Ints) -> Ints:
    size = len(parent)
    _first((parent < -1) | (parent >= size), ErrorCode.REGION_TREE, "region", parent)
    depth = np.zeros(size, dtype=np.int32)
    above = parent.copy()
    for _ in range(size):
        under = above >= 0
        if not under.any():
            return depth
        depth += under
        above[under] = parent[above[under]]
    _first(above >= 0, ErrorCode.REGION_TREE, "region", parent)
    return depth


def _first(
    wrong: npt.NDArray[np.bool_],
    code: ErrorCode,
    what: str,
    values: npt.NDArray[np.integer],
    **data: object,
) -> None:
    """Raises the error for the first index that is wrong."""
    if wrong.any():
        index = int(np.flatnonzero(wrong)[0])
        raise MarketError(code, value=int(values[index]), **{what: index}, **data)
