"""The searches answer as a plain twin does that looks at every pair, in days, dates and whole numbers of its own."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from math import cos, isqrt, radians

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numba.core.registry import CPUDispatcher

from sosei.engines.matching import retrieval as r

TODAY = 20_610
WEIGHTS = r.Weights()


def day_of(number: int) -> date:
    """The civil date of a day number."""
    return date(1970, 1, 1) + timedelta(days=number)


def worked_days(posting: r.Posting) -> list[int]:
    """The days of the period whose weekday is worked."""
    days = range(posting.start_day, posting.end_day)
    return [day for day in days if posting.weekdays >> day_of(day).weekday() & 1]


def age_on(day: date, birth: int) -> int:
    """Completed years."""
    born = (birth // 10_000, birth // 100 % 100, birth % 100)
    return day.year - born[0] - ((day.month, day.day) < born[1:])


def sunday_week(day: int) -> int:
    """The number of the week from Sunday to Saturday."""
    return (day - 3) // 7 + 1


@cache
def cosine(hundredths: int) -> int:
    """As the database computes it."""
    return round(111_195 * cos(radians(hundredths / 100)))


def metres(worker: r.Worker, posting: r.Posting) -> int:
    """The written formula."""
    dlon = abs(worker.lon - posting.lon)
    dlon = 360_000_000 - dlon if dlon > 180_000_000 else dlon
    dx = dlon * cosine(abs(worker.lat + posting.lat) // 20_000) // 1_000_000
    dy = abs(worker.lat - posting.lat) * 111_195 // 1_000_000
    return isqrt(dx * dx + dy * dy)


def refused(worker: r.Worker, posting: r.Posting, today: int = TODAY) -> list[r.Reason]:
    """Every filter that the pair fails."""
    days, start = worked_days(posting), day_of(posting.start_day)
    free = {day for begin, end in worker.windows for day in range(begin, end)}
    year, month_day = divmod(worker.birth, 10_000)
    school_year = year - 1 if month_day < 402 else year
    needed = {sunday_week(day): 0 for day in days}
    for day in days:
        needed[sunday_week(day)] += posting.minutes_per_day
    for week in range(sunday_week(posting.start_day), sunday_week(posting.end_day - 1) + 1):
        needed[week] = needed.get(week, 0) + sum(minutes for at, minutes in worker.busy if at == week)
    lodged = worker.lodging >= 1 and posting.beds > 0
    fails = {
        r.Reason.STARTED: posting.start_day < today,
        r.Reason.NO_PLACE: posting.places == 0,
        r.Reason.NOT_AVAILABLE: not free.issuperset(days),
        r.Reason.LICENCE_MISSING: posting.licences & worker.licences != posting.licences,
        r.Reason.UNDER_SCHOOL_AGE: start < date(school_year + 16, 4, 1),
        r.Reason.UNDER_18_AT_NIGHT: posting.night and age_on(start, worker.birth) < 18,
        r.Reason.TOO_YOUNG: age_on(start, worker.birth) < posting.min_age,
        r.Reason.NO_BED: worker.lodging == 2 and posting.beds == 0,
        r.Reason.TOO_FAR: not lodged and metres(worker, posting) > worker.max_distance,
        r.Reason.HOURS_FULL: max(needed.values()) > worker.weekly_minutes,
    }
    return [reason for reason, failed in fails.items() if failed]


def points(worker: r.Worker, posting: r.Posting, weights: r.Weights) -> int:
    """The written formula."""
    wanted = posting.skills.bit_count()
    wish = worker.wage_wish or weights.wage_from
    span, scale = weights.wage_span, weights.distance_scale
    lodging = posting.beds > 0 and worker.lodging > 0
    return (
        weights.skills * ((posting.skills & worker.skills).bit_count() * 1000 // wanted if wanted else 500)
        + weights.kinds * (1000 * (worker.kinds >> posting.kind & 1) if worker.kinds else 500)
        + weights.wage * (min(max(posting.wage - wish + span, 0), 2 * span) * 1000 // (2 * span))
        + weights.distance * (max(scale - metres(worker, posting), 0) * 1000 // scale)
        + weights.lodging * (700 + 100 * posting.meals.bit_count() if lodging else 500)
        + weights.half_days * (1000 * bool(worker.half_days & posting.half_days) if worker.half_days else 500)
        + weights.desk * (1000 * posting.desk if worker.desk else 500)
    )


def twin(worker: r.Worker, offered: list[r.Posting], weights: r.Weights) -> list[tuple[int, int]]:
    """Id and points of all that pass, in order."""
    passing = [(each.id, points(worker, each, weights)) for each in offered if not refused(worker, each)]
    return sorted(passing, key=lambda pair: (-pair[1], pair[0]))


def some_posting(source: random.Random, id: int) -> r.Posting:
    """A posting that shares its season and its country with `some_worker`."""
    start = TODAY - 4 + source.randrange(40)
    end = start + source.choice([1, 1, 2, 3, 7, 15])
    edges = 1 << day_of(start).weekday() | 1 << day_of(end - 1).weekday()
    return r.Posting(
        id,
        start,
        end,
        minutes_per_day=source.choice([180, 420, 480]),
        wage=source.randrange(900, 2_200, 10),
        lat=source.randrange(36_900_000, 37_900_000),
        lon=source.randrange(139_300_000, 140_900_000),
        places=source.choice([0, 1, 1, 5]),
        weekdays=source.choice([127, 127, edges, edges | source.randrange(128)]),
        licences=source.choice([0, 0, 0, 1, 1 << 62]),
        skills=source.choice([0, 7, 1 << 62 | 5, 2**63 - 1]),
        min_age=source.choice([0, 0, 20]),
        night=source.random() < 0.2,
        beds=source.choice([0, 0, 2]),
        meals=source.randrange(8),
        half_days=source.randrange(8),
        desk=source.random() < 0.3,
        kind=source.choice([0, 3, 62]),
    )


def some_worker(source: random.Random, id: int) -> r.Worker:
    """A worker whose windows may touch, overlap, or be none."""
    windows = []
    for _ in range(source.choice([0, 1, 1, 2, 4])):
        begin = TODAY - 10 + source.randrange(50)
        windows.append((begin, begin + source.choice([1, 3, 10, 40])))
    return r.Worker(
        id,
        birth=source.choice([19_800_229, 20_040_401, 20_080_229, 20_080_613, 20_110_401, 20_110_402]),
        lat=source.randrange(36_900_000, 37_900_000),
        lon=source.randrange(139_300_000, 140_900_000),
        max_distance=source.choice([0, 20_000, 60_000, 150_000]),
        weekly_minutes=source.choice([0, 480, 1_260, 2_400, 6_000]),
        windows=tuple(windows),
        licences=source.choice([0, 1, 1 << 62 | 1]),
        skills=source.choice([0, 5, 2**63 - 1, 1 << 62]),
        lodging=source.choice([0, 1, 2]),
        kinds=source.choice([0, 1, 8, 1 << 62]),
        wage_wish=source.choice([0, 0, 1_200]),
        half_days=source.choice([0, 1, 6]),
        desk=source.random() < 0.3,
        busy=tuple(
            ((TODAY + source.randrange(40) + 4) // 7, source.choice([60, 900]))
            for _ in range(source.choice([0, 0, 1, 3]))
        ),
    )


def stores(offered: list[r.Posting], people: list[r.Worker]) -> tuple[r.Postings, r.Workers]:
    """Both stores, filled in bulk."""
    postings, workers = r.Postings.empty(), r.Workers.empty()
    postings.apply([r.Put(each) for each in offered], 1)
    workers.apply([r.Put(each) for each in people], 1)
    postings.merge()
    workers.merge()
    return postings, workers


@pytest.fixture(params=["compiled", "plain"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The compiled functions, then the same functions as plain Python, where coverage sees them."""
    if request.param == "plain":
        make_plain(monkeypatch)
    return request.param


