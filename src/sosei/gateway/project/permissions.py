"""Whom the addresses of the frame are for. Metrics ask for a token or a known network themselves."""

from __future__ import annotations

from sosei.core.people import addresses
from sosei.core.people.addresses import EVERYBODY

ADDRESSES = {
    "health": EVERYBODY,
    "readiness": EVERYBODY,
    "metrics": EVERYBODY,
}

addresses.register("", ADDRESSES)
