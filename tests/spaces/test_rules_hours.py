"""When a space can be booked: closed days, nights, buffers, notice, horizon, and what is free."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError
from sosei.programmes.spaces.rules_holidays import no_holidays
from sosei.programmes.spaces.rules_hours import (
    Band,
    Closure,
    Code,
    DatedWeek,
    Hours,
    MonthlyClosure,
    Week,
    YearlyClosure,
    any_free,
    bands_on,
    bookable,
    check_bands,
    free_spans,
    free_starts,
    occupied,
    open_spans,
    refusals,
)
from sosei.programmes.spaces.rules_periods import Period, at_minute, day_of, days_of, midnight
from tests.spaces.rules_world import NEW_YORK, TOKYO, on, tokyo, zones

NOW = tokyo(3, 1, 12)
DAYTIME: tuple[Band, ...] = ((540, 1260),)
WEEK = Week((DAYTIME,) * 7)


def hours(**more: Any) -> Hours:
    return Hours(**{"zone": TOKYO, "week": WEEK, **more})


def code(period: Period, own: Hours, **more: Any) -> Code | None:
    found = bookable(period, own, **{"now": NOW, **more})
    assert found is None or isinstance(found.code, Code)
    return None if found is None else found.code


def test_a_period_within_the_hours_can_be_booked_to_their_last_minute() -> None:
    assert code(on(4, 1, 9, 21), hours()) is None
    assert code(on(4, 1, 8.5, 10), hours()) is Code.OUTSIDE_HOURS
    assert code(on(4, 1, 20, 21.5), hours()) is Code.OUTSIDE_HOURS


@pytest.mark.parametrize(
    ("period", "own", "expected"),
    [
        (on(3, 1, 10, 11), hours(), Code.PAST),
        (on(3, 1, 13, 14), hours(notice=61), Code.NOTICE),
        (on(3, 1, 13, 14), hours(notice=60), None),
        (on(3, 11, 13, 14), hours(horizon_days=9), Code.HORIZON),
        (on(3, 10, 20, 21), hours(horizon_days=9), None),
        (on(4, 1, 10.25, 11), hours(), Code.GRID),
        (on(4, 1, 10.25, 11.25), hours(grid=15), None),
        (on(4, 1, 10, 10.5), hours(shortest=60), Code.TOO_SHORT),
        (on(4, 1, 10, 13), hours(longest=120), Code.TOO_LONG),
    ],
)
def test_notice_horizon_grid_and_lengths_hold_to_the_minute(
    period: Period, own: Hours, expected: Code | None
) -> None:
    assert code(period, own) is expected


def test_staff_are_bound_by_hours_and_other_bookings_but_not_by_notice_or_grid() -> None:
    own = hours(notice=1440, horizon_days=1, shortest=120)
    assert code(on(4, 1, 10.25, 11), own, by_staff=True) is None
    assert code(on(4, 1, 7, 8), own, by_staff=True) is Code.OUTSIDE_HOURS
    assert code(on(4, 1, 10, 11), own, by_staff=True, busy=[on(4, 1, 10, 12)]) is Code.TAKEN


def test_everything_that_stands_against_a_period_is_told_with_figures() -> None:
    own = hours(shortest=60, notice=100_000)
    found = list(refusals(on(4, 1, 8.25, 8.5), own, now=NOW, busy=[on(4, 1, 8, 9)]))
    assert [each.code for each in found] == [
        Code.NOTICE,
        Code.GRID,
        Code.TOO_SHORT,
        Code.OUTSIDE_HOURS,
        Code.TAKEN,
    ]
    assert found[2].data == {"minutes": 15, "shortest": 60}


def test_a_night_is_booked_only_where_overnight_is_allowed_and_hours_meet() -> None:
    round_the_clock = Week((((0, 1440),),) * 7)
    night = on(4, 1, 22, 30)
    assert code(night, hours(week=round_the_clock)) is Code.OVERNIGHT
    assert code(night, hours(week=round_the_clock, overnight=True)) is None
    assert code(night, hours(overnight=True)) is Code.OUTSIDE_HOURS
    late_bar = Week((((1080, 1560),),) * 7)
    assert code(on(4, 1, 22, 26), hours(week=late_bar)) is None
    assert code(on(4, 2, 0.5, 2), hours(week=late_bar)) is None
    assert code(on(4, 1, 22, 26.5), hours(week=late_bar)) is Code.OUTSIDE_HOURS


def test_a_closed_day_loses_its_hours_and_not_those_of_the_night_before() -> None:
    own = hours(week=Week((((1080, 1560),),) * 7), closures=(Closure(date(2027, 4, 2), date(2027, 4, 3)),))
    assert code(on(4, 1, 22, 26), own) is None
    assert code(on(4, 2, 22, 24), own) is Code.CLOSED_DAYS
    assert code(on(4, 4, 22, 24), own) is None


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        (date(2026, 12, 28), None),
        (date(2026, 12, 29), Code.CLOSED_DAYS),
        (date(2027, 1, 3), Code.CLOSED_DAYS),
        (date(2027, 1, 4), None),
        (date(2027, 4, 12), Code.CLOSED_DAYS),  # second Monday
        (date(2027, 4, 5), None),
        (date(2028, 2, 29), Code.CLOSED_DAYS),  # last Tuesday
        (date(2028, 2, 22), None),
    ],
)
def test_yearly_and_monthly_closures_know_new_year_and_last_weekdays(day: date, closed: Code | None) -> None:
    own = hours(
        closures=(YearlyClosure((12, 29), (1, 3)), MonthlyClosure(2, 0), MonthlyClosure(-1, 1)),
    )
    assert bands_on(day, own)[1] is closed


def test_a_rest_day_that_is_a_holiday_moves_to_the_next_day_that_is_none() -> None:
    own = hours(rest_weekdays=frozenset({0}), rest_moves=True)
    assert bands_on(date(2027, 1, 11), own)[0] == DAYTIME  # 成人の日, a Monday
    assert bands_on(date(2027, 1, 12), own)[1] is Code.REST_MOVED
    assert bands_on(date(2027, 1, 13), own)[1] is None
    assert bands_on(date(2027, 1, 18), own)[1] is Code.CLOSED_WEEKDAY
    assert bands_on(date(2026, 9, 21), own)[1] is None  # Monday to Wednesday are holidays
    assert bands_on(date(2026, 9, 23), own)[1] is None
    assert bands_on(date(2026, 9, 24), own)[1] is Code.REST_MOVED
    assert bands_on(date(2027, 4, 30), own)[1] is None  # after a holiday that was no day of rest
    stays = hours(rest_weekdays=frozenset({0}))
    assert bands_on(date(2027, 1, 11), stays)[1] is Code.CLOSED_WEEKDAY
    assert bands_on(date(2027, 1, 12), stays)[1] is None


def test_holidays_special_days_and_dated_weeks_have_hours_of_their_own() -> None:
    short: tuple[Band, ...] = ((600, 720),)
    own = hours(
        week=Week((DAYTIME,) * 7, holiday=()),
        dated=(DatedWeek(Week((short,) * 7), date(2027, 7, 1), date(2027, 8, 31)),),
        special={date(2027, 4, 29): short, date(2027, 4, 30): ()},
        closures=(Closure(date(2027, 4, 29), date(2027, 4, 29)),),
    )
    assert bands_on(date(2027, 5, 3), own) == ((), Code.CLOSED_HOLIDAY)
    assert bands_on(date(2027, 4, 29), own) == (short, None)
    assert bands_on(date(2027, 4, 30), own) == ((), Code.CLOSED_DAYS)
    assert bands_on(date(2027, 8, 31), own) == (short, None)
    assert bands_on(date(2027, 9, 1), own) == (DAYTIME, None)
    assert bands_on(date(2027, 5, 3), own, no_holidays) == (DAYTIME, None)


def test_between_two_bookings_lie_the_buffer_after_one_and_before_the_other() -> None:
    own = hours(buffer_before=30, buffer_after=15, grid=15)
    busy = [occupied(on(4, 1, 12, 14), own)]
    assert busy == [on(4, 1, 11.5, 14.25)]
    assert code(on(4, 1, 10, 11.25), own, busy=busy) is None
    assert code(on(4, 1, 10, 11.5), own, busy=busy) is Code.BUFFER
    assert code(on(4, 1, 14.75, 16), own, busy=busy) is None
    assert code(on(4, 1, 14.5, 16), own, busy=busy) is Code.BUFFER
    assert code(on(4, 1, 13, 15), own, busy=busy) is Code.TAKEN


def test_free_starts_and_spans_leave_out_what_is_taken() -> None:
    own = hours(grid=60)
    busy = [on(4, 1, 11, 13), on(4, 1, 16, 20)]
    starts = free_starts(date(2027, 4, 1), 120, busy, own, now=NOW)
    assert [start.astimezone(TOKYO).hour for start in starts] == [9, 13, 14]
    assert free_spans(on(4, 1, 0, 24), own, busy) == [on(4, 1, 9, 11), on(4, 1, 13, 16), on(4, 1, 20, 21)]
    assert any_free(on(4, 1, 12, 18), 120, busy, own, now=NOW) == tokyo(4, 1, 13)
    assert any_free(on(4, 1, 15, 20), 120, busy, own, now=NOW) is None
    assert any_free(on(4, 1, 15, 40), 120, busy, own, now=NOW) == tokyo(4, 2, 9)


def test_opening_hours_follow_the_wall_clock_over_a_clock_change() -> None:
    own = Hours(zone=NEW_YORK, week=WEEK)
    spans = open_spans(date(2027, 3, 13), date(2027, 3, 15), own, no_holidays)
    assert [span.start.hour for _day, span in spans] == [14, 13, 13]
    swallowed = Hours(zone=NEW_YORK, week=Week((((120, 180),),) * 7))
    assert [day.day for day, _span in open_spans(date(2027, 3, 13), date(2027, 3, 15), swallowed)] == [13, 15]


@pytest.mark.parametrize(
    ("expected", "make"),
    [
        (ErrorCode.OUT_OF_RANGE, lambda: Week((DAYTIME,) * 6)),
        (ErrorCode.OUT_OF_RANGE, lambda: check_bands(((600, 600),), place="x")),
        (ErrorCode.OUT_OF_RANGE, lambda: check_bands(((600, 600 + 1441),), place="x")),
        (ErrorCode.NOT_TOGETHER, lambda: check_bands(((600, 700), (690, 800)), place="x")),
        (ErrorCode.OUT_OF_RANGE, lambda: hours(grid=7)),
        (ErrorCode.OUT_OF_RANGE, lambda: hours(shortest=120, longest=60)),
        (ErrorCode.OUT_OF_RANGE, lambda: hours(rest_weekdays=frozenset({7}))),
        (ErrorCode.NAIVE_MOMENT, lambda: code(on(4, 1, 9, 10), hours(), now=datetime(2027, 1, 1))),  # noqa: DTZ001
    ],
)
def test_hours_that_cannot_be_are_refused_by_name(expected: ErrorCode, make: Callable[[], object]) -> None:
    with pytest.raises(RulesError) as caught:
        make()
    assert caught.value.code is expected


# --- Any hours --------------------------------------------------------------------------------------------------------

bands = st.lists(st.integers(0, 47), max_size=4, unique=True).map(
    lambda edges: tuple(
        (one * 30, other * 30) for one, other in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
    )
)
weeks = st.lists(bands, min_size=7, max_size=7).map(lambda each: Week(tuple(each)))


@st.composite
def any_hours(draw: st.DrawFn) -> Hours:
    return Hours(
        zone=draw(zones),
        week=draw(weeks),
        buffer_before=draw(st.sampled_from([0, 30])),
        buffer_after=draw(st.sampled_from([0, 15])),
        overnight=draw(st.booleans()),
    )


busy_lists = st.lists(st.tuples(st.integers(0, 47), st.integers(1, 8)), max_size=4)
test_days = st.sampled_from(
    [date(2027, 3, 14), date(2027, 11, 7), date(2028, 2, 29), date(2027, 1, 1), date(2027, 10, 3)]
)


@settings(max_examples=100, deadline=None)
@given(any_hours(), busy_lists, test_days, st.sampled_from([30, 60, 150, 600]))
def test_free_starts_are_just_the_grid_moments_that_can_be_booked(
    own: Hours, taken: list[tuple[int, int]], day: date, minutes: int
) -> None:
    begin = midnight(day, own.zone)
    half = timedelta(minutes=30)
    busy = [Period(begin + first * half, begin + (first + count) * half) for first, count in taken]
    now = begin - timedelta(days=1)
    found = free_starts(day, minutes, busy, own, now=now, holidays=no_holidays)
    expected = []
    moment = begin
    while day_of(moment, own.zone) == day:
        period = Period(moment, moment + timedelta(minutes=minutes))
        if bookable(period, own, now=now, busy=busy, holidays=no_holidays) is None:
            expected.append(moment)
        moment += timedelta(minutes=15)
    first_of_twice = [at_minute(day, minute, own.zone) for minute in range(0, 1440, 30)]
    assert found == [each for each in expected if each in first_of_twice]


@settings(max_examples=100, deadline=None)
@given(any_hours(), test_days, st.integers(-10, 90), st.integers(1, 30))
def test_what_can_be_booked_is_open_in_every_minute_as_the_wall_clock_shows(
    own: Hours, day: date, first: int, count: int
) -> None:
    begin = midnight(day, own.zone) + first * timedelta(minutes=30)
    period = Period(begin, begin + count * timedelta(minutes=30))
    found = bookable(period, own, now=begin - timedelta(days=2), holidays=no_holidays, by_staff=True)

    def is_open(moment: datetime) -> bool:
        wall = moment.astimezone(own.zone)
        minute = wall.hour * 60 + wall.minute
        return any(opens <= minute < closes for opens, closes in own.week.days[wall.weekday()])

    minutes = [period.start + each * timedelta(minutes=15) for each in range(period.minutes // 15)]
    if found is None:
        assert all(is_open(moment) for moment in minutes)
        assert own.overnight or len(days_of(period, own.zone)) == 1
    elif found.code in (Code.OUTSIDE_HOURS, Code.CLOSED_WEEKDAY):
        assert not all(is_open(moment) for moment in minutes)
    else:
        assert found.code is Code.OVERNIGHT
        assert all(is_open(moment) for moment in minutes) and not own.overnight


def test_zone_of_the_hours_decides_not_that_of_the_period() -> None:
    own = Hours(zone=ZoneInfo("Asia/Kathmandu"), week=WEEK, grid=60)
    start = datetime(2027, 4, 1, 3, 15, tzinfo=UTC)
    assert bookable(Period(start, start + timedelta(hours=1)), own, now=NOW) is None
