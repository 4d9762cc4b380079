"""Whom the addresses of KPIs are for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, office

_REPORTS = office(roles.PLANNER, roles.KPI_OWNER)
_PLANS = office(roles.PLANNER)

# Which KPIs and which years a page shows, `visible_to` decides.
ADDRESSES = {
    "kpi": EVERYBODY,
    "kpi-file": EVERYBODY,
    "board": EVERYBODY,
    "board-file": EVERYBODY,
    "results": EVERYBODY,
    "results-file": EVERYBODY,
    "kpi-new": _PLANS,
    "kpi-change": _PLANS,
    "kpi-targets": _PLANS,
    "kpi-end": _PLANS,
    "kpi-record": _REPORTS,
    "kpi-choose": _PLANS,
    "kpi-correct": _REPORTS,
}
addresses.register("strategy", ADDRESSES)
