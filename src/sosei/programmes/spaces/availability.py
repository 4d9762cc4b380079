"""What of a space is free, and why something is not: its hours by the rules, what is taken from the database at that moment.

Each answer asks the database once for what is taken. Hours and closures are read with the space: whoever asks for many
spaces prefetches `hours` and `host__closures`.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from sosei.programmes.spaces.as_rules import hours_of
from sosei.programmes.spaces.models import Booking, Lottery, Space
from sosei.programmes.spaces.rules_bookings import State
from sosei.programmes.spaces.rules_errors import Refusal
from sosei.programmes.spaces.rules_hours import (
    Code,
    Hours,
    bands_on,
    bookable,
    open_spans,
)
from sosei.programmes.spaces.rules_hours import (
    free_starts as rules_free_starts,
)
from sosei.programmes.spaces.rules_periods import ONE_DAY, Period, day_of, merged, midnight, without

_BUSY = """
WITH RECURSIVE tree AS (
    SELECT %(space)s::bigint AS id
    UNION ALL
    SELECT p.id FROM tree t JOIN spaces_space p ON p.parent_id = t.id
)
SELECT o.period
FROM tree CROSS JOIN LATERAL (
    SELECT * FROM spaces_occupancy
    WHERE int8range(space_id, space_id, '[]') && int8range(tree.id, tree.id, '[]')
      AND period && tstzrange(%(start)s, %(end)s)
    OFFSET 0
) AS o
WHERE (o.until IS NULL OR o.until > %(now)s)
  AND (o.booking_id IS NULL OR o.booking_id <> ALL (%(ignoring)s::bigint[]))
  AND (o.waiting_id IS NULL OR o.waiting_id <> %(waiting)s)
  AND (o.key IS NULL OR o.key IS DISTINCT FROM %(key)s)
ORDER BY o.period
"""
"""The OFFSET keeps the planner from asking the index for the time alone, which would read all that is taken then."""
_DAY = timedelta(days=1)
NEAR = 14
"""Days around a wish in which the nearest free time is looked for."""


@dataclass(frozen=True)
class DayFree:
    """A day of the calendar of a space.

    Attributes:
        state: free, partly, full, or closed.
        free: what can be booked in it, for at least the shortest booking with its buffers.
        open: the bookable hours that begin on the day.
        why: why it is closed.
    """

    date: date
    state: str
    free: tuple[Period, ...]
    open: tuple[Period, ...]
    why: Code | None = None


def busy(
    space: Space,
    within: Period,
    *,
    now: datetime,
    ignoring: Iterable[Booking] = (),
    waiting: int = 0,
    key: UUID | None = None,
) -> list[Period]:
    """What is taken of a space or any part of it, buffers included; holds that have run out are not.

    Args:
        ignoring: bookings that give way, since they are the ones that move.
        waiting: key of the entry of the waiting list for which a place is held.
        key: of the order that is just being made.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _BUSY,
            {
                "space": space.pk,
                "start": within.start,
                "end": within.end,
                "now": now,
                "ignoring": [one.pk for one in ignoring],
                "waiting": waiting,
                "key": key,
            },
        )
        return [Period(row[0].lower, row[0].upper) for row in cursor.fetchall()]


def refusal(
    space: Space,
    period: Period,
    *,
    tier: str,
    now: datetime,
    ignoring: Booking | Sequence[Booking] | None = None,
    by_staff: bool = False,
    waiting: int = 0,
    hours: Hours | None = None,
) -> Refusal | None:
    """Why a period cannot be booked now; None when it can.

    Raises:
        RulesError: `now` has no zone, or the hours of the space overlap.
    """
    found = hours or hours_of(space, tier=tier)
    others = [ignoring] if isinstance(ignoring, Booking) else list(ignoring or ())
    wide = period.widened(found.buffer_before, found.buffer_after)
    taken = busy(space, wide, now=now, ignoring=others, waiting=waiting)
    return bookable(period, found, now=now, busy=taken, by_staff=by_staff)


def day(space: Space, on: date, *, now: datetime | None = None, tier: str = "outside") -> DayFree:
    """One day of a space."""
    return _days(space, [on], now=now, tier=tier)[0]


def month(
    space: Space, year: int, month_number: int, *, now: datetime | None = None, tier: str = "outside"
) -> list[DayFree]:
    """Every day of a month."""
    count = calendar.monthrange(year, month_number)[1]
    days = [date(year, month_number, number) for number in range(1, count + 1)]
    return _days(space, days, now=now, tier=tier)


def days(
    space: Space, first: date, count: int, *, now: datetime | None = None, tier: str = "outside"
) -> list[DayFree]:
    """So many days from one on: a week of the host's calendar."""
    return _days(space, [first + number * _DAY for number in range(count)], now=now, tier=tier)


