"""A worker's pages: what they show, what staff may do on the phone, furigana, and how few questions they ask."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sosei.core.design import civil_day
from sosei.core.design.templatetags.furigana import COOKIE
from sosei.core.people.models import BirthDate, Look
from sosei.core.people.services.acting import Acting
from sosei.core.records.models import Entry
from sosei.programmes.jobs.home import Card, register_worker_card
from sosei.programmes.jobs.models import Availability, BankAccount, WorkerProfile
from sosei.programmes.jobs.services import workers
from tests.jobs.workers_world import agree_on, browser_acting_for, by_oneself, known_to
from tests.jobs.world import JobsWorld, day_from_now, make_posting, make_shift, make_workplace
from tests.people.conftest import MakePerson, SignedIn

PAGES = ("", "/profile", "/notice", "/free-days", "/limits", "/account", "/licences", "/licences/new")
MOST_QUERIES = 20


def text_of(client: Client, address: str) -> str:
    """What a page says."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def cards() -> Iterator[list[Any]]:
    """The registry of cards, as it was before."""
    from sosei.programmes.jobs import home

    before = list(home._worker_cards)
    yield home._worker_cards
    home._worker_cards[:] = before


def test_the_home_shows_the_next_day_with_place_and_what_to_bring(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    for shift in jobs.shifts:
        agree_on(jobs.worker, shift)
    page = text_of(signed_in(jobs.worker), "/me/work")
    first = jobs.shifts[0].starts_at
    assert "次に働く日" in page
    assert 'datetime="' + first.isoformat() in page
    for told in ("南の畑（架空）", "福島県いわき市架空4-5", "帽子、長そで、長ぐつ", "08:00–16:00"):
        assert told in page
    assert page.count("みほん桃園（架空）") >= len(jobs.shifts)


def test_a_day_of_somebody_else_is_on_no_other_home(jobs: JobsWorld, signed_in: SignedIn) -> None:
    agree_on(jobs.worker, jobs.shifts[0])
    assert "次に働く日" not in text_of(signed_in(jobs.friend), "/me/work")


def test_somebody_new_is_led_step_by_step(
    jobs: JobsWorld, make_person: MakePerson, signed_in: SignedIn
) -> None:
    new = make_person()
    browser = signed_in(new)
    page = text_of(browser, "/me/work")
    assert "はじめにすること" in page and "生年月日" not in page
    workers.save_profile(by=by_oneself(new), wishes=workers.Wishes())
    assert 'href="/me/birth-date"' in text_of(browser, "/me/work")
    BirthDate.objects.create(person=new, date=datetime.date(1990, 1, 1), legal_basis="労働基準法56条")
    workers.add_free_days(by=by_oneself(new), first=day_from_now(3), last=day_from_now(4))
    assert "はじめにすること" not in text_of(browser, "/me/work")


def test_cards_of_other_subjects_stand_urgent_ones_first(
    jobs: JobsWorld, signed_in: SignedIn, cards: list[Any]
) -> None:
    register_worker_card(lambda person, request: Card("しずかな札", "", order=1))
    register_worker_card(
        lambda person, request: Card("いそぐ札", "あと2時間", "/me/work", urgent=True, order=99)
    )
    register_worker_card(lambda person, request: None)
    page = text_of(signed_in(jobs.worker), "/me/work")
    assert 0 < page.index("いそぐ札") < page.index("しずかな札")


def test_the_menu_leads_everybody_to_their_work(jobs: JobsWorld, signed_in: SignedIn) -> None:
    assert 'href="/me/work"' in text_of(signed_in(jobs.worker), "/me/")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_little_and_nothing_of_strangers(jobs: JobsWorld, signed_in: SignedIn, page: str) -> None:
    known_to(jobs.worker, jobs.town)
    for shift in jobs.shifts:
        agree_on(jobs.worker, shift)
    assert Client().get(f"/me/work{page}").status_code == 302
    browser = signed_in(jobs.worker)
    with CaptureQueriesContext(connection) as asked:
        text_of(browser, f"/me/work{page}")
    questions = [
        one["sql"][:160] for one in asked if "set_config" not in one["sql"] and "SAVEPOINT" not in one["sql"]
    ]
    assert len(questions) <= MOST_QUERIES, "\n".join(questions)


def test_a_profile_is_sent_with_full_width_figures(jobs: JobsWorld, signed_in: SignedIn) -> None:
    browser = signed_in(jobs.worker)
    sent = {
        "about": str(jobs.worker.uid),
        "about_oneself": "よろしく",
        "kinds": ["fruit_harvest", "rice"],
        "max_km": "３０",
        "wage_wish": "1,200円",
        "other_hours": "12.5",
        "place": "37.05, 140.89",
    }
    assert browser.post("/me/work/profile", sent).status_code == 302
    held = WorkerProfile.objects.get(person=jobs.worker)
    assert (held.max_km, held.wage_wish, held.other_weekly_minutes) == (30, 1200, 750)
    assert (held.kinds, str(held.latitude), held.is_listed) == (["fruit_harvest", "rice"], "37.050000", False)
    wrong = browser.post("/me/work/profile", {**sent, "max_km": "とおい"})
    assert wrong.status_code == 422
    assert "「とおい」は数として読めません" in wrong.content.decode()


def test_a_click_on_the_map_saves_nothing_and_keeps_what_was_typed(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    before = WorkerProfile.objects.get(person=jobs.worker).latitude
    page = signed_in(jobs.worker).get("/me/work/profile").content.decode()
    frame = re.search(r'name="place_frame" value="([^"]+)"', page)
    assert frame
    answer = signed_in(jobs.worker).post(
        "/me/work/profile",
        {
            "about": str(jobs.worker.uid),
            "about_oneself": "とちゅうまで",
            "place_frame": frame.group(1),
            "place_map.x": "10",
            "place_map.y": "10",
        },
    )
    assert answer.status_code == 200
    assert "とちゅうまで" in answer.content.decode()
    assert WorkerProfile.objects.get(person=jobs.worker).latitude == before


def test_the_calendar_is_saved_by_its_ticks_and_marks_agreed_days(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    day = agree_on(jobs.worker, jobs.shifts[0])
    browser = signed_in(jobs.worker)
    page = text_of(browser, "/me/work/free-days")
    assert "みほん桃園（架空）の仕事があります" in page
    start = civil_day.today().replace(day=1)
    ticked = [day_from_now(1).isoformat(), day_from_now(2).isoformat()]
    sent = {"about": str(jobs.worker.uid), "action": "months", "start": start.isoformat(), "day": ticked}
    browser.post("/me/work/free-days", sent)
    assert [(row.days.lower, row.days.upper) for row in Availability.objects.filter(person=jobs.worker)] == [
        (day_from_now(1), day_from_now(3))
    ]
    browser.post("/me/work/free-days", {**sent, "day": ticked[1:], "was": ticked})
    assert [row.days.lower for row in Availability.objects.filter(person=jobs.worker)] == [day_from_now(2)]
    day.refresh_from_db()
    assert day.state == "planned"


def test_a_range_that_cannot_be_is_told_beside_its_box(jobs: JobsWorld, signed_in: SignedIn) -> None:
    browser = signed_in(jobs.worker)
    common = {"about": str(jobs.worker.uid), "action": "add", "start": ""}
    for first, told in (("8月の頭", "「8月の頭」は日付として読めません"), ("2020-01-01", "過ぎた日です")):
        answer = browser.post("/me/work/free-days", {**common, "first": first})
        assert answer.status_code == 422
        assert told in answer.content.decode()
    assert not Availability.objects.exists()


def test_limits_add_hours_of_all_employers_and_of_elsewhere(jobs: JobsWorld, signed_in: SignedIn) -> None:
    sunday = day_from_now(0) + datetime.timedelta(days=7 - (day_from_now(0).weekday() + 1) % 7)
    other = make_posting(make_workplace(jobs.other_employer))
    for offset in (1, 2):
        agree_on(jobs.worker, make_shift(jobs.posting, sunday + datetime.timedelta(days=offset)))
    agree_on(jobs.worker, make_shift(other, sunday + datetime.timedelta(days=3)))
    workers.save_profile(by=by_oneself(jobs.worker), wishes=workers.Wishes(other_weekly_minutes=600))
    page = text_of(signed_in(jobs.worker), "/me/work/limits")
    # Three days of seven hours, and ten hours elsewhere, of forty.
    assert "あと<strong>9時間</strong>" in page
    assert "40時間のうち31時間が決まっています" in page
    assert "労働基準法 32条1項" in page
    assert "20時間のうち14時間" in page and "20時間のうち7時間" in page
    assert "18歳になっていない人の決まり" not in page


def test_farm_work_outside_the_limits_is_told_apart(jobs: JobsWorld, signed_in: SignedIn) -> None:
    orchard = make_workplace(jobs.employer, exemption="agriculture", exemption_reason="果樹園")
    sunday = day_from_now(0) + datetime.timedelta(days=7 - (day_from_now(0).weekday() + 1) % 7)
    agree_on(jobs.worker, make_shift(make_posting(orchard), sunday + datetime.timedelta(days=1)))
    page = text_of(signed_in(jobs.worker), "/me/work/limits")
    assert "40時間のうち0時間が決まっています" in page
    assert "農業・畜産・水産の仕事が7時間あります" in page


def test_minors_read_their_own_rules(jobs: JobsWorld, make_person: MakePerson, signed_in: SignedIn) -> None:
    young = make_person()
    BirthDate.objects.create(person=young, date=day_from_now(-16 * 365), legal_basis="労働基準法56条・57条")
    page = text_of(signed_in(young), "/me/work/limits")
    assert "18歳になっていない人の決まり" in page
    assert "労働基準法 60条1項" in page


def test_an_account_is_folded_and_a_wrong_one_told_with_the_remedy(
    jobs: JobsWorld, signed_in: SignedIn
) -> None:
    browser = signed_in(jobs.worker)
    sent = {
        "about": str(jobs.worker.uid),
        "bank_name": "とうほう",
        "bank_code": "０１２６",
        "branch_name": "イワキ",
        "branch_code": "101",
        "type": "1",
        "number": "12345",
        "holder": "さとう　ショウコ",
    }
    assert browser.post("/me/work/account", sent).status_code == 302
    held = BankAccount.objects.get(person=jobs.worker)
    assert (held.bank_code, held.bank_name, held.number, held.holder) == (
        "0126",
        "ﾄｳﾎｳ",
        "0012345",
        "ｻﾄｳ ｼﾖｳｺ",
    )
    postal = browser.post("/me/work/account", {**sent, "bank_code": "9900", "branch_code": "18230"})
    assert postal.status_code == 422
    assert "ゆうちょ銀行の「記号」です" in postal.content.decode()
    kanji = browser.post("/me/work/account", {**sent, "holder": "佐藤"}).content.decode()
    assert "「佐藤」の「佐藤」は、銀行の振込では使えません" in kanji


def test_staff_on_the_phone_do_each_step_and_see_the_end_of_the_account_alone(
    jobs: JobsWorld, make_person: MakePerson, signed_in: SignedIn
) -> None:
    caller = known_to(make_person(), jobs.town)
    workers.save_account(
        by=Acting.for_oneself(caller),
        account=workers.Account("0126", "ﾄｳﾎｳ", "101", "ｲﾜｷ", "1", "7654321", "ｻﾄｳ ﾀﾒｼ"),
    )
    browser = browser_acting_for(caller, jobs.staff, jobs.town, signed_in)
    account = text_of(browser, "/me/work/account")
    assert "321" in account and "7654321" not in account
    about = {"about": str(caller.uid)}
    assert browser.post("/me/work/profile", {**about, "max_km": "15"}).status_code == 302
    chosen = {**about, "action": "add", "first": day_from_now(5).isoformat()}
    assert browser.post("/me/work/free-days", chosen).status_code == 302
    assert browser.post("/me/work/notice", {**about, "delivery": "electronic"}).status_code == 302
    assert Availability.objects.get().person == caller
    for verb in ("worker.profile_saved", "worker.free_days_changed", "worker.delivery_chosen"):
        entry = Entry.objects.get(verb=verb)
        assert (entry.actor, entry.on_behalf_of, entry.municipality) == (jobs.staff, caller, jobs.town)
    assert Look.objects.filter(person=caller, staff=jobs.staff, proxy_session__isnull=False).exists()


def test_a_form_opened_for_somebody_else_changes_nobody(
    jobs: JobsWorld, make_person: MakePerson, signed_in: SignedIn
) -> None:
    caller = known_to(make_person(), jobs.town)
    browser = browser_acting_for(caller, jobs.staff, jobs.town, signed_in)
    answer = browser.post("/me/work/profile", {"about": str(jobs.worker.uid), "max_km": "15"})
    assert answer.status_code == 409
    assert not WorkerProfile.objects.filter(person=caller).exists()


def test_furigana_is_switched_by_a_form_that_leads_nowhere_else(jobs: JobsWorld, signed_in: SignedIn) -> None:
    browser = signed_in(jobs.worker)
    assert "<rt>しごと</rt>" not in text_of(browser, "/me/work")
    back = browser.post("/work/furigana", {"furigana": "on", "next": "/me/work/limits"})
    assert (back.status_code, back["Location"]) == (302, "/me/work/limits")
    assert "<rt>しごと</rt>" in text_of(browser, "/me/work")
    assert "<rt>" not in text_of(browser, "/en/me/work")
    away = browser.post("/work/furigana", {"furigana": "off", "next": "https://example.com/"})
    assert away["Location"] == "/me/work"
    assert "<rt>しごと</rt>" not in text_of(browser, "/me/work")


@pytest.mark.parametrize("page", PAGES)
def test_every_heading_and_first_sentence_has_its_readings(
    jobs: JobsWorld, signed_in: SignedIn, page: str
) -> None:
    browser = signed_in(jobs.worker)
    browser.cookies[COOKIE] = "on"
    shown = text_of(browser, f"/me/work{page}").partition("<main")[2]
    parts = re.findall(
        r"<(?:h1|h2|legend|p class=\"lead\")[^>]*>(.*?)</(?:h1|h2|legend|p)>", shown, re.DOTALL
    )
    plain = re.sub(r"<ruby>.*?</ruby>", "", " ".join(parts))
    # Numbers with what is counted are read by everybody who reads numbers.
    left = re.sub(r"[0-9]+(?:月|日|歳|年|分|円|件|条)", "", re.sub(r"<[^>]+>", " ", plain))
    assert parts and not re.findall("[一-龥]+", left), left
