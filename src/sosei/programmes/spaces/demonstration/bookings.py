"""Bookings of the demonstration: used, called off, not used, to come, asked for, held, waited for; done by the services."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid5

from django.utils import timezone

from sosei.core.design import civil_day
from sosei.core.payments.models import Bill, ExemptionRule, Payment
from sosei.core.payments.services import pay_by_bank, pay_on_site
from sosei.core.people.models import Person
from sosei.programmes.spaces.demonstration.story import DAY, Story, Town
from sosei.programmes.spaces.demonstration.tables import FUKUSHIMA, IWAKI
from sosei.programmes.spaces.models import Booking, UserGroup
from sosei.programmes.spaces.rules_bookings import Item
from sosei.programmes.spaces.services import blocks, bookings, cancelling, changing, money, usage, waiting
from sosei.programmes.spaces.services.orders import Guest, Wanted, place_order

NAMESPACE = UUID("0b0c5d5e-5a53-5d1c-9d0e-6f6f0e7b5c11")
BOTH = (IWAKI, FUKUSHIMA)
SHOWN = {str(item): ["確認の画面で示しました。（見本）"] for item in Item}
GUESTS = (
    ("tsukau", "例野", "春子", ("レイノ", "ハルコ")),
    ("sakasu", "試山", "健", ("タメシヤマ", "ケン")),
    ("enpou", "何川", "海", ("ナニカワ", "ウミ")),
)
"""Guests beside the cast."""
CHILDREN = "みほん子ども会（架空）"
"""A registered group whose use of public rooms is free by ordinance."""


@dataclass(frozen=True)
class Visit:
    """An order of one or several weeks.

    Attributes:
        guest: login of the guest; "" for somebody without an account.
        spaces: keys; several are rooms of one order.
        first: day of the first booking (`Town.day`); it comes every week, `weeks` times.
        early: days between the order and the first booking.
        people: all, those from outside, remote workers.
        end: what becomes of the last booking: "" it is used, when its time is over; "no_show"; "host" or "guest", who
            calls it off; "declined", "lapsed"; "moved", the first one a week on; "asked" nobody has answered yet.
    """

    key: str
    towns: tuple[str, ...]
    guest: str
    spaces: str
    first: str
    begins: str
    ends: str
    purpose: str
    people: tuple[int, int, int]
    weeks: int = 1
    way: str = "on_site"
    early: int = 12
    end: str = ""
    days_before: int = 3
    group: str = ""


VISITS = (
    Visit("desk-summer", BOTH, "maria", "desk", "w-20.1", "09:00", "17:00", "remote_work", (1, 1, 1), 5),
    Visit("desk-autumn", BOTH, "enpou", "desk", "w-9.2", "10:00", "16:00", "remote_work", (1, 1, 1), 5),
    Visit("desk-bank", (IWAKI,), "tsukau", "desk", "w-5.4", "13:00", "15:00", "study", (1, 0, 0), 3, "bank"),
    Visit("desk-missed", (IWAKI,), "sakasu", "desk", "w-3.0", "09:00", "11:00", "study", (1, 0, 0), end="no_show"),
    Visit("yoga", (IWAKI,), "jumin", "room-1", "w-14.3", "10:00", "12:00", "lesson", (12, 0, 0), 4),
    Visit("tea", (IWAKI,), "tsukau", "room-2", "w-12.5", "13:00", "16:00", "craft", (8, 2, 0), 3),
    Visit("choir", (IWAKI,), "enpou", "hall", "w-7.6", "13:00", "18:00", "concert", (45, 20, 0), early=25),
    Visit("two-rooms", (IWAKI,), "maria", "room-1 room-3", "w-6.5", "09:00", "12:00", "training", (14, 9, 0)),
    Visit("pop-up", BOTH, "sakasu", "shop", "w-11.5", "10:00", "18:00", "pop_up", (4, 1, 0), 4, "invoice", 20),
    Visit("cook", (IWAKI,), "jumin", "kitchen", "w-10.6", "10:00", "14:00", "cooking", (8, 1, 0), 3),
    Visit("cook-mail", (IWAKI,), "", "kitchen", "w-4.1", "17:00", "20:00", "party", (9, 6, 0)),
    Visit("council", BOTH, "tsukau", "meeting-a", "w-16.2", "09:00", "12:00", "meeting", (14, 0, 0), 4),
    Visit("night", (IWAKI,), "sakasu", "meeting-b", "w-8.3", "18:00", "21:00", "training", (25, 10, 0), 3),
    Visit("children", BOTH, "tsukau", "classroom", "w-12.5", "09:00", "12:00", "children", (20, 0, 0), 4, group="子"),
    Visit("class-remote", (IWAKI,), "maria", "classroom", "w-5.1", "10:00", "17:00", "remote_work", (3, 3, 3), 2),
    Visit("fell-ill", BOTH, "jumin", "shop", "w-6.2", "10:00", "15:00", "market", (2, 0, 0), end="guest", days_before=8),
    Visit("too-late", (IWAKI,), "sakasu", "room-3", "w-4.4", "10:00", "16:00", "training", (15, 8, 0), end="guest",
          days_before=0),
    Visit("broken", (IWAKI,), "enpou", "kitchen", "w-3.3", "10:00", "13:00", "cooking", (6, 3, 0), end="host"),
    Visit("no-answer", (IWAKI,), "sakasu", "hall", "w-8.4", "10:00", "14:00", "training", (40, 10, 0), end="lapsed",
          early=30),
    Visit("refused", (IWAKI,), "", "hall", "w-5.6", "10:00", "20:00", "party", (50, 30, 0), end="declined", early=20),
    Visit("moved", (IWAKI,), "tsukau", "room-2", "w-3.1", "10:00", "12:00", "meeting", (5, 0, 0), end="moved"),
    # Last week: reviews may still be written, and damage is told of (`after_use`).
    Visit("last-shop", BOTH, "jumin", "shop", "w-1.3", "10:00", "15:00", "market", (3, 0, 0)),
    Visit("last-desk", BOTH, "maria", "desk", "w-1.1", "09:00", "12:00", "remote_work", (1, 1, 1)),
    # Still to come, or just over.
    Visit("this-week", (IWAKI,), "enpou", "kitchen", "w0.3", "14:00", "17:00", "cooking", (5, 2, 0)),
    Visit("soon-desk", BOTH, "maria", "desk", "w1.1", "09:00", "12:00", "remote_work", (1, 1, 1), 2),
    Visit("soon-class", BOTH, "tsukau", "meeting-a", "w1.2", "13:00", "17:00", "lesson", (18, 0, 0), 3),
    Visit("soon-rooms", (IWAKI,), "jumin", "room-1 room-2 room-3", "w3.5", "09:00", "15:00", "community", (12, 5, 0)),
    Visit("soon-hall", (IWAKI,), "enpou", "hall", "w4.6", "13:00", "17:00", "concert", (50, 25, 0), end="asked"),
    Visit("soon-hall-2", (IWAKI,), "sakasu", "hall", "w4.6", "15:00", "19:00", "training", (30, 5, 0), end="asked"),
    Visit("soon-held", BOTH, "jumin", "shop", "w2.5", "10:00", "16:00", "market", (3, 0, 0), way="bank", end="held"),
    Visit("soon-off", BOTH, "tsukau", "desk", "w2.3", "13:00", "17:00", "study", (1, 0, 0), end="guest"),
    Visit("soon-mail", (IWAKI,), "", "kitchen", "w1.6", "11:00", "14:00", "cooking", (7, 4, 0)),
)  # fmt: skip


def plan_bookings(town: Town, story: Story) -> None:
    """Every order with what became of it."""
    story.tell(town.at(-230, "09:00"), lambda: _people(town))
    for visit in VISITS:
        if town.code in visit.towns:
            plan_visit(town, story, visit)
    story.tell(town.at(-1, "15:00"), lambda: _blocked_and_waited_for(town))


def _people(town: Town) -> None:
    for login, family, given, kana in GUESTS:
        town.newcomer(login, family, given, kana=kana)
    rule = ExemptionRule.objects.get(municipality=town.municipality, code="children")
    for name, code, state in (
        (CHILDREN, str(rule.pk), "approved"),
        ("みほん合唱団（架空）", "", "asked"),
    ):
        UserGroup.objects.create(
            municipality=town.municipality,
            person=town.person("tsukau"),
            name=name,
            purpose="月に二回、集まります。（見本）",
            members=25,
            resident_members=22,
            tier="resident",
            exemption_code=code,
            state=state,
            valid_until=town.day(400) if code else None,
            asked_at=timezone.now(),
            decided_at=timezone.now() if code else None,
            decided_by=town.staff() if code else None,
        )


# --- An order and what becomes of it ----------------------------------------------------------------------------------


def plan_visit(town: Town, story: Story, visit: Visit) -> tuple[datetime.datetime, datetime.datetime | None]:
    """An order and what becomes of it; when it is made, and when somebody calls it off."""
    first = town.day(visit.first)
    days = [first + 7 * DAY * week for week in range(visit.weeks)]
    ordered = min(town.at(first - visit.early * DAY, "10:00"), town.now - DAY / 6)
    if visit.end == "asked":
        ordered = town.now - DAY / 2
    story.tell(ordered, partial(_order, town, visit, days))
    by_request = visit.spaces == "hall" and visit.end not in ("asked", "lapsed")
    if by_request:
        story.tell(ordered + DAY, partial(_answer, town, visit))
    if visit.end == "lapsed":
        story.tell(ordered + 8 * DAY, lambda: bookings.lapse_due(now=timezone.now()))
    if visit.way == "bank" and visit.end != "held":
        story.tell(ordered + DAY, partial(_pay, town, visit))
    if visit.end == "moved":
        story.tell(ordered + 2 * DAY, partial(_move, town, visit, days[0]))
        days = [days[0] + DAY]
    called_off = None
    for day in days:
        called_off = _plan_end(town, story, visit, day, is_last=day == days[-1])
    return ordered, called_off


def _plan_end(
    town: Town, story: Story, visit: Visit, day: datetime.date, *, is_last: bool
) -> datetime.datetime | None:
    over = town.at(day, visit.ends) + datetime.timedelta(hours=1)
    if visit.end in ("guest", "host") and is_last:
        before = town.at(day, visit.begins) - max(visit.days_before * DAY, datetime.timedelta(hours=2))
        moment = min(before, town.now - DAY / 12)
        story.tell(moment, partial(_call_off, town, visit, day))
        return moment
    if over < town.now and visit.end not in ("lapsed", "declined"):
        missed = visit.end == "no_show" and is_last
        story.tell(over, partial(_miss if missed else _use, town, visit, day))
        if is_last and not missed and visit.way in ("on_site", "invoice"):
            story.tell(over + DAY / 24, partial(_pay, town, visit))
    return None


def _order(town: Town, visit: Visit, days: list[datetime.date]) -> None:
    spaces = [town.space(key) for key in visit.spaces.split()]
    guest, actor = _guest(town, visit)
    group = None
    if visit.group:
        group = UserGroup.objects.get(municipality=town.municipality, name=CHILDREN)
    heads, outside, remote = visit.people
    resident = visit.guest in ("jumin", "tsukau", "sakasu")
    free = group is not None
    town.orders[visit.key] = place_order(
        wanted=[
            Wanted(space, town.period(day, visit.begins, visit.ends)) for day in days for space in spaces
        ],
        guest=guest,
        tier="resident" if resident else "outside",
        purpose=visit.purpose,
        purpose_note="実演のための予約です。",
        heads=heads,
        from_outside=outside,
        remote_workers=remote,
        way_to_pay="" if free else visit.way,
        # What falls on a holiday is left out of a series.
        skip_clashes=visit.weeks > 1,
        shown=SHOWN,
        key=uuid5(NAMESPACE, f"{town.code}:{visit.key}:{town.now.isoformat()}"),
        actor=actor,
        group=group,
    )


def _guest(town: Town, visit: Visit) -> tuple[Guest, Person | None]:
    if visit.guest:
        person = town.person(visit.guest)
        return Guest.of(person), person
    return Guest(None, "見本木 空（架空）", f"guest@{town.code}.example.jp", "+81900000001"), None


def _acting(town: Town, visit: Visit) -> Person:
    space = town.space(visit.spaces.split()[0])
    key = next(key for key, host in town.hosts.items() if host.pk == space.host_id)
    return town.owner(key)


def _of(town: Town, visit: Visit, day: datetime.date | None = None) -> list[Booking]:
    rows = Booking.objects.filter(order=town.orders[visit.key]).select_related(
        "order", "space__host", "space__municipality", "municipality"
    )
    if day is not None:
        rows = rows.filter(period__startswith=town.at(day, visit.begins))
    return list(rows.order_by("pk"))


def _answer(town: Town, visit: Visit) -> None:
    accept = visit.end != "declined"
    bookings.answer_request(
        booking=_of(town, visit)[0],
        accept=accept,
        reason="" if accept else "大きな音の出る会はお受けしていません。（見本）",
        actor=_acting(town, visit),
    )


def _use(town: Town, visit: Visit, day: datetime.date) -> None:
    for booking in _of(town, visit, day):
        usage.mark_used(booking=booking, actor=_acting(town, visit), now=timezone.now())


def _miss(town: Town, visit: Visit, day: datetime.date) -> None:
    for booking in _of(town, visit, day):
        usage.mark_no_show(
            booking=booking, reason="30分待ちましたが来ませんでした。（見本）", actor=_acting(town, visit)
        )


def _call_off(town: Town, visit: Visit, day: datetime.date) -> None:
    by_guest = visit.end == "guest"
    cancelling.cancel(
        bookings=_of(town, visit, day),
        side=visit.end,
        reason_code="plans" if by_guest else "broken",
        reason="" if by_guest else "給湯器がこわれました。（見本）",
        key=uuid5(NAMESPACE, f"{town.code}:{visit.key}:off:{town.now.isoformat()}"),
        actor=town.person(visit.guest) if by_guest else _acting(town, visit),
    )


def _move(town: Town, visit: Visit, day: datetime.date) -> None:
    [booking] = _of(town, visit, day)
    changing.move_booking(
        booking=booking,
        space=booking.space,
        period=town.period(day + DAY, visit.begins, visit.ends),
        scope="this",
        reason="参加する人の都合（見本）",
        key=uuid5(NAMESPACE, f"{town.code}:{visit.key}:move:{town.now.isoformat()}"),
        actor=town.person(visit.guest),
    )


def bill_of_visit(town: Town, visit: Visit) -> Bill | None:
    """What an order owes; none where nothing was to pay."""
    found: Bill | None = money.bill_of(town.orders[visit.key])
    return found


def _pay(town: Town, visit: Visit) -> None:
    bill = bill_of_visit(town, visit)
    if bill is None:
        return
    for payment in Payment.objects.select_related("bill").filter(bill=bill, state="waiting"):
        if payment.way == "on_site":
            pay_on_site(payment=payment, actor=_acting(town, visit))
        else:
            pay_by_bank(payment=payment, actor=town.staff(), on_date=civil_day.today())


# --- What is not a booking --------------------------------------------------------------------------------------------


def _blocked_and_waited_for(town: Town) -> None:
    desk = town.space("desk")
    blocks.block(
        space=desk,
        period=town.period("w2.0", "07:00", "12:00"),
        reason="いすの入れかえ（見本）",
        actor=town.owner("street"),
    )
    blocks.block(
        space=town.space("meeting-a"),
        period=town.period("w3.1", "09:00", "12:00"),
        reason="健康診断の会場（見本）",
        actor=town.staff(),
    )
    waiting.join(
        person=town.person("jumin"),
        space=desk,
        period=town.period("w1.1", "09:00", "12:00"),
        purpose="remote_work",
        actor=town.person("jumin"),
    )
