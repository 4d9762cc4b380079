"""Bookings placed, held, paid, asked for, lapsed and used: states, places and money always say the same."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from sosei.core.payments.models import ChargeLine, ExemptionRule, Payment, Refund
from sosei.core.payments.services import bills
from sosei.core.payments.supply_days import supply_days
from sosei.core.people.models import Person
from sosei.core.records.models import Message
from sosei.planning.outcomes.models import Fact
from sosei.programmes.spaces import booking_hooks
from sosei.programmes.spaces.errors_bookings import (
    BookingError,
    ChangedPriceError,
    Code,
    NotAllowedError,
    TakenError,
    TooLateError,
)
from sosei.programmes.spaces.models import Booking, Extra, Lottery, LotterySpace, Occupancy, Order, UserGroup
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_series import Every, Pattern
from sosei.programmes.spaces.services import bookings, cancelling, money, numbers, orders, payment_terms
from sosei.programmes.spaces.services.orders import Guest, Wanted
from sosei.programmes.spaces.words_bookings import REASONS
from tests.people.conftest import MakePerson
from tests.spaces.bookings_world import (
    SHOWN,
    arrive,
    balance_flaws,
    only,
    pay,
    period,
    place,
    states,
    wish,
    workday,
)
from tests.spaces.conftest import SpacesWorld
from tests.spaces.world import JST, day_from_now

pytestmark = pytest.mark.django_db
WORKDAY = 21
"""Days from now; the world's rooms are open every day."""


def lapse(order: Order) -> None:
    """The time of everything that waits is over."""
    late = timezone.now() - bookings.GATEWAY_ASKED
    Booking.objects.filter(order=order, state__in=("held", "requested")).update(answer_until=late)
    Occupancy.objects.filter(booking__order=order).update(until=late)


def test_what_is_paid_on_site_is_confirmed_at_once_and_owed(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]))
    booking = only(order)
    assert (booking.state, booking.yen) == ("confirmed", 2000)
    assert booking.occupancies.get().until is None
    assert balance_flaws() == []
    assert Payment.objects.get().state == "waiting"


def test_a_card_holds_the_place_until_it_is_paid(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="card")
    booking = only(order)
    assert booking.state == "held"
    assert booking.occupancies.get().until == booking.answer_until
    assert booking.answer_until is not None
    assert booking.answer_until <= timezone.now() + timedelta(minutes=15)
    pay(order)
    assert states(order) == ["confirmed"]
    assert only(order).occupancies.get().until is None
    assert balance_flaws() == []


@pytest.mark.parametrize("way", ["konbini", "bank"])
def test_a_shop_or_a_bank_has_three_days_and_never_longer_than_before_the_start(
    spaces: SpacesWorld, way: str
) -> None:
    far = only(place(spaces.guest, wish(spaces.rooms[0], 20), way=way))
    assert far.answer_until is not None
    assert timedelta(days=2, hours=23) < far.answer_until - timezone.now() <= payment_terms.MOST_HELD
    near = only(place(spaces.guest, wish(spaces.rooms[0], 2, "18:00", "20:00"), way=way))
    assert near.answer_until is not None
    assert near.answer_until <= near.period.lower - timedelta(hours=24 if way == "bank" else 1)
    assert Payment.objects.get(bill=money.bill_of(near.order)).expires_at == near.answer_until


def test_the_same_key_twice_is_one_order(spaces: SpacesWorld) -> None:
    key = uuid.uuid4()
    first = place(spaces.guest, wish(spaces.rooms[0]), key=key)
    assert place(spaces.guest, wish(spaces.rooms[0]), key=key).pk == first.pk
    # Also when the place is free again by then, and when another is asked for with the key.
    Occupancy.objects.all().delete()
    assert place(spaces.guest, wish(spaces.rooms[0]), key=key).pk == first.pk
    assert Order.objects.count() == Booking.objects.count() == 1
    assert not Occupancy.objects.exists()


