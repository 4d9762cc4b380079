"""Whom the addresses of postings are for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office

_EMPLOYERS = office(roles.EMPLOYER, roles.PROGRAMME_STAFF)

ADDRESSES = {
    "posting": EVERYBODY,
    "posting-ask": SIGNED_IN_OR_PROXY,
    "posting-new": _EMPLOYERS,
    "posting-edit": _EMPLOYERS,
    "posting-live": _EMPLOYERS,
    "posting-shifts": _EMPLOYERS,
    "shift-change": _EMPLOYERS,
    "posting-publish": _EMPLOYERS,
    "posting-confirm": _EMPLOYERS,
    "posting-copy": _EMPLOYERS,
    "posting-close": _EMPLOYERS,
    "posting-drop": _EMPLOYERS,
    "questions": _EMPLOYERS,
}

addresses.register("jobs", ADDRESSES)
