"""Applying: who may, what comes of it at once, who waits, and who is asked when a place is free again."""

from __future__ import annotations

import datetime
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import BirthDate
from sosei.core.records.models import Entry, Message
from sosei.programmes.jobs.errors_deals import CannotApplyError, DealError, NoLongerFreeError, TooLateError
from sosei.programmes.jobs.models import (
    Application,
    Contract,
    Licence,
    LodgingNight,
    Restriction,
    Round,
    Shift,
    WorkDay,
    WorkerProfile,
)
from sosei.programmes.jobs.rules_applications import Code, PersonFacts, Wanted, labour_shift, other_hours
from sosei.programmes.jobs.services import applications, contracts, groups, queue
from tests.jobs.applications_world import age, apply, make_contract
from tests.jobs.world import (
    JobsWorld,
    MakePerson,
    day_from_now,
    make_posting,
    make_shift,
    make_shifts,
    make_worker,
    make_workplace,
)


def codes(error: pytest.ExceptionInfo[CannotApplyError]) -> set[str]:
    return {str(reason.code) for reason in error.value.reasons}


def last_place(jobs: JobsWorld, **columns: object) -> Shift:
    """A posting of one day with one place."""
    posting = make_posting(jobs.workplace, **columns)
    return make_shift(posting, day_from_now(20), capacity=1)


# --- At once ---------------------------------------------------------------------------------------------------------


def test_an_instant_application_is_a_contract_with_everything_that_belongs_to_it(jobs: JobsWorld) -> None:
    made = apply(jobs.posting, jobs.worker, jobs.shifts[:2], message="よろしくお願いします。")
    contract = Contract.objects.get()
    assert (made.state, made.contract) == ("contracted", contract)
    assert [day.state for day in contract.days.all()] == ["planned", "planned"]
    assert [shift.taken for shift in Shift.objects.order_by("pk")] == [1, 1, 0]
    version = contract.versions.get()
    assert bytes(version.notice).startswith(b"%PDF")
    assert {consent.side: consent.agreed for consent in version.consents.all()} == {
        "worker": True,
        "employer": True,
    }
    verbs = set(Entry.objects.filter(person=jobs.worker).values_list("verb", flat=True))
    assert {"application.made", "contract.made", "membership.granted"} <= verbs
    told = Message.objects.filter(kind="contract.made")
    assert {message.recipient_id for message in told} == {jobs.worker.pk, jobs.farmer.pk}
    assert jobs.worker.memberships.held().filter(role=roles.CITIZEN, municipality=jobs.town).exists()


def test_what_the_employer_is_shown_holds_neither_birth_nor_address(jobs: JobsWorld) -> None:
    WorkerProfile.objects.filter(person=jobs.worker).update(about="桃が好きです", skills=["peach", "ladder"])
    jobs.posting.skills = ["peach", "thinning"]
    jobs.posting.save()
    made = apply(jobs.posting, jobs.worker, jobs.shifts[:1])
    assert (made.shown_name, made.shown_about) == (jobs.worker.full_name, "桃が好きです")
    assert made.shown_skills == {"skills": ["peach", "ladder"], "licences": []}
    assert made.fit == 50


def test_a_double_click_is_one_application(jobs: JobsWorld) -> None:
    first = apply(jobs.posting, jobs.worker, jobs.shifts[:1])
    assert apply(jobs.posting, jobs.worker, jobs.shifts[:1]) == first
    assert (Application.objects.count(), Contract.objects.count()) == (1, 1)
    assert Shift.objects.get(pk=jobs.shifts[0].pk).taken == 1


def test_staff_apply_for_a_caller_and_the_entry_says_so(jobs: JobsWorld, make_person: MakePerson) -> None:
    caller = make_worker(make_person, role=roles.CITIZEN, town=jobs.town)
    made = apply(jobs.posting, caller, jobs.shifts[:1], actor=jobs.staff)
    assert (made.state, made.entered_by) == ("contracted", jobs.staff)
    entry = Entry.objects.get(verb="application.made")
    assert (entry.actor, entry.on_behalf_of) == (jobs.staff, caller)


