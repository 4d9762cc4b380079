"""A host's week: every space a row, every day a column, what takes it in the order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sosei.programmes.spaces.booking_doors import host_url
from sosei.programmes.spaces.booking_times import day_from, day_text, hours_text
from sosei.programmes.spaces.models import Block, Booking, Host, Space
from sosei.programmes.spaces.rules_periods import midnight
from sosei.programmes.spaces.templatetags.booking_words import state_words

TAKES = ("held", "requested", "confirmed", "used", "no_show")


@dataclass(frozen=True)
class Entry:
    """Something in a cell of the week."""

    hours: str
    text: str
    state: str
    label: str
    url: str
    starts: datetime


@dataclass(frozen=True)
class DayColumn:
    """A day of the week."""

    day: date
    title: str
    is_today: bool


@dataclass(frozen=True)
class Row:
    """A space and its seven days."""

    space: Space
    cells: Sequence[tuple[DayColumn, Sequence[Entry]]]
    depth: int = 0


@dataclass(frozen=True)
class Week:
    """The whole picture."""

    monday: date
    columns: Sequence[DayColumn]
    rows: Sequence[Row] = field(default_factory=tuple)

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=6)

    @property
    def count(self) -> int:
        """How many entries there are."""
        return sum(len(entries) for row in self.rows for _column, entries in row.cells)


def monday_of(text: str, today: date) -> date:
    """The Monday of an address' week; nonsense is this week."""
    try:
        asked = day_from(text)
    except ValueError:
        asked = today
    return asked - timedelta(days=asked.weekday())


def week_of(
    host: Host,
    spaces: Sequence[Space],
    bookings: Iterable[Booking],
    blocks: Iterable[Block],
    *,
    monday: date,
    today: date,
    zone: ZoneInfo,
) -> Week:
    """The week of a host.

    Args:
        bookings: with their orders; those that take a space within the week.
    """
    columns = [
        DayColumn(day, day_text(day), day == today)
        for day in (monday + timedelta(days=number) for number in range(7))
    ]
    cells: dict[tuple[int, date], list[Entry]] = defaultdict(list)
    for one in bookings:
        for day in _days(one.period, columns, zone):
            cells[(one.space_id, day)].append(
                Entry(
                    hours_text(one.period, zone),
                    one.order.guest_name,
                    one.state,
                    str(state_words(one.state)),
                    host_url("host-order", host, number=one.order.number),
                    one.period.lower,
                )
            )
    for block in blocks:
        for day in _days(block.period, columns, zone):
            cells[(block.space_id, day)].append(
                Entry(hours_text(block.period, zone), block.reason, "block", "", "", block.period.lower)
            )
    for entries in cells.values():
        entries.sort(key=lambda entry: entry.starts)
    rows = [
        Row(space, [(column, cells.get((space.pk, column.day), ())) for column in columns], depth)
        for space, depth in _tree(spaces)
    ]
    return Week(monday, columns, rows)


def _days(period: Any, columns: Sequence[DayColumn], zone: ZoneInfo) -> list[date]:
    return [
        column.day
        for column in columns
        if period.lower < midnight(column.day + timedelta(days=1), zone)
        and period.upper > midnight(column.day, zone)
    ]


def _tree(spaces: Sequence[Space]) -> list[tuple[Space, int]]:
    """Halls before their rooms."""
    known = {space.pk for space in spaces}
    parts: dict[int | None, list[Space]] = defaultdict(list)
    for space in spaces:
        parts[space.parent_id if space.parent_id in known else None].append(space)
    found: list[tuple[Space, int]] = []

    def add(parent: int | None, depth: int) -> None:
        for space in parts.get(parent, ()):
            found.append((space, depth))
            add(space.pk, depth + 1)

    add(None, 0)
    return found
