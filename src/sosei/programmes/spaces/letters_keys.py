"""The words of messages about doors and calendars, in both languages, to guests and hosts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sosei.core.payments.reasons import reason_words
from sosei.core.people.letters import in_both_languages, paragraphs
from sosei.core.records.services import send_message
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.booking_times import when_text
from sosei.programmes.spaces.letters_bookings import host_link, order_link, tell_guest, told_people
from sosei.programmes.spaces.models import Booking, CalendarFeed, DoorCode, Host, Lock

MOST_NAMED = 10
Parts = Callable[[], tuple[str, Sequence[str]]]


def _tell_host(host: Host, key: str, kind: str, about: Any, parts: Parts) -> None:
    def words() -> tuple[str, str]:
        subject, lines = parts()
        return subject, paragraphs(*lines)

    letter = in_both_languages(words)
    for person in told_people(host):
        send_message(
            key=f"{key}:{person.pk}",
            kind=kind,
            recipient=person,
            municipality=about.municipality,
            about=about,
            **letter.as_arguments(),
        )


def door_codes(booking: Booking, codes: Sequence[DoorCode]) -> None:
    """To the guest, from the day before: by which numbers the doors open."""
    order = booking.order

    def parts() -> tuple[str, Sequence[str]]:
        told = {"space": booking.space, "number": order.number}
        return _("鍵の番号：%(space)s（%(number)s）") % told, [
            when_text(booking.period, zone_of(booking.municipality)),
            "\n".join(_line(code) for code in codes),
            _("番号は、ほかの人に見せないでください。この時間のほかは開きません。"),
            _("予約の時間が変わると、番号も変わります。最新の番号は、次のページにあります。"),
            order_link(order),
        ]

    newest = max(code.pk for code in codes)
    tell_guest(order, f"space.door_code:{booking.pk}:{newest}", "space.door_code", parts)


def _line(code: DoorCode) -> str:
    lock = code.lock
    told = {"lock": lock.name, "code": code.code, "place": lock.paper_place}
    told["when"] = when_text(code.period, zone_of(code.booking.municipality))
    if lock.driver == Lock.Driver.PAPER:
        return _("%(lock)s：引きかえ券 %(code)s（%(place)sで鍵と交換します。%(when)s）") % told
    if code.state == DoorCode.State.FAILED and lock.paper_place:
        return (
            _("%(lock)s：いま鍵に番号を送れません。%(place)sで、引きかえ券 %(code)s を見せてください。")
            % told
        )
    return _("%(lock)s：%(code)s（%(when)s）") % told


def lock_failed(lock: Lock, problem: str, now: datetime) -> None:
    """To the host: a lock does not answer."""

    def parts() -> tuple[str, Sequence[str]]:
        told = {"lock": lock.name, "space": lock.space, "place": lock.paper_place}
        return _("鍵から返事がありません：%(lock)s（%(space)s）") % told, [
            _("「%(lock)s」に、暗証番号を送れません。") % told,
            reason_words(problem),
            _("電気とネットワークを確かめてください。つながると、番号は自動で送られます。"),
            _("それまで、使う人には引きかえ券を見せています。交換する場所：%(place)s") % told
            if lock.paper_place
            else _("近い予約があるときは、使う人に入りかたを知らせてください。"),
            host_link("host-lock", lock.host, lock_id=lock.pk),
        ]

    since = f"{lock.seen_at:%Y%m%d%H%M%S}" if lock.seen_at else "never"
    _tell_host(lock.host, f"space.lock_failed:{lock.pk}:{since}", "space.lock_failed", lock, parts)


def calendar_clashes(feed: CalendarFeed, clashes: Sequence[Booking], key: str) -> None:
    """To the host: another calendar has something where a booking stands."""

    def parts() -> tuple[str, Sequence[str]]:
        zone = zone_of(feed.municipality)
        told = {"feed": feed.name, "space": feed.space}
        lines = [
            _("予約 %(number)s：%(when)s") % {"number": one.order.number, "when": when_text(one.period, zone)}
            for one in clashes[:MOST_NAMED]
        ]
        return _("カレンダーの予定と予約がぶつかりました：%(space)s") % told, [
            _("「%(feed)s」の予定が、「%(space)s」の予約と同じ時間にあります。予約はそのままです。") % told,
            "\n".join(lines),
            _("ほかのカレンダーの予定を動かすか、予約した人と話して、時間を変えてください。"),
            host_link("host-calendars", feed.host),
        ]

    _tell_host(feed.host, f"space.calendar_clash:{feed.pk}:{key}", "space.calendar_clash", feed, parts)


def calendar_failed(feed: CalendarFeed, problem: str) -> None:
    """To the host: another calendar has not been read for long."""

    def parts() -> tuple[str, Sequence[str]]:
        told = {"feed": feed.name, "space": feed.space}
        return _("カレンダーを読めません：%(feed)s（%(space)s）") % told, [
            _("「%(feed)s」を、長い間読めていません。前に読んだ予定は、そのまま残しています。") % told,
            reason_words(problem),
            host_link("host-calendars", feed.host),
        ]

    since = f"{feed.read_at:%Y%m%d%H%M%S}" if feed.read_at else "never"
    _tell_host(feed.host, f"space.calendar_failed:{feed.pk}:{since}", "space.calendar_failed", feed, parts)
