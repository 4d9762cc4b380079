"""Lotteries for public rooms: sealed, entered in time, drawn once so that everybody can draw again, confirmed or lapsing."""

from __future__ import annotations

import csv
import hashlib
import io
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from sosei.core.people.errors import NotAllowedError
from sosei.core.people.models import Person
from sosei.core.records.models import Entry, Message
from sosei.programmes.spaces import search_sql
from sosei.programmes.spaces.errors_bookings import BookingError, TakenError, TooLateError
from sosei.programmes.spaces.models import (
    Booking,
    Host,
    Lottery,
    LotteryDraw,
    LotteryEntry,
    LotterySpace,
    Occupancy,
    Order,
    Space,
)
from sosei.programmes.spaces.search_wishes import Wishes
from sosei.programmes.spaces.services import blocks, bookings, lotteries, lottery_draws, lottery_seeds
from sosei.programmes.spaces.services.lotteries import Plan, Wish
from tests.people.conftest import SignedIn
from tests.spaces.bookings_world import SHOWN, period, place, taken_twice, wish
from tests.spaces.world import SpacesWorld, at, day_from_now, make_hourly, make_hours, make_space

DAY = 120
"""Days until the first day of use: beyond every horizon of the room."""
HOUR = timedelta(hours=1)


def make_hall_room(spaces: SpacesWorld, name: str = "抽選の部屋（架空）", **columns: Any) -> Space:
    """A public room that is drawn for, free of charge unless priced."""
    given = {
        "by_lottery": True,
        "seats": 20,
        "horizon_days": 60,
        "horizon_days_outside": 30,
        "closed_on_holidays": False,
    }
    room = make_space(spaces.public_host, name, **{**given, **columns})
    make_hours(room)
    make_hourly(room, 1000)
    return room


def plan(**changes: Any) -> Plan:
    now = timezone.now()
    given: dict[str, Any] = {
        "title": "来年の会議室",
        "use_from": day_from_now(DAY),
        "use_until": day_from_now(DAY + 29),
        "enter_from": now - HOUR,
        "enter_until": now + HOUR,
        "draw_at": now + 2 * HOUR,
        "confirm_until": now + timedelta(days=7),
    }
    return Plan(**{**given, **changes})


def announced(spaces: SpacesWorld, *rooms: Space, **changes: Any) -> Lottery:
    return lotteries.announce(
        host=spaces.public_host, spaces=list(rooms), plan=plan(**changes), actor=spaces.clerk
    )


def entered(
    lottery: Lottery, person: Person, *wishes: Wish, tier: str = "resident", **more: Any
) -> list[LotteryEntry]:
    given = {"purpose": "meeting", "heads": 5, "actor": person, "tier": tier, **more}
    return lotteries.enter(lottery=lottery, person=person, wishes=list(wishes), **given)


def morning(room: Space, day: int = DAY) -> Wish:
    return Wish(room, period(day, "10:00", "12:00"))


def close(lottery: Lottery) -> None:
    """The time to enter and to draw comes."""
    now = timezone.now()
    Lottery.objects.filter(pk=lottery.pk).update(
        enter_from=now - 3 * HOUR, enter_until=now - 2 * HOUR, draw_at=now - HOUR
    )


def drawn(lottery: Lottery) -> LotteryDraw:
    close(lottery)
    assert lottery_draws.draw_due(now=timezone.now()) == 1
    return LotteryDraw.objects.get(lottery=lottery)


@pytest.fixture
def room(spaces: SpacesWorld) -> Space:
    return make_hall_room(spaces)


# --- Announced and entered ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_seed_is_sealed_and_only_its_digest_is_known_before_the_draw(
    spaces: SpacesWorld, room: Space
) -> None:
    made = announced(spaces, room)
    seed = lottery_seeds.opened(made)
    assert hashlib.sha256(seed.encode()).hexdigest() == made.seed_digest
    assert made.seed == "" and made.sealed_seed != seed
    assert Entry.objects.get(verb="space_lottery.announced").actor == spaces.clerk
    made.sealed_seed = "00" * 32
    with pytest.raises(BookingError, match="SECRET_KEY"):
        lottery_seeds.opened(made)