@pytest.mark.parametrize("who", ["farmer", "other_staff", "friend"])
def test_nobody_else_applies_for_somebody(jobs: JobsWorld, who: str) -> None:
    with pytest.raises(NotAllowedError):
        apply(jobs.posting, jobs.worker, jobs.shifts[:1], actor=getattr(jobs, who))
    assert not Application.objects.exists()


def test_a_bed_is_kept_for_the_nights_from_the_eve_of_the_first_day(jobs: JobsWorld) -> None:
    make_contract(jobs.posting, jobs.worker, jobs.shifts, needs_lodging=True)
    taken = dict(LodgingNight.objects.values_list("night", "taken"))
    assert [taken[day_from_now(day)] for day in (13, 14, 15, 16)] == [1, 1, 1, 0]


def test_without_a_bed_one_waits_and_takes_no_place(jobs: JobsWorld) -> None:
    LodgingNight.objects.filter(night=day_from_now(14)).update(taken=2)
    made = apply(jobs.posting, jobs.worker, jobs.shifts, needs_lodging=True)
    assert made.state == "waiting"
    assert list(Shift.objects.values_list("taken", flat=True)) == [0, 0, 0]
    assert LodgingNight.objects.get(night=day_from_now(13)).taken == 0


# --- Who may not -----------------------------------------------------------------------------------------------------


def test_without_a_date_of_birth_the_law_is_named(jobs: JobsWorld) -> None:
    BirthDate.objects.filter(person=jobs.worker).delete()
    with pytest.raises(CannotApplyError, match="労働基準法56条") as error:
        apply(jobs.posting, jobs.worker, jobs.shifts[:1])
    assert codes(error) == {Code.BIRTH_MISSING}


def test_children_and_minors_without_proof_are_refused(jobs: JobsWorld) -> None:
    BirthDate.objects.filter(person=jobs.worker).update(date=age(14, day_from_now(14)))
    with pytest.raises(CannotApplyError) as error:
        apply(jobs.posting, jobs.worker, jobs.shifts[:1])
    assert codes(error) == {"under_minimum_age", "certificate_missing"}
    BirthDate.objects.filter(person=jobs.worker).update(date=age(17, day_from_now(14)))
    now = timezone.now()
    Licence.objects.create(
        person=jobs.worker, kind="age_certificate", state="checked", sent_at=now, decided_at=now
    )
    assert apply(jobs.posting, jobs.worker, jobs.shifts[:1]).state == "contracted"


def test_every_reason_is_told_at_once(jobs: JobsWorld) -> None:
    jobs.posting.licences, jobs.posting.whole_series = ["forklift"], True
    jobs.posting.min_age, jobs.posting.age_reason = 60, "（架空）"
    jobs.posting.lodging = None
    jobs.posting.save()
    with pytest.raises(CannotApplyError) as error:
        apply(jobs.posting, jobs.worker, jobs.shifts[:2], needs_lodging=True)
    assert codes(error) == {Code.LICENCE_MISSING, Code.WHOLE_SERIES, Code.TOO_YOUNG, Code.NO_LODGING}
    assert "フォークリフト" in str(error.value)


def test_a_licence_counts_when_staff_checked_it_and_it_is_good_on_the_last_day(jobs: JobsWorld) -> None:
    jobs.posting.licences = ["car"]
    jobs.posting.save()
    now = timezone.now()
    held = Licence.objects.create(person=jobs.worker, kind="car", state="sent", sent_at=now)
    with pytest.raises(CannotApplyError) as error:
        apply(jobs.posting, jobs.worker, jobs.shifts)
    assert codes(error) == {Code.LICENCE_MISSING}
    held.state, held.decided_at, held.expires_on = "checked", now, day_from_now(15)
    held.save()
    with pytest.raises(CannotApplyError) as error:
        apply(jobs.posting, jobs.worker, jobs.shifts)
    assert codes(error) == {Code.LICENCE_EXPIRES}
    assert apply(jobs.posting, jobs.worker, jobs.shifts[:2]).state == "contracted"


