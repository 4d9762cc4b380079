"""Days of work: punches, absences, corrections, what counts, and what the worker process does about them."""

from __future__ import annotations

import datetime
import threading
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from sosei.core.people.errors import NotAllowedError
from sosei.core.records.models import Entry, Message
from sosei.programmes.jobs.errors_days import DayError, PunchError
from sosei.programmes.jobs.models import (
    Application,
    Correction,
    Punch,
    SafetyAnswer,
    SafetyNotice,
    Shift,
    SiteCode,
    WorkDay,
)
from sosei.programmes.jobs.services import contracts, days, days_closing, days_safety
from sosei.programmes.jobs.services.days_codes import code_in_use, day_at, make_code, next_kind
from tests.jobs.applications_world import apply, make_contract
from tests.jobs.days_world import DaysWorld, make_clock
from tests.jobs.world import JobsWorld, MakePerson, make_shift, make_worker, make_workplace

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> DaysWorld:
    """A contract of three days, the clock at six in the morning of the first."""
    made = DaysWorld(jobs, make_clock(monkeypatch))
    made.set("06:00")
    return made


def messages(kind: str) -> list[str]:
    return [message.recipient.full_name for message in Message.objects.filter(kind=kind).order_by("pk")]


# --- Punches ----------------------------------------------------------------------------------------------------------


def test_two_scans_make_a_day_that_counts_from_the_agreed_start(world: DaysWorld) -> None:
    world.punch("in", "07:35")
    world.punch("out", "16:04", seconds=5)
    assert world.span() == ("08:00", "16:05", 60)
    entry = Entry.objects.filter(verb="day.punched").latest("pk")
    assert (entry.data["kind"], entry.data["way"]) == ("out", "qr")


def test_a_token_that_comes_twice_is_one_punch(world: DaysWorld) -> None:
    token = uuid4()
    first = world.punch("in", "07:50", token=token)
    again = world.punch("in", "07:52", token=token)
    assert first == again and Punch.objects.count() == 1 and again.at == first.at


def test_another_punch_of_the_same_kind_is_refused_and_says_when_the_first_was(world: DaysWorld) -> None:
    world.punch("in", "07:50")
    with pytest.raises(PunchError, match="07:50"):
        world.punch("in", "07:55")


def test_a_token_of_one_day_does_not_stand_for_another(world: DaysWorld) -> None:
    token = uuid4()
    world.punch("in", "07:50", token=token)
    other = world.contract.days.order_by("period")[1]
    world.set("07:50", days=1)
    with pytest.raises(PunchError):
        days.record_punch(
            day=other,
            kind="in",
            way="qr",
            at=timezone.now(),
            token=token,
            actor=world.jobs.worker,
            secret=world.code.secret,
        )


def test_the_time_of_the_phone_is_kept_beside_the_time_it_arrived(world: DaysWorld) -> None:
    arrived = world.set("12:00")
    made = world.punch("in", "12:00", way="offline", at=world.at("07:58"))
    assert (made.at, made.received_at, made.way) == (world.at("07:58"), arrived, "offline")
    assert world.span() == ("08:00", "16:00", 60)


@pytest.mark.parametrize(
    ("kind", "at", "now", "code"),
    [
        ("in", "13:00", "12:00", "in_future"),
        ("in", "06:59", "12:00", "too_early"),
        ("in", "16:00", "16:30", "after_end"),
        ("out", "07:59", "12:00", "out_before_start"),
    ],
)
def test_what_cannot_be_true_is_refused_with_its_reason(
    world: DaysWorld, kind: str, at: str, now: str, code: str
) -> None:
    with pytest.raises(PunchError) as refused:
        world.punch(kind, now, way="offline", at=world.at(at))
    assert refused.value.code == code and "%(" not in str(refused.value)
    assert not Punch.objects.exists()


