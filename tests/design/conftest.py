"""Tests of the design speak Japanese unless they say otherwise: a page in English leaves its language behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def japanese() -> Iterator[None]:
    """Japanese for each test."""
    with override("ja"):
        yield