def test_hours_of_all_employers_are_added(jobs: JobsWorld) -> None:
    make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    other = make_posting(make_workplace(jobs.other_employer))
    evening = make_shift(other, day_from_now(14), ("17:00", "20:00"), break_minutes=0)
    with pytest.raises(CannotApplyError) as error:
        apply(other, jobs.worker, [evening])
    assert codes(error) == {"day_hours"}
    hour = make_shift(other, day_from_now(14), ("17:00", "18:00"), break_minutes=0)
    assert apply(other, jobs.worker, [hour]).state == "contracted"


def test_hours_worked_elsewhere_count_for_the_week(jobs: JobsWorld) -> None:
    WorkerProfile.objects.filter(person=jobs.worker).update(other_weekly_minutes=2000)
    with pytest.raises(CannotApplyError) as error:
        apply(jobs.posting, jobs.worker, jobs.shifts)
    assert codes(error) == {Code.OTHER_HOURS}


def test_the_longer_week_of_a_small_shop_is_not_that_of_somebody_under_eighteen() -> None:
    monday = datetime.datetime(2026, 8, 3, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    mornings = [monday + timedelta(days=n) for n in range(5)]
    shifts = [
        labour_shift(str(start.day), "shop", start, start + timedelta(hours=8), 60, small_special=True)
        for start in mornings
    ]
    wanted = [Wanted(shift.day.day, shift) for shift in shifts]
    grown, minor = (
        PersonFacts(birth=datetime.date(year, 1, 1), other_weekly_minutes=7 * 60) for year in (2000, 2010)
    )
    assert other_hours(grown, wanted, shifts) is None
    found = other_hours(minor, wanted, shifts)
    assert found is not None
    assert found.values["limit"] == 40 * 60


def test_two_jobs_at_one_time_are_refused(jobs: JobsWorld) -> None:
    make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    other = make_posting(make_workplace(jobs.other_employer))
    same = make_shift(other, day_from_now(14), ("15:00", "18:00"))
    with pytest.raises(CannotApplyError) as error:
        apply(other, jobs.worker, [same])
    assert codes(error) == {"overlap"}


def test_a_measure_refuses_until_its_end_and_no_longer(jobs: JobsWorld) -> None:
    now = timezone.now()
    measure = Restriction.objects.create(
        municipality=jobs.town,
        person=jobs.worker,
        kind="pause",
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=3),
        reason="直前の取り消しが続いたため",
    )
    with pytest.raises(CannotApplyError) as error:
        apply(jobs.posting, jobs.worker, jobs.shifts[:1])
    assert codes(error) == {Code.PAUSED}
    Restriction.objects.filter(pk=measure.pk).update(ends_at=now - timedelta(minutes=1))
    assert apply(jobs.posting, jobs.worker, jobs.shifts[:1]).state == "contracted"


def test_one_job_at_a_time_lets_the_first_through(jobs: JobsWorld) -> None:
    now = timezone.now()
    Restriction.objects.create(
        municipality=jobs.town,
        person=jobs.worker,
        kind="one_job",
        starts_at=now,
        ends_at=now + timedelta(days=30),
        reason="直前の取り消しが続いたため",
    )
    make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    other = make_posting(jobs.workplace)
    later = make_shift(other, day_from_now(30))
    with pytest.raises(CannotApplyError) as error:
        apply(other, jobs.worker, [later])
    assert codes(error) == {Code.ONE_JOB}


def test_a_closed_posting_takes_nobody_and_a_full_one_lets_wait(jobs: JobsWorld) -> None:
    shift = last_place(jobs)
    make_contract(shift.posting, jobs.friend, [shift])
    now = timezone.now()
    shift.posting.closes_at = now - timedelta(minutes=1)
    shift.posting.save()
    with pytest.raises(CannotApplyError) as error:
        apply(shift.posting, jobs.worker, [shift])
    assert codes(error) == {Code.PAST_CLOSING}
    shift.posting.closes_at = None
    shift.posting.state, shift.posting.closed_at, shift.posting.closed_because = "closed", now, "取りやめ"
    shift.posting.save()
    with pytest.raises(CannotApplyError) as error:
        apply(shift.posting, jobs.worker, [shift])
    assert codes(error) == {Code.NOT_OPEN}


