"""The market: who wishes what in which order, how postings rank workers, how many places there are, and the lottery.

Wishes are kept in compressed rows: worker w wishes `postings[offsets[w]:offsets[w + 1]]`, best first, and
`scores` beside it says how that posting ranks this worker (higher is better). Equal scores are parted by the draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from sosei.engines.compiled import compiled
from sosei.engines.matching.assignment.errors import ErrorCode, MarketError

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Whole = int | np.int64
"""A whole number in compiled code."""

NOT_TAKEN = np.int32(-(2**31))
"""Standing of a worker whom the posting does not take."""
MOST = 2**31 - 1


def lottery(seed: bytes | str | int, ids: Sequence[int | str]) -> Ints:
    """The place of each id in the draw: 0 is drawn first and wins every tie.

    Anyone who knows the published seed can repeat it: for each id the BLAKE2b digest of 8 bytes of the text "seed:id" in
    UTF-8 (a seed of bytes written in hexadecimal), ids in ascending order of the digest read as a big-endian number, equal
    digests in the order of the id's text.
    """
    start = blake2b(f"{seed.hex() if isinstance(seed, bytes) else seed}:".encode(), digest_size=8)

    def digest(text: bytes) -> bytes:
        state = start.copy()
        state.update(text)
        return state.digest()

    texts = [str(each).encode() for each in ids]
    if len(set(texts)) != len(texts):
        twice = next(i for i, text in enumerate(texts) if text in texts[:i])
        raise MarketError(ErrorCode.DUPLICATE_ID, value=texts[twice].decode(), worker=twice)
    numbers = np.frombuffer(b"".join(map(digest, texts)), dtype=">u8").astype(np.uint64)
    order = np.argsort(numbers, kind="stable")
    ranked = numbers[order]
    if np.any(ranked[1:] == ranked[:-1]):
        order = np.array(sorted(range(len(texts)), key=lambda i: (numbers[i], texts[i])))
    return _inverse(order)


@dataclass(frozen=True, eq=False)
class Market:
    """One round's market.

    Args:
        offsets: where each worker's wishes begin; one more than workers.
        postings: the postings wished, best first within a worker.
        scores: the posting's score of that worker, whole numbers or floats of single precision (others are rounded to
            it); higher is better.
        capacities: places of each posting, 0 allowed.
        draw: each worker's place in the lottery (`lottery`), 0 first.
        acceptable: False where the posting does not take this worker at all; None if all are taken.

    Raises:
        MarketError: arrays that do not fit together; the code and data say where.
    """

    offsets: Longs
    postings: Ints
    scores: npt.NDArray[Any]
    capacities: Ints
    draw: Ints
    acceptable: Flags | None = None
    standing: Ints = field(init=False, repr=False)
    """Scores as whole numbers in the same order; `NOT_TAKEN` where the worker is not acceptable."""
    drawn: Ints = field(init=False, repr=False)
    """Workers in the order of the draw."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "offsets", np.ascontiguousarray(self.offsets, dtype=np.int64))
        _check_offsets(self.offsets, len(self.postings))
        put(self, "capacities", _capacities(self.capacities))
        put(self, "postings", self._checked_postings())
        put(self, "draw", permutation(self.draw, self.workers, ErrorCode.DRAW, "worker"))
        put(self, "drawn", _inverse(self.draw))
        if self.acceptable is not None:
            put(self, "acceptable", np.ascontiguousarray(self.acceptable, dtype=np.bool_))
            _same_length("acceptable", self.acceptable, self.wishes)
        scores = np.ascontiguousarray(self.scores)
        put(self, "scores", scores.astype(np.float32, copy=False) if scores.dtype.kind == "f" else scores)
        _same_length("scores", self.scores, self.wishes)
        put(self, "standing", self._standing())

    @classmethod
    def from_lists(
        cls,
        wishes: Sequence[Sequence[int]],
        scores: Sequence[Sequence[float]],
        capacities: Sequence[int] | Ints,
        draw: Sequence[int] | Ints,
        acceptable: Sequence[Sequence[bool]] | None = None,
    ) -> Market:
        """The market from one list a worker; `scores` and `acceptable` have the shape of `wishes`.

        Raises:
            MarketError: as for `Market`, and where the shapes differ.
        """
        lengths = [len(each) for each in wishes]
        for name, other in (("scores", scores), ("acceptable", acceptable)):
            if other is not None and [len(each) for each in other] != lengths:
                raise MarketError(ErrorCode.SHAPE, name=name, got=[len(e) for e in other], expected=lengths)
        flat = list(chain.from_iterable(scores))
        whole = all(isinstance(each, int | np.integer) for each in flat)
        return cls(
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
            np.array(list(chain.from_iterable(wishes)), dtype=np.int64),
            np.array(flat, dtype=np.int64 if whole else np.float64),
            np.asarray(capacities),
            np.asarray(draw),
            None if acceptable is None else np.array(list(chain.from_iterable(acceptable)), dtype=np.bool_),
        )

    @property
    def workers(self) -> int:
        """Number of workers."""
        return len(self.offsets) - 1

    @property
    def wishes(self) -> int:
        """Number of wishes of all workers."""
        return len(self.postings)

    @property
    def places(self) -> int:
        """Sum of the capacities."""
        return int(self.capacities.sum(dtype=np.int64))

    @cached_property
    def wished(self) -> Longs:
        """How many workers wish each posting."""
        return np.bincount(self.postings, minlength=len(self.capacities)).astype(np.int64)

    @cached_property
    def entries_by_posting(self) -> tuple[Longs, Longs, Ints]:
        """Where each posting's stretch begins in the next two arrays: the wishes for it, and whose they are."""
        begins = np.concatenate([[0], np.cumsum(self.wished)]).astype(np.int64)
        return begins, *transpose(self.offsets, self.postings, begins[:-1].copy())

    def wishes_of(self, worker: int) -> tuple[Ints, npt.NDArray[Any]]:
        """The worker's postings, best first, and the postings' scores of the worker.

        Raises:
            MarketError: no such worker.
        """
        check_worker(worker, self.workers)
        row = slice(self.offsets[worker], self.offsets[worker + 1])
        return self.postings[row], self.scores[row]

    def worker_of_wish(self, wish: int) -> int:
        """The worker to whom an entry of `postings` belongs."""
        return int(np.searchsorted(self.offsets, wish, side="right")) - 1

    def _checked_postings(self) -> Ints:
        given = np.asarray(self.postings)
        last = len(self.capacities) - 1
        wrong = np.flatnonzero((given < 0) | (given > last)) if len(given) else given
        if len(wrong):
            first = int(wrong[0])
            raise MarketError(
                ErrorCode.POSTING_RANGE,
                worker=self.worker_of_wish(first),
                posting=int(given[first]),
                last=last,
            )
        postings = np.ascontiguousarray(given, dtype=np.int32)
        twice = first_duplicate(self.offsets, postings, last + 1)
        if twice >= 0:
            raise MarketError(
                ErrorCode.DUPLICATE_WISH, worker=self.worker_of_wish(twice), posting=int(postings[twice])
            )
        return postings

    def _standing(self) -> Ints:
        """Whole numbers in the order of the scores.

        The bits of a float, its lower ones turned round where it is negative, rank as the float does.
        """
        scores = self.scores
        if scores.dtype.kind == "f":
            wrong = np.flatnonzero(~np.isfinite(scores))
            bits = (scores + np.float32(0)).view(np.int32)
            standing = np.where(bits < 0, bits ^ np.int32(MOST), bits)
        else:
            wrong = np.flatnonzero((scores <= int(NOT_TAKEN)) | (scores > MOST))
            standing = scores.astype(np.int32, copy=False)
        if len(wrong):
            first = int(wrong[0])
            raise MarketError(
                ErrorCode.SCORE,
                value=scores[first].item(),
                worker=self.worker_of_wish(first),
                posting=int(self.postings[first]),
            )
        return standing if self.acceptable is None else np.where(self.acceptable, standing, NOT_TAKEN)


