"""Calendars in and out: late, never the guard, never more than a time and a number, and no way into this machine."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sosei.core.records.models import Message
from sosei.programmes.spaces import availability, outgoing
from sosei.programmes.spaces.ical_reading import CalendarError, taken_times
from sosei.programmes.spaces.models import Block, Booking, CalendarFeed, Occupancy
from sosei.programmes.spaces.periods import period_of
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import cancelling, ical
from tests.people.conftest import SignedIn
from tests.spaces.bookings_world import only, period, place, taken_twice, wish
from tests.spaces.conftest import SpacesWorld

JST = ZoneInfo("Asia/Tokyo")
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
LAST = datetime(2026, 4, 30, tzinfo=UTC)


def calendar(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\nDTSTAMP:20260101T000000Z\r\n{event.strip()}\r\nEND:VEVENT\r\n" for event in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{body}END:VCALENDAR\r\n".encode()


def event(*lines: str, uid: str = "a@example.jp") -> str:
    return "\r\n".join([f"UID:{uid}", *lines])


def taken(*events: str, **more: Any) -> list[str]:
    """The times as the clock in Japan shows them."""
    found = taken_times(calendar(*events), **{"zone": JST, "first": FIRST, "last": LAST, **more})
    return [f"{one.start.astimezone(JST):%m-%d %H:%M}~{one.end.astimezone(JST):%m-%d %H:%M}" for one in found]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20260310T010000Z", "DTEND:20260310T020000Z"], ["03-10 10:00~03-10 11:00"]),
        (["DTSTART:20260310T100000", "DURATION:PT90M"], ["03-10 10:00~03-10 11:30"]),
        (
            ["DTSTART;TZID=America/New_York:20260310T200000", "DTEND;TZID=America/New_York:20260310T210000"],
            ["03-11 09:00~03-11 10:00"],
        ),
        (["DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260312"], ["03-10 00:00~03-12 00:00"]),
        (["DTSTART;VALUE=DATE:20260310"], ["03-10 00:00~03-11 00:00"]),
        (["DTSTART:20260310T010030Z", "DTEND:20260310T015930Z"], ["03-10 10:00~03-10 11:00"]),
        (["DTSTART:20260310T010000Z", "DTEND:20260310T020000Z", "STATUS:CANCELLED"], []),
        (["DTSTART:20260310T010000Z", "DTEND:20260310T020000Z", "TRANSP:TRANSPARENT"], []),
        (["DTSTART:20250310T010000Z", "DTEND:20250310T020000Z"], []),
        (
            [
                "DTSTART;TZID=Asia/Tokyo:20240102T100000",
                "DTEND;TZID=Asia/Tokyo:20240102T110000",
                "RRULE:FREQ=MONTHLY;BYDAY=1TU",
            ],
            ["03-03 10:00~03-03 11:00", "04-07 10:00~04-07 11:00"],
        ),
        (
            ["DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20260309"],
            ["03-02 00:00~03-03 00:00", "03-16 00:00~03-17 00:00"],
        ),
        (
            ["DTSTART:20260310T010000Z", "DTEND:20260310T020000Z", "RRULE:FREQ=DAILY;UNTIL=20260312T010000Z"],
            [f"03-{day} 10:00~03-{day} 11:00" for day in (10, 11, 12)],
        ),
        (
            ["DTSTART:20260310T010000Z", "DTEND:20260310T020000Z", "RDATE:20260320T010000Z"],
            ["03-10 10:00~03-10 11:00", "03-20 10:00~03-20 11:00"],
        ),
    ],
)
def test_events_are_read_as_their_makers_meant_them(lines: list[str], expected: list[str]) -> None:
    assert taken(event(*lines)) == expected


def test_a_weekly_event_abroad_keeps_its_clock_over_the_change_of_time() -> None:
    lines = [
        "DTSTART;TZID=Europe/Berlin:20260325T090000",
        "DTEND;TZID=Europe/Berlin:20260325T100000",
        "RRULE:FREQ=WEEKLY;COUNT=2",
    ]
    assert taken(event(*lines)) == ["03-25 17:00~03-25 18:00", "04-01 16:00~04-01 17:00"]


def test_one_date_of_a_repeat_that_was_moved_stands_at_its_new_time_only() -> None:
    every = event("DTSTART:20260310T010000Z", "DTEND:20260310T020000Z", "RRULE:FREQ=DAILY;COUNT=3")
    moved = event("RECURRENCE-ID:20260311T010000Z", "DTSTART:20260311T050000Z", "DTEND:20260311T060000Z")
    called_off = event("RECURRENCE-ID:20260312T010000Z", "DTSTART:20260312T010000Z", "STATUS:CANCELLED")
    assert taken(every, moved, called_off) == ["03-10 10:00~03-10 11:00", "03-11 14:00~03-11 15:00"]


def test_our_own_bookings_that_come_back_are_left_out() -> None:
    lines = ["DTSTART:20260310T010000Z", "DTEND:20260310T020000Z"]
    assert taken(event(*lines, uid="booking-1@sosei.example.jp"), own="sosei.example.jp") == []


@pytest.mark.parametrize(
    "data",
    [
        b"<html>please sign in</html>",
        b"",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        calendar(event("SUMMARY:no time at all")),
        calendar(event("DTSTART:20260310T010000Z", "RRULE:FREQ=SECONDLY")),
        calendar(event("DTSTART:yesterday")),
        calendar(
            event(
                "DTSTART:19700101T000000Z",
                "DURATION:PT1S",
                f"RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE={','.join(map(str, range(60)))}",
            )
        ),
    ],
)
def test_what_is_no_calendar_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(CalendarError):
        taken_times(data, zone=JST, first=FIRST, last=LAST)


# --- Feeds --------------------------------------------------------------------------------------------------------------


class Site:
    """A server with a calendar: what it answers can be changed."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, calendar(), {}
        self.asked = 0