def test_in_a_round_every_wish_has_a_rank_of_its_own(jobs: JobsWorld) -> None:
    now = timezone.now()
    held = Round.objects.create(
        municipality=jobs.town,
        name="第1回",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
        max_wishes=2,
        seed_digest="0" * 64,
        created_at=now,
    )
    first, second = (make_posting(jobs.workplace, mode="round", round=held) for _n in range(2))
    wanted = [make_shifts(posting, day_from_now(30), 1) for posting in (first, second)]
    for rank in (None, 0, 3):
        with pytest.raises(CannotApplyError) as error:
            apply(first, jobs.worker, wanted[0], rank=rank)
        assert codes(error) == {Code.RANK_OUTSIDE}
    assert apply(first, jobs.worker, wanted[0], rank=1).state == "applied"
    with pytest.raises(CannotApplyError) as error:
        apply(second, jobs.worker, wanted[1], rank=1)
    assert codes(error) == {Code.RANK_TAKEN}
    assert apply(second, jobs.worker, wanted[1], rank=2).rank == 2


# --- Selected --------------------------------------------------------------------------------------------------------


def test_the_employer_takes_one_and_refuses_another_with_a_reason(jobs: JobsWorld) -> None:
    shift = last_place(jobs, mode="selected")
    one, other = (apply(shift.posting, person, [shift]) for person in (jobs.worker, jobs.friend))
    assert (one.state, other.state) == ("applied", "applied")
    with pytest.raises(NotAllowedError):
        applications.accept_application(application=one, actor=jobs.other_farmer)
    contract = applications.accept_application(application=one, actor=jobs.farmer)
    assert contract is not None
    consents = {consent.side: consent.by for consent in contract.versions.get().consents.all()}
    assert consents == {"worker": jobs.worker, "employer": jobs.farmer}
    with pytest.raises(DealError, match="理由"):
        applications.refuse_application(application=other, actor=jobs.farmer, reason=" ")
    applications.refuse_application(application=other, actor=jobs.farmer, reason="人数がそろいました")
    other.refresh_from_db()
    assert (other.state, other.reason) == ("refused", "人数がそろいました")
    assert Message.objects.filter(kind="application.ended", recipient=jobs.friend).count() == 1


def test_one_taken_without_a_place_waits(jobs: JobsWorld) -> None:
    shift = last_place(jobs, mode="selected")
    one, other = (apply(shift.posting, person, [shift]) for person in (jobs.worker, jobs.friend))
    assert applications.accept_application(application=one, actor=jobs.farmer) is not None
    assert applications.accept_application(application=other, actor=jobs.farmer) is None
    other.refresh_from_db()
    assert other.state == "waiting"


def test_one_who_took_other_work_meanwhile_cannot_be_taken(jobs: JobsWorld) -> None:
    shift = last_place(jobs, mode="selected")
    made = apply(shift.posting, jobs.worker, [shift])
    other = make_posting(make_workplace(jobs.other_employer))
    make_contract(other, jobs.worker, [make_shift(other, day_from_now(20), ("09:00", "12:00"))])
    with pytest.raises(NoLongerFreeError):
        applications.accept_application(application=made, actor=jobs.farmer)
    made.refresh_from_db()
    assert made.state == "applied"
    assert Shift.objects.get(pk=shift.pk).taken == 0


# --- The waiting list ------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(jobs: JobsWorld, make_person: MakePerson) -> tuple[Contract, list[Application]]:
    """The last place is taken and three wait for it."""
    shift = last_place(jobs)
    contract = make_contract(shift.posting, jobs.friend, [shift])
    people = [make_worker(make_person) for _n in range(3)]
    return contract, [apply(shift.posting, person, [shift]) for person in people]


def free_place(contract: Contract) -> None:
    contracts.cancel_contract(
        contract=contract, side="worker", ground="illness", reason="", actor=contract.person
    )


def states(rows: list[Application]) -> list[str]:
    return [Application.objects.get(pk=row.pk).state for row in rows]


