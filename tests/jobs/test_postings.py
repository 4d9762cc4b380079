"""Postings: drafts, publishing, changes that are told, closing, copying, shifts, questions."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from sosei.core.people.models import Person
from sosei.core.records.models import Message
from sosei.programmes.jobs import panels
from sosei.programmes.jobs.disclosures import changes_of
from sosei.programmes.jobs.errors_postings import PostingError, UnlawfulPostingError
from sosei.programmes.jobs.models import Application, Posting, Question, Shift
from sosei.programmes.jobs.posting_figures import floors_of, pay_of, similar_to
from sosei.programmes.jobs.services import postings as services
from sosei.programmes.jobs.services import questions
from sosei.programmes.jobs.services.shifts import Series, add_series, change_shift, remove_shifts
from tests.jobs.world import (
    JobsWorld,
    at,
    day_from_now,
    make_employer,
    make_posting,
    make_shift,
    make_shifts,
    make_workplace,
)
from tests.people.conftest import SignedIn

WEEK = datetime.timedelta(weeks=1)


def apply(jobs: JobsWorld, person: Person, state: str = "applied") -> Application:
    return Application.objects.create(
        municipality=jobs.town,
        employer=jobs.employer,
        posting=jobs.posting,
        person=person,
        state=state,
        shown_name="佐藤",
        applied_at=timezone.now(),
    )


def test_a_changed_condition_is_a_new_version_shown_and_told_to_who_applied(jobs: JobsWorld) -> None:
    apply(jobs, jobs.worker)
    apply(jobs, jobs.friend, "withdrawn")
    told = services.change_posting(
        posting=jobs.posting, columns={"hourly_wage": 1400, "skills": ["peach"]}, actor=jobs.farmer
    )
    assert told == ["hourly_wage"]
    jobs.posting.refresh_from_db()
    Posting.objects.filter(pk=jobs.posting.pk).update(version=1)
    services.change_posting(posting=jobs.posting, columns={"meals": "弁当"}, actor=jobs.farmer)
    jobs.posting.refresh_from_db()
    (latest,) = changes_of(jobs.posting)
    assert [(one.before, one.after) for one in latest.differences] == [("昼食を出します。", "弁当")]
    messages = Message.objects.filter(kind="posting.changed")
    assert set(messages.values_list("recipient", flat=True)) == {jobs.worker.pk}


def test_an_unlawful_change_of_a_published_posting_is_refused_and_nothing_is_saved(jobs: JobsWorld) -> None:
    with pytest.raises(UnlawfulPostingError) as refused:
        services.change_posting(posting=jobs.posting, columns={"hourly_wage": 900}, actor=jobs.farmer)
    assert [flaw.column for flaw in refused.value.flaws] == ["hourly_wage"]
    jobs.posting.refresh_from_db()
    assert jobs.posting.hourly_wage == 1300


def test_strangers_and_other_employers_do_nothing_with_a_posting(jobs: JobsWorld) -> None:
    for person in (jobs.other_farmer, jobs.worker, jobs.other_staff):
        with pytest.raises(ValueError, match="担当"):
            services.change_posting(posting=jobs.posting, columns={"hourly_wage": 2000}, actor=person)
        with pytest.raises(ValueError, match="担当"):
            services.close_posting(posting=jobs.posting, actor=person, reason="x")


def test_a_posting_closes_itself_when_the_last_place_is_taken_and_opens_when_one_is_freed(
    jobs: JobsWorld,
) -> None:
    assert not services.close_when_filled(jobs.posting)
    Shift.objects.filter(posting=jobs.posting).update(taken=3)
    assert services.close_when_filled(jobs.posting)
    jobs.posting.refresh_from_db()
    assert (jobs.posting.state, jobs.posting.closed_because) == ("closed", services.FILLED)
    assert not services.reopen_when_freed(jobs.posting)
    Shift.objects.filter(pk=jobs.shifts[1].pk).update(taken=2)
    assert services.reopen_when_freed(jobs.posting)
    jobs.posting.refresh_from_db()
    assert jobs.posting.is_open and jobs.posting.closed_at is None


def test_a_posting_closed_by_hand_does_not_open_by_itself(jobs: JobsWorld) -> None:
    services.close_posting(posting=jobs.posting, actor=jobs.farmer, reason="雨で実が落ちた")
    assert not services.reopen_when_freed(jobs.posting)


def test_a_posting_is_over_when_its_last_shift_has_begun(jobs: JobsWorld) -> None:
    last = max(shift.starts_at for shift in jobs.shifts)
    assert services.close_over(last - datetime.timedelta(minutes=1)) == 0
    assert services.close_over(last) == 1
    jobs.posting.refresh_from_db()
    assert jobs.posting.closed_because == services.OVER


def test_last_years_posting_is_copied_to_the_same_weekdays_without_its_round_and_closed_places(
    jobs: JobsWorld,
) -> None:
    jobs.lodging.closed_at = timezone.now()
    jobs.lodging.save()
    Shift.objects.filter(pk=jobs.shifts[0].pk).update(called_off_at=timezone.now())
    made = services.copy_posting(posting=jobs.posting, actor=jobs.farmer)
    assert (made.state, made.copied_from_id, made.lodging) == ("draft", jobs.posting.pk, None)
    moved = [shift.starts_at for shift in made.shifts.order_by("starts_at")]
    assert moved == [shift.starts_at + 52 * WEEK for shift in jobs.shifts[1:]]
    assert all(shift.taken == 0 for shift in made.shifts.all())


def test_a_series_is_made_on_its_weekdays_once_and_goes_over_midnight(jobs: JobsWorld) -> None:
    draft = make_posting(jobs.workplace, state="draft")
    first = day_from_now(20)
    series = Series(
        first,
        first + datetime.timedelta(days=13),
        (0, 2),
        at(first, "20:00").time(),
        at(first, "01:00").time(),
        0,
        2,
    )
    made = add_series(posting=draft, series=series, actor=jobs.farmer)
    assert len(made) == 4
    assert {shift.starts_at.astimezone(at(first, "00:00").tzinfo).weekday() for shift in made} == {0, 2}
    assert all(shift.ends_at - shift.starts_at == datetime.timedelta(hours=5) for shift in made)
    assert add_series(posting=draft, series=series, actor=jobs.farmer) == []


def test_places_held_by_people_are_neither_moved_nor_removed(jobs: JobsWorld) -> None:
    held = jobs.shifts[0]
    Shift.objects.filter(pk=held.pk).update(taken=2)
    later = held.starts_at + datetime.timedelta(hours=1)
    with pytest.raises(PostingError, match="決まった人"):
        change_shift(
            shift=held, starts_at=later, ends_at=held.ends_at, break_minutes=60, capacity=3, actor=jobs.farmer
        )
    with pytest.raises(PostingError, match="決まった人"):
        remove_shifts(posting=jobs.posting, keys={held.pk}, actor=jobs.farmer)
    with pytest.raises(PostingError) as refused:
        change_shift(
            shift=held,
            starts_at=held.starts_at,
            ends_at=held.ends_at,
            break_minutes=60,
            capacity=1,
            actor=jobs.farmer,
        )
    assert refused.value.field == "capacity"
    assert remove_shifts(posting=jobs.posting, keys={jobs.shifts[1].pk}, actor=jobs.farmer) == 1
    jobs.shifts[1].refresh_from_db()
    assert jobs.shifts[1].called_off_at is not None


def test_what_similar_postings_paid_is_told_from_three_employers_on(jobs: JobsWorld) -> None:
    draft = make_posting(jobs.workplace, state="draft")
    make_posting(make_workplace(jobs.other_employer), hourly_wage=1200)
    assert similar_to(draft) is None
    third = make_employer(jobs.town, "三つ目の農園（架空）")
    make_posting(make_workplace(third), hourly_wage=1500)
    make_posting(make_workplace(third), hourly_wage=5000, kind="packing")
    found = similar_to(draft)
    assert found is not None
    assert (found.lowest, found.median, found.highest, found.employers) == (1200, 1300, 1500, 3)


def test_the_wage_floor_is_that_of_the_workplaces_prefecture_on_each_day(jobs: JobsWorld) -> None:
    shifts = [
        make_shift(jobs.posting, datetime.date(2026, 10, 15)),
        make_shift(jobs.posting, datetime.date(2026, 10, 16)),
    ]
    floors, unknown = floors_of(jobs.posting, shifts)
    assert [(floor.wage.yen, floor.above) for floor in floors] == [(1033, 267), (1094, 206)]
    assert unknown == ""


def test_the_pay_of_a_shift_holds_night_premium_and_the_way(jobs: JobsWorld) -> None:
    night = make_shift(jobs.posting, day_from_now(30), ("20:00", "00:00"), break_minutes=0)
    (pay,) = pay_of(jobs.posting, [night])
    # 4 h x 1300 + 2 h x 325 + 500 for the way
    assert (pay.total, pay.premium, pay.commuting) == (5200 + 650 + 500, 650, 500)


def test_a_question_is_told_to_the_employer_and_its_answer_is_public(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    page = f"/07204/work/{jobs.posting.pk}"
    browser = signed_in(jobs.worker)
    assert (
        browser.post(
            f"{page}/ask", {"about": str(jobs.worker.uid), "text": "駐車場はありますか。"}
        ).status_code
        == 302
    )
    question = Question.objects.get()
    assert Message.objects.get(kind="posting.question").recipient == jobs.farmer
    assert "駐車場は" in browser.get(page).content.decode()
    assert "駐車場は" not in Client().get(page).content.decode()
    farmer = signed_in(jobs.farmer)
    answers = f"/07204/employer/{jobs.employer.pk}/questions"
    assert "駐車場は" in farmer.get(answers).content.decode()
    given = {"question": question.pk, f"q{question.pk}-answer": "5台まであります。"}
    assert farmer.post(answers, given).status_code == 302
    assert "5台まで" in Client().get(page).content.decode()
    assert Message.objects.get(kind="posting.answer").recipient == jobs.worker


def test_nobody_asks_without_end(jobs: JobsWorld) -> None:
    for number in range(questions.MOST_A_DAY):
        questions.ask_question(
            posting=jobs.posting, person=jobs.worker, actor=jobs.worker, text=f"質問{number}"
        )
    with pytest.raises(PostingError, match="10回まで"):
        questions.ask_question(posting=jobs.posting, person=jobs.worker, actor=jobs.worker, text="もう一つ")


def test_the_public_page_shows_what_the_law_wants_and_no_draft_is_seen(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    page = Client().get(f"/07204/work/{jobs.posting.pk}").content.decode()
    for text in (
        jobs.posting.duties_scope,
        jobs.posting.renewal,
        jobs.employer.harassment_contact,
        "屋外の仕事で、作業中は禁煙",
        "確かめた日",
        "1,094円",
        "台風・地震など",
    ):
        assert text in page, text
    draft = make_posting(jobs.workplace, state="draft")
    assert Client().get(f"/07204/work/{draft.pk}").status_code == 404
    assert signed_in(jobs.other_farmer).get(f"/07204/work/{draft.pk}").status_code == 404
    assert signed_in(jobs.farmer).get(f"/07204/work/{draft.pk}").status_code == 200
    # Another town, and one that does not use this installation.
    for code in ("07201", "13101"):
        assert Client().get(f"/{code}/work/{jobs.posting.pk}").status_code == 404
    assert Client().get("/13101/work/calendar").status_code == 404
    assert signed_in(jobs.worker).get("/13101/work/employers/new").status_code == 404


def test_the_form_saves_a_half_filled_draft_and_lists_each_flaw_with_its_box(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    browser = signed_in(jobs.farmer)
    answer = browser.post(f"/07204/employer/{jobs.employer.pk}/postings/new", {"title": "半分だけ"})
    made = Posting.objects.get(title="半分だけ")
    assert answer["Location"].endswith(f"/postings/{made.pk}#shifts")
    page = browser.get(answer["Location"].split("#")[0]).content.decode()
    for box in ("#id_duties", "#id_hourly_wage", "#shifts", "#id_workplace"):
        assert f'href="{box}"' in page
    publish = f"/07204/employer/{jobs.employer.pk}/postings/{made.pk}/publish"
    assert browser.post(publish)["Location"].endswith("#flaws")
    made.refresh_from_db()
    assert made.state == "draft"


def test_figures_follow_what_is_typed_without_saving_it(jobs: JobsWorld, signed_in: SignedIn) -> None:
    draft = make_posting(jobs.workplace, state="draft")
    make_shifts(draft)
    browser = signed_in(jobs.farmer)
    live = f"/07204/employer/{jobs.employer.pk}/postings/{draft.pk}/live"
    typed: dict[str, Any] = {
        "title": draft.title,
        "kind": draft.kind,
        "workplace": jobs.workplace.pk,
        "hourly_wage": "1000",
    }
    answer = browser.post(live, typed, headers={"hx-request": "true"}).content.decode()
    assert "足りません" in answer and 'href="#id_duties"' in answer
    draft.refresh_from_db()
    assert draft.hourly_wage == 1300


def test_a_page_asks_the_database_a_fixed_number_of_times(
    jobs: JobsWorld, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    make_shifts(jobs.posting, day_from_now(30), days=30)
    for number in range(12):
        make_shifts(make_posting(jobs.workplace, title=f"求人{number}"), days=5)
    farmer = signed_in(jobs.farmer)
    for page in (
        f"/07204/work/{jobs.posting.pk}",
        f"/07204/employer/{jobs.employer.pk}/",
        f"/07204/employer/{jobs.employer.pk}/postings/{jobs.posting.pk}",
    ):
        farmer.get(page)
        with django_assert_max_num_queries(20):
            assert farmer.get(page).status_code == 200, page


@pytest.mark.django_db(transaction=True)
def test_of_many_who_publish_the_same_draft_at_once_one_does(make_person: Any) -> None:
    from tests.jobs.world import build_world

    jobs = build_world(make_person)
    draft = make_posting(jobs.workplace, state="draft")
    make_shifts(draft)
    done: list[str] = []

    def publish() -> None:
        try:
            services.publish_posting(posting=Posting.objects.get(pk=draft.pk), actor=jobs.farmer)
            done.append("published")
        except PostingError:
            done.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["published", *["refused"] * 5]


def test_panels_of_other_subjects_stand_on_the_page_with_their_own_words(
    jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = panels.Panel("jobs/postings/_no_apply.html", {"town": {"contact_phone": "0120-000"}}, order=500)
    monkeypatch.setattr(
        panels, "_panels", [lambda _posting, _request: panel, lambda _posting, _request: None]
    )
    assert "0120-000" in Client().get(f"/07204/work/{jobs.posting.pk}").content.decode()
