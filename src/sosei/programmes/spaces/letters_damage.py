"""The words of messages about damage, in both languages: every step is told to the side that did not take it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from sosei.core.payments import tokens
from sosei.core.people.letters import link
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import moment_text
from sosei.programmes.spaces.letters_booking_people import (
    Parts,
    host_link,
    order_link,
    tell_guest,
    tell_host,
)
from sosei.programmes.spaces.letters_reviews import name_of, tell_staff, times_of
from sosei.programmes.spaces.models import DamageReport, Order
from sosei.programmes.spaces.services import money

GUEST, HOST = DamageReport.Side.GUEST, DamageReport.Side.HOST


def _yen(amount: int | None) -> str:
    return f"{amount or 0:,}"


def _told(report: DamageReport, order: Order) -> dict[str, Any]:
    zone = zone_of(report.municipality)
    return {
        "number": order.number,
        "space": name_of(report.booking.space),
        "when": times_of(report.booking),
        "kind": report.get_kind_display(),
        "yen": _yen(report.yen_claimed),
        "agreed": _yen(report.yen_agreed),
        "until": moment_text(report.answer_until, zone) if report.answer_until else "",
        "town": report.municipality,
        "reason": report.settled_reason,
    }


def _page(report: DamageReport, order: Order, side: str) -> str:
    """Where a side reads the report; who has no account comes to it from the order."""
    if side == HOST:
        return host_link("host-order-damage-report", order.host, number=order.number, report_id=report.pk)
    if order.person_id is None:
        return order_link(order)
    return link("spaces:my-order-damage-report", number=order.number, report_id=report.pk)


def _send(order: Order, side: str, key: str, kind: str, parts: Parts) -> None:
    if side == GUEST:
        tell_guest(order, f"{key}:guest", kind, parts)
    else:
        tell_host(order, f"{key}:host", kind, parts)


def _other(side: str) -> str:
    return HOST if side == GUEST else GUEST


def _pay_page(order: Order) -> str:
    bill = money.bill_of(order)
    if bill is None:
        return order_link(order)
    if order.person_id is None:
        return link("payments:guest-bill", token=tokens.token_of(bill))
    return link("payments:bill", pk=bill.pk)


def tell_told(report: DamageReport, order: Order) -> None:
    """The other side is asked to answer; who told it has it in writing."""

    def asked() -> tuple[str, Sequence[str]]:
        told = _told(report, order)
        money_line = ""
        if report.yen_claimed:
            money_line = (
                _("返してほしい額：%(yen)s円") if report.side == GUEST else _("請求の額：%(yen)s円")
            ) % told
        return _("報告が届きました。返事をしてください：%(space)s（%(number)s）") % told, [
            _("「%(space)s」（%(when)s）について、相手から報告が届きました：%(kind)s") % told,
            _("「%(text)s」") % {"text": report.text},
            money_line,
            _("%(until)sまでに、認めるか、認めないかを返事してください。") % told,
            _(
                "返事がないとき、認めないときは、%(town)sの担当者が両方の話を読んで決めます。勝手に引き落とすことはありません。"
            )
            % told
            if report.yen_claimed
            else "",
            _page(report, order, _other(report.side)),
        ]

    def received() -> tuple[str, Sequence[str]]:
        told = _told(report, order)
        return _("報告を受け付けました：%(space)s（%(number)s）") % told, [
            _("「%(space)s」（%(when)s）の報告を、相手に伝えました。%(until)sまで返事を待ちます。") % told,
            _("返事があるまでは、取り下げることができます。"),
            _page(report, order, report.side),
        ]

    key = f"space_damage.told:{report.pk}"
    _send(order, _other(report.side), key, "space_damage.told", asked)
    _send(order, report.side, f"{key}:kept", "space_damage.changed", received)


def tell_answered(report: DamageReport, order: Order) -> None:
    """Who told it reads the answer; who has to pay reads where."""
    accepted = report.state == DamageReport.State.AGREED

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(report, order)
        subject = _("相手が報告を認めました") if accepted else _("相手は報告を認めませんでした")
        return f"{subject} {order.number}", [
            _("「%(space)s」（%(when)s）の報告に返事がありました。") % told,
            report.answer,
            _money_after(report) % told
            if accepted
            else _("%(town)sの担当者が、両方の話を読んで決めます。決まったら知らせます。") % told,
            _page(report, order, report.side),
        ]

    key = f"space_damage.answered:{report.pk}"
    _send(order, report.side, key, "space_damage.answered", parts)
    if accepted and report.side == HOST and report.yen_agreed:
        _tell_to_pay(report, order)


def _money_after(report: DamageReport) -> str:
    if not report.yen_agreed:
        return _("お金の請求はありません。")
    if report.side == GUEST:
        return _("%(agreed)s円を料金から引きます。払ったあとのときは、払った方法で返します。")
    return _("%(agreed)s円が、予約の請求に加わりました。")


def _tell_to_pay(report: DamageReport, order: Order) -> None:
    def parts() -> tuple[str, Sequence[str]]:
        told = _told(report, order)
        return _("請求に%(agreed)s円が加わりました（%(number)s）") % told, [
            _("「%(space)s」（%(when)s）の報告により、%(agreed)s円が予約の請求に加わりました。") % told,
            _("内訳と支払いは、次のページにあります。"),
            _pay_page(order),
        ]

    tell_guest(order, f"space_damage.to_pay:{report.pk}", "space_damage.decided", parts)


def tell_withdrawn(report: DamageReport, order: Order) -> None:
    """The other side need not answer any more."""

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(report, order)
        return _("報告が取り下げられました：%(space)s（%(number)s）") % told, [
            _("「%(space)s」（%(when)s）の報告は、取り下げられました。することはありません。") % told,
            _page(report, order, _other(report.side)),
        ]

    key = f"space_damage.withdrawn:{report.pk}"
    _send(order, _other(report.side), key, "space_damage.changed", parts)


def tell_given_up(report: DamageReport, order: Order, yen: int, reason: str) -> None:
    """Both sides read what is asked for no more."""

    def parts(side: str) -> tuple[str, Sequence[str]]:
        told = _told(report, order) | {"yen": _yen(yen), "reason": reason}
        return _("請求がなくなりました：%(space)s（%(number)s）") % told, [
            _(
                "「%(space)s」（%(when)s）の報告の請求のうち、払われていない%(yen)s円は、払わなくてよくなりました。"
            )
            % told,
            _("理由：%(reason)s") % told,
            _page(report, order, side),
        ]

    for side in (GUEST, HOST):
        key = f"space_damage.given_up:{report.pk}"
        _send(order, side, key, "space_damage.changed", lambda side=side: parts(side))  # type: ignore[misc]


def tell_unanswered(report: DamageReport, order: Order) -> None:
    """Both sides: nobody answered in time, and what follows from it."""

    def parts(side: str) -> tuple[str, Sequence[str]]:
        told = _told(report, order)
        goes_on = report.state == DamageReport.State.DISPUTED
        return _("返事の期限が過ぎました：%(space)s（%(number)s）") % told, [
            _("「%(space)s」（%(when)s）の報告に、期限までに返事がありませんでした。") % told,
            _("%(town)sの担当者が、届いている話と写真を読んで決めます。決まったら知らせます。") % told
            if goes_on
            else _("お金の請求がないので、これで終わります。"),
            _page(report, order, side),
        ]

    for side in (GUEST, HOST):
        key = f"space_damage.unanswered:{report.pk}"
        _send(order, side, key, "space_damage.changed", lambda side=side: parts(side))  # type: ignore[misc]


def tell_staff_to_decide(report: DamageReport, order: Order) -> None:
    """The town's staff: a report waits for them, without its words."""
    town = report.municipality

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(report, order)
        return _("決める報告が届きました：%(space)s（%(number)s）") % told, [
            _(
                "「%(space)s」の報告（%(kind)s、%(yen)s円）について、両方の話が合いません。読んで、決めてください。"
            )
            % told,
            link("spaces:damage-decide", code=town.code, report_id=report.pk),
        ]

    tell_staff(f"space_damage.to_decide:{report.pk}", "space_damage.to_decide", town, report, parts)


def tell_decided(report: DamageReport, order: Order) -> None:
    """Both sides read what was decided and why; the guest where to pay."""

    def parts(side: str) -> tuple[str, Sequence[str]]:
        told = _told(report, order)
        return _("報告について、%(town)sが決めました（%(number)s）") % told, [
            _("「%(space)s」（%(when)s）の報告：請求 %(yen)s円、決まった額 %(agreed)s円") % told,
            _("理由：%(reason)s") % told,
            _money_after(report) % told,
            _("納得できないときは、%(town)sの担当者か、消費生活センター（電話188）に相談してください。")
            % told,
            _page(report, order, side),
        ]

    for side in (GUEST, HOST):
        key = f"space_damage.decided:{report.pk}"
        _send(order, side, key, "space_damage.decided", lambda side=side: parts(side))  # type: ignore[misc]
    if report.side == HOST and report.yen_agreed:
        _tell_to_pay(report, order)
