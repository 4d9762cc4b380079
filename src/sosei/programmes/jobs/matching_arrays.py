"""The arrays of one process: postings and workers as `engines.matching` searches them, kept in step by the change feed.

A process begins without them and answers by SQL. Once `start()` was called, as the web server does, a thread compiles
and loads; from then on each search first catches up with the changes of transactions that are all over.
"""

# ruff: noqa: S608 (the texts put together stand in this room; what is given goes in as parameters)

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction

from sosei.core.people import tenancy
from sosei.engines.matching import retrieval
from sosei.engines.matching.retrieval import Posting, Postings, Put, Remove, Weights, Worker, Workers
from sosei.engines.matching.retrieval.rows import POSTING_FIELDS, WORKER_FIELDS
from sosei.programmes.jobs.matching_columns import BITS, POSTING_ROWS, WORKER_ROWS
from sosei.programmes.jobs.matching_pairs import Pair
from sosei.programmes.jobs.models import MatchingChange
from sosei.programmes.jobs.search_days import today_number

logger = logging.getLogger(__name__)
MOST = 10_000
"""Rows of one answer, see the engine."""
_P = ", ".join(f"p.{name}::int" if name in ("night", "desk") else f"p.{name}" for name in POSTING_FIELDS)
_W = ", ".join("w.desk::int" if name == "desk" else f"w.{name}" for name in WORKER_FIELDS)
_POSTINGS = f"WITH {BITS}, {POSTING_ROWS} SELECT p.posting_id, {_P} FROM posting_rows p ORDER BY p.id"
_WORKERS = f"""WITH {BITS}, {WORKER_ROWS}
SELECT {_W},
  ARRAY(SELECT ARRAY[LOWER(r), UPPER(r)] FROM UNNEST(w.windows) r),
  ARRAY(SELECT ARRAY[b.key::int, b.value::int] FROM JSONB_EACH_TEXT(w.busy) b ORDER BY 1)
FROM worker_rows w ORDER BY w.id"""
_OVER = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
"""Every transaction before this one is over, and what it wrote is seen by the statements that follow."""


