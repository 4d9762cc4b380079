"""Two hundred after the last place: real processes and threads, one contract, and nothing half-made when one is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F

from sosei.core.people.models import Person
from sosei.core.records.models import Entry, Message
from sosei.programmes.jobs import letters_deals, locks
from sosei.programmes.jobs.models import (
    Application,
    Contract,
    ContractConsent,
    ContractVersion,
    LodgingNight,
    Shift,
    WorkDay,
)
from sosei.programmes.jobs.services import applications, contracts, queue
from tests.conftest import Measured
from tests.jobs.applications_world import apply, make_contract
from tests.jobs.world import (
    JobsWorld,
    MakePerson,
    day_from_now,
    make_posting,
    make_shift,
    make_worker,
    make_workplace,
)

pytestmark = pytest.mark.django_db(transaction=True)
PROCESSES, THREADS = 4, 5
Task = Callable[[], object]


def leave_the_parents_connection() -> None:
    """In a forked process: the parent's connection stays the parent's, open as it is, and a new one is made."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection.connection))
    connection.connection = None


def run_all(tasks: Sequence[Task], *, processes: int = PROCESSES, threads: int = THREADS) -> None:
    """Does the tasks in several processes of several threads each, all of which begin at one moment.

    Raises:
        AssertionError: a task failed; what it said stands in the output.
    """
    waiting, go = os.pipe()
    children: list[int] = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(go)
                leave_the_parents_connection()
                code = _in_threads(tasks[number::processes], threads, waiting)
            finally:
                os._exit(code)
        children.append(child)
    os.close(waiting)
    os.close(go)  # The other ends see that the file is over: that is the start.
    failed = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert failed == [0] * processes


def _in_threads(tasks: Sequence[Task], threads: int, waiting: int) -> int:
    failures: list[str] = []

    def work(mine: Sequence[Task]) -> None:
        try:
            for task in mine:
                task()
        except Exception:
            failures.append(traceback.format_exc())
        finally:
            connection.close()

    started = [threading.Thread(target=work, args=(tasks[n::threads],)) for n in range(threads)]
    os.read(waiting, 1)
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    print("\n".join(failures), flush=True)
    return 1 if failures else 0


def test_of_two_hundred_after_the_last_place_one_comes_and_the_others_wait_in_order(
    jobs: JobsWorld, make_person: MakePerson, measured: Measured
) -> None:
    shift = make_shift(make_posting(jobs.workplace), day_from_now(20), capacity=1)
    people = [make_worker(make_person, has_account=False) for _n in range(200)]
    began = letters_deals.timezone.now()
    run_all([lambda person=person: apply(shift.posting, person, [shift]) for person in people])  # type: ignore[misc]
    took = letters_deals.timezone.now() - began
    measured(
        f"200 people after the last place, {PROCESSES} processes x {THREADS} threads: {took.total_seconds():.1f} s"
    )

    contract = Contract.objects.get()
    assert WorkDay.objects.get().contract_id == contract.pk
    assert Shift.objects.get(pk=shift.pk).taken == 1
    waiting = list(Application.objects.filter(state="waiting").order_by("queued_at", "pk"))
    assert len(waiting) == 199
    # Everybody who waits came to the posting after the one who got the place, in the order of their keys.
    assert [one.pk for one in waiting] == sorted(one.pk for one in waiting)
    assert contract.application_id < waiting[0].pk
    assert set(queue.places_in_queue(waiting).values()) == set(range(1, 200))
    assert len({one.person_id for one in waiting} | {contract.person_id}) == 200

    contracts.cancel_contract(
        contract=contract, side="worker", ground="illness", reason="", actor=contract.person
    )
    offered = Application.objects.get(state="offered")
    assert offered.pk == waiting[0].pk
    run_all(
        [lambda: applications.accept_offer(application=offered, actor=offered.person)] * 4,
        processes=2,
        threads=2,
    )
    assert Contract.objects.get(state="active").application_id == offered.pk
    assert Shift.objects.get(pk=shift.pk).taken == 1


def overlapping_tasks(jobs: JobsWorld, people: Sequence[Person]) -> list[Task]:
    """Each person asks two employers for work at one time."""
    first = make_shift(make_posting(jobs.workplace), day_from_now(20), ("08:00", "12:00"), capacity=99)
    place = make_workplace(jobs.other_employer)
    second = make_shift(make_posting(place), day_from_now(20), ("11:00", "15:00"), capacity=99)

    def ask(person: Person, shift: Shift) -> None:
        with suppress(applications.DealError):
            apply(shift.posting, person, [shift])

    # Neighbours in the list run at one time in different processes.
    return [
        lambda person=person, shift=shift: ask(person, shift)  # type: ignore[misc]
        for person in people
        for shift in (first, second)
    ]


