"""The verbs and messages of wishes and offers, and what is said of how well a space fits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sosei.core.records.kinds import declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.spaces.rules_wishes import Point
from sosei.programmes.spaces.words_booking_letters import BOOKINGS, HOSTING

GOOD = {
    Point.USE: _("使い道が合う"),
    Point.SEATS: _("人数が入る"),
    Point.KIND: _("種類が合う"),
    Point.EQUIPMENT: _("設備がそろっている"),
    Point.STEP_FREE: _("段差がない"),
    Point.DISTANCE: _("距離が合う"),
    Point.TIME: _("開いている時間に合う"),
    Point.YEN: _("予算の中"),
}
LACKS = {
    Point.USE: _("使い道がちがう"),
    Point.SEATS: _("人数が入らない"),
    Point.KIND: _("種類がちがう"),
    Point.EQUIPMENT: _("ない設備：%(missing)s"),
    Point.STEP_FREE: _("段差がある"),
    Point.DISTANCE: _("遠い（%(distance)s）"),
    Point.TIME: _("開いている時間に合わない"),
    Point.YEN: _("予算をこえる（料金表では%(yen)s円）"),
}

for _name, _title, _sentence in (
    (
        "published",
        _("こんな場所がほしいを出した"),
        _("%(person)sさんが「こんな場所がほしい」を出しました（%(heads)s人）"),
    ),
    (
        "changed",
        _("こんな場所がほしいを直した"),
        _("%(person)sさんが「こんな場所がほしい」を直しました（%(heads)s人）"),
    ),
    (
        "taken_back",
        _("こんな場所がほしいを取り下げた"),
        _("%(person)sさんが「こんな場所がほしい」（%(heads)s人）を取り下げました"),
    ),
    (
        "hidden",
        _("こんな場所がほしいをかくした"),
        _("%(actor)sが「こんな場所がほしい」（%(heads)s人）をかくしました"),
    ),
    (
        "shown",
        _("かくした募集をまた出した"),
        _("%(actor)sが、かくした「こんな場所がほしい」（%(heads)s人）をまた出しました"),
    ),
    (
        "lapsed",
        _("こんな場所がほしいの期限が過ぎた"),
        _("「こんな場所がほしい」（%(heads)s人）の期限が過ぎました"),
    ),
    (
        "offered",
        _("場所を申し出た"),
        _("「%(space)s」を%(yen)s円で貸すと申し出がありました（%(heads)s人の募集）"),
    ),
    (
        "offer_changed",
        _("場所の申し出を変えた"),
        _("「%(space)s」の申し出が%(yen)s円に変わりました（%(heads)s人の募集）"),
    ),
    ("offer_taken_back", _("場所の申し出を取り下げた"), _("「%(space)s」の申し出が取り下げられました")),
    (
        "offer_declined",
        _("場所の申し出をことわった"),
        _("%(person)sさんが「%(space)s」の申し出をことわりました"),
    ),
    (
        "offer_lost",
        _("申し出た場所がほかの人に取られた"),
        _("申し出のあった「%(space)s」は、ほかの人が予約しました"),
    ),
    (
        "chosen",
        _("場所の申し出を選んだ"),
        _("%(person)sさんが「%(space)s」の申し出（%(yen)s円）を選び、予約 %(number)s をしました"),
    ),
):
    declare_verb(f"space_wish.{_name}", _title, _sentence, scope=Scope.PEOPLE)

declare_kind("space.wish_offered", BOOKINGS, _("ほしい場所の申し出が届いたお知らせ"), urgent=True)
declare_kind("space.wish_offer_gone", BOOKINGS, _("場所の申し出がなくなったお知らせ"))
declare_kind("space.wish_ended", BOOKINGS, _("ほしい場所の募集が終わったお知らせ"))
declare_kind("space.wish_hidden", BOOKINGS, _("ほしい場所の募集を町が確かめたお知らせ"))
declare_kind("space.offer_answered", HOSTING, _("場所の申し出に返事があったお知らせ"))
declare_kind("space.offer_chosen", HOSTING, _("場所の申し出が選ばれたお知らせ"), urgent=True)
