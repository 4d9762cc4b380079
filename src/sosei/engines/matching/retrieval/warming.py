"""Compiling everything beforehand; until it is done, a caller answers from the database."""

from __future__ import annotations

import threading

from sosei.engines.matching.retrieval.columns import Postings, Put, Workers
from sosei.engines.matching.retrieval.lists import lists_for_all
from sosei.engines.matching.retrieval.rows import Posting, Worker
from sosei.engines.matching.retrieval.score import Weights
from sosei.engines.matching.retrieval.search import explain, postings_for, why_not, workers_for

_done = threading.Event()
_compiling = threading.Lock()


def compiled() -> bool:
    """Whether a search would answer at once in this process."""
    return _done.is_set()


def warm_up() -> None:
    """Compiles every search by one tiny run of each; several seconds the first time, nothing afterwards."""
    with _compiling:
        if _done.is_set():
            return
        weights = Weights()
        posting = Posting(1, 10, 12, 480, 1200, 37_700_000, 140_400_000, 1)
        worker = Worker(
            1, 1990_01_01, 37_700_000, 140_400_000, 1000, 2400, ((9, 11), (11, 13)), busy=((2, 60),)
        )
        postings, workers = Postings.empty(), Workers.empty()
        postings.apply([Put(posting)], 1)
        workers.apply([Put(worker)], 1)
        postings_for(worker, postings, 1, today=0, weights=weights)
        workers_for(posting, workers, 1, today=0, weights=weights)
        lists_for_all(workers, postings, today=0, weights=weights, k=1, threads=1)
        why_not(worker, posting, today=20)
        explain(worker, posting, weights=weights)
        _done.set()
