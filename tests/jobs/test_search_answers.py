"""The search's two ways of answering, arrays and SQL, on random worlds: the same results in the same order."""

from __future__ import annotations

import random

import pytest

from sosei.engines.matching import retrieval
from sosei.engines.matching.retrieval import Weights
from sosei.programmes.jobs import matching_arrays as arrays
from sosei.programmes.jobs import matching_sql as sql
from sosei.programmes.jobs.matching_arrays import Held
from sosei.programmes.jobs.search_days import today_number
from tests.jobs.search_world import make_random_postings, make_random_workers
from tests.jobs.world import JobsWorld
from tests.people.conftest import MakePerson

WEIGHTS = (Weights(), Weights(0, 10, 1000, 3, 7, 1, 0, wage_from=900, wage_span=37, distance_scale=9_999))


def held_now(today: int) -> Held:
    loaded = arrays.Arrays()
    loaded.load(today)
    held = loaded._held
    assert held is not None
    return held


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_arrays_and_sql_answer_the_same_both_ways(
    jobs: JobsWorld, make_person: MakePerson, seed: int
) -> None:
    chance = random.Random(seed)
    postings = make_random_postings(jobs, chance, 25)
    people = make_random_workers(jobs, make_person, chance, 25)
    today = today_number()
    held = held_now(today)
    rows = {row.id: (key, row) for key, row in arrays.posting_rows()}
    assert len(rows) > len(postings)
    workers = arrays.worker_rows(today=today, keys=[one.pk for one in people], listed=False)
    assert len(workers) == len(people)
    found, refused = 0, set()
    for weights in WEIGHTS:
        for worker in workers:
            one = {"today": today, "weights": weights, "municipality": jobs.town.pk}
            by_engine = arrays.postings_in(held, worker, **one)
            assert by_engine == sql.pairs(workers=[worker.id], k=10_000, **one)
            assert by_engine[:3] == sql.pairs(workers=[worker.id], k=3, **one)
            found += len(by_engine)
        for key, row in rows.values():
            many = {"today": today, "weights": weights}
            by_engine = arrays.workers_in(held, key, row, k=10_000, **many)
            by_sql = sql.pairs(postings=[key], listed=True, k=10_000, order="w.id", **many)
            assert by_engine == [pair for pair in by_sql if pair.row == row.id]
    for worker in workers[:8]:
        for key in {key for key, _row in rows.values()}:
            for pair, reasons in sql.considered(
                today=today, weights=WEIGHTS[0], posting=key, worker=worker.id
            ):
                row = rows[pair.row][1]
                assert reasons == retrieval.why_not(worker, row, today=today)
                explained = retrieval.explain(worker, row, weights=WEIGHTS[0])
                assert (pair.points, pair.fit, pair.parts) == (
                    explained.points,
                    explained.fit,
                    explained.components,
                )
                refused |= {reason.code for reason in reasons}
    assert found > 20
    assert len(refused) >= 8
