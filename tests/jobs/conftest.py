"""Fixtures of seasonal work: the small world of `world.py`, people in every role, and browsers signed in as them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.jobs.world import JobsWorld, build_world
from tests.people.conftest import MakePerson, SignedIn, make_person, other_town, signed_in, town

__all__ = ["JobsWorld", "MakePerson", "SignedIn", "jobs", "make_person", "other_town", "signed_in", "town"]


@pytest.fixture
def jobs(make_person: MakePerson) -> JobsWorld:
    """A town with an approved employer, a posting of three days, workers and staff."""
    return build_world(make_person)


@pytest.fixture(autouse=True)
def in_japanese() -> Iterator[None]:
    """Each test begins in Japanese, whatever language a page asked for before it."""
    with translation.override("ja"):
        yield
