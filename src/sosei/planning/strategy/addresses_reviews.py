"""Whom the addresses of yearly reviews are for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, office

_PLANNERS = office(roles.PLANNER)
_WORKERS = office(*roles.TOWN_STAFF, roles.REVIEWER)
_DEPARTMENTS = office(roles.PLANNER, roles.KPI_OWNER)
_EXPERTS = office(roles.REVIEWER)

ADDRESSES = {
    "reviews": EVERYBODY,
    "reviews-compare": EVERYBODY,
    "review": EVERYBODY,
    "review-file": EVERYBODY,
    "reviews-office": _WORKERS,
    "review-work": _WORKERS,
    "review-new": _PLANNERS,
    "review-dates": _PLANNERS,
    "review-summary": _PLANNERS,
    "review-forward": _PLANNERS,
    "review-back": _PLANNERS,
    "review-close": _PLANNERS,
    "review-publish": _PLANNERS,
    "review-again": _PLANNERS,
    "review-experts": _PLANNERS,
    "review-answers": office(),
    "review-my-comments": _EXPERTS,
    "review-changes": office(),
    "review-changes-keep": _PLANNERS,
    "review-changes-publish": _PLANNERS,
    "review-change-done": _PLANNERS,
    "review-change": _PLANNERS,
    "review-evaluate": _DEPARTMENTS,
    "review-return": _PLANNERS,
    "review-comment": _EXPERTS,
}

addresses.register("strategy", ADDRESSES)
