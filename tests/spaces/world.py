"""A small world of spaces: a town, a private host with a hall of three rooms and a desk, a public host with a meeting
room, and people in every role.

Every builder can be called by itself; `build_world` puts one of each together. All names are invented.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.programmes.spaces.models import (
    Closure,
    Extra,
    Host,
    Ladder,
    OpeningHour,
    PriceItem,
    PriceList,
    Space,
    UsageTerms,
)
from tests.people.conftest import MakePerson, hold_role, make_town

JST = ZoneInfo("Asia/Tokyo")
Given = tuple[str, str]
"""From and until on the clock: ("09:00", "21:00"); "26:00" is two in the night."""


def day_from_now(days: int) -> datetime.date:
    """A civil day in Japan, counted from today."""
    return timezone.now().astimezone(JST).date() + datetime.timedelta(days=days)


def weekday_from_now(weekday: int, after_days: int = 7) -> datetime.date:
    """The first such weekday (0 is Monday) after so many days."""
    day = day_from_now(after_days)
    return day + datetime.timedelta(days=(weekday - day.weekday()) % 7)


def at(day: datetime.date, clock: str) -> datetime.datetime:
    """A moment of a day in Japan: `at(day, "09:30")`; hours past 24 are the next day's."""
    return datetime.datetime.combine(day, datetime.time(), tzinfo=JST) + datetime.timedelta(
        minutes=minutes_of(clock)
    )


