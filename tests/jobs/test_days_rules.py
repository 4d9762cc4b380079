"""What counts of a day: cases by hand, and properties over many days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.programmes.jobs.rules_days import (
    Claim,
    ClaimState,
    DayFacts,
    DayState,
    Hours,
    Presence,
    PunchRefusal,
    Rule,
    counted,
    minute_down,
    minute_up,
    presence,
    punch_refusal,
)

DAY = datetime(2026, 8, 1, tzinfo=UTC)
AGREED = Hours(DAY + timedelta(hours=8), DAY + timedelta(hours=16), 60)


def t(text: str) -> datetime:
    hour, minute, *rest = (int(part) for part in text.split(":"))
    return DAY + timedelta(hours=hour, minutes=minute, seconds=rest[0] if rest else 0)


def facts(came: str = "", left: str = "", state: str = "worked", claims: tuple[Claim, ...] = ()) -> DayFacts:
    return DayFacts(AGREED, DayState(state), t(came) if came else None, t(left) if left else None, claims)


def claim(start: str, end: str, pause: int, state: str) -> Claim:
    return Claim(Hours(t(start), t(end), pause), ClaimState(state))


@pytest.mark.parametrize(
    ("came", "left", "expected", "rules"),
    [
        ("07:40", "16:00", ("08:00", "16:00", 60), {Rule.EARLY_NOT_COUNTED, Rule.LEFT_AS_PUNCHED}),
        ("08:00:59", "16:00", ("08:00", "16:00", 60), {Rule.STARTED_AS_AGREED}),
        ("08:12:30", "16:00", ("08:12", "16:00", 60), {Rule.CAME_LATER}),
        ("08:00", "16:00:01", ("08:00", "16:01", 60), {Rule.LEFT_AS_PUNCHED}),
        ("08:00", "15:30:10", ("08:00", "15:31", 60), {Rule.BREAK_AS_AGREED}),
        ("08:00", "10:00", ("08:00", "10:00", 0), {Rule.BREAK_IN_PART}),
        ("08:00", "12:00", ("08:00", "12:00", 30), {Rule.BREAK_IN_PART}),
        ("08:05", "", ("08:05", "16:00", 60), {Rule.OUT_MISSING}),
        ("", "16:20", ("08:00", "16:20", 60), {Rule.IN_MISSING}),
        ("", "", ("08:00", "16:00", 60), {Rule.NO_PUNCHES}),
    ],
)
def test_punches_count_by_the_minute_and_an_early_start_does_not(
    came: str, left: str, expected: tuple[str, str, int], rules: set[Rule]
) -> None:
    found = counted(facts(came, left))
    assert found is not None
    hours = found.hours
    assert (f"{hours.starts_at:%H:%M}", f"{hours.ends_at:%H:%M}", hours.break_minutes) == expected
    assert rules <= set(found.rules)


@pytest.mark.parametrize("state", ["absent", "cancelled", "planned"])
def test_a_day_on_which_nobody_worked_counts_for_nothing(state: str) -> None:
    assert counted(facts(state=state)) is None


def test_an_accepted_correction_counts_even_where_it_is_less() -> None:
    found = counted(facts("08:00", "17:00", claims=(claim("08:00", "15:00", 30, "accepted"),)))
    assert found is not None
    assert (found.hours, found.rules) == (Hours(t("08:00"), t("15:00"), 30), (Rule.CORRECTED,))


def test_the_last_accepted_correction_counts() -> None:
    claims = (claim("08:00", "16:30", 60, "accepted"), claim("07:30", "16:30", 60, "accepted"))
    found = counted(facts("07:30", "16:30", claims=claims))
    assert found is not None and found.hours.starts_at == t("07:30")


def test_somebody_called_absent_who_disputes_it_gets_the_agreed_time_until_the_answer() -> None:
    disputed = counted(facts(state="absent", claims=(claim("08:00", "16:00", 60, "asked"),)))
    refused = counted(facts(state="absent", claims=(claim("08:00", "16:00", 60, "refused"),)))
    assert disputed is not None and disputed.hours == AGREED and disputed.rules == (Rule.DISPUTED,)
    assert refused is None


moments = st.integers(-59 * 60, 14 * 3600)
lengths = st.integers(0, 90)
claims = st.lists(
    st.builds(
        lambda start, length, pause, state: Claim(
            Hours(
                AGREED.starts_at + timedelta(minutes=start),
                AGREED.starts_at + timedelta(minutes=start + length),
                min(pause, length),
            ),
            state,
        ),
        st.integers(-300, 300),
        st.integers(1, 900),
        lengths,
        st.sampled_from(list(ClaimState)),
    ),
    max_size=3,
).map(tuple)


@st.composite
def days(draw: st.DrawFn) -> DayFacts:
    length = draw(st.integers(30, 720))
    agreed = Hours(
        AGREED.starts_at, AGREED.starts_at + timedelta(minutes=length), draw(st.integers(0, length // 2))
    )
    came = draw(st.none() | st.integers(-3600, length * 60 - 1))
    left = draw(st.none() | st.integers(max(0, came or 0) + 1, length * 60 + 6 * 3600))
    start = agreed.starts_at
    return DayFacts(
        agreed,
        draw(st.sampled_from([DayState.PLANNED, DayState.WORKED, DayState.ABSENT])),
        None if came is None else start + timedelta(seconds=came),
        None if left is None else start + timedelta(seconds=left),
        draw(claims),
    )


@settings(max_examples=400, deadline=None)
@given(days())
def test_while_disputed_never_less_than_agreed_nor_than_without_the_dispute(day: DayFacts) -> None:
    if not day.disputed:
        return
    found = counted(day)
    assert found is not None and found.disputed
    assert found.hours.starts_at <= day.agreed.starts_at and found.hours.ends_at >= day.agreed.ends_at
    assert found.hours.minutes >= day.agreed.minutes
    settled = tuple(one for one in day.claims if one.state != ClaimState.ASKED)
    calm = counted(DayFacts(day.agreed, day.state, day.came, day.left, settled))
    assert calm is None or found.hours.minutes >= calm.hours.minutes


@settings(max_examples=400, deadline=None)
@given(days())
def test_no_minute_between_the_punches_is_cut_after_the_agreed_start(day: DayFacts) -> None:
    if day.claims or day.state == DayState.ABSENT or day.came is None or day.left is None:
        return
    found = counted(day)
    assert found is not None
    assert found.hours.starts_at <= max(day.came, day.agreed.starts_at)
    assert found.hours.ends_at >= day.left
    assert found.hours.break_minutes <= day.agreed.break_minutes
    assert found.hours.minutes >= 0


@settings(max_examples=400, deadline=None)
@given(days(), st.integers(1, 7200))
def test_to_stay_longer_or_to_come_earlier_never_counts_less(day: DayFacts, seconds: int) -> None:
    if day.claims or day.state == DayState.ABSENT or day.came is None or day.left is None:
        return
    more = timedelta(seconds=seconds)
    before = counted(day)
    later = counted(DayFacts(day.agreed, day.state, day.came, day.left + more))
    earlier = counted(DayFacts(day.agreed, day.state, day.came - more, day.left))
    assert before is not None and later is not None and earlier is not None
    assert later.hours.minutes >= before.hours.minutes
    assert earlier.hours.minutes >= before.hours.minutes


@given(st.datetimes(timezones=st.just(UTC)))
def test_whole_minutes_hold_the_moment_between_them(moment: datetime) -> None:
    if moment.year == 9999:
        return
    assert minute_down(moment) <= moment <= minute_up(moment)
    assert minute_up(moment) - minute_down(moment) <= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("coming", "at", "now", "expected"),
    [
        (True, "07:00", "07:00", None),
        (True, "06:59", "07:00", PunchRefusal.TOO_EARLY),
        (True, "15:59", "20:00", None),
        (True, "16:00", "16:00", PunchRefusal.AFTER_END),
        (True, "08:03", "08:00", PunchRefusal.IN_FUTURE),
        (True, "08:02", "08:00", None),
        (False, "08:00", "08:00", PunchRefusal.OUT_BEFORE_START),
        (False, "22:00", "22:00", None),
        (False, "22:01", "22:01", PunchRefusal.TOO_LATE),
    ],
)
def test_a_punch_lies_in_the_window_of_its_shift(
    coming: bool, at: str, now: str, expected: PunchRefusal | None
) -> None:
    given_ = {"starts_at": AGREED.starts_at, "ends_at": AGREED.ends_at, "came": None, "left": None}
    assert punch_refusal(coming=coming, at=t(at), now=t(now), **given_) == expected  # type: ignore[arg-type]


def test_nobody_goes_before_they_came_or_comes_after_they_went_or_sends_a_week_later() -> None:
    span = {"starts_at": AGREED.starts_at, "ends_at": AGREED.ends_at}
    out = punch_refusal(coming=False, at=t("09:00"), now=t("17:00"), came=t("09:30"), left=None, **span)
    back = punch_refusal(coming=True, at=t("09:30"), now=t("17:00"), came=None, left=t("09:00"), **span)
    late = punch_refusal(
        coming=True, at=t("08:00"), now=t("08:01") + timedelta(days=7), came=None, left=None, **span
    )
    assert (out, back, late) == (
        PunchRefusal.OUT_BEFORE_IN,
        PunchRefusal.IN_AFTER_OUT,
        PunchRefusal.SENT_TOO_LATE,
    )


@pytest.mark.parametrize(
    ("day", "now", "expected"),
    [
        (facts(state="planned"), "08:00", Presence.TO_COME),
        (facts(state="planned"), "08:01", Presence.LATE),
        (facts(state="planned"), "16:00", Presence.UNKNOWN),
        (facts("07:55", state="planned"), "12:00", Presence.THERE),
        (facts("07:55", state="planned"), "16:31", Presence.OUT_MISSING),
        (facts("07:55", "16:00"), "17:00", Presence.GONE),
        (facts(), "20:00", Presence.CLOSED),
        (facts(state="absent"), "09:00", Presence.ABSENT),
    ],
)
def test_the_list_of_the_day_says_who_is_there_and_who_is_late(
    day: DayFacts, now: str, expected: Presence
) -> None:
    assert presence(day, t(now)) == expected
