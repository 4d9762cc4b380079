"""Prices: the cheapest cover against one found by trying everything, and what a booking over a boundary costs."""

from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from math import inf
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sosei.programmes.spaces.rules_errors import ErrorCode, Refusal, RulesError
from sosei.programmes.spaces.rules_holidays import is_holiday, no_holidays
from sosei.programmes.spaces.rules_periods import Period, midnight
from sosei.programmes.spaces.rules_prices import (
    WEEKENDS,
    WORKDAYS,
    Code,
    Days,
    Kind,
    OnHolidays,
    PriceItem,
    PriceList,
    Quote,
    Season,
    Tier,
    cheapest,
    list_on,
)
from tests.spaces.rules_world import HAVANA, LORD_HOWE, NEW_YORK, TOKYO, on, tokyo, zones

START = date(2027, 1, 1)


def quote(period: Period, *items: PriceItem, combine: bool = True, tier: Tier = Tier.RESIDENT) -> Quote:
    found = cheapest(period, [PriceList("list", START, items, combine=combine)], tier, TOKYO)
    assert isinstance(found, Quote), found
    return found


def total(period: Period, *items: PriceItem, combine: bool = True, tier: Tier = Tier.RESIDENT) -> int:
    return quote(period, *items, combine=combine, tier=tier).total


HOUR = PriceItem("hour", Kind.HOUR, 1000)
DAY_PRICE = PriceItem("day", Kind.DAY, 4500, 9 * 60, 21 * 60)
MORNING = PriceItem("morning", Kind.SLOT, 1800, 9 * 60, 12 * 60)
AFTERNOON = PriceItem("afternoon", Kind.SLOT, 2400, 13 * 60, 17 * 60)
NIGHT = PriceItem("night", Kind.PACKAGE, 3000, 22 * 60, 30 * 60)
THREE = PriceItem("three", Kind.PACKAGE, 2500, 9 * 60, 21 * 60, package_minutes=180)


# --- Examples ---------------------------------------------------------------------------------------------------------


def test_an_hour_begun_is_an_hour() -> None:
    assert total(on(4, 1, 10, 12), HOUR) == 2000
    assert total(on(4, 1, 10, 12.5), HOUR) == 3000
    assert total(on(4, 1, 10, 12.5), PriceItem("half", Kind.HOUR, 500, unit_minutes=30)) == 2500


def test_the_day_price_is_taken_as_soon_as_it_is_cheaper_than_hours() -> None:
    assert total(on(4, 1, 10, 14), HOUR, DAY_PRICE) == 4000
    assert total(on(4, 1, 10, 15), HOUR, DAY_PRICE) == 4500
    assert total(on(4, 1, 9, 22), HOUR, DAY_PRICE) == 5500


def test_slots_and_hours_stand_together_where_the_list_allows_it() -> None:
    whole = on(4, 1, 9, 17)
    found = quote(whole, MORNING, AFTERNOON, HOUR)
    assert [(line.item.code, line.quantity, line.yen) for line in found.lines] == [
        ("morning", 1, 1800),
        ("hour", 1, 1000),
        ("afternoon", 1, 2400),
    ]
    assert total(whole, MORNING, AFTERNOON, HOUR, combine=False) == 8000


def test_where_a_list_does_not_combine_items_of_one_plan_still_do() -> None:
    items = (
        PriceItem("a", Kind.SLOT, 1800, 540, 720, plan="slots"),
        PriceItem("noon", Kind.HOUR, 300, 720, 780, plan="slots"),
        PriceItem("b", Kind.SLOT, 2400, 780, 1020, plan="slots"),
        HOUR,
    )
    assert total(on(4, 1, 9, 17), *items, combine=False) == 4500


def test_a_package_within_a_window_may_begin_anywhere_in_it() -> None:
    assert total(on(4, 1, 10.5, 13.5), HOUR, THREE) == 2500
    found = quote(on(4, 1, 19, 22), HOUR, THREE)
    assert [line.item.code for line in found.lines] == ["three", "hour"] or found.total == 3000


