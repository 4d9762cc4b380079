"""ICT equipment: partners and catalogues, needs from unmet searches, answers and choice, measured acceptance."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from sosei.core.records.models import Message
from sosei.planning.outcomes.models import Fact
from sosei.programmes.spaces.errors_ict import IctError
from sosei.programmes.spaces.ict_catalogue_file import as_csv, read
from sosei.programmes.spaces.ict_sizing import shortfalls, shown, sizing_of, step_from
from sosei.programmes.spaces.models import (
    CatalogueItem,
    IctNeed,
    IctPartner,
    IctProposal,
    Installation,
    SpeedLog,
)
from sosei.programmes.spaces.open_data import OpenDataError, decode
from sosei.programmes.spaces.services import (
    ict_catalogue,
    ict_needs,
    ict_partners,
    ict_proposals,
    ict_speed,
    ict_works,
)
from sosei.programmes.spaces.services.ict_catalogue_import import Does, apply, preview
from sosei.programmes.spaces.services.ict_unmet import groups_for_host, groups_for_staff
from tests.people.conftest import hold_role
from tests.spaces.conftest import MakePerson
from tests.spaces.ict_world import IctWorld, as_reckoned, build_ict, make_miss, make_partner, make_technician
from tests.spaces.world import SpacesWorld, day_from_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def ict(spaces: SpacesWorld, make_person: MakePerson) -> IctWorld:
    """Two partners and the spaces of a town."""
    return build_ict(spaces, make_person)


def proposal_of(need: IctNeed, variant: str = "economy") -> IctProposal:
    return IctProposal.objects.get(need=need, variant=variant, state__in=["suggested", "answered"])


def told(person: object, kind: str) -> int:
    return Message.objects.filter(recipient=person, kind=kind).count()


# --- Partners and catalogues ------------------------------------------------------------------------------------------


def test_staff_admit_a_company_and_nobody_admits_his_own(
    spaces: SpacesWorld, make_person: MakePerson
) -> None:
    given = ict_partners.Particulars("みほん通信（架空）", "ict@example.jp")
    partner = ict_partners.admit_partner(municipality=spaces.town, particulars=given, actor=spaces.staff)
    assert IctPartner.objects.get().organisation.name == "みほん通信（架空）"
    for person in (spaces.owner, spaces.other_staff):
        with pytest.raises(IctError, match="事業担当だけ"):
            ict_partners.admit_partner(municipality=spaces.town, particulars=given, actor=person)
    with pytest.raises(IctError, match="もう認めて"):
        ict_partners.admit_partner(
            municipality=spaces.town, particulars=given, organisation=partner.organisation, actor=spaces.staff
        )
    with pytest.raises(IctError, match="会社・団体を選んで"):
        ict_partners.admit_partner(
            municipality=spaces.town,
            particulars=given,
            organisation=spaces.public_host.organisation,
            actor=spaces.staff,
        )
    with pytest.raises(IctError, match="この会社の担当"):
        ict_partners.change_partner(partner=partner, particulars=given, actor=spaces.owner)


def test_a_company_that_is_ended_is_out_of_open_needs_and_may_answer_no_more(ict: IctWorld) -> None:
    need = ict.opened()
    proposal = proposal_of(need)
    ict_partners.end_partner(partner=ict.partner, actor=ict.spaces.staff, reason="契約の終わり")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.answer) == ("declined", "契約の終わり")
    with pytest.raises(IctError, match="はずれて"):
        ict_proposals.answer_proposal(proposal=proposal, answer=as_reckoned(proposal), actor=ict.technician)


def test_a_thing_must_tell_in_numbers_what_proposals_are_reckoned_from(ict: IctWorld) -> None:
    offer = ict_catalogue.Offer("access_point", "AP-9", "アクセスポイント", 20_000)
    with pytest.raises(IctError, match="つながる台数"):
        ict_catalogue.enter_item(partner=ict.partner, offer=offer, actor=ict.technician)
    good = replace(offer, capacity={"clients": 60, "inch": 5})
    item = ict_catalogue.enter_item(partner=ict.partner, offer=good, actor=ict.technician)
    assert item.capacity == {"clients": 60}
    with pytest.raises(IctError, match="もうカタログに"):
        ict_catalogue.enter_item(partner=ict.partner, offer=good, actor=ict.technician)
    with pytest.raises(IctError, match="この会社の担当"):
        ict_catalogue.end_item(item=item, actor=ict.other_technician)
    ict_catalogue.end_item(item=item, actor=ict.technician)
    ict_catalogue.enter_item(partner=ict.partner, offer=good, actor=ict.technician)


HOSTILE = (
    "カテゴリ,品番,商品名,初期費用,月額,有効期限,下り,上り,接続台数,PoEポート,ポート\r\n"
    "回線,Ｌ－１,光ライト,￥３３，０００,５，５００円,令和9年3月31日,１００,50Mbps,,,\r\n"
    'アクセスポイント,AP-50,見本AP,"29,800",0,,,,８０台,,\r\n'
    "スイッチ（PoE）,SW-X,逆スイッチ,10000,,,,,,8,4\r\n"
    "テレビ,TV,謎,たかい,,2027-02-30,,,,,\r\n"
    "回線,Ｌ－１,二重,1,1,,1,1,,,\r\n"
    "工事,'=HYPERLINK(1),式のような型番,-5,,,,,,,\r\n"
)


@pytest.mark.parametrize("codec", ["cp932", "utf-8-sig", "utf-16"])
def test_a_file_as_companies_send_it_is_told_line_by_line_before_anything_is_written(
    ict: IctWorld, codec: str
) -> None:
    text, _encoding = decode(HOSTILE.encode(codec))
    report = preview(partner=ict.partner, text=text)
    assert [line.does for line in report.lines] == [
        Does.NEW,
        Does.CHANGE,
        Does.REFUSED,
        Does.REFUSED,
        Does.REFUSED,
        Does.REFUSED,
    ]
    flaws = [" ".join(line.read.flaws) for line in report.lines]
    assert "PoEの口より少なく" in flaws[2]
    assert "「たかい」は数では" in flaws[3]
    assert "日付では" in flaws[3]
    assert "2行目にも" in flaws[4]
    assert "0円から" in flaws[5]
    assert not CatalogueItem.objects.filter(code="Ｌ－１").exists()
    apply(partner=ict.partner, text=text, actor=ict.technician)
    line = CatalogueItem.objects.get(code="Ｌ－１")
    assert (line.first_yen, line.monthly_yen, line.valid_until) == (33_000, 5_500, datetime.date(2027, 3, 31))
    assert line.capacity == {"down_kbps": 100_000, "up_kbps": 50_000}
    assert CatalogueItem.objects.get(partner=ict.partner, code="AP-50").first_yen == 29_800
    # Again, nothing is left to do; and what is written out comes in unchanged.
    assert preview(partner=ict.partner, text=text).will_do == 0
    written = as_csv(CatalogueItem.objects.filter(partner=ict.partner)).decode("utf-8-sig")
    assert {line.does for line in preview(partner=ict.partner, text=written).lines} == {Does.SAME}
    with pytest.raises(IctError, match="この会社の担当"):
        apply(partner=ict.partner, text=text, actor=ict.other_technician)


def test_files_that_are_no_catalogue_say_what_is_missing() -> None:
    with pytest.raises(OpenDataError, match="型番、名前"):
        read("種類,値段\r\n回線,1\r\n")
    with pytest.raises(OpenDataError, match="行がありません"):
        read("種類,型番,名前,初期費用\r\n")
    with pytest.raises(OpenDataError, match="500行まで"):
        read("種類,型番,名前,初期費用\r\n" + "回線,a,b,1\r\n" * 501)


# --- Needs ------------------------------------------------------------------------------------------------------------


def test_unmet_searches_are_gathered_by_what_they_ask_of_a_network(ict: IctWorld) -> None:
    town = ict.spaces.town
    make_miss(town, use="remote_work", seats=18, times=40, equipment=["wifi", "power_outlets"])
    make_miss(town, use="remote_work", seats=14, times=20, days_ago=10, yen=500)
    make_miss(town, use="", seats=4, times=2, equipment=["conference_camera"])
    make_miss(town, use="cooking", seats=6, times=99)
    make_miss(town, use="remote_work", seats=18, times=7, days_ago=120)
    make_miss(ict.spaces.other_town, use="remote_work", seats=18, times=50)
    groups = groups_for_staff(ict.spaces.staff, town)
    assert [(one.key, one.times, one.a_month, one.people) for one in groups] == [
        ("coworking-3", 60, 20, 18),
        ("video_meeting-1", 2, 1, 4),
    ]
    assert groups[0].weekdays == [0, 0, 0, 60, 0, 0, 0]
    assert groups[0].parts["afternoon"] == 60
    # Hosts see what enough people searched for, and nobody else's host.
    assert [one.key for one in groups_for_host(ict.spaces.owner, ict.spaces.host)] == ["coworking-3"]
    with pytest.raises(IctError):
        groups_for_host(ict.spaces.other_owner, ict.spaces.host)
    need = ict_needs.need_of_group(space=ict.space, group=groups[0], actor=ict.spaces.owner)
    assert need.uses == [{"purpose": "coworking", "users": 18}]
    assert need.survey["area_m2"] == 120
    # 20 searches a month, a fifth of them won, three hours of the hall at 3,000 yen by its own price list (2 h: no length).
    assert need.income_basis == {"searches": 20, "share": 20, "yen": 6000, "kept": 100}
    assert proposal_of(need).income_yen == 20 * 20 * 6000 // 100


def test_a_draft_is_reckoned_through_every_catalogue_and_shows_each_step(ict: IctWorld) -> None:
    need = ict.draft()
    rows = list(IctProposal.objects.filter(need=need))
    assert {row.partner_id for row in rows} == {ict.partner.pk}
    assert len(rows) >= 2
    row = proposal_of(need)
    line = row.lines.get(kind="access_point")
    assert (line.quantity, line.why["pieces"]) == (2, 2)
    assert row.first_yen == sum(one.first_yen * one.quantity for one in row.lines.all())
    assert row.income_yen == 40 * 25 * 3000 * 90 // 10_000
    steps = shown(step_from(one) for one in row.steps["sizing"])
    assert any("50 Mbps" in step.result for step in steps)
    assert not told(ict.technician, "ict.need_opened")
    assert shortfalls(row, sizing_of(need), list(row.lines.select_related("item"))) == []
    # Where the running cost eats the income it never pays, and says so.
    changed = ict_needs.set_income(need=need, basis={"searches": 1}, actor=ict.spaces.owner)
    assert proposal_of(changed).months is None


def test_a_need_is_changed_only_until_somebody_has_answered(ict: IctWorld) -> None:
    need = ict.opened()
    assert told(ict.technician, "ict.need_opened") == 1
    assert told(ict.other_technician, "ict.need_opened") == 1
    wanted = ict_needs.Wanted([("video_meeting", 6)], {"area_m2": 30, "seats": 6})
    ict_needs.change_need(need=need, wanted=wanted, actor=ict.spaces.owner)
    row = proposal_of(need)
    assert row.lines.filter(kind="camera").exists()
    assert not row.lines.filter(kind="booth").exists()
    promise = ict_proposals.needed_promise(sizing_of(IctNeed.objects.get(pk=need.pk)))
    ict_proposals.answer_proposal(
        proposal=row, answer=as_reckoned(row, promise=promise), actor=ict.technician
    )
    with pytest.raises(IctError, match="返事をした会社"):
        ict_needs.change_need(need=need, wanted=wanted, actor=ict.spaces.owner)
    with pytest.raises(IctError, match="担当"):
        ict_needs.drop_need(need=need, actor=ict.spaces.other_owner, reason="x")
    ict_needs.drop_need(need=need, actor=ict.spaces.owner, reason="予算がない")
    assert told(ict.technician, "ict.need_dropped") == 1


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (ict_needs.Wanted([], {"area_m2": 10, "seats": 2}), "使い道を1つ以上"),
        (ict_needs.Wanted([("coworking", 9999)], {"area_m2": 10, "seats": 2}), "9999"),
        (ict_needs.Wanted([("coworking", 2)], {"area_m2": 0, "seats": 2}), "計算できません"),
        (ict_needs.Wanted([("dancing", 2)], {"area_m2": 10, "seats": 2}), "dancing"),
        (ict_needs.Wanted([("light", 2)], {"area_m2": 10, "seats": 2}, {"share": 101}), "101"),
    ],
)
def test_figures_that_cannot_be_are_named(ict: IctWorld, wanted: ict_needs.Wanted, why: str) -> None:
    with pytest.raises(IctError, match=why):
        ict_needs.draft_need(space=ict.space, wanted=wanted, actor=ict.spaces.owner)
    assert not IctNeed.objects.exists()


# --- Proposals --------------------------------------------------------------------------------------------------------


def test_a_change_of_price_quantity_or_promise_needs_a_word_about_why(ict: IctWorld) -> None:
    row = proposal_of(ict.opened())
    plain = as_reckoned(row)
    dearer = replace(plain, lines=[replace(plain.lines[0], first_yen=1), *plain.lines[1:]])
    slower = replace(plain, promise=replace(plain.promise, down=Decimal("49.99")))
    for answer in (dearer, replace(plain, lines=plain.lines[1:]), slower):
        with pytest.raises(IctError, match="理由を書いて"):
            ict_proposals.answer_proposal(proposal=row, answer=answer, actor=ict.technician)
    made = ict_proposals.answer_proposal(
        proposal=row,
        answer=replace(plain, lines=plain.lines[1:], text="今の回線を使います"),
        actor=ict.technician,
    )
    assert made.first_yen == sum(line.first_yen * line.quantity for line in plain.lines[1:])
    lines = list(made.lines.select_related("item"))
    assert shortfalls(made, sizing_of(made.need), lines) == ["回線"]
    assert told(ict.spaces.owner, "ict.answered") == 1
    foreign = CatalogueItem.objects.create(
        municipality=ict.spaces.town, partner=ict.other_partner, kind="work", code="W", name="よその品"
    )
    for wrong, why in (
        ({"lines": []}, "1つ以上"),
        ({"lines": [replace(plain.lines[0], item=foreign.pk)]}, "自分のカタログ"),
        ({"lines": [replace(plain.lines[0], quantity=0)]}, "数は1から"),
        ({"install_on": day_from_now(0)}, "明日から"),
        ({"valid_until": day_from_now(1)}, "見積もりは"),
    ):
        with pytest.raises(IctError, match=why):
            ict_proposals.answer_proposal(proposal=row, answer=replace(plain, **wrong), actor=ict.technician)
    with pytest.raises(IctError, match="この会社の担当"):
        ict_proposals.answer_proposal(proposal=row, answer=plain, actor=ict.other_technician)


def test_offers_are_collected_until_the_day_or_until_everybody_has_answered(
    ict: IctWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = ict.opened()
    mine, best = proposal_of(need), proposal_of(need, "robust")
    ict_proposals.answer_proposal(proposal=mine, answer=as_reckoned(mine), actor=ict.technician)
    with pytest.raises(IctError, match="集めている"):
        ict_proposals.choose_proposal(proposal=mine, actor=ict.spaces.owner)
    IctProposal.objects.filter(need=need, variant="balanced").update(state="not_chosen")
    ict_proposals.decline_proposal(proposal=best, actor=ict.technician, reason="人手がない")
    theirs = ict_proposals.begin_offer(
        need=need, partner=ict.other_partner, variant="economy", actor=ict.other_technician
    )
    assert not theirs.lines.exists()
    given = as_reckoned(
        theirs,
        lines=[ict_proposals.OfferedLine("work", "全部の工事", 1, 900_000, 0)],
        text="一式で見積もります",
    )
    ict_proposals.answer_proposal(proposal=theirs, answer=given, actor=ict.other_technician)
    # Everybody has answered: the host need not wait; an outsider and the partner's own people may not choose.
    for person in (ict.spaces.other_owner, ict.technician):
        with pytest.raises(IctError):
            ict_proposals.choose_proposal(proposal=mine, actor=person)
    work = ict_proposals.choose_proposal(proposal=theirs, actor=ict.spaces.owner)
    assert (work.state, work.planned_on, work.partner) == ("planned", day_from_now(20), ict.other_partner)
    mine.refresh_from_db()
    assert mine.state == "not_chosen"
    assert (told(ict.technician, "ict.decided"), told(ict.other_technician, "ict.decided")) == (1, 1)
    with pytest.raises(IctError, match="もう決まって"):
        ict_proposals.choose_proposal(proposal=mine, actor=ict.spaces.owner)
    late = ict.opened()
    monkeypatch.setattr(ict_proposals, "today_in", lambda town: day_from_now(8))
    with pytest.raises(IctError, match="期限"):
        ict_proposals.answer_proposal(
            proposal=proposal_of(late), answer=as_reckoned(proposal_of(late)), actor=ict.technician
        )


def test_nobody_decides_for_the_host_about_a_company_he_acts_for(ict: IctWorld) -> None:
    need = ict.opened()
    row = proposal_of(need)
    ict_proposals.answer_proposal(proposal=row, answer=as_reckoned(row), actor=ict.technician)
    hold_role(ict.spaces.owner, "citizen", ict.spaces.town, ict.partner.organisation)
    with pytest.raises(IctError, match="自分の会社"):
        ict_proposals.choose_proposal(proposal=row, actor=ict.spaces.owner)


# --- Work, measurement, acceptance ------------------------------------------------------------------------------------


def chosen_work(ict: IctWorld) -> Installation:
    """Work that is planned, promised 50/19.5 Mbit/s and 10 ms."""
    need = ict.opened()
    row = proposal_of(need)
    ict_proposals.answer_proposal(proposal=row, answer=as_reckoned(row), actor=ict.technician)
    IctNeed.objects.filter(pk=need.pk).update(answer_until=day_from_now(-1))
    return ict_proposals.choose_proposal(proposal=row, actor=ict.spaces.owner)


def measure(ict: IctWorld, *downs: int, spot: str = "入口", ping: str = "9.4") -> None:
    for down in downs:
        speed = ict_speed.Speed(Decimal(down), Decimal(30), Decimal(ping), spot)
        ict_speed.record_measurement(space=ict.space, speed=speed, key=uuid4(), actor=ict.spaces.owner)


def test_work_is_accepted_by_what_was_measured_since_it_was_built_and_taken_back_with_its_fact(
    ict: IctWorld,
) -> None:
    work = chosen_work(ict)
    owner = ict.spaces.owner
    measure(ict, 500, 500, 500)
    with pytest.raises(IctError, match="工事が終わってから"):
        ict_works.accept_work(work=work, actor=owner)
    with pytest.raises(IctError, match="この会社の担当"):
        ict_works.mark_built(work=work, actor=owner)
    ict_works.mark_built(work=work, actor=ict.technician)
    with pytest.raises(IctError, match="まだ測って"):
        ict_works.accept_work(work=work, actor=owner)
    measure(ict, 60, 61)
    with pytest.raises(IctError, match="回数が足りません"):
        ict_works.accept_work(work=work, actor=owner)
    measure(ict, 20, 21, 22)
    with pytest.raises(IctError, match=r"下りが約束より遅い.*測定 22 Mbps、約束 50 Mbps"):
        ict_works.accept_work(work=work, actor=owner)
    with pytest.raises(IctError, match="理由"):
        ict_works.refuse_work(work=work, actor=owner, reason=" ")
    ict_works.refuse_work(work=work, actor=owner, reason="奥の席が遅い")
    assert told(ict.technician, "ict.work") == 1
    # Built again: what was measured before speaks for nothing any more.
    ict_works.mark_built(work=work, actor=ict.technician)
    measure(ict, 71, 72, 73, spot="奥の席", ping="10.1")
    with pytest.raises(IctError, match=r"応答が約束より遅い.*測定 11ミリ秒、約束 10ミリ秒"):
        ict_works.accept_work(work=work, actor=owner)
    measure(ict, 71, 72, 73, 74, spot="奥の席")
    done = ict_works.accept_work(work=work, actor=owner)
    assert (done.state, done.proposal.need.state) == ("accepted", "chosen")
    assert IctNeed.objects.get().state == "done"
    fact = Fact.objects.get(kind="ict_installed")
    assert (fact.object_type, fact.object_key, fact.attributes) == (
        "spaces.installation",
        str(work.pk),
        {"purpose": "coworking"},
    )
    shown_speed = ict_speed.measured_speed(ict.space)
    assert shown_speed is not None
    assert shown_speed.accepted is not None
    assert (shown_speed.spots, shown_speed.down) == (["奥の席"], Decimal(72))
    ict_works.reverse_acceptance(work=work, actor=owner, reason="夜に遅くなる")
    assert sum(one.count for one in Fact.objects.filter(kind="ict_installed")) == 0
    assert Installation.objects.get().state == "refused"


def test_a_measurement_is_kept_once_and_never_changed(ict: IctWorld) -> None:
    speed = ict_speed.Speed(Decimal("93.456"), Decimal(40), Decimal(9), "入口")
    key = uuid4()
    for _twice in range(2):
        ict_speed.record_measurement(space=ict.space, speed=speed, key=key, actor=ict.spaces.owner)
    row = SpeedLog.objects.get()
    assert row.down == Decimal("93.46")
    with pytest.raises(IctError, match="別の場所"):
        ict_speed.record_measurement(space=ict.spaces.desk, speed=speed, key=key, actor=ict.spaces.owner)
    for bad in (
        replace(speed, down=Decimal(0)),
        replace(speed, ping=Decimal("NaN")),
        replace(speed, up=Decimal(10**7)),
    ):
        with pytest.raises(IctError):
            ict_speed.record_measurement(space=ict.space, speed=bad, key=uuid4(), actor=ict.spaces.owner)
    for person in (ict.technician, ict.spaces.other_owner):
        with pytest.raises(IctError, match="担当"):
            ict_speed.record_measurement(space=ict.space, speed=speed, key=uuid4(), actor=person)
    with pytest.raises(Error, match="append"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE spaces_speedlog SET down = 999")


def test_logs_of_measuring_tools_come_in_with_their_own_units_and_every_flaw_told(ict: IctWorld) -> None:
    now = timezone.now()
    ago = f"{now - datetime.timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    cli = (
        "Server ID,Sponsor,Server Name,Timestamp,Distance,Ping,Download,Upload,Share,IP Address\n"
        f"1,x,y,{ago},1.0,8.4,93123456.7,41000000.0,,\n"
    )
    assert ict_speed.import_log(space=ict.space, text=cli, actor=ict.spaces.owner) == 1
    row = SpeedLog.objects.get()
    assert (row.down, row.up, row.ping, row.way) == (
        Decimal("93.12"),
        Decimal("41.00"),
        Decimal("8.40"),
        "file",
    )
    with pytest.raises(IctError, match="取り込める測定が"):
        ict_speed.import_log(space=ict.space, text=cli, actor=ict.spaces.owner)
    tomorrow = now + datetime.timedelta(days=1)
    mixed = (
        "測定日時\t場所\t下り（kbps）\t上り（Mbps）\t応答(ms)\n"
        "２０２６/11/20　13:05\t奥の席\t８８，０００\t４０\t１２ms\n"
        f"{tomorrow:%Y/%m/%d %H:%M}\tx\t1000\t1\t1\n"
        "きのう\tx\tはやい\t1\t1\n"
        "2019-01-01 10:00\tx\t1000\t1\t1\n"
        "2026-11-20 13:06\tx\t\t1\t1\n"
    )
    found = ict_speed.preview_log(space=ict.space, text=mixed)
    assert [bool(why) for _row, why in found] == [False, True, True, True, True]
    assert (found[0][0].down, found[0][0].spot) == (Decimal("88.00"), "奥の席")
    assert found[0][0].at == datetime.datetime(2026, 11, 20, 4, 5, tzinfo=datetime.UTC)
    whys = [why for _row, why in found[1:]]
    assert "まだ来ていない" in whys[0]
    assert "「きのう」は日時では" in whys[1]
    assert "1年より前" in whys[2]
    assert "どれかがありません" in whys[3]
    with pytest.raises(OpenDataError, match="上り、応答"):
        ict_speed.preview_log(space=ict.space, text="日時,下り\n2026-11-20 10:00,5\n")


def test_partners_see_the_needs_of_the_town_and_their_own_proposals_alone(
    ict: IctWorld, make_person: MakePerson
) -> None:
    need = ict.opened()
    elsewhere = make_technician(make_person, make_partner(ict.spaces.other_town, "よその町の会社（架空）"))
    for person, needs, proposals in (
        (ict.technician, 1, True),
        (ict.other_technician, 1, False),
        (ict.spaces.owner, 1, True),
        (ict.spaces.other_owner, 0, False),
        (ict.spaces.staff, 1, True),
        (ict.spaces.other_staff, 0, False),
        (elsewhere, 0, False),
    ):
        assert IctNeed.objects.visible_to(person).filter(pk=need.pk).count() == needs
        assert IctProposal.objects.visible_to(person).filter(need=need).exists() is proposals
