"""Reviews, measures, complaints, certificates, invitations and wishes to move in: what is written, shown and refused."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.db import connection
from django.utils import timezone

from sosei.core.people import roles, tenancy
from sosei.core.people.errors import NotAllowedError
from sosei.core.records.models import Entry, Message
from sosei.engines.labour.basis import Certainty
from sosei.planning.outcomes.models import Fact
from sosei.programmes.jobs.errors_care import CareError
from sosei.programmes.jobs.errors_deals import CannotApplyError
from sosei.programmes.jobs.errors_postings import PostingError
from sosei.programmes.jobs.models import (
    Certificate,
    Complaint,
    RelocationWish,
    Restriction,
    ReturnInvitation,
    Review,
    WorkDay,
)
from sosei.programmes.jobs.rules_care import (
    LONGEST,
    ComplaintKind,
    Ground,
    MeasureFlaw,
    MeasureKind,
    Proposal,
    Share,
    UnknownTermError,
    due_on,
    flaw_of,
    masked_name,
    propose_for_employer,
    propose_for_worker,
    term_of,
)
from sosei.programmes.jobs.rules_contracts import LateCancellations, Measure
from sosei.programmes.jobs.services import (
    certificates,
    complaints,
    contracts,
    days,
    invitations,
    postings,
    relocation,
    restrictions,
    reviews,
)
from tests.jobs.applications_world import apply, make_contract
from tests.jobs.care_world import another_shift, days_later, finished_contract, review
from tests.jobs.days_world import SetClock, make_clock
from tests.jobs.rounds_world import open_world, places
from tests.jobs.world import (
    JST,
    JobsWorld,
    MakePerson,
    day_from_now,
    make_farmer,
    make_posting,
    make_shift,
    make_worker,
    make_workplace,
)
from tests.people.conftest import hold_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return make_clock(monkeypatch)


def told(kind: str) -> set[int]:
    """Who got a message of that kind."""
    return set(Message.objects.filter(kind=kind).values_list("recipient", flat=True))


def seen_by(person: object) -> set[str]:
    """Sides of reviews that somebody reads in a request: by the query set and by the database's own rows."""
    key = getattr(person, "pk", None)
    with tenancy.guarded(person=key):
        rows = set(Review.objects.values_list("side", flat=True))
    listed = set(Review.objects.visible_to(person).values_list("side", flat=True))
    assert rows == listed
    return listed


# --- Reviews ----------------------------------------------------------------------------------------------------------


def test_both_sides_are_asked_once_when_the_work_is_over(jobs: JobsWorld, clock: SetClock) -> None:
    finished_contract(jobs, clock)
    assert reviews.ask_due(timezone.now()) == 1
    assert told("review.ask") == {jobs.worker.pk, jobs.farmer.pk}
    assert reviews.ask_due(timezone.now()) == 0


def test_neither_side_reads_the_others_words_before_both_are_in(jobs: JobsWorld, clock: SetClock) -> None:
    contract = finished_contract(jobs, clock)
    first = review(jobs, contract, "worker")
    assert first.shown_at is None
    assert seen_by(jobs.worker) == {"worker"} and seen_by(jobs.farmer) == set()
    assert seen_by(None) == set() and reviews.share_of(jobs.employer).count == 0
    review(jobs, contract, "employer", comment="よく働いてくれました")
    assert seen_by(jobs.worker) == {"worker", "employer"} == seen_by(jobs.farmer)
    # Of a worker nobody else learns anything; what a worker said of an employer is public.
    assert seen_by(None) == {"worker"} == seen_by(jobs.friend) == seen_by(jobs.other_farmer)
    assert told("review.shown") == {jobs.worker.pk, jobs.farmer.pk}


def test_what_is_there_is_shown_after_fourteen_days_and_nothing_is_written_any_more(
    jobs: JobsWorld, clock: SetClock
) -> None:
    contract = finished_contract(jobs, clock)
    review(jobs, contract, "employer", good=False)
    days_later(clock, contract, 13)
    assert reviews.show_due(timezone.now()) == 0 and seen_by(jobs.worker) == set()
    days_later(clock, contract, 14)
    with pytest.raises(CareError, match="14日"):
        review(jobs, contract, "worker")
    assert reviews.show_due(timezone.now()) == 1 and seen_by(jobs.worker) == {"employer"}
    assert reviews.show_due(timezone.now()) == 0


