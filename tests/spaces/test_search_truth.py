"""What the search calls free is what the rules of hours call free, in random worlds; its index follows the rows."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sosei.programmes.spaces import availability, kinds
from sosei.programmes.spaces.as_rules import hours_of
from sosei.programmes.spaces.models import Block, Occupancy, Space, SpaceIndex
from sosei.programmes.spaces.rules_hours import any_free, bookable
from sosei.programmes.spaces.rules_periods import MINUTE, Period
from sosei.programmes.spaces.search_sql import found, query_of
from sosei.programmes.spaces.search_times import first_times, strips
from sosei.programmes.spaces.search_wishes import Wishes
from sosei.programmes.spaces.search_words import bigrams, folded
from tests.spaces.world import (
    JST,
    SpacesWorld,
    make_closure,
    make_hours,
    make_price,
    make_price_list,
    make_space,
)

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 12, 28, 10, 7, tzinfo=JST)
"""New Year's Day is the fourth day from now."""
NEAR = st.sampled_from([0, 1, 3, 4])
"""Everything happens on a few days, so that wishes, closed days and what is taken meet often."""
TODAY = NOW.date()
SMALL = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
clocks = st.sampled_from([0, 480, 540, 570, 600, 660, 690, 720, 840, 1080, 1320, 1410])


def day(number: int) -> datetime.date:
    """So many days from then."""
    return TODAY + datetime.timedelta(days=number)


def moment(number: int, minutes: int) -> datetime.datetime:
    """A minute of a day."""
    return datetime.datetime.combine(day(number), datetime.time(), tzinfo=JST) + datetime.timedelta(
        minutes=minutes
    )