def test_the_code_must_be_the_workplaces_and_in_use_at_that_time(world: DaysWorld) -> None:
    other = make_code(workplace=make_workplace(world.jobs.employer), actor=world.jobs.farmer)
    with pytest.raises(DayError, match="QR"):
        world.punch("in", "07:50", secret=other.secret)
    with pytest.raises(DayError, match="QR"):
        world.punch("in", "07:50", secret="")
    world.set("07:55")
    new = make_code(workplace=world.jobs.workplace, actor=world.jobs.farmer)
    with pytest.raises(DayError, match="QR"):
        world.punch("in", "07:56")
    # A punch the phone kept before the code was replaced is still true.
    assert world.punch("in", "08:30", way="offline", at=world.at("07:50")).pk
    assert code_in_use(world.code.secret) is None and code_in_use(new.secret) == new
    assert SiteCode.objects.filter(workplace=world.jobs.workplace, ended_at=None).count() == 1


def test_employer_and_staff_enter_it_for_somebody_and_it_says_so(world: DaysWorld) -> None:
    world.punch("in", "08:10", way="employer", at=world.at("08:00"), actor=world.jobs.farmer, secret="")
    world.punch("out", "16:10", way="staff", at=world.at("16:00"), actor=world.jobs.staff, secret="")
    assert set(Punch.objects.values_list("way", "by")) == {
        ("employer", world.jobs.farmer.pk),
        ("staff", world.jobs.staff.pk),
    }


@pytest.mark.parametrize(
    ("who", "way"),
    [
        ("friend", "qr"),
        ("other_farmer", "employer"),
        ("other_staff", "staff"),
        ("farmer", "qr"),
        ("worker", "employer"),
        ("worker", "staff"),
    ],
)
def test_nobody_else_and_nobody_in_anothers_way(world: DaysWorld, who: str, way: str) -> None:
    with pytest.raises(NotAllowedError):
        world.punch("in", "08:00", actor=getattr(world.jobs, who), way=way)


def test_the_day_that_a_scan_means(world: DaysWorld) -> None:
    worker = world.jobs.worker
    world.set("06:59")
    assert day_at(world.code, worker) is None and day_at(world.code, world.jobs.friend) is None
    world.set("07:00")
    found = day_at(world.code, worker)
    assert found == world.day and next_kind(found) == "in"
    world.punch("in", "07:30")
    found = day_at(world.code, worker)
    assert found is not None and next_kind(found) == "out"
    world.punch("out", "16:00")
    found = day_at(world.code, worker)
    assert found is not None and next_kind(found) == ""
    # The second day's scan does not meet the first day again.
    world.set("07:30", days=1)
    assert day_at(world.code, worker) == world.contract.days.order_by("period")[1]


# --- Absences ---------------------------------------------------------------------------------------------------------


def test_absent_half_an_hour_after_the_start_and_never_a_fine(world: DaysWorld) -> None:
    world.set("08:29")
    with pytest.raises(DayError, match="30分"):
        days.mark_absent(day=world.day, actor=world.jobs.farmer, reason="電話に出ない")
    world.set("08:30")
    days.mark_absent(day=world.day, actor=world.jobs.farmer, reason="電話に出ない")
    assert world.fresh().state == "absent" and world.span() is None
    entry = Entry.objects.get(verb="day.absent")
    assert entry.reason == "電話に出ない" and not any("yen" in key for key in entry.data)
    body = Message.objects.get(kind="day.absent").body
    assert "罰金や違約金はありません" in body and "電話に出ない" in body


def test_somebody_who_was_there_cannot_be_called_absent(world: DaysWorld) -> None:
    world.punch("in", "07:50")
    world.set("09:00")
    with pytest.raises(DayError, match="記録がある"):
        days.mark_absent(day=world.day, actor=world.jobs.farmer, reason="いない")


