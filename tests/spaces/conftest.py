"""Fixtures of spaces: the small world of `world.py`, people in every role, and browsers signed in as them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.people.conftest import MakePerson, SignedIn, make_person, other_town, person_maker, signed_in, town
from tests.prepared import starts_from, world_of
from tests.spaces.world import SpacesWorld, build_world

__all__ = [
    "MakePerson",
    "SignedIn",
    "SpacesWorld",
    "make_person",
    "other_town",
    "signed_in",
    "spaces",
    "town",
]


def build() -> SpacesWorld:
    """What is in `world.py`."""
    return build_world(person_maker())


@pytest.fixture
@starts_from(build)
def spaces(db: None) -> SpacesWorld:
    """A town with a hall of three rooms, a desk, a public meeting room, guests and staff."""
    return world_of(build)


@pytest.fixture(autouse=True)
def in_japanese() -> Iterator[None]:
    """Each test begins in Japanese, whatever language a page asked for before it."""
    with translation.override("ja"):
        yield