def test_the_same_key_twice_is_one_request(spaces: SpacesWorld) -> None:
    key, monday = uuid.uuid4(), workday(0)
    wanted = wish(spaces.meeting_room, monday, "09:00", "12:00")
    first = place(spaces.guest, wanted, key=key)
    assert place(spaces.guest, wanted, key=key).pk == first.pk
    assert states(first) == ["requested"]


def test_a_hall_is_all_its_rooms_and_a_room_is_part_of_its_hall(spaces: SpacesWorld) -> None:
    place(spaces.guest, wish(spaces.hall, 20, "10:00", "12:00"))
    assert Occupancy.objects.count() == 3
    with pytest.raises(TakenError) as refused:
        place(spaces.friend, wish(spaces.rooms[1], 20, "11:00", "13:00"))
    assert refused.value.taken[0].space == spaces.rooms[1]
    place(spaces.friend, wish(spaces.rooms[1], 20, "12:00", "13:00"))
    with pytest.raises(TakenError):
        place(spaces.friend, wish(spaces.hall, 20, "12:00", "13:00"))
    assert Occupancy.objects.count() == 4


def test_buffers_keep_neighbours_apart(spaces: SpacesWorld) -> None:
    room = spaces.rooms[0]
    room.buffer_before, room.buffer_after = 10, 30
    room.save()
    place(spaces.guest, wish(room, 20, "10:00", "12:00"))
    row = Occupancy.objects.get()
    assert (row.period.upper - row.period.lower) == timedelta(hours=2, minutes=40)
    for begins, ends in (("12:30", "13:30"), ("08:30", "09:30")):
        with pytest.raises(TakenError):
            place(spaces.friend, wish(room, 20, begins, ends))
    assert place(spaces.friend, wish(room, 20, "13:00", "14:00"))


def test_several_rooms_are_had_together_or_not_at_all(spaces: SpacesWorld) -> None:
    place(spaces.friend, wish(spaces.rooms[2]))
    with pytest.raises(TakenError) as refused:
        place(spaces.guest, *(wish(room) for room in spaces.rooms))
    assert [one.space for one in refused.value.taken] == [spaces.rooms[2]]
    assert Order.objects.count() == 1
    assert Occupancy.objects.count() == 1
    order = place(spaces.guest, *(wish(room) for room in spaces.rooms[:2]))
    assert (order.shape, states(order)) == ("rooms", ["confirmed"] * 2)


def test_a_series_shows_its_clashes_first_and_leaves_them_out_on_demand(spaces: SpacesWorld) -> None:
    room, first = spaces.rooms[0], day_from_now(WORKDAY)
    place(spaces.friend, wish(room, first + timedelta(days=7)))
    pattern = Pattern(Every.WEEK, 600, 720, first=first, count=4)
    found = orders.series(space=room, pattern=pattern, tier="resident", now=timezone.now())
    assert [one.is_good for one in found] == [True, False, True, True]
    wanted = [orders.Wanted(room, one.period) for one in found if one.period is not None]
    with pytest.raises(TakenError):
        place(spaces.guest, *wanted)
    order = place(spaces.guest, *wanted, skip_clashes=True)
    assert (order.shape, states(order)) == ("series", ["confirmed"] * 3)
    assert money.standing(order).charged == 6000  # type: ignore[union-attr]
    assert balance_flaws() == []
    assert orders.wanted_of(found, room) == [wanted[0], *wanted[2:]]


def test_where_nothing_is_left_to_skip_to_nothing_is_booked(spaces: SpacesWorld) -> None:
    place(spaces.friend, wish(spaces.rooms[0]))
    with pytest.raises(TakenError):
        place(spaces.guest, wish(spaces.rooms[0]), skip_clashes=True)
    assert Order.objects.count() == 1


def test_who_comes_too_late_is_told_the_nearest_free_times(spaces: SpacesWorld) -> None:
    place(spaces.friend, wish(spaces.rooms[0], 20, "10:00", "12:00"))
    with pytest.raises(TakenError) as refused:
        place(spaces.guest, wish(spaces.rooms[0], 20, "10:00", "12:00"))
    assert refused.value.nearest()[:2] == [period(20, "12:00", "14:00"), period(20, "12:30", "14:30")]
    assert "みほん会館 A室（架空）" in str(refused.value)


