"""The demonstration's ICT equipment: two invented companies, searches that found nothing, and three needs.

One need went the whole way to a measured acceptance, one waits for the host's choice, one is a draft from unmet searches.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

from django.utils import timezone

from sosei.core.design import civil_day
from sosei.core.people import roles
from sosei.core.people.models import Municipality, Person
from sosei.core.people.services.memberships import hold
from sosei.programmes.spaces.models import IctNeed, IctPartner, IctProposal, SearchMiss, Space
from sosei.programmes.spaces.services import (
    ict_catalogue,
    ict_needs,
    ict_partners,
    ict_proposals,
    ict_speed,
    ict_unmet,
    ict_works,
)

NAMESPACE = UUID("5e2f0c1a-6b1d-5c55-9f0a-3f8f6d2c7b10")
HOUR = datetime.timedelta(hours=1)
Thing = tuple[str, str, str, str, int, int, dict[str, int]]

COMPANIES: tuple[tuple[str, str, str], ...] = (
    ("浜風ネットワーク（架空）", "Hamakaze Network (invented)", "小さな場所の回線と無線を得意とします。"),
    (
        "山里ICTサービス（架空）",
        "Yamazato ICT Service (invented)",
        "古い建物の工事と、個室ブースを得意とします。",
    ),
)
THINGS: tuple[Thing, ...] = (
    (
        "line",
        "LN-1000",
        "光回線 1ギガ",
        "Fibre line, 1 Gbps",
        33_000,
        6_600,
        {"down_kbps": 300_000, "up_kbps": 250_000},
    ),
    (
        "line",
        "LN-10G",
        "光回線 10ギガ",
        "Fibre line, 10 Gbps",
        44_000,
        9_900,
        {"down_kbps": 2_000_000, "up_kbps": 2_000_000},
    ),
    (
        "router",
        "RT-20",
        "業務用ルーター",
        "Business router",
        49_500,
        0,
        {"down_kbps": 900_000, "up_kbps": 900_000, "networks": 4},
    ),
    (
        "access_point",
        "AP-60",
        "アクセスポイント（Wi-Fi 6）",
        "Access point (Wi-Fi 6)",
        29_700,
        0,
        {"clients": 60},
    ),
    (
        "access_point",
        "AP-120",
        "アクセスポイント（大人数用）",
        "Access point (many users)",
        71_500,
        0,
        {"clients": 120},
    ),
    ("switch", "SW-8P", "PoEスイッチ 8口", "PoE switch, 8 ports", 38_500, 0, {"poe_ports": 8, "ports": 10}),
    (
        "switch",
        "SW-16P",
        "PoEスイッチ 16口",
        "PoE switch, 16 ports",
        82_500,
        0,
        {"poe_ports": 16, "ports": 18},
    ),
    ("power", "PW-6", "机の電源 6口", "Desk power, 6 outlets", 6_600, 0, {"outlets": 6}),
    ("ups", "UPS-500", "無停電電源 500VA", "UPS 500 VA", 24_200, 0, {"va": 500}),
    ("ups", "UPS-1000", "無停電電源 1000VA", "UPS 1000 VA", 46_200, 0, {"va": 1000}),
    ("booth", "BT-1", "個室ブース（1人用）", "Sound-proof booth (one person)", 330_000, 0, {}),
    ("display", "TV-75", "ディスプレー 75インチ", "Display, 75 inch", 198_000, 0, {"inch": 75}),
    ("display", "TV-98", "ディスプレー 98インチ", "Display, 98 inch", 495_000, 0, {"inch": 98}),
    ("display", "PJ-150", "プロジェクター 150インチ", "Projector, 150 inch", 528_000, 0, {"inch": 150}),
    (
        "camera",
        "CM-8",
        "会議用カメラ・マイク（8人）",
        "Conference camera (8 people)",
        99_000,
        0,
        {"people": 8},
    ),
    (
        "camera",
        "CM-20",
        "会議用カメラ・マイク（20人）",
        "Conference camera (20 people)",
        264_000,
        0,
        {"people": 20},
    ),
    ("lock", "LK-1", "スマートロック", "Smart lock", 49_500, 1_100, {"doors": 1}),
    ("work", "WK-1", "工事と設定", "Installation and set-up", 165_000, 0, {}),
)
SEARCHES: tuple[tuple[str, int, tuple[str, ...], int, int, int], ...] = (
    ("remote_work", 12, ("wifi", "power_outlets"), 180, 1200, 31),
    ("remote_work", 10, ("wifi", "video_booth"), 240, 1500, 18),
    ("video_meeting", 6, ("wifi", "conference_camera"), 90, 2000, 22),
    ("training", 20, ("large_display",), 180, 6000, 7),
    ("streaming", 3, ("wired_lan",), 120, 3000, 4),
)
"""Use, seats, equipment, minutes, budget, how often."""
MEASURED = (
    ("入口の席", "212.40", "168.10", "6.2"),
    ("奥の席", "184.90", "150.30", "6.9"),
    ("窓の席", "201.70", "161.80", "6.4"),
)
"""Spot, down, up, ping."""


@dataclass(frozen=True)
class Place:
    """A space of an approved host, and somebody who acts for the host."""

    space: Space
    owner: Person


def load_ict(
    *,
    municipality: Municipality,
    staff: Person,
    technicians: tuple[Person, Person],
    places: Sequence[Place],
    now: datetime.datetime,
) -> list[IctNeed]:
    """Loads it all through the services, each step at its moment; a town that has a company stays as it is.

    Args:
        staff: programme staff of the town, in none of the companies.
        technicians: people of the town; from now on each acts for a company.
        places: three spaces at least; the first is equipped, for the second offers wait, the third has a draft.
    """
    if IctPartner.objects.filter(municipality=municipality).exists():
        return []
    _searches(municipality, now)
    with clock_at(now - datetime.timedelta(days=60)):
        first, second = (
            _company(municipality, place, staff, person) for place, person in enumerate(technicians)
        )
    equipped = _equipped(places[0], first, technicians[0], now)
    offered = _offered(places[1], (first, second), technicians, now)
    groups = ict_unmet.groups_for_host(places[2].owner, places[2].space.host)
    draft = ict_needs.need_of_group(space=places[2].space, group=groups[0], actor=places[2].owner)
    return [equipped, offered, draft]


@contextmanager
def clock_at(moment: datetime.datetime) -> Iterator[None]:
    """It is that moment for everybody, for the time of a block."""
    # Every service asks django.utils.timezone for the time, and the command has but one thread.
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


def _searches(municipality: Municipality, now: datetime.datetime) -> None:
    rows = []
    for use, seats, equipment, minutes, yen, times in SEARCHES:
        for week in range(4):
            on = civil_day.day_of(now - datetime.timedelta(days=7 * week + 2))
            begins = (now + datetime.timedelta(days=5 + week)).replace(
                hour=4, minute=0, second=0, microsecond=0
            )
            rows.append(
                SearchMiss(
                    municipality=municipality,
                    on=on,
                    period=(begins, begins + datetime.timedelta(minutes=minutes)),
                    minutes=minutes,
                    use=use,
                    seats=seats,
                    equipment=list(equipment),
                    yen=yen,
                    why="equipment",
                    times=max(1, times // (week + 1)),
                )
            )
    SearchMiss.objects.bulk_create(rows, ignore_conflicts=True)


def _company(municipality: Municipality, place: int, staff: Person, person: Person) -> IctPartner:
    name, name_en, about = COMPANIES[place]
    partner = ict_partners.admit_partner(
        municipality=municipality,
        particulars=ict_partners.Particulars(
            name, f"ict{place + 1}@example.jp", name_en=name_en, phone=f"+8124600020{place}", about=about
        ),
        actor=staff,
    )
    hold(
        person=person,
        role=roles.CITIZEN,
        municipality=municipality,
        organisation=partner.organisation,
        granted_by=staff,
        reason="実演用",
    )
    for kind, code, thing, thing_en, first, monthly, capacity in THINGS:
        dearer = 100 + 6 * place
        ict_catalogue.enter_item(
            partner=partner,
            offer=ict_catalogue.Offer(
                kind=kind,
                code=code,
                name=thing,
                name_en=thing_en,
                first_yen=first * dearer // 100,
                monthly_yen=monthly * (100 - 5 * place) // 100,
                capacity=capacity,
            ),
            actor=person,
        )
    return partner


def _wanted(space: Space, purpose: str, users: int, searches: int, yen: int) -> ict_needs.Wanted:
    survey = {
        "area_m2": int(space.area_m2 or 40),
        "seats": space.seats,
        "doors": 1,
        "cameras": 0,
        "wired_seats": 2,
        "depth_cm": 450,
        "walls": "wood",
        "line": "cable",
        "present_down": 24.0,
        "present_up": 6.0,
        "sockets": 6,
        "note": "2階へは壁の中を通せます。",
        "assumed": [],
    }
    basis = {"searches": searches, "share": 25, "yen": yen, "kept": 90}
    return ict_needs.Wanted([(purpose, users)], survey, basis, "工事は月曜日だけにしてください。")


def _asked(place: Place, wanted: ict_needs.Wanted, moment: datetime.datetime, days: int) -> IctNeed:
    with clock_at(moment):
        need = ict_needs.draft_need(space=place.space, wanted=wanted, actor=place.owner)
        until = civil_day.day_of(moment) + datetime.timedelta(days=days)
        return ict_needs.open_need(need=need, answer_until=until, actor=place.owner)


def _answer(
    need: IctNeed, partner: IctPartner, person: Person, moment: datetime.datetime, *, text: str = ""
) -> IctProposal:
    row = IctProposal.objects.filter(need=need, partner=partner, state="suggested").order_by("first_yen")[0]
    needed = ict_proposals.needed_promise(ict_needs.sizing_of(need))
    lines = [
        ict_proposals.OfferedLine(
            line.kind, line.name, line.quantity, line.first_yen, line.monthly_yen, line.item_id
        )
        for line in row.lines.all()
    ]
    with clock_at(moment):
        return ict_proposals.answer_proposal(
            proposal=row,
            answer=ict_proposals.Answer(
                lines,
                needed,
                civil_day.day_of(moment) + datetime.timedelta(days=14),
                civil_day.day_of(moment) + datetime.timedelta(days=45),
                text,
            ),
            actor=person,
        )


def _equipped(place: Place, partner: IctPartner, person: Person, now: datetime.datetime) -> IctNeed:
    began = now - datetime.timedelta(days=45)
    need = _asked(place, _wanted(place.space, "video_meeting", 6, 60, 2000), began, 7)
    row = _answer(need, partner, person, began + datetime.timedelta(days=3), text="最短2週間で工事できます。")
    with clock_at(began + datetime.timedelta(days=9)):
        work = ict_proposals.choose_proposal(proposal=row, actor=place.owner)
    # Ten in the morning of Japan, so that all is measured on one day.
    built = (now - datetime.timedelta(days=20)).replace(hour=1, minute=0, second=0, microsecond=0)
    with clock_at(built):
        ict_works.mark_built(work=work, actor=person)
    for turn, (spot, down, up, ping) in enumerate(MEASURED):
        with clock_at(built + HOUR * (turn + 1)):
            ict_speed.record_measurement(
                space=place.space,
                speed=ict_speed.Speed(Decimal(down), Decimal(up), Decimal(ping), spot),
                key=uuid5(NAMESPACE, f"{place.space.pk}:{turn}"),
                actor=place.owner,
            )
    with clock_at(built + HOUR * 5):
        ict_works.accept_work(work=work, actor=place.owner, note="3か所で測りました。")
    return need


def _offered(
    place: Place,
    partners: tuple[IctPartner, IctPartner],
    technicians: tuple[Person, Person],
    now: datetime.datetime,
) -> IctNeed:
    began = now - datetime.timedelta(days=10)
    need = _asked(place, _wanted(place.space, "coworking", min(12, place.space.seats), 120, 1500), began, 8)
    _answer(need, partners[0], technicians[0], began + datetime.timedelta(days=2), text="機器は3年保証です。")
    _answer(need, partners[1], technicians[1], began + datetime.timedelta(days=4))
    return need
