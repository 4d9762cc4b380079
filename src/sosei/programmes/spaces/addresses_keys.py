"""Whom the pages of keys and calendars are for; the panel under a booking, the cards of hosts, codes for bookings."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import EVERYBODY, SIGNED_IN_OR_PROXY, office
from sosei.programmes.spaces import key_cards as _cards  # noqa: F401  (registers them)
from sosei.programmes.spaces.services import keys as _keys  # noqa: F401  (registers with the bookings)

_HOSTS = office(roles.SPACE_HOST, roles.PROGRAMME_STAFF)

ADDRESSES = {
    "host-keys": _HOSTS,
    "host-lock": _HOSTS,
    "host-lock-test": _HOSTS,
    "host-lock-end": _HOSTS,
    "my-order-key": SIGNED_IN_OR_PROXY,
    "link-order-key": EVERYBODY,
    "office-keys": office(*roles.SEES_PERSONAL_DATA),
    "host-calendars": _HOSTS,
    "host-calendar-link": _HOSTS,
    "host-feed-end": _HOSTS,
    "host-feed-read": _HOSTS,
    "space-calendar": EVERYBODY,
}
addresses.register("spaces", ADDRESSES)
