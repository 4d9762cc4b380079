"""The demonstration's hosts and spaces as tables: all of it invented and saying so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

IWAKI, FUKUSHIMA = "07204", "07201"
SLOTS = (
    ("午前", "Morning", "09:00", "12:00"),
    ("午後", "Afternoon", "13:00", "17:00"),
    ("夜間", "Evening", "18:00", "21:00"),
)
PAID_EARLY_OR_LATE = ("card", "konbini", "bank", "invoice", "on_site")


@dataclass(frozen=True)
class Place:
    """A space as it is listed.

    Attributes:
        hall: key of the hall it lies in; "" for none.
        hours: from and until on the clock, on each of `days`; () for the three slots.
        prices: hour and day prices; of slots (resident yen) in their order, others pay twice that.
        end: how far the listing comes: "published", "asked", "draft" or "closed".
    """

    key: str
    towns: tuple[str, ...]
    host: str
    kind: str
    name: str
    name_en: str
    about: str
    about_en: str
    seats: int
    area: str
    place: tuple[str, str]
    equipment: str
    uses: str
    prices: tuple[int, ...]
    hall: str = ""
    hours: tuple[str, str] | tuple[()] = ("09:00", "21:00")
    days: tuple[int, ...] = tuple(range(7))
    ladder: str = ""
    end: str = "published"
    more: dict[str, Any] = field(default_factory=dict)


STATION, HARBOUR, HILL = ("37.058300", "140.892200"), ("36.945600", "140.905200"), ("37.047200", "140.862400")
FUKUSHIMA_STATION, FUKUSHIMA_EAST = ("37.754500", "140.460900"), ("37.757900", "140.474000")
IN_TOWN = {IWAKI: "福島県いわき市架空町", FUKUSHIMA: "福島県福島市架空町"}
HALL_ROOMS = {"way": "request", "ways_to_pay": ["card", "bank", "invoice", "on_site"]}

PLACES = (
    Place(
        "hall",
        (IWAKI,),
        "temple",
        "hall",
        "みほん寺 本堂ホール（架空）",
        "Mihon Temple hall (invented)",
        "60人が入る広間です。となりの三つの部屋とつなげて使えます。",
        "A hall for 60 that opens onto three rooms.",
        60,
        "140.00",
        HILL,
        "wifi microphone tables_chairs air_conditioning parking",
        "concert ceremony training community",
        (3000, 20000),
        ladder="normal",
        more={**HALL_ROOMS, "buffer_after": 30},
    ),
    *(
        Place(
            f"room-{number}",
            (IWAKI,),
            "temple",
            "room",
            f"みほん寺 {name}の間（架空）",
            f"Mihon Temple, {name_en} room (invented)",
            text,
            text_en,
            seats,
            area,
            HILL,
            "wifi tatami air_conditioning whiteboard",
            "meeting lesson community craft",
            (yen, yen * 7),
            hall="hall",
            ladder="easy",
            more={"way": "instant"},
        )
        for number, name, name_en, text, text_en, seats, area, yen in (
            (1, "松", "Pine", "庭に面した12畳です。", "Tatami room by the garden.", 16, "20.00", 900),
            (2, "竹", "Bamboo", "静かな10畳です。", "A quiet tatami room.", 12, "16.50", 700),
            (3, "梅", "Plum", "いすで使う洋間です。", "A room with chairs.", 20, "28.00", 1100),
        )
    ),
    Place(
        "shop",
        (IWAKI, FUKUSHIMA),
        "street",
        "shop",
        "駅前通りの貸し店（架空）",
        "Shop on the station street (invented)",
        "通りに面した小さな店です。一日から借りられます。",
        "A small shop on the street, let by the day.",
        8,
        "33.00",
        STATION,
        "wifi power_outlets water air_conditioning",
        "pop_up market exhibition other",
        (1500, 9000),
        hours=("08:00", "22:00"),
        ladder="strict",
        more={"min_minutes": 120},
    ),
    Place(
        "desk",
        (IWAKI, FUKUSHIMA),
        "street",
        "desk",
        "港の上の机（架空）",
        "Desk above the harbour (invented)",
        "窓から港が見える一人用の机です。",
        "A desk for one with a view of the harbour.",
        1,
        "4.00",
        HARBOUR,
        "wifi power_outlets wired_lan smart_lock",
        "remote_work video_meeting study",
        (300, 1800),
        hours=("07:00", "23:00"),
        more={"min_minutes": 30, "horizon_days": 60},
    ),
    Place(
        "kitchen",
        (IWAKI,),
        "street",
        "kitchen",
        "みんなの台所（架空）",
        "Community kitchen (invented)",
        "10人で料理ができます。器具はそろっています。",
        "Ten people can cook here; everything is there.",
        10,
        "42.00",
        STATION,
        "kitchen water air_conditioning tables_chairs",
        "cooking children community party",
        (1200,),
        ladder="easy",
        more={"buffer_before": 15, "buffer_after": 30},
    ),
    *(
        Place(
            f"meeting-{letter}",
            towns,
            "public",
            "room",
            f"みほん公民館 第{number}会議室（架空）",
            f"Mihon Community Centre, room {number} (invented)",
            "机といすを自由に並べられる会議室です。",
            "A meeting room; tables and chairs can be moved.",
            seats,
            area,
            STATION,
            "tables_chairs whiteboard air_conditioning elevator accessible_toilet",
            "meeting training community lesson",
            prices,
            hours=(),
            more={
                "step_minutes": 60,
                "min_minutes": 180,
                "horizon_days": 90,
                "horizon_days_outside": 30,
                "official_id": official,
                "by_lottery": letter == "b",
            },
        )
        for letter, towns, number, seats, area, prices, official in (
            ("a", (IWAKI, FUKUSHIMA), 1, 24, "48.00", (600, 800, 1000), "D072040000001"),
            ("b", (IWAKI,), 2, 40, "72.00", (900, 1200, 1500), "D072040000002"),
        )
    ),
    Place(
        "classroom",
        (IWAKI, FUKUSHIMA),
        "public",
        "room",
        "もとの小学校 3年1組（架空）",
        "Empty classroom of the old school (invented)",
        "使わなくなった小学校の教室です。黒板があります。",
        "A classroom of a school that is no longer used.",
        30,
        "63.00",
        HILL,
        "tables_chairs whiteboard parking",
        "lesson study remote_work children",
        (200,),
        days=(0, 1, 2, 3, 4, 5),
        more={"closed_on_holidays": True},
    ),
    Place(
        "gallery",
        (IWAKI,),
        "street",
        "room",
        "蔵のギャラリー（架空）",
        "Storehouse gallery (invented)",
        "古い蔵を直した展示の部屋です。",
        "An old storehouse made into a gallery.",
        15,
        "38.00",
        STATION,
        "air_conditioning",
        "exhibition concert",
        (800, 5000),
        end="asked",
    ),
    Place(
        "yard",
        (IWAKI,),
        "street",
        "outdoor",
        "朝市の広場（架空）",
        "Morning market yard (invented)",
        "",
        "",
        80,
        "300.00",
        STATION,
        "parking",
        "market",
        (),
        end="draft",
    ),
    Place(
        "old-room",
        (IWAKI,),
        "street",
        "room",
        "もとの集会室（架空）",
        "Former assembly room (invented)",
        "建てかえのため、受け付けを終わりました。",
        "No longer let: the house is being rebuilt.",
        20,
        "40.00",
        STATION,
        "tables_chairs",
        "meeting",
        (400,),
        end="closed",
    ),
)
