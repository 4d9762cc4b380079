"""Why each worker and each posting has this outcome: a code and its data; the sentence is made by whoever shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sosei.engines.matching.assignment.market import NOT_TAKEN, check_worker
from sosei.engines.matching.assignment.outcome import Assignment


class Reason(StrEnum):
    """Why a wish was or was not fulfilled."""

    GOT_IT = "got_it"
    HELD_BETTER = "held_better"
    NOT_ACCEPTABLE = "not_acceptable"
    NO_CAPACITY = "no_capacity"
    HIGHER_SCORE = "higher_score"
    LOTTERY = "lottery"
    REGION_CAP = "region_cap"
    GROUP_NO_ROOM = "group_no_room"
    """The worker alone would be taken, the friends together are not."""
    BLOCKING = "blocking"
    """No rule refuses the worker: a pair left over by groups, or given up for the total value."""


class PostingOutcome(StrEnum):
    """Why a posting is as full as it is."""

    FILLED = "filled"
    REGION_CAP = "region_cap"
    TOO_FEW_APPLICANTS = "too_few_applicants"
    NO_APPLICANTS = "no_applicants"
    NO_CAPACITY = "no_capacity"


@dataclass(frozen=True)
class WishReason:
    """One wish: what became of it, with the numbers that decided; None where a number plays no part."""

    wish: int
    posting: int
    code: Reason
    score: float
    draw: int
    capacity: int
    cutoff_score: float | None = None
    cutoff_draw: int | None = None
    region: int | None = None
    cap: int | None = None


@dataclass(frozen=True)
class PostingReason:
    """One posting: how full it is and why; None where a number plays no part."""

    posting: int
    code: PostingOutcome
    filled: int
    capacity: int
    applicants: int
    cutoff_score: float | None = None
    cutoff_draw: int | None = None
    region: int | None = None
    cap: int | None = None


def worker_reasons(
    assignment: Assignment, worker: int, *, together_with: Sequence[int] = ()
) -> tuple[WishReason, ...]:
    """What became of each wish of the worker, in order; `together_with` are friends who applied in one group.

    Raises:
        MarketError: no such worker.
    """
    market = assignment.market
    check_worker(worker, market.workers)
    begin, end = int(market.offsets[worker]), int(market.offsets[worker + 1])
    return tuple(
        _wish(assignment, worker, entry - begin, entry, together_with) for entry in range(begin, end)
    )


def posting_reason(assignment: Assignment, posting: int) -> PostingReason:
    """How full the posting is and why."""
    market = assignment.market
    filled, capacity = int(assignment.filled[posting]), int(market.capacities[posting])
    applicants, region = int(market.wished[posting]), int(assignment.binding_region[posting])
    code = PostingOutcome.TOO_FEW_APPLICANTS
    if capacity == 0:
        code = PostingOutcome.NO_CAPACITY
    elif filled >= capacity:
        code = PostingOutcome.FILLED
    elif applicants == 0:
        code = PostingOutcome.NO_APPLICANTS
    elif region >= 0 and applicants > filled:
        code = PostingOutcome.REGION_CAP
    capped = code is PostingOutcome.REGION_CAP
    return PostingReason(
        posting,
        code,
        filled,
        capacity,
        applicants,
        *_cutoff(assignment, posting),
        region=region if capped else None,
        cap=_cap(assignment, region) if capped else None,
    )


def _wish(assignment: Assignment, worker: int, wish: int, entry: int, friends: Sequence[int]) -> WishReason:
    market = assignment.market
    posting = int(market.postings[entry])
    standing, draw = int(market.standing[entry]), int(market.draw[worker])
    cutoff_score, cutoff_draw = _cutoff(assignment, posting)
    region = int(assignment.binding_region[posting])
    capacity, filled = int(market.capacities[posting]), int(assignment.filled[posting])
    last = int(assignment.last_taken[posting])
    with_cutoff = with_region = False
    if assignment.wish_of[worker] == wish:
        code = Reason.GOT_IT
    elif 0 <= assignment.wish_of[worker] < wish:
        code = Reason.HELD_BETTER
    elif standing == NOT_TAKEN:
        code = Reason.NOT_ACCEPTABLE
    elif capacity == 0:
        code = Reason.NO_CAPACITY
    else:
        last_standing = assignment.standing_at_place(last) if last >= 0 else NOT_TAKEN
        lower = last >= 0 and (standing, -draw) < (last_standing, -int(market.draw[last]))
        with_cutoff = last >= 0
        if filled < capacity and region >= 0 and (lower or last < 0):
            code, with_region = Reason.REGION_CAP, True
        elif lower and filled >= capacity:
            code = Reason.LOTTERY if standing == last_standing else Reason.HIGHER_SCORE
        else:
            code = Reason.GROUP_NO_ROOM if friends else Reason.BLOCKING
    return WishReason(
        wish,
        posting,
        code,
        market.scores[entry].item(),
        draw,
        capacity,
        cutoff_score if with_cutoff else None,
        cutoff_draw if with_cutoff else None,
        region if with_region else None,
        _cap(assignment, region) if with_region else None,
    )


def _cutoff(assignment: Assignment, posting: int) -> tuple[float | None, int | None]:
    if assignment.last_taken[posting] < 0:
        return None, None
    return assignment.cutoff_score[posting].item(), int(assignment.cutoff_draw[posting])


def _cap(assignment: Assignment, region: int) -> int | None:
    return None if assignment.regions is None else int(assignment.regions.caps[region])