def test_only_the_employer_and_staff_with_a_reason(world: DaysWorld) -> None:
    world.set("09:00")
    for actor in (world.jobs.worker, world.jobs.other_farmer, world.jobs.other_staff):
        with pytest.raises(NotAllowedError):
            days.mark_absent(day=world.day, actor=actor, reason="x")
    with pytest.raises(DayError):
        days.mark_absent(day=world.day, actor=world.jobs.farmer, reason=" ")


def full_and_waited_for(world: DaysWorld, make_person: MakePerson) -> Application:
    """The first day has one place, which the worker has; somebody waits for it."""
    Shift.objects.filter(pk=world.day.shift_id).update(capacity=1)
    waiting = apply(world.jobs.posting, make_worker(make_person), [world.day.shift])
    assert waiting.state == "waiting"
    return waiting


def test_a_drop_out_on_the_day_opens_the_place_at_once_and_tells_who_waits_and_the_employer(
    world: DaysWorld, make_person: MakePerson
) -> None:
    waiting = full_and_waited_for(world, make_person)
    world.set("06:30")
    days.mark_absent(day=world.day, actor=world.jobs.farmer, reason="熱が出たと電話", told=True)
    waiting.refresh_from_db()
    assert waiting.state == "offered" and Message.objects.filter(kind="application.offered").count() == 1
    assert world.jobs.farmer.full_name in messages("day.absent")
    assert Shift.objects.get(pk=world.day.shift_id).taken == (1 if waiting.holds_places else 0)


def test_the_workers_own_drop_out_goes_through_the_contract(
    world: DaysWorld, make_person: MakePerson
) -> None:
    waiting = full_and_waited_for(world, make_person)
    world.set("06:30")
    contracts.cancel_day(day=world.day, side="worker", ground="illness", reason="", actor=world.jobs.worker)
    waiting.refresh_from_db()
    assert waiting.state == "offered" and world.jobs.farmer.full_name in messages("contract.cancelled")


def test_an_absence_is_taken_back_by_the_employer_and_before_the_start_by_the_worker(
    world: DaysWorld,
) -> None:
    world.set("06:30")
    days.mark_absent(day=world.day, actor=world.jobs.farmer, reason="電話", told=True)
    taken = Shift.objects.get(pk=world.day.shift_id).taken
    days.take_back_absence(day=world.day, actor=world.jobs.worker, reason="行きます")
    assert world.fresh().state == "planned"
    assert Shift.objects.get(pk=world.day.shift_id).taken == taken + 1
    world.set("09:00")
    days.mark_absent(day=world.fresh(), actor=world.jobs.farmer, reason="来ない")
    with pytest.raises(NotAllowedError):
        days.take_back_absence(day=world.fresh(), actor=world.jobs.worker, reason="来た")
    days.take_back_absence(day=world.fresh(), actor=world.jobs.farmer, reason="別の畑にいた")
    world.punch("in", "09:10")
    assert world.span() == ("09:10", "16:00", 60)


def test_a_place_that_somebody_else_has_by_now_does_not_come_back(
    world: DaysWorld, make_person: MakePerson
) -> None:
    waiting = full_and_waited_for(world, make_person)
    world.set("06:30")
    days.mark_absent(day=world.day, actor=world.jobs.farmer, reason="電話", told=True)
    Shift.objects.filter(pk=world.day.shift_id).update(taken=1)
    with pytest.raises(DayError, match="ほかの人"):
        days.take_back_absence(day=world.fresh(), actor=world.jobs.worker, reason="行きます")
    assert waiting.pk and world.fresh().state == "absent"


def test_who_is_called_absent_cannot_punch_and_is_told_what_to_do(world: DaysWorld) -> None:
    world.set("08:40")
    days.mark_absent(day=world.day, actor=world.jobs.farmer, reason="来ない")
    with pytest.raises(DayError, match="雇用主に話して"):
        world.punch("in", "08:50")


# --- Corrections ------------------------------------------------------------------------------------------------------


