"""Spaces in the browser, at the width of a phone and of a desk: from the listing of a hall to the KPI that has moved.

The clock is put forward between the steps; the test does the worker's work. Axe looks at pages in the states that only
this journey brings about; the crawls look at all others.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Locator, expect

from sosei.core.payments.services.town_rules import Payee, save_payee
from sosei.programmes.spaces.models import (
    Booking,
    DoorCode,
    Order,
    Space,
)
from sosei.programmes.spaces.simulated_lock import DoorLock, running
from sosei.programmes.spaces.tasks_bookings import mark_ended
from sosei.programmes.spaces.tasks_keys import look_after_locks
from tests.browser.journey_steps import Walker
from tests.browser.pdf_text import pdf_text
from tests.browser.season import is_told, settled, stands_at
from tests.browser.space_site import LAST_YEAR, SpaceSite, beside_playwrights_loop, make_fed_kpi, site
from tests.people.conftest import make_person
from tests.spaces.bookings_world import place, wish

__all__ = ["beside_playwrights_loop", "make_person", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HALL = "みなと会館（架空）"
ROOMS = ("港の間（架空）", "山の間（架空）", "空の間（架空）")
FIRST, TAKEN, SECOND = (datetime.date(2026, *day) for day in ((6, 18), (6, 25), (7, 2)))
"""Three Thursdays; on the second somebody else was first."""
OUTSIDE = 12
REGISTERED = "T7000012050002"
KPI = "市外から場所に来た人（架空）"


@dataclass(frozen=True)
class Door:
    """A practice lock, and where it stands."""

    lock: DoorLock
    address: str


@pytest.fixture
def door() -> Iterator[Door]:
    """A lock that goes by the clock of the test, behind a server of its own."""
    # The clock is looked up when it is asked: the test puts it forward.
    lock = DoorLock("aikotoba-2026", name="正面のドア", clock=lambda: timezone.now())
    with running(lock) as address:
        yield Door(lock, address)


def test_from_a_listed_hall_to_the_kpi_that_has_moved(site: SpaceSite, door: Door) -> None:
    make_fed_kpi(site.town, site.planner, "space_guest_from_outside", title=KPI, unit="人")
    _the_host_lists_a_hall_with_three_rooms(site)
    _staff_check_and_publish(site)
    _a_friend_takes_one_date(site)
    _the_host_puts_a_lock_on_the_door(site, door)
    _the_guest_finds_a_room_and_books_a_series(site)
    _pays_by_card_after_one_is_declined(site)
    _books_another_and_pays_at_a_shop(site)
    _moves_one_date(site)
    _cancels_one_under_the_ladder_and_gets_money_back(site)
    _opens_the_door_with_the_code(site, door)
    _takes_the_receipt(site)
    _the_kpi_has_moved(site)


def _the_host_lists_a_hall_with_three_rooms(site: SpaceSite) -> None:
    with site.acting(site.owner) as owner:
        owner.open(f"/07204/host/{site.host.pk}/")
        owner.follow("場所を登録する")
        stands_at(owner, "場所を登録する")
        _describes(owner, HALL, "60", "港が見える明るい会館です。")
        owner.fill(**{"広さ（㎡）": "120"}, 住所="福島県いわき市架空1-2-3", 地図の場所="37.05, 140.89")
        owner.box("種類").select_option(label="ホール")
        site.picture(owner, "about")
        owner.press("下書きを保存して、次へ")
        is_told(owner, "下書きを保存しました")
        owner.fill(まとめて入れる時間="9:00-21:00")
        owner.press("毎日に入れる")
        expect(owner.box("日曜日・開いている時間")).to_have_value("9:00-21:00")
        site.picture(owner, "hours")
        owner.press("保存して、次へ")
        is_told(owner, "時間を保存しました")
        for way in ("カード", "コンビニ"):
            owner.choose(way)
        site.picture(owner, "booking-rules")
        owner.press("保存して、次へ")
        _prices(owner, "3000")
        site.picture(owner, "prices")
        owner.follow("次へ", within=owner.main)
        stands_at(owner, "取り消しの決まり")
        owner.choose("普通（14日前まで無料）")
        site.picture(owner, "ladder")
        owner.press("保存して、次へ")
        is_told(owner, "取り消しの決まりを保存しました")
        _sends_a_photo(owner)
        site.picture(owner, "photo")
        owner.follow("次へ", within=owner.main)
        stands_at(owner, HALL)
        hall = owner.page.url
        owner.follow("部屋を加える")
        stands_at(owner, "部屋を加える")
        _describes(owner, ROOMS[0], "20", "机が8つあります。")
        owner.press("下書きを保存して、次へ")
        is_told(owner, "下書きを保存しました")
        _steps(owner, "料金")
        _prices(owner, "1000")
        _steps(owner, "公開の前に")
        stands_at(owner, ROOMS[0])
        room = owner.page.url
        for name in ROOMS[1:]:
            owner.open(room)
            owner.press("写して新しい場所を作る")
            is_told(owner, "写しました")
            owner.fill(名前=name)
            owner.press("保存して、次へ")
            is_told(owner, "保存しました。")
        owner.open(hall)
        for name in (HALL, *ROOMS):
            if name != HALL:
                owner.open(hall)
                owner.follow(name, within=owner.main.locator("#rooms"))
            stands_at(owner, name)
            owner.press("公開を申し込む")
            is_told(owner, "町の担当者が確かめています")
        site.picture(owner, "submitted")


def _describes(owner: Walker, name: str, seats: str, about: str) -> None:
    owner.fill(名前=name, **{"定員（人）": seats}, 場所の紹介=about)
    owner.choose("会議・打ち合わせ")


def _prices(owner: Walker, yen: str) -> None:
    stands_at(owner, "料金表を作る")
    owner.main.locator("#row-1").get_by_label("円（税込み）").fill(yen)
    owner.press("保存する", exact=True)
    is_told(owner, "料金を保存しました")


def _steps(owner: Walker, name: str) -> None:
    owner.follow(name, within=owner.main.get_by_role("navigation", name="登録の手順"))


def _sends_a_photo(owner: Walker) -> None:
    stands_at(owner, "写真")
    picture = io.BytesIO()
    Image.new("RGB", (1200, 800), (60, 120, 170)).save(picture, "JPEG")
    owner.main.get_by_label("写真か間取り図").set_input_files(
        {"name": "hall.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    )
    owner.fill(写っているもの="南の窓から見たホール")
    owner.press("写真を加える")
    is_told(owner, "写真を加えました")


def _staff_check_and_publish(site: SpaceSite) -> None:
    with site.acting(site.staff) as staff:
        staff.open("/07204/office/")
        staff.follow("場所の公開の確認", within=staff.main)
        site.picture(staff, "listings-waiting")
        for name in (HALL, *ROOMS):
            staff.open("/07204/office/spaces/listings")
            staff.follow(name, exact=True, within=staff.main)
            stands_at(staff, f"「{name}」の確認")
            staff.choose("写真と紹介が、実際の場所と合っている")
            staff.choose("使い道が法律・条例に合っている")
            if name == HALL:
                site.picture(staff, "check")
            staff.press("公開する", exact=True)
            is_told(staff, "公開しました")
    assert Space.objects.filter(state="published").count() == 1 + len(ROOMS)


def _a_friend_takes_one_date(site: SpaceSite) -> None:
    place(site.friend, wish(_room(0), TAKEN, "11:00", "13:00"), way="konbini")
    site.works()


def _room(number: int) -> Space:
    related = Space.objects.select_related("host", "municipality", "ladder", "parent")
    found: Space = related.get(name=ROOMS[number])
    return found


def _the_host_puts_a_lock_on_the_door(site: SpaceSite, door: Door) -> None:
    with site.acting(site.owner) as owner:
        owner.open(f"/07204/host/{site.host.pk}/")
        owner.follow("鍵と暗証番号", within=owner.main)
        owner.arrives("鍵と暗証番号")
        owner.box("場所").select_option(label=HALL)
        owner.main.get_by_role("radio", name="練習用の鍵").check()
        owner.fill(
            鍵の名前=door.lock.name,
            **{"鍵のアドレス（練習用の鍵だけ）": door.address, "鍵の合言葉（練習用の鍵だけ）": door.lock.key},
        )
        site.picture(owner, "lock-form")
        owner.press("鍵を付ける", exact=True)
        is_told(owner, "鍵を付けました")


def _the_guest_finds_a_room_and_books_a_series(site: SpaceSite) -> None:
    with site.acting(site.guest) as guest:
        guest.open("/07204/spaces/")
        guest.fill(探すことば="港の間")
        guest.press("探す", exact=True)
        guest.reads("1か所")
        site.picture(guest, "found")
        guest.follow(ROOMS[0], exact=True, within=guest.main)
        stands_at(guest, ROOMS[0])
        site.picture(guest, "space")
        guest.follow("日時を選ぶ")
        stands_at(guest, f"{ROOMS[0]}を予約する")
        guest.follow("6月18日 木曜日")
        expect(guest.box("使う日")).to_have_value(str(FIRST))
        _wants(guest, "10:00", "12:00", "15")
        guest.page.get_by_text("何回も使う").click()
        guest.choose("毎週（木曜日）")
        guest.fill(いつまでくり返すか="2026-07-09")
        guest.page.get_by_text("町の統計のために").click()
        guest.fill(市の外から来る人数=str(OUTSIDE), リモートワークをする人数="4")
        settled(guest)
        guest.reads("借りられる：3 / 4")
        guest.press("内容を確かめる")
        guest.reads("直すところが1か所あります")
        guest.reads(re.compile("6月25日（木） 10:00～12:00\\s*ほかの予約があります"))
        guest.look()
        site.picture(guest, "clash")
        guest.choose("借りられない日をのぞいて、ほかの日だけ予約する")
        settled(guest)
        guest.press("内容を確かめる")
        guest.arrives("申し込みの前に確かめる")
        guest.reads(re.compile("予約しない日\\s*6月25日（木）"))
        guest.reads("6月15日（月） 23:59まで：1,000円（50％）かかります。")
        site.picture(guest, "check")
        _places(guest, "カード")


def _wants(guest: Walker, begins: str, ends: str, heads: str) -> None:
    guest.box("始まり").select_option(label=begins)
    guest.box("終わり").select_option(label=ends)
    guest.fill(使う人数=heads)
    guest.box("使い道").select_option(label="会議・打ち合わせ")


def _places(guest: Walker, way: str) -> None:
    guest.choose(way)
    guest.choose("上の内容と利用規約を読みました")
    guest.press("この内容で予約する（支払いへ）")
    stands_at(guest, "支払い")


def _order() -> Order:
    return Order.objects.exclude(repeats=None).get()


def _pays_by_card_after_one_is_declined(site: SpaceSite) -> None:
    site.works()
    with site.acting(site.guest) as guest:
        guest.open(_page())
        guest.follow("支払いの記録と領収書")
        _enters_card(site, guest, "4000 0000 0000 0002")
        guest.reads("支払えませんでした")
        guest.look()
        site.works()
        guest.open(_page())
        guest.follow("支払う（6,000円）")
        stands_at(guest, "支払い")
        site.picture(guest, "another-way")
        guest.press("この方法にする")
        guest.reads("支払い期限")
        site.works()
        guest.page.reload()
        guest.reads("カード会社が断りました")
        _enters_card(site, guest, "4242 4242 4242 4242")
        guest.reads("支払いを待っています")
        assert "payments.deliver_embedded_notices" in site.works()
        guest.page.reload()
        guest.reads("予約は決まっています")
        guest.look()
        site.picture(guest, "paid")


def _page() -> str:
    return f"/me/spaces/orders/{_order().number}"


def _enters_card(site: SpaceSite, guest: Walker, number: str) -> None:
    guest.follow("カードの番号を入れる")
    stands_at(guest, "カードで支払う（練習）")
    site.picture(guest, "card")
    guest.fill(練習用のカード番号=number)
    guest.press("この番号で支払う")


def _books_another_and_pays_at_a_shop(site: SpaceSite) -> None:
    with site.acting(site.guest) as guest:
        guest.open(f"/07204/spaces/{_room(1).pk}/book")
        guest.follow("6月12日 金曜日")
        expect(guest.box("使う日")).to_have_value("2026-06-12")
        _wants(guest, "13:00", "15:00", "6")
        settled(guest)
        guest.press("内容を確かめる")
        stands_at(guest, "申し込みの前に確かめる")
        guest.reads("6月12日（金） 13:00～15:00")
        _places(guest, "コンビニ")
        site.works()
        guest.page.reload()
        guest.reads("お客様番号")
        site.picture(guest, "konbini")
        guest.follow("払込票を見る")
        guest.arrives("コンビニのレジで支払う（練習）")
        site.picture(guest, "till")
        guest.press("レジで払った", exact=True)
        guest.reads("支払いを待っています")
        site.works()
        guest.page.reload()
        guest.reads("予約は決まっています")
        guest.reads("コンビニ")


def _date(guest: Walker, day: str) -> Locator:
    return guest.main.get_by_role("listitem").filter(has_text=day).filter(has=guest.page.get_by_role("link"))


def _moves_one_date(site: SpaceSite) -> None:
    site.clock(datetime.date(2026, 6, 5), "12:00")
    before = _codes_of("2026-07-09")
    with site.acting(site.guest) as guest:
        guest.open(_page())
        guest.follow("時間を変える", within=_date(guest, "7月9日（木）"))
        guest.arrives("時間を変える")
        guest.follow("7月10日 金曜日")
        expect(guest.box("新しい日")).to_have_value("2026-07-10")
        guest.fill(変える理由="会議の日が動いたため")
        guest.press("料金を確かめる")
        guest.arrives("変更の確認")
        guest.reads("6月26日（金） 23:59まで：無料で取り消せます。")
        site.picture(guest, "move")
        guest.press("この時間に変える")
        is_told(guest, "変えました：1日")
    site.works()
    assert len(before) == 1 and _codes_of("2026-07-09") == []
    assert len(_codes_of("2026-07-10")) == 1 and _codes_of("2026-07-10") != before


def _codes_of(day: str) -> list[str]:
    """The codes that open on a day of the series."""
    start = datetime.datetime.fromisoformat(f"{day}T10:00+09:00")
    rows = DoorCode.objects.filter(state="sent", period__contains=start, booking__order=_order())
    return list(rows.values_list("code", flat=True))


def _cancels_one_under_the_ladder_and_gets_money_back(site: SpaceSite) -> None:
    site.clock(datetime.date(2026, 6, 8), "12:00")
    with site.acting(site.guest) as guest:
        guest.open(_page())
        guest.follow("この日を取り消す", within=_date(guest, "6月18日（木）"))
        guest.arrives("予約を取り消す")
        guest.reads("6月15日（月） 23:59まで：1,000円（50％）かかります。")
        site.picture(guest, "cancel")
        guest.box("理由").select_option(label="予定が変わった")
        guest.press("お金を確かめる")
        guest.arrives("取り消しの確認")
        guest.reads(re.compile("取り消し料の合計\\s*1,000円"))
        guest.reads(re.compile("あなたに返す額\\s*1,000円"))
        site.picture(guest, "cancel-check")
        guest.press("予約を取り消す", exact=True)
        is_told(guest, "取り消しました。")
        guest.reads(re.compile("これから返す額\\s*1,000円"))
        assert "payments.send_refund" in site.works()
        guest.page.reload()
        guest.reads(re.compile("返した額\\s*1,000円"))
        site.picture(guest, "cancelled")
        guest.follow("支払いの記録と領収書")
        stands_at(guest, "支払い")
        guest.reads(re.compile("1,000円\\s*返金済み"))
        guest.look()
        site.picture(guest, "refunded")


def _opens_the_door_with_the_code(site: SpaceSite, door: Door) -> None:
    site.clock(SECOND - datetime.timedelta(days=2), "12:00")
    with site.acting(site.guest) as guest:
        guest.open(_page())
        guest.reads("鍵の番号は、7月1日（水）から、ここで見られます。")
    site.clock(SECOND - datetime.timedelta(days=1), "12:00")
    with site.acting(site.guest) as guest:
        guest.open(_page())
        pin = guest.main.locator(".door-codes__code").inner_text()
        assert [pin] == _codes_of(str(SECOND))
        guest.look()
        site.picture(guest, "code")
    assert _types(site, door, pin, "early") == "開きません\n\nまだ時間になっていません。"
    site.clock(SECOND, "09:55")
    other = f"{(int(pin) + 1) % 10**6:06}"
    assert _types(site, door, other, "wrong") == "開きません\n\n番号がちがいます。"
    assert _types(site, door, pin, "open") == "開きました\n\nどうぞお入りください。"


def _types(site: SpaceSite, door: Door, code: str, name: str) -> str:
    """What the lock says to somebody who stands at the door."""
    with site.acting(None) as visitor:
        visitor.open(door.address)
        for digit in code:
            visitor.press(digit, exact=True)
        visitor.press("開ける", exact=True)
        visitor.look()
        site.picture(visitor, f"door-{name}")
        return visitor.page.get_by_role("status").inner_text()


def _takes_the_receipt(site: SpaceSite) -> None:
    site.clock(SECOND, "12:30")
    given = Payee(issuer_name="みほん寺（架空）", registration_number=REGISTERED)
    save_payee(municipality=site.town, of="host", payee=site.host.organisation, given=given, actor=site.owner)
    with site.acting(site.guest) as guest:
        guest.open(_page())
        guest.follow("支払いの記録と領収書")
        guest.page.get_by_text("領収書を出す").first.click()
        guest.box("宛名").first.fill("見本商店（架空）")
        guest.press("領収書を出す", exact=True)
        guest.arrives("領収書")
        site.picture(guest, "receipt")
        file = guest.downloads(lambda: guest.follow("PDFを取り出す"))
        text = pdf_text(file.path().read_bytes())
    for part in (
        "見本商店（架空）様",
        "領収額5,000円",
        f"登録番号{REGISTERED}",
        "10％の消費税454円",
        _order().number,
        "6,000円のうち、1,000円を返しました",
    ):
        assert part in text, text


def _the_kpi_has_moved(site: SpaceSite) -> None:
    assert look_after_locks(0) == 0
    assert mark_ended(0) == 2
    assert Booking.objects.filter(state="used").count() == 2
    with site.acting(site.planner) as planner:
        planner.open("/07204/office/")
        planner.follow("場所のようす", within=planner.main)
        planner.arrives("いわき市の場所のようす")
        moved = planner.main.get_by_role("listitem").filter(has_text=KPI)
        expect(moved).to_contain_text(f"{LAST_YEAR}人")
        expect(moved).to_contain_text(f"{OUTSIDE}人")
        site.picture(planner, "town")
        planner.follow(KPI)
        stands_at(planner, KPI)
        planner.reads(f"{OUTSIDE}人")
        site.picture(planner, "kpi")
    with site.acting(site.owner) as owner:
        owner.open(f"/07204/host/{site.host.pk}/")
        owner.follow("鍵と暗証番号", within=owner.main)
        owner.follow("正面のドア")
        owner.arrives("正面のドア")
        for text in ("開いた", "開かない：番号がちがう", "開かない：時間の前"):
            owner.reads(text)
        site.picture(owner, "lock-uses")
