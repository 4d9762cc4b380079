"""Pages of the days: the scan at the workplace, the day's list, corrections, safety notices, the phone's own files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from sosei.core.people.models import Look
from sosei.programmes.jobs.models import Correction, Punch, SafetyAnswer, SiteCode, WorkDay
from sosei.programmes.jobs.services import days
from tests.jobs.applications_world import make_contract
from tests.jobs.days_world import DaysWorld, make_clock
from tests.jobs.world import JobsWorld

pytestmark = pytest.mark.django_db
Page = Callable[..., str]


@pytest.fixture
def world(jobs: JobsWorld, monkeypatch: pytest.MonkeyPatch) -> DaysWorld:
    """A contract of three days, the clock half an hour before the first."""
    made = DaysWorld(jobs, make_clock(monkeypatch))
    made.set("07:30")
    return made


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """A browser signed in as somebody."""

    def signed(person: Any) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return signed


def text_of(response: Any) -> str:
    return str(response.content.decode())


def employer_page(world: DaysWorld, name: str, **more: Any) -> str:
    return reverse(
        f"jobs:{name}",
        kwargs={"code": world.jobs.town.code, "employer_id": world.jobs.employer.pk, **more},
    )


def site(world: DaysWorld) -> str:
    return reverse("jobs:site", kwargs={"secret": world.code.secret})


def sent(world: DaysWorld, client: Client, kind: str, **given: Any) -> Any:
    data = {"about": world.jobs.worker.uid, "day": world.day.pk, "token": uuid4(), "kind": kind, **given}
    return client.post(site(world), data, follow=True)


def test_one_button_at_the_workplace_first_in_then_out(world: DaysWorld, client_of: Any) -> None:
    client = client_of(world.jobs.worker)
    assert 'value="in"' in text_of(client.get(site(world)))
    assert "来たことを記録しました" in text_of(sent(world, client, "in"))
    world.set("16:02")
    page = text_of(client.get(site(world)))
    assert 'value="out"' in page and 'value="in"' not in page
    assert "おつかれさまでした" in text_of(sent(world, client, "out"))
    assert set(Punch.objects.values_list("kind", "way")) == {("in", "qr"), ("out", "qr")}
    assert "data-punch" not in text_of(client.get(site(world)))


def test_the_page_of_a_scan_is_for_who_works_there_and_asks_others_to_sign_in(
    world: DaysWorld, client_of: Any
) -> None:
    assert client_of(world.jobs.friend).get(site(world)).status_code == 200
    assert "働く予定がありません" in text_of(client_of(world.jobs.friend).get(site(world)))
    answer = Client().get(site(world))
    assert answer.status_code == 302 and f"next={site(world)}" in answer["Location"]
    unknown = reverse("jobs:site", kwargs={"secret": "nothing"})
    assert client_of(world.jobs.worker).get(unknown).status_code == 404


def test_a_form_of_another_day_or_a_broken_one_notes_nothing(world: DaysWorld, client_of: Any) -> None:
    client = client_of(world.jobs.worker)
    for broken in ({"day": "0"}, {"token": "x"}, {"kind": "maybe"}):
        assert "記録できませんでした" in text_of(sent(world, client, broken.pop("kind", "in"), **broken))
    assert not Punch.objects.exists()


def later(world: DaysWorld, client: Client, **given: Any) -> dict[str, str]:
    data = {
        "about": world.jobs.worker.uid,
        "day": world.day.pk,
        "token": uuid4(),
        "kind": "in",
        "at": world.at("07:55").isoformat(),
        "secret": world.code.secret,
        **given,
    }
    answer: dict[str, str] = client.post(reverse("jobs:my-punch"), data).json()
    return answer


def test_what_the_phone_kept_is_taken_once_or_refused_with_its_reason(
    world: DaysWorld, client_of: Any
) -> None:
    client, token = client_of(world.jobs.worker), uuid4()
    world.set("12:00")
    assert later(world, client, token=token)["state"] == "kept"
    assert later(world, client, token=token)["state"] == "kept"
    assert Punch.objects.get().way == "offline"
    future = later(world, client, kind="out", at=world.at("13:00").isoformat())
    assert future["state"] == "refused" and "時計" in future["text"]
    for broken in (
        {"at": "yesterday"},
        {"at": "2026-08-01T08:00"},
        {"token": "1"},
        {"day": "x"},
        {"kind": ""},
    ):
        assert later(world, client, **broken)["state"] == "refused", broken
    assert (
        later(world, client, secret="lost", kind="out", at=world.at("11:00").isoformat())["state"]
        == "refused"
    )


def test_what_one_person_kept_is_not_sent_by_the_next_on_the_same_phone(
    world: DaysWorld, client_of: Any
) -> None:
    world.set("12:00")
    assert later(world, client_of(world.jobs.friend))["state"] == "other"
    mine = later(world, client_of(world.jobs.friend), about=world.jobs.friend.uid)
    assert mine["state"] == "refused" and not Punch.objects.exists()


def test_the_service_worker_may_serve_the_whole_site_and_keeps_files_that_exist(world: DaysWorld) -> None:
    answer = Client().get(reverse("jobs:days-worker-script"))
    script = text_of(answer)
    assert answer["Service-Worker-Allowed"] == "/" and answer["Content-Type"].startswith("text/javascript")
    offline = reverse("jobs:site-offline")
    assert f'ja: "{offline}"' in script.replace("\\u002D", "-") and "jobs/days.js" in script.replace(
        "\\u002D", "-"
    )
    page = Client().get(offline)
    assert page.status_code == 200 and "csrf" not in text_of(page) and not page.cookies


def test_the_list_of_the_day_names_who_is_there_and_who_is_late_with_their_numbers(
    world: DaysWorld, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    other = make_contract(world.jobs.posting, world.jobs.friend, [world.day.shift])
    type(other).objects.filter(pk=other.pk).update(worker_phone="+819012345678")
    world.punch("in", "07:55")
    world.set("08:10")
    client = client_of(world.jobs.farmer)
    with django_assert_max_num_queries(20):
        page = text_of(client.get(f"{employer_page(world, 'employer-days')}?on={world.date}"))
    assert "来ている" in page and "遅れている" in page and "10分" in page
    assert 'href="tel:+819012345678"' in page and "090-1234-5678" in page
    empty = text_of(client.get(f"{employer_page(world, 'employer-days')}?on=nonsense"))
    assert "来ている" in empty  # Today.


@pytest.mark.parametrize("who", ["worker", "other_farmer", "other_staff", "planner"])
def test_another_employers_day_is_refused(world: DaysWorld, client_of: Any, who: str) -> None:
    client = client_of(getattr(world.jobs, who))
    for url in (
        employer_page(world, "employer-days"),
        employer_page(world, "employer-day", day_id=world.day.pk),
        employer_page(world, "employer-site-code", place_id=world.jobs.workplace.pk),
        employer_page(world, "employer-safety"),
    ):
        assert client.get(url).status_code in (403, 404), url
    assert (
        client_of(world.jobs.friend).get(reverse("jobs:my-day", kwargs={"day_id": world.day.pk})).status_code
        == 404
    )


def test_the_employer_enters_a_time_for_somebody_without_a_phone(world: DaysWorld, client_of: Any) -> None:
    world.set("08:20")
    client = client_of(world.jobs.farmer)
    url = employer_page(world, "employer-day-punch", day_id=world.day.pk)
    data = {"kind": "in", "time": "08:05", "token": uuid4()}
    assert client.post(url, data).status_code == 302
    made = Punch.objects.get()
    assert (made.way, made.at) == ("employer", world.at("08:05"))
    again = client.post(url, {**data, "token": uuid4()})
    assert again.status_code == 422 and "もう" in text_of(again)
    mine = text_of(client_of(world.jobs.worker).get(reverse("jobs:my-day", kwargs={"day_id": world.day.pk})))
    assert "雇用主が入力" in mine


def test_absent_and_taken_back_on_the_page(world: DaysWorld, client_of: Any) -> None:
    world.set("08:40")
    client = client_of(world.jobs.farmer)
    url = employer_page(world, "employer-day-absent", day_id=world.day.pk)
    early = client.post(url, {"told": "no", "reason": ""})
    assert early.status_code == 422 and world.fresh().state == "planned"
    assert client.post(url, {"told": "no", "reason": "3回電話した"}).status_code == 302
    assert world.fresh().state == "absent"
    office = client_of(world.jobs.staff)
    seen = text_of(
        office.get(reverse("jobs:office-days", kwargs={"code": world.jobs.town.code}) + "?show=absent")
    )
    assert world.contract.worker_name in seen and "来なかった" in seen
    assert Look.objects.filter(staff=world.jobs.staff, person=world.jobs.worker, what="jobs_days").exists()
    assert client.post(url, {"back": "1", "reason": "別の畑にいた"}).status_code == 302
    assert world.fresh().state == "planned"


def test_a_correction_from_the_asking_to_the_answer(world: DaysWorld, client_of: Any) -> None:
    world.punch("in", "08:00")
    world.punch("out", "15:50")
    world.set("17:00")
    worker, farmer = client_of(world.jobs.worker), client_of(world.jobs.farmer)
    url = reverse("jobs:my-day-correct", kwargs={"day_id": world.day.pk})
    data = {
        "about": world.jobs.worker.uid,
        "start": "08:00",
        "end": "16:20",
        "break_minutes": "60",
        "reason": "",
    }
    assert "理由" in text_of(worker.post(url, data)) and not Correction.objects.exists()
    assert worker.post(url, {**data, "reason": "道具を洗った"}).status_code == 302
    asked = Correction.objects.get()
    home = text_of(
        farmer.get(
            reverse(
                "jobs:employer", kwargs={"code": world.jobs.town.code, "employer_id": world.jobs.employer.pk}
            )
        )
    )
    answer = employer_page(world, "employer-correction", correction_id=asked.pk)
    assert answer in home
    assert "道具を洗った" in text_of(farmer.get(answer))
    assert farmer.post(answer, {"answer": "refuse", "reason": "洗っていない"}).status_code == 302
    mine = text_of(worker.get(reverse("jobs:my-day", kwargs={"day_id": world.day.pk})))
    assert "洗っていない" in mine and "納得できないとき" in mine and "担当者に相談できます" in mine


def test_the_form_of_a_correction_opened_for_somebody_else_changes_nothing(
    world: DaysWorld, client_of: Any
) -> None:
    world.set("17:00")
    url = reverse("jobs:my-day-correct", kwargs={"day_id": world.day.pk})
    data = {
        "about": world.jobs.friend.uid,
        "start": "08:00",
        "end": "16:00",
        "break_minutes": "0",
        "reason": "x",
    }
    assert client_of(world.jobs.worker).post(url, data).status_code == 409
    assert not Correction.objects.exists()


def test_a_safety_notice_begins_with_plain_texts_and_is_answered_on_the_phone(
    world: DaysWorld, client_of: Any
) -> None:
    farmer, worker = client_of(world.jobs.farmer), client_of(world.jobs.worker)
    page = farmer.get(employer_page(world, "employer-safety") + "?kind=storm")
    form = page.context["form"]
    assert "避難" in form.initial["text"] and "evacuate" in form.initial["text_en"]
    data = {
        "kind": "storm",
        "on": str(world.date),
        "text": form.initial["text"],
        "text_en": form.initial["text_en"],
    }
    told = farmer.post(employer_page(world, "employer-safety"), data, follow=True)
    assert "まだ返事がない人：1人" in text_of(told)
    home = text_of(worker.get(reverse("jobs:my-work")))
    notice = SafetyAnswer.objects.get().notice_id
    url = reverse("jobs:my-safety", kwargs={"notice_id": notice})
    assert url in home
    assert worker.post(url, {"about": world.jobs.worker.uid, "answer": "help"}).status_code == 302
    assert url not in text_of(worker.get(reverse("jobs:my-work")))
    seen = text_of(farmer.get(employer_page(world, "employer-safety-one", notice_id=notice)))
    assert "助けがいる人：1人" in seen
    assert client_of(world.jobs.friend).get(url).status_code == 404


def test_staff_warn_the_whole_town_or_one_employer(world: DaysWorld, client_of: Any) -> None:
    client = client_of(world.jobs.staff)
    url = reverse("jobs:office-safety", kwargs={"code": world.jobs.town.code})
    data = {"kind": "heat", "on": str(world.date), "text": "水を", "text_en": "", "employer": ""}
    assert "返事なし" in text_of(client.post(url, data, follow=True))
    notice, code = SafetyAnswer.objects.get().notice_id, {"code": world.jobs.town.code}
    other = client.post(url, {**data, "employer": world.jobs.other_employer.pk})
    assert other.status_code == 200 and "働く人はいません" in text_of(other)
    listed = text_of(client.get(url))
    assert (
        "返事なし 1人" in listed
        and reverse("jobs:office-safety-one", kwargs={**code, "notice_id": notice}) in listed
    )
    # An employer finds the town's notices to its own people beside its own.
    own = text_of(client_of(world.jobs.farmer).get(employer_page(world, "employer-safety")))
    assert (
        employer_page(world, "employer-safety-one", notice_id=notice) in own and "町のすべての雇用主" in own
    )
    none = text_of(
        client_of(world.jobs.other_farmer).get(
            reverse("jobs:employer-safety", kwargs={**code, "employer_id": world.jobs.other_employer.pk})
        )
    )
    assert "町のすべての雇用主" not in none


def test_the_sheet_with_the_code_has_no_styles_and_a_new_one_ends_the_old(
    world: DaysWorld, client_of: Any
) -> None:
    client = client_of(world.jobs.farmer)
    url = employer_page(world, "employer-site-code", place_id=world.jobs.workplace.pk)
    page = text_of(client.get(url))
    assert "<svg" in page and "style=" not in page and "<script>" not in page
    assert client.post(url).status_code == 302
    world.code.refresh_from_db()
    assert world.code.ended_at is not None and SiteCode.objects.filter(ended_at=None).count() == 1
    assert client_of(world.jobs.worker).get(site(world)).status_code == 404


def test_every_page_of_the_days_needs_few_queries(
    world: DaysWorld, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    world.punch("in", "07:55")
    world.set("08:10")
    asked = world.ask("07:30", "08:10", 0)
    code = {"code": world.jobs.town.code}
    pages = {
        world.jobs.worker: [
            reverse("jobs:my-days"),
            reverse("jobs:my-day", kwargs={"day_id": world.day.pk}),
            reverse("jobs:my-day-correct", kwargs={"day_id": world.day.pk}),
            site(world),
        ],
        world.jobs.farmer: [
            employer_page(world, "employer-day", day_id=world.day.pk),
            employer_page(world, "employer-day-hours", day_id=world.day.pk),
            employer_page(world, "employer-correction", correction_id=asked.pk),
            employer_page(world, "employer-site-codes"),
            employer_page(world, "employer-safety"),
        ],
        world.jobs.staff: [
            reverse("jobs:office-days", kwargs=code),
            reverse("jobs:office-corrections", kwargs=code),
            reverse("jobs:office-safety", kwargs=code),
            employer_page(world, "employer-day", day_id=world.day.pk),
        ],
    }
    for person, urls in pages.items():
        client = client_of(person)
        for url in urls:
            for address in (url, f"/en{url}"):
                with django_assert_max_num_queries(20):
                    assert client.get(address).status_code == 200, address


def test_before_the_start_the_worker_answers_a_wrong_absence(world: DaysWorld, client_of: Any) -> None:
    days.mark_absent(day=world.day, actor=world.jobs.farmer, reason="電話", told=True)
    client = client_of(world.jobs.worker)
    assert "行きます" in text_of(client.get(reverse("jobs:my-day", kwargs={"day_id": world.day.pk})))
    client.post(
        reverse("jobs:my-day-comes", kwargs={"day_id": world.day.pk}), {"about": world.jobs.worker.uid}
    )
    assert WorkDay.objects.get(pk=world.day.pk).state == "planned"
