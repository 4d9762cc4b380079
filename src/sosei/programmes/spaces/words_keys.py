"""The words of keys and calendars: kinds of messages, verbs, and why a door did not open."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from sosei.core.records.kinds import declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.spaces.words_booking_letters import BOOKINGS, HOSTING

WHY = {
    "wrong": _("番号がちがう"),
    "too_early": _("時間の前"),
    "too_late": _("時間の後"),
    "withdrawn": _("使えなくした番号"),
    "locked_out": _("まちがいが続いて止めている"),
}
"""Why a code did not open (rules_keys.Code)."""

declare_kind(
    "space.door_code",
    BOOKINGS,
    _("鍵の番号のお知らせ"),
    secret=True,
    urgent=True,
    valid_for=timedelta(hours=48),
)
declare_kind("space.lock_failed", HOSTING, _("鍵から返事がないお知らせ"), urgent=True)
declare_kind("space.calendar_clash", HOSTING, _("ほかのカレンダーとぶつかったお知らせ"), urgent=True)
declare_kind("space.calendar_failed", HOSTING, _("カレンダーを読めないお知らせ"))

for _name, _title, _sentence, _scope in (
    (
        "space_key.made",
        _("鍵の番号を作った"),
        _("予約番号 %(number)s（%(start)s）のために「%(lock)s」の番号ができました"),
        Scope.PEOPLE,
    ),
    (
        "space_key.ended",
        _("鍵の番号を使えなくした"),
        _("予約番号 %(number)s（%(start)s）の「%(lock)s」の番号は、使えなくなりました"),
        Scope.PEOPLE,
    ),
    (
        "space_lock.added",
        _("鍵を付けた"),
        _("%(actor)sが「%(space)s」に鍵「%(lock)s」を付けました"),
        Scope.ORGANISATIONS,
    ),
    (
        "space_lock.ended",
        _("鍵を外した"),
        _("%(actor)sが「%(space)s」の鍵「%(lock)s」を外しました"),
        Scope.ORGANISATIONS,
    ),
    (
        "space_lock.failed",
        _("鍵から返事がない"),
        _("「%(space)s」の鍵「%(lock)s」から返事がありません"),
        Scope.ORGANISATIONS,
    ),
    (
        "space_calendar.linked",
        _("カレンダーを出した"),
        _("%(actor)sが「%(space)s」のカレンダーの秘密のアドレスを作りました"),
        Scope.ORGANISATIONS,
    ),
    (
        "space_calendar.unlinked",
        _("カレンダーを出すのをやめた"),
        _("%(actor)sが「%(space)s」のカレンダーの秘密のアドレスを使えなくしました"),
        Scope.ORGANISATIONS,
    ),
    (
        "space_feed.added",
        _("ほかのカレンダーを取り込んだ"),
        _("%(actor)sが「%(space)s」にカレンダー「%(feed)s」を取り込みました"),
        Scope.ORGANISATIONS,
    ),
    (
        "space_feed.ended",
        _("ほかのカレンダーの取り込みをやめた"),
        _("%(actor)sが「%(space)s」へのカレンダー「%(feed)s」の取り込みをやめました"),
        Scope.ORGANISATIONS,
    ),
):
    declare_verb(_name, _title, _sentence, scope=_scope)
