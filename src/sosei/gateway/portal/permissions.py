"""Whom the addresses of the portal are for."""

from __future__ import annotations

from sosei.core.people import addresses
from sosei.core.people.addresses import EVERYBODY

ADDRESSES = {
    "home": EVERYBODY,
    "stay": EVERYBODY,
}

addresses.register("portal", ADDRESSES)
