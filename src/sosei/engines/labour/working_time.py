"""Working time: shifts of one worker at all employers in, minutes by legal kind out.

The rules, in the order they are applied:
- a shift over midnight is one shift and counts to the day it began (昭63.1.1基発1号); shifts of one employer that
  touch are one, so that cutting a shift at midnight changes nothing;
- work on a legal holiday's calendar day is holiday work, wherever the shift began or ends, and is in no other count
  (労基法35条, 昭23.4.5基発535号, 平6.5.31基発331号);
- beyond 8 hours a day, then beyond 40 (44) hours a week, is overtime (労基法32条, 労基則25条の2);
- hours of several employers are added (労基法38条1項): scheduled hours in the order of the contracts, then the others
  as they happened (副業・兼業の促進に関するガイドライン); whoever's minute goes over the limit bears it;
- overtime beyond 60 hours a month is counted apart (労基法37条1項ただし書), in the order it happened;
- from 22:00 to 5:00 is night, whatever else it is (労基法37条4項);
- exempt farm and fishery work (労基法41条1号) is in no count but night, and is not added to other employers' hours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sosei.engines.labour.basis import Basis
from sosei.engines.labour.errors import WorkTimeError
from sosei.engines.labour.spans import (
    AGRICULTURE_EXEMPT,
    DAY_LIMIT,
    WEEK_LIMIT_SPECIAL,
    Shift,
    Span,
    WorkCalendar,
    midnight,
)

MONTH_STEP = 3600
"""Minutes of overtime a month above which the premium is 50 %: 労基法37条1項ただし書."""
DAY_HOURS = Basis("労基法", "32条2項")
WEEK_HOURS = Basis("労基法", "32条1項")
WEEK_HOURS_SPECIAL = Basis("労基則", "25条の2第1項")
HOLIDAY_WORK = Basis("労基法", "35条1項")
OVER_60 = Basis("労基法", "37条1項ただし書")
NIGHT = Basis("労基法", "37条4項")
SEVERAL_EMPLOYERS = Basis("労基法", "38条1項")


class MinuteKind(StrEnum):
    """What a worked minute is under the rules on hours."""

    ORDINARY = "ordinary"
    DAILY_OVERTIME = "daily_overtime"
    WEEKLY_OVERTIME = "weekly_overtime"
    HOLIDAY = "holiday"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Segment:
    """Worked minutes in one row that are all of one kind.

    Attributes:
        shift_key, employer: whose they are.
        day: the day they count to (for a shift over midnight, the day it began).
        start, end: when they were worked.
        kind: of the daily, weekly and holiday counts.
        night: between 22:00 and 5:00.
        over_60: overtime beyond sixty hours in the month.
        week_limit: the limit that the week was measured with.
    """

    shift_key: str
    employer: str
    day: date
    start: datetime
    end: datetime
    kind: MinuteKind
    night: bool
    over_60: bool = False
    week_limit: int = 0

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return (self.end - self.start) // timedelta(minutes=1)

    @property
    def is_overtime(self) -> bool:
        """Beyond the day's or the week's hours."""
        return self.kind in {MinuteKind.DAILY_OVERTIME, MinuteKind.WEEKLY_OVERTIME}

    @property
    def bases(self) -> tuple[Basis, ...]:
        """The rules that make these minutes what they are."""
        found = list(_KIND_BASES[self.kind])
        if self.kind is MinuteKind.WEEKLY_OVERTIME and self.week_limit == WEEK_LIMIT_SPECIAL:
            found = [WEEK_HOURS_SPECIAL]
        if self.over_60:
            found.append(OVER_60)
        if self.night:
            found.append(NIGHT)
        return tuple(found)


_KIND_BASES = {
    MinuteKind.ORDINARY: (),
    MinuteKind.DAILY_OVERTIME: (DAY_HOURS,),
    MinuteKind.WEEKLY_OVERTIME: (WEEK_HOURS,),
    MinuteKind.HOLIDAY: (HOLIDAY_WORK,),
    MinuteKind.EXEMPT: (AGRICULTURE_EXEMPT,),
}


@dataclass(frozen=True, slots=True)
class Totals:
    """Minutes by kind. `worked` is the sum of ordinary, both overtimes, holiday and exempt minutes; `over_60` lies
    within the overtimes, `night` within all of them."""

    worked: int = 0
    ordinary: int = 0
    daily_overtime: int = 0
    weekly_overtime: int = 0
    holiday: int = 0
    exempt: int = 0
    over_60: int = 0
    night: int = 0

    @property
    def overtime(self) -> int:
        """Daily and weekly overtime together."""
        return self.daily_overtime + self.weekly_overtime


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of one calendar day, by night or by day, scheduled or not, of a shift that counts to `day`."""

    segment: Segment
    shift: Shift
    scheduled: bool

    @property
    def order(self) -> tuple[int, int, datetime]:
        """Scheduled work by the order of contracts, then the rest as it happened (労基法38条1項, the guideline)."""
        return (
            (0, self.shift.contract_order, self.segment.start)
            if self.scheduled
            else (1, 0, self.segment.start)
        )


