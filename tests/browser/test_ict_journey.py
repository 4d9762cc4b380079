"""ICT equipment in the browser, at the width of a phone and of a desk: from searches that found nothing to a measured
network.

The clock is put forward between the steps. Axe looks at pages in the states that only this journey brings about.
"""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import expect

from sosei.core.people.models import Person
from sosei.programmes.spaces.models import IctNeed, Installation, Space, SpeedLog
from tests.browser.journey_steps import Walker
from tests.browser.season import is_told, stands_at
from tests.browser.space_site import SpaceSite, beside_playwrights_loop, site
from tests.people.conftest import MakePerson, make_person
from tests.spaces.ict_world import make_partner, make_technician
from tests.spaces.world import make_hall

__all__ = ["beside_playwrights_loop", "make_person", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOG = (
    "日時,測った場所,下り(Mbps),上り(Mbps),ping(ms)\r\n"
    "2026/06/23 9:20,奥の席,388.4,210.5,7\r\n2026/06/23 9:30,窓の席,402,215,6\r\nだめ,窓の席,1,1,1\r\n"
)
"""What an application that measures wrote: its last line cannot be read."""


def test_from_searches_that_found_nothing_to_a_measured_network(
    site: SpaceSite, make_person: MakePerson
) -> None:
    hall, _rooms = make_hall(site.host)
    Space.objects.update(uses=["meeting"], equipment=[])
    partner = make_partner(site.town)
    technician = make_technician(make_person, partner)
    _guests_search_in_vain(site)
    need = _the_host_makes_a_need_of_it(site, hall)
    _the_host_asks_for_proposals(site, need)
    _the_partner_answers(site, need, technician)
    work = _the_host_compares_and_chooses(site, need)
    _the_partner_builds(site, technician, work)
    _the_host_measures(site, hall)
    _the_host_accepts(site, work)
    _everybody_reads_the_measured_speed(site, hall)


def _guests_search_in_vain(site: SpaceSite) -> None:
    with site.acting(site.guest) as guest:
        for evening in ("18:00", "18:30", "19:00"):
            guest.open("/07204/spaces/")
            guest.fill(この日から="2026-06-04", この日まで="2026-06-04", 始まり=evening, 終わり="21:00")
            guest.page.get_by_text("人数・使い道・料金").click()
            guest.fill(人数="18")
            guest.box("使い道").select_option(label="リモートワーク")
            guest.press("探す", exact=True)
            guest.reads("この条件に合う場所は、ありません")
        guest.look()
        site.picture(guest, "found-nothing")


def _the_host_makes_a_need_of_it(site: SpaceSite, hall: Space) -> IctNeed:
    with site.acting(site.owner) as owner:
        owner.open(f"/07204/host/{site.host.pk}/")
        owner.follow("ICT設備をととのえる", within=owner.main)
        owner.follow("見つからなかった検索から相談する")
        owner.arrives("見つからなかった検索")
        owner.reads("18人まで")
        owner.reads("3回")
        site.picture(owner, "unmet")
        owner.main.get_by_label("どの場所をととのえるか").select_option(str(hall.pk))
        owner.press("この検索から相談を作る")
        is_told(owner, "相談の下書きを作りました")
        owner.page.get_by_text("どう計算したか").click()
        steps = owner.main.get_by_role("region", name="計算の道すじ").get_by_role("row")
        assert steps.count() > 8
        owner.reads("回線の下り")
        owner.look()
        site.picture(owner, "sized")
        # Two or three bills of goods from the partner's catalogue.
        bills = owner.main.get_by_role("link", name="みほん通信（架空）")
        assert 2 <= bills.count() <= 3
        bills.first.click()
        owner.arrives("みほん通信（架空）")
        for text in ("初めの費用", "月の費用", "元がとれるまで", "まだ会社の返事ではありません"):
            owner.reads(text)
        site.picture(owner, "bill")
    return IctNeed.objects.get()


def _the_host_asks_for_proposals(site: SpaceSite, need: IctNeed) -> None:
    with site.acting(site.owner) as owner:
        owner.open(f"/07204/host/{site.host.pk}/ict/{need.pk}")
        owner.follow("会社に提案を求める")
        _dates(owner, "提案の期限", 2026, 6, 8)
        site.picture(owner, "ask")
        owner.press("提案を求める", exact=True)
        is_told(owner, "町のICTの会社に知らせました。")


def _dates(walker: Walker, label: str, *parts: int) -> None:
    """Types year, month and day."""
    boxes = walker.main.get_by_role("group", name=label).get_by_role("textbox")
    expect(boxes).to_have_count(len(parts))
    for place, part in enumerate(parts):
        boxes.nth(place).fill(str(part))


def _the_partner_answers(site: SpaceSite, need: IctNeed, technician: Person) -> None:
    with site.acting(technician) as partner:
        partner.open("/me/spaces/partners")
        stands_at(partner, "みほん通信（架空）")
        partner.follow(need.space.name, within=partner.main)
        partner.arrives(need.space.name)
        site.picture(partner, "need-of-partner")
        here = partner.page.url
        partner.main.get_by_role("link", name="確かめて返事をする").first.click()
        partner.arrives(need.space.name)
        _dates(partner, "工事の日", 2026, 6, 22)
        _dates(partner, "見積もりの期限", 2026, 7, 31)
        site.picture(partner, "answer")
        partner.press("この内容で返事をする")
        is_told(partner, "貸す人に返事をしました")
        while True:
            partner.open(here)
            left = partner.main.get_by_role("link", name="提案しない").all()
            if len(left) <= 1:
                break
            left[-1].click()
            partner.fill(理由="一つにしぼります")
            partner.press("提案しない")
            partner.page.wait_for_url(here)


def _the_host_compares_and_chooses(site: SpaceSite, need: IctNeed) -> Installation:
    with site.acting(site.owner) as owner:
        owner.open(f"/07204/host/{site.host.pk}/ict/{need.pk}")
        owner.follow("並べてくらべる")
        owner.arrives("並べてくらべる")
        site.picture(owner, "compare")
        owner.follow("みほん通信（架空）", within=owner.main)
        owner.press("この提案に決める")
        owner.reads("工事の日")
    return Installation.objects.get()


def _the_partner_builds(site: SpaceSite, technician: Person, work: Installation) -> None:
    site.clock(datetime.date(2026, 6, 22), "17:00")
    with site.acting(technician) as partner:
        partner.open("/me/spaces/partners")
        partner.main.get_by_role("link", name=work.space.name).last.click()
        partner.arrives(work.space.name)
        partner.press("工事が終わった")
        partner.reads("約束と測定")
        site.picture(partner, "built")


def _the_host_measures(site: SpaceSite, hall: Space) -> None:
    site.clock(datetime.date(2026, 6, 23), "10:00")
    with site.acting(site.owner) as owner:
        owner.open(f"/07204/host/{site.host.pk}/ict")
        owner.main.get_by_role("listitem").get_by_role("link", name=hall.name, exact=True).click()
        owner.arrives("速さを測る")
        owner.press("測る", exact=True)
        expect(owner.page.get_by_text("測り終わりました。")).to_be_visible(timeout=120_000)
        owner.fill(測った場所="入口の席")
        site.picture(owner, "measured")
        owner.press("この結果を記録する")
        owner.reads("入口の席")
        owner.main.get_by_label("CSVのファイル").set_input_files(
            {"name": "log.csv", "mimeType": "text/csv", "buffer": LOG.encode("cp932")}
        )
        owner.press("報告を見る")
        owner.reads("3行のうち2行を取り込めます。")
        owner.look()
        site.picture(owner, "log")
        owner.press("取り込む", exact=True)
        owner.reads("奥の席")
    assert SpeedLog.objects.count() == 3


def _the_host_accepts(site: SpaceSite, work: Installation) -> None:
    with site.acting(site.owner) as owner:
        owner.open(f"/07204/host/{site.host.pk}/ict/works/{work.pk}")
        owner.arrives(work.space.name)
        expect(owner.main.get_by_text("届いた", exact=True)).to_have_count(3)
        site.picture(owner, "accepting")
        owner.press("検収する", exact=True)
        owner.reads("検収を取り消す")
    work.refresh_from_db()
    assert work.state == "accepted"


def _everybody_reads_the_measured_speed(site: SpaceSite, hall: Space) -> None:
    with site.acting(None) as visitor:
        visitor.open(f"/07204/spaces/{hall.pk}/")
        visitor.arrives(hall.name)
        told = visitor.page.locator("#speed")
        for text in ("3回測った中央の値です", "奥の席", "設備の検収で確かめた速さです。"):
            expect(told).to_contain_text(text)
        down = sorted(SpeedLog.objects.values_list("down", flat=True))[1]
        expect(told).to_contain_text(f"下り {down:.1f} Mbps")
        site.picture(visitor, "listing")