@contextmanager
def serving() -> Iterator[tuple[Site, str]]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

        def do_GET(self) -> None:
            site.asked += 1
            self.send_response(site.status)
            for name, value in site.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(site.body)))
            self.end_headers()
            self.wfile.write(site.body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site, f"http://127.0.0.1:{server.server_address[1]}/calendar.ics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def served(settings: Any) -> Iterator[tuple[Site, str]]:
    settings.DEMONSTRATION = True
    with serving() as found:
        yield found


def at_time(when: Period, uid: str = "x@example.jp") -> str:
    return event(
        f"DTSTART:{when.start:%Y%m%dT%H%M%SZ}", f"DTEND:{when.end:%Y%m%dT%H%M%SZ}", "SUMMARY:歯医者", uid=uid
    )


@pytest.fixture
def feed(spaces: SpacesWorld, served: tuple[Site, str]) -> CalendarFeed:
    return ical.add_feed(space=spaces.rooms[0], name="家のカレンダー", address=served[1], actor=spaces.owner)


def blocked(feed: CalendarFeed) -> set[Period]:
    return {
        period_of(one)
        for one in Block.objects.filter(feed=feed, ended_at=None).values_list("period", flat=True)
    }


def test_what_another_calendar_has_taken_cannot_be_booked_and_what_it_gave_up_can(
    spaces: SpacesWorld, feed: CalendarFeed, served: tuple[Site, str]
) -> None:
    site, first, second = served[0], period(20, "10:00", "12:00"), period(21, "10:00", "12:00")
    site.body = calendar(at_time(first), at_time(second, "y@example.jp"))
    assert ical.read_feed(feed_id=feed.pk)
    assert blocked(feed) == {first, second}
    refusal = availability.refusal(spaces.rooms[0], first, tier="outside", now=timezone.now())
    assert refusal is not None
    keys = set(Block.objects.values_list("pk", flat=True))
    assert ical.read_feed(feed_id=feed.pk)
    assert set(Block.objects.values_list("pk", flat=True)) == keys
    site.body = calendar(at_time(second, "y@example.jp"))
    assert ical.read_feed(feed_id=feed.pk)
    assert blocked(feed) == {second}
    only(place(spaces.guest, wish(spaces.rooms[0], 20)))
    assert "歯医者" not in str(list(Block.objects.values_list("reason", "feed_uid")))


def test_a_clash_leaves_the_booking_is_told_once_and_is_blocked_when_the_booking_goes(
    spaces: SpacesWorld, feed: CalendarFeed, served: tuple[Site, str]
) -> None:
    booking = only(place(spaces.guest, wish(spaces.rooms[0], 20, "10:00", "12:00")))
    served[0].body = calendar(at_time(period(20, "11:00", "13:00")))
    for _n in range(2):
        assert ical.read_feed(feed_id=feed.pk)
    booking.refresh_from_db()
    feed.refresh_from_db()
    assert booking.state == "confirmed"
    assert [row["number"] for row in feed.clashes] == [booking.order.number]
    (letter,) = Message.objects.filter(kind="space.calendar_clash")
    assert letter.recipient == spaces.owner
    cancelling.cancel(
        bookings=[booking], side="guest", reason_code="plans", key=uuid.uuid4(), actor=spaces.guest
    )
    assert ical.read_feed(feed_id=feed.pk)
    feed.refresh_from_db()
    assert feed.clashes == []
    rows = Occupancy.objects.filter(block__feed=feed).values_list("period", flat=True)
    assert sum((one.upper - one.lower for one in rows), timedelta()) == timedelta(hours=2)
    assert taken_twice() == []


@pytest.mark.parametrize("broken", ["file", "status", "redirect", "silent"])
def test_a_calendar_that_cannot_be_read_changes_nothing_and_says_why(
    spaces: SpacesWorld, feed: CalendarFeed, served: tuple[Site, str], broken: str
) -> None:
    site, when = served[0], period(20, "10:00", "12:00")
    site.body = calendar(at_time(when))
    assert ical.read_feed(feed_id=feed.pk)
    feed.refresh_from_db()
    read_at = feed.read_at
    if broken == "file":
        site.body = b"<html>sorry</html>"
    elif broken == "status":
        site.status = 503
    elif broken == "redirect":
        site.status, site.headers = 302, {"Location": "/again"}
    else:
        CalendarFeed.objects.filter(pk=feed.pk).update(address="http://127.0.0.1:9/x.ics")
    assert not ical.read_feed(feed_id=feed.pk)
    feed.refresh_from_db()
    assert blocked(feed) == {when}
    assert (feed.read_at, bool(feed.problem)) == (read_at, True)


def test_taking_out_a_calendar_frees_what_it_had_taken(
    spaces: SpacesWorld, feed: CalendarFeed, served: tuple[Site, str]
) -> None:
    served[0].body = calendar(at_time(period(20, "10:00", "12:00")))
    ical.read_feed(feed_id=feed.pk)
    ical.end_feed(feed=feed, actor=spaces.owner)
    assert blocked(feed) == set()
    assert not Occupancy.objects.filter(block__feed=feed).exists()
    asked = served[0].asked
    assert not ical.read_feed(feed_id=feed.pk)
    assert served[0].asked == asked


# --- Addresses that are not asked ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_addresses_outside_the_public_internet_are_not_asked(address: str) -> None:
    assert not outgoing.is_allowed(address)


def test_addresses_of_the_internet_are_asked_and_of_this_machine_in_the_demonstration_alone(
    settings: Any,
) -> None:
    assert outgoing.is_allowed("203.0.112.7")
    assert outgoing.is_allowed("2400:4000::1")
    settings.DEMONSTRATION = True
    assert outgoing.is_allowed("127.0.0.1")
    assert not outgoing.is_allowed("169.254.169.254")


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.jp/x",
        "http://localhost/x",
        "http://u:p@example.jp/",
        "https://[::1]/",
        "x",
    ],
)
def test_no_feed_leads_into_this_machine(spaces: SpacesWorld, address: str) -> None:
    with pytest.raises(ical.CalendarRefusedError):
        ical.add_feed(space=spaces.rooms[0], name="例", address=address, actor=spaces.owner)


