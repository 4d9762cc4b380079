"""The world the grids walk, built once a test."""

from __future__ import annotations

import pytest

from tests.permissions import other_rooms  # noqa: F401
from tests.permissions.world import World, build


@pytest.fixture
def world(db: None) -> World:
    """Two towns with a person of every kind and a row of every table."""
    return build()