def test_a_review_is_written_once_by_its_own_side_after_the_work(
    jobs: JobsWorld, clock: SetClock, make_person: MakePerson
) -> None:
    begun = make_contract(jobs.posting, jobs.friend, jobs.shifts[1:2])
    with pytest.raises(CareError, match="終わったあと"):
        review(jobs, begun, "worker")
    contract = finished_contract(jobs, clock)
    second_farmer = make_farmer(make_person, jobs.employer)
    for who, side in (
        (jobs.farmer, "worker"),
        (jobs.worker, "employer"),
        (jobs.other_farmer, "employer"),
        (jobs.other_staff, "worker"),
        (jobs.worker, "nobody"),
    ):
        with pytest.raises(NotAllowedError):
            reviews.write_review(contract=contract, side=side, good=True, comment="", actor=who)
    first = review(jobs, contract, "employer")
    again = reviews.write_review(
        contract=contract, side="employer", good=True, comment="よい畑でした ", actor=second_farmer
    )
    assert again == first
    with pytest.raises(CareError, match="書き直す"):
        review(jobs, contract, "employer", good=False)
    by_phone = reviews.write_review(contract=contract, side="worker", good=True, comment="", actor=jobs.staff)
    assert by_phone.written_by == jobs.staff
    assert Entry.objects.get(verb="review.written_by_worker").on_behalf_of == jobs.worker


def test_who_did_not_come_neither_writes_nor_is_written_about(jobs: JobsWorld, clock: SetClock) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    clock(day_from_now(15), "21:00")
    WorkDay.objects.filter(contract=contract).update(state="absent")
    assert contracts.finish_contract(contract=contract)
    contract.refresh_from_db()
    assert reviews.ask_due(timezone.now()) == 0
    with pytest.raises(CareError):
        review(jobs, contract, "employer", good=False)


def test_staff_hide_with_a_reason_that_both_are_told_and_show_again(jobs: JobsWorld, clock: SetClock) -> None:
    contract = finished_contract(jobs, clock)
    written = review(jobs, contract, "worker", comment="ひどいことば")
    with pytest.raises(CareError, match="理由"):
        reviews.hide_review(review=written, reason=" ", actor=jobs.staff)
    for who in (jobs.farmer, jobs.worker, jobs.other_staff, jobs.planner):
        with pytest.raises(NotAllowedError):
            reviews.hide_review(review=written, reason="いやだから", actor=who)
    reviews.hide_review(review=written, reason="人を傷つけることば", actor=jobs.staff)
    # The other side does not learn from this that there is a review.
    assert told("review.moderated") == {jobs.worker.pk}
    reviews.unhide_review(review=written, reason="見直した", actor=jobs.staff)
    review(jobs, contract, "employer")
    reviews.hide_review(review=written, reason="やはりかくす", actor=jobs.staff)
    assert told("review.moderated") == {jobs.worker.pk, jobs.farmer.pk}
    assert seen_by(None) == set() and seen_by(jobs.worker) == {"worker", "employer"}
    assert "やはりかくす" in Message.objects.filter(kind="review.moderated").latest("pk").body
    written.refresh_from_db()
    assert written.comment == "ひどいことば"


def test_a_share_needs_three_and_counts_what_is_shown(
    jobs: JobsWorld, clock: SetClock, make_person: MakePerson
) -> None:
    assert [Share(good, count).percent for good, count in ((2, 2), (2, 3), (1, 8), (0, 3))] == [
        None,
        67,
        13,
        0,
    ]
    for number, good in enumerate((True, True, False)):
        one = finished_contract(jobs, clock, worker=make_worker(make_person), shifts=[another_shift(jobs)])
        review(jobs, one, "worker", good=good)
        if number:
            review(jobs, one, "employer")
    assert reviews.share_of(jobs.employer) == Share(1, 2)
    days_later(clock, one, 14)
    reviews.show_due(timezone.now())
    assert reviews.share_of(jobs.employer).percent == 67


