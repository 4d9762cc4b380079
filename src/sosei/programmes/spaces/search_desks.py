"""Desks for people who stay in the town: where they can do their own work in those days, the nearest to a place first."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sosei.core.design.maps import metres_between
from sosei.core.people.models import Municipality
from sosei.programmes.spaces.search_results import Result, results_of
from sosei.programmes.spaces.search_sql import found, query_of
from sosei.programmes.spaces.search_wishes import MOST_DAYS, Wishes

MOST_DESKS = 30
USE = "remote_work"


def desks_for(
    municipality: Municipality, first: datetime.date, last: datetime.date, *, now: datetime.datetime
) -> list[Result]:
    """Spaces for remote work that are free for an hour at least on one of the days, with their times and prices.

    Args:
        last: counted in; no more than a search may ask for.
    """
    last = min(last, first + datetime.timedelta(days=MOST_DAYS - 1))
    query = query_of(municipality, Wishes(use=USE, first=first, last=last), now)
    return results_of(query, found(query, "price", MOST_DESKS))


def nearest(desks: Sequence[Result], place: tuple[float, float], most: int) -> list[tuple[Result, float]]:
    """The desks nearest to a place with their distances in metres; of those as near, the cheapest first."""
    placed = [
        (desk, metres_between(place, (float(desk.space.latitude), float(desk.space.longitude))))
        for desk in desks
    ]
    return sorted(placed, key=lambda pair: (pair[1] // 100, pair[0].yen or 0, pair[0].space.pk))[:most]