def check_worker(worker: int, workers: int) -> None:
    """Refuses an index that no worker has.

    Raises:
        MarketError: WORKER_RANGE.
    """
    if not 0 <= worker < workers:
        raise MarketError(ErrorCode.WORKER_RANGE, worker=worker, last=workers - 1)


def permutation(given: npt.ArrayLike, size: int, code: ErrorCode, what: str) -> Ints:
    """`given` as an array that holds each of 0 to size - 1 once.

    Raises:
        MarketError: SHAPE, or `code` with the first index that repeats or is out of range.
    """
    places = np.ascontiguousarray(given, dtype=np.int64)
    _same_length("draw" if code is ErrorCode.DRAW else "priority", places, size)
    wrong = (places < 0) | (places >= size)
    if not wrong.any():
        first = np.zeros(size, dtype=np.int64)
        first[places[::-1]] = np.arange(size)[::-1]
        wrong = first[places] != np.arange(size)
    if wrong.any():
        index = int(np.flatnonzero(wrong)[0])
        raise MarketError(code, last=size - 1, value=int(places[index]), **{what: index})
    return places.astype(np.int32)


def _inverse(order: npt.NDArray[Any]) -> Ints:
    inverse = np.empty(len(order), dtype=np.int32)
    inverse[order] = np.arange(len(order), dtype=np.int32)
    return inverse


