"""The town of the tests of payments."""

from __future__ import annotations

import pytest

from tests.payments.world import World, build


@pytest.fixture
def town(db: None) -> World:
    """A payer, a host and staff in a town whose platform takes 30 %."""
    return build()


@pytest.fixture(autouse=True)
def _tmp_pages(monkeypatch):
    from sosei.core.payments import letters_payments
    monkeypatch.setattr(letters_payments, "own_page", lambda bill: "/x")
