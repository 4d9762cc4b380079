"""Two wishes of the demonstration: one with two offers to compare, one that nobody has answered yet."""

from __future__ import annotations

import datetime
from uuid import uuid5

from sosei.programmes.spaces.demonstration.ict import NAMESPACE
from sosei.programmes.spaces.demonstration.story import DAY, Town
from sosei.programmes.spaces.models import SpaceWish
from sosei.programmes.spaces.search_wishes import Wishes
from sosei.programmes.spaces.services import wish_offers, wishes
from sosei.programmes.spaces.wish_fits import free_times

OFFERED = (
    ("meeting-a", 0, "机の並べかえを手伝います。モニターはありませんが、白い壁に映せます。（見本）"),
    ("hall", 10, "広間を使えます。朝から準備に入ってもかまいません。（見本）"),
    ("classroom", 0, "黒板のある教室です。車は10台とめられます。（見本）"),
)
"""Space, percent off, what the host writes; the first two that the town has."""
MOST = 2


def load_wishes(town: Town) -> None:
    """Written by two guests; hosts and the town's staff answer the first."""
    _offers(town, _training(town))
    _music(town)


def _publish(town: Town, login: str, name: str, given: Wishes, text: str) -> SpaceWish:
    person = town.person(login)
    until = min(town.day(10), (given.last or town.day(12)) - DAY)
    return wishes.publish(
        municipality=town.municipality,
        person=person,
        terms=wishes.Terms(given, text, until),
        key=uuid5(NAMESPACE, f"{town.code}:wish:{name}"),
        actor=person,
    )


def _training(town: Town) -> SpaceWish:
    given = Wishes(
        use="training",
        seats=20,
        equipment=("tables_chairs",),
        yen=10000,
        near=(37.0583, 140.8922) if town.code == "07204" else (37.7545, 140.4609),
        near_name="駅",
        km=3,
        resident=True,
        first=town.day("w2.1"),
        last=town.day("w2.5"),
        part="afternoon",
        minutes=180,
    )
    return _publish(
        town,
        "jumin",
        "training",
        given,
        "市外から講師を呼ぶ20人の研修です。駅から歩ける所をさがしています。（見本）",
    )


def _music(town: Town) -> SpaceWish:
    given = Wishes(
        use="music",
        seats=6,
        equipment=("soundproof",),
        yen=3000,
        resident=True,
        first=town.day("w2.5"),
        last=town.day("w3.6"),
        weekdays=(5, 6),
        minutes=120,
    )
    return _publish(
        town, "tsukau", "music", given, "小さな合奏の練習です。音を出せる所をさがしています。（見本）"
    )


def _offers(town: Town, wish: SpaceWish) -> None:
    rows = [(town.space(key), off, text) for key, off, text in OFFERED if key in town.spaces]
    free = free_times(wish, [space for space, _off, _text in rows], wish.asked_at)
    made = 0
    for space, off, text in rows:
        times = free.get(space.pk, [])
        if not times or made == MOST:
            continue
        listed = wish_offers.list_price(wish, space, times[0], wish.asked_at)
        wish_offers.offer(
            wish=wish,
            terms=wish_offers.Terms(
                space,
                times[0],
                listed * (100 - off) // 100,
                text,
                town.now + datetime.timedelta(days=8),
            ),
            actor=town.staff(),
        )
        made += 1
