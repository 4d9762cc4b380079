"""Days of work as the law's rules take them: all of a worker, all employers, so that hours add up (労基法38条)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sosei.engines.labour.errors import UnknownTableError
from sosei.engines.labour.minimum_wage import minimum_wage
from sosei.engines.labour.spans import (
    WEEK_LIMIT,
    WEEK_LIMIT_SPECIAL,
    Exemption,
    Shift,
    Span,
    WorkplaceTrade,
)
from sosei.engines.labour.working_time import Segment, classify
from sosei.programmes.jobs.models import Contract, WorkDay
from sosei.programmes.jobs.services.days import DayForPay


def segments_of(days: Sequence[WorkDay], counted: Mapping[int, DayForPay]) -> dict[int, list[Segment]]:
    """The minutes of each day by kind; days that are still planned count with their agreed time.

    Args:
        days: of some workers, whole weeks and months.
        counted: what counts of the days that are over, by key.
    """
    made: dict[int, set[tuple[datetime.datetime, int]]] = defaultdict(set)
    for day in days:
        made[day.person_id].add((day.contract.made_at, day.contract_id))
    orders = {person: {key: rank for rank, key in enumerate(sorted(keys))} for person, keys in made.items()}
    shifts: dict[int, list[Shift]] = defaultdict(list)
    for day in days:
        order = orders[day.person_id][(day.contract.made_at, day.contract_id)]
        shift = _shift(day, counted.get(day.pk), order)
        if shift is not None:
            shifts[day.person_id].append(shift)
    found: dict[int, list[Segment]] = defaultdict(list)
    for mine in shifts.values():
        for segment in classify(mine):
            found[int(segment.shift_key)].append(segment)
    return found


def _shift(day: WorkDay, counted: DayForPay | None, order: int) -> Shift | None:
    agreed = Span.widened(day.period.lower, day.period.upper)
    if counted is not None:
        span = Span.widened(counted.starts_at, counted.ends_at)
        pause = counted.break_minutes
    elif day.state == WorkDay.State.PLANNED:
        span, pause = agreed, day.break_minutes
    else:
        return None
    place = day.contract.posting.workplace
    exempt = bool(place is not None and place.exemption)
    return Shift(
        key=str(day.pk),
        employer=str(day.employer_id),
        span=span,
        breaks=breaks_of(span, pause, agreed, day.break_minutes),
        contract_order=order,
        scheduled=agreed,
        week_limit=WEEK_LIMIT_SPECIAL if day.employer.is_small_special else WEEK_LIMIT,
        exemption=Exemption(WorkplaceTrade(place.exemption), place.exemption_reason) if exempt else None,
    )


def breaks_of(span: Span, minutes: int, agreed: Span, agreed_minutes: int) -> tuple[Span, ...]:
    """Where the break lies: in the middle of the agreed time as far as it lies within, else in the middle."""
    if not minutes:
        return ()
    planned = _middle(agreed, agreed_minutes) if agreed_minutes else None
    if planned is not None and span.shared(planned) == minutes:
        return (Span(max(span.start, planned.start), min(span.end, planned.end)),)
    return (_middle(span, minutes),)


def _middle(span: Span, minutes: int) -> Span:
    begin = span.start + datetime.timedelta(minutes=(span.minutes - minutes) // 2)
    return Span(begin, begin + datetime.timedelta(minutes=minutes))


def minimum_on(contract: Contract, on: datetime.date) -> int | None:
    """The minimum wage of the workplace on a day; None where the tables do not reach."""
    prefecture = contract.posting.workplace.municipality_code[:2]
    try:
        return minimum_wage(prefecture, on).yen
    except UnknownTableError:
        return None
