"""The stores: bulk loads, the change feed, readers beside a writer, and values that are turned away."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sosei.engines.matching import retrieval as r
from sosei.engines.matching.retrieval import columns
from sosei.engines.matching.retrieval.rows import POSTING_FIELDS, WORKER_FIELDS, columns_of, spans_of
from tests.engines.test_retrieval_filters import PEACHES, PICKER
from tests.engines.test_retrieval_filters import TODAY as HARVEST
from tests.engines.test_retrieval_twin import TODAY, WEIGHTS, make_plain, some_posting, some_worker


def fresh_postings(rows: list[r.Posting]) -> r.Postings:
    """A bulk load."""
    return r.Postings.from_columns(columns_of(rows, POSTING_FIELDS), position=9)


def fresh_workers(rows: list[r.Worker]) -> r.Workers:
    """A bulk load."""
    windows, busy = spans_of(each.windows for each in rows), spans_of(each.busy for each in rows)
    return r.Workers.from_columns(
        columns_of(rows, WORKER_FIELDS),
        window_offsets=windows.offsets,
        window_starts=windows.first,
        window_ends=windows.second,
        busy_offsets=busy.offsets,
        busy_weeks=busy.first,
        busy_minutes=busy.second,
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("plain", [False, True])
def test_any_sequence_of_changes_ends_like_a_fresh_load(
    seed: int, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if plain:
        make_plain(monkeypatch)
    monkeypatch.setattr(columns, "SMALL_AT_LEAST", 6)
    source = random.Random(seed)
    postings, workers = r.Postings.empty(), r.Workers.empty()
    offered: dict[int, r.Posting] = {}
    people: dict[int, r.Worker] = {}
    for position in range(1, 15):
        batch: list[Any] = []
        crowd: list[Any] = []
        for _ in range(source.randrange(4)):
            id = source.randrange(20)
            if source.random() < 0.3:
                offered.pop(id, None)
                people.pop(id, None)
                batch.append(r.Remove(id))
                crowd.append(r.Remove(id))
            else:
                offered[id], people[id] = some_posting(source, id), some_worker(source, id)
                batch.append(r.Put(offered[id]))
                crowd.append(r.Put(people[id]))
        assert postings.apply(batch, position) and workers.apply(crowd, position)
        loaded, hired = fresh_postings(list(offered.values())), fresh_workers(list(people.values()))
        assert (len(postings), len(workers)) == (len(offered), len(people)) == (len(loaded), len(hired))
        for worker in people.values():
            kept = r.postings_for(worker, postings, 9, today=TODAY, weights=WEIGHTS)
            new = r.postings_for(worker, loaded, 9, today=TODAY, weights=WEIGHTS)
            assert (kept.found, kept.passing, kept.position) == (new.found, new.passing, position)
        for posting in offered.values():
            kept = r.workers_for(posting, workers, 9, today=TODAY, weights=WEIGHTS)
            new = r.workers_for(posting, hired, 9, today=TODAY, weights=WEIGHTS)
            assert (kept.found, kept.passing) == (new.found, new.passing)
    for id in range(20):
        assert postings.get(id) == offered.get(id) == loaded.get(id)
        assert workers.get(id) == hired.get(id)
        assert (workers.get(id) is None) == (id not in people)


def test_a_batch_that_comes_twice_counts_once() -> None:
    postings = r.Postings.empty()
    assert postings.apply([r.Put(PEACHES)], 5)
    assert not postings.apply([r.Remove(PEACHES.id)], 5)
    assert not postings.apply([r.Remove(PEACHES.id)], 4)
    assert (len(postings), postings.snapshot.position) == (1, 5)


def test_a_batch_with_one_bad_row_leaves_the_store_as_it_was() -> None:
    workers = r.Workers.empty()
    workers.apply([r.Put(PICKER)], 1)
    before = workers.snapshot
    with pytest.raises(r.RetrievalError):
        workers.apply([r.Remove(PICKER.id), r.Put(replace(PICKER, id=2, weekly_minutes=-1))], 2)
    assert workers.snapshot is before
    assert workers.apply([r.Remove(PICKER.id)], 2) and len(workers) == 0


def test_windows_come_back_sorted_and_merged() -> None:
    workers = r.Workers.empty()
    scattered = replace(PICKER, windows=((50, 60), (10, 20), (20, 25), (12, 15), (24, 30)), busy=((3, 5),))
    workers.apply([r.Put(scattered)], 1)
    assert workers.get(PICKER.id) == replace(scattered, windows=((10, 30), (50, 60)))


def test_a_snapshot_once_taken_never_changes() -> None:
    postings = r.Postings.empty()
    postings.apply([r.Put(PEACHES)], 1)
    taken = postings.snapshot
    postings.apply([r.Remove(PEACHES.id)], 2)
    found = r.postings_for(PICKER, taken, 1, today=HARVEST, weights=r.Weights()).found
    assert [each.id for each in found] == [PEACHES.id]
    assert not r.postings_for(PICKER, postings, 1, today=HARVEST, weights=r.Weights()).found
    with pytest.raises(ValueError, match="read-only"):
        taken.small.rows["wage"] = 0


def test_readers_beside_a_writer_never_see_half_of_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty postings always share one wage; a batch raises all of them, and merges happen on the way."""
    monkeypatch.setattr(columns, "SMALL_AT_LEAST", 30)
    postings = r.Postings.empty()

    def batch(wage: int, others: int) -> list[r.Put[r.Posting]]:
        same = [r.Put(replace(PEACHES, id=id, wage=wage)) for id in range(1, 21)]
        return same + [r.Put(replace(PEACHES, id=id, places=0)) for id in range(100, 100 + others)]

    postings.apply(batch(1_000, 0), 1)
    stop, wrong, searches = threading.Event(), [], [0, 0]

    def read(reader: int) -> None:
        last = 0
        while not stop.is_set():
            answer = r.postings_for(PICKER, postings, 20, today=HARVEST, weights=r.Weights())
            wages = {each.components.wage for each in answer.found}
            if len(wages) != 1 or answer.passing != 20 or answer.position < last:
                wrong.append((wages, answer.passing, answer.position))
            last = answer.position
            searches[reader] += 1

    readers = [threading.Thread(target=read, args=(n,)) for n in range(2)]
    for each in readers:
        each.start()
    for position in range(2, 120):
        postings.apply(batch(1_000 + position, position % 15), position)
    stop.set()
    for each in readers:
        each.join()
    assert not wrong
    assert min(searches) > 0


