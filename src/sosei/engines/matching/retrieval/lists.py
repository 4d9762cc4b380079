"""The best postings of every worker at once: what a round of assignment starts from."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sosei.engines.matching.retrieval.bulk import empty_near, gather, list_blocks
from sosei.engines.matching.retrieval.columns import Postings, Snapshot, Workers
from sosei.engines.matching.retrieval.errors import ErrorCode, RetrievalError
from sosei.engines.matching.retrieval.rows import Ints
from sosei.engines.matching.retrieval.scans import empty_top
from sosei.engines.matching.retrieval.score import Weights
from sosei.engines.matching.retrieval.segments import PostingSegment, WorkerSegment, posting_segment

Int32s = npt.NDArray[np.int32]
LONGEST = 1000
PIECES = 32
"""Pieces of work for each thread, so that none waits long for the other at the end."""


@dataclass(frozen=True, slots=True)
class Lists:
    """For the worker at `worker_ids[i]` the postings from `offsets[i]` to `offsets[i + 1]`, best first.

    `postings` are places in `posting_ids`; both lists of ids rise. Postings and offsets are what
    `assignment.Market` reads.
    """

    worker_ids: Ints
    posting_ids: Ints
    offsets: Ints
    postings: Int32s
    points: Int32s


def lists_for_all(
    workers: Workers | Snapshot[WorkerSegment],
    postings: Postings | Snapshot[PostingSegment],
    *,
    today: int,
    weights: Weights,
    k: int = 15,
    threads: int = 2,
) -> Lists:
    """The k best postings of every worker, as `postings_for` would find them.

    Raises:
        RetrievalError: k is not from 1 to 1000, or there is no thread.
    """
    for name, value, most in (("k", k, LONGEST), ("threads", threads, 64)):
        if not 1 <= value <= most:
            raise RetrievalError(ErrorCode.RANGE, name, value, remedy=f"give 1 to {most}")
    people = workers.snapshot if isinstance(workers, Workers) else workers
    offered = _one_segment(postings.snapshot if isinstance(postings, Postings) else postings)
    posting_ids = np.sort(offered.rows["id"])
    rank = np.searchsorted(posting_ids, offered.rows["id"]).astype(np.int64)
    segments = (people.large, people.small)
    sizes = [len(segment.rows) for segment in segments]
    out, values = np.empty((sum(sizes), k), np.int32), np.empty((sum(sizes), k), np.int32)
    counts = np.zeros(sum(sizes), np.int32)
    packed, begins = weights.packed, (0, sizes[0])

    def list_piece(piece: tuple[int, int, int]) -> None:
        which, begin, end = piece
        part = slice(begins[which], begins[which] + sizes[which])
        list_blocks(
            segments[which],
            offered,
            rank,
            today,
            packed,
            empty_near(offered),
            empty_top(k),
            begin,
            end,
            out[part],
            values[part],
            counts[part],
        )

    live = np.flatnonzero(np.concatenate([segment.dead for segment in segments]) == 0)
    ids = np.concatenate([segment.rows["id"] for segment in segments])[live]
    by_id = np.argsort(ids, kind="stable")
    places = live[by_id]
    with ThreadPoolExecutor(threads) as pool:
        cut = [(n, *span) for n in (0, 1) for span in _spans(len(segments[n].zones), threads * PIECES)]
        list(pool.map(list_piece, cut))
        offsets = np.concatenate([[0], np.cumsum(counts[places], dtype=np.int64)])
        to, to_values = np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.int32)
        spans = _spans(len(places), threads)
        list(
            pool.map(
                lambda span: gather(places, out, values, offsets, span[0], span[1], to, to_values), spans
            )
        )
    return Lists(ids[by_id], posting_ids, offsets, to, to_values)


def _one_segment(snapshot: Snapshot[PostingSegment]) -> PostingSegment:
    """The postings that count, in one segment."""
    if not len(snapshot.small.rows) and not snapshot.large.dead.any():
        return snapshot.large
    large = snapshot.large
    return posting_segment(np.concatenate([large.rows[large.dead == 0], snapshot.small.rows]))


def _spans(length: int, pieces: int) -> list[tuple[int, int]]:
    edges = np.linspace(0, length, min(pieces, length) + 1).astype(int).tolist() if length else []
    return list(itertools.pairwise(edges))
