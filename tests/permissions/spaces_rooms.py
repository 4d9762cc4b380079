"""Rows of spaces, as the grids need them: hosts, listings, bookings, lotteries, keys, wishes and ICT equipment.

In each town a host whom the town has checked, another one, and one who waits; each with guests of his own.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Organisation, Person
from sosei.core.records.models import Attachment
from sosei.programmes.spaces import models as spaces
from tests.permissions.world import HERE, THERE, World, filler

OPENED = datetime.datetime(2020, 8, 1, 0, 0, tzinfo=datetime.UTC)
days = count()
"""Each booking has a day of its own: no place is taken twice."""
numbers = count(1)


@dataclass(frozen=True)
class House:
    """A host of a town, with a space that everybody finds and one that is not shown yet."""

    world: World
    place: str
    host: Any
    space: Any
    draft: Any

    @property
    def own(self) -> dict[str, Any]:
        """The columns that every table of a host carries."""
        return {"municipality": self.world.towns[self.place], "host": self.host}


@filler
def spaces_rows(world: World) -> None:
    """A row of every table of spaces, and of each in every state that changes who sees it."""
    citizen = world.kinds[roles.CITIZEN]
    preset = spaces.Ladder.objects.create(code="example", name="例", steps=[])
    world.add("published: preset", preset)
    houses = {}
    for place, whose in ((HERE, "here"), (THERE, "there")):
        house = houses[place] = _house(
            world, world.houses[place], f"published: approved host {whose}", preset
        )
        other = _house(world, _another(world, place), f"published: another host {whose}", preset)
        asked = _house(world, _another(world, place), f"host not yet approved {whose}", preset)
        for one, name in (
            (house, f"host {whose}"),
            (other, f"another host {whose}"),
            (asked, f"host not yet approved {whose}"),
        ):
            _listing(one, name)
            _business(one, name)
        _town(house, whose)
        _deal(house, world.residents[place], f"guest {whose}")
        _deal(other, world.residents[place], f"guest of another host {whose}")
        _deal(house, None, f"guest without account {whose}")
        _own(world, place, world.residents[place], f"guest {whose}")
        _ict(house, whose)
    _own(world, HERE, citizen, "own of the citizen")
    _deal(houses[HERE], citizen, "own of the citizen")
    _deal(houses[HERE], world.residents[THERE], "guest of the other town here")
    _deal(houses[THERE], citizen, "own of the citizen in the other town")


def _another(world: World, place: str) -> Organisation:
    return Organisation.objects.create(municipality=world.towns[place], kind="npo", name="例のほかの集会所")


def _house(world: World, organisation: Organisation, name: str, ladder: Any) -> House:
    town, now = organisation.municipality, timezone.now()
    approved = name.startswith("published")
    host = spaces.Host.objects.create(
        organisation=organisation,
        municipality=town,
        name=organisation.name,
        state="approved" if approved else "asked",
        representative="例の代表",
        address="例の住所",
        phone="0246000000",
        email="host@example.jp",
        asked_at=now,
        decided_at=now if approved else None,
    )
    world.add(name, host)
    published, draft = (_space(host, ladder, state) for state in ("published", "draft"))
    return House(world, town.code, host, published, draft)


def _space(host: Any, ladder: Any, state: str) -> Any:
    return spaces.Space.objects.create(
        municipality=host.municipality,
        host=host,
        kind="room",
        name="例の部屋",
        address="例の住所",
        latitude="37.050000",
        longitude="140.880000",
        seats=12,
        ladder=ladder,
        state=state,
        published_at=timezone.now() if state == "published" else None,
        made_at=timezone.now(),
    )


def _listing(house: House, name: str) -> None:
    """What is shown of a space: with it when it is published, to host and staff before."""
    now = timezone.now()
    for space, of in ((house.space, f"published: of {name}"), (house.draft, f"draft of {name}")):
        own = {**house.own, "space": space}
        prices = spaces.PriceList.objects.create(**own, valid_from=OPENED.date(), made_at=now)
        photo = spaces.SpacePhoto.objects.create(**own, attachment=_attachment(house), shows="例")
        for row in (
            space,
            photo,
            spaces.OpeningHour.objects.create(**own, kind="bookable", day=0, opens=540, closes=1020),
            prices,
            spaces.PriceItem.objects.create(**own, price_list=prices, kind="hour", yen=500),
            spaces.Extra.objects.create(**own, name="例", per="hour", yen=100),
            spaces.SpeedLog.objects.create(**own, way="file", measured_at=now, down=90, up=40, ping=8),
        ):
            house.world.add(of, row)
    # A trigger has written it.
    house.world.add(f"published: of {name}", spaces.SpaceIndex.objects.get(space=house.space))


def _attachment(house: House) -> Attachment:
    now = timezone.now()
    return Attachment.objects.create(
        municipality=house.world.towns[house.place],
        owner=house.world.desks[house.place],
        about_type=ContentType.objects.get_for_model(spaces.Space),
        about_id=house.space.pk,
        kind="image",
        original_name="例.jpg",
        media_type="image/jpeg",
        bytes=1,
        sha256="0" * 64,
        stored_name=uuid.uuid4().hex,
        state="clean",
        scanned_at=now,
        scanner="none",
        created_at=now,
    )


def _business(house: House, name: str) -> None:
    now, add = timezone.now(), house.world.add
    own = {**house.own, "space": house.space}
    block = spaces.Block.objects.create(**own, period=_hours(), reason="例", made_at=now)
    for row in (
        spaces.CalendarFeed.objects.create(**own, name="例", address="http://127.0.0.1/example.ics"),
        spaces.CalendarLink.objects.create(**own, secret=str(house.host.pk), made_at=now),
        block,
        spaces.Lock.objects.create(**own, name="例", driver="paper"),
    ):
        add(name, row)
    for row in (
        spaces.UsageTerms.objects.create(**house.own, number=1, text="例", valid_from=now),
        spaces.Ladder.objects.create(**house.own, code="own", name="例", steps=[]),
        spaces.Closure.objects.create(**own, first_day=OPENED.date(), last_day=OPENED.date(), reason="例"),
        spaces.Occupancy.objects.create(
            municipality=house.host.municipality, space=house.space, period=block.period, block=block
        ),
    ):
        add(f"published: of {name}", row)
    lottery = _lottery(house)
    for row in (
        lottery,
        spaces.LotterySpace.objects.create(**own, lottery=lottery),
        spaces.LotteryDraw.objects.create(
            **house.own, lottery=lottery, entries_digest="0" * 64, method="1", results=[], at=now
        ),
    ):
        add(f"published: of {name}", row)


def _hours() -> tuple[datetime.datetime, datetime.datetime]:
    start = OPENED + datetime.timedelta(days=next(days))
    return start, start + datetime.timedelta(hours=2)


def _lottery(house: House) -> Any:
    now = timezone.now()
    return spaces.Lottery.objects.create(
        **house.own,
        title="例",
        use_from=OPENED.date(),
        use_until=OPENED.date(),
        enter_from=now,
        enter_until=now + datetime.timedelta(days=1),
        draw_at=now + datetime.timedelta(days=1),
        confirm_until=now + datetime.timedelta(days=2),
        seed_digest="0" * 64,
        sealed_seed="0" * 64,
        made_at=now,
    )


def _town(house: House, whose: str) -> None:
    town = house.world.towns[house.place]
    house.world.add(
        f"town {whose}", spaces.SearchMiss.objects.create(municipality=town, on=OPENED.date(), why="none")
    )


def _own(world: World, place: str, person: Person, name: str) -> None:
    """What somebody tells the town: a club that asks to be registered, and a wish for a place."""
    town, now = world.towns[place], timezone.now()
    for row in (
        spaces.UserGroup.objects.create(
            municipality=town,
            person=person,
            name="例の会",
            purpose="例",
            members=5,
            resident_members=3,
            asked_at=now,
        ),
        spaces.SpaceWish.objects.create(
            municipality=town,
            person=person,
            period=_hours(),
            use="meeting",
            heads=4,
            answer_until=now,
            asked_at=now,
        ),
    ):
        world.add(name, row)


def _deal(house: House, person: Person | None, name: str) -> None:
    """Everything that a guest and a host share, from the order to the damage."""
    now, add = timezone.now(), house.world.add
    own = {**house.own, "person": person}
    order, booking = _booking(house, person)
    lock = spaces.Lock.objects.filter(host=house.host).get()
    code = spaces.DoorCode.objects.create(
        **own, booking=booking, lock=lock, code="123456", period=booking.period, made_at=now
    )
    for row in (
        order,
        booking,
        spaces.BookingChange.objects.create(
            **own,
            booking=booking,
            number=1,
            old_space=house.space,
            new_space=house.space,
            old_period=booking.period,
            new_period=booking.period,
            old_yen=1000,
            new_yen=1000,
            key=uuid.uuid4(),
            at=now,
        ),
        spaces.BookingCancellation.objects.create(
            **own,
            booking=booking,
            side="guest",
            reason_code="plans",
            percent=0,
            yen_owed=0,
            yen_returned=1000,
            step={},
            key=uuid.uuid4(),
            at=now,
        ),
        code,
        spaces.LockUse.objects.create(
            **own, lock=lock, code=code, at=now, opened=True, event=str(next(numbers))
        ),
        spaces.DamageReport.objects.create(**own, booking=booking, side="host", text="例", told_at=now),
    ):
        add(name, row)
    if person is not None:
        _with_account(house, person, name)
    _reviews(house, person, name)


def _with_account(house: House, person: Person, name: str) -> None:
    now = timezone.now()
    own = {**house.own, "person": person}
    wish = spaces.SpaceWish.objects.create(
        municipality=house.host.municipality,
        person=person,
        period=_hours(),
        use="meeting",
        heads=4,
        answer_until=now,
        asked_at=now,
    )
    for row in (
        spaces.WaitingEntry.objects.create(
            **own, space=house.space, period=_hours(), purpose="meeting", asked_at=now
        ),
        spaces.LotteryEntry.objects.create(
            **own,
            lottery=spaces.Lottery.objects.filter(host=house.host).get(),
            number=next(numbers),
            space=house.space,
            period=_hours(),
            tier="resident",
            purpose="meeting",
            entered_at=now,
        ),
        spaces.WishOffer.objects.create(
            **own,
            wish=wish,
            space=house.space,
            period=wish.period,
            yen=1000,
            list_yen=1000,
            valid_until=now,
            sent_at=now,
        ),
    ):
        house.world.add(name, row)


def _booking(house: House, person: Person | None) -> tuple[Any, Any]:
    now, period = timezone.now(), _hours()
    own = {**house.own, "person": person}
    order = spaces.Order.objects.create(
        **own,
        number=f"E{next(numbers)}",
        guest_name="例",
        guest_email="guest@example.jp",
        purpose="meeting",
        key=uuid.uuid4(),
        made_at=now,
    )
    booking = spaces.Booking.objects.create(
        **own,
        order=order,
        space=house.space,
        period=period,
        state="used",
        yen=1000,
        tax_percent=10,
        quote=[],
        ladder={},
        ladder_from=period[0],
        booked_at=now,
        confirmed_at=now,
    )
    return order, booking


def _reviews(house: House, person: Person | None, name: str) -> None:
    now = timezone.now()
    states: dict[str, dict[str, Any]] = {
        "waiting": {},
        "shown": {"shown_at": now},
        "hidden": {"shown_at": now, "hidden_at": now, "hidden_reason": "例"},
    }
    for state, columns in states.items():
        _order, booking = _booking(house, person)
        for side in ("guest", "host"):
            review = spaces.SpaceReview.objects.create(
                **house.own,
                person=person,
                space=house.space,
                booking=booking,
                side=side,
                stars=4,
                comment="例",
                written_at=now,
                **columns,
            )
            public = "published: " if (state, side) == ("shown", "guest") else ""
            house.world.add(f"{public}{state} by {side}, {name}", review)


def _ict(house: House, whose: str) -> None:
    """A partner of the town, and what he and the host share."""
    world, now, town = house.world, timezone.now(), house.host.municipality
    # The kind of user `employer` acts for the partner, so that a partner is seen from inside and from outside.
    partner = spaces.IctPartner.objects.create(
        organisation=world.firms[house.place],
        municipality=town,
        name="例のICT",
        email="ict@example.jp",
        admitted_at=now,
    )
    item = spaces.CatalogueItem.objects.create(
        municipality=town, partner=partner, kind="router", code="R1", name="例"
    )
    for row in (partner, item):
        world.add(f"published: {whose}", row)
    need = spaces.IctNeed.objects.create(
        **house.own, space=house.space, use="meeting", people=6, asked_at=now
    )
    shared = {**house.own, "partner": partner}
    proposal = spaces.IctProposal.objects.create(
        **shared,
        need=need,
        variant="economy",
        steps=[],
        first_yen=100,
        monthly_yen=10,
        income_yen=20,
        made_at=now,
    )
    for row in (
        need,
        proposal,
        spaces.IctLine.objects.create(
            **shared,
            proposal=proposal,
            position=1,
            kind="router",
            name="例",
            quantity=1,
            first_yen=100,
            monthly_yen=10,
        ),
        spaces.Installation.objects.create(
            **shared,
            space=house.space,
            proposal=proposal,
            planned_on=OPENED.date(),
            promised_down=50,
            promised_up=20,
            promised_ping=10,
        ),
    ):
        world.add(f"host and partner {whose}", row)
