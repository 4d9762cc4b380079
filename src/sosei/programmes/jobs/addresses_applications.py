"""Whom the addresses of applications are for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import SIGNED_IN_OR_PROXY, office
from sosei.programmes.jobs import deal_cards as _cards  # noqa: F401  (registers them)

_EMPLOYERS = office(roles.EMPLOYER, roles.PROGRAMME_STAFF)

ADDRESSES = {
    "apply": SIGNED_IN_OR_PROXY,
    "apply-group": SIGNED_IN_OR_PROXY,
    "my-applications": SIGNED_IN_OR_PROXY,
    "my-application": SIGNED_IN_OR_PROXY,
    "employer-applications": _EMPLOYERS,
    "employer-application": _EMPLOYERS,
}

addresses.register("jobs", ADDRESSES)
