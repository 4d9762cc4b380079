"""Whom the addresses of the search are for, and its places on other pages."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office
from sosei.programmes.jobs.home import register_worker_card
from sosei.programmes.jobs.panels import register_posting_panel
from sosei.programmes.jobs.search_cards import fit_panel, searches_card

ADDRESSES = {
    "search": EVERYBODY,
    "search-all": EVERYBODY,
    "weights": EVERYBODY,
    "stay": EVERYBODY,
    "fit": SIGNED_IN_OR_PROXY,
    **dict.fromkeys(("my-searches", "search-keep", "search-remove", "search-notice"), SIGNED_IN_OR_PROXY),
    "posting-people": office(roles.EMPLOYER, roles.PROGRAMME_STAFF),
}
addresses.register("jobs", ADDRESSES)
register_worker_card(searches_card)
register_posting_panel(fit_panel)
