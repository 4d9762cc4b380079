"""Whom the addresses of bills, papers and payouts are for."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sosei.core.people import account_menu, addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office

_HOSTS = office(roles.SPACE_HOST, roles.EMPLOYER, *roles.SEES_PERSONAL_DATA)
_SEERS = office(*roles.SEES_PERSONAL_DATA)
_STAFF = office(roles.PROGRAMME_STAFF)
_DECIDERS = office(roles.PROGRAMME_STAFF, roles.PLANNER)
_PAPERS = ("", "-invoice", "-invoice-file", "-receipt", "-receipt-file")

ADDRESSES = {
    "my-payments": SIGNED_IN_OR_PROXY,
    **{f"bill{paper}": SIGNED_IN_OR_PROXY for paper in _PAPERS},
    **{f"guest-bill{paper}": EVERYBODY for paper in _PAPERS},
    **{f"host-bill{paper}": _HOSTS for paper in _PAPERS},
    **{f"office-bill{paper}": _SEERS for paper in _PAPERS},
    "host": _HOSTS,
    "host-bills": _HOSTS,
    "host-settings": _HOSTS,
    "host-statement": _HOSTS,
    "host-statement-file": _HOSTS,
    "host-statement-csv": _HOSTS,
    "host-fee-invoice": _HOSTS,
    "office": _SEERS,
    "office-bills": _SEERS,
    "office-bills-csv": _SEERS,
    "office-ledger-csv": _SEERS,
    "office-refunds": _SEERS,
    "office-statements": _SEERS,
    "office-flaws": _SEERS,
    "office-transfers": _SEERS,
    "office-transfer": _SEERS,
    "office-payouts": _SEERS,
    "office-payout": _SEERS,
    "office-payout-file": _STAFF,
    "office-payout-return": _STAFF,
    "office-refund-return": _STAFF,
    "office-rules": office(*roles.SEES_PERSONAL_DATA, roles.PLANNER),
    "office-exemption-new": _DECIDERS,
    "office-exemption": _DECIDERS,
    "office-settings": _STAFF,
}

addresses.register("payments", ADDRESSES)


def _way_to_payments(_request: Any) -> list[tuple[Any, str]]:
    """For everybody who is signed in: whether there is something is not asked on every page."""
    return [(_("支払い"), reverse("payments:my-payments"))]


account_menu.register_links(_way_to_payments)
