"""Whom the addresses of facts are for."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, office

# Which facts a page shows, `visible_to` decides.
ADDRESSES = {
    "facts": EVERYBODY,
    "list": office(),
    "file": office(),
    "fact": office(),
    "enter": office(roles.PROGRAMME_STAFF),
    "withdraw": office(roles.PROGRAMME_STAFF),
    "import": office(roles.PROGRAMME_STAFF),
    "import-template": office(roles.PROGRAMME_STAFF),
    "feeds": office(),
    "feed": office(roles.PLANNER),
    "feed-end": office(roles.PLANNER),
}
addresses.register("outcomes", ADDRESSES)