def _days(space: Space, wanted: list[date], *, now: datetime | None, tier: str) -> list[DayFree]:
    moment = now or timezone.now()
    hours = hours_of(space, tier=tier)
    spans: dict[date, list[Period]] = {}
    for on, span in open_spans(wanted[0], wanted[-1], hours):
        spans.setdefault(on, []).append(span)
    if not spans:
        return [_day(on, [], [], hours, moment) for on in wanted]
    within = Period(
        midnight(wanted[0], hours.zone), max(span.end for each in spans.values() for span in each)
    )
    taken = busy(space, within.widened(hours.buffer_before, hours.buffer_after), now=moment)
    return [_day(on, spans.get(on, []), taken, hours, moment) for on in wanted]


def _day(on: date, spans: list[Period], taken: list[Period], hours: Hours, now: datetime) -> DayFree:
    if not spans:
        return DayFree(on, "closed", (), (), bands_on(on, hours)[1])
    edge = now + hours.notice * timedelta(minutes=1)
    today = day_of(now, hours.zone)
    if spans[-1].end <= edge:
        return DayFree(on, "closed", (), tuple(spans), Code.PAST if spans[-1].end <= now else Code.NOTICE)
    if hours.horizon_days is not None and on > today + hours.horizon_days * _DAY:
        return DayFree(on, "closed", (), tuple(spans), Code.HORIZON)
    # A booking's own buffers must be free as well, so what is taken reaches further by them.
    wider = merged(
        each.widened(hours.buffer_after, hours.buffer_before)
        for each in taken
        if spans[0].start - ONE_DAY < each.end and each.start < spans[-1].end + ONE_DAY
    )
    left = [
        Period(max(each.start, _minute_after(edge)), each.end)
        for each in without(spans, wider)
        if each.end > _minute_after(edge)
    ]
    free = tuple(each for each in left if each.minutes >= hours.shortest)
    if not free:
        return DayFree(on, "full", (), tuple(spans))
    whole = sum(each.minutes for each in free) == sum(each.minutes for each in merged(spans))
    return DayFree(on, "free" if whole else "partly", free, tuple(spans))


def _minute_after(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)


def free_starts(
    space: Space,
    on: date,
    minutes: int,
    *,
    now: datetime | None = None,
    tier: str = "outside",
    by_staff: bool = False,
) -> list[datetime]:
    """Every start on a day from which so many minutes can be booked."""
    moment = now or timezone.now()
    hours = hours_of(space, tier=tier)
    begins = midnight(on, hours.zone)
    within = Period(begins - _DAY, begins + 2 * _DAY + minutes * timedelta(minutes=1))
    return rules_free_starts(
        on, minutes, busy(space, within, now=moment), hours, now=moment, by_staff=by_staff
    )


def nearest(
    space: Space, period: Period, *, tier: str, now: datetime | None = None, limit: int = 3
) -> list[Period]:
    """The nearest times of the same length that are free, the nearest first."""
    moment = now or timezone.now()
    hours = hours_of(space, tier=tier)
    middle = day_of(period.start, hours.zone)
    first = max(middle - NEAR * _DAY, day_of(moment, hours.zone))
    within = Period(midnight(first, hours.zone) - _DAY, midnight(middle + NEAR * _DAY, hours.zone) + 2 * _DAY)
    taken = busy(space, within, now=moment)
    length = period.end - period.start
    found: list[datetime] = []
    for offset in range(NEAR + 1):
        for on in {middle - offset * _DAY, middle + offset * _DAY}:
            if on >= first:
                found += rules_free_starts(on, period.minutes, taken, hours, now=moment)
        if len(found) >= limit:
            break
    found.sort(key=lambda start: (abs(start - period.start), start))
    return [Period(start, start + length) for start in found[:limit]]


def undrawn_lotteries(space: Space) -> list[Lottery]:
    """Lotteries that are not drawn yet and draw for the space, for a room in it, or for the hall around it."""
    if not space.host.is_public:
        return []
    drawn_for = Q(places__space=space.pk) | Q(places__space__parent=space.pk)
    if space.parent_id is not None:
        drawn_for |= Q(places__space=space.parent_id)
    rows = Lottery.objects.filter(drawn_for, host=space.host_id, state=Lottery.State.ANNOUNCED)
    return list(rows.distinct())


def is_over(booking: Booking, now: datetime) -> bool:
    """Neither held nor confirmed any more, or its end has passed."""
    return booking.state not in (State.HELD, State.REQUESTED, State.CONFIRMED) or booking.period.upper <= now