def classify(shifts: Iterable[Shift], calendar: WorkCalendar | None = None) -> tuple[Segment, ...]:
    """Every worked minute of one worker by its kind, in the order it was worked.

    Args:
        shifts: all shifts of the worker, of all employers, in the weeks and months that are asked about. The order
            in which they are given does not matter.
        calendar: when weeks and months begin, and which days are legal holidays; Sunday and the first, none.

    Returns:
        Segments that add up to the worked minutes exactly; nothing is rounded (昭63.3.14基発150号).

    Raises:
        WorkTimeError: two shifts overlap.
    """
    chosen = calendar or WorkCalendar()
    fixed: list[Segment] = []
    counted: dict[date, list[_Piece]] = defaultdict(list)
    for shift, day in with_days(shifts):
        for piece in _pieces(shift, day):
            here = piece.segment
            if shift.exemption is not None:
                fixed.append(replace(here, kind=MinuteKind.EXEMPT))
            elif chosen.is_rest_day(shift.employer, here.start.date()):
                fixed.append(replace(here, kind=MinuteKind.HOLIDAY))
            else:
                counted[day].append(piece)
    weeks: dict[date, list[_Piece]] = defaultdict(list)
    for day, pieces in counted.items():
        within, beyond = _cut(pieces, lambda _: DAY_LIMIT)
        weeks[chosen.week(day)].extend(within)
        fixed.extend(replace(piece.segment, kind=MinuteKind.DAILY_OVERTIME) for piece in beyond)
    for pieces in weeks.values():
        within, beyond = _cut(pieces, lambda piece: piece.shift.week_limit)
        fixed.extend(piece.segment for piece in within)
        fixed.extend(
            replace(piece.segment, kind=MinuteKind.WEEKLY_OVERTIME, week_limit=piece.shift.week_limit)
            for piece in beyond
        )
    return _joined(_over_60(sorted(fixed, key=lambda segment: segment.start), chosen))


def totals(segments: Iterable[Segment], employer: str | None = None) -> Totals:
    """Minutes by kind, of one employer or of all."""
    sums: dict[str, int] = defaultdict(int)
    for segment in segments:
        if employer is not None and segment.employer != employer:
            continue
        sums["worked"] += segment.minutes
        sums[segment.kind.value] += segment.minutes
        sums["over_60"] += segment.minutes * segment.over_60
        sums["night"] += segment.minutes * segment.night
    return Totals(**sums)


def _refuse_overlap(shifts: Sequence[Shift]) -> None:
    latest: Shift | None = None
    for shift in shifts:
        if latest is not None and latest.span.overlaps(shift.span):
            raise WorkTimeError(
                place=f"shift {shift.key}",
                value=f"{shift.span.start:%Y-%m-%d %H:%M}",
                reason_en=f"begins before shift {latest.key} is over",
                reason_ja=f"は勤務 {latest.key} が終わる前に始まります",
                remedy_en="One person works at one place at a time: correct one of the two",
                remedy_ja="同じ人が同時に2か所で働くことはできません。どちらかを直してください",
            )
        latest = shift


