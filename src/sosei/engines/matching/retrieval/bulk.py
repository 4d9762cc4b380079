"""The compiled search of the best postings of many workers at once.

The workers of one block are much alike, so that the postings any of them could take are picked out once and laid side
by side. For each worker a bound, never below the points of `score.points`, tells which of them are worth the filters
and the exact points; both are the functions of the single search.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sosei.engines.matching.retrieval.filters import (
    NONE,
    first_day_outside,
    first_full_week,
    is_open,
    passes_but_days,
)
from sosei.engines.matching.retrieval.jit import compiled
from sosei.engines.matching.retrieval.rows import EVERY_DAY, Ints
from sosei.engines.matching.retrieval.scans import Top, offer, row_may_match, zones_may_match
from sosei.engines.matching.retrieval.score import (
    FULL,
    METRES_PER_DEGREE,
    NEUTRAL,
    bits,
    lodging_fit,
    points,
)
from sosei.engines.matching.retrieval.segments import (
    POSTING_BLOCK,
    START_BUCKET,
    WORKER_BLOCK,
    PostingSegment,
    WorkerSegment,
)

WIDE, OUT = 360_000_000, -1e12
ROUNDING = 8
"""What the bound adds, so that its fractions never come out below the whole numbers of the exact points."""


class Near(NamedTuple):
    """The postings that any worker of one block could take, in search order, with what bounds their points.

    `last` is the end where every day is worked, else 0: days off may lie outside the window. `base` holds the points
    that are the same for all workers of the block, `skill_points` those of one wanted skill.
    """

    rows: Any
    ranks: Any
    starts: Any
    last: Any
    lats: Any
    wages: Any
    kinds: Any
    skills: Any
    half_days: Any
    base: Any
    skill_points: Any


def empty_near(postings: PostingSegment) -> Near:
    """Room for all of them."""
    size = len(postings.rows)
    types = [np.int32] * 5 + [np.int64] * 3 + [np.float64] * 2
    return Near(np.empty(size, postings.rows.dtype), *(np.empty(size, each) for each in types))


@compiled
def pick(
    zone: Any, worker: Any, postings: PostingSegment, rank: Ints, today: int, weights: Ints, near: Near
) -> tuple[int, int]:
    """Fills `near` for the block of that zone and one of its workers; how many are without beds, how many in all."""
    rows, zones, count, bare = postings.rows, postings.zones, 0, 0
    near_rows, ranks, starts, last, lats = near.rows, near.ranks, near.starts, near.last, near.lats
    wages, kinds, skills, half_days = near.wages, near.kinds, near.skills, near.half_days
    base, skill_points = near.base, near.skill_points
    for block in range(len(zones)):
        if not zones_may_match(zone, zones[block]):
            continue
        for i in range(block * POSTING_BLOCK, min((block + 1) * POSTING_BLOCK, len(rows))):
            posting = rows[i]
            if not row_may_match(zone, posting) or not is_open(posting, today):
                continue
            near_rows[count], ranks[count], starts[count] = posting, rank[i], posting["start_day"]
            last[count] = posting["end_day"] if posting["weekdays"] == EVERY_DAY else 0
            lats[count], wages[count], kinds[count] = posting["lat"], posting["wage"], posting["kind"]
            skills[count], half_days[count] = posting["skills"], posting["half_days"]
            base[count] = weights[4] * max(NEUTRAL, lodging_fit(worker, posting)) + ROUNDING
            wanted = bits(posting["skills"])
            skill_points[count] = weights[0] * FULL / max(wanted, 1)
            if wanted == 0:
                base[count] += weights[0] * NEUTRAL
            count += 1
            if posting["beds"] <= 0:
                bare = count
    return bare, count


@compiled
def first_from(starts: Any, begin: int, end: int, bucket: int) -> int:
    """Where, between two places in search order, the starts of that bucket or a later one begin."""
    while begin < end:
        middle = (begin + end) // 2
        if starts[middle] // START_BUCKET < bucket:
            begin = middle + 1
        else:
            end = middle
    return begin


@compiled
def bound(
    worker: Any, near: Near, begin: int, end: int, opens: int, closes: int, weights: Ints, out: Any
) -> None:
    """Bounds the points of the postings `begin`..`end`; below 0 for those too far off or not inside the window.

    Short loops without branches over a few arrays each, so that the compiler computes several elements at once.
    """
    span, held, wished = weights[8], worker["skills"], worker["kinds"]
    wish = int(worker["wage_wish"]) if worker["wage_wish"] > 0 else weights[7]
    wage_points, lat, half = weights[2] * FULL / (2 * span), int(worker["lat"]), int(worker["half_days"])
    lodges = near.rows[begin]["beds"] > 0 and worker["lodging"] > 0
    scale = weights[9] + 2.0  # the exact distance is cut to whole metres, twice
    near_points = weights[3] * FULL / weights[9]
    reach = WIDE if lodges else widest(worker["max_distance"])
    kind_points = weights[1] * FULL if wished else 0
    half_points = weights[5] * FULL if half else 0
    fixed = weights[6] * (FULL if worker["desk"] else NEUTRAL)
    fixed += (0 if wished else weights[1] * NEUTRAL) + (0 if half else weights[5] * NEUTRAL)

    starts, last, lats, base = (
        near.starts[begin:end],
        near.last[begin:end],
        near.lats[begin:end],
        near.base[begin:end],
    )
    for n in range(len(starts)):
        inside = (starts[n] >= opens) & (starts[n] < closes) & (last[n] <= closes)
        north = abs(lats[n] - lat)
        nearness = max(scale - north * (METRES_PER_DEGREE / 1_000_000), 0.0) * near_points
        out[n] = base[n] + fixed + nearness if inside & (north <= reach) else OUT
    wages, kinds, half_days = near.wages[begin:end], near.kinds[begin:end], near.half_days[begin:end]
    for n in range(len(wages)):
        out[n] += (
            wage_points * min(max(wages[n] - wish + span, 0), 2 * span)
            + kind_points * ((wished >> kinds[n]) & 1)
            + half_points * min(half_days[n] & half, 1)
        )
    skills, skill_points = near.skills[begin:end], near.skill_points[begin:end]
    for n in range(len(skills)):
        out[n] += skill_points[n] * bits(skills[n] & held)


@compiled
def widest(limit: int) -> int:
    """No place farther off than this in latitude is within the limit."""
    return (int(limit) + 1) * 1_000_000 // METRES_PER_DEGREE + 1


@compiled
def list_blocks(
    workers: WorkerSegment,
    postings: PostingSegment,
    rank: Ints,
    today: int,
    weights: Ints,
    near: Near,
    top: Top,
    begin: int,
    end: int,
    out: Any,
    values: Any,
    counts: Any,
) -> None:
    """The best postings of every worker in the blocks `begin`..`end`, as ranks of ids, with their points.

    A posting belongs to the one window that it starts in.
    """
    window, week = workers.windows.offsets, workers.busy.offsets
    first, second = workers.windows.first, workers.windows.second
    weeks, minutes = workers.busy.first, workers.busy.second
    rows, zones, dead, room = workers.rows, workers.zones, workers.dead, len(top.points)
    near_rows, starts, last, ranks, best, size = (
        near.rows,
        near.starts,
        near.last,
        near.ranks,
        top.points,
        top.size,
    )
    bounds = np.empty(len(near_rows), np.float64)
    for block in range(begin, end):
        # The last of a block is the one most ready to lodge, so that what bounds its lodging bounds everybody's.
        ready = rows[min((block + 1) * WORKER_BLOCK, len(rows)) - 1]
        bare, count = pick(zones[block], ready, postings, rank, today, weights, near)
        for i in range(block * WORKER_BLOCK, min((block + 1) * WORKER_BLOCK, len(rows))):
            if dead[i]:
                continue
            worker = rows[i]
            size[0] = 0
            for run in range(2 * (window[i + 1] - window[i])):
                w = window[i] + run // 2
                low, high = (0, bare) if run % 2 == 0 else (bare, count)
                low = first_from(starts, low, high, first[w] // START_BUCKET)
                high = first_from(starts, low, high, (second[w] - 1) // START_BUCKET + 1)
                if low == high:
                    continue
                bound(worker, near, low, high, first[w], second[w], weights, bounds)
                for n in range(high - low):
                    if bounds[n] < 0 or (size[0] == room and bounds[n] < best[room - 1]):
                        continue
                    posting = near_rows[low + n]
                    if (
                        passes_but_days(worker, posting)
                        and (
                            last[low + n] > 0
                            or first_day_outside(posting, first, second, window[i], window[i + 1]) == NONE
                        )
                        and (
                            worker["busy"] == 0
                            or first_full_week(worker, posting, weeks, minutes, week[i]) == NONE
                        )
                    ):
                        offer(top, points(worker, posting, weights), ranks[low + n], 0, 0)
            counts[i] = size[0]
            for n in range(size[0]):
                out[i, n], values[i, n] = top.ids[n], best[n]


@compiled
def gather(
    places: Ints, out: Any, values: Any, offsets: Ints, begin: int, end: int, to: Any, to_values: Any
) -> None:
    """Writes the lists of the workers `begin`..`end` (by rank of their ids) one after another."""
    for worker in range(begin, end):
        row, at = places[worker], offsets[worker]
        for n in range(offsets[worker + 1] - at):
            to[at + n], to_values[at + n] = out[row, n], values[row, n]
