"""The verbs and messages of lotteries for public rooms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.records.kinds import declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.spaces.words_booking_letters import BOOKINGS

OUTCOMES = {
    "won": _("当たり"),
    "taken": _("同じ時間に、先の順番の人が当たった"),
    "blocked": _("ほかの予約や休みで使えなかった"),
    "enough": _("もう十分に当たった"),
    "called_off": _("抽選が取りやめになった"),
}
"""What became of an entry."""

FLAWS = {
    "seed": _("種と、先に出した要約が合いません。"),
    "entries": _("申し込みの一覧と、その要約が合いません。"),
    "results": _("もう一度ひいた結果が、発表された結果と合いません。"),
}
"""What a check of a draw found."""

for _name, _title, _sentence in (
    ("announced", _("抽選を知らせた"), _("%(actor)sが「%(lottery)s」の抽選を知らせました（%(rooms)s室）")),
    ("called_off", _("抽選を取りやめた"), _("%(actor)sが「%(lottery)s」の抽選を取りやめました")),
    (
        "entered",
        _("抽選に申し込んだ"),
        _("%(person)sさんが「%(lottery)s」の抽選に申し込みました（番号 %(numbers)s）"),
    ),
    (
        "withdrawn",
        _("抽選の申し込みを取り下げた"),
        _("%(person)sさんが「%(lottery)s」の申し込み（番号 %(numbers)s）を取り下げました"),
    ),
    (
        "drawn",
        _("抽選をした"),
        _("「%(lottery)s」の抽選をしました（申し込み %(entries)s件、当たり %(won)s件）"),
    ),
    (
        "confirmed",
        _("当たった場所を予約した"),
        _("%(person)sさんが「%(lottery)s」で当たった場所（番号 %(numbers)s）を予約しました"),
    ),
    (
        "closed",
        _("抽選の期限が過ぎた"),
        _("「%(lottery)s」で当たった人が決める期限が過ぎました（予約されなかったもの %(lapsed)s件）"),
    ),
):
    declare_verb(f"space_lottery.{_name}", _title, _sentence, scope=Scope.PEOPLE)

declare_kind("space.lottery_entered", BOOKINGS, _("抽選の申し込みを受け付けたお知らせ"))
declare_kind("space.lottery_drawn", BOOKINGS, _("抽選の結果のお知らせ"), urgent=True)
declare_kind("space.lottery_lapsed", BOOKINGS, _("当たった場所の期限が過ぎたお知らせ"))
declare_kind("space.lottery_called_off", BOOKINGS, _("抽選が取りやめになったお知らせ"))
