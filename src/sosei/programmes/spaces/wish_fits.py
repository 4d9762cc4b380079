"""Wishes set against spaces: what fits and what lacks, when a space is free for one, which offers are gone by now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from sosei.core.design.maps import distance_text, metres_between
from sosei.core.people import tenancy
from sosei.programmes.spaces import kinds
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.models import Host, Occupancy, Space, SpaceIndex, SpaceWish, WishOffer
from sosei.programmes.spaces.rules_periods import Period, at_minute
from sosei.programmes.spaces.rules_wishes import Fit, Place, Point, compare
from sosei.programmes.spaces.search_results import price_of
from sosei.programmes.spaces.search_sql import hours_mask, query_of
from sosei.programmes.spaces.search_times import first_times
from sosei.programmes.spaces.search_wishes import Window, Wishes
from sosei.programmes.spaces.wish_terms import wanted_of, wishes_of
from sosei.programmes.spaces.words_wishes import GOOD, LACKS

MOST_SPACES = 60
RELATED = ("host", "municipality", "parent", "found_as")


@dataclass(frozen=True)
class Match:
    """A space and how it answers a wish, with the words for it."""

    space: Space
    fit: Fit
    good: Sequence[str]
    lacks: Sequence[str]
    distance: str


def spaces_of(host: Host) -> list[Space]:
    """What a host can offer, with all that a comparison reads; two queries more for the prices."""
    rows = Space.objects.published().filter(host=host, found_as__isnull=False).select_related(*RELATED)
    return list(rows.prefetch_related("price_lists__items").order_by("name", "pk")[:MOST_SPACES])


def matches(wish: SpaceWish, spaces: Iterable[Space]) -> list[Match]:
    """Spaces that fit or nearly fit, the best first; no query."""
    zone = zone_of(wish.municipality)
    wishes = wishes_of(wish)
    windows = wishes.windows(zone)
    found = [_match(wish, wishes, windows, space, zone) for space in spaces]
    near = [one for one in found if one.fit.is_near]
    return sorted(near, key=lambda one: (len(one.fit.lacks), one.fit.yen or 0, one.space.seats, one.space.pk))


def _match(wish: SpaceWish, wishes: Wishes, windows: Sequence[Window], space: Space, zone: ZoneInfo) -> Match:
    index: SpaceIndex = space.found_as
    starts = [start for window in windows if (start := _opens(wishes, window, index, zone)) is not None]
    span = timedelta(minutes=wishes.length)
    prices = [price_of(space, Period(start, start + span), wish.tier) for start in starts[:3]]
    metres = None
    if wishes.near is not None:
        metres = metres_between(wishes.near, (float(space.latitude), float(space.longitude)))
    fit = compare(
        wanted_of(wish),
        Place(
            use=frozenset(space.uses),
            seats=space.seats,
            kind=space.kind,
            equipment=frozenset(space.equipment),
            step_free=space.step_free,
            residents_only=space.residents_only,
            metres=metres,
            opens=bool(starts),
            yen=min((yen for yen in prices if yen is not None), default=None),
        ),
    )
    return Match(space, fit, *words_of(fit), "" if metres is None else distance_text(metres))


def _opens(wishes: Wishes, window: Window, index: SpaceIndex, zone: ZoneInfo) -> datetime | None:
    """When it could begin on a wished day, by its hours alone."""
    if not index.min_minutes <= wishes.length <= index.max_minutes:
        return None
    needed = hours_mask(window.opens, window.closes)
    bits = index.open[window.slot] & needed
    if wishes.is_fixed:
        return window.start if bits == needed else None
    if not bits:
        return None
    return at_minute(window.day, max(window.opens, ((bits & -bits).bit_length() - 1) * 60), zone)


def words_of(fit: Fit) -> tuple[list[str], list[str]]:
    """What fits and what lacks, in words."""
    told = {
        "missing": _("、").join(kinds.names(fit.missing, kinds.EQUIPMENT_BY_SLUG)),
        "distance": distance_text(fit.metres) if fit.metres is not None else "",
        "yen": f"{fit.yen:,}" if fit.yen is not None else "",
    }
    return [str(GOOD[one]) for one in fit.good], [str(LACKS[Point(one)]) % told for one in fit.lacks]


def free_times(wish: SpaceWish, spaces: Sequence[Space], now: datetime) -> dict[int, list[Period]]:
    """The first times of each space that are free and as they are wished; one query."""
    wishes = wishes_of(wish)
    query = query_of(wish.municipality, wishes, now)
    return first_times(query, [space.pk for space in spaces])


def gone(offers: Sequence[WishOffer], now: datetime) -> set[int]:
    """Keys of offers whose place somebody else has by now; two queries."""
    with tenancy.unguarded():
        trees = dict(
            SpaceIndex.objects.filter(pk__in={one.space_id for one in offers}).values_list("pk", "tree")
        )
        wanted = Q(pk__in=[])
        for one in offers:
            wanted |= Q(space__in=trees.get(one.space_id, [one.space_id]), period__overlap=_with_buffers(one))
        taken: list[Any] = list(
            Occupancy.objects.filter(wanted)
            .filter(Q(until__isnull=True) | Q(until__gt=now))
            .values_list("space", "period")
        )
    return {
        one.pk
        for one in offers
        if one.space_id not in trees
        or any(
            space in trees[one.space_id]
            and period.lower < _with_buffers(one)[1]
            and _with_buffers(one)[0] < period.upper
            for space, period in taken
        )
    }


def _with_buffers(offer: WishOffer) -> tuple[datetime, datetime]:
    return (
        offer.period.lower - timedelta(minutes=offer.space.buffer_before),
        offer.period.upper + timedelta(minutes=offer.space.buffer_after),
    )
