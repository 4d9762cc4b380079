"""Whom the pages of wishes are for; their cards."""

from __future__ import annotations

from sosei.core.people import addresses, roles
from sosei.core.people.addresses import SIGNED_IN_OR_PROXY, office
from sosei.programmes.spaces import wish_cards as _cards  # noqa: F401  (registers them)

_HOSTS = office(roles.SPACE_HOST, roles.PROGRAMME_STAFF)
_STAFF = office(*roles.SEES_PERSONAL_DATA)

ADDRESSES = {
    **dict.fromkeys(
        (
            "my-wishes",
            "my-wish",
            "my-wish-edit",
            "my-wish-close",
            "my-wish-choose",
            "my-wish-decline",
            "wish-new",
        ),
        SIGNED_IN_OR_PROXY,
    ),
    **dict.fromkeys(("host-wishes", "host-wish", "host-offer-take-back"), _HOSTS),
    **dict.fromkeys(("office-wishes", "office-wish"), _STAFF),
}
addresses.register("spaces", ADDRESSES)
