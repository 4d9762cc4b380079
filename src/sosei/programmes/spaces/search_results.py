"""Spaces as the list shows them: when they are free, what that costs, what of the wishes fits and what to know before."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.core.design.maps import distance_text, metres_between
from sosei.core.people import tenancy
from sosei.core.records.models import Attachment
from sosei.programmes.spaces import kinds, rules_price_lists, rules_prices
from sosei.programmes.spaces.as_rules import price_list_of, price_lists_of, zone_of
from sosei.programmes.spaces.booking_times import day_text, hours_text, length_text, when_text
from sosei.programmes.spaces.models import PriceItem, PriceList, Space, SpacePhoto
from sosei.programmes.spaces.rules_errors import Refusal, RulesError
from sosei.programmes.spaces.rules_periods import Period, day_of, wall_minutes
from sosei.programmes.spaces.rules_price_lists import Tier
from sosei.programmes.spaces.search_sql import Query
from sosei.programmes.spaces.search_times import FreeDay, first_times, strips


@dataclass(frozen=True)
class Offer:
    """A time that is free.

    Attributes:
        yen: none where no price is set for it.
        text: the day and the hours.
    """

    period: Period
    yen: int | None
    text: str
    url: str


@dataclass(frozen=True)
class StripDay:
    """A day of the strip; its page is the booking form of that day."""

    day: datetime.date
    state: str
    words: str
    url: str


@dataclass(frozen=True)
class Result:
    """One space of the list.

    Attributes:
        fits: wishes that it fulfils.
        notes: what to know before booking.
        misses: wishes that it does not fulfil for the times shown.
    """

    space: Space
    offers: Sequence[Offer]
    strip: Sequence[StripDay]
    distance: str
    photo: SpacePhoto | None
    fits: Sequence[str] = field(default_factory=list)
    notes: Sequence[str] = field(default_factory=list)
    misses: Sequence[str] = field(default_factory=list)

    @property
    def yen(self) -> int | None:
        """The least price of the times shown."""
        return min((one.yen for one in self.offers if one.yen is not None), default=None)


def state_words(state: str) -> str:
    """What a sign of the strip means."""
    return str(_STATES[state])


_STATES = {
    "free": gettext_lazy("一日空いています"),
    "partly": gettext_lazy("空いている時間があります"),
    "full": gettext_lazy("空きがありません"),
    "closed": gettext_lazy("使えない日です"),
}


_NAMES = ("name", "name_en")
_SHOWN = (
    *_NAMES,
    *(f"{table}__{column}" for table in ("host", "parent") for column in _NAMES),
    *(f"municipality__{column}" for column in ("code", "zone")),
    "kind",
    "seats",
    "way",
    "by_lottery",
    "residents_only",
    "step_free_note",
    "latitude",
    "longitude",
)
"""What a card needs; the long texts stay where they are."""


def results_of(query: Query, keys: Sequence[int]) -> list[Result]:
    """The spaces of these keys in their order; eight queries."""
    if not keys:
        return []
    rows = Space.objects.filter(pk__in=keys).select_related("municipality", "host", "parent").only(*_SHOWN)
    spaces = {row.pk: row for row in rows}
    prices = _priced_rows(keys)
    signs = {state: state_words(state) for state in _STATES}
    today = day_of(query.now, query.zone)
    pictures = _pictures(keys)
    with tenancy.unguarded():
        times = first_times(query, keys)
        strip = strips(query, keys, max(query.wishes.first or today, today))
        photos = _served(pictures)
    return [
        _result(
            query,
            spaces[key],
            (prices.get(key, []), times.get(key, []), strip.get(key, [])),
            signs,
            photos.get(key),
        )
        for key in keys
        if key in spaces
    ]


Priced = Sequence[tuple[PriceList, list[PriceItem]]]


def _priced_rows(keys: Sequence[int]) -> dict[int, Priced]:
    """The price lists of each space with their items; two queries, and no more objects than rows."""
    items: dict[int, list[PriceItem]] = {}
    for item in PriceItem.objects.filter(space__in=keys):
        items.setdefault(item.price_list_id, []).append(item)
    found: dict[int, list[tuple[PriceList, list[PriceItem]]]] = {}
    for row in PriceList.objects.filter(space__in=keys):
        found.setdefault(row.space_id, []).append((row, items.get(row.pk, [])))
    return found


def photos_of(keys: Sequence[int]) -> dict[int, SpacePhoto]:
    """The first picture of each space that may be shown; two queries."""
    pictures = _pictures(keys)
    with tenancy.unguarded():
        return _served(pictures)


def _pictures(keys: Sequence[int]) -> dict[int, SpacePhoto]:
    """The first picture of each space."""
    rows = SpacePhoto.objects.filter(space__in=keys, is_plan=False).order_by("space", "position", "pk")
    return {row.space_id: row for row in reversed(rows)}


def _served(pictures: dict[int, SpacePhoto]) -> dict[int, SpacePhoto]:
    """Those whose files may be opened; files of a public thing lie behind the guard of the database."""
    files = Attachment.objects.in_bulk([row.attachment_id for row in pictures.values()])
    for row in pictures.values():
        row.attachment = files[row.attachment_id]
    return {key: row for key, row in pictures.items() if row.attachment.is_served}


def _result(
    query: Query,
    space: Space,
    held: tuple[Priced, Sequence[Period], Sequence[FreeDay]],
    signs: dict[str, str],
    photo: SpacePhoto | None,
) -> Result:
    priced, times, strip = held
    address = reverse("spaces:book", kwargs={"code": space.municipality.code, "space_id": space.pk})
    offers = [_offer(query, space, priced, period, address) for period in times]
    metres = None
    if query.wishes.near is not None:
        metres = metres_between(query.wishes.near, (float(space.latitude), float(space.longitude)))
    return Result(
        space,
        offers,
        [StripDay(one.day, one.state, signs[one.state], _book_url(query, one, address)) for one in strip],
        "" if metres is None else distance_text(metres),
        photo,
        fits_of(query, space, offers),
        notes_of(query, space),
        misses_of(query, offers),
    )


def _offer(query: Query, space: Space, priced: Priced, period: Period, address: str) -> Offer:
    zone = zone_of(space.municipality)
    day = day_of(period.start, zone)
    asked: dict[str, Any] = {
        "day": day.isoformat(),
        "opens": wall_minutes(period.start, day, zone),
        "closes": wall_minutes(period.end, day, zone),
        "tier": query.wishes.tier,
    }
    if query.wishes.seats:
        asked["heads"] = query.wishes.seats
    return Offer(
        period,
        _least(space, period, query.wishes.tier, lambda: [price_list_of(*each) for each in priced]),
        when_text(period, zone),
        f"{address}?{urlencode(asked)}",
    )


def price_of(space: Space, period: Period, tier: str) -> int | None:
    """What a time costs; None where the lists have no price for it. Reads `price_lists` with their `items`."""
    return _least(space, period, tier, lambda: price_lists_of(space))


def _least(
    space: Space, period: Period, tier: str, lists: Callable[[], Sequence[rules_price_lists.PriceList]]
) -> int | None:
    try:
        priced = rules_prices.cheapest(period, lists(), Tier(tier), zone_of(space.municipality))
    except RulesError:
        # Lists that contradict each other are told on the host's pages; here there is no price to show.
        return None
    return None if isinstance(priced, Refusal) else priced.total


def _book_url(query: Query, day: FreeDay, address: str) -> str:
    if day.state not in ("free", "partly"):
        return ""
    return f"{address}?day={day.day.isoformat()}&tier={query.wishes.tier}"


def fits_of(query: Query, space: Space, offers: Sequence[Offer]) -> list[str]:
    """What of the wishes a space fulfils, in words."""
    wishes = query.wishes
    found = []
    if wishes.seats:
        found.append(_("%(seats)s人まで") % {"seats": space.seats})
    if wishes.use:
        found += kinds.names([wishes.use], kinds.USES_BY_SLUG)
    found += kinds.names(wishes.equipment, kinds.EQUIPMENT_BY_SLUG)
    if wishes.step_free:
        found.append(_("段差がない"))
    if wishes.yen is not None and any(one.yen is not None and one.yen <= wishes.yen for one in offers):
        found.append(_("%(yen)s円まで") % {"yen": f"{wishes.yen:,}"})
    return found


def notes_of(query: Query, space: Space) -> list[str]:
    """What to know before booking."""
    found = []
    if space.way == Space.Way.REQUEST:
        found.append(_("貸す人の返事を待ちます"))
    if space.by_lottery:
        found.append(_("先に抽選があります"))
    if space.residents_only:
        found.append(_("市内の人だけ"))
    if query.wishes.step_free and space.step_free_note:
        found.append(space.step_free_note)
    return found


def misses_of(query: Query, offers: Sequence[Offer]) -> list[str]:
    """What of the wishes the times shown do not fulfil."""
    wishes, prices = query.wishes, [one.yen for one in offers if one.yen is not None]
    if not offers:
        return [] if wishes.has_time else [_("7日のあいだに空きがありません")]
    if not prices:
        return [_("この時間の料金が決まっていません")]
    if wishes.yen is not None and min(prices) > wishes.yen:
        return [_("この時間は%(yen)s円をこえます") % {"yen": f"{wishes.yen:,}"}]
    return []


def time_text(query: Query) -> str:
    """The wished days and hours in words; empty where none are."""
    wishes = query.wishes
    windows = wishes.windows(query.zone)
    if not windows:
        return ""
    days = day_text(windows[0].day)
    if len(windows) > 1:
        days = _("%(first)sから%(last)sまでの%(count)s日") % {
            "first": days,
            "last": day_text(windows[-1].day),
            "count": len(windows),
        }
    if wishes.is_fixed:
        hours = hours_text(Period(windows[0].start, windows[0].end), query.zone)
        return _("%(days)sの%(hours)s") % {"days": days, "hours": hours}
    told = {
        "": _("%(days)sのどこかで%(length)s"),
        "morning": _("%(days)sの午前に%(length)s"),
        "afternoon": _("%(days)sの午後に%(length)s"),
        "evening": _("%(days)sの夜に%(length)s"),
    }
    return told[wishes.part] % {"days": days, "length": length_text(wishes.length)}
