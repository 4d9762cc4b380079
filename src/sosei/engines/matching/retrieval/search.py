"""Who fits a posting, which postings fit a worker, how well, and why not: the searches of one request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sosei.engines.matching.retrieval.columns import Postings, Snapshot, Workers
from sosei.engines.matching.retrieval.errors import ErrorCode, RetrievalError
from sosei.engines.matching.retrieval.filters import Refusal, refusals
from sosei.engines.matching.retrieval.rows import LAST_DAY, POSTING_ROW, Ints, Posting, Rows, Worker
from sosei.engines.matching.retrieval.scans import Top, empty_top, scan_postings, scan_workers
from sosei.engines.matching.retrieval.score import Components, Weights, fill_components
from sosei.engines.matching.retrieval.segments import PostingSegment, WorkerSegment

AT_MOST = 10_000
"""The longest answer that may be asked for; longer ones are lists for machines, not for readers."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the searcher asked to see of the postings; 0 and None ask for all."""

    municipality: int = 0
    kinds: int = 0
    employer: int = 0
    start_from: int | None = None
    end_until: int | None = None
    wage_at_least: int = 0

    @property
    def packed(self) -> Ints:
        """The six numbers as the compiled functions read them."""
        start = 0 if self.start_from is None else self.start_from
        end = LAST_DAY if self.end_until is None else self.end_until
        numbers = [self.municipality, self.kinds, self.employer, start, end, self.wage_at_least]
        return np.array(numbers, np.int64)


EVERYTHING = Narrowing()


class Found(NamedTuple):
    """One posting or worker, with what its place in the order is made of."""

    id: int
    points: int
    fit: int
    distance: int
    components: Components


@dataclass(frozen=True, slots=True)
class Answer:
    """The best, best first; how many pass all filters; how far in the change feed the rows were."""

    found: tuple[Found, ...]
    passing: int
    position: int


def postings_for(
    worker: Worker,
    postings: Postings | Snapshot[PostingSegment],
    k: int,
    *,
    today: int,
    weights: Weights,
    narrowing: Narrowing = EVERYTHING,
) -> Answer:
    """The k postings that fit the worker best.

    Raises:
        RetrievalError: a field of the worker cannot be, or k is not from 1 to 10,000.
    """
    snapshot = postings.snapshot if isinstance(postings, Postings) else postings
    one, top, passing = Workers._made([worker]), _room(k), 0
    packed, narrow = weights.packed, narrowing.packed
    for number, segment in enumerate(snapshot.segments):
        passing += scan_postings(one, segment, number, today, packed, narrow, top)
    rows = _chosen([segment.rows for segment in snapshot.segments], top)
    return Answer(_found(one.rows, rows, top, weights), passing, snapshot.position)


def workers_for(
    posting: Posting,
    workers: Workers | Snapshot[WorkerSegment],
    k: int,
    *,
    today: int,
    weights: Weights,
) -> Answer:
    """The k workers whom the posting fits best.

    Raises:
        RetrievalError: a field of the posting cannot be, or k is not from 1 to 10,000.
    """
    snapshot = workers.snapshot if isinstance(workers, Workers) else workers
    one, top, passing = Postings._made([posting]), _room(k), 0
    packed = weights.packed
    for number, segment in enumerate(snapshot.segments):
        passing += scan_workers(one, segment, number, today, packed, top)
    rows = _chosen([segment.rows for segment in snapshot.segments], top)
    return Answer(_found(rows, one.rows, top, weights), passing, snapshot.position)


def why_not(worker: Worker, posting: Posting, *, today: int) -> tuple[Refusal, ...]:
    """Every filter that keeps the worker from the posting, with its numbers; empty if none does.

    Raises:
        RetrievalError: a field of either cannot be.
    """
    workers, postings = Workers._made([worker]), Postings._made([posting])
    windows, busy = workers.windows, workers.busy
    return refusals(
        workers.rows[0],
        postings.rows[0],
        today=today,
        first=windows.first,
        second=windows.second,
        weeks=busy.first,
        minutes=busy.second,
    )


def explain(worker: Worker, posting: Posting, *, weights: Weights) -> Found:
    """The points of one pair and what they are made of, whether or not it passes the filters.

    Raises:
        RetrievalError: a field of either cannot be.
    """
    top = empty_top(1)
    top.ids[0], top.size[0] = posting.id, 1
    found = _found(Workers._made([worker]).rows, Postings._made([posting]).rows, top, weights)[0]
    points = sum(w * c for w, c in zip(weights.packed.tolist(), found.components, strict=False))
    return found._replace(points=points, fit=points // weights.total)


def _room(k: int) -> Top:
    if not 1 <= k <= AT_MOST:
        raise RetrievalError(ErrorCode.RANGE, "k", k, remedy=f"ask for 1 to {AT_MOST}")
    return empty_top(k)


def _chosen(rows: Sequence[Rows], top: Top) -> Rows:
    """The packed rows of the best, in order."""
    size = int(top.size[0])
    parts = [segment[top.rows[:size][top.segments[:size] == n]] for n, segment in enumerate(rows)]
    if not parts:
        return np.zeros(0, POSTING_ROW)
    order = np.argsort(np.argsort(top.segments[:size], kind="stable"), kind="stable")
    result: Rows = np.concatenate(parts)[order]
    return result


def _found(workers: Rows, postings: Rows, top: Top, weights: Weights) -> tuple[Found, ...]:
    size, total = int(top.size[0]), weights.total
    if size == 0:
        return ()
    detail = np.empty((size, 8), np.int64)
    fill_components(_plain(workers), _plain(postings), weights.packed, detail)
    return tuple(
        Found(id, points, points // total, away, Components(*components))
        for id, points, (*components, away) in zip(
            top.ids[:size].tolist(), top.points[:size].tolist(), detail.tolist(), strict=True
        )
    )


def _plain(rows: Rows) -> Rows:
    """The rows as one type of array, so that one compiled form serves both directions."""
    return rows if not rows.flags.writeable else _read_only(rows)


def _read_only(rows: Rows) -> Rows:
    rows.setflags(write=False)
    return rows