POSTING = columns_of([PEACHES, replace(PEACHES, id=2)], POSTING_FIELDS)
BAD_POSTINGS = [
    ({"wage": [1_000, -1]}, r.ErrorCode.RANGE, "wage", 2),
    ({"kind": [63, 0]}, r.ErrorCode.RANGE, "kind", 1),
    ({"licences": np.array([0, 2**63], np.uint64)}, r.ErrorCode.RANGE, "licences", 2),
    ({"lat": [37.7, 37.8]}, r.ErrorCode.NOT_A_WHOLE_NUMBER, "lat", None),
    ({"lon": [1]}, r.ErrorCode.LENGTH, "lon", None),
    ({"id": [2, 2]}, r.ErrorCode.DUPLICATE_ID, "id", 2),
    ({"end_day": [PEACHES.end_day, PEACHES.start_day]}, r.ErrorCode.PERIOD, "end_day", 2),
    ({"weekdays": [127, 1]}, r.ErrorCode.EDGE_NOT_WORKED, "weekdays", 2),
]


@pytest.mark.parametrize(("columns", "code", "field", "row"), BAD_POSTINGS)
def test_a_column_that_cannot_be_is_named_with_its_row(
    columns: dict[str, Any], code: r.ErrorCode, field: str, row: int | None
) -> None:
    with pytest.raises(r.RetrievalError) as refused:
        r.Postings.from_columns({**POSTING, **columns})
    assert (refused.value.code, refused.value.field, refused.value.row) == (code, field, row)
    assert refused.value.remedy in str(refused.value)


@pytest.mark.parametrize("missing", ["id", "wage"])
def test_a_missing_column_is_named(missing: str) -> None:
    with pytest.raises(r.RetrievalError, match=missing):
        r.Postings.from_columns({name: values for name, values in POSTING.items() if name != missing})


