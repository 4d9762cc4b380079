"""The calendar in which somebody chooses: a month of days with what is free, and the hours of one day as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sosei.programmes.spaces.as_rules import hours_of, zone_of
from sosei.programmes.spaces.availability import DayFree
from sosei.programmes.spaces.booking_times import bands_of, day_text, hours_text, next_month, weeks_of_month
from sosei.programmes.spaces.models import Space
from sosei.programmes.spaces.rules_hours import Code
from sosei.programmes.spaces.rules_periods import DAY, Period, midnight, wall_minutes

SIGNS = {"free": "○", "partly": "△", "full": "×", "closed": "－"}
WORDS = {
    "free": gettext_lazy("空いています"),
    "partly": gettext_lazy("空いている時間があります"),
    "full": gettext_lazy("空きがありません"),
    "closed": gettext_lazy("予約できません"),
}
CLOSED = {
    Code.CLOSED_DAYS: gettext_lazy("休みの日です。"),
    Code.CLOSED_WEEKDAY: gettext_lazy("毎週の休みの曜日です。"),
    Code.CLOSED_HOLIDAY: gettext_lazy("祝日は休みです。"),
    Code.REST_MOVED: gettext_lazy("祝日のかわりの休みの日です。"),
    Code.PAST: gettext_lazy("もう過ぎた日です。"),
    Code.NOTICE: gettext_lazy("もう予約できる期限を過ぎました。"),
    Code.HORIZON: gettext_lazy("まだ予約を受けつけていない日です。"),
}
WIDTH, HEIGHT, LEFT = 400, 46, 10


@dataclass(frozen=True)
class Cell:
    """A day of the month."""

    day: date
    sign: str
    words: str
    state: str
    url: str
    chosen: bool
    weekday: int

    @property
    def can_be_chosen(self) -> bool:
        """Something may still be free, or become free."""
        return self.state != "closed"


@dataclass(frozen=True)
class Block:
    """A stretch of the day's picture."""

    x: float
    width: float
    kind: str


@dataclass(frozen=True)
class DayShown:
    """One day: the picture of its hours, and the same in words."""

    day: date
    title: str
    state: str
    free: Sequence[str]
    why: str
    blocks: Sequence[Block]
    ticks: Sequence[tuple[float, str]]
    bands: Sequence[tuple[int, int]]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class MonthShown:
    """A month, with the ways to those before and after."""

    title: str
    weeks: Sequence[Sequence[Cell | None]]
    weekdays: Sequence[str]
    earlier: str
    later: str


def month_shown(
    days: Iterable[Any],
    year: int,
    month: int,
    *,
    chosen: date | None,
    today: date,
    last: date,
    address: Any,
) -> MonthShown:
    """A month as a table.

    Args:
        days: of `availability.month`.
        last: nothing can be booked later.
        address: `address(day=…)` and `address(month=…)` give addresses.
    """
    known = {one.date: one for one in days}
    first = date(year, month, 1)

    def cell(day: date | None) -> Cell | None:
        if day is None:
            return None
        held = known.get(day)
        state = held.state if held is not None and day >= today else "closed"
        return Cell(
            day,
            SIGNS[state],
            str(WORDS[state]),
            state,
            address(day=day),
            day == chosen,
            day.weekday(),
        )

    after = next_month(year, month)
    return MonthShown(
        date_format(first, "YEAR_MONTH_FORMAT"),
        [[cell(day) for day in week] for week in weeks_of_month(year, month)],
        [str(WEEKDAYS_ABBR[number]) for number in range(7)],
        address(month=next_month(year, month, -1)) if first > today else "",
        address(month=after) if after <= last else "",
    )


def day_shown(space: Space, held: DayFree, *, tier: str) -> DayShown:
    """The hours of a day of a space."""
    day = held.date
    hours = hours_of(space, tier=tier)
    zone = zone_of(space.municipality)
    bands = bands_of(day, hours)
    low = min((opens for opens, _closes in bands), default=9 * 60) // 60 * 60
    high = -(-max((closes for _opens, closes in bands), default=17 * 60) // 60) * 60
    scale = (WIDTH - 2 * LEFT) / max(60, high - low)

    def place(period: Period) -> tuple[int, int] | None:
        begin = max(low, wall_minutes(period.start, day, zone))
        end = min(high, wall_minutes(period.end, day, zone))
        return (begin, end) if begin < end else None

    def block(span: tuple[int, int], kind: str) -> Block:
        return Block(round(LEFT + (span[0] - low) * scale, 1), round((span[1] - span[0]) * scale, 1), kind)

    blocks = [block(band, "taken") for band in bands]
    blocks += [block(span, "free") for span in filter(None, map(place, held.free))]
    every = 120 if high - low <= 16 * 60 else 180
    ticks = [
        (round(LEFT + (minute - low) * scale, 1), f"{minute % DAY // 60}")
        for minute in range(low, high + 1, every)
    ]
    whole = Period(midnight(day, zone), midnight(day + timedelta(days=2), zone))
    return DayShown(
        day,
        day_text(day),
        held.state,
        [
            hours_text(Period(max(one.start, whole.start), min(one.end, whole.end)), zone)
            for one in held.free
            if one.overlaps(whole)
        ],
        str(CLOSED.get(held.why, _("この日は予約できません。"))) if held.state == "closed" else "",
        blocks,
        ticks,
        bands,
    )
