"""The words of reviews and damage: questions and answers, kinds of lines, verbs, kinds of messages, looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words
from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.spaces.models import DamageReport, SpaceReview
from sosei.programmes.spaces.rules_care import GUEST, HOST, LineKind

_FULLY = {"yes": _("はい"), "partly": _("だいたい"), "no": _("いいえ")}
QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    GUEST: {
        "described": _("設備は、説明のとおりでしたか"),
        "clean": _("きれいでしたか"),
        "wifi": _("Wi-Fiは、仕事に使えましたか"),
    },
    HOST: {
        "clean": _("きれいに片づけてくれましたか"),
        "on_time": _("時間を守ってくれましたか"),
        "rules": _("場所のきまりを守ってくれましたか"),
    },
}
ANSWERS: Mapping[str, Any] = {
    **_FULLY,
    "good": _("使えた"),
    "slow": _("おそかった"),
    "none": _("使えなかった"),
    "unused": _("使わなかった"),
}
SHORT: Mapping[str, Any] = {
    "described": _("設備が説明のとおり"),
    "clean": _("きれい"),
    "wifi": _("Wi-Fi"),
    "on_time": _("時間を守った"),
    "rules": _("きまりを守った"),
}
"""The questions as labels beside an answer."""
STARS: Mapping[int, Any] = {
    5: _("5 とてもよかった"),
    4: _("4 よかった"),
    3: _("3 ふつう"),
    2: _("2 よくなかった"),
    1: _("1 とても悪かった"),
}
LINES: Mapping[str, Any] = {
    LineKind.REPAIR: _("修理・買いかえ"),
    LineKind.CLEANING: _("そうじ・片づけ"),
    LineKind.OVERTIME: _("過ぎた時間の料金"),
    LineKind.OTHER: _("そのほか"),
    LineKind.PRICE: _("料金を返す"),
}
KINDS_OF: Mapping[str, tuple[str, ...]] = {
    GUEST: (DamageReport.Kind.BEFORE, DamageReport.Kind.BROKEN, DamageReport.Kind.OTHER),
    HOST: (
        DamageReport.Kind.BROKEN,
        DamageReport.Kind.DIRTY,
        DamageReport.Kind.OVERTIME,
        DamageReport.Kind.OTHER,
    ),
}
"""What each side reports."""


def answered(review: SpaceReview) -> list[tuple[Any, Any]]:
    """Questions and answers of a review, as labels; what is not known any more is left out."""
    return [
        (SHORT[name], ANSWERS[review.answers[name]])
        for name in QUESTIONS[review.side]
        if review.answers.get(name) in ANSWERS
    ]


def side_label(side: str) -> str:
    """Which side."""
    return str(DamageReport.Side(side).label)


def yen_label(yen: int) -> str:
    """A sum."""
    return f"{int(yen):,}"


def kind_label(kind: str) -> str:
    """What a report is about."""
    return str(DamageReport.Kind(kind).label)


for _name, _title, _sentence in (
    ("written_by_guest", _("場所の評価を書いた"), _("使った人が「%(space)s」の評価を書きました")),
    (
        "written_by_host",
        _("使った人の評価を書いた"),
        _("貸した人が、「%(space)s」を使った人の評価を書きました"),
    ),
    ("replied", _("場所の評価に返事をした"), _("貸した人が「%(space)s」の評価に返事をしました")),
    (
        "reported",
        _("場所の評価を市に知らせた"),
        _("「%(space)s」の評価を見てほしいと、市に知らせがありました"),
    ),
    (
        "kept",
        _("場所の評価をそのままにした"),
        _("%(actor)sが「%(space)s」の評価を確かめて、そのままにしました"),
    ),
    ("hidden", _("場所の評価をかくした"), _("%(actor)sが「%(space)s」の評価をかくしました")),
    (
        "unhidden",
        _("場所の評価をもう一度見せた"),
        _("%(actor)sが「%(space)s」の評価を見えるように戻しました"),
    ),
):
    declare_verb(f"space_review.{_name}", _title, _sentence, scope=Scope.PEOPLE)

for _name, _title, _sentence, _labels in (
    (
        "told",
        _("こわれた・よごれたを報告した"),
        _("予約 %(number)s について報告しました（%(kind)s、%(side)s、%(yen)s円）"),
        {"kind": kind_label, "side": side_label, "yen": yen_label},
    ),
    ("accepted", _("報告を認めた"), _("予約 %(number)s の報告を認めました（%(yen)s円）"), {"yen": yen_label}),
    (
        "disputed",
        _("報告を認めなかった"),
        _("予約 %(number)s の報告を認めませんでした（%(yen)s円）"),
        {"yen": yen_label},
    ),
    ("withdrawn", _("報告を取り下げた"), _("予約 %(number)s の報告を取り下げました"), {}),
    (
        "unanswered",
        _("報告に返事がなかった"),
        _("予約 %(number)s の報告に、期限までに返事がありませんでした"),
        {},
    ),
    (
        "decided",
        _("報告について決めた"),
        _("%(actor)sが、予約 %(number)s の報告を%(yen)s円と決めました"),
        {"yen": yen_label},
    ),
    (
        "given_up",
        _("払われない請求をあきらめた"),
        _("%(actor)sが、予約 %(number)s の報告の請求のうち%(yen)s円をあきらめました"),
        {"yen": yen_label},
    ),
):
    declare_verb(f"space_damage.{_name}", _title, _sentence, scope=Scope.PEOPLE, labels=_labels)
declare_verb(
    "space.equipment_marked",
    _("使えない設備を書きかえた"),
    _("「%(space)s」の使えない設備を書きかえました（%(count)s）"),
    scope=Scope.ORGANISATIONS,
)

REVIEWS = declare_group(
    "space_reviews",
    _("場所の評価のお知らせ"),
    _("場所を使ったあとの評価のお願いと、評価が見えるようになったお知らせです。"),
)
DAMAGE = declare_group(
    "space_damage",
    _("こわれた・よごれたの報告"),
    _("報告、返事、市が決めたことなど、お金にかかわる大切なお知らせです。止めることはできません。"),
    obliged=True,
)
STAFF = declare_group(
    "space_care_staff",
    _("場所の評価と報告（担当者）"),
    _("評価を見てほしいという知らせと、市が決める報告が届いたお知らせです。"),
    for_staff=True,
)
declare_kind("space_review.ask", REVIEWS, _("場所の評価のお願い"))
declare_kind("space_review.shown", REVIEWS, _("場所の評価が見えるようになったお知らせ"))
declare_kind("space_review.replied", REVIEWS, _("場所の評価に返事があったお知らせ"))
declare_kind("space_review.moderated", DAMAGE, _("場所の評価について市が決めたお知らせ"))
declare_kind("space_review.reported", STAFF, _("場所の評価を見てほしいという知らせ"))
declare_kind("space_damage.told", DAMAGE, _("こわれた・よごれたの報告が届いたお知らせ"), urgent=True)
declare_kind("space_damage.answered", DAMAGE, _("報告への返事"))
declare_kind("space_damage.changed", DAMAGE, _("報告の取り下げ・期限切れのお知らせ"))
declare_kind("space_damage.decided", DAMAGE, _("報告について市が決めたお知らせ"))
declare_kind("space_damage.to_decide", STAFF, _("市が決める報告"))

LOOK_REVIEWS, LOOK_DAMAGE = "spaces_reviews", "spaces_damage"
look_words.register(LOOK_REVIEWS, _("場所の評価を見た"))
look_words.register(LOOK_DAMAGE, _("場所のこわれた・よごれたの報告を見た"))
