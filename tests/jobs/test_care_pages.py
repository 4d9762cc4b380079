"""Pages of what comes after work and what goes wrong: written, read by whom it is for, closed to everybody else."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Look
from sosei.core.records.kinds import kind_named
from sosei.core.records.models import Preference
from sosei.programmes.jobs.models import (
    Certificate,
    Complaint,
    Correction,
    Employer,
    RelocationWish,
    Restriction,
    ReturnInvitation,
    Review,
)
from sosei.programmes.jobs.services import certificates, complaints, days, reviews
from tests.jobs.applications_world import apply, make_contract
from tests.jobs.care_world import finished_contract, review
from tests.jobs.days_world import DaysWorld, SetClock, make_clock
from tests.jobs.world import JobsWorld, day_from_now, make_posting, make_shift
from tests.people.conftest import hold_role

pytestmark = pytest.mark.django_db
QUERIES = 20
"""Of a page, signing in and permissions included."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    return make_clock(monkeypatch)


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def url(name: str, **parts: Any) -> str:
    return reverse(f"jobs:{name}", kwargs=parts)


def own(jobs: JobsWorld, name: str, **parts: Any) -> str:
    """An address of the employer's pages."""
    return url(name, code=jobs.town.code, employer_id=jobs.employer.pk, **parts)


def office(jobs: JobsWorld, name: str, **parts: Any) -> str:
    return url(name, code=jobs.town.code, **parts)


def few(client: Client, address: str) -> str:
    """The text of a page that asks few queries: who asks is told to the database and to the session besides."""
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address)
    counted = [
        query["sql"]
        for query in asked.captured_queries
        if not any(part in query["sql"] for part in ("set_config", "SAVEPOINT", "UPDATE"))
    ]
    assert response.status_code == 200 and len(counted) <= QUERIES, "\n".join(counted)
    return text_of(response)