def _rows(statement: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def all_over() -> int:
    """The number of the oldest transaction that may still write."""
    return int(_rows(_OVER)[0][0])


def posting_rows(keys: Sequence[int] | None = None) -> list[tuple[int, Posting]]:
    """Key of the posting and row, for all rows of those postings; of all that are published without `keys`."""
    return [
        (row[0], Posting(**_flags(dict(zip(POSTING_FIELDS, row[1:], strict=True)), "night", "desk")))
        for row in _rows(_POSTINGS, postings=keys if keys is None else list(keys))
    ]


def worker_rows(*, today: int, keys: Sequence[int] | None = None, listed: bool = True) -> list[Worker]:
    """The rows of those workers who have a date of birth; of everybody without `keys`."""
    made = []
    for row in _rows(_WORKERS, workers=keys if keys is None else list(keys), today=today, listed=listed):
        *plain, windows, busy = row
        given = _flags(dict(zip(WORKER_FIELDS, plain, strict=True)), "desk")
        made.append(Worker(**given, windows=_pairs(windows), busy=_pairs(busy)))
    return made


def _flags(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: bool(value) if name in names else value for name, value in given.items()}


def _pairs(listed: Iterable[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((first, second) for first, second in listed)


def posting_store(rows: Sequence[tuple[int, Posting]], position: int) -> Postings:
    """A store of those rows."""
    columns = {
        name: np.array([getattr(row, name) for _key, row in rows], np.int64) for name in POSTING_FIELDS
    }
    return Postings.from_columns(columns, position=position)


def worker_store(rows: Sequence[Worker], position: int) -> Workers:
    """A store of those rows."""
    columns = {name: np.array([getattr(row, name) for row in rows], np.int64) for name in WORKER_FIELDS}
    windows, busy = _spans([row.windows for row in rows]), _spans([row.busy for row in rows])
    return Workers.from_columns(
        columns,
        window_offsets=windows[0],
        window_starts=windows[1],
        window_ends=windows[2],
        busy_offsets=busy[0],
        busy_weeks=busy[1],
        busy_minutes=busy[2],
        position=position,
    )


def _spans(listed: Sequence[Sequence[tuple[int, int]]]) -> tuple[Any, Any, Any]:
    offsets = np.cumsum([0, *(len(each) for each in listed)], dtype=np.int64)
    flat = np.array([pair for each in listed for pair in each], np.int64).reshape(-1, 2)
    return offsets, flat[:, 0].copy(), flat[:, 1].copy()


@dataclass
class Held:
    """What a process holds, up to one point of the feed."""

    postings: Postings
    workers: Workers
    place_of: dict[int, tuple[int, int]]
    """Posting and first day of each row."""
    rows_of: dict[int, list[int]]
    position: int
    day: int


class Arrays:
    """The arrays of a process. Readers never wait for each other but while one catches up."""

    def __init__(self) -> None:
        self._held: Held | None = None
        self._catching_up = threading.Lock()
        self._loading = threading.Lock()
        self._wanted = False

    def start(self) -> None:
        """From now on this process is to hold them; they are loaded in the background."""
        self._wanted = True
        threading.Thread(target=self._load_apart, name="search-arrays", daemon=True).start()

    def _load_apart(self) -> None:
        if not self._loading.acquire(blocking=False):
            return
        try:
            retrieval.warm_up()
            self.load(today_number())
        except Exception:
            # Searches go on by SQL; the next day's first search tries again.
            logger.exception("the arrays of the search could not be loaded")
        finally:
            self._loading.release()
            connection.close()

    def load(self, today: int) -> None:
        """Reads everything anew, as the owner of the tables."""
        with tenancy.unguarded():
            position = all_over()
            rows = posting_rows()
            workers = worker_rows(today=today)
        held = Held(posting_store(rows, position), worker_store(workers, position), {}, {}, position, today)
        for key, row in rows:
            _note(held, key, row)
        with self._catching_up:
            self._held = held

    def ready(self, today: int) -> Held | None:
        """The arrays, in step with every transaction that is over; None where SQL is to answer.

        Those of another day still answer while new ones are loaded: a day changes only which licences are valid.
        """
        held = self._held
        if held is None:
            return None
        if held.day != today and self._wanted:
            self.start()
        with self._catching_up, tenancy.unguarded():
            held = self._held
            if held is None or not _catch_up(held, today):
                self._held = None
                if self._wanted:
                    self.start()
                return None
            return held

    def forget(self) -> None:
        """Drops them; SQL answers until they are loaded again."""
        with self._catching_up:
            self._held, self._wanted = None, False


def _note(held: Held, key: int, row: Posting) -> None:
    held.place_of[row.id] = key, row.start_day
    held.rows_of.setdefault(key, []).append(row.id)


def _catch_up(held: Held, today: int) -> bool:
    """Applies what changed; False where the feed no longer reaches back so far."""
    position = all_over()
    if position <= held.position:
        return True
    changed = _rows(
        "SELECT DISTINCT kind, key FROM jobs_matchingchange WHERE transaction >= %(first)s AND transaction < %(end)s "
        "AND kind <> 'mark' UNION ALL SELECT 'mark', MAX(key) FROM jobs_matchingchange WHERE kind = 'mark'",
        first=held.position,
        end=position,
    )
    gone_before = next((key for kind, key in changed if kind == "mark"), None)
    if gone_before is not None and held.position < gone_before:
        return False
    _change_postings(held, [key for kind, key in changed if kind == "posting"], position)
    _change_workers(held, [key for kind, key in changed if kind == "worker"], position, today)
    held.position = position
    return True


def _change_postings(held: Held, keys: list[int], position: int) -> None:
    if not keys:
        return
    rows = posting_rows(keys)
    stay = {row.id for _key, row in rows}
    gone = [row for key in keys for row in held.rows_of.pop(key, []) if row not in stay]
    for row in gone:
        del held.place_of[row]
    for key, posting in rows:
        _note(held, key, posting)
    changes: list[Put[Posting] | Remove] = [*(Remove(row) for row in gone), *(Put(row) for _key, row in rows)]
    held.postings.apply(changes, position)


def _change_workers(held: Held, keys: list[int], position: int, today: int) -> None:
    if not keys:
        return
    rows = worker_rows(today=today, keys=keys)
    stay = {row.id for row in rows}
    changes: list[Put[Worker] | Remove] = [
        *(Remove(key) for key in keys if key not in stay),
        *(Put(row) for row in rows),
    ]
    held.workers.apply(changes, position)


def postings_in(
    held: Held, worker: Worker, *, today: int, weights: Weights, municipality: int = 0, k: int = MOST
) -> list[Pair]:
    """The engine's answer for a worker."""
    narrowing = retrieval.Narrowing(municipality=municipality)
    answer = retrieval.postings_for(
        worker, held.postings, k, today=today, weights=weights, narrowing=narrowing
    )
    pairs = []
    for one in answer.found:
        place = held.place_of.get(one.id)
        if place is not None:  # taken away by another thread meanwhile
            pairs.append(
                Pair(one.id, place[0], worker.id, place[1], one.points, one.fit, one.distance, one.components)
            )
    return pairs


def workers_in(held: Held, key: int, posting: Posting, *, today: int, weights: Weights, k: int) -> list[Pair]:
    """The engine's answer for one row of a posting."""
    answer = retrieval.workers_for(posting, held.workers, k, today=today, weights=weights)
    return [
        Pair(posting.id, key, one.id, posting.start_day, one.points, one.fit, one.distance, one.components)
        for one in answer.found
    ]


def prune() -> int:
    """Sets tonight's mark and drops what lies before last night's: a process that sleeps longer loads anew.

    Returns:
        how many changes were dropped.
    """
    kind = MatchingChange.Kind.MARK
    with transaction.atomic():
        last = (
            MatchingChange.objects.filter(kind=kind)
            .order_by("-transaction")
            .values_list("transaction", flat=True)
            .first()
        )
        dropped = 0
        if last is not None:
            dropped = MatchingChange.objects.filter(transaction__lt=last).delete()[0]
        MatchingChange.objects.create(kind=kind, key=last or 0, transaction=all_over())
    return dropped


ARRAYS = Arrays()
"""Those of this process."""
