"""What comes beside bookings in the demonstration: reviews and damage, searches without a result, wishes, ICT."""

from __future__ import annotations

import datetime
from decimal import Decimal
from uuid import uuid5

from sosei.programmes.spaces.demonstration.after_use import load_after_use
from sosei.programmes.spaces.demonstration.ict import NAMESPACE, Place, load_ict
from sosei.programmes.spaces.demonstration.story import Story, Town
from sosei.programmes.spaces.demonstration.wishes import load_wishes
from sosei.programmes.spaces.models import Order, SearchMiss
from sosei.programmes.spaces.services import ict_speed

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
    load_after_use(town)
    _searches(town)
    load_wishes(town)
    _equipment(town)


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
