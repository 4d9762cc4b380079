"""The towns of a month: hosts, spaces with every sort of price, ladder and way to pay, guests, owners; all invented."""

from __future__ import annotations

import datetime
import random
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import timezone

from sosei.core.design import civil_day

FIRST_RATE, SECOND_RATE, SECOND_FROM = 10, 12, 15
"""The platform's percentage in the first town, and the one from that day of the month on."""
OTHER_RATE = "7.5"
OPENS, CLOSES = 9, 21
SLOTS = ((9, 12), (13, 17), (18, 21))
OWN_LADDER = {
    "free_after_booking_hours": 2,
    "free_needs_days": 3,
    "steps": [{"percent": 20, "days": 7}, {"percent": 45, "hours": 36}, {"percent": 80}],
}


@dataclass
class Place:
    """What clients need to know of a space: its key, its shape, and how it may be paid."""

    key: int
    host: int
    shape: str
    ways: list[str]
    extras: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    by_request: bool = False


@dataclass
class Towns:
    """Everything by its key; made once, before the processes begin."""

    towns: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    guests: list[int] = field(default_factory=list)
    owners: dict[int, int] = field(default_factory=dict)
    """Host -> somebody who acts for it."""
    staff: dict[int, int] = field(default_factory=dict)
    """Town -> programme staff."""
    town_of: dict[int, int] = field(default_factory=dict)
    """Host -> town."""

    def as_json(self) -> dict[str, Any]:
        """To be read again by `from_json`."""
        told = asdict(self)
        for name in ("owners", "staff", "town_of"):
            told[name] = list(told[name].items())
        return told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Towns:
        """What `as_json` wrote."""
        maps = {name: dict(told[name]) for name in ("owners", "staff", "town_of")}
        return cls(told["towns"], [Place(**one) for one in told["places"]], told["guests"], **maps)


