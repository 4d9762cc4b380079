"""The column stores of postings and workers: loaded in bulk, kept in step by a change feed, read without waiting.

A store holds one snapshot: a large segment in search order, a small one with the rows put since, and flags for the
rows of the large one that no longer count. A snapshot never changes. A writer makes the next one beside it and swaps
it in by one assignment, so that a reader, who takes the snapshot once, sees every change whole or not at all. When
the small segment has grown, the writer merges both into a new large one.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt

from sosei.engines.matching.retrieval.errors import ErrorCode, RetrievalError
from sosei.engines.matching.retrieval.rows import (
    POSTING_FIELDS,
    WORKER_FIELDS,
    Ints,
    Posting,
    Spans,
    Worker,
    columns_of,
    posting_of,
    posting_rows,
    spans_of,
    worker_of,
    worker_rows,
)
from sosei.engines.matching.retrieval.segments import (
    PostingSegment,
    WorkerSegment,
    joined,
    posting_segment,
    taken,
    with_dead,
    worker_segment,
)

Item = TypeVar("Item", Posting, Worker)
Segment = TypeVar("Segment", PostingSegment, WorkerSegment)
Columns = Mapping[str, npt.ArrayLike]

SMALL_AT_LEAST, SMALL_PART = 512, 256
"""The small segment is merged when it holds more rows than both 512 and one in 256 of the large one."""


@dataclass(frozen=True, slots=True)
class Put(Generic[Item]):
    """Adds the row, or replaces the row of the same id."""

    row: Item


@dataclass(frozen=True, slots=True)
class Remove:
    """Takes the row away; an id that is not there is no error, because a feed may be read twice."""

    id: int


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[Segment]):
    """What one reader sees: the large and the small segment, and how far in the feed they are."""

    large: Segment
    small: Segment
    ids: Ints
    by_id: npt.NDArray[np.intp]
    position: int

    def __len__(self) -> int:
        return len(self.large.rows) - int(self.large.dead.sum()) + len(self.small.rows)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Those that hold rows."""
        return tuple(each for each in (self.large, self.small) if len(each.rows))

    def places_of(self, ids: Ints) -> npt.NDArray[np.intp]:
        """Where rows with these ids stand in the large segment, dead or not; ids that are not there are left out."""
        if not len(self.ids):
            return np.zeros(0, np.intp)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        places: npt.NDArray[np.intp] = self.by_id[at[self.ids[at] == ids]]
        return places


