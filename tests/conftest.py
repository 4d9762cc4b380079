"""Fixtures every test may use: the public statistics beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the public statistics; the test is skipped, and says so, where they are not there."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public statistics are not beside this checkout (../shared/data)")
    return SHARED_DATA
