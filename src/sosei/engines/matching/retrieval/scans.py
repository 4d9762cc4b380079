"""The compiled searches: blocks that cannot hold an answer passed over, the rest filtered, the best k kept.

Every way to an answer goes through `filters.passes` and `score.points`; zones only spare looks, and may be too wide,
never too narrow.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sosei.engines.matching.retrieval.filters import (
    NONE,
    first_day_outside,
    first_full_week,
    is_open,
    is_settled,
    near_enough,
    old_enough,
    passes_alone,
    passes_at_a_glance,
    passes_pairs,
    within_outer_days,
)
from sosei.engines.matching.retrieval.jit import compiled
from sosei.engines.matching.retrieval.rows import EVERY_DAY, Ints
from sosei.engines.matching.retrieval.score import (
    COSINE,
    WHOLE_TURN,
    metres,
    points,
)
from sosei.engines.matching.retrieval.segments import (
    POSTING_BLOCK,
    WORKER_BLOCK,
    PostingSegment,
    WorkerSegment,
    week_bits,
)


class Top(NamedTuple):
    """The best so far, best first: points falling, ids rising; `size[0]` of them are filled."""

    points: Ints
    ids: Ints
    segments: Ints
    rows: Ints
    size: Ints


def empty_top(k: int) -> Top:
    """Room for the best k."""
    points, ids, segments, rows = np.zeros((4, k), np.int64)
    return Top(points, ids, segments, rows, np.zeros(1, np.int64))


@compiled
def offer(top: Top, value: int, id: int, segment: int, row: int) -> None:
    """Takes the row in if it belongs to the best, at its place."""
    room, at = len(top.points), top.size[0]
    if at == room:
        worst = top.points[room - 1]
        if value < worst or (value == worst and id > top.ids[room - 1]):
            return
        at -= 1
    else:
        top.size[0] += 1
    while at > 0 and (top.points[at - 1] < value or (top.points[at - 1] == value and top.ids[at - 1] > id)):
        top.points[at], top.ids[at] = top.points[at - 1], top.ids[at - 1]
        top.segments[at], top.rows[at] = top.segments[at - 1], top.rows[at - 1]
        at -= 1
    top.points[at], top.ids[at], top.segments[at], top.rows[at] = value, id, segment, row


@compiled
def gap(low: int, high: int, other_low: int, other_high: int) -> int:
    """How far two ranges are apart; 0 where they touch."""
    return max(0, low - other_high, other_low - high)


@compiled
def least_distance(zone: Any, south: int, north: int, west: int, east: int) -> int:
    """No place of the zone is nearer to a place of the box than this (by the distance of the score)."""
    min_lat, max_lat, min_lon, max_lon = zone["min_lat"], zone["max_lat"], zone["min_lon"], zone["max_lon"]
    # The last term is the way around the other side of the earth.
    around = WHOLE_TURN - max(int(max_lon) - west, east - int(min_lon))
    dlon = max(0, min(gap(min_lon, max_lon, west, east), around))
    low, high = abs(int(min_lat) + south) // 20_000, abs(int(max_lat) + north) // 20_000
    return metres(gap(min_lat, max_lat, south, north), dlon, min(COSINE[low], COSINE[high]))


@compiled
def zones_may_match(worker: Any, posting: Any) -> bool:
    """Whether a zone of workers and a zone of postings can hold a pair that passes."""
    if posting["max_start"] < worker["first"] or posting["min_end"] > worker["last"]:
        return False
    if worker["lodge"] and posting["beds"]:
        return True
    south, north, west, east = posting["min_lat"], posting["max_lat"], posting["min_lon"], posting["max_lon"]
    return bool(worker["commute"] and least_distance(worker, south, north, west, east) <= worker["reach"])


@compiled
def row_may_match(zone: Any, posting: Any) -> bool:
    """Whether any worker of the zone can take the posting, by days, licences, bed and distance."""
    if posting["start_day"] < zone["first"] or posting["end_day"] > zone["last"]:
        return False
    if (posting["licences"] & ~zone["licences"]) != 0:
        return False
    if posting["beds"] > 0 and zone["lodge"]:
        return True
    return bool(zone["commute"] and least_to(zone, posting) <= zone["reach"])


@compiled
def least_to(zone: Any, posting: Any) -> int:
    """No worker of the zone is nearer to the posting than this."""
    lat, lon = posting["lat"], posting["lon"]
    return least_distance(zone, lat, lat, lon, lon)


@compiled
def narrowed(posting: Any, narrowing: Ints) -> bool:
    """Whether the posting is among those that the searcher asked to see."""
    return bool(
        (narrowing[0] == 0 or posting["municipality"] == narrowing[0])
        and (narrowing[1] == 0 or ((narrowing[1] >> posting["kind"]) & 1) == 1)
        and (narrowing[2] == 0 or posting["employer"] == narrowing[2])
        and posting["start_day"] >= narrowing[3]
        and posting["end_day"] <= narrowing[4]
        and posting["wage"] >= narrowing[5]
    )


@compiled
def scan_postings(
    one: WorkerSegment,
    postings: PostingSegment,
    number: int,
    today: int,
    weights: Ints,
    narrowing: Ints,
    top: Top,
) -> int:
    """Offers every posting that the one worker may take; returns how many those are."""
    worker, zone, settled = one.rows[0], one.zones[0], is_settled(one.rows[0])
    first, second, weeks, minutes = one.windows.first, one.windows.second, one.busy.first, one.busy.second
    rows, zones, dead, passing = postings.rows, postings.zones, postings.dead, 0
    best, size, room = top.points, top.size, len(top.points)
    for block in range(len(zones)):
        if not zones_may_match(zone, zones[block]):
            continue
        for i in range(block * POSTING_BLOCK, min((block + 1) * POSTING_BLOCK, len(rows))):
            posting = rows[i]
            if (
                dead[i] == 0
                and passes_alone(worker, posting, today)
                and narrowed(posting, narrowing)
                and (settled or passes_pairs(worker, posting, first, second, 0, weeks, minutes, 0))
            ):
                passing += 1
                value = points(worker, posting, weights)
                if size[0] < room or value >= best[room - 1]:
                    offer(top, value, posting["id"], number, i)
    return passing


@compiled
def scan_workers(
    one: PostingSegment,
    workers: WorkerSegment,
    number: int,
    today: int,
    weights: Ints,
    top: Top,
) -> int:
    """Offers every worker who may take the one posting; returns how many those are."""
    posting, window, week = one.rows[0], workers.windows.offsets, workers.busy.offsets
    first, second = workers.windows.first, workers.windows.second
    weeks, minutes = workers.busy.first, workers.busy.second
    rows, zones, dead, passing = workers.rows, workers.zones, workers.dead, 0
    best, size, room = top.points, top.size, len(top.points)
    start, end, every_day = posting["start_day"], posting["end_day"], posting["weekdays"] == EVERY_DAY
    free, touched, picked = workers.weeks, week_bits(start, end), np.empty(WORKER_BLOCK + 1, np.int64)
    if not is_open(posting, today):
        return passing
    for block in range(len(zones)):
        if not row_may_match(zones[block], posting):
            continue
        # Rows are picked out without branches, so that the processor waits for many of them at the same time.
        count = 0
        for i in range(block * WORKER_BLOCK, min((block + 1) * WORKER_BLOCK, len(rows))):
            picked[count] = i
            count += (touched & ~free[i]) == 0
        left = 0
        for n in range(count):
            i = picked[n]
            picked[left] = i
            left += within_outer_days(rows[i], posting) & passes_at_a_glance(rows[i], posting)
        fitting = 0
        for n in range(left):
            i = picked[n]
            worker = rows[i]
            if dead[i] or not near_enough(worker, posting) or not old_enough(worker, posting):
                continue
            # Most workers have one window and no contract; the exact look at days off and weeks is left for few.
            if worker["windows"] > 1:
                inside = False
                for w in range(window[i], window[i + 1]):
                    inside |= first[w] <= start and end <= second[w]
                if not inside and (
                    every_day or first_day_outside(posting, first, second, window[i], window[i + 1]) != NONE
                ):
                    continue
            if worker["busy"] > 0:
                held = posting["week_minutes"]
                for w in range(week[i], week[i + 1]):
                    held += minutes[w]
                if (
                    held > worker["weekly_minutes"]
                    and first_full_week(worker, posting, weeks, minutes, week[i]) != NONE
                ):
                    continue
            picked[fitting] = i
            fitting += 1
        passing += fitting
        for n in range(fitting):
            value = points(rows[picked[n]], posting, weights)
            if size[0] < room or value >= best[room - 1]:
                offer(top, value, rows[picked[n]]["id"], number, picked[n])
    return passing