def test_a_correction_keeps_the_agreed_time_until_it_is_answered(world: DaysWorld) -> None:
    world.punch("in", "08:40")
    world.punch("out", "15:00")
    assert world.span() == ("08:40", "15:00", 60)
    world.set("16:30")
    asked = world.ask("08:00", "16:30")
    assert world.span() == ("08:00", "16:00", 60)
    assert messages("correction.asked") == [world.jobs.farmer.full_name]
    with pytest.raises(DayError, match="もう求められています"):
        world.ask("08:00", "16:20")
    days.answer_correction(
        correction=asked, accepted=False, reason="3時に帰りました", actor=world.jobs.farmer
    )
    assert world.span() == ("08:40", "15:00", 60)
    told = Message.objects.get(kind="correction.answered")
    assert (
        told.recipient == world.jobs.worker and "3時に帰りました" in told.body and "市の担当者" in told.body
    )
    again = world.ask("08:10", "16:00")
    days.answer_correction(correction=again, accepted=True, reason="確かめました", actor=world.jobs.farmer)
    assert world.span() == ("08:10", "16:00", 60)


def test_a_correction_is_answered_once_with_a_reason_by_the_employer(world: DaysWorld) -> None:
    world.set("16:30")
    asked = world.ask("08:00", "16:00")
    for actor in (world.jobs.worker, world.jobs.other_farmer):
        with pytest.raises(NotAllowedError):
            days.answer_correction(correction=asked, accepted=True, reason="x", actor=actor)
    with pytest.raises(DayError, match="理由"):
        days.answer_correction(correction=asked, accepted=True, reason="", actor=world.jobs.farmer)
    days.answer_correction(correction=asked, accepted=True, reason="はい", actor=world.jobs.farmer)
    with pytest.raises(DayError, match="もう返事"):
        days.answer_correction(correction=asked, accepted=False, reason="いいえ", actor=world.jobs.farmer)


def test_an_accepted_correction_makes_an_absence_a_day_of_work(world: DaysWorld) -> None:
    world.set("09:00")
    days.mark_absent(day=world.day, actor=world.jobs.farmer, reason="いない")
    world.set("16:30")
    asked = world.ask("08:00", "16:00", reason="北の畑にいました")
    assert world.span() == ("08:00", "16:00", 60)
    days.answer_correction(correction=asked, accepted=True, reason="いました", actor=world.jobs.farmer)
    assert world.fresh().state == "worked" and world.span() == ("08:00", "16:00", 60)


@pytest.mark.parametrize(
    ("start", "end", "pause", "field"),
    [("09:00", "09:00", 0, "end"), ("08:00", "09:00", 61, "break_minutes"), ("08:00", "20:00", 0, "end")],
)
def test_times_that_cannot_be_are_refused_at_their_box(
    world: DaysWorld, start: str, end: str, pause: int, field: str
) -> None:
    world.set("16:30")
    with pytest.raises(DayError) as refused:
        world.ask(start, end, pause)
    assert refused.value.field == field


def test_the_employer_lets_an_early_start_count_and_never_less_than_counts(world: DaysWorld) -> None:
    world.punch("in", "07:30")
    world.punch("out", "16:00")
    given = {
        "day": world.day,
        "break_minutes": 60,
        "reason": "早く始めてもらった",
        "actor": world.jobs.farmer,
    }
    with pytest.raises(DayError, match="短くはできません"):
        days.grant_hours(starts_at=world.at("08:30"), ends_at=world.at("16:00"), **given)
    days.grant_hours(starts_at=world.at("07:30"), ends_at=world.at("16:00"), **given)
    assert world.span() == ("07:30", "16:00", 60)
    found = days.day_for_pay(world.fresh())
    assert found is not None and (found.minutes, [rule.value for rule in found.rules]) == (450, ["corrected"])


def test_staff_see_a_correction_that_nobody_answers_for_three_days(world: DaysWorld) -> None:
    from sosei.programmes.jobs.services.days_corrections import overdue

    world.set("16:30")
    world.ask("08:00", "16:00")
    town = world.jobs.town.pk
    world.set("16:30", days=3)
    assert overdue(town).count() == 0
    world.set("16:31", days=3)
    assert overdue(town).count() == 1 and overdue(world.jobs.other_town.pk).count() == 0


