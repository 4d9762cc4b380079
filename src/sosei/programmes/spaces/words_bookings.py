"""The words of bookings: why one is called off, and every verb of orders, bookings, the waiting list and blocked times."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sosei.core.payments.reasons import declare_reasons
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.spaces.booking_times import moment_text

REASONS: dict[str, dict[str, Any]] = {
    "guest": {
        "plans": _("予定が変わった"),
        "illness": _("病気・けが"),
        "fewer": _("人数が変わった"),
        "other_place": _("ほかの場所にする"),
        "weather": _("天気・交通"),
        "other": _("そのほか"),
    },
    "host": {
        "broken": _("設備がこわれた"),
        "works": _("工事・点検"),
        "double": _("別の予定と重なった"),
        "rules": _("きまりに合わない使い方"),
        "weather": _("天気・災害"),
        "other": _("そのほか"),
    },
    "town": {
        "disaster": _("災害・避難所にするため"),
        "election": _("選挙・市の行事のため"),
        "broken": _("設備がこわれた"),
        "permission": _("許可の取り消し"),
        "guest_asked": _("使う人からの申し出（条例による返金）"),
        "other": _("そのほか"),
    },
}
"""Side -> code -> words. What `guest_asked` gives back is all of it: the ordinance grants it case by case."""


def reason_label(side: str, code: str) -> str:
    """A reason in words; the bare code where it is no longer offered."""
    return str(REASONS.get(side, {}).get(code, code))


BOOKED = _("予約 %(number)s")
CANCELLED = _("予約の取り消し")
MOVED = _("予約の変更")
LAPSED = _("期限までに決まらなかった予約")
LOST = _("ほかの人に決まった予約")
REPORTED = _("予約 %(number)s の報告")
# The longer sentence comes first: the shorter one would take its end for a number.
declare_reasons(REPORTED, BOOKED, CANCELLED, MOVED, LAPSED, LOST)
LAPSES = {
    "unpaid": _("支払いがないまま、期限が過ぎた"),
    "unanswered": _("返事がないまま、期限が過ぎた"),
    "taken": _("支払いがおくれ、ほかの予約が入った"),
}
"""Why a booking lapsed."""


def _moment(text: str) -> str:
    return moment_text(datetime.fromisoformat(text), timezone.get_current_timezone())


for _name, _title, _sentence in (
    (
        "space_order.placed",
        _("場所を申し込んだ"),
        _("「%(space)s」が申し込まれました（予約番号 %(number)s、%(times)s回、%(yen)s円）"),
    ),
    (
        "space_booking.confirmed",
        _("予約が決まった"),
        _("予約番号 %(number)s「%(space)s」（%(start)s）が決まりました"),
    ),
    (
        "space_booking.accepted",
        _("予約の申し込みを受けた"),
        _("%(actor)sが予約番号 %(number)s「%(space)s」（%(start)s）の申し込みを受けました"),
    ),
    (
        "space_booking.declined",
        _("予約の申し込みを断った"),
        _("予約番号 %(number)s「%(space)s」（%(start)s）の申し込みは、断られました"),
    ),
    (
        "space_booking.lapsed",
        _("予約の期限が過ぎた"),
        _("予約番号 %(number)s「%(space)s」（%(start)s）は、期限が過ぎて終わりました：%(why)s"),
    ),
    (
        "space_booking.moved",
        _("予約を変えた"),
        _("予約番号 %(number)s「%(space)s」が%(old_start)sから%(start)sに変わりました（差額 %(yen)s円）"),
    ),
    (
        "space_booking.cancelled",
        _("予約を取り消した"),
        _("予約番号 %(number)s「%(space)s」（%(start)s）が取り消されました（取り消し料 %(yen)s円）"),
    ),
    (
        "space_booking.cancelled_by_phone",
        _("電話で頼まれて予約を取り消した"),
        _(
            "%(actor)sが、使う人に電話か窓口で頼まれて、予約番号 %(number)s「%(space)s」（%(start)s）を取り消しました"
            "（取り消し料 %(yen)s円）"
        ),
    ),
    (
        "space_booking.used",
        _("場所が使われた"),
        _("予約番号 %(number)s「%(space)s」（%(start)s）が使われました"),
    ),
    (
        "space_booking.no_show",
        _("使う人が来なかった"),
        _("予約番号 %(number)s「%(space)s」（%(start)s）には、だれも来ませんでした"),
    ),
    (
        "space_waiting.joined",
        _("空き待ちをした"),
        _("%(person)sさんが「%(space)s」（%(start)s）の空き待ちをしました"),
    ),
    (
        "space_waiting.offered",
        _("空き待ちの人に声をかけた"),
        _("「%(space)s」（%(start)s）が空き、%(person)sさんのためにおさえました"),
    ),
    (
        "space_waiting.taken",
        _("空き待ちから予約した"),
        _("%(person)sさんが、空いた「%(space)s」（%(start)s）を予約しました"),
    ),
    (
        "space_waiting.declined",
        _("空いた場所をことわった"),
        _("%(person)sさんが、空いた「%(space)s」（%(start)s）をことわりました"),
    ),
    (
        "space_waiting.left",
        _("空き待ちをやめた"),
        _("%(person)sさんが「%(space)s」（%(start)s）の空き待ちをやめました"),
    ),
    (
        "space_waiting.lapsed",
        _("空き待ちが終わった"),
        _("%(person)sさんの「%(space)s」（%(start)s）の空き待ちは、期限が過ぎて終わりました"),
    ),
    (
        "space_block.made",
        _("使えない時間を作った"),
        _("「%(space)s」に使えない時間ができました（%(times)s回、重なる予約 %(clashes)s件）"),
    ),
    (
        "space_block.ended",
        _("使えない時間をやめた"),
        _("「%(space)s」（%(start)s）が、また予約できるようになりました"),
    ),
):
    declare_verb(
        _name,
        _title,
        _sentence,
        scope=Scope.PEOPLE,
        labels={"why": lambda why: str(LAPSES.get(why, why)), "start": _moment, "old_start": _moment},
    )
