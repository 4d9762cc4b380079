"""Every address x every kind of user: who is let in, sent to sign in, or refused, is as the permission tables say."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from sosei.core.people import addresses
from tests.permissions.doors import ALL, Doors, address, answered_otherwise
from tests.permissions.world import World

OF_TESTS = {"fails", "gives"}
"""Addresses that tests of error pages add to the table of their process."""
EACH_SO_MANY = 12
"""Of the refusals that are not drawn, one of so many is compared with what the whole request is told."""


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    here = {name for name in addresses.registered() if name not in OF_TESTS}
    assert {name for name, _parts in ALL} == here


def test_an_address_without_a_row_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="no row"):
        addresses.refuse(HttpRequest(), "nowhere:unknown")


def test_every_address_answers_every_second_kind_of_user_as_its_row_says(world: World) -> None:
    assert answered_otherwise(world, list(world.kinds)[::2]) == []


def test_what_the_middleware_refuses_is_what_the_whole_request_is_refused(world: World) -> None:
    doors, told, compared = Doors(), {}, 0
    for shift, (kind, user) in enumerate(world.kinds.items()):
        for name, parts in ALL[shift % EACH_SO_MANY :: EACH_SO_MANY]:
            for method in ("get", "post"):
                refused = doors.refused(user, address(name, parts), method)
                if refused is None:
                    continue
                compared += 1
                whole = doors.answer(user, address(name, parts), method)
                if whole is not refused:
                    told[name, kind, method] = (refused.value, whole.value)
    assert told == {}
    assert compared > len(ALL)