def test_a_fixed_span_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = PriceItem("friday", Kind.PACKAGE, 9000, 1320, 1800, days=Days(frozenset({4})))
    friday = on(4, 2, 22, 30)
    assert friday.start.astimezone(TOKYO).weekday() == 4
    assert total(friday, friday_night) == 9000
    assert total(on(4, 3, 1, 5), friday_night) == 9000
    refused = cheapest(on(4, 3, 22, 30), [PriceList("list", START, (friday_night,))], Tier.RESIDENT, TOKYO)
    assert refused == Refusal(Code.NO_ITEM, {"list": "list", "from": tokyo(4, 3, 22).astimezone(UTC)})


def test_hours_that_meet_at_midnight_are_one_run() -> None:
    assert total(on(4, 1, 23.5, 24.5), HOUR) == 1000
    band = (PriceItem("day", Kind.HOUR, 1000, 0, 1080), PriceItem("evening", Kind.HOUR, 1500, 1080, 1440))
    assert total(on(4, 1, 17.5, 18.5), *band) == 2500


def test_a_minimum_is_paid_once_a_run_and_then_by_the_unit() -> None:
    item = PriceItem("hour", Kind.HOUR, 1000, min_minutes=120)
    assert [total(on(4, 1, 10, 10 + hours), item) for hours in (1, 2, 3, 5)] == [2000, 2000, 3000, 5000]
    assert total(on(4, 1, 10, 11), item, PriceItem("one", Kind.HOUR, 1500)) == 1500


def test_weekends_take_holidays_in_and_workdays_leave_them_out() -> None:
    items = (
        PriceItem("work", Kind.HOUR, 1000, days=WORKDAYS),
        PriceItem("free", Kind.HOUR, 1400, days=WEEKENDS),
    )
    assert total(on(4, 28, 10, 11), *items) == 1000  # a Wednesday
    assert total(on(4, 29, 10, 11), *items) == 1400  # 昭和の日, a Thursday
    assert total(on(5, 1, 10, 11), *items) == 1400  # a Saturday
    only = Days(frozenset(), OnHolidays.ONLY)
    assert only.include(date(2027, 4, 29), is_holiday) and not only.include(date(2027, 5, 1), is_holiday)


def test_people_from_outside_pay_their_tier() -> None:
    items = (
        PriceItem("in", Kind.HOUR, 500, tier=Tier.RESIDENT),
        PriceItem("out", Kind.HOUR, 1000, tier=Tier.OUTSIDE),
        PriceItem("all", Kind.SLOT, 2700, 540, 720),
    )
    assert total(on(4, 1, 9, 12), *items) == 1500
    assert total(on(4, 1, 9, 12), *items, tier=Tier.OUTSIDE) == 2700


def test_a_season_boundary_in_mid_booking_prices_each_day_by_its_season() -> None:
    items = (
        PriceItem("summer", Kind.HOUR, 1500, season=Season((7, 1), (8, 31))),
        PriceItem("rest", Kind.HOUR, 1000, season=Season((9, 1), (6, 30))),
    )
    assert total(on(8, 31, 22, 26), *items) == 2 * 1500 + 2 * 1000
    assert total(on(12, 31, 22, 26), *items) == 4000


@pytest.mark.parametrize(
    ("season", "day", "inside"),
    [
        (Season((12, 1), (2, 29)), date(2027, 2, 28), True),
        (Season((12, 1), (2, 29)), date(2028, 2, 29), True),
        (Season((12, 1), (2, 29)), date(2027, 3, 1), False),
        (Season((2, 29), (4, 1)), date(2027, 2, 28), False),
        (Season((2, 29), (4, 1)), date(2027, 3, 1), True),
        (Season((12, 28), (1, 4)), date(2027, 1, 4), True),
        (Season((12, 28), (1, 4)), date(2027, 1, 5), False),
    ],
)
def test_seasons_know_the_leap_day_and_the_new_year(season: Season, day: date, inside: bool) -> None:
    assert season.includes(day) is inside


