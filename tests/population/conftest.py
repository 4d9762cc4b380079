"""Fixtures of the population vision: the demonstration, loaded into the test's own transaction."""

from __future__ import annotations

import pytest

from sosei.planning.population.demonstration_data import load_demonstration
from sosei.planning.population.models import Area


@pytest.fixture
def demonstration(db: None) -> None:
    """Iwaki and Fukushima city with their projections."""
    load_demonstration()


@pytest.fixture
def iwaki(demonstration: None) -> Area:
    """Iwaki city."""
    return Area.objects.get(code="07204")


@pytest.fixture
def fukushima(demonstration: None) -> Area:
    """Fukushima city."""
    return Area.objects.get(code="07201")
