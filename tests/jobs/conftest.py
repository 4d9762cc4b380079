"""Fixtures of seasonal work: the small world of `world.py`, people in every role, and browsers signed in as them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.jobs.world import JobsWorld, build_world
from tests.people.conftest import MakePerson, SignedIn, make_person, other_town, person_maker, signed_in, town
from tests.prepared import starts_from, world_of

__all__ = ["JobsWorld", "MakePerson", "SignedIn", "jobs", "make_person", "other_town", "signed_in", "town"]


def build() -> JobsWorld:
    """What is in `world.py`."""
    return build_world(person_maker())


@pytest.fixture
@starts_from(build)
def jobs(db: None) -> JobsWorld:
    """A town with an approved employer, a posting of three days, workers and staff."""
    return world_of(build)


@pytest.fixture(autouse=True)
def in_japanese() -> Iterator[None]:
    """Each test begins in Japanese, whatever language a page asked for before it."""
    with translation.override("ja"):
        yield
