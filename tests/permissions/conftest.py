"""The world the grids walk, built once a test."""

from __future__ import annotations

import pytest

from tests.permissions import (  # noqa: F401
    campaigns_rooms,
    jobs_rooms,
    levers_rooms,
    other_rooms,
    outcomes_rooms,
    payments_rooms,
    reviews_rooms,
    spaces_rooms,
    strategy_rooms,
)
from tests.permissions.world import World, build
from tests.prepared import starts_from, world_of


@pytest.fixture
@starts_from(build)
def world(db: None) -> World:
    """Two towns with a person of every kind and a row of every table."""
    return world_of(build)
