"""The arrays of a process keep step with what others commit, and never run ahead of a transaction still under way."""

from __future__ import annotations

import datetime
import time
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from sosei.core.people.models import BirthDate
from sosei.engines.matching.retrieval import Weights
from sosei.programmes.jobs import matching_arrays as arrays
from sosei.programmes.jobs import matching_sql as sql
from sosei.programmes.jobs.models import (
    Availability,
    Licence,
    Lodging,
    LodgingNight,
    MatchingChange,
    Posting,
    Shift,
    WorkerProfile,
    Workplace,
)
from sosei.programmes.jobs.search_days import today_number
from tests.jobs.search_world import make_day
from tests.jobs.world import JobsWorld, day_from_now, make_posting, make_shift, make_shifts

pytestmark = pytest.mark.django_db(transaction=True)


def loaded() -> arrays.Arrays:
    made = arrays.Arrays()
    made.load(today_number())
    return made


def in_step(held: arrays.Arrays, seconds: float = 240) -> bool:
    """Whether the arrays hold what the database holds now.

    A change counts when no transaction is older, and those of other databases of this server count too: a test beside
    this one may be long.
    """
    end = time.monotonic() + seconds
    while not _hold_the_same(held):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _hold_the_same(held: arrays.Arrays) -> bool:
    now = held.ready(today_number())
    assert now is not None
    rows = arrays.posting_rows()
    workers = arrays.worker_rows(today=today_number())
    return (
        {row.id: now.postings.get(row.id) for _key, row in rows} == {row.id: row for _key, row in rows}
        and len(now.postings) == len(rows)
        and set(now.place_of) == {row.id for _key, row in rows}
        and {one.id: now.workers.get(one.id) for one in workers} == {one.id: one for one in workers}
        and len(now.workers) == len(workers)
    )


def test_every_change_that_matters_reaches_the_arrays(jobs: JobsWorld) -> None:
    held = loaded()
    assert in_step(held)
    posting = make_posting(jobs.workplace, lodging=jobs.lodging)
    make_shifts(posting)
    assert in_step(held)
    changes = [
        lambda: Posting.objects.filter(pk=posting.pk).update(hourly_wage=1999),
        lambda: Posting.objects.filter(pk=posting.pk).update(whole_series=True),
        lambda: Shift.objects.filter(posting=posting).update(taken=1),
        lambda: LodgingNight.objects.update(taken=1),
        lambda: Lodging.objects.update(beds=9),
        lambda: Workplace.objects.update(latitude="36.5"),
        lambda: Posting.objects.filter(pk=posting.pk).update(state="closed", closed_at=posting.created_at),
        lambda: WorkerProfile.objects.filter(person=jobs.worker).update(max_km=3),
        lambda: Availability.objects.create(
            person=jobs.worker, days=DateRange(day_from_now(1), day_from_now(90), "[)")
        ),
        lambda: Licence.objects.create(
            person=jobs.worker,
            kind="car",
            state="checked",
            sent_at=posting.created_at,
            decided_at=posting.created_at,
        ),
        lambda: make_day(jobs, jobs.worker, make_shift(jobs.posting, day_from_now(40))),
        lambda: WorkerProfile.objects.filter(person=jobs.friend).update(is_listed=False),
        lambda: WorkerProfile.objects.filter(person=jobs.worker).delete(),
    ]
    for change in changes:
        before = MatchingChange.objects.count()
        change()
        assert MatchingChange.objects.count() > before
        assert in_step(held)


def test_a_change_under_way_waits_and_is_not_passed_over(jobs: JobsWorld) -> None:
    held = loaded()
    # They are held already. While a test in another database goes on they would be read anew, and with them what is
    # changed below.
    MatchingChange.objects.all().delete()
    written, go_on = Event(), Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                Posting.objects.filter(pk=jobs.posting.pk).update(hourly_wage=1777)
                written.set()
                go_on.wait(300)
        finally:
            connection.close()

    writer = Thread(target=slowly)
    writer.start()
    try:
        assert written.wait(20)
        # A later transaction is over first; its change waits for the one before.
        WorkerProfile.objects.filter(person=jobs.worker).update(max_km=7)
        now = held.ready(today_number())
        assert now is not None
        row = 2 * jobs.shifts[0].pk
        assert now.postings.get(row).wage == 1300  # type: ignore[union-attr]
        assert now.workers.get(jobs.worker.pk).max_distance == 20_000  # type: ignore[union-attr]
    finally:
        go_on.set()
        writer.join(20)
    assert not writer.is_alive()
    assert in_step(held)
    assert held.ready(today_number()).postings.get(row).wage == 1777  # type: ignore[union-attr]


def test_a_process_that_slept_over_two_nights_loads_anew(jobs: JobsWorld) -> None:
    held, awake = loaded(), loaded()
    Posting.objects.filter(pk=jobs.posting.pk).update(hourly_wage=1500)
    # In step: no transaction is older, so that the mark lies behind the change.
    assert in_step(awake)
    arrays.prune()
    Posting.objects.filter(pk=jobs.posting.pk).update(hourly_wage=1600)
    assert in_step(awake)
    assert arrays.prune() > 0
    assert in_step(awake)
    assert held.ready(today_number()) is None
    assert MatchingChange.objects.filter(kind="mark").count() == 2


def test_answers_come_from_the_arrays_once_they_are_there(jobs: JobsWorld) -> None:
    Availability.objects.create(person=jobs.worker, days=DateRange(day_from_now(1), day_from_now(90), "[)"))
    held = loaded().ready(today_number())
    assert held is not None
    worker = arrays.worker_rows(today=today_number(), keys=[jobs.worker.pk])[0]
    ask = {"today": today_number(), "weights": Weights()}
    assert arrays.postings_in(held, worker, **ask) == sql.pairs(workers=[worker.id], k=99, **ask)
    assert len(arrays.postings_in(held, worker, **ask)) == 3


def test_a_changed_date_of_birth_is_read_on_the_next_day(jobs: JobsWorld) -> None:
    held = loaded()
    BirthDate.objects.filter(person=jobs.worker).update(date=datetime.date(2012, 1, 1))
    held.load(today_number() + 1)
    assert held.ready(today_number() + 1).workers.get(jobs.worker.pk).birth == 20120101  # type: ignore[union-attr]