@pytest.mark.parametrize(
    ("begins", "ends", "word"), [("21:00", "22:00", "予約を受けていない"), ("10:00", "10:30", "予約できます")]
)
def test_the_rules_of_the_house_are_told_in_words_and_take_nothing(
    spaces: SpacesWorld, begins: str, ends: str, word: str
) -> None:
    with pytest.raises(TakenError, match=word):
        place(spaces.guest, wish(spaces.rooms[0], 20, begins, ends))
    assert not Occupancy.objects.exists()


def test_staff_on_the_phone_are_not_bound_by_notice_and_need_no_answer(spaces: SpacesWorld) -> None:
    room = spaces.meeting_room
    room.notice_minutes = 60 * 24 * 40
    room.save()
    monday = workday(0)
    guest = Guest(None, "電話 花子", phone="+819000000000", email="hanako@example.jp")
    wanted = wish(room, monday, "09:00", "12:00")
    order = place(guest, wanted, actor=spaces.staff, source="phone", shown={})
    assert states(order) == ["confirmed"]
    assert order.made_by == spaces.staff


def test_a_stranger_books_for_nobody_else(spaces: SpacesWorld) -> None:
    for actor in (spaces.friend, spaces.other_staff, spaces.other_owner, None):
        with pytest.raises(NotAllowedError):
            place(spaces.guest, wish(spaces.rooms[0]), actor=actor)
    assert not Order.objects.exists()


def test_without_the_six_items_nothing_is_ordered(spaces: SpacesWorld) -> None:
    for item in SHOWN:
        with pytest.raises(BookingError):
            place(spaces.guest, wish(spaces.rooms[0]), shown={**SHOWN, item: ""})
    assert not Order.objects.exists()


def test_a_price_that_changed_meanwhile_is_shown_again(spaces: SpacesWorld) -> None:
    wanted = wish(spaces.rooms[0])
    shown = orders.quote(wanted=[wanted], tier="resident", now=timezone.now())
    spaces.rooms[0].price_lists.get().items.update(yen=1200)
    with pytest.raises(ChangedPriceError):
        place(spaces.guest, wanted, shown={**SHOWN, "digest": shown.digest})
    assert not Occupancy.objects.exists()
    again = orders.quote(wanted=[wanted], tier="resident", now=timezone.now())
    assert again.yen == 2400
    assert place(spaces.guest, wanted, shown={**SHOWN, "digest": again.digest})


def test_extras_and_lines_make_up_the_price(spaces: SpacesWorld) -> None:
    monitor = Extra.objects.get()
    order = place(spaces.guest, wish(spaces.desk, extras=((monitor.pk, 2),)))
    booking = only(order)
    assert booking.yen == 600 + 400 == sum(line["yen"] for line in booking.quote["lines"])
    monitor.ended_at = timezone.now()
    monitor.save()
    with pytest.raises(TakenError) as refused:
        place(spaces.guest, wish(spaces.desk, 22, extras=((monitor.pk, 2),)))
    assert refused.value.refusals == (Refusal(Code.NO_SUCH_EXTRA),)


def a_group(spaces: SpacesWorld, percent: int) -> UserGroup:
    rule = ExemptionRule.objects.create(
        municipality=spaces.town,
        title="市民活動（架空）",
        percent=percent,
        article="みほん市公民館条例（架空）9条",
        starts_on=day_from_now(-100),
        set_at=timezone.now(),
    )
    now = timezone.now()
    return UserGroup.objects.create(  # type: ignore[no-any-return]
        municipality=spaces.town,
        person=spaces.guest,
        name="合唱の会（架空）",
        purpose="歌",
        members=12,
        resident_members=12,
        tier="resident",
        exemption_code=str(rule.pk),
        state="approved",
        asked_at=now,
        decided_at=now,
    )


