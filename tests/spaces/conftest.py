"""Fixtures of spaces: the small world of `world.py`, people in every role, and browsers signed in as them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.people.conftest import MakePerson, SignedIn, make_person, other_town, signed_in, town
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


@pytest.fixture
def spaces(make_person: MakePerson) -> SpacesWorld:
    """A town with a hall of three rooms, a desk, a public meeting room, guests and staff."""
    return build_world(make_person)


@pytest.fixture(autouse=True)
def in_japanese() -> Iterator[None]:
    """Each test begins in Japanese, whatever language a page asked for before it."""
    with translation.override("ja"):
        yield
