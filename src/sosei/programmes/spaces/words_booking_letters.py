"""The kinds of messages about bookings, and what a look at a booking is called."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from sosei.core.people import look_words
from sosei.core.records.kinds import declare_group, declare_kind
from sosei.core.records.rules import Scope
from sosei.core.records.verbs import declare_verb
from sosei.programmes.spaces.booking_doors import LOOK

BOOKINGS = declare_group(
    "space_bookings",
    _("場所の予約"),
    _("予約が決まったこと、変わったこと、前の日のお知らせなどです。"),
)
HOSTING = declare_group(
    "space_hosting",
    _("貸す場所の予約"),
    _("あなたが貸す場所に、申し込みや予約、取り消しがあったときのお知らせです。"),
)

declare_kind("space.placed", BOOKINGS, _("申し込みを受け付けたお知らせ"))
declare_kind("space.confirmed", BOOKINGS, _("予約が決まったお知らせ"))
declare_kind("space.declined", BOOKINGS, _("借りられなかったお知らせ"))
declare_kind("space.lapsed", BOOKINGS, _("申し込みが終わったお知らせ"))
declare_kind("space.moved", BOOKINGS, _("予約の時間が変わったお知らせ"))
declare_kind("space.cancelled", BOOKINGS, _("予約を取り消したお知らせ"))
declare_kind("space.reminder", BOOKINGS, _("前の日のお知らせ"), valid_for=timedelta(hours=30))
declare_kind(
    "space.hold_ending", BOOKINGS, _("支払いの期限が近いお知らせ"), urgent=True, valid_for=timedelta(hours=24)
)
declare_kind("space.offered", BOOKINGS, _("待っていた時間が空いたお知らせ"), urgent=True)
declare_kind("space.offer_lapsed", BOOKINGS, _("空き待ちの期限が過ぎたお知らせ"))
declare_kind("space.no_show", BOOKINGS, _("来なかったことになったお知らせ"))
declare_kind("space.words", BOOKINGS, _("貸す人・使う人からのことば"))
declare_kind(
    "space.to_guest", BOOKINGS, _("アカウントがない人への予約のお知らせ"), secret=True, forget_address=True
)
declare_kind("space.host_asked", HOSTING, _("申し込みが届いたお知らせ"), urgent=True)
declare_kind("space.host_booked", HOSTING, _("予約が入ったお知らせ"))
declare_kind("space.host_changed", HOSTING, _("予約が変わった・取り消されたお知らせ"))

look_words.register(LOOK, _("場所の予約を見た"))

declare_verb(
    "space_order.words_sent",
    _("予約の相手にことばを送った"),
    _("予約 %(number)s の相手にことばを送りました"),
    scope=Scope.PEOPLE,
)
