"""Whom the addresses of gateways are for: signed notices, and payers who hold a link that nobody can guess."""

from __future__ import annotations

from sosei.core.people import addresses
from sosei.core.people.addresses import EVERYBODY

addresses.register(
    "payments",
    {"notice": EVERYBODY, "card": EVERYBODY, "embedded": EVERYBODY},
)
