"""Spaces as the list shows them: when they are free, what that costs, what of the wishes fits and what to know before."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from sosei.core.design.maps import distance_text, metres_between
from sosei.core.people import tenancy
from sosei.core.records.models import Attachment
from sosei.programmes.spaces import kinds, rules_prices
from sosei.programmes.spaces.as_rules import price_lists_of, zone_of
from sosei.programmes.spaces.booking_times import day_text, hours_text, length_text, when_text
from sosei.programmes.spaces.models import Space, SpacePhoto
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
    metres: float | None
    photo: SpacePhoto | None
    fits: Sequence[str] = field(default_factory=list)
    notes: Sequence[str] = field(default_factory=list)
    misses: Sequence[str] = field(default_factory=list)

    @property
    def yen(self) -> int | None:
        """The least price of the times shown."""
        return min((one.yen for one in self.offers if one.yen is not None), default=None)


STATES = {"free": "○", "partly": "△", "full": "×", "closed": "－"}


def state_words(state: str) -> str:
    """What a sign of the strip means."""
    return {
        "free": _("一日空いています"),
        "partly": _("空いている時間があります"),
        "full": _("空きがありません"),
        "closed": _("使えない日です"),
    }[state]


def results_of(query: Query, keys: Sequence[int]) -> list[Result]:
    """The spaces of these keys in their order; eight queries."""
    if not keys:
        return []
    rows = Space.objects.filter(pk__in=keys).select_related("municipality", "host", "parent")
    spaces = {row.pk: row for row in rows.prefetch_related("price_lists__items")}
    times = first_times(query, keys)
    today = day_of(query.now, query.zone)
    strip = strips(query, keys, max(query.wishes.first or today, today))
    photos = _photos(keys)
    return [
        _result(query, spaces[key], times.get(key, []), strip.get(key, []), photos.get(key))
        for key in keys
        if key in spaces
    ]


def _photos(keys: Sequence[int]) -> dict[int, SpacePhoto]:
    rows = SpacePhoto.objects.filter(space__in=keys, is_plan=False).order_by("space", "position", "pk")
    first = {row.space_id: row for row in reversed(rows)}
    # Files of a public thing lie behind the guard of the database.
    with tenancy.unguarded():
        files = {row.pk: row for row in Attachment.objects.filter(pk__in=[one.attachment_id for one in first.values()])}
    for row in first.values():
        row.attachment = files[row.attachment_id]
    return {key: row for key, row in first.items() if row.attachment.is_served}


def _result(
    query: Query, space: Space, times: Sequence[Period], strip: Sequence[FreeDay], photo: SpacePhoto | None
) -> Result:
    offers = [_offer(query, space, period) for period in times]
    metres = None
    if query.wishes.near is not None and space.latitude is not None and space.longitude is not None:
        metres = metres_between(query.wishes.near, (float(space.latitude), float(space.longitude)))
    return Result(
        space,
        offers,
        [StripDay(one.day, one.state, state_words(one.state), _book_url(query, space, one)) for one in strip],
        "" if metres is None else distance_text(metres),
        metres,
        photo,
        fits_of(query, space, offers),
        notes_of(query, space),
        misses_of(query, offers),
    )


def _offer(query: Query, space: Space, period: Period) -> Offer:
    zone = zone_of(space.municipality)
    day = day_of(period.start, zone)
    address = reverse("spaces:book", kwargs={"code": space.municipality.code, "space_id": space.pk})
    asked: dict[str, Any] = {
        "day": day.isoformat(),
        "opens": wall_minutes(period.start, day, zone),
        "closes": wall_minutes(period.end, day, zone),
        "tier": query.wishes.tier,
    }
    if query.wishes.seats:
        asked["heads"] = query.wishes.seats
    return Offer(period, price_of(space, period, query.wishes.tier), when_text(period, zone), f"{address}?{urlencode(asked)}")


def price_of(space: Space, period: Period, tier: str) -> int | None:
    """What a time costs; None where the lists have no price for it. Reads `price_lists` with their `items`."""
    try:
        priced = rules_prices.cheapest(period, price_lists_of(space), Tier(tier), zone_of(space.municipality))
    except RulesError:
        # Lists that contradict each other are told on the host's pages; here there is no price to show.
        return None
    return None if isinstance(priced, Refusal) else priced.total


def _book_url(query: Query, space: Space, day: FreeDay) -> str:
    if day.state not in ("free", "partly"):
        return ""
    address = reverse("spaces:book", kwargs={"code": space.municipality.code, "space_id": space.pk})
    return f"{address}?{urlencode({'day': day.day.isoformat(), 'tier': query.wishes.tier})}"


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
    if query.wishes.has_time and query.wishes.length < space.min_minutes:
        found.append(_("いちばん短くて%(length)s") % {"length": length_text(space.min_minutes)})
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
    return _("%(days)sの%(part)sに%(length)s") % {
        "days": days,
        "part": part_words(wishes.part),
        "length": length_text(wishes.length),
    }


def part_words(part: str) -> str:
    """A part of the day."""
    return {"": _("どこか"), "morning": _("午前"), "afternoon": _("午後"), "evening": _("夜")}[part]


def short_day(day: datetime.date) -> tuple[str, str]:
    """A day of the strip: 12/3 and its weekday."""
    return date_format(day, "n/j"), date_format(day, "D")