def test_they_wait_in_order_and_the_first_is_offered_a_freed_place(
    waiting: tuple[Contract, list[Application]],
) -> None:
    contract, queued = waiting
    assert [queue.place_in_queue(one) for one in queued] == [1, 2, 3]
    free_place(contract)
    assert states(queued) == ["offered", "waiting", "waiting"]
    first = Application.objects.get(pk=queued[0].pk)
    assert first.holds_places
    assert first.offer_ends_at is not None
    assert timedelta(hours=23, minutes=59) < first.offer_ends_at - timezone.now() <= timedelta(hours=24)
    assert Message.objects.filter(kind="application.offered", recipient=first.person).count() == 1


def test_a_place_that_is_kept_for_somebody_is_not_given_to_who_comes_meanwhile(
    jobs: JobsWorld, waiting: tuple[Contract, list[Application]]
) -> None:
    contract, queued = waiting
    free_place(contract)
    late = apply(contract.posting, jobs.worker, [contract.days.get().shift])
    assert late.state == "waiting"
    assert queue.place_in_queue(late) == 3
    made = applications.accept_offer(application=queued[0], actor=queued[0].person)
    assert made is not None
    assert Shift.objects.get(posting=contract.posting).taken == 1


def test_declined_or_unanswered_the_next_is_asked(waiting: tuple[Contract, list[Application]]) -> None:
    contract, queued = waiting
    free_place(contract)
    applications.decline_offer(application=queued[0], actor=queued[0].person)
    assert states(queued) == ["withdrawn", "offered", "waiting"]
    assert queue.lapse_offers() == 0
    Application.objects.filter(pk=queued[1].pk).update(offer_ends_at=timezone.now())
    with pytest.raises(TooLateError):
        applications.accept_offer(application=queued[1], actor=queued[1].person)
    assert queue.lapse_offers() == 1
    assert states(queued) == ["withdrawn", "lapsed", "offered"]
    assert queue.lapse_offers() == 0
    Application.objects.filter(pk=queued[2].pk).update(offer_ends_at=timezone.now())
    queue.lapse_offers()
    assert Shift.objects.get(posting=contract.posting).taken == 0


def test_who_works_elsewhere_at_that_time_is_passed_over_and_keeps_the_place_in_the_queue(
    jobs: JobsWorld, waiting: tuple[Contract, list[Application]]
) -> None:
    contract, queued = waiting
    other = make_posting(make_workplace(jobs.other_employer))
    elsewhere = make_shift(other, day_from_now(20), ("10:00", "12:00"))
    make_contract(other, queued[0].person, [elsewhere])
    free_place(contract)
    assert states(queued) == ["waiting", "offered", "waiting"]


def test_near_the_start_all_are_told_and_the_first_to_accept_comes(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    posting = make_posting(jobs.workplace)
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=20)
    shift = Shift.objects.create(
        municipality=jobs.town,
        employer=jobs.employer,
        posting=posting,
        starts_at=start,
        ends_at=start + timedelta(hours=3),
        capacity=1,
    )
    contract = make_contract(posting, jobs.friend, [shift])
    queued = [apply(posting, make_worker(make_person), [shift]) for _n in range(3)]
    free_place(contract)
    assert states(queued) == ["offered"] * 3
    assert {row.offer_ends_at for row in Application.objects.filter(state="offered")} == {start}
    assert applications.accept_offer(application=queued[1], actor=queued[1].person) is not None
    assert states(queued) == ["waiting", "contracted", "waiting"]
    with pytest.raises(TooLateError, match="ほかの人"):
        applications.accept_offer(application=queued[0], actor=queued[0].person)
    assert WorkDay.objects.filter(shift=shift, state="planned").count() == 1


def test_an_offer_within_two_days_of_the_start_stands_an_hour(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    posting = make_posting(jobs.workplace)
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=40)
    shift = Shift.objects.create(
        municipality=jobs.town,
        employer=jobs.employer,
        posting=posting,
        starts_at=start,
        ends_at=start + timedelta(hours=3),
        capacity=1,
    )
    contract = make_contract(posting, jobs.friend, [shift])
    queued = apply(posting, jobs.worker, [shift])
    free_place(contract)
    queued.refresh_from_db()
    assert queued.offer_ends_at is not None
    assert queued.offer_ends_at - timezone.now() <= timedelta(hours=1)