@pytest.mark.parametrize(("percent", "yen"), [(100, 0), (50, 300)])
def test_an_ordinance_takes_off_its_share_and_all_of_it_needs_no_payment(
    spaces: SpacesWorld, percent: int, yen: int
) -> None:
    spaces.meeting_room.way = "instant"
    spaces.meeting_room.save()
    wanted = wish(spaces.meeting_room, workday(0), "09:00", "12:00")
    order = place(spaces.guest, wanted, way="on_site" if yen else "", group=a_group(spaces, percent))
    booking = only(order)
    assert (booking.state, booking.yen) == ("confirmed", yen)
    assert [line["yen"] for line in booking.quote["lines"]] == [600, yen - 600]
    bill = money.bill_of(order)
    assert (bill is None) == (yen == 0)
    if bill is not None:
        assert bill.payee is None
        assert bill.is_public_fee


def test_a_way_that_does_not_fit_any_more_is_not_offered(spaces: SpacesWorld) -> None:
    # The next nine o'clock: less than a day away, at whatever hour the test runs.
    today = timezone.now().astimezone(JST).hour < 9
    soon = wish(spaces.rooms[0], 0 if today else 1, "09:00", "10:00")
    ways = orders.quote(wanted=[soon], tier="resident", now=timezone.now()).ways
    assert "bank" not in ways
    assert "on_site" in ways
    with pytest.raises(BookingError):
        place(spaces.guest, soon, way="bank")
    assert not Occupancy.objects.exists()


def test_a_hold_that_nobody_pays_lapses_and_owes_nothing(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="card")
    assert bookings.lapse_due(now=timezone.now()) == 0
    lapse(order)
    # Before the task comes, the place can be had already.
    other = place(spaces.friend, wish(spaces.rooms[0]))
    assert bookings.lapse_due(now=timezone.now()) == 1
    assert bookings.lapse_due(now=timezone.now()) == 0
    assert states(order, other) in (["lapsed", "confirmed"], ["confirmed", "lapsed"])
    assert money.standing(order).charged == 0  # type: ignore[union-attr]
    assert Payment.objects.get(bill=money.bill_of(order)).state == "cancelled"
    assert Occupancy.objects.get().booking == only(other)
    assert balance_flaws() == []


def test_money_that_comes_when_the_hold_is_over_still_settles_it_while_the_place_is_free(
    spaces: SpacesWorld,
) -> None:
    order = place(spaces.guest, wish(spaces.hall), way="card")
    lapse(order)
    Occupancy.objects.filter(space=spaces.rooms[0]).delete()
    pay(order)
    assert states(order) == ["confirmed"]
    assert Occupancy.objects.filter(booking=only(order), until__isnull=True).count() == 3
    assert balance_flaws() == []


def test_money_that_comes_when_somebody_else_has_the_place_goes_back(spaces: SpacesWorld) -> None:
    told: list[str] = []
    order = place(spaces.guest, wish(spaces.hall), way="card")
    lapse(order)
    other = place(spaces.friend, wish(spaces.rooms[0]))

    def hook(booking: Booking, *, why: str, **more: Any) -> None:
        told.append(why)

    booking_hooks.register("lapsed", hook)
    try:
        payment = pay(order)
    finally:
        booking_hooks._hooks["lapsed"].remove(hook)
    assert (states(order), states(other), told) == (["lapsed"], ["confirmed"], ["taken"])
    assert Refund.objects.get(payment=payment).yen == 6000
    assert balance_flaws() == []
    assert not Occupancy.objects.filter(booking__order=order).exists()


def test_of_a_series_paid_too_late_only_what_is_gone_goes_back(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, *(wish(spaces.rooms[0], day) for day in (20, 21, 22)), way="card")
    lapse(order)
    place(spaces.friend, wish(spaces.rooms[0], 21))
    pay(order)
    assert states(order) == ["confirmed", "lapsed", "confirmed"]
    assert Refund.objects.get().yen == 2000
    assert balance_flaws() == []


def test_another_way_to_pay_gives_the_first_up(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="card")
    key = uuid.uuid4()
    second = orders.pay_again(order=order, way="konbini", key=key, actor=spaces.guest)
    assert second == orders.pay_again(order=order, way="konbini", key=key, actor=spaces.guest)
    assert second is not None
    assert sorted(Payment.objects.values_list("way", "state")) == [
        ("card", "cancelled"),
        ("konbini", "asked"),
    ]
    booking = only(order)
    assert booking.occupancies.get().until == booking.answer_until == second.expires_at
    assert orders.pay_again(order=order, way="on_site", key=uuid.uuid4(), actor=spaces.guest)
    assert states(order) == ["confirmed"]
    with pytest.raises(TooLateError):
        orders.pay_again(order=order, way="card", key=uuid.uuid4(), actor=spaces.guest)