@pytest.mark.django_db
def test_only_who_runs_a_public_host_announces_and_only_for_rooms_that_are_drawn_for(
    spaces: SpacesWorld, room: Space
) -> None:
    with pytest.raises(NotAllowedError):
        lotteries.announce(host=spaces.public_host, spaces=[room], plan=plan(), actor=spaces.guest)
    with pytest.raises(BookingError, match="抽選できません"):
        announced(spaces, spaces.meeting_room)
    private = Host.objects.get(pk=spaces.host.pk)
    with pytest.raises(BookingError, match="公共施設だけ"):
        lotteries.announce(host=private, spaces=[room], plan=plan(), actor=spaces.owner)
    with pytest.raises(BookingError) as early:
        announced(spaces, room, draw_at=timezone.now())
    assert early.value.field == "draw_at"
    announced(spaces, room)
    with pytest.raises(BookingError, match="もう「来年の会議室」があります"):
        announced(spaces, room)


@pytest.mark.django_db
def test_wishes_are_numbered_as_they_come_and_bound_by_room_days_hours_and_number(
    spaces: SpacesWorld, room: Space
) -> None:
    made = announced(spaces, room, max_entries=2)
    first = entered(made, spaces.guest, morning(room), morning(room, DAY + 1))
    second = entered(made, spaces.friend, morning(room), tier="outside")
    assert [(one.number, one.rank) for one in (*first, *second)] == [(1, 1), (2, 2), (3, 1)]
    assert Message.objects.filter(kind="space.lottery_entered").count() == 2
    for wrong, words in (
        (morning(room, DAY - 1), "期間ではありません"),
        (morning(spaces.meeting_room), "この抽選の場所ではありません"),
        (Wish(room, period(DAY, "06:00", "08:00")), "予約を受けていない時間"),
        (morning(room), "2回は申し込めません"),
    ):
        with pytest.raises(BookingError, match=words):
            entered(made, spaces.friend, wrong)
    with pytest.raises(BookingError, match="1人2件まで"):
        entered(made, spaces.guest, morning(room, DAY + 2))
    with pytest.raises(BookingError, match="定員は20人"):
        entered(made, spaces.friend, morning(room, DAY + 3), heads=21)
    with pytest.raises(NotAllowedError):
        entered(made, spaces.guest, morning(room), actor=spaces.friend)
    lotteries.withdraw(entry=first[0], actor=spaces.guest)
    assert entered(made, spaces.guest, morning(room, DAY + 2))[0].number == 4


@pytest.mark.django_db
def test_before_the_draw_nobody_books_the_room_in_those_days_and_afterwards_the_first_to_come_does(
    spaces: SpacesWorld,
) -> None:
    room = make_hall_room(spaces, horizon_days=200, horizon_days_outside=200)
    made = announced(spaces, room)
    with pytest.raises(TakenError, match="先に抽選"):
        place(spaces.guest, wish(room, DAY + 1))
    place(spaces.guest, wish(room, DAY - 1))
    entered(made, spaces.guest, morning(room))
    drawn(made)
    with pytest.raises(TakenError):
        place(spaces.friend, wish(room, DAY))
    assert place(spaces.friend, wish(room, DAY + 1)).source == Order.Source.WEB


@pytest.mark.django_db
def test_a_hall_and_its_rooms_wait_for_the_draw_of_one_another(spaces: SpacesWorld) -> None:
    far = {"horizon_days": 200, "horizon_days_outside": 200}
    hall = make_hall_room(spaces, "会館（架空）", by_lottery=False, **far)
    drawn_for = make_hall_room(spaces, "会館 A室（架空）", parent=hall, **far)
    sister = make_hall_room(spaces, "会館 B室（架空）", parent=hall, by_lottery=False, **far)
    made = announced(spaces, drawn_for)

    def found() -> set[str]:
        wishes = Wishes(first=day_from_now(DAY), start=600, end=720)
        keys = search_sql.found(search_sql.query_of(spaces.town, wishes, timezone.now()), "fit", 9)
        return {str(space) for space in Space.objects.filter(pk__in=keys, host=spaces.public_host)}

    for space in (hall, drawn_for):
        with pytest.raises(TakenError, match="先に抽選"):
            place(spaces.guest, wish(space, DAY))
    assert found() == {"会館 B室（架空）"}
    place(spaces.guest, wish(sister, DAY))
    # The other way round: what is drawn for is the whole hall.
    LotterySpace.objects.filter(lottery=made).update(space=hall)
    with pytest.raises(TakenError, match="先に抽選"):
        place(spaces.guest, wish(sister, DAY + 1))
    assert found() == set()


