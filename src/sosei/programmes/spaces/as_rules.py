"""Rows of a space as its rules take them: hours, prices, ladders; and ladders as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sosei.core.people.models import Municipality
from sosei.programmes.spaces import rules_hours, rules_ladders, rules_price_lists
from sosei.programmes.spaces.models import Ladder, OpeningHour, PriceItem, PriceList, Space

DAYS = {
    PriceItem.Days.ALL.value: rules_price_lists.EVERY_DAY,
    PriceItem.Days.WEEKDAY.value: rules_price_lists.WORKDAYS,
    PriceItem.Days.OFF.value: rules_price_lists.WEEKENDS,
}


def zone_of(municipality: Municipality) -> ZoneInfo:
    """The clock of a town."""
    return ZoneInfo(municipality.zone)


def ladder_of(row: Ladder) -> rules_ladders.Ladder:
    """A stored ladder.

    Raises:
        RulesError: its steps are not in order.
    """
    return ladder_from(
        {
            "code": row.code,
            "free_hours": row.free_after_booking_hours,
            "free_needs_days": row.free_needs_days,
            "steps": row.steps,
        },
    )


def ladder_as_json(ladder: rules_ladders.Ladder) -> dict[str, Any]:
    """A ladder as a booking keeps it (`Booking.ladder`)."""
    return {
        "code": ladder.code,
        "free_hours": ladder.free_hours,
        "free_needs_days": ladder.free_needs_days,
        "steps": steps_as_json(ladder),
    }


def ladder_from(kept: Mapping[str, Any]) -> rules_ladders.Ladder:
    """The other way of `ladder_as_json`.

    Raises:
        RulesError: its steps are not in order.
    """
    timed = [step for step in kept["steps"] if "days" in step or "hours" in step]
    last = next((step["percent"] for step in kept["steps"] if step not in timed), 100)
    return rules_ladders.Ladder(
        code=kept["code"],
        steps=tuple(
            rules_ladders.Step(step["percent"], hours=step.get("hours"), days=step.get("days"))
            for step in timed
        ),
        last_percent=last,
        free_hours=kept["free_hours"],
        free_needs_days=kept.get("free_needs_days", 0),
    )


def steps_as_json(ladder: rules_ladders.Ladder) -> list[dict[str, int]]:
    """The steps as `Ladder.steps` keeps them, the first to end first."""
    ordered = sorted(ladder.steps, key=lambda step: -step.nominal_hours)
    timed = [
        {
            "percent": step.percent,
            **({"hours": step.hours} if step.hours is not None else {"days": step.days or 0}),
        }
        for step in ordered
    ]
    return [*timed, {"percent": ladder.last_percent}]


def hours_of(space: Space, *, tier: str = "resident") -> rules_hours.Hours:
    """When a space can be booked. Reads `hours` and the closures of the space and its host: prefetch them in lists.

    Args:
        tier: people from outside may have a shorter way ahead.

    Raises:
        RulesError: hours that overlap.
    """
    rows = [row for row in space.hours.all() if row.kind == OpeningHour.Kind.BOOKABLE]
    ahead = space.horizon_days_outside if tier == "outside" else None
    return rules_hours.Hours(
        zone=zone_of(space.municipality),
        week=week_of(
            [row for row in rows if not _is_dated(row)], closed_on_holidays=space.closed_on_holidays
        ),
        dated=seasons_of(rows, closed_on_holidays=space.closed_on_holidays),
        closures=tuple(
            rules_hours.Closure(row.first_day, row.last_day)
            for row in space.host.closures.all()
            if row.space_id in (None, space.pk)
        ),
        buffer_before=space.buffer_before,
        buffer_after=space.buffer_after,
        notice=space.notice_minutes,
        horizon_days=space.horizon_days if ahead is None else ahead,
        grid=space.step_minutes,
        shortest=space.min_minutes,
        longest=space.max_minutes or rules_hours.LONGEST,
        overnight=space.overnight,
    )


def week_of(rows: Iterable[OpeningHour], *, closed_on_holidays: bool) -> rules_hours.Week:
    """Bands of a week; holidays as their weekday unless they have hours of their own or are closed.

    Raises:
        RulesError: hours that overlap.
    """
    bands: dict[int, list[rules_hours.Band]] = {day: [] for day in range(8)}
    for row in sorted(rows, key=lambda row: (row.day, row.opens)):
        bands[row.day].append((row.opens, row.closes))
    holiday = tuple(bands[OpeningHour.Day.HOLIDAY])
    own = holiday if holiday and not closed_on_holidays else None
    return rules_hours.Week(
        days=tuple(tuple(bands[day]) for day in range(7)), holiday=() if closed_on_holidays else own
    )


def _is_dated(row: OpeningHour) -> bool:
    return row.valid_from is not None or row.valid_until is not None


def seasons_of(rows: Iterable[OpeningHour], *, closed_on_holidays: bool) -> tuple[rules_hours.DatedWeek, ...]:
    """Weeks that hold only for a time, the one that decides last: begun last, and of those the one that ends first.

    Raises:
        RulesError: hours that overlap.
    """
    seasons: dict[tuple[date | None, date | None], list[OpeningHour]] = {}
    for row in rows:
        if _is_dated(row):
            seasons.setdefault((row.valid_from, row.valid_until), []).append(row)
    return tuple(
        rules_hours.DatedWeek(week_of(seasons[key], closed_on_holidays=closed_on_holidays), *key)
        for key in sorted(seasons, key=lambda key: (key[0] or date.min, -(key[1] or date.max).toordinal()))
    )


def price_lists_of(space: Space) -> list[rules_price_lists.PriceList]:
    """All lists of a space. Reads `price_lists` with their `items`: prefetch them in lists."""
    return [price_list_of(row, row.items.all()) for row in space.price_lists.all()]


def price_list_of(row: PriceList, items: Iterable[PriceItem]) -> rules_price_lists.PriceList:
    """One list with its items.

    Raises:
        RulesError: figures that no price can have.
    """
    return rules_price_lists.PriceList(
        code=str(row.pk or ""),
        first_day=row.valid_from,
        items=tuple(price_item_of(item, code=str(item.pk or number)) for number, item in enumerate(items)),
        combine=row.combine,
    )


def price_item_of(item: PriceItem, *, code: str) -> rules_price_lists.PriceItem:
    """One price.

    Raises:
        RulesError: figures that no price can have.
    """
    kind = rules_price_lists.Kind(item.kind)
    package = kind is rules_price_lists.Kind.PACKAGE
    return rules_price_lists.PriceItem(
        code=code,
        kind=kind,
        yen=item.yen,
        opens=item.opens,
        closes=item.closes,
        min_minutes=(item.minutes or 0) if kind is rules_price_lists.Kind.HOUR else 0,
        package_minutes=item.minutes if package else None,
        days=DAYS[item.days],
        season=_season(item),
        tier=None if item.tier == PriceItem.Tier.ALL else rules_price_lists.Tier(item.tier),
    )


def _season(item: PriceItem) -> rules_price_lists.Season | None:
    if item.season_from is None or item.season_until is None:
        return None
    return rules_price_lists.Season(divmod(item.season_from, 100), divmod(item.season_until, 100))
