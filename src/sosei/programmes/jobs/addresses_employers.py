"""Whom the addresses of employers are for, and the employer's own cards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sosei.core.people import account_menu, addresses, roles
from sosei.core.people.addresses import SIGNED_IN, SIGNED_IN_OR_PROXY, office

_EMPLOYERS = office(roles.EMPLOYER, roles.PROGRAMME_STAFF)

ADDRESSES = {
    "my-employers": SIGNED_IN,
    "employer-new": SIGNED_IN_OR_PROXY,
    "employer": _EMPLOYERS,
    "employer-change": _EMPLOYERS,
    "workplace-new": _EMPLOYERS,
    "workplace": _EMPLOYERS,
    "lodging-new": _EMPLOYERS,
    "lodging": _EMPLOYERS,
    "place-close": _EMPLOYERS,
    "employers-office": office(),
    "employer-check": office(),
}


def _way_to_employers(request: Any) -> Iterable[tuple[Any, str]]:
    """For those who act for an employer."""
    if request.user.standing.organisations_as({roles.EMPLOYER}):
        yield _("雇用主の画面"), reverse("jobs:my-employers")


addresses.register("jobs", ADDRESSES)
account_menu.register_links(_way_to_employers)
