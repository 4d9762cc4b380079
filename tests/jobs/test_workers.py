"""Workers: profile, free days, account, delivery of the notice; what is kept, refused and recorded."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.db import connection
from django.utils.formats import date_format

from sosei.core.design import civil_day
from sosei.core.payments.bank_text import Account
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Look, Person
from sosei.core.people.services.acting import Acting
from sosei.core.records.models import Entry
from sosei.programmes.jobs.models import Availability, BankAccount, WorkerProfile
from sosei.programmes.jobs.services import workers
from sosei.programmes.jobs.services.workers import Wishes, WorkerError
from tests.jobs.workers_world import acting_for, by_oneself, days, known_to
from tests.jobs.world import JobsWorld, make_worker
from tests.people.conftest import MakePerson, make_town

ACCOUNT = Account("0126", "ﾄｳﾎｳ", "101", "ｲﾜｷ", "1", "0012345", "ｻﾄｳ ﾀﾒｼ")


def free_ranges(person: Person) -> list[tuple[datetime.date, datetime.date]]:
    """What the database holds, upper ends without."""
    return [(row.days.lower, row.days.upper) for row in Availability.objects.filter(person=person)]


def today() -> datetime.date:
    return civil_day.today()


def in_days(count: int) -> datetime.date:
    return today() + datetime.timedelta(days=count)


# --- Profile ---------------------------------------------------------------------------------------------------------


def test_a_profile_is_kept_with_one_entry_and_the_same_again_with_none(jobs: JobsWorld) -> None:
    wishes = Wishes(kinds=("fruit_harvest",), skills=("peach",), max_km=30, wage_wish=1200, is_student=True)
    for _time in range(2):
        kept = workers.save_profile(by=by_oneself(jobs.worker), wishes=wishes)
    assert (kept.kinds, kept.max_km, kept.is_student) == (["fruit_harvest"], 30, True)
    entry = Entry.objects.get(verb="worker.profile_saved")
    assert (entry.actor, entry.person, entry.on_behalf_of) == (jobs.worker, jobs.worker, None)


def test_staff_on_the_phone_enter_a_profile_and_the_entry_names_both(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    caller = known_to(make_person(), jobs.town)
    session = acting_for(caller, jobs.staff, jobs.town)
    workers.save_profile(by=Acting.by_proxy(session, jobs.staff), wishes=Wishes(needs_lodging=True))
    assert WorkerProfile.objects.get(person=caller).needs_lodging
    entry = Entry.objects.get(verb="worker.profile_saved")
    assert (entry.actor, entry.person, entry.on_behalf_of) == (jobs.staff, caller, caller)
    assert entry.municipality == jobs.town
    assert Look.objects.filter(person=caller, staff=jobs.staff, what="worker.profile_saved").exists()


def test_nobody_writes_the_profile_of_somebody_else(jobs: JobsWorld) -> None:
    for stranger in (jobs.friend, jobs.farmer, jobs.staff, jobs.other_staff):
        with pytest.raises(NotAllowedError):
            workers.save_profile(by=Acting(stranger, jobs.worker), wishes=Wishes())


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        (Wishes(kinds=("moon_harvest",)), "kinds"),
        (Wishes(skills=("flying",)), "skills"),
        (Wishes(other_weekly_minutes=169 * 60), "other_hours"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_beside_its_box(jobs: JobsWorld, wishes: Wishes, field: str) -> None:
    with pytest.raises(WorkerError) as refused:
        workers.save_profile(by=by_oneself(jobs.worker), wishes=wishes)
    assert refused.value.field == field


def test_electronic_delivery_is_the_workers_choice_and_can_be_taken_back(jobs: JobsWorld) -> None:
    assert jobs.worker.worker.wants_paper
    chosen = workers.choose_delivery(by=by_oneself(jobs.worker), electronic=True)
    assert (chosen.wants_paper, chosen.electronic_chosen_at is not None) == (False, True)
    back = workers.choose_delivery(by=by_oneself(jobs.worker), electronic=False)
    assert (back.wants_paper, back.electronic_chosen_at) == (True, None)
    with pytest.raises(NotAllowedError):
        workers.choose_delivery(by=Acting(jobs.farmer, jobs.worker), electronic=True)


# --- Free days -------------------------------------------------------------------------------------------------------


def test_ranges_that_overlap_or_touch_become_one(jobs: JobsWorld) -> None:
    by = by_oneself(jobs.worker)
    workers.add_free_days(by=by, first=in_days(10), last=in_days(12))
    workers.add_free_days(by=by, first=in_days(12), last=in_days(14))
    assert workers.add_free_days(by=by, first=in_days(15), last=in_days(15)).added == 1
    assert free_ranges(jobs.worker) == [(in_days(10), in_days(16))]


def test_taking_days_out_of_the_middle_leaves_both_ends(jobs: JobsWorld) -> None:
    by = by_oneself(jobs.worker)
    workers.add_free_days(by=by, first=in_days(10), last=in_days(20))
    assert workers.remove_free_days(by=by, first=in_days(13), last=in_days(15)).removed == 3
    assert free_ranges(jobs.worker) == [(in_days(10), in_days(13)), (in_days(16), in_days(21))]


def test_a_range_may_be_of_weekdays_only(jobs: JobsWorld) -> None:
    workers.add_free_days(by=by_oneself(jobs.worker), first=in_days(1), last=in_days(28), weekdays={5, 6})
    held = [lower for lower, upper in free_ranges(jobs.worker) for _day in range((upper - lower).days)]
    assert len(held) == 8
    assert all(lower.weekday() in {5, 6} for lower, _upper in free_ranges(jobs.worker))


def test_a_calendar_changes_what_was_ticked_and_nothing_that_changed_meanwhile(jobs: JobsWorld) -> None:
    by = by_oneself(jobs.worker)
    workers.add_free_days(by=by, first=in_days(5), last=in_days(6))
    workers.change_free_days(
        by=by, first=today(), last=in_days(60), added={in_days(20)}, removed={in_days(5), in_days(30)}
    )
    assert free_ranges(jobs.worker) == [(in_days(6), in_days(7)), (in_days(20), in_days(21))]


def test_days_gone_by_stay_as_they_are(jobs: JobsWorld) -> None:
    Availability.objects.create(person=jobs.worker, days=(in_days(-5), in_days(3)))
    workers.remove_free_days(by=by_oneself(jobs.worker), first=in_days(-9), last=in_days(9))
    assert free_ranges(jobs.worker) == [(in_days(-5), today())]


@pytest.mark.parametrize(("first", "last"), [(9, 8), (-9, -8), (1, 500)])
def test_days_that_may_not_be_told_are_refused(jobs: JobsWorld, first: int, last: int) -> None:
    with pytest.raises(WorkerError) as refused:
        workers.add_free_days(by=by_oneself(jobs.worker), first=in_days(first), last=in_days(last))
    assert refused.value.field == "last"
    assert date_format(in_days(last), "DATE_FORMAT") in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_two_browsers_at_once_never_hit_the_constraint(make_person: MakePerson) -> None:
    make_town("07204", "いわき市", "Iwaki City")
    worker = make_worker(make_person)
    start, failed = threading.Barrier(6), []

    def add(offset: int) -> None:
        try:
            start.wait(10)
            for step in range(4):
                first = in_days(1 + (offset * 3 + step * 5) % 20)
                workers.add_free_days(
                    by=by_oneself(worker), first=first, last=first + datetime.timedelta(days=6)
                )
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    expected = {
        day
        for offset in range(6)
        for step in range(4)
        for day in days(in_days(1 + (offset * 3 + step * 5) % 20), 7)
    }
    held = {day for lower, upper in free_ranges(worker) for day in days(lower, (upper - lower).days)}
    assert held == expected


# --- Account ---------------------------------------------------------------------------------------------------------


def test_an_account_is_kept_and_the_entry_says_nothing_of_its_number(jobs: JobsWorld) -> None:
    workers.save_account(by=by_oneself(jobs.worker), account=ACCOUNT)
    assert BankAccount.objects.get(person=jobs.worker).number == "0012345"
    entry = Entry.objects.get(verb="worker.account_saved")
    assert "0012345" not in f"{entry.text}{entry.text_en}{entry.data}"
    assert workers.remove_account(by=by_oneself(jobs.worker))
    assert not workers.remove_account(by=by_oneself(jobs.worker))


def test_staff_see_no_account_in_their_own_name(jobs: JobsWorld, make_person: MakePerson) -> None:
    caller: Any = known_to(make_person(), jobs.town)
    workers.save_account(by=by_oneself(caller), account=ACCOUNT)
    for other in (jobs.staff, jobs.farmer, jobs.planner):
        assert not BankAccount.objects.visible_to(other).exists()
    assert BankAccount.objects.visible_to(caller).exists()
