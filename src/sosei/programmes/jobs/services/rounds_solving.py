"""The assignment of a round by the engine: with friends, under caps or for the greatest total, and within the beds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sosei.engines.matching.assignment import (
    Assignment,
    PostingReason,
    WishReason,
    assign_with_groups,
    blocking_pairs,
    posting_reason,
    stable_assignment,
    total_value_assignment,
    worker_reasons,
)
from sosei.engines.matching.assignment.total_value import MOST
from sosei.programmes.jobs.models import Application, Round
from sosei.programmes.jobs.rules_rounds import Code, Sleeper, value_of, weights_of, without_bed
from sosei.programmes.jobs.services.rounds_market import Entered, free_beds, nights_wanted

NEARLY = 1e-9
"""The precision of the greatest total: whole values of a town's size come out exactly, and the gap says so."""


@dataclass(frozen=True)
class Solved:
    """What came out.

    Attributes:
        unsettled: how many pairs would both rather have each other: none where the assignment is stable.
        gap: for the greatest total, by what share a better one might exist; None for a stable one.
    """

    entered: Entered
    assignment: Assignment
    unsettled: int
    gap: float | None = None

    def wish_of(self, place: int) -> Application | None:
        """The wish that somebody got."""
        wish = int(self.assignment.wish_of[place])
        return self.entered.entrants[place].wishes[wish] if wish >= 0 else None

    def postings(self) -> list[PostingReason]:
        """How full each posting is and why."""
        return [posting_reason(self.assignment, place) for place in range(len(self.entered.postings))]

    def wishes(self, place: int) -> list[dict[str, Any]]:
        """What became of each wish of somebody, with the figures of the reason."""
        friends = next((group for group in self.entered.friends if place in group), ())
        others = [each for each in friends if each != place]
        found = worker_reasons(self.assignment, place, together_with=others)
        return [self._figures(place, reason) for reason in found]

    def _figures(self, place: int, reason: WishReason) -> dict[str, Any]:
        wish = self.entered.entrants[place].wishes[reason.wish]
        told: dict[str, Any] = {
            "rank": reason.wish + 1,
            "application": wish.pk,
            "posting": wish.posting_id,
            "code": self._code(wish, reason),
            "score": wish.fit or 0,
            "lot": place + 1,
            "capacity": reason.capacity,
        }
        if reason.cutoff_score is not None and reason.cutoff_draw is not None:
            told |= {"cutoff_score": int(reason.cutoff_score), "cutoff_lot": reason.cutoff_draw + 1}
        if reason.region is not None:
            told |= {"region": self.entered.tree.codes[reason.region], "cap": reason.cap}
        return told

    def _code(self, wish: Application, reason: WishReason) -> str:
        code = str(reason.code)
        if code == "not_acceptable":
            return self.entered.refused.get(wish.pk, code)
        # Neither scores nor lots decide where the total does.
        plain = ("got_it", "held_better", "no_capacity")
        if self.entered.round.method == Round.Method.TOTAL_VALUE and code not in plain:
            return Code.TOTAL_VALUE
        return code


def solve(entered: Entered, seed: str) -> Solved:
    """The assignment; whoever needs a bed and finds none at a posting is not taken there, and all is computed anew."""
    nights = nights_wanted([wish for one in entered.entrants for wish in one.wishes])
    beds = free_beds(entered.postings, {night for each in nights.values() for night in each})
    while True:
        solved = _solve(entered, seed)
        without = _without_bed(solved, nights, beds)
        if not without:
            return solved
        entered.refused.update(dict.fromkeys(without, Code.NO_BED))


def _solve(entered: Entered, seed: str) -> Solved:
    market = entered.market()
    if entered.round.method == Round.Method.TOTAL_VALUE:
        wishes = [
            (wish, rank, place)
            for place, one in enumerate(entered.entrants)
            for rank, wish in enumerate(one.wishes, 1)
        ]
        values = [value_of(wish.fit or 0, rank) for wish, rank, _place in wishes]
        exact = MOST // (len(entered.entrants) + 1)
        weights, _factor = weights_of(values, [each[2] for each in wishes], sum(entered.capacities), exact)
        best = total_value_assignment(market, weights, precision=NEARLY)
        return Solved(entered, best.assignment, len(blocking_pairs(best.assignment).workers), best.gap)
    if entered.friends:
        found = assign_with_groups(market, entered.friends)
        return Solved(entered, found.assignment, len(found.blocking))
    regions = entered.regions(seed) if entered.tree.codes else None
    assignment = stable_assignment(market, regions=regions)
    return Solved(entered, assignment, len(blocking_pairs(assignment).workers))


def _without_bed(
    solved: Solved, nights: dict[int, frozenset[date]], beds: dict[tuple[int, date], int]
) -> set[int]:
    """Applications of those who would be placed and have no bed; friends stay out together."""
    entered = solved.entered
    unit_of = {place: group[0] for group in entered.friends for place in group}
    placed: dict[int, list[tuple[int, Application]]] = defaultdict(list)
    for place in range(len(entered.entrants)):
        wish = solved.wish_of(place)
        if wish is not None:
            placed[unit_of.get(place, place)].append((place, wish))
    sleepers = []
    for unit, members in placed.items():
        asking = [wish for _place, wish in members if wish.needs_lodging]
        posting = entered.postings[entered.place_of[members[0][1].posting_id]]
        if not asking or posting.lodging_id is None:
            continue
        sleepers.append(
            Sleeper(
                unit,
                posting.lodging_id,
                frozenset().union(*(nights.get(wish.pk, frozenset()) for wish in asking)),
                len(asking),
                min(wish.fit or 0 for _place, wish in members),
                max(place for place, _wish in members),
            )
        )
    return {wish.pk for unit in without_bed(sleepers, beds) for _place, wish in placed[unit]}
