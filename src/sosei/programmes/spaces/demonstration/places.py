"""Hosts and spaces of the demonstration: registered, checked, listed, priced, equipped with locks and published."""

from __future__ import annotations

import io
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageDraw

from sosei.core.payments.bank_text import Account
from sosei.core.payments.services import town_rules
from sosei.core.people.models import Organisation, Person
from sosei.core.records.attachments.receiving import prepare
from sosei.programmes.spaces.demonstration.story import Story, Town
from sosei.programmes.spaces.demonstration.tables import IN_TOWN, PLACES, SLOTS, Place
from sosei.programmes.spaces.models import Host, Ladder, Lock
from sosei.programmes.spaces.services import (
    hosts,
    ical,
    listing_hours,
    listings,
    locks_on_doors,
    photos,
    prices,
    terms,
)

OPENED, CHECKED, LISTED = -240, -238, -235
"""Days on which hosts register, are checked, and list their spaces."""
LOCKS = {"desk": Lock.Driver.SIMULATED, "classroom": Lock.Driver.PAPER}
PRACTICE_LOCK = "http://127.0.0.1:8300/"
"""Where `sosei simulated-lock` answers when somebody runs it beside the demonstration."""
SWATCHES = {
    "desk": "#a9c6d9",
    "hall": "#d9c7a9",
    "kitchen": "#d9b3a9",
    "shop": "#c3d9a9",
    "room": "#c9c3dd",
    "outdoor": "#b5d6b0",
}


def plan_places(town: Town, story: Story) -> None:
    """From the registration of hosts to the spaces that everybody finds."""
    story.tell(town.at(OPENED, "09:00"), lambda: _register(town))
    story.tell(town.at(CHECKED, "10:00"), lambda: _decide(town))
    for place in PLACES:
        if town.code not in place.towns:
            continue
        day = LISTED if place.end in ("published", "closed") else -2
        story.tell(town.at(day, "11:00"), partial(_enter, town, place))
        if place.end != "draft":
            story.tell(town.at(day, "12:00"), partial(_submit, town, place))
        if place.end in ("published", "closed"):
            story.tell(town.at(day, "13:00"), partial(_publish, town, place))
        if place.end == "closed":
            story.tell(town.at(-60, "11:00"), partial(_close, town, place))
    story.tell(town.at(-1, "09:30"), lambda: _to_come(town))


# --- Hosts and what holds for the town --------------------------------------------------------------------------------


def _particulars(town: Town, name: str, name_en: str, who: str, login: str) -> hosts.Particulars:
    return hosts.Particulars(
        name,
        who,
        f"{IN_TOWN[town.code]}1-2-3",
        "+81240000010",
        f"{login}@{town.code}.example.jp",
        name_en,
        "実演のための、架空の貸す人です。",
        "An invented host, for the demonstration.",
    )


def _register(town: Town) -> None:
    staff = town.staff()
    street = _particulars(
        town, "みほん商店街の会（架空）", "Mihon Shopping Street (invented)", "見本 場一", "street"
    )
    town.owners["street"] = "basho"
    # The organisation and who acts for it are of the cast.
    town.hosts["street"] = Host.objects.create(
        organisation=Organisation.objects.get(municipality=town.municipality, name=street.name),
        municipality=town.municipality,
        asked_at=town.at(OPENED, "09:00"),
        asked_by=town.owner("street"),
        **{name: getattr(street, name) for name in hosts.Particulars.__dataclass_fields__},
    )
    if town.code == "07204":
        monk = town.newcomer("oshou", "架空", "和尚", kana=("カクウ", "オショウ"))
        town.owners["temple"] = "oshou"
        town.hosts["temple"] = hosts.register_host(
            municipality=town.municipality,
            particulars=_particulars(
                town, "みほん寺（架空）", "Mihon Temple (invented)", "架空 和尚", "temple"
            ),
            person=monk,
            actor=monk,
        )
    town.owners["public"] = "jigyo"
    town.hosts["public"] = hosts.make_public_host(
        municipality=town.municipality,
        particulars=_particulars(
            town, "みほん公民館（架空）", "Mihon Community Centre (invented)", "見本 館長", "public"
        ),
        actor=staff,
    )
    _town_rules(town, staff)