def test_what_is_under_way_is_left_to_the_gateway_a_moment_longer(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="card")
    late = timezone.now() - timedelta(seconds=1)
    Booking.objects.filter(order=order).update(answer_until=late)
    assert bookings.lapse_due(now=timezone.now()) == 0
    pay(order)
    assert states(order) == ["confirmed"]


# --- Asked of the host ------------------------------------------------------------------------------------------------


def request(spaces: SpacesWorld, guest: Person, way: str = "on_site") -> Booking:
    return only(place(guest, wish(spaces.meeting_room, workday(0), "09:00", "12:00"), way=way))


def test_a_request_keeps_nobody_out_and_accepting_one_declines_the_others(spaces: SpacesWorld) -> None:
    first, second = request(spaces, spaces.guest), request(spaces, spaces.friend)
    other_day = only(place(spaces.friend, wish(spaces.meeting_room, workday(1), "09:00", "12:00")))
    assert not Occupancy.objects.exists()
    assert money.bill_of(first.order) is None
    assert bookings.competing(second) == [first]
    answered = bookings.answer_request(booking=second, accept=True, reason="", actor=spaces.clerk)
    assert (answered.booking.state, [one.pk for one in answered.declined]) == ("confirmed", [first.pk])
    assert states(first.order) == ["declined"]
    assert states(other_day.order) == ["requested"]
    assert Occupancy.objects.get().booking == second
    assert balance_flaws() == []


def test_an_accepted_request_is_held_until_it_is_paid(spaces: SpacesWorld) -> None:
    booking = request(spaces, spaces.guest, "card")
    answered = bookings.answer_request(booking=booking, accept=True, reason="", actor=spaces.clerk)
    assert answered.booking.state == "held"
    assert answered.booking.answer_until is not None
    assert answered.booking.answer_until > timezone.now() + timedelta(days=1)
    pay(booking.order)
    assert states(booking.order) == ["confirmed"]
    assert balance_flaws() == []


def test_each_date_of_a_series_is_confirmed_by_its_own_money(spaces: SpacesWorld) -> None:
    days = [workday(0), workday(0) + timedelta(days=7)]
    wanted = [wish(spaces.meeting_room, day, "09:00", "12:00") for day in days]
    orders_made = [place(guest, *wanted, way="card") for guest in (spaces.guest, spaces.friend)]
    order, other = orders_made
    first, second = Booking.objects.filter(order=order).order_by("period")
    for booking in (first, second):
        bookings.answer_request(booking=booking, accept=True, reason="", actor=spaces.clerk)
    assert states(other) == ["declined"] * 2
    bill = money.bill_of(order)
    # The second is paid: the first, whose own payment is under way, is not settled by it.
    arrive(Payment.objects.get(bill=bill, key=money.accepted_key(second)))
    assert states(order) == ["held", "confirmed"]
    lapse(order)
    assert bookings.lapse_due(now=timezone.now()) == 1
    assert states(order) == ["lapsed", "confirmed"]
    assert (Refund.objects.count(), balance_flaws()) == (0, [])


def test_the_bill_of_a_series_says_which_line_is_for_which_day(spaces: SpacesWorld) -> None:
    days = [workday(0), workday(0) + timedelta(days=7)]
    order = place(spaces.guest, *[wish(spaces.rooms[0], day, "09:00", "10:00") for day in days], way="card")
    pay(order)
    last = Booking.objects.filter(order=order).latest("period")
    cancelling.cancel(
        bookings=[last],
        side="guest",
        reason_code=next(iter(REASONS["guest"])),
        reason="都合",
        key=uuid.uuid4(),
        actor=spaces.guest,
    )
    lines = ChargeLine.objects.filter(bill=money.bill_of(order)).order_by("pk")
    said = [f"{day.month}月{day.day}日" for day in (*days, days[1])]
    assert [line.text.partition("：")[0] for line in lines] == said
    assert [line.text_en.partition(": ")[0] for line in lines] == [
        f"{day:%B} {day.day}" for day in (*days, days[1])
    ]
    alone = place(spaces.friend, wish(spaces.rooms[1], days[0], "09:00", "10:00"), way="card")
    assert "：" not in ChargeLine.objects.get(bill=money.bill_of(alone)).text


