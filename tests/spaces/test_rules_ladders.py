"""Cancellation ladders: boundaries to the minute, never cheaper later, the picture against the reckoning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sosei.programmes.spaces.rules_errors import ErrorCode, RulesError
from sosei.programmes.spaces.rules_ladders import (
    EASY,
    LEGACY,
    NORMAL,
    PRESETS,
    PUBLIC,
    STRICT,
    By,
    ChangeDue,
    Ladder,
    Move,
    Owed,
    Step,
    Why,
    change_due,
    free_until,
    owed,
    start_after_move,
    steps_with_dates,
)
from tests.spaces.rules_world import NEW_YORK, TOKYO, tokyo, zones

LONG_AGO = tokyo(1, 1)
START = tokyo(6, 30, 10)
MINUTE = timedelta(minutes=1)


def percent(ladder: Ladder, cancelled: datetime, booked: datetime = LONG_AGO) -> int:
    return owed(ladder, START, booked, cancelled, 10_000, TOKYO).percent


@pytest.mark.parametrize(
    ("ladder", "cancelled", "expected"),
    [
        (EASY, tokyo(6, 29, 10, 0), 0),
        (EASY, tokyo(6, 29, 10, 0) + timedelta(seconds=59), 0),
        (EASY, tokyo(6, 29, 10, 1), 100),
        (NORMAL, tokyo(6, 16, 23, 59), 0),
        (NORMAL, tokyo(6, 17, 0, 0), 50),
        (NORMAL, tokyo(6, 27, 23, 59), 50),
        (NORMAL, tokyo(6, 28, 0, 0), 100),
        (STRICT, tokyo(5, 31, 23, 59), 0),
        (STRICT, tokyo(6, 1), 50),
        (STRICT, tokyo(6, 24), 100),
        (LEGACY, tokyo(5, 30, 23, 59), 30),
        (LEGACY, tokyo(5, 31, 0, 0), 50),
        (LEGACY, tokyo(6, 15, 23, 59), 50),
        (LEGACY, tokyo(6, 16, 0, 0), 100),
        (PUBLIC, LONG_AGO, 100),
        (EASY, tokyo(7, 5), 100),
    ],
)
def test_presets_change_at_the_minute_that_the_facts_say(
    ladder: Ladder, cancelled: datetime, expected: int
) -> None:
    assert percent(ladder, cancelled) == expected


def test_one_may_go_free_for_48_hours_after_booking_to_the_minute_and_never_from_the_start_on() -> None:
    booked = tokyo(6, 20, 12, 30) + timedelta(seconds=20)
    assert percent(STRICT, tokyo(6, 22, 12, 30), booked) == 0
    assert percent(STRICT, tokyo(6, 22, 12, 31), booked) == 50
    soon = tokyo(6, 30, 9)
    assert free_until(EASY, START, soon) == START.astimezone(UTC) - MINUTE
    assert percent(EASY, tokyo(6, 30, 9, 59), soon) == 0
    assert percent(EASY, START, soon) == 100
    assert free_until(EASY, START, START) is None
    assert free_until(PUBLIC, START, booked) is None


def test_the_free_hours_can_ask_for_days_before_the_start() -> None:
    ladder = Ladder("own", (Step(50, hours=24),), free_hours=24, free_needs_days=7)
    assert percent(ladder, tokyo(6, 23, 11), tokyo(6, 23, 10)) == 0
    assert percent(ladder, tokyo(6, 23, 11), tokyo(6, 23, 10, 1)) == 50


def test_hours_pass_and_days_are_days_of_the_place_over_a_clock_change() -> None:
    start = datetime(2027, 3, 14, 12, tzinfo=NEW_YORK)
    day_before = datetime(2027, 3, 13, 11, tzinfo=NEW_YORK)
    booked = datetime(2027, 1, 1, tzinfo=NEW_YORK)
    hours, days = Ladder("h", (Step(0, hours=24),)), Ladder("d", (Step(0, days=1),))
    assert owed(hours, start, booked, day_before, 100, NEW_YORK).percent == 0
    assert owed(hours, start, booked, day_before + MINUTE, 100, NEW_YORK).percent == 100
    late = datetime(2027, 3, 13, 23, 59, tzinfo=NEW_YORK)
    assert owed(days, start, booked, late, 100, NEW_YORK).percent == 0
    morning = datetime(2027, 3, 14, 9, tzinfo=NEW_YORK)
    assert owed(days, start, booked, morning, 100, NEW_YORK).percent == 100
    assert owed(days, start, booked, morning, 100, TOKYO).percent == 0  # there it is the day before still


def test_days_before_a_leap_day_are_counted_in_the_calendar() -> None:
    leap = datetime(2028, 3, 1, 9, tzinfo=TOKYO)
    ladder = Ladder("d", (Step(0, days=1),))
    last = datetime(2028, 2, 29, 23, 59, tzinfo=TOKYO)
    assert owed(ladder, leap, LONG_AGO, last, 100, TOKYO).percent == 0
    assert owed(ladder, leap, LONG_AGO, last + MINUTE, 100, TOKYO).percent == 100


def test_yen_are_rounded_down_for_the_guest() -> None:
    found = owed(LEGACY, START, LONG_AGO, tokyo(2, 1), 3333, TOKYO)
    assert found == Owed(30, 999, 2334, Why.STEP, LEGACY.steps[0])


@pytest.mark.parametrize("by", [By.HOST, By.STAFF, By.PROGRAM])
def test_nothing_is_owed_when_the_other_side_cancels(by: By) -> None:
    found = owed(PUBLIC, START, LONG_AGO, tokyo(6, 30, 9), 5000, TOKYO, by=by)
    assert (found.yen, found.refund, found.why) == (0, 5000, Why.NOT_GUEST)


def test_moving_a_booking_far_away_wins_nothing_back() -> None:
    later = tokyo(9, 30, 10)
    move = Move(tokyo(6, 20), START)
    found = owed(NORMAL, later, LONG_AGO, tokyo(6, 21), 10_000, TOKYO, moves=[move])
    assert (found.percent, found.why) == (50, Why.MOVED)
    early = Move(tokyo(6, 1), START)
    assert owed(NORMAL, later, LONG_AGO, tokyo(6, 21), 10_000, TOKYO, moves=[early]).percent == 0
    picture = steps_with_dates(NORMAL, later, LONG_AGO, 10_000, TOKYO, moves=[move])
    assert [row.percent for row in picture] == [50, 100]
    assert picture[0].since == move.moved_at.astimezone(UTC)
    assert start_after_move(NORMAL, START, later, LONG_AGO, tokyo(6, 20), TOKYO) == START
    assert start_after_move(NORMAL, START, later, LONG_AGO, tokyo(6, 1), TOKYO) == later


def test_a_cheaper_booking_gives_back_the_difference_less_what_stands() -> None:
    half = owed(NORMAL, START, LONG_AGO, tokyo(6, 20), 10_001, TOKYO)
    assert change_due(10_001, 5_000, half) == ChangeDue(0, 2501, 2500)
    assert change_due(5_000, 8_000, half) == ChangeDue(3000, 0, 0)


def test_the_picture_shows_every_step_with_its_minutes_and_yen() -> None:
    rows = steps_with_dates(NORMAL, START, LONG_AGO, 9999, TOKYO)
    shown = [(row.until.astimezone(TOKYO), row.percent, row.yen, row.refund) for row in rows]
    assert shown == [
        (tokyo(6, 16, 23, 59), 0, 0, 9999),
        (tokyo(6, 27, 23, 59), 50, 4999, 5000),
        (START, 100, 9999, 0),
    ]
    assert [row.since for row in rows[1:]] == [row.until + MINUTE for row in rows[:-1]]
    assert rows[0].since == LONG_AGO
    late = steps_with_dates(NORMAL, START, tokyo(6, 25), 9999, TOKYO)
    assert [(row.percent, row.why) for row in late] == [
        (0, Why.FREE_AFTER_BOOKING),
        (50, Why.STEP),
        (100, Why.LAST),
    ]
    begun = steps_with_dates(NORMAL, START, START + MINUTE, 9999, TOKYO)
    assert [(row.since, row.until, row.percent) for row in begun] == [(START + MINUTE, START + MINUTE, 100)]


@pytest.mark.parametrize(
    ("code", "make"),
    [
        (ErrorCode.CHEAPER_LATER, lambda: Ladder("x", (Step(50, days=14), Step(20, days=3)))),
        (ErrorCode.CHEAPER_LATER, lambda: Ladder("x", (Step(50, days=14), Step(0, hours=24)))),
        (ErrorCode.CHEAPER_LATER, lambda: Ladder("x", (Step(50, days=14),), last_percent=40)),
        (ErrorCode.DUPLICATE, lambda: Ladder("x", (Step(50, days=14), Step(60, days=14)))),
        (ErrorCode.TOO_MANY, lambda: Ladder("x", tuple(Step(0, days=day) for day in range(11)))),
        (ErrorCode.OUT_OF_RANGE, lambda: Step(101, days=1)),
        (ErrorCode.OUT_OF_RANGE, lambda: Step(-1, days=1)),
        (ErrorCode.NOT_TOGETHER, lambda: Step(10)),
        (ErrorCode.NOT_TOGETHER, lambda: Step(10, hours=1, days=1)),
        (ErrorCode.BACKWARDS, lambda: owed(EASY, START, LONG_AGO, LONG_AGO - MINUTE, 1, TOKYO)),
        (ErrorCode.OUT_OF_RANGE, lambda: owed(EASY, START, LONG_AGO, START, -1, TOKYO)),
        (ErrorCode.NAIVE_MOMENT, lambda: owed(EASY, START, LONG_AGO, datetime(2027, 2, 1), 1, TOKYO)),  # noqa: DTZ001
    ],
)
def test_ladders_that_cannot_be_are_refused_by_name(code: ErrorCode, make: Callable[[], object]) -> None:
    with pytest.raises(RulesError) as caught:
        make()
    assert caught.value.code is code
    assert {"place", "value", "remedy"} <= caught.value.data.keys()


# --- Any ladder -------------------------------------------------------------------------------------------------------


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    befores = draw(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=5, unique=True))
    percents = sorted(
        draw(st.lists(st.integers(0, 100), min_size=len(befores) + 1, max_size=len(befores) + 1))
    )
    ends = [{"hours": count * 7} if hours else {"days": count} for hours, count in befores]
    ends.sort(key=lambda end: -Step(0, **end).nominal_hours)
    steps = tuple(Step(part, **end) for part, end in zip(percents, ends, strict=False))
    free, needs = draw(st.integers(0, 72)), draw(st.integers(0, 10))
    return Ladder("any", steps, percents[-1], free, needs)


starts = st.integers(0, 400 * 1440).map(lambda minutes: datetime(2027, 10, 1, tzinfo=UTC) + minutes * MINUTE)
ahead = st.integers(-500, 45 * 1440)
yens = st.integers(0, 10**7)


@settings(max_examples=150)
@given(
    st.one_of(ladders(), st.sampled_from(list(PRESETS.values()))), starts, ahead, ahead, ahead, yens, zones
)
def test_later_is_never_cheaper_and_never_more_than_the_price(
    ladder: Ladder, start: datetime, booked: int, one: int, other: int, yen: int, zone: ZoneInfo
) -> None:
    booked_at = start - max(booked, one, other) * MINUTE
    early, late = start - max(one, other) * MINUTE, start - min(one, other) * MINUTE
    first = owed(ladder, start, booked_at, early, yen, zone)
    second = owed(ladder, start, booked_at, late, yen, zone)
    assert 0 <= first.yen <= second.yen <= yen
    assert first.yen + first.refund == yen
    assert first.yen * 100 <= yen * first.percent < (first.yen + 1) * 100


@settings(max_examples=150)
@given(ladders(), starts, ahead, ahead, st.integers(0, 59), yens, zones, st.data())
def test_the_picture_says_for_every_minute_what_the_reckoning_says(
    ladder: Ladder,
    start: datetime,
    booked: int,
    cancelled: int,
    seconds: int,
    yen: int,
    zone: ZoneInfo,
    data: st.DataObject,
) -> None:
    ahead_booked = max(booked, cancelled, 1)
    booked_at = start - ahead_booked * MINUTE
    moves = data.draw(
        st.lists(
            st.builds(Move, st.just(booked_at), starts.map(lambda moment: max(moment, booked_at + MINUTE))),
            max_size=1,
        )
    )
    rows = steps_with_dates(ladder, start, booked_at, yen, zone, moves=moves)
    moment = start - max(0, min(cancelled, ahead_booked)) * MINUTE
    if moment != start:
        moment += timedelta(seconds=seconds)
    minute = moment.replace(second=0)
    found = owed(ladder, start, booked_at, moment, yen, zone, moves=moves)
    fitting = [row for row in rows if row.since <= minute <= row.until]
    assert [(row.percent, row.yen, row.refund) for row in fitting] == [
        (found.percent, found.yen, found.refund)
    ]
    assert rows[0].since == booked_at and rows[-1].until == start
    assert [row.percent for row in rows] == sorted({row.percent for row in rows})


@settings(max_examples=100)
@given(ladders(), starts, ahead, st.lists(st.tuples(ahead, starts), max_size=3), yens, zones)
def test_no_moving_makes_a_cancellation_cheaper(
    ladder: Ladder,
    start: datetime,
    before: int,
    moved: list[tuple[int, datetime]],
    yen: int,
    zone: ZoneInfo,
) -> None:
    booked_at = datetime(2027, 1, 1, tzinfo=UTC)
    at = start - max(before, 0) * MINUTE
    moves = [Move(max(booked_at, at - abs(minutes) * MINUTE), then) for minutes, then in moved]
    found = owed(ladder, start, booked_at, at, yen, zone, moves=moves)
    assert found.percent == max(
        [owed(ladder, start, booked_at, at, yen, zone).percent]
        + [owed(ladder, move.started_at, booked_at, move.moved_at, yen, zone).percent for move in moves]
    )


def _reckoned(ladder: Ladder, start: datetime, booked: datetime, minute: datetime, zone: ZoneInfo) -> int:
    """The percentage by a second reckoning: hours that pass, and days as a calendar on the wall has turned its pages."""

    def page(moment: datetime) -> date:
        # Put back at midnight, the clock does not bring yesterday back.
        return max((moment - 30 * part * MINUTE).astimezone(zone).date() for part in range(3))

    long_enough = start - booked >= timedelta(days=ladder.free_needs_days)
    if (
        ladder.free_hours
        and long_enough
        and minute < start
        and minute <= booked + timedelta(hours=ladder.free_hours)
    ):
        return 0
    open_steps = [
        step.percent
        for step in ladder.steps
        if (step.hours is not None and start - minute >= timedelta(hours=step.hours))
        or (step.days is not None and minute <= start and (page(start) - page(minute)).days >= step.days)
    ]
    return min(open_steps, default=ladder.last_percent)


@settings(max_examples=150)
@given(ladders(), starts, ahead, ahead, zones)
@example(Ladder("d", (Step(0, days=1),)), datetime(2028, 3, 1, tzinfo=UTC), 9000, 1440, TOKYO)
@example(
    Ladder("d", (Step(0, days=1),)),
    datetime(2028, 4, 2, 12, tzinfo=UTC),
    9000,
    570,
    ZoneInfo("America/Santiago"),
)
def test_a_second_reckoning_finds_the_same_percentage_in_any_zone(
    ladder: Ladder, start: datetime, booked: int, cancelled: int, zone: ZoneInfo
) -> None:
    booked_at = start - max(booked, cancelled, 1) * MINUTE
    minute = start - cancelled * MINUTE
    expected = _reckoned(ladder, start, booked_at, minute, zone)
    assert owed(ladder, start, booked_at, minute, 100, zone).percent == expected
