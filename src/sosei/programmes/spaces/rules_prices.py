"""What a booking costs: the cheapest way to cover its time with hours, slots, days and packages; no Django.

The price of a period is the least sum of items whose times together cover it. An item may reach beyond the booking (a
day price for five hours); what is booked more therefore never costs less. All prices are whole yen with tax.

- Hours are counted in units of the list (a unit begun is a unit), as a run within the item's hours of the day; hours
  of one item that meet at midnight are one run. An item with a minimum costs at least that in each run.
- Slots (午前・午後・夜間), days and fixed packages are whole or not at all. A package of n minutes within a window may begin
  anywhere in it.
- An item belongs to the day on which its hours begin: weekday, holiday and season are asked of that day.
- The list in force on the day of use counts. Where lists change in mid-booking, it is split at the midnight that
  begins the new list's first day, and each part is priced by its own list alone.
- Where a list does not combine, each part is priced by one plan alone (the items of one `plan`, or of one kind).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_holidays import IsHoliday, is_holiday
from sosei.programmes.spaces.rules_periods import (
    DAY,
    MINUTE,
    ONE_DAY,
    Period,
    days_from,
    days_of,
    merged,
    midnight,
    span_on,
    split_at,
)
from sosei.programmes.spaces.rules_price_lists import (
    EVERY_DAY,
    WEEKENDS,
    WORKDAYS,
    Days,
    Kind,
    OnHolidays,
    PriceItem,
    PriceList,
    Season,
    Tier,
    list_on,
)

__all__ = [
    "EVERY_DAY",
    "MOST_DAYS",
    "WEEKENDS",
    "WORKDAYS",
    "Code",
    "Days",
    "Kind",
    "OnHolidays",
    "PriceItem",
    "PriceList",
    "Quote",
    "QuoteLine",
    "Season",
    "Tier",
    "cheapest",
    "list_on",
]

MOST_DAYS = 62
"""The longest booking that is priced at once."""


class Code(StrEnum):
    """Why a period has no price."""

    NO_LIST = "no_list"
    NO_ITEM = "no_item"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One item as it was used.

    Attributes:
        start, end: the whole slot, day or fixed package, also where it reaches beyond the booking; of hours and free
            packages, the time they cover.
        quantity: units of hours; 1 for the others.
    """

    list_code: str
    item: PriceItem
    start: datetime
    end: datetime
    quantity: int
    yen: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A price and how it comes about.

    Attributes:
        splits: moments at which another list takes over.
    """

    lines: tuple[QuoteLine, ...]
    total: int
    splits: tuple[datetime, ...] = ()


def cheapest(
    period: Period,
    lists: Sequence[PriceList],
    tier: Tier,
    zone: ZoneInfo,
    holidays: IsHoliday = is_holiday,
) -> Quote | Refusal:
    """The least price of a period, and the items that make it up.

    Returns:
        A quote; or a refusal: NO_LIST (day), NO_ITEM (list, from: the first moment that nothing covers), TOO_LONG
        (days, most).

    Raises:
        RulesError: two lists begin on one day.
    """
    days = days_of(period, zone)
    if len(days) > MOST_DAYS:
        return Refusal(Code.TOO_LONG, {"days": len(days), "most": MOST_DAYS})
    in_force: list[PriceList] = []
    for day in days:
        found = list_on(day, lists)
        if found is None:
            return Refusal(Code.NO_LIST, {"day": day})
        in_force.append(found)
    splits = [
        midnight(day, zone)
        for day, (before, after) in zip(days[1:], pairwise(in_force), strict=True)
        if before is not after
    ]
    lines: list[QuoteLine] = []
    for part in split_at(period, splits):
        listed = in_force[days.index(days_of(part, zone)[0])]
        priced = _part(part, listed, lists, tier, zone, holidays)
        if isinstance(priced, datetime):
            return Refusal(Code.NO_ITEM, {"list": listed.code, "from": priced})
        lines.extend(priced)
    return Quote(tuple(lines), sum(line.yen for line in lines), tuple(splits))


def _part(
    part: Period,
    listed: PriceList,
    lists: Sequence[PriceList],
    tier: Tier,
    zone: ZoneInfo,
    holidays: IsHoliday,
) -> list[QuoteLine] | datetime:
    """The cheapest lines for a part under one list, or the first moment that they leave uncovered."""
    items = [item for item in listed.items if item.tier in (None, tier)]
    offers = [
        _Offer(item, span)
        for item in items
        for span in _spans(item, part, listed, lists, zone, holidays)
        if span.overlaps(part)
    ]
    if listed.combine:
        choices = [offers]
    else:
        plans = dict.fromkeys(item.plan_name for item in items)
        choices = [[offer for offer in offers if offer.item.plan_name == plan] for plan in plans]
    best: list[QuoteLine] | None = None
    furthest = part.start
    for choice in choices:
        found = _cover(part, listed, choice)
        if isinstance(found, datetime):
            furthest = max(furthest, found)
        elif best is None or sum(line.yen for line in found) < sum(line.yen for line in best):
            best = found
    return furthest if best is None else best


@dataclass(frozen=True, slots=True, eq=False)
class _Offer:
    """An item on a certain day (hours: on days that join), and the time within which it can be had."""

    item: PriceItem
    span: Period


def _spans(
    item: PriceItem,
    part: Period,
    listed: PriceList,
    lists: Sequence[PriceList],
    zone: ZoneInfo,
    holidays: IsHoliday,
) -> Iterator[Period]:
    touched = days_of(part, zone)
    earliest = touched[0] - ONE_DAY * (item.closes // DAY)
    found = [
        span
        for day in days_from(earliest, touched[-1])
        if item.holds_on(day, holidays)
        and (day >= touched[0] or list_on(day, lists) is listed)
        and (span := span_on(day, item.opens, item.closes, zone)) is not None
    ]
    return iter(merged(found) if item.kind is Kind.HOUR else found)


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """How far the time is covered, at what cost, by what last step.

    Attributes:
        run: the offer whose minimum is paid, so that it goes on by single units; None for no such.
    """

    cost: tuple[int, int]
    before: _Way | None
    offer: _Offer | None
    start: datetime
    end: datetime
    units: int
    run: _Offer | None


def _cover(part: Period, listed: PriceList, offers: Sequence[_Offer]) -> list[QuoteLine] | datetime:
    """Walk from the start to the end of a part, always from the earliest moment reached: moments only grow."""
    ways: dict[datetime, dict[_Offer | None, _Way]] = {
        part.start: {None: _Way((0, 0), None, None, part.start, part.start, 0, None)}
    }
    waiting = [part.start]
    furthest = part.start
    while waiting:
        here = heapq.heappop(waiting)
        furthest = here
        if here >= part.end:
            return _lines(listed, min(ways[here].values(), key=lambda way: way.cost))
        for way in list(ways[here].values()):
            for step in _steps(way, here, part, offers):
                there = ways.get(step.end)
                if there is None:
                    there = ways[step.end] = {}
                    heapq.heappush(waiting, step.end)
                known = there.get(step.run)
                if known is None or step.cost < known.cost:
                    there[step.run] = step
    return furthest


def _steps(way: _Way, here: datetime, part: Period, offers: Sequence[_Offer]) -> Iterator[_Way]:
    """Every item that covers the moment reached; it begins there, for what it covers before is covered already."""
    for offer in offers:
        item, span = offer.item, offer.span
        if not span.start <= here < span.end:
            continue
        if item.kind is Kind.HOUR:
            goes_on = way.run is offer or (way.offer is offer and item.least_units == 1)
            units = 1 if goes_on else item.least_units
            reach = here + units * item.unit_minutes * MINUTE
            run = offer if item.least_units > 1 else None
        else:
            goes_on, units, run = False, 1, None
            reach = span.end if item.package_minutes is None else here + item.package_minutes * MINUTE
        end = min(reach, span.end, part.end)
        cost = (way.cost[0] + units * item.yen, way.cost[1] + (0 if goes_on else 1))
        yield _Way(cost, way, offer, here, end, units, run)


def _lines(listed: PriceList, way: _Way) -> list[QuoteLine]:
    taken: list[_Way] = []
    step: _Way | None = way
    while step is not None and step.offer is not None:
        taken.append(step)
        step = step.before
    lines: list[QuoteLine] = []
    last: _Offer | None = None
    for each in reversed(taken):
        if each.offer is None:
            continue
        item = each.offer.item
        if last is each.offer and item.kind is Kind.HOUR:
            units = lines[-1].quantity + each.units
            lines[-1] = QuoteLine(listed.code, item, lines[-1].start, each.end, units, units * item.yen)
        else:
            whole = item.kind is not Kind.HOUR and item.package_minutes is None
            start, end = (each.offer.span.start, each.offer.span.end) if whole else (each.start, each.end)
            lines.append(QuoteLine(listed.code, item, start, end, each.units, each.units * item.yen))
        last = each.offer
    return lines