class Store(Generic[Item, Segment]):
    """What both stores share: the feed, the swap, the merge."""

    def __init__(self, large: Segment, *, position: int = 0) -> None:
        self._writing = threading.Lock()
        self._put: dict[int, Item] = {}
        self._snapshot: Snapshot[Segment] = self._snapshot_of(large, position)

    @classmethod
    def empty(cls) -> Self:
        """A store without rows."""
        return cls(cls._made([]))

    @property
    def snapshot(self) -> Snapshot[Segment]:
        """What a reader takes once and keeps for the whole of one search."""
        return self._snapshot

    def __len__(self) -> int:
        return len(self._snapshot)

    def apply(self, changes: Iterable[Put[Item] | Remove], position: int) -> bool:
        """Brings a batch of changes in, in order, whole; False if the store has already read that far.

        Raises:
            RetrievalError: a row that cannot be; the store then stays as it was.
        """
        with self._writing:
            before = self._snapshot
            if position <= before.position:
                return False
            put, touched = dict(self._put), set()
            for change in changes:
                if isinstance(change, Put):
                    touched.add(change.row.id)
                    put[change.row.id] = change.row
                else:
                    touched.add(change.id)
                    put.pop(change.id, None)
            small = self._made(put.values())
            gone = before.places_of(np.array(sorted(touched), np.int64))
            large = before.large._replace(dead=with_dead(before.large.dead, gone))
            after = replace(before, large=large, small=small, position=position)
            if len(put) > max(SMALL_AT_LEAST, len(large.rows) // SMALL_PART):
                after, put = self._merged(after), {}
            self._snapshot, self._put = after, put
            return True

    def merge(self) -> None:
        """Puts everything into one segment in search order, as after a bulk load."""
        with self._writing:
            self._snapshot, self._put = self._merged(self._snapshot), {}

    def get(self, id: int) -> Item | None:
        """The row with this id, or None."""
        snapshot = self._snapshot
        in_small = np.flatnonzero(snapshot.small.rows["id"] == id)
        if len(in_small):
            return self._item(snapshot.small, int(in_small[0]))
        in_large = snapshot.places_of(np.array([id], np.int64))
        if len(in_large) and not snapshot.large.dead[in_large[0]]:
            return self._item(snapshot.large, int(in_large[0]))
        return None

    def _merged(self, snapshot: Snapshot[Segment]) -> Snapshot[Segment]:
        return self._snapshot_of(self._joined(snapshot.large, snapshot.small), snapshot.position)

    def _snapshot_of(self, large: Segment, position: int) -> Snapshot[Segment]:
        by_id = np.argsort(large.rows["id"], kind="stable")
        return Snapshot(large, self._made([]), large.rows["id"][by_id], by_id, position)

    @classmethod
    @abstractmethod
    def _made(cls, items: Iterable[Item]) -> Segment:
        """A segment of these rows."""

    @staticmethod
    @abstractmethod
    def _item(segment: Segment, at: int) -> Item:
        """The row at a place of a segment."""

    @staticmethod
    @abstractmethod
    def _joined(large: Segment, small: Segment) -> Segment:
        """One segment of the rows of both that count."""


class Postings(Store[Posting, PostingSegment]):
    """The postings of one search space."""

    @classmethod
    def from_columns(cls, columns: Columns, *, position: int = 0) -> Self:
        """A bulk load, names as in `Posting`, `position` the last number of the feed that is contained.

        Raises:
            RetrievalError: a column is missing or holds what cannot be.
        """
        return cls(posting_segment(posting_rows(columns)), position=position)

    @classmethod
    def _made(cls, items: Iterable[Posting]) -> PostingSegment:
        return posting_segment(posting_rows(columns_of(items, POSTING_FIELDS)))

    @staticmethod
    def _item(segment: PostingSegment, at: int) -> Posting:
        return posting_of(segment.rows[at])

    @staticmethod
    def _joined(large: PostingSegment, small: PostingSegment) -> PostingSegment:
        return posting_segment(np.concatenate([large.rows[large.dead == 0], small.rows]))


class Workers(Store[Worker, WorkerSegment]):
    """The workers of one search space."""

    @classmethod
    def from_columns(
        cls,
        columns: Columns,
        *,
        window_offsets: npt.ArrayLike,
        window_starts: npt.ArrayLike,
        window_ends: npt.ArrayLike,
        busy_offsets: npt.ArrayLike | None = None,
        busy_weeks: npt.ArrayLike = (),
        busy_minutes: npt.ArrayLike = (),
        position: int = 0,
    ) -> Self:
        """A bulk load, names as in `Worker`; the pairs of worker i stand from `offsets[i]` to `offsets[i + 1]`.

        Raises:
            RetrievalError: a column is missing or holds what cannot be.
        """
        if busy_offsets is None:
            busy_offsets = np.zeros(len(np.asarray(window_offsets)), np.int64)
        windows = _spans("windows", window_offsets, window_starts, window_ends)
        busy = _spans("busy", busy_offsets, busy_weeks, busy_minutes)
        rows, windows = worker_rows(columns, windows, busy)
        return cls(worker_segment(rows, windows, busy), position=position)

    @classmethod
    def _made(cls, items: Iterable[Worker]) -> WorkerSegment:
        listed = list(items)
        busy = spans_of(each.busy for each in listed)
        windows = spans_of(each.windows for each in listed)
        rows, windows = worker_rows(columns_of(listed, WORKER_FIELDS), windows, busy)
        return worker_segment(rows, windows, busy)

    @staticmethod
    def _item(segment: WorkerSegment, at: int) -> Worker:
        return worker_of(segment.rows[at], segment.windows.of(at), segment.busy.of(at))

    @staticmethod
    def _joined(large: WorkerSegment, small: WorkerSegment) -> WorkerSegment:
        live = np.flatnonzero(large.dead == 0)
        return worker_segment(
            np.concatenate([large.rows[live], small.rows]),
            joined(taken(large.windows, live), small.windows),
            joined(taken(large.busy, live), small.busy),
        )


def _spans(field: str, *arrays: npt.ArrayLike) -> Spans:
    parts = [np.asarray(each) for each in arrays]
    if any(part.size and part.dtype.kind not in "iu" for part in parts):
        remedy = "give whole numbers"
        raise RetrievalError(ErrorCode.NOT_A_WHOLE_NUMBER, field, str(parts[0].dtype), remedy=remedy)
    return Spans(*(part.astype(np.int64) for part in parts))