@st.composite
def bands(draw: st.DrawFn) -> list[tuple[int, int]]:
    """None to two bands of a day, the last perhaps into the night; most days are open from morning to evening."""
    if draw(st.integers(0, 2)):
        return [(480, 1320)]
    first = draw(clocks)
    second = draw(st.integers(first // 30 + 1, 60)) * 30
    found = [(first, min(second, first + 1440))]
    if second < 1320 and draw(st.booleans()):
        found.append(
            (second + draw(st.sampled_from([0, 30, 60])), second + 60 + draw(st.sampled_from([30, 240, 720])))
        )
    return draw(st.sampled_from([found, found, found, []]))


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A space with its hours, and what is taken of it."""
    shortest = draw(st.sampled_from([30, 60, 120]))
    return {
        "columns": {
            "buffer_before": draw(st.sampled_from([0, 0, 15, 30])),
            "buffer_after": draw(st.sampled_from([0, 0, 20, 60])),
            "step_minutes": draw(st.sampled_from([15, 30, 60])),
            "min_minutes": shortest,
            "max_minutes": draw(st.sampled_from([None, shortest, 240])),
            "notice_minutes": draw(st.sampled_from([0, 0, 90, 1440])),
            "horizon_days": draw(st.sampled_from([90, 3])),
            "horizon_days_outside": draw(st.sampled_from([None, None, 2])),
            "overnight": draw(st.booleans()),
            "closed_on_holidays": draw(st.booleans()),
        },
        "week": [draw(bands()) for _day in range(7)]
        + [draw(st.sampled_from([[], [(600, 900)], [(1200, 1500)]]))],
        "seasons": draw(
            st.lists(
                st.tuples(
                    st.sampled_from([None, 1, 3, 4]),
                    st.sampled_from([None, 3, 5]),
                    st.sampled_from([540, 600, 1200]),
                    st.sets(st.integers(0, 7)),
                ),
                max_size=2,
                unique_by=lambda season: season[:2],
            )
        ),
        "closures": draw(st.lists(st.tuples(NEAR, st.integers(0, 1), st.booleans()), max_size=2)),
        "taken": draw(
            st.lists(
                st.tuples(NEAR, clocks, st.sampled_from([30, 90, 300]), st.booleans()),
                max_size=10,
            )
        ),
        "parts": draw(st.booleans()),
    }


def make_world(spaces: SpacesWorld, world: dict[str, Any]) -> Space:
    """The space; with parts, what is taken is taken of those."""
    space = make_space(spaces.host, **world["columns"])
    for weekday, hours in enumerate(world["week"]):
        for opens, closes in hours:
            clock = tuple(f"{minute // 60}:{minute % 60:02}" for minute in (opens, closes))
            make_hours(space, clock, days=[weekday], kind="bookable")  # type: ignore[arg-type]
    for start, end, opens, weekdays in world["seasons"]:
        first, last = (None if number is None else day(number) for number in (start, end))
        if (first or last) and (not first or not last or first <= last):
            season = {"valid_from": first, "valid_until": last}
            times = (f"{opens // 60}:00", f"{opens // 60 + 5}:00")
            make_hours(space, times, days=weekdays, kind="bookable", **season)
    for first, length, own in world["closures"]:
        make_closure(spaces.host, day(first), day(first + length), space=space if own else None)
    leaves = (
        [make_space(spaces.host, parent=space, state="draft") for _ in range(2)]
        if world["parts"]
        else [space]
    )
    block = Block.objects.create(
        municipality=spaces.town,
        host=spaces.host,
        space=space,
        period=(NOW, NOW + MINUTE),
        reason="試し",
        made_at=NOW,
    )
    kept: list[Period] = []
    for number, (at, minutes, length, is_over) in enumerate(world["taken"]):
        period = Period(moment(at, minutes), moment(at, minutes + length))
        if any(period.overlaps(other) for other in kept):
            continue
        kept.append(period)
        Occupancy.objects.create(
            municipality=spaces.town,
            space=leaves[number % len(leaves)],
            period=(period.start, period.end),
            block=block,
            until=NOW - MINUTE if is_over else None,
        )
    return Space.objects.get(pk=space.pk)


def forget(spaces: SpacesWorld) -> None:
    """The next example begins without what this one closed."""
    spaces.host.closures.all().delete()
    Space.objects.filter(state="published").update(state="closed")


@given(
    world=worlds(),
    at=NEAR,
    start=clocks,
    length=st.sampled_from([30, 60, 120, 240]),
    resident=st.booleans(),
    part=st.sampled_from(["", "morning", "afternoon", "evening"]),
)
@SMALL
def test_what_the_search_calls_free_is_what_the_rules_let_be_booked(
    spaces: SpacesWorld, world: dict[str, Any], at: int, start: int, length: int, resident: bool, part: str
) -> None:
    forget(spaces)
    space = make_world(spaces, world)
    a_fixed_time_is_found_when_the_rules_let_it_be_booked(spaces, space, at, start, length, resident)
    any_hours_of_an_afternoon_are_those_the_rules_find(spaces, space, at, length, part)
    the_strip_of_a_week_is_the_calendar_of_the_space(spaces, space)


def a_fixed_time_is_found_when_the_rules_let_it_be_booked(
    spaces: SpacesWorld, space: Space, at: int, start: int, length: int, resident: bool
) -> None:
    period = Period(moment(at, start), moment(at, start + length))
    wishes = Wishes(first=day(at), start=start, end=start + length, resident=resident)
    hours = hours_of(space, tier=wishes.tier)
    taken = availability.busy(space, period.widened(hours.buffer_before, hours.buffer_after), now=NOW)
    refusal = bookable(period, hours, now=NOW, busy=taken)
    assert found(query_of(spaces.town, wishes, NOW), "fit", 9) == ([space.pk] if refusal is None else []), (
        refusal
    )


def any_hours_of_an_afternoon_are_those_the_rules_find(
    spaces: SpacesWorld, space: Space, at: int, length: int, part: str
) -> None:
    wishes = Wishes(first=day(at), last=day(at + 1), part=part, minutes=length)
    query = query_of(spaces.town, wishes, NOW)
    hours = hours_of(space, tier="outside")
    starts = []
    for window in wishes.windows(JST):
        within = Period(window.start, window.end)
        taken = availability.busy(space, within.widened(60, 60), now=NOW)
        start = any_free(within, length, taken, hours, now=NOW)
        if start is not None:
            starts.append(start)
    assert found(query, "fit", 9) == ([space.pk] if starts else [])
    times = first_times(query, [space.pk]).get(space.pk, [])
    if space.min_minutes <= length <= (space.max_minutes or length):
        assert [each.start for each in times][:1] == starts[:1]


def the_strip_of_a_week_is_the_calendar_of_the_space(spaces: SpacesWorld, space: Space) -> None:
    now = NOW.replace(second=0)
    query = query_of(spaces.town, Wishes(), now)
    told = strips(query, [space.pk], day(0), 14)[space.pk]
    expected = availability.days(space, day(0), 14, now=now, tier="outside")
    assert [(one.day, one.state) for one in told] == [(one.date, one.state) for one in expected]


@given(text=st.text(alphabet="あいアｱがガ会議室ABａｂ１2ー-～ｰ 　゛wi-Fi_%'", max_size=40))
@SMALL
def test_the_database_folds_words_as_python_does(spaces: SpacesWorld, text: str) -> None:
    space = spaces.desk
    Space.objects.filter(pk=space.pk).update(
        name=text or "a", name_en="", about=text, about_en="", address="", access=""
    )
    space.refresh_from_db()
    texts = f"{space.name}  {space.about}   "
    assert set(space.words) == set(bigrams(texts))
    assert SpaceIndex.objects.get(space=space).name == folded(space.name)


def test_the_index_follows_publication_hours_parts_and_prices(spaces: SpacesWorld) -> None:
    space = make_space(spaces.host, state="draft", equipment=["wifi", "piano"], uses=["music"])
    assert not SpaceIndex.objects.filter(space=space).exists()
    Space.objects.filter(pk=space.pk).update(state="published", published_at=timezone.now())
    make_hours(space, ("22:00", "26:00"), days=[3])
    part = make_space(spaces.host, parent=space, state="draft")
    prices = make_price_list(space)
    make_price(prices, "hour", 900, days="weekday", tier="resident")
    make_price(prices, "package", 4000, minutes=300)
    held = SpaceIndex.objects.get(space=space)
    assert held.equipment == kinds.mask(["wifi", "piano"], kinds.EQUIPMENT_BY_SLUG)
    assert (held.open[3], held.open[4], held.open[5]) == (1 << 22 | 1 << 23, 1 | 2, 0)
    assert held.tree == [space.pk, part.pk]
    none = 1_000_000_000
    assert held.prices == [900, 4000, 19200, none, 4000, 19200, none, 4000, 19200, none, 4000, 19200]
    prices.items.filter(kind="hour").delete()
    Space.objects.filter(pk=part.pk).update(parent=None)
    held.refresh_from_db()
    assert (held.prices[0], held.tree) == (none, [space.pk])
    Space.objects.filter(pk=space.pk).update(state="closed")
    assert not SpaceIndex.objects.filter(space=space).exists()


@pytest.mark.parametrize(
    ("columns", "start", "end", "expected"),
    [
        ({}, 660, 720, True),
        ({}, 690, 750, False),
        ({"buffer_after": 30}, 660, 720, False),
        ({"buffer_after": 30}, 630, 690, True),
        ({"buffer_before": 30}, 780, 840, False),
        ({"buffer_before": 30}, 810, 870, True),
        ({"notice_minutes": 4 * 1440}, 600, 660, False),
        ({"notice_minutes": 2 * 1440}, 600, 660, True),
        ({"horizon_days": 2}, 600, 660, False),
        ({"horizon_days": 3}, 600, 660, True),
        ({"step_minutes": 60}, 630, 690, False),
        ({"min_minutes": 120}, 600, 660, False),
        ({"max_minutes": 60}, 600, 720, False),
        ({}, 1260, 1500, False),
        ({"overnight": True}, 1260, 1500, True),
    ],
)
def test_each_rule_alone_decides(
    spaces: SpacesWorld, columns: dict[str, Any], start: int, end: int, expected: bool
) -> None:
    """Open all day and night, taken from 12 to 13 on the third day from then."""
    forget(spaces)
    space = make_space(spaces.host, **columns)
    make_hours(space, ("00:00", "24:00"), kind="bookable")
    block = Block.objects.create(
        municipality=spaces.town,
        host=spaces.host,
        space=space,
        period=(NOW, NOW + MINUTE),
        reason="試し",
        made_at=NOW,
    )
    period = (moment(3, 720), moment(3, 780))
    Occupancy.objects.create(municipality=spaces.town, space=space, period=period, block=block)
    fixed = query_of(spaces.town, Wishes(first=day(3), start=start, end=end), NOW)
    assert bool(found(fixed, "fit", 9)) is expected
    wanted = Period(moment(3, start), moment(3, end))
    refusal = availability.refusal(Space.objects.get(pk=space.pk), wanted, tier="outside", now=NOW)
    assert (refusal is None) is expected