# --- Drawn ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_is_drawn_once_residents_first_and_everybody_can_draw_again(
    spaces: SpacesWorld, room: Space
) -> None:
    made = announced(spaces, room)
    outside = entered(made, spaces.friend, morning(room), tier="outside")[0]
    resident = entered(made, spaces.guest, morning(room))[0]
    other = entered(made, spaces.planner, morning(room, DAY + 1), tier="outside")[0]
    with pytest.raises(BookingError, match="時刻になっていません"):
        lottery_draws.draw(lottery=made, now=timezone.now())
    result = drawn(made)
    assert lottery_draws.draw_due(now=timezone.now()) == 0
    assert lottery_draws.draw(lottery=made, now=timezone.now()) == result
    for one in (outside, resident, other):
        one.refresh_from_db()
    assert (outside.state, resident.state, other.state) == ("lost", "won", "won")
    assert outside.outcome == {"code": "taken", "against": resident.number, "waits": 1}
    made.refresh_from_db()
    assert hashlib.sha256(made.seed.encode()).hexdigest() == made.seed_digest
    lots = {row["number"]: row["lot"] for row in result.results["outcomes"]}
    assert lots[resident.number] == hashlib.sha256(f"{made.seed}:{resident.number}".encode()).hexdigest()
    assert lottery_draws.check(made, result) == []
    result.results["outcomes"][0]["code"] = "taken"
    assert lottery_draws.check(made, result) == ["results"]
    assert Message.objects.filter(kind="space.lottery_drawn").count() == 3
    assert Occupancy.objects.filter(space=room, until=made.confirm_until).count() == 2


@pytest.mark.django_db
def test_what_is_blocked_already_is_won_by_nobody(spaces: SpacesWorld, room: Space) -> None:
    made = announced(spaces, room)
    entry = entered(made, spaces.guest, morning(room))[0]
    blocks.block(space=room, period=period(DAY, "11:00", "13:00"), reason="点検", actor=spaces.clerk)
    result = drawn(made)
    entry.refresh_from_db()
    assert (entry.state, entry.outcome["code"]) == ("lost", "blocked")
    made.refresh_from_db()
    assert lottery_draws.check(made, result) == []


@pytest.mark.django_db
def test_a_lottery_called_off_tells_everybody_and_is_never_drawn(spaces: SpacesWorld, room: Space) -> None:
    made = announced(spaces, room)
    entered(made, spaces.guest, morning(room))
    with pytest.raises(BookingError, match="理由"):
        lotteries.call_off(lottery=made, reason=" ", actor=spaces.clerk)
    lotteries.call_off(lottery=made, reason="工事のため", actor=spaces.clerk)
    close(made)
    assert lottery_draws.draw_due(now=timezone.now()) == 0
    assert Message.objects.get(kind="space.lottery_called_off").recipient == spaces.guest
    assert not LotteryDraw.objects.exists()


# --- Confirmed or lapsing ---------------------------------------------------------------------------------------------


def take(entry: LotteryEntry, way: str = "on_site", actor: Person | None = None) -> Order:
    return lottery_draws.confirm(
        entry=entry, way_to_pay=way, shown=SHOWN, actor=actor or Person.objects.get(pk=entry.person_id)
    )


@pytest.mark.django_db
def test_a_winner_takes_the_place_once_beyond_the_horizon_and_without_an_answer(spaces: SpacesWorld) -> None:
    room = make_hall_room(spaces, way=Space.Way.REQUEST)
    made = announced(spaces, room)
    entry = entered(made, spaces.guest, morning(room))[0]
    with pytest.raises(BookingError, match="当たっていない"):
        take(entry)
    drawn(made)
    with pytest.raises(NotAllowedError):
        take(entry, actor=spaces.friend)
    order = take(entry)
    assert take(entry) == order
    booking = order.bookings.get()
    assert (order.source, booking.state, booking.yen) == ("lottery", "confirmed", 2000)
    entry.refresh_from_db()
    assert (entry.state, entry.booking) == ("confirmed", booking)
    row = Occupancy.objects.get(space=room)
    assert (row.booking, row.key, row.until) == (booking, None, None)
    assert taken_twice() == []


