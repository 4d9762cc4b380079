"""Whom the addresses of the days are for."""

from __future__ import annotations

import sosei.programmes.jobs.day_cards  # noqa: F401  (registers its cards)
from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office

_EMPLOYERS = office(roles.EMPLOYER, roles.PROGRAMME_STAFF)
_SEERS = office(*roles.SEES_PERSONAL_DATA)
_STAFF = office(roles.PROGRAMME_STAFF)

ADDRESSES = {
    "site": SIGNED_IN_OR_PROXY,
    "site-offline": EVERYBODY,
    "days-worker-script": EVERYBODY,
    "my-days": SIGNED_IN_OR_PROXY,
    "my-day": SIGNED_IN_OR_PROXY,
    "my-day-correct": SIGNED_IN_OR_PROXY,
    "my-day-comes": SIGNED_IN_OR_PROXY,
    "my-punch": SIGNED_IN_OR_PROXY,
    "my-safety": SIGNED_IN_OR_PROXY,
    "employer-days": _EMPLOYERS,
    "employer-day": _EMPLOYERS,
    "employer-day-punch": _EMPLOYERS,
    "employer-day-absent": _EMPLOYERS,
    "employer-day-hours": _EMPLOYERS,
    "employer-correction": _EMPLOYERS,
    "employer-site-codes": _EMPLOYERS,
    "employer-site-code": _EMPLOYERS,
    "employer-safety": _EMPLOYERS,
    "employer-safety-one": _EMPLOYERS,
    "office-days": _SEERS,
    "office-corrections": _SEERS,
    "office-safety": _STAFF,
    "office-safety-one": _SEERS,
}

addresses.register("jobs", ADDRESSES)