def test_who_still_waits_when_the_work_begins_is_told(waiting: tuple[Contract, list[Application]]) -> None:
    contract, queued = waiting
    now = timezone.now()
    Shift.objects.filter(posting=contract.posting).update(
        starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=3)
    )
    assert queue.lapse_offers() == 3
    assert states(queued) == ["lapsed"] * 3


# --- Friends ---------------------------------------------------------------------------------------------------------


def test_friends_come_all_or_none(jobs: JobsWorld, make_person: MakePerson) -> None:
    shift = make_shift(make_posting(jobs.workplace), day_from_now(20), capacity=2)
    group = groups.start_group(posting=shift.posting, person=jobs.worker, size=2, actor=jobs.worker)
    first = apply(shift.posting, jobs.worker, [shift], group=group)
    assert (first.state, groups.missing_friends(group)) == ("applied", 1)
    assert apply(shift.posting, jobs.friend, [shift], group=group).state == "contracted"
    assert states([first]) == ["contracted"]
    assert Shift.objects.get(pk=shift.pk).taken == 2
    with pytest.raises(DealError, match="そろって"):
        apply(shift.posting, make_worker(make_person), [shift], group=group)


def test_friends_for_whom_there_is_one_place_too_few_wait_together(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    shift = make_shift(make_posting(jobs.workplace), day_from_now(20), capacity=2)
    posting = shift.posting
    held = make_contract(posting, make_worker(make_person), [shift])
    group = groups.start_group(posting=posting, person=jobs.worker, size=2, actor=jobs.worker)
    pair = [apply(posting, person, [shift], group=group) for person in (jobs.worker, jobs.friend)]
    alone = apply(posting, make_worker(make_person), [shift])
    assert states(pair) == ["waiting", "waiting"]
    assert alone.state == "contracted"
    free_place(held)
    assert states(pair) == ["waiting", "waiting"]
    free_place(alone.contract)
    assert states(pair) == ["offered", "offered"]
    assert applications.accept_offer(application=pair[0], actor=jobs.worker) is None
    assert states(pair) == ["offered", "offered"]
    assert applications.accept_offer(application=pair[1], actor=jobs.friend) is not None
    assert states(pair) == ["contracted", "contracted"]


def test_when_one_friend_declines_the_other_is_told_and_the_places_are_free(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    shift = make_shift(make_posting(jobs.workplace), day_from_now(20), capacity=2)
    posting = shift.posting
    held = [make_contract(posting, make_worker(make_person), [shift]) for _n in range(2)]
    group = groups.start_group(posting=posting, person=jobs.worker, size=2, actor=jobs.worker)
    pair = [apply(posting, person, [shift], group=group) for person in (jobs.worker, jobs.friend)]
    for contract in held:
        free_place(contract)
    applications.accept_offer(application=pair[0], actor=jobs.worker)
    applications.decline_offer(application=pair[1], actor=jobs.friend)
    assert states(pair) == ["lapsed", "withdrawn"]
    assert Shift.objects.get(pk=shift.pk).taken == 0
    assert Message.objects.filter(kind="application.ended", recipient=jobs.worker).count() == 1


def test_friends_ask_for_the_same_days(jobs: JobsWorld) -> None:
    group = groups.start_group(posting=jobs.posting, person=jobs.worker, size=2, actor=jobs.worker)
    apply(jobs.posting, jobs.worker, jobs.shifts[:1], group=group)
    with pytest.raises(DealError, match="同じ日"):
        apply(jobs.posting, jobs.friend, jobs.shifts[1:2], group=group)


def test_a_worker_takes_an_application_back(jobs: JobsWorld) -> None:
    shift = last_place(jobs, mode="selected")
    made = apply(shift.posting, jobs.worker, [shift])
    applications.withdraw_application(application=made, actor=jobs.worker)
    assert states([made]) == ["withdrawn"]
    again = apply(shift.posting, jobs.worker, [shift])
    assert again.pk != made.pk


def test_dates_of_lodging_skip_long_gaps() -> None:
    from sosei.programmes.jobs.rules_applications import lodging_nights

    august = [datetime.date(2027, 8, day) for day in (6, 9, 20)]
    assert [night.day for night in lodging_nights(august)] == [5, 6, 7, 8, 19]
