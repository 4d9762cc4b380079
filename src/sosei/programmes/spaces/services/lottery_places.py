"""Places of the winners of a lottery: held under the key of the order that a winner may make of it, until it lapses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sosei.programmes.spaces.models import LotteryEntry, Occupancy, Space
from sosei.programmes.spaces.rules_lottery import Taken
from sosei.programmes.spaces.rules_periods import Period
from sosei.programmes.spaces.services import placing

_NAMES = UUID("5b0f3d0e-6c51-4c40-9a0e-1f4a5a3c8d21")


def key_of(entry: LotteryEntry) -> UUID:
    """The key of the order that confirms an entry: the same however often the button is pressed."""
    return uuid5(_NAMES, str(entry.pk))


def leaves_of(entries: Sequence[LotteryEntry]) -> list[tuple[frozenset[int], Period]]:
    """Of each entry the smallest spaces, and its time with the buffers of the space, as they are taken."""
    places = [(entry.space, Period(entry.period.lower, entry.period.upper)) for entry in entries]
    return leaves_of_places(places)


def leaves_of_places(places: Sequence[tuple[Space, Period]]) -> list[tuple[frozenset[int], Period]]:
    """The same of spaces and times."""
    if not places:
        return []
    spaces: list[set[int]] = [set() for _place in places]
    times: list[Period] = [period for _space, period in places]
    for place, leaf, period in placing.leaves(places):
        spaces[place].add(leaf)
        times[place] = period
    return [(frozenset(keys), time) for keys, time in zip(spaces, times, strict=True)]


def taken(leaves: Iterable[int], within: Period, now: datetime) -> list[Taken]:
    """What is booked or blocked of these spaces; holds that have run out are not."""
    rows = Occupancy.objects.filter(space__in=set(leaves), period__overlap=(within.start, within.end))
    found = rows.order_by("space", "period").values_list("space", "period", "until")
    return [
        (frozenset({space}), Period(period.lower, period.upper))
        for space, period, until in found
        if until is None or until > now
    ]


def hold(*, wanted: Mapping[UUID, tuple[int, frozenset[int], Period]], until: datetime) -> None:
    """Holds places for winners, all or nothing; within the transaction under way.

    Args:
        wanted: key of the order to come -> town, smallest spaces, time with buffers.

    Raises:
        LostError: somebody else has one of them by now.
    """
    rows = sorted(
        (
            Occupancy(
                municipality_id=town,
                space_id=leaf,
                period=(period.start, period.end),
                key=key,
                until=until,
            )
            for key, (town, leaves, period) in wanted.items()
            for leaf in leaves
        ),
        key=lambda row: (row.space_id, row.period),
    )
    Occupancy.objects.bulk_create(rows, ignore_conflicts=True)
    if Occupancy.objects.filter(key__in=list(wanted)).count() < len(rows):
        raise placing.LostError


def held(key: UUID) -> dict[int, tuple[int, ...]]:
    """What is held under a key, as an order of one booking takes it over; nothing where it has lapsed."""
    rows = tuple(Occupancy.objects.filter(key=key).order_by("pk").values_list("pk", flat=True))
    return {0: rows} if rows else {}
