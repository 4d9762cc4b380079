"""Days of a place, minutes after midnight, and periods, over zones whose clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError
from sosei.programmes.spaces.rules_holidays import holiday_name, is_holiday
from sosei.programmes.spaces.rules_periods import (
    Period,
    at_minute,
    day_of,
    days_of,
    merged,
    midnight,
    months_before,
    split_at,
    wall_minutes,
    without,
)
from tests.spaces.rules_world import APIA, HAVANA, LORD_HOWE, NEW_YORK, TOKYO, days, moments, on, tokyo, zones


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (datetime(2027, 1, 1), tokyo(1, 2), ErrorCode.NAIVE_MOMENT),  # noqa: DTZ001
        (tokyo(1, 1), tokyo(1, 2) + timedelta(seconds=1), ErrorCode.SECONDS),
        (tokyo(1, 2), tokyo(1, 2), ErrorCode.BACKWARDS),
    ],
)
def test_a_period_without_zone_with_seconds_or_backwards_is_refused_by_name(
    start: datetime, end: datetime, code: ErrorCode
) -> None:
    with pytest.raises(RulesError) as caught:
        Period(start, end)
    assert caught.value.code is code
    assert {"place", "value", "remedy"} <= caught.value.data.keys()


def test_a_period_lasts_as_long_as_time_passes_not_as_the_clock_shows() -> None:
    night = Period(datetime(2027, 3, 13, 22, tzinfo=NEW_YORK), datetime(2027, 3, 14, 6, tzinfo=NEW_YORK))
    assert night.minutes == 7 * 60
    assert night.start.tzinfo is UTC


@given(days, st.integers(0, 2879), zones)
def test_a_later_minute_of_a_day_is_never_an_earlier_moment(day: date, minute: int, zone: ZoneInfo) -> None:
    assert at_minute(day, minute, zone) <= at_minute(day, minute + 1, zone)


@given(days, st.integers(0, 1439), zones)
def test_the_wall_clock_shows_the_minute_asked_for_unless_it_was_left_out(
    day: date, minute: int, zone: ZoneInfo
) -> None:
    moment = at_minute(day, minute, zone)
    shown = wall_minutes(moment, day, zone)
    if shown != minute:
        before = (moment - timedelta(seconds=1)).astimezone(zone).utcoffset()
        after = moment.astimezone(zone).utcoffset()
        assert before is not None and after is not None
        assert before < after
        assert shown > minute


@given(moments, zones)
def test_a_moment_lies_between_the_midnights_of_its_day(moment: datetime, zone: ZoneInfo) -> None:
    day = day_of(moment, zone)
    assert midnight(day, zone) <= moment < midnight(day + timedelta(days=1), zone)


def test_times_that_a_clock_change_leaves_out_are_the_moment_of_the_change() -> None:
    change = datetime(2027, 3, 14, 7, tzinfo=UTC)
    assert at_minute(date(2027, 3, 14), 150, NEW_YORK) == change
    assert at_minute(date(2027, 10, 3), 135, LORD_HOWE) == datetime(2027, 10, 2, 15, 30, tzinfo=UTC)
    assert midnight(date(2027, 3, 14), HAVANA) == datetime(2027, 3, 14, 5, tzinfo=UTC)
    assert midnight(date(2011, 12, 30), APIA) == midnight(date(2011, 12, 31), APIA)


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert at_minute(date(2027, 11, 7), 90, NEW_YORK) == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def test_a_night_belongs_to_two_days_and_an_evening_until_midnight_to_one() -> None:
    assert days_of(on(2, 28, 22, 26), TOKYO) == [date(2027, 2, 28), date(2027, 3, 1)]
    assert days_of(on(2, 28, 22, 26, year=2028), TOKYO) == [date(2028, 2, 28), date(2028, 2, 29)]
    assert days_of(on(2, 28, 22, 24), TOKYO) == [date(2027, 2, 28)]


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(
        lambda pair: Period(
            tokyo(4, 1) + timedelta(minutes=pair[0]), tokyo(4, 1) + timedelta(minutes=pair[0] + pair[1])
        )
    ),
    max_size=6,
)


def _minutes(periods: list[Period]) -> set[int]:
    begin = tokyo(4, 1)
    return {
        minute
        for period in periods
        for minute in range(
            (period.start - begin) // timedelta(minutes=1), (period.end - begin) // timedelta(minutes=1)
        )
    }


@given(spans, spans)
def test_taking_periods_out_of_periods_leaves_just_the_other_minutes(
    some: list[Period], holes: list[Period]
) -> None:
    left = without(some, holes)
    assert _minutes(left) == _minutes(some) - _minutes(holes)
    assert all(one.end < other.start for one, other in pairwise(left))
    together = merged(some)
    assert _minutes(together) == _minutes(some)
    assert all(one.end < other.start for one, other in pairwise(together))


def test_a_period_is_cut_only_at_moments_inside_it() -> None:
    period = on(4, 1, 10, 14)
    assert split_at(period, [tokyo(4, 1, 10), tokyo(4, 1, 12), tokyo(4, 1, 14), tokyo(4, 2)]) == [
        on(4, 1, 10, 12),
        on(4, 1, 12, 14),
    ]


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2027, 5, 31), 3, date(2027, 2, 28)),
        (date(2028, 5, 31), 3, date(2028, 2, 29)),
        (date(2027, 1, 15), 1, date(2026, 12, 15)),
        (date(2027, 12, 31), -2, date(2028, 2, 29)),
        (date(2027, 3, 5), 0, date(2027, 3, 5)),
    ],
)
def test_months_before_keep_the_day_or_take_the_last_of_the_month(
    day: date, months: int, found: date
) -> None:
    assert months_before(day, months) == found


def test_holidays_of_law_substitutes_and_special_years_are_known() -> None:
    assert holiday_name(date(2027, 1, 1)) == "元日"
    assert is_holiday(date(2027, 3, 22))  # 21 March is a Sunday: substitute
    assert is_holiday(date(2026, 9, 22))  # between two holidays
    assert is_holiday(date(2019, 5, 1))  # accession
    assert not is_holiday(date(2021, 10, 11))  # moved for the Olympic Games
    assert holiday_name(date(2027, 6, 1)) == ""
