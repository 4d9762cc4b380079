"""Breaks: how long they must be, and whether those of a day's work are (労基法34条)."""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby

from sosei.engines.labour.basis import Basis, Finding
from sosei.engines.labour.spans import Shift
from sosei.engines.labour.working_time import with_days

BREAK_LENGTH = Basis("労基法", "34条1項")


class BreakCode(StrEnum):
    """What may be wrong with the breaks of a day."""

    BREAK_TOO_SHORT = "break_too_short"
    BREAK_AT_EDGE = "break_at_edge"


def needed_break(worked_minutes: int) -> int:
    """Minutes of break: 45 above six hours of work, 60 above eight, none up to six (労基法34条1項)."""
    if worked_minutes > 480:
        return 60
    return 45 if worked_minutes > 360 else 0


def break_findings(*shifts: Shift) -> tuple[Finding, ...]:
    """What is wrong with the breaks, by employer and day of work (労基法34条1項).

    Time between two shifts of a day at one employer is a break; a break at the beginning or end of the work is none
    ("during the working hours"). Exempt farm and fishery work needs no break by law (41条1号).

    Returns:
        BREAK_TOO_SHORT with day, worked, needed and given; BREAK_AT_EDGE with day and minutes.

    Raises:
        WorkTimeError: a shift overlaps another.
    """
    found: list[Finding] = []
    ordinary = [shift for shift in shifts if shift.exemption is None]
    days = sorted(with_days(ordinary), key=lambda each: (each[0].employer, each[1], each[0].span))
    for (_, day), group in groupby(days, key=lambda each: (each[0].employer, each[1])):
        own = [shift for shift, _ in group]
        work = [span for shift in own for span in shift.work()]
        if not work:
            continue
        worked = sum(span.minutes for span in work)
        given = (work[-1].end - work[0].start).total_seconds() // 60 - worked
        edge = sum(
            pause.minutes
            for shift in own
            for pause in shift.breaks
            if pause.end <= work[0].start or pause.start >= work[-1].end
        )
        if given < needed_break(worked):
            values = {"day": day, "worked": worked, "needed": needed_break(worked), "given": int(given)}
            found.append(Finding(BreakCode.BREAK_TOO_SHORT, BREAK_LENGTH, values))
        if edge and needed_break(worked):
            found.append(Finding(BreakCode.BREAK_AT_EDGE, BREAK_LENGTH, {"day": day, "minutes": edge}))
    return tuple(found)