def _same_length(name: str, given: npt.NDArray[Any] | None, expected: int) -> None:
    if given is not None and given.shape != (expected,):
        raise MarketError(ErrorCode.SHAPE, name=name, got=given.shape, expected=expected)


def _check_offsets(offsets: Longs, wishes: int) -> None:
    if offsets.ndim != 1 or len(offsets) == 0:
        raise MarketError(ErrorCode.SHAPE, name="offsets", got=offsets.shape, expected="workers + 1")
    if len(offsets) - 1 > MOST:
        raise MarketError(ErrorCode.TOO_LARGE, name="workers", value=len(offsets) - 1, most=MOST)
    falls = np.flatnonzero(np.diff(offsets) < 0)
    if len(falls) or offsets[0] != 0 or offsets[-1] != wishes:
        index = int(falls[0]) + 1 if len(falls) else 0 if offsets[0] != 0 else len(offsets) - 1
        raise MarketError(ErrorCode.OFFSETS, index=index)


def _capacities(given: npt.ArrayLike) -> Ints:
    capacities = np.asarray(given)
    negative = np.flatnonzero(capacities < 0)
    if len(negative):
        first = int(negative[0])
        raise MarketError(ErrorCode.NEGATIVE_CAPACITY, posting=first, value=int(capacities[first]))
    if len(capacities) and capacities.max() > MOST:
        raise MarketError(ErrorCode.TOO_LARGE, name="capacity", value=int(capacities.max()), most=MOST)
    return np.ascontiguousarray(capacities, dtype=np.int32)


@compiled
def first_duplicate(offsets: Longs, postings: Ints, size: int) -> int:
    """The first entry that repeats a posting of the same worker, -1 if none does."""
    seen_by = np.full(size, -1, np.int32)
    for worker in range(len(offsets) - 1):
        for wish in range(offsets[worker], offsets[worker + 1]):
            if seen_by[postings[wish]] == worker:
                return wish
            seen_by[postings[wish]] = worker
    return -1


@compiled
def transpose(offsets: Longs, postings: Ints, places: Longs) -> tuple[Longs, Ints]:
    """The wishes, and whose they are, in the order of postings; `places` is where each posting's begin and is used up."""
    entries = np.empty(len(postings), np.int64)
    workers = np.empty(len(postings), np.int32)
    for worker in range(len(offsets) - 1):
        for entry in range(offsets[worker], offsets[worker + 1]):
            place = places[postings[entry]]
            entries[place] = entry
            workers[place] = worker
            places[postings[entry]] = place + 1
    return entries, workers
