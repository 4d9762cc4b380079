"""Zones, moments and periods that the tests of the rules of spaces share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from sosei.programmes.spaces.rules_periods import Period

TOKYO = ZoneInfo("Asia/Tokyo")
NEW_YORK = ZoneInfo("America/New_York")
HAVANA = ZoneInfo("America/Havana")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
APIA = ZoneInfo("Pacific/Apia")
"""Tokyo changes no clocks; Havana at midnight, Lord Howe by half an hour, Apia left out a whole day in 2011."""
ZONES = [
    TOKYO,
    NEW_YORK,
    HAVANA,
    LORD_HOWE,
    APIA,
    ZoneInfo("Europe/London"),
    ZoneInfo("Africa/Cairo"),
    ZoneInfo("Asia/Kathmandu"),
    ZoneInfo("America/Santiago"),
]

zones = st.sampled_from(ZONES)
days = st.dates(date(2011, 1, 1), date(2032, 12, 31))
moments = st.integers(0, 11_000_000).map(
    lambda minutes: datetime(2011, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def tokyo(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2027) -> datetime:
    """A moment by the clock of Tokyo."""
    return datetime(year, month, day, hour, minute, tzinfo=TOKYO)


def on(month: int, day: int, opens: float, closes: float, year: int = 2027) -> Period:
    """From an hour to an hour (25.5 is half past one in the night after) of a day in Tokyo."""
    begin = tokyo(month, day, year=year)
    return Period(begin + timedelta(hours=opens), begin + timedelta(hours=closes))
