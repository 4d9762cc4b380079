"""When a space is open and when it can be booked, week by week, and the days on which it stays shut."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.core.records.services import write_entry
from sosei.programmes.spaces.as_rules import zone_of
from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.locks_listings import lock_space
from sosei.programmes.spaces.models import Closure, Host, OpeningHour, Space
from sosei.programmes.spaces.rules_errors import RulesError
from sosei.programmes.spaces.rules_hours import Band, check_bands
from sosei.programmes.spaces.services.halls import record_space
from sosei.programmes.spaces.services.hosts import check_runs

Week = Mapping[int, Sequence[Band]]
"""Bands by day: 0 is Monday, 7 a holiday."""
YEARS = 3
MONTHS = 12
LONGEST_CLOSURE = 366


class Repeat(StrEnum):
    """How often days of rest come again; each is a row of its own, for as long as one plans ahead."""

    ONCE = "once"
    YEARLY = "yearly"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class Shut:
    """Days on which something stays shut, both in them."""

    first_day: datetime.date
    last_day: datetime.date
    reason: str
    repeat: Repeat = Repeat.ONCE


@transaction.atomic
def set_hours(
    *, space: Space, opening: Week, bookable: Week, closed_on_holidays: bool, actor: Person
) -> Space:
    """Replaces the week of a space; what is booked stays.

    Raises:
        ListingError: `actor` does not run it, or hours that overlap or lie outside the opening hours; `field` is
            "opening_3" for Thursday.
    """
    check_runs(actor, space)
    held = lock_space(space.pk)
    check_week(opening, bookable)
    held.hours.filter(valid_from__isnull=True, valid_until__isnull=True).delete()
    OpeningHour.objects.bulk_create(hour_rows(held, opening, bookable))
    held.closed_on_holidays = closed_on_holidays
    held.save(update_fields=["closed_on_holidays"])
    record_space("hours_set", held, actor)
    return held


def check_week(opening: Week, bookable: Week) -> None:
    """Looks at the bands of a week.

    Raises:
        ListingError: hours that overlap, or that can be booked and lie outside the opening hours; `field` is
            "opening_3" for Thursday.
    """
    for kind, week in _by_kind(opening, bookable):
        for day, bands in week.items():
            _check_day(kind, day, bands)
    for day, bands in bookable.items():
        _check_open(day, bands, opening.get(day, ()))


def _by_kind(opening: Week, bookable: Week) -> list[tuple[str, Week]]:
    return [(OpeningHour.Kind.OPENING.value, opening), (OpeningHour.Kind.BOOKABLE.value, bookable)]


def hour_rows(
    space: Space,
    opening: Week,
    bookable: Week,
    first_day: datetime.date | None = None,
    last_day: datetime.date | None = None,
) -> list[OpeningHour]:
    """The rows of a week of a space, not yet stored; with days, those of a season."""
    return [
        OpeningHour(
            municipality=space.municipality,
            host=space.host,
            space=space,
            kind=kind,
            day=day,
            opens=opens,
            closes=closes,
            valid_from=first_day,
            valid_until=last_day,
        )
        for kind, week in _by_kind(opening, bookable)
        for day, bands in sorted(week.items())
        for opens, closes in bands
    ]


def _check_day(kind: str, day: int, bands: Sequence[Band]) -> None:
    try:
        check_bands(bands, place="hours")
    except RulesError as error:
        raise ListingError(
            _("%(day)sの時間が重なっているか、順になっていません。早い時間から順に書いてください。")
            % {"day": OpeningHour.Day(day).label},
            f"{kind}_{day}",
        ) from error


def _check_open(day: int, bands: Sequence[Band], open_bands: Sequence[Band]) -> None:
    for opens, closes in bands:
        if not any(first <= opens and closes <= last for first, last in open_bands):
            raise ListingError(
                _("%(day)sの予約できる時間が、開いている時間の外にあります。")
                % {"day": OpeningHour.Day(day).label},
                f"bookable_{day}",
            )


@transaction.atomic
def enter_closure(*, host: Host, space: Space | None, shut: Shut, actor: Person) -> list[Closure]:
    """Shuts a space, or all spaces of a host, on some days; what is booked stays and has to be cancelled by itself.

    Raises:
        ListingError: `actor` does not run the host, no reason, days in the wrong order, or too many of them.
    """
    check_runs(actor, Space(host=host, municipality=host.municipality))
    if not shut.reason.strip():
        raise ListingError(_("休みの理由を書いてください（例：年末年始、点検）。"), "reason")
    if shut.last_day < shut.first_day:
        raise ListingError(_("最後の日は、最初の日と同じか後にしてください。"), "last_day")
    if (shut.last_day - shut.first_day).days >= LONGEST_CLOSURE:
        raise ListingError(
            _("休みは一度に1年までです。長く休むときは、受け付けを終えてください。"), "last_day"
        )
    rows = [
        Closure(
            municipality=host.municipality,
            host=host,
            space=space,
            first_day=first,
            last_day=last,
            reason=" ".join(shut.reason.split()),
        )
        for first, last in repeated(shut)
    ]
    Closure.objects.bulk_create(rows)
    _record_closure("closure_entered", host, space, actor, rows[0])
    return rows


def repeated(shut: Shut) -> list[tuple[datetime.date, datetime.date]]:
    """The days as they come: once, every year for three years, or on the same weekday of each month for a year."""
    length = shut.last_day - shut.first_day
    if shut.repeat == Repeat.YEARLY:
        starts = [same_day(shut.first_day, shut.first_day.year + n) for n in range(YEARS)]
    elif shut.repeat == Repeat.MONTHLY:
        nth = (shut.first_day.day - 1) // 7
        months = [_month_after(shut.first_day, n) for n in range(MONTHS)]
        found = [_nth_weekday(year, month, shut.first_day.weekday(), nth) for year, month in months]
        starts = [day for day in found if day is not None]
    else:
        starts = [shut.first_day]
    return [(first, first + length) for first in starts]


def same_day(day: datetime.date, year: int) -> datetime.date:
    """The day in another year; 29 February is the 28th where there is none."""
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def _month_after(day: datetime.date, months: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> datetime.date | None:
    first = datetime.date(year, month, 1)
    day = first + datetime.timedelta(days=(weekday - first.weekday()) % 7 + 7 * nth)
    return day if day.month == month else None


@transaction.atomic
def remove_closure(*, closure: Closure, actor: Person) -> None:
    """Opens those days again; days that are over stay as they were.

    Raises:
        ListingError: `actor` does not run the host, or the days are over.
    """
    check_runs(actor, closure)
    today = timezone.now().astimezone(zone_of(closure.municipality)).date()
    if closure.last_day < today:
        raise ListingError(_("過ぎた休みの日は消せません。"))
    _record_closure("closure_removed", closure.host, closure.space, actor, closure)
    closure.delete()


def _record_closure(verb: str, host: Host, space: Space | None, actor: Person, closure: Closure) -> None:
    write_entry(
        actor=actor,
        verb=f"space.{verb}",
        subject=space or host,
        municipality=host.municipality,
        reason=closure.reason,
        data={
            "space": space.name if space else host.name,
            "first_day": closure.first_day.isoformat(),
            "last_day": closure.last_day.isoformat(),
        },
    )
