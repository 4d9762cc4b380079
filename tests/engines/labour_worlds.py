"""How the labour tests write time: days of August 2026 (the 2nd is a Sunday), hours past 24 for the next day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sosei.engines.labour import JST, Exemption, Shift, Span

FIRST = datetime(2026, 8, 1, tzinfo=JST)


def moment(day: int, clock: str) -> datetime:
    """The 3rd at 26:00 is the 4th at 2:00."""
    hours, minutes = clock.split(":")
    return FIRST + timedelta(days=day - 1, hours=int(hours), minutes=int(minutes))


def span(day: int, text: str) -> Span:
    """ "8:00-17:00" of a day."""
    start, end = text.split("-")
    return Span(moment(day, start), moment(day, end))


def shift(
    text: str,
    *,
    contract_order: int = 0,
    scheduled: str | None = None,
    week_limit: int = 2400,
    exemption: Exemption | None = None,
) -> Shift:
    """ "A 3 8:00-17:00 /12:00-13:00": employer A, the 3rd, from 8 to 17, break from 12 to 13."""
    employer, day, times, *breaks = text.split()
    number = int(day)
    return Shift(
        key=text,
        employer=employer,
        span=span(number, times),
        breaks=tuple(span(number, pause.removeprefix("/")) for pause in breaks),
        contract_order=contract_order,
        scheduled=span(number, scheduled) if scheduled else None,
        week_limit=week_limit,
        exemption=exemption,
    )


def daily(employer: str, days: range | list[int], times: str) -> list[str]:
    """The same times on several days."""
    return [f"{employer} {day} {times}" for day in days]