def test_an_unpaid_claim_takes_no_money_of_a_booking(spaces: SpacesWorld) -> None:
    order = place(spaces.guest, wish(spaces.rooms[0]), way="card")
    with money.own_change():
        bill = money.bill_of(order)
        assert bill is not None
        bills.add_charge(
            bill=bill, lines=[bills.Line("ガラス", 5000)], reason="報告", key="claim", actor=None
        )
    pay(order)
    assert states(order) == ["confirmed"]


def test_nobody_but_the_house_answers_and_once_and_with_a_reason(spaces: SpacesWorld) -> None:
    booking = request(spaces, spaces.guest)
    for actor in (spaces.guest, spaces.owner, spaces.other_staff, spaces.planner):
        with pytest.raises(NotAllowedError):
            bookings.answer_request(booking=booking, accept=True, reason="", actor=actor)
    with pytest.raises(BookingError):
        bookings.answer_request(booking=booking, accept=False, reason=" ", actor=spaces.clerk)
    bookings.answer_request(booking=booking, accept=False, reason="点検", actor=spaces.clerk)
    assert states(booking.order) == ["declined"]
    with pytest.raises(BookingError):
        bookings.answer_request(booking=booking, accept=True, reason="", actor=spaces.clerk)


def test_a_request_that_nobody_answers_lapses(spaces: SpacesWorld) -> None:
    booking = request(spaces, spaces.guest)
    lapse(booking.order)
    with pytest.raises(TooLateError):
        bookings.answer_request(booking=booking, accept=True, reason="", actor=spaces.clerk)
    assert bookings.lapse_due(now=timezone.now()) == 1
    assert states(booking.order) == ["lapsed"]
    assert money.bill_of(booking.order) is None


def test_before_the_draw_a_place_of_a_lottery_cannot_be_booked(spaces: SpacesWorld) -> None:
    room, now = spaces.meeting_room, timezone.now()
    room.by_lottery = True
    room.save()
    lottery = Lottery.objects.create(
        municipality=spaces.town,
        host=spaces.public_host,
        title="来月分（架空）",
        use_from=day_from_now(5),
        use_until=day_from_now(20),
        enter_from=now,
        enter_until=now + timedelta(days=1),
        draw_at=now + timedelta(days=2),
        confirm_until=now + timedelta(days=4),
        seed_digest="0" * 64,
        sealed_seed="1" * 64,
        made_at=now,
    )
    LotterySpace.objects.create(
        municipality=spaces.town, host=spaces.public_host, lottery=lottery, space=room
    )
    with pytest.raises(TakenError) as refused:
        request(spaces, spaces.guest)
    assert refused.value.refusals[0].code == Code.BY_LOTTERY
    Lottery.objects.update(state="drawn", seed="s", drawn_at=now)
    assert request(spaces, spaces.guest).state == "requested"


# --- Without an account -----------------------------------------------------------------------------------------------


def test_a_guest_without_an_account_is_known_by_the_secret_or_by_number_and_mail(spaces: SpacesWorld) -> None:
    guest = Guest(None, "架空 旅子", email="Tabiko@example.jp", language="en")
    order = place(guest, wish(spaces.rooms[0]), way="card")
    secret = numbers.secret_of(order)
    assert numbers.order_by_secret(order.number.lower().replace("-", " "), secret) == order
    assert numbers.order_by_secret(order.number, secret[:-1] + "x") is None
    assert numbers.order_by_secret(order.number, "") is None
    assert numbers.orders_by_mail(order.number, "tabiko@EXAMPLE.jp ") == order
    assert numbers.orders_by_mail(order.number, "someone@example.jp") is None
    assert numbers.orders_by_mail("AAAA-AAAA", "tabiko@example.jp") is None
    with pytest.raises(NotAllowedError):
        orders.pay_again(order=order, way="konbini", key=uuid.uuid4(), actor=None, secret="wrong")
    assert orders.pay_again(order=order, way="konbini", key=uuid.uuid4(), actor=None, secret=secret)


