"""The town of the tests of payments."""

from __future__ import annotations

import pytest

from tests.payments.world import World, build


@pytest.fixture
def town(db: None) -> World:
    """A payer, a host and staff in a town whose platform takes 30 %."""
    return build()