def test_both_sides_write_and_read_on_their_pages(
    jobs: JobsWorld, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = finished_contract(jobs, clock)
    worker, farmer = browser(jobs.worker), browser(jobs.farmer)
    mine = url("my-review", contract_id=contract.pk)
    assert "評価を書けます" in text_of(worker.get(url("my-work")))
    assert mine in text_of(worker.get(url("my-reviews")))
    assert "雇用主には、あなたが書いたことがわかります" in text_of(worker.get(mine))
    given = {"about": jobs.worker.uid, "good": "yes", "comment": "畑がきれいでした"}
    assert worker.post(mine, {**given, "about": jobs.friend.uid}).status_code == 409
    assert worker.post(mine, given)["Location"] == url("my-reviews")
    assert worker.get(mine).status_code == 302
    theirs = own(jobs, "employer-reviews")
    page = few(farmer, theirs)
    assert "畑がきれいでした" not in page and own(jobs, "employer-review", contract_id=contract.pk) in page
    # Staff who act for the employer see no more than the employer.
    assert "畑がきれいでした" not in text_of(browser(jobs.staff).get(theirs))
    assert Look.objects.filter(staff=jobs.staff, person=jobs.worker, what="jobs_reviews").exists()
    farmer.post(
        own(jobs, "employer-review", contract_id=contract.pk), {"good": "no", "comment": "遅刻が多い"}
    )
    assert "畑がきれいでした" in text_of(farmer.get(theirs))
    assert "遅刻が多い" in few(worker, url("my-reviews"))
    pages = own(jobs, "reviews"), url("posting", code=jobs.town.code, posting_id=jobs.posting.pk)
    for address in pages:
        page = text_of(Client().get(address))
        assert "畑がきれいでした" not in page and "評価が3件になると" in page
    monkeypatch.setattr("sosei.programmes.jobs.rules_care.SHARE_FROM", 1)
    for address in pages:
        page = text_of(Client().get(address))
        assert "畑がきれいでした" in page and "遅刻が多い" not in page
        assert jobs.worker.full_name not in page
    for stranger in (jobs.other_farmer, jobs.friend):
        assert browser(stranger).get(theirs).status_code in (403, 404)
    assert browser(jobs.friend).get(mine).status_code == 404


def test_staff_moderate_and_other_towns_staff_do_not(jobs: JobsWorld, clock: SetClock) -> None:
    contract = finished_contract(jobs, clock)
    written = review(jobs, contract, "worker", comment="ひどい")
    address = office(jobs, "office-review", review_id=written.pk)
    staff = browser(jobs.staff)
    assert address in text_of(staff.get(office(jobs, "office-reviews")))
    assert "理由を書いて" in text_of(staff.post(address, {"reason": " "})) or not Review.objects.exclude(
        hidden_at=None
    )
    staff.post(address, {"reason": "人を傷つける"})
    assert Review.objects.get().hidden_reason == "人を傷つける"
    assert "人を傷つける" in text_of(browser(jobs.worker).get(url("my-reviews")))
    staff.post(address, {"reason": "話し合った"})
    assert Review.objects.get().hidden_at is None and "話し合った" in text_of(staff.get(address))
    for who in (jobs.other_staff, jobs.farmer, jobs.planner):
        assert browser(who).get(address).status_code in (403, 404)


def test_a_complaint_goes_to_the_town_and_shows_on_no_page_of_the_employer(
    jobs: JobsWorld, clock: SetClock
) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    worker, staff = browser(jobs.worker), browser(jobs.staff)
    assert jobs.employer.harassment_contact in few(worker, url("my-complaints"))
    new = url("my-complaint-new")
    named = few(worker, f"{new}?contract={contract.pk}")
    assert f'value="e{jobs.employer.pk}" selected' in named and jobs.posting.title in named
    assert "selected" not in text_of(browser(jobs.friend).get(f"{new}?contract={contract.pk}"))
    given = {
        "about": jobs.worker.uid,
        "place": f"e{jobs.employer.pk}",
        "kind": "harassment",
        "text": "どなられました",
    }
    worker.post(new, {**given, "place": f"e{jobs.other_employer.pk}"})
    assert not Complaint.objects.exists()
    complaint_url = worker.post(new, given)["Location"]
    complaint = Complaint.objects.get()
    assert complaint_url == url("my-complaint", complaint_id=complaint.pk)
    address = office(jobs, "office-complaint", complaint_id=complaint.pk)
    assert address in few(staff, office(jobs, "office-complaints"))
    assert "どなられました" in few(staff, address)
    assert Look.objects.filter(staff=jobs.staff, person=jobs.worker, what="jobs_complaints").exists()
    # No box to tell the employer as long as the person does not want it; a form made up by hand is refused too.
    assert 'value="tell"' not in text_of(staff.get(address))
    staff.post(address, {"step": "tell", "text": "話を聞いてください", "agreed": "on"})
    assert not complaints.told_to_employer(complaint)
    staff.post(address, {"step": "start"})
    staff.post(address, {"step": "answer", "answer": "話を聞きに行きます"})
    assert "話を聞きに行きます" in few(worker, complaint_url)
    farmer = browser(jobs.farmer)
    for page in ("employer", "employer-contracts", "employer-reviews", "employer-days"):
        assert "どなられました" not in text_of(farmer.get(own(jobs, page)))
    for who in (jobs.farmer, jobs.other_staff, jobs.planner):
        assert browser(who).get(address).status_code in (403, 404)
    for who in (jobs.farmer, jobs.friend):
        assert browser(who).get(complaint_url).status_code == 404
    late = staff.post(address, {"step": "start"}, follow=True)
    assert late.status_code == 200 and "もう答えています" in text_of(late)


def test_a_name_is_taken_back_though_the_employer_is_approved_no_more(jobs: JobsWorld) -> None:
    complaint = complaints.file_complaint(
        municipality=jobs.town,
        person=jobs.worker,
        kind="wages",
        text="払われません",
        about=jobs.employer,
        may_be_named=True,
        actor=jobs.worker,
    )
    Employer.objects.filter(pk=jobs.employer.pk).update(state="refused")
    address, worker = url("my-complaint", complaint_id=complaint.pk), browser(jobs.worker)
    assert "名前を伝えないでほしい" in few(worker, address)
    worker.post(address, {"about": jobs.worker.uid, "allowed": "no"})
    assert not Complaint.objects.get().may_be_named


def test_staff_who_act_for_an_employer_find_no_way_to_decide_about_it(jobs: JobsWorld) -> None:
    hold_role(jobs.staff, roles.EMPLOYER, jobs.town, jobs.employer.organisation)
    new = office(jobs, "office-restriction-new")
    staff = browser(jobs.staff)
    assert staff.get(f"{new}?employer={jobs.employer.pk}").status_code == 404
    assert staff.get(f"{new}?employer={jobs.other_employer.pk}").status_code == 200


def test_a_refused_correction_leads_to_the_town(jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world = DaysWorld(jobs, make_clock(monkeypatch))
    world.punch("in", "07:50")
    world.punch("out", "16:00")
    world.set("18:00")
    world.ask("08:00", "17:00")
    days.answer_correction(
        correction=Correction.objects.get(), accepted=False, reason="4時に終わりました", actor=jobs.farmer
    )
    worker = browser(jobs.worker)
    way = f"{url('my-complaint-new')}?day={world.day.pk}"
    assert way in text_of(worker.get(url("my-day", day_id=world.day.pk)))
    assert jobs.posting.title in text_of(worker.get(way))


def test_a_measure_is_decided_beside_its_figures_and_objected_to(jobs: JobsWorld) -> None:
    make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    staff, worker = browser(jobs.staff), browser(jobs.worker)
    new = f"{office(jobs, 'office-restriction-new')}?person={jobs.worker.uid}"
    assert "0回、0点" in few(staff, new)
    given = {"kind": "pause", "ground": "figures", "days": "3", "reason": "話し合いのとおり"}
    assert "回数からは" in text_of(staff.post(new, given))
    assert staff.post(new, {**given, "ground": "conduct"}).status_code == 302
    made = Restriction.objects.get()
    here = url("my-restriction", restriction_id=made.pk)
    assert "いま続いています" in text_of(worker.get(url("my-work")))
    assert here in few(worker, url("my-restrictions"))
    worker.post(here, {"about": jobs.worker.uid, "text": "病気でした"})
    address = office(jobs, "office-restriction", restriction_id=made.pk)
    assert address in few(staff, office(jobs, "office-restrictions"))
    staff.post(address, {"step": "answer", "answer": "わかりました"})
    staff.post(address, {"step": "lift", "reason": "病気だったため"})
    page = text_of(worker.get(here))
    assert "わかりました" in page and "病気だったため" in page
    for address_of_nobody in (
        office(jobs, "office-restriction-new"),
        f"{office(jobs, 'office-restriction-new')}?person={jobs.friend.uid}",
        f"{office(jobs, 'office-restriction-new')}?employer=0",
    ):
        assert staff.get(address_of_nobody).status_code == 404
    for who in (jobs.other_staff, jobs.planner, jobs.farmer):
        assert browser(who).get(address).status_code in (403, 404)
    assert browser(jobs.friend).get(here).status_code == 404


def test_an_employer_reads_a_measure_and_objects(jobs: JobsWorld) -> None:
    new = f"{office(jobs, 'office-restriction-new')}?employer={jobs.employer.pk}"
    given = {"kind": "no_posting", "ground": "conduct", "days": "3", "reason": "連絡がつかないため"}
    browser(jobs.staff).post(new, given)
    here = own(jobs, "employer-restriction", restriction_id=Restriction.objects.get().pk)
    farmer = browser(jobs.farmer)
    assert here in text_of(farmer.get(own(jobs, "employer")))
    assert here in text_of(farmer.get(own(jobs, "employer-restrictions")))
    farmer.post(here, {"text": "電話を直しました"})
    assert "電話を直しました" in text_of(farmer.get(here))
    assert browser(jobs.other_farmer).get(here).status_code in (403, 404)


def test_a_certificate_is_made_and_checked_without_a_date_of_birth(jobs: JobsWorld, clock: SetClock) -> None:
    finished_contract(jobs, clock)
    worker = browser(jobs.worker)
    page = url("my-certificates")
    assert "証明書を作る" in few(worker, page)
    worker.post(page, {"about": jobs.worker.uid, "town": jobs.town.pk, f"t{jobs.town.pk}-year": ""})
    made = Certificate.objects.get()
    file = url("my-certificate", number=made.number)
    assert worker.get(file)["Content-Type"] == "application/pdf"
    assert browser(jobs.friend).get(file).status_code == 404
    code = certificates.check_code(made)
    asked = Client().get(office(jobs, "certificate-ask"), {"number": made.number.lower(), "check": code})
    assert asked.status_code == 302
    shown = text_of(Client().get(asked["Location"]))
    assert "本物です" in shown and "7時間0分" in shown
    for secret in (jobs.worker.full_name, jobs.worker.email, "1995", "5月5日"):
        assert secret not in shown
    wrong = text_of(
        Client().get(office(jobs, "certificate-check", number=made.number), {"check": "22222222"})
    )
    assert "合いません" in wrong and "7時間" not in wrong
    assert "7時間" not in text_of(Client().get(office(jobs, "certificate-check", number=made.number)))


def test_an_employer_invites_in_one_click_and_the_worker_finds_it(jobs: JobsWorld, clock: SetClock) -> None:
    contract = finished_contract(jobs, clock)
    for side in ("worker", "employer"):
        review(jobs, contract, side)
    posting = make_posting(jobs.workplace, title="来月の袋かけ（架空）")
    make_shift(posting, day_from_now(60))
    farmer, page = browser(jobs.farmer), own(jobs, "employer-invitations")
    assert jobs.worker.full_name in few(farmer, f"{page}?posting={posting.pk}")
    farmer.post(page, {"posting": posting.pk, "contract": contract.pk, "text": "お待ちしています"})
    assert ReturnInvitation.objects.get().text == "お待ちしています"
    worker = browser(jobs.worker)
    assert "あなたを招待しています" in few(worker, url("my-work"))
    choice = Preference.objects.create(
        person=jobs.worker,
        group=kind_named("invitation.return").group.name,
        channel="in_app",
        wanted=False,
        changed_at=timezone.now(),
    )
    assert "あなたを招待しています" not in text_of(worker.get(url("my-work")))
    choice.delete()
    apply(posting, jobs.worker, list(posting.shifts.all()))
    assert "あなたを招待しています" not in text_of(worker.get(url("my-work")))
    assert posting.title in few(worker, url("my-invitations"))
    assert browser(jobs.other_farmer).get(page).status_code in (403, 404)


def test_an_employer_sees_of_an_applicant_only_what_the_employer_wrote(
    jobs: JobsWorld, clock: SetClock
) -> None:
    contract = finished_contract(jobs, clock)
    review(jobs, contract, "employer", comment="ていねいな仕事でした")
    posting = make_posting(jobs.workplace, mode="selected")
    asked = apply(posting, jobs.worker, [make_shift(posting, day_from_now(60))])
    page = text_of(browser(jobs.farmer).get(own(jobs, "employer-application", application_id=asked.pk)))
    assert "ていねいな仕事でした" in page
    assert reviews.own_words_of(jobs.other_employer, jobs.worker.pk) == []


def test_a_wish_to_move_in_takes_one_click_and_staff_answer(jobs: JobsWorld) -> None:
    worker, staff, here = browser(jobs.worker), browser(jobs.staff), url("my-relocation")
    make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    assert str(jobs.town) in few(worker, here)
    worker.post(here, {"about": jobs.worker.uid, "town": jobs.town.pk})
    wish = RelocationWish.objects.get()
    address = office(jobs, "office-wish", wish_id=wish.pk)
    assert address in few(staff, office(jobs, "office-relocation"))
    staff.post(address, {"way": "phone", "note": "空き家を紹介します"})
    assert "空き家を紹介します" in text_of(worker.get(here))
    assert "空き家を紹介します" in text_of(staff.get(address))
    assert browser(jobs.other_staff).get(address).status_code in (403, 404)
    assert timezone.now() - RelocationWish.objects.get().answered_at < datetime.timedelta(minutes=1)