def with_days(shifts: Iterable[Shift]) -> list[tuple[Shift, date]]:
    """Each shift with the day it counts to: that of the first of the shifts that touch it at the same employer.

    Raises:
        WorkTimeError: two shifts overlap.
    """
    every = sorted(shifts, key=lambda shift: (shift.span.start, shift.key))
    _refuse_overlap(every)
    found: list[tuple[Shift, date]] = []
    open_ends: dict[tuple[str, datetime], date] = {}
    for shift in every:
        day = open_ends.pop((shift.employer, shift.span.start), shift.day)
        open_ends[shift.employer, shift.span.end] = day
        found.append((shift, day))
    return found


def _pieces(shift: Shift, day: date) -> list[_Piece]:
    """The shift's work cut wherever a rule changes: 0:00, 5:00, 22:00, and the edges of what was scheduled."""
    found: list[_Piece] = []
    for span in shift.work():
        edges = {span.start, span.end}
        here = span.start.date()
        while here <= span.end.date():
            first = midnight(here)
            edges |= {first, first + timedelta(hours=5), first + timedelta(hours=22)}
            here += timedelta(days=1)
        if shift.scheduled is not None:
            edges |= {shift.scheduled.start, shift.scheduled.end}
        cuts = sorted(edge for edge in edges if span.start <= edge <= span.end)
        for start, end in pairwise(cuts):
            segment = Segment(
                shift_key=shift.key,
                employer=shift.employer,
                day=day,
                start=start,
                end=end,
                kind=MinuteKind.ORDINARY,
                night=start.hour >= 22 or start.hour < 5,
            )
            agreed = shift.scheduled is None or shift.scheduled.overlaps(Span(start, end))
            found.append(_Piece(segment, shift, agreed))
    return found


def _cut(pieces: Sequence[_Piece], limit: Callable[[_Piece], int]) -> tuple[list[_Piece], list[_Piece]]:
    """Pieces within the limit and beyond it, counted in the order of the law; a piece across it is cut in two."""
    within: list[_Piece] = []
    beyond: list[_Piece] = []
    used = 0
    for piece in sorted(pieces, key=lambda each: each.order):
        segment, minutes = piece.segment, piece.segment.minutes
        left = limit(piece) - used
        used += minutes
        if left >= minutes:
            within.append(piece)
        elif left <= 0:
            beyond.append(piece)
        else:
            edge = segment.start + timedelta(minutes=left)
            within.append(replace(piece, segment=replace(segment, end=edge)))
            beyond.append(replace(piece, segment=replace(segment, start=edge)))
    return within, beyond


def _over_60(segments: Sequence[Segment], calendar: WorkCalendar) -> list[Segment]:
    """Mark the overtime beyond sixty hours of each month, as it happened."""
    used: dict[date, int] = defaultdict(int)
    found: list[Segment] = []
    for segment in segments:
        if not segment.is_overtime:
            found.append(segment)
            continue
        month = calendar.month(segment.day)
        left = min(max(0, MONTH_STEP - used[month]), segment.minutes)
        edge = segment.start + timedelta(minutes=left)
        if left:
            found.append(replace(segment, end=edge))
        if left < segment.minutes:
            found.append(replace(segment, start=edge, over_60=True))
        used[month] += segment.minutes
    return found


def _joined(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbours that differ in nothing but their times, made one."""
    found: list[Segment] = []
    for segment in segments:
        if (
            found
            and found[-1].end == segment.start
            and replace(found[-1], end=segment.end) == replace(segment, start=found[-1].start)
        ):
            found[-1] = replace(found[-1], end=segment.end)
        else:
            found.append(segment)
    return tuple(found)