@pytest.mark.django_db
def test_a_winner_who_pays_by_card_keeps_the_place_until_the_winners_deadline(
    spaces: SpacesWorld, room: Space
) -> None:
    made = announced(spaces, room)
    entry = entered(made, spaces.guest, morning(room))[0]
    drawn(made)
    booking = take(entry, "card").bookings.get()
    made.refresh_from_db()
    assert (booking.state, booking.answer_until) == ("held", made.confirm_until)
    assert bookings.lapse_due(now=timezone.now() + timedelta(days=1)) == 0
    assert bookings.lapse_due(now=made.confirm_until + bookings.GATEWAY_ASKED) == 1


@pytest.mark.django_db
def test_what_is_not_confirmed_in_time_or_given_up_is_free_for_the_next(
    spaces: SpacesWorld, room: Space
) -> None:
    Space.objects.filter(pk=room.pk).update(horizon_days=200, horizon_days_outside=200)
    made = announced(spaces, room)
    late, given_up = entered(made, spaces.guest, morning(room), morning(room, DAY + 1))
    drawn(made)
    lotteries.withdraw(entry=given_up, actor=spaces.guest)
    room.refresh_from_db()
    place(spaces.friend, wish(room, DAY + 1))
    assert lottery_draws.lapse_due(now=timezone.now()) == 0
    Lottery.objects.filter(pk=made.pk).update(
        confirm_until=timezone.now(), draw_at=timezone.now() - timedelta(minutes=1)
    )
    assert lottery_draws.lapse_due(now=timezone.now()) == 1
    assert lottery_draws.lapse_due(now=timezone.now()) == 0
    late.refresh_from_db()
    assert late.state == "lapsed"
    assert Message.objects.get(kind="space.lottery_lapsed").recipient == spaces.guest
    with pytest.raises(TooLateError):
        take(late)
    place(spaces.friend, wish(room, DAY))


@pytest.mark.django_db
def test_a_draw_after_the_site_was_down_leaves_the_winners_their_days(
    spaces: SpacesWorld, room: Space
) -> None:
    made = announced(spaces, room)
    entry = entered(made, spaces.guest, morning(room))[0]
    long_ago = timezone.now() - timedelta(days=5)
    Lottery.objects.filter(pk=made.pk).update(
        enter_from=long_ago - HOUR, enter_until=long_ago, draw_at=long_ago, confirm_until=long_ago + HOUR
    )
    assert lottery_draws.draw_due(now=timezone.now()) == 1
    made.refresh_from_db()
    assert made.confirm_until > timezone.now() + timedelta(days=2)
    assert lottery_draws.lapse_due(now=timezone.now()) == 0
    assert take(entry).bookings.get().state == "confirmed"


# --- Races ------------------------------------------------------------------------------------------------------------


def both(*tasks: Callable[[], object]) -> list[BaseException]:
    """Does the tasks at one moment; what went wrong."""
    start, wrong = threading.Barrier(len(tasks)), []

    def work(task: Callable[[], object]) -> None:
        try:
            start.wait()
            task()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


@pytest.mark.django_db(transaction=True)
def test_an_entry_against_the_draw_is_either_in_the_draw_or_refused(
    spaces: SpacesWorld,
) -> None:
    outcomes = set()
    for number in range(6):
        room = make_hall_room(spaces, f"部屋{number}（架空）")
        made = announced(spaces, room, title=f"抽選{number}")
        entered(made, spaces.guest, morning(room))
        end = timezone.now() + timedelta(milliseconds=30 * number)
        Lottery.objects.filter(pk=made.pk).update(enter_until=end, draw_at=end)

        def draw(made: Lottery = made, end: datetime = end) -> None:
            while timezone.now() < end:
                pass
            lottery_draws.draw(lottery=made, now=timezone.now())

        def come_late(made: Lottery = made, room: Space = room) -> None:
            for _attempt in range(5):
                entered(made, spaces.friend, morning(room, DAY + 1 + _attempt))

        wrong = both(draw, draw, come_late)
        assert all(isinstance(one, TooLateError) for one in wrong), wrong
        result = LotteryDraw.objects.get(lottery=made)
        rows = LotteryEntry.objects.filter(lottery=made)
        assert {row["number"] for row in result.results["entries"]} == {row.number for row in rows}
        assert not rows.filter(state="entered").exists()
        made.refresh_from_db()
        assert lottery_draws.check(made, result) == []
        outcomes.add(rows.count())
    assert taken_twice() == []
    assert 1 in outcomes


@pytest.mark.django_db(transaction=True)
def test_a_winner_who_clicks_twice_has_one_order(spaces: SpacesWorld) -> None:
    room = make_hall_room(spaces)
    made = announced(spaces, room)
    entry = entered(made, spaces.guest, morning(room))[0]
    drawn(made)
    assert both(lambda: take(entry), lambda: take(entry), lambda: take(entry)) == []
    assert Order.objects.count() == Booking.objects.count() == 1


