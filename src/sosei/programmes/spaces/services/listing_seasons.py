"""Weeks that hold only for a season: longer evenings in summer, a hall that shuts early in winter."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.core.people.models import Person
from sosei.programmes.spaces.errors_listings import ListingError
from sosei.programmes.spaces.locks_listings import lock_space
from sosei.programmes.spaces.models import OpeningHour, Space
from sosei.programmes.spaces.services.halls import record_space
from sosei.programmes.spaces.services.hosts import check_runs
from sosei.programmes.spaces.services.listing_hours import YEARS, Week, check_week, hour_rows, same_day
from sosei.programmes.spaces.services.prices import today_at
from sosei.programmes.spaces.week_words import season_words

MOST_SEASONS = 30
MOST_YEARS = 10
"""So far ahead a season may begin."""


@dataclass(frozen=True, order=True)
class Season:
    """The days on which a week holds, both in it; without a first day since ever, without a last for good."""

    first_day: datetime.date | None
    last_day: datetime.date | None

    @property
    def code(self) -> str:
        """As an address names it."""
        return "_".join(day.isoformat() if day else "" for day in (self.first_day, self.last_day))

    def is_over(self, today: datetime.date) -> bool:
        """Whether all its days are past."""
        return self.last_day is not None and self.last_day < today

    def holds(self, today: datetime.date) -> bool:
        """Whether today is one of its days."""
        return (self.first_day is None or self.first_day <= today) and not self.is_over(today)


def seasons_of(hours: Iterable[OpeningHour]) -> list[Season]:
    """The seasons that rows of hours belong to, by their first day."""
    found = {Season(row.valid_from, row.valid_until) for row in hours}
    found.discard(Season(None, None))
    latest = datetime.date.max
    return sorted(found, key=lambda one: (one.first_day or datetime.date.min, one.last_day or latest))


def season_named(hours: Iterable[OpeningHour], code: str) -> Season | None:
    """The season that an address names; None where the space has none such."""
    return next((season for season in seasons_of(hours) if season.code == code), None)


def deciding(seasons: Iterable[Season], day: datetime.date) -> Season | None:
    """Of the seasons of a day the one whose week holds: begun last, and of those the one that ends first."""
    found = [season for season in seasons if season.holds(day)]
    latest = datetime.date.max
    return max(
        found,
        key=lambda one: (one.first_day or datetime.date.min, -(one.last_day or latest).toordinal()),
        default=None,
    )


@transaction.atomic
def set_season(
    *,
    space: Space,
    season: Season,
    opening: Week,
    bookable: Week,
    actor: Person,
    replaces: Season | None = None,
    every_year: bool = False,
) -> list[Season]:
    """Enters the week of a season, or of the same days in three years; what is booked stays.

    Args:
        replaces: the season whose week it was until now.

    Raises:
        ListingError: `actor` does not run the space; no day at all, days in the wrong order, over or too far ahead, days
            that have a week already, too many seasons; hours as in `set_hours`, or none: who is shut enters days of rest.
    """
    check_runs(actor, space)
    held = lock_space(space.pk)
    today = today_at(held)
    _check_days(season, today, every_year=every_year)
    check_week(opening, bookable)
    if not any(bookable.values()):
        raise ListingError(
            _("予約できる時間が1つもありません。ずっと休むときは、「休みの日」に入れてください。")
        )
    if replaces is not None:
        _rows(held, replaces).delete()
    known = seasons_of(held.hours.all())
    wanted = [_in_year(season, years) for years in range(YEARS if every_year else 1)]
    for one in wanted:
        if one in known:
            raise ListingError(
                _("%(days)sの時間は、もうあります。その時間を直すか、日を変えてください。")
                % {"days": season_words(one.first_day, one.last_day)},
                "first_day",
            )
    if sum(not one.is_over(today) for one in known) + len(wanted) > MOST_SEASONS:
        raise ListingError(
            _("季節の時間は%(most)d個までです。いらない季節を消してください。") % {"most": MOST_SEASONS}
        )
    OpeningHour.objects.bulk_create(
        row for one in wanted for row in hour_rows(held, opening, bookable, one.first_day, one.last_day)
    )
    record_space("season_set", held, actor, **_told(season))
    return wanted


def _check_days(season: Season, today: datetime.date, *, every_year: bool) -> None:
    first, last = season.first_day, season.last_day
    if first is None and last is None:
        raise ListingError(_("最初の日か最後の日を入れてください。"), "first_day")
    if first is not None and last is not None and last < first:
        raise ListingError(_("最後の日は、最初の日と同じか後にしてください。"), "last_day")
    if season.is_over(today):
        raise ListingError(_("もう終わった日です。これからの日を入れてください。"), "last_day")
    far = same_day(today, today.year + MOST_YEARS)
    if first is not None and first > far:
        raise ListingError(
            _("最初の日（%(day)s）は遠すぎます。%(far)sまでの日にしてください。")
            % {"day": date_format(first, "DATE_FORMAT"), "far": date_format(far, "DATE_FORMAT")},
            "first_day",
        )
    if not every_year:
        return
    if first is None or last is None:
        raise ListingError(_("毎年の季節には、最初の日と最後の日の両方を入れてください。"), "repeat")
    if last >= same_day(first, first.year + 1):
        raise ListingError(_("毎年の季節は、1年より短くしてください。"), "last_day")


def _in_year(season: Season, years: int) -> Season:
    return Season(*(day and same_day(day, day.year + years) for day in (season.first_day, season.last_day)))


@transaction.atomic
def remove_season(*, space: Space, season: Season, actor: Person) -> None:
    """From now on the usual week holds on its days; what is booked stays.

    Raises:
        ListingError: `actor` does not run the space.
    """
    check_runs(actor, space)
    held = lock_space(space.pk)
    _rows(held, season).delete()
    record_space("season_removed", held, actor, **_told(season))


def _told(season: Season) -> dict[str, str]:
    return {
        name: day.isoformat() if day else ""
        for name, day in (("first_day", season.first_day), ("last_day", season.last_day))
    }


def _rows(space: Space, season: Season) -> Any:
    return space.hours.filter(valid_from=season.first_day, valid_until=season.last_day)