# --- Used -------------------------------------------------------------------------------------------------------------


def used(spaces: SpacesWorld, ago: timedelta, **more: Any) -> Booking:
    """A confirmed booking that ended so long ago."""
    booking = only(place(spaces.guest, wish(spaces.rooms[0]), **more))
    end = timezone.now().replace(second=0, microsecond=0) - ago
    Booking.objects.filter(pk=booking.pk).update(period=(end - timedelta(hours=2), end))
    return Booking.objects.get(pk=booking.pk)


def facts(kind: str) -> list[tuple[int, Decimal | None]]:
    rows = Fact.objects.filter(kind=kind, reverses__isnull=True, reversed_by__isnull=True)
    return list(rows.values_list("count", "amount"))


def test_what_was_used_becomes_facts_and_stops_being_so_when_nobody_came(spaces: SpacesWorld) -> None:
    booking = used(spaces, timedelta(hours=1), from_outside=3, remote_workers=2, heads=5)
    assert bookings.mark_ended(now=timezone.now()) == 0
    bookings.mark_used(booking=booking, actor=spaces.owner, now=timezone.now())
    assert facts("booking_used") == [(1, Decimal("2.00"))]
    assert facts("space_guest_from_outside") == [(3, None)]
    assert facts("remote_worker_hosted") == [(2, None)]
    bookings.mark_no_show(booking=booking, reason="鍵が開かなかった", actor=spaces.owner)
    assert states(booking.order) == ["no_show"]
    assert facts("booking_used") == facts("space_guest_from_outside") == facts("remote_worker_hosted") == []
    bookings.mark_used(booking=booking, actor=spaces.owner, now=timezone.now())
    assert facts("booking_used") == [(1, Decimal("2.00"))]


def test_three_days_after_its_end_a_booking_counts_as_used_by_itself(spaces: SpacesWorld) -> None:
    booking = used(spaces, timedelta(days=3, minutes=1))
    assert bookings.mark_ended(now=timezone.now()) == 1
    assert bookings.mark_ended(now=timezone.now()) == 0
    assert states(booking.order) == ["used"]
    with pytest.raises(TooLateError):
        bookings.mark_no_show(booking=booking, reason="…", actor=spaces.owner)
    assert balance_flaws() == []


def test_only_the_house_says_that_nobody_came_and_the_guest_is_told(
    spaces: SpacesWorld, make_person: MakePerson
) -> None:
    booking = used(spaces, timedelta(hours=1))
    for actor in (spaces.guest, spaces.other_owner, make_person()):
        with pytest.raises(NotAllowedError):
            bookings.mark_no_show(booking=booking, reason="…", actor=actor)
    assert not Message.objects.filter(kind="space.no_show").exists()
    bookings.mark_no_show(booking=booking, reason="鍵を取りに来なかった", actor=spaces.owner)
    assert Message.objects.get(kind="space.no_show").recipient == spaces.guest


# --- On paper ---------------------------------------------------------------------------------------------------------


def test_papers_name_the_days_on_which_it_is_used(spaces: SpacesWorld) -> None:
    late = Wanted(spaces.rooms[0], period(20, "19:00", "21:00"))
    order = place(spaces.guest, late, wish(spaces.rooms[0], 27), wish(spaces.rooms[0], 34))
    bill = money.bill_of(order)
    assert bill is not None
    assert supply_days(bill) == (day_from_now(20), day_from_now(34))
    last = order.bookings.order_by("period").last()
    cancelling.cancel(
        bookings=[last], side="guest", reason_code="plans", key=uuid.uuid4(), actor=spaces.guest
    )
    assert supply_days(bill) == (day_from_now(20), day_from_now(27))