# --- Pages ------------------------------------------------------------------------------------------------------------


def page(name: str, lottery: Lottery) -> str:
    return reverse(f"spaces:{name}", kwargs={"code": lottery.municipality.code, "lottery_id": lottery.pk})


def html_of(browser: Client, url: str, **more: Any) -> str:
    answer = browser.get(url, **more)
    assert answer.status_code == 200, answer
    return answer.content.decode()


@pytest.mark.django_db
def test_from_the_announcement_to_the_booking_in_the_browser(
    spaces: SpacesWorld, signed_in: SignedIn, client: Client
) -> None:
    room = make_hall_room(spaces)
    host = {"code": spaces.town.code, "host_id": spaces.public_host.pk}
    today, use = day_from_now(0), day_from_now(DAY)
    clerk = signed_in(spaces.clerk)
    answer = clerk.post(
        reverse("spaces:host-lottery-new", kwargs=host),
        {
            "title": "春の抽選",
            "spaces": [room.pk],
            "use_from": use.isoformat(),
            "use_until": day_from_now(DAY + 20).isoformat(),
            "enter_from": today.isoformat(),
            "enter_until": day_from_now(5).isoformat(),
            "draw_on": day_from_now(8).isoformat(),
            "draw_minute": 600,
            "confirm_until": day_from_now(15).isoformat(),
            "residents_first": "on",
            "max_entries": 3,
        },
    )
    assert answer.status_code == 302
    made = Lottery.objects.select_related("municipality").get()
    assert made.draw_at == at(day_from_now(8), "10:00") and made.enter_until == at(day_from_now(6), "00:00")
    assert made.seed_digest in html_of(client, page("lottery", made))
    assert "春の抽選" in html_of(client, reverse("spaces:space", args=(spaces.town.code, room.pk)))

    guest = signed_in(spaces.guest)
    form = {
        "about": str(spaces.guest.uid),
        "tier": "resident",
        "purpose": "meeting",
        "heads": 4,
        "space_1": room.pk,
        "day_1": use.isoformat(),
        "opens_1": 600,
        "closes_1": 720,
    }
    wrong = guest.post(page("lottery-enter", made), {**form, "closes_1": 600})
    assert wrong.status_code == 422
    assert guest.post(page("lottery-enter", made), form).status_code == 302
    entry = LotteryEntry.objects.get()
    assert (entry.person, entry.number) == (spaces.guest, 1)
    assert "申し込みを取り下げる" in html_of(guest, reverse("spaces:my-lotteries"))
    assert "番号" in html_of(clerk, reverse("spaces:host-lottery", kwargs={**host, "lottery_id": made.pk}))

    drawn(made)
    made.refresh_from_db()
    assert "当たり" in html_of(client, page("lottery", made))
    checked = html_of(client, page("lottery-check", made))
    assert made.seed in checked and "同じ結果になりました" in checked
    assert str(spaces.guest) not in checked
    file = client.get(page("lottery-csv", made)).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert rows[0]["lot"] == hashlib.sha256(f"{made.seed}:1".encode()).hexdigest()
    assert "春の抽選" not in html_of(client, reverse("spaces:space", args=(spaces.town.code, room.pk)))

    taking = reverse("spaces:my-lottery-take", kwargs={"entry_id": entry.pk})
    last = guest.get(taking)
    assert "2,000" in last.content.decode()
    shown = last.context["form"].initial["shown"]
    answer = guest.post(
        taking,
        {
            "about": str(spaces.guest.uid),
            "shown": shown,
            "key": str(uuid.uuid4()),
            "way_to_pay": "on_site",
            "agreed": "on",
        },
    )
    assert answer.status_code == 302
    assert Booking.objects.get().state == "confirmed"
    assert signed_in(spaces.friend).get(taking).status_code == 404


@pytest.mark.django_db
def test_lists_need_few_queries_however_many_entries_there_are(
    spaces: SpacesWorld, room: Space, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = announced(spaces, room, max_entries=20)
    entered(made, spaces.guest, *(morning(room, DAY + day) for day in range(10)))
    drawn(made)
    for name in ("lottery", "lottery-check"):
        with django_assert_max_num_queries(20):
            html_of(client, page(name, made))
