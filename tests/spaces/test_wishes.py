"""Wishes ("こんな場所がほしい"): written, answered with offers, compared, chosen once; nobody's contact is shown before."""

from __future__ import annotations

import threading
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.models import Entry, Message
from sosei.programmes.spaces.errors_bookings import BookingError, TakenError, TooLateError
from sosei.programmes.spaces.models import Booking, Order, SearchMiss, Space, SpaceWish, WishOffer
from sosei.programmes.spaces.personal_data_bookings import erase_bookings, export_bookings
from sosei.programmes.spaces.rules_wishes import Place, Point, Wanted, compare
from sosei.programmes.spaces.search_wishes import Wishes
from sosei.programmes.spaces.services import wish_offers, wishes
from sosei.programmes.spaces.services.orders import Wanted as Booked
from sosei.programmes.spaces.wish_fits import gone, matches, spaces_of
from tests.people.conftest import SignedIn
from tests.spaces.bookings_world import SHOWN, only, period, place, taken_twice, workday
from tests.spaces.bookings_world import wish as wanted
from tests.spaces.world import SpacesWorld, day_from_now, make_hourly, make_hours, make_space

HOUR = timedelta(hours=1)
MOST_QUERIES = 20 + 4
"""Of a page; four more say to the database who asks, which is no question."""


def make_room(spaces: SpacesWorld, name: str = "会の部屋（架空）", **columns: Any) -> Space:
    """A room of the private host for 20, 1,000 yen an hour, paid on site."""
    given = {"seats": 20, "uses": ["meeting"], "equipment": ["wifi"], "closed_on_holidays": False}
    room = make_space(spaces.host, name, **{**given, **columns})
    make_hours(room)
    make_hourly(room, 1000)
    return room


def terms(day: date | None = None, **changes: Any) -> wishes.Terms:
    """A meeting of ten on the afternoon of a workday."""
    on = day or workday(2)
    given: dict[str, Any] = {
        "use": "meeting",
        "seats": 10,
        "yen": 3000,
        "resident": True,
        "first": on,
        "start": 13 * 60,
        "end": 15 * 60,
        **changes,
    }
    text, until = given.pop("text", "静かな所がいいです。"), given.pop("until", on - timedelta(days=1))
    return wishes.Terms(Wishes(**given), text, until)


def published(spaces: SpacesWorld, person: Person | None = None, **changes: Any) -> SpaceWish:
    who = person or spaces.guest
    return wishes.publish(
        municipality=spaces.town, person=who, terms=terms(**changes), key=uuid.uuid4(), actor=who
    )


def offered(wish: SpaceWish, space: Space, actor: Person, yen: int | None = None, **more: Any) -> WishOffer:
    given: dict[str, Any] = {
        "period": period(workday(2), "13:00", "15:00"),
        "text": "",
        "until": wish.answer_until,
        **more,
    }
    return wish_offers.offer(wish=wish, terms=wish_offers.Terms(space=space, yen=yen, **given), actor=actor)


def chosen(offer: WishOffer, actor: Person, way: str = "on_site") -> Order:
    return wish_offers.choose(offer=offer, way_to_pay=way, shown=SHOWN, actor=actor)


@pytest.fixture
def room(spaces: SpacesWorld) -> Space:
    return make_room(spaces)


# --- Written ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_wish_is_published_once_counts_as_a_missed_search_and_holds_no_contact(spaces: SpacesWorld) -> None:
    key = uuid.uuid4()
    given = {"municipality": spaces.town, "person": spaces.guest, "key": key, "actor": spaces.guest}
    first = wishes.publish(terms=terms(), **given)
    assert wishes.publish(terms=terms(), **given) == first
    assert SearchMiss.objects.get(why="wish").seats == 10
    assert Entry.objects.get(verb="space_wish.published").person == spaces.guest
    for text in ("09012345678まで", "電話 ０２４６-12-3456", "me@example.jp に", "https://example.jp"):
        with pytest.raises(BookingError, match="電話番号"):
            wishes.change(wish=first, terms=terms(text=text), actor=spaces.guest)
    mended = wishes.change(
        wish=first, terms=terms(text="10時から0900-1200のあいだ", seats=12), actor=spaces.guest
    )
    assert mended.heads == 12
    with pytest.raises(NotAllowedError):
        wishes.change(wish=first, terms=terms(), actor=spaces.friend)
    with pytest.raises(BookingError, match="いつまで待つか"):
        published(spaces, until=day_from_now(-1))
    for _n in range(wishes.MOST_OPEN - 1):
        published(spaces)
    with pytest.raises(BookingError, match="5件まで"):
        published(spaces)


