"""A round as the engine takes it: who takes part, with which wishes, for how many places; and who cannot be taken.

Called outside the guard of the web role: hours and measures count wherever they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from django.utils import timezone

from sosei.core.people.models import Person
from sosei.engines.matching.assignment import UNLIMITED, Market, Regions, lottery
from sosei.programmes.jobs.models import (
    Application,
    ApplicationShift,
    LodgingNight,
    Posting,
    Restriction,
    Round,
    Shift,
    WorkDay,
)
from sosei.programmes.jobs.rules_rounds import Code, Tree, digest_of_input, tree_of
from sosei.programmes.jobs.services import places
from sosei.programmes.jobs.services.applicants import accepts


@dataclass(frozen=True)
class Entrant:
    """Somebody who takes part.

    Attributes:
        wishes: first to last.
    """

    person: Person
    wishes: tuple[Application, ...]

    @property
    def identity(self) -> str:
        """By what the lottery knows the person: the identifier that only the person's own pages show."""
        return str(self.person.uid)


@dataclass
class Entered:
    """All that goes into a draw.

    Attributes:
        entrants: in the order in which they were drawn.
        refused: application -> why the posting cannot take the person.
        friends: places in `entrants` of those who come together.
    """

    round: Round
    entrants: list[Entrant]
    postings: list[Posting]
    shifts: dict[int, list[Shift]]
    capacities: list[int]
    tree: Tree
    refused: dict[int, str] = field(default_factory=dict)
    friends: list[list[int]] = field(default_factory=list)

    @property
    def place_of(self) -> dict[int, int]:
        """Posting -> its place in `postings`."""
        return {posting.pk: place for place, posting in enumerate(self.postings)}

    def market(self) -> Market:
        """As it stands now: those whom a posting cannot take are not acceptable there."""
        place_of = self.place_of
        lists = [one.wishes for one in self.entrants]
        return Market.from_lists(
            [[place_of[wish.posting_id] for wish in wishes] for wishes in lists],
            [[wish.fit or 0 for wish in wishes] for wishes in lists],
            self.capacities,
            # The entrants stand in the order of the draw.
            np.arange(len(self.entrants), dtype=np.int32),
            [[wish.pk not in self.refused for wish in wishes] for wishes in lists],
        )

    def regions(self, seed: str) -> Regions:
        """The caps; seats that several postings could have go round in an order that is drawn too."""
        place_of_each = [self.tree.region_of(one.workplace.municipality_code) for one in self.postings]
        return Regions(
            parent=np.array(self.tree.parent, dtype=np.int32),
            caps=np.array([min(cap, UNLIMITED) for cap in self.tree.caps], dtype=np.int64),
            region_of=np.array(place_of_each, dtype=np.int32),
            priority=lottery(seed, [f"posting:{one.pk}" for one in self.postings]),
        )

    def digest(self) -> str:
        """SHA-256 of the input, by which two runs can be told apart."""
        return digest_of_input(
            {
                "round": self.round.pk,
                "method": self.round.method,
                "seed": self.round.seed_digest,
                "caps": dict(zip(self.tree.codes, self.tree.caps, strict=True)),
                "postings": [
                    [posting.pk, places_]
                    for posting, places_ in zip(self.postings, self.capacities, strict=True)
                ],
                "people": {
                    one.identity: [
                        [wish.pk, wish.posting_id, wish.fit or 0, self.refused.get(wish.pk, "")]
                        for wish in one.wishes
                    ]
                    for one in self.entrants
                },
            }
        )


def read(round_: Round, seed: str) -> Entered:
    """What stands in the database now."""
    wishes: dict[int, list[Application]] = defaultdict(list)
    rows = Application.objects.filter(posting__round=round_, state=Application.State.APPLIED)
    for wish in rows.select_related("person", "group").order_by("rank", "pk"):
        wishes[wish.person_id].append(wish)
    entrants = [Entrant(each[0].person, tuple(each)) for each in wishes.values()]
    draw = lottery(seed, [one.identity for one in entrants])
    entrants = [one for _place, one in sorted(zip(draw.tolist(), entrants, strict=True), key=lambda x: x[0])]
    postings = list(
        Posting.objects.filter(round=round_, published_at__isnull=False)
        .select_related("workplace", "lodging", "employer", "municipality")
        .order_by("pk")
    )
    shifts = _shifts_ahead(postings)
    entered = Entered(
        round_,
        entrants,
        postings,
        shifts,
        [_places(posting, shifts[posting.pk]) for posting in postings],
        tree_of(dict(round_.caps.values_list("region", "cap"))),
    )
    _refuse(entered)
    return entered


def _shifts_ahead(postings: Sequence[Posting]) -> dict[int, list[Shift]]:
    found: dict[int, list[Shift]] = {posting.pk: [] for posting in postings}
    rows = Shift.objects.filter(
        posting__in=postings, starts_at__gt=timezone.now(), called_off_at__isnull=True
    )
    for shift in rows.order_by("starts_at", "pk"):
        found[shift.posting_id].append(shift)
    return found