@pytest.mark.django_db(transaction=True)
def test_two_reviews_of_one_side_at_once_are_one_row(
    jobs: JobsWorld, clock: SetClock, make_person: MakePerson
) -> None:
    contract = finished_contract(jobs, clock)
    farmers = [jobs.farmer, *(make_farmer(make_person, jobs.employer) for _each in range(5))]
    start, refused, failed = threading.Barrier(len(farmers)), [], []

    def send(number: int) -> None:
        try:
            start.wait(10)
            reviews.write_review(
                contract=contract,
                side="employer",
                good=True,
                comment=f"{number}",
                actor=farmers[number],
            )
        except CareError as error:
            refused.append(error)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(farmers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == [] and len(refused) == len(farmers) - 1
    assert Review.objects.count() == 1 == Entry.objects.filter(verb="review.written_by_employer").count()


# --- Complaints -------------------------------------------------------------------------------------------------------


def complain(jobs: JobsWorld, **options: object) -> Complaint:
    given: dict[str, object] = {
        "municipality": jobs.town,
        "person": jobs.worker,
        "kind": "harassment",
        "text": "どなられました",
        "actor": jobs.worker,
        "about": jobs.employer,
        **options,
    }
    return complaints.file_complaint(**given)  # type: ignore[arg-type]


def test_the_terms_are_dated_and_say_where_they_come_from() -> None:
    on = datetime.date(2026, 11, 1)
    assert {kind: (due_on(kind, on) - on).days for kind in ComplaintKind} == {
        "safety": 1,
        "harassment": 3,
        "wages": 7,
        "conditions": 7,
        "other": 14,
    }
    # No law names days for the town's answer: none of them may be shown as if it did.
    assert {term_of(kind, on).basis.certainty for kind in ComplaintKind} == {Certainty.PRACTICE}
    with pytest.raises(UnknownTermError, match="2026-10-01"):
        due_on(ComplaintKind.OTHER, datetime.date(2026, 9, 30))


def test_a_complaint_is_read_by_the_town_alone(jobs: JobsWorld, make_person: MakePerson) -> None:
    complaint = complain(jobs, may_be_named=True)
    for person, reads in (
        (jobs.worker, True),
        (jobs.staff, True),
        (jobs.farmer, False),
        (jobs.friend, False),
        (jobs.other_staff, False),
        (jobs.planner, False),
        (make_person(roles.AUDITOR, jobs.town), True),
    ):
        assert Complaint.objects.visible_to(person).exists() is reads, person
        # The database holds back other towns and employers; within the town the roles are the query set's.
        with tenancy.guarded(person=person.pk):
            assert Complaint.objects.exists() is (reads or person == jobs.planner), person
    assert told("complaint.filed") == {jobs.staff.pk}
    assert told("complaint.received") == {jobs.worker.pk}
    assert not Message.objects.filter(body__contains="どなられました").exists()
    # Nothing that an employer can read tells of it: no message, no entry.
    complaints.start_complaint(complaint=complaint, actor=jobs.staff)
    complaints.answer_complaint(complaint=complaint, answer="話を聞きました", actor=jobs.staff)
    assert not Message.objects.filter(recipient=jobs.farmer).exists()
    assert not Entry.objects.visible_to(jobs.farmer).filter(verb__startswith="complaint.").exists()
    assert "話を聞きました" in Message.objects.get(kind="complaint.answered").body


def test_staff_who_act_for_the_accused_neither_read_nor_decide(
    jobs: JobsWorld, clock: SetClock, make_person: MakePerson
) -> None:
    both = make_person(roles.PROGRAMME_STAFF, jobs.town)
    hold_role(both, roles.EMPLOYER, jobs.town, jobs.employer.organisation)
    accused, general = complain(jobs), complain(jobs, about=None)
    elsewhere = complain(jobs, about=jobs.other_employer)
    assert set(Complaint.objects.visible_to(both)) == {general, elsewhere}
    with tenancy.guarded(person=both.pk):
        assert set(Complaint.objects.all()) == {general, elsewhere}
        assert set(Complaint.pgh_event_model.objects.values_list("pgh_obj", flat=True)) == {
            general.pk,
            elsewhere.pk,
        }
    filed = Entry.objects.visible_to(both).filter(verb="complaint.filed")
    assert set(filed.values_list("object_id", flat=True)) == {str(general.pk), str(elsewhere.pk)}
    assert Message.objects.filter(kind="complaint.filed", recipient=both).count() == 2
    assert Message.objects.filter(kind="complaint.filed", recipient=jobs.staff).count() == 3
    written = review(jobs, finished_contract(jobs, clock), "worker")
    measure: dict[str, object] = {"person": None, "employer": jobs.employer, "kind": "no_posting"}
    made = restrict(jobs, **measure)
    with pytest.raises(NotAllowedError):
        complaints.answer_complaint(complaint=accused, answer="終わりました", actor=both)
    with pytest.raises(NotAllowedError):
        reviews.hide_review(review=written, reason="いやだから", actor=both)
    with pytest.raises(NotAllowedError):
        restrictions.lift(restriction=made, reason="いらないから", actor=both)
    for whom in (measure, {"person": both}):
        with pytest.raises(NotAllowedError):
            restrict(jobs, actor=both, **whom)
    assert restrict(jobs, **{**measure, "employer": jobs.other_employer}, actor=both).made_by == both
    complaints.start_complaint(complaint=elsewhere, actor=both)


def test_the_employer_is_told_only_what_was_agreed_and_only_in_a_name_that_may_be_told(
    jobs: JobsWorld,
) -> None:
    complaint = complain(jobs)

    def tell(text: str, agreed: bool) -> None:
        complaints.tell_employer(complaint=complaint, text=text, agreed=agreed, actor=jobs.staff)

    with pytest.raises(CareError, match="望んでいません"):
        tell("大きな声を出さないでください。", agreed=True)
    complaints.allow_naming(complaint=complaint, allowed=True, actor=jobs.worker)
    with pytest.raises(CareError, match="本人と確かめて"):
        tell("大きな声を出さないでください。", agreed=False)
    tell("大きな声を出さないでください。", agreed=True)
    message = Message.objects.get(kind="complaint.employer_told")
    assert message.recipient == jobs.farmer and "大きな声を出さないで" in message.body
    assert "どなられました" not in message.body and message.about == jobs.employer
    complaints.allow_naming(complaint=complaint, allowed=False, actor=jobs.worker)
    with pytest.raises(CareError):
        tell("もう一度", agreed=True)
    for who in (jobs.farmer, jobs.friend, jobs.other_staff):
        with pytest.raises(NotAllowedError):
            complaints.allow_naming(complaint=complaint, allowed=True, actor=who)


def test_the_queue_goes_by_the_day_and_marks_what_is_late(jobs: JobsWorld, clock: SetClock) -> None:
    make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    other, soon = complain(jobs, kind="other"), complain(jobs, kind="safety", actor=jobs.staff)
    queue = complaints.queue_of(Complaint.objects.all(), answered=False)
    assert list(queue) == [soon, other]
    assert Entry.objects.get(object_id=str(soon.pk), verb="complaint.filed").on_behalf_of == jobs.worker
    clock(soon.due_on, "23:00")
    assert complaints.overdue(jobs.town.pk) == 0
    clock(soon.due_on + datetime.timedelta(days=1), "00:01")
    assert complaints.overdue(jobs.town.pk) == 1 and Complaint.objects.exclude(state="answered").count() == 2
    complaints.answer_complaint(complaint=soon, answer="直しました", actor=jobs.staff)
    assert complaints.overdue(jobs.town.pk) == 0
    with pytest.raises(CareError, match="もう答えて"):
        complaints.answer_complaint(complaint=soon, answer="もう一度", actor=jobs.staff)


def test_who_may_complain_and_about_whom(jobs: JobsWorld, make_person: MakePerson) -> None:
    for who in (jobs.friend, jobs.farmer, jobs.other_staff):
        with pytest.raises(NotAllowedError):
            complain(jobs, actor=who)
    with pytest.raises(CareError, match="何があったか"):
        complain(jobs, text="  ")
    with pytest.raises(CareError, match="ほかの町"):
        complain(jobs, municipality=jobs.other_town)
    assert not complain(jobs, about=None, may_be_named=True).may_be_named


# --- Measures ---------------------------------------------------------------------------------------------------------


def restrict(jobs: JobsWorld, **options: object) -> Restriction:
    given: dict[str, object] = {
        "municipality": jobs.town,
        "person": jobs.worker,
        "kind": "pause",
        "days": 7,
        "ground": "conduct",
        "reason": "話し合いのとおり",
        "actor": jobs.staff,
        **options,
    }
    return restrictions.restrict(**given)  # type: ignore[arg-type]


def test_the_figures_propose_and_never_more_than_their_rule() -> None:
    def late(measure: Measure) -> LateCancellations:
        return LateCancellations(1, 0, measure, None)

    one_job, pause = Proposal(MeasureKind.ONE_JOB, 30), Proposal(MeasureKind.PAUSE, 14)
    assert propose_for_worker(late(Measure.NONE), 0) is None
    assert (
        propose_for_worker(late(Measure.ONE_JOB), 0) == one_job == propose_for_worker(late(Measure.NONE), 1)
    )
    assert propose_for_worker(late(Measure.PAUSE), 0) == pause == propose_for_worker(late(Measure.ONE_JOB), 2)
    assert [propose_for_employer(count) for count in (2, 3, 6)] == [
        None,
        Proposal(MeasureKind.NO_POSTING, 14),
        Proposal(MeasureKind.NO_POSTING, 30),
    ]
    figures, conduct = Ground.FIGURES, Ground.CONDUCT

    def flaw(kind: MeasureKind, length: int, ground: Ground, proposal: Proposal | None) -> MeasureFlaw | None:
        return flaw_of(kind, length, ground, proposal, of_worker=True)

    assert flaw(MeasureKind.PAUSE, 14, figures, pause) is None
    assert flaw(MeasureKind.ONE_JOB, 30, figures, pause) is None
    assert flaw(MeasureKind.PAUSE, 1, figures, one_job) is MeasureFlaw.NOT_PROPOSED
    assert flaw(MeasureKind.ONE_JOB, 1, figures, None) is MeasureFlaw.NOT_PROPOSED
    assert flaw(MeasureKind.ONE_JOB, 1, conduct, None) is None
    assert flaw(MeasureKind.NO_POSTING, 1, conduct, None) is MeasureFlaw.WRONG_SIDE
    for kind, most in LONGEST.items():
        mine = kind is not MeasureKind.NO_POSTING
        assert flaw_of(kind, most + 1, conduct, None, of_worker=mine) is MeasureFlaw.TOO_LONG
        assert flaw_of(kind, 0, conduct, None, of_worker=mine) is MeasureFlaw.NO_DAYS


def test_figures_are_the_towns_own_and_who_calls_before_is_no_no_show(
    jobs: JobsWorld, clock: SetClock
) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    first, second, third = contract.days.order_by("period")
    clock(first.period.lower.astimezone(JST).date(), "05:00")
    contracts.cancel_day(day=first, side="worker", ground="illness", reason="", actor=jobs.worker)
    # Noted after the start, and the worker had called before.
    clock(second.period.lower.astimezone(JST).date(), "09:30")
    days.mark_absent(day=second, actor=jobs.farmer, reason="電話がありました", told=True)
    assert restrictions.worker_figures(jobs.town)[jobs.worker.pk].no_shows == 0
    clock(third.period.lower.astimezone(JST).date(), "09:00")
    days.mark_absent(day=third, actor=jobs.farmer, reason="来ませんでした")
    figures = restrictions.worker_figures(jobs.town)[jobs.worker.pk]
    assert (figures.late.count, figures.late.points, figures.no_shows) == (1, 7, 1)
    assert figures.proposal == Proposal(MeasureKind.ONE_JOB, 30)
    assert restrictions.worker_figures(jobs.other_town) == {}
    # Proposed, and nothing more until somebody decides.
    assert not Restriction.objects.exists()
    assert [one.person_id for one in restrictions.proposals(jobs.town)[0]] == [jobs.worker.pk]
    with pytest.raises(CareError, match="回数"):
        restrict(jobs, ground="figures")
    made = restrict(jobs, ground="figures", kind="one_job")
    assert restrictions.proposals(jobs.town)[0] == []
    assert told("restriction.told") == {jobs.worker.pk} and made.made_by == jobs.staff
    # What staff lifted a measure for is not proposed again; what comes after it is.
    restrictions.lift(restriction=made, reason="話を聞いた", actor=jobs.staff)
    assert restrictions.proposals(jobs.town)[0] == []
    posting = make_posting(jobs.workplace)
    shift = make_shift(posting, day_from_now(3))
    again = make_contract(posting, jobs.worker, [shift]).days.get()
    clock(shift.starts_at.astimezone(JST).date(), "09:00")
    days.mark_absent(day=again, actor=jobs.farmer, reason="来ませんでした")
    assert [one.no_shows for one in restrictions.proposals(jobs.town)[0]] == [2]


def test_a_measure_refuses_applications_in_its_town_and_ends_by_itself(
    jobs: JobsWorld, clock: SetClock
) -> None:
    make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    for who in (jobs.farmer, jobs.planner, jobs.other_staff, jobs.worker):
        with pytest.raises(NotAllowedError):
            restrict(jobs, actor=who)
    with pytest.raises(CareError, match="14"):
        restrict(jobs, days=15)
    made = restrict(jobs)
    with pytest.raises(CareError, match="同じ制限"):
        restrict(jobs)
    elsewhere = make_posting(jobs.workplace)
    wanted = [make_shift(elsewhere, day_from_now(40))]
    with pytest.raises(CannotApplyError, match="申し込みを休んで"):
        apply(elsewhere, jobs.worker, wanted)
    Restriction.objects.filter(pk=made.pk).update(municipality=jobs.other_town)
    assert apply(elsewhere, jobs.worker, wanted).state == "contracted"
    Restriction.objects.filter(pk=made.pk).update(municipality=jobs.town)
    clock(made.ends_at.astimezone(JST).date() + datetime.timedelta(days=1), "00:00")
    assert not restrictions.in_force(Restriction.objects.all()).exists()
    other = make_posting(jobs.workplace)
    assert apply(other, jobs.worker, [make_shift(other, day_from_now(25))]).state == "contracted"


def test_an_employer_who_calls_off_at_the_last_moment_may_be_kept_from_posting_for_a_time(
    jobs: JobsWorld, clock: SetClock, make_person: MakePerson
) -> None:
    for number in range(3):
        shift = make_shift(jobs.posting, day_from_now(10 + number))
        contract = make_contract(jobs.posting, jobs.worker, [shift])
        make_contract(jobs.posting, jobs.friend, [shift])
        clock(shift.starts_at.astimezone(JST).date(), "06:00")
        contracts.call_off_shift(
            shift=shift,
            side="employer",
            ground="business_volume" if number else "force_majeure",
            reason="人手が足りたため",
            actor=jobs.farmer,
        )
        assert contract.pk
    # A storm is nobody's fault, and a shift of two workers counts once.
    assert restrictions.employer_figures(jobs.town)[0].short_notices == 2
    assert restrictions.proposals(jobs.town)[1] == []
    made = restrict(jobs, person=None, employer=jobs.employer, kind="no_posting", days=10)
    draft = make_posting(jobs.workplace, state="draft")
    make_shift(draft, day_from_now(30))
    with pytest.raises(PostingError, match="公開できません"):
        postings.publish_posting(posting=draft, actor=jobs.farmer)
    restrictions.lift(restriction=made, reason="話し合った", actor=jobs.staff)
    assert postings.publish_posting(posting=draft, actor=jobs.farmer).is_open
    assert told("restriction.told") == {jobs.farmer.pk}
    shift = make_shift(jobs.posting, day_from_now(2))
    make_contract(jobs.posting, jobs.worker, [shift])
    clock(shift.starts_at.astimezone(JST).date(), "06:00")
    contracts.call_off_shift(
        shift=shift, side="employer", ground="business_volume", reason="人手が足りたため", actor=jobs.farmer
    )
    assert [one.short_notices for one in restrictions.proposals(jobs.town)[1]] == [3]
    again = restrict(jobs, person=None, employer=jobs.employer, kind="no_posting", days=14, ground="figures")
    restrictions.lift(restriction=again, reason="話し合った", actor=jobs.staff)
    assert restrictions.proposals(jobs.town)[1] == []


def test_a_pause_of_another_town_keeps_nobody_out_of_a_round(
    jobs: JobsWorld, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = open_world(jobs, make_person, monkeypatch)
    posting = world.posting(2)
    people = world.people(2)
    for person, town in zip(people, (jobs.other_town, jobs.town), strict=True):
        world.wish(person, posting)
        now = timezone.now()
        Restriction.objects.create(
            municipality=town,
            person=person,
            kind="pause",
            starts_at=now,
            ends_at=now + datetime.timedelta(days=7),
            reason="例",
        )
    world.close()
    assert places(world.draw()) == {people[0].pk: posting.pk, people[1].pk: None}


def test_the_person_objects_once_and_staff_answer_or_lift(jobs: JobsWorld) -> None:
    make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    made = restrict(jobs)
    for who in (jobs.friend, jobs.farmer, jobs.other_staff):
        with pytest.raises(NotAllowedError):
            restrictions.object_to(restriction=made, text="ちがいます", actor=who)
    with pytest.raises(CareError, match="意見は届いていません"):
        restrictions.answer_objection(restriction=made, answer="はい", actor=jobs.staff)
    restrictions.object_to(restriction=made, text="病気でした", actor=jobs.worker)
    assert told("restriction.objected") == {jobs.staff.pk} and restrictions.unanswered(jobs.town.pk) == 1
    with pytest.raises(CareError, match="もう届いて"):
        restrictions.object_to(restriction=made, text="もう一度", actor=jobs.worker)
    restrictions.answer_objection(restriction=made, answer="確かめます", actor=jobs.staff)
    assert restrictions.unanswered(jobs.town.pk) == 0
    assert [entry.reason for entry in restrictions.answers_to(made)] == ["確かめます"]
    with pytest.raises(NotAllowedError):
        restrictions.lift(restriction=made, reason="いやだから", actor=jobs.worker)
    restrictions.lift(restriction=made, reason="病気だったとわかった", actor=jobs.staff)
    other = make_posting(jobs.workplace)
    assert apply(other, jobs.worker, [make_shift(other, day_from_now(40))]).state == "contracted"
    with pytest.raises(CareError, match="もう終わって"):
        restrictions.lift(restriction=made, reason="もう一度", actor=jobs.staff)


# --- Certificates -----------------------------------------------------------------------------------------------------


def test_a_certificate_counts_days_and_hours_and_its_code_opens_no_more_than_needed(
    jobs: JobsWorld, clock: SetClock
) -> None:
    with pytest.raises(CareError, match="働いた記録"):
        certificates.issue_certificate(municipality=jobs.town, person=jobs.worker, actor=jobs.worker)
    finished_contract(jobs, clock, shifts=jobs.shifts)
    made = certificates.issue_certificate(municipality=jobs.town, person=jobs.worker, actor=jobs.worker)
    assert (made.days, made.minutes, made.first_day, made.last_day) == (
        3,
        3 * 7 * 60,
        jobs.shifts[0].starts_at.astimezone(JST).date(),
        jobs.shifts[2].starts_at.astimezone(JST).date(),
    )
    assert bytes(made.pdf).startswith(b"%PDF-")
    assert [one["name"] for one in made.employers] == [jobs.employer.name]
    again = certificates.issue_certificate(municipality=jobs.town, person=jobs.worker, actor=jobs.staff)
    assert again == made and Certificate.objects.count() == 1
    code = certificates.check_code(made)

    def check(number: str, typed: str, town: object = jobs.town) -> object:
        return certificates.check_certificate(municipality=town, number=number, code=typed)  # type: ignore[arg-type]

    shown = check(made.number, f" {code[:4]}-{code[4:]} ".lower())
    assert shown is not None and shown.days == 3 and shown.name == masked_name(jobs.worker.full_name)  # type: ignore[attr-defined]
    assert jobs.worker.full_name not in str(shown) and "1995" not in str(shown)
    full_width = str.maketrans({chr(sign): chr(sign + 0xFEE0) for sign in range(0x21, 0x7F)})
    assert check(made.number.lower().translate(full_width), f"{code}\x00".translate(full_width)) == shown
    assert check(made.number, "あいうえおかきく") is None is check("い\x00", code)
    assert check(made.number, "AAAAAAAA") is None and check("20200101-AAAAAA", code) is None
    assert check(made.number, code, jobs.other_town) is None
    for who in (jobs.friend, jobs.farmer, jobs.other_staff):
        with pytest.raises(NotAllowedError):
            certificates.issue_certificate(municipality=jobs.town, person=jobs.worker, actor=who)
        assert not Certificate.objects.visible_to(who).exists()
    # A button pressed twice is one; later a name may have been put right.
    clock(made.last_day, "21:03")
    later = certificates.issue_certificate(municipality=jobs.town, person=jobs.worker, actor=jobs.worker)
    assert later != made and later.days == made.days


def test_names_and_codes_are_read_as_people_type_them() -> None:
    assert masked_name("架空 花子") == "架＊ 花＊" and masked_name("") == ""


# --- Invitations and wishes -------------------------------------------------------------------------------------------


def test_only_who_was_good_to_each_other_is_invited_once_a_posting(jobs: JobsWorld, clock: SetClock) -> None:
    contract = finished_contract(jobs, clock)
    half = finished_contract(jobs, clock, worker=jobs.friend, shifts=[another_shift(jobs)])
    posting = make_posting(jobs.workplace)
    make_shift(posting, day_from_now(80))
    review(jobs, half, "employer")
    review(jobs, half, "worker", good=False)
    with pytest.raises(CareError, match="たがいに"):
        invitations.invite_back(posting=posting, contract=half, text="", actor=jobs.farmer)
    assert invitations.candidates(jobs.employer, posting) == []
    clock(contract.ended_at.astimezone(JST).date() + datetime.timedelta(days=5), "08:00")  # type: ignore[union-attr]
    for side in ("worker", "employer"):
        review(jobs, contract, side)
    for who in (jobs.worker, jobs.other_farmer, jobs.other_staff):
        with pytest.raises(NotAllowedError):
            invitations.invite_back(posting=posting, contract=contract, text="", actor=who)
    made = invitations.invite_back(posting=posting, contract=contract, text="また！", actor=jobs.farmer)
    again = invitations.invite_back(posting=posting, contract=contract, text="また？", actor=jobs.farmer)
    assert again == made and ReturnInvitation.objects.count() == 1
    message = Message.objects.get(kind="invitation.return")
    assert message.recipient == jobs.worker and f"{jobs.town.code}/work/{posting.pk}" in message.body
    apply(posting, jobs.worker, list(posting.shifts.all()))
    assert invitations.candidates(jobs.employer, posting)[0].applied
    other = make_posting(make_workplace(jobs.other_employer))
    with pytest.raises(NotAllowedError):
        invitations.invite_back(posting=other, contract=contract, text="", actor=jobs.other_farmer)


def test_a_wish_to_talk_waits_once_and_its_answer_is_a_fact(jobs: JobsWorld) -> None:
    made = relocation.ask_about_moving(
        municipality=jobs.town, person=jobs.worker, text="家を見たい", actor=jobs.worker
    )
    assert made == relocation.ask_about_moving(
        municipality=jobs.town, person=jobs.worker, text="", actor=jobs.worker
    )
    assert told("relocation.asked") == {jobs.staff.pk}
    for who in (jobs.worker, jobs.farmer, jobs.other_staff):
        with pytest.raises(NotAllowedError):
            relocation.answer_wish(wish=made, way="phone", note="話しました", actor=who)
    with pytest.raises(CareError):
        relocation.answer_wish(wish=made, way="pigeon", note="話しました", actor=jobs.staff)
    relocation.answer_wish(wish=made, way="phone", note="空き家を3つ紹介しました", actor=jobs.staff)
    fact = Fact.objects.get(kind="consultation_held")
    assert (fact.municipality, fact.object_key, fact.attributes) == (
        jobs.town,
        str(made.pk),
        {"way": "phone"},
    )
    assert relocation.notes_of([made]) == {str(made.pk): "空き家を3つ紹介しました"}
    assert "空き家を3つ" in Message.objects.get(kind="relocation.answered").body
    assert not RelocationWish.objects.visible_to(jobs.farmer).exists()