def minutes_of(clock: str) -> int:
    """Minutes after midnight of "09:30"."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def make_host(
    town: Municipality, name: str = "みほん寺（架空）", *, state: str = "approved", **columns: Any
) -> Host:
    """A host of the town with its organisation; private and approved unless told otherwise."""
    kind = columns.pop("kind", Host.Kind.PRIVATE)
    public = kind == Host.Kind.PUBLIC
    organisation = Organisation.objects.create(
        municipality=town,
        kind=Organisation.Kind.DEPARTMENT if public else Organisation.Kind.HOST,
        name=name,
        name_en=columns.get("name_en", ""),
    )
    now = timezone.now()
    given: dict[str, Any] = {
        "representative": "架空 和子",
        "address": "福島県いわき市架空1-2-3",
        "phone": "+81246000010",
        "email": "host@example.jp",
        "asked_at": now - datetime.timedelta(days=30),
        "decided_at": None if state == "asked" else now - datetime.timedelta(days=29),
    }
    made: Host = Host.objects.create(
        organisation=organisation,
        municipality=town,
        kind=kind,
        name=name,
        state=state,
        **{**given, **columns},
    )
    return made


def preset(code: str) -> Ladder:
    """One of the ladders that every host may choose."""
    found: Ladder = Ladder.objects.get(host__isnull=True, code=code)
    return found


def make_space(
    host: Host, name: str = "小さな部屋（架空）", *, state: str = "published", **columns: Any
) -> Space:
    """A room for ten, booked at once and paid by any way; published unless told otherwise. No hours, no prices."""
    now = timezone.now()
    given: dict[str, Any] = {
        "kind": Space.Kind.ROOM,
        "about": "畳の部屋です。静かに話せます。",
        "address": "福島県いわき市架空1-2-3",
        "latitude": Decimal("37.050000"),
        "longitude": Decimal("140.890000"),
        "area_m2": Decimal("30.00"),
        "seats": 10,
        "equipment": ["wifi", "whiteboard", "air_conditioning"],
        "uses": ["meeting", "remote_work", "lesson"],
        "rules": "火は使えません。",
        "step_free": Space.StepFree.YES,
        "ladder": preset("easy"),
        "ways_to_pay": ["card", "konbini", "bank", "invoice", "on_site"],
        "made_at": now - datetime.timedelta(days=20),
        "published_at": None if state in ("draft", "asked", "refused") else now - datetime.timedelta(days=10),
        "decided_at": None if state in ("draft", "asked") else now - datetime.timedelta(days=10),
    }
    made: Space = Space.objects.create(
        municipality=host.municipality, host=host, name=name, state=state, **{**given, **columns}
    )
    return made


def make_hours(
    space: Space,
    times: Given = ("09:00", "21:00"),
    *,
    days: Iterable[int] = range(7),
    kind: str = "",
    **season: datetime.date | None,
) -> list[OpeningHour]:
    """The same hours on these days (0 is Monday, 7 a holiday): opening and bookable, or one `kind` alone.

    Args:
        season: `valid_from` and `valid_until`, for hours that hold only for a time.
    """
    opens, closes = (minutes_of(clock) for clock in times)
    return [
        OpeningHour.objects.create(
            municipality=space.municipality,
            host=space.host,
            space=space,
            kind=one,
            day=day,
            opens=opens,
            closes=closes,
            **season,
        )
        for one in ([kind] if kind else OpeningHour.Kind.values)
        for day in days
    ]


def make_closure(
    host: Host, first: datetime.date, last: datetime.date | None = None, *, space: Space | None = None
) -> Closure:
    """Days on which a space, or the whole host, stays shut."""
    made: Closure = Closure.objects.create(
        municipality=host.municipality,
        host=host,
        space=space,
        first_day=first,
        last_day=last or first,
        reason="点検",
    )
    return made


def make_price_list(space: Space, *, valid_from: datetime.date | None = None, **columns: Any) -> PriceList:
    """A list without items, in force since a year ago unless told otherwise."""
    made: PriceList = PriceList.objects.create(
        municipality=space.municipality,
        host=space.host,
        space=space,
        valid_from=valid_from or day_from_now(-365),
        made_at=timezone.now(),
        **columns,
    )
    return made


def make_price(
    price_list: PriceList, kind: str, yen: int, times: Given = ("00:00", "24:00"), **columns: Any
) -> PriceItem:
    """One price of a list."""
    made: PriceItem = PriceItem.objects.create(
        municipality=price_list.municipality,
        host=price_list.host,
        space=price_list.space,
        price_list=price_list,
        kind=kind,
        yen=yen,
        opens=minutes_of(times[0]),
        closes=minutes_of(times[1]),
        position=price_list.items.count(),
        **columns,
    )
    return made


def make_hourly(space: Space, yen: int) -> PriceList:
    """A list with one price for each hour."""
    made = make_price_list(space)
    make_price(made, "hour", yen)
    return made


def make_slots(space: Space) -> PriceList:
    """午前・午後・夜間, residents at 600, 800 and 1,000 yen, others at twice that."""
    made = make_price_list(space, ordinance="みほん市公民館条例（架空）別表第1")
    for name, times, yen in (
        ("午前", ("09:00", "12:00"), 600),
        ("午後", ("13:00", "17:00"), 800),
        ("夜間", ("18:00", "21:00"), 1000),
    ):
        make_price(made, "slot", yen, times, name=name, tier="resident")
        make_price(made, "slot", yen * 2, times, name=name, tier="outside")
    return made


def make_terms(town: Municipality, host: Host | None = None, number: int = 1) -> UsageTerms:
    """A version of the terms in force since a month ago."""
    made: UsageTerms = UsageTerms.objects.create(
        municipality=town,
        host=host,
        number=number,
        text="使ったあとは元に戻してください。",
        text_en="Leave the room as you found it.",
        valid_from=timezone.now() - datetime.timedelta(days=30),
    )
    return made


def make_owner(make_person: MakePerson, host: Host, **columns: Any) -> Person:
    """Somebody who acts for the host."""
    person = make_person(**columns)
    hold_role(person, roles.SPACE_HOST, host.municipality, host.organisation)
    return person


@dataclass
class SpacesWorld:
    """One of each, in a town; `other_*` stand in another town or belong to another host.

    Attributes:
        hall: contains the three `rooms`; each can be booked, and the hall, open from 9 to 21.
        desk: of the same host, by the hour or the day.
        meeting_room: of the public host, in slots, held back for requests; its ladder gives nothing back.
    """

    town: Municipality
    other_town: Municipality
    host: Host
    other_host: Host
    public_host: Host
    hall: Space
    rooms: list[Space]
    desk: Space
    meeting_room: Space
    terms: UsageTerms
    owner: Person
    other_owner: Person
    clerk: Person
    guest: Person
    friend: Person
    staff: Person
    other_staff: Person
    planner: Person


def make_hall(host: Host) -> tuple[Space, list[Space]]:
    """A hall for 60 at 3,000 yen an hour with three rooms for 20 at 1,000 yen, open from 9 to 21."""
    hall = make_space(host, "みほん会館（架空）", kind="hall", seats=60, area_m2=Decimal("120.00"))
    rooms = [make_space(host, f"みほん会館 {letter}室（架空）", parent=hall, seats=20) for letter in "ABC"]
    for space, yen in ((hall, 3000), *((room, 1000) for room in rooms)):
        make_hours(space)
        make_hourly(space, yen)
    return hall, rooms


def make_desk(host: Host) -> Space:
    """A desk at 300 yen an hour, 1,500 a day, open from 8 to 20, with a monitor to add."""
    desk = make_space(host, "港の机（架空）", kind="desk", seats=1, min_minutes=30, uses=["remote_work"])
    make_hours(desk, ("08:00", "20:00"))
    make_price(make_hourly(desk, 300), "day", 1500)
    Extra.objects.create(
        municipality=host.municipality,
        host=host,
        space=desk,
        name="モニター",
        name_en="Monitor",
        per="booking",
        yen=200,
    )
    return desk


def make_meeting_room(host: Host) -> Space:
    """A public room in slots, closed on holidays; residents three months ahead, others one; answered by the department."""
    room = make_space(
        host,
        "みほん公民館 会議室（架空）",
        way=Space.Way.REQUEST,
        ladder=preset("public"),
        official_id="072044000001",
        seats=24,
        horizon_days=90,
        horizon_days_outside=30,
        closed_on_holidays=True,
        min_minutes=180,
        step_minutes=60,
    )
    for times in (("09:00", "12:00"), ("13:00", "17:00"), ("18:00", "21:00")):
        make_hours(room, times, days=range(6))
    make_slots(room)
    return room


def build_world(make_person: MakePerson) -> SpacesWorld:
    """A town with a private and a public host and their spaces; another host of the same town; two guests; programme
    staff of this town and of another; a planner."""
    town = make_town("07204", "いわき市", "Iwaki City")
    other_town = make_town("07201", "福島市", "Fukushima City")
    host = make_host(town)
    other_host = make_host(town, "べつの店（架空）")
    public_host = make_host(town, "みほん市公民館（架空）", kind=Host.Kind.PUBLIC)
    hall, rooms = make_hall(host)
    return SpacesWorld(
        town=town,
        other_town=other_town,
        host=host,
        other_host=other_host,
        public_host=public_host,
        hall=hall,
        rooms=rooms,
        desk=make_desk(host),
        meeting_room=make_meeting_room(public_host),
        terms=make_terms(town),
        owner=make_owner(make_person, host),
        other_owner=make_owner(make_person, other_host),
        clerk=make_owner(make_person, public_host),
        guest=make_person(),
        friend=make_person(),
        staff=make_person(roles.PROGRAMME_STAFF, town),
        other_staff=make_person(roles.PROGRAMME_STAFF, other_town),
        planner=make_person(roles.PLANNER, town),
    )