@pytest.mark.parametrize("with_locks", [True, False], ids=["as it is", "by the database alone"])
def test_nobody_has_two_jobs_at_one_time_whoever_asks_first(
    jobs: JobsWorld, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch, with_locks: bool
) -> None:
    if not with_locks:
        monkeypatch.setattr(locks, "lock_persons", lambda keys: None)
    people = [make_worker(make_person, has_account=False) for _n in range(16)]
    run_all(overlapping_tasks(jobs, people))
    held = WorkDay.objects.filter(state="planned").values("person").annotate(days=Count("pk"))
    assert [row["days"] for row in held] == [1] * 16
    assert Contract.objects.count() == Application.objects.count() == 16
    assert sum(Shift.objects.values_list("taken", flat=True)) == 16


def test_beds_are_never_promised_twice(jobs: JobsWorld, make_person: MakePerson) -> None:
    first = make_posting(jobs.workplace, lodging=jobs.lodging)
    second = make_posting(jobs.workplace, lodging=jobs.lodging)
    wanted = [
        [make_shift(posting, day_from_now(30 + offset), capacity=20) for offset in range(3)]
        for posting in (first, second)
    ]
    people = [make_worker(make_person, has_account=False) for _n in range(24)]

    def ask(person: Person, posting: Any, shifts: Sequence[Shift]) -> None:
        apply(posting, person, shifts, needs_lodging=True)

    run_all(
        [
            lambda person=person, n=n: ask(person, (first, second)[n % 2], wanted[n % 2])  # type: ignore[misc]
            for n, person in enumerate(people)
        ]
    )
    assert Contract.objects.count() == 2
    assert Application.objects.filter(state="waiting").count() == 22
    nights = LodgingNight.objects.filter(night__gte=day_from_now(29))
    assert [(night.taken, night.beds) for night in nights] == [(2, 2)] * 3
    assert not Shift.objects.filter(posting__in=(first, second)).exclude(taken__in=(0, 1, 2)).exists()
    assert WorkDay.objects.count() == 6


def die(*_args: Any, **_kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_process_that_is_killed(action: Task) -> None:
    """Runs `action` in a process of its own, which must be struck by SIGKILL before it ends."""
    child = os.fork()
    if child == 0:
        try:
            leave_the_parents_connection()
            action()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the process went on to its end"
    assert os.WTERMSIG(status) == signal.SIGKILL


def everything() -> dict[str, int]:
    """How many rows there are of all that a contract is made of."""
    tables = (Application, Contract, WorkDay, ContractVersion, ContractConsent, Entry, Message)
    taken = Shift.objects.filter(taken__gt=0).count() + LodgingNight.objects.filter(taken__gt=0).count()
    return {"taken": taken, **{table.__name__: table.objects.count() for table in tables}}


@pytest.mark.parametrize(
    "moment", ["places taken", "days agreed", "notice made", "worker told", "employer told"]
)
def test_a_process_killed_in_mid_contract_leaves_nothing_half_made(
    jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    before = everything()

    def struck() -> None:
        target = {
            "places taken": (Contract.objects, "create"),
            "days agreed": (contracts.contract_terms, "build"),
            "notice made": (contracts, "write_consent"),
            "worker told": (letters_deals, "made_for_employer"),
            "employer told": (contracts.letters_deals, "tell_employer"),
        }[moment]
        monkeypatch.setattr(*target, die)
        apply(jobs.posting, jobs.worker, jobs.shifts, needs_lodging=True)

    in_a_process_that_is_killed(struck)
    assert everything() == before
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts, needs_lodging=True)
    assert contract.days.count() == 3


def test_a_process_killed_while_it_cancels_leaves_the_contract_as_it_was(
    jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts, needs_lodging=True)
    before = everything()

    def struck() -> None:
        monkeypatch.setattr(queue, "fill", die)
        contracts.cancel_contract(
            contract=contract, side="worker", ground="illness", reason="", actor=jobs.worker
        )

    in_a_process_that_is_killed(struck)
    assert everything() == before
    assert not Shift.objects.exclude(taken=F("taken")).exists()
    assert set(contract.days.values_list("state", flat=True)) == {"planned"}
