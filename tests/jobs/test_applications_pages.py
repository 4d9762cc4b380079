"""Pages of applying and deciding: forms, plain results, whose rows they show, few queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sosei.core.people.models import BirthDate, Person
from sosei.programmes.jobs.models import Application, Contract, Group
from sosei.programmes.jobs.services import applications, contracts
from tests.jobs.applications_world import apply, make_contract
from tests.jobs.world import JobsWorld, MakePerson, day_from_now, make_posting, make_shift, make_worker
from tests.people.conftest import SignedIn


def apply_url(jobs: JobsWorld) -> str:
    return reverse("jobs:apply", kwargs={"code": jobs.town.code, "posting_id": jobs.posting.pk})


def sent(person: Person, shifts: list[int], **more: Any) -> dict[str, Any]:
    return {"about": str(person.uid), "shifts": shifts, "message": "", **more}


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


def test_a_visitor_is_led_to_sign_in(client: Client, jobs: JobsWorld) -> None:
    response = client.get(apply_url(jobs))
    assert (response.status_code, "login" in response["Location"]) == (302, True)


def test_one_applies_and_reads_plainly_what_came_of_it(jobs: JobsWorld, signed_in: SignedIn) -> None:
    client = signed_in(jobs.worker)
    assert "押すと、すぐに決まります" in text_of(client, apply_url(jobs))
    url = apply_url(jobs)
    response = client.post(url, sent(jobs.worker, [jobs.shifts[0].pk], needs_lodging="on"))
    made = Application.objects.get()
    here = reverse("jobs:my-application", kwargs={"application_id": made.pk})
    assert (response.status_code, response["Location"]) == (302, here)
    assert "<h1>決まりました</h1>" in text_of(client, here)
    assert client.post(url, sent(jobs.worker, [jobs.shifts[0].pk]))["Location"] == here
    assert Contract.objects.count() == 1
    contract = reverse("jobs:my-contract", kwargs={"contract_id": made.contract.pk})
    assert "解約可能事由" in text_of(client, contract)
    notice = client.get(reverse("jobs:my-notice", kwargs={"contract_id": made.contract.pk, "number": 1}))
    assert (notice.status_code, notice["Content-Type"]) == (200, "application/pdf")
    assert notice.content.startswith(b"%PDF")


def test_the_date_of_birth_is_asked_where_it_is_missing_with_the_law(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    BirthDate.objects.filter(person=jobs.worker).delete()
    client = signed_in(jobs.worker)
    assert "労働基準法56条" in text_of(client, apply_url(jobs))
    client.post(apply_url(jobs), sent(jobs.worker, [jobs.shifts[0].pk], birth_date="1990-01-02"))
    kept = BirthDate.objects.get(person=jobs.worker)
    assert (kept.date.isoformat(), kept.legal_basis) == ("1990-01-02", "労働基準法56条・57条")
    assert Application.objects.get().state == "contracted"


def test_a_child_is_refused_in_words_and_the_date_is_not_kept(jobs: JobsWorld, signed_in: SignedIn) -> None:
    BirthDate.objects.filter(person=jobs.worker).delete()
    client = signed_in(jobs.worker)
    young = f"{day_from_now(0).year - 10}-01-02"
    page = client.post(apply_url(jobs), sent(jobs.worker, [jobs.shifts[0].pk], birth_date=young))
    assert "15歳になったあとの4月1日" in page.content.decode()
    assert not Application.objects.exists()
    assert not BirthDate.objects.filter(person=jobs.worker).exists()


def test_a_form_opened_for_somebody_else_changes_nobody(jobs: JobsWorld, signed_in: SignedIn) -> None:
    client = signed_in(jobs.worker)
    response = client.post(apply_url(jobs), sent(jobs.friend, [jobs.shifts[0].pk]))
    assert response.status_code == 409
    assert not Application.objects.exists()


def test_friends_share_a_code(jobs: JobsWorld, signed_in: SignedIn) -> None:
    client = signed_in(jobs.worker)
    start = reverse("jobs:apply-group", kwargs={"code": jobs.town.code, "posting_id": jobs.posting.pk})
    way = client.post(start, {"about": str(jobs.worker.uid), "size": 2})["Location"]
    group = Group.objects.get()
    assert way == f"{apply_url(jobs)}?code={group.code}"
    assert group.code in text_of(client, way)
    client.post(apply_url(jobs), sent(jobs.worker, [jobs.shifts[0].pk], code=group.code))
    mine = Application.objects.get(person=jobs.worker)
    assert "友だちを待っています" in text_of(
        client, reverse("jobs:my-application", kwargs={"application_id": mine.pk})
    )
    friend = signed_in(jobs.friend)
    page = text_of(friend, way)
    assert "全員がそろいます" in page
    assert page.count('name="shifts"') == 1
    friend.post(apply_url(jobs), sent(jobs.friend, [jobs.shifts[0].pk], code=group.code.upper()))
    assert set(Application.objects.values_list("state", flat=True)) == {"contracted"}
    wrong = client.get(f"{apply_url(jobs)}?code=nonsense", follow=True)
    assert wrong.status_code == 200


def test_who_waits_reads_the_place_and_answers_the_offer(
    jobs: JobsWorld, make_person: MakePerson, signed_in: SignedIn
) -> None:
    shift = make_shift(make_posting(jobs.workplace), day_from_now(20), capacity=1)
    held = make_contract(shift.posting, jobs.friend, [shift])
    apply(shift.posting, make_worker(make_person), [shift])
    mine = apply(shift.posting, jobs.worker, [shift])
    client = signed_in(jobs.worker)
    here = reverse("jobs:my-application", kwargs={"application_id": mine.pk})
    assert "順番待ち 2番目" in text_of(client, here)
    assert "順番待ち 2番目" in text_of(client, reverse("jobs:my-applications"))
    contracts.cancel_contract(contract=held, side="worker", ground="illness", reason="", actor=jobs.friend)
    first = Application.objects.get(state="offered")
    applications.decline_offer(application=first, actor=first.person)
    assert "働く（決める）" in text_of(client, here)
    answer = client.post(here, {"about": str(jobs.worker.uid), "answer": "accept"})
    contract = Contract.objects.get(person=jobs.worker)
    assert answer["Location"] == reverse("jobs:my-contract", kwargs={"contract_id": contract.pk})


def test_a_worker_cancels_a_day_on_the_page(jobs: JobsWorld, signed_in: SignedIn) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    client = signed_in(jobs.worker)
    way = reverse("jobs:my-contract-cancel", kwargs={"contract_id": contract.pk})
    assert "罰金や違約金はありません" in text_of(client, way)
    day = contract.days.order_by("period")[0]
    client.post(way, {"about": str(jobs.worker.uid), "days": [day.pk], "ground": "illness"})
    day.refresh_from_db()
    assert day.state == "cancelled"


def test_nobody_opens_the_pages_of_others(jobs: JobsWorld, signed_in: SignedIn) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    code, employer, key = jobs.town.code, jobs.employer.pk, contract.pk
    mine = [
        reverse("jobs:my-contract", kwargs={"contract_id": key}),
        reverse("jobs:my-notice", kwargs={"contract_id": key, "number": 1}),
        reverse("jobs:my-application", kwargs={"application_id": contract.application_id}),
    ]
    theirs = [
        reverse("jobs:employer-applications", kwargs={"code": code, "employer_id": employer}),
        reverse("jobs:employer-contracts", kwargs={"code": code, "employer_id": employer}),
        reverse(
            "jobs:employer-application",
            kwargs={"code": code, "employer_id": employer, "application_id": contract.application_id},
        ),
        reverse("jobs:employer-contract", kwargs={"code": code, "employer_id": employer, "contract_id": key}),
        reverse(
            "jobs:employer-notice",
            kwargs={"code": code, "employer_id": employer, "contract_id": key, "number": 1},
        ),
    ]
    office = [
        reverse("jobs:office-contracts", kwargs={"code": code}),
        reverse("jobs:office-contract", kwargs={"code": code, "contract_id": key}),
    ]
    worker, farmer = signed_in(jobs.worker), signed_in(jobs.farmer)
    other_farmer, staff = signed_in(jobs.other_farmer), signed_in(jobs.staff)
    for url in mine:
        assert worker.get(url).status_code == 200
        assert [client.get(url).status_code for client in (farmer, other_farmer, staff)] == [404] * 3
    for url in theirs:
        assert (farmer.get(url).status_code, staff.get(url).status_code) == (200, 200), url
        assert worker.get(url).status_code == 403
        assert other_farmer.get(url).status_code == 404, url
    for url in office:
        assert staff.get(url).status_code == 200
        assert [client.get(url).status_code for client in (worker, farmer)] == [403, 403]
        assert signed_in(jobs.other_staff).get(url).status_code == 403


def test_the_employer_takes_and_refuses_on_the_page(jobs: JobsWorld, signed_in: SignedIn) -> None:
    shift = make_shift(make_posting(jobs.workplace, mode="selected"), day_from_now(20), capacity=1)
    one, other = (apply(shift.posting, person, [shift]) for person in (jobs.worker, jobs.friend))
    client = signed_in(jobs.farmer)
    arguments = {"code": jobs.town.code, "employer_id": jobs.employer.pk}
    listed = reverse("jobs:employer-applications", kwargs=arguments)
    page = text_of(client, listed)
    assert jobs.worker.full_name in page
    assert "1995" not in page

    def way(application: Application) -> str:
        return reverse("jobs:employer-application", kwargs={**arguments, "application_id": application.pk})

    client.post(way(one), {"take": "1"})
    assert "場所が空いていないため" in client.post(way(other), {"take": "1"}, follow=True).content.decode()
    empty = client.post(way(other), {"refuse": "1", "reason": ""})
    assert empty.status_code == 200
    client.post(way(other), {"refuse": "1", "reason": "人数がそろいました"})
    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == [
        "contracted",
        "refused",
    ]


def test_what_is_owed_is_shown_before_the_employer_cancels(jobs: JobsWorld, signed_in: SignedIn) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    client = signed_in(jobs.farmer)
    arguments = {"code": jobs.town.code, "employer_id": jobs.employer.pk, "contract_id": contract.pk}
    way = reverse("jobs:employer-contract-cancel", kwargs=arguments)
    assert "ふつうの雨や天気 — 賃金を払う" in text_of(client, way)
    keys = list(contract.days.order_by("period").values_list("pk", flat=True)[:2])
    given = {"days": keys, "ground": "rain", "reason": "雨の予報"}
    shown = client.post(way, given).content.decode()
    assert "18,200円" in shown
    assert "民法536条2項" in shown or "労基法26条" in shown
    assert contract.days.filter(state="planned").count() == 3
    client.post(way, {**given, "confirm": "1"})
    assert contract.days.filter(state="planned").count() == 1
    assert sum(contract.cancellations.values_list("yen_owed", flat=True)) == 18200


def test_conditions_change_over_both_pages(jobs: JobsWorld, signed_in: SignedIn) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    farmer, worker = signed_in(jobs.farmer), signed_in(jobs.worker)
    arguments = {"code": jobs.town.code, "employer_id": jobs.employer.pk, "contract_id": contract.pk}
    way = reverse("jobs:employer-contract-change", kwargs=arguments)
    form = farmer.get(way).context["form"]
    given = {name: field.initial for name, field in form.fields.items()} | form.initial
    given = {name: value for name, value in given.items() if value not in (None, False)}
    nothing = farmer.post(way, {**given, "reason": "都合"})
    assert "変わった条件がありません" in nothing.content.decode()
    farmer.post(way, {**given, "hourly_wage": "1350", "start_0": "07:00", "end_0": "15:00", "reason": "暑さ"})
    assert contract.versions.count() == 2
    here = reverse("jobs:my-contract-change", kwargs={"contract_id": contract.pk, "number": 2})
    page = text_of(worker, here)
    assert "時給 1,350円" in page
    assert "07:00～15:00" in page
    assert "雨の日のあつかい" not in page
    assert here in text_of(worker, reverse("jobs:my-contract", kwargs={"contract_id": contract.pk}))
    worker.post(here, {"about": str(jobs.worker.uid), "answer": "agree"})
    assert contract.versions.get(number=2).consents.filter(agreed=True).count() == 2


def test_paper_is_recorded_on_the_page(jobs: JobsWorld, signed_in: SignedIn) -> None:
    contract = make_contract(jobs.posting, jobs.worker, jobs.shifts)
    client = signed_in(jobs.farmer)
    arguments = {"code": jobs.town.code, "employer_id": jobs.employer.pk, "contract_id": contract.pk}
    here = reverse("jobs:employer-contract", kwargs=arguments)
    assert "紙の通知書を渡してください" in text_of(client, here)
    client.post(reverse("jobs:employer-contract-paper", kwargs=arguments))
    assert "紙の通知書を渡してください" not in text_of(client, here)


@pytest.mark.parametrize(
    "name", ["my-applications", "employer-applications", "employer-contracts", "office-contracts"]
)
def test_a_list_asks_no_query_a_row(
    jobs: JobsWorld,
    make_person: MakePerson,
    signed_in: SignedIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    name: str,
) -> None:
    shift = make_shift(make_posting(jobs.workplace), day_from_now(20), capacity=2)
    for person in (jobs.worker, *(make_worker(make_person) for _n in range(6))):
        apply(shift.posting, person, [shift])
    for n in range(4):
        extra = make_shift(make_posting(jobs.workplace), day_from_now(40 + n), capacity=1)
        make_contract(extra.posting, jobs.friend, [extra])
        apply(extra.posting, jobs.worker, [extra])
    who = {"my": jobs.worker, "employer": jobs.farmer, "office": jobs.staff}[name.split("-")[0]]
    arguments: dict[str, Any] = {} if name.startswith("my") else {"code": jobs.town.code}
    if name.startswith("employer"):
        arguments["employer_id"] = jobs.employer.pk
    client = signed_in(who)
    url = reverse(f"jobs:{name}", kwargs=arguments)
    assert client.get(url).status_code == 200  # the first of the day notes that the role is used
    with django_assert_max_num_queries(20):
        assert client.get(url).status_code == 200
