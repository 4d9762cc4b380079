"""Rows of a space as its rules take them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sosei.programmes.spaces import as_rules, rules_hours, rules_ladders, rules_prices
from sosei.programmes.spaces.models import Ladder
from sosei.programmes.spaces.presets import ensure_presets
from sosei.programmes.spaces.rules_ladders import PRESETS
from sosei.programmes.spaces.rules_periods import Period
from tests.spaces.world import (
    SpacesWorld,
    at,
    make_closure,
    make_hours,
    make_price,
    make_space,
    weekday_from_now,
)


@pytest.mark.django_db
def test_presets_stand_in_the_table_as_the_rules_know_them_and_are_mended_not_doubled() -> None:
    held = Ladder.objects.filter(host__isnull=True)
    assert {row.code: as_rules.ladder_of(row) for row in held} == PRESETS
    held.filter(code="easy").update(steps=[{"percent": 100}])
    ensure_presets()
    assert {row.code: as_rules.ladder_of(row) for row in held} == PRESETS
    assert held.count() == len(PRESETS)
    needs_days = rules_ladders.Ladder(
        "own", (rules_ladders.Step(0, days=3),), free_hours=24, free_needs_days=14
    )
    for ladder in (*PRESETS.values(), needs_days):
        assert as_rules.ladder_from(as_rules.ladder_as_json(ladder)) == ladder


def test_rows_decide_when_a_space_can_be_booked_and_what_it_costs(spaces: SpacesWorld) -> None:
    room, desk = spaces.meeting_room, spaces.desk
    hours = as_rules.hours_of(room)
    thursday, sunday = weekday_from_now(3), weekday_from_now(6)

    def refused(day: object, times: tuple[str, str]) -> str | None:
        period = Period(at(day, times[0]), at(day, times[1]))  # type: ignore[arg-type]
        # No holiday among these days, whatever day the test runs on.
        found = rules_hours.bookable(period, hours, now=timezone.now(), holidays=lambda day: False)
        return found and found.code.value

    assert refused(thursday, ("09:00", "12:00")) is None
    assert refused(thursday, ("12:00", "15:00")) == "outside_hours"
    assert refused(sunday, ("09:00", "12:00")) == "closed_weekday"
    make_closure(spaces.public_host, thursday)
    make_closure(spaces.public_host, sunday, space=make_space(spaces.public_host, "べつの部屋（架空）"))
    hours = as_rules.hours_of(type(room).objects.get(pk=room.pk))
    assert refused(thursday, ("09:00", "12:00")) == "closed_days"
    assert len(hours.closures) == 1
    assert rules_hours.bands_on(thursday, hours, lambda day: True)[0] == ()
    assert as_rules.hours_of(room, tier="outside").horizon_days == 30

    def yen(space: object, tier: str, times: tuple[str, str]) -> object:
        found = rules_prices.cheapest(
            Period(at(thursday, times[0]), at(thursday, times[1])),
            as_rules.price_lists_of(space),  # type: ignore[arg-type]
            rules_prices.Tier(tier),
            as_rules.zone_of(spaces.town),
            lambda day: False,
        )
        return found.total if isinstance(found, rules_prices.Quote) else found.code

    assert yen(room, "resident", ("09:00", "17:00")) == "no_item"
    assert yen(room, "resident", ("09:00", "12:00")) == 600
    assert yen(room, "outside", ("13:00", "17:00")) == 1600
    assert yen(desk, "outside", ("09:00", "11:00")) == 600
    assert yen(desk, "outside", ("09:00", "19:00")) == 1500
    make_price(desk.price_lists.get(), "package", 500, ("08:00", "20:00"), minutes=180)
    assert yen(type(desk).objects.get(pk=desk.pk), "outside", ("09:00", "12:00")) == 500


def test_hours_of_a_season_hold_alone_on_its_days_and_of_two_the_one_that_begins_last(
    spaces: SpacesWorld,
) -> None:
    room = make_space(spaces.host)
    start = weekday_from_now(0)
    days = [start + timedelta(days=number) for number in range(28)]
    make_hours(room, ("09:00", "17:00"), days=range(5), kind="bookable")
    make_hours(room, ("10:00", "12:00"), kind="bookable", valid_from=days[7])
    make_hours(
        room, ("13:00", "15:00"), days=[1, 7], kind="bookable", valid_from=days[7], valid_until=days[20]
    )
    hours = as_rules.hours_of(room)
    told = [rules_hours.bands_on(day, hours, lambda _day: False)[0] for day in days]
    week, later, tuesday = ((540, 1020),), ((600, 720),), ((780, 900),)
    assert told[:7] == [week] * 5 + [()] * 2
    assert told[7:21] == [(), tuesday, (), (), (), (), ()] * 2
    assert told[21:] == [later] * 7
    assert rules_hours.bands_on(days[8], hours, lambda _day: True)[0] == tuesday
    assert rules_hours.bands_on(days[21], hours, lambda _day: True)[0] == later
