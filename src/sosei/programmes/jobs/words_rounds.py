"""The words of rounds: why a wish was or was not fulfilled, verbs, kinds of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words
from sosei.core.records.kinds import declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.jobs.rules_rounds import Code
from sosei.programmes.jobs.words_applications import DEALS

WISHES: Mapping[str, Any] = {
    "got_it": _("この仕事に決まりました。"),
    "held_better": _("もっと上の希望に決まったので、こちらは終わりました。"),
    "no_capacity": _("空いている場所がありませんでした。"),
    "not_acceptable": _("この仕事には入れませんでした。"),
    "higher_score": _(
        "%(capacity)s人の場所に、経験がもっと合う人が入りました。最後に入った人は%(cutoff_score)s点、この申し込みは%(score)s点でした。"
    ),
    "lottery": _(
        "同じ点（%(score)s点）の人の中で、抽選で決めました。最後に入った人は%(cutoff_lot)s番、この申し込みは%(lot)s番でした。"
    ),
    "region_cap": _("%(region)sの人数の上限（%(cap)s人）に達しました。"),
    "group_no_room": _("友だちみんなが入れる場所がありませんでした。"),
    "blocking": _("友だちといっしょの人たちを分けないようにしたため、入れませんでした。"),
    Code.TOTAL_VALUE: _(
        "みんなの点の合計がいちばん大きくなるように決めたため、この仕事にはほかの人が入りました。"
    ),
    Code.NO_BED: _("泊まる場所が足りませんでした。"),
    Code.BUSY: _("同じ時間に、べつの仕事が決まっていました。"),
    Code.PAUSED: _("仕事に申し込めない期間の中でした。"),
    Code.CLOSED: _("この仕事は、もう始まったか、なくなりました。"),
    Code.FRIENDS_MISSING: _("友だちが全員そろわなかったか、友だちと希望がちがいました。"),
}
"""Why a wish was or was not fulfilled, by the code of the engine or of this room."""
POSTINGS: Mapping[str, Any] = {
    "filled": _("全部うまった"),
    "region_cap": _("地域の上限に達した"),
    "too_few_applicants": _("希望する人が足りない"),
    "no_applicants": _("希望する人がいない"),
    "no_capacity": _("空いている場所がない"),
}
"""How full a posting is and why."""


def wish_sentence(figures: Mapping[str, Any], regions: Mapping[str, str]) -> str:
    """Why a wish was or was not fulfilled, in the reader's language.

    Args:
        regions: code -> name.
    """
    code = str(figures["code"])
    if code in ("lottery", "higher_score") and "cutoff_score" not in figures:
        code = "not_acceptable"
    region = figures.get("region", "")
    return str(WISHES[code]) % {**figures, "region": regions.get(region, region)}


def posting_words(code: str) -> str:
    """How full a posting is and why."""
    return str(POSTINGS[code])


def rank_words(rank: int) -> str:
    """Which wish it is."""
    return gettext("%(rank)s番目の希望") % {"rank": rank}


for _name, _title, _sentence in (
    ("round.opened", _("割り当ての回を作った"), _("%(actor)sが割り当ての回「%(round)s」を作りました")),
    ("round.changed", _("割り当ての回を変えた"), _("%(actor)sが割り当ての回「%(round)s」を変えました")),
    (
        "round.drawn",
        _("抽選して割り当てを計算した"),
        _("%(actor)sが「%(round)s」の抽選をして、割り当てを計算しました（決まる人 %(placed)s人）"),
    ),
    (
        "round.drawn_again",
        _("割り当てを計算し直した"),
        _("%(actor)sが「%(round)s」の割り当てを計算し直しました（%(number)s回目、決まる人 %(placed)s人）"),
    ),
    (
        "round.published",
        _("割り当てを発表した"),
        _("%(actor)sが「%(round)s」の割り当てを発表しました（契約 %(contracts)s件）"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.ORGANISATIONS)

for _name, _title, _sentence in (
    (
        "round.wished",
        _("割り当ての回に希望を出した"),
        _("%(person)sさんが「%(round)s」に希望を出しました（%(count)sつ）"),
    ),
    (
        "round.not_placed",
        _("割り当てで決まらなかった"),
        _("「%(posting)s」への%(person)sさんの申し込みは、割り当てで決まりませんでした"),
    ),
):
    declare_verb(_name, _title, _sentence, scope=Scope.PEOPLE)

declare_kind("round.result", DEALS, _("割り当ての結果のお知らせ"))
LOOK = "jobs_round"
look_words.register(LOOK, _("割り当ての結果を見た"))