def test_a_list_that_begins_in_mid_booking_splits_it_at_midnight() -> None:
    old = PriceList("old", START, (HOUR, NIGHT))
    new = PriceList("new", date(2027, 4, 2), (PriceItem("hour", Kind.HOUR, 2000),))
    found = cheapest(on(4, 1, 22, 26), [old, new], Tier.RESIDENT, TOKYO)
    assert isinstance(found, Quote)
    assert [(line.list_code, line.item.code, line.yen) for line in found.lines] == [
        ("old", "hour", 2000),
        ("new", "hour", 4000),
    ]
    assert found.splits == (midnight(date(2027, 4, 2), TOKYO),)
    before = cheapest(on(3, 31, 22, 26), [old, new], Tier.RESIDENT, TOKYO)
    assert isinstance(before, Quote) and before.total == 3000 and not before.splits


def test_a_list_with_an_end_gives_way_to_the_one_before_and_two_of_one_day_are_refused() -> None:
    base = PriceList("base", START, (HOUR,))
    festival = PriceList("festival", date(2027, 8, 1), (HOUR,), last_day=date(2027, 8, 3))
    assert [each.code for day in (1, 3, 4) if (each := list_on(date(2027, 8, day), [base, festival]))] == [
        "festival",
        "festival",
        "base",
    ]
    assert list_on(date(2026, 12, 31), [base]) is None
    with pytest.raises(RulesError) as caught:
        list_on(START, [base, PriceList("twin", START, ())])
    assert caught.value.code is ErrorCode.DUPLICATE


def test_a_day_without_list_and_a_booking_too_long_are_refused() -> None:
    lists = [PriceList("list", date(2027, 4, 2), (HOUR,))]
    assert cheapest(on(4, 1, 22, 26), lists, Tier.RESIDENT, TOKYO) == Refusal(
        Code.NO_LIST, {"day": date(2027, 4, 1)}
    )
    long = cheapest(on(4, 2, 0, 24 * 63), lists, Tier.RESIDENT, TOKYO)
    assert isinstance(long, Refusal) and long.code is Code.TOO_LONG


def test_two_months_by_the_quarter_of_an_hour_are_priced() -> None:
    items = (PriceItem("quarter", Kind.HOUR, 250, unit_minutes=15), DAY_PRICE, MORNING, THREE)
    found = quote(on(4, 1, 0, 24 * 62), *items)
    assert found.total == 62 * (4500 + 12 * 1000)


def test_the_hour_that_a_clock_change_gives_is_charged_and_the_one_it_takes_is_not() -> None:
    lists = [PriceList("list", START, (HOUR,))]

    def night(month: int, day: int, zone: ZoneInfo) -> int:
        begin = datetime(2027, month, day, 0, tzinfo=zone)
        end = datetime(2027, month, day, 4, tzinfo=zone)
        found = cheapest(Period(begin, end), lists, Tier.RESIDENT, zone, no_holidays)
        assert isinstance(found, Quote)
        return found.total

    assert night(3, 14, NEW_YORK) == 3000
    assert night(11, 7, NEW_YORK) == 5000
    assert night(3, 14, HAVANA) == 3000


