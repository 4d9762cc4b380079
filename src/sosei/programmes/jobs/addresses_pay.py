"""Whom the addresses of wages are for."""

from __future__ import annotations

import sosei.programmes.jobs.pay_cards  # noqa: F401  (registers its cards)
from sosei.core.people import addresses, roles
from sosei.core.people.addresses import SIGNED_IN_OR_PROXY, office

_EMPLOYERS = office(roles.EMPLOYER, roles.PROGRAMME_STAFF)
_SEERS = office(*roles.SEES_PERSONAL_DATA)

ADDRESSES = {
    "my-pay": SIGNED_IN_OR_PROXY,
    "my-payslip": SIGNED_IN_OR_PROXY,
    "my-payslip-file": SIGNED_IN_OR_PROXY,
    "my-pay-year": SIGNED_IN_OR_PROXY,
    "my-pay-year-file": SIGNED_IN_OR_PROXY,
    "employer-pay": _EMPLOYERS,
    "employer-pay-issue": _EMPLOYERS,
    "employer-payslips": _EMPLOYERS,
    "employer-payslip": _EMPLOYERS,
    "employer-payslip-file": _EMPLOYERS,
    "employer-payslip-replace": _EMPLOYERS,
    "employer-pay-runs": _EMPLOYERS,
    "employer-pay-run-new": _EMPLOYERS,
    "employer-pay-run": _EMPLOYERS,
    "employer-pay-run-file": _EMPLOYERS,
    "employer-pay-run-settle": _EMPLOYERS,
    "employer-pay-run-send": _EMPLOYERS,
    "employer-pay-run-return": _EMPLOYERS,
    "employer-ledger": _EMPLOYERS,
    "employer-ledger-file": _EMPLOYERS,
    "employer-pay-years": _EMPLOYERS,
    "employer-pay-years-csv": _EMPLOYERS,
    "employer-pay-years-pdf": _EMPLOYERS,
    "office-pay": _SEERS,
}

addresses.register("jobs", ADDRESSES)
