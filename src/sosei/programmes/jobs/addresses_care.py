"""Whom the addresses of reviews, measures, complaints, certificates and invitations are for."""

from __future__ import annotations

import sosei.programmes.jobs.care_cards  # noqa: F401  (registers its cards)
from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office

_EMPLOYERS = office(roles.EMPLOYER, roles.PROGRAMME_STAFF)
_SEERS = office(*roles.SEES_PERSONAL_DATA)
_STAFF = office(roles.PROGRAMME_STAFF)

ADDRESSES = {
    **dict.fromkeys(
        (
            "my-reviews",
            "my-review",
            "my-complaints",
            "my-complaint-new",
            "my-complaint",
            "my-restrictions",
            "my-restriction",
            "my-certificates",
            "my-certificate",
            "my-invitations",
            "my-relocation",
        ),
        SIGNED_IN_OR_PROXY,
    ),
    **dict.fromkeys(
        (
            "employer-reviews",
            "employer-review",
            "employer-restrictions",
            "employer-restriction",
            "employer-invitations",
        ),
        _EMPLOYERS,
    ),
    **dict.fromkeys(
        (
            "office-reviews",
            "office-review",
            "office-complaints",
            "office-complaint",
            "office-restrictions",
            "office-restriction",
            "office-relocation",
            "office-wish",
        ),
        _SEERS,
    ),
    "office-restriction-new": _STAFF,
    "reviews": EVERYBODY,
    "certificate-ask": EVERYBODY,
    "certificate-check": EVERYBODY,
}
addresses.register("jobs", ADDRESSES)