def test_many_days_are_counted_in_two_queries(world: DaysWorld, django_assert_num_queries: object) -> None:
    world.punch("in", "08:00")
    given = list(WorkDay.objects.filter(contract=world.contract))
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert [one.day for one in days.days_for_pay(given)] == [world.day]


# --- Safety -----------------------------------------------------------------------------------------------------------


def warn(world: DaysWorld, **options: object) -> SafetyNotice:
    given = {
        "municipality": world.jobs.town,
        "employer": world.jobs.employer,
        "kind": "heat",
        "on": world.date,
        "text": "水をのんでください",
        "text_en": "Drink water",
        "actor": world.jobs.farmer,
    }
    return days_safety.send_notice(**{**given, **options})  # type: ignore[arg-type]


def test_a_safety_notice_reaches_all_who_work_that_day_in_both_languages_and_nobody_else(
    world: DaysWorld,
) -> None:
    notice = warn(world)
    told = Message.objects.get(kind="safety.notice")
    assert told.recipient == world.jobs.worker
    assert "水をのんでください" in told.body and "Drink water" in told.body_en
    assert [row.person for row in notice.answers.all()] == [world.jobs.worker]
    with pytest.raises(DayError, match="働く人はいません"):
        warn(world, on=world.date + datetime.timedelta(days=5))
    with pytest.raises(DayError, match="7日後"):
        warn(world, on=world.date - datetime.timedelta(days=1))


def test_the_whole_town_is_warned_by_its_staff_alone(world: DaysWorld) -> None:
    assert warn(world, employer=None, actor=world.jobs.staff).answers.count() == 1
    for actor in (world.jobs.farmer, world.jobs.other_staff, world.jobs.worker):
        with pytest.raises(NotAllowedError):
            warn(world, employer=None, actor=actor)
    with pytest.raises(NotAllowedError):
        warn(world, actor=world.jobs.other_farmer)


def test_a_call_for_help_is_told_at_once_and_may_follow_an_all_clear(world: DaysWorld) -> None:
    notice = warn(world)
    worker = world.jobs.worker
    days_safety.answer_notice(notice=notice, person=worker, answer="safe", actor=worker)
    assert messages("safety.help") == []
    days_safety.answer_notice(notice=notice, person=worker, answer="help", actor=worker)
    assert messages("safety.help") == [world.jobs.farmer.full_name]
    assert SafetyAnswer.objects.get().answer == "help"
    with pytest.raises(DayError):
        days_safety.answer_notice(
            notice=notice, person=world.jobs.friend, answer="safe", actor=world.jobs.friend
        )
    with pytest.raises(NotAllowedError):
        days_safety.answer_notice(notice=notice, person=worker, answer="safe", actor=world.jobs.farmer)


def test_who_agrees_to_work_after_the_notice_is_warned_as_well_once(world: DaysWorld) -> None:
    notice = warn(world)
    make_contract(world.jobs.posting, world.jobs.friend, [world.day.shift])
    assert (days_safety.tell_newcomers(), days_safety.tell_newcomers()) == (1, 0)
    assert notice.answers.count() == 2 and len(messages("safety.notice")) == 2


# --- The worker process -----------------------------------------------------------------------------------------------


def test_the_evening_before_everybody_is_reminded_once(world: DaysWorld) -> None:
    now = world.set("18:00", days=-1)
    assert days_closing.remind(now) == 1
    days_closing.remind(now)
    told = Message.objects.get(kind="day.reminder")
    assert told.recipient == world.jobs.worker and world.jobs.workplace.address in told.body


