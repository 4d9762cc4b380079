"""Rows in the order in which they are searched, in blocks, with what each block can hold at most.

Rows that are looked for together lie together: who sleeps at home by place, who lodges by days. A block that cannot
hold an answer is passed over by one look at its zone. A segment never changes once it is made.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sosei.engines.matching.retrieval.jit import compiled
from sosei.engines.matching.retrieval.rows import Ints, Rows, Spans

WORKER_BLOCK, POSTING_BLOCK = 64, 16
CELL, WIDE_CELL = 250_000, 1_000_000  # micro-degrees, about 25 and 100 km
START_BUCKET, END_BUCKET = 7, 14  # days

_BOX = [("min_lat", "i4"), ("max_lat", "i4"), ("min_lon", "i4"), ("max_lon", "i4")]
POSTING_ZONE = np.dtype([*_BOX, ("min_start", "i4"), ("max_start", "i4"), ("min_end", "i4"), ("beds", "u1")])
WORKER_ZONE = np.dtype(
    [
        *_BOX,
        ("licences", "i8"),
        ("first", "i4"),
        ("last", "i4"),
        ("reach", "i4"),
        ("lodge", "u1"),
        ("commute", "u1"),
    ]
)
Flags = npt.NDArray[np.uint8]


class PostingSegment(NamedTuple):
    """Postings as they are searched; `dead` rows are removed or replaced by a row of another segment."""

    rows: Rows
    dead: Flags
    zones: Rows


class WorkerSegment(NamedTuple):
    """Workers as they are searched, with their windows and weeks under contract.

    `weeks` are the weeks with a free day as bits (see `week_bits`): most workers are passed over by these alone.
    """

    rows: Rows
    dead: Flags
    zones: Rows
    weeks: Ints
    windows: Spans
    busy: Spans


def posting_segment(rows: Rows) -> PostingSegment:
    """The postings in search order: those without beds, those with; each by the week they start, then by place."""
    key = _key((rows["beds"] > 0, 2), (rows["start_day"] // START_BUCKET, 2**14), *_cells(rows, CELL))
    rows = rows[np.argsort(key, kind="stable")]
    zones = _boxes(rows, POSTING_ZONE, POSTING_BLOCK)
    zones["min_start"] = _blocks(np.minimum, rows["start_day"], POSTING_BLOCK)
    zones["max_start"] = _blocks(np.maximum, rows["start_day"], POSTING_BLOCK)
    zones["min_end"] = _blocks(np.minimum, rows["end_day"], POSTING_BLOCK)
    zones["beds"] = _blocks(np.maximum, (rows["beds"] > 0).astype(np.uint8), POSTING_BLOCK)
    return PostingSegment(_fixed(rows), _fixed(np.zeros(len(rows), np.uint8)), _fixed(zones))


def worker_segment(rows: Rows, windows: Spans, busy: Spans) -> WorkerSegment:
    """The workers in search order: who sleeps at home by place, who must lodge by days, the others by both."""
    if len(rows) > 1:
        rows, windows, busy = _in_search_order(rows, windows, busy)
    zones = _boxes(rows, WORKER_ZONE, WORKER_BLOCK)
    zones["licences"] = _blocks(np.bitwise_or, rows["licences"], WORKER_BLOCK)
    zones["first"] = _blocks(np.minimum, rows["first"], WORKER_BLOCK)
    zones["last"] = _blocks(np.maximum, rows["last"], WORKER_BLOCK)
    commute = rows["lodging"] < 2
    reach = np.where(commute, rows["max_distance"], 0)
    zones["commute"] = _blocks(np.maximum, commute.astype(np.uint8), WORKER_BLOCK)
    zones["reach"] = _blocks(np.maximum, reach, WORKER_BLOCK)
    zones["lodge"] = _blocks(np.maximum, (rows["lodging"] > 0).astype(np.uint8), WORKER_BLOCK)
    return WorkerSegment(
        _fixed(rows),
        _fixed(np.zeros(len(rows), np.uint8)),
        _fixed(zones),
        _fixed(free_weeks(windows.offsets, windows.first, windows.second)),
        _fixed_spans(windows),
        _fixed_spans(busy),
    )


def _in_search_order(rows: Rows, windows: Spans, busy: Spans) -> tuple[Rows, Spans, Spans]:
    first, last = (rows["first"] // START_BUCKET, 2**14), (rows["last"] // END_BUCKET, 2**13)
    near, wide = _cells(rows, CELL), _cells(rows, WIDE_CELL)
    by_lodging = [_key(*near, first, last), _key(*wide, first, last), _key(first, last, *near)]
    order = np.lexsort((np.choose(rows["lodging"], by_lodging), rows["lodging"]))
    return rows[order], taken(windows, order), taken(busy, order)


@compiled
def week_bits(start: int, end: int) -> int:
    """The weeks that the period touches, one bit each; weeks 63 apart share one."""
    bits = 0
    first, last = (start + 4) // 7, (end + 3) // 7
    for week in range(first, min(last, first + 62) + 1):
        bits |= 1 << (week % 63)
    return bits


@compiled
def free_weeks(offsets: Ints, first: Ints, second: Ints) -> Ints:
    """The weeks that the windows of each row touch."""
    weeks = np.zeros(len(offsets) - 1, np.int64)
    for row in range(len(weeks)):
        for i in range(offsets[row], offsets[row + 1]):
            weeks[row] |= week_bits(first[i], second[i])
    return weeks


def taken(spans: Spans, order: npt.NDArray[np.intp]) -> Spans:
    """The pairs of the rows in another order or selection."""
    lengths = np.diff(spans.offsets)[order]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    source = np.repeat(spans.offsets[:-1][order] - offsets[:-1], lengths) + np.arange(offsets[-1])
    return Spans(offsets, spans.first[source], spans.second[source])


def joined(a: Spans, b: Spans) -> Spans:
    """The pairs of the rows of one, then of the other."""
    return Spans(
        np.concatenate([a.offsets, b.offsets[1:] + a.offsets[-1]]),
        np.concatenate([a.first, b.first]),
        np.concatenate([a.second, b.second]),
    )


def with_dead(flags: Flags, rows: npt.NDArray[np.intp]) -> Flags:
    """The flags with some rows more."""
    flags = flags.copy()
    flags[rows] = 1
    return _fixed(flags)


def _cells(rows: Rows, size: int) -> tuple[tuple[Ints, int], tuple[Ints, int]]:
    """Rows of the map, then columns, with how many there can be of each."""
    lat, lon = rows["lat"].astype(np.int64) + 90_000_000, rows["lon"].astype(np.int64) + 180_000_000
    return (lat // size, 1024), (lon // size, 2048)


def _key(*parts: tuple[npt.NDArray[Any], int]) -> Ints:
    """One number by which rows sort as by the parts in turn; each part is below its size."""
    key = np.zeros(len(parts[0][0]), np.int64)
    for values, size in parts:
        key = key * size + values.astype(np.int64)
    return key


def _boxes(rows: Rows, zone: np.dtype[np.void], block: int) -> Rows:
    zones = np.zeros(-(-len(rows) // block), zone)
    for name in ("lat", "lon"):
        zones[f"min_{name}"] = _blocks(np.minimum, rows[name], block)
        zones[f"max_{name}"] = _blocks(np.maximum, rows[name], block)
    return zones


def _blocks(reduce: np.ufunc, values: npt.NDArray[Any], block: int) -> npt.NDArray[Any]:
    """One value a block."""
    if not len(values):
        return values
    result: npt.NDArray[Any] = reduce.reduceat(np.ascontiguousarray(values), np.arange(0, len(values), block))
    return result


def _fixed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The array, no longer to be written to."""
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array


def _fixed_spans(spans: Spans) -> Spans:
    """The pairs in half the room, no longer to be written to."""
    first, second = spans.first.astype(np.int32), spans.second.astype(np.int32)
    return Spans(_fixed(spans.offsets), _fixed(first), _fixed(second))
