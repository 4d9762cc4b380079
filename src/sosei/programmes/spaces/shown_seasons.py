"""Seasons of a space as pages show them: their days, their hours in words, which one holds today."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from sosei.programmes.spaces.forms_listings import KINDS, held_week
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.services.listing_seasons import deciding, seasons_of
from sosei.programmes.spaces.services.prices import today_at
from sosei.programmes.spaces.week_words import season_words, week_lines


@dataclass(frozen=True)
class ShownSeason:
    """A season, ready for a page.

    Attributes:
        now: whether its week is the one of today.
        lines: days and the hours that can be booked.
        url: where its host changes it.
    """

    words: str
    now: bool
    lines: list[tuple[str, str]]
    url: str


def shown_seasons(space: Space) -> list[ShownSeason]:
    """Those that are not over. Reads `hours`: prefetch them."""
    today = today_at(space)
    seasons = [season for season in seasons_of(space.hours.all()) if not season.is_over(today)]
    decides = deciding(seasons, today)
    here = {"code": space.municipality.code, "host_id": space.host_id, "space_id": space.pk}
    return [
        ShownSeason(
            season_words(season.first_day, season.last_day),
            season == decides,
            week_lines(held_week(space, season)[KINDS.BOOKABLE], closed_on_holidays=space.closed_on_holidays),
            f"{reverse('spaces:space-season', kwargs=here)}?{urlencode({'of': season.code})}",
        )
        for season in seasons
    ]