def _town_rules(town: Town, staff: Person) -> None:
    today = town.day(OPENED)
    terms.make_terms(
        municipality=town.municipality,
        host=None,
        text="使ったあとは元に戻してください。火の始末をしてください。（見本の規約）",
        text_en="Leave the place as you found it and put out every fire. (Sample terms)",
        actor=staff,
    )
    town_rules.set_fee_rate(
        municipality=town.municipality,
        percent=Decimal(10),
        tax_percent=10,
        starts_on=today,
        reason="見本の協定による",
        actor=staff,
    )
    town_rules.save_payee(
        municipality=town.municipality,
        of="town",
        payee=None,
        given=town_rules.Payee(
            issuer_name=f"{town.municipality.name}（見本）",
            issuer_address=f"{IN_TOWN[town.code]}7-8-9",
            account=_account(1),
            payer_code="0000000000",
        ),
        actor=staff,
    )
    for code, title, title_en, percent in (
        ("children", "子ども会・青少年の団体（見本）", "Children and youth groups (sample)", 100),
        ("welfare", "福祉の団体（見本）", "Welfare groups (sample)", 50),
    ):
        town_rules.save_exemption(
            municipality=town.municipality,
            given=town_rules.Exemption(
                code, title, percent, "みほん公民館条例（架空）第9条", today, title_en=title_en
            ),
            actor=staff,
        )


def _decide(town: Town) -> None:
    staff = town.staff()
    for key in ("street", "temple"):
        if key not in town.hosts:
            continue
        host = Host.objects.get(pk=town.hosts[key].pk)
        town.hosts[key] = hosts.approve_host(
            host=host, actor=staff, reason="所在地と代表者を確かめました。（見本）"
        )
        town_rules.save_payee(
            municipality=town.municipality,
            of="host",
            payee=host.organisation,
            given=town_rules.Payee(
                issuer_name=host.name,
                issuer_address=host.address,
                issuer_phone=host.phone,
                account=_account(host.pk),
            ),
            actor=town.owner(key),
        )


def _account(number: int) -> Account:
    """At a bank that does not exist."""
    return Account(
        bank_code="0999",
        bank_name="ﾐﾎﾝ",
        branch_code="999",
        branch_name="ﾐﾎﾝ",
        type="1",
        number=f"{number:07d}"[-7:],
        holder="ﾐﾎﾝ",
    )


# --- Spaces -----------------------------------------------------------------------------------------------------------


def _enter(town: Town, place: Place) -> None:
    actor, host = town.owner(place.host), Host.objects.get(pk=town.hosts[place.host].pk)
    space = listings.enter_space(
        host=host,
        columns=_columns(town, place),
        actor=actor,
        hall=town.space(place.hall) if place.hall else None,
    )
    town.spaces[place.key] = space
    if place.ladder:
        space.ladder = Ladder.objects.get(host__isnull=True, code=place.ladder)
        space.save(update_fields=["ladder"])
    if place.prices:
        _hours_and_prices(town, place, actor)


def _submit(town: Town, place: Place) -> None:
    actor = town.owner(place.host)
    photos.add_photos(
        space=town.space(place.key),
        files=[prepare(drawing(place.kind))],
        shows="部屋の絵（写真ではありません。見本）",
        is_plan=False,
        actor=actor,
    )
    listings.submit_space(space=town.space(place.key), actor=actor)


def _publish(town: Town, place: Place) -> None:
    listings.publish_space(space=town.space(place.key), actor=town.staff(), reason="確かめました。（見本）")
    _lock(town, place, town.owner(place.host))


def _columns(town: Town, place: Place) -> dict[str, Any]:
    latitude, longitude = (Decimal(part) for part in place.place)
    if town.code == "07201":
        # The same kinds of places, by the station of the other town.
        latitude, longitude = latitude + Decimal("0.700000"), longitude - Decimal("0.430000")
    return {
        "kind": place.kind,
        "name": place.name,
        "name_en": place.name_en,
        "about": place.about,
        "about_en": place.about_en,
        "address": f"{IN_TOWN[town.code]}4-5-6",
        "latitude": latitude,
        "longitude": longitude,
        "area_m2": Decimal(place.area),
        "seats": place.seats,
        "equipment": place.equipment.split(),
        "uses": place.uses.split(),
        "rules": "火は使えません。音は夜9時までです。"
        if place.kind != "kitchen"
        else "使った器具は洗って戻します。",
        "rules_en": "No open fire; quiet after nine in the evening."
        if place.kind != "kitchen"
        else "Wash what you used and put it back.",
        "access": "駅から歩いて8分（見本）",
        "step_free": "yes" if place.host == "public" else "partly",
        "ways_to_pay": ["card", "konbini", "bank", "invoice", "on_site"],
        **place.more,
    }