def make_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every compiled function of the package gives way to the function it was compiled from."""
    for name, module in list(sys.modules.items()):
        if name.startswith(r.__name__ + "."):
            for key, value in list(vars(module).items()):
                if isinstance(value, CPUDispatcher):
                    monkeypatch.setattr(module, key, value.py_func)


WEIGHTINGS = st.builds(
    r.Weights,
    skills=st.integers(1, 1000),
    kinds=st.integers(0, 1000),
    wage=st.integers(0, 1000),
    distance=st.integers(0, 1000),
    lodging=st.integers(0, 1000),
    wage_span=st.sampled_from([1, 7, 500]),
    distance_scale=st.sampled_from([1, 30_000, 10_000_000]),
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(seed=st.integers(0, 2**32), weights=WEIGHTINGS, k=st.integers(1, 12))
def test_every_search_answers_as_the_twin_that_looks_at_each_pair(
    either_way: str, seed: int, weights: r.Weights, k: int
) -> None:
    source = random.Random(seed)
    offered = [some_posting(source, id) for id in source.sample(range(100), source.randrange(25))]
    people = [some_worker(source, id) for id in source.sample(range(100), source.randrange(1, 8))]
    postings, workers = stores(offered, people)
    lists = r.lists_for_all(workers, postings, today=TODAY, weights=weights, k=k)
    assert lists.worker_ids.tolist() == sorted(each.id for each in people)
    for worker in people:
        expected = twin(worker, offered, weights)
        answer = r.postings_for(worker, postings, k, today=TODAY, weights=weights)
        assert [(each.id, each.points) for each in answer.found] == expected[:k]
        assert answer.passing == len(expected)
        at = lists.worker_ids.tolist().index(worker.id)
        part = slice(lists.offsets[at], lists.offsets[at + 1])
        listed = lists.posting_ids[lists.postings[part]].tolist()
        assert list(zip(listed, lists.points[part].tolist(), strict=True)) == expected[:k]
        for posting in offered:
            reasons = [each.code for each in r.why_not(worker, posting, today=TODAY)]
            assert reasons == refused(worker, posting)
            shown = r.explain(worker, posting, weights=weights)
            assert (shown.points, shown.distance) == (
                points(worker, posting, weights),
                metres(worker, posting),
            )
    for posting in offered:
        fitting = [
            (-points(each, posting, weights), each.id) for each in people if not refused(each, posting)
        ]
        answer = r.workers_for(posting, workers, k, today=TODAY, weights=weights)
        assert [(-each.points, each.id) for each in answer.found] == sorted(fitting)[:k]
        assert answer.passing == len(fitting)


def test_many_blocks_answer_as_the_twin_does() -> None:
    source = random.Random(5)
    offered = [some_posting(source, id) for id in range(1, 1501)]
    people = [some_worker(source, id) for id in range(1, 1201)]
    postings, workers = stores(offered, people)
    for worker in people[:40]:
        expected = twin(worker, offered, WEIGHTS)
        answer = r.postings_for(worker, postings, 30, today=TODAY, weights=WEIGHTS)
        assert ([(each.id, each.points) for each in answer.found], answer.passing) == (
            expected[:30],
            len(expected),
        )
    for posting in offered[:30]:
        fitting = sorted((-points(w, posting, WEIGHTS), w.id) for w in people if not refused(w, posting))
        answer = r.workers_for(posting, workers, 30, today=TODAY, weights=WEIGHTS)
        assert ([(-each.points, each.id) for each in answer.found], answer.passing) == (
            fitting[:30],
            len(fitting),
        )


@pytest.mark.parametrize("changed", [False, True])
def test_lists_for_all_are_the_single_searches_of_everybody(changed: bool) -> None:
    source = random.Random(6)
    postings, workers = stores(
        [some_posting(source, id) for id in range(1, 1501)],
        [some_worker(source, id) for id in range(1, 1001)],
    )
    if changed:
        postings.apply([r.Remove(7), r.Put(some_posting(source, 9)), r.Put(some_posting(source, 2_000))], 2)
        workers.apply([r.Remove(7), r.Put(some_worker(source, 9)), r.Put(some_worker(source, 2_000))], 2)
    lists = r.lists_for_all(workers, postings, today=TODAY, weights=WEIGHTS)
    assert len(lists.worker_ids) == len(workers) == 1000
    assert (lists.posting_ids == sorted(lists.posting_ids)).all() and len(lists.posting_ids) == 1500
    for at, id in enumerate(lists.worker_ids.tolist()):
        worker = workers.get(id)
        assert worker is not None
        answer = r.postings_for(worker, postings, 15, today=TODAY, weights=WEIGHTS)
        part = slice(lists.offsets[at], lists.offsets[at + 1])
        assert lists.posting_ids[lists.postings[part]].tolist() == [each.id for each in answer.found]
        assert lists.points[part].tolist() == [each.points for each in answer.found]
