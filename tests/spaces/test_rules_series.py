"""Series: which dates, over new year, leap days and clock changes; what is skipped; what a change is meant for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.programmes.spaces.rules_errors import ErrorCode, Refusal, RulesError
from sosei.programmes.spaces.rules_hours import Code as HoursCode
from sosei.programmes.spaces.rules_periods import Period, day_of, wall_minutes
from sosei.programmes.spaces.rules_series import (
    MOST,
    Code,
    Every,
    Pattern,
    Scope,
    dates_of,
    meant,
    overlapping,
    plan,
)
from tests.spaces.rules_world import NEW_YORK, TOKYO, days, on, tokyo, zones


def test_weekly_and_fortnightly_series_go_over_the_new_year() -> None:
    weekly = Pattern(Every.WEEK, 600, 720, first=date(2026, 12, 24), last=date(2027, 1, 7))
    assert dates_of(weekly) == [date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 7)]
    fortnightly = Pattern(Every.FORTNIGHT, 600, 720, first=date(2026, 12, 24), count=3)
    assert dates_of(fortnightly) == [date(2026, 12, 24), date(2027, 1, 7), date(2027, 1, 21)]


def test_the_nth_weekday_leaves_out_months_that_have_none() -> None:
    fifth = Pattern(
        Every.NTH_WEEKDAY, 600, 720, first=date(2028, 1, 1), last=date(2028, 6, 30), nth=5, weekday=1
    )
    assert dates_of(fifth) == [date(2028, 2, 29), date(2028, 5, 30)]
    last = Pattern(Every.NTH_WEEKDAY, 600, 720, first=date(2026, 12, 1), count=3, nth=-1, weekday=4)
    assert dates_of(last) == [date(2026, 12, 25), date(2027, 1, 29), date(2027, 2, 26)]
    second = Pattern(Every.NTH_WEEKDAY, 600, 720, first=date(2027, 4, 14), count=1, nth=2, weekday=1)
    assert dates_of(second) == [date(2027, 5, 11)]


def test_chosen_dates_are_put_in_order_and_counted_once() -> None:
    chosen = (date(2028, 2, 29), date(2027, 5, 1), date(2028, 2, 29))
    assert dates_of(Pattern(Every.CHOSEN, 0, 60, chosen=chosen)) == [date(2027, 5, 1), date(2028, 2, 29)]


def test_a_plan_shows_clashes_holidays_and_what_is_skipped_before_anything_is_booked() -> None:
    pattern = Pattern(Every.WEEK, 600, 720, first=date(2027, 4, 15), count=4, skip_holidays=True)
    taken = Refusal(HoursCode.TAKEN, {})
    shown = plan(
        pattern,
        TOKYO,
        check=lambda period: taken if period == on(4, 15, 10, 12) else None,
        skip={date(2027, 5, 6)},
    )
    assert [(each.day.day, each.left_out, each.clash, each.is_good) for each in shown] == [
        (15, None, taken, False),
        (22, None, None, True),
        (29, Code.HOLIDAY, None, False),
        (6, Code.SKIPPED, None, False),
    ]
    assert shown[1].period == on(4, 22, 10, 12)


def test_a_time_that_a_clock_change_swallows_is_left_out_with_its_reason() -> None:
    pattern = Pattern(Every.WEEK, 120, 180, first=date(2027, 3, 7), count=3)
    assert [each.left_out for each in plan(pattern, NEW_YORK)] == [None, Code.NO_SUCH_TIME, None]


def test_dates_of_one_series_that_overlap_each_other_are_found() -> None:
    long = Pattern(
        Every.CHOSEN, 600, 600 + 1500, chosen=(date(2027, 4, 1), date(2027, 4, 2), date(2027, 4, 5))
    )
    assert overlapping(plan(long, TOKYO)) == [(date(2027, 4, 1), date(2027, 4, 2))]


def test_a_change_is_meant_for_one_the_rest_or_all_that_have_not_begun() -> None:
    starts = {7: tokyo(4, 1, 10), 3: tokyo(4, 8, 10), 9: tokyo(4, 15, 10)}
    now = tokyo(4, 1, 10)
    assert meant(starts, 3, Scope.ONE, now=now) == [3]
    assert meant(starts, 3, Scope.REST, now=now) == [3, 9]
    assert meant(starts, 9, Scope.ALL, now=now) == [3, 9]
    assert meant(starts, 7, Scope.ONE, now=now) == []
    with pytest.raises(RulesError) as caught:
        meant(starts, 4, Scope.ALL, now=now)
    assert caught.value.code is ErrorCode.MISSING


@pytest.mark.parametrize(
    ("code", "make"),
    [
        (ErrorCode.MISSING, lambda: Pattern(Every.CHOSEN, 0, 60)),
        (ErrorCode.TOO_MANY, lambda: Pattern(Every.CHOSEN, 0, 60, chosen=tuple(_many()))),
        (ErrorCode.MISSING, lambda: Pattern(Every.WEEK, 0, 60, count=2)),
        (ErrorCode.NOT_TOGETHER, lambda: Pattern(Every.WEEK, 0, 60, first=date(2027, 1, 1))),
        (ErrorCode.OUT_OF_RANGE, lambda: Pattern(Every.WEEK, 0, 60, first=date(2027, 1, 1), count=MOST + 1)),
        (
            ErrorCode.OUT_OF_RANGE,
            lambda: Pattern(Every.WEEK, 0, 60, first=date(2027, 1, 2), last=date(2027, 1, 1)),
        ),
        (
            ErrorCode.OUT_OF_RANGE,
            lambda: Pattern(Every.NTH_WEEKDAY, 0, 60, first=date(2027, 1, 1), count=1),
        ),
        (ErrorCode.OUT_OF_RANGE, lambda: Pattern(Every.WEEK, 60, 60, first=date(2027, 1, 1), count=1)),
    ],
)
def test_patterns_that_cannot_be_are_refused_by_name(code: ErrorCode, make: Callable[[], object]) -> None:
    with pytest.raises(RulesError) as caught:
        make()
    assert caught.value.code is code


def _many() -> list[date]:
    return [date(2027, 1, 1) + timedelta(days=each) for each in range(MOST + 1)]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([Every.WEEK, Every.FORTNIGHT, Every.NTH_WEEKDAY]),
    days,
    st.integers(0, 731),
    st.integers(0, 6),
    st.sampled_from([1, 2, 3, 4, 5, -1]),
    st.integers(0, 95),
    st.integers(1, 100),
    zones,
)
def test_dates_keep_their_weekday_their_distance_and_the_wall_clock(
    every: Every, first: date, length: int, weekday: int, nth: int, opens: int, quarters: int, zone: ZoneInfo
) -> None:
    last = first + timedelta(days=length)
    pattern = Pattern(
        every, opens * 15, (opens + quarters) * 15, first=first, last=last, nth=nth, weekday=weekday
    )
    found = plan(pattern, zone)
    dates = [each.day for each in found]
    assert dates == sorted(set(dates)) and all(first <= day <= last for day in dates)
    assert {day.weekday() for day in dates} <= {weekday}
    steps = {(after - before).days for before, after in pairwise(dates)}
    if every is Every.NTH_WEEKDAY:
        assert len({(day.year, day.month) for day in dates}) == len(dates)
        for day in dates:
            assert (
                (day + timedelta(days=7)).month != day.month if nth == -1 else (day.day - 1) // 7 == nth - 1
            )
        months = {
            (day.year, day.month) for day in (first + timedelta(days=each) for each in range(length + 1))
        }
        if nth in (1, 2, 3, 4, -1):
            assert len(dates) >= len(months) - 2
    else:
        assert steps <= {7 if every is Every.WEEK else 14}
        assert (
            len(dates) == (length - (weekday - first.weekday()) % 7) // (7 if every is Every.WEEK else 14) + 1
        )
    for each in found:
        if isinstance(each.period, Period):
            shown = wall_minutes(each.period.start, each.day, zone)
            assert shown == opens * 15 or (day_of(each.period.start, zone) >= each.day and shown > opens * 15)