@pytest.mark.parametrize(
    ("code", "make"),
    [
        (ErrorCode.OUT_OF_RANGE, lambda: PriceItem("a", Kind.HOUR, -1)),
        (ErrorCode.OUT_OF_RANGE, lambda: PriceItem("a", Kind.HOUR, True)),
        (ErrorCode.OUT_OF_RANGE, lambda: PriceItem("a", Kind.SLOT, 1, 600, 600)),
        (ErrorCode.OUT_OF_RANGE, lambda: PriceItem("a", Kind.HOUR, 1, 600, 600 + 1441)),
        (ErrorCode.OUT_OF_RANGE, lambda: PriceItem("a", Kind.PACKAGE, 1, 600, 660, package_minutes=61)),
        (ErrorCode.NOT_TOGETHER, lambda: PriceItem("a", Kind.DAY, 1, package_minutes=60)),
        (ErrorCode.NOT_TOGETHER, lambda: PriceItem("a", Kind.DAY, 1, min_minutes=60)),
        (ErrorCode.OUT_OF_RANGE, lambda: Season((2, 30), (3, 1))),
        (ErrorCode.MISSING, lambda: Days(frozenset())),
        (ErrorCode.DUPLICATE, lambda: PriceList("l", START, (HOUR, HOUR))),
        (ErrorCode.BACKWARDS, lambda: PriceList("l", START, (), last_day=date(2026, 1, 1))),
    ],
)
def test_prices_that_cannot_be_are_refused_by_name(code: ErrorCode, make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RulesError) as caught:
        make()
    assert caught.value.code is code


# --- Everything tried -------------------------------------------------------------------------------------------------

CELL = 60
"""Minutes of a cell of the brute-force board: 36 cells, from midnight of the first day."""
CELLS = 36
FIRST = date(2027, 4, 1)

windows = st.tuples(st.integers(0, 23), st.integers(1, 12)).map(
    lambda pair: (pair[0] * 60, (pair[0] + pair[1]) * 60)
)
yens = st.integers(0, 12).map(lambda value: value * 100)


