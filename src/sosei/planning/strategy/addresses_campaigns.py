"""Whom the addresses of campaigns and tables are for; a department's own pages are for whoever has its link."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, office

_PLANNERS = office(roles.PLANNER)
_DEPARTMENTS = office(roles.PLANNER, roles.KPI_OWNER, *roles.READS_WHOLE_TOWN)

ADDRESSES = {
    "answer-link": EVERYBODY,
    "answer": EVERYBODY,
    "answer-paste": EVERYBODY,
    "answer-look": EVERYBODY,
    "campaigns": office(),
    "campaign": _DEPARTMENTS,
    "campaign-new": _PLANNERS,
    "campaign-change": _PLANNERS,
    "campaign-open": _PLANNERS,
    "campaign-close": _PLANNERS,
    "campaign-take-in": _PLANNERS,
    "campaign-remind": _PLANNERS,
    "ask-office": _DEPARTMENTS,
    "ask-paste": _DEPARTMENTS,
    "ask-look": _DEPARTMENTS,
    "ask-manage": _PLANNERS,
    "sheet": _PLANNERS,
    "sheet-file": _PLANNERS,
    "value-import": _PLANNERS,
    "layout-new": _PLANNERS,
    "layout-drop": _PLANNERS,
}

addresses.register("strategy", ADDRESSES)