def test_a_space_fits_nearly_fits_or_cannot_be_offered_at_all() -> None:
    need = Wanted(
        "meeting", 10, equipment=frozenset({"wifi", "projector"}), step_free=True, metres=1000, yen=3000
    )
    good: dict[str, Any] = {
        "use": frozenset({"meeting"}),
        "seats": 10,
        "kind": "room",
        "equipment": frozenset({"wifi", "projector", "screen"}),
        "step_free": True,
        "residents_only": False,
        "metres": 1000,
        "opens": True,
        "yen": 3000,
    }
    assert compare(need, Place(**good)).is_whole
    lacking = compare(need, Place(**{**good, "equipment": frozenset({"wifi"}), "yen": 3001}))
    assert lacking.lacks == (Point.EQUIPMENT, Point.YEN) and lacking.missing == ("projector",)
    assert lacking.is_near and not lacking.is_whole
    assert not compare(need, Place(**{**good, "equipment": frozenset(), "yen": 3001, "metres": 1001})).is_near
    assert not compare(need, Place(**{**good, "seats": 9})).is_near
    assert not compare(need, Place(**{**good, "residents_only": True})).is_near
    assert compare(Wanted("meeting", 10, resident=True), Place(**{**good, "residents_only": True})).is_whole
    assert compare(need, Place(**{**good, "use": frozenset()})).is_whole


# --- Offered ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_host_offers_what_is_free_at_the_lists_price_or_less_and_one_offer_a_space(
    spaces: SpacesWorld, room: Space
) -> None:
    wish = published(spaces)
    fitting = {one.space: one.fit for one in matches(wish, spaces_of(spaces.host))}
    assert fitting[room].is_whole and spaces.desk not in fitting
    first = offered(wish, room, spaces.owner)
    assert (first.yen, first.list_yen) == (2000, 2000)
    second = offered(wish, room, spaces.owner, 1500)
    assert second.pk == first.pk and WishOffer.objects.get().yen == 1500
    assert Message.objects.filter(recipient=spaces.guest, kind="space.wish_offered").count() == 2
    with pytest.raises(BookingError, match="高くはできません"):
        offered(wish, room, spaces.owner, 2001)
    with pytest.raises(NotAllowedError):
        offered(wish, room, spaces.other_owner)
    with pytest.raises(BookingError, match="予約を受けていない"):
        offered(wish, room, spaces.owner, period=period(workday(2), "22:00", "23:00"))
    with pytest.raises(BookingError, match="7日"):
        offered(wish, room, spaces.owner, period=period(workday(2) + timedelta(days=9), "13:00", "15:00"))
    make_hourly(spaces.meeting_room, 500) if not spaces.meeting_room.price_lists.exists() else None
    slot = period(workday(2), "13:00", "17:00")
    with pytest.raises(BookingError, match="条例"):
        offered(wish, spaces.meeting_room, spaces.clerk, 1, period=slot)
    assert offered(wish, spaces.meeting_room, spaces.staff, period=slot).host == spaces.public_host
    place(spaces.friend, wanted(room, workday(2), "14:00", "16:00"))
    with pytest.raises(BookingError, match="ほかの予約"):
        offered(wish, room, spaces.owner)


@pytest.mark.django_db
def test_choosing_books_at_the_offered_price_tells_the_others_and_twice_is_one_order(
    spaces: SpacesWorld, room: Space
) -> None:
    Space.objects.filter(pk=room.pk).update(way=Space.Way.REQUEST)
    other = make_room(spaces, "もう一つの部屋（架空）")
    wish = published(spaces)
    room.refresh_from_db()
    offer, beside = offered(wish, room, spaces.owner, 1500), offered(wish, other, spaces.owner)
    with pytest.raises(NotAllowedError):
        chosen(offer, spaces.friend)
    order = chosen(offer, spaces.guest)
    booking = only(order)
    assert (order.source, booking.yen, booking.state) == ("offer", 1500, "confirmed")
    assert [line["yen"] for line in booking.quote["lines"]] == [2000, -500]
    assert chosen(offer, spaces.guest) == order
    with pytest.raises(TooLateError):
        chosen(beside, spaces.guest)
    beside.refresh_from_db()
    wish.refresh_from_db()
    assert (wish.state, beside.state) == ("chosen", "not_chosen")
    assert Order.objects.count() == 1
    told = Message.objects.filter(recipient=spaces.owner).values_list("kind", flat=True)
    assert {"space.offer_chosen", "space.offer_answered"} <= set(told)


