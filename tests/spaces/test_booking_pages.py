"""Pages of booking: what they show before they bind, whose orders they open, how few queries they need."""

from __future__ import annotations

import datetime
import re
from typing import Any
from uuid import uuid4, uuid5

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sosei.core.payments import locks
from sosei.core.payments.models import Payment
from sosei.core.payments.services import settling
from sosei.core.people.models import Person
from sosei.core.records.models import Entry, Message
from sosei.programmes.spaces import booking_law, booking_letters_due
from sosei.programmes.spaces.models import Block, Booking, BookingCancellation, Order, Space, WaitingEntry
from sosei.programmes.spaces.rules_bookings import Item
from sosei.programmes.spaces.rules_holidays import is_holiday
from sosei.programmes.spaces.services import bookings as booking_services
from sosei.programmes.spaces.services import money, numbers, waiting
from sosei.programmes.spaces.services.orders import Guest
from tests.people.conftest import SignedIn
from tests.spaces.bookings_world import period, place, wish
from tests.spaces.world import SpacesWorld, day_from_now

MOST_QUERIES = 20


def book_url(space: Space) -> str:
    return reverse("spaces:book", kwargs={"code": space.municipality.code, "space_id": space.pk})


def wanted(person: Person | None = None, day: int = 20, **more: Any) -> dict[str, Any]:
    """What somebody types: two hours in the morning, three weeks from now."""
    return {
        "about": str(person.uid) if person is not None else "",
        "day": day_from_now(day).isoformat(),
        "opens": 600,
        "closes": 720,
        "every": "once",
        "heads": 5,
        "purpose": "meeting",
        "tier": "resident",
        "step": "check",
        **more,
    }