def test_columns_with_a_default_may_be_left_out() -> None:
    needed = ["id", "start_day", "end_day", "minutes_per_day", "wage", "lat", "lon", "places"]
    postings = r.Postings.from_columns({name: POSTING[name] for name in needed})
    assert postings.get(1) == PEACHES


BAD_WORKERS: list[tuple[dict[str, Any], r.ErrorCode, str]] = [
    ({"birth": 1990_13_01}, r.ErrorCode.BIRTH, "birth"),
    ({"windows": ((10, 10),)}, r.ErrorCode.PERIOD, "windows"),
    ({"windows": ((-1, 10),)}, r.ErrorCode.RANGE, "windows"),
    ({"busy": ((1, 10_081),)}, r.ErrorCode.RANGE, "busy"),
    ({"lodging": 3}, r.ErrorCode.RANGE, "lodging"),
]


@pytest.mark.parametrize(("change", "code", "field"), BAD_WORKERS)
def test_a_worker_that_cannot_be_is_named(change: dict[str, Any], code: r.ErrorCode, field: str) -> None:
    workers = r.Workers.empty()
    with pytest.raises(r.RetrievalError) as refused:
        workers.apply([r.Put(PICKER), r.Put(replace(PICKER, id=8, **change))], 1)
    assert (refused.value.code, refused.value.field, refused.value.row) == (code, field, 8)


@pytest.mark.parametrize("offsets", [[0, 1], [0, 1, 3], [1, 1, 2], [0, 2, 1]])
def test_offsets_that_do_not_fit_are_refused(offsets: list[int]) -> None:
    rows = columns_of([PICKER, replace(PICKER, id=2)], WORKER_FIELDS)
    with pytest.raises(r.RetrievalError) as refused:
        r.Workers.from_columns(rows, window_offsets=offsets, window_starts=[1, 2], window_ends=[3, 4])
    assert refused.value.code is r.ErrorCode.OFFSETS


def test_windows_in_fractions_of_a_day_are_refused() -> None:
    rows = columns_of([PICKER], WORKER_FIELDS)
    with pytest.raises(r.RetrievalError) as refused:
        r.Workers.from_columns(rows, window_offsets=[0, 1], window_starts=[0.5], window_ends=[3])
    assert refused.value.code is r.ErrorCode.NOT_A_WHOLE_NUMBER


@pytest.mark.parametrize("k", [0, 10_001])
def test_an_answer_has_a_length_that_can_be(k: int) -> None:
    with pytest.raises(r.RetrievalError):
        r.postings_for(PICKER, r.Postings.empty(), k, today=HARVEST, weights=WEIGHTS)
    with pytest.raises(r.RetrievalError):
        r.workers_for(PEACHES, r.Workers.empty(), k, today=HARVEST, weights=WEIGHTS)
    with pytest.raises(r.RetrievalError):
        r.lists_for_all(r.Workers.empty(), r.Postings.empty(), today=HARVEST, weights=WEIGHTS, k=k)


def test_empty_stores_give_empty_answers() -> None:
    postings, workers = r.Postings.empty(), r.Workers.empty()
    assert r.postings_for(PICKER, postings, 3, today=HARVEST, weights=WEIGHTS) == r.Answer((), 0, 0)
    assert r.workers_for(PEACHES, workers, 3, today=HARVEST, weights=WEIGHTS) == r.Answer((), 0, 0)
    assert len(r.lists_for_all(workers, postings, today=HARVEST, weights=WEIGHTS).postings) == 0
    workers.apply([r.Put(PICKER)], 1)
    assert r.lists_for_all(workers, postings, today=HARVEST, weights=WEIGHTS).offsets.tolist() == [0, 0]
    assert postings.get(1) is None


def test_after_warming_up_every_search_is_compiled() -> None:
    r.warm_up()
    assert r.compiled()
    r.warm_up()
    assert r.postings_for(PICKER, fresh_postings([PEACHES]), 1, today=HARVEST, weights=WEIGHTS).passing == 1
