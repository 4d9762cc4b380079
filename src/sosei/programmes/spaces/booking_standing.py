"""How an order stands, in words: what the page says first to its guest and to its host, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import moment_text, when_text
from sosei.programmes.spaces.models import Booking, Order

ORDER_OF_STATES = ("held", "requested", "confirmed", "no_show", "used", "cancelled", "declined", "lapsed")
"""The first of these that one of the bookings has tells how the whole order stands."""


@dataclass(frozen=True)
class Standing:
    """What the page says first.

    Attributes:
        state: of the booking that decides.
        kind: of the banner.
        until: when something lapses; None for nothing.
    """

    state: str
    kind: str
    heading: str
    text: str
    until: datetime | None = None


def standing_of(order: Order, bookings: Sequence[Booking], *, for_host: bool, now: datetime) -> Standing:
    """How an order stands."""
    first = min(bookings, key=lambda one: (ORDER_OF_STATES.index(one.state), one.period.lower))
    zone = zone_of(order.municipality)
    until = first.answer_until if first.state in ("held", "requested") else None
    told: dict[str, Any] = {
        "until": moment_text(until, zone) if until else "",
        "when": when_text(first.period, zone),
        "name": order.guest_name,
    }
    kind, heading, text = (_host_words if for_host else _guest_words)(first, order, now)
    return Standing(first.state, kind, heading % told, text % told, until)


def _guest_words(first: Booking, order: Order, now: datetime) -> tuple[str, str, str]:
    if first.state == "held" and first.answer_until is not None and first.answer_until <= now:
        return (
            "warning",
            _("支払いの期限が過ぎました"),
            _("場所はもうおさえていません。もう一度予約してください。"),
        )
    if first.state == "confirmed" and first.period.lower <= now:
        return "success", _("いま使う時間です"), _("%(when)s。終わったら、片づけて、元にもどしてください。")
    words = {
        "held": (
            "warning",
            _("支払いを待っています"),
            _("%(until)sまで、場所をおさえてあります。それまでに払うと、予約が決まります。"),
        ),
        "requested": (
            "info",
            _("貸す人の返事を待っています"),
            _(
                "まだ決まっていません。%(until)sまでに返事がないときは、申し込みは終わり、お金はかかりません。"
            ),
        ),
        "confirmed": ("success", _("予約は決まっています"), _("次に使う日：%(when)s")),
        "declined": (
            "info",
            _("今回は借りられませんでした"),
            _("貸す人がことわりました。お金はかかりません。"),
        ),
        "lapsed": (
            "info",
            _("申し込みは終わりました"),
            _("期限までに決まらなかったため、予約はありません。"),
        ),
        "cancelled": ("info", _("予約を取り消しました"), _("この予約は、もうありません。")),
        "used": ("info", _("使い終わりました"), _("ご利用ありがとうございました。")),
        "no_show": (
            "warning",
            _("来なかったことになっています"),
            _("まちがいのときは、貸す人に連絡してください。"),
        ),
    }
    return words[first.state]


def _host_words(first: Booking, order: Order, now: datetime) -> tuple[str, str, str]:
    if first.state == "confirmed" and first.period.lower <= now:
        return "success", _("いま使っている時間です"), "%(when)s"
    words = {
        "held": (
            "warning",
            _("支払い待ち"),
            _("%(until)sまで場所をおさえています。払われないと自動で空きます。"),
        ),
        "requested": ("warning", _("返事を待っています"), _("%(until)sまでに返事をしてください。")),
        "confirmed": ("success", _("決まっています"), _("次に使う日：%(when)s")),
        "declined": ("info", _("ことわりました"), ""),
        "lapsed": ("info", _("期限が過ぎました"), _("払われなかったか、返事がなかったため、終わりました。")),
        "cancelled": ("info", _("取り消されました"), ""),
        "used": ("info", _("使い終わりました"), ""),
        "no_show": ("warning", _("来ませんでした"), ""),
    }
    return words[first.state]
