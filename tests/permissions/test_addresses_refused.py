"""Every address as the other half of the kinds, in the other town, and posted to: refused as the tables say."""

from __future__ import annotations

from sosei.core.people import addresses
from sosei.core.people.addresses import Answer
from sosei.core.people.standing import standing_of
from tests.permissions.doors import ALL, Doors, address, answered_otherwise
from tests.permissions.world import HERE, THERE, World, again


def test_every_address_answers_the_other_kinds_of_user_as_its_row_says(world: World) -> None:
    assert answered_otherwise(world, list(world.kinds)[1::2]) == []


def test_staff_of_one_town_are_refused_in_the_other(world: World) -> None:
    wrong, doors = [], Doors()
    for name, parts in ALL:
        audience = addresses.audience_of(name)
        if not audience.in_town:
            continue
        for kind, user in world.kinds.items():
            told = doors.told(user, address(name, {**parts, "code": THERE}))
            if told is Answer.WELCOME:
                wrong.append((name, kind))
    assert wrong == []


def test_what_may_not_be_read_may_not_be_posted_to_either(world: World) -> None:
    wrong, doors = [], Doors()
    kinds = ("visitor", "newcomer", "citizen", "reviewer", "planner without second factor")
    standings = {kind: standing_of(again(world.kinds[kind])) for kind in kinds}
    for name, parts in ALL:
        audience = addresses.audience_of(name)
        for kind, standing in standings.items():
            town = world.towns[HERE].pk if "code" in parts else None
            expected = audience.answer(standing, town)
            if expected is Answer.WELCOME:
                continue
            ask = doors.answer if kind == "newcomer" else doors.told
            if ask(world.kinds[kind], address(name, parts), "post") is not expected:
                wrong.append((name, kind))
    assert wrong == []
