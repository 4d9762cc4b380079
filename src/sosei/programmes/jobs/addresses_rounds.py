"""Whom the addresses of rounds are for."""

from __future__ import annotations

import sosei.programmes.jobs.round_cards  # noqa: F401  (registers its cards)
from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office

_SEERS = office(*roles.SEES_PERSONAL_DATA)
_STAFF = office(roles.PROGRAMME_STAFF)

ADDRESSES = {
    "rounds": EVERYBODY,
    "round": EVERYBODY,
    "round-wishes": SIGNED_IN_OR_PROXY,
    "round-friends": SIGNED_IN_OR_PROXY,
    "my-round": SIGNED_IN_OR_PROXY,
    "office-rounds": _SEERS,
    "office-round-new": _STAFF,
    "office-round": _SEERS,
    "office-round-edit": _STAFF,
    "office-round-draw": _STAFF,
    "office-round-publish": _STAFF,
    "office-round-run": _SEERS,
    "office-round-file": _SEERS,
}

addresses.register("jobs", ADDRESSES)