def test_a_redirect_into_a_private_network_is_not_followed(served: tuple[Site, str]) -> None:
    site, address = served
    site.status, site.headers = 302, {"Location": "http://10.0.0.1/secret"}
    with pytest.raises(outgoing.OutgoingError, match=r"10\.0\.0\.1"):
        outgoing.fetch(address)


def test_a_name_that_changes_its_answer_is_connected_where_it_was_checked(
    served: tuple[Site, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(served[1].rsplit(":", 1)[1].split("/")[0])
    asked: list[str] = []

    def answers(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", answers)
    assert outgoing.fetch(f"http://rebinding.example:{port}/calendar.ics").status == 200
    # The second look is at the number itself, which leads nowhere else.
    assert asked == ["rebinding.example", "127.0.0.1"]


def test_an_answer_too_large_is_not_taken(served: tuple[Site, str]) -> None:
    served[0].body = b"x" * 5_000
    with pytest.raises(outgoing.OutgoingError, match="大きすぎ"):
        outgoing.fetch(served[1], most_bytes=1_000)


def test_a_server_that_sends_a_letter_now_and_then_is_left(settings: Any) -> None:
    import socket
    import time

    settings.DEMONSTRATION = True
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        way, _from = server.accept()
        try:
            for _n in range(200):
                way.sendall(b"H")
                time.sleep(0.05)
        except OSError:
            way.close()

    Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(outgoing.OutgoingError):
        outgoing.fetch(f"http://127.0.0.1:{server.getsockname()[1]}/", seconds=0.5)
    assert time.monotonic() - began < 3
    server.close()


# --- Ours ---------------------------------------------------------------------------------------------------------------


def events_of(client: Client, secret: str) -> list[Any]:
    answer = client.get(reverse("spaces:space-calendar", kwargs={"secret": secret}))
    assert answer.status_code == 200
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


def test_our_calendar_tells_times_and_numbers_and_nothing_of_people(
    spaces: SpacesWorld, feed: CalendarFeed, served: tuple[Site, str]
) -> None:
    served[0].body = calendar(at_time(period(22, "10:00", "12:00")))
    ical.read_feed(feed_id=feed.pk)
    room = only(place(spaces.guest, wish(spaces.rooms[0], 20), purpose_note="秘密の会"))
    hall = only(place(spaces.guest, wish(spaces.hall, 21)))
    only(place(spaces.guest, wish(spaces.rooms[1], 20)))
    link = ical.make_link(space=spaces.rooms[0], actor=spaces.owner)
    found = events_of(Client(), link.secret)
    assert [str(one["SUMMARY"]) for one in found] == [
        f"予約 {room.order.number}",
        f"予約 {hall.order.number}",
    ]
    text = Client().get(reverse("spaces:space-calendar", kwargs={"secret": link.secret})).content.decode()
    assert not any(word in text for word in (room.order.guest_name, "秘密の会", spaces.guest.email))


def test_a_renewed_secret_closes_the_old_address(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    old = ical.make_link(space=spaces.rooms[0], actor=spaces.owner)
    kwargs = {"code": spaces.town.code, "host_id": spaces.host.pk}
    owner = signed_in(spaces.owner)
    owner.post(
        reverse("spaces:host-calendar-link", kwargs={**kwargs, "space_id": spaces.rooms[0].pk}), {"make": "1"}
    )
    page = owner.get(reverse("spaces:host-calendars", kwargs=kwargs)).content.decode()
    assert old.secret not in page
    assert Client().get(reverse("spaces:space-calendar", kwargs={"secret": old.secret})).status_code == 404


def test_the_page_of_calendars_says_that_they_come_late_and_what_clashes(
    spaces: SpacesWorld, feed: CalendarFeed, served: tuple[Site, str], signed_in: SignedIn
) -> None:
    booking: Booking = only(place(spaces.guest, wish(spaces.rooms[0], 20, "10:00", "12:00")))
    served[0].body = calendar(at_time(period(20, "11:00", "13:00")))
    ical.read_feed(feed_id=feed.pk)
    url = reverse("spaces:host-calendars", kwargs={"code": spaces.town.code, "host_id": spaces.host.pk})
    page = signed_in(spaces.owner).get(url).content.decode()
    assert booking.order.number in page
    assert "予定は遅れて届くことがあります" in page
    assert signed_in(spaces.other_owner).get(url).status_code in (403, 404)
