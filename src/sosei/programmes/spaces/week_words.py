"""A week of hours and the season in which it holds, in few words: 月～金 9:00～17:00, 土～日 休み."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import groupby

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sosei.programmes.spaces.rules_hours import Band
from sosei.programmes.spaces.week_picture import bands_words, day_names

HOLIDAY = 7


def season_words(first_day: datetime.date | None, last_day: datetime.date | None) -> str:
    """The days of a season, both in it."""
    first, last = (date_format(day, "DATE_FORMAT") if day else "" for day in (first_day, last_day))
    if first and last:
        return first if first == last else _("%(first)s～%(last)s") % {"first": first, "last": last}
    if first:
        return _("%(first)sからずっと") % {"first": first}
    return _("%(last)sまで") % {"last": last}


def week_lines(week: Mapping[int, Sequence[Band]], *, closed_on_holidays: bool) -> list[tuple[str, str]]:
    """Days and their hours; days that follow each other with the same hours stand together.

    Args:
        week: bands by day, 0 Monday, 7 a holiday.
    """
    names = day_names()
    lines = []
    for bands, found in groupby(range(HOLIDAY), key=lambda day: tuple(week.get(day, ()))):
        days = list(found)
        lines.append((_days_words(days, names), bands_words(bands)))
    if closed_on_holidays or week.get(HOLIDAY):
        lines.append((names[HOLIDAY], bands_words(() if closed_on_holidays else week[HOLIDAY])))
    return lines


def _days_words(days: Sequence[int], names: Mapping[int, str]) -> str:
    if len(days) == HOLIDAY:
        return _("毎日")
    first, last = names[days[0]], names[days[-1]]
    return first if len(days) == 1 else _("%(first)s～%(last)s") % {"first": first, "last": last}
