"""Equipment, uses and ways to pay: a stable slug for the database, a bit for the search's masks, a name for people.

A slug and its bit are never given to anything else; a new one takes the next free bit (0 to 62).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LAST_BIT = 62
"""Masks are PostgreSQL's bigint without its sign."""


@dataclass(frozen=True)
class Named:
    """One piece of equipment, use or way to pay.

    Attributes:
        slug: what the database holds.
        bit: its place in a mask.
        name: lazily translated.
        group: under which heading a list shows it, lazily translated.
    """

    slug: str
    bit: int
    name: Any
    group: Any = ""


class UnknownSlugError(ValueError):
    """A slug that this list does not hold."""

    def __init__(self, slug: str) -> None:
        super().__init__(_("「%(slug)s」という種類はありません。一覧から選んでください。") % {"slug": slug})


_NET = gettext_lazy("通信と電源")
_MEETING = gettext_lazy("会議と発表")
_ROOM = gettext_lazy("部屋の設備")
_PEOPLE = gettext_lazy("だれでも使いやすく")

EQUIPMENT = (
    Named("wifi", 0, gettext_lazy("Wi-Fi"), _NET),
    Named("wired_lan", 1, gettext_lazy("有線LAN"), _NET),
    Named("power_outlets", 2, gettext_lazy("席の電源"), _NET),
    Named("video_booth", 3, gettext_lazy("音をさえぎる個室ブース"), _NET),
    Named("printer", 4, gettext_lazy("印刷・コピー"), _NET),
    Named("projector", 10, gettext_lazy("プロジェクター"), _MEETING),
    Named("screen", 11, gettext_lazy("スクリーン"), _MEETING),
    Named("large_display", 12, gettext_lazy("大型モニター"), _MEETING),
    Named("whiteboard", 13, gettext_lazy("ホワイトボード"), _MEETING),
    Named("microphone", 14, gettext_lazy("マイク・スピーカー"), _MEETING),
    Named("conference_camera", 15, gettext_lazy("Web会議用のカメラ"), _MEETING),
    Named("piano", 16, gettext_lazy("ピアノ"), _MEETING),
    Named("stage", 17, gettext_lazy("ステージ"), _MEETING),
    Named("tables_chairs", 20, gettext_lazy("机といす"), _ROOM),
    Named("air_conditioning", 21, gettext_lazy("冷房・暖房"), _ROOM),
    Named("kitchen", 22, gettext_lazy("台所"), _ROOM),
    Named("water", 23, gettext_lazy("水道・流し"), _ROOM),
    Named("tatami", 24, gettext_lazy("たたみ"), _ROOM),
    Named("mirror", 25, gettext_lazy("大きな鏡"), _ROOM),
    Named("soundproof", 26, gettext_lazy("防音"), _ROOM),
    Named("lockers", 27, gettext_lazy("ロッカー"), _ROOM),
    Named("shower", 28, gettext_lazy("シャワー"), _ROOM),
    Named("smart_lock", 29, gettext_lazy("暗証番号で開く鍵"), _ROOM),
    Named("parking", 30, gettext_lazy("駐車場"), _ROOM),
    Named("bicycle_parking", 31, gettext_lazy("駐輪場"), _ROOM),
    Named("accessible_toilet", 40, gettext_lazy("車いすで使えるトイレ"), _PEOPLE),
    Named("accessible_parking", 41, gettext_lazy("車いす使用者用の駐車場"), _PEOPLE),
    Named("elevator", 42, gettext_lazy("エレベーター"), _PEOPLE),
    Named("hearing_loop", 43, gettext_lazy("聞こえを助けるループ"), _PEOPLE),
    Named("nursing_room", 44, gettext_lazy("授乳室"), _PEOPLE),
    Named("kids_space", 45, gettext_lazy("子どもの場所"), _PEOPLE),
)

_WORK = gettext_lazy("仕事")
_LEARN = gettext_lazy("学ぶ・つくる")
_GATHER = gettext_lazy("集まる")
_SELL = gettext_lazy("売る・見せる")

USES = (
    Named("meeting", 0, gettext_lazy("会議・打ち合わせ"), _WORK),
    Named("remote_work", 1, gettext_lazy("リモートワーク"), _WORK),
    Named("video_meeting", 2, gettext_lazy("Web会議"), _WORK),
    Named("training", 3, gettext_lazy("研修・セミナー"), _WORK),
    Named("interview", 4, gettext_lazy("面接"), _WORK),
    Named("streaming", 5, gettext_lazy("配信・撮影"), _WORK),
    Named("lesson", 10, gettext_lazy("教室・けいこ"), _LEARN),
    Named("study", 11, gettext_lazy("自習・勉強会"), _LEARN),
    Named("music", 12, gettext_lazy("音楽の練習"), _LEARN),
    Named("dance", 13, gettext_lazy("ダンス・体操"), _LEARN),
    Named("sports", 14, gettext_lazy("スポーツ"), _LEARN),
    Named("craft", 15, gettext_lazy("工作・手芸"), _LEARN),
    Named("cooking", 16, gettext_lazy("料理"), _LEARN),
    Named("community", 20, gettext_lazy("地域の集まり・サークル"), _GATHER),
    Named("party", 21, gettext_lazy("食事会・パーティー"), _GATHER),
    Named("children", 22, gettext_lazy("子どもの会・子育て"), _GATHER),
    Named("ceremony", 23, gettext_lazy("式・法事"), _GATHER),
    Named("concert", 30, gettext_lazy("演奏会・発表会"), _SELL),
    Named("exhibition", 31, gettext_lazy("展示"), _SELL),
    Named("market", 32, gettext_lazy("市・販売"), _SELL),
    Named("pop_up", 33, gettext_lazy("期間をきめた店"), _SELL),
    Named("other", 62, gettext_lazy("そのほか")),
)

WAYS_TO_PAY = (
    Named("card", 0, gettext_lazy("カード")),
    Named("konbini", 1, gettext_lazy("コンビニ")),
    Named("bank", 2, gettext_lazy("銀行振込")),
    Named("invoice", 3, gettext_lazy("あとで請求書")),
    Named("on_site", 4, gettext_lazy("当日に現地で")),
)
"""Slugs are those of core.payments; a booking that costs nothing is always free."""

EQUIPMENT_BY_SLUG: Mapping[str, Named] = {item.slug: item for item in EQUIPMENT}
USES_BY_SLUG: Mapping[str, Named] = {item.slug: item for item in USES}
WAYS_BY_SLUG: Mapping[str, Named] = {item.slug: item for item in WAYS_TO_PAY}


def mask(slugs: Iterable[str], known: Mapping[str, Named]) -> int:
    """The bits of these slugs as one number.

    Raises:
        UnknownSlugError: a slug that the list does not hold.
    """
    bits = 0
    for slug in slugs:
        if slug not in known:
            raise UnknownSlugError(slug)
        bits |= 1 << known[slug].bit
    return bits


def names(slugs: Iterable[str], known: Mapping[str, Named]) -> list[str]:
    """Names in the order of the list, in the reader's language; slugs it does not hold are left out."""
    held = set(slugs)
    return [str(item.name) for item in known.values() if item.slug in held]


def grouped(items: Iterable[Named]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices under their headings, for a form."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for item in items:
        groups.setdefault(str(item.group), []).append((item.slug, str(item.name)))
    return list(groups.items())
