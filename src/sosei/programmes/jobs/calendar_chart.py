"""The harvest calendar as a picture: for each week the hands needed, the places offered, the people found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sosei.programmes.jobs.harvest_calendar import Row

STEP, BAR, HEIGHT, LEFT, TOP, BOTTOM = 30, 20, 180, 46, 14, 40
NICE = (1, 2, 5)


@dataclass(frozen=True)
class Bars:
    """One week as it is drawn; heights in pixels from the ground line."""

    row: Row
    x: float
    need: float
    offered: float
    filled: float
    month: str
    missing: int


@dataclass(frozen=True)
class Chart:
    """The picture, ready for its template."""

    bars: Sequence[Bars]
    ticks: Sequence[tuple[float, int]]
    width: int
    height: int = TOP + HEIGHT + BOTTOM
    ground: int = TOP + HEIGHT
    left: int = LEFT
    bar: int = BAR


def draw_calendar(rows: Sequence[Row]) -> Chart:
    """Draws the weeks side by side."""
    most = max((max(row.total.need, row.total.offered) for row in rows), default=0)
    step = _step(most)
    top = max(step, -(-most // step) * step)
    scale = HEIGHT / top
    bars = []
    month = 0
    for number, row in enumerate(rows):
        label = f"{row.monday.month}" if row.monday.month != month else ""
        month = row.monday.month
        total = row.total
        bars.append(
            Bars(
                row,
                LEFT + number * STEP + (STEP - BAR) / 2,
                round(total.need * scale, 1),
                round(total.offered * scale, 1),
                round(total.filled * scale, 1),
                label,
                sum(week.missing for week in row.weeks),
            )
        )
    ticks = [(round(TOP + HEIGHT - value * scale, 1), value) for value in range(0, top + 1, step)]
    return Chart(bars, ticks, LEFT + len(rows) * STEP + 8)


def _step(most: int) -> int:
    power = 1
    while True:
        for nice in NICE:
            if nice * power * 5 >= most:
                return nice * power
        power *= 10