@pytest.mark.django_db
def test_a_place_that_somebody_else_booked_is_told_with_other_times_and_the_rest_stands(
    spaces: SpacesWorld, room: Space, signed_in: SignedIn
) -> None:
    other = make_room(spaces, "もう一つの部屋（架空）")
    wish = published(spaces)
    offer, beside = offered(wish, room, spaces.owner), offered(wish, other, spaces.owner)
    place(spaces.friend, wanted(room, workday(2), "14:00", "16:00"))
    assert gone([offer, beside], timezone.now()) == {offer.pk}
    browser = signed_in(spaces.guest)
    page = browser.get(reverse("spaces:my-wish-choose", kwargs={"wish_id": wish.pk, "offer_id": offer.pk}))
    assert page.status_code == 409 and "近い空き" in page.content.decode()
    assert len(page.context["times"]) == 3
    with pytest.raises(TakenError):
        chosen(offer, spaces.guest)
    offer.refresh_from_db()
    wish.refresh_from_db()
    assert (offer.state, wish.state) == ("lapsed", "open")
    assert only(chosen(beside, spaces.guest)).state == "confirmed"


@pytest.mark.django_db
def test_offers_and_wishes_end_declined_taken_back_closed_hidden_or_lapsed(
    spaces: SpacesWorld, room: Space
) -> None:
    wish = published(spaces)
    offer = offered(wish, room, spaces.owner)
    with pytest.raises(BookingError, match="理由"):
        wish_offers.decline(offer=offer, reason=" ", actor=spaces.guest)
    wish_offers.decline(offer=offer, reason="少し遠いです", actor=spaces.guest)
    # An entry is never emptied: the guest's own words stay with the offer.
    assert Entry.objects.get(verb="space_wish.offer_declined").reason == ""
    again = offered(wish, room, spaces.owner)
    assert again.pk != offer.pk
    with pytest.raises(NotAllowedError):
        wish_offers.take_back(offer=again, actor=spaces.guest)
    wish_offers.take_back(offer=again, actor=spaces.owner)
    with pytest.raises(NotAllowedError):
        wishes.hide(wish=wish, reason="だめ", actor=spaces.owner)
    wishes.hide(wish=wish, reason="店の宣伝です", actor=spaces.staff)
    with pytest.raises(TooLateError):
        offered(wish, room, spaces.owner)
    assert not SpaceWish.objects.visible_to(spaces.other_owner).exists()
    assert SpaceWish.objects.visible_to(spaces.owner).exists(), "answered it"
    wishes.show_again(wish=wish, actor=spaces.staff)
    assert SpaceWish.objects.visible_to(spaces.other_owner).exists()
    assert not SpaceWish.objects.visible_to(spaces.friend).exists()
    last = offered(wish, room, spaces.owner)
    late = wish.answer_until + HOUR
    assert (wishes.lapse_due(now=late), wishes.lapse_due(now=late)) == (1, 0)
    last.refresh_from_db()
    wish.refresh_from_db()
    assert (wish.state, last.state) == ("lapsed", "lapsed")
    assert Message.objects.filter(recipient=spaces.guest, kind="space.wish_ended").count() == 1
    assert wishes.forget_old(now=late) == 0
    assert wishes.forget_old(now=timezone.now() + wishes.KEPT + HOUR) == 1
    wish.refresh_from_db()
    assert wish.text == "" and wish.heads == 10


