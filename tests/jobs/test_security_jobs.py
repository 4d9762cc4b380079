"""Seasonal work against abuse: other people's rows, steps out of order, who acted for whom, input without bounds."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Look, Person
from sosei.core.records.models import Entry
from sosei.programmes.jobs import urls_applications, urls_contracts, urls_employers, urls_postings
from sosei.programmes.jobs.errors_deals import DealError, NoLongerFreeError
from sosei.programmes.jobs.errors_postings import EmployerError, PostingError
from sosei.programmes.jobs.models import Application, Contract, Employer, Posting, Question, Restriction
from sosei.programmes.jobs.services import applicants, applications, contracts, employers, groups, postings
from sosei.programmes.jobs.services.questions import ask_question
from tests.jobs.applications_world import apply, make_contract
from tests.jobs.test_employers import FARM, register
from tests.jobs.world import (
    JobsWorld,
    MakePerson,
    make_farmer,
    make_posting,
    make_shift,
    make_shifts,
    make_worker,
)
from tests.people.conftest import SignedIn, hold_role

PATTERNS = [
    pattern
    for subject in (urls_applications, urls_contracts, urls_employers, urls_postings)
    for pattern in subject.urlpatterns
]


def selected(jobs: JobsWorld, **columns: Any) -> Posting:
    posting = make_posting(jobs.workplace, mode=Posting.Mode.SELECTED, **columns)
    make_shifts(posting)
    return posting


def at_the_desk(jobs: JobsWorld) -> None:
    """The worker is a citizen of the town, whose staff may help."""
    hold_role(jobs.worker, roles.CITIZEN, jobs.town)


# ---- rows of others ----


def keys_of(jobs: JobsWorld) -> dict[str, Any]:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts[:1], needs_lodging=True)
    return {
        "code": jobs.town.code,
        "employer_id": jobs.employer.pk,
        "posting_id": jobs.posting.pk,
        "shift_id": jobs.shifts[0].pk,
        "place_id": jobs.workplace.pk,
        "kind": "places",
        "application_id": contract.application_id,
        "contract_id": contract.pk,
        "number": 1,
    }


def addresses_of(keys: dict[str, Any], part: str) -> list[str]:
    found = []
    for pattern in PATTERNS:
        assert isinstance(pattern, URLPattern)
        wanted = pattern.pattern.converters
        if part in str(pattern.pattern):
            found.append(reverse(f"jobs:{pattern.name}", kwargs={name: keys[name] for name in wanted}))
    return found


def answers(client: Client, addresses: list[str]) -> set[tuple[str, int]]:
    asked = {(url, client.get(url).status_code) for url in addresses}
    sent = {(url, client.post(url, {"take": "1", "answer": "accept"}).status_code) for url in addresses}
    return {(url, status) for url, status in asked | sent if status not in (403, 404, 405)}


def test_no_page_of_an_employer_opens_for_others_of_the_town_or_of_another(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    keys = keys_of(jobs)
    addresses = addresses_of(keys, "/employer/<int:employer_id>")
    assert len(addresses) > 20
    for person in (jobs.other_farmer, jobs.other_staff, jobs.planner, jobs.worker):
        assert answers(signed_in(person), addresses) == set(), person


def test_under_ones_own_employer_no_key_of_another_is_reached(jobs: JobsWorld, signed_in: SignedIn) -> None:
    keys = {**keys_of(jobs), "employer_id": jobs.other_employer.pk}
    objects = ("<int:posting_id>", "<int:place_id>", "<int:application_id>", "<int:contract_id>")
    addresses = [
        url
        for part in objects
        for url in addresses_of(keys, part)
        if f"/employer/{jobs.other_employer.pk}/" in url
    ]
    assert len(addresses) > 15
    assert answers(signed_in(jobs.other_farmer), addresses) == set()


def test_nobody_opens_applications_contracts_or_notices_of_somebody_else(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    keys = keys_of(jobs)
    mine = [url for url in addresses_of(keys, "me/work/") if not url.endswith("/applications")]
    assert len(mine) == 5
    for person in (jobs.friend, jobs.farmer, jobs.other_staff, jobs.staff):
        client = signed_in(person)
        assert {client.get(url).status_code for url in mine} == {404}
        sent = [client.post(url, {"about": str(person.uid), "answer": "withdraw"}) for url in mine]
        assert {answer.status_code for answer in sent} <= {404, 405}
    assert Contract.objects.get().state == "active"
    town = addresses_of(keys, "office/work/contracts")
    for person in (jobs.worker, jobs.farmer, jobs.planner, jobs.other_staff):
        assert answers(signed_in(person), town) == set()


def test_a_key_that_is_no_number_is_no_fault_of_the_server(jobs: JobsWorld, signed_in: SignedIn) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    odd = ("²", "9" * 30, "9" * 3000, "-1")
    worker, farmer = signed_in(jobs.worker), signed_in(jobs.farmer)
    code, own = jobs.town.code, {"code": jobs.town.code, "employer_id": jobs.employer.pk}
    other = selected(jobs)
    for key in odd:
        for client, url, name in (
            (worker, reverse("jobs:apply", kwargs={"code": code, "posting_id": other.pk}), "shift"),
            (worker, reverse("jobs:my-contract-cancel", kwargs={"contract_id": contract.pk}), "day"),
            (farmer, reverse("jobs:employer-applications", kwargs=own), "posting"),
        ):
            assert client.get(url, {name: key}).status_code == 200, (url, key)
        asked = farmer.post(reverse("jobs:questions", kwargs=own), {"question": key})
        assert asked.status_code == 404
        shifts = reverse("jobs:posting-shifts", kwargs={**own, "posting_id": other.pk})
        assert farmer.post(shifts, {"remove": "1", "shift": key}).status_code == 302
    assert other.shifts.filter(called_off_at__isnull=True).count() == 3


# ---- looks ----


def test_staff_who_open_an_employers_pages_leave_a_look_on_each_worker_and_the_farmer_none(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    keys = keys_of(jobs)
    shown = {
        "employer-applications": "?show=taken",
        "employer-application": "",
        "employer-contracts": "",
        "employer-contract": "",
        "employer-notice": "",
        "employer-contract-cancel": "",
    }
    patterns = {pattern.name: pattern for pattern in PATTERNS}
    urls = []
    for name, query in shown.items():
        wanted = {each: keys[each] for each in patterns[name].pattern.converters}
        urls.append(reverse(f"jobs:{name}", kwargs=wanted) + query)
    farmer, staff = signed_in(jobs.farmer), signed_in(jobs.staff)
    for url in urls:
        assert farmer.get(url).status_code == 200
    assert not Look.objects.exists()
    for number, url in enumerate(urls, 1):
        assert staff.get(url).status_code == 200
        assert Look.objects.filter(staff=jobs.staff, person=jobs.worker).count() == number, url
    town = {"code": jobs.town.code, "contract_id": keys["contract_id"]}
    staff.get(reverse("jobs:office-contract-cancel", kwargs=town))
    assert Look.objects.filter(staff=jobs.staff, person=jobs.worker).count() == len(urls) + 1


# ---- who acted for whom ----


def test_what_staff_did_for_a_worker_names_the_worker_and_what_they_did_for_the_employer_does_not(
    jobs: JobsWorld,
) -> None:
    at_the_desk(jobs)
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts, actor=jobs.staff)
    made = Entry.objects.get(verb="contract.made")
    assert (made.actor, made.on_behalf_of) == (jobs.staff, jobs.worker)
    sides = dict(contract.versions.get().consents.values_list("side", "by"))
    assert sides == {"worker": jobs.staff.pk, "employer": jobs.posting.created_by_id}
    day = contract.days.order_by("period").first()
    contracts.cancel_day(day=day, side="worker", ground="illness", reason="", actor=jobs.staff)
    assert Entry.objects.get(verb="contract.day_cancelled").on_behalf_of == jobs.worker
    change = contracts.propose_version(
        contract=contract, terms={"meals": "弁当を出します。"}, reason="食堂の工事", actor=jobs.staff
    )
    assert Entry.objects.get(verb="contract.version_proposed").on_behalf_of is None
    contracts.decide_version(version=change, side="worker", agreed=True, actor=jobs.staff)
    assert Entry.objects.get(verb="contract.version_agreed").on_behalf_of == jobs.worker


def test_staff_who_take_a_worker_for_the_employer_do_not_consent_for_the_worker(jobs: JobsWorld) -> None:
    posting = selected(jobs)
    made = apply(posting, jobs.worker, list(posting.shifts.all()))
    contract = applications.accept_application(application=made, actor=jobs.staff)
    assert contract is not None
    sides = dict(contract.versions.get().consents.values_list("side", "by"))
    assert sides == {"worker": jobs.worker.pk, "employer": jobs.staff.pk}
    assert Entry.objects.get(verb="contract.made").on_behalf_of is None


def test_a_form_opened_for_somebody_else_registers_and_asks_for_nobody(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    staff = signed_in(jobs.staff)
    page = f"/{jobs.town.code}/work/employers/new"
    assert f'name="whose" value="{jobs.staff.uid}"' in staff.get(page).content.decode()
    given = {
        **{name: getattr(FARM, name) for name in ("name", "industry", "representative", "address")},
        "employees": "0",
        "is_individual": "on",
        "accident_insurance": "on",
        "harassment_contact": "架空 新",
        "harassment_phone": "0246-22-1111",
        "whose": str(jobs.worker.uid),
    }
    answer = staff.post(page, given)
    assert "操作している人がちがいます" in answer.content.decode()
    assert not Employer.objects.filter(name=FARM.name).exists()
    posting = f"/{jobs.town.code}/work/{jobs.posting.pk}"
    assert f'name="about" value="{jobs.staff.uid}"' in staff.get(posting).content.decode()
    asked = staff.post(f"{posting}/ask", {"about": str(jobs.worker.uid), "text": "駐車場は？"})
    assert (asked.status_code, Question.objects.count()) == (409, 0)


def test_nobody_registers_an_employer_for_somebody_whom_he_does_not_serve(jobs: JobsWorld) -> None:
    with pytest.raises(EmployerError, match="手伝う町の担当者だけ"):
        employers.register_employer(
            municipality=jobs.town,
            particulars=FARM,
            corporate_number="",
            person=jobs.worker,
            actor=jobs.other_farmer,
        )


# ---- steps out of order ----


@pytest.mark.parametrize("mode", [Posting.Mode.ROUND, Posting.Mode.INSTANT])
def test_an_employer_takes_and_refuses_by_hand_only_where_the_employer_selects(
    jobs: JobsWorld, make_person: MakePerson, signed_in: SignedIn, mode: str
) -> None:
    posting = make_posting(jobs.workplace, mode=mode)
    shift = make_shift(posting, jobs.shifts[0].starts_at.date(), capacity=1)
    if mode == Posting.Mode.INSTANT:
        make_contract(posting, make_worker(make_person), [shift])
    made = apply(posting, jobs.worker, [shift])
    own = {"code": jobs.town.code, "employer_id": jobs.employer.pk, "application_id": made.pk}
    client = signed_in(jobs.farmer)
    for sent in ({"take": "1"}, {"refuse": "1", "reason": "気に入らない"}):
        client.post(reverse("jobs:employer-application", kwargs=own), sent)
    state = made.state
    made.refresh_from_db()
    assert (made.state, state) == (state, "applied" if mode == Posting.Mode.ROUND else "waiting")
    with pytest.raises(DealError, match="順番か割り当て"):
        applications.accept_application(application=made, actor=jobs.farmer)
    with pytest.raises(DealError, match="順番か割り当て"):
        applications.refuse_application(application=made, actor=jobs.farmer, reason="気に入らない")


def test_how_a_posting_is_decided_does_not_change_while_somebody_waits(jobs: JobsWorld) -> None:
    posting = make_posting(jobs.workplace, mode=Posting.Mode.ROUND)
    shifts = make_shifts(posting)
    made = apply(posting, jobs.worker, shifts)
    change = {"mode": Posting.Mode.SELECTED}
    with pytest.raises(PostingError, match="決めかたは変えられません"):
        postings.change_posting(posting=posting, columns=change, actor=jobs.farmer)
    applications.withdraw_application(application=made, actor=jobs.worker)
    assert postings.change_posting(posting=posting, columns=change, actor=jobs.farmer) == ["mode"]


def test_an_employer_who_is_refused_later_makes_no_contract_from_what_waits(jobs: JobsWorld) -> None:
    posting = selected(jobs)
    made = apply(posting, jobs.worker, list(posting.shifts.all()))
    Employer.objects.filter(pk=jobs.employer.pk).update(state="refused")
    with pytest.raises(NoLongerFreeError):
        applications.accept_application(application=made, actor=jobs.farmer)
    made.refresh_from_db()
    assert made.state == "applied"


def test_nothing_is_published_under_a_measure_and_again_when_it_is_over(jobs: JobsWorld) -> None:
    draft = make_posting(jobs.workplace, state="draft")
    make_shifts(draft)
    now = timezone.now()
    measure = Restriction.objects.create(
        municipality=jobs.town,
        employer=jobs.employer,
        kind=Restriction.Kind.NO_POSTING,
        starts_at=now - datetime.timedelta(days=2),
        ends_at=now + datetime.timedelta(days=5),
        reason="直前の取りやめが続いた",
    )
    with pytest.raises(PostingError, match="直前の取りやめが続いた"):
        postings.publish_posting(posting=draft, actor=jobs.farmer)
    Restriction.objects.filter(pk=measure.pk).update(ends_at=now - datetime.timedelta(days=1))
    assert postings.publish_posting(posting=draft, actor=jobs.farmer).is_open


def test_no_word_of_the_employer_makes_a_closed_posting_open_again(jobs: JobsWorld) -> None:
    for word in ("filled", " over "):
        with pytest.raises(PostingError, match="くわしく"):
            postings.close_posting(posting=jobs.posting, actor=jobs.farmer, reason=word)
    postings.close_posting(posting=jobs.posting, actor=jobs.farmer, reason="filled up")
    assert postings.reopen_when_freed(jobs.posting) is False


def test_staff_approve_what_was_on_their_screen_and_never_their_own_farm(
    jobs: JobsWorld, make_person: MakePerson, signed_in: SignedIn
) -> None:
    person = make_person()
    made = register(jobs, person)
    staff = signed_in(jobs.staff)
    page = f"/{jobs.town.code}/office/work/employers/{made.pk}"
    ticks = {"insurance": "on", "contact": "on", "agreement": "on", "decision": "approve"}
    seen = employers.fingerprint(made)
    employers.change_employer(
        employer=made, particulars=replace(FARM, accident_insurance_number="99-9"), actor=person
    )
    answer = staff.post(page, {**ticks, "checked": seen}).content.decode()
    made.refresh_from_db()
    assert ("内容を変えました" in answer, made.state) == (True, "asked")
    # The page that says so shows what is there now.
    assert f'value="{employers.fingerprint(made)}"' in answer
    hold_role(jobs.staff, roles.EMPLOYER, jobs.town, made.organisation)
    with pytest.raises(EmployerError, match="自分が担当している"):
        employers.approve_employer(employer=made, actor=Person.objects.get(pk=jobs.staff.pk))


def test_a_change_typed_before_the_decision_does_not_write_over_it(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    person = make_person()
    made = register(jobs, person)
    opened = Employer.objects.get(pk=made.pk)
    employers.refuse_employer(employer=made, actor=jobs.staff, reason="保険の番号が読めません")
    employers.change_employer(
        employer=opened, particulars=replace(FARM, about="桃をつくっています。"), actor=person
    )
    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("refused", jobs.staff)


def test_nobody_agrees_on_work_with_the_own_farm(jobs: JobsWorld, make_person: MakePerson) -> None:
    both = make_worker(make_person)
    hold_role(both, roles.EMPLOYER, jobs.town, jobs.employer.organisation)
    with pytest.raises(DealError, match="自分が担当"):
        apply(jobs.posting, both, jobs.shifts)
    assert apply(jobs.posting, jobs.worker, jobs.shifts).state == "contracted"


# ---- without bounds ----


def test_registrations_applications_and_groups_have_a_limit(
    jobs: JobsWorld, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person()
    register(jobs, person)
    with pytest.raises(EmployerError, match="もう登録を申し込んでいます"):
        register(jobs, Person.objects.get(pk=person.pk))
    for number in range(1, employers.MOST_WAITING):
        register(jobs, person, name=f"農園{number}（架空）")
    with pytest.raises(EmployerError, match="確認を待っている登録が"):
        register(jobs, person, name="もう一つの農園（架空）")
    posting = selected(jobs)
    shifts = list(posting.shifts.all())
    for _n in range(applicants.MOST_A_POSTING):
        applications.withdraw_application(application=apply(posting, jobs.worker, shifts), actor=jobs.worker)
    with pytest.raises(DealError, match="5回まで"):
        apply(posting, jobs.worker, shifts)
    monkeypatch.setattr(applicants, "MOST_A_DAY", applicants.MOST_A_POSTING)
    with pytest.raises(DealError, match="1日に申し込める"):
        apply(selected(jobs), jobs.worker, jobs.shifts[:1])
    for _n in range(groups.MOST_A_DAY):
        groups.start_group(posting=posting, person=jobs.friend, size=2, actor=jobs.friend)
    with pytest.raises(DealError, match="1日に作れるグループ"):
        groups.start_group(posting=posting, person=jobs.friend, size=2, actor=jobs.friend)


def test_a_line_break_in_a_name_or_heading_stops_no_message(
    jobs: JobsWorld, make_person: MakePerson, signed_in: SignedIn
) -> None:
    made = register(jobs, make_person(), name="あたらしい\r\nBcc: all@example.jp 農園（架空）")
    assert "\n" not in made.name
    employers.approve_employer(employer=made, actor=jobs.staff)
    assert made.organisation.name == made.name
    farmer = signed_in(jobs.farmer)
    farmer.post(
        f"/{jobs.town.code}/employer/{jobs.employer.pk}/postings/new", {"title": "桃の\r\nSubject: 収穫"}
    )
    draft = Posting.objects.get(state="draft")
    assert draft.title == "桃の Subject: 収穫"


def test_texts_and_days_without_end_are_refused_beside_their_box(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    farmer = signed_in(jobs.farmer)
    home = f"/{jobs.town.code}/employer/{jobs.employer.pk}/postings"
    answer = farmer.post(f"{home}/new", {"title": "桃", "duties": "あ" * 4001})
    assert answer.status_code == 200
    assert not Posting.objects.filter(state="draft").exists()
    series = {"weekdays": [0, 1, 2, 3, 4, 5, 6], "starts": "20:00", "ends": "05:00", "break_minutes": 60}
    far = {**series, "first": "9999-12-31", "last": "9999-12-31", "capacity": 1}
    answer = farmer.post(f"{home}/{jobs.posting.pk}/shifts", far)
    assert "3年より先" in answer.content.decode()
    one = {**far, "day": "9999-12-31"}
    answer = farmer.post(f"{home}/{jobs.posting.pk}/shifts/{jobs.shifts[0].pk}", one)
    assert "3年より先" in answer.content.decode()


def test_what_people_type_is_never_markup(jobs: JobsWorld, signed_in: SignedIn) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    Posting.objects.filter(pk=jobs.posting.pk).update(title=evil[:80], duties=evil)
    jobs.workplace.name = evil[:80]
    jobs.workplace.save()
    Application.objects.filter(pk=apply(jobs.posting, jobs.worker, jobs.shifts, message=evil).pk).update(
        shown_about=evil
    )
    jobs.posting.refresh_from_db()
    asked = ask_question(posting=jobs.posting, person=jobs.friend, actor=jobs.friend, text=evil)
    own = f"/{jobs.town.code}/employer/{jobs.employer.pk}"
    made = Application.objects.get()
    farmer = signed_in(jobs.farmer)
    for url in (
        f"/{jobs.town.code}/work/{jobs.posting.pk}",
        f"{own}/",
        f"{own}/questions",
        f"{own}/places/new",
        f"{own}/applications/{made.pk}",
        f"{own}/contracts/{made.contract.pk}",
    ):
        page = farmer.get(url).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page, url
    # The notice draws what looks like markup, and fetches nothing.
    notice = farmer.get(f"{own}/contracts/{made.contract.pk}/notice-1.pdf")
    assert notice.content.startswith(b"%PDF")
    assert asked.text == evil


def test_farmers_of_two_employers_see_the_same_worker_each_through_the_own_contract_alone(
    jobs: JobsWorld, make_person: MakePerson
) -> None:
    make_contract(jobs.posting, jobs.worker, jobs.shifts[:1])
    assert not Contract.objects.visible_to(jobs.other_farmer).exists()
    assert not Application.objects.visible_to(jobs.other_farmer).exists()
    newcomer = make_farmer(make_person, jobs.other_employer)
    assert not Contract.objects.visible_to(newcomer).exists()
