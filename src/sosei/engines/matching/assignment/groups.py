"""Friends who apply together: all of a group in one posting, or none of them.

With groups a stable assignment need not exist, and finding one is hard. The heuristic is that of Roth & Peranson (1999) for
couples: those who apply alone are assigned first, then the groups join one by one in the order of the draw; whoever is
displaced proposes on, and where a displaced group leaves places open, those who had been refused there propose
again. A group ranks at a posting as its lowest member does. What stays unstable is reported; no group is ever split.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sosei.engines.matching.assignment.deferred_acceptance import deferred_acceptance
from sosei.engines.matching.assignment.errors import ErrorCode, MarketError
from sosei.engines.matching.assignment.market import NOT_TAKEN, Ints, Market, check_worker
from sosei.engines.matching.assignment.outcome import Assignment
from sosei.engines.matching.assignment.stability import blocking_pairs

Unit = int
"""A worker who applies alone is its own number; group g is the number of workers + g."""
Key = tuple[int, int]


@dataclass(frozen=True)
class Blocking:
    """A worker, or a whole group, that a posting would take and that would rather be there."""

    workers: tuple[int, ...]
    posting: int


@dataclass(frozen=True, eq=False)
class GroupAssignment:
    """The assignment, what stayed unstable, and whether the heuristic came to an end by itself."""

    assignment: Assignment
    group_of: Ints
    blocking: tuple[Blocking, ...]
    settled: bool


def assign_with_groups(market: Market, groups: Sequence[Sequence[int]]) -> GroupAssignment:
    """An assignment that keeps each group together.

    Args:
        market: the members of a group must wish the same postings in the same order; their scores may differ.
        groups: the members of each; a group of one is somebody alone.

    Raises:
        MarketError: a member who does not exist or is in two groups, members whose wishes differ.
    """
    group_of = _group_of(market, groups)
    alone = deferred_acceptance(market, taking_part=group_of < 0)
    search = _Search(market, groups, group_of, alone)
    best_draw = [min((int(market.draw[w]) for w in members), default=-1) for members in groups]
    for group in sorted((g for g in range(len(groups)) if groups[g]), key=best_draw.__getitem__):
        search.join(group)
    assignment = Assignment.of(market, search.posting_of, search.wish_of)
    return GroupAssignment(assignment, group_of, tuple(search.blocking(assignment)), search.settled)


def _group_of(market: Market, groups: Sequence[Sequence[int]]) -> Ints:
    group_of = np.full(market.workers, -1, dtype=np.int32)
    for group, members in enumerate(groups):
        for worker in members:
            check_worker(worker, market.workers)
            if group_of[worker] >= 0:
                raise MarketError(ErrorCode.GROUP, group=group, worker=worker)
            group_of[worker] = group
            if not np.array_equal(market.wishes_of(worker)[0], market.wishes_of(members[0])[0]):
                raise MarketError(ErrorCode.GROUP_LISTS, group=group, first=members[0], second=worker)
    return group_of


class _Search:
    """The state of the heuristic: which wish each unit has, and who holds the postings that were touched."""

    def __init__(
        self, market: Market, groups: Sequence[Sequence[int]], group_of: Ints, alone: Assignment
    ) -> None:
        self.market = market
        self.groups = [tuple(members) for members in groups]
        self.group_of = group_of
        self.posting_of = alone.posting_of.copy()
        self.wish_of = alone.wish_of.copy()
        self.group_wish = [-1] * len(groups)
        self.joined: set[int] = set()
        self.settled = True
        self.claims_left = 200 + 20 * len(groups)
        members = np.flatnonzero(alone.posting_of >= 0)
        order = members[np.argsort(alone.posting_of[members], kind="stable")]
        bounds = np.searchsorted(alone.posting_of[order], np.arange(len(market.capacities) + 1))
        self._alone, self._bounds = order, bounds
        self._holders: dict[int, list[Unit]] = {}

    def members(self, unit: Unit) -> tuple[int, ...]:
        """The workers of a unit."""
        return (unit,) if unit < self.market.workers else self.groups[unit - self.market.workers]

    def wish(self, unit: Unit) -> int:
        """The wish the unit has now, -1 for none."""
        workers = self.market.workers
        return int(self.wish_of[unit]) if unit < workers else self.group_wish[unit - workers]

    def holders(self, posting: int) -> list[Unit]:
        """The units in a posting."""
        if posting not in self._holders:
            row = self._alone[self._bounds[posting] : self._bounds[posting + 1]]
            self._holders[posting] = row.tolist()
        return self._holders[posting]

    def key(self, unit: Unit, wish: int) -> Key | None:
        """How the posting of that wish ranks the unit: as its lowest member; None if it does not take one of them."""
        offsets, standing, draw = self.market.offsets, self.market.standing, self.market.draw
        keys = [(int(standing[offsets[w] + wish]), -int(draw[w])) for w in self.members(unit)]
        return None if any(rank == NOT_TAKEN for rank, _ in keys) else min(keys)

    def wish_for(self, unit: Unit, posting: int) -> int:
        """Which wish of the unit the posting is."""
        return int(np.flatnonzero(self.market.wishes_of(self.members(unit)[0])[0] == posting)[0])

    def choice(self, posting: int, newcomer: Unit, wish: int) -> list[Unit] | None:
        """The units a posting holds once the newcomer asks, the best ranked that fit; None if the newcomer is refused."""
        own = self.key(newcomer, wish)
        room = int(self.market.capacities[posting])
        if own is None or len(self.members(newcomer)) > room:
            return None
        ranked: list[tuple[Key, Unit]] = [(own, newcomer)]
        for unit in self.holders(posting):
            key = self.key(unit, self.wish(unit))
            assert key is not None
            ranked.append((key, unit))
        chosen = []
        for _, unit in sorted(ranked, reverse=True):
            if len(self.members(unit)) <= room:
                room -= len(self.members(unit))
                chosen.append(unit)
        return chosen if newcomer in chosen else None

    def join(self, group: int) -> None:
        """Lets the group propose down its list, then those it displaces, until nobody is left to propose."""
        self.joined.add(group)
        waiting = [(self.market.workers + group, 0)]
        while waiting:
            unit, first = waiting.pop()
            waiting.extend(self.propose(unit, first))

    def propose(self, unit: Unit, first: int) -> list[tuple[Unit, int]]:
        """The unit takes the first posting from wish `first` that takes it; who must propose next, and from which wish."""
        wishes = self.market.wishes_of(self.members(unit)[0])[0]
        now = self.wish(unit)
        if now >= 0 and first >= now:
            return []
        for wish in range(first, len(wishes) if now < 0 else now):
            posting = int(wishes[wish])
            chosen = self.choice(posting, unit, wish)
            if chosen is None:
                continue
            displaced = [each for each in self.holders(posting) if each not in chosen]
            following = [(each, self.wish(each) + 1) for each in displaced]
            for each in displaced:
                self.place(each, -1, -1)
            self._holders[posting] = chosen
            left = -1
            if now >= 0:
                left = int(wishes[now])
                self.holders(left).remove(unit)
            self.place(unit, posting, wish)
            opened = [left] if left >= 0 else []
            if any(len(self.members(each)) > 1 for each in [*displaced, unit]):
                opened.append(posting)
            return following + [claim for each in opened for claim in self.claims(each)]
        return []

    def place(self, unit: Unit, posting: int, wish: int) -> None:
        """Writes the unit's place."""
        members = list(self.members(unit))
        self.posting_of[members] = posting
        self.wish_of[members] = wish
        if unit >= self.market.workers:
            self.group_wish[unit - self.market.workers] = wish

    def claims(self, posting: int) -> list[tuple[Unit, int]]:
        """Units that would rather be in a posting with places open, the best ranked last (it proposes first)."""
        used = sum(len(self.members(unit)) for unit in self.holders(posting))
        if used >= self.market.capacities[posting]:
            return []
        begins, entries, workers = self.market.entries_by_posting
        claims: dict[Unit, tuple[Key, int]] = {}
        for place in range(begins[posting], begins[posting + 1]):
            entry, worker = entries[place], int(workers[place])
            group = int(self.group_of[worker])
            unit = worker if group < 0 else self.market.workers + group
            wish = int(entry - self.market.offsets[worker])
            if group >= 0 and group not in self.joined:
                continue
            now = self.wish(unit)
            if (now < 0 or wish < now) and self.choice(posting, unit, wish) is not None:
                key = self.key(unit, wish)
                assert key is not None
                claims[unit] = (key, wish)
        if claims and self.claims_left <= 0:
            self.settled = False
            return []
        self.claims_left -= len(claims)
        return [(unit, claims[unit][1]) for unit in sorted(claims, key=lambda unit: claims[unit][0])]

    def blocking(self, assignment: Assignment) -> Iterable[Blocking]:
        """Units that a posting they prefer would take."""
        pairs = blocking_pairs(assignment)
        for worker, posting in zip(pairs.workers.tolist(), pairs.postings.tolist(), strict=True):
            if self.group_of[worker] < 0 and self.choice(posting, worker, self.wish_for(worker, posting)):
                yield Blocking((worker,), posting)
        for group, members in enumerate(self.groups):
            unit = self.market.workers + group
            wishes = self.market.wishes_of(members[0])[0].tolist() if members else []
            now = self.group_wish[group]
            for wish, posting in enumerate(wishes if now < 0 else wishes[:now]):
                if self.choice(posting, unit, wish):
                    yield Blocking(members, posting)
