"""The week of a space as a picture: a column a day, open hours pale, bookable hours strong; told in words beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from sosei.programmes.spaces.booking_times import clock_text
from sosei.programmes.spaces.models import OpeningHour
from sosei.programmes.spaces.rules_hours import Band

COLUMN, LEFT, TOP, HOUR = 40, 40, 24, 12
OPEN_WIDTH, BOOKABLE_WIDTH = 36, 24


@dataclass(frozen=True)
class Bar:
    """A band as it is drawn."""

    x: float
    y: float
    height: float
    is_bookable: bool

    @property
    def width(self) -> int:
        """Bookable hours stand within the opening hours."""
        return BOOKABLE_WIDTH if self.is_bookable else OPEN_WIDTH


@dataclass(frozen=True)
class WeekPicture:
    """A week, ready for `spaces/listings/_week.html`."""

    days: Sequence[tuple[float, str]]
    bars: Sequence[Bar]
    hours: Sequence[tuple[float, str]]
    lines: Sequence[tuple[str, str]]
    width: int
    height: int
    column: int = COLUMN
    left: int = LEFT


def week_picture(
    opening: Mapping[int, Sequence[Band]], bookable: Mapping[int, Sequence[Band]]
) -> WeekPicture | None:
    """The picture; None for a week without hours."""
    bands = [band for week in (opening, bookable) for day in week.values() for band in day]
    if not bands:
        return None
    first = min(opens for opens, _closes in bands) // 60
    last = -(-max(closes for _opens, closes in bands) // 60)
    names = day_names()
    days = [day for day in range(8) if day < 7 or opening.get(7) or bookable.get(7)]

    def y_of(minutes: int) -> float:
        return TOP + (minutes / 60 - first) * HOUR

    bars = [
        Bar(
            LEFT + place * COLUMN + (8 if is_bookable else 2),
            y_of(opens),
            (closes - opens) / 60 * HOUR,
            is_bookable,
        )
        for is_bookable, week in ((False, opening), (True, bookable))
        for place, day in enumerate(days)
        for opens, closes in week.get(day, ())
    ]
    step = 3 if last - first > 8 else 1
    return WeekPicture(
        days=[(LEFT + (place + 0.5) * COLUMN, names[day]) for place, day in enumerate(days)],
        bars=bars,
        hours=[(y_of(hour * 60), f"{hour}:00") for hour in range(first, last + 1, step)],
        lines=[(OpeningHour.Day(day).label, bands_words(bookable.get(day, ()))) for day in days],
        width=LEFT + len(days) * COLUMN,
        height=int(y_of(last * 60)) + 8,
    )


def day_names() -> dict[int, str]:
    """A day in as few letters as there are."""
    return {day: str(WEEKDAYS_ABBR[day]) for day in range(7)} | {7: _("祝")}


def bands_words(bands: Sequence[Band]) -> str:
    """9:00～12:00、13:00～17:00; 休み for none."""
    told = [
        _("%(start)s～%(end)s") % {"start": clock_text(opens), "end": clock_text(closes)}
        for opens, closes in bands
    ]
    return _("、").join(told) if told else _("休み")