def hidden(html: str) -> dict[str, Any]:
    """The hidden boxes of a page's last form."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html):
        found[name] = value
    return found


def whole_minute(hours: int) -> datetime.datetime:
    """So many hours from now, without seconds."""
    return timezone.now().replace(second=0, microsecond=0) + datetime.timedelta(hours=hours)


def text_of(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code)
    return response.content.decode()


def check_and_place(client: Client, space: Space, data: dict[str, Any], **last: Any) -> Any:
    """Both steps; the answer to the second."""
    page = client.post(book_url(space), data)
    assert page.status_code == 200, page.content.decode()
    sent = {**hidden(page.content.decode()), "agreed": "on", "way_to_pay": "on_site", "step": "place", **last}
    return client.post(book_url(space), sent)


# --- Booking -----------------------------------------------------------------------------------------------------------


def test_the_last_page_shows_the_six_items_and_keeps_them_with_the_order(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    client = signed_in(spaces.guest)
    page = client.post(book_url(spaces.rooms[0]), wanted(spaces.guest)).content.decode()
    for title in booking_law.TITLES.values():
        assert str(title) in page
    assert "2,000円" in page
    assert "うち消費税（10％）181円" in page
    assert "使った後は元に戻して" in page or "使ったあとは元に戻してください" in page
    sent = {**hidden(page), "agreed": "on", "way_to_pay": "on_site", "step": "place"}
    answer = client.post(book_url(spaces.rooms[0]), sent)
    order = Order.objects.get()
    assert answer["Location"] == reverse("spaces:my-order-done", kwargs={"number": order.number})
    assert all(order.shown[item.value] for item in Item)
    assert "合計 2,000円（税込み）" in order.shown["price"]
    assert order.shown["at"]
    done = text_of(client, answer["Location"])
    assert "予約が決まりました" in done
    assert order.number in done


def test_a_second_click_gives_the_same_order(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    client = signed_in(spaces.guest)
    page = client.post(book_url(spaces.rooms[0]), wanted(spaces.guest)).content.decode()
    sent = {**hidden(page), "agreed": "on", "way_to_pay": "on_site", "step": "place"}
    first, second = (client.post(book_url(spaces.rooms[0]), sent)["Location"] for _time in range(2))
    assert first == second
    assert Order.objects.count() == 1


def test_who_pays_by_transfer_is_led_to_the_bill_and_may_choose_another_way(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    client = signed_in(spaces.guest)
    answer = check_and_place(client, spaces.rooms[0], wanted(spaces.guest), way_to_pay="bank")
    order = Order.objects.get()
    bill = money.bill_of(order)
    assert bill is not None
    assert answer["Location"] == reverse("payments:bill", kwargs={"pk": bill.pk})
    assert "支払いを待っています" in text_of(
        client, reverse("spaces:my-order", kwargs={"number": order.number})
    )
    pay = reverse("spaces:my-order-pay", kwargs={"number": order.number})
    form = hidden(text_of(client, pay))
    client.post(pay, {**form, "way": "invoice"})
    assert order.bookings.get().state == "confirmed"


def test_a_key_of_somebody_else_opens_nothing(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    key = uuid4()
    place(spaces.friend, wish(spaces.rooms[0]), key=key)
    client = signed_in(spaces.guest)
    page = client.post(book_url(spaces.rooms[1]), wanted(spaces.guest)).content.decode()
    sent = {**hidden(page), "agreed": "on", "way_to_pay": "on_site", "step": "place", "key": str(key)}
    answer = client.post(book_url(spaces.rooms[1]), sent)
    assert answer.status_code == 404
    assert Order.objects.filter(person=spaces.guest).count() == 0


def test_what_was_shown_cannot_be_written_by_the_browser(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    answer = check_and_place(
        signed_in(spaces.guest), spaces.rooms[0], wanted(spaces.guest), shown="made:up:here"
    )
    assert answer.status_code == 422
    assert "内容が変わりました" in answer.content.decode()
    assert not Order.objects.exists()


def test_a_price_that_changed_meanwhile_is_shown_again_before_it_binds(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    client = signed_in(spaces.guest)
    page = client.post(book_url(spaces.rooms[0]), wanted(spaces.guest)).content.decode()
    spaces.rooms[0].price_lists.get().items.update(yen=1500)
    sent = {**hidden(page), "agreed": "on", "way_to_pay": "on_site", "step": "place"}
    answer = client.post(book_url(spaces.rooms[0]), sent)
    assert answer.status_code == 422
    again = answer.content.decode()
    assert "内容が変わりました" in again
    assert "3,000円" in again
    assert not Order.objects.exists()
    sent = {**hidden(again), "agreed": "on", "way_to_pay": "on_site", "step": "place"}
    assert client.post(book_url(spaces.rooms[0]), sent).status_code == 302
    assert Booking.objects.get().yen == 3000


def test_a_series_shows_every_date_and_skips_what_is_taken_only_when_told(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    place(spaces.friend, wish(spaces.rooms[0], 27))
    client = signed_in(spaces.guest)
    data = wanted(spaces.guest, every="week", until=day_from_now(41).isoformat())
    refused = client.post(book_url(spaces.rooms[0]), data)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "借りられる：3 / 4" in page
    assert "ほかの予約があります" in page
    assert check_and_place(client, spaces.rooms[0], {**data, "skip_clashes": "on"}).status_code == 302
    order = Order.objects.get(person=spaces.guest)
    assert order.bookings.count() == 3
    assert order.repeats["every"] == "week"


def test_a_key_that_anybody_could_reckon_books_nothing(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    client = signed_in(spaces.guest)
    key = str(uuid5(uuid4(), "an offer"))
    assert check_and_place(client, spaces.rooms[0], wanted(spaces.guest), key=key).status_code == 404
    assert not Order.objects.exists()


def test_a_series_of_holidays_that_are_left_out_books_nothing(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    day = next(number for number in range(10, 400) if is_holiday(day_from_now(number)))
    data = wanted(spaces.guest, day, every="week", until=day_from_now(day).isoformat(), skip_holidays="on")
    answer = signed_in(spaces.guest).post(book_url(spaces.rooms[0]), data)
    assert answer.status_code == 422
    assert "借りられる日がありません。" in answer.content.decode()


def test_days_that_no_calendar_reaches_are_no_fault_of_the_program(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]))
    number = {"number": order.number}
    change = reverse("spaces:my-order-change", kwargs={**number, "booking_id": order.bookings.get().pk})
    guest, staff = signed_in(spaces.guest), signed_in(spaces.staff)
    code = {"code": spaces.town.code}
    for client, url in (
        (guest, book_url(spaces.rooms[0])),
        (guest, change),
        (guest, reverse("spaces:search", kwargs=code)),
        (guest, reverse("spaces:space", kwargs={**code, "space_id": spaces.rooms[0].pk})),
        (staff, host_url("host-calendar", spaces.host)),
        (staff, reverse("spaces:office-bookings", kwargs=code)),
    ):
        for query in ("month=9999-12", "day=0001-01-01", "day=9999-12-31&from=9999-12-31&to=0001-01-01"):
            assert client.get(f"{url}?{query}").status_code in (200, 422), (url, query)
    wrong = guest.post(book_url(spaces.rooms[0]), {**wanted(spaces.guest), "day": "9999-12-31"})
    assert wrong.status_code == 422


def test_rooms_of_a_hall_are_booked_together_or_not_at_all(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    client = signed_in(spaces.guest)
    others = [spaces.rooms[1].pk, spaces.rooms[2].pk]
    data = wanted(spaces.guest, rooms=others)
    page = client.post(book_url(spaces.rooms[0]), data)
    assert "3,000円" not in client.get(book_url(spaces.rooms[0])).content.decode()
    sent = {
        **hidden(page.content.decode()),
        "rooms": others,
        "agreed": "on",
        "way_to_pay": "on_site",
        "step": "place",
    }
    place(spaces.friend, wish(spaces.rooms[2]))
    assert client.post(book_url(spaces.rooms[0]), sent).status_code == 422
    assert not Order.objects.filter(person=spaces.guest).exists()
    sent["rooms"] = [spaces.rooms[1].pk]
    again = client.post(book_url(spaces.rooms[0]), {**sent, "step": "check"}).content.decode()
    sent = {**hidden(again), "agreed": "on", "way_to_pay": "on_site", "step": "place"}
    client.post(book_url(spaces.rooms[0]), sent)
    assert Order.objects.get(person=spaces.guest).shape == Order.Shape.ROOMS


def test_of_several_rooms_a_date_is_skipped_for_all_or_for_none(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    place(spaces.friend, wish(spaces.rooms[1], 27))
    data = wanted(
        spaces.guest,
        rooms=[spaces.rooms[1].pk],
        every="week",
        until=day_from_now(34).isoformat(),
        skip_clashes="on",
    )
    page = signed_in(spaces.guest)
    shown = page.post(book_url(spaces.rooms[0]), data).content.decode()
    assert "予約しない日" in shown
    assert check_and_place(page, spaces.rooms[0], data).status_code == 302
    made = Booking.objects.filter(order__person=spaces.guest)
    assert {one.period.lower for one in made} == {period(day, "10:00", "12:00").start for day in (20, 34)}
    assert made.count() == 4


def test_a_taken_time_says_why_and_offers_others_and_a_place_in_the_queue(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    taken = place(spaces.friend, wish(spaces.rooms[0]))
    client = signed_in(spaces.guest)
    page = client.post(book_url(spaces.rooms[0]), wanted(spaces.guest))
    assert page.status_code == 422
    html = page.content.decode()
    assert "ほかの予約があります" in html
    assert "近くの空いている時間" in html
    assert "この時間が空くのを待つ" in html
    wait = reverse("spaces:wait", kwargs={"code": spaces.town.code, "space_id": spaces.rooms[0].pk})
    assert f'formaction="{wait}"' in html
    client.post(wait, wanted(spaces.guest))
    entry = WaitingEntry.objects.get(person=spaces.guest)
    assert "1番目" in text_of(client, reverse("spaces:my-waiting"))
    friend = signed_in(spaces.friend)
    cancel = reverse("spaces:my-order-cancel", kwargs={"number": taken.number})
    form = {**hidden(text_of(friend, cancel)), "bookings": taken.bookings.get().pk, "reason_code": "plans"}
    friend.post(cancel, {**form, "confirm": "1"})
    entry.refresh_from_db()
    assert entry.state == "offered"
    offer = reverse("spaces:my-offer", kwargs={"entry_id": entry.pk})
    shown = text_of(client, offer)
    assert "あなたのためにおさえてあります" in shown
    sent = {**hidden(shown), "agreed": "on", "way_to_pay": "on_site"}
    assert client.post(offer, sent).status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.booking.state) == ("taken", "confirmed")


def test_price_and_clashes_appear_while_one_types(spaces: SpacesWorld, client: Client) -> None:
    live = reverse("spaces:book-live", kwargs={"code": spaces.town.code, "space_id": spaces.desk.pk})
    extra = spaces.desk.extras.get()
    data = {**wanted(), f"extra_{extra.pk}": 1, "heads": "", "purpose": ""}
    answer = client.post(live, data, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in html
    assert "800円" in html  # two hours at 300 yen, the monitor at 200
    assert client.post(live, data).status_code == 302


def test_the_calendar_says_which_days_are_free_in_signs_and_words(
    spaces: SpacesWorld, client: Client
) -> None:
    day = day_from_now(20)
    place(spaces.friend, wish(spaces.rooms[0], day, "09:00", "21:00"))
    html = text_of(client, f"{book_url(spaces.rooms[0])}?day={day}")
    cell = re.search(rf'<a class="free-day (\w+)" href="[^"]*day={day}#when"', html)
    assert cell is not None
    assert cell[1] == "full"
    assert "空きがありません" in html
    assert 'aria-current="date"' in html


# --- Without an account ------------------------------------------------------------------------------------------------


def without_account(client: Client, space: Space) -> Order:
    data = wanted(guest_name="架空 花子", guest_email="Hanako@example.jp", guest_phone="")
    answer = check_and_place(client, space, data)
    order = Order.objects.get(person=None)
    assert answer["Location"] == reverse("spaces:link-order-done", kwargs={"number": order.number})
    return order


def test_somebody_without_an_account_books_and_comes_back_by_number_and_mail(
    spaces: SpacesWorld, client: Client
) -> None:
    order = without_account(client, spaces.rooms[0])
    here = reverse("spaces:link-order", kwargs={"number": order.number})
    assert order.number in text_of(client, here)
    letter = Message.objects.get(to_address="Hanako@example.jp", kind="space.to_guest")
    assert numbers.secret_of(order) in letter.body
    stranger = Client()
    assert stranger.get(here)["Location"].startswith(reverse("spaces:look-up"))
    look_up = reverse("spaces:look-up")
    wrong = [
        stranger.post(look_up, {"number": order.number, "contact": "other@example.jp"}),
        stranger.post(look_up, {"number": "AAAA-AAAA", "contact": "hanako@example.jp"}),
    ]
    told = {re.search(r"<li>([^<]*見つかりません[^<]*)", one.content.decode())[1] for one in wrong}  # type: ignore[index]
    assert len(told) == 1
    assert {one.status_code for one in wrong} == {422}
    typed = {"number": order.number.lower().replace("-", " "), "contact": "hanako@example.jp"}
    assert stranger.post(look_up, typed)["Location"] == here
    assert order.number in text_of(stranger, here)


def test_the_link_opens_the_order_and_leaves_the_address(spaces: SpacesWorld, client: Client) -> None:
    order = without_account(client, spaces.rooms[0])
    other = Client()
    secret = numbers.secret_of(order)
    answer = other.get(reverse("spaces:link-open", kwargs={"number": order.number, "secret": secret}))
    assert answer["Location"] == reverse("spaces:link-order", kwargs={"number": order.number})
    assert "架空 花子" in text_of(other, answer["Location"])
    wrong = Client()
    bad = wrong.get(reverse("spaces:link-open", kwargs={"number": order.number, "secret": secret[:-1] + "x"}))
    assert bad["Location"] == reverse("spaces:look-up")
    assert wrong.get(answer["Location"]).status_code == 302


def test_who_tries_many_numbers_is_stopped(spaces: SpacesWorld, client: Client) -> None:
    look_up = reverse("spaces:look-up")
    answers = [
        client.post(look_up, {"number": f"AAAA-AA{n:02}", "contact": "a@example.jp"}).status_code
        for n in range(22)
    ]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_without_an_account_one_changes_and_cancels_from_the_same_page(
    spaces: SpacesWorld, client: Client
) -> None:
    order = without_account(client, spaces.rooms[0])
    booking = order.bookings.get()
    change = reverse("spaces:link-order-change", kwargs={"number": order.number, "booking_id": booking.pk})
    data = {**hidden(text_of(client, change)), "day": day_from_now(21).isoformat()}
    data |= {"opens": 600, "closes": 780, "space": spaces.rooms[0].pk}
    confirm = client.post(change, {**data, "step": "check"})
    assert "2,000円 → 3,000円" in confirm.content.decode()
    assert client.post(change, {**data, "confirm": "1"}).status_code == 302
    booking.refresh_from_db()
    assert (booking.yen, booking.changes.count()) == (3000, 1)
    cancel = reverse("spaces:link-order-cancel", kwargs={"number": order.number})
    form = {**hidden(text_of(client, cancel)), "bookings": booking.pk, "reason_code": "plans"}
    told = client.post(cancel, form).content.decode()
    assert "元に戻せません" in told
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    assert client.post(cancel, {**form, "confirm": "1"}).status_code == 302
    booking.refresh_from_db()
    assert booking.state == "cancelled"


# --- An order ----------------------------------------------------------------------------------------------------------


def test_cancelling_tells_what_is_owed_for_each_date_before_it_is_done(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0], 1, "18:00", "20:00"), wish(spaces.rooms[0], 20))
    Booking.objects.filter(order=order).update(booked_at=timezone.now() - datetime.timedelta(days=3))
    near, far = order.bookings.order_by("period")
    Booking.objects.filter(pk=near.pk).update(period=(whole_minute(5), whole_minute(7)))
    client = signed_in(spaces.guest)
    cancel = reverse("spaces:my-order-cancel", kwargs={"number": order.number})
    form = {**hidden(text_of(client, cancel)), "bookings": [near.pk, far.pk], "reason_code": "plans"}
    html = client.post(cancel, form).content.decode()
    assert "100%" in html
    assert "取り消し料の合計" in html
    assert re.search(r"取り消し料の合計</dt><dd>\s*2,000円", html)
    client.post(cancel, {**form, "confirm": "1"})
    assert set(order.bookings.values_list("state", flat=True)) == {"cancelled"}
    letters = Message.objects.filter(kind="space.cancelled")
    assert letters.count() == 1
    assert "2,000円" in letters.get().body


def test_what_a_change_costs_is_that_of_all_dates_and_shown_again_when_it_changed(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    room = spaces.rooms[0]
    order = place(spaces.guest, wish(room, 20), wish(room, 27))
    first = order.bookings.order_by("period")[0]
    door = {"code": spaces.town.code, "host_id": spaces.host.pk, "number": order.number}
    change = reverse("spaces:host-order-change", kwargs={**door, "booking_id": first.pk})
    staff = signed_in(spaces.staff)
    data = {**hidden(text_of(staff, change)), "day": day_from_now(20).isoformat(), "scope": "all"}
    data |= {"opens": 600, "closes": 780, "space": room.pk, "side": "guest"}
    html = staff.post(change, {**data, "step": "check"}).content.decode()
    assert "4,000円 → 6,000円" in html
    assert 'name="told" value="2000:0:0"' in html
    again = staff.post(change, {**data, "confirm": "1", "told": "1000:0:0"}).content.decode()
    assert "料金が変わりました" in again
    # In the town's own name it costs the guest nothing.
    data["side"] = "town"
    assert "4,000円 → 4,000円" in staff.post(change, {**data, "step": "check"}).content.decode()
    assert staff.post(change, {**data, "confirm": "1", "told": "0:0:0"}).status_code == 302
    assert set(order.bookings.values_list("yen", "changes__side")) == {(2000, "town")}
    # So is what cancelling costs, where a step of the ladder was crossed.
    cancel = reverse("spaces:my-order-cancel", kwargs={"number": order.number})
    guest = signed_in(spaces.guest)
    form = {**hidden(text_of(guest, cancel)), "bookings": [first.pk], "reason_code": "plans"}
    told = guest.post(cancel, {**form, "confirm": "1", "told": "1:1999"}).content.decode()
    assert "取り消し料が変わりました" in told
    first.refresh_from_db()
    assert first.state == "confirmed"


def test_others_never_open_an_order(spaces: SpacesWorld, signed_in: SignedIn, client: Client) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]))
    mine = reverse("spaces:my-order", kwargs={"number": order.number})
    hosted = reverse(
        "spaces:host-order",
        kwargs={"code": spaces.town.code, "host_id": spaces.host.pk, "number": order.number},
    )
    assert signed_in(spaces.guest).get(mine).status_code == 200
    assert signed_in(spaces.friend).get(mine).status_code == 404
    assert signed_in(spaces.staff).get(mine).status_code == 404
    assert signed_in(spaces.owner).get(hosted).status_code == 200
    assert signed_in(spaces.staff).get(hosted).status_code == 200
    assert signed_in(spaces.other_owner).get(hosted).status_code == 404
    assert signed_in(spaces.other_staff).get(hosted).status_code == 403
    assert signed_in(spaces.guest).get(hosted).status_code == 403
    assert client.get(mine).status_code == 302
    link = reverse("spaces:link-order", kwargs={"number": order.number})
    assert client.get(link).status_code == 302


def test_the_file_for_a_calendar_holds_the_dates_on_the_clock_of_the_world(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    import icalendar

    order = place(spaces.guest, wish(spaces.rooms[0]), wish(spaces.rooms[0], 27))
    url = reverse("spaces:my-order-calendar", kwargs={"number": order.number})
    answer = signed_in(spaces.guest).get(url)
    assert answer["Content-Type"].startswith("text/calendar")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    starts = sorted(event.decoded("dtstart") for event in events)
    assert starts == [period(20, "10:00", "12:00").start, period(27, "10:00", "12:00").start]
    assert len({str(event["uid"]) for event in events}) == 2


# --- The host's desk ---------------------------------------------------------------------------------------------------


def host_url(name: str, host: Any, **more: Any) -> str:
    return reverse(f"spaces:{name}", kwargs={"code": host.municipality.code, "host_id": host.pk, **more})


def slot_day(spaces: SpacesWorld) -> datetime.date:
    """A day on which the meeting room is open: no Sunday, no public holiday."""
    import jpholiday

    day = day_from_now(20)
    while day.weekday() == 6 or jpholiday.is_holiday(day):
        day += datetime.timedelta(days=1)
    return day


def test_accepting_a_request_shows_which_others_it_declines(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    room, day = spaces.meeting_room, slot_day(spaces)
    first = place(spaces.guest, wish(room, day, "09:00", "12:00"))
    second = place(spaces.friend, wish(room, day, "09:00", "12:00"))
    client = signed_in(spaces.clerk)
    asked = text_of(client, host_url("host-requests", spaces.public_host))
    assert asked.count("返事をする") >= 2
    one = first.bookings.get()
    answer = host_url("host-order-answer", spaces.public_host, number=first.number, booking_id=one.pk)
    html = text_of(client, answer)
    assert "重なる申し込みを1件ことわります" in html
    assert second.guest_name in html
    assert client.post(answer, {"answer": "decline", "reason": ""}).status_code == 422
    assert client.post(answer, {"answer": "accept", "reason": ""}).status_code == 302
    assert (first.bookings.get().state, second.bookings.get().state) == ("confirmed", "declined")
    assert Message.objects.filter(kind="space.declined", recipient=spaces.friend).count() == 1
    assert Message.objects.filter(kind="space.confirmed", recipient=spaces.guest).count() == 1


def test_who_books_by_phone_reads_the_whole_reason_of_a_refusal(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    place(spaces.friend, wish(spaces.rooms[0]))
    client = signed_in(spaces.staff)
    url = host_url("host-book", spaces.host, space_id=spaces.rooms[0].pk)
    data = wanted(guest_name="架空 太郎", guest_email="taro@example.jp", guest_phone="090-1234-5678")
    refused = client.post(url, data)
    assert refused.status_code == 422
    assert "ほかの予約があります。空いている時間を選んでください。" in refused.content.decode()
    page = client.post(url, {**data, "opens": 780, "closes": 900}).content.decode()
    sent = {**hidden(page), "agreed": "on", "way_to_pay": "on_site", "step": "place"}
    answer = client.post(url, sent)
    order = Order.objects.get(person=None)
    assert answer["Location"] == host_url("host-order", spaces.host, number=order.number)
    assert (order.source, order.guest_phone, order.made_by) == ("phone", "+819012345678", spaces.staff)


def test_who_runs_the_host_cancels_for_who_can_only_telephone(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    def ordered(room: int, **who: str) -> Order:
        guest = Guest(None, "架空 太郎", **who)
        return place(guest, wish(spaces.rooms[room], 1), source="phone", actor=spaces.owner)

    owner = signed_in(spaces.owner)
    by_phone, by_mail = ordered(0, phone="+819012345678"), ordered(1, email="taro@example.jp")
    pages = [host_url("host-order-cancel", spaces.host, number=one.number) for one in (by_phone, by_mail)]
    assert [text_of(owner, url).count('value="guest"') for url in pages] == [1, 0]
    for url, order in zip(pages, (by_phone, by_mail), strict=True):
        Booking.objects.filter(order=order).update(
            booked_at=timezone.now() - datetime.timedelta(days=9), period=(whole_minute(5), whole_minute(7))
        )
        form = {**hidden(text_of(owner, url)), "bookings": order.bookings.get().pk, "side": "guest"}
        owner.post(url, {**form, "reason_code": "illness", "reason": "入院した", "confirm": "1"})
    assert (by_phone.bookings.get().state, by_mail.bookings.get().state) == ("cancelled", "confirmed")
    made = BookingCancellation.objects.get()
    assert (made.side, made.by, made.reason) == ("guest", spaces.owner, "入院した")
    assert made.yen_owed > 0
    entry = Entry.objects.get(verb="space_booking.cancelled_by_phone")
    assert (entry.actor, entry.reason) == (spaces.owner, "")
    assert "電話か窓口で頼まれました" in text_of(
        owner, host_url("host-order", spaces.host, number=by_phone.number)
    )


def test_a_card_that_was_declined_is_told_with_the_way_to_pay_again(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="bank")
    page = reverse("spaces:my-order", kwargs={"number": order.number})
    guest = signed_in(spaces.guest)
    assert "支払えませんでした" not in text_of(guest, page)
    with transaction.atomic():
        held = locks.lock_payment(Payment.objects.get().pk)
        held.problem = "card_declined"
        assert settling.enter(held, "failed", "test")
    told = text_of(guest, page)
    assert "カード会社が断りました。お金は受け取っていません。" in told
    assert reverse("spaces:my-order-pay", kwargs={"number": order.number}) in told


def test_a_blocked_time_is_told_with_what_is_booked_already(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    place(spaces.guest, wish(spaces.rooms[0], 27))
    client = signed_in(spaces.owner)
    url = host_url("host-blocks", spaces.host)
    data = {
        "space": spaces.rooms[0].pk,
        "day": day_from_now(20).isoformat(),
        "opens": 540,
        "closes": 720,
        "every": "week",
        "until": day_from_now(34).isoformat(),
        "reason": "点検",
    }
    page = client.post(url, data, follow=True).content.decode()
    assert "使えない時間にしました：3回" in page
    assert "予約があるため" in page
    block = Block.objects.order_by("period").first()
    assert block is not None
    client.post(host_url("host-unblock", spaces.host, block_id=block.pk))
    block.refresh_from_db()
    assert block.ended_at is not None


def test_the_file_of_bookings_gives_a_spreadsheet_no_formula(
    spaces: SpacesWorld, signed_in: SignedIn
) -> None:
    place(Guest(None, "=1+1", "a@example.jp"), wish(spaces.rooms[0]), actor=None)
    text = (
        signed_in(spaces.owner).get(host_url("host-bookings-file", spaces.host)).content.decode("utf-8-sig")
    )
    assert "'=1+1" in text
    assert ",=1+1" not in text


def test_what_nobody_used_is_marked_with_what_is_known(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]))
    Booking.objects.filter(order=order).update(period=(whole_minute(-3), whole_minute(-1)))
    client = signed_in(spaces.owner)
    url = host_url("host-order", spaces.host, number=order.number)
    key = order.bookings.get().pk
    client.post(url, {"booking": key, "mark": "no_show", "reason": ""})
    assert order.bookings.get().state == "confirmed"
    client.post(url, {"booking": key, "mark": "no_show", "reason": "鍵を取りに来なかった"})
    assert order.bookings.get().state == "no_show"
    client.post(url, {"booking": key, "mark": "used"})
    assert order.bookings.get().state == "used"


def test_the_day_of_the_town_is_for_staff_and_leaves_a_look(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    from sosei.core.people.models import Look

    day = slot_day(spaces)
    order = place(spaces.guest, wish(spaces.meeting_room, day, "09:00", "12:00"))
    booking = order.bookings.get()
    booking_services.answer_request(booking=booking, accept=True, reason="", actor=spaces.clerk)
    url = f"{reverse('spaces:office-bookings', kwargs={'code': spaces.town.code})}?day={day}"
    assert order.number in text_of(signed_in(spaces.staff), url)
    assert Look.objects.filter(person=spaces.guest, staff=spaces.staff, what="spaces_booking").exists()
    assert signed_in(spaces.guest).get(url).status_code == 403


# --- Letters -----------------------------------------------------------------------------------------------------------


def test_the_letter_of_the_day_before_goes_once_in_both_languages(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0], 1))
    later = place(spaces.friend, wish(spaces.rooms[0], 2))
    now = timezone.now()
    assert booking_letters_due.remind_of_tomorrow(now) == 1
    assert booking_letters_due.remind_of_tomorrow(now) == 0
    letter = Message.objects.get(kind="space.reminder")
    assert letter.recipient == spaces.guest
    assert order.number in letter.subject
    assert order.number in letter.subject_en
    assert f"/me/spaces/orders/{order.number}" in letter.body
    assert later.bookings.get().reminded_at is None


def test_a_hold_that_ends_soon_is_told_once(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="bank")
    now = timezone.now()
    assert booking_letters_due.warn_of_ending_holds(now) == 0
    Booking.objects.filter(order=order).update(answer_until=now + datetime.timedelta(hours=20))
    for _time in range(2):
        booking_letters_due.warn_of_ending_holds(now)
    assert Message.objects.filter(kind="space.hold_ending").count() == 1


def test_words_of_the_host_reach_a_guest_without_an_account(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    order = place(Guest(None, "架空 花子", "hanako@example.jp"), wish(spaces.rooms[0]), actor=None)
    url = host_url("host-order-message", spaces.host, number=order.number)
    client = signed_in(spaces.owner)
    sent = {**hidden(text_of(client, url)), "text": "駐車場は裏にあります。"}
    for _time in range(2):
        assert client.post(url, sent).status_code == 302
    rows = Message.objects.filter(to_address="hanako@example.jp", body__contains="駐車場は裏")
    assert rows.count() == 1


def test_ten_letters_an_hour_are_enough(spaces: SpacesWorld, signed_in: SignedIn) -> None:
    order, other = (place(spaces.guest, wish(spaces.rooms[n])) for n in range(2))
    client = signed_in(spaces.guest)
    url, beside = (
        reverse("spaces:my-order-message", kwargs={"number": one.number}) for one in (order, other)
    )
    sent = {"about": str(spaces.guest.uid), "text": "何時に開きますか。"}
    answers = [client.post(url, {**sent, "key": str(uuid4())}).status_code for _n in range(11)]
    assert answers == [302] * 10 + [429]
    assert client.post(beside, {**sent, "key": str(uuid4())}).status_code == 302


# --- Every page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_opens_with_few_queries(
    spaces: SpacesWorld,
    signed_in: SignedIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    language: str,
) -> None:
    many = [wish(spaces.rooms[0], 20 + 7 * number) for number in range(5)]
    order = place(spaces.guest, *many)
    waiting.join(
        person=spaces.guest,
        space=spaces.rooms[0],
        period=period(20, "11:00", "13:00"),
        purpose="meeting",
        actor=spaces.guest,
    )
    day = slot_day(spaces)
    asked = place(spaces.guest, wish(spaces.meeting_room, day, "09:00", "12:00"))
    number = {"number": order.number}
    guest = signed_in(spaces.guest)
    from django.utils.translation import override

    with override(language):
        own = [
            reverse("spaces:my-spaces"),
            reverse("spaces:my-bookings"),
            reverse("spaces:my-waiting"),
            book_url(spaces.rooms[0]),
            *(
                reverse(f"spaces:my-order{step}", kwargs=number)
                for step in ("", "-done", "-paper", "-cancel", "-message")
            ),
            reverse(
                "spaces:my-order-change",
                kwargs={**number, "booking_id": order.bookings.order_by("period")[0].pk},
            ),
        ]
        hosted = [
            *(
                host_url(f"host-{name}", spaces.host)
                for name in ("calendar", "requests", "bookings", "blocks", "phone")
            ),
            host_url("host-requests", spaces.public_host),
            host_url("host-order", spaces.host, **number),
            host_url("host-order-cancel", spaces.host, **number),
            host_url(
                "host-order-answer",
                spaces.public_host,
                number=asked.number,
                booking_id=asked.bookings.get().pk,
            ),
            reverse("spaces:office-bookings", kwargs={"code": spaces.town.code}),
        ]
    staff = signed_in(spaces.staff)
    for client, urls in ((guest, own), (staff, hosted)):
        client.get(urls[0])
        for url in urls:
            with django_assert_max_num_queries(MOST_QUERIES):
                answer = client.get(url)
            assert answer.status_code == 200, url
            assert "%(" not in answer.content.decode(), url
    assert not mail.outbox