def test_forgotten_punches_are_asked_for_once(world: DaysWorld) -> None:
    world.punch("in", "08:00")
    second = world.contract.days.order_by("period")[1]
    make_contract(world.jobs.posting, world.jobs.friend, [second.shift])
    assert days_closing.ask_forgotten(world.set("16:29")) == 0
    days_closing.ask_forgotten(world.set("16:30"))
    days_closing.ask_forgotten(world.set("17:30"))
    assert messages("day.out_missing") == [world.jobs.worker.full_name]
    days_closing.ask_forgotten(world.set("17:00", days=1))
    assert set(messages("day.unknown")) >= {world.jobs.friend.full_name, world.jobs.farmer.full_name}


def test_days_that_are_over_are_closed_and_the_last_one_ends_the_contract(world: DaysWorld) -> None:
    first, second, third = world.contract.days.order_by("period")
    world.punch("in", "08:00")
    world.punch("out", "16:00")
    assert days_closing.close_ended(world.set("15:59")) == 0
    assert days_closing.close_ended(world.set("16:00")) == 1
    world.set("08:00", days=1)
    world.day = second
    world.date += datetime.timedelta(days=1)
    world.punch("in", "08:00")
    assert days_closing.close_ended(world.set("20:00")) == 0
    assert days_closing.close_ended(world.set("04:00", days=1)) == 1
    world.contract.refresh_from_db()
    assert world.contract.state == "active"
    # Nobody noted anything of the third day: after three days it counts as agreed.
    assert days_closing.close_ended(world.set("15:59", days=4)) == 0
    assert days_closing.close_ended(world.set("16:00", days=4)) == 1
    assert set(world.contract.days.values_list("state", flat=True)) == {"worked"}
    found = days.day_for_pay(WorkDay.objects.get(pk=third.pk))
    assert found is not None and found.minutes == 420 and found.rules[0].value == "no_punches"
    world.contract.refresh_from_db()
    assert world.contract.state == "finished" and first.pk


def test_a_contract_waits_for_the_answer_to_its_correction(world: DaysWorld) -> None:
    one = make_contract(world.jobs.posting, world.jobs.friend, [world.day.shift])
    world.day = one.days.get()
    world.punch("in", "08:00", actor=world.jobs.friend)
    world.punch("out", "16:00", actor=world.jobs.friend)
    world.ask("08:00", "16:00", 0, actor=world.jobs.friend)
    days_closing.close_ended(world.set("16:05"))
    one.refresh_from_db()
    assert one.state == "active" and Correction.objects.get().state == "asked"


def test_a_night_shift_is_one_day_of_work(jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    night = make_shift(
        jobs.posting, jobs.shifts[0].starts_at.date() + datetime.timedelta(days=9), ("20:00", "02:00")
    )
    clock = make_clock(monkeypatch)
    made = DaysWorld(jobs, clock)
    contract = make_contract(jobs.posting, jobs.friend, [night])
    made.day = contract.days.get()
    made.date = night.starts_at.date()
    made.punch("in", "19:50", actor=jobs.friend)
    moment = made.set("02:10", days=1)
    days.record_punch(
        day=made.day,
        kind="out",
        way="qr",
        at=moment,
        token=uuid4(),
        actor=jobs.friend,
        secret=made.code.secret,
    )
    assert made.span() == ("20:00", "02:10", 60)


@pytest.mark.django_db(transaction=True)
def test_the_same_punch_sent_by_eight_threads_at_once_is_one(
    jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = DaysWorld(jobs, make_clock(monkeypatch))
    now, token = world.set("08:00"), uuid4()
    start, found, failed = threading.Barrier(8), [], []

    def send() -> None:
        try:
            start.wait(10)
            made = days.record_punch(
                day=world.day,
                kind="in",
                way="offline",
                at=now,
                token=token,
                actor=jobs.worker,
                secret=world.code.secret,
            )
            found.append(made.pk)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == [] and len(found) == 8 and len(set(found)) == 1
    assert Punch.objects.count() == 1 and Entry.objects.filter(verb="day.punched").count() == 1
