"""Today is Japan's day at every hour, also while UTC has yesterday's date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.core.design import civil_day

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("hour", "minute", "day"),
    [(14, 59, 23), (15, 0, 24), (23, 59, 24)],
    ids=["a minute before midnight in Japan", "midnight in Japan", "a minute before nine in Japan"],
)
def test_today_changes_at_midnight_in_japan(hour: int, minute: int, day: int) -> None:
    with patch("django.utils.timezone.now", lambda: datetime(2026, 11, 23, hour, minute, tzinfo=UTC)):
        assert civil_day.today() == date(2026, 11, day)


@given(MOMENTS)
def test_every_moment_lies_within_its_own_civil_day(moment: datetime) -> None:
    day = civil_day.day_of(moment)
    assert civil_day.start_of(day) <= moment <= civil_day.end_of(day)
    assert civil_day.end_of(day) + timedelta(microseconds=1) == civil_day.start_of(day + timedelta(days=1))
