"""The words of messages about bookings, in both languages, to guests with and without an account and to hosts.

They are written in the transaction of what they tell (`booking_hooks`); the worker sends them once that is complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sosei.core.people import tenancy
from sosei.core.people.letters import link
from sosei.core.people.models import Person
from sosei.core.people.phones import shown_phone
from sosei.core.records.models import Message
from sosei.core.records.services import write_entry
from sosei.programmes.spaces import booking_hooks
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import moment_text, when_text
from sosei.programmes.spaces.letters_booking_people import (
    host_link,
    order_link,
    tell_guest,
    tell_host,
    tell_waiting,
    told_people,
)
from sosei.programmes.spaces.models import (
    Booking,
    BookingCancellation,
    BookingChange,
    Host,
    Order,
    Space,
    WaitingEntry,
)
from sosei.programmes.spaces.services.money import owes_for_move

__all__ = ["host_link", "order_link", "tell_guest", "tell_host", "told_people"]
LIVE = ("held", "requested", "confirmed")
PAID_FIRST = frozenset({"card", "konbini", "bank"})
"""Ways in which an order waits for its money."""


def _name(space: Space) -> str:
    return space.name_en if get_language() == "en" and space.name_en else space.name


def _when(booking: Booking) -> str:
    return when_text(booking.period, zone_of(booking.municipality))


def _times(bookings: Sequence[Booking]) -> str:
    many = len({one.space_id for one in bookings}) > 1
    return "\n".join(
        f"{_when(one)} {_name(one.space)}" if many else _when(one)
        for one in sorted(bookings, key=lambda one: (one.period.lower, one.position))
    )


def _told(order: Order, first: Booking, **more: Any) -> dict[str, Any]:
    return {
        "number": order.number,
        "space": _name(first.space),
        "name": order.guest_name,
        "town": order.municipality,
        **more,
    }


def _place(space: Space) -> str:
    lines = [_("場所：%(space)s（%(address)s）") % {"space": _name(space), "address": space.address}]
    if space.access:
        lines.append(_("行きかた：%(access)s") % {"access": space.access})
    return "\n".join(lines)


def _contact(host: Host) -> str:
    return _("貸す人：%(host)s 電話 %(phone)s") % {"host": host, "phone": shown_phone(host.phone)}


def _yen(amount: int) -> str:
    return f"{amount:,}"


def _rows(order: Order, *states: str) -> list[Booking]:
    rows = order.bookings.filter(state__in=states) if states else order.bookings.all()
    return list(rows.select_related("space", "municipality", "host").order_by("period", "position"))


def placed(order: Order, *, actor: Person | None, now: datetime) -> None:
    """An order came in: the guest has the number and the link, the host is asked where an answer is due."""
    rows = _rows(order, "requested", "held")
    asked, held = ([one for one in rows if one.state == state] for state in ("requested", "held"))
    waiting = asked or held
    if not waiting or (not asked and order.way_to_pay not in PAID_FIRST):
        # Confirmed in the next moment, and told then.
        return
    first = waiting[0]
    until = first.answer_until or now

    def to_guest() -> tuple[str, Sequence[str]]:
        told = _told(order, first, until=moment_text(until, zone_of(order.municipality)))
        how = (
            _(
                "貸す人の返事を待っています。%(until)sまでに返事がないときは、申し込みは終わり、お金はかかりません。"
            )
            if asked
            else _("まだ決まっていません。%(until)sまでに払うと、予約が決まります。")
        )
        return _("申し込みを受け付けました：%(space)s（%(number)s）") % told, [
            _("%(name)sさん、申し込みを受け付けました。予約番号は %(number)s です。") % told,
            _times(waiting),
            how % told,
            _("内容を見る、支払う、変える、取り消すときは、次のページを開いてください。"),
            order_link(order),
        ]

    # By card somebody pays at once or not at all; who has no account needs the link in any case.
    if asked or order.person_id is None or order.way_to_pay != "card":
        tell_guest(order, f"space.placed:{order.pk}", "space.placed", to_guest)
    if asked:
        _ask_host(order, asked, actor)


def _ask_host(order: Order, asked: Sequence[Booking], actor: Person | None) -> None:
    first = asked[0]
    until = first.answer_until

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(order, first, until=moment_text(until, zone_of(order.municipality)) if until else "")
        return _("申し込みが届きました。返事をしてください：%(space)s") % told, [
            _("%(name)sさんが「%(space)s」を使いたいと申し込みました（%(number)s）。") % told,
            _times(asked),
            _("%(until)sまでに返事をしてください。過ぎると、申し込みは終わります。") % told,
            host_link("host-requests", order.host),
        ]

    tell_host(order, f"space.host_asked:{order.pk}", "space.host_asked", parts, but=actor)


def confirmed(booking: Booking, *, actor: Person | None, now: datetime, **more: Any) -> None:
    """Dates are confirmed: told once an order, and for each date where a host answers them one by one."""
    order = booking.order
    each = order.bookings.filter(state__in=("requested", "declined")).exists()
    key = f"{order.pk}:{booking.pk}" if each else f"{order.pk}"
    if not each and Message.objects.filter(key=f"space.confirmed:{key}").exists():
        # The first date of a series has told of all.
        return
    rows = [booking] if each else _rows(order, *LIVE)

    def to_guest() -> tuple[str, Sequence[str]]:
        told = _told(order, rows[0])
        return _("予約が決まりました：%(space)s（%(number)s）") % told, [
            _("%(name)sさん、予約が決まりました。予約番号は %(number)s です。") % told,
            _times(rows),
            _place(rows[0].space),
            _contact(order.host),
            _("入りかた、支払い、領収書、変更、取り消しは、次のページにあります。"),
            order_link(order),
        ]

    def to_host() -> tuple[str, Sequence[str]]:
        told = _told(order, rows[0], heads=order.heads)
        return _("予約が入りました：%(space)s（%(name)sさん）") % told, [
            _("%(name)sさんの予約が決まりました（%(number)s、%(heads)s人）。") % told,
            _times(rows),
            host_link("host-order", order.host, number=order.number),
        ]

    tell_guest(order, f"space.confirmed:{key}", "space.confirmed", to_guest)
    tell_host(order, f"space.host_booked:{key}", "space.host_booked", to_host, but=actor)


def _ended_together(booking: Booking) -> list[Booking]:
    """The dates of the order that came to the same end at the same moment: they are told in one letter."""
    rows = booking.order.bookings.filter(state=booking.state, ended_at=booking.ended_at)
    return list(rows.select_related("space", "municipality", "host").order_by("period", "position"))


def declined(booking: Booking, *, actor: Person | None, now: datetime, reason: str = "", **more: Any) -> None:
    """The host said no."""
    order = booking.order
    rows = _ended_together(booking)

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(order, booking, reason=reason)
        return _("今回は借りられませんでした：%(space)s（%(number)s）") % told, [
            _("%(name)sさんの申し込みは、お受けできませんでした。お金はかかりません。") % told,
            _times(rows),
            _("理由：%(reason)s") % told if reason else "",
            order_link(order),
        ]

    tell_guest(order, f"space.declined:{rows[0].pk}", "space.declined", parts)


def lapsed(
    booking: Booking, *, actor: Person | None, now: datetime, why: str = "unanswered", **more: Any
) -> None:
    """The time for paying or answering is over."""
    order = booking.order
    rows = _ended_together(booking)

    def parts() -> tuple[str, Sequence[str]]:
        words = {
            "unpaid": _("期限までに支払いがなかったため、申し込みは終わりました。"),
            "unanswered": _("期限までに貸す人の返事がなかったため、申し込みは終わりました。"),
            "taken": _("払うまでの間に、ほかの人に決まりました。払ったお金は全部返します。"),
        }
        told = _told(order, booking)
        return _("申し込みが終わりました：%(space)s（%(number)s）") % told, [
            words[why],
            _times(rows),
            _("まだ空いていれば、もう一度予約できます。"),
            link("spaces:book", code=order.municipality.code, space_id=booking.space_id),
        ]

    tell_guest(order, f"space.lapsed:{rows[0].pk}:{now:%Y%m%d%H%M%S}", "space.lapsed", parts)


def moved(
    booking: Booking, *, actor: Person | None, now: datetime, change: BookingChange, **more: Any
) -> None:
    """Dates have another time; all that moved at the same moment stand in one letter."""
    order = booking.order
    zone = zone_of(order.municipality)
    changes = list(
        BookingChange.objects.filter(booking__order=order, at=change.at)
        .select_related("new_space", "booking__order")
        .order_by("old_period")
    )

    owes = max(owes_for_move(one.booking) for one in changes)

    def parts(page: str, owes: int = 0) -> tuple[str, Sequence[str]]:
        old_yen, new_yen = sum(one.old_yen for one in changes), sum(one.new_yen for one in changes)
        told = _told(order, booking, reason=change.reason, old_yen=_yen(old_yen), new_yen=_yen(new_yen))
        lines = "\n".join(
            _("%(old)s → %(new)s %(space)s")
            % {
                "old": when_text(one.old_period, zone),
                "new": when_text(one.new_period, zone),
                "space": _name(one.new_space),
            }
            for one in changes
        )
        return _("予約の時間が変わりました：%(space)s（%(number)s）") % told, [
            lines,
            _("料金：%(old_yen)s円 → %(new_yen)s円") % told if old_yen != new_yen else "",
            _("貸す人・市の都合の変更です。払う額は増えません。") if change.side != "guest" else "",
            _("増えた料金 %(yen)s円を、使う時間の前に払ってください。払うまで、鍵の番号は出ません。")
            % {"yen": _yen(owes)}
            if owes
            else "",
            _("理由：%(reason)s") % told if change.reason else "",
            _("鍵の番号が変わることがあります。次のページで確かめてください。"),
            page,
        ]

    key = f"{changes[0].pk}"
    tell_guest(order, f"space.moved:{key}", "space.moved", lambda: parts(order_link(order), owes))
    tell_host(
        order,
        f"space.host_moved:{key}",
        "space.host_changed",
        lambda: parts(host_link("host-order", order.host, number=order.number)),
        but=actor,
    )


def cancelled(
    booking: Booking, *, actor: Person | None, now: datetime, cancellation: BookingCancellation, **more: Any
) -> None:
    """Dates are called off, in one letter: by whom, why, what is owed and what comes back."""
    order = booking.order
    made = list(
        BookingCancellation.objects.filter(booking__order=order, at=cancellation.at)
        .select_related("booking__space", "booking__municipality")
        .order_by("booking__period")
    )
    owed, returned = sum(one.yen_owed for one in made), sum(one.yen_returned for one in made)

    def parts(page: str, for_guest: bool) -> tuple[str, Sequence[str]]:
        told = _told(
            order,
            booking,
            side=cancellation.get_side_display(),
            reason=cancellation.reason,
            owed=_yen(owed),
            returned=_yen(returned),
        )
        return _("予約が取り消されました：%(space)s（%(number)s）") % told, [
            _times([one.booking for one in made]),
            _("取り消した人：%(side)s") % told,
            _("理由：%(reason)s") % told if cancellation.reason else "",
            _("取り消し料：%(owed)s円") % told if owed else _("取り消し料はかかりません。"),
            _("返す額：%(returned)s円") % told if returned else "",
            _("払った方法で返します。コンビニと振込のときは、返す先の口座を次のページで書いてください。")
            if returned and for_guest
            else "",
            page,
        ]

    key = f"{made[0].pk}"
    tell_guest(order, f"space.cancelled:{key}", "space.cancelled", lambda: parts(order_link(order), True))
    if cancellation.side != BookingCancellation.Side.PROGRAM:
        page = host_link("host-order", order.host, number=order.number)
        tell_host(
            order, f"space.host_cancelled:{key}", "space.host_changed", lambda: parts(page, False), but=actor
        )


def missed(booking: Booking, *, actor: Person | None, now: datetime, **more: Any) -> None:
    """The host said that nobody came."""
    order = booking.order

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(order, booking)
        return _("来なかったことになりました：%(space)s（%(number)s）") % told, [
            _("次の時間に来なかったと、貸す人が記録しました。"),
            _when(booking),
            _("まちがいのときは、貸す人に連絡してください。"),
            _contact(order.host),
            order_link(order),
        ]

    tell_guest(order, f"space.no_show:{booking.pk}:{now:%Y%m%d%H%M}", "space.no_show", parts)


def offered(entry: WaitingEntry, *, actor: Person | None, now: datetime, **more: Any) -> None:
    """A time that somebody waits for is free, and kept for some time."""
    zone = zone_of(entry.municipality)
    until = entry.offered_until or now

    def parts() -> tuple[str, Sequence[str]]:
        told = {"space": _name(entry.space), "until": moment_text(until, zone)}
        return _("待っていた時間が空きました：%(space)s") % told, [
            when_text(entry.period, zone),
            _("%(until)sまで、あなたのためにおさえてあります。使うかどうか、返事をしてください。") % told,
            _("返事がないときは、次の人に知らせます。"),
            link("spaces:my-waiting"),
        ]

    tell_waiting(entry, f"space.offered:{entry.pk}:{until:%Y%m%d%H%M}", "space.offered", parts)


def offer_lapsed(entry: WaitingEntry, *, actor: Person | None, now: datetime, **more: Any) -> None:
    """Nobody answered in time."""
    zone = zone_of(entry.municipality)

    def parts() -> tuple[str, Sequence[str]]:
        told = {"space": _name(entry.space)}
        return _("空き待ちの期限が過ぎました：%(space)s") % told, [
            when_text(entry.period, zone),
            _("返事がなかったため、次の人に知らせました。また待つときは、もう一度申し込んでください。"),
            link("spaces:book", code=entry.municipality.code, space_id=entry.space_id),
        ]

    tell_waiting(entry, f"space.offer_lapsed:{entry.pk}:{now:%Y%m%d%H%M}", "space.offer_lapsed", parts)


def reminder(booking: Booking) -> None:
    """On the day before."""
    order = booking.order

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(order, booking)
        space = booking.space
        rules = space.rules_en if get_language() == "en" and space.rules_en else space.rules
        return _("明日の予約：%(space)s（%(number)s）") % told, [
            _("%(name)sさん、明日は予約の日です。") % told,
            _when(booking),
            _place(space),
            _("きまり：%(rules)s") % {"rules": rules} if rules else "",
            _contact(order.host),
            _(
                "入りかた（鍵の番号など）は、次のページで見られます。来られなくなったときも、同じページで取り消してください。"
            ),
            order_link(order),
        ]

    tell_guest(
        order, f"space.reminder:{booking.pk}:{booking.period.lower:%Y%m%d%H%M}", "space.reminder", parts
    )


def hold_ending(order: Order, first: Booking) -> None:
    """The place is kept only for a while longer."""
    zone = zone_of(order.municipality)
    until = first.answer_until or first.period.lower

    def parts() -> tuple[str, Sequence[str]]:
        told = _told(order, first, until=moment_text(until, zone))
        return _("支払いの期限が近づいています：%(space)s（%(number)s）") % told, [
            _("%(until)sまでに払わないと、予約は決まりません。") % told,
            _when(first),
            _("もう払ったときは、このメールは気にしないでください。"),
            order_link(order),
        ]

    tell_guest(order, f"space.hold_ending:{order.pk}:{until:%Y%m%d%H%M}", "space.hold_ending", parts)


@transaction.atomic
def send_words(*, order: Order, text: str, key: UUID, from_host: bool, actor: Person | None) -> None:
    """Words of the host to the guest, or of the guest to the host; sent twice they are one letter."""
    first = _rows(order)[0]

    def parts(page: str) -> tuple[str, Sequence[str]]:
        told = _told(order, first, host=order.host)
        subject = (
            _("%(host)sからのことば：%(space)s（%(number)s）")
            if from_host
            else _("%(name)sさんからのことば：%(space)s（%(number)s）")
        )
        return subject % told, [text, _("予約のページ："), page]

    with tenancy.unguarded():
        if from_host:
            tell_guest(order, f"space.words:{key}", "space.words", lambda: parts(order_link(order)))
        else:
            page = host_link("host-order", order.host, number=order.number)
            tell_host(order, f"space.words:{key}", "space.words", lambda: parts(page))
        write_entry(
            actor=actor,
            verb="space_order.words_sent",
            subject=order,
            municipality=order.municipality,
            data={"number": order.number},
        )


booking_hooks.register_order(placed)
booking_hooks.register("confirmed", confirmed)
booking_hooks.register("declined", declined)
booking_hooks.register("lapsed", lapsed)
booking_hooks.register("moved", moved)
booking_hooks.register("cancelled", cancelled)
booking_hooks.register("unused", missed)
booking_hooks.register("offered", offered)
booking_hooks.register("offer_lapsed", offer_lapsed)
