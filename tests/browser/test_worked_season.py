"""A worked season in the browser: from last year's posting to the wages, the reviews, and the KPI that has moved.

Forty people apply for twelve places. Two of them do it at their phones, the others by the same services; likewise the
days at the workplace. The clock is put forward between the steps. Axe looks at pages in the states that only a worked
season brings about; the crawls look at all others.
"""

from __future__ import annotations

import datetime
import os
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Browser, expect

from sosei.gateway.project.assets import build_assets
from sosei.programmes.jobs.models import Application, Contract, Payslip, Posting, Round, WorkDay
from sosei.programmes.jobs.services import days, days_closing, rounds_wishes
from tests.browser.season import (
    APPLICANTS,
    DAYS,
    FIRST,
    KPI,
    LAST_YEAR,
    OPENING,
    PLACES,
    Season,
    is_told,
    settled,
    stands_at,
)
from tests.jobs.days_world import make_clock
from tests.jobs.world import JST
from tests.people.conftest import MakePerson, make_person

__all__ = ["make_person"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = 375
ROUND = "桃の収穫 8月はじめ（架空）"
TITLE = "桃の収穫（架空）"
WORDS = "休みが多くて、はじめてでも安心でした。"


@pytest.fixture(scope="session", autouse=True)
def beside_playwrights_loop() -> None:
    """Playwright's loop runs in this thread; the test still asks the database one after the other."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def season(
    browser: Browser, live_server: Any, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> Season:
    """The town before the harvest."""
    translation.activate("ja")
    build_assets(settings.ASSETS_FOLDER)
    site = live_server.url.replace("127.0.0.1", "localhost")
    return Season(browser, site, make_clock(monkeypatch), make_person)


def test_a_worked_season(season: Season) -> None:
    _the_town_opens_a_round(season)
    _the_farmer_copies_last_years_posting(season)
    _forty_apply(season)
    _the_round_is_drawn_and_published(season)
    _contracts_are_there(season)
    _one_drops_out_and_the_next_comes(season)
    _the_days_are_worked(season)
    _wages_are_paid(season)
    _both_sides_say_how_it_was(season)
    _the_kpi_has_moved(season)


def _the_town_opens_a_round(season: Season) -> None:
    with season.acting(season.staff) as staff:
        staff.open("/07204/office/")
        staff.follow("まとめて割り当てる回")
        stands_at(staff, "まとめて割り当てる回")
        staff.follow("新しい回を作る")
        stands_at(staff, "新しい回を作る")
        staff.fill(名前=ROUND, 受付の始まり="2026-06-02T09:00", 受付の終わり="2026-06-20T17:00")
        staff.press("作る", within=staff.main, exact=True)
        stands_at(staff, ROUND)
        season.picture(staff, "round-opened")


def _the_farmer_copies_last_years_posting(season: Season) -> None:
    season.clock(OPENING, "10:00")
    with season.acting(season.farmer) as farmer:
        farmer.open(f"/07204/employer/{season.employer.pk}/")
        stands_at(farmer, season.employer.name)
        farmer.press("1年後に写す")
        farmer.reads("下書きを保存する")
        farmer.fill(**{"時給（円）": "1000"})
        farmer.reads("最低賃金")
        farmer.fill(**{"時給（円）": "1350"})
        farmer.box("決めかた").select_option(label="まとめて割り当てる")
        farmer.box("割り当ての回").select_option(label=ROUND)
        settled(farmer)
        farmer.press("下書きを保存する")
        is_told(farmer, "保存しました。")
        season.picture(farmer, "posting-draft")
        farmer.press("公開する")
        is_told(farmer, "公開しました。")
        stands_at(farmer, TITLE)
        farmer.reads(ROUND)
        season.picture(farmer, "posting-published")
    posting = Posting.objects.get(state="published")
    shifts = posting.shifts.order_by("starts_at")
    assert [shift.capacity for shift in shifts] == [PLACES] * DAYS and posting.hourly_wage == 1350
    assert shifts[0].starts_at.astimezone(JST).date() == FIRST


def _forty_apply(season: Season) -> None:
    season.clock(datetime.date(2026, 6, 10), "20:00")
    held, posting = Round.objects.get(), Posting.objects.get(state="published")
    for person in season.workers[:2]:
        with season.acting(person, PHONE) as worker:
            worker.open(f"/07204/work/{posting.pk}")
            worker.follow("この回の仕事を見て、希望を出す")
            stands_at(worker, ROUND)
            worker.follow("希望を出す・変える")
            worker.arrives("希望を出す")
            worker.box("希望の順").select_option(label="1番目")
            season.picture(worker, "wishes")
            worker.press("この順で希望を出す")
            is_told(worker, "希望を受け付けました。")
            stands_at(worker, "わたしの希望")
            worker.reads(TITLE)
            season.picture(worker, "my-wishes")
    for person in season.workers[2:]:
        rounds_wishes.set_wishes(
            round=held, person=person, wishes=[rounds_wishes.Wish(posting)], actor=person
        )
    assert Application.objects.filter(state="applied").count() == APPLICANTS


def _the_round_is_drawn_and_published(season: Season) -> None:
    season.clock(datetime.date(2026, 6, 20), "18:00")
    with season.acting(season.staff) as staff:
        staff.open("/07204/office/work/rounds")
        staff.follow(ROUND)
        stands_at(staff, ROUND)
        staff.press("抽選して割り当てを計算する")
        # The first draw of a process compiles the engine.
        staff.page.wait_for_url("**/runs/1", timeout=120_000)
        stands_at(staff, "1回目の結果")
        season.picture(staff, "round-drawn")
        staff.follow(ROUND, exact=True)
        stands_at(staff, ROUND)
        staff.press("1回目の結果を発表して")
        staff.reads("発表しました")
        staff.look()
        season.picture(staff, "round-published")


def _contracts_are_there(season: Season) -> None:
    made = season.contracts()
    assert len(made) == PLACES
    assert Application.objects.filter(state="waiting").count() == APPLICANTS - PLACES
    with season.acting(made[0].person, PHONE) as worker:
        worker.open("/me/work")
        stands_at(worker, "わたしの仕事")
        season.picture(worker, "my-work")
        worker.open(reverse("jobs:my-contract", kwargs={"contract_id": made[0].pk}))
        stands_at(worker, TITLE)
        worker.reads("労働条件通知書")
        season.picture(worker, "contract")


def _one_drops_out_and_the_next_comes(season: Season) -> None:
    season.clock(FIRST - datetime.timedelta(days=4), "12:00")
    leaving = season.contracts()[1]
    with season.acting(leaving.person, PHONE) as worker:
        worker.open(reverse("jobs:my-contract", kwargs={"contract_id": leaving.pk}))
        worker.follow("来られない日を取り消す")
        stands_at(worker, "来られない日を取り消す")
        for box in worker.main.get_by_role("checkbox").all():
            box.check()
        worker.main.get_by_role("radio").first.check()
        season.picture(worker, "cancel")
        worker.press("選んだ日を取り消す")
        is_told(worker, "取り消しました。")
        stands_at(worker, TITLE)
        season.picture(worker, "cancelled")
    leaving.refresh_from_db()
    assert leaving.state == Contract.State.CANCELLED
    offered = Application.objects.get(state="offered")
    first = Application.objects.filter(queued_at__isnull=False).earliest("queued_at", "pk")
    assert offered == first
    with season.acting(offered.person, PHONE) as worker:
        worker.open("/me/work")
        season.picture(worker, "offer-at-home")
        worker.open(reverse("jobs:my-application", kwargs={"application_id": offered.pk}))
        worker.reads("あなたのために空けてあります")
        worker.look()
        season.picture(worker, "offer")
        worker.press("働く（決める）")
        stands_at(worker, TITLE)
    assert {one.person_id for one in season.contracts()} >= {offered.person_id}
    assert len(season.contracts()) == PLACES


def _the_days_are_worked(season: Season) -> None:
    season.clock(FIRST, "07:40")
    scanning = season.contracts()[0].person
    _punches_at_the_site(season, scanning, "来ました", "帰ります", "came")
    _the_others_punch(season, 0, "in", but=scanning.pk)
    with season.acting(season.farmer) as farmer:
        farmer.open(f"/07204/employer/{season.employer.pk}/days")
        farmer.look()
        season.picture(farmer, "employer-day")
    with season.acting(season.staff) as staff:
        staff.open("/07204/office/work/")
        stands_at(staff, "仕事のようす")
        staff.reads(f"契約{PLACES}件")
        season.picture(staff, "town-on-the-day")
    season.clock(FIRST, "16:00")
    _punches_at_the_site(season, scanning, "帰ります", "今日の記録は終わりました", "left")
    _the_others_punch(season, 0, "out", but=scanning.pk)
    for number in range(1, DAYS):
        for kind, time in (("in", "07:50"), ("out", "16:00")):
            season.clock(FIRST + datetime.timedelta(days=number), time)
            _the_others_punch(season, number, kind)
    assert days_closing.close_ended(timezone.now()) == PLACES * DAYS
    assert Contract.objects.filter(state="finished").count() == PLACES


def _punches_at_the_site(season: Season, person: Any, press: str, then: str, name: str) -> None:
    with season.acting(person, PHONE) as worker:
        worker.open(reverse("jobs:site", kwargs={"secret": season.code.secret}))
        worker.arrives(season.workplace.name)
        worker.press(press)
        worker.reads(then)
        worker.look()
        season.picture(worker, name)


def _the_others_punch(season: Season, number: int, kind: str, but: int | None = None) -> None:
    on = FIRST + datetime.timedelta(days=number)
    starts = datetime.datetime.combine(on, datetime.time(8), tzinfo=JST)
    rows = WorkDay.objects.filter(period__startswith=starts, state="planned").exclude(person=but)
    for day in rows.select_related("person"):
        days.record_punch(
            day=day,
            kind=kind,
            way="qr",
            at=timezone.now(),
            token=uuid4(),
            actor=day.person,
            secret=season.code.secret,
        )


def _wages_are_paid(season: Season) -> None:
    season.clock(FIRST + datetime.timedelta(days=DAYS), "09:00")
    with season.acting(season.farmer) as farmer:
        farmer.open(f"/07204/employer/{season.employer.pk}/")
        farmer.follow("賃金", within=farmer.main)
        stands_at(farmer, "賃金")
        season.picture(farmer, "wages")
        farmer.press("選んだ人の明細を確かめる")
        farmer.arrives("給与明細を確かめる")
        season.picture(farmer, "payslips-before")
        farmer.press("給与明細を出す")
        is_told(farmer, f"給与明細を{PLACES}件出しました。")
        season.picture(farmer, "payslips")
        farmer.follow("振込ファイルを作る")
        stands_at(farmer, "振込ファイルを作る")
        farmer.fill(
            振込日="2026-08-10",
            依頼人コード="1234567890",
            **{
                "依頼人の名前（カナ）": "ミホンモモエン",
                "銀行の名前（カナ）": "カクウ",
                "銀行コード": "0001",
                "支店の名前（カナ）": "ホンテン",
                "支店コード": "001",
                "口座番号": "1234567",
            },
        )
        season.picture(farmer, "transfer-form")
        farmer.press("振込ファイルを作る")
        is_told(farmer, "振込ファイルを作りました。")
        file = farmer.downloads(lambda: farmer.press("ファイルを取り出す"))
        assert file.path().stat().st_size > 120 * PLACES
        farmer.press("振り込んだと記録する")
        is_told(farmer, "振り込んだと記録しました。")
        season.picture(farmer, "transfer")
    slips = Payslip.objects.all()
    # Seven hours at 1,350 yen and 500 yen for the way, three days.
    assert {slip.gross for slip in slips} == {DAYS * (7 * 1350 + 500)} and len(slips) == PLACES
    with season.acting(season.contracts()[0].person, PHONE) as worker:
        worker.open("/me/work/pay")
        stands_at(worker, "給与明細")
        worker.follow(TITLE)
        stands_at(worker, "給与明細")
        season.picture(worker, "my-payslip")


def _both_sides_say_how_it_was(season: Season) -> None:
    contract = season.contracts()[0]
    with season.acting(contract.person, PHONE) as worker:
        worker.open("/me/work/reviews")
        stands_at(worker, "評価")
        worker.follow(TITLE)
        worker.arrives("評価を書く")
        worker.choose("また働きたい")
        worker.fill(**{"ことば（書かなくてもよい）": WORDS})
        season.picture(worker, "review")
        worker.press("評価を送る")
        is_told(worker, "評価を送りました。")
    with season.acting(season.farmer) as farmer:
        farmer.open(f"/07204/employer/{season.employer.pk}/reviews")
        stands_at(farmer, "評価")
        farmer.misses(WORDS)
        farmer.follow(contract.worker_name)
        stands_at(farmer, contract.worker_name)
        farmer.choose("また来てほしい")
        farmer.press("評価を送る")
        is_told(farmer, "評価を送りました。")
        farmer.reads(WORDS)
        season.picture(farmer, "reviews")


def _the_kpi_has_moved(season: Season) -> None:
    with season.acting(season.planner) as planner:
        planner.open("/07204/office/")
        planner.follow("仕事のようす")
        planner.arrives("仕事のようす")
        moved = planner.main.get_by_role("listitem").filter(has_text=KPI)
        expect(moved).to_contain_text(f"{LAST_YEAR}人")
        expect(moved).to_contain_text(f"{PLACES}人")
        season.picture(planner, "town-after")
        planner.follow(KPI)
        stands_at(planner, KPI)
        planner.reads(f"{PLACES}人")
        season.picture(planner, "kpi")
    with season.acting(season.staff) as staff:
        staff.open("/07204/office/work/records/report")
        stands_at(staff, "無料職業紹介の年度報告")
        staff.reads("合計")
        season.picture(staff, "report")
        staff.follow("紹介の記録")
        stands_at(staff, "紹介の記録")
        season.picture(staff, "placements")