def _places(posting: Posting, shifts: Sequence[Shift]) -> int:
    """How many people can come, whichever of the days each of them asked for."""
    if not accepts(posting):
        return 0
    return max(0, min((shift.free for shift in shifts), default=0))


# --- Who cannot be taken ----------------------------------------------------------------------------------------------


def _refuse(entered: Entered) -> None:
    persons = [one.person.pk for one in entered.entrants]
    booked, paused = _booked(persons), _paused(persons, entered.round.municipality_id)
    wanted = _wanted([wish.pk for one in entered.entrants for wish in one.wishes])
    for one in entered.entrants:
        for wish in one.wishes:
            times = wanted.get(wish.pk, [])
            if not times or times[0][0] <= timezone.now():
                entered.refused[wish.pk] = Code.CLOSED
            elif one.person.pk in paused:
                entered.refused[wish.pk] = Code.PAUSED
            elif any(
                start < over and end > begin for start, end in times for begin, over in booked[one.person.pk]
            ):
                entered.refused[wish.pk] = Code.BUSY
    _put_friends_together(entered)


def _booked(persons: Sequence[int]) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    days = WorkDay.objects.filter(person__in=persons, state__in=("planned", "worked"))
    for person, period in days.filter(period__endswith__gt=timezone.now()).values_list("person", "period"):
        found[person].append((period.lower, period.upper))
    return found


def _paused(persons: Sequence[int], municipality: int) -> set[int]:
    """Who may not apply in that town now; what another town decided is not for this one to know."""
    now = timezone.now()
    in_force = Restriction.objects.filter(
        municipality=municipality,
        person__in=persons,
        kind=Restriction.Kind.PAUSE,
        starts_at__lte=now,
        ends_at__gt=now,
        lifted_at__isnull=True,
    )
    return set(in_force.values_list("person", flat=True))


def _wanted(wishes: Sequence[int]) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = Shift.objects.filter(wanted_by__application__in=wishes, called_off_at__isnull=True)
    for wish, start, end in rows.order_by("starts_at").values_list(
        "wanted_by__application", "starts_at", "ends_at"
    ):
        found[wish].append((start, end))
    return found


def _put_friends_together(entered: Entered) -> None:
    """Friends who are all there with the same wishes are a group; a group that is not whole takes no place."""
    members: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(entered.entrants):
        for leader in {wish.group.person_id for wish in one.wishes if wish.group is not None}:
            members[leader].append(place)
    for leader, found in members.items():
        group = [entered.entrants[place] for place in found]
        if (
            _is_whole(leader, group)
            and entered.round.method == Round.Method.STABLE
            and not entered.tree.codes
        ):
            entered.friends.append(found)
            refused = {
                wish.posting_id: entered.refused[wish.pk]
                for one in group
                for wish in one.wishes
                if wish.pk in entered.refused
            }
        else:
            refused = {}
            for one in group:
                refused |= {
                    wish.posting_id: Code.FRIENDS_MISSING for wish in one.wishes if wish.group is not None
                }
        for one in group:
            for wish in one.wishes:
                if wish.posting_id in refused:
                    entered.refused[wish.pk] = refused[wish.posting_id]


def _is_whole(leader: int, group: Sequence[Entrant]) -> bool:
    wishes = {tuple(wish.posting_id for wish in one.wishes) for one in group}
    leaders = {wish.group.person_id if wish.group else None for one in group for wish in one.wishes}
    sizes = {wish.group.size for one in group for wish in one.wishes if wish.group is not None}
    return len(wishes) == 1 and leaders == {leader} and sizes == {len(group)}


# --- Beds -------------------------------------------------------------------------------------------------------------


def free_beds(postings: Iterable[Posting], nights: Iterable[date]) -> dict[tuple[int, date], int]:
    """Beds free in each lodging of these postings in each of these nights."""
    lodgings = {one.lodging.pk: one.lodging for one in postings if one.lodging is not None}
    wanted = set(nights)
    free = {
        (key, night): lodging.beds if lodging.closed_at is None else 0
        for key, lodging in lodgings.items()
        for night in wanted
    }
    rows = LodgingNight.objects.filter(lodging__in=lodgings, night__in=wanted)
    for lodging, night, beds, taken in rows.values_list("lodging", "night", "beds", "taken"):
        if lodgings[lodging].closed_at is None:
            free[(lodging, night)] = beds - taken
    return free


def nights_wanted(wishes: Sequence[Application]) -> dict[int, frozenset[date]]:
    """The nights for which each application that asks for a bed needs one."""
    found: dict[int, list[Shift]] = defaultdict(list)
    rows = ApplicationShift.objects.filter(
        application__in=[one.pk for one in wishes if one.needs_lodging], shift__called_off_at__isnull=True
    )
    for row in rows.select_related("shift"):
        found[row.application_id].append(row.shift)
    return {key: frozenset(places.nights_of(shifts)) for key, shifts in found.items()}