def build(bookings: int, seed: str, month: datetime.date) -> Towns:
    """Two towns, as large as so many bookings need; two thirds of the places are of private hosts."""
    from django.db import transaction

    chance, made = random.Random(f"{seed}:town"), Towns()  # noqa: S311
    hosts = min(60, max(6, bookings // 1500))
    each = max(1, bookings // 250 // hosts)
    with transaction.atomic():
        for number, code in enumerate(("10001", "10002")):
            town = _town(code, number, month, made)
            for place in range(max(2, hosts // 2)):
                _host(town, place, each, chance, made, is_public=place % 4 == 1)
        for number in range(max(12, min(2000, bookings // 50))):
            made.guests.append(_person(f"guest-{number}", number).pk)
    return made


def _person(name: str, number: int = 0) -> Any:
    from sosei.core.people.models import Person

    return Person.objects.create(
        email=f"{name}@example.jp",
        family_name="架空",
        given_name=name,
        language="en" if number % 5 == 0 else "ja",
    )


def _role(person: Any, role: str, town: Any, organisation: Any = None) -> Any:
    from allauth.mfa.models import Authenticator

    from sosei.core.people import roles
    from sosei.core.people.models import Membership

    Membership.objects.create(
        person=person, role=role, municipality=town, organisation=organisation, granted_at=timezone.now()
    )
    if role in roles.STAFF:
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return person


def _account(number: int) -> Any:
    from sosei.core.payments.bank_text import Account

    return Account("0126", "ﾄｳﾎｳ", "001", "ﾎﾝﾃﾝ", "1", f"{number:07d}", "ｶｸｳﾉﾔﾄﾞ")


def _town(code: str, number: int, month: datetime.date, made: Towns) -> Any:
    from sosei.core.payments.models import FeeRate
    from sosei.core.payments.services.town_rules import Payee, save_payee
    from sosei.core.people import roles
    from sosei.core.people.models import Municipality
    from sosei.programmes.spaces.models import UsageTerms

    now = timezone.now()
    town = Municipality.objects.create(
        code=code, name=f"架空{number + 1}市", name_en=f"Invented {number + 1}", opened_at=now
    )
    rates = [(month.replace(month=1, day=1), FIRST_RATE), (month.replace(day=SECOND_FROM), SECOND_RATE)]
    for starts_on, percent in rates if number == 0 else [(rates[0][0], OTHER_RATE)]:
        FeeRate.objects.create(
            municipality=town, percent=percent, starts_on=starts_on, reason="架空", set_at=now
        )
    UsageTerms.objects.create(
        municipality=town, number=1, text="元に戻してください。", valid_from=now - datetime.timedelta(days=30)
    )
    staff = _role(_person(f"staff-{code}"), roles.PROGRAMME_STAFF, town)
    save_payee(
        municipality=town,
        of="platform",
        payee=None,
        given=Payee(
            issuer_name="架空の運営者",
            registration_number="T7000012050002",
            account=_account(1),
            payer_code="1234567890",
        ),
        actor=staff,
    )
    made.towns.append(town.pk)
    made.staff[town.pk] = staff.pk
    return town


def _host(town: Any, number: int, each: int, chance: random.Random, made: Towns, *, is_public: bool) -> None:
    from sosei.core.payments.services.town_rules import Payee, save_payee
    from sosei.core.people import roles
    from sosei.core.people.models import Organisation
    from sosei.programmes.spaces.models import Host, Ladder

    kinds, now = Organisation.Kind, timezone.now()
    name = f"架空の{'公民館' if is_public else '家'}{town.pk}-{number}"
    organisation = Organisation.objects.create(
        municipality=town, kind=kinds.DEPARTMENT if is_public else kinds.HOST, name=name, name_en=""
    )
    host = Host.objects.create(
        organisation=organisation,
        municipality=town,
        kind=Host.Kind.PUBLIC if is_public else Host.Kind.PRIVATE,
        name=name,
        state="approved",
        representative="架空 和子",
        address="架空1-2-3",
        phone="+81246000010",
        email="host@example.jp",
        asked_at=now,
        decided_at=now,
    )
    owner = _role(_person(f"owner-{host.pk}"), roles.SPACE_HOST, town, organisation)
    made.owners[host.pk], made.town_of[host.pk] = owner.pk, town.pk
    if not is_public:
        given = Payee(account=_account(1000 + host.pk))
        save_payee(municipality=town, of="host", payee=organisation, given=given, actor=owner)
    own = Ladder.objects.create(municipality=town, host=host, code="own", name="この家の決まり", **OWN_LADDER)
    ladders = [*Ladder.objects.filter(host__isnull=True).order_by("pk"), own]
    shapes = ("slots", "hall", "request", "free") if is_public else ("hall", "desk", "package", "request")
    for turn in range(each):
        for shape in (*shapes, "hours"):
            _space(host, f"{name} {shape}{turn}", shape, chance, ladders, made)


def _space(host: Any, name: str, shape: str, chance: random.Random, ladders: list[Any], made: Towns) -> None:
    ways = sorted(
        chance.sample(["card", "konbini", "bank", "invoice", "on_site"], 3) + (["card"] * 1), key=str
    )
    ways = sorted(set(ways))
    top = _row(host, name, shape, chance.choice(ladders), ways, chance)
    place = Place(top.pk, host.pk, shape, ways, by_request=shape == "request")
    if shape == "hall":
        for letter in "ABC":
            part = _row(host, f"{name} {letter}", "hours", top.ladder, ways, chance, parent=top)
            place.parts.append(part.pk)
            made.places.append(Place(part.pk, host.pk, "hours", ways))
    if shape == "desk":
        place.extras = [_extra(top, per, yen) for per, yen in (("booking", 200), ("hour", 110))]
    made.places.append(place)


def _row(
    host: Any,
    name: str,
    shape: str,
    ladder: Any,
    ways: list[str],
    chance: random.Random,
    parent: Any = None,
) -> Any:
    from sosei.programmes.spaces.models import OpeningHour, Space

    now = timezone.now()
    space = Space.objects.create(
        municipality=host.municipality,
        host=host,
        parent=parent,
        kind="hall" if shape == "hall" else "room",
        name=name,
        address="架空1-2-3",
        latitude=37,
        longitude=140,
        seats=20,
        ladder=ladder,
        ways_to_pay=ways,
        state="published",
        published_at=now,
        made_at=now,
        way="request" if shape == "request" else "instant",
        min_minutes=60,
        step_minutes=30,
        buffer_after=0 if shape == "slots" else chance.choice([0, 0, 15]),
        horizon_days=60,
        horizon_days_outside=40,
    )
    OpeningHour.objects.bulk_create(
        OpeningHour(
            municipality=host.municipality,
            host=host,
            space=space,
            kind=kind,
            day=day,
            opens=OPENS * 60,
            closes=CLOSES * 60,
        )
        for kind in OpeningHour.Kind.values
        for day in range(7)
    )
    _prices(space, shape, chance)
    return space


def _prices(space: Any, shape: str, chance: random.Random) -> None:
    """One list since long ago, and for some another from next month on: a change of prices in mid-series."""
    from sosei.programmes.spaces.models import PriceItem, PriceList

    today = civil_day.today()
    hour = chance.choice([300, 777, 1000, 1500, 2345])
    lists = [(today - datetime.timedelta(days=300), 100)]
    if chance.random() < 0.5:
        lists.append((today + datetime.timedelta(days=20), chance.choice([80, 130])))
    for valid_from, percent in lists:
        made = PriceList.objects.create(
            municipality=space.municipality,
            host=space.host,
            space=space,
            valid_from=valid_from,
            made_at=timezone.now(),
        )
        PriceItem.objects.bulk_create(
            PriceItem(
                municipality=space.municipality,
                host=space.host,
                space=space,
                price_list=made,
                position=position,
                **{**item, "yen": item["yen"] * percent // 100},
            )
            for position, item in enumerate(_items(shape, hour))
        )


def _items(shape: str, hour: int) -> list[dict[str, Any]]:
    if shape == "free":
        return [{"kind": "hour", "yen": 0}]
    if shape == "slots":
        return [
            {
                "kind": "slot",
                "yen": (3 * hour) // (1 if tier == "outside" else 2),
                "opens": a * 60,
                "closes": b * 60,
                "tier": tier,
            }
            for a, b in SLOTS
            for tier in ("resident", "outside")
        ]
    items: list[dict[str, Any]] = [
        {"kind": "hour", "yen": hour, "days": "weekday"},
        {"kind": "hour", "yen": hour * 3 // 2, "days": "off"},
    ]
    if shape == "desk":
        items.append({"kind": "day", "yen": hour * 5})
    if shape == "package":
        items.append({"kind": "package", "yen": hour * 5 // 2, "minutes": 180})
    return items


def _extra(space: Any, per: str, yen: int) -> int:
    from sosei.programmes.spaces.models import Extra

    made = Extra.objects.create(
        municipality=space.municipality, host=space.host, space=space, name="備品", per=per, yen=yen
    )
    return int(made.pk)
