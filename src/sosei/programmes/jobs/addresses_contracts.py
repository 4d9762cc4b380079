"""Whom the addresses of contracts are for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import SIGNED_IN_OR_PROXY, office

_EMPLOYERS = office(roles.EMPLOYER, roles.PROGRAMME_STAFF)
_SEERS = office(*roles.SEES_PERSONAL_DATA)
_STAFF = office(roles.PROGRAMME_STAFF)

ADDRESSES = {
    "my-contract": SIGNED_IN_OR_PROXY,
    "my-notice": SIGNED_IN_OR_PROXY,
    "my-contract-cancel": SIGNED_IN_OR_PROXY,
    "my-contract-change": SIGNED_IN_OR_PROXY,
    "employer-contracts": _EMPLOYERS,
    "employer-contract": _EMPLOYERS,
    "employer-notice": _EMPLOYERS,
    "employer-contract-paper": _EMPLOYERS,
    "employer-contract-cancel": _EMPLOYERS,
    "employer-contract-change": _EMPLOYERS,
    "office-contracts": _SEERS,
    "office-contract": _SEERS,
    "office-notice": _SEERS,
    "office-contract-cancel": _STAFF,
}

addresses.register("jobs", ADDRESSES)