def _hours_and_prices(town: Town, place: Place, actor: Person) -> None:
    space = town.space(place.key)
    bands = [_minutes(slot[2:]) for slot in SLOTS] if not place.hours else [_minutes(place.hours)]
    listing_hours.set_hours(
        space=space,
        opening={day: [(bands[0][0], bands[-1][1])] for day in place.days},
        bookable=dict.fromkeys(place.days, bands),
        closed_on_holidays=bool(place.more.get("closed_on_holidays")),
        actor=actor,
    )
    prices.set_price_list(
        space=town.space(place.key),
        valid_from=town.day(LISTED - 5),
        items=price_items(place),
        actor=actor,
        ordinance="みほん公民館条例（架空）別表第1" if place.host == "public" else "",
    )
    if place.host != "public":
        prices.set_extra(
            space=town.space(place.key),
            name="モニター（見本）",
            name_en="Monitor (sample)",
            per="booking",
            yen=300,
            actor=actor,
        )


def _minutes(times: Any) -> tuple[int, int]:
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in times)
    return first, last


def price_items(place: Place, percent: int = 100) -> list[dict[str, Any]]:
    """Its prices, or so many percent of them."""

    def yen(amount: int) -> int:
        return amount * percent // 1000 * 10

    if not place.hours:
        return [
            {
                "kind": "slot",
                "name": name,
                "name_en": name_en,
                "tier": tier,
                "yen": yen(amount * times),
                **dict(zip(("opens", "closes"), _minutes((opens, closes)), strict=True)),
            }
            for (name, name_en, opens, closes), amount in zip(SLOTS, place.prices, strict=True)
            for tier, times in (("resident", 1), ("outside", 2))
        ]
    if place.host == "public":
        return [
            {"kind": "hour", "tier": tier, "yen": yen(place.prices[0] * times)}
            for tier, times in (("resident", 1), ("outside", 2))
        ]
    kinds = zip(("hour", "day"), place.prices, strict=False)
    return [{"kind": kind, "yen": yen(amount)} for kind, amount in kinds]


def _lock(town: Town, place: Place, actor: Person) -> None:
    driver = LOCKS.get(place.key)
    if driver is None:
        return
    practice = {"address": PRACTICE_LOCK, "secret": "sosei-no-jitsuen"}
    paper = {"paper_place": "公民館の窓口（見本）"}
    locks_on_doors.add_lock(
        space=town.space(place.key),
        name=f"{place.name} 入口",
        driver=driver,
        actor=actor,
        **(practice if driver == Lock.Driver.SIMULATED else paper),
    )


def _close(town: Town, place: Place) -> None:
    listings.close_space(
        space=town.space(place.key), actor=town.owner(place.host), reason="建てかえのため（見本）"
    )


def _to_come(town: Town) -> None:
    """A price list to come, days of rest, somebody who asks to be a host."""
    desk = next(place for place in PLACES if place.key == "desk")
    prices.set_price_list(
        space=town.space("desk"),
        valid_from=town.day(75),
        items=price_items(desk, 110),
        actor=town.owner("street"),
    )
    ical.make_link(space=town.space("desk"), actor=town.owner("street"))
    link = ical.make_link(space=town.space("shop"), actor=town.owner("street"))
    if "kitchen" in town.spaces:
        # Who looks after the shop looks after the kitchen too.
        ical.add_feed(
            space=town.space("kitchen"),
            name="貸し店の予定（見本）",
            address=f"{settings.SITE_ADDRESS}{reverse('spaces:space-calendar', args=[link.secret])}",
            actor=town.owner("street"),
        )
    listing_hours.enter_closure(
        host=town.hosts["public"],
        space=town.space("classroom"),
        shut=listing_hours.Shut(town.day(40), town.day(42), "床の点検（見本）"),
        actor=town.staff(),
    )
    asking = town.newcomer("akiya", "仮田", "空子", kana=("カリタ", "アキコ"))
    hosts.register_host(
        municipality=town.municipality,
        particulars=_particulars(
            town, "みほん空き家の会（架空）", "Mihon Vacant Houses (invented)", "仮田 空子", "akiya"
        ),
        person=asking,
        actor=asking,
    )


def drawing(kind: str) -> SimpleUploadedFile:
    """A drawn room: no real place is shown."""
    return SimpleUploadedFile("mihon.png", _drawn(kind), content_type="image/png")


@cache
def _drawn(kind: str) -> bytes:
    picture = Image.new("RGB", (960, 640), "#f4f1ea")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 420, 960, 640), fill="#cdbfa8")
    pen.rectangle((120, 110, 420, 330), fill=SWATCHES[kind], outline="#5b5348", width=8)
    pen.line((270, 110, 270, 330), fill="#5b5348", width=6)
    pen.rectangle((520, 380, 840, 410), fill="#7a5c3e")
    for left in (540, 805):
        pen.rectangle((left, 410, left + 16, 560), fill="#7a5c3e")
    pen.ellipse((640, 330, 720, 380), fill=SWATCHES[kind])
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    return drawn.getvalue()
