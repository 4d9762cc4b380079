"""What comes beside bookings in the demonstration: reviews, damage, searches without a result, a wish with offers, ICT."""

from __future__ import annotations

import datetime
from decimal import Decimal
from uuid import uuid5

from django.utils import timezone

from sosei.programmes.spaces.demonstration.ict import NAMESPACE, Place, load_ict
from sosei.programmes.spaces.demonstration.story import DAY, Story, Town
from sosei.programmes.spaces.models import (
    Booking,
    DamageReport,
    Order,
    SearchMiss,
    SpaceReview,
    SpaceWish,
    WishOffer,
)
from sosei.programmes.spaces.periods import range_of
from sosei.programmes.spaces.services import ict_speed

REVIEWS = (
    (
        "desk-autumn",
        5,
        "窓から港が見えて、仕事がはかどりました。（見本）",
        "ていねいに使ってくださいました。（見本）",
    ),
    ("council", 4, "広くて使いやすかったです。（見本）", "時間どおりに片づけてくださいました。（見本）"),
    ("pop-up", 5, "通る人が多く、よく売れました。（見本）", "またどうぞ。（見本）"),
    ("yoga", 5, "畳のよい香りがしました。（見本）", "元気なお声で、うれしくなりました。（見本）"),
)
"""Order, stars, what the guest and the host wrote."""
SEARCHES = (
    (3, "music", 6, ["soundproof"], False, 1500, "equipment", 6),
    (9, "sports", 30, [], False, 3000, "seats", 9),
    (17, "party", 25, ["kitchen"], True, 8000, "seats", 5),
    (24, "children", 15, ["nursing_room"], True, 2000, "equipment", 12),
    (38, "concert", 120, ["stage", "piano"], False, 30000, "seats", 3),
    (52, "music", 4, ["soundproof", "piano"], False, 2000, "equipment", 7),
    (66, "interview", 3, [], True, 800, "step_free", 2),
    (80, "training", 60, ["projector"], False, 10000, "time", 4),
)
"""Days ago, use, people, equipment, step-free, budget, why, how often."""


def plan_care(town: Town, story: Story) -> None:
    """All of it; the ICT companies tell their story by their own clock."""
    story.tell(town.now - datetime.timedelta(hours=1), lambda: _after_bookings(town))


def _after_bookings(town: Town) -> None:
    _reviews(town)
    _damage(town)
    _searches(town)
    _wish(town)
    _equipment(town)


def _used(town: Town, key: str) -> Booking | None:
    if key not in town.orders:
        return None
    found: Booking | None = (
        Booking.objects.filter(order=town.orders[key], state="used").select_related("order").last()
    )
    return found


def _reviews(town: Town) -> None:
    for key, stars, by_guest, by_host in REVIEWS:
        booking = _used(town, key)
        if booking is None:
            continue
        written = booking.period.upper + DAY
        for side, text in (("guest", by_guest), ("host", by_host)):
            SpaceReview.objects.create(
                municipality=town.municipality,
                host_id=booking.host_id,
                person_id=booking.person_id,
                space_id=booking.space_id,
                booking=booking,
                side=side,
                stars=stars,
                comment=text,
                written_at=written,
                written_by_id=booking.person_id if side == "guest" else None,
                shown_at=written,
            )


def _damage(town: Town) -> None:
    booking = _used(town, "pop-up")
    if booking is not None:
        DamageReport.objects.create(
            municipality=town.municipality,
            host_id=booking.host_id,
            person_id=booking.person_id,
            booking=booking,
            side="host",
            text="たなの角が欠けていました。（見本）",
            yen_claimed=2000,
            told_at=booking.period.upper + DAY,
            told_by=town.owner("street"),
        )


def _searches(town: Town) -> None:
    SearchMiss.objects.bulk_create(
        [
            SearchMiss(
                municipality=town.municipality,
                on=town.day(-days),
                use=use,
                seats=seats,
                equipment=equipment,
                step_free=step_free,
                yen=yen,
                why=why,
                times=times,
            )
            for days, use, seats, equipment, step_free, yen, why, times in SEARCHES
        ]
    )


def _wish(town: Town) -> None:
    period = range_of(town.period("w3.4", "13:00", "17:00"))
    guest = town.person("enpou")
    wish = SpaceWish.objects.create(
        municipality=town.municipality,
        person=guest,
        period=period,
        use="training",
        heads=20,
        equipment=["large_display"],
        yen=8000,
        text="遠くから来る20人の研修の場所をさがしています。（見本）",
        answer_until=town.now + 5 * DAY,
        asked_at=timezone.now() - DAY,
    )
    for key, yen in (("meeting-a", 1600), ("classroom", 1600)):
        space = town.space(key)
        WishOffer.objects.create(
            municipality=town.municipality,
            host=space.host,
            person=guest,
            wish=wish,
            space=space,
            period=period,
            yen=yen,
            text="この時間なら空いています。（見本）",
            sent_at=timezone.now(),
            sent_by=town.staff(),
        )


def _equipment(town: Town) -> None:
    keys = ("room-3" if "room-3" in town.spaces else "shop", "classroom", "meeting-a")
    owners = {host.pk: key for key, host in town.hosts.items()}
    places = [Place(space, town.owner(owners[space.host_id])) for space in (town.space(key) for key in keys)]
    technicians = (
        town.newcomer("ict-1", "架空", "網子", kana=("カクウ", "アミコ")),
        town.newcomer("ict-2", "例野", "線太", kana=("レイノ", "センタ")),
    )
    load_ict(
        municipality=town.municipality,
        staff=town.staff(),
        technicians=technicians,
        places=places,
        now=town.now,
    )
    ict_speed.record_measurement(
        space=town.space("desk"),
        speed=ict_speed.Speed(Decimal("58.20"), Decimal("31.50"), Decimal("14.0"), "まどの近く（見本）"),
        key=uuid5(NAMESPACE, f"{town.code}:desk"),
        actor=town.owner("street"),
    )


def orders_of(town: Town) -> int:
    """How many orders the town has."""
    return Order.objects.filter(municipality=town.municipality).count()