@st.composite
def price_items(draw: st.DrawFn) -> PriceItem:
    kind = draw(st.sampled_from(list(Kind)))
    opens, closes = draw(windows)
    code = str(draw(st.integers(0, 10**9)))
    plan = draw(st.sampled_from(["", "p"]))
    days = draw(st.sampled_from([Days(), Days(frozenset({3})), Days(frozenset({4}))]))
    yen = draw(yens)
    if kind is Kind.HOUR:
        return PriceItem(
            code,
            kind,
            yen,
            opens,
            closes,
            unit_minutes=draw(st.sampled_from([60, 120])),
            min_minutes=draw(st.sampled_from([0, 60, 180])),
            days=days,
            plan=plan,
        )
    length = None
    if kind is Kind.PACKAGE:
        length = draw(st.one_of(st.none(), st.integers(1, (closes - opens) // 60).map(lambda n: n * 60)))
    return PriceItem(code, kind, yen, opens, closes, package_minutes=length, days=days, plan=plan)


item_lists = st.lists(price_items(), min_size=1, max_size=4, unique_by=lambda item: item.code)
cells = st.tuples(st.integers(0, 32), st.integers(1, 12)).map(
    lambda pair: (pair[0], min(CELLS, pair[0] + pair[1]))
)


def _mask(first: int, last: int) -> int:
    return sum(1 << cell for cell in range(max(0, first), min(CELLS, last)))


def _pieces(item: PriceItem) -> list[tuple[int, int]]:
    """Every way to buy an item on the board: the cells that it covers, and its yen."""
    found: list[tuple[int, int]] = []
    opened: set[int] = set()
    for shift in (-1, 0, 1):
        if (FIRST + timedelta(days=shift)).weekday() not in item.days.weekdays:
            continue
        first, last = item.opens // 60 + 24 * shift, item.closes // 60 + 24 * shift
        opened |= set(range(first, last))
        if item.kind is not Kind.HOUR:
            length = (item.package_minutes or item.closes - item.opens) // 60
            found += [(_mask(begin, begin + length), item.yen) for begin in range(first, last - length + 1)]
    if item.kind is Kind.HOUR:
        for begin in opened:
            end = begin
            while end in opened:
                end += 1
                hours = max(end - begin, item.min_minutes // 60)
                found.append((_mask(begin, end), -(-hours * 60 // item.unit_minutes) * item.yen))
    return found


def _tried(target: int, items: list[PriceItem]) -> int | None:
    """Dijkstra over sets of covered cells: no order of time, no run, no greedy step."""
    pieces = {(mask & target, yen) for item in items for mask, yen in _pieces(item) if mask & target}
    best: dict[int, int] = {0: 0}
    waiting = [(0, 0)]
    while waiting:
        yen, covered = heapq.heappop(waiting)
        if covered == target:
            return yen
        if yen > best[covered]:
            continue
        lowest = (~covered & target) & -(~covered & target)
        for mask, price in pieces:
            if not mask & lowest:
                continue
            more = covered | mask
            if yen + price < best.get(more, 10**9):
                best[more] = yen + price
                heapq.heappush(waiting, (yen + price, more))
    return None


def _period(first: int, last: int, zone: ZoneInfo = TOKYO) -> Period:
    begin = midnight(FIRST, zone)
    return Period(begin + timedelta(hours=first), begin + timedelta(hours=last))


@settings(max_examples=200, deadline=None)
@given(item_lists, cells, st.booleans())
def test_the_cheapest_is_what_trying_everything_finds(
    items: list[PriceItem], where: tuple[int, int], combine: bool
) -> None:
    target = _mask(*where)
    if combine:
        expected = _tried(target, items)
    else:
        plans = {item.plan_name for item in items}
        tried = [_tried(target, [item for item in items if item.plan_name == plan]) for plan in plans]
        expected = min((yen for yen in tried if yen is not None), default=None)
    lists = [PriceList("list", date(2027, 1, 1), tuple(items), combine=combine)]
    found = cheapest(_period(*where), lists, Tier.RESIDENT, TOKYO, no_holidays)
    assert (found.total if isinstance(found, Quote) else None) == expected


half_hours = st.tuples(st.integers(0, 70), st.integers(1, 40)).map(
    lambda pair: (pair[0] / 2, (pair[0] + pair[1]) / 2)
)


@settings(max_examples=100, deadline=None)
@given(
    item_lists,
    item_lists,
    st.integers(-1, 3),
    half_hours,
    st.integers(0, 8),
    st.integers(0, 8),
    st.booleans(),
    zones,
    st.sampled_from(
        [date(2027, 4, 1), date(2027, 3, 13), date(2027, 11, 6), date(2028, 2, 28), date(2026, 12, 31)]
    ),
)
def test_booking_more_never_costs_less_in_any_zone_over_any_change_of_list(
    items: list[PriceItem],
    later: list[PriceItem],
    change: int,
    where: tuple[float, float],
    before: int,
    after: int,
    combine: bool,
    zone: ZoneInfo,
    day: date,
) -> None:
    lists = [
        PriceList("old", date(2020, 1, 1), (*items, HOUR), combine=combine),
        PriceList("new", day + timedelta(days=change), (*later, HOUR), combine=combine),
    ]
    begin = midnight(day, zone)
    small = Period(begin + timedelta(hours=where[0]), begin + timedelta(hours=where[1]))
    large = small.widened(before * 30, after * 30)
    one = cheapest(small, lists, Tier.OUTSIDE, zone, no_holidays)
    other = cheapest(large, lists, Tier.OUTSIDE, zone, no_holidays)
    assert isinstance(one, Quote) and isinstance(other, Quote)
    assert one.total <= other.total


@settings(max_examples=100, deadline=None)
@given(item_lists, half_hours, zones)
def test_the_lines_cover_the_whole_booking_and_add_up_to_the_total(
    items: list[PriceItem], where: tuple[float, float], zone: ZoneInfo
) -> None:
    begin = midnight(FIRST, zone)
    period = Period(begin + timedelta(hours=where[0]), begin + timedelta(hours=where[1]))
    found = cheapest(
        period, [PriceList("l", date(2020, 1, 1), (*items, HOUR))], Tier.RESIDENT, zone, no_holidays
    )
    assert isinstance(found, Quote)
    reached = period.start
    for line in sorted(found.lines, key=lambda line: line.start):
        assert line.start <= reached
        reached = max(reached, line.end)
        assert line.yen == line.quantity * line.item.yen
    assert reached >= period.end
    assert found.total == sum(line.yen for line in found.lines)


# --- A second reckoning, half hour by half hour, in any zone ----------------------------------------------------------

BOARD = range(-192, 288)
"""Half hours around the midnight from which a wish is counted: four days before it and six after."""
CLOCKS = [
    (NEW_YORK, date(2027, 3, 13)),
    (NEW_YORK, date(2027, 11, 6)),
    (HAVANA, date(2027, 3, 13)),
    (HAVANA, date(2027, 11, 6)),
    (LORD_HOWE, date(2027, 4, 3)),
    (LORD_HOWE, date(2027, 10, 2)),
    (ZoneInfo("Africa/Cairo"), date(2027, 4, 29)),
    (ZoneInfo("America/Santiago"), date(2027, 4, 3)),
    (ZoneInfo("America/Santiago"), date(2027, 9, 4)),
]
"""In the night after these days the clocks of these zones change, in some of them at midnight."""
CALENDAR = [(TOKYO, date(2028, 2, 28)), (TOKYO, date(2027, 2, 28)), (TOKYO, date(2026, 12, 31))]
SEASONS = [None, None, Season((2, 29), (4, 1)), Season((11, 1), (2, 29)), Season((3, 1), (10, 31))]
DAY_CHOICES = [
    Days(),
    Days(),
    Days(frozenset({5, 6}), OnHolidays.ALSO),
    Days(frozenset(range(5)), OnHolidays.NEVER),
    Days(frozenset({0, 2}), OnHolidays.ONLY),
]


def every_third(day: date) -> bool:
    """Holidays of the second reckoning, so that wishes meet some."""
    return day.day % 3 == 0


@cache
def _walls(day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """What the clock on the wall shows as each half hour of the board begins."""
    begin = midnight(day, zone)
    return tuple(
        (begin + timedelta(minutes=30 * number)).astimezone(zone).replace(tzinfo=None) for number in BOARD
    )


@cache
def _reached(board: date, zone: ZoneInfo, day: date, minutes: int) -> int:
    """The first half hour at which the clock has come so far; a clock put back does not come there again."""
    wanted = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return next(number for number, wall in zip(BOARD, _walls(board, zone), strict=True) if wall >= wanted)


def _in_season(season: Season | None, day: date) -> bool:
    """Walks the calendar of a leap year from the first day to the last."""
    if season is None:
        return True
    here, last = date(2000, *season.first), date(2000, *season.last)
    while (here.month, here.day) != (day.month, day.day):
        if here == last:
            return False
        here = date(2000, 1, 1) if here == date(2000, 12, 31) else here + timedelta(days=1)
    return True


def _holds(item: PriceItem, day: date) -> bool:
    chosen, holiday = day.weekday() in item.days.weekdays, every_third(day)
    allowed = {
        OnHolidays.AS_WEEKDAY: chosen,
        OnHolidays.ALSO: chosen or holiday,
        OnHolidays.ONLY: holiday,
        OnHolidays.NEVER: chosen and not holiday,
    }
    return allowed[item.days.on_holidays] and _in_season(item.season, day)


def _bought(item: PriceItem, spans: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Every way to buy an item: from which half hour to which, and its yen."""
    if item.kind is not Kind.HOUR:
        length = (item.package_minutes or 10**6) // 30
        return [
            (begin, min(begin + length, last), item.yen)
            for first, last in spans
            for begin in range(first, max(first, last - length) + 1)
        ]
    opened = {number for span in spans for number in range(*span)}
    found = []
    for begin in opened:
        end = begin
        while end in opened:
            end += 1
            minutes = max(30 * (end - begin), item.min_minutes)
            found.append((begin, end, -(-minutes // item.unit_minutes) * item.yen))
    return found


def _covered(first: int, last: int, ways: list[tuple[int, int, int]]) -> float:
    """The least yen that cover all half hours from one to another."""
    least = dict.fromkeys(range(first, last + 1), inf) | {first: 0.0}
    for here in range(first, last):
        for begin, end, yen in ways:
            if begin <= here < end:
                reach = min(end, last)
                least[reach] = min(least[reach], least[here] + yen)
    return least[last]


def _reckoned(day: date, wish: tuple[int, int], lists: list[PriceList], tier: Tier, zone: ZoneInfo) -> float:
    """The price without any rule of the program but the items themselves; infinite where there is none."""
    days = [day + timedelta(days=number) for number in range(-2, 5)]
    begins = {each: _reached(day, zone, each, 0) for each in days}
    day_at = {number: max(each for each in days if begins[each] <= number) for number in range(*wish)}

    def in_force(each: date) -> PriceList:
        return max((one for one in lists if one.first_day <= each), key=lambda one: one.first_day)

    total = 0.0
    for listed, numbers in groupby(range(*wish), key=lambda number: in_force(day_at[number])):
        part = list(numbers)
        plans: dict[str, list[tuple[int, int, int]]] = {}
        for item in listed.items:
            if item.tier not in (None, tier):
                continue
            spans = [
                (_reached(day, zone, each, item.opens), _reached(day, zone, each, item.closes))
                for each in days
                if in_force(each) is listed and _holds(item, each)
            ]
            # A slot that a clock change leaves no minute of cannot be bought.
            ways = _bought(item, [(first, last) for first, last in spans if first < last])
            plans.setdefault("" if listed.combine else item.plan or item.kind, []).extend(ways)
        total += min((_covered(part[0], part[-1] + 1, ways) for ways in plans.values()), default=inf)
    return total


@settings(max_examples=150, deadline=None)
@given(
    st.lists(price_items(), min_size=1, max_size=4, unique_by=lambda item: item.code),
    st.lists(price_items(), max_size=3, unique_by=lambda item: item.code),
    st.lists(
        st.tuples(st.sampled_from(SEASONS), st.sampled_from(DAY_CHOICES), st.sampled_from([None, *Tier])),
        min_size=7,
        max_size=7,
    ),
    st.tuples(st.integers(20, 70), st.integers(1, 40)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    st.sampled_from(list(Tier)),
    st.booleans(),
    st.one_of(st.sampled_from(CLOCKS), st.sampled_from(CALENDAR)),
    st.sampled_from([1, 1, 0, 2]),
)
def test_a_second_reckoning_finds_the_same_price_over_midnights_changes_of_clocks_and_of_lists(
    items: list[PriceItem],
    later: list[PriceItem],
    conditions: list[tuple[Season | None, Days, Tier | None]],
    wish: tuple[int, int],
    tier: Tier,
    combine: bool,
    place: tuple[ZoneInfo, date],
    change: int,
) -> None:
    zone, day = place
    old, new = (
        tuple(
            replace(item, season=season, days=days, tier=whose)
            for item, (season, days, whose) in zip(found, part, strict=False)
        )
        for found, part in ((items, conditions[:4]), (later, conditions[4:]))
    )
    before, after = (PriceItem("plain", Kind.HOUR, yen) for yen in (900, 1300))
    lists = [
        PriceList("old", date(2020, 1, 1), (*old, before), combine=combine),
        PriceList("new", day + timedelta(days=change), (*new, after), combine=not combine),
    ]
    begin = midnight(day, zone)
    period = Period(*(begin + timedelta(minutes=30 * number) for number in wish))
    found = cheapest(period, lists, tier, zone, every_third)
    assert isinstance(found, Quote)
    assert found.total == _reckoned(day, wish, lists, tier, zone)