@pytest.mark.django_db
def test_an_erased_persons_wishes_close_and_keep_no_words(spaces: SpacesWorld, room: Space) -> None:
    wish = published(spaces, near=(37.05, 140.89), near_name="駅前")
    offer = offered(wish, room, spaces.owner, text="どうぞ")
    assert {"spacewish", "wishoffer"} <= {row["what"] for row in export_bookings(spaces.guest)}
    erase_bookings(spaces.guest)
    wish.refresh_from_db()
    offer.refresh_from_db()
    assert (wish.state, wish.text, wish.near_name, wish.latitude) == ("taken_back", "", "", None)
    assert (offer.state, offer.text) == ("not_chosen", "")
    assert Message.objects.filter(recipient=spaces.owner, kind="space.offer_answered").exists()


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_from_a_search_to_an_order_through_the_pages_without_showing_who_wishes(
    spaces: SpacesWorld,
    room: Space,
    signed_in: SignedIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    code, day = spaces.town.code, workday(2)
    guest, host, office = signed_in(spaces.guest), signed_in(spaces.owner), signed_in(spaces.staff)
    new = reverse("spaces:wish-new", kwargs={"code": code})
    search = {
        "q": "畳",
        "use": "meeting",
        "seats": "10",
        "from": day.isoformat(),
        "have": ["wifi"],
        "yen": "3000",
    }
    page = guest.get(new, search)
    said = page.context["form"].initial
    assert (said["seats"], said["have"], "畳" in said["text"]) == ("10", ["wifi"], True)
    typed: dict[str, Any] = {
        **{name: value for name, value in search.items() if name != "q"},
        "about": str(spaces.guest.uid),
        "text": "静かな所",
        "start": "13:00",
        "end": "15:00",
        "resident": "on",
        "until": (day - timedelta(days=1)).isoformat(),
    }
    bad = guest.post(new, {**typed, "use": "", "step": "preview"})
    assert bad.status_code == 422 and "use" in bad.context["form"].errors
    preview = guest.post(new, {**typed, "step": "preview"})
    assert preview.status_code == 200 and not SpaceWish.objects.exists()
    sent: dict[str, list[str]] = {}
    for name, value in preview.context["sent"]:
        sent.setdefault(name, []).append(value)
    whole = {**sent, "about": typed["about"], "key": str(preview.context["key"]), "step": "publish"}
    for _twice in range(2):
        assert guest.post(new, whole).status_code == 302
    wish = SpaceWish.objects.get()
    assert (wish.use, wish.heads, wish.equipment, wish.tier) == ("meeting", 10, ["wifi"], "resident")

    names = {"code": code, "host_id": spaces.host.pk}
    host.get(reverse("spaces:my-hosts"))  # The first visit of a day writes that somebody was there.
    with django_assert_max_num_queries(MOST_QUERIES):
        listed = host.get(reverse("spaces:host-wishes", kwargs=names))
    assert [(row["wish"], row["lacks"]) for row in listed.context["rows"]] == [(wish, 0)]
    one = reverse("spaces:host-wish", kwargs={**names, "wish_id": wish.pk})
    with django_assert_max_num_queries(MOST_QUERIES):
        seen = host.get(one)
    text = seen.content.decode() + listed.content.decode()
    assert str(spaces.guest) not in text and str(spaces.guest.email) not in text
    initial = seen.context["form"].initial
    assert (initial["day"], initial["opens"], initial["closes"]) == (day, 780, 900)
    answer = {"space": room.pk, "day": day, "opens": 780, "closes": 900, "yen": "1800", "until": day}
    assert host.post(one, answer).status_code == 302
    offer = WishOffer.objects.get()

    mine = reverse("spaces:my-wish", kwargs={"wish_id": wish.pk})
    with django_assert_max_num_queries(MOST_QUERIES):
        compared = guest.get(mine)
    assert compared.context["standing"][0]["off"] == 200
    assert signed_in(spaces.friend).get(mine).status_code == 404
    choose = reverse("spaces:my-wish-choose", kwargs={"wish_id": wish.pk, "offer_id": offer.pk})
    last = guest.get(choose)
    form = last.context["form"]
    given = {"about": typed["about"], "way_to_pay": "on_site", "agreed": "on"}
    given |= {"shown": form.initial["shown"], "key": str(form.initial["key"])}
    assert guest.post(choose, given).status_code == 302
    assert guest.post(choose, given).status_code == 302
    assert Booking.objects.get().yen == 1800
    with django_assert_max_num_queries(MOST_QUERIES):
        shown = office.get(reverse("spaces:office-wish", kwargs={"code": code, "wish_id": wish.pk}))
    assert str(spaces.guest) in shown.content.decode()
    assert office.get(reverse("spaces:office-wishes", kwargs={"code": code})).status_code == 200
    assert signed_in(spaces.planner).get(
        reverse("spaces:office-wishes", kwargs={"code": code})
    ).status_code in (403, 404)


# --- Races ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_offers_chosen_at_once_while_others_book_the_place_make_one_order_at_most(
    spaces: SpacesWorld,
) -> None:
    """Both tabs of the guest and a stranger who wants the same hour: one order of the wish, nothing taken twice."""
    day = workday(2)
    one, other = make_room(spaces), make_room(spaces, "もう一つの部屋（架空）")
    for number in range(3):
        wish = published(spaces)
        hours = period(day, f"{9 + 3 * number:02}:00", f"{11 + 3 * number:02}:00")
        offers = [offered(wish, room, spaces.owner, period=hours) for room in (one, other)]
        # The stranger, who has less to do, comes last: else the guest's two tabs would never meet.
        strangers = [Booked(one, hours)] if number == 2 else []
        gate, seen = threading.Barrier(4 + len(strangers)), []

        def work(task: Any, gate: threading.Barrier = gate, seen: list[Any] = seen) -> None:
            try:
                gate.wait()
                seen.append(task())
            except (TooLateError, TakenError) as error:
                seen.append(error)
            finally:
                connection.close()

        tasks: list[Any] = [
            *(lambda offer=offer: chosen(offer, spaces.guest) for offer in (*offers, *offers)),
            *(lambda stranger=stranger: place(spaces.friend, stranger) for stranger in strangers),
        ]
        threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == len(tasks) and not [
            one for one in seen if not isinstance(one, (Order, TooLateError, TakenError))
        ]
        mine = [order for order in seen if isinstance(order, Order) and order.source == "offer"]
        assert len({order.pk for order in mine}) == 1
        assert WishOffer.objects.filter(wish=wish, state="chosen").count() == 1
        assert not taken_twice()
