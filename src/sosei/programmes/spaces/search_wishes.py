"""What somebody looks for among the spaces of a town, and the stretches of time in which it would do."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sosei.programmes.spaces.rules_holidays import is_holiday
from sosei.programmes.spaces.rules_periods import DAY, days_from, span_on

MOST_DAYS = 31
"""Days of one search."""
WEEKS_AHEAD = 4
"""How far a weekday without a date is looked for."""
PARTS = {
    "": (0, DAY),
    "morning": (6 * 60, 12 * 60),
    "afternoon": (12 * 60, 18 * 60),
    "evening": (18 * 60, DAY),
}
"""Parts of the day, in minutes after midnight."""
SHORTEST = 60
"""Minutes that are looked for where no length is named."""


@dataclass(frozen=True)
class Window:
    """A stretch of time within which something is wanted; `day` is the civil day on which it begins."""

    day: datetime.date
    start: datetime.datetime
    end: datetime.datetime
    opens: int
    closes: int

    @property
    def slot(self) -> int:
        """Its place in `SpaceIndex.open`: the weekday, later by seven on a holiday."""
        return self.day.weekday() + (7 if is_holiday(self.day) else 0)

    @property
    def is_off(self) -> bool:
        """A Saturday, Sunday or holiday, which may have prices of its own."""
        return self.day.weekday() >= 5 or is_holiday(self.day)


@dataclass(frozen=True)
class Wishes:
    """What is looked for; empty fields ask for nothing.

    Attributes:
        near, near_name: a place (degrees north and east) and what it is called.
        km: how far from it at most; 0 for any distance.
        resident: prices and times of those who live, work or learn in the town.
        first, last: days, both included; `weekdays` of them alone where some are named (0 is Monday).
        start, end: minutes after midnight of a fixed time; an end past 1440 is on the next day.
        part, minutes: otherwise so many minutes anywhere in a part of the day.
    """

    words: tuple[str, ...] = ()
    kind: str = ""
    use: str = ""
    seats: int = 0
    equipment: tuple[str, ...] = ()
    yen: int | None = None
    step_free: bool = False
    near: tuple[float, float] | None = None
    near_name: str = ""
    km: float = 0
    resident: bool = False
    first: datetime.date | None = None
    last: datetime.date | None = None
    weekdays: tuple[int, ...] = ()
    start: int | None = None
    end: int | None = None
    part: str = ""
    minutes: int = 0

    @property
    def has_time(self) -> bool:
        """Whether days are named."""
        return self.first is not None

    @property
    def is_fixed(self) -> bool:
        """Whether it begins and ends at a time that is named."""
        return self.start is not None and self.end is not None

    @property
    def length(self) -> int:
        """Minutes that are wanted."""
        if self.start is not None and self.end is not None:
            return self.end - self.start
        return self.minutes or SHORTEST

    @property
    def tier(self) -> str:
        """As prices and orders name it."""
        return "resident" if self.resident else "outside"

    def days(self) -> Iterator[datetime.date]:
        """The days that are wanted."""
        if self.first is None:
            return
        for day in days_from(self.first, self.last or self.first):
            if not self.weekdays or day.weekday() in self.weekdays:
                yield day

    def windows(self, zone: ZoneInfo) -> list[Window]:
        """One for each day that is wanted."""
        opens, closes = (self.start or 0, self.end or 0) if self.is_fixed else PARTS[self.part]
        found = []
        for day in self.days():
            span = span_on(day, opens, closes, zone)
            if span is not None:
                found.append(Window(day, span.start, span.end, opens, closes))
        return found

    def without(self, name: str) -> Wishes:
        """The same without one wish."""
        empty = Wishes()
        return replace(self, **{field: getattr(empty, field) for field in GROUPS[name]})

    def named(self) -> list[str]:
        """The wishes that are there, in the order in which they are told."""
        empty = Wishes()
        return [
            name
            for name, group in GROUPS.items()
            if any(getattr(self, f) != getattr(empty, f) for f in group[:1])
        ]


GROUPS = {
    "words": ("words",),
    "time": ("first", "last", "weekdays", "start", "end", "part", "minutes"),
    "kind": ("kind",),
    "use": ("use",),
    "seats": ("seats",),
    "equipment": ("equipment",),
    "yen": ("yen",),
    "step_free": ("step_free",),
    "distance": ("km",),
}
"""Each wish that can be loosened by itself, and its fields; the first one tells whether it is there."""
