"""The ladder as a picture: what is owed from when to when, drawn on the server as steps, with dates and yen.

    picture = ladder_picture(steps_with_dates(…), zone=zone_of(town))
    {% include "spaces/prices/_ladder.html" with picture=picture %}

Beside the picture stands the same as a list, for those who do not see it and for print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from sosei.programmes.spaces import as_rules
from sosei.programmes.spaces.booking_times import moment_text
from sosei.programmes.spaces.models import Ladder
from sosei.programmes.spaces.rules_ladders import DatedStep, Why, steps_with_dates

WIDTH, HEIGHT = 640, 190
TOP, BASE = 26, 150
LEAST = 96
"""Pixels of the narrowest step: its percentage and its date must be readable."""
EXAMPLE_YEN = 10_000
EXAMPLE_DAYS = 45
EXAMPLE_HOUR = 13


@dataclass(frozen=True)
class Stair:
    """One step as it is drawn and told.

    Attributes:
        text: the whole step in a sentence.
        until: the last minute of it, short.
        height: of the filled part, from the base.
    """

    x: float
    width: float
    height: float
    percent: int
    yen: int
    refund: int
    text: str
    until: str
    why: Why

    @property
    def y(self) -> float:
        """The upper edge of the filled part."""
        return BASE - self.height

    @property
    def middle(self) -> float:
        """Where the words stand."""
        return self.x + self.width / 2

    @property
    def right(self) -> float:
        """Where the next one begins."""
        return self.x + self.width


@dataclass(frozen=True)
class LadderPicture:
    """A ladder, ready for its template."""

    stairs: Sequence[Stair]
    label: str
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE
    top: int = TOP


def ladder_picture(steps: Sequence[DatedStep], *, zone: ZoneInfo) -> LadderPicture:
    """The picture of dated steps; wider steps last longer, but none is too narrow to read."""
    widths = _widths([(step.until - step.since) for step in steps])
    stairs, x = [], 0.0
    for number, (step, width) in enumerate(zip(steps, widths, strict=True)):
        last = number == len(steps) - 1
        stairs.append(
            Stair(
                x=x,
                width=width,
                height=max(2.0, (BASE - TOP) * step.percent / 100),
                percent=step.percent,
                yen=step.yen,
                refund=step.refund,
                text=_sentence(step, zone, last=last),
                until=_until(step, zone, last=last),
                why=step.why,
            )
        )
        x += width
    return LadderPicture(tuple(stairs), " ".join(stair.text for stair in stairs))


def _widths(lengths: Sequence[timedelta]) -> list[float]:
    total = sum(lengths, timedelta()) or timedelta(minutes=1)
    spare = max(0.0, WIDTH - LEAST * len(lengths))
    return [
        LEAST + spare * (length / total) if len(lengths) * LEAST < WIDTH else WIDTH / len(lengths)
        for length in lengths
    ]


def _sentence(step: DatedStep, zone: ZoneInfo, *, last: bool) -> str:
    told = {"until": moment_text(step.until, zone), "yen": f"{step.yen:,}", "percent": step.percent}
    if last and step.percent == 0:
        return _("使い始めるまで：無料で取り消せます。")
    if last:
        return _("使い始めるまで：%(yen)s円（%(percent)s％）かかります。") % told
    if step.percent == 0:
        return _("%(until)sまで：無料で取り消せます。") % told
    return _("%(until)sまで：%(yen)s円（%(percent)s％）かかります。") % told


def _until(step: DatedStep, zone: ZoneInfo, *, last: bool) -> str:
    if last:
        return _("使い始め")
    here = step.until.astimezone(zone)
    return _("%(month)s/%(day)s %(time)s") % {"month": here.month, "day": here.day, "time": f"{here:%H:%M}"}


def example_picture(ladder: Ladder, *, zone: ZoneInfo, yen: int = EXAMPLE_YEN) -> LadderPicture:
    """A booking made now for the afternoon some weeks ahead, as an example of what a ladder means."""
    now = timezone.now()
    steps = steps_with_dates(as_rules.ladder_of(ladder), example_start(now, zone), now, yen, zone)
    return ladder_picture(steps, zone=zone)


def example_start(now: datetime, zone: ZoneInfo) -> datetime:
    """One in the afternoon, some weeks ahead."""
    day = now.astimezone(zone) + timedelta(days=EXAMPLE_DAYS)
    return day.replace(hour=EXAMPLE_HOUR, minute=0, second=0, microsecond=0)
