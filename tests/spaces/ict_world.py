"""A small world of ICT equipment: a partner with a full catalogue, its people, and searches that found nothing."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from sosei.core.people import roles
from sosei.core.people.models import Municipality, Organisation, Person
from sosei.programmes.spaces.models import (
    CatalogueItem,
    IctNeed,
    IctPartner,
    IctProposal,
    SearchMiss,
    Space,
)
from sosei.programmes.spaces.services.ict_needs import Wanted, draft_need, open_need
from sosei.programmes.spaces.services.ict_proposals import Answer, OfferedLine, Promise
from tests.people.conftest import MakePerson, hold_role
from tests.spaces.world import SpacesWorld, at, day_from_now

THINGS: tuple[tuple[str, str, int, int, dict[str, int]], ...] = (
    ("line", "LINE-1G", 33_000, 6_600, {"down_kbps": 300_000, "up_kbps": 200_000}),
    ("router", "RT-1", 44_000, 0, {"down_kbps": 900_000, "up_kbps": 900_000, "networks": 4}),
    ("access_point", "AP-50", 27_500, 0, {"clients": 100}),
    ("switch", "SW-8", 33_000, 0, {"poe_ports": 8, "ports": 10}),
    ("power", "PW-6", 5_500, 0, {"outlets": 6}),
    ("ups", "UPS-750", 22_000, 0, {"va": 750}),
    ("booth", "BOOTH-1", 880_000, 0, {}),
    ("display", "TV-65", 165_000, 0, {"inch": 100}),
    ("camera", "CAM-10", 88_000, 0, {"people": 20}),
    ("lock", "LOCK-1", 55_000, 1_100, {"doors": 1}),
    ("work", "WORK", 110_000, 0, {}),
)
COWORKING = {"area_m2": 80, "seats": 20, "doors": 1, "cameras": 0, "wired_seats": 0, "depth_cm": None}


def make_partner(town: Municipality, name: str = "みほん通信（架空）", *, full: bool = True) -> IctPartner:
    """A partner admitted a month ago; `full` gives it one thing of each kind."""
    organisation = Organisation.objects.create(
        municipality=town, kind=Organisation.Kind.ASSOCIATION, name=name
    )
    partner: IctPartner = IctPartner.objects.create(
        organisation=organisation,
        municipality=town,
        name=name,
        email="ict@example.jp",
        admitted_at=timezone.now() - datetime.timedelta(days=30),
    )
    for kind, code, first, monthly, capacity in THINGS if full else ():
        CatalogueItem.objects.create(
            municipality=town,
            partner=partner,
            kind=kind,
            code=code,
            name=f"{code}（見本）",
            first_yen=first,
            monthly_yen=monthly,
            capacity=capacity,
        )
    return partner


def make_technician(make_person: MakePerson, partner: IctPartner) -> Person:
    """Somebody who acts for a partner."""
    person = make_person()
    hold_role(person, roles.CITIZEN, partner.municipality, partner.organisation)
    return person


def make_miss(
    town: Municipality, *, use: str, seats: int, times: int, days_ago: int = 3, **columns: Any
) -> SearchMiss:
    """A search that found nothing, for a Thursday afternoon."""
    on = day_from_now(-days_ago)
    thursday = on + datetime.timedelta(days=(3 - on.weekday()) % 7)
    made: SearchMiss = SearchMiss.objects.create(
        municipality=town,
        on=on,
        period=(at(thursday, "13:00"), at(thursday, "16:00")),
        use=use,
        seats=seats,
        times=times,
        why="nothing",
        **columns,
    )
    return made


@dataclass
class IctWorld:
    """A partner with one of its people, another partner, and the spaces of `spaces`."""

    spaces: SpacesWorld
    partner: IctPartner
    technician: Person
    other_partner: IctPartner
    other_technician: Person
    basis: dict[str, int] = field(
        default_factory=lambda: {"searches": 40, "share": 25, "yen": 3000, "kept": 90}
    )

    @property
    def space(self) -> Space:
        """The hall."""
        return self.spaces.hall

    def draft(self, **uses: int) -> IctNeed:
        """A draft of the host, for coworking of twenty unless told otherwise."""
        wanted = Wanted(list((uses or {"coworking": 20}).items()), COWORKING, self.basis)
        return draft_need(space=self.space, wanted=wanted, actor=self.spaces.owner)

    def opened(self, days: int = 7, **uses: int) -> IctNeed:
        """The same, asked of every partner."""
        return open_need(need=self.draft(**uses), answer_until=day_from_now(days), actor=self.spaces.owner)


def build_ict(spaces: SpacesWorld, make_person: MakePerson) -> IctWorld:
    """Two partners; the second has no catalogue yet."""
    partner = make_partner(spaces.town)
    other = make_partner(spaces.town, "べつの通信（架空）", full=False)
    return IctWorld(
        spaces, partner, make_technician(make_person, partner), other, make_technician(make_person, other)
    )


def as_reckoned(proposal: IctProposal, **changes: Any) -> Answer:
    """The answer that takes a proposal as it was reckoned; `changes` replace parts of it."""
    lines = [
        OfferedLine(row.kind, row.name, row.quantity, row.first_yen, row.monthly_yen, row.item_id)
        for row in proposal.lines.all()
    ]
    given: dict[str, Any] = {
        "lines": lines,
        "promise": Promise(Decimal("50.00"), Decimal("19.50"), Decimal(10)),
        "install_on": day_from_now(20),
        "valid_until": day_from_now(30),
    }
    return Answer(**{**given, **changes})
